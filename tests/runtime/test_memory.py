"""Arrays that memory does not hold: an error of kind "limit" at the formula, before the work where sizes tell."""

import numpy as np
import pytest

import gdc

TARGETS = ("loops", "numpy", "parallel")
ALL_TARGETS = (*TARGETS, "cuda")
ON_ENTRY = (
    "x := 1\ny := [i*j for i in 0..n, j in 0..n]",
    "x := 1\ny := sum([i*j*1.0 for i in 0..n, j in 0..n])",
    "x := 1\ny := exp(eye(n))@ones(n)",
    "m := n*n\ny := zeros(m, m)",
    "x := 1\ny := [[i*1.0, j*1.0] for i in 0..n, j in 0..2*n + 1 by 2]",
)
DURING = (
    "m := n; repeat 1 { m := m + 1 }\ny := [i*j for i in 0..m, j in 0..m]",
    "m := n; repeat 1 { m := m + 1 }\ny := [m, 1.0]@ones(2, m*m)",
    "s := 0; for i in 0..2 {\ny := [a + b*i for a in 0..n, b in 0..n]; print y[0, 0] }",
    "s := 0; for m in n..n + 2 {\ny := zeros(m, m)/2; print y[m - 1, 1] }",
)


def outcome(text, target, **values):
    program = gdc.compile(f"input n: int; {text}")
    with pytest.raises(gdc.Error) as caught:
        program.run(values, target, show=lambda *_: None)
    return caught.value


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("n", [10**6, 10**10, 2**62], ids="{:.0e}".format)
@pytest.mark.parametrize("text", ON_ENTRY)
def test_sizes_known_on_entry(text, n, target):
    error = outcome(text, target, n=n)
    assert (error.kind, error.line) == ("limit", 2)
    assert "of memory, and" in error.message and "are free" in error.message


@pytest.mark.parametrize("target", ["numpy", "parallel"])
def test_what_is_never_made_needs_none(target):
    """A diagonal matrix in a product only scales: one of 8 TB is never made."""
    given = {"X": np.ones((1_000_000, 2)), "s": np.full(1_000_000, 0.5)}
    program = gdc.compile("input X: real[m, n]\ninput s: real[m]\nG := X.T@diag(s)@X")
    np.testing.assert_allclose(program.run(given, target).G, np.full((2, 2), 5e5))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("text", DURING)
def test_sizes_found_on_the_way(text, target):
    error = outcome(text, target, n=2 * 10**7)
    assert (error.kind, error.line) == ("limit", 2)
    assert "memory does not hold" in error.message or "of memory, and" in error.message    # found on entry, or later


@pytest.mark.parametrize("target", TARGETS)
def test_max_memory_bounds_tables(target):
    program = gdc.compile("input n: int\ny := [i + j for i in 0..n, j in 0..n]")
    assert program.run({"n": 100}, target, max_memory=100_000).y.shape == (100, 100)
    assert program.run({"n": -5}, target, max_memory=1).y.shape == (0, 0)
    with pytest.raises(gdc.Error, match="needs 125 kB of memory, and max_memory allows 100 kB"):
        program.run({"n": 125}, target, max_memory=100_000)


@pytest.mark.parametrize("target", ALL_TARGETS)
@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x := 1\nG := X@X.T", "X@X.T"),
        ("x := 1\nG := outer(X[:, 0], X[:, 1])", "outer(X[:, 0], X[:, 1])"),
        ("x := 1\nG := X[:, 0][:, new] + X[:, 1][new, :]", "X[:, 0][:, new] + X[:, 1][new, :]"),
        ("r := 0.0; repeat 2 {\nG := X@X.T; r += G[0, 1] }", "X@X.T"),
    ],
)
def test_what_formulas_make_is_looked_at_before_any_work(text, what, target, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    program = gdc.compile(f"input X: real[m, n]; {text}\noutput G")
    rows = np.ones((400_000, 2))
    with pytest.raises(gdc.Error) as caught:
        program.run({"X": rows}, target)
    assert (caught.value.kind, caught.value.line) == ("limit", 2)
    assert caught.value.message.startswith(f"{what} needs 1.28 TB of memory, and ")
    with pytest.raises(gdc.Error, match="needs 80 kB of memory, and max_memory allows 10 kB"):
        program.run({"X": rows[:100]}, target, max_memory=10_000)
    assert program.run({"X": rows[:20]}, target, max_memory=10_000).G.shape == (20, 20)


@pytest.mark.parametrize("target", ["numpy", "parallel"])
def test_a_chain_that_order_makes_cheap_is_not_refused(target):
    program = gdc.compile("input X: real[m, n]; input x: real[m]\ny := X@X.T@x")
    rows = np.ones((400_000, 2))
    np.testing.assert_allclose(program.run({"X": rows, "x": rows[:, 0]}, target).y, 8e5)


@pytest.mark.parametrize("target", ALL_TARGETS)
@pytest.mark.parametrize(
    "text",
    ["if m < 10 { G := X@X.T; r := G[0, 0] }", "for k in 0..2 { stop if m > 10; G := (X + k)@X.T; r += G[0, 1] }"],
)
def test_what_may_never_be_made_is_not_refused(text, target, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    program = gdc.compile(f"input X: real[m, n]; r := 0.0; {text}\noutput r")
    assert program.run({"X": np.ones((400_000, 2))}, target).r == 0
