"""A rank-2 update followed by two products with the matrix, 4,000 × 4,000."""

import numpy as np

SIZES = {"": {"n": 4000}}
SMALL = {"n": 7}


def inputs(size, rng):
    n = size["n"]
    return {
        "A": rng.standard_normal((n, n)), **{name: rng.standard_normal(n) for name in "uvstyz"},
        "alpha": 1.5, "beta": 1.2,
    }


def numpy_typed(A, u, v, s, t, y, z, alpha, beta):
    B = A + np.outer(u, v) + np.outer(s, t)
    x = beta * B.T @ y + z
    return x, alpha * B @ x


def numpy_best(A, u, v, s, t, y, z, alpha, beta):
    # The sum is never formed: B is only multiplied by vectors.
    x = A.T @ y
    x += (u @ y) * v
    x += (s @ y) * t
    x *= beta
    x += z
    w = A @ x
    w += (v @ x) * u
    w += (t @ x) * s
    w *= alpha
    return x, w
