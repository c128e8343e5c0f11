"""Loops over scalars become tables and folds; where a dependence or an effect forbids it, the record names it.

Inner loops come first. What no later formula reads is dropped from loops before, so that a name which a loop merely
passes on (`err`, `f`) keeps nothing from being raised.
"""

from __future__ import annotations

from gdc.compiler.dependence import Facts, polynomial
from gdc.compiler.dims import Dim
from gdc.compiler.ir import Node, Program, Region, make, mapped_region, rebuild, roots, walk
from gdc.compiler.prune import prune
from gdc.compiler.raising.loop import Raised, raised
from gdc.compiler.raising.parts import expanded, forbidding, is_closed, ordered, tidy
from gdc.compiler.record import Record, Step
from gdc.compiler.rules import formula
from gdc.compiler.run_cost import by_name, size_words

NAME = "raise_loops"
SWITCHES = (NAME,)
SAID = {"total": "a fold", "part": "a fold", "each": "a table", "scatter": "a table", "last": "the last round's value"}
FORBIDS = {"print": "it prints in every round, in order", "record": "it records in every round, in order",
           "assert": "it asserts in every round, in order", "exit": "a stop or skip leaves its rounds"}


def run(program: Program, record: Record) -> Program:
    """The program with every loop raised that can be."""
    if not record.allows(NAME):
        return program
    program = prune(program)
    whole = _Raising(program, record, _whole(program)).region()
    count = len(program.region.results)
    kept = iter(whole.results[count:])
    program.region = Region((), whole.effects, whole.results[:count])
    program.assigned = tuple(None if a is None else next(kept) for a in program.assigned)
    return program


def _whole(program: Program) -> Region:
    """The program's region with the flags of its outputs as further results."""
    flags = tuple(a for a in program.assigned if a is not None)
    return Region((), program.region.effects, (*program.region.results, *flags))


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
            if is_closed(new, self.closed):
                self.closed.add(new)
        return mapped_region(expanded(self.whole, self.effects), self.new)

    def _changed(self, value: Node) -> Node:
        if value.op == "project" and value.args[0] in self.instead:
            k: int = value.get("k")
            return self.instead[value.args[0]].values[k]
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
                 for k, way in outcome.ways.items() if way.kind in SAID and not _is_flag(loop, k)]
        if names:
            self.record.add(Step(NAME, NAME, self._text(loop), "; ".join(f"{name} is {kind}" for name, kind in names),
                                 "no round reads what another round wrote, or all they do is gather one value",
                                 self.program.origins.of(loop)))

    def _refused(self, loop: Node, reason: str) -> None:
        self.record.add(Step(NAME, NAME, self._text(loop), "stays a loop", reason, self.program.origins.of(loop)))

    def _text(self, loop: Node) -> str:
        """`for i in 0..n`, from the loop itself."""

        def words(size: Dim) -> str:
            return size_words(size, lambda node: formula(node, self.program.origins))

        start, count, step = (polynomial(a) for a in loop.args[:3])
        name = loop.regions[0].params[0].get("name")
        by = "" if step.is_constant and step.constant == 1 else f" by {words(step)}"
        stop = start + by_name(count) * step
        return f"for {name} in {words(start)}..{words(stop)}{by}" if name else f"repeat {words(count)}"



def _is_flag(loop: Node, k: int) -> bool:
    """Whether a carried value only says that a round has assigned some name."""
    return loop.types[k].kind == "bool" and loop.args[3 + k].op == "const" and loop.regions[0].results[k].op == "const"
