"""Mandelbrot's set, 600 × 400 points, 100 rounds."""

import numpy as np
from numba import njit, prange

SIZES = {"": {"w": 600, "h": 400, "most": 100}}
SMALL = {"w": 9, "h": 7, "most": 12}
EXACT_IN = "f64"  # near the set's edge another rounding is another count


def inputs(size, rng):
    return {"x": np.linspace(-2, 0.6, size["w"]), "y": np.linspace(-1.2, 1.2, size["h"]), "most": size["most"]}


def numpy_typed(x, y, most):
    c = x[None, :] + 1j * y[:, None]
    z, count = np.zeros_like(c), np.zeros(c.shape, np.int64)
    for _ in range(most):
        inside = z.real**2 + z.imag**2 <= 4
        count[inside] += 1
        z[inside] = z[inside] ** 2 + c[inside]
    return count


def numpy_best(x, y, most):
    count = np.zeros(len(y) * len(x), np.int64)
    place = np.arange(len(count))  # of the points that are still inside
    p, q = np.tile(x, len(y)), np.repeat(y, len(x))
    a, b = np.zeros_like(p), np.zeros_like(q)
    for k in range(most):
        a2, b2 = a * a, b * b
        inside = a2 + b2 <= 4
        if not inside.all():
            count[place[~inside]] = k
            place, a, b, a2, b2, p, q = (v[inside] for v in (place, a, b, a2, b2, p, q))
        b *= a
        b *= 2
        b += q
        np.subtract(a2, b2, a)
        a += p
    count[place] = most
    return count.reshape(len(y), len(x))


@njit(parallel=True)
def numba_hand(x, y, most):
    count = np.empty((len(y), len(x)), np.int64)
    for i in prange(len(y)):
        for j in range(len(x)):
            a = b = 0.0
            k = 0
            while k < most and a * a + b * b <= 4:
                a, b = a * a - b * b + x[j], 2 * a * b + y[i]
                k += 1
            count[i, j] = k
    return count
