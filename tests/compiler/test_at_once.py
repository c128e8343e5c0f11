"""Nests that are computed at once where no round sees what another has written: the answers are those of the rounds."""

import numpy as np
import pytest

import gdc

PATHS = """
input D: real[n, n]
for k in 0..n, i in 0..n, j in 0..n {
    if D[i, k] + D[k, j] < D[i, j] { D[i, j] := D[i, k] + D[k, j] }
}
output D
"""
PART = """
input A: real[m, n]
for i in 1..m - 1, j in 0..n - 1 { A[i, j + 1] := A[i, j + 1] + A[0, j]*A[i, 0] - A[1, 1] }
output A
"""
COUNTS = """
input T: int[n, n]
for i in 0..n, j in 0..n { T[i, j] := max(T[i, j], T[0, j]*T[i, 0]) }
output T
"""


def both(script, **values):
    program = gdc.compile(script)
    return [next(iter(program.run(values, backend=b).values())) for b in ("loops", "numpy")]


def same(script, **values):
    want, got = both(script, **values)
    assert got.dtype == want.dtype
    np.testing.assert_array_equal(got, want)
    if got.dtype == float:
        np.testing.assert_array_equal(np.signbit(got[got == 0]), np.signbit(want[want == 0]))


def test_the_text_has_array_operations_and_the_rounds():
    text = gdc.compile(PATHS).plan("numpy").text
    assert "D_2[:, k]" in text and "for j in range(n)" in text
    assert gdc.compile(PATHS, without=("at_once",)).plan("numpy").text.count("np.where") == 0


@pytest.mark.parametrize("n", [0, 1, 2, 9])
def test_shortest_paths(n):
    D = np.random.default_rng(0).uniform(1, 100, (n, n))
    np.fill_diagonal(D, 0)
    same(PATHS, D=D)


@pytest.mark.parametrize("seed", range(4))
def test_negative_circles_need_the_rounds(seed):
    """A way round that gets shorter changes row k while it is read."""
    same(PATHS, D=np.random.default_rng(seed).uniform(-2, 5, (7, 7)))


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, -0.0])
def test_odd_numbers(odd):
    D = np.random.default_rng(1).uniform(0, 9, (6, 6))
    D[[0, 2, 4, 4], [0, 3, 4, 1]] = odd
    same(PATHS, D=D)


def test_zeros_of_either_sign():
    D = np.zeros((4, 4))
    D[1] = -0.0
    same("input D: real[n, n]\nfor i in 0..n, j in 0..n { D[i, j] := D[i, 1]*D[1, j] }\noutput D", D=D)


@pytest.mark.parametrize("shape", [(0, 3), (1, 1), (2, 2), (5, 4)])
def test_a_part_of_an_array(shape):
    if min(shape) > 1:
        A = np.arange(np.prod(shape), dtype=float).reshape(shape)
        A[1, 1] = 0
        same(PART, A=A)
        A[0] = 0
        same(PART, A=A)


@pytest.mark.parametrize("high", [2, 4])
def test_ints(high):
    same(COUNTS, T=np.random.default_rng(2).integers(0, high, (6, 6)))


def test_other_layouts():
    D = np.random.default_rng(3).uniform(1, 9, (12, 12))
    same(PATHS, D=np.asfortranarray(D))
    same(PATHS, D=D[::2, ::2])


@pytest.mark.parametrize("script", [
    "input x: real[n]\nfor i in 1..n { x[i] := x[i] + x[i - 1] }\noutput x",            # every round reads another's
    "input x: real[n]\nfor i in 0..n { print x[0]\n x[i] := x[i] + x[0] }\noutput x",   # it prints in between
])
def test_other_loops_stay(script):
    program = gdc.compile(script)
    assert "for i in" in program.plan("numpy").text.split("def program")[1]
    want, got = (program.run({"x": np.arange(5.0)}, backend=b, show=lambda _: None)["x"] for b in ("loops", "numpy"))
    np.testing.assert_array_equal(got, want)
