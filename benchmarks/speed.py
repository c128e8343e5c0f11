"""The figures that gdc promises, as ratios measured in one run.

    python benchmarks/speed.py [--pairs 20] [--rows 100000] [--json]

Each figure is the median of interleaved pairs: ours, theirs, ours, theirs … A ratio above 1 means that gdc is
faster. In brackets
stands the spread: the ratios at the first and the ninth decile. Unset OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE first:
they slow
NumPy.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np

import gdc
from gdc.runtime.timing import SETTLE, Work, ratios, sampled, seconds, spread

STEP = "w := w - a*(1/m)*X.T@(X@w+b-y)"
MANY = """
input X: real[m, n]
input y: real[m]
param a: real = 0.01
param steps: int = 1000
w := zeros(n)
b := 0.0
repeat steps {
    e := X@w + b - y
    w := w - a*(1/m)*X.T@e
    b := b - a*(1/m)*sum(e)
}
output w, b
"""

def typed(X, y, w, b, a, m):
    """The formula as it stands, typed into NumPy."""
    return w - a * (1 / m) * X.T @ (X @ w + b - y)


def best(X, y, w, b, a, m):
    """The best hand-written NumPy: the scalar meets the vector, nothing is copied."""
    return w - (a / m) * (X.T @ (X @ w + b - y))


def best_loop(X, y, a, steps):
    w, b, m = np.zeros(X.shape[1]), 0.0, len(y)
    for _ in range(steps):
        e = X @ w + b - y
        w = w - (a / m) * (X.T @ e)
        b = b - (a / m) * e.sum()
    return w, b


def pair(ours: Work, theirs: Work, pairs: int, settle: float = 0.0) -> dict[str, float]:
    """Interleaved timings of two ways; both are run once before."""
    ours(), theirs()
    taken = sampled({"ours": ours, "theirs": theirs}, pairs, settle)
    ratio = ratios(taken["theirs"], taken["ours"])
    return {
        "ours_ms": 1e3 * spread(taken["ours"]).median,
        "theirs_ms": 1e3 * spread(taken["theirs"]).median,
        "ratio": ratio.median,
        "low": ratio.low,
        "high": ratio.high,
    }


def large(rows: int, pairs: int) -> dict[str, dict[str, float]]:
    """One gradient step on rows × 1,000."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((rows, 1000))
    given = {"X": X, "y": rng.standard_normal(rows), "w": rng.standard_normal(1000), "b": 0.3, "a": 0.01, "m": rows}
    step = gdc.compile(STEP)
    figures = {}
    for backend in ("numpy", "parallel"):

        def ours(backend: str = backend) -> object:
            return step.run(given, backend=backend)

        figures[f"{backend} : best NumPy, {rows:,} × 1,000"] = pair(ours, lambda: best(**given), pairs, SETTLE)
        figures[f"{backend} : typed NumPy, {rows:,} × 1,000"] = pair(ours, lambda: typed(**given), pairs, SETTLE)
    return figures


def small(pairs: int) -> dict[str, dict[str, float]]:
    """1,000 steps on 200 × 10."""
    rng = np.random.default_rng(2)
    X, y = rng.standard_normal((200, 10)), rng.standard_normal(200)
    program = gdc.compile(MANY)
    given = {"X": X, "y": y, "steps": 1000}
    return {
        f"{backend} : Python loop of NumPy, 1,000 steps of 200 × 10": pair(
            lambda backend=backend: program.run(given, backend=backend), lambda: best_loop(X, y, 0.01, 1000), pairs
        )
        for backend in ("numpy", "parallel")
    }


def starts(pairs: int) -> dict[str, float]:
    """Seconds of whole processes: `import gdc`, and a second `gdc run` of one script."""
    script = Path(__file__).parent.parent / "examples" / "linear_regression.gd"
    empty = [sys.executable, "-c", "pass"]
    importing = [sys.executable, "-c", "import gdc; gdc.compile"]
    running = [sys.executable, "-m", "gdc", "run", str(script), "--quiet", "--backend", "parallel"]

    def process(command: list[str]) -> float:
        return seconds(lambda: subprocess.run(command, check=True, capture_output=True))

    for command in (importing, running):
        process(command)
    return {
        "python alone": statistics.median(process(empty) for _ in range(pairs)),
        "import gdc": statistics.median(process(importing) for _ in range(pairs)),
        "second gdc run, parallel": statistics.median(process(running) for _ in range(pairs)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = {**small(options.pairs), **large(options.rows, options.pairs)}
    processes = starts(5)
    if options.json:
        print(json.dumps({"schema": 1, "figures": figures, "seconds": processes}))
        return
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name, f in figures.items():
        spread = f"{f['low']:.2f} … {f['high']:.2f}"
        print(f"{name:<62} {f['ratio']:6.2f} ×   ({spread})   {f['ours_ms']:9.3f} : {f['theirs_ms']:.3f} ms")
    for name, value in processes.items():
        print(f"{name:<62} {value:6.2f} s")


if __name__ == "__main__":
    main()
