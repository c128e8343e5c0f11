"""A filter in the frequency domain, 2^20 samples."""

import numpy as np

SIZES = {"": {"n": 1_048_576}}
SMALL = {"n": 32}


def inputs(size, rng):
    return {"x": rng.standard_normal(size["n"]), "H": np.exp(-np.linspace(0, 5, size["n"] // 2 + 1))}


def numpy_typed(x, H):
    return np.fft.irfft(np.fft.rfft(x) * H, len(x))


def numpy_best(x, H):
    from scipy import fft

    X = fft.rfft(x)
    X *= H
    return fft.irfft(X, len(x), overwrite_x=True)


def jax_jit(x, H):
    from jax import numpy as jnp

    return jnp.fft.irfft(jnp.fft.rfft(x) * H, len(x))
