"""Where functions are judged: every exponent, ordinary sizes, and close to what makes them hard."""

from __future__ import annotations

import numpy as np

TWO = {"atan2", "hypot", "add", "sub", "mul", "div", "pow", "mod", "floordiv"}
Points = tuple[np.ndarray, ...]


def points(name: str, count: int, kind: np.dtype, rng: np.random.Generator) -> Points:
    """Some finite arguments of a function, count of each sort."""
    with np.errstate(all="ignore"):
        found = pairs(name, count, kind, rng) if name in TWO else (single(count, kind, rng),)
    keep = np.all([np.isfinite(x) for x in found], axis=0)
    if name in ("mod", "floordiv"):
        keep &= found[1] != 0
    return tuple(x[keep] for x in found)


def every_exponent(count: int, kind: np.dtype, rng: np.random.Generator) -> np.ndarray:
    """From the least denormal to the greatest number, of either sign."""
    low, high = (-1074, 1024) if kind == np.float64 else (-149, 128)
    return (np.ldexp(1 + rng.random(count), rng.integers(low, high, count)) * rng.choice([-1, 1], count)).astype(kind)


def single(count: int, kind: np.dtype, rng: np.random.Generator) -> np.ndarray:
    signs, close = rng.choice([-1, 1], count), 2.0 ** -rng.uniform(1, 60, count)
    return np.concatenate([
        every_exponent(count, kind, rng),
        rng.uniform(-1, 1, count).astype(kind),
        rng.uniform(-10, 10, count).astype(kind),
        rng.uniform(-200, 200, count).astype(kind),             # where gamma and its reflection live
        rng.uniform(-750, 750, count).astype(kind),             # where exp does
        (1 + signs * close).astype(kind),                       # log, acos, lgamma
        (2 + signs * close).astype(kind),
        (np.rint(rng.uniform(-99, 99, count)) * (1 + signs * close)).astype(kind),      # poles of gamma
        (np.rint(rng.uniform(-999, 999, count)) * np.pi / 2).astype(kind),              # zeros and poles of tan
        np.array([1e22, 1e300, -2.4570247382208006]).astype(kind),
    ])


def pairs(name: str, count: int, kind: np.dtype, rng: np.random.Generator) -> Points:
    x, y = every_exponent(2 * count, kind, rng), every_exponent(2 * count, kind, rng)
    x[::2] = y[::2] * rng.uniform(-3, 3, count).astype(kind)    # of one size
    if name == "pow":
        x[::2] = np.exp(rng.uniform(-3, 3, count)).astype(kind)
        y[::2] = rng.uniform(-200, 200, count).astype(kind)
        y[1::2] = np.rint(rng.uniform(-50, 50, count)).astype(kind)
        x[1::4] = rng.uniform(-30, 30, len(x[1::4])).astype(kind)
    return x, y
