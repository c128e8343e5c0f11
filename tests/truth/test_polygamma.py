"""The derivatives of gamma's logarithm, of every order: as exact as the op table says, mpmath judges."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from mpmath_judge import BITS, mpf, ulps

import gdc
from gdc.compiler.ops import OPS

BACKENDS = ["loops", "numpy", "parallel", "cuda"]
SCRIPT = """
input x: real[n]
first := grad(sum(lgamma(x)), x)
second := grad(sum(first), x)
third := grad(sum(second), x)
of_gamma := grad(sum(gamma(x)), x)
"""
rng = np.random.default_rng(11)
POINTS = np.concatenate([
    rng.uniform(0, 5, 20), rng.uniform(-30, 0, 20), np.ldexp(1 + rng.random(20), rng.integers(-300, 300, 20)),
    np.rint(rng.uniform(-40, 0, 20)) * (1 + rng.choice([-1, 1], 20) * 2.0 ** -rng.uniform(1, 40, 20)),
    [1.4616321449683623, -0.5040830082644554, 1, 2, 100.5, -100.5, -1000.25, 1e15]])
POINTS = POINTS[(POINTS > 0) | (POINTS != np.rint(POINTS))]


def truth(order, x):
    """The value, and the size of what it is added up from: it has zeros, where it is as exact as its parts."""
    with mpmath.workprec(BITS):
        x = mpf(float(x))
        value = mpmath.psi(order, x)
        near = x - mpmath.floor(x)
        parts = [near, 1 - near, 1 - x] if x < 0 else [x + 1]
        return value, max(abs(value), mpf(order == 0), *(abs(mpmath.psi(order, p)) for p in parts))


@pytest.mark.parametrize("backend", BACKENDS)
def test_derivatives_of_every_order(backend, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    result = gdc.compile(SCRIPT).run({"x": POINTS}, backend=backend)
    for order, name in enumerate(("first", "second", "third")):
        for got, x in zip(result[name], POINTS):
            value, size = truth(order, x)
            if abs(value) < 1e300:
                off = ulps(float(got), value, np.dtype(np.float64), size)
                assert off <= OPS["polygamma"].ulp[backend], f"{name} at {x}: {off:.0f} units"
    for got, x in zip(result["of_gamma"], POINTS):
        with mpmath.workprec(BITS):
            value, size = (mpmath.gamma(mpf(float(x))) * v for v in truth(0, x))
        if 1e-290 < abs(value) < 1e290:
            assert abs(got - value) <= 1e-13 * abs(size), x


@pytest.mark.parametrize("backend", BACKENDS)
def test_in_32_bits_it_is_rounded_once_more(backend, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    x = rng.uniform(0.1, 30, 40).astype(np.float32)
    got = gdc.compile(SCRIPT, precision="f32").run({"x": x}, backend=backend)
    for order, name in enumerate(("first", "second", "third")):
        want = [float(truth(order, v)[0]) for v in x]
        assert got[name].dtype == np.float32
        np.testing.assert_allclose(got[name], want, rtol=3e-7, atol=1e-7)


@pytest.mark.parametrize("backend", BACKENDS)
def test_edges_are_those_of_scipy(backend, monkeypatch):
    from scipy import special

    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    x = np.array([0.0, -0.0, -1.0, -7.0, np.inf, -np.inf, np.nan, 5e-324])
    got = gdc.compile(SCRIPT).run({"x": x}, backend=backend)
    np.testing.assert_array_equal(got["first"], special.digamma(x))
    for order, name in ((1, "second"), (2, "third")):       # at the poles below 0 SciPy has inf
        np.testing.assert_array_equal(got[name], np.where(x < 0, np.nan, special.polygamma(order, x)))
