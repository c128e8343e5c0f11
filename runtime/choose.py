"""`auto`: the target with the least predicted time, from the program, the sizes and the machine alone.

The model, in seconds; its constants are those of one ordinary core, the same on every machine:

    numpy      calls · CALL + bytes / BANDWIDTH + flops / FLOPS          every library call, its arrays read and written
    parallel   COMPILE + calls · STEP + the larger of bytes / (BANDWIDTH · c), flops / (FLOPS · c); c = cores, at most 8
    cuda       START + calls · LAUNCH + the larger of bytes / DEVICE_BANDWIDTH and flops / DEVICE_FLOPS, + transfers

`loops` is never chosen: it is there to be read, and to judge. An emulated GPU is never chosen either.
Whether compiled code is already cached does not count: the same run must choose the same target twice.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gdc.dsl.errors import Error
from gdc.runtime.interface import evaluate
from gdc.runtime.machine import cores, has_gpu, runs

CALL, BANDWIDTH, FLOPS = 1.5e-6, 8e9, 1e10
COMPILE, STEP = 1.5, 5e-9
START, LAUNCH, DEVICE_BANDWIDTH, DEVICE_FLOPS, TRANSFER = 2.0, 8e-6, 1e12, 5e12, 8e9
OPEN_ROUNDS = 1000  # what a loop of unknown length is taken to run


@dataclass(frozen=True, slots=True)
class Choice:
    target: str
    why: str
    seconds: float


def predict(costs: Mapping[str, Any], sizes: Mapping[str, int], given_bytes: int = 0) -> dict[str, float]:
    """Seconds on numpy, parallel and cuda."""
    flops, moved, calls = (value(costs, key, sizes) for key in ("flops", "bytes", "calls"))
    if costs.get("open"):
        flops, moved, calls = flops * OPEN_ROUNDS, moved * OPEN_ROUNDS, calls * OPEN_ROUNDS
    share = min(cores(), 8)
    return {
        "numpy": calls * CALL + moved / BANDWIDTH + flops / FLOPS,
        "parallel": COMPILE + calls * STEP + max(moved / (BANDWIDTH * share), flops / (FLOPS * share)),
        "cuda": START + calls * LAUNCH + max(moved / DEVICE_BANDWIDTH, flops / DEVICE_FLOPS) + given_bytes / TRANSFER,
    }


def value(costs: Mapping[str, Any], key: str, sizes: Mapping[str, int]) -> float:
    """A cost at these sizes; what is not known counts once."""
    known = Known(sizes)
    return max(float(evaluate(costs.get(key, 0), known)), 0.0)


class Known(dict):
    """Sizes by name; one that nobody knows counts once."""

    def __missing__(self, name: str) -> int:
        return 1


def choose(costs: Mapping[str, Any], sizes: Mapping[str, int], given_bytes: int = 0) -> Choice:
    """The target for `auto`, with a sentence that says why."""
    seconds = predict(costs, sizes, given_bytes)
    if not runs("parallel"):
        del seconds["parallel"]
    if not has_gpu():
        del seconds["cuda"]
    best = min(seconds, key=lambda name: seconds[name])
    others = ", ".join(f"{time_text(s)} on {name}" for name, s in seconds.items() if name != best)
    compared = f"; predicted: {time_text(seconds[best])} on {best}" + (
        f", {others} (compiling included)" if others else ""
    )
    reasons = {
        "numpy": "the work is too small to pay for compiling",
        "parallel": "the work pays for compiling, and all cores share it",
        "cuda": "the work pays for the way to the GPU",
    }
    return Choice(best, reasons[best] + compared, seconds[best])


def known(what: str, name: Any, names: Iterable[str | None], kind: str = "backend") -> None:
    """Raises an error of this kind that lists the names there are, and the nearest, unless `name` is one of them."""
    if name in (among := list(names)):
        return
    there = [n for n in among if n is not None]
    near = difflib.get_close_matches(str(name), there, n=1)
    raise Error(
        kind,
        f"there is no {what} {name}; there are {', '.join(there)}",
        hint=f"did you mean {near[0]}?" if near else None,
    )


def time_text(seconds: float) -> str:
    """0.0012 as `1.2 ms`."""
    if seconds >= 60:
        return f"{int(seconds // 60)} min {seconds % 60:.0f} s"
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.2g} {unit}" if seconds < 99.5 * size else f"{seconds / size:.0f} {unit}"
    return f"{seconds / 1e-6:.2g} µs" if seconds < 1e-4 else f"{seconds / 1e-6:.0f} µs"
