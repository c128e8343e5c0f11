"""A positive definite system by Cholesky's factor, 1,500 × 1,500."""

import numpy as np

SIZES = {"": {"n": 1500}}
SMALL = {"n": 7}
TOLERANCE = 1e-8


def inputs(size, rng):
    n = size["n"]
    B = rng.standard_normal((n, n))
    return {"A": B @ B.T / n + np.eye(n), "b": rng.standard_normal(n)}


def numpy_typed(A, b):
    L = np.linalg.cholesky(A)
    return np.linalg.solve(L.T, np.linalg.solve(L, b))


def numpy_best(A, b):
    from scipy.linalg import cho_solve, cholesky

    # A is symmetric: its transpose is itself, and in the order that LAPACK wants
    return cho_solve((cholesky(A.T, lower=True, check_finite=False), True), b, check_finite=False)
