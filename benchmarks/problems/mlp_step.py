"""One step for a network of 64-32-1 neurons, by grad."""

import numpy as np

SIZES = {"": {"m": 100_000, "n": 64, "h": 32}}
SMALL = {"m": 60, "n": 5, "h": 3}


def inputs(size, rng):
    m, n, h = size["m"], size["n"], size["h"]
    W, v = 0.1 * rng.standard_normal((n, h)), 0.2 * rng.standard_normal(h)
    X, y = rng.standard_normal((m, n)), rng.standard_normal(m)
    return {"X": X, "y": y, "W": W, "b": 0.1 * rng.standard_normal(h), "v": v, "c": 0.1, "a": 0.1}


def numpy_typed(X, y, W, b, v, c, a):
    m = len(y)
    H = np.tanh(X @ W + b)
    e = (H @ v + c - y) / m
    D = np.outer(e, v) * (1 - H**2)
    return W - a * X.T @ D, b - a * np.sum(D, axis=0), v - a * H.T @ e, c - a * np.sum(e)


def numpy_best(X, y, W, b, v, c, a):
    H = X @ W
    H += b
    np.tanh(H, H)
    e = H @ v
    e += c
    e -= y
    e *= a / len(y)
    new_v = v - H.T @ e
    np.multiply(H, H, H)
    np.subtract(1, H, H)
    H *= e[:, None]
    H *= v
    return W - X.T @ H, b - H.sum(axis=0), new_v, c - e.sum()


def jax_jit(X, y, W, b, v, c, a):
    import jax
    from jax import numpy as jnp

    def loss(W, b, v, c):
        return jnp.mean((jnp.tanh(X @ W + b) @ v + c - y) ** 2) / 2

    d = jax.grad(loss, argnums=(0, 1, 2, 3))(W, b, v, c)
    return tuple(x - a * dx for x, dx in zip((W, b, v, c), d, strict=True))


def torch_eager(X, y, W, b, v, c, a):
    import torch

    weights = [torch.as_tensor(x, dtype=X.dtype).detach().requires_grad_() for x in (W, b, v, c)]
    loss = (((X @ weights[0] + weights[1]).tanh() @ weights[2] + weights[3] - y) ** 2).mean() / 2
    with torch.no_grad():
        return tuple(x - a * dx for x, dx in zip(weights, torch.autograd.grad(loss, weights), strict=True))
