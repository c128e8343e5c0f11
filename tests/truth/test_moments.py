"""Products and covariances on data that is hard: exact fractions judge."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

import gdc

UNIT = 2.0**-53
rng = np.random.default_rng(5)
BACKENDS = ["loops", "numpy", "parallel", "cuda"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_product_is_off_by_no_more_than_one_rounding_a_factor(backend, monkeypatch):
    """NumPy multiplies in order too: n - 1 roundings, whatever the order."""
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    X = np.exp(rng.uniform(-1, 1, (3, 3000))) * rng.choice([-1, 1], (3, 3000))
    program = gdc.compile("input X: real[m, n]; rows := prod(X, axis=1); one := prod(X[0])")
    result = program.run({"X": X}, backend=backend)
    for got, row in zip([*result["rows"], result["one"]], [*X, X[0]], strict=True):
        true = math.prod(map(Fraction, row))
        assert abs(Fraction(float(got)) / true - 1) <= len(row) * Fraction(UNIT)


def covariance(X):
    """Of the columns, as fractions."""
    columns = [[Fraction(v) for v in column] for column in X.T]
    away = [[v - sum(c) / len(c) for v in c] for c in columns]
    return [[sum(a * b for a, b in zip(one, two)) / (len(one) - 1) for two in away] for one in away]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_covariances_lose_no_digits_to_an_offset(offset, backend, monkeypatch):
    """Their error is that of the means, squared, and of one product: (x - mean) loses eps*|mean|, nothing else does."""
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    X = offset + rng.standard_normal((400, 3)) * [1.0, 1e-2, 30.0]
    X[:, 2] += 0.5 * X[:, 0]
    result = gdc.compile("input X: real[m, n]; C := cov(X); R := corr(X)").run({"X": X.T}, backend=backend)
    true = covariance(X)
    spread = [math.sqrt(true[k][k]) for k in range(3)]
    lost = [32 * UNIT * (1 + abs(offset) / s) for s in spread]
    for i in range(3):
        for j in range(3):
            bound = lost[i] + lost[j]
            size = spread[i] * spread[j]
            assert abs(float(result["C"][i, j]) - float(true[i][j])) <= bound * size
            assert abs(float(result["R"][i, j]) - float(true[i][j]) / size) <= 2 * bound
