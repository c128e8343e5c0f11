"""Exponential smoothing of 1,000,000 values: a recurrence."""

import numpy as np
from numba import njit

SIZES = {"": {"n": 1_000_000}}
SMALL = {"n": 40}


def inputs(size, rng):
    return {"x": rng.standard_normal(size["n"]), "a": 0.3}


def numpy_typed(x, a):
    s = np.zeros_like(x)
    s[0] = x[0]
    for i in range(1, len(x)):
        s[i] = a * x[i] + (1 - a) * s[i - 1]
    return s


def numpy_best(x, a):
    from scipy.signal import lfilter

    real = x.dtype.type
    return lfilter([real(a)], [real(1), real(a - 1)], x, zi=real(1 - a) * x[:1])[0]


@njit
def numba_hand(x, a):
    s = np.empty_like(x)
    s[0] = x[0]
    for i in range(1, len(x)):
        s[i] = a * x[i] + (1 - a) * s[i - 1]
    return s
