"""gdc: a compiler for textbook formulas over arrays."""
