"""Signals: Fourier transforms along the last axis (or `axis=`), and the convolution of vectors."""

from __future__ import annotations

from gdc.compiler import ir
from gdc.compiler.build.calls import Arguments, check_not_empty, function
from gdc.compiler.build.core import Builder, excerpt
from gdc.compiler.build.linear_algebra import lesser
from gdc.compiler.build.order import one_axis
from gdc.compiler.build.statistics import real, vector
from gdc.compiler.dims import ONE
from gdc.compiler.ir import Node
from gdc.dsl import tree


@function("fft", "ifft", "rfft", "irfft")
def transform(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """irfft(X, n) gives n reals; without n an even number of them."""
    trees = arguments.count(1, 2 if node.function == "irfft" else 1)
    value = real(b.expr(trees[0]))
    if not value.type.rank:
        b.fail("shape", f"{node.function} wants an array, and {excerpt(trees[0].span)} is a scalar", node.span)
    if node.function == "rfft" and value.type.kind == "complex":
        b.fail("type", f"rfft takes reals, and {excerpt(trees[0].span, 30)} is {value.type}", node.span, "fft")
    last = value.type.rank - 1
    axis = one_axis(arguments, value, last)
    assert axis is not None
    check_not_empty(b, node, value, (axis,))
    perm = tuple(last if k == axis else axis if k == last else k for k in range(last + 1))
    turned = value if axis == last else b.node("transpose", value, perm=perm)
    found = b.node(node.function, turned, *sizes(b, node, trees, turned), axis=last)
    return found if axis == last else b.node("transpose", found, perm=perm)


def sizes(b: Builder, node: tree.Call, trees: tuple[tree.Expr, ...], value: Node) -> tuple[Node, ...]:
    """How many reals irfft gives."""
    if node.function != "irfft":
        return ()
    size = b.size(b.expr(trees[1]), trees[1].span) if len(trees) == 2 else (value.type.shape[-1] - 1) * 2
    if not b.surely_nonnegative(size - 1):
        ok = b.node("gt", ir.size_node(size), ir.integer(0))
        b.check(ok, node.span, "value", "irfft of one number needs a size: irfft(X, n) with n above 0")
    return (ir.size_node(size),)


@function("conv")
def convolution(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """full: wherever the two overlap; same: as many as the longer has; valid: where all of the shorter overlaps."""
    trees = arguments.count(2)
    mode = arguments.word("mode", ("full", "same", "valid"))
    values = [vector(b, node, t, what) for t, what in zip(trees, ("signal", "kernel"), strict=True)]
    for given, value in zip(trees, values, strict=True):
        check_not_empty(b, node, value, (0,), given)
    whole = b.apply("convolve", node.span, trees, *values)
    if mode == "full":
        return whole
    left, right = (v.type.shape[0] for v in values)
    less = ir.size_of(lesser(b, left, right))
    more = left + right - less
    if mode == "same":
        start, count = (less - ONE) // 2, more
    else:
        start, count = less - ONE, more - less + ONE
    return b.node(
        "index", whole, ir.size_node(start), ir.size_node(count), ir.integer(1), subscripts=("slice",)
    )
