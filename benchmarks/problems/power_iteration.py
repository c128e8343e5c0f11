"""50 rounds of power iteration, 2,000 × 2,000."""

import numpy as np

SIZES = {"": {"n": 2000, "steps": 50}}
SMALL = {"n": 7, "steps": 6}


def inputs(size, rng):
    return {"A": rng.random((size["n"], size["n"])), "steps": size["steps"]}


def numpy_typed(A, steps):
    v = np.ones(len(A), A.dtype) / np.sqrt(len(A), dtype=A.dtype)
    for _ in range(steps):
        v = A @ v
        v = v / np.linalg.norm(v)
    return v @ A @ v


def numpy_best(A, steps):
    n = len(A)
    v, q = np.full(n, 1 / np.sqrt(n), A.dtype), np.empty(n, A.dtype)
    for _ in range(steps):
        np.dot(A, v, q)
        q *= 1 / np.sqrt(q @ q)
        v, q = q, v
    return v @ np.dot(A, v, q)


def jax_jit(A, steps):
    from jax import lax
    from jax import numpy as jnp

    def step(_, v):
        v = A @ v
        return v / jnp.linalg.norm(v)

    v = lax.fori_loop(0, steps, step, jnp.full(len(A), 1 / np.sqrt(len(A)), A.dtype))
    return v @ (A @ v)
