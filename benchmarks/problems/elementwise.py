"""exp(-x^2/2)*sin(3*x) + log1p(abs(x)) on 20,000,000 values."""

import numpy as np
from numba import njit, prange

SIZES = {"": {"n": 20_000_000}}
SMALL = {"n": 50}


def inputs(size, rng):
    return {"x": rng.standard_normal(size["n"])}


def numpy_typed(x):
    return np.exp(-(x**2) / 2) * np.sin(3 * x) + np.log1p(np.abs(x))


def numpy_best(x):
    from concurrent.futures import ThreadPoolExecutor
    from os import sched_getaffinity

    y = np.empty_like(x)

    def block(first):  # what fits into cache, in place
        part = slice(first, first + 8192)
        u, r = x[part], y[part]
        np.multiply(u, u, r)
        r *= -0.5
        np.exp(r, r)
        t = 3 * u
        np.sin(t, t)
        r *= t
        np.abs(u, t)
        np.log1p(t, t)
        r += t

    with ThreadPoolExecutor(len(sched_getaffinity(0))) as pool:  # NumPy's functions let other threads run
        list(pool.map(lambda p: [block(f) for f in range(p, min(p + (1 << 20), len(x)), 8192)],
                      range(0, len(x), 1 << 20)))
    return y


def numexpr_text(x):
    import numexpr

    return numexpr.evaluate("exp(-x**2/2)*sin(3*x) + log1p(abs(x))")


@njit(parallel=True, fastmath={"contract", "arcp"})
def _all(x, y):
    for i in prange(len(x)):
        y[i] = np.exp(-x[i] * x[i] / 2) * np.sin(3 * x[i]) + np.log1p(abs(x[i]))


def numba_hand(x):
    y = np.empty_like(x)
    _all(x, y)
    return y


def jax_jit(x):
    from jax import numpy as jnp

    return jnp.exp(-(x**2) / 2) * jnp.sin(3 * x) + jnp.log1p(jnp.abs(x))


def torch_eager(x):
    import torch

    return torch.exp(-(x**2) / 2) * torch.sin(3 * x) + torch.log1p(torch.abs(x))


def torch_compiled(x):
    return torch_eager(x)
