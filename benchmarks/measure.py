"""One problem, measured: all answers are compared, then all ways are timed in turns."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
from cases import Case

import gdc
from gdc.runtime import peers
from gdc.runtime.timing import interleaved, ratios, spread

ALWAYS = ("numpy_typed", "numpy_best")
BUDGET = 10.0  # seconds that one way may take in all: the whole is to be done in a quarter of an hour
Work = Callable[[], Any]


def measure(case: Case, precision: str, rounds: int, backends: Sequence[str], asked: Sequence[str] | None) -> dict:
    """Times and ratios of one problem as plain data."""
    module = peers.load_file(case.path.with_suffix(".py"))
    program = gdc.load(case.path, precision=precision)
    values = peers.at_precision(module.inputs(case.size, np.random.default_rng(0)), precision)
    fewer = {**values, case.scaled[0]: case.scaled[1]} if case.scaled else values
    tolerance = peers.TOLERANCE[precision] * getattr(module, "TOLERANCE", 1e-9) / peers.TOLERANCE["f64"]
    works, failed, compiling, once = {}, {}, {}, {}
    wanted = peers.answers(module.numpy_typed(**fewer))
    loose = getattr(module, "EXACT_IN", precision) != precision

    def checked(name: str, work: Work, judged: Work) -> None:
        """Takes the way in if its answer is right; what it compiles, it compiles here. One that takes more than it may
        in all is not run again: this is its sample."""
        try:
            began = time.perf_counter()
            answer = judged()
            took = time.perf_counter() - began
            wrong = peers.difference(peers.answers(answer), wanted, tolerance)
            if wrong and not loose:
                failed[name] = wrong
            elif took > BUDGET and judged is work:
                once[name] = took
            else:
                works[name] = work
        except Exception as why:  # a peer may fail in any way
            failed[name] = f"{type(why).__name__}: {why}".splitlines()[0][:200]

    for name, function in peers.functions(module).items():
        if name in ALWAYS or (asked is not None and (not asked or name in asked) and peers.BY_FUNCTION[name].installed):
            work = peers.prepared(name, function, fewer if case.scaled and name in case.scaled[2] else values)
            checked(name, work, work if fewer is values else peers.prepared(name, function, fewer))
    for target in backends:
        results: list[Any] = []

        def run(given: dict, target: str = target, results: list = results) -> Any:
            results.append(program.run(given, backend=target))
            return results.pop() if len(results) > 1 else results[0]

        whole = partial(run, values)
        checked(target, whole, whole if fewer is values else partial(run, fewer))
        if results:
            compiling[target] = results[0].time["compile"]
    return {
        "case": case.title, "about": case.about, "size": case.size, "precision": precision, "failed": failed,
        "compile_seconds": compiling, **timed(case, works, once, rounds, backends),
    }


def timed(case: Case, works: dict[str, Work], once: dict[str, float], rounds: int, backends: Sequence[str]) -> dict:
    """The spread of each way's times, and of the ratios of each other way to each target of gdc."""
    taken: dict[str, list[float]] = defaultdict(list, {name: [seconds] for name, seconds in once.items()})
    field, count, fewer = case.scaled or ("", 1, ())
    for name, seconds in interleaved(works, rounds, budget=BUDGET):
        taken[name].append(seconds * (case.size[field] / count if name in fewer else 1))
    ours = [target for target in backends if target in taken]
    found: dict[str, Any] = {
        "seconds": {name: asdict(spread(samples)) for name, samples in taken.items()},
        "ratios": {
            target: {name: asdict(ratios(taken[name], taken[target])) for name in taken if name not in backends}
            for target in ours
        },
    }
    if case.scaled:
        found["scaled"] = {name: f"from {count} of {case.size[field]} {field}" for name in fewer if name in taken}
    return found
