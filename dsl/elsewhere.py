"""What people call things in Python, MATLAB, R and C, and what gd writes for them.

    instead("t", ["X"])            "write X.T"
    instead("astype", ["x", "int"])   "write cast(x, int)"

In a row {a} and {b} are the first arguments, {A} and {B} the same in parentheses where they need them, {all} all of
them; a row that is one word is another name for the same function.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

FUNCTIONS = {
    "mod": "write {A} % {B}",
    "rem": "write {A} % {B}",
    "c": "write [{all}]",
    "array": "write {a}",
    "asarray": "write {a}",
    "list": "write {a}",
    "copy": "arrays are values: write {a}",
    "clone": "arrays are values: write {a}",
    "int": "write cast({a}, int)",
    "float": "write cast({a}, real)",
    "astype": "write cast({a}, {b})",
    "str": "print {a} prints it: a text is no value",
    "dot": "write {A}@{B}",
    "matmul": "write {A}@{B}",
    "mm": "write {A}@{B}",
    "multiply": "write {A}*{B}",
    "add": "write {A} + {B}",
    "power": "write {A}^{B}",
    "pow": "write {A}^{B}",
    "square": "write {A}^2",
    "ln": "the natural logarithm is log({a})",
    "arctan": "atan",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan2": "atan2",
    "ndim": "rank",
    "len": "write size({a}, 0)",
    "length": "write size({a}, 0)",
    "numel": "write size({a})",
    "shape": "sizes are size({a}, 0), size({a}, 1)",
    "nrow": "write size({a}, 0)",
    "ncol": "write size({a}, 1)",
    "ones_like": "write like({a}, 1)",
    "zeros_like": "write like({a}, 0)",
    "average": "mean",
    "append": "write concat({a}, {b}, axis=0)",
    "concatenate": "write concat(a, b, axis=0)",
    "hstack": "write concat(A, B, axis=1)",
    "vstack": "write concat(A, B, axis=0)",
    "range": "for i in 0..{A} is a loop, arange({a}) the vector",
    "t": "write {A}.T",
    "transpose": "write {A}.T",
    "chol": "cholesky",
    "inverse": "inv",
    "identity": "eye",
    "fabs": "abs",
    "absolute": "abs",
    "sgn": "sign",
    "expand_dims": "write {A}[:, new]",
    "repmat": "tile",
    "rep": "tile",
    "if_else": "where",
    "ifelse": "where",
    "magnitude": "norm",
    "sumsq": "write sum({A}^2)",
    "enumerate": "write for i in 0..size({a}, 0)",
    "print": "print {a} is a statement",
}

VALUES = {
    "True": "true", "TRUE": "true", "False": "false", "FALSE": "false", "NULL": "nan", "NA": "nan",
    "None": "nan for a missing number, new for a new axis: v[:, new]", "NaN": "nan", "NAN": "nan", "Inf": "inf",
    "Infinity": "inf", "Pi": "pi", "PI": "pi", "e": "exp(1)", "newaxis": "new",
    "end": "-1 for the last, or leave the bound out: x[1:]",
}  # fmt: skip
"""Names of constants and of places."""

AXIS_FIRST = frozenset("sum prod mean var std min max any all argmin argmax cumsum cumprod median ptp".split())
"""Functions whose second argument, in Python, is an axis."""

TYPES = {"float": "real", "double": "real", "float64": "f64", "float32": "f32", "int64": "i64", "int32": "i32"}
DEFAULTS = ("x", "n")
ATOM = re.compile(r"[\w.]+(?:\([^()]*\)|\[[^\[\]]*\])?|\([^()]*\)|\[[^\[\]]*\]")


def instead(name: str, arguments: Sequence[str]) -> str | None:
    """What to write for a function of other languages; None where it is not known."""
    row = FUNCTIONS.get(name.lower())
    if name == "range" and len(arguments) > 1:
        step = f" by {arguments[2]}" if len(arguments) > 2 else ""
        return f"write [i for i in {arguments[0]}..{arguments[1]}{step}]"
    if row is None:
        return None
    given = [TYPES.get(a.strip("'\"").rpartition(".")[2], a) for a in arguments]
    everything = ", ".join(given) or DEFAULTS[0]
    if row.isidentifier():
        return f"write {row}({everything})"
    a, b = (*given, *DEFAULTS[len(given):])[:2]
    return row.format(a=a, b=b, A=_atom(a), B=_atom(b), all=everything)


def without_prefix(name: str, arguments: Sequence[str]) -> str:
    """The call of a function that gd has too: an axis is given by name."""
    if name in AXIS_FIRST and len(arguments) > 1 and re.fullmatch(r"-?\d+", arguments[1]):
        arguments = [arguments[0], f"axis={arguments[1]}", *arguments[2:]]
    return f"write {name}({', '.join(arguments)})"


def _atom(text: str) -> str:
    return text if ATOM.fullmatch(text) else f"({text})"
