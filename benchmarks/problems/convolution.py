"""A signal of 1,000,000 values folded with a kernel of 64."""

import numpy as np

SIZES = {"": {"n": 1_000_000, "w": 64}}
SMALL = {"n": 50, "w": 4}


def inputs(size, rng):
    return {"x": rng.standard_normal(size["n"]), "k": rng.standard_normal(size["w"])}


def numpy_typed(x, k):
    return np.convolve(x, k, mode="valid")


def numpy_best(x, k):
    # Blocks as long as the kernel: each part of the result comes from two of them, by products of matrices (BLAS).
    w = len(k)
    whole = len(x) // w
    if whole < 2:
        return np.convolve(x, k, mode="valid")
    X = x[: whole * w].reshape(whole, w)
    place = np.arange(w)[:, None] - np.arange(w)  # of a block's entry, seen from the entry of the result
    back = k[::-1]
    here = np.where(place >= 0, back[place], 0).astype(x.dtype)
    beyond = np.where(place < 0, back[place], 0).astype(x.dtype)
    y = np.empty(len(x) - w + 1, x.dtype)
    inner = y[: (whole - 1) * w].reshape(whole - 1, w)
    np.dot(X[:-1], here, inner)
    inner += X[1:] @ beyond
    y[inner.size :] = np.convolve(x[inner.size :], k, mode="valid")
    return y


def jax_jit(x, k):
    from jax import numpy as jnp

    return jnp.convolve(x, k, mode="valid")
