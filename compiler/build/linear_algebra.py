"""Factorisations: qr, svd, eigh, eig, lu, pinv, lstsq. An op's one result holds several, one below the other."""

from __future__ import annotations

from gdc.compiler import ir
from gdc.compiler.build.calls import Arguments, function, several, square
from gdc.compiler.build.core import Builder, escaped, excerpt, shapes
from gdc.compiler.build.expressions import every
from gdc.compiler.build.functions import call_values
from gdc.compiler.build.statistics import real
from gdc.compiler.dims import ONE, ZERO, Dim
from gdc.compiler.ir import Node
from gdc.dsl import tree


def matrix_of(b: Builder, node: tree.Call, given: tree.Expr) -> Node:
    value = b.expr(given)
    if value.type.rank != 2:
        b.fail("shape", f"{node.function} wants a matrix: {shapes((given,), (value,))}", node.span)
    return real(value)


def finite(b: Builder, node: tree.Call, given: tree.Expr, value: Node) -> tuple[Node, ...]:
    """No iteration ends on nan or inf."""
    text = f"{node.function} wants finite numbers, and {excerpt(given.span, 30)} holds nan or inf"
    return every(b, b.node("isfinite", value), node.span, "value", text)


def lesser(b: Builder, left: Dim, right: Dim) -> Node:
    """The smaller of two sizes."""
    if b.surely_nonnegative(left - right):
        return ir.size_node(right)
    if b.surely_nonnegative(right - left):
        return ir.size_node(left)
    return b.node("minimum", ir.size_node(left), ir.size_node(right))


def rows(b: Builder, packed: Node, start: Dim, count: Dim) -> Node:
    return b.node(
        "index", packed, ir.size_node(start), ir.size_node(count), ir.integer(1), subscripts=("slice", "all")
    )


def row(b: Builder, packed: Node, place: Dim) -> Node:
    return b.node("index", packed, ir.size_node(place), subscripts=("at", "all"))


def real_row(b: Builder, packed: Node, place: Dim) -> Node:
    """A row of reals, which stand among complex numbers where the others are complex."""
    found = row(b, packed, place)
    return b.node("real", found) if found.type.kind == "complex" else found


def transposed(b: Builder, value: Node) -> Node:
    return b.node("transpose", value, perm=(1, 0))


@several("qr")
def qr(b: Builder, node: tree.Call, arguments: Arguments) -> tuple[Node, ...]:
    """(Q, R), thin: Q has orthonormal columns, R is upper triangular with a diagonal that is not negative."""
    (given,) = arguments.count(1)
    matrix = matrix_of(b, node, given)
    m, n = matrix.type.shape
    # its derivative solves with R
    site = b.site(node.span, "value", escaped(f"the columns of {excerpt(given.span, 30)} depend on one another"))
    packed = b.node("qr", matrix, lesser(b, m, n), site=site)
    return rows(b, packed, ZERO, m), transposed(b, rows(b, packed, m, n))


@several("svd")
def svd(b: Builder, node: tree.Call, arguments: Arguments) -> tuple[Node, ...]:
    """(U, s, Vt), thin: the singular values descend, the largest entry of each column of U is positive."""
    (given,) = arguments.count(1)
    matrix = matrix_of(b, node, given)
    m, n = matrix.type.shape
    packed = b.node("svd", matrix, lesser(b, m, n), deps=finite(b, node, given, matrix))
    return rows(b, packed, ZERO, m), real_row(b, packed, m), transposed(b, rows(b, packed, m + 1, n))


@several("eigh")
def eigh(b: Builder, node: tree.Call, arguments: Arguments) -> tuple[Node, ...]:
    """(values, vectors) of a symmetric or Hermitian matrix, whose lower triangle is read; the values ascend."""
    packed = eigen(b, node, arguments)
    return real_row(b, packed, ZERO), rows(b, packed, ONE, packed.type.shape[1])


@several("eig")
def eig(b: Builder, node: tree.Call, arguments: Arguments) -> tuple[Node, ...]:
    """(values, vectors), complex, by the values' real, then their imaginary part."""
    packed = eigen(b, node, arguments)
    return row(b, packed, ZERO), rows(b, packed, ONE, packed.type.shape[1])


def eigen(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    (given,) = arguments.count(1)
    matrix = matrix_of(b, node, given)
    square(b, node, given, matrix)
    return b.node(node.function, matrix, deps=finite(b, node, given, matrix))


@several("lu")
def lu(b: Builder, node: tree.Call, arguments: Arguments) -> tuple[Node, ...]:
    """(P, L, U) with A = P@L@U: in each step the row whose entry is largest is the next."""
    (given,) = arguments.count(1)
    matrix = matrix_of(b, node, given)
    packed = b.node("lu", matrix)
    return call_values(b, node, b.prelude["_parts_of_lu"], (packed, lesser(b, *matrix.type.shape)))


@function("pinv")
def pinv(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """Moore and Penrose's inverse."""
    (given,) = arguments.count(1)
    matrix = matrix_of(b, node, given)
    return b.node("pinv", matrix, deps=finite(b, node, given, matrix))


@function("lstsq")
def lstsq(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """The shortest x among those that make norm(A@x - b) least."""
    trees = arguments.count(2)
    matrix = matrix_of(b, node, trees[0])
    right = b.expr(trees[1])
    if right.type.rank not in (1, 2):
        b.fail("shape", f"lstsq wants a vector or a matrix on the right: {shapes(trees, (matrix, right))}", node.span)
    if right.type.shape[0] != matrix.type.shape[0]:
        b.apply("matmul", node.span, trees, transposed(b, matrix), right)
    inverse = b.node("pinv", matrix, deps=finite(b, node, trees[0], matrix))
    return b.apply("matmul", node.span, trees, inverse, real(right))
