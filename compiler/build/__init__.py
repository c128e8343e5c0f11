"""Tree to array IR: names, types, shapes and their errors."""

from gdc.compiler.build.program import build, is_bare
from gdc.compiler.build.scan import free_names

__all__ = ["build", "free_names", "is_bare"]
