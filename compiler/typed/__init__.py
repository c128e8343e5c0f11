"""A program as it would be typed into NumPy: the tree, written down statement by statement, with no algebra at all.

    typed_text(script, inputs, sizes, outputs, precision) -> Typed

This is no target: nothing is checked, nothing is kept from being copied, and of the language only what has a plain
spelling in NumPy is there. `gdc bench` measures against it, and holds its answer against gdc's own. What has no such
spelling raises Untypable: grad above all, random numbers, other files, factorisations whose signs gd fixes.
"""

from gdc.compiler.typed.program import Typed, typed_text
from gdc.compiler.typed.words import Untypable

__all__ = ["Typed", "Untypable", "typed_text"]
