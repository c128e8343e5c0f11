"""Derivatives as fractions in lowest terms: (y/p - (1 - y)/(1 - p))*p*(1 - p) is y - p.

What the chain rule multiplies, one factor for each formula on the way, often cancels: the derivative of a logarithm of
a sigmoid, of a quotient, of a softmax. A formula of + - * / is read as a quotient of polynomials over its other parts
(atoms); factors of the divisor that divide are cancelled, and what remains is divided out: q + r/f. It stands for the
formula where it costs less. Where a cancelled factor is 0 it is what the formula tends to.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from fractions import Fraction
from math import isfinite

from gdc.compiler.construct import apply, number
from gdc.compiler.ir import Node, nested, rebuild, walk
from gdc.compiler.ops import OPS

ARITHMETIC = frozenset({"add", "sub", "mul", "div", "neg"})
MOST_NODES = 40  # of a formula that is looked at
MOST_TERMS = 24  # of a polynomial
SCALAR = 1e-3  # what an operation on scalars costs, where one on an array's entries costs 1

Monomial = tuple[tuple[Node, int], ...]
Polynomial = dict[Monomial, Fraction]


class TooLarge(Exception):
    """The formula is beyond what is looked at."""


class Reader:
    """Reads a formula; `known` remembers which node that is there anyway a quotient is."""

    def __init__(self, rank: int, given: Container[Node]) -> None:
        self.given = given
        self.rank = rank  # of the formula: in one of arrays a scalar is an atom, but for its sign
        self.known: dict[tuple[frozenset[tuple[Monomial, Fraction]], ...], Node] = {}
        self.left = MOST_NODES

    def quotient(self, value: Node) -> Quotient:
        """The value as a quotient."""
        if value.op == "const" and not value.type.rank and isfinite(value.value):
            return Quotient({(): Fraction(value.value)} if value.value else {}, [])
        scalar = value.type.rank < self.rank and not value.type.rank and value.op != "neg"
        if value.op not in ARITHMETIC or value.type.kind != "real" or scalar:
            return Quotient({((value, 1),): Fraction(1)}, [])
        self.left -= 1
        if self.left < 0:
            raise TooLarge
        sides = [self.quotient(a) for a in value.args]
        if value.op == "neg":
            found = sides[0].times(Quotient({(): Fraction(-1)}, []))
        elif value.op == "mul":
            found = sides[0].times(sides[1])
        elif value.op == "div":
            found = sides[0].times(sides[1].inverse())
        else:
            found = sides[0].plus(sides[1] if value.op == "add" else sides[1].times(Quotient({(): Fraction(-1)}, [])))
        if value in self.given:
            self.known.setdefault(found.key, value)
        return found


class Quotient:
    """A polynomial over a product of polynomials, none of which divides it."""

    def __init__(self, top: Polynomial, bottom: list[Polynomial]) -> None:
        self.top, self.bottom = top, []
        for factor in bottom:
            whole = divided(self.top, factor)
            if whole is not None and not whole[1]:
                self.top = whole[0]
            else:
                self.bottom.append(factor)
        if len(self.top) > MOST_TERMS or len(self.bottom) > 6:
            raise TooLarge

    @property
    def key(self) -> tuple[frozenset[tuple[Monomial, Fraction]], ...]:
        return (frozenset(self.top.items()), *sorted((frozenset(f.items()) for f in self.bottom), key=hash))

    def times(self, other: Quotient) -> Quotient:
        return Quotient(product(self.top, other.top), self.bottom + other.bottom)

    def inverse(self) -> Quotient:
        if not self.top:
            raise TooLarge
        top: Polynomial = {(): Fraction(1)}
        for factor in self.bottom:
            top = product(top, factor)
        return Quotient(top, factors(self.top))

    def plus(self, other: Quotient) -> Quotient:
        ours, theirs, common = list(self.bottom), list(other.bottom), []
        for factor in self.bottom:
            if factor in theirs:
                theirs.remove(factor)
                ours.remove(factor)
                common.append(factor)
        left, right = self.top, other.top
        for factor in theirs:
            left = product(left, factor)
        for factor in ours:
            right = product(right, factor)
        return Quotient(total(left, right), common + ours + theirs)


# --- polynomials ---------------------------------------------------------------------------------


def total(left: Polynomial, right: Polynomial) -> Polynomial:
    found = dict(left)
    for monomial, factor in right.items():
        found[monomial] = found.get(monomial, Fraction(0)) + factor
    return {m: c for m, c in found.items() if c}


def product(left: Polynomial, right: Polynomial) -> Polynomial:
    if len(left) * len(right) > MOST_TERMS * 4:
        raise TooLarge
    found: Polynomial = {}
    for m, c in left.items():
        for n, d in right.items():
            found = total(found, {multiplied(m, n): c * d})
    return found


def multiplied(left: Monomial, right: Monomial) -> Monomial:
    powers = dict(left)
    for atom, power in right:
        powers[atom] = powers.get(atom, 0) + power
    return tuple(sorted(((a, p) for a, p in powers.items() if p), key=lambda pair: pair[0].uid))


def factors(top: Polynomial) -> list[Polynomial]:
    """A polynomial as factors that may cancel: what all its terms share, then the rest."""
    shared = content(top)
    rest = {multiplied(m, negative(shared)): c for m, c in top.items()}
    found: list[Polynomial] = [{((atom, 1),): Fraction(1)} for atom, power in shared for _ in range(power)]
    return [*found, rest] if rest != {(): Fraction(1)} else found


def negative(monomial: Monomial) -> Monomial:
    return tuple((atom, -power) for atom, power in monomial)


def content(top: Polynomial) -> Monomial:
    """The atoms that every term has."""
    powers: dict[Node, int] | None = None
    for monomial in top:
        here = dict(monomial)
        powers = here if powers is None else {a: min(p, here[a]) for a, p in powers.items() if a in here}
    return tuple((powers or {}).items())


def divided(top: Polynomial, by: Polynomial, upward: bool = False) -> tuple[Polynomial, Polynomial] | None:
    """(q, r) with top = q*by + r, from the highest power down of an atom whose highest power in `by` has a number for a
    factor; `upward`, from what is without that atom, which is a number in `by`."""
    if len(by) == 1:
        ((monomial, factor),) = by.items()
        if all(dict(m).get(a, 0) >= p for m in top for a, p in monomial):
            return {multiplied(m, negative(monomial)): c / factor for m, c in top.items()}, {}
        return None
    lead = leading(by)
    if lead is None:
        return None
    atom, power, factor = lead
    if upward:
        return divided_upward(top, by, atom)
    whole: Polynomial = {}
    rest = dict(top)
    while True:
        high = [m for m in rest if dict(m).get(atom, 0) >= power]
        if not high:
            return whole, rest
        monomial = max(high, key=lambda m: dict(m)[atom])
        part: Polynomial = {multiplied(monomial, ((atom, -power),)): rest[monomial] / factor}
        whole = total(whole, part)
        rest = total(rest, {m: -c for m, c in product(part, by).items()})


def divided_upward(top: Polynomial, by: Polynomial, atom: Node) -> tuple[Polynomial, Polynomial] | None:
    """One step: as much of `by` as takes away what is without the atom."""
    start = {m: c for m, c in by.items() if atom not in dict(m)}
    if set(start) != {()}:
        return None
    whole = {m: c / start[()] for m, c in top.items() if atom not in dict(m)}
    return whole, total(top, {m: -c for m, c in product(whole, by).items()})


def leading(by: Polynomial) -> tuple[Node, int, Fraction] | None:
    for atom in dict.fromkeys(a for m in by for a, _ in m):
        power = max(dict(m).get(atom, 0) for m in by)
        top = [m for m in by if dict(m).get(atom, 0) == power]
        if top == [((atom, power),)]:
            return atom, power, by[top[0]]
    return None


# --- formulas again ------------------------------------------------------------------------------


def written(found: Quotient, like: Node, reader: Reader) -> list[Node]:
    """A quotient as formulas: what its terms share, times a whole part and a rest over the divisors.

    Terms are grouped only, and none added: x/(1 + x) as 1 - 1/(1 + x) would lose the digits of a small x.
    """
    shared = content(found.top)
    top = {multiplied(m, negative(shared)): c for m, c in found.top.items()}
    scale = abs(next(iter(top.values()))) if len({abs(c) for c in top.values()}) == 1 else Fraction(1)
    top = {m: c / scale for m, c in top.items()}
    ways: list[tuple[Polynomial, Polynomial]] = [({}, top)]
    if len(found.bottom) == 1:
        splits = (divided(top, found.bottom[0], upward) for upward in (False, True))
        ways += [parts for parts in splits if parts is not None and parts[1].items() <= top.items()]
    return [times(joined(*way, found.bottom, like, reader), shared, scale, like) for way in ways]


def joined(whole: Polynomial, rest: Polynomial, bottom: list[Polynomial], like: Node, reader: Reader) -> Node:
    """whole + rest/bottom."""
    if not rest:
        return known_sum(whole, like, reader)
    over, minus = quotient_of(rest, bottom, like, reader)
    if not whole:
        return apply("neg", over) if minus else over
    if not minus and all(c < 0 for c in whole.values()):
        return apply("sub", over, known_sum({m: -c for m, c in whole.items()}, like, reader))
    return apply("sub" if minus else "add", known_sum(whole, like, reader), over)


def quotient_of(top: Polynomial, bottom: list[Polynomial], like: Node, reader: Reader) -> tuple[Node, bool]:
    """(formula, whether it is to be subtracted) of a polynomial over the divisors."""
    minus = all(c < 0 for c in top.values())
    if minus:
        top = {m: -c for m, c in top.items()}
    same = reader.known.get(Quotient(top, bottom).key)
    if same is not None:
        return same, minus
    found = known_sum(top, like, reader)
    for factor in bottom:
        found = apply("div", found, known_sum(factor, like, reader))
    return found, minus


def known_sum(top: Polynomial, like: Node, reader: Reader) -> Node:
    """A polynomial, as the formula wrote it if it did."""
    known = reader.known.get((frozenset(top.items()),))
    return known if known is not None else summed(top, like)


def summed(top: Polynomial, like: Node) -> Node:
    """A polynomial, what is added first."""
    terms = sorted(top.items(), key=lambda term: (term[1] < 0, term[0] != (), [a.uid for a, _ in term[0]]))
    found: Node | None = None
    for monomial, factor in terms:
        term = times(None, monomial, abs(factor), like)
        if found is None:
            found = apply("neg", term) if factor < 0 else term
        else:
            found = apply("sub" if factor < 0 else "add", found, term)
    return found if found is not None else number(0.0, like)


def times(value: Node | None, monomial: Monomial, factor: Fraction, like: Node) -> Node:
    """factor*atoms*value, scalars first."""
    parts = [] if factor == 1 else [number(float(factor), like)]
    parts += sorted((a for a, p in monomial for _ in range(p)), key=lambda a: (a.type.rank, a.uid))
    parts += [] if value is None else [value]
    found: Node | None = None
    for one in parts:
        if found is not None and not found.type.rank and one.type.rank:
            found = reduced(found, frozenset())
        found = one if found is None else apply("mul", found, one)
    return found if found is not None else number(1.0, like)


def reduced(value: Node, given: Container[Node]) -> Node:
    """A formula in lowest terms, where that costs less; `given` are the nodes that are there anyway."""
    reader = Reader(value.type.rank, given)
    try:
        found = reader.quotient(value)
        ways = written(found, value, reader) if found.top else []
    except (TooLarge, OverflowError):
        return value
    best = min((w for w in ways if w.type == value.type), key=lambda w: work(w, given), default=value)
    least = 0.5 if value.type.rank else SCALAR / 2  # that must be gained
    return best if work(best, given) < work(value, given) - least else value


def work(value: Node, given: Container[Node]) -> float:
    """What a formula costs beside what is there: operations on arrays, then those on scalars."""
    below = walk([value], given, lambda n: n.args if n.op in ARITHMETIC else ())
    return sum(OPS[n.op].flops * (1 if n.type.rank else SCALAR) for n in below if n.op in ARITHMETIC)


def lowest(values: Iterable[Node], given: Container[Node]) -> list[Node]:
    """Values with every formula that is not part of a larger one in lowest terms; `given` ones stay."""
    results = tuple(values)
    order = walk(results, given)
    whole = set(results)
    for value in order:
        if value.op not in ARITHMETIC:
            whole.update(nested(value))
    new: dict[Node, Node] = {}
    for value in order:
        made = rebuild(value, new)
        if value in whole and value.op in ARITHMETIC and value.type.kind == "real":
            made = reduced(made, given)
        if made is not value:
            new[value] = made
    return [new.get(v, v) for v in results]
