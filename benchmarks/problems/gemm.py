"""alpha*A@B + beta*C, 1,500 × 1,500."""


SIZES = {"": {"n": 1500}}
SMALL = {"n": 7}


def inputs(size, rng):
    n = size["n"]
    return {**{name: rng.standard_normal((n, n)) for name in "ABC"}, "alpha": 1.5, "beta": 1.2}


def numpy_typed(A, B, C, alpha, beta):
    return alpha * A @ B + beta * C


def numpy_best(A, B, C, alpha, beta):
    D = A @ B
    D *= alpha / beta
    D += C
    D *= beta
    return D


def jax_jit(A, B, C, alpha, beta):
    return alpha * (A @ B) + beta * C


def torch_eager(A, B, C, alpha, beta):
    import torch

    return torch.addmm(C, A, B, alpha=alpha, beta=beta)
