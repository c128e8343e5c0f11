"""Short gd formulas inside the compiler (cells of the op table): parsed once, then evaluated over whatever one likes.

    evaluate(snippet("s + x"), {"s": a, "x": b}, make)   with   make("add", a, b)

`make` gets the names of MAP rows, "const" (with a Python value) and "where" for `x if c else y`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from gdc.compiler.ops import BINARY, UNARY
from gdc.dsl import tree
from gdc.dsl.source import Source

Value = TypeVar("Value")
Make = Callable[..., Value]
CONSTANTS: dict[str, Any] = {
    "true": True,
    "false": False,
    "pi": 3.141592653589793,
    "inf": float("inf"),
    "nan": float("nan"),
}


@cache
def snippet(text: str) -> tree.Expr:
    """The tree of one expression."""
    from gdc.dsl.parse import parse

    script = parse(Source(f"r := {text}", "<op table>"))
    statement = script.statements[0]
    assert isinstance(statement, tree.Assign)
    return statement.value


def evaluate(expression: tree.Expr, env: Mapping[str, Value], make: Make[Value]) -> Value:
    """The formula over the values of its names. Formulas are short, so this recurses."""

    def value(e: tree.Expr) -> Value:
        return evaluate(e, env, make)

    if isinstance(expression, tree.Number):
        return make("const", expression.value)
    if isinstance(expression, (tree.Name, tree.Constant)):
        return env[expression.name] if expression.name in env else make("const", CONSTANTS[expression.name])
    if isinstance(expression, tree.Chain):
        return _chain(expression, value, make)
    if isinstance(expression, tree.Power):
        return make("pow", value(expression.base), value(expression.exponent))
    if isinstance(expression, tree.Unary):
        inner = value(expression.operand)
        return inner if expression.op == "+" else make(UNARY[expression.op], inner)
    if isinstance(expression, tree.Compare):
        return _compare(expression, value, make)
    if isinstance(expression, tree.Conditional):
        return make("where", value(expression.condition), value(expression.then), value(expression.orelse))
    if isinstance(expression, tree.Call):
        return make(expression.function, *(value(a) for a in expression.args))
    raise TypeError(f"a snippet holds no {type(expression).__name__}")


def _chain(expression: tree.Chain, value: Callable[[tree.Expr], Value], make: Make[Value]) -> Value:
    total = value(expression.first)
    for op, right in zip(expression.ops, expression.rest, strict=True):
        total = make(BINARY[op], total, value(right))
    return total


def _compare(expression: tree.Compare, value: Callable[[tree.Expr], Value], make: Make[Value]) -> Value:
    parts = [value(e) for e in (expression.first, *expression.rest)]
    total = make(BINARY[expression.ops[0]], parts[0], parts[1])
    for k, op in enumerate(expression.ops[1:], 1):
        total = make("and", total, make(BINARY[op], parts[k], parts[k + 1]))
    return total
