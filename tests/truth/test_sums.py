"""Sums on data that is hard to add: blocks and trees are as exact as NumPy's pairs, and loops adds in order."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

import gdc

UNIT = 2.0**-53
MOST = 32           # units of what is added up; adding in order would be off by hundreds and more
rng = np.random.default_rng(7)


def data(n):
    """Names and vectors: large offsets, wide ranges, cancellation, falling sizes, alternating signs."""
    places = np.arange(n)
    return {
        "offset": 1e8 + rng.random(n),
        "constant": np.full(n, 0.1),
        "wide": np.exp(rng.uniform(-30, 30, n)),
        "cancelling": rng.standard_normal(n) * 10.0 ** rng.integers(-8, 9, n),
        "falling": 1 / (1.0 + places) ** 2,
        "alternating": np.where(places % 2, -1, 1) * (1 + rng.random(n)),
    }


SCRIPT = """
input x: real[n]
total := sum(x); average := mean(x); spread := var(x); deviation := std(x); length := norm(x)
sizes := sum(abs(x[i]) for i)
largest := logsumexp(log(abs(x)))
"""


def truth(x):
    """The values, and what their errors are relative to."""
    total, sizes, squares = math.fsum(x), math.fsum(abs(x)), math.fsum(np.float64(v) * v for v in x)
    average = Fraction(total) / len(x)
    spread = float(sum((Fraction(v) - average) ** 2 for v in x) / len(x))
    moved = spread + float(average**2) * MOST**2 * UNIT     # a mean is off by units of itself, and that is squared
    return {
        "total": (total, sizes), "average": (float(average), sizes / len(x)), "spread": (spread, moved),
        "deviation": (math.sqrt(spread), math.sqrt(spread) + abs(float(average))), "sizes": (sizes, sizes),
        "length": (math.sqrt(squares), math.sqrt(squares)),
        "largest": (math.log(sizes), max(1, abs(math.log(sizes)))),
    }


@pytest.mark.parametrize(("backend", "n"),
                         [("numpy", 50_000), ("parallel", 50_000), ("parallel", 3_000), ("cuda", 20_000)])
def test_sums_are_as_exact_as_pairwise_ones(backend, n, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    program = gdc.compile(SCRIPT)
    for name, x in data(n).items():
        result = program.run({"x": x}, backend=backend)
        for key, (value, size) in truth(x).items():
            off = float(abs(result[key] - value).max()) / (UNIT * size)
            assert off <= MOST, f"{key} of {name}: {off:.0f} units"


def test_a_sum_in_order_would_be_noticed():
    x = data(50_000)["constant"]
    in_order = gdc.compile("s := sum(x)").run({"x": x}, backend="loops")["s"]
    assert in_order == sum(x.tolist())
    assert abs(in_order - math.fsum(x)) > MOST * UNIT * math.fsum(x)
