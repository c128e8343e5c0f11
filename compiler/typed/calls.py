"""Calls as NumPy text: by the op table where it has the NumPy spelling, by the table here for what has no row there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gdc.compiler.ops import FUNCTIONS, OPS
from gdc.compiler.typed.words import Piece, Untypable, highest
from gdc.dsl import tree

if TYPE_CHECKING:
    from gdc.compiler.typed.expressions import Expressions

# {0} {1} are arguments, {sizes} those from the given place on as a tuple, {axis} the named one; then comes the rank
SPELLED: dict[str, tuple[str, int | None]] = {
    "eye": ("np.eye({0})", 2),
    "linspace": ("np.linspace({0}, {1}, {2})", 1),
    "arange": ("np.arange({0})", 1),
    "like": ("np.full_like({0}, {1})", None),
    "outer": ("np.outer({0}, {1})", 2),
    "kron": ("np.kron({0}, {1})", 2),
    "cross": ("np.cross({0}, {1})", None),
    "trace": ("np.trace({0})", 0),
    "diag": ("np.diag({0})", None),
    "squeeze": ("np.squeeze({0})", None),
    "rank": ("np.ndim({0})", 0),
    "solve": ("np.linalg.solve({0}, {1})", None),
    "inv": ("np.linalg.inv({0})", 2),
    "det": ("np.linalg.det({0})", 0),
    "cholesky": ("np.linalg.cholesky({0})", 2),
    "pinv": ("np.linalg.pinv({0})", 2),
    "lstsq": ("np.linalg.lstsq({0}, {1})[0]", None),
    "eigh": ("np.linalg.eigh({0})", None),
    "matrix_power": ("np.linalg.matrix_power({0}, {1})", 2),
    "cov": ("np.cov({0})", None),
    "corr": ("np.corrcoef({0})", None),
    "bincount": ("np.bincount({0}, minlength={1})", 1),
    "one_hot": ("np.eye({1})[{0}]", 2),
    "interp": ("np.interp({0}, {1}, {2})", 1),
    "searchsorted": ("np.searchsorted({0}, {1})", None),
}
SIZED = {  # the place of the first size, and the text
    "zeros": (0, "np.zeros({sizes}, {element})"),
    "ones": (0, "np.ones({sizes}, {element})"),
    "full": (1, "np.full({sizes}, {0})"),
    "reshape": (1, "np.reshape({0}, {sizes})"),
    "transpose": (1, "np.transpose({0}, {sizes})"),
    "broadcast": (1, "np.broadcast_to({0}, {sizes})"),
    "tile": (1, "np.tile({0}, {sizes})"),
}
ALONG = {  # functions with axis=, and the axis where none is given
    "cumsum": ("np.cumsum({0}, axis={axis})", "None"),
    "cumprod": ("np.cumprod({0}, axis={axis})", "None"),
    "cummax": ("np.maximum.accumulate({0}, axis={axis})", "0"),
    "cummin": ("np.minimum.accumulate({0}, axis={axis})", "0"),
    "diff": ("np.diff({0}, axis={axis})", "-1"),
    "sort": ("np.sort({0}, axis={axis})", "-1"),
    "argsort": ('np.argsort({0}, axis={axis}, kind="stable")', "-1"),
    "fft": ("np.fft.fft({0}, axis={axis})", "-1"),
    "ifft": ("np.fft.ifft({0}, axis={axis})", "-1"),
    "rfft": ("np.fft.rfft({0}, axis={axis})", "-1"),
    "flip": ("np.flip({0}, axis={axis})", "None"),
    "roll": ("np.roll({0}, {1}, axis={axis})", "None"),
    "concat": ("np.concatenate(({all}), axis={axis})", "0"),
    "stack": ("np.stack(({all}), axis={axis})", "0"),
    "median": ("np.median({0}, axis={axis})", "None"),
    "quantile": ("np.quantile({0}, {1}, axis={axis})", "None"),
}
ELEMENTS = {"bool": "bool", "int": "np.int64", "i64": "np.int64", "i32": "np.int32", "f32": "np.float32",
            "f64": "np.float64", "c64": "np.complex64", "c128": "np.complex128"}
KEEPING = {"cumsum", "cumprod", "cummax", "cummin", "diff", "sort", "argsort", "fft", "ifft", "rfft", "flip", "roll",
           "like"}
LIBRARY = re.compile(r"\b(np|special)\.")


def call(w: Expressions, e: tree.Call) -> Piece:
    """One call. Raises Untypable."""
    if e.ranges:
        return over_ranges(w, e)
    name = e.function
    if name in w.own:
        return defined(w, e, w.own[name])
    args = [w.write(a) for a in e.args if not (isinstance(a, tree.Constant) and a.name in (*ELEMENTS, "real"))]
    named = {n.name: n.value for n in e.named}
    if name in ("min", "max") and len(args) > 1:
        return extreme(name, args)
    row = FUNCTIONS.get(name)
    if row is not None and row.kind == "REDUCE":
        return reduction(w, e, args)
    if row is not None and row.kind == "MAP" and isinstance(row.numpy, str) and not named:
        if not LIBRARY.match(row.numpy) and not row.numpy.startswith("("):
            raise Untypable(name)
        return Piece(row.numpy.format(*(a.text for a in args)), rank=highest(*(a.rank for a in args)))
    if name == "cast":
        return Piece(f"np.asarray({args[0].text}).astype({element_of(w, e)})", rank=args[0].rank)
    if name == "size" and not named:
        return Piece(f"np.size({', '.join(a.text for a in args)})", rank=0)
    if name == "irfft" and not named:
        return Piece(f"np.fft.irfft({', '.join(a.text for a in args)})", rank=args[0].rank)
    if name == "conv":
        mode = named.pop("mode", None)
        word = mode.value if isinstance(mode, tree.String) else "full"
        return Piece(f'np.convolve({args[0].text}, {args[1].text}, "{word}")', rank=1)
    if name == "histogram" and set(named) == {"lo", "hi"}:
        low, high = (w.write(named[k]).text for k in ("lo", "hi"))
        return Piece(f"np.histogram({args[0].text}, {args[1].text}, range=({low}, {high}))[0]", rank=1)
    if name in ("triu", "tril"):
        return Piece(f"np.{name}({', '.join(a.text for a in args)})", rank=2)
    if name in SIZED and not named and len(args) > SIZED[name][0]:
        return sized(w, e, args)
    if name in ALONG and set(named) <= {"axis"}:
        text, default = ALONG[name]
        axis = option(w, named["axis"]) if "axis" in named else default
        rank = args[0].rank if name in KEEPING and axis != "None" else 0 if axis == "None" else None
        rank = 1 if axis == "None" and name in KEEPING else rank
        words = [a.text for a in args]
        return Piece(text.format(*words, all=", ".join(words) + ",", axis=axis), rank=rank)
    if name in SPELLED and set(named) <= ({"lower", "upper"} if name == "solve" else set()):
        text, rank = SPELLED[name]
        try:
            return Piece(text.format(*(a.text for a in args)), rank=args[0].rank if name in KEEPING else rank)
        except IndexError:
            raise Untypable(e.span.text) from None
    if name in w.library:
        return defined(w, e, w.library[name])
    raise Untypable(f"{name}()")


def defined(w: Expressions, e: tree.Call, function: tree.Def) -> Piece:
    """A call of a function of the script, or of one that is written in gd itself; it will be written out too."""
    w.called.setdefault(e.function, function)
    args = [w.write(a).text for a in e.args]
    args += [f"{w.names.variable(n.name)}={option(w, n.value)}" for n in e.named]
    return Piece(f"{w.names.function(e.function)}({', '.join(args)})")


def over_ranges(w: Expressions, e: tree.Call) -> Piece:
    """`sum(body for i, j)`: a comprehension in Python, which is what one types where NumPy has no word for it."""
    if e.function not in ("sum", "prod", "mean", "min", "max", "any", "all", "argmin", "argmax"):
        raise Untypable(e.span.text)
    body, rounds = w.rounds(e.args[0], e.ranges)
    if e.function == "sum":
        return Piece(f"sum({body.text} {' '.join(rounds)})", rank=body.rank)
    return Piece(f"np.{e.function}([{body.text} {' '.join(rounds)}], axis=0)", rank=body.rank)


def extreme(name: str, args: list[Piece]) -> Piece:
    """The least or greatest of several values."""
    rank = highest(*(a.rank for a in args))
    if rank == 0:
        return Piece(f"{name}({', '.join(a.text for a in args)})", rank=0)
    text = args[0].text
    for a in args[1:]:
        text = f"np.{name}imum({text}, {a.text})"
    return Piece(text, rank=rank)


def reduction(w: Expressions, e: tree.Call, args: list[Piece]) -> Piece:
    row = OPS[e.function]
    assert isinstance(row.numpy, str)
    named = {n.name: option(w, n.value) for n in e.named}
    axes = "".join(f", {key}={value}" for key, value in named.items())
    rank = args[0].rank if named.get("keepdims") == "True" else 0 if "axis" not in named else None
    if rank is None and args[0].rank is not None and not named["axis"].startswith("("):
        rank = args[0].rank - 1
    return Piece(row.numpy.format(args[0].text, axes=axes), rank=rank)


def sized(w: Expressions, e: tree.Call, args: list[Piece]) -> Piece:
    """What takes its sizes as separate arguments, which NumPy takes as a tuple."""
    first, text = SIZED[e.function]
    sizes = args[first:]
    together = sizes[0].text if len(sizes) == 1 else f"({', '.join(s.text for s in sizes)})"
    rank = args[0].rank if e.function in ("transpose", "tile") else len(sizes)
    return Piece(text.format(*(a.text for a in args), sizes=together, element=element_of(w, e)), rank=rank)


def element_of(w: Expressions, e: tree.Call) -> str:
    """The element type that a call names last, else the program's reals."""
    last = e.args[-1] if e.args else None
    return ELEMENTS.get(last.name, w.real) if isinstance(last, tree.Constant) else w.real


def option(w: Expressions, value: tree.Expr) -> str:
    """The value of a named argument."""
    if isinstance(value, tree.Tuple):
        return f"({', '.join(w.write(item).text for item in value.items)})"
    return w.write(value).text
