"""Style "calls": a value as one expression over whole arrays, as a library takes it."""

from __future__ import annotations

from gdc.compiler import imp
from gdc.compiler.bindings import is_view
from gdc.compiler.imp import Expr
from gdc.compiler.ir import Node
from gdc.compiler.lower.context import Context, Formula, convert
from gdc.compiler.lower.entry import converted, entry, select
from gdc.compiler.ops import OPS
from gdc.compiler.types import Element

KEPT = frozenset({"axes", "keepdims", "perm", "axis", "subscripts", "inputs", "output", "side"})


def whole(c: Context, value: Node) -> Formula:
    """The value as an expression."""
    found = c.known(value)
    if found is not None:
        return found
    if value.op in ("const", "size", "undefined"):
        return (yield entry(c, value, ()))
    if value.op == "select":
        return (yield from select(c, value))
    args: list[Expr] = []
    for a in value.args:
        args.append((yield whole(c, a)))
    made = built(value, args)
    if not is_alias(value):
        c.note_memory(made, value)
    return made


def built(value: Node, args: list[Expr]) -> Expr:
    """A node over the expressions of its arguments."""
    element, rank = value.type.element, value.type.rank
    if value.op == "cast":
        return args[0] if args[0].element == element else Expr("cast", (args[0],), element, rank)
    if value.op == "index" and rank == 0 and args[0].op == "name":
        return imp.load(*args)
    row = OPS[value.op]
    attrs = tuple((k, v) for k, v in value.attrs if k in KEPT)
    if row.kind == "MAP":
        return Expr(value.op, converted(value.op, element, args), element, rank)
    if value.op == "fill":
        args[0] = convert(args[0], element)
    if row.arguments == "result":
        args = [_as(a, element) for a in args]
    if value.op in ("concat", "stack"):
        args = [convert(a, element, "store") for a in args]
    return Expr(value.op, tuple(args), element, rank, attrs)


def _as(value: Expr, element: Element) -> Expr:
    """An argument of a product: bools become numbers."""
    return convert(value, element, "mul") if value.element != element else value


def is_alias(value: Node) -> bool:
    """Whether the expression of an inlined value may be another array's memory."""
    return is_view(value, "calls")
