"""Which neighbouring nests one kernel may compute: those that lose neither threads nor a library's product by it."""

from __future__ import annotations

from gdc.compiler import imp
from gdc.compiler.cuda.nests import chain
from gdc.compiler.cuda.products import product_of


def same_box(first: imp.Loop, second: imp.Loop, both: imp.Loop) -> bool:
    """Whether two nests of parallel loops and the nest that they would become have as many loops to share out."""
    if any(nest.mode != "parallel" or product_of(nest) is not None for nest in (first, second)):
        return False
    return len({len(chain(nest, ("parallel",))[0]) for nest in (first, second, both)}) == 1
