"""Scans, sorting and search: functions of whole arrays that a library may compute.

Here their arguments become one node each; what it means is the prelude's function of the same name with a `_` ahead.
"""

from __future__ import annotations

from gdc.compiler import ir
from gdc.compiler.build.calls import Arguments, check_not_empty, function, size_of_all
from gdc.compiler.build.core import Builder, converted_reduction, excerpt
from gdc.compiler.ir import Node
from gdc.compiler.types import promote
from gdc.dsl import tree


def one_axis(arguments: Arguments, value: Node, default: int | None) -> int | None:
    """`axis=`, which names one axis."""
    axes = arguments.axes(value.type.rank)
    if axes is None:
        return default
    if len(axes) != 1:
        arguments.b.fail("type", f"{arguments.call.function} goes along one axis", arguments.call.span)
    return axes[0]


def flat(b: Builder, value: Node) -> Node:
    """All entries in order, as a vector."""
    return value if value.type.rank == 1 else reshaped(b, value, size_of_all(value))


def reshaped(b: Builder, value: Node, *sizes: Node) -> Node:
    return b.node("reshape" if value.type.rank else "fill", value, *sizes)


@function("cumsum", "cumprod", "cummax", "cummin")
def scan(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """Running totals along an axis; without one over all entries in order."""
    trees = arguments.count(1)
    value = b.expr(trees[0])
    axis = one_axis(arguments, value, None)
    if axis is None:
        value, axis = flat(b, value), 0
    if node.function in ("cumsum", "cumprod"):
        value = converted_reduction("sum", value)
    return b.apply(node.function, node.span, trees, value, axis=axis)


@function("sort", "argsort")
def ordered(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """Ascending along the last axis, nan last; equal entries keep their order."""
    trees = arguments.count(1)
    value = b.expr(trees[0])
    if not value.type.rank:
        b.fail("shape", f"{node.function} wants an array, and {excerpt(trees[0].span)} is a scalar", node.span)
    return b.apply(node.function, node.span, trees, value, axis=value.type.rank - 1)


@function("searchsorted")
def searched(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """How many entries of the sorted vector `a` lie before each value: below it, with side="right" not above it."""
    trees = arguments.count(2)
    table, values = b.expr(trees[0]), b.expr(trees[1])
    side = arguments.word("side", ("left", "right"))
    if table.type.rank != 1:
        b.fail("shape", f"searchsorted wants a sorted vector first, not {table.type}", trees[0].span)
    element = promote(table.type.element, values.type.element)
    wanted = flat(b, ir.cast(values, element))
    found = b.apply("searchsorted", node.span, trees, ir.cast(table, element), wanted, side=side)
    if not values.type.rank:
        return b.node("index", found, ir.integer(0), subscripts=("at",))
    return reshaped(b, found, *(ir.size_node(d) for d in values.type.shape))


@function("diff")
def differences(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """What each entry is more than the one before it, along an axis: the last one without `axis=`."""
    trees = arguments.count(1)
    value = b.expr(trees[0])
    if not value.type.rank:
        b.fail("shape", f"diff wants an array, and {excerpt(trees[0].span)} is a scalar", node.span)
    axis = one_axis(arguments, value, value.type.rank - 1)
    assert axis is not None
    check_not_empty(b, node, value, (axis,))
    count = ir.size_node(value.type.shape[axis] - 1)
    subscripts = tuple("slice" if k == axis else "all" for k in range(value.type.rank))
    after, before = (
        b.node("index", value, ir.integer(k), count, ir.integer(1), subscripts=subscripts) for k in (1, 0)
    )
    return b.apply("sub", node.span, trees, after, before)
