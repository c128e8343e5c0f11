"""Three ways to use the cores, measured on one program.

    w := w - a*(1/m)*X.T@(X@w + b - y)        repeated `rounds` times

One pass over X, four rows at a time; fixed blocks of rows with private partial sums joined in a fixed order.
The block's text is the same in every way; only what stands around it differs:

    serial  parallel=False: prange is range
    a       parallel=True: prange over the blocks, inside the native loop over the rounds
    b       a serial nogil kernel over some blocks, called by a Python thread pool in every round
    c       SPMD: each thread runs the native loop over the rounds and meets the others at a barrier

Run:  python benchmarks/cores.py --size 100000x1000 --rounds 5
"""

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import numpy as np

HEAD = """
from numba import njit, prange, types
from numba.core import cgutils
from numba.extending import intrinsic

FLAGS = dict(fastmath={"contract", "reassoc"}, error_model="numpy", nogil=True, cache=True)
"""

# The walk's step over block p. It indexes slices from 0: Numba then drops the test for negative indices.
BLOCK = """
first = m * p // blocks
rows = m * (p + 1) // blocks - first
X_ = X[first:first + rows]
y_ = y[first:first + rows]
g = part[p]
for j in range(n):
    g[j] = 0.0
whole = rows - rows % 4
for i in range(0, whole, 4):
    e# = 0.0
    for j in range(n):
        e# += X_[i + #, j] * w[j]
    e# += b - y_[i + #]
    for j in range(n):
        g[j] += X_[i, j] * e0 + X_[i + 1, j] * e1 + X_[i + 2, j] * e2 + X_[i + 3, j] * e3
for i in range(whole, rows):
    e0 = 0.0
    for j in range(n):
        e0 += X_[i, j] * w[j]
    e0 += b - y_[i]
    for j in range(n):
        g[j] += X_[i, j] * e0
"""
# Join the partial states in block order, then the update itself.
JOIN = """
for p in range(1, blocks):
    for j in range(n):
        part[0, j] += part[p, j]
for j in range(n):
    w[j] -= a * (1 / m) * part[0, j]
"""

ATOMICS = """
def at(context, builder, signature, args):
    view = context.make_array(signature.args[0])(context, builder, args[0])
    return cgutils.get_item_pointer(context, builder, signature.args[0], view, [args[1]], wraparound=False)

@intrinsic
def atomic_load(typingctx, array, index):
    def emit(context, builder, signature, args):
        return builder.load_atomic(at(context, builder, signature, args), "acquire", 8)
    return types.int64(array, types.intp), emit

@intrinsic
def atomic_add(typingctx, array, index, value):
    def emit(context, builder, signature, args):
        return builder.atomic_rmw("add", at(context, builder, signature, args), args[2], "acq_rel")
    return types.int64(array, types.intp, types.int64), emit

@njit(**FLAGS)
def meet(gate, team):                       # gate[0] counts arrivals, gate[8] counts meetings
    meeting = atomic_load(gate, 8)
    if atomic_add(gate, 0, 1) == team - 1:
        atomic_add(gate, 0, -team)
        atomic_add(gate, 8, 1)
    else:
        while atomic_load(gate, 8) == meeting:
            pass
"""


def indent(text, depth):
    """The text's lines, indented; one with # in it stands for four, one for each row."""
    lines = [line.replace("#", q) for line in text.strip().split("\n") for q in ("0123" if "#" in line else "0")]
    return "\n".join("    " * depth + line for line in lines)


def prange_text(parallel):
    return f"""{HEAD}
@njit(parallel={parallel}, **FLAGS)
def program(X, y, w, b, a, rounds, part):
    (m, n), blocks = X.shape, part.shape[0]
    for r in range(rounds):
        for p in prange(blocks):
{indent(BLOCK, 3)}
{indent(JOIN, 2)}
"""


POOL_TEXT = f"""{HEAD}
@njit(**FLAGS)
def step(X, y, w, b, part, low, high):
    (m, n), blocks = X.shape, part.shape[0]
    for p in range(low, high):
{indent(BLOCK, 2)}

@njit(**FLAGS)
def join(w, a, m, part):
    blocks, n = part.shape
{indent(JOIN, 1)}
"""

SPMD_TEXT = f"""{HEAD}{ATOMICS}
@njit(**FLAGS)
def program(X, y, w, b, a, rounds, part, me, team, gate):
    (m, n), blocks = X.shape, part.shape[0]
    for r in range(rounds):
        for p in range(me, blocks, team):
{indent(BLOCK, 3)}
        meet(gate, team)
        if me == 0:
{indent(JOIN, 3)}
        meet(gate, team)
"""

TEXTS = {"serial": prange_text(False), "a": prange_text(True), "b": POOL_TEXT, "c": SPMD_TEXT}


def load(way, folder):
    """A module from its text: a real file, so that cache=True works (see docs/cores.md)."""
    path = Path(folder) / f"way_{way}.py"
    if not path.exists():
        path.write_text(TEXTS[way])
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def runner(way, module, threads):
    """(X, y, w, b, a, rounds, part) -> None, changing w."""
    if way in ("serial", "a"):

        def run(*args):
            numba.set_num_threads(threads)
            module.program(*args)

        return run
    pool = ThreadPoolExecutor(threads)
    if way == "b":

        def run(X, y, w, b, a, rounds, part):
            blocks = len(part)
            cuts = [blocks * t // threads for t in range(threads + 1)]
            for _ in range(rounds):
                jobs = [pool.submit(module.step, X, y, w, b, part, cuts[t], cuts[t + 1]) for t in range(1, threads)]
                module.step(X, y, w, b, part, cuts[0], cuts[1])
                [job.result() for job in jobs]
                module.join(w, a, len(y), part)

        return run

    def run(*args):
        gate = np.zeros(16, np.int64)
        jobs = [pool.submit(module.program, *args, t, threads, gate) for t in range(threads)]
        [job.result() for job in jobs]

    return run


def numpy_best(X, y, w, b, a, rounds, part):
    e, g = np.empty(len(y)), np.empty(len(w))
    for _ in range(rounds):
        np.dot(X, w, e)
        e += b
        e -= y
        np.dot(X.T, e, g)
        g *= a / len(y)
        w -= g


def first_call(way, folder):
    """In a fresh process: seconds from the text to the end of the first call on a tiny input."""
    X = np.ones((8, 3))
    start = time.perf_counter()
    run = runner(way, load(way, folder), 2)
    run(X, np.ones(8), np.zeros(3), 0.5, 0.1, 1, np.empty((2, 3)))
    print(time.perf_counter() - start)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--size", default="100000x1000", help="rows x columns")
    options.add_argument("--rounds", type=int, help="rounds in a call (default: some 4e8 multiply-adds)")
    options.add_argument("--repeat", type=int, default=9)
    options.add_argument("--threads", type=int, default=os.cpu_count())
    options.add_argument("--first-call", nargs=2, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.first_call:
        return first_call(*chosen.first_call)
    m, n = (int(part) for part in chosen.size.split("x"))
    rounds = chosen.rounds or max(1, min(1000, int(4e8 / (m * n))))
    blocks = max(1, min(64, m // 128))
    print(f"{m} x {n}, {rounds} rounds a call, {blocks} blocks, {chosen.threads} threads\n")
    random = np.random.default_rng(0)
    X = random.standard_normal((m, n))
    y = random.standard_normal(m)
    part = np.empty((blocks, n))

    with tempfile.TemporaryDirectory() as folder:
        print("first call in a new process, ms     cold    cached")
        for way in TEXTS:
            command = [sys.executable, __file__, "--first-call", way, folder]
            times = [float(subprocess.check_output(command)) for _ in range(4)]
            print(f"  {way:32}{times[0] * 1e3:6.0f}    {statistics.median(times[1:]) * 1e3:6.0f}")
        modules = {way: load(way, folder) for way in TEXTS}
        runs = {"numpy": numpy_best, "serial": runner("serial", modules["serial"], 1)}
        runs |= {f"{way}, {t} threads": runner(way, modules[way], t) for way in "abc" for t in (1, chosen.threads)}
        results, times = {}, {name: [] for name in runs}
        for repeat in range(chosen.repeat + 1):
            for name, run in runs.items():
                w = np.zeros(n)
                start = time.perf_counter()
                run(X, y, w, 0.5, 0.01, rounds, part)
                if repeat:  # the first one warms up
                    times[name].append((time.perf_counter() - start) / rounds)
                results[name] = w
    base = statistics.median(times["numpy"])
    letters = {}  # equal letters: equal bits
    print("\nper round, µs                       median       min       max   numpy/this  bits")
    for name, taken in times.items():
        middle = statistics.median(taken)
        same = letters.setdefault(results[name].tobytes(), "ABCDEFGHIJ"[len(letters)])
        low, high = min(taken), max(taken)
        print(f"  {name:28}{middle * 1e6:12.2f}{low * 1e6:10.2f}{high * 1e6:10.2f}{base / middle:12.2f}  {same}")


if __name__ == "__main__":
    main()
