"""Cholesky's factor and solves by a triangle on parallel: LAPACK on arrays as they lie."""

import numpy as np
import pytest

import gdc

SCRIPT = """
input A: real[n, n]
input b: real[n]
L := cholesky(A)
x := solve(L.T, solve(L, b, lower=true), upper=true)
y := solve(L, solve(L.T, b, upper=true), lower=true)
output L, x, y
"""


def definite(n, kind):
    rng = np.random.default_rng(n)
    B = rng.standard_normal((n, n)) + (1j*rng.standard_normal((n, n)) if kind is complex else 0)
    return B@B.conj().T + n*np.eye(n)


def test_nothing_is_turned():
    text = gdc.compile(SCRIPT).source("parallel").split("def native")[1]
    assert "cholesky_d(" in text and "solved_upper_turned_d(L, " in text and "solved_lower_d(L, " in text
    assert "np.linalg" not in text and "np.empty((n, n))" not in text


@pytest.mark.parametrize("n", [0, 1, 2, 9, 130])
@pytest.mark.parametrize("kind", [float, complex])
@pytest.mark.parametrize("precision", ["f64", "f32"])
def test_cholesky_and_both_solves(n, kind, precision):
    script = SCRIPT if kind is float else SCRIPT.replace("real[", "complex[").replace("L.T, b", "conj(L.T), b").replace(
        "solve(L.T, s", "solve(conj(L.T), s")
    A, b = definite(n, kind), np.arange(n) + 1.0
    wide = np.dtype(kind if precision == "f64" else "c8" if kind is complex else "f4")
    upper_is_not_read = np.tril(A) + np.triu(np.full((n, n), 7.0), 1)
    tolerance = {"rtol": 1e-9, "atol": 1e-9} if precision == "f64" else {"rtol": 2e-3, "atol": 2e-3}
    for given in (A, np.asfortranarray(A), np.repeat(A, 2, axis=0)[::2], upper_is_not_read):
        got = gdc.compile(script, precision=precision).run(
            {"A": given.astype(wide), "b": b.astype(wide)}, backend="parallel")
        L = np.linalg.cholesky(A)
        np.testing.assert_allclose(got["L"], L, **tolerance)
        np.testing.assert_allclose(got["x"], np.linalg.solve(A, b), **tolerance)
        np.testing.assert_allclose(got["y"], np.linalg.solve(L.conj().T.T.conj(), np.linalg.solve(
            L.conj().T if kind is complex else L.T, b)), **tolerance)


@pytest.mark.parametrize(("place", "number"), [((0, 0), np.nan), ((2, 2), -100.0), ((2, 1), np.inf), ((3, 0), np.nan)])
def test_what_has_no_factor_is_refused(place, number):
    A = definite(4, float)
    A[place] = number
    for target in ("loops", "parallel"):
        with pytest.raises(gdc.Error, match="value error.*not positive definite"):
            gdc.compile(SCRIPT).run({"A": A, "b": np.ones(4)}, backend=target)


def test_a_singular_triangle_is_refused():
    program = gdc.compile("input T: real[n, n]\ninput b: real[n]\nx := solve(T.T, b, upper=true)")
    T = np.tril(np.ones((3, 3)))
    np.testing.assert_allclose(program.run({"T": T, "b": [3, 2, 1]}, backend="parallel")["x"], [1, 1, 1])
    T[1, 1] = 0
    with pytest.raises(gdc.Error, match="singular"):
        program.run({"T": T, "b": [3.0, 2, 1]}, backend="parallel")
