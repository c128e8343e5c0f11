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


ROWS = """
input X: real[m, n]
total := sum(X, axis=1); average := mean(X, axis=1); spread := var(X, axis=1); deviation := std(X, axis=1)
length := norm(X, axis=1); sizes := [sum(abs(X[i, k]) for k) for i]; largest := logsumexp(log(abs(X)), axis=1)
everything := sum(X)
for i in 0..1 { written := 0.0; for k in 0..n { written += X[1, k] } }
"""


@pytest.mark.parametrize(("backend", "n"),
                         [("numpy", 50_000), ("parallel", 50_000), ("parallel", 3_000), ("cuda", 4_000)])
def test_sums_along_a_row_are_as_exact_as_pairwise_ones(backend, n, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    program = gdc.compile(ROWS)
    for name, x in data(n).items():
        X = np.array([x, x[::-1] / 3, -x])
        result = program.run({"X": X}, backend=backend)
        for row, x in enumerate(X):
            for key, (value, size) in truth(x).items():
                off = float(abs(result[key][row] - value)) / (UNIT * size)
                assert off <= MOST, f"{key} of row {row} of {name}: {off:.0f} units"
        for key, of in (("everything", X.ravel()), ("written", X[1])):
            value, size = truth(of)["total"]
            assert abs(float(result[key]) - value) <= MOST * UNIT * size, f"{key} of {name}"


@pytest.mark.parametrize("backend", ["numpy", "parallel", "cuda"])
@pytest.mark.parametrize("shape", [(20_000,), (2, 10_000), (10_000, 2)])
def test_sums_of_complex_numbers_are_too(backend, shape, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    z = np.full(shape, 0.1 + 0.7j)
    letters = "m, n"[:4 * len(shape) - 3]
    axes = ", axis=1" if len(shape) == 2 else ""
    result = gdc.compile(f"input z: complex[{letters}]\ns := sum(z); r := sum(z{axes})").run({"z": z}, backend=backend)
    for key, whole in (("s", z.ravel()[None]), ("r", z.reshape(-1, shape[-1]))):
        for got, row in zip(np.atleast_1d(result[key]), whole, strict=True):
            true = complex(math.fsum(row.real), math.fsum(row.imag))
            assert abs(got - true) <= MOST * UNIT * math.fsum(abs(row))


@pytest.mark.parametrize("backend", ["parallel", "cuda"])
def test_what_is_no_number_stays_what_it_is(backend, monkeypatch):
    """What adding up loses is nan beside inf, and must not spoil the sum."""
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    X = np.ones((6, 1000))
    X[0, 10], X[1, 500], X[2, 3], X[2, 900], X[3, 700] = np.inf, -np.inf, np.inf, -np.inf, np.nan
    X[4, :], X[5, :] = 1e306, -0.0
    result = gdc.compile("input X: real[m, n]\ns := sum(X, axis=1); t := sum(X); u := sum(X[0])").run(
        {"X": X}, backend=backend)
    assert np.array_equal(result["s"], [np.inf, -np.inf, np.nan, np.nan, np.inf, 0], equal_nan=True)
    assert np.isnan(result["t"]) and result["u"] == np.inf


def test_a_sum_in_order_would_be_noticed():
    x = data(50_000)["constant"]
    in_order = gdc.compile("s := sum(x)").run({"x": x}, backend="loops")["s"]
    assert in_order == sum(x.tolist())
    assert abs(in_order - math.fsum(x)) > MOST * UNIT * math.fsum(x)
