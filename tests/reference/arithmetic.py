"""Operators on values: `+ - * / // % ^ @`, comparisons, and which shapes meet."""

import operator

import numpy as np

from reference.faults import Fault
from reference.values import as_strong, common, fraction, kind, meeting, number, weight, whole_number

COMPARE = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
ARITHMETIC = {"+": np.add, "-": np.subtract, "*": np.multiply}


def meet(*arrays, node=None):
    """Refuses what does not broadcast, and arrays of two ranks that make a third shape."""
    shapes = [np.shape(a) for a in arrays if np.ndim(a)]
    try:
        result = np.broadcast_shapes(*shapes)
    except ValueError:
        raise Fault("shape", f"{shapes} do not go together", node) from None
    if len({len(s) for s in shapes}) > 1 and result not in shapes:
        raise Fault("shape", f"{shapes} would make {result}", node)


def together(element, *values):
    """The values in one element, which depends on that in which they meet."""
    dtype = element(meeting(*values))
    return [np.asarray(v).astype(dtype) for v in values]


def power(x, y):
    """An int exponent changes nothing about its base, unless it is as strong and the base is narrow."""
    if kind(y) not in "bi" or (weight(y) == weight(x) and number(x).dtype.itemsize == 4):
        x, y = together(whole_number, x, y)
        return np.power(x, y)
    x, y = number(x), number(y)
    if kind(x) != "i":
        return np.power(x, y.astype(x.dtype))
    if np.any(y < 0):
        raise Fault("value", "an int to a negative power")
    return np.power(x, y, dtype=x.dtype, casting="unsafe")


def floored(op):
    """`//` or `%`: of ints by zero an error."""

    def divide(x, y):
        x, y = together(whole_number, x, y)
        if kind(y) == "i" and np.any(y == 0):
            raise Fault("value", "division by zero")
        return op(x, y)

    return divide


OPERATORS = {
    **{sign: (lambda x, y, f=f: f(*together(whole_number, x, y))) for sign, f in ARITHMETIC.items()},
    "/": lambda x, y: np.true_divide(*together(fraction, x, y)),
    "//": floored(np.floor_divide),
    "%": floored(np.remainder),
    "^": power,
    "and": np.logical_and,
    "or": np.logical_or,
}


def binary(op, x, y, node):
    if op == "·":
        op = "@" if np.ndim(x) and np.ndim(y) else "*"
    if op == "@":
        return product(x, y, node)
    meet(x, y, node=node)
    return as_strong(OPERATORS[op](x, y), x, y)


def product(x, y, node):
    if not np.ndim(x) or not np.ndim(y):
        raise Fault("shape", "@ of a scalar", node)
    try:
        return np.asarray(np.matmul(*together(whole_number, x, y)))
    except ValueError as error:
        raise Fault("shape", str(error), node) from None


def compared(op, x, y):
    return getattr(operator, COMPARE[op])(*common(x, y))
