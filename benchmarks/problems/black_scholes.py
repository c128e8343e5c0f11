"""The price of 4,000,000 options (Black and Scholes)."""

from math import erf

import numpy as np
from numba import njit, prange

SIZES = {"": {"n": 4_000_000}}
SMALL = {"n": 50}


def inputs(size, rng):
    n = size["n"]
    s, k = rng.uniform(50, 150, n), rng.uniform(50, 150, n)
    return {"s": s, "k": k, "t": rng.uniform(0.1, 2, n), "r": 0.05, "sigma": 0.2}


def numpy_typed(s, k, t, r, sigma):
    from scipy import special

    def cdf(z):
        return (1 + special.erf(z / np.sqrt(2))) / 2

    d1 = (np.log(s / k) + (r + sigma**2 / 2) * t) / (sigma * np.sqrt(t))
    d2 = d1 - sigma * np.sqrt(t)
    return s * cdf(d1) - k * np.exp(-r * t) * cdf(d2)


def numpy_best(s, k, t, r, sigma):
    from concurrent.futures import ThreadPoolExecutor
    from os import sched_getaffinity

    from scipy import special

    price, half = np.empty_like(s), 0.5**0.5

    def block(first):  # what fits into cache, in place
        part = slice(first, first + 8192)
        s_, k_, t_ = s[part], k[part], t[part]
        spread = np.sqrt(t_)
        spread *= sigma
        d = s_ / k_
        np.log(d, d)
        d += (r + sigma**2 / 2) * t_
        d /= spread
        other = d - spread
        for z in (d, other):
            z *= half
            special.erf(z, z)
            z += 1
            z *= 0.5
        d *= s_
        later = -r * t_
        np.exp(later, later)
        later *= k_
        other *= later
        np.subtract(d, other, price[part])

    with ThreadPoolExecutor(len(sched_getaffinity(0))) as pool:
        list(pool.map(lambda p: [block(f) for f in range(p, min(p + (1 << 18), len(s)), 8192)],
                      range(0, len(s), 1 << 18)))
    return price


@njit(parallel=True, fastmath={"contract", "arcp"})
def _all(s, k, t, r, sigma, price):
    for i in prange(len(s)):
        spread = sigma * np.sqrt(t[i])
        d = (np.log(s[i] / k[i]) + (r + sigma * sigma / 2) * t[i]) / spread
        one, two = (1 + erf(d * 0.5**0.5)) / 2, (1 + erf((d - spread) * 0.5**0.5)) / 2
        price[i] = s[i] * one - k[i] * np.exp(-r * t[i]) * two


def numba_hand(s, k, t, r, sigma):
    price = np.empty_like(s)
    _all(s, k, t, r, sigma, price)
    return price


def jax_jit(s, k, t, r, sigma):
    from jax import numpy as jnp
    from jax.scipy.special import erf

    d1 = (jnp.log(s / k) + (r + sigma**2 / 2) * t) / (sigma * jnp.sqrt(t))
    d2 = d1 - sigma * jnp.sqrt(t)
    return s * (1 + erf(d1 / 2**0.5)) / 2 - k * jnp.exp(-r * t) * (1 + erf(d2 / 2**0.5)) / 2


def torch_eager(s, k, t, r, sigma):
    import torch

    d1 = (torch.log(s / k) + (r + sigma**2 / 2) * t) / (sigma * torch.sqrt(t))
    d2 = d1 - sigma * torch.sqrt(t)
    return s * (1 + torch.erf(d1 / 2**0.5)) / 2 - k * torch.exp(-r * t) * (1 + torch.erf(d2 / 2**0.5)) / 2
