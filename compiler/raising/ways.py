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

from dataclasses import dataclass, field

from gdc.compiler.dependence import (
    Facts,
    Interval,
    Range,
    linear,
    place,
    place_text,
    polynomial,
    same_place,
    subscripts_of,
    value_text,
)
from gdc.compiler.dims import ZERO, Atom
from gdc.compiler.ir import Node, Region, cast, make, nested, node, roots
from gdc.compiler.raising.parts import Arms, conditional, effects_within, make_index, monoid_identity, ordered

MONOIDS = {"add": "sum", "sub": "sum", "mul": "prod", "minimum": "min", "maximum": "max", "and": "all", "or": "any"}
DEEPEST_CONDITIONAL = 50


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
class Body:
    """A counted loop, taken apart."""

    loop: Node
    facts: Facts
    closed: set[Node]
    order: list[Node] = field(init=False)
    variant: set[Node] = field(init=False)
    reads: dict[Node, frozenset[int]] = field(init=False)
    own_effects: set[Node] = field(init=False)  # at any depth

    def __post_init__(self) -> None:
        region = self.region
        self.own_effects = set(effects_within(region))
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
        """Whether a size is another one in each round. A size that only a type names is not among `order`."""
        if atom in self.variant or not isinstance(atom, Node):
            return atom in self.variant
        return atom not in self.closed and any(n in self.variant for n in ordered([atom], self.closed))

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
        sizes = {a for x in update.args[1:] for d in x.type.shape for a in d.atoms()}
        if any(self.varies(a) for a in sizes):
            raise Refusal(f"the size of what is written to {self.name(k)} changes from round to round")
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
        """(operation, term) where the value is target (+) term; the target is c_k, or the place of an update."""
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
        """Whether the place exists in every round, so that it may be read where a condition bars the write."""
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


def _joined(operation: str, terms: list[tuple[bool, Node]]) -> Node:
    """The terms of one round as one value, one that is added first; they were peeled from the last to the first."""
    added = [term for is_plus, term in reversed(terms) if is_plus]
    taken = [term for is_plus, term in reversed(terms) if not is_plus]
    total = added[0]
    for term in added[1:]:
        total = node(operation, total, term)
    for term in taken:
        total = node("sub", total, term)
    return total
