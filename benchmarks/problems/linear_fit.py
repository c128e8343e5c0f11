"""1,000 steps of gradient descent for linear regression, small and large."""

import numpy as np

SIZES = {
    "200x10": {"m": 200, "n": 10, "steps": 1000},
    "100000x1000": {"m": 100_000, "n": 1000, "steps": 1000},
}
SMALL = {"m": 40, "n": 5, "steps": 30}
# At this size a peer takes its steps one by one: so many are timed, and the time is scaled.
SCALED = {"100000x1000": ("steps", 10, ("numpy_typed", "numpy_best", "jax_jit", "torch_eager"))}


def inputs(size, rng):
    X = rng.standard_normal((size["m"], size["n"]))
    return {"X": X, "y": rng.standard_normal(size["m"]), "a": 0.01, "steps": size["steps"]}


def numpy_typed(X, y, a, steps):
    m, n = X.shape
    w, b = np.zeros(n, X.dtype), 0.0
    for _ in range(steps):
        e = X @ w + b - y
        w = w - a * (1 / m) * X.T @ e
        b = b - a * (1 / m) * np.sum(e)
    return w, b


def numpy_best(X, y, a, steps):
    m, n = X.shape
    w, b, e, g = np.zeros(n, X.dtype), 0.0, np.empty(m, X.dtype), np.empty(n, X.dtype)
    for _ in range(steps):
        np.dot(X, w, e)
        e += b
        e -= y
        np.dot(X.T, e, g)
        g *= a / m
        w -= g
        b -= a / m * e.sum()
    return w, b


def jax_jit(X, y, a, steps):
    from jax import lax
    from jax import numpy as jnp

    m, n = X.shape

    def step(_, state):
        w, b = state
        e = X @ w + b - y
        return w - (a / m) * (X.T @ e), b - a / m * e.sum()

    return lax.fori_loop(0, steps, step, (jnp.zeros(n, X.dtype), jnp.zeros((), X.dtype)))


def torch_eager(X, y, a, steps):
    import torch

    m, n = X.shape
    w, b = torch.zeros(n, dtype=X.dtype), torch.zeros((), dtype=X.dtype)
    for _ in range(steps):
        e = X @ w + b - y
        w = w - (a / m) * (X.T @ e)
        b = b - (a / m) * e.sum()
    return w, b
