"""Regions as values: what depends on their parameters, and copies with parameters of their own.

Parameters belong to one region each. A body that is used a second time (a derivative beside its formula) is copied.
"""

from __future__ import annotations

from collections.abc import Iterable

from gdc.compiler.ir import Node, Region, nested, param, rebuild, walk


def dependents(values: Iterable[Node], on: Iterable[Node]) -> set[Node]:
    """Those of the values, and of all that they use, which need one of `on`."""
    moving = set(on)
    for value in walk(values):
        if value not in moving and any(n in moving for n in nested(value)):
            moving.add(value)
    return moving


def has_effects(value: Node) -> bool:
    """Whether evaluating a node may stop the program or be seen from outside."""
    return value.is_effect or any(region.effects for region in value.regions)


def copied(values: tuple[Node, ...], given: dict[Node, Node]) -> tuple[Node, ...]:
    """The values with some nodes replaced; whatever owns a region and changes gets parameters of its own."""
    everything = walk(values)
    new = dict(given)
    moving = _moving(everything, set(new))
    while True:
        fresh = {p: param(p.type, p.get("name")) for value in everything if value.regions and value in moving
                 for region in value.regions for p in region.params if p not in new}
        if not fresh:
            break
        new.update(fresh)
        moving = _moving(everything, set(new))
    for value in everything:
        if value in moving and value not in new:
            new[value] = rebuild(value, new)
    return tuple(new.get(v, v) for v in values)


def _moving(everything: list[Node], changed: set[Node]) -> set[Node]:
    moving = set(changed)
    for value in everything:
        if value not in moving and any(n in moving for n in nested(value)):
            moving.add(value)
    return moving


def own_region(params: tuple[Node, ...], effects: tuple[Node, ...], results: tuple[Node, ...]) -> tuple[Region, tuple[Node, ...]]:
    """A region over fresh parameters, its nodes copied, and those parameters."""
    fresh = tuple(param(p.type, p.get("name")) for p in params)
    new = copied((*effects, *results), dict(zip(params, fresh, strict=True)))
    return Region(fresh, new[:len(effects)], new[len(effects):]), fresh
