"""Loops over scalars become tables and folds; where a dependence or an effect forbids it, the record names it.

Inner loops come first. What no later formula reads is dropped from loops before, so a name that a loop merely passes
on (`err`, `f`) keeps nothing from being raised.
"""

from __future__ import annotations

from collections.abc import Iterable

from gdc.compiler.dependence import Facts, polynomial
from gdc.compiler.ir import Node, Program, Region, make, mapped_region, nested, project, rebuild, roots, walk
from gdc.compiler.raising import Raised, expanded, forbidding, ordered, raised, tidy
from gdc.compiler.record import Record, Step

NAME = "raise_loops"
SAID = {"total": "a fold", "part": "a fold", "each": "a table", "scatter": "a table", "last": "the last round's value"}
FORBIDS = {"print": "it prints in every round, in order", "record": "it records in every round, in order",
           "assert": "it asserts in every round, in order", "exit": "a stop or skip leaves its rounds"}


def run(program: Program, record: Record) -> Program:
    """The program with every loop raised that can be."""
    whole = _whole(program)
    whole = pruned(whole, program)
    if record.allows(NAME):
        whole = _Raising(program, record, whole).region()
    count = len(program.region.results)
    kept = iter(whole.results[count:])
    program.region = Region((), whole.effects, whole.results[:count])
    program.assigned = tuple(None if a is None else next(kept) for a in program.assigned)
    return program


def _whole(program: Program) -> Region:
    """The program's region with the flags of its outputs as further results."""
    flags = tuple(a for a in program.assigned if a is not None)
    return Region((), program.region.effects, (*program.region.results, *flags))


# --- values that nobody reads ------------------------------------------------------------------


def pruned(region: Region, program: Program) -> Region:
    """The region whose loops carry only what is read."""
    order = walk(roots(region))
    alive = _alive(region, order)
    new: dict[Node, Node] = {}
    places: dict[Node, list[int]] = {}
    for value in order:
        if value.op == "project" and value.args[0] in places:
            kept = places[value.args[0]]
            k = value.get("k")
            owner = new[value.args[0]]
            new[value] = project(owner, kept.index(k)) if k in kept else new[value.args[0].args[_first(value.args[0]) + k]]
        elif value.op == "loop" and any((value, k) not in alive for k in range(len(value.types))):
            places[value] = [k for k in range(len(value.types)) if (value, k) in alive]
            new[value] = _slimmer(rebuild(value, new), places[value])
        else:
            new[value] = rebuild(value, new)
        program.origins.replace(value, new[value])
    return mapped_region(region, new)


def _first(loop: Node) -> int:
    """Where the carried values begin among a loop's arguments."""
    return 3 if loop.get("kind") == "count" else 0


def _slimmer(loop: Node, kept: list[int]) -> Node:
    """The loop with only some of its carried values."""
    first, region = _first(loop), loop.regions[0]
    own = 1 if first else 0
    exits: dict[Node, Node] = {}
    for effect in region.effects:
        if effect.op == "exit":
            args = (effect.args[0], *(effect.args[1 + k] for k in kept))
            exits[effect] = make("exit", args, dict(effect.attrs), effect.types, deps=effect.deps)
    slim = Region((*region.params[:own], *(region.params[own + k] for k in kept)),
                  (exits.get(e, e) for e in region.effects), (region.results[k] for k in kept))
    return make("loop", (*loop.args[:first], *(loop.args[first + k] for k in kept)), dict(loop.attrs),
                (loop.types[k] for k in kept), (slim,), loop.deps)


def _alive(region: Region, order: list[Node]) -> set[tuple[Node, int]]:
    """The results of loops and branches that are read, as (owner, k)."""
    carried = {p: (v, k) for v in order if v.op == "loop" for k, p in enumerate(v.regions[0].params[_first(v) // 3:])}
    alive: set[tuple[Node, int]] = set()
    seen: set[Node] = set()
    stack: list[Node] = list(roots(region))

    def result(owner: Node, k: int) -> Iterable[Node]:
        if (owner, k) in alive:
            return ()
        alive.add((owner, k))
        exits = [e.args[1 + k] for r in owner.regions for e in r.effects if e.op == "exit"]
        initial = [owner.args[_first(owner) + k]] if owner.op == "loop" else []
        return [owner, *(r.results[k] for r in owner.regions), *initial, *exits]

    while stack:
        value = stack.pop()
        if value.op == "project" and value.args[0].op in ("loop", "branch"):
            stack.extend(result(value.args[0], value.get("k")))
        elif value in seen:
            continue
        elif value in carried:
            stack.extend(result(*carried[value]))
        elif value.op in ("loop", "branch"):
            stack.extend((*value.args[:_first(value) if value.op == "loop" else 1], *value.deps))
            stack.extend(e for r in value.regions for e in r.effects)
        elif value.op == "exit":
            stack.extend((value.args[0], *value.deps))
        else:
            stack.extend(nested(value))
        seen.add(value)
    return alive


# --- raising -----------------------------------------------------------------------------------


class _Raising:
    """One walk over the program, from the inside out."""

    def __init__(self, program: Program, record: Record, whole: Region) -> None:
        self.program, self.record, self.whole = program, record, whole
        self.facts = Facts()
        self.closed: set[Node] = set()
        self.new: dict[Node, Node] = {}
        self.instead: dict[Node, Raised] = {}     # loops that are gone
        self.effects: dict[Node, list[Node]] = {}

    def region(self) -> Region:
        order = walk(roots(self.whole))
        self.facts.note_types((*self.program.inputs, *order))
        for value in order:
            new = self._changed(value)
            self.new[value] = self.program.origins.replace(value, new)
            if new.op != "param" and not new.is_effect and not new.regions and all(n in self.closed for n in nested(new)):
                self.closed.add(new)
        return mapped_region(expanded(self.whole, self.effects), self.new)

    def _changed(self, value: Node) -> Node:
        if value.op == "project" and value.args[0] in self.instead:
            return self.instead[value.args[0]].values[value.get("k")]
        rebuilt = self._rebuilt(value)
        self.program.origins.replace(value, rebuilt)
        if value.op == "loop" and value.get("kind") == "count":
            self._try(value, rebuilt)
            return rebuilt
        return tidy(rebuilt, self.facts)

    def _rebuilt(self, value: Node) -> Node:
        regions = tuple(expanded(r, self.effects) for r in value.regions)
        if any(new is not old for new, old in zip(regions, value.regions, strict=True)):
            value = make(value.op, value.args, dict(value.attrs), value.types, regions, value.deps)
        return rebuild(value, self.new)

    def _try(self, old: Node, loop: Node) -> None:
        effect = forbidding(loop.regions[0])
        if effect is not None:
            self._refused(loop, FORBIDS[effect.op])
            return
        outcome = raised(loop, self.facts, self.closed)
        for reason in dict.fromkeys(outcome.reasons.values()):
            self._refused(loop, reason)
        if not outcome.ways and loop.types:
            return
        fresh = ordered((*outcome.effects, *outcome.values), self.closed)
        self.facts.note_types(fresh)
        known = set(ordered(loop.args, self.closed))
        for value in fresh:
            if value not in known and not self.program.origins.of(value):
                self.program.origins.add(value, *self.program.origins.of(loop))
        self.instead[old], self.effects[old] = outcome, outcome.effects
        self._told(loop, outcome)

    def _told(self, loop: Node, outcome: Raised) -> None:
        names = [(loop.regions[0].params[1 + k].get("name") or "a value", SAID[way.kind])
                 for k, way in outcome.ways.items() if way.kind != "same"]
        if names:
            self.record.add(Step(NAME, NAME, _text(loop), "; ".join(f"{name} is {kind}" for name, kind in names),
                                 "no round reads what another round wrote, or all they do is gather one value",
                                 self.program.origins.of(loop)))

    def _refused(self, loop: Node, reason: str) -> None:
        self.record.add(Step(NAME, NAME, _text(loop), "stays a loop", reason, self.program.origins.of(loop)))


def _text(loop: Node) -> str:
    """`for i in 0..n`, from the loop itself."""
    start, count, step = (polynomial(a) for a in loop.args[:3])
    name = loop.regions[0].params[0].get("name")
    by = "" if step.is_constant and step.constant == 1 else f" by {step}"
    return f"for {name} in {start}..{start + count * step}{by}" if name else f"repeat {count}"
