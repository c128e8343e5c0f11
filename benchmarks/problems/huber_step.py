"""One gradient step of a regression with Huber's loss, by grad."""

import numpy as np

SIZES = {"": {"m": 200_000, "n": 100}}
SMALL = {"m": 60, "n": 5}


def inputs(size, rng):
    X = rng.standard_normal((size["m"], size["n"]))
    w = 0.1 * rng.standard_normal(size["n"])
    return {"X": X, "y": rng.standard_t(2, size["m"]), "w": w, "b": 0.1, "d": 1.0, "a": 0.1}


def numpy_typed(X, y, w, b, d, a):
    m = len(y)
    r = X @ w + b - y
    g = np.where(np.abs(r) <= d, r, d * np.sign(r))
    return w - a * (1 / m) * X.T @ g, b - a * np.mean(g)


def numpy_best(X, y, w, b, d, a):
    r = X @ w
    r += b
    r -= y
    np.clip(r, -d, d, r)
    g = X.T @ r
    g *= -a / len(y)
    g += w
    return g, b - a * r.mean()


def jax_jit(X, y, w, b, d, a):
    from jax import numpy as jnp

    g = jnp.clip(X @ w + b - y, -d, d)
    return w - (a / len(y)) * (X.T @ g), b - a * g.mean()


def torch_eager(X, y, w, b, d, a):
    g = (X @ w + b - y).clip(-d, d)
    return w - (a / len(y)) * (X.T @ g), b - a * g.mean()
