"""Arrays that memory does not hold: an error of kind "limit" at the formula, before the work where sizes tell."""

import pytest

import gdc

TARGETS = ("loops", "numpy", "parallel")
ON_ENTRY = (
    "x := 1\ny := [i*j for i in 0..n, j in 0..n]",
    "x := 1\ny := sum([i*j*1.0 for i in 0..n, j in 0..n])",
    "x := 1\ny := eye(n)@ones(n)",
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


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("text", DURING)
def test_sizes_found_on_the_way(text, target):
    error = outcome(text, target, n=2 * 10**7)
    assert (error.kind, error.line) == ("limit", 2)
    assert "memory does not hold" in error.message


@pytest.mark.parametrize("target", TARGETS)
def test_max_memory_bounds_tables(target):
    program = gdc.compile("input n: int\ny := [i + j for i in 0..n, j in 0..n]")
    assert program.run({"n": 100}, target, max_memory=100_000).y.shape == (100, 100)
    assert program.run({"n": -5}, target, max_memory=1).y.shape == (0, 0)
    with pytest.raises(gdc.Error, match="needs 125 kB of memory, and max_memory allows 100 kB"):
        program.run({"n": 125}, target, max_memory=100_000)
