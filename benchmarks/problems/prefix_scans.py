"""Running sums and running maxima of 5,000,000 values."""

import numpy as np
from numba import njit

SIZES = {"": {"n": 5_000_000}}
SMALL = {"n": 40}


def inputs(size, rng):
    return {"x": rng.standard_normal(size["n"])}


def numpy_typed(x):
    level = np.cumsum(x)
    top = np.maximum.accumulate(level)
    return level, np.max(top - level)


def numpy_best(x):
    level = np.cumsum(x)
    top = np.maximum.accumulate(level)
    top -= level
    return level, top.max()


@njit
def numba_hand(x):
    level = np.empty_like(x)
    total, top, fall = x[0] * 0, -np.inf, 0.0
    for i in range(len(x)):
        total += x[i]
        level[i] = total
        top = max(top, total)
        fall = max(fall, top - total)
    return level, fall
