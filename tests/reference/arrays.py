"""Functions of whole arrays: made, shaped, put in order, counted, transformed, learned from."""

import math

import numpy as np
from scipy import special

from reference import random_numbers
from reference.elementwise import MAPS
from reference.faults import demand
from reference.linear import LINEAR, SEVERAL_LINEAR
from reference.values import Program, common, in_precision, number, real


def sized(*sizes):
    demand(all(s >= 0 for s in sizes), "value", "a size cannot be negative")
    return tuple(int(s) for s in sizes)


def axes(axis):
    """`axis=` as NumPy takes it."""
    return axis if axis is None else tuple(int(a) for a in np.atleast_1d(axis))


# --- scans, order, search ------------------------------------------------------------------------


def scan(ufunc):
    def over(x, axis=None):
        x = np.asarray(x)
        if ufunc in (np.add, np.multiply) and x.dtype.kind in "bi":
            x = x.astype(np.int64)
        return ufunc.accumulate(x.ravel() if axis is None else x, axis=0 if axis is None else axis)

    return over


def diff(x, axis=-1):
    demand(np.shape(x)[axis] > 0, "value", "no values")
    return np.diff(number(x), axis=axis)


def reduced(function):
    def over(x, *rest, axis=None, keepdims=False):
        over = tuple(range(np.ndim(x))) if axis is None else axis
        demand(math.prod(np.shape(x)[k] for k in np.atleast_1d(over).astype(int)) > 0, "value", "no values")
        return function(real(x), *rest, axis=over, keepdims=keepdims)

    return over


def quantile(x, q, **options):
    demand(np.all((q >= 0) & (q <= 1)), "value", "q outside 0..1")
    return np.quantile(x, q, **options)


# --- statistics ----------------------------------------------------------------------------------


def covariance(function):
    def between(*x):
        x = common(*map(real, x))
        return function(*x).astype(x[0].dtype)

    return between


def histogram(x, bins, lo=None, hi=None, weights=None):
    x = np.asarray(x)
    demand(bins > 0, "value", "no bins")
    low = (x.min() if x.size else 0) if lo is None else lo
    high = (x.max() if x.size else 1) if hi is None else hi
    demand(np.isfinite(low) and np.isfinite(high) and low <= high, "value", "no range")
    found = np.histogram(x, int(bins), (low, high), weights=weights)[0]
    return found if weights is None else found.astype(real(weights).dtype)


def bincount(i, k, weights=None):
    demand(np.all((i >= 0) & (i < k)), "index", "outside")
    found = np.bincount(np.ravel(i), None if weights is None else np.ravel(weights), int(k))
    return found if weights is None else found.astype(real(weights).dtype)


def interp(x, places, values):
    x, places, values = common(*map(real, (x, places, values)))
    return np.interp(x, places, values).astype(x.dtype)


# --- learning ------------------------------------------------------------------------------------


def log_softmax(x, axis=-1):
    return real(x) - special.logsumexp(real(x), axis=int(axis), keepdims=True)


def cross_entropy(p, y):
    p, y = real(p), np.asarray(y)
    with np.errstate(all="ignore"):
        if y.ndim < p.ndim:
            return -np.mean(np.log(p[np.arange(len(y)), y]))
        p, y = common(p, y)
        terms = np.where(y == 0, p.dtype.type(0), y * np.log(p))
        if p.ndim == 2:
            return -np.mean(terms.sum(1))
        return -np.mean(terms + np.where(y == 1, p.dtype.type(0), (1 - y) * np.log(1 - p)))


def accuracy(p, y):
    p, y = np.asarray(p), np.asarray(y)
    labels = [a.argmax(1) if a.ndim == 2 else a for a in (p, y)]
    return np.mean(labels[0] == labels[1]).astype(Program.real)


def r2(p, y):
    p, y = common(real(p), real(y))
    return 1 - np.sum(np.square(y - p)) / np.sum(np.square(y - np.mean(y)))


LEARNING = {
    "softmax": lambda x, axis=-1: np.exp(log_softmax(x, axis)),
    "log_softmax": log_softmax,
    "standardize": lambda X: (real(X) - np.mean(real(X), 0)) / np.std(real(X), 0),
    "mse": lambda p, y: np.mean(np.square(np.subtract(*common(real(p), real(y))))),
    "mae": lambda p, y: np.mean(np.abs(np.subtract(*common(real(p), real(y))))),
    "r2": r2,
    "cross_entropy": cross_entropy,
    "accuracy": accuracy,
}

# --- making and shaping --------------------------------------------------------------------------


def randint(seed, low, high, *shape):
    demand(0 < int(high) - int(low) < 2**63, "value", "randint wants lo < hi")
    return random_numbers.randint(seed, low, high, *shape)


def like(x, value):
    x = np.asarray(x)
    return np.full(x.shape, value, x.dtype)


def pad(x, before, after, axis=None, value=0):
    x = np.asarray(x)
    over = range(x.ndim) if axis is None else np.atleast_1d(axis) % x.ndim
    widths = [(int(before), int(after)) if k in over else (0, 0) for k in range(x.ndim)]
    return np.pad(x, widths, constant_values=value)


def split(x, k, axis=0):
    demand(np.shape(x)[axis] % int(k) == 0, "shape", "unequal parts")
    return np.split(x, int(k), axis=axis)


def roll(x, k, axis=None):
    return np.roll(x, int(k), axes(axis))


def one_hot(i, k):
    return (np.asarray(i)[:, None] == np.arange(k)).astype(Program.real)


MAKING = {
    "eye": lambda n: np.eye(*sized(n), dtype=Program.real),
    "linspace": lambda a, b, n: np.linspace(a, b, int(n), dtype=Program.real),
    "arange": lambda n: np.arange(*sized(n)),
    "like": like,
    **{name: (lambda *a, f=f: in_precision(f(*a))) for name, f in random_numbers.FUNCTIONS.items()},
    "randint": randint,
}
SHAPING = {
    "size": lambda x, axis=None: np.size(x) if axis is None else np.shape(x)[axis],
    "rank": np.ndim,
    "transpose": lambda x, *order: np.transpose(x, [int(a) for a in order] or None),
    "concat": lambda *a, axis=0: np.concatenate(common(*a), axis=int(axis)),
    "stack": lambda *a, axis=0: np.stack(common(*a), axis=int(axis)),
    "flip": lambda x, axis=None: np.flip(x, axes(axis)),
    "roll": roll,
    "tile": lambda x, *k: np.tile(x, sized(*k)),
    "squeeze": lambda x, axis=None: np.squeeze(x, axes(axis)),
    "broadcast": lambda x, *sizes: np.broadcast_to(x, sized(*sizes)),
    "diag": np.diag,
    "triu": lambda x, k=0: np.triu(number(x), int(k)),
    "tril": lambda x, k=0: np.tril(number(x), int(k)),
    "one_hot": one_hot,
    "pad": pad,
}

# --- signals -------------------------------------------------------------------------------------


def conv(x, k, mode="full"):
    demand(np.size(x) and np.size(k), "value", "nothing to convolve")
    return np.convolve(*map(number, common(x, k)), mode)


def transform(function):
    def along(x, *size, axis=-1):
        demand(np.shape(x)[axis] > 0, "value", "nothing to transform")
        return function(real(x), *map(int, size), axis=axis)

    return along


SIGNALS = {"conv": conv, **{name: transform(getattr(np.fft, name)) for name in ("fft", "ifft", "rfft", "irfft")}}

# --- all of them ---------------------------------------------------------------------------------

PLAIN = {
    **MAPS,
    **LINEAR,
    **MAKING,
    **SHAPING,
    **LEARNING,
    **SIGNALS,
    "cumsum": scan(np.add),
    "cumprod": scan(np.multiply),
    "cummax": scan(np.maximum),
    "cummin": scan(np.minimum),
    "diff": diff,
    "sort": lambda x: np.sort(x, kind="stable"),
    "argsort": lambda x: np.argsort(x, kind="stable"),
    "searchsorted": np.searchsorted,
    "median": reduced(np.median),
    "quantile": reduced(quantile),
    "cov": covariance(np.cov),
    "corr": covariance(np.corrcoef),
    "histogram": histogram,
    "bincount": bincount,
    "interp": interp,
}
SEVERAL = {"split": split, **SEVERAL_LINEAR}

