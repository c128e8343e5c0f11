"""Regions as values: what depends on their parameters, and copies with parameters of their own.

Parameters belong to one region each. A body that is used a second time (a derivative beside its formula) is copied.
"""

from __future__ import annotations

from collections.abc import Iterable

from gdc.compiler.ir import Node, Region, make, nested, param, rebuild, walk


def dependents(values: Iterable[Node], on: Iterable[Node]) -> set[Node]:
    """Those of the values and all they use that need one of `on`. A region's owner does not need its parameters."""
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
    """Whether evaluating a node may stop the program or be seen from outside. A loop's own exits are its own affair."""
    return value.is_effect or any(e.op != "exit" for region in value.regions for e in region.effects)


def copied(values: Iterable[Node], given: dict[Node, Node]) -> tuple[Node, ...]:
    """The values with some nodes replaced, for a second use of a body.

    Whatever owns a region and changes gets parameters of its own; a node that stands inside such a region and outside
    it is copied for each. Checks and prints stay with the first use, which runs before.
    """
    chosen = tuple(values)
    moving = dependents(chosen, given)
    reached = _reached(chosen, moving)
    new = dict(given)
    for value in walk(chosen):
        if value in reached and value not in new:
            deps = tuple(d for d in value.deps if d not in moving)
            if value.regions:
                args, regions = _copied_regions(value, given)
                kept = make(value.op, args, dict(value.attrs), value.types, regions, deps)
            else:
                kept = value if deps == value.deps else _without(value, deps)
            new[value] = rebuild(kept, new)
    return tuple(new.get(v, v) for v in chosen)


def _without(value: Node, deps: tuple[Node, ...]) -> Node:
    return make(value.op, value.args, dict(value.attrs), value.types, (), deps)


def _copied_regions(value: Node, given: dict[Node, Node]) -> tuple[tuple[Node, ...], list[Region]]:
    """A node's regions over fresh parameters, and its arguments: the bounds of later indices may read earlier ones."""
    regions, inner = [], dict(given)
    for region in value.regions:
        fresh = tuple(param(p.type, p.get("name")) for p in region.params)
        inner.update(zip(region.params, fresh, strict=True))
        effects = [e for e in region.effects if leaves(e)]
        new = copied((*effects, *region.results), inner)
        regions.append(Region(fresh, new[: len(effects)], new[len(effects) :]))
    own = {p: inner[p] for region in value.regions for p in region.params}
    return copied(value.args, own) if own else value.args, regions


def _reached(values: Iterable[Node], moving: set[Node]) -> set[Node]:
    """The moving nodes that are found through moving arguments alone; regions are copied by themselves."""
    found: set[Node] = set()
    stack = [v for v in values if v in moving]
    while stack:
        value = stack.pop()
        if value not in found:
            found.add(value)
            stack.extend(n for n in (*value.args, *value.deps) if n in moving)
    return found


def leaves(value: Node) -> bool:
    """Whether a node is an exit or holds one."""
    return value.op == "exit" or any(leaves(e) for r in value.regions for e in r.effects)


def over(params: tuple[Node, ...], *values: Node) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """Fresh parameters in the place of `params`, and the values over them."""
    fresh = tuple(param(p.type, p.get("name")) for p in params)
    return fresh, copied(values, dict(zip(params, fresh, strict=True)))
