"""Counted loops as tables and folds: how each carried value of a loop could be computed without its rounds.

A carried value is one of
    same     no round changes it
    last     every round makes it anew: its value is that of the last round
    total    c := c (+) e, where e does not read c
    part     c[p] := c[p] (+) e, where p is the same in every round
    each     c[f(i)] := e, where no two rounds write one place and e reads c only where no earlier round wrote
    scatter  c[f(i)] := e or c[f(i)] (+)= e, where rounds may write one place but e does not read c
or it stays in the loop, for a reason that is told to the user.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from gdc.compiler.dependence import (
    Facts,
    Interval,
    Range,
    linear,
    never_meet,
    place,
    place_text,
    polynomial,
    same_place,
    subscripts_of,
    value_text,
)
from gdc.compiler.dims import ONE, ZERO, Atom, Dim
from gdc.compiler.ir import (
    Node,
    Region,
    cast,
    const,
    integer,
    make,
    nested,
    node,
    param,
    project,
    rebuild,
    roots,
    size_node,
    size_of,
)
from gdc.compiler.ops import OPS
from gdc.compiler.types import Element, Type

MONOIDS = {"add": "sum", "sub": "sum", "mul": "prod", "minimum": "min", "maximum": "max", "and": "all", "or": "any"}
DEEPEST_CONDITIONAL = 50


def ordered(starts: Iterable[Node], closed: set[Node]) -> list[Node]:
    """What the starts use, users last, without what is closed: it depends on no region."""
    order: list[Node] = []
    seen: set[Node] = set()
    stack = [(s, False) for s in reversed(list(starts))]
    while stack:
        value, done = stack.pop()
        if done:
            order.append(value)
        elif value not in seen and value not in closed:
            seen.add(value)
            stack.append((value, True))
            stack.extend((n, False) for n in reversed(list(nested(value))) if n not in seen)
    return order


def expanded(region: Region, instead: dict[Node, list[Node]]) -> Region:
    """The region with other effects in the places of some."""
    if not any(e in instead for e in region.effects):
        return region
    return Region(region.params, (n for e in region.effects for n in instead.get(e, (e,))), region.results)


def tidy(value: Node, facts: Facts) -> Node:
    """The node itself, or an equal simpler one where raising leaves such: loads of what was just stored, + 0."""
    if value.op == "update" and value.get("combine") and "gather" not in value.get("subscripts"):
        old = make_index(value.args[0], value, value.deps)
        both = node(value.get("combine"), old, cast(value.args[1], old.type.element))
        value = node("update", value.args[0], both, *value.args[2:], deps=value.deps,
                     subscripts=value.get("subscripts"), combine="")
    if value.op == "update" and value.args[0].op == "update" and not value.get("combine") \
            and same_place(value, value.args[0]):
        return tidy(node("update", value.args[0].args[0], *value.args[1:], deps=(*value.args[0].deps, *value.deps),
                         subscripts=value.get("subscripts"), combine=""), facts)
    if value.op == "index":
        return _tidy_index(value, facts)
    if value.op == "add":
        left, right = value.args
        for one, other in ((left, right), (right, left)):
            if _is_zero(one) and other.type == value.type:
                return other
    return value


def _tidy_index(value: Node, facts: Facts) -> Node:
    source = value.args[0]
    while source.op == "update" and not source.get("combine") and "gather" not in source.get("subscripts"):
        if same_place(value, source):
            return source.args[1] if source.args[1].type == value.type else value
        if "new" in value.get("subscripts") or not never_meet(source, value, facts):
            break
        source = source.args[0]
        value = node("index", source, *value.args[1:], deps=value.deps, subscripts=value.get("subscripts"))
    if source.op == "fill" and not value.type.rank:
        return source.args[0]
    return value


def _is_zero(value: Node) -> bool:
    if value.op == "fill":
        value = value.args[0]
    return value.op == "const" and not value.type.rank and value.value == 0


def make_index(array: Node, like: Node, deps: Iterable[Node] = ()) -> Node:
    """The part of an array that an update writes."""
    return node("index", array, *like.args[2:], deps=deps, subscripts=like.get("subscripts"))


def monoid_identity(operation: str, element: Element) -> Node | None:
    """The value that changes nothing, where the element has one."""
    if operation in ("and", "or"):
        return const(operation == "and", element)
    if operation in ("add", "mul"):
        return const(0 if operation == "add" else 1, element)
    if element.kind == "real":
        return const(float("inf") if operation == "minimum" else float("-inf"), element)
    if element.kind == "int":
        return const(2**(element.bits - 1) - 1 if operation == "minimum" else -2**(element.bits - 1), element)
    return None


def forbidding(region: Region) -> Node | None:
    """An effect that keeps the loop of a region a loop: any but checks, and exits of loops inside."""
    stack = [(e, False) for e in region.effects]
    while stack:
        effect, inside_loop = stack.pop()
        if effect.is_effect and effect.op != "check" and not (effect.op == "exit" and inside_loop):
            return effect
        stack.extend((e, inside_loop or effect.op == "loop") for r in effect.regions for e in r.effects)
    return None


@dataclass(frozen=True, slots=True)
class Way:
    """How a carried value is computed without the loop; `value` is the new value or the term, `write` the update."""

    kind: str
    value: Node
    operation: str = ""
    write: Node | None = None

    def needed(self) -> list[Node]:
        return [self.value, *(self.write.args[2:] if self.write is not None else ())]


class Refusal(Exception):
    """Why a carried value stays in its loop, in the user's terms."""


@dataclass(slots=True)
class Raised:
    """What a loop became: a value for each result, and the effects that stand in its place."""

    values: list[Node]
    effects: list[Node]
    ways: dict[int, Way]
    reasons: dict[int, str]


@dataclass(slots=True)
class Body:
    """A counted loop, taken apart."""

    loop: Node
    facts: Facts
    closed: set[Node]
    order: list[Node] = field(init=False)
    variant: set[Node] = field(init=False)
    reads: dict[Node, frozenset[int]] = field(init=False)

    def __post_init__(self) -> None:
        region = self.region
        self.order = ordered(roots(region), self.closed)
        self.variant = {*region.params, *region.effects}
        place_of = {c: k for k, c in enumerate(self.carried)}
        self.reads = {c: frozenset((k,)) for c, k in place_of.items()}
        nothing: frozenset[int] = frozenset()
        for value in self.order:
            for used in nested(value):
                if used in self.variant:
                    self.variant.add(value)
                    extra = self.reads.get(used, nothing)
                    if extra:
                        self.reads[value] = self.reads.get(value, nothing) | extra

    @property
    def region(self) -> Region:
        return self.loop.regions[0]

    @property
    def index(self) -> Node:
        return self.region.params[0]

    @property
    def carried(self) -> tuple[Node, ...]:
        return self.region.params[1:]

    @property
    def initial(self) -> tuple[Node, ...]:
        return self.loop.args[3:]

    @property
    def range(self) -> Range:
        return Range.of(self.loop)

    def varies(self, atom: Atom) -> bool:
        return atom in self.variant

    def is_read(self, k: int, value: Node) -> bool:
        return k in self.reads.get(value, ())

    # --- how a carried value could be computed

    def way(self, k: int) -> Way:
        """The way for a carried value, on its own. Raises Refusal."""
        carried, result = self.carried[k], self.region.results[k]
        if result is carried:
            return Way("same", carried)
        self._refuse_changing_sizes(k)
        if not self.is_read(k, result):
            return Way("last", result)
        found = self.peeled(k, result, carried)
        if found is not None:
            return Way("total", found[1], found[0])
        update = self.written(k, result)
        if update is None:
            raise Refusal(self._why(k, result))
        return self._way_of_update(k, update)

    def _refuse_changing_sizes(self, k: int) -> None:
        result = self.region.results[k]
        sizes = {a for d in (*result.type.shape, *self.carried[k].type.shape) for a in d.atoms()}
        if any(self.varies(a) for a in sizes) or result.type.rank != self.initial[k].type.rank:
            raise Refusal(f"the size of {self.name(k)} changes from round to round")

    def _way_of_update(self, k: int, update: Node) -> Way:
        value = update.args[1]
        subscripts = subscripts_of(update)
        variant_axes = [a for a, (_, args) in enumerate(subscripts) if any(x in self.variant for x in args)]
        if any(self.is_read(k, x) for _, args in subscripts for x in args):
            raise Refusal(f"where {self.name(k)} is written depends on {self.name(k)} itself")
        found = self.peeled(k, value, update)
        if update.get("combine"):
            found = None if self.is_read(k, value) else (update.get("combine"), value)
            if found is None:
                raise Refusal(f"what is added to {self.name(k)} depends on {self.name(k)} itself")
            return Way("scatter", found[1], found[0], update)
        if found is not None and not variant_axes:
            return Way("part", found[1], found[0], update)
        written = place(update)
        apart = self.facts.untouched(written, written, self.range, self.varies)
        if apart and self.is_straight(update, variant_axes):
            return Way("each", found[1], found[0], update) if found is not None else self._each(k, update)
        if all(kind == "at" for kind, _ in subscripts) and variant_axes:
            if found is not None:
                return Way("scatter", found[1], found[0], update)
            if not self.is_read(k, value) or (apart and self.unsafe_read(k, [value], written) is None):
                return Way("scatter", value, "", update)
        raise Refusal(f"two rounds may write the same place {self.text(k, update)}" if not apart or not variant_axes
                      else f"the places {self.text(k, update)} follow no simple pattern")

    def _each(self, k: int, update: Node) -> Way:
        bad = self.unsafe_read(k, [update.args[1]], place(update))
        if bad is not None:
            raise Refusal(self.flow(k, bad))
        return Way("each", update.args[1], "", update)

    def is_straight(self, update: Node, variant_axes: list[int]) -> bool:
        """Whether the places written are evenly spaced along one axis."""
        if len(variant_axes) != 1 or "new" in update.get("subscripts"):
            return False
        subscripts = subscripts_of(update)
        if any(kind == "gather" for kind, _ in subscripts):
            return False
        kind, args = subscripts[variant_axes[0]]
        parts = linear(polynomial(args[0]), self.index) if kind == "at" else None
        return parts is not None and parts[0].is_constant and parts[0] != ZERO and \
            not any(self.varies(a) for a in parts[1].atoms())

    def peeled(self, k: int, value: Node, target: Node, depth: int = 0) -> tuple[str, Node] | None:
        """(operation, term) where the value is target (+) term; the target is c_k itself, or the update whose place it is."""
        terms: list[tuple[bool, Node]] = []
        operation = ""
        while not self._is_target(k, value, target):
            if value.op in ("select", "project"):
                more = self._peeled_conditional(k, value, target, depth)
                if more is None or (operation and more[0] != operation):
                    return None
                operation = more[0]
                terms.append((True, more[1]))
                break
            step = self._peeled_once(k, value, operation)
            if step is None:
                return None
            operation, is_plus, term, value = step
            terms.append((is_plus, term))
        if not terms or not operation:
            return None
        if not any(is_plus for is_plus, _ in terms):
            return "sub", self.entered(_joined(operation, [(True, term) for _, term in terms]))
        return operation, self.entered(_joined(operation, terms))

    def _is_target(self, k: int, value: Node, target: Node) -> bool:
        if target.op != "update":
            return value is target
        return value.op == "index" and value.args[0] is self.carried[k] and same_place(value, target)

    def _peeled_once(self, k: int, value: Node, operation: str) -> tuple[str, bool, Node, Node] | None:
        """(operation, whether it adds, term, the rest) of one binary node with the target on one side."""
        kind = "add" if value.op == "sub" else value.op
        if kind not in MONOIDS or (operation and kind != operation) or value.type.kind == "complex":
            return None
        left, right = value.args
        if self.is_read(k, left) and not self.is_read(k, right):
            return kind, value.op != "sub", right, left
        if self.is_read(k, right) and not self.is_read(k, left) and value.op != "sub":
            return kind, True, left, right
        return None

    def _peeled_conditional(self, k: int, value: Node, target: Node, depth: int) -> tuple[str, Node] | None:
        arms = conditional(value)
        if arms is None or depth > DEEPEST_CONDITIONAL or self.is_read(k, arms[0]):
            return None
        found: list[tuple[str, Node] | None] = []
        for _, result in arms[1:]:
            found.append(("", result) if self._is_target(k, result, target) else
                         self.peeled(k, result, target, depth + 1))
        found = [f if f is None or f[0] != "sub" else ("add", self.entered(node("neg", f[1]))) for f in found]
        operation = next((f[0] for f in found if f is not None and f[0]), "")
        if not operation or any(f is None or f[0] not in ("", operation) for f in found):
            return None
        identity = monoid_identity(operation, value.type.element)
        if identity is None or any(f is not None and f[1].type.rank for f in found if f and f[0]):
            return None
        values = [identity if f is None or not f[0] else cast(f[1], identity.type.element) for f in found]
        return operation, self._select(arms, values)

    def _select(self, arms: Arms, values: list[Node]) -> Node:
        regions = (Region((), effects, (v,)) for (effects, _), v in zip(arms[1:], values, strict=True))
        return self.entered(make("select", (arms[0],), {}, (values[0].type,), regions))

    def entered(self, value: Node) -> Node:
        """A node that was made for this body."""
        fresh = [n for n in ordered([value], self.closed) if n not in self.reads and n not in self.variant]
        for new in fresh:
            for used in nested(new):
                if used in self.variant:
                    self.variant.add(new)
                    self.reads[new] = self.reads.get(new, frozenset()) | self.reads.get(used, frozenset())
        return value

    def written(self, k: int, value: Node, depth: int = 0) -> Node | None:
        """The one update that makes the new value of an array; conditional updates move their condition inside."""
        if value.op == "update" and value.args[0] is self.carried[k]:
            return value
        arms = conditional(value)
        if arms is None or depth > DEEPEST_CONDITIONAL or self.is_read(k, arms[0]):
            return None
        carried = self.carried[k]
        writes = [None if result is carried else self.written(k, result, depth + 1) for _, result in arms[1:]]
        one = next((w for w in writes if w is not None), None)
        if one is None or any(w is None and result is not carried or (w is not None and (
                not same_place(w, one) or w.get("combine"))) for w, (_, result) in zip(writes, arms[1:], strict=True)):
            return None
        if None in writes and not self.surely_inside(one):
            return None
        old = self.entered(make_index(carried, one))
        values = [old if w is None else w.args[1] for w in writes]
        if any(v.type != old.type for v in values):
            return None
        return self.entered(node("update", carried, self._select(arms, values), *one.args[2:],
                                 subscripts=one.get("subscripts"), combine=""))

    def surely_inside(self, update: Node) -> bool:
        """Whether the place exists in every round, so that it may be read where a condition keeps it from being written."""
        return all(kind == "all" or (kind == "at" and self.facts.within(polynomial(args[0]), size))
                   for (kind, args), size in zip(subscripts_of(update), update.type.shape, strict=True))

    # --- dependences

    def unsafe_read(self, k: int, starts: list[Node], written: list[Interval] | None) -> Node | None:
        """A read of carried array k, among what the starts use, that may see what an earlier round wrote."""
        carried = self.carried[k]
        for value in ordered(starts, self.closed):
            if carried is value and value in starts:
                return value
            if carried not in nested(value):
                continue
            if written is None or value.op not in ("index", "gather") or carried in value.args[1:]:
                return value
            if not self.facts.untouched(written, place(value), self.range, self.varies):
                return value
        return None

    def name(self, k: int) -> str:
        return self.carried[k].get("name") or "a value"

    def text(self, k: int, value: Node) -> str:
        text = place_text(value)
        return text if value_text(value.args[0]) != "it" else text.replace("it[", f"{self.name(k)}[", 1)

    def flow(self, k: int, read: Node) -> str:
        """The dependence that a read makes, for the user."""
        if read.op in ("index", "gather") and read.args[0] is self.carried[k]:
            return f"each round reads {self.text(k, read)} that an earlier round wrote"
        if read.op in ("loop", "branch"):
            return f"{self.name(k)} changes inside a block whose rounds cannot be told apart"
        return f"each round reads {self.name(k)} as the round before left it"

    def _why(self, k: int, result: Node) -> str:
        reads = [v for v in ordered([result], self.closed) if self.carried[k] in nested(v)]
        loads = [v for v in reads if v.op in ("index", "gather") and v.args[0] is self.carried[k]]
        return self.flow(k, (loads or reads or [result])[0])


Arms = tuple[Node, tuple[tuple[Node, ...], Node], tuple[tuple[Node, ...], Node]]


def conditional(value: Node) -> Arms | None:
    """(condition, (effects, value), (effects, value)) of a select or of one result of a branch."""
    if value.op == "select":
        owner, k = value, 0
    elif value.op == "project" and value.args[0].op == "branch":
        owner, k = value.args[0], value.get("k")
    else:
        return None
    then, orelse = owner.regions
    return owner.args[0], (then.effects, then.results[k]), (orelse.effects, orelse.results[k])


def _joined(operation: str, terms: list[tuple[bool, Node]]) -> Node:
    """The terms of one round as one value, one that is added first; they were peeled from the last to the first."""
    terms = sorted(reversed(terms), key=lambda t: not t[0])
    total = terms[0][1]
    for is_plus, term in terms[1:]:
        total = node(operation if is_plus else "sub", total, term)
    return total


class Emitter:
    """Writes the tables and folds that a loop becomes."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.safe: dict[Node, Node] = {}      # carried arrays that stand for their initial values
        self.tables: dict[Node, Node] = {}    # values of a round that a table holds for all rounds

    # --- copies of a body

    def copy(self, starts: list[Node], replaced: dict[Node, Node]) -> list[Node]:
        """The values with parameters replaced, in nodes of their own."""
        new = {**self.safe, **replaced}
        new.update((value, self._from_table(table, new)) for value, table in self.tables.items())
        order = ordered(starts, self.body.closed)
        for value in order:
            if value in self.body.variant:
                for region in value.regions:
                    new.update((p, param(p.type, p.get("name", ""))) for p in region.params)
        for index in list(new):
            own = self.body.facts.ranges.get(index)
            if own is not None and new[index].op == "param":
                self.body.facts.ranges.setdefault(new[index], own)
        for value in order:
            if value not in new:
                rebuilt = rebuild(value, new)
                new[value] = tidy(rebuilt, self.body.facts)
        return [new.get(s, s) for s in starts]

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
        effects += loose_effects(copies[len(held):], {*effects, *body.order, *self.tables.values()}, body.closed)
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
        copies = self.copy([*checks, way.value], {self.body.index: last})
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
        table = self.table(way.value, checks)
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


def raised(loop: Node, facts: Facts, closed: set[Node]) -> Raised:
    """A counted loop taken apart; what must stay is in a loop of its own, which `values` and `effects` name."""
    body = Body(loop, facts, closed)
    ways, reasons = ways_of(body)
    stays = staying(body, ways, reasons)
    todo = [k for k in ways if k not in stays]
    emitter = Emitter(body)
    emitter.safe = {body.carried[k]: body.initial[k] for k in ways if ways[k].write or ways[k].kind == "same"}
    known = {*body.order, *ordered(loop.args, closed), loop}
    values: dict[int, Node] = {}
    effects: list[Node] = []
    checks: list[Node] | None = list(body.region.effects)
    if stays or (checks and not any(_holds(ways[k]) for k in todo)):
        rest = _remaining(body, sorted(stays))
        values.update({k: project(rest, at) for at, k in enumerate(sorted(stays))})
        effects += [rest] if checks else []
        checks = None
    for table in materialised(body, emitter, [ways[k] for k in todo if _holds(ways[k])], checks):
        checks = None
        effects += [table] if table.regions[0].effects else []
    for k in sorted(todo, key=lambda k: not _holds(ways[k])):
        values[k], holder = emitter.value(k, ways[k], checks if _holds(ways[k]) else None)
        checks = None if holder is not None else checks
        made = [n for n in (holder, values[k]) if n is not None]
        effects += loose_effects(made, {*known, *effects}, closed)
    return Raised([values[k] for k in range(len(body.carried))], effects, {k: ways[k] for k in todo}, reasons)


def loose_effects(starts: list[Node], known: set[Node], closed: set[Node]) -> list[Node]:
    """The new nodes, in order, whose regions hold effects and which stand in no other new region."""
    order = [n for n in ordered(starts, closed) if n not in known]
    inside = {e for n in order for r in n.regions for e in r.effects}
    return [n for n in order if n not in inside and any(r.effects for r in n.regions)]


def _holds(way: Way) -> bool:
    return way.kind in ("total", "part", "each", "scatter")


def ways_of(body: Body) -> tuple[dict[int, Way], dict[int, str]]:
    """Each carried value's way, or the reason why it has none."""
    ways: dict[int, Way] = {}
    reasons: dict[int, str] = {}
    for k in range(len(body.carried)):
        try:
            ways[k] = body.way(k)
        except Refusal as refusal:
            reasons[k] = str(refusal)
    return ways, reasons


def staying(body: Body, ways: dict[int, Way], reasons: dict[int, str]) -> set[int]:
    """The carried values that stay in the loop: those without a way, and what they, or the effects, need."""
    while True:
        broken = [(k, j, bad) for k in ways for j in _others(body, k, ways[k].needed())
                  if (bad := _unsafe(body, ways, j, ways[k].needed(), k)) is not None]
        if not broken:
            break
        for k, j, bad in broken:
            if ways.pop(k, None) is not None:
                reasons[k] = body.flow(j, bad)
    stays = set(reasons)
    keeps = list(body.region.effects) if any(
        _unsafe(body, ways, j, list(body.region.effects), -1) is not None
        for j in _others(body, -1, list(body.region.effects))) else []
    if stays and body.region.effects:
        keeps = list(body.region.effects)
    wanted = [body.region.results[k] for k in stays] + keeps
    while True:
        more = {j for w in wanted for j in body.reads.get(w, ())} - stays
        if not more:
            return stays
        for j in more:
            wanted.append(body.region.results[j])
        stays |= more


def _others(body: Body, k: int, starts: list[Node]) -> set[int]:
    return {j for s in starts for j in body.reads.get(s, ())} - {k}


def _unsafe(body: Body, ways: dict[int, Way], j: int, starts: list[Node], k: int) -> Node | None:
    """A read of carried value j that cannot be answered by its value before the loop."""
    way = ways.get(j)
    if way is not None and way.kind == "same":
        return None
    write = way.write if way is not None else body.written(j, body.region.results[j])
    return body.unsafe_read(j, starts, None if write is None else place(write))


def _remaining(body: Body, stays: list[int]) -> Node:
    """The loop over what stays."""
    carried, initial = body.carried, body.initial
    region = Region((body.index, *(carried[k] for k in stays)), body.region.effects,
                    (body.region.results[k] for k in stays))
    return make("loop", (*body.loop.args[:3], *(initial[k] for k in stays)), dict(body.loop.attrs),
                (carried[k].type for k in stays), (region,), body.loop.deps)


def materialised(body: Body, emitter: Emitter, ways: list[Way], checks: list[Node] | None) -> list[Node]:
    """Tables of what several values need in one round and what itself takes a loop: `err` of the textbook's loops.

    The first one holds the loop's checks, where it is given any.
    """
    uses: dict[Node, int] = {}
    for way in ways:
        for value in ordered(way.needed(), body.closed):
            uses[value] = uses.get(value, 0) + 1
    order = [v for v in ordered(list(uses), body.closed) if v in body.variant]
    inner = _inner(order)
    costly: set[Node] = set()
    for value in order:
        if value.op in ("fold", "table", "loop") or any(n in costly for n in nested(value)):
            costly.add(value)
    shared = {v for v in costly if uses[v] > 1 and v not in inner and v.op not in ("loop", "branch", "update")
              and not v.is_effect and not any(body.varies(a) for d in v.type.shape for a in d.atoms())}
    tops = {n for way in ways for n in way.needed() if n in shared}
    tops |= {n for value in order if value not in shared for n in nested(value) if n in shared}
    made: list[Node] = []
    for value in order:
        if value in tops:
            table = emitter.table(value, checks)
            emitter.tables[value] = table
            made.append(table)
            checks = None
    return made


def _inner(order: list[Node]) -> set[Node]:
    """Nodes that stand inside a nested region because they use its parameters."""
    params = {p for v in order for r in v.regions for p in r.params}
    found: set[Node] = set()
    for value in order:
        own = {p for r in value.regions for p in r.params}
        if not own and any(n in found or n in params for n in nested(value)):
            found.add(value)
    return found
