"""Plain Python loops over NumPy scalars: what a program means. Every other target is held against this text."""

from __future__ import annotations

from gdc.compiler import random_numbers
from gdc.compiler.emit import PART, Emitter, Text
from gdc.compiler.imp import Program
from gdc.dsl.source import Source

BINDINGS = {
    "abs": "from numpy import abs", "asin": "from numpy import arcsin as asin",
            "acos": "from numpy import arccos as acos",
    "atan": "from numpy import arctan as atan", "atan2": "from numpy import arctan2 as atan2",
    "part": PART,
    **random_numbers.SCALAR,
    "erf": '''
# import math
def erf(x):
    """The error function."""
    return np.result_type(x).type(math.erf(x))
''',
    "gamma": '''
# import math
def gamma(x):
    """The gamma function: nan at negative whole numbers, inf where it is too large."""
    number = np.result_type(x).type
    if x == 0:
        return np.copysign(np.inf, x)
    try:
        return number(math.gamma(x))
    except ValueError:
        return number(np.nan)
    except OverflowError:
        return number(np.inf)
''',
    "lgamma": '''
# import math
def lgamma(x):
    """The logarithm of |gamma(x)|: inf at zero and at negative whole numbers."""
    number = np.result_type(x).type
    try:
        return number(math.lgamma(x))
    except (ValueError, OverflowError):
        return number(np.inf)
''',
}


class Loops(Emitter):
    bindings = BINDINGS
    needs = random_numbers.NEEDS


def emit(program: Program, source: Source | None = None) -> Text:
    """The text of target `loops`."""
    return Loops(program, source).module()
