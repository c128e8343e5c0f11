"""One gradient step of softmax regression, by grad."""

import numpy as np

SIZES = {"": {"m": 200_000, "n": 400, "k": 10}}
SMALL = {"m": 60, "n": 5, "k": 3}


def inputs(size, rng):
    m, n, k = size["m"], size["n"], size["k"]
    Y = np.zeros((m, k))
    Y[np.arange(m), rng.integers(0, k, m)] = 1
    W = 0.05 * rng.standard_normal((n, k))
    return {"X": rng.standard_normal((m, n)), "Y": Y, "W": W, "b": np.zeros(k), "a": 0.1}


def numpy_typed(X, Y, W, b, a):
    m = len(X)
    Z = X @ W + b
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    return W - a * (1 / m) * X.T @ (P - Y), b - a * (1 / m) * np.sum(P - Y, axis=0)


def numpy_best(X, Y, W, b, a):
    P = X @ W
    P += b
    P -= P.max(axis=1, keepdims=True)
    np.exp(P, P)
    P /= P.sum(axis=1, keepdims=True)
    P -= Y
    G = X.T @ P
    G *= -a / len(X)
    G += W
    return G, b - a * P.mean(axis=0)


def jax_jit(X, Y, W, b, a):
    from jax.nn import softmax

    E = softmax(X @ W + b) - Y
    return W - (a / len(X)) * (X.T @ E), b - a * E.mean(axis=0)


def torch_eager(X, Y, W, b, a):
    E = (X @ W + b).softmax(1) - Y
    return W - (a / len(X)) * (X.T @ E), b - a * E.mean(0)
