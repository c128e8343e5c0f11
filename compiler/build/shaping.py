"""Functions that put arrays together and take them apart: pad, split, kron, cross, matrix_power."""

from __future__ import annotations

from collections.abc import Callable

from gdc.compiler import ir
from gdc.compiler.build.calls import Arguments, function, several, solved, square
from gdc.compiler.build.core import Builder, excerpt, shapes
from gdc.compiler.build.order import one_axis
from gdc.compiler.build.statistics import prelude, real
from gdc.compiler.dims import dim
from gdc.compiler.ir import Node
from gdc.compiler.types import promote
from gdc.dsl import tree

MOST_UNROLLED = 64  # the greatest power that is written as products


@function("pad")
def pad(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """pad(A, before, after, axis=, value=0): so many entries more at both ends, along all axes or the given ones."""
    trees = arguments.count(3)
    whole = b.expr(trees[0])
    sizes = [ir.size_node(b.size(b.expr(t), t.span)) for t in trees[1:]]
    axes = arguments.axes(whole.type.rank)
    given = arguments.option("value")
    value = ir.integer(0) if given is None else b.expr(given)
    element = whole.type.element
    if value.type.rank:
        b.fail("type", f"pad wants a number as value=, and {shapes((given or node,), (value,))}", node.span)
    if promote(value.type.element, element).kind != element.kind:
        b.fail(
            "type",
            f"{excerpt(trees[0].span, 30)} is {whole.type} and cannot hold {value.type.element.kind} entries",
            node.span,
            f"pad(cast({excerpt(trees[0].span, 30)}, {value.type.element.kind}), …)",
        )
    if not whole.type.rank:
        b.fail("shape", f"pad wants an array, and {excerpt(trees[0].span, 30)} is a scalar", node.span)
    for axis in range(whole.type.rank) if axes is None else axes:
        shape = [ir.size_node(d) for d in whole.type.shape]
        ends = [b.node("fill", ir.cast(value, element), *shape[:axis], size, *shape[axis + 1 :]) for size in sizes]
        whole = b.node("concat", ends[0], whole, ends[1], axis=axis)
    return b.remember_memory(whole, node.span)


@several("split")
def split(b: Builder, node: tree.Call, arguments: Arguments) -> tuple[Node, ...]:
    """split(A, k, axis=0): k equal parts."""
    trees = arguments.count(2)
    value = b.expr(trees[0])
    parts = arguments.integer(trees[1], "the number of parts")
    axis = one_axis(arguments, value, 0)
    if not value.type.rank:
        b.fail("shape", f"split wants an array, and {excerpt(trees[0].span)} is a scalar", node.span)
    if parts < 1:
        b.fail("value", f"split makes 1 part or more, not {parts}", trees[1].span)
    assert axis is not None
    whole = value.type.shape[axis]
    size = dim(whole.constant // parts) if whole.is_constant else whole // parts
    if size * parts != whole:
        what = f"{excerpt(node.span)}: {whole} entries along axis {axis} do not make {parts} equal parts"
        if whole.is_constant:
            b.fail("shape", what, node.span)
        b.meeter(node.span, lambda: what)(size * parts, whole)
    subscripts = tuple("slice" if k == axis else "all" for k in range(value.type.rank))
    return tuple(
        b.node("index", value, ir.size_node(size * k), ir.size_node(size), ir.integer(1), subscripts=subscripts)
        for k in range(parts)
    )


@function("kron")
def kron(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """Each entry of the first, times all of the second."""
    trees = arguments.count(2)
    left, right = (b.expr(t) for t in trees)
    if left.type.rank != right.type.rank or left.type.rank not in (1, 2):
        b.fail("shape", f"kron wants two vectors or two matrices: {shapes(trees, (left, right))}", node.span)
    return prelude(b, node, "_kron_vectors" if left.type.rank == 1 else "_kron_matrices", left, right)


@function("cross")
def cross(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """The vector product along the last axis, which has size 3."""
    trees = arguments.count(2)
    values = tuple(b.expr(t) for t in trees)
    for given, value in zip(trees, values, strict=True):
        if not value.type.rank or (value.type.shape[-1].is_constant and value.type.shape[-1] != dim(3)):
            b.fail("shape", f"cross wants vectors of size 3: {shapes(trees, values)}", given.span)
        if value.type.shape[-1] != dim(3):
            meet = b.meeter(given.span, lambda: f"cross wants vectors of size 3: {shapes(trees, values)}")
            meet(value.type.shape[-1], dim(3))
    return prelude(b, node, "_cross", *values)


@function("matrix_power")
def matrix_power(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """A@A@…@A, k times; below zero that of the inverse."""
    trees = arguments.count(2)
    matrix, power = b.expr(trees[0]), b.expr(trees[1])
    square(b, node, trees[0], matrix)
    if power.type.rank or power.type.kind not in ("bool", "int"):
        b.fail("type", f"matrix_power wants an int, and {excerpt(trees[1].span, 30)} is {power.type}", trees[1].span)
    if power.op == "const" and abs(power.value) <= MOST_UNROLLED:
        return by_squaring(b, inverse(b, node, matrix) if power.value < 0 else matrix, abs(power.value), b.node)
    if matrix.type.kind in ("bool", "int"):
        b.check(
            b.node("ge", power, ir.integer(0)),
            trees[1].span,
            "value",
            "an int matrix to a negative power",
            hint=f"matrix_power(cast({excerpt(trees[0].span, 30)}, real), …)",
        )
        return prelude(b, node, "_power_of_ints", matrix, power)
    return prelude(b, node, "_power", matrix, power)


def inverse(b: Builder, node: tree.Call, matrix: Node) -> Node:
    return solved(b, node, "inv", real(matrix))


def by_squaring(b: Builder, matrix: Node, power: int, make: Callable[..., Node]) -> Node:
    """The product of those squares whose bits the power has."""
    found: Node | None = None
    while power:
        if power & 1:
            found = matrix if found is None else make("matmul", found, matrix)
        power >>= 1
        if power:
            matrix = make("matmul", matrix, matrix)
    if found is not None:
        return found
    size = ir.size_node(matrix.type.shape[0])
    element = matrix.type.element
    rows, columns = (b.node("index", b.node("iota", size), subscripts=s) for s in (("all", "new"), ("new", "all")))
    return b.node("where", b.node("eq", rows, columns), ir.const(1, element), ir.const(0, element))
