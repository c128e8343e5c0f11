"""Loops whose rounds need the one before, as calls of a library: the answers are those of the rounds."""

import numpy as np
import pytest

import gdc

LOOPS = {
    "a filter": "input x: real[n]\n"
                "param a: real = 0.3\ns := like(x, 0)\nfor i in 1..n { s[i] := a*x[i] + (1 - a)*s[i - 1] }\n"
                "output s",
    "a quotient": "input x: real[n]\nfor i in 1..n - 1 { x[i] := (x[i + 1] + x[i] - x[i - 1]/2 + 1)/3 }\noutput x",
    "rows": "input X: real[n, n]\nfor i in 1..n - 1, j in 1..n - 1 {\n"
            "X[i, j] := (X[i - 1, j + 1] + X[i, j - 1] + X[i, j] + X[i, j + 1] + X[i + 1, j])/5 }\noutput X",
    "columns": "input X: real[n, n]\nfor j in 0..n, i in 1..n { X[i, j] := X[i, j] + 0.5*X[i - 1, j] }\noutput X",
    "a sum": "input x: real[n]\nfor i in 1..n { x[i] := x[i] + x[i - 1] }\noutput x",
    "a running greatest": "input x: real[n]\nfor i in 1..n { x[i] := max(x[i], x[i - 1]) }\noutput x",
    "steps": "input t: int[n]\nfor i in 1..n { t[i] := min(t[i], t[i - 1] + 2) }\noutput t",
    "steps down": "input t: int[n]\nfor i in 1..n { t[i] := max(t[i]*t[i], t[i - 1] - 3) }\noutput t",
    "with numbers": "input x: real[n]\ny := like(x, 1)\nfor i in 2..n { y[i] := 0.5*y[i - 1] + i*x[i - 2] }\noutput y",
    "letters": "input a: int[m]\ninput b: int[n]\nrow := arange(n + 1)\nfor i in 0..m {\nold := row\nrow[0] := i + 1\n"
               "for j in 0..n { row[j + 1] := min(old[j + 1] + 1, row[j] + 1, old[j] + (0 if a[i] == b[j] else 1)) }\n"
               "}\noutput row",
}
STAY = {
    "two before": "input x: real[n]\nfor i in 2..n { x[i] := x[i - 1] + x[i - 2] }\noutput x",
    "a factor that changes": "input x: real[n]\nfor i in 1..n { x[i] := x[i]*x[i - 1] + 1 }\noutput x",
    "a square": "input x: real[n]\nfor i in 1..n { x[i] := x[i - 1]^2/9 }\noutput x",
    "a row that may be its own": "input X: real[n, n]\nparam k: int = 1\n"
                                 "for i in 1..n, j in 1..n { X[i, j] := X[k, j - 1] + 0.5*X[i, j - 1] }\noutput X",
    "a factor of its own": "input x: real[n]\nfor i in 2..n { x[i] := x[i] + x[1]*x[i - 1] }\noutput x",
}


def given(script, n, seed=0):
    rng = np.random.default_rng(seed)
    made = {"x": rng.standard_normal(n), "X": rng.standard_normal((n, n)), "t": rng.integers(-9, 9, n),
            "a": rng.integers(0, 3, n + 2), "b": rng.integers(0, 3, n)}
    return {name: value for name, value in made.items() if f"input {name}:" in script}


def agree(script, values, precision="f64"):
    program = gdc.compile(script, precision=precision)
    want, got = (next(iter(program.run(values, backend=b).values())) for b in ("loops", "numpy"))
    assert got.dtype == want.dtype
    np.testing.assert_allclose(got, want, rtol=1e-12 if precision == "f64" else 1e-4, atol=1e-14)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 40])
@pytest.mark.parametrize("name", LOOPS)
def test_answers(name, n):
    if n or name in ("steps", "steps down", "a sum"):
        agree(LOOPS[name], given(LOOPS[name], n))


@pytest.mark.parametrize("name", LOOPS)
def test_single_precision(name):
    values = {k: v.astype(np.float32) if v.dtype == float else v for k, v in given(LOOPS[name], 30).items()}
    agree(LOOPS[name], values, "f32")


@pytest.mark.parametrize("name", LOOPS)
def test_text(name):
    text = gdc.compile(LOOPS[name]).plan("numpy").text.split("def program")[1]
    assert "filtered(known1" in text or "accumulated(np." in text
    assert "filtered(" not in gdc.compile(LOOPS[name], strict=True).plan("numpy").text


@pytest.mark.parametrize("name", STAY)
def test_others_stay(name):
    text = gdc.compile(STAY[name]).plan("numpy").text
    assert "filtered(" not in text and "accumulated(" not in text
    agree(STAY[name], given(STAY[name], 7))


@pytest.mark.parametrize("odd", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("name", ["a filter", "a quotient", "a sum", "a running greatest"])
def test_what_is_not_finite(name, odd):
    x = np.random.default_rng(1).standard_normal(9)
    x[[0, 5]] = odd, 3
    agree(LOOPS[name], {"x": x})
    x[[0, 4]] = 1, odd
    agree(LOOPS[name], {"x": x})


@pytest.mark.parametrize("end", [2**63 - 1, -2**63, 2**62])
def test_ints_at_their_ends(end):
    t = np.array([0, 5, end, 4, 7, -3])
    agree(LOOPS["steps"], {"t": np.minimum(t, 2**63 - 5)})
    agree("input t: int[n]\nfor i in 1..n { t[i] := max(t[i], t[i - 1] + 2) }\noutput t", {"t": np.minimum(t, 2**62)})


def test_other_layouts():
    X = np.random.default_rng(2).standard_normal((12, 12))
    for name in ("rows", "columns"):
        for same in (np.asfortranarray(X), X[::2, ::2], X.T):
            agree(LOOPS[name], {"X": same})
