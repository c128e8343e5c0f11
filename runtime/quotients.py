"""A derivative held against difference quotients: J along a line, at steps that shrink by 4.

Central quotients, extrapolated to a step of 0 (Romberg's table; Ridders, Advances in Engineering Software 4, 1982): the
entry that its neighbours agree with best, and rounding least disturbs, is the quotient, and what they differ by its
error. So J in 64 bits gives some 12 digits of its derivative.

A kink is where the extrapolated quotients of the two sides differ: there the derivative is a choice, not compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ROUNDING = 8 * np.finfo(float).eps  # of J: what its values may be off by, at least
SAFETY = 20.0  # times the quotient's error
RELATIVE = 1e-7  # of the derivative's length along the line: what its own rounding may amount to
BESIDE = 1e-10  # of a step: a derivative may be that of a point so far from w, for w itself is rounded
BEND = 5  # the step at which J's bend is measured
SETTLED = 1e-3  # of it: a quotient that is less certain says nothing
HELD, DIFFERS, KINK, UNSETTLED = "held", "differs", "kink", "unsettled"


@dataclass(frozen=True, slots=True)
class Quotient:
    """A difference quotient, and what it may be off by."""

    value: float
    error: float


@dataclass(frozen=True, slots=True)
class Row:
    """What a program tells of one derivative once: see compiler/build/grad_samples.py."""

    shape: tuple[int, ...]  # of the name
    slopes: tuple[float, ...]  # of each direction: sum(g*d)
    lengths: tuple[float, ...]  # sum(abs(g*d))
    steps: np.ndarray
    values: np.ndarray  # J at each step, a line for each direction

    @staticmethod
    def of(row: np.ndarray, directions: int = 2) -> Row:
        first = 1 + int(row[0])
        head = first + 2 * directions
        count = (len(row) - head) // (1 + directions)
        values = row[head + count :].reshape(directions, count)
        slopes, lengths = row[first:head:2], row[first + 1 : head : 2]
        return Row(tuple(map(int, row[1:first])), tuple(slopes), tuple(lengths), row[head : head + count], values)

    def verdicts(self) -> list[Verdict]:
        """What each direction shows."""
        return [verdict(g, n, self.steps, v) for g, n, v in zip(self.slopes, self.lengths, self.values, strict=True)]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison found: the derivative along a line, its quotient, and by which share they differ."""

    outcome: str
    slope: float
    quotient: Quotient
    share: float


def verdict(slope: float, length: float, steps: np.ndarray, values: np.ndarray) -> Verdict:
    """Whether a derivative along a line is the slope of J there."""
    with np.errstate(all="ignore"):
        half = len(steps) // 2
        at, sizes, ahead, behind = values[0], steps[1 : half + 1], values[1 : half + 1], values[half + 1 :]
        noise = ROUNDING * np.maximum(np.maximum(abs(ahead), abs(behind)), abs(at)) / sizes
        raw = (ahead - behind) / (2 * sizes)
        found = extrapolated(raw, noise, 16.0)
        scale = max(length, abs(slope), abs(found.value))
        gap = abs(slope - found.value)
        share = gap / scale if scale > 0 else 0.0
        if not np.isfinite(slope) or not np.isfinite(found.error):
            return Verdict(UNSETTLED, slope, found, share)
        bend = abs(ahead[BEND] + behind[BEND] - 2 * at) / sizes[BEND] ** 2
        beside = BESIDE * bend if np.isfinite(bend) else 0.0
        if gap <= SAFETY * found.error + RELATIVE * scale + beside:
            certain = found.error <= SETTLED * scale or scale <= float(np.min(noise)) + beside
            nothing = found.error > SETTLED * scale or beside > RELATIVE * scale  # 0, as far as anyone can tell
            return Verdict(HELD if certain else UNSETTLED, slope, found, 0.0 if nothing else share)
        sides = [extrapolated(s, noise, 4.0) for s in ((ahead - at) / sizes, (at - behind) / sizes)]
        return Verdict(reason(gap, scale, slope, found, sides, raw, noise), slope, found, share)


def reason(
    gap: float,
    scale: float,
    slope: float,
    found: Quotient,
    sides: Sequence[Quotient],
    raw: np.ndarray,
    noise: np.ndarray,
) -> str:
    """Why a derivative and its quotient are apart."""
    right, left = sides
    apart, doubt = abs(right.value - left.value), right.error + left.error
    if not np.isfinite(doubt):
        return UNSETTLED
    if apart > SAFETY * doubt + RELATIVE * scale:
        return KINK
    quiet = np.flatnonzero(noise < 0.01 * gap)
    if found.error > SETTLED * scale or not len(quiet) or not abs(raw[quiet[-1]] - slope) > 0.5 * gap:
        return UNSETTLED
    return DIFFERS


def extrapolated(raw: np.ndarray, noise: np.ndarray, factor: float) -> Quotient:
    """The limit of quotients whose error, at each step a quarter of the last, shrinks by `factor`, then its powers."""
    best = Quotient(float("nan"), float("inf"))
    before = np.array([])
    for k in range(len(raw)):
        line = [raw[k]]
        for j in range(k):
            line.append(line[j] + (line[j] - before[j]) / (factor ** (j + 1) - 1))
        for j in range(1, len(line)):
            error = max(abs(line[j] - line[j - 1]), abs(line[j] - before[j - 1])) + noise[k]
            if error < best.error:
                best = Quotient(float(line[j]), float(error))
        before = np.array(line)
    return best
