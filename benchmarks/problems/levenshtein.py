"""The distance of two words of 1,000 letters (Levenshtein)."""

import numpy as np
from numba import njit

SIZES = {"": {"m": 1000, "n": 1000}}
SMALL = {"m": 9, "n": 7}


def inputs(size, rng):
    return {"a": rng.integers(0, 4, size["m"]), "b": rng.integers(0, 4, size["n"])}


def numpy_typed(a, b):
    row = np.arange(len(b) + 1)
    for i in range(len(a)):
        old = row.copy()
        row[0] = i + 1
        for j in range(len(b)):
            row[j + 1] = min(old[j + 1] + 1, row[j] + 1, old[j] + (0 if a[i] == b[j] else 1))
    return row[-1]


def numpy_best(a, b):
    # min(x[j], min over i < j of x[i] + j - i) is a running minimum of x[j] - j
    step = np.arange(len(b) + 1)
    row, new = step.copy(), np.empty_like(step)
    for i, letter in enumerate(a):
        new[0] = i + 1
        np.add(row[:-1], b != letter, new[1:])
        row += 1
        np.minimum(new[1:], row[1:], out=new[1:])
        new -= step
        np.minimum.accumulate(new, out=new)
        new += step
        row, new = new, row
    return row[-1]


@njit
def numba_hand(a, b):
    row = np.arange(len(b) + 1)
    for i in range(len(a)):
        corner, left = row[0], i + 1
        row[0] = left
        for j in range(len(b)):
            up = row[j + 1]
            left = min(up + 1, left + 1, corner + (a[i] != b[j]))
            corner, row[j + 1] = up, left
    return row[-1]
