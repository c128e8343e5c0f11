"""The nearest of 32 centres for each of 200,000 points."""

import numpy as np
from numba import njit, prange

SIZES = {"": {"m": 200_000, "d": 16, "k": 32}}
SMALL = {"m": 60, "d": 3, "k": 4}


def inputs(size, rng):
    return {"P": rng.standard_normal((size["m"], size["d"])), "C": rng.standard_normal((size["k"], size["d"]))}


def numpy_typed(P, C):
    return np.argmin(np.sum((P[:, None, :] - C[None, :, :]) ** 2, axis=2), axis=1)


def numpy_best(P, C):
    G = P @ (-C).T
    G += 0.5 * np.einsum("ca,ca->c", C, C)
    return G.argmin(axis=1)


@njit(parallel=True, fastmath={"contract", "reassoc"})
def numba_hand(P, C):
    (m, d), k = P.shape, len(C)
    label = np.empty(m, np.int64)
    for i in prange(m):
        best, least = 0, np.inf
        for c in range(k):
            total = 0.0
            for a in range(d):
                total += (P[i, a] - C[c, a]) ** 2
            if total < least:
                best, least = c, total
        label[i] = best
    return label


def jax_jit(P, C):
    from jax import numpy as jnp

    return jnp.argmin(0.5 * (C * C).sum(axis=1) - P @ C.T, axis=1)


def torch_eager(P, C):
    return (0.5 * (C * C).sum(1) - P @ C.T).argmin(1)
