"""Every elementwise function within the bounds of the op table's column `ulp`, in 64 and in 32 bits: mpmath judges.

`pytest tests/truth --truth 2000 -s` takes so many points of each sort, not a few, and prints the greatest errors.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from mpmath_judge import TRUTH, added_up, true_value, ulps
from points import TWO, points

import gdc
from gdc.compiler.ops import OPS

SIGNS = {"add": "x + y", "sub": "x - y", "mul": "x*y", "div": "x/y", "pow": "x^y", "mod": "x % y", "floordiv": "x//y"}
WIDTHS = {"f64": np.dtype(np.float64), "f32": np.dtype(np.float32)}
JUDGED = [name for name in TRUTH if not OPS[name].hidden]


@pytest.fixture(scope="module")
def judged(request):
    """For each width the arguments of every function and the true values there."""
    count, seed = request.config.getoption("--truth") or 12, request.config.getoption("--truth-seed")
    found = {}
    for width, kind in WIDTHS.items():
        rng = np.random.default_rng(seed)
        for name in JUDGED:
            args = points(name, count, kind, rng)
            found[width, name] = args, [true_value(name, *at) for at in zip(*args)]
    return found


def script(width: str, names: list[str]) -> str:
    """A program that computes functions at their own arguments."""
    lines = []
    for name in names:
        x, y = f"x_{name}", f"y_{name}"
        both = f"{x}, {y}" if name in TWO else x
        formula = SIGNS[name].replace("x", x).replace("y", y) if name in SIGNS else f"{name}({both})"
        lines += [f"input {both}: {width}[n_{name}]", f"r_{name} := {formula}"]
    return "\n".join(lines)


@pytest.mark.parametrize("backend", ["loops", "numpy", "parallel", "cuda"])
@pytest.mark.parametrize("width", WIDTHS)
def test_within_the_bound(width, backend, judged, monkeypatch, request):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    full = request.config.getoption("--truth")
    names = JUDGED if full or (width, backend) != ("f32", "parallel") else JUDGED[::4]      # compiling takes long
    given = {f"{letter}_{name}": values for name in names for letter, values in zip("xy", judged[width, name][0])}
    result = gdc.compile(script(width, names)).run(given, backend=backend)
    wrong = []
    for name in names:
        got = result[f"r_{name}"]
        assert got.dtype == WIDTHS[width]
        worst, at = greatest(name, backend, got, *judged[width, name])
        if full:
            print(f"{backend:8} {width} {name:9} {worst:6.3f} of {OPS[name].ulp[backend]}")
        if worst > OPS[name].ulp[backend]:
            wrong.append(f"{name}{tuple(map(float, at))}: {worst:.3g} ulp of {OPS[name].ulp[backend]}")
    assert not wrong, "\n".join(wrong)


def greatest(name, backend, got, args, truth):
    """The greatest error of a function's answers, and where; where there is no real value, any number is wrong."""
    worst, at = 0.0, ()
    for answer, value, *place in zip(got, truth, *args):
        if value is None:
            off = 0.0 if not math.isfinite(answer) else math.inf
        else:
            size = None if OPS[name].ulp[backend] == OPS[name].ulp["loops"] else added_up(name, value, place[0])
            off = ulps(float(answer), value, got.dtype, size)
        if off > worst:
            worst, at = off, tuple(place)
    return worst, at


def test_every_function_is_judged():
    """A row that rounds is in the table of truths, or moves or chooses among numbers."""
    chooses = """neg abs sign floor ceil round trunc minimum maximum clip where eq ne lt le gt ge and or not isnan isinf
        isfinite real imag conj bitand bitor bitxor bitnot shl shr random_bits random_below""".split()
    assert {row.name for row in OPS.values() if row.kind == "MAP"} == TRUTH.keys() | set(chooses)


def test_the_judge_notices():
    """One unit off is one unit, infinity for a number is wrong, and past the greatest number it is right."""
    kind = np.dtype(np.float64)
    assert ulps(math.nextafter(math.exp(1), 3), true_value("exp", 1.0), kind) > 0.5
    assert ulps(math.inf, true_value("exp", 709.0), kind) > 1e6
    assert ulps(math.inf, true_value("exp", 710.0), kind) == 0
    assert ulps(-math.inf, true_value("exp", 710.0), kind) == math.inf
    assert ulps(0.0, true_value("exp", -744.0), kind) > 1
