"""One step for a classifier of two layers, 100-50-10, by grad."""

import numpy as np

SIZES = {"": {"m": 50_000, "n": 100, "h": 50, "k": 10}}
SMALL = {"m": 60, "n": 5, "h": 4, "k": 3}


def inputs(size, rng):
    m, n, h, k = (size[s] for s in "mnhk")
    Y = np.zeros((m, k))
    Y[np.arange(m), rng.integers(0, k, m)] = 1
    layers = {"W": 0.1 * rng.standard_normal((n, h)), "b": 0.1 * rng.standard_normal(h)}
    return {"X": rng.standard_normal((m, n)), "Y": Y, **layers, "V": 0.1 * rng.standard_normal((h, k)),
            "c": np.zeros(k), "a": 0.1}


def numpy_typed(X, Y, W, b, V, c, a):
    m = len(X)
    H = np.maximum(X @ W + b, 0)
    Z = H @ V + c
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    D = (E / np.sum(E, axis=1, keepdims=True) - Y) / m
    G = (D @ V.T) * (H > 0)
    return W - a * X.T @ G, b - a * np.sum(G, axis=0), V - a * H.T @ D, c - a * np.sum(D, axis=0)


def numpy_best(X, Y, W, b, V, c, a):
    H = X @ W
    H += b
    np.maximum(H, 0, out=H)
    D = H @ V
    D += c
    D -= D.max(axis=1, keepdims=True)
    np.exp(D, D)
    D /= D.sum(axis=1, keepdims=True)
    D -= Y
    D *= a / len(X)
    G = D @ V.T
    G *= H > 0
    return W - X.T @ G, b - G.sum(axis=0), V - H.T @ D, c - D.sum(axis=0)


def jax_jit(X, Y, W, b, V, c, a):
    import jax

    def loss(W, b, V, c):
        return -(Y * jax.nn.log_softmax(jax.nn.relu(X @ W + b) @ V + c)).sum() / len(X)

    d = jax.grad(loss, argnums=(0, 1, 2, 3))(W, b, V, c)
    return tuple(x - a * dx for x, dx in zip((W, b, V, c), d, strict=True))


def torch_eager(X, Y, W, b, V, c, a):
    import torch

    weights = [x.detach().requires_grad_() for x in (W, b, V, c)]
    Z = (X @ weights[0] + weights[1]).relu() @ weights[2] + weights[3]
    loss = -(Y * Z.log_softmax(1)).sum() / len(X)
    with torch.no_grad():
        return tuple(x - a * dx for x, dx in zip(weights, torch.autograd.grad(loss, weights), strict=True))
