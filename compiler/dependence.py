"""What can be proven of loops over arrays: int values as polynomials, and the places of an array that rounds touch.

A *place* is what an index or update reads or writes: for each axis of its array the least and the greatest position
as polynomials over sizes and loop indices, or None where they are not known.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gdc.compiler.dims import ONE, ZERO, Atom, Dim, FloorDiv, atom_dim
from gdc.compiler.ir import Node, size_of

MOST_TERMS = 64
Interval = tuple[Dim, Dim] | None
Subscript = tuple[str, tuple[Node, ...]]
_serials = itertools.count(1)


class Round:
    """The number of a round: zero or more."""

    __slots__ = ("name", "uid")

    def __init__(self) -> None:
        self.uid, self.name = next(_serials), "round"


class Anything:
    """A value of which nothing is known."""

    __slots__ = ("name", "uid")

    def __init__(self) -> None:
        self.uid, self.name = next(_serials), "anything"


def polynomial(value: Node) -> Dim:
    """An int value as a polynomial: sums, differences and products are seen through."""
    found: dict[Node, Dim] = {}
    stack = [value]
    while stack:
        top = stack[-1]
        if top in found:
            stack.pop()
            continue
        waiting = [a for a in _operands(top) if a not in found]
        if waiting:
            stack.extend(waiting)
            continue
        found[top] = _combined(top, [found[a] for a in _operands(top)])
        stack.pop()
    return found[value]


def _operands(value: Node) -> tuple[Node, ...]:
    arithmetic = value.op in ("add", "sub", "mul", "neg") and value.type.kind == "int" and not value.type.rank
    return value.args if arithmetic else ()


def _combined(value: Node, parts: list[Dim]) -> Dim:
    if not parts:
        return size_of(value)
    if sum(len(p.terms) for p in parts) > MOST_TERMS:
        return atom_dim(value)
    if value.op == "neg":
        return -parts[0]
    left, right = parts
    return left + right if value.op == "add" else left - right if value.op == "sub" else left * right


def linear(size: Dim, index: Atom) -> tuple[Dim, Dim] | None:
    """(a, b) where the size is a*index + b, both free of the index; None where it is not linear in it."""
    factor, rest = ZERO, ZERO
    for monomial, coefficient in size.terms:
        if not any(atom is index or (isinstance(atom, FloorDiv) and index in _atoms(atom)) for atom in monomial):
            rest = rest + Dim({monomial: coefficient})
            continue
        others = tuple(atom for atom in monomial if atom is not index)
        if len(others) != len(monomial) - 1 or any(isinstance(a, FloorDiv) and index in _atoms(a) for a in others):
            return None
        factor = factor + Dim({others: coefficient})
    return factor, rest


def _atoms(division: FloorDiv) -> set[Atom]:
    return {*division.top.atoms(), *division.bottom.atoms()}


@dataclass(frozen=True, slots=True)
class Range:
    """The values of a loop's index."""

    index: Node
    start: Dim
    count: Dim
    step: Dim

    def value(self, number: Dim) -> Dim:
        """The index in a round."""
        return self.start + self.step * number

    @staticmethod
    def of(owner: Node, axis: int = 0) -> Range:
        """The range of an index of a counted loop, a table or a fold."""
        start, count, step = owner.args[3 * axis: 3 * axis + 3]
        return Range(owner.regions[0].params[axis], polynomial(start), polynomial(count), polynomial(step))


@dataclass(slots=True)
class Facts:
    """What is known at a place of the program: the ranges of indices, and the atoms that are zero or more."""

    ranges: dict[Node, Range] = field(default_factory=dict)
    sizes: set[Atom] = field(default_factory=set)

    def note_types(self, values: Iterable[Node]) -> None:
        """Every size of an array is zero or more, and so is every count of rounds."""
        for value in values:
            for t in value.types:
                self.sizes.update(d.atom for d in t.shape if d.atom is not None)
            if value.op in ("loop", "table", "fold") and value.get("kind") != "forever":
                for axis, index in enumerate(value.regions[0].params if value.op != "loop" else
                                             value.regions[0].params[:1]):
                    self.ranges[index] = found = Range.of(value, axis)
                    if found.count.atom is not None:
                        self.sizes.add(found.count.atom)

    def never_negative(self, size: Dim) -> bool:
        """Whether a formula is zero or more whatever its sizes and indices."""
        for _ in range(20):
            index = next((a for a in size.atoms() if isinstance(a, Node) and a in self.ranges), None)
            if index is None:
                break
            lower = self._least(size, self.ranges[index])
            if lower is None:
                return False
            size = lower
        return all(factor >= 0 and all(self._is_size(a) for a in monomial) for monomial, factor in size.terms)

    def _least(self, size: Dim, own: Range) -> Dim | None:
        parts = linear(size, own.index)
        if parts is None or not parts[0].is_constant or not own.step.is_constant:
            return None
        factor, rest = parts
        rises = factor.constant * own.step.constant > 0
        return rest + factor * own.value(ZERO if rises else own.count - 1)

    def _is_size(self, atom: Atom) -> bool:
        if isinstance(atom, FloorDiv):
            return atom.bottom.is_constant and atom.bottom.constant > 0 and self.never_negative(atom.top)
        return isinstance(atom, Round) or atom in self.sizes

    def within(self, position: Dim, size: Dim) -> bool:
        """Whether a position surely lies inside an axis."""
        return self.never_negative(position) and self.never_negative(size - 1 - position)

    def untouched(self, written: list[Interval], read: list[Interval], own: Range,
                  varies: Callable[[Atom], bool]) -> bool:
        """Whether no earlier round of the loop wrote what this round reads: true where one axis keeps them apart."""
        return any(w is not None and r is not None and self._apart(w, r, own, varies)
                   for w, r in zip(written, read, strict=True))

    def _apart(self, written: tuple[Dim, Dim], read: tuple[Dim, Dim], own: Range,
               varies: Callable[[Atom], bool]) -> bool:
        before, gap, after = (atom_dim(Round()) for _ in range(3))
        numbers = ((before, before + 1 + gap), (before, own.count - 1 - after),
                   (own.count - 2 - gap - after, own.count - 1 - after))
        for earlier, now in numbers:
            unknown: dict[Atom, Dim] = {}

            def at(size: Dim, number: Dim, is_write: bool, unknown: dict[Atom, Dim] = unknown) -> Dim:
                def value(atom: Atom) -> Dim | None:
                    if atom is own.index:
                        return own.value(number)
                    if is_write and varies(atom):
                        return unknown.setdefault(atom, atom_dim(Anything()))
                    return None

                return size.substitute(value)

            above = at(read[0], now, False) - at(written[1], earlier, True)
            below = at(written[0], earlier, True) - at(read[1], now, False)
            if self.never_negative(above - 1) or self.never_negative(below - 1):
                return True
            if written[0] == written[1] and read[0] == read[1] and _never_zero(above):
                return True
        return False


def _never_zero(gap: Dim) -> bool:
    """Whether all factors share a divisor that the constant lacks: 2*k + 1 is never 0."""
    constant = dict(gap.terms).get((), 0)
    factors = [abs(factor) for monomial, factor in gap.terms if monomial]
    shared = 0
    for factor in factors:
        while factor:
            shared, factor = factor, shared % factor
    return bool(factors) and shared > 1 and constant % shared != 0


def subscripts_of(value: Node) -> list[Subscript]:
    """The subscript of each axis of the array that an index, gather or update touches, the trailing ones too."""
    at = 2 if value.op == "update" else 1
    found: list[Subscript] = []
    for kind in value.get("subscripts"):
        taken = {"at": 1, "gather": 1, "slice": 3}.get(kind, 0)
        if kind != "new":
            found.append((kind, value.args[at:at + taken]))
        at += taken
    return found + [("all", ())] * (value.args[0].type.rank - len(found))


def place(value: Node) -> list[Interval]:
    """The place that an index or update touches."""
    return [_interval(kind, args) for kind, args in subscripts_of(value)]


def _interval(kind: str, args: tuple[Node, ...]) -> Interval:
    if kind == "at":
        position = polynomial(args[0])
        return position, position
    if kind != "slice":
        return None
    start, count, step = (polynomial(a) for a in args)
    if step == ONE:
        return start, start + count - 1
    return (start - count + 1, start) if step == -ONE else None


def same_place(left: Node, right: Node) -> bool:
    """Whether an index and an update, or two updates, touch exactly the same entries in the same order."""
    one, other = subscripts_of(left), subscripts_of(right)
    if "new" in left.get("subscripts") or "new" in right.get("subscripts"):
        return False
    return len(one) == len(other) and all(
        a == b and all(x is y or polynomial(x) == polynomial(y) if a != "gather" else x is y
                       for x, y in zip(xs, ys, strict=True))
        for (a, xs), (b, ys) in zip(one, other, strict=True))


def never_meet(left: Node, right: Node, facts: Facts) -> bool:
    """Whether two places of one round have no entry in common."""
    return any(a is not None and b is not None
               and (facts.never_negative(a[0] - b[1] - 1) or facts.never_negative(b[0] - a[1] - 1))
               for a, b in zip(place(left), place(right), strict=True))


def place_text(value: Node) -> str:
    """`D[:, k]`: what an index or update touches, as the user would write it."""
    parts = []
    for kind, args in subscripts_of(value):
        if kind == "slice":
            start, count, step = (polynomial(a) for a in args)
            parts.append(f"{start}..{start + count}" if step == ONE else f"{start}.. by {step}")
        else:
            parts.append(":" if kind == "all" else str(polynomial(args[0])) if kind == "at" else "…")
    return f"{value_text(value.args[0])}[{', '.join(parts)}]"


def value_text(value: Node) -> str:
    """A value's name."""
    name = value.get("name")
    return str(name) if name else "it"
