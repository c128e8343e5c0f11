"""Derivatives through loops: held against difference quotients; what they keep of a loop, and what they need not."""

import re

import numpy as np
import pytest

import gdc
from gdc.compiler.passes import grad as grad_pass

TARGETS = ("loops", "numpy", "parallel")
SECOND = """
input x: real
s := 1.0
repeat 4 { s := s*x + sin(x) }
first := grad(s, x)
second := grad(first, x)
t := x
while t < 50 { t := t*x + 1/x }
g := grad(t, x)
h := grad(g, x)
"""
DESCENT = """
input A: real[m, n]
input y: real[m]
input a: real
param rounds: int = 30
w := zeros(n)
for i in 0..rounds { w := w - a*sin(i + 1)*A.T@(A@w - y + 0.1*w[0]^2) }
J := sum((A@w - y)^2)
da := grad(J, a)
"""
DATA = {"A": np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.25]]), "y": np.array([1.0, 0.5, -0.5])}


def difference(program, output, name, at, **others):
    """A central difference quotient of fourth order."""
    h = 1e-3

    def value(x):
        return float(program.run({name: x, **others}, "loops")[output])

    return (8*(value(at + h) - value(at - h)) - (value(at + 2*h) - value(at - 2*h)))/(12*h)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("output", "of"), [("second", "first"), ("h", "g"), ("g", "t")])
def test_second_derivatives(output, of, target):
    program = gdc.compile(SECOND)
    np.testing.assert_allclose(program.run({"x": 1.3}, target)[output], difference(program, of, "x", 1.3), rtol=1e-7)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("rounds", [0, 1, 2, 3, 16, 17, 24, 25, 30])
def test_segments_give_the_same(rounds, target, monkeypatch):
    given = {**DATA, "a": 0.05, "rounds": rounds}
    whole = gdc.compile(DESCENT).run(given, target).da
    monkeypatch.setattr(grad_pass, "TAPE", 1)
    program = gdc.compile(DESCENT + "# in segments")
    np.testing.assert_allclose(program.run(given, target).da, whole, rtol=1e-12)
    if rounds:
        assert "computes those between again" in program.explain(target, sizes={"rounds": rounds, "m": 3, "n": 2})


def test_segments_keep_less(monkeypatch):
    """The largest array of 10,000 rounds has a hundred states."""
    monkeypatch.setattr(grad_pass, "TAPE", 1)
    text = "input x: real\ns := x\nrepeat 10000 { s := s - 1e-5*s*s }\nd := grad(s, x)\noutput d"
    program = gdc.compile(text)
    np.testing.assert_allclose(program.run({"x": 1.0}, "numpy").d, 1/1.1**2, rtol=1e-4)
    kept = re.findall(r"np.(?:zeros|empty|full)\((\S+)\)", program.source("numpy"))
    assert kept and not any("10000" in size for size in kept)


def test_a_linear_round_keeps_nothing():
    text = "input x: real[n]\ninput A: real[n, n]\nv := x\nrepeat 50 { v := 0.5*v + A@v }"
    text += "\nd := grad(sum(v), x)\noutput d"
    program = gdc.compile(text)
    A, x = np.array([[0.1, 0.2], [-0.3, 0.05]]), np.array([1.0, 2.0])
    wanted = np.linalg.matrix_power((0.5*np.eye(2) + A).T, 50)@np.ones(2)
    for target in TARGETS:
        np.testing.assert_allclose(program.run({"x": x, "A": A}, target).d, wanted, rtol=1e-9)
    assert program.source("numpy").count("for ") == 1


@pytest.mark.parametrize("text", [
    "v := x\nrepeat 3 { v := concat(v, 2*v^2) }\nd := grad(sum(v), x)",
    "repeat 3 { v := x^2 }\nd := grad(sum(v^2), x)",
])
def test_arrays_that_change_their_size(text):
    program = "input x: real[n]\n" + text
    if "concat" in text:
        with pytest.raises(gdc.Error) as caught:
            gdc.compile(program).run({"x": np.ones(2)}, "loops")
        assert (caught.value.kind, caught.value.line) == ("type", 3)
        assert "of v changes in the rounds" in caught.value.message
    else:
        np.testing.assert_allclose(gdc.compile(program).run({"x": np.array([1.0, 2.0])}, "loops").d, [4, 32])


def test_checks_and_prints_of_a_round_are_said_once():
    lines = []
    text = "input x: real\ns := 1.0\nfor i in 0..3 { print i\nassert s < 9, \"too large\"\ns := s*x }\nd := grad(s, x)"
    program = gdc.compile(text)
    for target in TARGETS:
        lines.clear()
        assert program.run({"x": 2.0}, target, show=lines.append).d == 12
        assert lines == ["0", "1", "2"]
        with pytest.raises(gdc.Error, match="too large"):
            program.run({"x": 10.0}, target, show=lines.append)
