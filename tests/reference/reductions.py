"""Functions that make one value of many."""

import math

import numpy as np
from scipy import special

from reference.faults import Fault
from reference.values import kind, real


def added(function):
    """A sum or product: of ints and bools an int of 64 bits, of others in their own width."""
    return lambda x, **o: function(x, dtype=np.int64 if kind(x) in "bi" else np.asarray(x).dtype, **o)


def spread(function):
    def over(x, **options):
        x = real(x)
        return function(x, **options).astype(np.abs(x[..., :0]).dtype if x.ndim else np.abs(x).dtype)

    return over


def norm(x, **options):
    size = np.abs(real(x))
    return np.sqrt(np.sum(np.square(size), dtype=size.dtype, **options))


REDUCTIONS = {
    "sum": added(np.sum),
    "prod": added(np.prod),
    "mean": lambda x, **o: np.mean(real(x), dtype=real(x).dtype, **o),
    "var": spread(np.var),
    "std": spread(np.std),
    "min": np.min,
    "max": np.max,
    "any": lambda x, **o: np.any(x != 0, **o),
    "all": lambda x, **o: np.all(x != 0, **o),
    "norm": norm,
    "logsumexp": lambda x, **o: np.asarray(special.logsumexp(real(x), **o)),
    "argmin": np.argmin,
    "argmax": np.argmax,
}
NO_VALUES = ("min", "max", "argmin", "argmax")  # of an empty array an error
OF_NOTHING = {"sum": 0, "prod": 1, "any": False, "all": True, "mean": math.nan}


def reduce(name, x, axis=None, keepdims=False, node=None):
    x = np.asarray(x)
    axes = tuple(range(x.ndim)) if axis is None else tuple(int(a) % x.ndim for a in np.atleast_1d(axis))
    if name in NO_VALUES and math.prod(x.shape[a] for a in axes) == 0:
        raise Fault("value", f"{name} of no values", node)
    if name in ("argmin", "argmax"):
        return np.asarray(REDUCTIONS[name](x, axis=None if axis is None else axes[0], keepdims=keepdims))
    return np.asarray(REDUCTIONS[name](x, axis=axes, keepdims=keepdims))


def of_nothing(name, shape, dtype):
    """The reduction of no bodies of that shape and element."""
    found = REDUCTIONS[name](np.empty((0, *shape), dtype), axis=(0,))
    return np.full(shape, OF_NOTHING[name], np.asarray(found).dtype)


