"""Times of several ways to one answer, taken in turns: what `gdc bench` and the scripts in benchmarks/ measure with.

A ratio of two medians is worth little where the machine's speed drifts between them: every round times each way once.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Work = Callable[[], object]
SETTLE = 0.25  # seconds: idle threads of a BLAS that ran on all cores spin on for up to 0.2 s (docs/cores.md, iv)
SHORT = 0.02  # seconds: a sample of shorter work is the mean of several calls that take about so long together
MOST_CALLS = 1000
BUDGET = 20.0  # seconds that one way may take in all


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some samples, and their first and ninth decile."""

    median: float
    low: float
    high: float
    samples: int


def spread(samples: Sequence[float]) -> Spread:
    ordered = sorted(samples)
    tenth = len(ordered) // 10
    return Spread(statistics.median(ordered), ordered[tenth], ordered[-1 - tenth], len(ordered))


def seconds(work: Work, settle: float = 0.0, calls: int = 1) -> float:
    """One sample, after a pause; where it is the mean of several calls, another call warms the caches before."""
    time.sleep(settle)
    if calls > 1:
        work()
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / calls


def interleaved(
    works: Mapping[str, Work], rounds: int, settle: float = SETTLE, budget: float = BUDGET
) -> Iterator[tuple[str, float]]:
    """(name, seconds) of each sample as soon as it is taken: round by round, each way once.

    Each way must have been run before, so that nothing is compiled any more. Its first run here tells how many calls
    make a sample, and how many samples the budget allows; where one call makes a sample it is the first.
    """
    plans = {}
    for name, work in works.items():
        first = max(seconds(work, settle), 1e-7)
        calls = max(1, min(MOST_CALLS, int(SHORT / first)))
        most = max(1, min(rounds, int(budget / (first * calls))))
        if calls == 1:
            yield name, first
        plans[name] = calls, most - (calls == 1)
    for number in range(rounds):
        for name, (calls, most) in plans.items():
            if number < most:
                yield name, seconds(works[name], settle, calls)


def sampled(works: Mapping[str, Work], rounds: int, settle: float = SETTLE) -> dict[str, list[float]]:
    """All samples of each way."""
    found: dict[str, list[float]] = defaultdict(list)
    for name, taken in interleaved(works, rounds, settle):
        found[name].append(taken)
    return dict(found)


def ratios(theirs: Sequence[float], ours: Sequence[float]) -> Spread:
    """How many times longer the first takes than the second, round by round."""
    return spread([t / o for t, o in zip(theirs, ours, strict=False)])
