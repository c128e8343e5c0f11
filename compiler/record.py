"""What each pass did, for `explain`: one Step for each thing a pass changed or could not change."""

from __future__ import annotations

from dataclasses import dataclass, field

from gdc.compiler.dims import Dim
from gdc.dsl.source import Span


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


@dataclass(slots=True)
class Record:
    """The steps of one compilation, in order, and the rules that the caller switched off."""

    steps: list[Step] = field(default_factory=list)
    without: frozenset[str] = frozenset()
    strict: bool = False

    def add(self, step: Step) -> None:
        self.steps.append(step)

    def allows(self, rule: str) -> bool:
        return rule not in self.without
