"""The pass `firsts`: places of least and greatest values in steps that are joined, held against `loops` and NumPy."""

import re

import numpy as np
import pytest

import gdc

nan, inf = np.nan, np.inf
LONG = np.random.default_rng(3).integers(0, 9, 300_000).astype(float)     # many ties, many blocks


def with_nan(*places):
    x = LONG.copy()
    x[list(places)] = nan
    return x


VECTORS = [
    np.array([3.0, 1.0, 2.0, 1.0]), np.array([1.0]), np.array([0.0, -0.0, 0.0]), np.array([-0.0, 0.0]),
    np.array([inf, inf]), np.array([-inf, -inf, nan]), np.array([2.0, nan, 1.0, nan]), np.array([nan, inf]),
    LONG, with_nan(250_000, 70_001), with_nan(299_999), with_nan(0),
]


@pytest.mark.parametrize("name", ["argmin", "argmax"])
@pytest.mark.parametrize("precision", ["f64", "f32"])
def test_places_are_numpys(name, precision):
    program = gdc.compile(f"input x: real[n]\nr := {name}(x)", precision=precision)
    for x in VECTORS:
        x = x.astype(np.float32 if precision == "f32" else float)
        wanted = getattr(np, name)(x)
        for backend in ("numpy", "parallel") if x.size > 1000 else ("loops", "numpy", "parallel"):
            assert program.run({"x": x}, backend=backend)["r"] == wanted
    assert program.run({"x": LONG}, backend="parallel", threads=1)["r"] == getattr(np, name)(LONG)


@pytest.mark.parametrize("formula", [
    "argmin(A)", "argmax(A)", "argmin(A, axis=1)", "argmax(A, axis=1)", "argmin(A, axis=0)", "argmin(-A, axis=1)",
    "argmax(A + A[0, 0], axis=1)", "argmin(sin(exp(A)))", "argmin(A > 0)", "argmin(cast(A*3, int), axis=1)",
    "argmax(cast(A > 0, int))", "[argmin(A[i, j]^2 for j in 0..size(A, 1)) for i in 0..size(A, 0)]",
])
def test_all_targets_agree(formula):
    A = np.random.default_rng(5).standard_normal((7, 40))
    A[2, 5] = A[4, 30] = A[4, 31] = nan
    if "cast(A*3" in formula:
        A = np.nan_to_num(A)
    program = gdc.compile(f"input A: real[m, n]\nr := {formula}")
    wanted = program.run({"A": A}, backend="loops")["r"]
    for backend in ("numpy", "parallel"):
        np.testing.assert_array_equal(program.run({"A": A}, backend=backend)["r"], wanted)


def test_read_only_arrays():
    A = np.random.default_rng(5).standard_normal((30, 40))
    A.flags.writeable = False
    for backend in ("numpy", "parallel"):
        r = gdc.compile("input A: real[m, n]\nr := argmax(A, axis=1)").run({"A": A}, backend=backend)["r"]
        np.testing.assert_array_equal(r, np.argmax(A, axis=1))


@pytest.mark.parametrize("bad", [[], [0], [150_000, 99_999], [299_999]])
def test_the_first_failing_place_is_told(bad):
    """A check on places finds the first that fails in the blocks of all cores."""
    k = np.zeros(300_000, int)
    k[bad] = np.arange(len(bad)) + 7
    program = gdc.compile("input k: int[n]; input t: real[m]\nr := sum(t[k])")
    if not bad:
        assert program.run({"k": k, "t": np.ones(3)}, backend="parallel")["r"] == len(k)
        return
    with pytest.raises(gdc.Error, match=str(k[min(bad)])):
        program.run({"k": k, "t": np.ones(3)}, backend="parallel")


def test_a_check_of_places_takes_one_step_a_place():
    """Whether all are inside is known from the first that is not."""
    text, step = "input k: int[m, n]; input t: real[s]\nr := sum(t[k], axis=1)", re.compile(r"(\w+) = \1 and ")
    assert not step.search(gdc.compile(text).source("parallel"))
    assert step.search(gdc.compile(text, without=["firsts"]).source("parallel"))


def test_both_passes_are_shared():
    text = "input x: real[n]\nr := argmin(x)"
    assert gdc.compile(text).source("parallel").count("@shared(") == 2
    assert "@shared(" not in gdc.compile(text, without=["firsts"]).source("parallel")


@pytest.mark.parametrize("precision", ["f64", "f32"])
def test_extremes_of_rows_are_compared_in_any_order(precision):
    A = np.random.default_rng(7).standard_normal((300, 37)).astype(np.float32 if precision == "f32" else float)
    A[3, 5] = A[4, 36] = nan
    A[5], A[6], A[7, ::2] = -inf, inf, -0.0
    for name in ("min", "max"):
        program = gdc.compile(f"input A: real[m, n]\nr := {name}(A, axis=1)", precision=precision)
        np.testing.assert_array_equal(program.run({"A": A}, backend="parallel")["r"], getattr(A, name)(axis=1))
        assert {"min": "= least(", "max": "= greatest("}[name] in program.source("parallel")
        np.testing.assert_array_equal(program.run({"A": A[:, :1]}, backend="parallel")["r"], A[:, 0])
