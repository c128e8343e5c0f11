"""r@A and A@p, 6,000 × 6,000: one matrix, twice."""

import numpy as np

SIZES = {"": {"n": 6000}}
SMALL = {"n": 7}


def inputs(size, rng):
    n = size["n"]
    return {"A": rng.standard_normal((n, n)), "p": rng.standard_normal(n), "r": rng.standard_normal(n)}


def numpy_typed(A, p, r):
    return r @ A, A @ p


def numpy_best(A, p, r):
    return np.dot(r, A), np.dot(A, p)


def jax_jit(A, p, r):
    return r @ A, A @ p


def torch_eager(A, p, r):
    return r @ A, A @ p
