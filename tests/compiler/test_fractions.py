"""Derivatives in lowest terms: what cancels, what stays, and that both say the same."""

import re

import numpy as np
import pytest

import gdc

VALUES = {
    "X": np.linspace(-1, 1, 12).reshape(4, 3),
    "y": np.array([1.0, 0.0, 0.0, 1.0]),
    "w": np.array([0.3, -0.2, 0.9]),
    "b": 0.1,
}
HEAD = "input X: real[m, n]\ninput y: real[m]\ninput w: real[n]\ninput b: real\n"
TAIL = "(dw, db) := grad(J, w, b)\noutput dw, db"
SIGMOID = "p := sigmoid(X@w + b)\n"
LOGISTIC = {
    "as the textbook has it": SIGMOID + "J := -mean(y*log(p) + (1 - y)*log(1 - p))\n",
    "ridge": SIGMOID + "J := -(1/m)*sum(y*log(p) + (1 - y)*log(1 - p)) + 0.1/(2*m)*sum(w^2)\n",
    "written out": "p := 1/(1 + exp(-(X@w + b)))\nJ := -sum(y*log(p) + (1 - y)*log(1 - p))/m\n",
    "log1p": "z := X@w + b\nJ := mean(log1p(exp(z)) - y*z)\n",
    "log": "z := X@w + b\nJ := mean(log(1 + exp(z)) - y*z)\n",
}
LINEAR = {
    "half the mean": "J := (1/(2*m))*sum((X@w + b - y)^2)\n",
    "ridge": "e := X@w + b - y\nJ := mean(e^2) + 0.1*sum(w^2)\n",
}


def text_of(script, target="numpy"):
    """The program's statements, after its sizes."""
    lines = gdc.compile(script).source(target).split("def program", 1)[1].split("\n")
    return "\n".join(line for line in lines[3:] if not line.strip().startswith("#"))


@pytest.mark.parametrize("loss", LOGISTIC.values(), ids=LOGISTIC)
def test_logistic_regression_has_the_hand_derived_gradient(loss):
    """One exp, one quotient of arrays, one difference, two products; nothing of the loss is left."""
    text = text_of(HEAD + loss + TAIL)
    assert text.count("@") == 2 and text.count("np.exp(") == 1 and "log" not in text
    by_entries = text.replace("0.1 / np.float64", "").replace("1.0 / np.float64(m)", "")
    assert by_entries.count(" / ") == 1 and len(re.findall(r"\by\b", text)) == 1
    program = gdc.compile(HEAD + loss + TAIL)
    p = 1 / (1 + np.exp(-(VALUES["X"] @ VALUES["w"] + 0.1)))
    ridge = 0.1 / 4 * VALUES["w"] if "0.1" in loss else 0
    for target in ("loops", "numpy"):
        result = program.run(VALUES, backend=target)
        np.testing.assert_allclose(result.dw, VALUES["X"].T @ (p - VALUES["y"]) / 4 + ridge, rtol=1e-12)
        np.testing.assert_allclose(result.db, np.mean(p - VALUES["y"]), rtol=1e-12)


@pytest.mark.parametrize("loss", LINEAR.values(), ids=LINEAR)
def test_linear_regression_has_the_hand_derived_gradient(loss):
    text = text_of(HEAD + loss + TAIL)
    assert text.count("@") == 2 and text.count("np.sum(") == 1 and "**" not in text
    assert len([line for line in text.split("\n") if " * " in line and "X @ w + b - y" in line]) == 1
    result = gdc.compile(HEAD + loss + TAIL).run(VALUES, backend="numpy")
    whole = gdc.compile(HEAD + loss + TAIL, without=["fraction"]).run(VALUES, backend="loops")
    np.testing.assert_allclose(result.dw, whole.dw, rtol=1e-12)


@pytest.mark.parametrize(
    "formula",
    [
        "sum((x + 1)/(x + 2))",
        "sum(log(x/(x + 2)))",
        "sum(log(1/x) + log(x))",
        "sum(log(x + 3)*log(x/(1 + x^2)))",
        "sum(1/(1 + 1/(1 + 1/x)))",
        "prod(x/(1 + x))",
        "sum((x^2 - 1)/(x - 3) - x/(x - 3))",
        "sum(x/sum(x))*3 + sum(exp(x)/sum(exp(x))*x)",
        "sum(1e200*x*1e200/1e200)",
    ],
)
def test_the_same_derivative_is_said_shorter(formula):
    script = f"input x: real[n]\nJ := {formula}\ng := grad(J, x)\noutput g"
    x = np.array([0.2, 0.7, 1.9, 5.0])
    want = gdc.compile(script, without=["fraction"]).run({"x": x}, backend="loops").g
    for target in ("loops", "numpy"):
        np.testing.assert_allclose(gdc.compile(script).run({"x": x}, backend=target).g, want, rtol=1e-10, atol=1e-12)


def test_small_values_keep_their_digits():
    script = "input z: real[n]\nh := grad(sum(log(1 + exp(z))), z)\ng := grad(sum(log(sigmoid(z))), z)\noutput g, h"
    for target in ("loops", "numpy"):
        result = gdc.compile(script).run({"z": np.array([-30.0, 30.0])}, backend=target)
        assert result.h[0] == pytest.approx(np.exp(-30.0), rel=1e-12)
        assert result.g[1] == pytest.approx(np.exp(-30.0), rel=1e-12)


def test_a_sure_prediction_has_a_gradient():
    """Where 1 - p is 0 in 64 bits, the chain rule's factors are 0/0; their product is what it tends to."""
    script = HEAD + LOGISTIC["as the textbook has it"] + TAIL
    values = {**VALUES, "X": 100 * VALUES["X"]}
    for target in ("loops", "numpy"):
        assert np.all(np.isfinite(gdc.compile(script).run(values, backend=target).dw))


def test_long_formulas_stay():
    script = "input x: real[n]\ng := grad(sum(" + "*".join(f"(x + {k})" for k in range(60)) + "), x)"
    assert gdc.compile(script)(x=np.ones(2)).g.shape == (2,)
