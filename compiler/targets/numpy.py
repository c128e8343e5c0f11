"""Straight NumPy: library calls on whole arrays, Python's own control flow."""

from __future__ import annotations

from gdc.compiler.imp import Expr, Program
from gdc.compiler.targets.emit import PART, Emitter, Text
from gdc.compiler.text import Code
from gdc.dsl.source import Source

BINDINGS = {"special": "from scipy import special", "part": PART}


class NumPy(Emitter):
    bindings = BINDINGS
    numpy_scalars = True

    def scalar(self, value: Expr, args: tuple[Code, ...], index: bool) -> Code:
        code = super().scalar(value, args, index)
        if "special." in code.text:
            self.used.add("special")
        return code


def emit(program: Program, source: Source | None = None) -> Text:
    """The text of target `numpy`."""
    return NumPy(program, source).module()
