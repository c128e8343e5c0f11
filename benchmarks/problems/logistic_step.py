"""One gradient step of logistic regression, by grad."""

import numpy as np

SIZES = {"": {"m": 100_000, "n": 1000}}
SMALL = {"m": 60, "n": 5}


def inputs(size, rng):
    X = rng.standard_normal((size["m"], size["n"]))
    y = (rng.random(size["m"]) < 0.5) * 1.0
    return {"X": X, "y": y, "w": 0.02 * rng.standard_normal(size["n"]), "b": 0.1, "a": 0.1}


def numpy_typed(X, y, w, b, a):
    m = len(y)
    p = 1 / (1 + np.exp(-(X @ w + b)))
    return w - a * (1 / m) * X.T @ (p - y), b - a * np.mean(p - y)


def numpy_best(X, y, w, b, a):
    p = X @ w
    p += b
    np.negative(p, p)
    np.exp(p, p)
    p += 1
    np.reciprocal(p, p)
    p -= y
    g = X.T @ p
    g *= -a / len(y)
    g += w
    return g, b - a * p.mean()


def jax_jit(X, y, w, b, a):
    from jax.nn import sigmoid

    e = sigmoid(X @ w + b) - y
    return w - (a / len(y)) * (X.T @ e), b - a * e.mean()


def torch_eager(X, y, w, b, a):
    import torch

    e = torch.sigmoid(X @ w + b) - y
    return w - (a / len(y)) * (X.T @ e), b - a * e.mean()
