"""The tables and folds that a loop becomes, its body copied into them."""

from __future__ import annotations

from gdc.compiler.dependence import linear, polynomial, subscripts_of
from gdc.compiler.dims import ONE, ZERO, Dim
from gdc.compiler.ir import (
    Node,
    Region,
    cast,
    fresh_params,
    integer,
    make,
    nested,
    node,
    param,
    project,
    rebuild,
    size_node,
    size_of,
)
from gdc.compiler.ops import OPS
from gdc.compiler.raising.parts import loose_effects, make_index, ordered, tidy
from gdc.compiler.raising.ways import MONOIDS, Body, Way
from gdc.compiler.regions import waiting_for
from gdc.compiler.types import Type


class Emitter:
    """Writes the tables and folds that a loop becomes."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.safe: dict[Node, Node] = {}      # carried arrays that stand for their initial values
        self.tables: dict[Node, Node] = {}    # values of a round that a table holds for all rounds
        self.before = set(ordered(body.loop.args, body.closed))

    # --- copies of a body

    def copy(self, starts: list[Node], replaced: dict[Node, Node], maybe_never: bool = False) -> list[Node]:
        """The values with parameters replaced, in nodes of their own. `maybe_never`: of a round that may not be."""
        new = {**self.safe, **replaced}
        new.update((value, self._from_table(table, new)) for value, table in self.tables.items())
        order = ordered(starts, self.body.closed)
        changing = self._changing(order)
        owners = [v for v in order if v in changing and v.regions]
        new.update(fresh_params([p for v in owners for r in v.regions for p in r.params], new))
        for index in list(new):
            own = self.body.facts.ranges.get(index)
            if own is not None and new[index].op == "param":
                self.body.facts.ranges.setdefault(new[index], own)
        for value in order:
            if value in changing and value not in new:
                rebuilt = rebuild(value, new)
                if rebuilt is value and value.is_effect and value in self.body.own_effects:
                    rebuilt = again(value)
                if maybe_never and not rebuilt.deps and rebuilt.op in ("index", "gather"):
                    rebuilt = waiting_for(rebuilt, ())
                new[value] = tidy(rebuilt, self.body.facts)
        return [new.get(s, s) for s in starts]

    def _changing(self, order: list[Node]) -> set[Node]:
        """What a copy makes anew: what depends on the loop's parameters, on effects of its body at any depth, or on
        parameters of what is made anew."""
        found = {v for v in order if v in self.body.variant or v in self.body.own_effects}
        while True:
            before = len(found)
            found.update(p for v in list(found) for region in v.regions for p in region.params)
            for value in order:
                if value not in found and any(n in found for n in nested(value)):
                    found.add(value)
            if len(found) == before:
                return found

    def _from_table(self, table: Node, new: dict[Node, Node]) -> Node:
        """The entry of a table that belongs to the present round."""
        start, _, step = self.range_args()
        index = new.get(self.body.index, self.body.index)
        number = index if polynomial(start) == ZERO else node("sub", index, start)
        if polynomial(step) != ONE:
            number = node("floordiv", number, step)
        return node("index", table, number, subscripts=("at",))

    def checks_of(self, starts: list[Node]) -> list[Node]:
        """The checks of the loop's body that values wait for, in order."""
        used = set(ordered(starts, self.body.closed))
        return [e for e in self.body.region.effects if e in used]

    def region(self, starts: list[Node], checks: list[Node] | None) -> tuple[Region, Node]:
        """The values over an index of their own; (region, element's node)."""
        body = self.body
        index = param(body.index.type, body.index.get("name", ""))
        held = self.checks_of(starts) if checks is None else checks
        copies = self.copy([*held, *starts], {body.index: index})
        effects = copies[:len(held)]
        known = {*effects, *body.order, *self.before, *self.tables.values()}
        effects += loose_effects(copies[len(held):], known, body.closed)
        return Region((index,), effects, copies[len(held):]), copies[-1]

    def range_args(self) -> tuple[Node, ...]:
        return self.body.loop.args[:3]

    def table(self, value: Node, checks: list[Node] | None) -> Node:
        region, element = self.region([value], checks)
        count = self.range_args()[1]
        shape = (size_of(count), *element.type.shape)
        return make("table", self.range_args(), {}, (Type(element.type.element, shape),), (region,))

    def fold(self, value: Node, operation: str, checks: list[Node] | None) -> Node:
        region, element = self.region([value], checks)
        monoid = MONOIDS[operation]
        result = OPS[monoid].element((element.type.element,))
        return make("fold", self.range_args(), {"monoid": monoid}, (Type(result, element.type.shape),), (region,))

    def when_run(self, then: Node, orelse: Node, checks: list[Node] | None = None) -> Node:
        """A value of the loop's rounds, where it has any."""
        count = self.body.range.count
        if self.body.facts.never_negative(count - 1) and not checks:
            return then
        condition = node("gt", self.range_args()[1], integer(0))
        arms = (Region((), checks or (), (then,)), Region((), (), (orelse,)))
        if not then.type.rank:
            return make("select", (condition,), {}, (then.type,), arms)
        return project(make("branch", (condition,), {}, (then.type,), arms), 0)

    # --- one carried value

    def value(self, k: int, way: Way, checks: list[Node] | None) -> tuple[Node, Node | None]:
        """(the final value, the table or fold that holds the checks)."""
        initial = self.body.initial[k]
        if way.kind == "same":
            return initial, None
        if way.kind == "last":
            return self._last(way, initial), None
        if way.kind == "total":
            fold = self.fold(way.value, way.operation, checks)
            return self._combined(way.operation, initial, fold), fold
        assert way.write is not None
        if way.kind == "part":
            return self._part(way, initial, checks)
        return self._scatter(way, initial, checks) if way.kind == "scatter" else self._each(way, initial, checks)

    def _combined(self, operation: str, old: Node, new: Node) -> Node:
        """old (+) new; a fold of least or greatest is not asked where there are no rounds."""
        joined = tidy(node(operation, old, cast(new, old.type.element)), self.body.facts)
        return self.when_run(joined, old) if operation in ("minimum", "maximum") else joined

    def _last(self, way: Way, initial: Node) -> Node:
        start, count, step = self.range_args()
        last = plus(start, times(step, plus(count, integer(-1))))
        checks = self.checks_of([way.value])
        never = not self.body.facts.never_negative(polynomial(count) - 1)
        copies = self.copy([*checks, way.value], {self.body.index: last}, maybe_never=never)
        value = copies[-1]
        if value.op == "const" and value.type.kind == "bool" and initial.op == "const" and not checks:
            return node("gt", count, integer(0)) if value.value and not initial.value else \
                self.when_run(value, initial)
        return self.when_run(value, initial, copies[:-1])

    def _part(self, way: Way, initial: Node, checks: list[Node] | None) -> tuple[Node, Node]:
        fold = self.fold(way.value, way.operation, checks)
        assert way.write is not None
        where = list(way.write.args[2:])
        held = self.checks_of([*where, *way.write.deps])
        copies = self.copy([*held, *where], {})
        update = make("update", (way.write.args[0], way.write.args[1], *copies[len(held):]), dict(way.write.attrs),
                      way.write.types)
        old = tidy(make_index(initial, update), self.body.facts)
        joined = tidy(node(way.operation, old, cast(fold, old.type.element)), self.body.facts)
        new = tidy(node("update", initial, joined, *update.args[2:], subscripts=update.get("subscripts"), combine=""),
                   self.body.facts)
        needs_rounds = bool(held) or way.operation in ("minimum", "maximum")
        return (self.when_run(new, initial, copies[:len(held)]) if needs_rounds else new), fold

    def _scatter(self, way: Way, initial: Node, checks: list[Node] | None) -> tuple[Node, Node]:
        assert way.write is not None
        table = self.table(self._stretched(way.value, way.write), checks)
        places = [self.table(x, None) for _, args in subscripts_of(way.write) for x in args]
        new = cast(node("neg", table) if way.operation == "sub" else table, initial.type.element)
        return node("update", initial, new, *places, subscripts=("gather",) * len(places),
                    combine="add" if way.operation == "sub" else way.operation), table

    def _each(self, way: Way, initial: Node, checks: list[Node] | None) -> tuple[Node, Node]:
        write = way.write
        assert write is not None
        subscripts = subscripts_of(write)
        axis = next(a for a, (_, xs) in enumerate(subscripts) if any(x in self.body.variant for x in xs))
        value = self._stretched(way.value, write)
        table = self.table(value, checks)
        before = sum(kind in ("all", "slice") for kind, _ in subscripts[:axis])
        new = table
        if before:
            new = node("transpose", table, perm=(*range(1, before + 1), 0, *range(before + 1, table.type.rank)))
        position, factor, start = self._positions(subscripts[axis][1][0])
        count = self.range_args()[1]
        full = start == ZERO and factor == ONE and polynomial(count) == _plain(write.type.shape[axis])
        if full and all(kind == "all" for a, (kind, _) in enumerate(subscripts) if a != axis):
            return (self._combined(way.operation, initial, new) if way.operation else new), table
        parts = [(kind, tuple(self.copy(list(xs), {}))) if a != axis else
                 ("all", ()) if full else ("slice", (position, count, step_node(factor, self.range_args()[2])))
                 for a, (kind, xs) in enumerate(subscripts)]
        kinds, args = tuple(kind for kind, _ in parts), tuple(x for _, xs in parts for x in xs)
        if way.operation:
            new = self._combined(way.operation, node("index", initial, *args, subscripts=kinds), new)
        return node("update", initial, new, *args, subscripts=kinds, combine=""), table

    def _stretched(self, value: Node, write: Node) -> Node:
        """The value in the shape of the part that it is written to."""
        shape = node("index", write.args[0], *write.args[2:], subscripts=write.get("subscripts")).type.shape
        if value.type.rank == len(shape):
            return value
        sizes = [size_node(d) for d in shape]
        return self.body.entered(node("broadcast" if value.type.rank else "fill", value, *sizes))

    def _positions(self, position: Node) -> tuple[Node, Dim, Dim]:
        """(first position written, distance between two rounds, first position as a formula)."""
        own = self.body.range
        first = self.copy([position], {self.body.index: self.range_args()[0]})[0]
        parts = linear(polynomial(position), self.body.index)
        assert parts is not None
        return folded(first), parts[0] * own.step, parts[0] * own.start + parts[1]


def again(effect: Node) -> Node:
    """The same effect once more: no effect stands in two regions."""
    return make(effect.op, effect.args, dict(effect.attrs), effect.types, effect.regions, effect.deps)


def _plain(size: Dim) -> Dim:
    """A size whose atoms that are arithmetic nodes are seen through."""
    return size.substitute(lambda a: polynomial(a) if isinstance(a, Node) else None)


def folded(value: Node) -> Node:
    """An int value whose formula is over sizes alone, as that formula."""
    size = polynomial(value)
    return integer(size.constant) if size.is_constant else value


def plus(left: Node, right: Node) -> Node:
    total = polynomial(left) + polynomial(right)
    return integer(total.constant) if total.is_constant else right if polynomial(left) == ZERO else \
        node("add", left, right)


def times(left: Node, right: Node) -> Node:
    return right if polynomial(left) == ONE else node("mul", left, right)


def step_node(factor: Dim, step: Node) -> Node:
    """The distance between two rounds' positions."""
    return integer(factor.constant) if factor.is_constant else step if factor == polynomial(step) else size_node(factor)
