"""One gradient step of linear regression, at five sizes."""

import numpy as np
from numba import njit, prange

SIZES = {
    "100000x1000": {"m": 100_000, "n": 1000},
    "1000000x10": {"m": 1_000_000, "n": 10},
    "1000000x100": {"m": 1_000_000, "n": 100},
    "10000x1000": {"m": 10_000, "n": 1000},
    "20000x5000": {"m": 20_000, "n": 5000},
}
SMALL = {"m": 50, "n": 7}


def inputs(size, rng):
    X = rng.standard_normal((size["m"], size["n"]))
    w = rng.standard_normal(size["n"])
    return {"X": X, "y": rng.standard_normal(size["m"]), "w": w, "b": 0.3, "a": 0.01}


def numpy_typed(X, y, w, b, a):
    m = len(y)
    return w - a * (1 / m) * X.T @ (X @ w + b - y)


def numpy_best(X, y, w, b, a):
    e = X @ w
    e += b
    e -= y
    g = X.T @ e
    g *= -a / len(y)
    g += w
    return g


@njit(parallel=True, fastmath={"contract", "reassoc"})
def _walk(X, y, w, b, part):
    blocks, (m, n) = len(part), X.shape
    for p in prange(blocks):
        first = m * p // blocks
        rows = m * (p + 1) // blocks - first
        A, t, g = X[first : first + rows], y[first : first + rows], part[p]
        whole = rows - rows % 4
        for i in range(0, whole, 4):
            r, s, u, v = b - t[i], b - t[i + 1], b - t[i + 2], b - t[i + 3]
            for j in range(n):
                r += A[i, j] * w[j]
                s += A[i + 1, j] * w[j]
                u += A[i + 2, j] * w[j]
                v += A[i + 3, j] * w[j]
            for j in range(n):
                g[j] += A[i, j] * r + A[i + 1, j] * s + A[i + 2, j] * u + A[i + 3, j] * v
        for i in range(whole, rows):
            r = b - t[i]
            for j in range(n):
                r += A[i, j] * w[j]
            for j in range(n):
                g[j] += A[i, j] * r


def numba_hand(X, y, w, b, a):
    part = np.zeros((max(1, min(64, len(y) // 128)), len(w)), X.dtype)
    _walk(X, y, w, X.dtype.type(b), part)
    return w - (a / len(y)) * part.sum(axis=0)


def jax_jit(X, y, w, b, a):
    return w - (a / len(y)) * (X.T @ (X @ w + b - y))


def torch_eager(X, y, w, b, a):
    return w - (a / len(y)) * (X.T @ (X @ w + b - y))
