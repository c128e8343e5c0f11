"""How an RNA strand of 200 letters folds (Nussinov)."""

import numpy as np
from numba import njit

SIZES = {"": {"n": 200}}
SMALL = {"n": 12}


def inputs(size, rng):
    return {"seq": rng.integers(0, 4, size["n"])}


def numpy_typed(seq):
    n = len(seq)
    table = np.zeros((n, n), np.int64)
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            best = max(table[i, j - 1], table[i + 1, j])
            if i < j - 1:
                best = max(best, table[i + 1, j - 1] + (1 if seq[i] + seq[j] == 3 else 0))
            for k in range(i + 1, j):
                best = max(best, table[i, k] + table[k + 1, j])
            table[i, j] = best
    return table[0, n - 1]


def numpy_best(seq):
    n = len(seq)
    pair = (seq[:, None] + seq[None, :] == 3) * 1
    table, turned = np.zeros((n, n), np.int64), np.zeros((n, n), np.int64)  # turned: the columns, in one piece
    for i in range(n - 1, -1, -1):
        row = table[i]
        for j in range(i + 1, n):
            column = turned[j]
            best = max(row[j - 1], column[i + 1])
            if i < j - 1:
                best = max(best, table[i + 1, j - 1] + pair[i, j], (row[i + 1 : j] + column[i + 2 : j + 1]).max())
            row[j] = column[i] = best
    return table[0, n - 1]


@njit
def numba_hand(seq):
    n = len(seq)
    table, turned = np.zeros((n, n), np.int64), np.zeros((n, n), np.int64)
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            best = max(table[i, j - 1], table[i + 1, j])
            if i < j - 1:
                best = max(best, table[i + 1, j - 1] + (1 if seq[i] + seq[j] == 3 else 0))
            for k in range(i + 1, j):
                best = max(best, table[i, k] + turned[j, k + 1])
            table[i, j] = turned[j, i] = best
    return table[0, n - 1]
