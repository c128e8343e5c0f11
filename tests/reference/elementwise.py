"""Functions of each entry."""

import numpy as np
from scipy import special

from reference.arithmetic import together
from reference.values import common, fraction, kind, meeting, number, real, whole_number

SAME_NAME = "exp log log1p expm1 log2 log10 exp2 sqrt cbrt sin cos tan sinh cosh tanh hypot".split()
SMOOTH = {
    **{n: getattr(np, n) for n in SAME_NAME},
    **{f"a{n}": getattr(np, f"arc{n}") for n in ("sin", "cos", "tan", "tan2")},
    "erf": special.erf,
    "gamma": special.gamma,
    "lgamma": special.gammaln,
}
ASKS = {"isnan": np.isnan, "isinf": np.isinf, "isfinite": np.isfinite}
ROUNDING = {"floor": np.floor, "ceil": np.ceil, "round": np.rint, "trunc": np.trunc}
BITS = {
    "bitand": np.bitwise_and,
    "bitor": np.bitwise_or,
    "bitxor": np.bitwise_xor,
    "bitnot": np.invert,
    "shl": np.left_shift,
    "shr": np.right_shift,
}


def clip(x, low, high):
    x, low, high = common(x, low, high)
    return np.minimum(np.maximum(x, low), high)


def where(condition, x, y):
    return np.where(condition, *common(x, y))


def relu(x):
    return np.where(np.asarray(x) <= 0, np.zeros((), meeting(x)), x)


def softplus(x):
    x = real(x)
    return np.logaddexp(np.zeros((), x.dtype), x)


def sigmoid(x):
    x = real(x)
    return 1 / (1 + np.exp(-x))


MAPS = {
    **{n: (lambda *a, f=f: f(*together(fraction, *a))) for n, f in SMOOTH.items()},
    **{n: (lambda a, f=f: f(a) if kind(a) in "fc" else f(real(a))) for n, f in ASKS.items()},
    **{n: (lambda a, f=f: f(a) if kind(a) == "f" else number(a)) for n, f in ROUNDING.items()},
    **{n: (lambda *a, f=f: f(*together(whole_number, *a))) for n, f in BITS.items()},
    "abs": lambda a: np.abs(number(a)),
    "sign": lambda a: np.sign(number(a)),
    "real": lambda a: np.real(number(a)),
    "imag": lambda a: np.imag(number(a)),
    "conj": lambda a: np.conj(number(a)),
    "minimum": lambda x, y: np.minimum(*common(x, y)),
    "maximum": lambda x, y: np.maximum(*common(x, y)),
    "clip": clip,
    "where": where,
    "sigmoid": sigmoid,
    "relu": relu,
    "softplus": softplus,
}
