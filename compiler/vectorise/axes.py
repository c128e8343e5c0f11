"""The state of a vectorisation: indices as labels of axes, and values spread over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gdc.compiler.dependence import Facts, polynomial
from gdc.compiler.dims import ONE, ZERO, Dim, FloorDiv
from gdc.compiler.ir import Node, Region, const, integer, make, node, project, size_node, size_of
from gdc.compiler.raising.parts import ordered
from gdc.compiler.vectorise.contraction import Spread, arranged

Triple = tuple[Node, Node, Node]
Decide = Callable[[Dim, Dim, bool, tuple[str, str, str]], bool]     # Record.decide: whether left < right


class Unvectorised(Exception):
    """Why a table or fold stays a nest of loops, in the user's terms."""


class Axes:
    """Indices that are axes (labels), in the order of their loops, and the values at hand."""

    def __init__(self, facts: Facts, closed: set[Node], decide: Decide) -> None:
        self.facts, self.closed, self.decide = facts, closed, decide
        self.ranges: dict[Any, Triple] = {}             # labels
        self.order: dict[Any, int] = {}                 # labels in the order of their loops
        self.known: dict[Node, Spread] = {}             # values at hand
        self.checks: dict[Node, Node] = {}              # checks of bodies, and the checks that stand for them
        self.reached_with: dict[Node, list[Dim]] = {}   # the ranges, apart from its own, that must have a round
        self.effects: list[Node] = []
        self.mask: Spread | None = None                 # the rounds in which the present place is reached
        self.variant: set[Node] = set()
        self.needs_rounds = False                       # whether something must not be evaluated without a round
        self.scope: list[Node] = []                     # the labels of the bodies round the present place
        self.outermost: tuple[Node, ...] = ()           # the labels of the nest as a whole
        self.notes: list[str] = []                      # remarks for the record

    def _computed(self, value: Node) -> Spread:
        """A value that depends on a label, its arguments being at hand."""
        raise NotImplementedError

    def _run_effects(self, region: Region) -> None:
        """The effects of a body, each once for all rounds, in order."""
        raise NotImplementedError

    def runs(self, count: Node) -> bool:
        return self.facts.never_negative(polynomial(count) - 1)

    def enter(self, owner: Node) -> list[Node]:
        """Makes labels of a table's or fold's indices."""
        params = list(owner.regions[0].params)
        for k, label in enumerate(params):
            triple = owner.args[3 * k], owner.args[3 * k + 1], owner.args[3 * k + 2]
            values = [self.at(a) for a in triple]
            if any(v.labels or v.node.type.rank for v in values):
                outer = sorted({str(p.get("name")) for v in values for p in v.labels})
                raise Unvectorised(f"the range of {label.get('name') or 'an index'} depends on {', '.join(outer)}")
            self.label(label, (values[0].node, values[1].node, values[2].node))
        return params

    def label(self, label: Any, triple: Triple) -> None:
        self.ranges[label] = triple
        self.order.setdefault(label, len(self.order))

    def size(self, label: Any) -> Dim:
        return size_of(self.ranges[label][1])

    def sizes_of(self, labels: Iterable[Any]) -> dict[Any, Dim]:
        return {k: self.size(k) for k in labels}

    def in_order(self, labels: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(sorted(set(labels), key=lambda k: self.order[k]))

    def where_entries(self, found: Spread, sizes: Iterable[Dim]) -> Spread:
        """A value for whose rounds axes of these sizes must have an entry: where one has none, no round asks for it."""
        unsure = [d for d in sizes if not self.facts.never_negative(d - 1)]
        if not unsure:
            return found
        condition = node("gt", size_node(unsure[0]), integer(0))
        for size in unsure[1:]:
            condition = node("and", condition, node("gt", size_node(size), integer(0)))
        t = found.node.type
        empty = node("fill", const(0, t.element), *(size_node(d) for d in t.shape))
        arms = (Region((), (), (found.node,)), Region((), (), (empty,)))
        return Spread(project(make("branch", (condition,), {}, (t,), arms), 0), found.labels)

    def places(self, label: Any) -> Spread:
        """A label's values as an array."""
        start, count, step = self.ranges[label]
        values = node("iota", count)
        if polynomial(step) != ONE:
            values = node("mul", values, step)
        if polynomial(start) != ZERO:
            values = node("add", values, start)
        return Spread(values, (label,))

    @contextmanager
    def inside(self, labels: list[Node]) -> Iterator[None]:
        """The body of a table or fold."""
        before = len(self.scope)
        self.scope.extend(labels)
        try:
            yield
        finally:
            del self.scope[before:]

    def at(self, value: Node) -> Spread:
        """A value for all rounds."""
        if value not in self.variant:
            return Spread(value)
        stack = [value]
        while stack:
            top = stack[-1]
            if top in self.known:
                stack.pop()
                continue
            waiting = [a for a in _inputs(top) if a in self.variant and a not in self.known]
            if waiting:
                stack.extend(waiting)
            else:
                found = self.known[top] = self._computed(top)
                self.needs_rounds = self.needs_rounds or not found.labels and self.waits(top)
                stack.pop()
        return self.known[value]

    def waits(self, value: Node) -> bool:
        """Whether a value may fail where a check of the rounds was not reached."""
        return any(d in self.variant for d in value.deps)

    def combined(self, op: str, parts: Sequence[Spread], deps: Iterable[Node] = ()) -> Spread:
        labels = self.in_order(k for p in parts for k in p.labels)
        own = max(p.own for p in parts)
        return Spread(node(op, *(arranged(p, labels, own) for p in parts), deps=self.deps_of(deps)), labels)

    def deps_of(self, deps: Iterable[Node]) -> tuple[Node, ...]:
        return tuple(self.checks.get(d, d) for d in deps)

    def _sized(self, value: Node) -> Spread:
        """A formula of sizes that some index is part of."""
        return self.formula(value.get("size"))

    def formula(self, size: Dim) -> Spread:
        total: Spread | None = None
        for monomial, factor in sorted(size.terms, key=lambda t: t[1] < 0):
            atoms = [self._atom(a) for a in monomial]
            sign = factor if total is None else abs(factor)
            product = [*atoms, *([Spread(integer(sign))] if sign != 1 or not atoms else [])]
            part = product[0]
            for other in product[1:]:
                part = self.combined("mul", [part, other])
            total = part if total is None else self.combined("sub" if factor < 0 else "add", [total, part])
        return total or Spread(integer(0))

    def _atom(self, atom: Any) -> Spread:
        if isinstance(atom, FloorDiv):
            return self.combined("floordiv", [self.formula(atom.top), self.formula(atom.bottom)])
        return self.at(atom) if isinstance(atom, Node) else Spread(size_node(Dim({(atom,): 1})))

    def labels_of(self, value: Node) -> set[Any]:
        """The indices that a value depends on, those of regions inside it not counted."""
        used: set[Any] = set()
        inner: set[Any] = set()
        for part in ordered([value], self.closed):
            if part.op == "param" and part in self.variant and not self._is_serial(part):
                used.add(part)
            inner.update(p for r in part.regions for p in r.params)
        return used - inner

    def _is_serial(self, label: Node) -> bool:
        return label in self.known and not self.known[label].labels

    @contextmanager
    def inner_effects(self) -> Iterator[list[Node]]:
        outer, self.effects = self.effects, []
        try:
            yield self.effects
        finally:
            self.effects = outer


def _inputs(value: Node) -> tuple[Node, ...]:
    """What must be at hand before a value is computed; bodies are computed on their own."""
    if value.op == "project":
        return (value.args[0].args[0],)
    return value.args[:1] if value.op == "select" else () if value.op in ("table", "fold", "loop") else value.args


