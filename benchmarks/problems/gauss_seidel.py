"""Gauss and Seidel's sweeps, 300 × 300 points, 10 rounds."""

from numba import njit

SIZES = {"": {"n": 300, "steps": 10}}
SMALL = {"n": 8, "steps": 3}


def inputs(size, rng):
    return {"u": rng.random((size["n"], size["n"])), "steps": size["steps"]}


def numpy_typed(u, steps):
    u = u.copy()
    n = len(u)
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                u[i, j] = (
                    u[i - 1, j - 1] + u[i - 1, j] + u[i - 1, j + 1] + u[i, j - 1] + u[i, j] + u[i, j + 1]
                    + u[i + 1, j - 1] + u[i + 1, j] + u[i + 1, j + 1]
                ) / 9
    return u


def numpy_best(u, steps):
    from scipy.signal import lfilter

    u = u.copy()
    real = u.dtype.type
    one, ninth = [real(1)], [real(1), real(-1 / 9)]
    for _ in range(steps):
        for i in range(1, len(u) - 1):  # all but the left neighbour at once, then a recurrence along the row
            known = u[i - 1, :-2] + u[i - 1, 1:-1]
            known += u[i - 1, 2:]
            known += u[i, 1:-1]
            known += u[i, 2:]
            known += u[i + 1, :-2]
            known += u[i + 1, 1:-1]
            known += u[i + 1, 2:]
            known *= real(1 / 9)
            u[i, 1:-1], _ = lfilter(one, ninth, known, zi=u[i, :1] / real(9))
    return u


@njit
def numba_hand(u, steps):
    u = u.copy()
    n = len(u)
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                above = u[i - 1, j - 1] + u[i - 1, j] + u[i - 1, j + 1]
                below = u[i + 1, j - 1] + u[i + 1, j] + u[i + 1, j + 1]
                u[i, j] = (above + u[i, j - 1] + u[i, j] + u[i, j + 1] + below) / 9
    return u
