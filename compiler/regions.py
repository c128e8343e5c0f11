"""Regions as values: what depends on their parameters, and copies with parameters of their own.

Parameters belong to one region each. A body that is used a second time (a derivative beside its formula) is copied.
"""

from __future__ import annotations

from collections.abc import Iterable

from gdc.compiler.ir import Node, Region, make, nested, param, rebuild, walk


def dependents(values: Iterable[Node], on: Iterable[Node]) -> set[Node]:
    """Those of the values, and of all that they use, which need one of `on`; a region's own parameters are not its owner's need."""
    given = frozenset(on)
    needs: dict[Node, frozenset[Node]] = {n: frozenset((n,)) for n in given}
    for value in walk(values):
        if value in given:
            continue
        need = frozenset().union(*(needs[n] for n in nested(value) if n in needs))
        for region in value.regions:
            need = need.difference(region.params)
        if need:
            needs[value] = need
    return set(needs)


def has_effects(value: Node) -> bool:
    """Whether evaluating a node may stop the program or be seen from outside."""
    return value.is_effect or any(region.effects for region in value.regions)


def copied(values: tuple[Node, ...], given: dict[Node, Node]) -> tuple[Node, ...]:
    """The values with some nodes replaced, for a second use of a body.

    Whatever owns a region and changes gets parameters of its own. Checks and prints stay with the first use, which runs before.
    """
    everything = walk(values)
    new = dict(given)
    while True:
        moving = dependents(values, new)
        reached = _reached(values, moving)
        fresh = {p: param(p.type, p.get("name")) for value in reached for region in value.regions for p in region.params if p not in new}
        if not fresh:
            break
        new.update(fresh)
    for value in everything:
        if value in reached and value not in new:
            new[value] = rebuild(_quiet(value, moving), new)
    return tuple(new.get(v, v) for v in values)


def _reached(values: Iterable[Node], moving: set[Node]) -> dict[Node, None]:
    """The moving nodes that are found through moving nodes alone: a body that its owner has bound is not the values' own."""
    found: dict[Node, None] = {}
    stack = [v for v in values if v in moving]
    while stack:
        value = stack.pop()
        if value not in found:
            found[value] = None
            stack.extend(n for n in nested(value) if n in moving)
    return found


def _quiet(value: Node, moving: set[Node]) -> Node:
    """A node without the effects that only its first use has: all but exits of loops."""
    deps = tuple(d for d in value.deps if d not in moving)
    regions = tuple(Region(r.params, (e for e in r.effects if leaves(e)), r.results) for r in value.regions)
    if deps == value.deps and not any(r.effects for r in value.regions):
        return value
    return make(value.op, value.args, dict(value.attrs), value.types, regions, deps)


def leaves(value: Node) -> bool:
    """Whether a node is an exit or holds one."""
    return value.op == "exit" or any(leaves(e) for r in value.regions for e in r.effects)


def over(params: tuple[Node, ...], *values: Node) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """Fresh parameters in the place of `params`, and the values over them."""
    fresh = tuple(param(p.type, p.get("name")) for p in params)
    return fresh, copied(values, dict(zip(params, fresh, strict=True)))
