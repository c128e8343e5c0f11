"""Rounds of a few operations on parallel: many are done between two looks at what the host asks."""

import numpy as np
import pytest

import gdc

SMOOTHING = """
input x: real[n]
s := like(x, 0)
s[0] := x[0]
for i in 1..n {
    s[i] := 0.3*x[i] + 0.7*s[i - 1]
}
output s
"""


@pytest.mark.parametrize("n", [1, 2, 1024, 1025, 1026, 5000])
def test_a_recurrence(n):
    x = np.random.default_rng(n).standard_normal(n)
    s = x.copy()
    for i in range(1, n):
        s[i] = 0.3*x[i] + 0.7*s[i - 1]
    got = gdc.compile(SMOOTHING).run({"x": x}, backend="parallel")["s"]
    np.testing.assert_allclose(got, s, rtol=1e-11, atol=1e-14)


def test_the_host_is_heard_between_many_rounds():
    text = gdc.compile(SMOOTHING).source("parallel").split("def native")[1]
    inner = text.split("for i in range(start")[1].split("return")[0]
    assert "heard" not in inner and "s[natural(i - 1)]" in inner and "heard(control, 0)" in text


@pytest.mark.parametrize("body", [
    "s := 0.5*s + i\n    stop if s > 30",                # left early
    "s := 0.5*s + i\n    print s",                      # tells something
    "s := 0.5*s + i\n    for j in 0..i { s := sin(s) }",      # may take long
])
def test_other_rounds_are_told_one_by_one(body):
    script = f"param n: int = 40\ns := 0.0\nfor i in 0..n {{\n    {body}\n}}\noutput s"
    assert "1024" not in gdc.compile(script).source("parallel").split("def native")[1]
    found = [gdc.compile(script).run({}, backend=t)["s"] for t in ("loops", "parallel")]
    np.testing.assert_allclose(*found)


def test_places_before_the_first_are_counted_from_nowhere():
    """What may lie below 0 is never taken for a place that does not: it is an index error."""
    script = "input x: real[n]\ns := x\nfor i in 1..n {\n    s[i] := s[i] + s[i - 2]\n}\noutput s"
    for target in ("loops", "parallel"):
        with pytest.raises(gdc.Error, match="index error"):
            gdc.compile(script).run({"x": np.ones(5)}, backend=target)
