"""The wave equation: 1,000 × 1,000, 100 steps."""

import numpy as np
from numba import njit, prange

SIZES = {"": {"n": 1000, "steps": 100}}
SMALL = {"n": 9, "steps": 5}


def inputs(size, rng):
    u = rng.random((size["n"], size["n"]))
    return {"u": u, "old": u.copy(), "c": 0.25, "steps": size["steps"]}


def numpy_typed(u, old, c, steps):
    for _ in range(steps):
        new = u.copy()
        new[1:-1, 1:-1] = (
            2 * u[1:-1, 1:-1]
            - old[1:-1, 1:-1]
            + c * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
        )
        old = u
        u = new
    return u


def numpy_best(u, old, c, steps):
    if not steps:
        return u
    border = u
    u, old, n = u.copy(), old.copy(), len(u)
    rows = max(1, (1 << 17) // (n * u.itemsize))
    total = np.empty((rows, n - 2), u.dtype)
    for _ in range(steps):
        for first in range(1, n - 1, rows):
            last = min(first + rows, n - 1)
            t, inner = total[: last - first], old[first:last, 1:-1]
            np.add(u[first + 1 : last + 1, 1:-1], u[first - 1 : last - 1, 1:-1], t)
            t += u[first:last, 2:]
            t += u[first:last, :-2]
            t *= c
            np.subtract(t, inner, inner)
            np.multiply(u[first:last, 1:-1], 2 - 4 * c, t)
            inner += t
        u, old = old, u
    for edge in ((0, ...), (-1, ...), (..., 0), (..., -1)):
        u[edge] = border[edge]
    return u


@njit(parallel=True, fastmath={"contract"})
def _step(u, old, c):
    n, m = u.shape
    for i in prange(1, n - 1):
        for j in range(1, m - 1):
            around = u[i + 1, j] + u[i - 1, j] + u[i, j + 1] + u[i, j - 1] - 4 * u[i, j]
            old[i, j] = 2 * u[i, j] - old[i, j] + c * around


def numba_hand(u, old, c, steps):
    u, old = u.copy(), old.copy()
    for _ in range(steps):
        _step(u, old, u.dtype.type(c))
        u, old = old, u
    return u
