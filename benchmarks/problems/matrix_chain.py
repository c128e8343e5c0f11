"""A@B@C@v: the chain's order decides."""


SIZES = {"": {"n": 1500, "k": 500}}
SMALL = {"n": 7, "k": 4}


def inputs(size, rng):
    n, k = size["n"], size["k"]
    square = {name: rng.standard_normal((n, n)) for name in "AB"}
    return {**square, "C": rng.standard_normal((n, k)), "v": rng.standard_normal(k)}


def numpy_typed(A, B, C, v):
    return A @ B @ C @ v


def numpy_best(A, B, C, v):
    return A @ (B @ (C @ v))


def jax_jit(A, B, C, v):
    return A @ B @ C @ v
