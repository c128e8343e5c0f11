"""A sparse matrix of 200,000 rows times a vector."""

import numpy as np
from numba import njit, prange

SIZES = {"": {"rows": 200_000, "n": 200_000, "each": 10}}
SMALL = {"rows": 9, "n": 7, "each": 3}


def inputs(size, rng):
    counts = rng.integers(0, 2 * size["each"] + 1, size["rows"])
    start = np.concatenate(([0], np.cumsum(counts)))
    column = rng.integers(0, size["n"], start[-1])
    value = rng.standard_normal(start[-1])
    return {"value": value, "column": column, "start": start, "x": rng.standard_normal(size["n"])}


def numpy_typed(value, column, start, x):
    y = np.zeros(len(start) - 1, x.dtype)
    for i in range(len(y)):
        row = slice(start[i], start[i + 1])
        y[i] = np.sum(value[row] * x[column[row]])
    return y


def numpy_best(value, column, start, x):
    from scipy.sparse import csr_array

    return csr_array((value, column, start), (len(start) - 1, len(x))) @ x


@njit(parallel=True)
def numba_hand(value, column, start, x):
    y = np.empty(len(start) - 1, x.dtype)
    for i in prange(len(y)):
        total = x[0] * 0
        for k in range(start[i], start[i + 1]):
            total += value[k] * x[column[k]]
        y[i] = total
    return y
