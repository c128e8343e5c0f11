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
    off = x - mean(x, axis, True)
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
WITHIN = '''
def within(places, size):
    """Whether all places lie inside an axis; as numbers without a sign the negative ones are the greatest."""
    return not places.size or int(np.ascontiguousarray(places).view(np.uint64).max()) < size
'''
IN_STRIPS = '''
# import from concurrent.futures import ThreadPoolExecutor
# import from itertools import chain
def in_strips(strip, rows, row, arrays, threads=1):
    """Runs a function on strips of arrays, each so many rows as stay in cache; what they return, in order."""
    size = max(1, 16384 // max(1, row))
    starts = range(0, rows, size) or range(1)

    def some(starts):
        with np.errstate(all="ignore"):
            return [strip(*(a[k:k + size] for a in arrays)) for k in starts]

    if threads < 2 or len(starts) < 8:
        return some(starts)
    with ThreadPoolExecutor(threads) as pool:
        return list(chain.from_iterable(pool.map(some, (starts[k:k + 8] for k in range(0, len(starts), 8)))))
'''
BINDINGS = {"special": "from scipy import special", "part": PART, "mean": MEAN, "var": VAR, "std": STD, "norm": NORM,
            "writeable": WRITEABLE, "diagonal": DIAGONAL, "in_strips": IN_STRIPS, "within": WITHIN, **LIBRARY,
            **random_numbers.WHOLE, **special_functions.WHOLE}
NEEDS: dict[str, tuple[str, ...]] = {"mean": (), "var": ("mean",), "std": ("mean", "var"), "norm": ()}


# the functions that take a place for their result
INTO = {"add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative", "abs": "abs",
        "minimum": "minimum", "maximum": "maximum", "asin": "arcsin", "acos": "arccos", "atan": "arctan",
        **{name: name for name in ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "sin",
                                   "cos", "tan", "sinh", "cosh", "tanh", "floor", "ceil", "trunc", "sign")}}


class NumPy(Emitter):
    bindings = BINDINGS
    needs = NEEDS | library.NEEDS | random_numbers.NEEDS
    numpy_scalars = True

    def whole(self, value: Expr, args: tuple[Code, ...]) -> Code:
        if value.op in NEEDS:
            self.used.add(value.op)
            return Code(f"{value.op}({args[0].text}{self.axes(value)})")
        if value.op == "gather" and value.get("clip"):
            axis = "" if value.args[0].rank == 1 else ", axis=0"
            return Code(f"np.take({args[0].text}, {args[1].text}{axis}, mode=\"clip\")")
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
        self.used.add("in_strips")
        names = ", ".join(self.name(n) for n, _ in statement.parts)
        yield f"{pad}def strip({names}):\n", origins
        yield from self.body(statement.body, depth + 1)
        totals = [self.name(n) for n, _ in statement.totals]
        if totals:
            yield f"{pad}    return {', '.join(totals)}\n\n", origins
        else:
            yield "\n", origins
        arrays = "".join(f"{self.text(array)}, " for _, array in statement.parts)
        arrays = arrays[:-1] if len(statement.parts) == 1 else arrays[:-2]
        call = f"in_strips(strip, {self.index(statement.rows)}, {self.index(statement.row)}, ({arrays})"
        if statement.shared:
            self.methods.add("cores")
            call += ", watch.cores()"
        if not totals:
            yield f"{pad}{call})\n", origins
        elif len(totals) == 1:
            yield f"{pad}{totals[0]} = np.{statement.totals[0][1]}({call}), axis=0)\n", origins
        else:
            yield f"{pad}{', '.join(totals)} = zip(*{call}))\n", origins
            for name, (_, op) in zip(totals, statement.totals, strict=True):
                yield f"{pad}{name} = np.{op}({name}, axis=0)\n", origins

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
