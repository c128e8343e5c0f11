"""A signal of 1,000,000 values folded with a kernel of 64."""

import numpy as np

SIZES = {"": {"n": 1_000_000, "w": 64}}
SMALL = {"n": 50, "w": 4}


def inputs(size, rng):
    return {"x": rng.standard_normal(size["n"]), "k": rng.standard_normal(size["w"])}


def numpy_typed(x, k):
    return np.convolve(x, k, mode="valid")


def numpy_best(x, k):
    from numpy.lib.stride_tricks import sliding_window_view

    back, y = np.ascontiguousarray(k[::-1]), np.empty(len(x) - len(k) + 1, x.dtype)
    windows = sliding_window_view(x, len(k))
    for first in range(0, len(y), 2048):  # a matrix of windows that stays in cache, times the kernel
        np.dot(np.ascontiguousarray(windows[first : first + 2048]), back, y[first : first + 2048])
    return y


def jax_jit(x, k):
    from jax import numpy as jnp

    return jnp.convolve(x, k, mode="valid")
