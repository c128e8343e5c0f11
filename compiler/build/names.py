"""Errors about names, with what the user probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from gdc.compiler.build.core import Builder
from gdc.compiler.ops import FUNCTIONS as ROWS
from gdc.dsl.errors import Error
from gdc.dsl.source import Span

# What people call things elsewhere, and what gd calls them.
ELSEWHERE = {
    "dot": "write A@b",
    "matmul": "write A@B",
    "mm": "write A@B",
    "multiply": "write a*b",
    "add": "write a + b",
    "power": "write x^y",
    "pow": "write x^y",
    "ln": "the natural logarithm is log(x)",
    "arctan": "atan",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan2": "atan2",
    "len": "size(x, 0)",
    "length": "size(x, 0)",
    "numel": "size(x)",
    "shape": "size(A, axis)",
    "nrow": "size(A, 0)",
    "ncol": "size(A, 1)",
    "ones_like": "like(x, 1)",
    "zeros_like": "like(x, 0)",
    "average": "mean",
    "append": "concat(a, b, axis=0)",
    "concatenate": "concat(a, b, axis=0)",
    "hstack": "concat(A, B, axis=1)",
    "vstack": "concat(A, B, axis=0)",
    "array": "write [1, 2, 3]",
    "list": "write [1, 2, 3]",
    "range": "for i in 0..n",
    "t": "write A.T",
    "chol": "cholesky",
    "inverse": "inv",
    "identity": "eye",
    "fabs": "abs",
    "float": "cast(x, real)",
    "astype": "cast(x, real)",
    "sgn": "sign",
    "expand_dims": "x[:, new]",
    "repmat": "tile",
    "rep": "tile",
    "if_else": "where",
    "ifelse": "where",
    "magnitude": "norm",
    "sumsq": "sum(x^2)",
    "enumerate": "for i in 0..n",
    "print": "print x is a statement",
}


def similar(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like this one, if any does."""
    found = difflib.get_close_matches(name, [k for k in known if not k.startswith("_")], n=1, cutoff=0.6)
    return found[0] if found else None


def unknown_name(builder: Builder, name: str, span: Span) -> Error:
    """No variable of this name."""
    known = [*builder.scope.names, *builder.scope.dimensions]
    best = similar(name, known)
    hint = f"did you mean {best}?" if best else None
    if hint is None and name in known_functions(builder):
        hint = f"{name} is a function: write {name}(…)"
    if hint is None and builder.scope.function:
        hint = "a function sees only its parameters and the program's dimensions: pass it as a parameter"
    if hint is None:
        hint = f"give it a value first ({name} := …), or declare it: input {name}: real"
    return Error("name", f"nothing is called {name}", builder.here(span), hint)


def unknown_function(builder: Builder, name: str, span: Span) -> Error:
    """No function of this name."""
    best = similar(name, known_functions(builder))
    if name.lower() in ELSEWHERE:
        hint = ELSEWHERE[name.lower()]
    elif best:
        hint = f"did you mean {best}?"
    elif name in builder.scope.names:
        hint = f"{name} is a variable: its entries are {name}[i], a product is {name}*(…)"
    else:
        hint = f"define it: def {name}(x) = …"
    return Error("name", f"there is no function {name}", builder.here(span), hint)


def known_functions(builder: Builder) -> list[str]:
    from gdc.compiler.build.calls import FUNCTIONS, SEVERAL

    return [*builder.functions, *builder.prelude, *FUNCTIONS, *SEVERAL, *ROWS]
