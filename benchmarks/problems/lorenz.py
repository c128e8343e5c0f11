"""Lorenz's equations from 20,000 starts, 200 steps."""

import numpy as np
from numba import njit, prange

SIZES = {"": {"n": 20_000, "steps": 200}}
SMALL = {"n": 9, "steps": 8}
TOLERANCE = 1e-7  # chaos: differences grow


def inputs(size, rng):
    return {**{name: rng.standard_normal(size["n"]) + 5 for name in "xyz"}, "h": 0.005, "steps": size["steps"]}


def numpy_typed(x, y, z, h, steps):
    for _ in range(steps):
        dx = 10 * (y - x)
        dy = x * (28 - z) - y
        dz = x * y - 8 / 3 * z
        x = x + h * dx
        y = y + h * dy
        z = z + h * dz
    return x, y, z


def numpy_best(x, y, z, h, steps):
    new = [np.empty_like(v) for v in (x, y, z)]
    block = 4000  # of the starts: all that is touched stays in cache
    for first in range(0, len(x), block):
        part = slice(first, first + block)
        x_, y_, z_ = (v[part].copy() for v in (x, y, z))
        dx, dy, dz = (np.empty_like(x_) for _ in range(3))
        for _ in range(steps):
            np.subtract(y_, x_, dx)
            dx *= 10 * h
            np.subtract(28, z_, dy)
            dy *= x_
            dy -= y_
            dy *= h
            np.multiply(x_, y_, dz)
            dz *= h
            z_ *= 1 - 8 / 3 * h
            z_ += dz
            x_ += dx
            y_ += dy
        for whole, own in zip(new, (x_, y_, z_), strict=True):
            whole[part] = own
    return tuple(new)


@njit(parallel=True, fastmath={"contract"})
def _walk(x, y, z, h, steps):
    blocks = (len(x) + 255) // 256
    for p in prange(blocks):
        part = slice(256 * p, min(256 * (p + 1), len(x)))
        a, b, c = x[part], y[part], z[part]
        for _ in range(steps):
            for i in range(len(a)):
                r, s, t = a[i], b[i], c[i]
                a[i] = r + h * (10 * (s - r))
                b[i] = s + h * (r * (28 - t) - s)
                c[i] = t + h * (r * s - 8 / 3 * t)


def numba_hand(x, y, z, h, steps):
    x, y, z = x.copy(), y.copy(), z.copy()
    _walk(x, y, z, h, steps)
    return x, y, z
