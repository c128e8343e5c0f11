"""`gdc check --grad`: every derivative that a run of a script comes by, held against difference quotients.

The script is compiled with a row of samples for each derivative (compiler/build/grad_samples.py) and run. Where one
differs along a direction, the entries of the direction are halved until one entry is left: its derivative and its
quotient are what the error names. And the derivatives by the values between J and the name say from which part of the
formula on it is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gdc.dsl.errors import Error
from gdc.dsl.source import Span
from gdc.runtime.interface import span_of
from gdc.runtime.quotients import DIFFERS, HELD, KINK, UNSETTLED, Row, Verdict

EVERY = (0, 1 << 62)
BACKEND = "numpy"
SHORTER = (0, 4, 8)  # how often steps are quartered where J cannot be computed at the longest
TRACE, INSIDE = "derivative ", "inside "

@dataclass(slots=True)
class Held:
    """One derivative of the script: how often it was compared, and what came of it."""

    words: str  # "J by w"
    span: Span | None
    outcomes: dict[str, int] = field(default_factory=dict)
    share: float = 0.0  # the greatest difference of those that hold
    wrong: Wrong | None = None

    @property
    def compared(self) -> int:
        return sum(self.outcomes.values())

    def note(self, found: Verdict) -> None:
        self.outcomes[found.outcome] = self.outcomes.get(found.outcome, 0) + 1
        if found.outcome == HELD:
            self.share = max(self.share, found.share)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A derivative that differs: at which entry of the name, and at which time the script came by."""

    entry: tuple[int, ...]
    time: int
    found: Verdict
    rule: Held | None  # "exp(z) by z", the part of the formula that it is wrong from, where one could be found


def check_gradients(program: Any, values: Mapping[str, Any]) -> list[Held]:
    """Runs the script on values and holds its derivatives. Raises gdc.Error where the script itself fails."""

    def rows(entries: tuple[int, int], inside: bool = False) -> Told:
        for shorter in SHORTER:
            sampled = program._with_samples((*entries, inside, shorter))
            try:
                found = sampled.run(values, BACKEND, show=lambda line: None)
            except Error as error:
                failure = error
            else:
                return Told(sampled.plan(BACKEND, sampled._last), found.trace)
        program.run(values, BACKEND, show=lambda line: None)
        raise failure  # near the values that the script works with

    told = rows(EVERY)
    held: dict[tuple[str, Any], Held] = {}
    for name in told.traces:
        if not name.startswith(TRACE):
            continue
        here = told.place(name)
        here = held.setdefault((here.words, here.span and here.span.start), here)
        for time, row in enumerate(told.rows(name)):
            verdicts = row.verdicts()
            for one in verdicts:
                here.note(one)
            if here.wrong is None and any(one.outcome == DIFFERS for one in verdicts):
                at, found = wrong_entry(row, lambda entries, name=name, time=time: rows(entries).rows(name)[time])  # type: ignore[misc]
                here.wrong = Wrong(at, time, found, rule_at_fault(rows(EVERY, True), here, time))
    return list(held.values())


@dataclass(frozen=True, slots=True)
class Told:
    """What one run tells: its plan and its traces."""

    plan: Any
    traces: Mapping[str, np.ndarray]

    def rows(self, name: str) -> list[Row]:
        return [Row.of(row) for row in self.traces[name]]

    def place(self, name: str) -> Held:
        site = int(name.rpartition(" ")[2])
        return Held(self.plan.sites[site].message, span_of(self.plan, site))


def wrong_entry(row: Row, sampled: Callable[[tuple[int, int]], Row]) -> tuple[tuple[int, ...], Verdict]:
    """Halves the entries of a name until one is left in whose direction the derivative differs."""
    low, high = 0, math.prod(row.shape)
    found = first_wrong(row)
    while high - low > 1:
        middle = (low + high) // 2
        for part in ((low, middle), (middle, high)):
            here = first_wrong(sampled(part))
            if here is not None:
                (low, high), found = part, here
                break
        else:
            break  # together they differ, apart they do not: the first entry stands for them all
    if math.prod(row.shape) == 1:
        found = first_wrong(sampled((0, 1))) or found
    assert found is not None
    return tuple(map(int, np.unravel_index(low, row.shape))) if row.shape else (), found


def rule_at_fault(told: Told, held: Held, time: int) -> Held | None:
    """The formula whose derivative is wrong first, coming from J: what it was made of is right up to there."""
    for name in told.traces:
        if name.startswith(INSIDE) and told.place(name.rpartition(" ")[0]).words == held.words:
            rows = told.rows(name)
            if time < len(rows) and first_wrong(rows[time]) is not None:
                return told.place(name)
    return None


def first_wrong(row: Row) -> Verdict | None:
    return next((one for one in row.verdicts() if one.outcome == DIFFERS), None)


# --- words ---------------------------------------------------------------------------------------


def error_of(held: Held) -> Error:
    """What is wrong with one derivative."""
    wrong = held.wrong
    assert wrong is not None
    formula, _, name = held.words.rpartition(" by ")
    entry = f"[{', '.join(map(str, wrong.entry))}]" if wrong.entry else ""
    slope, quotient = wrong.found.slope, wrong.found.quotient
    message = f"grad({formula}, {name}) is not the slope of {formula}: by {name}{entry} it says {slope:.10g}, "
    message += f"and the difference quotient is {quotient.value:.10g} ± {quotient.error:.1g}"
    if wrong.time:
        message += f" (the {wrong.time + 1}th time the script comes by)"
    return Error("assert", message, held.span, fault_words(formula, wrong.rule) if wrong.rule else None)


def fault_words(formula: str, rule: Held) -> str:
    part, _, argument = rule.words.rpartition(" by ")
    place = f" on line {rule.span.line}" if rule.span else ""
    return f"from {formula} back to {part}{place} all is right; what is wrong is the derivative of {part} by {argument}"


def line_of(held: Held) -> str:
    """A derivative in one line."""
    place = f"line {held.span.line}: " if held.span else ""
    if not held.compared:
        return f"{place}{held.words}: the script does not come by"
    parts = []
    if held.outcomes.get(HELD):
        parts.append(f"held in {count(held.outcomes[HELD], 'comparison')}, within {held.share:.1g} of its length")
    if held.outcomes.get(KINK):
        parts.append(f"{count(held.outcomes[KINK], 'time')} at a kink, not compared")
    if held.outcomes.get(UNSETTLED):
        parts.append(f"{count(held.outcomes[UNSETTLED], 'time')} no quotient settles, not compared")
    if held.outcomes.get(DIFFERS):
        parts.append(f"differs in {count(held.outcomes[DIFFERS], 'comparison')}")
    return f"{place}{held.words}: {'; '.join(parts)}"


def count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def as_json(held: Held) -> dict[str, Any]:
    """A derivative as plain data."""
    formula, _, name = held.words.rpartition(" by ")
    found: dict[str, Any] = {
        "formula": formula,
        "by": name,
        "line": held.span.line if held.span else None,
        "column": held.span.column if held.span else None,
        **{outcome: held.outcomes.get(outcome, 0) for outcome in (HELD, KINK, UNSETTLED, DIFFERS)},
        "error": held.share,
        "wrong": None,
    }
    if held.wrong is not None:
        one = held.wrong.found
        found["wrong"] = {
            "entry": list(held.wrong.entry),
            "time": held.wrong.time,
            "derivative": float(one.slope),
            "quotient": one.quotient.value,
            "uncertain": one.quotient.error,
            "rule": held.wrong.rule.words if held.wrong.rule else None,
        }
    return found
