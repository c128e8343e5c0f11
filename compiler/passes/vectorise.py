"""Tables and folds become array operations, matrix products above all; what cannot stays a nest, and the record why."""

from __future__ import annotations

from gdc.compiler.dependence import Facts
from gdc.compiler.homes import SOLVERS, written_depth
from gdc.compiler.ir import Node, Program, Region, make, mapped_region, nested, rebuild, roots, walk
from gdc.compiler.raising.parts import expanded, is_closed, ordered
from gdc.compiler.record import Record, Step
from gdc.compiler.vectorise.axes import Unvectorised
from gdc.compiler.vectorise.nests import Vectoriser

NAME = "vectorise"
SWITCHES = (NAME,)


def run(program: Program, record: Record) -> Program:
    """The program with every table and fold vectorised that can be."""
    if not record.allows(NAME):
        return program
    flags = tuple(a for a in program.assigned if a is not None)
    whole = Region((), program.region.effects, (*program.region.results, *flags))
    done = _Vectorising(program, record).region(whole)
    count = len(program.region.results)
    kept = iter(done.results[count:])
    program.region = Region((), done.effects, done.results[:count])
    program.assigned = tuple(None if a is None else next(kept) for a in program.assigned)
    return program


class _Vectorising:
    """Walks over regions from the inside out; outermost tables and folds first."""

    def __init__(self, program: Program, record: Record) -> None:
        self.program, self.record = program, record
        self.facts = Facts()
        self.closed: set[Node] = set()
        self.lazy: set[Node] = set()  # what may fail, and was not written above all rounds

    def region(self, whole: Region) -> Region:
        order = walk(roots(whole))
        self.lazy = {v for v in order if v.op in SOLVERS and written_depth(self.program, v) > 0}
        self.facts.note_types((*self.program.inputs, *order))
        return self._rewritten(whole, order)

    def _rewritten(self, region: Region, order: list[Node]) -> Region:
        """The region with its outermost tables and folds vectorised."""
        inner = _enclosed(order)
        new: dict[Node, Node] = {}
        instead: dict[Node, list[Node]] = {}
        for value in order:
            regions = tuple(expanded(r, instead) for r in value.regions)
            made = value
            if any(a is not b for a, b in zip(regions, value.regions, strict=True)):
                made = make(value.op, value.args, dict(value.attrs), value.types, regions, value.deps)
            made = rebuild(made, new)
            if value.op in ("table", "fold") and value not in inner:
                self.program.origins.replace(value, made)
                made, instead[value] = self._tried(made)
            new[value] = self.program.origins.replace(value, made)
            if is_closed(made, self.closed):
                self.closed.add(made)
        return mapped_region(expanded(region, instead), new)

    def _tried(self, owner: Node) -> tuple[Node, list[Node]]:
        """(what a table or fold becomes, the effects that stand for it)."""
        spans = self.program.origins.of(owner)
        vectoriser = Vectoriser(self.facts, self.closed, self.record.decide)
        vectoriser.needs_rounds = bool(self.lazy) and not self.lazy.isdisjoint(walk(roots(owner.regions[0])))
        try:
            value, effects = vectoriser.whole(owner)
        except Unvectorised as reason:
            self.record.add(Step(NAME, NAME, _text(owner), "stays a nest of loops", str(reason), spans))
            kept = self._inside(owner)
            return kept, [kept] if kept.regions[0].effects else []
        known = set(ordered(owner.args, self.closed))
        for made in ordered((*effects, value), self.closed):
            if made not in known and made.op not in ("const", "input") and not self.program.origins.of(made):
                self.program.origins.add(made, *spans)
        said = "; ".join(dict.fromkeys(vectoriser.notes)) or "every index is an axis"
        self.record.add(Step(NAME, NAME, _text(owner), _kind(value), said, spans))
        return value, effects

    def _inside(self, owner: Node) -> Node:
        """A nest that stays, with what is inside it vectorised."""
        region = owner.regions[0]
        moving = {*region.params, *region.effects}
        order = ordered(roots(region), self.closed)
        for value in order:
            if any(n in moving for n in nested(value)):
                moving.add(value)
        inner = self._rewritten(region, [v for v in order if v in moving])
        return make(owner.op, owner.args, dict(owner.attrs), owner.types, (inner,), owner.deps)


def _enclosed(order: list[Node]) -> set[Node]:
    """The tables and folds that depend on an index of another one around them."""
    params = {p for v in order if v.op in ("table", "fold") for p in v.regions[0].params}
    held = {e for v in order if v.op in ("table", "fold") for e in v.regions[0].effects}
    free: dict[Node, frozenset[Node]] = {}
    nothing: frozenset[Node] = frozenset()
    found: set[Node] = set(held)
    for value in order:
        used = frozenset((value,)) if value in params else nothing
        for part in nested(value):
            more = free.get(part, nothing)
            if more and more is not used:
                used = more if more >= used else used | more
        if value.regions and used:
            used = used - {p for r in value.regions for p in r.params}
        if used:
            free[value] = used
            if value.op in ("table", "fold"):
                found.add(value)
    return found


def _text(owner: Node) -> str:
    names = ", ".join(p.get("name") or "…" for p in owner.regions[0].params)
    return f"{owner.get('monoid')}(… for {names})" if owner.op == "fold" else f"[… for {names}]"


def _kind(value: Node) -> str:
    return {"matmul": "one matrix product", "einsum": "one einsum"}.get(value.op, "array operations")
