"""Straight NumPy: library calls on whole arrays, Python's own control flow."""

from __future__ import annotations

from gdc.compiler import library, random_numbers, special_functions
from gdc.compiler.cost import TRIANGLES
from gdc.compiler.diagonals import COLUMN, ROW
from gdc.compiler.emit import PART, Emitter, Text
from gdc.compiler.imp import Expr, Program
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
BINDINGS = {"special": "from scipy import special", "part": PART, "mean": MEAN, "var": VAR, "std": STD, "norm": NORM,
            "writeable": WRITEABLE, "diagonal": DIAGONAL, **LIBRARY, **random_numbers.WHOLE, **special_functions.WHOLE}
NEEDS: dict[str, tuple[str, ...]] = {"mean": (), "var": ("mean",), "std": ("mean", "var"), "norm": ()}


class NumPy(Emitter):
    bindings = BINDINGS
    needs = NEEDS | library.NEEDS | random_numbers.NEEDS
    numpy_scalars = True

    def whole(self, value: Expr, args: tuple[Code, ...]) -> Code:
        if value.op in NEEDS:
            self.used.add(value.op)
            return Code(f"{value.op}({args[0].text}{self.axes(value)})")
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
