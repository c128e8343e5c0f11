"""Straight NumPy: library calls on whole arrays, Python's own control flow."""

from __future__ import annotations

from collections.abc import Iterator

from gdc.compiler import library, random_numbers, special_functions
from gdc.compiler.cost import TRIANGLES
from gdc.compiler.diagonals import COLUMN, ROW
from gdc.compiler.emit import PART, Emitter, Piece, Text
from gdc.compiler.imp import Expr, Program, SetPart, Strips
from gdc.compiler.library import LIBRARY
from gdc.compiler.text import Code
from gdc.dsl.source import Source

MEAN = '''
def mean(x, axis=None, keepdims=False):
    """np.mean, but of nothing it is nan without a warning."""
    total = np.sum(x, axis=axis, keepdims=keepdims, dtype=np.float64 if x.dtype.kind in "bi" else None)
    return total / (x.size / max(np.size(total), 1)) if x.size else total / 0.0
'''
VAR = '''
def var(x, axis=None, keepdims=False):
    """np.var, but of nothing it is nan without a warning."""
    middle = mean(x, axis, True)
    if axis == 0 and x.ndim > 1 and x.size > 65536 and np.isrealobj(x):     # the squares stay in cache
        rows, total = max(1, 16384*len(x) // x.size), np.zeros(middle.shape, middle.dtype)
        for k in range(0, len(x), rows):
            off = x[k:k + rows] - middle
            off *= off
            total += np.sum(off, axis=0, keepdims=True)
        return (total if keepdims else total[0]) / len(x)
    off = x - middle
    return mean((np.abs(off) if np.iscomplexobj(off) else off) ** 2, axis, keepdims)
'''
STD = '''
def std(x, axis=None, keepdims=False):
    """np.std, but of nothing it is nan without a warning."""
    return np.sqrt(var(x, axis, keepdims))
'''
NORM = '''
def norm(x, axis=None, keepdims=False):
    """The root of the sum of squares. Of all reals parts of 1,024 are multiplied by themselves, which makes no array
    of squares, and added up by pairs."""
    if axis is None and not keepdims and np.isrealobj(x):
        x = np.ravel(x, order="K")
        whole = len(x)//1024*1024
        parts, rest = x[:whole].reshape(-1, 1024), x[whole:]
        return np.sqrt(np.sum(np.vecdot(parts, parts)) + np.vecdot(rest, rest))
    return np.sqrt(np.sum(np.square(np.abs(x) if np.iscomplexobj(x) else x), axis=axis, keepdims=keepdims))
'''
LOGSUMEXP = '''
def logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))), the exponentials relative to the greatest entry, where an infinite one counts as 0."""
    x = x.astype(np.float64) if x.dtype.kind in "bi" else x
    top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0)
    off = x - top
    total = np.log(np.sum(np.exp(off, out=off), axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis=axis)[()]
'''
WRITEABLE = '''
def writeable(x):
    """The array, to be read only, as one that may be written where NumPy allows it: np.argmin copies any other."""
    if not x.flags.writeable:
        x = x.view()
        try:
            x.flags.writeable = True
        except ValueError:
            pass
    return x
'''
DIAGONAL = '''
def diagonal(d, n, dtype=np.float64):
    """The n by n matrix that is zero but for its diagonal."""
    A = np.zeros((n, n), dtype)
    np.fill_diagonal(A, d)
    return A
'''
QUICK_POWERS = (3, 4, 1.5, -1.5, -0.5)
QUICK_POWER = '''
def quick_power(x, exponent):
    """x**exponent where a few operations give it: np.power takes many times as long."""
    if exponent in (3, 4):
        return x * x * x if exponent == 3 else np.square(x * x)
    x = x + 0.0             # -0.0 counts as 0.0 here
    root = np.sqrt(x)
    found = x * root if exponent == 1.5 else 1 / x / root if exponent == -1.5 else 1 / root
    return np.where(x == -np.inf, np.inf if exponent > 0 else 0.0, found)
'''
FILTERED = '''
# import from scipy import signal
def filtered(known, factor, first):
    """y with y[k] == known[k] + factor*y[k - 1], where y[-1] is the first."""
    one = known.dtype.type(1)
    return signal.lfilter([one], [one, -factor], known, zi=np.array([factor * first], known.dtype))[0]
'''
ACCUMULATED = '''
def accumulated(function, known, first, step=None):
    """y with y[k] == function(known[k], y[k - 1] + step), where y[-1] is the first. Steps are ints."""
    all_known = np.concatenate((np.reshape(first, 1), known))
    if step is None:
        return function.accumulate(all_known)[1:]
    if len(all_known) * abs(int(step)) < 2**61 and all_known.min() > -2**61 and all_known.max() < 2**61:
        steps = np.arange(len(all_known)) * step
        return (function.accumulate(all_known - steps) + steps)[1:]
    for k in range(1, len(all_known)):      # near the ends of what an int holds
        all_known[k] = function(all_known[k], all_known[k - 1] + step)
    return all_known[1:]
'''
WITHIN = '''
def within(places, size):
    """Whether all places lie inside an axis; as numbers without a sign the negative ones are the greatest."""
    return not places.size or int(np.ascontiguousarray(places).view(np.uint64).max()) < size
'''
IN_STRIPS = '''
# import from concurrent.futures import ThreadPoolExecutor
# import from itertools import chain
def in_strips(strip, row, arrays, threads=1):
    """Runs a function on strips of arrays, each so many rows as stay in cache; what they return, in order."""
    size = max(1, 16384 // max(1, row))
    starts = range(0, len(arrays[0]), size) or range(1)

    def some(starts):
        with np.errstate(all="ignore"):
            return [strip(*(a[k:k + size] for a in arrays)) for k in starts]

    if threads < 2 or len(starts) < 8:
        return some(starts)
    pool = ThreadPoolExecutor(threads)
    try:
        return list(chain.from_iterable(pool.map(some, (starts[k:k + 8] for k in range(0, len(starts), 8)))))
    finally:
        pool.shutdown(cancel_futures=True)      # whoever interrupts does not wait for the rest
'''
IN_LATE_STRIPS = '''
def in_late_strips(strip, row, arrays, out, least):
    """Runs a function on strips of arrays. What it returns is set one strip later: until then its rows are read."""
    size = max(least, 16384 // max(1, row))
    before = None
    for k in range(0, len(out), size):
        new = strip(*(a[k:k + size] for a in arrays))
        if before is not None:
            out[k - size:k] = before
        before = new
    if before is not None:
        out[-len(before):] = before
'''
BINDINGS = {"special": "from scipy import special", "part": PART, "mean": MEAN, "var": VAR, "std": STD, "norm": NORM,
            "logsumexp": LOGSUMEXP,
            "writeable": WRITEABLE, "diagonal": DIAGONAL, "in_strips": IN_STRIPS, "in_late_strips": IN_LATE_STRIPS,
            "within": WITHIN, "quick_power": QUICK_POWER, "filtered": FILTERED,
            "accumulated": ACCUMULATED, **LIBRARY, **random_numbers.WHOLE, **special_functions.WHOLE}
NEEDS: dict[str, tuple[str, ...]] = {"mean": (), "var": ("mean",), "std": ("mean", "var"), "norm": (), "logsumexp": ()}


# the functions that take a place for their result
INTO = {"add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative", "abs": "abs",
        "minimum": "minimum", "maximum": "maximum", "asin": "arcsin", "acos": "arccos", "atan": "arctan",
        **{name: name for name in ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "sin",
                                   "cos", "tan", "sinh", "cosh", "tanh", "floor", "ceil", "trunc", "sign")}}


class NumPy(Emitter):
    bindings = BINDINGS
    needs = NEEDS | library.NEEDS | random_numbers.NEEDS
    numpy_scalars = True
    calls = {"cholesky": "lower_factor({0})"}

    def whole(self, value: Expr, args: tuple[Code, ...]) -> Code:
        if value.op in NEEDS:
            self.used.add(value.op)
            return Code(f"{value.op}({args[0].text}{self.axes(value)})")
        if value.op == "pow" and is_quick(value):
            self.used.add("quick_power")
            return Code(f"quick_power({args[0].text}, {args[1].text})")
        if value.op == "gather" and value.get("clip"):
            axis = "" if value.args[0].rank == 1 else ", axis=0"
            return Code(f"np.take({args[0].text}, {args[1].text}{axis}, mode=\"clip\")")
        if value.op in ("filtered", "accumulated"):
            self.used.add(value.op)
            words = [f"np.{value.get('op')}"] if value.op == "accumulated" else []
            return Code(f"{value.op}({', '.join([*words, *(a.text for a in args)])})")
        if value.op == "within":
            self.used.add("within")
            return Code(f"within({args[0].text}, {args[1].text})")
        if value.op in ("argmin", "argmax"):
            self.used.add("writeable")
            return Code(f"np.{value.op}(writeable({args[0].text}){self.axes(value)})")
        if (entry := diagonal(value)) is not None:
            self.used.add("diagonal")
            size = self.index(value.args[0].args[0].args[0].args[0])
            return Code(f"diagonal({self.text(entry)}, {size}{self.dtype(value.element)})")
        if value.get("reads") in TRIANGLES:
            self.used.add("solved_triangle")
            return Code(f"solved_triangle({args[0].text}, {args[1].text}, {value.get('reads') == 'lower'})")
        if value.get("reads") == "factors":
            self.used.add("solved_by_factors")
            return Code(f"solved_by_factors({args[0].text}, {args[1].text})")
        return super().whole(value, args)


    # -- strips

    def strips(self, statement: Strips, depth: int) -> Iterator[Piece]:
        """A function of one strip, and the call that runs it on all."""
        pad, origins = "    " * depth, statement.origins
        parts = [(name, array) for name, array in statement.parts if name != statement.late[0]]
        yield f"{pad}def strip({', '.join(self.name(n) for n, _ in parts)}):\n", origins
        body = statement.body[:-1] if statement.late[0] else statement.body
        yield from self.body(body, depth + 1) if body else ()
        totals = [self.name(n) for n, _ in statement.totals]
        last = statement.body[-1]
        if statement.late[0] and isinstance(last, SetPart):
            yield f"{pad}    return {self.text(last.value)}\n", last.origins
        elif totals:
            yield f"{pad}    return {', '.join(totals)}\n", origins
        yield "\n", origins
        call = self.strips_call(statement, [array for _, array in parts])
        if not totals:
            yield f"{pad}{call}\n", origins
        elif len(totals) == 1:
            yield f"{pad}{totals[0]} = np.{statement.totals[0][1]}({call}, axis=0)\n", origins
        else:
            yield f"{pad}{', '.join(totals)} = zip(*{call})\n", origins
            for name, (_, op) in zip(totals, statement.totals, strict=True):
                yield f"{pad}{name} = np.{op}({name}, axis=0)\n", origins

    def strips_call(self, statement: Strips, arrays: list[Expr]) -> str:
        texts = [self.text(a) for a in arrays]
        words = ["strip", self.index(statement.row), f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"]
        late, least = statement.late
        if late:
            self.used.add("in_late_strips")
            words += [self.text(dict(statement.parts)[late]), str(least)]
            return f"in_late_strips({', '.join(words)})"
        self.used.add("in_strips")
        if statement.shared:
            self.methods.add("cores")
            words.append("watch.cores()")
        return f"in_strips({', '.join(words)})"

    def set_part(self, statement: SetPart) -> str:
        """A whole strip is computed where it is to be, if one function computes it."""
        if self.is_filled(statement):
            text = self.into(statement.value, self.text(statement.array))
            if text:
                return text
        return super().set_part(statement)

    def is_filled(self, statement: SetPart) -> bool:
        return set(statement.subscripts) == {"all"} and not statement.combine and \
            statement.value.element == statement.array.element and statement.value.rank == statement.array.rank

    def into(self, value: Expr, out: str) -> str:
        """The call of a formula's outermost function that leaves its result in an array; "" where there is none."""
        ufunc = INTO.get(value.op, "")
        if not ufunc or any(a.element != value.element for a in value.args if a.rank):
            return ""
        return f"np.{ufunc}({', '.join(self.text(a) for a in value.args)}, out={out})"


def is_quick(power: Expr) -> bool:
    """Whether a power of reals has an exponent that a few operations give."""
    base, exponent = power.args
    return base.rank > 0 and exponent.op == "const" and not exponent.rank and base.element.kind == "real" and \
        base.element == power.element and exponent.get("value") in QUICK_POWERS


def diagonal(value: Expr) -> Expr | None:
    """What is on the diagonal of where(arange(n)[:, new] == arange(n)[new, :], …, 0), a vector or a number."""
    if value.op != "where" or value.args[0].op != "eq" or value.args[2].op != "const":
        return None
    if repr(value.args[2].get("value")) not in ("0", "0.0", "0j", "False"):     # not -0.0
        return None
    down, across = value.args[0].args
    if any(a.op != "index" or a.args[0].op != "iota" for a in (down, across)) or down.args[0] != across.args[0]:
        return None
    entry, turned = value.args[1], ({COLUMN, ROW} == {down.get("subscripts"), across.get("subscripts")})
    if not entry.rank or not turned:
        return entry if turned else None
    return entry.args[0] if entry.op == "index" and entry.get("subscripts") in (COLUMN, ROW) else None


def emit(program: Program, source: Source | None = None) -> Text:
    """The text of target `numpy`."""
    return NumPy(program, source).module()
