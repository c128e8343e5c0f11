"""1,000 bodies that attract each other, 20 steps."""

import numpy as np
from numba import njit, prange

SIZES = {"": {"n": 1000, "steps": 20}}
SMALL = {"n": 6, "steps": 3}


def inputs(size, rng):
    p, v = rng.standard_normal((size["n"], 3)), 0.1 * rng.standard_normal((size["n"], 3))
    return {"p": p, "v": v, "mass": rng.uniform(0.5, 1.5, size["n"]), "h": 0.001, "soft": 0.01, "steps": size["steps"]}


def numpy_typed(p, v, mass, h, soft, steps):
    for _ in range(steps):
        d = p[None, :, :] - p[:, None, :]
        r2 = np.sum(d**2, axis=2) + soft
        a = np.sum(mass[None, :, None] * d * r2[:, :, None] ** -1.5, axis=1)
        v = v + h * a
        p = p + h * v
    return p, v


def numpy_best(p, v, mass, h, soft, steps):
    v, x = v.copy(), np.ascontiguousarray(p.T)
    n = len(mass)
    d, r2, s = np.empty((3, n, n), p.dtype), np.empty((n, n), p.dtype), np.empty((n, n), p.dtype)
    for _ in range(steps):
        r2.fill(soft)
        for c in range(3):
            np.subtract(x[c][None, :], x[c][:, None], d[c])
            np.multiply(d[c], d[c], s)
            r2 += s
        np.sqrt(r2, s)
        r2 *= s
        np.divide(mass, r2, r2)
        for c in range(3):
            v[:, c] += h * np.einsum("ij,ij->i", d[c], r2)
        x += h * v.T
    return np.ascontiguousarray(x.T), v


@njit(parallel=True, fastmath={"contract", "reassoc"})
def _step(x, v, mass, h, soft):
    n = len(mass)
    for i in prange(n):
        r = s = t = mass[0] * 0
        for j in range(n):
            a, b, c = x[0, j] - x[0, i], x[1, j] - x[1, i], x[2, j] - x[2, i]
            r2 = a * a + b * b + c * c + soft
            f = mass[j] / (r2 * np.sqrt(r2))
            r += f * a
            s += f * b
            t += f * c
        v[i, 0] += h * r
        v[i, 1] += h * s
        v[i, 2] += h * t


def numba_hand(p, v, mass, h, soft, steps):
    x, v, real = np.ascontiguousarray(p.T), v.copy(), p.dtype.type
    for _ in range(steps):
        _step(x, v, mass, real(h), real(soft))
        x += real(h) * v.T
    return np.ascontiguousarray(x.T), v


def jax_jit(p, v, mass, h, soft, steps):
    from jax import lax

    def step(_, state):
        p, v = state
        d = p[None, :, :] - p[:, None, :]
        r2 = (d**2).sum(axis=2) + soft
        v = v + h * (mass[None, :, None] * d * r2[:, :, None] ** -1.5).sum(axis=1)
        return p + h * v, v

    return lax.fori_loop(0, steps, step, (p, v))
