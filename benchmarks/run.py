"""Problems in gd against the same problems written by hand: ratios measured in one run. See benchmarks/README.md.

    python benchmarks/run.py [--only linear_step heat] [--peers [jax_jit …]] [--precision f32] [--quick]

Every problem runs in a process of its own. There all answers are compared first; then the ways are timed in turns.
Results are kept in benchmarks/results, problem by problem: a run of some replaces those and leaves the others.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from cases import Case, cases
from report import machine, merged, print_case, print_means, write

HERE = Path(__file__).resolve().parent
LIMIT = 240  # seconds for one problem


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME[:SIZE]", help="these problems only")
    parser.add_argument("--peers", nargs="*", metavar="PEER", help="other libraries too: these, or all that are there")
    parser.add_argument("--backends", nargs="+", default=["numpy", "parallel"], metavar="TARGET")
    parser.add_argument("--precision", choices=("f64", "f32"), default="f64")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="3 rounds")
    parser.add_argument("--name", help="of the files in benchmarks/results (default: the cores and the precision)")
    parser.add_argument("--list", action="store_true", help="print the problems and leave")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    return parser.parse_args()


def measured(case: Case, chosen: argparse.Namespace) -> dict:
    """One problem, in a process of its own; a failure is a result too."""
    command = [sys.executable, str(Path(__file__)), "--one", case.title, "--precision", chosen.precision]
    command += ["--rounds", str(chosen.rounds), "--backends", *chosen.backends]
    if chosen.peers is not None:
        command += ["--peers", *chosen.peers]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return {"case": case.title, "error": f"took more than {LIMIT} s"}
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        return {"case": case.title, "error": (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]}
    return json.loads(lines[-1])


def main() -> int:
    chosen = options()
    chosen.rounds = 3 if chosen.quick else chosen.rounds
    found = cases(HERE / "problems", [chosen.one] if chosen.one else chosen.only)
    if chosen.list:
        print("\n".join(f"{case.title:24} {case.about}" for case in found))
        return 0
    if chosen.one:
        from measure import measure

        print(json.dumps(measure(found[0], chosen.precision, chosen.rounds, chosen.backends, chosen.peers)))
        return 0
    here = machine(chosen.precision)
    name = chosen.name or f"{here['cores']}-cores-{chosen.precision}"
    print(here["words"], flush=True)
    began, failed = time.monotonic(), 0
    for case in found:
        result = measured(case, chosen)
        failed += "error" in result
        print_case(result)
        kept = merged(HERE / "results" / f"{name}.json", here, result)
        write(HERE / "results" / name, kept, [c.title for c in cases(HERE / "problems", [])])
    print_means(kept)
    print(f"{len(found)} problems in {time.monotonic() - began:.0f} s, {failed} failed; kept in results/{name}.md")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
