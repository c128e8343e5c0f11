"""Elementary functions as text for Numba: without branches or calls, so that a loop over them becomes vector code.

A loop that calls the C library computes one entry at a time. Here an argument is reduced by arithmetic on its bits, a
polynomial (Chebyshev's, near minimax) gives the value, and the edges are chosen by conditions that the machine computes
on both sides. Each is within 2 units in the last place (pow and tan 4), at 64 bits and at 32, which has coefficients of
its own; docs/vecmath.md says how each is made, and what it costs.

The texts are Python functions of `Number`s: called once per use, when Numba compiles, they append instructions. Numba's
own way, one small compiled function per text, took some 50 ms for each.

Methods: Cody and Waite, Software Manual for the Elementary Functions; Tang, Table-driven implementation of the
exponential function; fdlibm's log and log1p; Higham, Accuracy and Stability, 2.6, for what an fma recovers.
"""

from __future__ import annotations

import re

# For 64 and for 32 bits, the highest power first: of (exp(r) - 1 - r)/r^2 for |r| <= log(2)/2, and of (2^r - 1)/r for
# |r| <= 1/2; of log((1+s)/(1-s)) = 2s + s*z*(…) in z = s^2; then f(x) = x + x*z*(…) in z = x^2; of the cube root in
# 1/2 … 4; of cos(x) = 1 - z/2 + z^2*(…); of log((1+s)/(1-s)) = 2s*(1 + z/3 + z^2*(…)); of erf(x) = x + x*(…), and of
# log(1 - erf(x)) = x*(…) - x.
COEFFICIENTS: dict[str, tuple[tuple[float, ...], ...]] = {
    "EXP": (
        (2.51004110820149e-08, 2.7620121717381933e-07, 2.7557268406190795e-06, 2.4801521225986432e-05,
         0.00019841269863088255, 0.0013888888917258759, 0.008333333333330055, 0.04166666666662404, 0.16666666666666669,
         0.5),
        (0.0013926927, 0.008363774, 0.04166655, 0.16666573, 0.5)),
    "EXP2": (
        (2.5729344553786755e-11, 4.455822025014915e-10, 7.054897292691627e-09, 1.0178057064573359e-07,
         1.3215486808727859e-06, 1.5252733841601815e-05, 0.00015403530393370715, 0.0013333558146406436,
         0.00961812910762848, 0.055504108664821625, 0.24022650695910072, 0.6931471805599453),
        (1.5297324e-05, 0.00015461445, 0.0013333502, 0.009618057, 0.05550411, 0.2402265, 0.6931472)),
    "LOG": (
        (0.1461703754879165, 0.1533167403016786, 0.18182890556695602, 0.2222221111514416, 0.2857142862609589,
         0.3999999999989924, 0.666666666666667),
        (0.23331614, 0.2855078, 0.40000123, 0.6666667)),
    "TANH": (
        (-0.0001919937670090668, 0.0005796485945432477, -0.001454574650730437, 0.0035920381229839027,
         -0.00886323174283133, 0.021869488446310148, -0.053968253967184264, 0.13333333333332842, -0.3333333333333333),
        (0.019837985, -0.053815942, 0.13332963, -0.3333333)),
    "SINH": (
        (2.8445264169895285e-15, 7.646625361656657e-13, 1.6059048396350562e-10, 2.505210836405804e-08,
         2.755731922404034e-06, 0.00019841269841269773, 0.008333333333333333, 0.16666666666666666),
        (2.8062802e-06, 0.00019838102, 0.008333339, 0.16666667)),
    "ATAN": (
        (-0.019174543572021332, 0.03922974453661223, -0.05085383488842831, 0.058581362519061465, -0.06664509989818045,
         0.07692183087342026, -0.0909090457366906, 0.11111111015146714, -0.1428571428466518, 0.19999999999995513,
         -0.3333333333333333),
        (-0.06449835, 0.107430995, -0.14263897, 0.19999538, -0.3333333)),
    "ASIN": (
        (0.028187667142318098, -0.010773195325585554, 0.016049124584949316, 0.0077986264075622334,
         0.011876344296279416, 0.013929545950485803, 0.01735526856395352, 0.022372047201808885, 0.030381947379559158,
         0.04464285710323956, 0.07500000000020869, 0.1666666666666665),
        (0.033690847, 0.017149238, 0.031100662, 0.044599403, 0.07500094, 0.16666666)),
    "CBRT": (
        (-0.0006006407827708218, 0.009745821240903946, -0.06545978580457522, 0.23793809405956254, -0.5259785613419132,
         0.8895132567850927, 0.45506922641416425),
        (-0.003660165, 0.04437846, -0.2158002, 0.6542973, 0.51899785)),
    "SIN": (
        (1.5912461499839467e-10, -2.505105158684691e-08, 2.7557315709635293e-06, -0.00019841269835985584,
         0.008333333333330428, -0.16666666666666663),
        (-0.00019577722, 0.0083327005, -0.16666664)),
    "COS": (
        (-1.1379086634729478e-11, 2.0876096058995368e-09, -2.755731702592346e-07, 2.4801587298282115e-05,
         -0.001388888888888707, 0.041666666666666664),
        (2.453775e-05, -0.0013888255, 0.041666664)),
    "POW": (
        (0.058621635304233734, 0.05853063232281699, 0.0666740439940617, 0.0769229744350359, 0.09090909168049924,
         0.11111111110826383, 0.14285714285714685, 0.2),
        (0.115245014, 0.14281109, 0.20000008)),
    "ERF": ((), (-0.0005967311, 0.004988906, -0.026763994, 0.11281754, -0.3761249, 0.12837915)),
    "ERFC": ((), (1.0460657e-06, -3.4388508e-05, 0.000498825, -0.004303789, 0.02513955, -0.107855655, -0.6341482,
                  -0.1289028)),
}

#: What a function of Numbers is built of.
BASE = {
    "Number": '''
# import from llvmlite import ir
# import from numba import types
# import from numba.extending import intrinsic
class Number:
    """A number, or several side by side, in machine code that is being built: operators append instructions."""

    def __init__(self, builder, value, kind=None):
        self.builder, self.value, self.kind = builder, value, kind or value.type    # kind: what constants become
        self.lanes = getattr(value.type, "count", 1)
        self.real = str(self.cell(self.kind)) in ("double", "float")
        self.wide = str(self.cell(self.kind)) in ("double", "i64")

    def cell(self, kind):
        return kind.element if isinstance(kind, ir.VectorType) else kind

    def made(self, value):
        return Number(self.builder, value)

    def of(self, cell):
        """The type of as many cells as this number has."""
        return ir.VectorType(cell, self.lanes) if isinstance(self.kind, ir.VectorType) else cell

    def raw(self, other):
        """The other number, or a plain one as a constant."""
        if isinstance(other, Number):
            return other.value
        cell = ir.Constant(self.cell(self.kind), other)
        return ir.Constant(self.kind, [cell]*self.lanes) if isinstance(self.kind, ir.VectorType) else cell

    def pick(self, wide, narrow):
        """What differs between 64 bits and 32."""
        return wide if self.wide else narrow

    def call(self, name, *others):
        """LLVM's own function of this name."""
        cell = str(self.cell(self.kind)).replace("double", "f64").replace("float", "f32")
        full = f"llvm.{name}.{f'v{self.lanes}' if isinstance(self.kind, ir.VectorType) else ''}{cell}"
        form = ir.FunctionType(self.kind, [self.kind]*(1 + len(others)))
        known = self.builder.module.globals
        function = known[full] if full in known else ir.Function(self.builder.module, form, full)
        return self.made(self.builder.call(function, [self.value, *map(self.raw, others)]))

    def compared(self, sign, other):
        b, pair = self.builder, (self.value, self.raw(other))
        compare = b.icmp_signed if not self.real else b.fcmp_unordered if sign == "!=" else b.fcmp_ordered
        return Number(b, compare(sign, *pair), self.kind)

    def joined(self, name, left, right):
        if self.real:
            return self.made(getattr(self.builder, "f" + name)(left, right, flags=("contract",)))
        return self.made(getattr(self.builder, name)(left, right))

    def __add__(self, other):
        return self.joined("add", self.value, self.raw(other))

    def __sub__(self, other):
        return self.joined("sub", self.value, self.raw(other))

    def __rsub__(self, other):
        return self.joined("sub", self.raw(other), self.value)

    def __mul__(self, other):
        return self.joined("mul", self.value, self.raw(other))

    def __truediv__(self, other):
        return self.joined("div", self.value, self.raw(other))

    def __rtruediv__(self, other):
        return self.joined("div", self.raw(other), self.value)

    def __neg__(self):
        return self.made(self.builder.fneg(self.value))

    def __abs__(self):
        return self.call("fabs")

    def __lshift__(self, count):
        return self.made(self.builder.shl(self.value, self.raw(count)))

    def __rshift__(self, count):
        return self.made(self.builder.ashr(self.value, self.raw(count)))

    def __and__(self, other):
        value = other.value if self.kind != self.value.type else self.raw(other)
        return Number(self.builder, self.builder.and_(self.value, value), self.kind)

    def __or__(self, other):
        return Number(self.builder, self.builder.or_(self.value, other.value), self.kind)

    def __lt__(self, other):
        return self.compared("<", other)

    def __le__(self, other):
        return self.compared("<=", other)

    def __gt__(self, other):
        return self.compared(">", other)

    def __ge__(self, other):
        return self.compared(">=", other)

    def __eq__(self, other):
        return self.compared("==", other)

    def __ne__(self, other):
        return self.compared("!=", other)

    __radd__, __rmul__ = __add__, __mul__
''',
    "elementary": '''
def elementary(function):
    """Makes a function of Numbers one that Numba compiles: of 32 bits where all its arguments are."""

    def typed(*arguments):
        kind = types.float32 if all(a == types.float32 for a in arguments) else types.float64

        def build(context, builder, signature, args):
            return function(*(Number(builder, a) for a in args)).value

        return kind(*[kind]*len(arguments)), build

    def of_one(typing_context, x):
        return typed(x)

    def of_two(typing_context, x, y):
        return typed(x, y)

    made = of_two if function.__code__.co_argcount == 2 else of_one
    made.__name__, made.__doc__ = function.__name__, function.__doc__
    return intrinsic(made)
''',
    "where": '''
def where(condition, x, y):
    """x where the condition holds, else y."""
    like = x if isinstance(x, Number) else y if isinstance(y, Number) else condition
    return like.made(like.builder.select(condition.value, like.raw(x), like.raw(y)))
''',
    "polynomial": '''
def polynomial(x, coefficients):
    """Horner's scheme; the coefficients for 64 bits and for 32, the highest power first."""
    first, *rest = kept(x, coefficients[0 if x.wide else 1])
    total = x.made(first)
    for c in rest:
        total = total*x + x.made(c)
    return total
''',
    "kept": '''
def kept(x, numbers):
    """Constants of x's type, read from a table that LLVM does not look into: each as an operand of its own would take
    an instruction to find it, in every round."""
    module, builder, cell = x.builder.module, x.builder, x.cell(x.kind)
    name = f"elementary_{hash((numbers, x.wide)):x}"
    kind = ir.ArrayType(cell, len(numbers))
    if name not in module.globals:
        table = ir.GlobalVariable(module, kind, name)
        table.linkage, table.global_constant, table.initializer = "weak", True, ir.Constant(kind, numbers)
    for k in range(len(numbers)):
        place = builder.gep(module.globals[name], [ir.IntType(32)(0), ir.IntType(32)(k)], inbounds=True)
        value = builder.load(place)
        if isinstance(x.kind, ir.VectorType):
            several = builder.insert_element(ir.Constant(x.kind, ir.Undefined), value, ir.IntType(32)(0))
            zeros = ir.Constant(ir.VectorType(ir.IntType(32), x.lanes), [ir.IntType(32)(0)]*x.lanes)
            value = builder.shuffle_vector(several, several, zeros)
        yield value
''',
    "bits_of": '''
def bits_of(x):
    """A real's bits as an int."""
    return x.made(x.builder.bitcast(x.value, x.of(ir.IntType(64 if x.wide else 32))))
''',
    "real_of": '''
def real_of(i):
    """The real of an int's bits."""
    return i.made(i.builder.bitcast(i.value, i.of(ir.DoubleType() if i.wide else ir.FloatType())))
''',
    "fused": '''
def fused(x, y, z):
    """x*y + z, rounded once."""
    return x.call("fma", y, z)
''',
    "times": '''
def times(x, y):
    """x*y, rounded: never one with the sum that it goes into."""
    return x.made(x.builder.fmul(x.value, x.raw(y)))
''',
    "signed": '''
def signed(r, x):
    """The absolute value r with x's sign."""
    return r.call("copysign", x)
''',
    # added, 1.5*2**52 (1.5*2**23) rounds to an int, which then stands in the lowest bits
    "nearest": '''
def nearest(x):
    """The nearest whole number, of reals below 2**51 (2**22), and its place in the bits of x + shift."""
    shift = x.pick(6755399441055744.0, 12582912.0)
    t = x + shift
    return t - shift, bits_of(t) - x.pick(4843621399236968448, 1262485504)
''',
    "looked_up": '''
def looked_up(place, rows, name):
    """The row of a table at a place."""
    module, builder, width = place.builder.module, place.builder, len(rows[0])
    if name not in module.globals:
        flat = [value for row in rows for value in row]
        kind = ir.ArrayType(ir.DoubleType(), len(flat))
        table = ir.GlobalVariable(module, kind, name)
        table.linkage, table.global_constant, table.initializer = "internal", True, ir.Constant(kind, flat)
    start, zero = place*width, place.kind(0)
    cells = [builder.gep(module.globals[name], [zero, (start + k).value], inbounds=True) for k in range(width)]
    return [place.made(builder.load(cell)) for cell in cells]
''',
    "two_to": '''
def two_to(k):
    """2**k as a real, for an int k in -1022 … 1023 (-126 … 127)."""
    return real_of((k + k.pick(1023, 127)) << k.pick(52, 23))
''',
}

#: Steps that several functions share.
STEPS = {
    "exp_parts": '''
def exp_parts(x, rest=None):
    """(k, exp(r) - 1) with x + rest = k*log(2) + r."""
    k, i = nearest(x*1.4426950408889634)
    high = fused(k, -0.6931471805599453, x)
    low = times(k, x.pick(2.3190468138462996e-17, -1.9046542121259336e-09))
    low = low if rest is None else low - rest
    r = high - low
    return i, r + (r*r*polynomial(r, EXP) + ((high - r) - low))
''',
    "scaled": '''
def scaled(x, k):
    """x*2**k, also where 2**k is no number: x is near 1."""
    half = k >> 1
    return x*two_to(half)*two_to(k - half)
''',
    "base_of_root": '''
def base_of_root(x):
    """x, to be raised to half an odd number by roots: -0 and -inf have the powers of 0 and inf."""
    return where(x == -INFINITE, INFINITE, x + 0.0)
''',
    "log_parts": '''
def log_parts(x):
    """(k, m) with x = m*2**k, m in sqrt(1/2) … sqrt(2), for x > 0."""
    small = x < x.pick(2.0**-1022, 2.0**-126)
    up = x.pick(54, 25)
    b = bits_of(where(small, x*2.0**up, x))
    k = (b - x.pick(4604544271217802189, 1060439283)) >> x.pick(52, 23)
    shift = x.pick(6755399441055744.0, 12582912.0)
    exponent = real_of(k + x.pick(4843621399236968448, 1262485504)) - where(small, shift + up, shift)
    return exponent, real_of(b - (k << x.pick(52, 23)))
''',
    "log_terms": '''
def log_terms(f):
    """(h, r) with log(1 + f) = f - h + r."""
    s = f/(2.0 + f)
    z = s*s
    h = 0.5*f*f
    return h, s*(h + z*polynomial(z, LOG))
''',
    "log_edges": '''
def log_edges(x, r):
    """The logarithm r of x, at 0, inf, nan and below 0 too."""
    r = where(x < INFINITE, r, x)
    return where(x > 0.0, r, where(x == 0.0, -INFINITE, NOT_A_NUMBER))
''',
    "log_two": '''
def log_two(x):
    """(high, low) with log(2) = high + low, high so short that a multiple of it is exact."""
    return x.pick(0.6931471803691238, 0.693145751953125), x.pick(1.9082149292705877e-10, 1.428606765330187e-06)
''',
    "log_in": '''
def log_in(x, unit, rest, two, two_rest):
    """log(x)/log(b): unit + rest is 1/log(b), and two + two_rest is log(2)/log(b)."""
    k, m = log_parts(x)
    f = m - 1.0
    h, r = log_terms(f)
    high = f - h
    low = ((f - high) - h) + r
    p = times(high, unit)
    q = fused(high, unit, -p) + (high*rest + low*unit) + k*two_rest
    y = times(k, two)
    w = y + p
    v = w - y
    return log_edges(x, w + (q + ((y - (w - v)) + (p - v))))
''',
    "log_pair": '''
def log_pair(x):
    """(high, low) with log(x) = high + low, of twice the digits, for finite x > 0."""
    k, m = log_parts(x)
    f, d = m - 1.0, m + 1.0
    over = 1.0/d
    s = f*over
    t = (fused(-s, d, f) - s*(m - (d - 1.0)))*over          # s + t = (m - 1)/(m + 1)
    z = times(s, s)
    w = fused(s, s, -z) + 2.0*s*t                           # z + w is its square
    p = times(z, 0.3333333333333333)
    third = x.pick(1.850371707708594e-17, -9.934107758624577e-09)
    q = fused(z, 0.3333333333333333, -p) + (z*third + w*0.3333333333333333)
    q = q + z*z*polynomial(z, POW)                          # log(m) = 2*(s + t)*(1 + p + q)
    u = times(s, p)
    v = fused(s, p, -u) + (s*q + (t + t*p))
    h = s + u
    low = ((s - h) + u) + v
    a = times(k, x.pick(0.6931471805598903, 0.693145751953125))
    high = a + 2.0*h
    return high, ((a - high) + 2.0*h) + (2.0*low + k*x.pick(5.497923018708371e-14, 1.428606765330187e-06))
''',
    "angle": '''
def angle(y, x):
    """atan(y/x) in 0 … pi/2, for finite y >= 0 and x >= 0 that are not both 0."""
    steep = y > x
    a, b = where(steep, x, y), where(steep, y, x)
    middle = a > 0.41421356237309503*b
    n, d = where(middle, a - b, a), where(middle, a + b, b)
    q = n/d
    z = q*q
    v = q*z*polynomial(z, ATAN) + fused(-q, d, n)/d
    start = where(middle, 0.7853981633974483, 0.0)
    h = start + q
    low = ((start - h) + q) + (where(middle, x.pick(3.061616997868383e-17, -2.1855694143368964e-08), 0.0) + v)
    t = 1.5707963267948966 - h
    rest = x.pick(6.123233995736766e-17, -4.371138828673793e-08) - low
    return where(steep, t + (((1.5707963267948966 - t) - h) + rest), h + low)
''',
    "half_angle": '''
def half_angle(a):
    """(s, v) with asin(sqrt((1 - a)/2)) = s + v."""
    z = 0.5*(1.0 - a)
    s = z.call("sqrt")
    return s, s*z*polynomial(z, ASIN) + where(z > 0.0, fused(-s, s, z)/(s + s), 0.0)
''',
    # three parts of pi/2: the first difference is exact, what the second loses is in `low`
    "turned": '''
def turned(x):
    """(q, h, low) with x = q*pi/2 + h + low, for x within the bound of `bounded`."""
    n, q = nearest(x*0.6366197723675814)
    middle = x.pick(-6.123233995736766e-17, 4.371138828673793e-08)
    r = fused(n, -1.5707963267948966, x)
    p = times(n, middle)
    h = r + p
    back = h - r
    low = (r - (h - back)) + (p - back)
    return q, h, low + fused(n, middle, -p) + n*x.pick(1.4973849048591698e-33, 1.7151245100058819e-15)
''',
    "sine_cosine": '''
def sine_cosine(h, low):
    """Sine and cosine of h + low, within pi/4."""
    z = h*h
    w = 1.0 - 0.5*z
    sine = h + (h*z*polynomial(z, SIN) + low*w)
    return sine, w + (((1.0 - w) - 0.5*z) + (z*z*polynomial(z, COS) - h*low))
''',
    "bounded": '''
def bounded(function):
    """Makes a function of Numbers that is right below 1e9 (1e5) one that Numba compiles and that is right everywhere.

    Further numbers take the C library's way, one by one. A loop that is to be vector code must not branch: so this is
    a function of its own in the machine code, with versions of several numbers that LLVM knows to be the same function.
    """
    name = function.__name__

    def near(builder, x, far, otherwise):
        """The body of a function: `far` says whether any of its numbers is too large."""
        other = builder.append_basic_block("far")
        ordinary = builder.append_basic_block("near")
        builder.cbranch(far, other, ordinary)
        builder.position_at_end(ordinary)
        builder.ret(function(x).value)
        builder.position_at_end(other)
        builder.ret(otherwise())

    def started(module, kind, symbol, linkage):
        made = ir.Function(module, ir.FunctionType(kind, [kind]), symbol)
        made.linkage = linkage
        for word in ("noinline", "nounwind", "willreturn", "memory(none)"):
            set.add(made.attributes, word)      # llvmlite knows too few words
        builder = ir.IRBuilder(made.append_basic_block("entry"))
        x = Number(builder, made.args[0])
        a = abs(x)
        return made, builder, x, ((a > x.pick(1e9, 1e5)) & (a < INFINITE)).value

    def one(module, kind):
        symbol = f"elementary_{name}_{kind.intrinsic_name}"
        if symbol in module.globals:
            return module.globals[symbol]
        made, builder, x, far = started(module, kind, symbol, "linkonce_odr")

        def library():
            wide = builder.fpext(x.value, ir.DoubleType()) if not x.wide else x.value
            r = Number(builder, wide).call(name).value
            return r if x.wide else builder.fptrunc(r, kind)

        near(builder, x, far, library)
        counts = x.pick((2, 4, 8), (4, 8, 16))
        for count in counts:
            several(module, kind, count, made)
        versions = ",".join(f"_ZGV_LLVM_N{count}v_{symbol}({symbol}_x{count})" for count in counts)
        set.add(made.attributes, f'"vector-function-abi-variant"="{versions}"')
        return made

    def several(module, kind, count, single):
        kinds = ir.VectorType(kind, count)
        made, builder, x, far = started(module, kinds, f"{single.name}_x{count}", "weak_odr")    # not dropped as unused
        form = ir.FunctionType(ir.IntType(1), [far.type])
        symbol = f"llvm.vector.reduce.or.v{count}i1"
        known = module.globals
        reduced = known[symbol] if symbol in known else ir.Function(module, form, symbol)

        def each():
            r = x.value
            for k in range(count):
                place = ir.IntType(32)(k)
                r = builder.insert_element(r, builder.call(single, [builder.extract_element(x.value, place)]), place)
            return r

        near(builder, x, builder.call(reduced, [far]), each)

    def typed(typing_context, x):
        kind = types.float32 if x == types.float32 else types.float64

        def build(context, builder, signature, args):
            return builder.call(one(builder.module, args[0].type), args)

        return kind(kind), build

    typed.__name__, typed.__doc__ = name, function.__doc__
    return intrinsic(typed)
''',
}


def _function(text: str) -> str:
    return "@elementary\n" + text.strip("\n")


def _smooth(text: str) -> str:
    """A function whose result is nan where its argument is."""
    return _function(text.rstrip() + "\n    return where(x == x, r, x)\n")


#: The rows of the op table that have a text here.
MADE = {
    "exp": _smooth('''
def exp(x):
    """e to the power x."""
    y = where(x > x.pick(-746.0, -104.0), x, x.pick(-746.0, -104.0))
    k, p = exp_parts(where(y < x.pick(710.0, 89.0), y, x.pick(710.0, 89.0)))
    r = scaled(1.0 + p, k)
'''),
    "exp2": _smooth('''
def exp2(x):
    """2 to the power x."""
    y = where(x > x.pick(-1080.0, -155.0), x, x.pick(-1080.0, -155.0))
    y = where(y < x.pick(1025.0, 129.0), y, x.pick(1025.0, 129.0))
    k, i = nearest(y)
    f = y - k
    r = scaled(1.0 + f*polynomial(f, EXP2), i)
'''),
    "expm1": _function('''
def expm1(x):
    """exp(x) - 1, exact for small x too."""
    y = where(x > -40.0, x, -40.0)
    k, p = exp_parts(where(y < x.pick(710.0, 89.0), y, x.pick(710.0, 89.0)))
    h = two_to(k - 1)
    r = where(k == 0, p, 2.0*(h*p + (h - 0.5)))
    return where(abs(x) > x.pick(1e-17, 1e-9), r, x)
'''),
    "log": _function('''
def log(x):
    """The natural logarithm."""
    k, m = log_parts(x)
    f = m - 1.0
    h, r = log_terms(f)
    two, rest = log_two(x)
    return log_edges(x, k*two - ((h - (r + k*rest)) - f))
'''),
    "log1p": _function('''
def log1p(x):
    """log(1 + x), exact for small x too."""
    u = 1.0 + x
    v = u - 1.0
    lost = (1.0 - (u - v)) + (x - v)
    k, m = log_parts(u)
    f = where(k == 0.0, x, m - 1.0)
    h, r = log_terms(f)
    two, rest = log_two(x)
    r = r + k*rest + where(k == 0.0, 0.0, lost/u)
    r = log_edges(u, k*two - ((h - r) - f))
    return where(abs(x) > x.pick(1e-17, 1e-9), r, x)
'''),
    "log2": _function('''
def log2(x):
    """The logarithm in base 2."""
    return log_in(x, 1.4426950408889634, x.pick(2.0355273740931033e-17, 1.925963033500011e-08), 1.0, 0.0)
'''),
    "log10": _function('''
def log10(x):
    """The logarithm in base 10."""
    two = x.pick((0.30102999566361177, 3.694239077158931e-13), (0.30103302001953125, -3.0243555500547862e-06))
    return log_in(x, 0.4342944819032518, x.pick(1.098319650216765e-17, -1.0103049952192578e-08), *two)
'''),
    "pow": _function('''
def pow(x, y):
    """x to the power y."""
    a = abs(x)
    high, low = log_pair(where((a > 0.0) & (a < INFINITE), a, 1.0))
    most, least, greatest = x.pick((2.0**65, -746.0, 710.0), (2.0**35, -104.0, 89.0))
    c = where(y < most, y, most)
    c = where(c > -most, c, -most)
    h = times(c, high)
    rest = where(abs(h) < 800.0, fused(c, high, -h) + c*low, 0.0)
    h = where(h < greatest, h, greatest)
    k, p = exp_parts(where(h > least, h, least), rest)
    r = scaled(1.0 + p, k)
    r = where(a == 0.0, where(y > 0.0, 0.0, INFINITE), r)
    r = where(a == INFINITE, where(y > 0.0, INFINITE, 0.0), r)
    whole, half = y.call("trunc"), 0.5*y
    r = where((bits_of(x) < 0) & (whole == y) & (half.call("trunc") != half), -r, r)
    r = where(((x < 0.0) & (a < INFINITE) & (whole != y)) | (x != x) | (y != y), NOT_A_NUMBER, r)
    return where((y == 0.0) | (x == 1.0), 1.0, r)
'''),
    "power_3": _function('''
def power_3(x):
    """x*x*x."""
    return x*x*x
'''),
    "power_4": _function('''
def power_4(x):
    """The square of x's square."""
    return (x*x)*(x*x)
'''),
    # of half an odd number: as many roundings as operations. Two quotients, where one product would leave the range
    "power_3_halves": _function('''
def power_3_halves(x):
    """x*sqrt(x)."""
    a = base_of_root(x)
    return a*a.call("sqrt")
'''),
    "power_5_halves": _function('''
def power_5_halves(x):
    """x*x*sqrt(x)."""
    a = base_of_root(x)
    return a*a*a.call("sqrt")
'''),
    "power_minus_1_half": _function('''
def power_minus_1_half(x):
    """1/sqrt(x)."""
    return 1.0/base_of_root(x).call("sqrt")
'''),
    "power_minus_3_halves": _function('''
def power_minus_3_halves(x):
    """1/x/sqrt(x)."""
    a = base_of_root(x)
    return 1.0/a/a.call("sqrt")
'''),
    "power_minus_5_halves": _function('''
def power_minus_5_halves(x):
    """1/(x*x)/sqrt(x)."""
    a = base_of_root(x)
    return 1.0/(a*a)/a.call("sqrt")
'''),
    "sin": '''
@bounded
def sin(x):
    """The sine."""
    q, h, low = turned(x)
    sine, cosine = sine_cosine(h, low)
    r = where((q & 1) == 0, sine, cosine)
    return where(abs(x) > x.pick(1e-9, 1e-4), where((q & 2) == 0, r, -r), x)
''',
    "cos": '''
@bounded
def cos(x):
    """The cosine."""
    q, h, low = turned(x)
    sine, cosine = sine_cosine(h, low)
    r = where((q & 1) == 0, cosine, sine)
    return where(((q + 1) & 2) == 0, r, -r)
''',
    "tan": '''
@bounded
def tan(x):
    """The tangent."""
    q, h, low = turned(x)
    sine, cosine = sine_cosine(h, low)
    even = (q & 1) == 0
    return where(abs(x) > x.pick(1e-9, 1e-4), where(even, sine, -cosine)/where(even, cosine, sine), x)
''',
    "tanh": _function('''
def tanh(x):
    """The hyperbolic tangent."""
    y = abs(x)
    y = where(y < 20.0, y, 20.0)
    z = y*y
    k, p = exp_parts(2.0*y)
    h = two_to(k)
    t = h*p + (h - 1.0)
    r = where(y < 0.35, y + y*z*polynomial(z, TANH), t/(t + 2.0))
    return where(x == x, signed(r, x), x)
'''),
    "sinh": _function('''
def sinh(x):
    """The hyperbolic sine."""
    y = abs(x)
    y = where(y < x.pick(710.6, 89.5), y, x.pick(710.6, 89.5))
    z = y*y
    k, p = exp_parts(y)
    h = two_to(k - 2)
    e = h + h*p
    r = where(y < 1.0, y + y*z*polynomial(z, SINH), 2.0*(e - 0.0625/e))
    return where(x == x, signed(r, x), x)
'''),
    "cosh": _smooth('''
def cosh(x):
    """The hyperbolic cosine."""
    y = abs(x)
    k, p = exp_parts(where(y < x.pick(710.6, 89.5), y, x.pick(710.6, 89.5)))
    h = two_to(k - 2)
    e = h + h*p
    r = 2.0*(e + 0.0625/e)
'''),
    "atan": _function('''
def atan(x):
    """The arc tangent."""
    y = abs(x)
    most = x.pick(1e300, 1e30)
    r = angle(where(y < most, y, most), x.made(x.raw(1.0)))
    r = where(y > x.pick(1e-8, 1e-4), r, y)
    return where(x == x, signed(r, x), x)
'''),
    "atan2": _function('''
def atan2(y, x):
    """The angle of the point (x, y), in -pi … pi."""
    a, b = abs(y), abs(x)
    big = where(a > b, a, b)
    up, high, low = x.pick((2.0**900, 2.0**900, 2.0**-800), (2.0**80, 2.0**90, 2.0**-60))
    s = where(big > high, 1/up, where(big < low, up, 1.0))
    infinite = big == INFINITE
    c = where(infinite, where(a == INFINITE, 1.0, 0.0), a*s)
    d = where(infinite, where(b == INFINITE, 1.0, 0.0), b*s)
    r = angle(c, where(big > 0.0, d, 1.0))
    below = 3.141592653589793 - (r - x.pick(1.2246467991473532e-16, -8.742277657347586e-08))
    return where((x == x) & (y == y), signed(where(bits_of(x) < 0, below, r), y), NOT_A_NUMBER)
'''),
    "asin": _function('''
def asin(x):
    """The arc sine; nan outside -1 … 1."""
    a = abs(x)
    s, v = half_angle(a)
    z = a*a
    h = 1.5707963267948966 - 2.0*s
    rest = x.pick(6.123233995736766e-17, -4.371138828673793e-08) - 2.0*v
    large = h + (((1.5707963267948966 - h) - 2.0*s) + rest)
    r = where(a < 0.5, a + a*z*polynomial(z, ASIN), large)
    return where(a <= 1.0, signed(r, x), NOT_A_NUMBER)
'''),
    "acos": _function('''
def acos(x):
    """The arc cosine; nan outside -1 … 1."""
    a = abs(x)
    s, v = half_angle(a)
    z = x*x
    half = x.pick(6.123233995736766e-17, -4.371138828673793e-08)
    h = 1.5707963267948966 - x
    middle = h + (((1.5707963267948966 - h) - x) + (half - x*z*polynomial(z, ASIN)))
    g = 3.141592653589793 - 2.0*s
    below = g + (((3.141592653589793 - g) - 2.0*s) + (2.0*half - 2.0*v))
    r = where(a < 0.5, middle, where(x > 0.0, 2.0*(s + v), below))
    return where(a <= 1.0, r, NOT_A_NUMBER)
'''),
    "hypot": _function('''
def hypot(x, y):
    """sqrt(x^2 + y^2), whatever their size."""
    u, v = abs(x), abs(y)
    a, b = where(u > v, u, v), where(u > v, v, u)
    high, low, up = x.pick((2.0**500, 2.0**-500, 2.0**600), (2.0**60, 2.0**-60, 2.0**100))
    s = where(a > high, 1/up, where(a < low, up, 1.0))
    r = fused(a*s, a*s, (b*s)*(b*s)).call("sqrt")*where(a > high, up, where(a < low, 1/up, 1.0))
    r = where((x == x) & (y == y), r, NOT_A_NUMBER)
    return where((a == INFINITE) | (b == INFINITE), INFINITE, r)
'''),
    "cbrt": _function('''
def cbrt(x):
    """The real cube root."""
    a = abs(x)
    digits, bias, up = x.pick((52, 1023, 54), (23, 127, 24))
    small = a < x.pick(2.0**-1022, 2.0**-126)
    b = bits_of(where(small, a*2.0**up, a))
    shift = x.pick(6755399441055744.0, 12582912.0)
    k = real_of(((b >> digits) - bias) + x.pick(4843621399236968448, 1262485504)) - shift
    _, q = nearest(k*0.3333333333333333)
    m = real_of(b - (3*q << digits))
    r = polynomial(m, CBRT)
    c = r*r*r
    r = r*(c + 2.0*m)/(2.0*c + m)
    if x.wide:
        c = r*r*r
        r = r - r*(c - m)/(2.0*c + m)
    c = times(r, r)
    r = r - (fused(c, r, -m) + fused(r, r, -c)*r)/(3.0*c)
    r = r*two_to(q)*where(small, 2.0**(-up//3), 1.0)
    return where(x == x, signed(where((a > 0.0) & (a < INFINITE), r, a), x), x)
'''),
    # at 64 bits Taylor's series about the nearest of k/128: the derivatives of erf are Hermite's polynomials times
    # exp(-t^2); at 32 two polynomials
    "erf": _function('''
def erf(x):
    """The error function."""
    a = abs(x)
    y = where(a < x.pick(6.0, 4.0), a, x.pick(6.0, 4.0))
    if x.wide:
        k = y + 52776558133248.0
        t = k - 52776558133248.0
        at = (bits_of(k) - 4812096201845374976) & 1023
        value, slope = looked_up(at, ERF_TABLE, "table_of_erf")
        d = y - t
        u = t*t
        c2 = 0.3333333333333333*(2.0*u - 1.0)
        c3 = -0.16666666666666666*t*(2.0*u - 3.0)
        c4 = 0.03333333333333333*(4.0*u*u - 12.0*u + 3.0)
        c5 = -0.011111111111111112*t*(4.0*u*u - 20.0*u + 15.0)
        c6 = 0.0015873015873015873*(8.0*u*u*u - 60.0*u*u + 90.0*u - 15.0)
        r = value + slope*(d + d*d*(-t + d*(c2 + d*(c3 + d*(c4 + d*(c5 + d*c6))))))
        r = where(a < 6.0, r, 1.0)
    else:
        k, p = exp_parts(y*polynomial(y, ERFC) - y)
        r = where(a < 0.93, y + y*polynomial(y*y, ERF), 1.0 - scaled(1.0 + p, k))
    return where(x == x, signed(r, x), x)
'''),
}


def _constant(name: str, rows: tuple[tuple[float, ...], ...]) -> str:
    """Coefficients as a line of the text."""
    return f"\n{name} = ({', '.join(repr(row) for row in rows)},)\n"


CONSTANTS = {
    "INFINITE": "\nINFINITE = float(\"inf\")\n",
    "NOT_A_NUMBER": "\nNOT_A_NUMBER = float(\"nan\")\n",
    **{name: _constant(name, rows) for name, rows in COEFFICIENTS.items()},
    "ERF_TABLE": """
# import math
ERF_TABLE = [(math.erf(k/128), 2/math.sqrt(math.pi)*math.exp(-(k/128)**2)) for k in range(769)]
""",
}
TEXTS: dict[str, str] = {**CONSTANTS, **BASE, **STEPS, **MADE}


def _direct(text: str) -> tuple[str, ...]:
    """The other texts that a text names, outside its comments and docstring."""
    code = re.sub(r'""".*?"""|"[^"]*"|#[^\n]*', "", text, flags=re.DOTALL)
    return tuple(dict.fromkeys(name for name in re.findall(r"(?<![\w.])[A-Za-z_]\w*", code) if name in TEXTS))


_DIRECT = {name: _direct(text) for name, text in TEXTS.items()}


def _all_parts(name: str) -> tuple[str, ...]:
    """What a text needs, and what that needs."""
    found = [name]
    for part in found:
        found += [inner for inner in _DIRECT[part] if inner not in found]
    return tuple(found[1:])


NEEDS: dict[str, tuple[str, ...]] = {name: _all_parts(name) for name in TEXTS}
#: Constant exponents that take products, quotients and roots instead of a logarithm.
POWERS = {3: "power_3", 4: "power_4", 1.5: "power_3_halves", 2.5: "power_5_halves", -0.5: "power_minus_1_half",
          -1.5: "power_minus_3_halves", -2.5: "power_minus_5_halves"}
#: The op table's rows that have a text here.
FUNCTIONS = frozenset(MADE) - frozenset(POWERS.values())
