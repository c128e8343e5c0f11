"""What each pass did, for `explain`: one Step for each thing a pass changed or could not change.

Decisions that depend on sizes stand here too. A pass that cannot prove which of two sizes is the smaller asks `decide`;
its answer is a Condition of the compiled variant, and sizes that answer otherwise get another variant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import gcd

from gdc.compiler.dims import Atom, Dim, Monomial
from gdc.compiler.run_cost import by_name
from gdc.dsl.source import Span

MOST_CONDITIONS = 12  # decisions of one compilation that are asked; later ones take their default


@dataclass(frozen=True, slots=True)
class Step:
    """One change (or refusal) of a pass.

    rule names it (what `without` switches off); before and after are short texts in the user's terms; the costs are
    flops (or bytes,
    as `unit` says) as formulas over sizes; `reason` is a sentence for people.
    """

    pass_name: str
    rule: str
    before: str
    after: str
    reason: str
    origins: tuple[Span, ...] = ()
    cost_before: Dim | None = None
    cost_after: Dim | None = None
    unit: str = "flops"


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether left < right, which sizes alone say. `default` is the answer where they are not known.

    yes and no say what is done where it holds, and where it does not.
    """

    pass_name: str
    left: Dim
    right: Dim
    answer: bool
    default: bool
    yes: str
    no: str
    origins: tuple[Span, ...] = ()


@dataclass(slots=True)
class Record:
    """The steps of one compilation, in order, and the rules that the caller switched off.

    `sizes` are those at hand, by name; without them every decision takes its default.
    """

    steps: list[Step] = field(default_factory=list)
    without: frozenset[str] = frozenset()
    strict: bool = False
    sizes: Mapping[str, int] = field(default_factory=dict)
    conditions: list[Condition] = field(default_factory=list)

    def add(self, step: Step) -> None:
        self.steps.append(step)

    def allows(self, rule: str) -> bool:
        return rule not in self.without

    def decide(
        self,
        left: Dim,
        right: Dim,
        default: bool,
        why: tuple[str, str, str],
        origins: tuple[Span, ...] = (),
    ) -> bool:
        """Whether left < right for the sizes at hand; `default` where they do not say. `why` is (pass, yes, no).

        The answer is part of what was compiled: the same question gets the same answer, and a caller whose sizes give
        another answer compiles again.
        """
        left, right = _reduced(left, right)
        if not all(isinstance(a, str) for d in (left, right) for a in d.atoms()):
            return default
        if left.is_constant and right.is_constant:
            return left.constant < right.constant
        for known in self.conditions:
            if (known.left, known.right) == (left, right):
                return known.answer
        if len(self.conditions) >= MOST_CONDITIONS:
            return default
        answer = default
        if all(a in self.sizes for d in (left, right) for a in d.atoms()):
            answer = left.evaluate(self.sizes.__getitem__) < right.evaluate(self.sizes.__getitem__)
        self.conditions.append(Condition(why[0], left, right, answer, default, why[1], why[2], origins))
        return answer


def _reduced(left: Dim, right: Dim) -> tuple[Dim, Dim]:
    """The same comparison without what both sides have: common terms, then common factors (sizes are 0 or more)."""
    gap = by_name(right) - by_name(left)
    if not gap.terms:
        return gap, gap
    number = gcd(*(factor for _, factor in gap.terms))
    common = [a for a in gap.terms[0][0] if isinstance(a, str)]
    for monomial, _ in gap.terms:
        common = _shared(common, monomial)
    smaller: dict[Monomial, int] = {}
    for monomial, factor in gap.terms:
        rest = list(monomial)
        for atom in common:
            rest.remove(atom)
        smaller[tuple(rest)] = factor // number
    return Dim({m: -c for m, c in smaller.items() if c < 0}), Dim({m: c for m, c in smaller.items() if c > 0})


def _shared(atoms: list[Atom], monomial: Monomial) -> list[Atom]:
    """The atoms that a monomial has too, each as often as both have it."""
    rest, kept = list(monomial), []
    for atom in atoms:
        if atom in rest:
            rest.remove(atom)
            kept.append(atom)
    return kept
