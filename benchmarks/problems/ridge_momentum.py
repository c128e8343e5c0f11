"""10 steps of ridge regression with momentum."""

import numpy as np

SIZES = {"": {"m": 200_000, "n": 200, "steps": 10}}
SMALL = {"m": 60, "n": 5, "steps": 4}


def inputs(size, rng):
    X = rng.standard_normal((size["m"], size["n"]))
    y = rng.standard_normal(size["m"])
    return {"X": X, "y": y, "ridge": 0.1, "a": 0.01, "momentum": 0.9, "steps": size["steps"]}


def numpy_typed(X, y, ridge, a, momentum, steps):
    m, n = X.shape
    w, v = np.zeros(n, X.dtype), np.zeros(n, X.dtype)
    for _ in range(steps):
        v = momentum * v - a * ((1 / m) * X.T @ (X @ w - y) + ridge * w)
        w = w + v
    return w


def numpy_best(X, y, ridge, a, momentum, steps):
    m, n = X.shape
    w, v, e = np.zeros(n, X.dtype), np.zeros(n, X.dtype), np.empty(m, X.dtype)
    for _ in range(steps):
        np.dot(X, w, e)
        e -= y
        v *= momentum
        v -= (a / m) * (X.T @ e) + (a * ridge) * w
        w += v
    return w
