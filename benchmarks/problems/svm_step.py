"""One subgradient step of a linear support vector machine, by grad."""

import numpy as np

SIZES = {"": {"m": 200_000, "n": 100}}
SMALL = {"m": 60, "n": 5}


def inputs(size, rng):
    X = rng.standard_normal((size["m"], size["n"]))
    y = np.where(rng.random(size["m"]) < 0.5, -1.0, 1.0)
    w = 0.1 * rng.standard_normal(size["n"])
    return {"X": X, "y": y, "w": w, "b": 0.1, "ridge": 0.01, "a": 0.1}


def numpy_typed(X, y, w, b, ridge, a):
    m = len(y)
    s = np.where(y * (X @ w + b) < 1, y, 0)
    return w - a * (ridge * w - (1 / m) * X.T @ s), b + a * np.mean(s)


def numpy_best(X, y, w, b, ridge, a):
    s = X @ w
    s += b
    s *= y
    np.multiply(y, s < 1, s)
    g = X.T @ s
    g *= a / len(y)
    g += (1 - a * ridge) * w
    return g, b + a * s.mean()


def jax_jit(X, y, w, b, ridge, a):
    s = y * (y * (X @ w + b) < 1)
    return w - a * (ridge * w - (X.T @ s) / len(y)), b + a * s.mean()


def torch_eager(X, y, w, b, ridge, a):
    s = y * (y * (X @ w + b) < 1)
    return w - a * (ridge * w - (X.T @ s) / len(y)), b + a * s.mean()
