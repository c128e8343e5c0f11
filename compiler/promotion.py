"""The element of values that meet (LANGUAGE, "Promotion"): over nodes, so that literals and settings give way."""

from __future__ import annotations

from collections.abc import Iterable

from gdc.compiler.ir import Node, cast
from gdc.compiler.ops import OPS
from gdc.compiler.shape_rules import Conflict
from gdc.compiler.types import BOOL, INT, LITERAL, Element, limits, meeting


def common(values: Iterable[Node]) -> Element:
    """The element that all of them are converted to."""
    return meeting((v.type.element, v.weight) for v in values)


def converted(op: str, args: tuple[Node, ...]) -> tuple[Node, ...]:
    """The arguments in the element that the op's row works on."""
    row = OPS[op]
    if row.arguments == "own" or not args:
        return args
    if row.arguments == "branches":
        want = common(args[1:])
        return (args[0], *(cast(a, want) for a in args[1:]))
    want = common(args)
    if row.arguments == "result":
        want = row.element((want,) * len(args))
    if want == BOOL and row.arguments == "result":
        return args
    if op == "pow" and args[1].type.kind == "int" and _stays_int(args[1], want):
        return (cast(args[0], want), args[1])
    return tuple(_held(a, want) for a in args)


def _held(value: Node, element: Element) -> Node:
    """The value in that element. A literal that meets a narrower int must be one of its numbers."""
    if value.op == "const" and value.weight == LITERAL and value.type.kind == element.kind == "int":
        least, greatest = limits(element)
        if not least <= value.value <= greatest:
            words = f"{value.value} does not fit {element} ({least} … {greatest})"
            raise Conflict("type", words, "cast(…, int) makes the other side wide enough")
    return cast(value, element)


def _stays_int(exponent: Node, base: Element) -> bool:
    """An int exponent meets its base as it is: a literal, or where NumPy would make no wider number of the two."""
    return exponent.op == "const" or base in (INT, Element("real", 64), Element("complex", 128))


