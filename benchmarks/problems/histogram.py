"""A histogram of 10,000,000 values in 100 bins."""

import numpy as np

SIZES = {"": {"n": 10_000_000, "bins": 100}}
SMALL = {"n": 500, "bins": 8}


def inputs(size, rng):
    return {"x": rng.standard_normal(size["n"]), "bins": size["bins"]}


def numpy_typed(x, bins):
    return np.histogram(x, bins, range=(-4, 4))[0]


def numpy_best(x, bins):
    h = np.zeros(bins, np.int64)
    for first in range(0, len(x), 1 << 15):  # what fits into cache
        part = x[first : first + (1 << 15)]
        place = part + 4
        place *= bins / 8
        inside = (part >= -4) & (part <= 4)
        k = place.astype(np.int64)
        np.minimum(k, bins - 1, out=k)
        h += np.bincount(k[inside], minlength=bins)
    return h
