"""Drops what a loop or branch carries and nobody reads: values first assigned inside that are not used after."""

from __future__ import annotations

from gdc.compiler import ir
from gdc.compiler.ir import Node, Program, Region
from gdc.compiler.types import INT, Type


def prune(program: Program) -> Program:
    """The program without results of loops and branches that are never used."""
    while True:
        used = used_results(program)
        region = pruned(program, used)
        if region is program.region:
            return program
        program.region = region


def used_results(program: Program) -> dict[Node, set[int]]:
    """For each loop and branch, the results that are read, or that a carried value needs in the next round."""
    flags = [f for f in program.assigned if f is not None]
    nodes = ir.walk([*ir.roots(program.region), *flags])
    used: dict[Node, set[int]] = {n: set() for n in nodes if n.op in ("loop", "branch")}
    for n in nodes:
        if n.op == "project":
            used[n.args[0]].add(n.get("k"))
    for n in nodes:
        if n.op == "loop":
            used[n] |= needed_inside(n, used[n])
    return used


def carried_params(loop: Node) -> tuple[Node, ...]:
    region = loop.regions[0]
    return region.params[1:] if loop.get("kind") == "count" else region.params


def needed_inside(loop: Node, wanted: set[int]) -> set[int]:
    """The carried values that the wanted ones, and the body's effects, depend on."""
    region, params = loop.regions[0], carried_params(loop)
    if not params:
        return set()
    exits = [e for e in region.effects if e.op == "exit"]
    needed: set[int] = set()
    effects = [e for e in region.effects if e.op != "exit"] + [e.args[0] for e in exits]
    frontier = set(wanted)
    reached = set(ir.walk(effects))
    while True:
        needed |= frontier | {k for k, p in enumerate(params) if p in reached}
        values = [region.results[k] for k in needed] + [e.args[1 + k] for e in exits for k in needed]
        grown = reached | set(ir.walk(values))
        if grown == reached and needed >= {k for k, p in enumerate(params) if p in reached}:
            return needed
        reached, frontier = grown, set()


def pruned(program: Program, used: dict[Node, set[int]]) -> Region:
    """The region with every loop and branch cut down to its used results."""
    if all(len(used[n]) == count_results(n) for n in used):
        return program.region
    places = {n: {k: new for new, k in enumerate(sorted(used[n]))} for n in used}
    new: dict[Node, Node] = {}
    flags = [f for f in program.assigned if f is not None]
    for value in ir.walk([*ir.roots(program.region), *flags]):
        rebuilt = cut(value, new, places)
        if rebuilt is not value:
            program.origins.replace(value, rebuilt)
        new[value] = rebuilt
    program.assigned = tuple(f if f is None else new[f] for f in program.assigned)
    return ir.mapped_region(program.region, new)


def count_results(owner: Node) -> int:
    return len(owner.regions[0].results)


def cut(value: Node, new: dict[Node, Node], places: dict[Node, dict[int, int]]) -> Node:
    if value.op == "project":
        owner = value.args[0]
        if new[owner] is owner:
            return value
        return ir.make(
            "project", (new[owner],), {"k": places[owner][value.get("k")]}, (ir.renamed_type(value.type, new),)
        )
    if value not in places or len(places[value]) == count_results(value):
        return ir.rebuild(value, new)
    keep = list(places[value])
    count = count_results(value)
    head = len(value.args) - count if value.op == "loop" else len(value.args)
    args = value.args[:head] + (tuple(value.args[head + k] for k in keep) if value.op == "loop" else ())
    regions = []
    for region in value.regions:
        params = (
            region.params[: len(region.params) - count]
            + tuple(region.params[len(region.params) - count + k] for k in keep)
            if value.op == "loop"
            else region.params
        )
        effects = tuple(cut_exit(e, keep, new) for e in region.effects)
        regions.append(Region(params, effects, tuple(new.get(region.results[k], region.results[k]) for k in keep)))
    types = tuple(value.types[k] for k in keep) or (Type(INT),)
    return ir.make(value.op, tuple(new.get(a, a) for a in args), dict(value.attrs), types, regions)


def cut_exit(effect: Node, keep: list[int], new: dict[Node, Node]) -> Node:
    if effect.op != "exit":
        return new.get(effect, effect)
    args = (effect.args[0], *(effect.args[1 + k] for k in keep))
    made = ir.make("exit", tuple(new.get(a, a) for a in args), dict(effect.attrs), effect.types)
    new[effect] = made
    return made
