"""The covariance matrix of 100 columns."""

import numpy as np

SIZES = {"": {"m": 200_000, "n": 100}}
SMALL = {"m": 60, "n": 5}


def inputs(size, rng):
    return {"X": rng.standard_normal((size["m"], size["n"])) + rng.standard_normal(size["n"])}


def numpy_typed(X):
    return np.cov(X.T)


def numpy_best(X):
    Z = X - X.mean(axis=0)
    S = Z.T @ Z
    S /= len(X) - 1
    return S


def jax_jit(X):
    from jax import numpy as jnp

    return jnp.cov(X.T)


def torch_eager(X):
    return X.T.cov()
