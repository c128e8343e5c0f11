"""Scripts with `grad` against the same scripts with the gradient derived by hand: ratios measured in one run.

    python benchmarks/gradients.py [--pairs 9] [--rows 20000] [--columns 50] [--steps 20]

A ratio is the time with grad to the time with the hand-derived gradient, the median of interleaved pairs; in brackets
the first and the ninth decile. 1 is the bar: a derivative costs no more. Unset OPENBLAS_CORETYPE and
OPENBLAS_L2_SIZE first: they slow NumPy.
"""

from __future__ import annotations

import argparse

import numpy as np

import gdc
from gdc.runtime.timing import SETTLE, ratios, sampled

LOOP = """
input X: real[m, n]
input y: real[m]
param a: real = 0.1
input steps: int
w := zeros(n)
b := 0.0
repeat steps {{
    {body}
    w := w - a*dw
    b := b - a*db
}}
output w, b
"""
GRAD = "\n    (dw, db) := grad(J, w, b)"
LINEAR = "e := X@w + b - y\n    dw := (1/m)*X.T@e{ridge}\n    db := (1/m)*sum(e)"
LOGISTIC = "e := sigmoid(X@w + b) - y\n    dw := (1/m)*X.T@e{ridge}\n    db := (1/m)*sum(e)"
PAIRS = {
    "linear": ("J := (1/(2*m))*sum((X@w + b - y)^2)", LINEAR, ""),
    "linear, ridge": ("J := (1/(2*m))*sum((X@w + b - y)^2) + 0.05*sum(w^2)", LINEAR, " + 0.1*w"),
    "logistic": ("p := sigmoid(X@w + b)\n    J := -mean(y*log(p) + (1 - y)*log(1 - p))", LOGISTIC, ""),
    "logistic, ridge": (
        "p := sigmoid(X@w + b)\n    J := -mean(y*log(p) + (1 - y)*log(1 - p)) + 0.05*sum(w^2)",
        LOGISTIC,
        " + 0.1*w",
    ),
    "logistic, log1p": ("z := X@w + b\n    J := mean(log1p(exp(z)) - y*z)", LOGISTIC, ""),
    "logistic, softplus": ("z := X@w + b\n    J := mean(softplus(z) - y*z)", LOGISTIC, ""),
}


def compared(one, other, values, backend, pairs):
    """The ratio of interleaved pairs; both must say the same."""
    w, v = (p.run(values, backend=backend).w for p in (one, other))
    np.testing.assert_allclose(w, v, rtol=1e-8, atol=1e-10)
    works = {"one": lambda: one.run(values, backend=backend), "other": lambda: other.run(values, backend=backend)}
    taken = sampled(works, pairs, SETTLE)
    return ratios(taken["one"], taken["other"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, default in (("pairs", 9), ("rows", 20_000), ("columns", 50), ("steps", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen = parser.parse_args()
    rng = np.random.default_rng(0)
    values = {
        "X": rng.normal(size=(chosen.rows, chosen.columns)),
        "y": (rng.random(chosen.rows) > 0.5) * 1.0,
        "steps": chosen.steps,
    }
    for name, (loss, hand, ridge) in PAIRS.items():
        one = gdc.compile(LOOP.format(body=loss + GRAD))
        other = gdc.compile(LOOP.format(body=hand.format(ridge=ridge)))
        for backend in ("numpy", "parallel"):
            found = compared(one, other, values, backend, chosen.pairs)
            print(f"{name:20} {backend:9} {found.median:.2f} ({found.low:.2f} … {found.high:.2f})", flush=True)


if __name__ == "__main__":
    main()
