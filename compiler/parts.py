"""Contributions to a derivative: what one use of a value adds to it, where, and under which indices and conditions."""

from __future__ import annotations

from dataclasses import dataclass

from gdc.compiler.construct import apply, broadcast, number, scatter
from gdc.compiler.ir import Node, make


@dataclass(frozen=True, slots=True)
class Range:
    """One index of a table or fold round a contribution."""

    param: Node
    start: Node
    count: Node
    step: Node


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition round a contribution: elsewhere it is 0, and is not evaluated."""

    condition: Node
    holds: bool


Context = tuple[Range | Guard, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one use adds to the derivative of `target`, or of the part of it that the subscripts name."""

    target: Node
    value: Node
    subscripts: tuple[str, ...] = ()
    args: tuple[Node, ...] = ()
    deps: tuple[Node, ...] = ()
    context: Context = ()


def is_number(value: Node, number: float) -> bool:
    return value.op == "const" and not value.type.rank and bool(value.value == number)


def masks_nothing(value: Node) -> bool:
    return is_number(value, 0) or (value.op == "fill" and is_number(value.args[0], 0))


def masked(condition: Node, yes: Node | None, no: Node | None) -> Node | None:
    """where(condition, yes, no), with None for 0."""
    if yes is None and no is None:
        return None
    like = yes if yes is not None else no
    assert like is not None
    zero = number(0.0, like)
    return apply("where", condition, zero if yes is None else yes, zero if no is None else no)


def dense(g: Node, value: Node) -> Node:
    """A derivative in the full shape of what it belongs to."""
    return broadcast(g, value.type.shape)


def scattered(part: Part, onto: Node | None) -> Node:
    """A part's values added at their places, to what was found so far or to zeros."""
    if onto is None:
        return scatter(part.target.type, part.value, part.subscripts, part.args, part.deps)
    attrs = {"subscripts": part.subscripts, "combine": "add"}
    return make(
        "update", (dense(onto, part.target), part.value, *part.args), attrs, (part.target.type,), deps=part.deps
    )
