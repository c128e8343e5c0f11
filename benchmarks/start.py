"""What starting costs: cold and warm runs of a script, `gdc check`, imports, and gdc's share of one call from Python.

    python benchmarks/start.py [--rounds 7] [--cold 3] [--write benchmarks/results/start.md]

Each figure is a median, with the least and the greatest in brackets. Runs are processes of their own, interleaved, on a
cache folder of this benchmark's own. "Cold" is an empty folder: the grammar's table, the plan and the machine code are
made. "By hand" is the same formula in NumPy, in the same process.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = "examples/linear_regression.gd"
BARS = {"gdc run, parallel, cold": "5 s", "gdc run, parallel, warm": "0.9 s", "gdc check, unchanged": "0.35 s"}
FORMULA = "w := w - a*(1/m)*X.T@(X@w+b-y)"
CONTRACTS = "input X: real[m, n]\ninput y: real[m]\ninput w: real[n]\ninput b: real\ninput a: real\n"
CALLS = 2000


def seconds(words, home):
    """How long a process takes."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(home)}
    began = time.perf_counter()
    subprocess.run([sys.executable, *map(str, words)], cwd=ROOT, env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


def processes(rounds, cold):
    """Seconds of each command, by what it is called."""
    gdc, found = ["-m", "gdc"], {}

    def note(name, words, home):
        found.setdefault(name, []).append(seconds(words, home))

    for _ in range(cold):
        with tempfile.TemporaryDirectory() as home:
            note("gdc check, cold", [*gdc, "check", SCRIPT], home)
        with tempfile.TemporaryDirectory() as home:
            note("gdc run, parallel, cold", [*gdc, "run", SCRIPT, "--backend", "parallel"], home)
    with tempfile.TemporaryDirectory() as home:
        text = (ROOT / SCRIPT).read_text(encoding="utf-8")
        for backend in ("parallel", "numpy"):
            seconds([*gdc, "run", SCRIPT, "--backend", backend], home)
        for k in range(rounds):
            changed = Path(home) / "changed.gd"
            changed.write_text(f"{text}\n# {k}\n", encoding="utf-8")
            note("python", ["-c", "pass"], home)
            note("import numpy", ["-c", "import numpy"], home)
            note("import gdc", ["-c", "import gdc"], home)
            note("import gdc; gdc.compile", ["-c", "import gdc; gdc.compile"], home)
            note("import numba", ["-c", "import numba"], home)
            note("gdc --version", [*gdc, "--version"], home)
            note("gdc check, unchanged", [*gdc, "check", SCRIPT], home)
            note("gdc check, changed", [*gdc, "check", changed], home)
            note("gdc run, numpy, warm", [*gdc, "run", SCRIPT, "--backend", "numpy"], home)
            note("gdc run, parallel, warm", [*gdc, "run", SCRIPT, "--backend", "parallel"], home)
    return found


def calls(rounds):
    """Microseconds of one call on 200 × 10, by what is called."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["XDG_CACHE_HOME"] = home
        import gdc

        random = np.random.default_rng(1)
        X, y, w = random.normal(size=(200, 10)), random.normal(size=200), np.zeros(10)
        free, declared = gdc.compile(FORMULA), gdc.compile(CONTRACTS + FORMULA + "\noutput w")
        given = {"X": X, "y": y, "w": w, "b": 0.0, "a": 0.01}
        ways = {"by hand": lambda: w - 0.01/200*(X.T @ (X @ w + 0.0 - y))}
        for backend in ("numpy", "parallel", "auto"):
            ways[f"six arguments without contracts, {backend}"] = lambda b=backend: free.run({**given, "m": 200}, b)
            ways[f"five arguments with contracts, {backend}"] = lambda b=backend: declared.run(given, b)
        found = {name: [] for name in ways}
        for way in ways.values():
            way()
        for _ in range(rounds):
            for name, way in ways.items():
                began = time.perf_counter()
                for _ in range(CALLS):
                    way()
                found[name].append(1e6*(time.perf_counter() - began)/CALLS)
    return found


def spread(values, unit, digits):
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} {unit} [{low:.{digits}f} … {high:.{digits}f}]"


def machine():
    """What was measured on, in words."""
    import llvmlite
    import numba
    from llvmlite import binding

    return (f"{len(os.sched_getaffinity(0))} cores, {platform.machine()}, {binding.get_host_cpu_name()}; Python "
            f"{platform.python_version()}, NumPy {np.__version__}, Numba {numba.__version__}, llvmlite "
            f"{llvmlite.__version__}")


def report(started, called, rounds, cold):
    lines = ["# What starting costs", "", f"`python benchmarks/start.py --rounds {rounds} --cold {cold}`", "",
             f"Machine: {machine()}.", "", "| process | median [least … greatest] | bar |", "|---|---|---|"]
    lines += [f"| {name} | {spread(values, 's', 3)} | {BARS.get(name, '')} |" for name, values in started.items()]
    lines += ["", f"One call, {CALLS} in a row, X is 200 × 10: the kernel and all that gdc puts around it.", "",
              "| call | median [least … greatest] |", "|---|---|"]
    lines += [f"| {name} | {spread(values, 'µs', 1)} |" for name, values in called.items()]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cold", type=int, default=3, help="how often everything is compiled from nothing")
    parser.add_argument("--write", type=Path, help="a file for the tables")
    asked = parser.parse_args()
    text = report(processes(asked.rounds, asked.cold), calls(asked.rounds), asked.rounds, asked.cold)
    print(text, end="")
    if asked.write is not None:
        asked.write.parent.mkdir(parents=True, exist_ok=True)
        asked.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
