"""Random numbers: a function of the seed and of each entry's place, so that they are equal on every target."""

from __future__ import annotations

from gdc.compiler import ir
from gdc.compiler.build.calls import Arguments, function, sizes
from gdc.compiler.build.core import Builder, escaped, excerpt, folded
from gdc.compiler.build.functions import call_values
from gdc.compiler.ir import Node
from gdc.compiler.random_numbers import STREAMS
from gdc.compiler.types import INT, program_real
from gdc.dsl import tree


def whole(b: Builder, node: tree.Call, given: tree.Expr, what: str) -> Node:
    """An argument that must be an int scalar."""
    value = b.expr(given)
    if value.type.kind not in ("int", "bool") or value.type.rank:
        b.fail("type", f"{node.function}: {what} must be an int scalar, and {excerpt(given.span, 30)} is {value.type}",
               given.span)
    return ir.cast(value, INT)


def places(b: Builder, node: tree.Call, trees: tuple[tree.Expr, ...]) -> Node:
    """The place of each entry of an array of these sizes, counted in reading order."""
    found: Node = ir.integer(0)
    for k, size in enumerate(sizes(b, trees)):
        step = b.node("iota", size)
        if k:
            along = b.node("reshape", step, *[ir.integer(1)]*k, size)
            found = b.node("add", b.node("mul", b.node("reshape", found, *shape_of(found), ir.integer(1)), size), along)
        else:
            found = step
    return b.remember_memory(found, node.span)


def shape_of(value: Node) -> list[Node]:
    return [ir.size_node(d) for d in value.type.shape]


def bits(b: Builder, node: tree.Call, seed: Node, trees: tuple[tree.Expr, ...]) -> Node:
    return b.node("random_bits", seed, places(b, node, trees), ir.integer(STREAMS[node.function]))


def uniform(b: Builder, node: tree.Call, name: str, drawn: Node) -> Node:
    """Random bits as reals of this program's width."""
    return call_values(b, node, b.prelude[f"{name}_{program_real().bits}"], (drawn,))[0]


@function("rand")
def rand(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """Uniform in 0 <= x < 1."""
    seed, *shape = arguments.count(1, 100)
    drawn = bits(b, node, whole(b, node, seed, "the seed"), tuple(shape))
    return uniform(b, node, "_uniform", drawn)


@function("randn")
def randn(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """Standard normal."""
    seed, *shape = arguments.count(1, 100)
    drawn = bits(b, node, whole(b, node, seed, "the seed"), tuple(shape))
    return b.node("normal_quantile", uniform(b, node, "_uniform_inside", drawn))


@function("randint")
def randint(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """Ints, lo <= k < hi, each as likely."""
    seed, low, high, *shape = arguments.count(3, 100)
    start, end = whole(b, node, low, "lo"), whole(b, node, high, "hi")
    count = folded(b.node("sub", end, start))
    words = f"{escaped(excerpt(node.span))} wants lo < hi, less than 2^63 apart, not {{0}} and {{1}}"
    some = b.check(folded(b.node("gt", count, ir.integer(0))), node.span, "value", words, start, end)
    drawn = b.node("random_below", whole(b, node, seed, "the seed"), places(b, node, tuple(shape)),
                   ir.integer(STREAMS["randint"]), count, deps=some)
    return b.node("add", drawn, start)


@function("permutation")
def permutation(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """The numbers 0 to n - 1 in random order: the order of random bits, of which two are equal about never."""
    seed, n = arguments.count(2)
    return b.node("argsort", bits(b, node, whole(b, node, seed, "the seed"), (n,)), axis=0)
