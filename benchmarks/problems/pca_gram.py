"""Principal components: the Gram matrix of centred columns and its eigenvalues."""

import numpy as np

SIZES = {"": {"m": 400_000, "n": 64}}
SMALL = {"m": 60, "n": 5}


def inputs(size, rng):
    scale = np.linspace(1, 3, size["n"])
    return {"X": scale * rng.standard_normal((size["m"], size["n"])) + 0.5}


def numpy_typed(X):
    Z = X - np.mean(X, axis=0)
    G = Z.T @ Z / len(X)
    values, _ = np.linalg.eigh(G)
    return values, values[-1] / np.sum(values)


def numpy_best(X):
    Z = X - X.mean(axis=0)
    values = np.linalg.eigvalsh(Z.T @ Z)
    values /= len(X)
    return values, values[-1] / values.sum()
