"""The truth about elementwise functions: mpmath's value, and how many units in the last place an answer is off."""

from __future__ import annotations

import math
from collections.abc import Callable

import mpmath
import numpy as np

mpf, inf = mpmath.mpf, mpmath.mpf("inf")
BITS = 400
LEAST = {np.dtype(np.float64): -1074, np.dtype(np.float32): -149}       # exponents of the least denormal
DIGITS = {np.dtype(np.float64): 53, np.dtype(np.float32): 24}


def log_gamma(x: mpf) -> mpf:
    return mpmath.log(abs(mpmath.gamma(x))) if abs(x) < 1000 else mpmath.re(mpmath.loggamma(x))


def quantile(p: mpf) -> mpf:
    """The standard normal quantile, from the nearer tail."""
    if not 0 < p < 1:
        return mpmath.nan
    tail = min(p, 1 - p)
    start = -mpmath.sqrt(-2 * mpmath.log(tail))
    off = lambda x: mpmath.log(mpmath.ncdf(x)) - mpmath.log(tail)
    root = mpmath.findroot(off, start) if tail < mpf(0.5) else mpf(0)
    return root if p < mpf(0.5) else -root


TRUTH: dict[str, Callable[..., mpf]] = {
    "exp": mpmath.exp, "exp2": lambda x: mpmath.power(2, x), "expm1": mpmath.expm1, "log": mpmath.log,
    "log2": lambda x: mpmath.log(x) / mpmath.log(2), "log10": mpmath.log10, "log1p": mpmath.log1p,
    "sqrt": mpmath.sqrt, "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan, "asin": mpmath.asin, "acos": mpmath.acos,
    "atan": mpmath.atan, "atan2": mpmath.atan2, "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh,
    "hypot": mpmath.hypot, "erf": mpmath.erf, "gamma": mpmath.gamma, "lgamma": log_gamma, "normal_quantile": quantile,
    "polygamma": mpmath.psi,
    "add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x * y, "div": lambda x, y: x / y,
    "pow": mpmath.power, "mod": lambda x, y: x - y * mpmath.floor(x / y),
    "floordiv": lambda x, y: mpmath.floor(x / y),
}


def true_value(name: str, *args: float) -> mpf | None:
    """The value of a function at finite numbers; None where it has no finite, real one."""
    with mpmath.workprec(BITS if name not in ("mod", "floordiv", "add", "sub") else 2400):
        try:
            value = TRUTH[name](*(mpf(float(a)) for a in args))
        except (ValueError, ZeroDivisionError):
            return None
    return value if isinstance(value, mpf) and mpmath.isfinite(value) else None


def unit(value: mpf, kind: np.dtype) -> mpf:
    """One unit in the last place of the numbers of this width near a value."""
    exponent = mpmath.frexp(value)[1] - 1 if value else LEAST[kind]
    return mpmath.ldexp(1, max(exponent - DIGITS[kind] + 1, LEAST[kind]))


def ulps(got: float, value: mpf, kind: np.dtype, size: mpf | None = None) -> float:
    """How many units in the last place of the value (or of a size that matters) an answer is off.

    Past the greatest number infinity is right.
    """
    one = unit(value if size is None else size, kind)
    with mpmath.workprec(BITS):
        if math.isnan(got):
            return math.inf
        if math.isinf(got):
            greatest = mpf(float(np.finfo(kind).max))
            return max(0.0, float((greatest + one - abs(value)) / one)) if (got > 0) == (value > 0) else math.inf
        off = abs(mpf(float(got)) - value) / one
        return float(off) if off < mpf(1e300) else math.inf


def added_up(name: str, value: mpf, x: float) -> mpf:
    """What a library's error is relative to: see the column `ulp` of the op table."""
    if name != "lgamma":
        return value
    with mpmath.workprec(BITS):
        return max(abs(value), mpf(1), abs(log_gamma(1 - mpf(float(x)))) if x < 0 else mpf(1))
