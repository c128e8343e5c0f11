"""All shortest paths between 300 places (Floyd and Warshall)."""

import numpy as np
from numba import njit, prange

SIZES = {"": {"n": 300}}
SMALL = {"n": 8}


def inputs(size, rng):
    D = rng.uniform(1, 100, (size["n"], size["n"]))
    np.fill_diagonal(D, 0)
    return {"D": D}


def numpy_typed(D):
    for k in range(len(D)):
        D = np.minimum(D, D[:, k][:, None] + D[k, :][None, :])
    return D


def numpy_best(D):
    D = D.copy()
    way = np.empty_like(D)
    for k in range(len(D)):
        np.add(D[:, k, None], D[k], way)
        np.minimum(D, way, out=D)
    return D


@njit(parallel=True)
def _through(D, k):
    n = len(D)
    for i in prange(n):
        a = D[i, k]
        for j in range(n):
            D[i, j] = min(D[i, j], a + D[k, j])


def numba_hand(D):
    D = D.copy()
    for k in range(len(D)):
        _through(D, k)
    return D
