"""Elementary functions as text for Numba: without branches or calls, so that a loop over them becomes vector code.

A loop that calls the C library computes one entry at a time. Here an argument is reduced by arithmetic on its bits, a
polynomial (Chebyshev's, near minimax) gives the value, and the edges are chosen by conditions that the machine computes
on both sides. Each is within 2 units in the last place in 64 bits; 32-bit values go through 64 and are rounded once.

Methods: Cody and Waite, Software Manual for the Elementary Functions; Tang, Table-driven implementation of the
exponential function; fdlibm's log and log1p; Higham, Accuracy and Stability, 2.6, for what an fma recovers.
"""

from __future__ import annotations

# Coefficients, the highest power first: of (exp(r) - 1 - r)/r^2 for |r| <= log(2)/2, and of (2^r - 1)/r for |r| <= 1/2;
# of log((1+s)/(1-s)) = 2s + s*z*(…) in z = s^2; then f(x) = x + x*z*(…) in z = x^2; of the cube root in 1/2 … 4.
EXP = (2.51004110820149e-08, 2.7620121717381933e-07, 2.7557268406190795e-06, 2.4801521225986432e-05,
       0.00019841269863088255, 0.0013888888917258759, 0.008333333333330055, 0.04166666666662404, 0.16666666666666669,
       0.5)
EXP2 = (2.5729344553786755e-11, 4.455822025014915e-10, 7.054897292691627e-09, 1.0178057064573359e-07,
        1.3215486808727859e-06, 1.5252733841601815e-05, 0.00015403530393370715, 0.0013333558146406436,
        0.00961812910762848, 0.055504108664821625, 0.24022650695910072, 0.6931471805599453)
LOG = (0.1461703754879165, 0.1533167403016786, 0.18182890556695602, 0.2222221111514416, 0.2857142862609589,
       0.3999999999989924, 0.666666666666667)
TANH = (-0.0001919937670090668, 0.0005796485945432477, -0.001454574650730437, 0.0035920381229839027,
        -0.00886323174283133, 0.021869488446310148, -0.053968253967184264, 0.13333333333332842, -0.3333333333333333)
SINH = (2.8445264169895285e-15, 7.646625361656657e-13, 1.6059048396350562e-10, 2.505210836405804e-08,
        2.755731922404034e-06, 0.00019841269841269773, 0.008333333333333333, 0.16666666666666666)
ATAN = (-0.019174543572021332, 0.03922974453661223, -0.05085383488842831, 0.058581362519061465, -0.06664509989818045,
        0.07692183087342026, -0.0909090457366906, 0.11111111015146714, -0.1428571428466518, 0.19999999999995513,
        -0.3333333333333333)
ASIN = (0.028187667142318098, -0.010773195325585554, 0.016049124584949316, 0.0077986264075622334, 0.011876344296279416,
        0.013929545950485803, 0.01735526856395352, 0.022372047201808885, 0.030381947379559158, 0.04464285710323956,
        0.07500000000020869, 0.1666666666666665)
CBRT = (-0.0006006407827708218, 0.009745821240903946, -0.06545978580457522, 0.23793809405956254, -0.5259785613419132,
        0.8895132567850927, 0.45506922641416425)


def polynomial(x: str, coefficients: tuple[float, ...]) -> str:
    """Horner's scheme as text."""
    text = repr(coefficients[0])
    for c in coefficients[1:]:
        text = f"({text})*{x} {'-' if c < 0 else '+'} {abs(c)!r}"
    return f"({text})"


def _intrinsic(name: str, arguments: str, result: str, value: str, doc: str) -> str:
    kinds = ", ".join("types.int64" if a == "i" else "types.float64" for a in arguments.split(", "))
    return f'''
# import from llvmlite import ir
# import from numba import types
# import from numba.extending import intrinsic
@intrinsic
def {name}(typing_context, {arguments}):
    """{doc}"""

    def build(context, builder, signature, args):
        return builder.{value}

    return {result}({kinds}), build
'''


def _function(text: str) -> str:
    return "@njit(**OPTIONS, forceinline=True)\n" + text.strip("\n")


def _smooth(text: str) -> str:
    """A function whose result is nan where its argument is."""
    return _function(text.rstrip() + "\n    return r if x == x else x\n")


# name, arguments (i an int), result, what the builder is asked for, meaning
INTRINSICS = (
    ("bits_of", "x", "types.int64", "bitcast(args[0], ir.IntType(64))", "A real's bits as an int."),
    ("real_of", "i", "types.float64", "bitcast(args[0], ir.DoubleType())", "The real of an int's bits."),
    ("fused", "x, y, z", "types.float64", "fma(*args)", "x*y + z, rounded once."),
    ("times", "x, y", "types.float64", "fmul(*args)", "x*y, rounded: never one with the sum that it goes into."),
)
TEXTS: dict[str, str] = {
    **{row[0]: _intrinsic(*row) for row in INTRINSICS},
    "two_to": _function('''
def two_to(k):
    """2**k as a real, for an int k in -1022 … 1023."""
    return real_of((k + 1023) << 52)
'''),
    "signed": _function('''
def signed(r, x):
    """The absolute value r with x's sign."""
    return real_of((bits_of(r) & 9223372036854775807) | (bits_of(x) & -9223372036854775808))
'''),
    # 6755399441055744.0 is 1.5*2**52: added, it rounds to an int, which then stands in the lowest bits
    "exp_parts": _function(f'''
def exp_parts(x):
    """(k, exp(r) - 1) with x = k*log(2) + r."""
    t = x*1.4426950408889634 + 6755399441055744.0
    k = t - 6755399441055744.0
    high = fused(k, -0.6931471805599453, x)
    low = times(k, 2.3190468138462996e-17)
    r = high - low
    return bits_of(t) - 4843621399236968448, r + (r*r*{polynomial("r", EXP)} + ((high - r) - low))
'''),
    "exp": _smooth('''
def exp(x):
    """e to the power x."""
    y = x if x > -746.0 else -746.0
    y = y if y < 710.0 else 710.0
    k, p = exp_parts(y)
    h = k >> 1
    r = (1.0 + p)*two_to(h)*two_to(k - h)
'''),
    "exp2": _smooth(f'''
def exp2(x):
    """2 to the power x."""
    y = x if x > -1080.0 else -1080.0
    y = y if y < 1025.0 else 1025.0
    t = y + 6755399441055744.0
    f = y - (t - 6755399441055744.0)
    k = bits_of(t) - 4843621399236968448
    h = k >> 1
    r = (1.0 + f*{polynomial("f", EXP2)})*two_to(h)*two_to(k - h)
'''),
    "expm1": _function('''
def expm1(x):
    """exp(x) - 1, exact for small x too."""
    y = x if x > -40.0 else -40.0
    y = y if y < 710.0 else 710.0
    k, p = exp_parts(y)
    h = two_to(k - 1)
    r = p if k == 0 else 2.0*(h*p + (h - 0.5))
    return r if abs(x) > 1e-17 else x
'''),
    "log_parts": _function('''
def log_parts(x):
    """(k, m) with x = m*2**k, m in sqrt(1/2) … sqrt(2), for x > 0."""
    small = x < 2.2250738585072014e-308
    b = bits_of(x*18014398509481984.0 if small else x)
    k = (b - 4604544271217802189) >> 52
    power = real_of(k + 4843621399236968448) - (6755399441055798.0 if small else 6755399441055744.0)
    return power, real_of(b - (k << 52))
'''),
    "log_terms": _function(f'''
def log_terms(f):
    """(h, r) with log(1 + f) = f - h + r."""
    s = f/(2.0 + f)
    z = s*s
    h = 0.5*f*f
    return h, s*(h + z*{polynomial("z", LOG)})
'''),
    "log_edges": _function('''
def log_edges(x, r):
    """The logarithm r of x, at 0, inf, nan and below 0 too."""
    r = r if x < np.inf else x
    return r if x > 0.0 else (-np.inf if x == 0.0 else np.nan)
'''),
    "log": _function('''
def log(x):
    """The natural logarithm."""
    k, m = log_parts(x)
    f = m - 1.0
    h, r = log_terms(f)
    return log_edges(x, k*0.6931471803691238 - ((h - (r + k*1.9082149292705877e-10)) - f))
'''),
    "log1p": _function('''
def log1p(x):
    """log(1 + x), exact for small x too."""
    u = 1.0 + x
    v = u - 1.0
    lost = (1.0 - (u - v)) + (x - v)
    k, m = log_parts(u)
    f = x if k == 0.0 else m - 1.0
    h, r = log_terms(f)
    r += k*1.9082149292705877e-10 + (0.0 if k == 0.0 else lost/u)
    r = log_edges(u, k*0.6931471803691238 - ((h - r) - f))
    return r if abs(x) > 1e-17 else x
'''),
    "log_in": _function('''
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
'''),
    "log2": _function('''
def log2(x):
    """The logarithm in base 2."""
    return log_in(x, 1.4426950408889634, 2.0355273740931033e-17, 1.0, 0.0)
'''),
    "log10": _function('''
def log10(x):
    """The logarithm in base 10."""
    return log_in(x, 0.4342944819032518, 1.098319650216765e-17, 0.30102999566361177, 3.694239077158931e-13)
'''),
    "tanh": _function(f'''
def tanh(x):
    """The hyperbolic tangent."""
    y = abs(x)
    y = y if y < 20.0 else 20.0
    z = y*y
    k, p = exp_parts(2.0*y)
    h = two_to(k)
    t = h*p + (h - 1.0)
    r = y + y*z*{polynomial("z", TANH)} if y < 0.35 else t/(t + 2.0)
    return signed(r, x) if x == x else x
'''),
    "sinh": _function(f'''
def sinh(x):
    """The hyperbolic sine."""
    y = abs(x)
    y = y if y < 710.6 else 710.6
    z = y*y
    k, p = exp_parts(y)
    h = two_to(k - 2)
    e = h + h*p
    r = y + y*z*{polynomial("z", SINH)} if y < 1.0 else 2.0*(e - 0.0625/e)
    return signed(r, x) if x == x else x
'''),
    "cosh": _smooth('''
def cosh(x):
    """The hyperbolic cosine."""
    y = abs(x)
    y = y if y < 710.6 else 710.6
    k, p = exp_parts(y)
    h = two_to(k - 2)
    e = h + h*p
    r = 2.0*(e + 0.0625/e)
'''),
    "angle": _function(f'''
def angle(y, x):
    """atan(y/x) in 0 … pi/2, for finite y >= 0 and x >= 0 that are not both 0."""
    steep = y > x
    a = x if steep else y
    b = y if steep else x
    middle = a > 0.41421356237309503*b
    n = a - b if middle else a
    d = a + b if middle else b
    q = n/d
    z = q*q
    v = q*z*{polynomial("z", ATAN)} + fused(-q, d, n)/d
    start = 0.7853981633974483 if middle else 0.0
    h = start + q
    low = ((start - h) + q) + ((3.061616997868383e-17 if middle else 0.0) + v)
    t = 1.5707963267948966 - h
    return t + (((1.5707963267948966 - t) - h) + (6.123233995736766e-17 - low)) if steep else h + low
'''),
    "atan": _function('''
def atan(x):
    """The arc tangent."""
    y = abs(x)
    r = angle(y if y < 1e300 else 1e300, 1.0)
    r = r if y > 1e-8 else y
    return signed(r, x) if x == x else x
'''),
    "atan2": _function('''
def atan2(y, x):
    """The angle of the point (x, y), in -pi … pi."""
    a, b = abs(y), abs(x)
    big = a if a > b else b
    s = 1e-300 if big > 1e300 else (1e300 if big < 1e-250 else 1.0)
    c = (1.0 if a == np.inf else 0.0) if big == np.inf else a*s
    d = (1.0 if b == np.inf else 0.0) if big == np.inf else b*s
    r = angle(c, d if big > 0.0 else 1.0)
    r = 3.141592653589793 - (r - 1.2246467991473532e-16) if bits_of(x) < 0 else r
    return signed(r, y) if x == x and y == y else np.nan
'''),
    "half_angle": _function(f'''
def half_angle(a):
    """(s, v) with asin(sqrt((1 - a)/2)) = s + v."""
    z = 0.5*(1.0 - a)
    s = np.sqrt(z)
    return s, s*z*{polynomial("z", ASIN)} + (fused(-s, s, z)/(s + s) if z > 0.0 else 0.0)
'''),
    "asin": _function(f'''
def asin(x):
    """The arc sine; nan outside -1 … 1."""
    a = abs(x)
    s, v = half_angle(a)
    z = a*a
    h = 1.5707963267948966 - 2.0*s
    large = h + (((1.5707963267948966 - h) - 2.0*s) + (6.123233995736766e-17 - 2.0*v))
    r = a + a*z*{polynomial("z", ASIN)} if a < 0.5 else large
    return signed(r, x) if a <= 1.0 else np.nan
'''),
    "acos": _function(f'''
def acos(x):
    """The arc cosine; nan outside -1 … 1."""
    a = abs(x)
    s, v = half_angle(a)
    z = x*x
    h = 1.5707963267948966 - x
    middle = h + (((1.5707963267948966 - h) - x) + (6.123233995736766e-17 - x*z*{polynomial("z", ASIN)}))
    g = 3.141592653589793 - 2.0*s
    below = g + (((3.141592653589793 - g) - 2.0*s) + (1.2246467991473532e-16 - 2.0*v))
    r = middle if a < 0.5 else (2.0*(s + v) if x > 0.0 else below)
    return r if a <= 1.0 else np.nan
'''),
    "hypot": _function('''
def hypot(x, y):
    """sqrt(x^2 + y^2), whatever their size."""
    u, v = abs(x), abs(y)
    a = u if u > v else v
    b = v if u > v else u
    s = 1e-300 if a > 1e150 else (1e300 if a < 1e-150 else 1.0)
    r = np.sqrt(fused(a*s, a*s, (b*s)*(b*s)))*(1e300 if a > 1e150 else (1e-300 if a < 1e-150 else 1.0))
    r = r if x == x and y == y else np.nan
    return np.inf if a == np.inf or b == np.inf else r
'''),
    "cbrt": _function(f'''
def cbrt(x):
    """The real cube root."""
    a = abs(x)
    small = a < 2.2250738585072014e-308
    b = bits_of(a*18014398509481984.0 if small else a)
    k = real_of(((b >> 52) - 1023) + 4843621399236968448) - 6755399441055744.0
    q = bits_of(k*0.3333333333333333 + 6755399441055744.0) - 4843621399236968448
    m = real_of(b - (3*q << 52))
    r = {polynomial("m", CBRT)}
    c = r*r*r
    r = r*(c + 2.0*m)/(2.0*c + m)
    c = r*r*r
    r = r - r*(c - m)/(2.0*c + m)
    c = times(r, r)
    r = r - (fused(c, r, -m) + fused(r, r, -c)*r)/(3.0*c)
    r = r*two_to(q)*(0.000003814697265625 if small else 1.0)
    return signed(r if a > 0.0 and a < np.inf else a, x) if x == x else x
'''),
    "ERF": '''
# import math
ERF = np.array([(math.erf(k/128), 2/math.sqrt(math.pi)*math.exp(-(k/128)**2)) for k in range(769)])
''',
    # Taylor's series about the nearest of k/128; the derivatives of erf are Hermite's polynomials times exp(-t^2)
    "erf": _function('''
def erf(x):
    """The error function."""
    a = abs(x)
    y = a if a < 6.0 else 6.0
    k = y + 52776558133248.0
    t = k - 52776558133248.0
    at = (bits_of(k) - bits_of(52776558133248.0)) & 1023
    d = y - t
    u = t*t
    c2 = 0.3333333333333333*(2.0*u - 1.0)
    c3 = -0.16666666666666666*t*(2.0*u - 3.0)
    c4 = 0.03333333333333333*(4.0*u*u - 12.0*u + 3.0)
    c5 = -0.011111111111111112*t*(4.0*u*u - 20.0*u + 15.0)
    c6 = 0.0015873015873015873*(8.0*u*u*u - 60.0*u*u + 90.0*u - 15.0)
    r = ERF[at, 0] + ERF[at, 1]*(d + d*d*(-t + d*(c2 + d*(c3 + d*(c4 + d*(c5 + d*c6))))))
    r = r if a < 6.0 else 1.0
    return signed(r, x) if x == x else x
'''),
}
_PARTS: dict[str, tuple[str, ...]] = {
    "two_to": ("real_of",), "signed": ("bits_of", "real_of"), "exp_parts": ("bits_of", "fused", "times"),
    "exp": ("exp_parts", "two_to"), "exp2": ("bits_of", "two_to"), "expm1": ("exp_parts", "two_to"),
    "log_parts": ("bits_of", "real_of"), "log": ("log_parts", "log_terms", "log_edges"),
    "log1p": ("log_parts", "log_terms", "log_edges"),
    "log_in": ("log_parts", "log_terms", "log_edges", "times", "fused"), "log2": ("log_in",), "log10": ("log_in",),
    "tanh": ("exp_parts", "two_to", "signed"), "sinh": ("exp_parts", "two_to", "signed"),
    "cosh": ("exp_parts", "two_to"),
    "angle": ("fused",), "atan": ("angle", "signed"), "atan2": ("angle", "signed", "bits_of"),
    "half_angle": ("fused",), "asin": ("half_angle", "signed"), "acos": ("half_angle",), "hypot": ("fused",),
    "cbrt": ("bits_of", "real_of", "two_to", "times", "fused", "signed"), "erf": ("ERF", "bits_of", "signed"),
}


def _all_parts(name: str) -> tuple[str, ...]:
    """What a function's text needs, and what that needs."""
    direct = _PARTS.get(name, ())
    return tuple(dict.fromkeys([*direct, *(inner for part in direct for inner in _all_parts(part))]))


NEEDS: dict[str, tuple[str, ...]] = {name: _all_parts(name) for name in TEXTS}
# The op table's rows that have a text here.
FUNCTIONS = frozenset(name for name in TEXTS if not any(name in parts for parts in _PARTS.values()))
