"""Regions as values: what depends on their parameters, and copies with parameters of their own.

Parameters belong to one region each. A body that is used a second time (a derivative beside its formula) is copied.
"""

from __future__ import annotations

from collections.abc import Iterable

from gdc.compiler.construct import filled
from gdc.compiler.ir import (
    Node,
    Origins,
    Region,
    fresh_params,
    make,
    mapped_region,
    nested,
    node,
    param,
    project,
    rebuild,
    roots,
    walk,
)

UNCHECKED = "unchecked"


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


def repeated(everything: Iterable[Node]) -> list[tuple[Node, set[Node]]]:
    """Every loop, table and fold, with all that is evaluated anew in each of its rounds."""
    owners = [v for v in everything if v.op in ("loop", "table", "fold")]
    return [(v, dependents(roots(v.regions[0]), v.regions[0].params)) for v in owners]


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
                args, regions = copied_regions(value, given)
                kept = make(value.op, args, dict(value.attrs), value.types, regions, deps)
            else:
                kept = value if deps == value.deps else waiting_for(value, deps)
            new[value] = rebuild(kept, new)
    return tuple(new.get(v, v) for v in chosen)


def waiting_for(value: Node, deps: tuple[Node, ...], regions: tuple[Region, ...] = ()) -> Node:
    """The node with fewer checks to wait for. A place says so: see passes/guard.py."""
    mark = {UNCHECKED: True} if value.op in ("index", "gather") else {}
    return make(value.op, value.args, {**dict(value.attrs), **mark}, value.types, regions, deps)


def copied_regions(value: Node, given: dict[Node, Node]) -> tuple[tuple[Node, ...], list[Region]]:
    """A node's regions over fresh parameters, and its arguments: the bounds of later indices may read earlier ones."""
    regions, inner = [], dict(given)
    for region in value.regions:
        own = fresh_params(region.params, inner)
        fresh = tuple(own[p] for p in region.params)
        inner.update(own)
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


def waiting_in_reach(region: Region, origins: Origins) -> Region:
    """The region with every value waiting only for checks of its own region or of one around it.

    A formula that is used a second time outside its body (a derivative beside it) still names the body's checks: they
    stay with the first use, which runs before. Where that ran no round, the value is asked only if the checks hold.
    """
    return _InReach(_without_checks(region), origins).region(region, frozenset(), {})


def _without_checks(region: Region) -> set[Node]:
    """What neither waits for a check nor uses what does: there is nothing to look for below."""
    found: set[Node] = set()
    for value in walk((*region.effects, *region.results)):
        apart = value.deps or value.regions or value.is_effect or value.op == "param"
        if not apart and all(n in found for n in value.args):
            found.add(value)
    return found


class _InReach:
    """One walk over a program's regions, outer ones first. `plain` is what needs no look."""

    def __init__(self, plain: set[Node], origins: Origins) -> None:
        self.plain, self.origins = plain, origins
        self.sound: dict[tuple[Node, ...], Node] = {}

    def region(self, region: Region, outer: frozenset[Node], moved: dict[Node, Node]) -> Region:
        """`outer` are the effects and parameters round this region, `moved` those of them that were made anew."""
        seen, new = outer.union(region.effects, region.params), dict(moved)
        for value in walk((*region.effects, *region.results), self.plain, _own_uses):
            if value not in new:
                own = moved | {e: new[e] for e in seen if e in new}
                new[value] = self.origins.replace(value, self.value(value, seen, own, new))
        return mapped_region(region, new)

    def value(self, value: Node, seen: frozenset[Node], own: dict[Node, Node], new: dict[Node, Node]) -> Node:
        lost = [d for d in value.deps if d not in seen]
        changed = bool(lost) or any(new.get(n, n) is not n for n in (*value.args, *value.deps))
        regions, fresh = self.bodies(value, seen, own, changed)
        if lost or regions != value.regions:
            value = waiting_for(value, tuple(d for d in value.deps if d in seen), regions)
        made = with_bounds(rebuild(value, new), fresh)
        conditions = [new.get(d.args[0], d.args[0]) for d in lost if not _is_free(d.args[0], seen)]
        return self.where_sound(made, conditions) if conditions and made.types else made

    def bodies(
        self, value: Node, seen: frozenset[Node], own: dict[Node, Node], changed: bool
    ) -> tuple[tuple[Region, ...], dict[Node, Node]]:
        """A node's regions; over fresh parameters where it or one of them changes: elsewhere it may stay as it is."""
        again = value.regions and value not in seen and has_effects(value)
        bodies = tuple(_silent(r) for r in value.regions) if again else value.regions
        regions = tuple(self.region(r, seen, own) for r in bodies)
        if not changed and all(a is b for a, b in zip(regions, value.regions, strict=True)):
            return value.regions, {}
        fresh = fresh_params([p for r in value.regions for p in r.params], own)
        return tuple(self.region(r, seen, own | fresh) for r in bodies), fresh

    def where_sound(self, value: Node, conditions: list[Node]) -> Node:
        """The value where the checks that it does not wait for would pass, else zeros: its body ran no round, or
        stops."""
        key = (value, *conditions)
        if key not in self.sound:
            self.sound[key] = guarded(value, conditions)
        return self.sound[key]


def with_bounds(value: Node, fresh: dict[Node, Node]) -> Node:
    """The node whose regions have fresh parameters: the bounds of its later indices may read earlier ones."""
    args = copied(value.args, fresh) if fresh else value.args
    same = all(a is b for a, b in zip(args, value.args, strict=True))
    return value if same else make(value.op, args, dict(value.attrs), value.types, value.regions, value.deps)


def _is_free(condition: Node, seen: frozenset[Node]) -> bool:
    """Whether a condition belongs to the rounds of another body: those have run, and it held in each."""
    others = [p for p in walk([condition]) if p.op == "param" and p not in seen]
    return bool(others) and condition in dependents([condition], others)


def _silent(region: Region) -> Region:
    """A body used a second time, where its checks and prints have had their say."""
    return Region(region.params, tuple(e for e in region.effects if leaves(e)), region.results)


def guarded(value: Node, conditions: list[Node]) -> Node:
    """The value where all conditions hold; else what an update would have changed, and zeros for everything else."""
    condition = conditions[0]
    for other in conditions[1:]:
        condition = node("and", condition, other)
    kept = value.op == "update" and value.args[0].type == value.type
    otherwise = value.args[0] if kept else filled(0, value.type)
    arms = (Region((), (), (value,)), Region((), (), (otherwise,)))
    if not value.type.rank:
        return make("select", (condition,), {}, (value.type,), arms)
    return project(make("branch", (condition,), {}, (value.type,), arms), 0)


def _own_uses(value: Node) -> tuple[Node, ...]:
    """What a node uses outside its regions."""
    return (*value.args, *value.deps)
