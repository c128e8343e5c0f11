"""One round of k-means: assignment and update."""

import numpy as np
from numba import njit, prange

SIZES = {"": {"m": 200_000, "d": 16, "k": 32}}
SMALL = {"m": 60, "d": 3, "k": 4}


def inputs(size, rng):
    return {"P": rng.standard_normal((size["m"], size["d"])), "C": rng.standard_normal((size["k"], size["d"]))}


def numpy_typed(P, C):
    k = len(C)
    D = np.sum((P[:, None, :] - C[None, :, :]) ** 2, axis=2)
    M = np.eye(k)[np.argmin(D, axis=1)]
    count = np.sum(M, axis=0)
    return np.where(count[:, None] > 0, M.T @ P / np.maximum(count, 1)[:, None], C)


def numpy_best(P, C):
    from scipy.sparse import csr_array

    m, k = len(P), len(C)
    G = P @ (-C).T
    G += 0.5 * np.einsum("ca,ca->c", C, C)
    label = G.argmin(axis=1)
    count = np.bincount(label, minlength=k)
    M = csr_array((np.ones(m, P.dtype), label, np.arange(m + 1)), (m, k))
    sums = M.T @ P
    return np.where(count[:, None] > 0, sums / np.maximum(count, 1)[:, None], C)


@njit(parallel=True, fastmath={"contract", "reassoc"})
def _walk(P, C, sums, counts):
    (m, d), k, blocks = P.shape, len(C), len(sums)
    for p in prange(blocks):
        for i in range(m * p // blocks, m * (p + 1) // blocks):
            best, least = 0, np.inf
            for c in range(k):
                total = 0.0
                for a in range(d):
                    total += (P[i, a] - C[c, a]) ** 2
                if total < least:
                    best, least = c, total
            counts[p, best] += 1
            for a in range(d):
                sums[p, best, a] += P[i, a]


def numba_hand(P, C):
    sums, counts = np.zeros((32, *C.shape), P.dtype), np.zeros((32, len(C)), np.int64)
    _walk(P, C, sums, counts)
    count = counts.sum(axis=0)[:, None]
    return np.where(count > 0, sums.sum(axis=0) / np.maximum(count, 1), C)
