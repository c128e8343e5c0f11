"""Which reals are surely numbers, neither nan nor infinite, from how they are made: their casts to int are not checked.

`where(x >= 0, clip(x, 0, n), 0)` is one: a comparison that holds is not of nan, and clip brings all else between its
ends.
"""

from __future__ import annotations

from math import isfinite

from gdc.compiler.ir import Node

DEEPEST = 12            # nodes below one another that are looked at
KEEPS = frozenset({"fill", "broadcast", "reshape", "transpose", "index", "gather", "floor", "ceil", "round", "trunc",
                   "abs", "neg", "minimum", "maximum"})
COMPARISONS = frozenset({"lt", "le", "gt", "ge", "eq"})


def is_finite(value: Node, depth: int = 0) -> bool:
    """Whether all entries are surely numbers."""
    if value.type.kind in ("int", "bool"):
        return True
    if depth > DEEPEST or value.type.kind != "real":
        return False
    if value.op == "const":
        return not value.type.rank and isfinite(value.value)
    if value.op == "where":
        condition, then, orelse = value.args
        return is_finite(orelse, depth + 1) and (is_finite(then, depth + 1) or _is_clipped(then, condition, depth))
    if value.op == "cast":
        return value.args[0].type.kind in ("int", "bool")
    return value.op in KEEPS and all(is_finite(a, depth + 1) for a in value.args if a.type.kind == "real")


def _is_clipped(value: Node, condition: Node, depth: int) -> bool:
    """Whether a value is clipped between numbers, and a condition that holds for it does not hold for nan."""
    return (value.op == "clip" and condition.op in COMPARISONS and value.args[0] in condition.args
            and all(is_finite(end, depth + 1) for end in value.args[1:]))
