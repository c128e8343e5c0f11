"""The heat equation, a stencil of 5 points: 2,000 × 2,000, 100 steps."""

import numpy as np
from numba import njit, prange

SIZES = {"": {"n": 2000, "steps": 100}}
SMALL = {"n": 9, "steps": 5}


def inputs(size, rng):
    return {"u": rng.random((size["n"], size["n"])), "r": 0.2, "steps": size["steps"]}


def numpy_typed(u, r, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1, 1:-1] += r * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
    return u


def numpy_best(u, r, steps):
    u, v = u.copy(), u.copy()
    rows = max(1, (1 << 17) // (u.shape[1] * u.itemsize))  # a block of rows of what is added up stays in cache
    total = np.empty((rows, u.shape[1] - 2), u.dtype)
    for _ in range(steps):
        for first in range(1, len(u) - 1, rows):
            last = min(first + rows, len(u) - 1)
            t, inner = total[: last - first], v[first:last, 1:-1]
            np.add(u[first + 1 : last + 1, 1:-1], u[first - 1 : last - 1, 1:-1], t)
            t += u[first:last, 2:]
            t += u[first:last, :-2]
            t *= r
            np.multiply(u[first:last, 1:-1], 1 - 4 * r, inner)
            inner += t
        u, v = v, u
    return u


@njit(parallel=True, fastmath={"contract"})
def _step(u, v, r):
    n, m = u.shape
    for i in prange(1, n - 1):
        for j in range(1, m - 1):
            v[i, j] = u[i, j] + r * (u[i + 1, j] + u[i - 1, j] + u[i, j + 1] + u[i, j - 1] - 4 * u[i, j])


def numba_hand(u, r, steps):
    u, v = u.copy(), u.copy()
    for _ in range(steps):
        _step(u, v, u.dtype.type(r))
        u, v = v, u
    return u


def jax_jit(u, r, steps):
    from jax import lax

    def step(_, u):
        new = r * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
        return u.at[1:-1, 1:-1].add(new)

    return lax.fori_loop(0, steps, step, u)
