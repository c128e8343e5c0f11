"""Library functions become loops where a target has no library: the prelude's gd text, for their arguments' types.

Each stands where the factorisation is evaluated (`homes`), so what is never reached is never computed and cannot fail.
Its loops may stop the program, so they are effects.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gdc.compiler.build.core import Builder
from gdc.compiler.build.functions import call_values
from gdc.compiler.build.program import prelude
from gdc.compiler.construct import product, reshape
from gdc.compiler.homes import SOLVERS, find_homes, standing
from gdc.compiler.ir import Node, Program, Region, cast, make, rebuild, roots, walk
from gdc.compiler.layout import Layout
from gdc.compiler.ops import OPS
from gdc.compiler.prune import prune
from gdc.compiler.record import Record, Step
from gdc.compiler.regions import has_effects
from gdc.compiler.rules import formula, through
from gdc.dsl import tree
from gdc.dsl.source import Source, Span

NAME = "solvers"


def run(program: Program, record: Record, target: str = "loops") -> Program:
    """The program with loops for what the target has no library for."""
    changed = through(program, lambda region: _expanded(program, region, record, target))
    return changed if changed is program else prune(changed)


def is_missing(value: Node, target: str) -> bool:
    """Whether the target has no library for it."""
    row = OPS.get(value.op)
    return row is not None and row.kind in ("SOLVE", "LIBRARY") and target not in row.library


def _expanded(program: Program, region: Region, record: Record, target: str) -> Region:
    """Also what the loops of one call in their turn."""
    while True:
        order = walk(roots(region))
        missing = {value for value in order if is_missing(value, target)}
        if not missing:
            return region
        layout = Layout(program, region, order)
        find_homes(layout)
        region = _Expansion(program, layout, record, missing).region()


class _Expansion:
    """One walk over the program, from the inside out."""

    def __init__(self, program: Program, layout: Layout, record: Record, missing: set[Node]) -> None:
        self.program, self.layout, self.record, self.missing = program, layout, record, missing
        self.effects: dict[Region, list[Node]] = {r: list(r.effects) for r in (layout.root, *layout.owner)}
        self.new: dict[Node, Node] = {}
        self.loops: dict[Node, list[Node]] = {}  # what a factorisation's value waits for

    def region(self) -> Region:
        for value in self.layout.walked:
            if value in self.missing:
                self.new[value] = self._built(value)
                if self.loops[value]:
                    self._enter(value)
            else:
                self.new[value] = self._rebuilt(value)
            self.program.origins.replace(value, self.new[value])
        return self._changed(self.layout.root)

    def _rebuilt(self, value: Node) -> Node:
        regions = tuple(self._changed(r) for r in value.regions)
        if any(new is not old for new, old in zip(regions, value.regions, strict=True)):
            made = make(value.op, value.args, dict(value.attrs), value.types, regions, value.deps)
            if has_effects(made):
                self._enter(value)
            return rebuild(made, self.new)
        return rebuild(value, self.new)

    def _changed(self, region: Region) -> Region:
        """The region over what its nodes have become."""
        effects = [n for e in self.effects[region] for n in self.loops.get(e, (self.new.get(e, e),))]
        results = [self.new.get(r, r) for r in region.results]
        if effects == list(region.effects) and results == list(region.results):
            return region
        return Region(region.params, effects, results)

    # --- order

    def _enter(self, value: Node) -> None:
        """Gives a node a place among its region's effects."""
        effects = self.effects[self.layout.home[value]]
        if value in effects:
            return
        effects.insert(standing(effects, value), value)

    # --- the loops

    def _built(self, value: Node) -> Node:
        """The prelude's loops for a factorisation; what they do is kept in `loops`."""
        op = value.op
        args = tuple(self.new[a] for a in value.args)
        if op in SOLVERS:
            args = tuple(cast(a, value.type.element) for a in args)
        if value.get("axis") is not None:
            args = (_fibres(args[0], value.get("axis")), *args[1:])
        name = "_solve" + (f"_{value.get('reads')}" if value.get("reads") else "") if op == "solve" else f"_{op}"
        name += ({1: "_vector", 2: "_matrix"}[args[1].type.rank] if op == "solve" else "")
        name += f"_{value.get('side')}" if value.get("side") else ""
        place = self._place(value)
        builder = _Library(self.program, place.source, value.get("site", 0), _sizes(args))
        call = tree.Call(place, op, place, tuple(tree.Name(place, "A") for _ in args))
        with builder.region() as effects:
            found = call_values(builder, call, builder.prelude[name], args)[0]
        self.loops[value] = effects
        self.record.add(
            Step(
                NAME,
                NAME,
                formula(value, self.program.origins),
                "loops over scalars",
                "this target has no library: the loops are the prelude's own",
                self.program.origins.of(value),
            )
        )
        found = cast(found, value.type.element)
        return found if value.get("axis") is None else reshape(found, value.type.shape)

    def _place(self, value: Node) -> Span:
        """Where the user wrote it."""
        site, sites = value.get("site"), self.program.sites
        spans = (sites[site].span,) if site is not None and site < len(sites) else self.program.origins.of(value)
        return next((s for s in spans if s is not None), Span(Source("", ""), 0, 0))


def _fibres(value: Node, axis: int) -> Node:
    """The array as [before, n], or [before, n, behind] where axes follow the one that the function goes along."""
    shape = value.type.shape
    behind = shape[axis + 1 :]
    return reshape(value, (product(shape[:axis]), shape[axis], *((product(behind),) if behind else ())))


class _Library(Builder):
    """Builds prelude functions into a finished program. Their subscripts are right; their asserts are the call's."""

    def __init__(self, program: Program, source: Source, site: int, sizes: Iterable[Any]) -> None:
        super().__init__(source, {}, prelude())
        self.origins = program.origins
        self.sites = list(program.sites)
        self.failure = site
        self.sizes = set(sizes)

    def site(self, span: Span, kind: str, message: str, hint: str | None = None) -> int:
        return self.failure

    def check(
        self, ok: Node, span: Span, kind: str, message: str, *values: Node, hint: str | None = None
    ) -> tuple[Node, ...]:
        return ()


def _sizes(args: Iterable[Node]) -> set[Any]:
    return {a for value in args for size in value.type.shape for a in size.atoms()}
