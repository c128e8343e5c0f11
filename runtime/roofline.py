"""What this machine can do at most: how fast it reads memory and how fast it computes. Measured, kept for a day."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from gdc.runtime import machine
from gdc.runtime.load import write_whole
from gdc.runtime.timing import SETTLE, seconds

DAY = 24 * 3600
ROWS, COLUMNS, ORDER = 20_000, 1000, 1536
TRIES = 5


@dataclass(frozen=True, slots=True)
class Roof:
    """Bytes a second that a matrix-vector product reads on all cores, and flops a second of a matrix product."""

    bandwidth: float
    peak: float
    precision: str


def roof(precision: str) -> Roof:
    """Today's measurement, or a new one, which takes about a second."""
    path = _place(precision)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if 0 <= time.time() - kept["at"] < DAY:
            return Roof(**kept["roof"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    found = measured(precision)
    try:
        write_whole(path, json.dumps({"at": time.time(), "roof": asdict(found)}))
    except OSError:
        pass
    return found


def measured(precision: str, rows: int = ROWS, order: int = ORDER) -> Roof:
    """The best of some tries: what slows a machine down for a moment is no property of it."""
    dtype = np.float32 if precision == "f32" else np.float64
    rows = max(1, min(rows, machine.free_memory() // (16 * COLUMNS)))
    A, x, y = np.ones((rows, COLUMNS), dtype), np.ones(COLUMNS, dtype), np.empty(rows, dtype)
    B, C = np.ones((order, order), dtype), np.empty((order, order), dtype)
    reading = min(seconds(lambda: np.dot(A, x, y)) for _ in range(TRIES))
    time.sleep(SETTLE)
    working = min(seconds(lambda: np.dot(B, B, C)) for _ in range(TRIES))
    return Roof(A.nbytes / reading, 2.0 * order**3 / working, precision)


def _place(precision: str) -> Path:
    """One file for each state of the machine that the figures depend on."""
    from platformdirs import user_cache_path

    state = [machine.cores(), machine.package("numpy"), sorted(machine.blas()), precision]
    word = hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]
    return user_cache_path("gdc", appauthor=False) / f"roof-{word}.json"
