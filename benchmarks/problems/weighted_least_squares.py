"""Weighted least squares by the normal equations."""

import numpy as np

SIZES = {"": {"m": 200_000, "n": 50}}
SMALL = {"m": 60, "n": 5}
TOLERANCE = 1e-8


def inputs(size, rng):
    X = rng.standard_normal((size["m"], size["n"]))
    return {"X": X, "y": rng.standard_normal(size["m"]), "s": rng.uniform(0.5, 1.5, size["m"])}


def numpy_typed(X, y, s):
    # a diagonal matrix of m × m would not fit into memory: whoever types this scales the rows
    return np.linalg.solve((X.T * s) @ X, (X.T * s) @ y)


def numpy_best(X, y, s):
    S = X * np.sqrt(s)[:, None]  # a product with its own transpose takes half the work (syrk)
    return np.linalg.solve(S.T @ S, X.T @ (s * y))
