"""Gram matrices in place of residuals: as accurate as rounding allows on ill-conditioned data, and never for a loss."""

import numpy as np
import pytest

import gdc

ROUNDS = 300
HEAD = "input X: real[120, 6]\ninput y: real[120]\ninput d: real[120]\nw := zeros(6)\n"
STEPS = {
    "plain": "repeat 300 { w := w - 0.5/120*X.T@(X@w - y) }",
    "weighted": "repeat 300 { w := w - 0.5/120*X.T@(d*(X@w - y)) }",
    "momentum": "v := zeros(6)\nrepeat 300 { v := 0.5*v - 0.5/120*X.T@(X@w - y); w := w + v }",
    "grad": "repeat 300 { J := sum((X@w - y)^2)/240; w := w - 0.5*grad(J, w) }",
}


def data(condition):
    draw = np.random.default_rng(7)
    left, right = (np.linalg.qr(draw.standard_normal((k, 6)))[0] for k in (120, 6))
    X = (left*np.logspace(0, -np.log10(condition), 6)*np.sqrt(120))@right.T
    return X, X@draw.standard_normal(6) + 0.1*draw.standard_normal(120), draw.uniform(0.5, 1.0, 120)


def directly(name, X, y, d):
    """The rounds as they are written, in long double."""
    X, y, d = (a.astype(np.longdouble) for a in (X, y, d))
    half, w, v = np.longdouble(0.5), np.zeros(6, np.longdouble), np.zeros(6, np.longdouble)
    for _ in range(ROUNDS):
        e = X@w - y
        v = (half*v if name == "momentum" else 0) - half/120*(X.T@(d*e if name == "weighted" else e))
        w = w + v
    return w


@pytest.mark.parametrize("target", ["numpy", "parallel"])
@pytest.mark.parametrize("condition", [1e1, 1e6, 1e8])
@pytest.mark.parametrize("name", STEPS)
def test_accuracy(name, condition, target):
    """As accurate as the rounds themselves: neither the condition of X nor the number of rounds enters."""
    X, y, d = data(condition)
    program = gdc.compile(HEAD + STEPS[name] + "\noutput w")
    assert "[gram]" in program.explain(target)
    found, wanted = program.run({"X": X, "y": y, "d": d}, backend=target).w, directly(name, X, y, d)
    direct = gdc.compile(HEAD + STEPS[name] + "\noutput w", without=("gram",))
    plain = direct.run({"X": X, "y": y, "d": d}, backend="numpy").w
    eps, scale = np.finfo(float).eps, np.abs(wanted).max()
    assert np.abs(plain - wanted).max() <= 40*eps*scale
    assert np.abs(found - wanted).max() <= 40*eps*scale
    assert np.linalg.norm(X@(found - wanted)) <= 1e-13*np.linalg.norm(X@wanted)


LASTING = {
    "a loss in every round": "repeat 300 { e := X@w - y; w := w - 0.5/120*X.T@e; record J := sum(e^2) }",
    "a loss that stops": "repeat 300 { e := X@w - y; w := w - 0.5/120*X.T@e; stop if sum(e^2) < 1e-30 }",
    "weights that change": "repeat 300 { w := w - 0.5/120*X.T@(abs(w[0])*d*abs(X@w)) }",
    "a bend": "repeat 300 { w := w - 0.5/120*X.T@(max(X@w - y, 0.0)) }",
    "one round": "repeat 1 { w := w - 0.5/120*X.T@(X@w - y) }",
    "a matrix that changes": "for k in 0..300 { Z := X*(1 + k); w := w - 1e-9*Z.T@(Z@w - y) }",
}


@pytest.mark.parametrize("name", LASTING)
def test_refusals(name):
    assert "[gram]" not in gdc.compile(HEAD + LASTING[name] + "\noutput w").explain("numpy")


def test_strict_and_without():
    text = HEAD + STEPS["plain"] + "\noutput w"
    assert "[gram]" not in gdc.compile(text, strict=True).explain("numpy")
    assert "[gram]" not in gdc.compile(text, without=("gram",)).explain("numpy")


def test_no_round_makes_an_array():
    """On parallel what every round would allocate stands before the loop; one that takes anchors may make one."""
    lines = gdc.compile(HEAD + STEPS["plain"] + "\noutput w").source("parallel").partition("def small")[2].splitlines()
    start = next(k for k, line in enumerate(lines) if "in range(300)" in line)
    made = [line for line in lines[start:] if "np.empty" in line or "np.zeros" in line]
    assert len(made) == 1 and made[0].startswith(" "*12)


@pytest.mark.parametrize("rounds", ["for k in 5..305 by 3", "for k in 300..0 by -1", "repeat 301"])
@pytest.mark.parametrize("leave", ["skip if w[0] > 1e9", "stop if sum(w^2) > 1e9", ""])
def test_anchors_in_any_loop(rounds, leave):
    """Anchors are counted in rounds, whatever the index; what leaves a round hands them on."""
    X, y, _ = data(1e3)
    text = f"input X: real[120, 6]\ninput y: real[120]\nw := zeros(6)\n{rounds} {{ {leave}\n"
    text += "w := w - 0.5/120*X.T@(X@w - y) }\noutput w"
    found = [gdc.compile(text, without=without).run({"X": X, "y": y}, backend="numpy").w for without in ((), ("gram",))]
    assert "[gram]" in gdc.compile(text).explain("numpy")
    np.testing.assert_allclose(*found, rtol=0, atol=1e-14*np.abs(found[1]).max())


def test_passes_over_the_matrix():
    """One for Gram's matrix (its two factors), and two for each of ten anchors, whatever the rounds."""
    program = gdc.compile("input X: real[m, n]\ninput y: real[m]\nw := zeros(n)\n"
                          "repeat 1000 { w := w - 0.1/m*X.T@(X@w - y) }\noutput w")
    assert program.cost("numpy", m=100_000, n=100)["passes"]["X"] == 22
