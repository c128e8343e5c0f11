"""One gradient step of Poisson regression, by grad."""

import numpy as np

SIZES = {"": {"m": 200_000, "n": 100}}
SMALL = {"m": 60, "n": 5}


def inputs(size, rng):
    X = rng.standard_normal((size["m"], size["n"]))
    w = 0.05 * rng.standard_normal(size["n"])
    return {"X": X, "y": rng.poisson(1.0, size["m"]) * 1.0, "w": w, "a": 0.01}


def numpy_typed(X, y, w, a):
    m = len(y)
    return w - a * (1 / m) * X.T @ (np.exp(X @ w) - y)


def numpy_best(X, y, w, a):
    e = X @ w
    np.exp(e, e)
    e -= y
    g = X.T @ e
    g *= -a / len(y)
    g += w
    return g


def jax_jit(X, y, w, a):
    from jax import numpy as jnp

    return w - (a / len(y)) * (X.T @ (jnp.exp(X @ w) - y))


def torch_eager(X, y, w, a):
    import torch

    return w - (a / len(y)) * (X.T @ (torch.exp(X @ w) - y))
