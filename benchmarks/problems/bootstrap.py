"""The means of 1,000 samples of 10,000, drawn with replacement."""

import numpy as np
from numba import njit, prange

SIZES = {"": {"n": 10_000, "samples": 1000}}
SMALL = {"n": 20, "samples": 8}


def inputs(size, rng):
    return {"x": rng.standard_normal(size["n"]), "place": rng.integers(0, size["n"], (size["samples"], size["n"]))}


def numpy_typed(x, place):
    return np.mean(x[place], axis=1)


def numpy_best(x, place):
    means, drawn = np.empty(len(place), x.dtype), np.empty(place.shape[1], x.dtype)
    for s, row in enumerate(place):
        np.take(x, row, out=drawn, mode="clip")
        means[s] = drawn.mean()
    return means


@njit(parallel=True)
def numba_hand(x, place):
    samples, n = place.shape
    means = np.empty(samples, x.dtype)
    for s in prange(samples):
        total = 0.0
        for i in range(n):
            total += x[place[s, i]]
        means[s] = total / n
    return means
