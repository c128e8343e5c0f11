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
    """For each loop and branch, the results that the program's effects and outputs depend on.

    A result is alive only through what reads it, so values that two nested loops only hand to each other are dead.
    """
    flags = [f for f in program.assigned if f is not None]
    return Liveness([*ir.roots(program.region), *flags]).used


class Liveness:
    """Marks what is alive, from the roots on; of a loop or branch only the results that something reads."""

    def __init__(self, roots: list[Node]) -> None:
        nodes = ir.walk(roots)
        self.used: dict[Node, set[int]] = {n: set() for n in nodes if n.op in ("loop", "branch")}
        self.carried = {p: (n, k) for n in self.used if n.op == "loop" for k, p in enumerate(carried_params(n))}
        self.seen: set[Node] = set()
        self.pending = list(roots)
        while self.pending:
            self.mark(self.pending.pop())

    def mark(self, value: Node) -> None:
        if value in self.seen:
            return
        self.seen.add(value)
        if value.op == "project":
            self.pending.append(value.args[0])
            self.mark_result(value.args[0], value.get("k"))
        elif value in self.carried:
            self.mark_result(*self.carried[value])
        elif value.op == "exit":
            self.pending.append(value.args[0])
        elif value in self.used:
            head = len(value.args) - count_results(value) if value.op == "loop" else len(value.args)
            self.pending.extend(value.args[:head])
            self.pending.extend(e for r in value.regions for e in r.effects)
        else:
            self.pending.extend(ir.nested(value))

    def mark_result(self, owner: Node, k: int) -> None:
        if k in self.used[owner]:
            return
        self.used[owner].add(k)
        self.pending.extend(r.results[k] for r in owner.regions)
        if owner.op == "loop":
            self.pending.append(owner.args[len(owner.args) - count_results(owner) + k])
            self.pending.extend(e.args[1 + k] for e in owner.regions[0].effects if e.op == "exit")


def carried_params(loop: Node) -> tuple[Node, ...]:
    region = loop.regions[0]
    return region.params[1:] if loop.get("kind") == "count" else region.params


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
        if new[owner] is owner or value.get("k") not in places[owner]:
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
