"""Several quantiles of the same array take one selection."""

import numpy as np
import pytest

import gdc

QUARTILES = """
input X: real[m, n]
output low := quantile(X, 0.25, axis=0), middle := median(X, axis=0), high := quantile(X, [0.75, 0.9], axis=0)
"""


def selections(script, **options):
    text = gdc.compile(script, **options).source("parallel").split("def native")[1].split("def small")[0]
    return text.count("ranked_rows(")


def test_one_selection():
    assert selections(QUARTILES) == 1
    assert selections(QUARTILES, without=["rankings"]) == 3


@pytest.mark.parametrize("m", [1, 2, 7, 2000])
@pytest.mark.parametrize("kind", ["plain", "ties", "nan"])
def test_the_same_numbers(m, kind):
    X = np.random.default_rng(m).standard_normal((m, 3))
    if kind == "ties":
        X = np.round(X)
    if kind == "nan":
        X[m//2, 1] = np.nan
    got = gdc.compile(QUARTILES).run({"X": X}, backend="parallel")
    np.testing.assert_allclose(got["low"], np.quantile(X, 0.25, axis=0), rtol=1e-14)
    np.testing.assert_array_equal(got["middle"], np.median(X, axis=0))
    apart = gdc.compile(QUARTILES, without=["rankings"]).run({"X": X}, backend="parallel")
    for name in ("low", "middle", "high"):
        np.testing.assert_array_equal(got[name], apart[name])


def test_only_what_is_evaluated_anyway_is_selected():
    """Of two arrays, along two axes, or in a branch that may not be taken: one each."""
    other = "input x, y: real[n]\na := median(x)\nb := median(y)\noutput a, b"
    axes = "input X: real[m, n]\na := median(X, axis=0)\nb := median(X, axis=1)\noutput a, b"
    branch = "input x: real[n]\nparam p: bool = false\na := median(x)\nb := 0.0\n"
    branch += "if p { b := quantile(x, 0.9) }\noutput a, b"
    assert selections(other) == selections(axes) == selections(branch) == 2


def test_a_place_that_needs_another_quantile_comes_after_it():
    script = "input x: real[n]\na := median(x)\nb := quantile(x, clip(a, 0, 1))\noutput a, b"
    assert selections(script) == 2
    x = np.random.default_rng(0).random(101)
    got = gdc.compile(script).run({"x": x}, backend="parallel")
    np.testing.assert_allclose(got["b"], np.quantile(x, np.median(x)), rtol=1e-13)


@pytest.mark.parametrize("backend", ["loops", "numpy", "parallel", "cuda"])
def test_no_selection_from_nothing_where_no_round_is_run(backend, monkeypatch):
    """It does not depend on the rounds, so it is computed before them; what refuses it stands inside."""
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    text = "input u: f32[m, n]\ns := 0.0\nfor i in 0..n { s := s + quantile(u, 0.2, axis=1)[0] }\noutput s"
    program = gdc.compile(text)
    assert program.run({"u": np.ones((2, 0), np.float32)}, backend=backend)["s"] == 0
    assert program.run({"u": np.ones((2, 3), np.float32)}, backend=backend)["s"] == 3
