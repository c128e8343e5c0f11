"""a + trace(tanh(diag)), 4,000 × 4,000."""

import numpy as np

SIZES = {"": {"n": 4000}}
SMALL = {"n": 7}


def inputs(size, rng):
    return {"A": rng.standard_normal((size["n"], size["n"]))}


def numpy_typed(A):
    return A + np.sum(np.tanh(np.diag(A)))


def numpy_best(A):
    return np.add(A, np.tanh(A.diagonal()).sum())


def jax_jit(A):
    from jax import numpy as jnp

    return A + jnp.tanh(jnp.diagonal(A)).sum()


def torch_eager(A):
    return A + A.diagonal().tanh().sum()
