"""The independent judge: walks the tree of a script over NumPy and shares nothing with the compiler but the parser.

    run(text, inputs) -> (outputs, traces)

It is slow and plain. It knows values, not types: a variable that a loop would promote stays as it was if no round
ran, so callers compare values, not element types. What is refused before anything runs (names, types, two named sizes
that never stretch) is for the compiler's own tests; what depends on values is a Fault of the same kind as gdc.Error's.
grad is a difference quotient of fourth order: the statements since the variable was assigned are run again near it.
"""

import itertools
import math
import operator
import unicodedata
import warnings
from dataclasses import dataclass, field

import numpy as np
import reference_random
from reference_functions import FUNCTIONS, SEVERAL, Refused
from scipy import special

from gdc.dsl import tree
from gdc.dsl.parse import parse
from gdc.dsl.source import Source

STEP = 1e-3  # of the difference quotient, times the size of what is varied
DTYPES = {"bool": np.bool_, "int": np.int64, "real": np.float64, "complex": np.complex128, "i32": np.int32,
          "i64": np.int64, "f32": np.float32, "f64": np.float64, "c64": np.complex64, "c128": np.complex128}
WIDE = {"b": np.bool_, "i": np.int64, "u": np.int64, "f": np.float64, "c": np.complex128}
MOST_ROUNDS = 100_000


class Fault(Exception):
    """An error that the script makes, of one of gdc.Error's kinds."""

    def __init__(self, kind, message, node=None):
        super().__init__(f"{kind}: {message}" + (f" (line {node.span.line})" if node else ""))
        self.kind, self.line = kind, node.span.line if node else None


class Leave(Exception):
    """stop or skip."""


@dataclass
class Scope:
    """The variables of the program or of one call; `log` is what was run, for grad."""

    names: dict = field(default_factory=dict)
    sizes: dict = field(default_factory=dict)
    watched: frozenset = frozenset()  # names that a grad of this scope names
    starts: dict = field(default_factory=dict)  # name: (the variables just after its assignment, the log's length)
    log: list = field(default_factory=list)


def run(text, inputs):
    """The outputs and traces of a script."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Judge(parse(Source(text))).run(
            {unicodedata.normalize("NFKC", k): np.asarray(v) for k, v in inputs.items()}
        )


# --- values ------------------------------------------------------------------------------------


def number(a):
    """In arithmetic a bool is the int 0 or 1."""
    a = np.asarray(a)
    return a.astype(np.int64) if a.dtype.kind == "b" else a


def real(a):
    a = np.asarray(a)
    return a if a.dtype.kind == "c" else a.astype(np.float64)


def held(a, element):
    """What an element of that name holds of a value. The judge itself computes in the widest of each kind."""
    narrow = np.asarray(a).astype(DTYPES[element])
    return narrow.astype(WIDE[narrow.dtype.kind])


def kind(a):
    return np.asarray(a).dtype.kind


def meet(*arrays, node=None):
    """Refuses what does not broadcast, and arrays of two ranks that make a third shape."""
    shapes = [np.shape(a) for a in arrays if np.ndim(a)]
    try:
        result = np.broadcast_shapes(*shapes)
    except ValueError:
        raise Fault("shape", f"{shapes} do not go together", node) from None
    if len({len(s) for s in shapes}) > 1 and result not in shapes:
        raise Fault("shape", f"{shapes} would make {result}", node)


def common(*arrays):
    """The arrays in the widest of their kinds."""
    widest = max((kind(a) for a in arrays), key="bifc".index)
    return [np.asarray(a).astype(WIDE[widest]) for a in arrays]


def power(x, y):
    if kind(x) == "i" and kind(y) == "i" and np.any(y < 0):
        raise Fault("value", "an int to a negative power")
    return np.power(*common(x, y)) if kind(y) == "i" and kind(x) == "i" else np.power(real(x), y)


def whole(op):
    """`//` or `%`: of ints by zero an error."""

    def divide(x, y):
        if kind(x) == "i" and kind(y) == "i" and np.any(y == 0):
            raise Fault("value", "division by zero")
        return op(*common(x, y))

    return divide


BINARY = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": lambda x, y: np.true_divide(real(x), real(y)),
    "//": whole(np.floor_divide),
    "%": whole(np.remainder),
    "^": power,
}
COMPARE = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def binary(op, x, y, node):
    if op == "·":
        op = "@" if np.ndim(x) and np.ndim(y) else "*"
    if op == "@":
        return product(number(x), number(y), node)
    meet(x, y, node=node)
    return np.asarray(BINARY[op](number(x), number(y)))


def product(x, y, node):
    if not np.ndim(x) or not np.ndim(y):
        raise Fault("shape", "@ of a scalar", node)
    try:
        return np.asarray(np.matmul(*common(x, y)))
    except ValueError as error:
        raise Fault("shape", str(error), node) from None


# --- functions ---------------------------------------------------------------------------------

SMOOTH = {
    **{
        n: getattr(np, n)
        for n in "exp log log1p expm1 log2 log10 exp2 sqrt cbrt sin cos tan sinh cosh tanh hypot".split()
    },
    **{f"a{n}": getattr(np, f"arc{n}") for n in ("sin", "cos", "tan", "tan2")},
    "erf": special.erf,
    "gamma": special.gamma,
    "lgamma": special.gammaln,
    "isnan": np.isnan,
    "isinf": np.isinf,
    "isfinite": np.isfinite,
}
ROUNDING = {"floor": np.floor, "ceil": np.ceil, "round": np.rint, "trunc": np.trunc}
BITS = {
    "bitand": np.bitwise_and,
    "bitor": np.bitwise_or,
    "bitxor": np.bitwise_xor,
    "bitnot": np.invert,
    "shl": np.left_shift,
    "shr": np.right_shift,
}
MAPS = {
    **{n: (lambda *a, f=f: f(*map(real, a))) for n, f in SMOOTH.items()},
    **{n: (lambda a, f=f: f(a) if kind(a) == "f" else number(a)) for n, f in ROUNDING.items()},
    **{n: (lambda *a, f=f: f(*map(number, a))) for n, f in BITS.items()},
    "abs": lambda a: np.abs(number(a)),
    "sign": lambda a: np.sign(number(a)),
    "minimum": lambda x, y: np.minimum(*common(x, y)),
    "maximum": lambda x, y: np.maximum(*common(x, y)),
    "clip": lambda x, lo, hi: np.minimum(np.maximum(*common(x, lo, hi)[:2]), common(x, lo, hi)[2]),
    "where": lambda c, x, y: np.where(c, *common(x, y)),
    "real": lambda x: np.real(number(x)),
    "imag": lambda x: np.imag(number(x)),
    "conj": lambda x: np.conj(number(x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-real(x))),
    "relu": lambda x: np.maximum(x, 0),
    "softplus": lambda x: np.logaddexp(0, real(x)),
}


def logsumexp(x, axis, keepdims):
    return special.logsumexp(real(x), axis=axis, keepdims=keepdims)


REDUCTIONS = {
    "sum": lambda x, **o: np.sum(number(x), **o),
    "prod": lambda x, **o: np.prod(number(x), **o),
    "mean": lambda x, **o: np.mean(real(x), **o),
    "var": lambda x, **o: np.var(real(x), **o),
    "std": lambda x, **o: np.std(real(x), **o),
    "min": np.min,
    "max": np.max,
    "any": lambda x, **o: np.any(x != 0, **o),
    "all": lambda x, **o: np.all(x != 0, **o),
    "norm": lambda x, **o: np.sqrt(np.sum(np.square(np.abs(real(x))), **o)),
    "logsumexp": logsumexp,
    "argmin": np.argmin,
    "argmax": np.argmax,
}
NO_VALUES = ("min", "max", "argmin", "argmax")  # of an empty array an error
OF_NOTHING = {"sum": 0, "prod": 1, "any": False, "all": True, "mean": math.nan}  # over an empty range


def reduce(name, x, axis=None, keepdims=False, node=None):
    x = np.asarray(x)
    axes = tuple(range(x.ndim)) if axis is None else tuple(a % x.ndim for a in np.atleast_1d(axis))
    if name in NO_VALUES and math.prod(x.shape[a] for a in axes) == 0:
        raise Fault("value", f"{name} of no values", node)
    if name in ("argmin", "argmax"):
        return REDUCTIONS[name](x, axis=None if axis is None else axes[0], keepdims=keepdims)
    return np.asarray(REDUCTIONS[name](x, axis=axes, keepdims=keepdims))


def softmax(x, axis=-1):
    return np.exp(log_softmax(x, axis))


def log_softmax(x, axis=-1):
    return real(x) - special.logsumexp(real(x), axis=int(axis), keepdims=True)


def linear(function):
    """NumPy's, with its complaint as a Fault."""

    def call(*args, lower=False, upper=False):
        try:
            first, *others = map(real, args)
            return function(np.tril(first) if lower else np.triu(first) if upper else first, *others)
        except np.linalg.LinAlgError as error:
            raise Fault("shape" if "square" in str(error) else "value", str(error)) from None
        except ValueError as error:
            raise Fault("shape", str(error)) from None

    return call


def sized(*sizes):
    if any(s < 0 for s in sizes):
        raise Fault("value", "a size cannot be negative")
    return tuple(int(s) for s in sizes)


def roll(x, k, axis=None):
    return np.roll(x, int(k), None if axis is None else tuple(np.atleast_1d(axis)))


def one_hot(i, k):
    return real(np.asarray(i)[:, None] == np.arange(k))


def randint(seed, low, high, *shape):
    if not 0 < int(high) - int(low) < 2**63:
        raise Fault("value", "randint wants lo < hi")
    return reference_random.randint(seed, low, high, *shape)


PLAIN = {
    **MAPS,
    **FUNCTIONS,
    "softmax": softmax,
    "log_softmax": log_softmax,
    "standardize": lambda X: (real(X) - np.mean(X, 0)) / np.std(X, 0),
    "mse": lambda p, y: np.mean(np.square(real(p) - y)),
    "mae": lambda p, y: np.mean(np.abs(real(p) - y)),
    "r2": lambda p, y: 1 - np.sum(np.square(real(y) - p)) / np.sum(np.square(real(y) - np.mean(y))),
    "eye": lambda n: np.eye(*sized(n)),
    "linspace": lambda a, b, n: np.linspace(a, b, int(n)),
    "arange": lambda n: np.arange(*sized(n)),
    "like": lambda x, v: np.full(np.shape(x), v, np.asarray(x).dtype),
    "size": lambda x, axis=None: np.asarray(np.size(x) if axis is None else np.shape(x)[axis]),
    "rank": lambda x: np.asarray(np.ndim(x)),
    "transpose": lambda x, *axes: np.transpose(x, [int(a) for a in axes] or None),
    "concat": lambda *a, axis=0: np.concatenate(common(*a), axis=int(axis)),
    "stack": lambda *a, axis=0: np.stack(common(*a), axis=int(axis)),
    "flip": lambda x, axis=None: np.flip(x, axis if axis is None else tuple(np.atleast_1d(axis))),
    "roll": roll,
    "tile": lambda x, *k: np.tile(x, sized(*k)),
    "squeeze": lambda x, axis=None: np.squeeze(x, axis if axis is None else tuple(np.atleast_1d(axis))),
    "broadcast": lambda x, *sizes: np.broadcast_to(x, sized(*sizes)),
    "diag": np.diag,
    "triu": lambda x, k=0: np.triu(x, int(k)),
    "tril": lambda x, k=0: np.tril(x, int(k)),
    "outer": np.outer,
    "trace": np.trace,
    "one_hot": one_hot,
    **reference_random.FUNCTIONS,
    "randint": randint,
    "solve": linear(lambda A, b: np.linalg.solve(A, b)),
    "inv": linear(np.linalg.inv),
    "det": linear(np.linalg.det),
    "cholesky": linear(np.linalg.cholesky),
}


def every_occurrence(array, key, op, value, node):
    """`A[k] += v` where every occurrence of a repeated place counts, as in a loop."""
    places = np.arange(array.size).reshape(array.shape)[key]
    for place, one in zip(places.flat, np.broadcast_to(value, places.shape).flat, strict=True):
        array.flat[place] = binary(op, array.flat[place], one, node)


class Judge:
    def __init__(self, script):
        self.script = script
        self.functions = {s.name: s for s in script.statements if isinstance(s, tree.Def)}
        self.traces = {n.name: [] for n in tree.walk(script) if isinstance(n, tree.Record)}
        self.outputs = []

    def run(self, inputs):
        top = [s for s in self.script.statements if not isinstance(s, (tree.Input, tree.Param, tree.Def))]
        self.scope = Scope(watched=watched(top))
        self.sizes = {}
        declared = [s for s in self.script.statements if isinstance(s, (tree.Input, tree.Param))]
        if declared:
            self.declare(declared, inputs)
        else:
            for name, value in inputs.items():
                self.bind(name, plain(value))
        self.block(top)
        names = self.outputs or [n for n in dict.fromkeys(assigned(top)) if n in self.scope.names]
        traces = {k: np.array(v) for k, v in self.traces.items()}
        return {n: self.read(n) for n in names}, traces

    # --- contracts

    def declare(self, declared, inputs):
        values = {}
        for s in declared:
            if s.name in inputs:
                values[s.name] = contracted(s, inputs[s.name])
            elif isinstance(s, tree.Input):
                raise Fault("name", f"{s.name} is not given", s)
        for s in declared:
            if s.type and s.type.dims and s.name in values:
                self.scope.sizes |= sizes_of(s.type, values[s.name], self.scope.sizes, s)
            elif s.type and s.type.element == "int" and s.name in values:
                self.scope.sizes.setdefault(s.name, int(values[s.name]))
        self.sizes = self.scope.sizes
        for s in declared:
            if s.name not in values:
                values[s.name] = contracted(s, self.expr(s.default))
            if s.type and s.type.dims:
                sizes_of(s.type, values[s.name], self.scope.sizes, s)
            self.bind(s.name, values[s.name])

    # --- statements

    def block(self, statements):
        for s in statements:
            getattr(self, f"do_{type(s).__name__}")(s)

    def bind(self, name, value):
        """Gives a variable its value; grad starts here, and remembers it."""
        if name == "_":
            return
        scope = self.scope
        scope.names[name] = np.asarray(value)
        if scope.watched:
            scope.log.append(lambda again: again.bind(name, value))
        if name in scope.watched:
            scope.starts[name] = dict(scope.names), len(scope.log)

    def read(self, name, node=None):
        if name in self.scope.names:
            return self.scope.names[name]
        if name in self.scope.sizes:
            return np.asarray(self.scope.sizes[name])
        raise Fault("name", f"{name} has no value", node)

    def do_Assign(self, s):
        length = len(self.scope.log)
        if len(s.targets) > 1:
            values = self.results(s.value)
            for target, value in zip(s.targets, values, strict=True):
                self.bind(target.name, value)
        elif isinstance(s.targets[0], tree.Index):
            self.assign_part(s.targets[0], s.op, s.value)
        else:
            value = self.expr(s.value)
            if s.op:
                value = binary(s.op, self.read(s.targets[0].name, s), value, s)
            self.bind(s.targets[0].name, value)
        if self.scope.watched and not any(differentiates(n) for n in tree.walk(s)):
            self.scope.log[length:] = [lambda again: again.do_Assign(s)]

    def assign_part(self, target, op, value_tree):
        name = target.base.name
        base = self.read(name, target)
        key = self.key(target, base)
        value = self.expr(value_tree)
        new = np.array(base)
        if kind(value) == "f" and kind(base) != "f":
            raise Fault("type", f"{name} cannot hold a real", target)
        try:
            if op and isinstance(key, tuple) and any(isinstance(k, np.ndarray) for k in key):
                every_occurrence(new, key, op, value, target)
            else:
                new[key] = binary(op, base[key], value, target) if op else value
        except ValueError as error:
            raise Fault("shape", str(error), target) from None
        self.bind(name, new)

    def do_Repeat(self, s):
        self.rounds(range(int(self.expr(s.count))), None, s.body)

    def do_For(self, s):
        self.nest(s.ranges, s.body)

    def nest(self, ranges, body):
        """The first range's loop; stop and skip belong to the last."""
        first, *rest = ranges
        places = self.range_of(first)
        if not rest:
            self.rounds(places, first.name, body)
            return
        with Hidden(self, first.name):
            for i in places:
                self.bind(first.name, i)
                self.nest(rest, body)

    def do_ForEach(self, s):
        self.rounds(self.expr(s.over), s.name, s.body)

    def do_While(self, s):
        self.rounds(itertools.takewhile(lambda _: bool(self.expr(s.condition)), range(MOST_ROUNDS)), None, s.body)

    def rounds(self, places, name, body):
        with Hidden(self, name):
            for i in places:
                if name:
                    self.bind(name, i)
                try:
                    self.block(body)
                except Leave as leave:
                    if leave.args[0] == "stop":
                        break

    def do_Leave(self, s):
        if s.condition is None or self.expr(s.condition):
            raise Leave(s.word)

    def do_If(self, s):
        for condition, body in s.arms:
            if self.expr(condition):
                return self.block(body)
        return self.block(s.orelse)

    def do_Record(self, s):
        if s.value is not None:
            self.bind(s.name, self.expr(s.value))
        entries = self.traces[s.name]
        entries.append(self.read(s.name, s))
        if entries[0].shape != entries[-1].shape:
            raise Fault("shape", "a recorded value keeps one shape", s)

    def do_Print(self, s):
        for item in s.items:
            if not isinstance(item, tree.String):
                self.expr(item)

    def do_Assert(self, s):
        if not self.expr(s.condition):
            raise Fault("assert", s.message, s)

    def do_AssertGrad(self, s):
        wanted, given = self.grad(s.value, s.variable.name), real(self.expr(s.derivative))
        if not np.allclose(given, wanted, rtol=1e-5, atol=1e-9):
            raise Fault("assert", "no derivative", s)

    def do_Output(self, s):
        if s.value is not None:
            self.bind(s.name, self.expr(s.value))
        self.outputs.append(s.name)

    # --- expressions

    def expr(self, e):
        try:
            return np.asarray(getattr(self, f"do_{type(e).__name__}")(e))
        except Fault as fault:
            fault.line = fault.line or e.span.line
            raise

    def do_Number(self, e):
        return e.value

    def do_Constant(self, e):
        return {"pi": math.pi, "inf": math.inf, "nan": math.nan, "true": True, "false": False}[e.name]

    def do_Name(self, e):
        return self.read(e.name, e)

    def do_Transpose(self, e):
        value = self.expr(e.base)
        return np.swapaxes(value, -1, -2) if value.ndim > 1 else value

    def do_Array(self, e):
        return np.array(common(*(self.expr(i) for i in e.items)))

    def do_Unary(self, e):
        if e.op == "-" and isinstance(e.operand, tree.Number):
            return -e.operand.value  # -9223372036854775808 is an int, its digits alone are not
        value = self.expr(e.operand)
        if e.op == "not":
            return np.logical_not(value)
        return value if e.op == "+" else -number(value)

    def do_Power(self, e):
        return binary("^", self.expr(e.base), self.expr(e.exponent), e)

    def do_Chain(self, e):
        value = self.expr(e.first)
        for op, right in zip(e.ops, e.rest, strict=True):
            if op in ("and", "or"):
                if not value.ndim and bool(value) == (op == "or"):
                    other = np.asarray(op == "or") if not self.is_array(right) else self.expr(right)
                else:
                    other = self.expr(right)
                meet(value, other, node=e)
                value = (np.logical_and if op == "and" else np.logical_or)(value, other)
            else:
                value = binary(op, value, self.expr(right), e)
        return value

    def is_array(self, e):
        """Whether an expression that need not be evaluated would be an array: then it has no error to hide."""
        try:
            return bool(self.expr(e).ndim)
        except (Fault, IndexError):
            return False

    def do_Compare(self, e):
        values = [self.expr(x) for x in (e.first, *e.rest)]
        meet(*values, node=e)
        found = [
            getattr(operator, COMPARE[op])(*common(x, y))
            for op, (x, y) in zip(e.ops, itertools.pairwise(values), strict=True)
        ]
        return np.logical_and.reduce(np.broadcast_arrays(*found))

    def do_Conditional(self, e):
        condition = self.expr(e.condition)
        if not condition.ndim:
            return self.expr(e.then if condition else e.orelse)
        then, orelse = self.expr(e.then), self.expr(e.orelse)
        meet(condition, then, orelse, node=e)
        return np.where(condition, *common(then, orelse))

    def do_Index(self, e):
        base = self.expr(e.base)
        return base[self.key(e, base)]

    # --- subscripts

    def key(self, e, base):
        """NumPy's key, after every place has been held against its axis."""
        taken = [self.expr(s) if isinstance(s, tree.Expr) else None for s in e.subscripts]
        masks = [t for t in taken if t is not None and kind(t) == "b" and t.ndim]
        used = sum(m.ndim - 1 for m in masks) + sum(
            not isinstance(s, (tree.NewAxis, tree.Ellipsis)) for s in e.subscripts
        )
        if used > base.ndim:
            raise Fault("shape", "too many subscripts", e)
        if masks:
            if masks[0].shape != base.shape[: masks[0].ndim]:
                raise Fault("shape", "the mask has another shape", e)
            return masks[0]
        key, axis = [], 0
        for s in e.subscripts:
            if isinstance(s, tree.NewAxis):
                key.append(np.newaxis)
            elif isinstance(s, tree.Ellipsis):
                key.append(Ellipsis)
                axis += base.ndim - used
            else:
                size = base.shape[axis]
                key.append(self.slice(s, size, e) if isinstance(s, tree.Slice) else self.place(s, size, e))
                axis += 1
        return tuple(key)

    def counted(self, s, size):
        """A subscript or bound: written with a leading minus it counts from the end."""
        if isinstance(s, tree.Unary) and s.op == "-":
            return size - number(self.expr(s.operand))
        return number(self.expr(s))

    def place(self, s, size, e):
        place = self.counted(s, size)
        if place.dtype.kind != "i":
            raise Fault("type", "a subscript must be int", e)
        if np.any((place < 0) | (place >= size)):
            raise Fault("index", f"{place} is out of range for {size}", e)
        return place if place.ndim else int(place)

    def slice(self, s, size, e):
        step = 1 if s.step is None else int(self.expr(s.step))
        first, last = (0, size) if step > 0 else (size - 1, -1)
        start = first if s.start is None else int(self.counted(s.start, size))
        stop = last if s.stop is None else int(self.counted(s.stop, size))
        given = [p for p, bound in ((start, s.start), (stop, s.stop)) if bound is not None]
        if any(not 0 <= p <= size for p in given) or (step < 0 and s.start is not None and start == size):
            raise Fault("index", f"{given} outside an axis of {size}", e)
        if (stop - start) * step < 0:
            raise Fault("index", f"{start} to {stop} runs the other way", e)
        return slice(start, None if stop < 0 else stop, step)

    # --- index notation

    def range_of(self, r):
        start, stop = int(self.expr(r.start)), int(self.expr(r.stop))
        step = 1 if r.step is None else int(self.expr(r.step))
        if step == 0:
            raise Fault("value", "a step of 0", r)
        return range(start, stop, step)

    def places(self, ranges, bodies):
        """Every combination of the indices, as bound one after the other; and how many each range has where it is
        known."""
        if not ranges:
            yield ()
            return
        first, *rest = ranges
        found = self.range_of(first) if first.stop is not None else self.inferred(first, ranges, bodies)
        for i in found:
            self.scope.names[first.name] = np.asarray(i)
            for others in self.places(rest, bodies):
                yield (i, *others)

    def inferred(self, r, ranges, bodies):
        """The size of the axis where the index alone is a subscript."""
        sizes = []
        for body in bodies:
            for node in visible(body, r.name):
                if isinstance(node, tree.Index):
                    for at, s in enumerate(node.subscripts):
                        if isinstance(s, tree.Name) and s.name == r.name:
                            sizes += self.axis_size(node, at, ranges)
        if not sizes:
            raise Fault("type", f"the range of {r.name} is not known", r)
        if len(set(sizes)) > 1:
            raise Fault("shape", f"{r.name} runs over {sizes}", r)
        return range(sizes[0])

    def axis_size(self, node, at, ranges):
        kept = dict(self.scope.names)
        for r in ranges:
            self.scope.names[r.name] = np.asarray(0)
        try:
            shape = self.expr(node.base).shape
        except Fault:
            return []
        finally:
            self.scope.names = kept
        before = [s for s in node.subscripts[:at] if not isinstance(s, tree.NewAxis)]
        if any(isinstance(s, tree.Ellipsis) for s in before):
            after = [s for s in node.subscripts[at:] if not isinstance(s, tree.NewAxis)]
            return [shape[len(shape) - len(after)]]
        return [shape[len(before)]]

    def bodies(self, ranges, body):
        """(indices, value of the body) for every place."""
        kept = dict(self.scope.names)
        try:
            for place in self.places(ranges, (body,)):
                yield place, self.expr(body)
        finally:
            self.scope.names = kept

    def do_Table(self, e):
        kept = dict(self.scope.names)
        counts = []
        for r in e.ranges:
            counts.append(len(self.range_of(r) if r.stop is not None else self.inferred(r, e.ranges, (e.body,))))
        self.scope.names = kept
        found = [value for _, value in self.bodies(e.ranges, e.body)]
        if not found:
            return np.zeros(counts)
        return np.array(common(*found)).reshape(*counts, *found[0].shape)

    def over_range(self, e):
        found = list(self.bodies(e.ranges, e.args[0]))
        if not found:
            if e.function not in OF_NOTHING:
                raise Fault("value", f"{e.function} over an empty range", e)
            return OF_NOTHING[e.function]
        best = reduce(e.function, np.array(common(*(v for _, v in found))), 0, node=e)
        if e.function in ("argmin", "argmax"):
            return np.array([place[0] for place, _ in found])[best]
        return best

    # --- calls

    def do_Call(self, e):
        return self.results(e)[0]

    def results(self, e):
        if e.function in self.functions:
            return self.defined(e, self.functions[e.function])
        if e.function == "grad":
            return [self.grad(e.args[0], name.name) for name in e.args[1:]]
        if e.ranges:
            return [self.over_range(e)]
        if e.function in ("zeros", "ones", "full", "cast", "reshape"):
            return [getattr(self, f"make_{e.function}")(e)]
        named = {n.name: self.option(n.value) for n in e.named}
        args = [self.expr(a) for a in e.args]
        if e.function in REDUCTIONS and not (e.function in ("min", "max") and len(args) > 1):
            return [reduce(e.function, *args, **named, node=e)]
        if e.function in ("min", "max"):
            pairwise = PLAIN[f"{e.function}imum"]
            return [*itertools.accumulate(args, lambda x, y: pairwise(x, y))][-1:]
        if e.function in MAPS:
            meet(*args, node=e)
        try:
            if e.function in SEVERAL:
                return SEVERAL[e.function](*args, **named)
            return [PLAIN[e.function](*args, **named)]
        except Refused as refused:
            raise Fault(refused.kind, str(refused), e) from None
        except ValueError as error:
            raise Fault("shape", str(error), e) from None

    def option(self, e):
        """A named argument."""
        if isinstance(e, tree.Tuple):
            return tuple(int(self.expr(i)) for i in e.items)
        if isinstance(e, tree.String):
            return e.value
        value = self.expr(e)
        return value if value.ndim else value.item()

    def shape_and_type(self, args, default):
        *sizes, last = args
        if isinstance(last, tree.Constant) and last.name in DTYPES:
            return sized(*(self.expr(s) for s in sizes)), WIDE[np.dtype(DTYPES[last.name]).kind]
        return sized(*(self.expr(s) for s in args)), default

    def make_zeros(self, e):
        return np.zeros(*self.shape_and_type(e.args, np.float64))

    def make_ones(self, e):
        return np.ones(*self.shape_and_type(e.args, np.float64))

    def make_full(self, e):
        value = self.expr(e.args[0])
        shape, dtype = self.shape_and_type(e.args[1:], value.dtype)
        return np.full(shape, value, dtype)

    def make_cast(self, e):
        value, name = self.expr(e.args[0]), e.args[1].name
        if kind(value) == "f" and np.dtype(DTYPES[name]).kind in "bi" and not np.all(np.isfinite(value)):
            raise Fault("value", "nan and inf have no int value", e)
        return held(value, name)

    def make_reshape(self, e):
        try:
            return self.expr(e.args[0]).reshape([int(self.expr(s)) for s in e.args[1:]])
        except ValueError as error:
            raise Fault("shape", str(error), e) from None

    def defined(self, e, f):
        """A call of one of the script's functions: its own scope, contracts local to it."""
        given = dict(zip((p.name for p in f.parameters), (self.expr(a) for a in e.args), strict=False))
        given |= {n.name: self.expr(n.value) for n in e.named}
        outer = self.scope
        own = {
            n.name
            for p in f.parameters
            if p.type
            for d in p.type.dims
            for n in tree.walk(d)
            if isinstance(n, tree.Name)
        }
        self.scope = Scope(
            sizes={k: v for k, v in self.sizes.items() if k not in own}, watched=watched((*f.body, *f.results))
        )
        try:
            for p in f.parameters:
                value = given[p.name] if p.name in given else self.expr(p.default)
                if p.type:
                    value = contracted(p, value)
                    self.scope.sizes |= sizes_of(p.type, value, self.scope.sizes, e)
                self.bind(p.name, value)
            self.block(f.body)
            return [self.expr(r) for r in f.results]
        finally:
            self.scope = outer

    # --- derivatives

    def grad(self, formula, name):
        outer = self.scope
        names, length = outer.starts[name]
        w = real(names[name])
        ways = (1, 1j) if kind(w) == "c" else (1,)

        def at(value):
            self.scope = Scope({**names, name: value}, outer.sizes)
            for action in outer.log[length:]:
                action(self)
            return float(self.expr(formula))

        slope = np.zeros(w.shape, w.dtype)
        try:
            for place in np.ndindex(w.shape):
                h = STEP * max(1.0, abs(w[place]))
                for way in ways:
                    f = {}
                    for k in (-2, -1, 1, 2):
                        moved = w.copy()
                        moved[place] += k * h * way
                        f[k] = at(moved)
                    slope[place] += way * (8 * (f[1] - f[-1]) - (f[2] - f[-2])) / (12 * h)
        finally:
            self.scope = outer
        return slope


class Hidden:
    """A loop's variable: gone afterwards, what it hid is there again."""

    def __init__(self, judge, name):
        self.judge, self.name = judge, name

    def __enter__(self):
        self.kept = self.judge.scope.names.get(self.name)

    def __exit__(self, *_):
        names = self.judge.scope.names
        names.pop(self.name, None)
        if self.kept is not None:
            names[self.name] = self.kept


# --- the tree, without values ------------------------------------------------------------------


def differentiates(node):
    return isinstance(node, tree.AssertGrad) or isinstance(node, tree.Call) and node.function == "grad"


def watched(block):
    """The names that a grad names."""
    found = [n for s in block for n in tree.walk(s) if differentiates(n)]
    names = [a for n in found for a in ([n.variable] if isinstance(n, tree.AssertGrad) else n.args[1:])]
    return frozenset(a.name for a in names if isinstance(a, tree.Name))


def assigned(block):
    """The names that a block assigns, in order."""
    for s in block:
        for n in tree.walk(s):
            if isinstance(n, tree.Assign):
                for target in n.targets:
                    yield target.base.name if isinstance(target, tree.Index) else target.name
            elif isinstance(n, (tree.Record, tree.Output)) and n.value is not None:
                yield n.name


def visible(node, name):
    """The nodes below where no inner index of this name hides it."""
    yield node
    if not (isinstance(node, (tree.Table, tree.Call)) and any(r.name == name for r in node.ranges)):
        for child in tree.children(node):
            yield from visible(child, name)


def plain(value):
    """An input without a contract, in the widest of its kind."""
    return np.asarray(value).astype(WIDE[value.dtype.kind])


def contracted(declared, value):
    """A value held against its contract's element type and rank."""
    value = plain(np.asarray(value))
    if declared.type is None:
        return value
    if "bifc".index(kind(value)) > "bifc".index(np.dtype(DTYPES[declared.type.element]).kind):
        raise Fault("type", f"{declared.name} must be {declared.type.element}", declared)
    if value.ndim != len(declared.type.dims):
        raise Fault("shape", f"{declared.name} has rank {value.ndim}", declared)
    if getattr(declared, "finite", False) and not np.all(np.isfinite(value)):
        raise Fault("data", f"{declared.name} must be finite", declared)
    return held(value, declared.type.element)


def sizes_of(contract, value, known, node):
    """The names that a contract's sizes give, and those known before; solves formulas linear in one unknown name."""
    found = dict(known)
    pairs = list(zip(contract.dims, value.shape, strict=True))
    for d, size in sorted(pairs, key=lambda pair: not isinstance(pair[0], tree.Name)):
        names = {n.name for n in tree.walk(d) if isinstance(n, tree.Name)} - {"_"}
        unknown = names - found.keys()
        if isinstance(d, tree.Name) and d.name == "_":
            continue
        if len(unknown) == 1:
            name = unknown.pop()
            zero, one = (formula(d, {**found, name: x}) for x in (0, 1))
            found[name] = (size - zero) // (one - zero)
        if not unknown and formula(d, found) != size:
            raise Fault("shape", f"{d.span.text} is {formula(d, found)}, not {size}", node)
    return found


def formula(d, sizes):
    """The value of a size's formula."""
    judge = Judge(tree.Script(d.span, ()))
    judge.scope = Scope(sizes=sizes)
    return int(judge.expr(d))
