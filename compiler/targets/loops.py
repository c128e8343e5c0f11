"""Plain Python loops over NumPy scalars: what a program means. Every other target is held against this text."""

from __future__ import annotations

from gdc.compiler import random_numbers, special_functions
from gdc.compiler.emit import PART, Emitter, Text
from gdc.compiler.imp import Expr, Program
from gdc.compiler.ops import OPS
from gdc.compiler.text import Code, template
from gdc.compiler.types import Element
from gdc.dsl.source import Source

BINDINGS = {
    "abs": "from numpy import abs", "asin": "from numpy import arcsin as asin",
            "acos": "from numpy import arccos as acos",
    "atan": "from numpy import arctan as atan", "atan2": "from numpy import arctan2 as atan2",
    "part": PART,
    **random_numbers.SCALAR, **special_functions.SCALAR,
    "erf": '''
# import math
def erf(x):
    """The error function."""
    return np.result_type(x).type(math.erf(x))
''',
}


class Loops(Emitter):
    bindings = BINDINGS
    needs = random_numbers.NEEDS | special_functions.NEEDS

    def scalar(self, value: Expr, args: tuple[Code, ...], index: bool) -> Code:
        """A MAP row on scalars; of 32 bits in 64, and then rounded, where NumPy's own is less exact than we promise."""
        if value.op == "pow" and value.element.kind == "real" and value.args[1].op != "const":
            args = (self.strong(value.args[0], args[0]), args[1])
            return template(str(OPS["pow"].numpy)).fill(args)       # np.power takes roots for every scalar 0.5
        ulp = OPS[value.op].ulp
        if value.element != Element("real", 32) or not ulp["loops"] < ulp["numpy"]:
            return super().scalar(value, args, index)
        args = tuple(Code(f"np.float64({a.text})") for a in args)
        return Code(f"np.float32({super().scalar(value, args, index).text})")


def emit(program: Program, source: Source | None = None) -> Text:
    """The text of target `loops`."""
    return Loops(program, source).module()
