"""Reverse rules of library functions: scans, order, convolution and factorisations; rule(node, g, k) as in
linear_derivatives. Several results come one below the other, and so do their derivatives."""

from __future__ import annotations

from collections.abc import Callable

from gdc.compiler.construct import apply, matmul, number, product, reshape, scatter, transpose, where
from gdc.compiler.dims import ONE, ZERO, Dim
from gdc.compiler.ir import Node, cast, integer, node, size_node
from gdc.compiler.linear_derivatives import new_axis, places_along, solve_like
from gdc.compiler.types import INT

# --- parts ---------------------------------------------------------------------------------------


def part(value: Node, start: Dim, count: Dim, axis: int = 0, step: int = 1) -> Node:
    """`count` entries along one axis."""
    subscripts = tuple("slice" if k == axis else "all" for k in range(value.type.rank))
    return node("index", value, size_node(start), size_node(count), integer(step), subscripts=subscripts)


def backwards(value: Node, axis: int) -> Node:
    size = value.type.shape[axis]
    return part(value, size - 1, size, axis, -1)


def row(value: Node, place: Dim) -> Node:
    return node("index", value, size_node(place), subscripts=("at", "all"))


def below(value: Node, least: int) -> Node:
    """The entries at least so far below the diagonal, 0 elsewhere."""
    apart = apply("sub", places_along(value, 0), places_along(value, 1))
    return where(apply("ge", apart, integer(least)), value, number(0.0, value))


def reciprocal(value: Node) -> Node:
    """1/value, 0 where that is 0."""
    zero = apply("eq", value, number(0.0, value))
    one = number(1.0, value)
    return where(zero, number(0.0, value), apply("div", one, where(zero, one, value)))


def gaps(values: Node) -> Node:
    """1/(v[j] - v[i]) at i, j; 0 where they are equal."""
    return reciprocal(apply("sub", new_axis(values, 0), new_axis(values, -1)))


# --- scans and order -----------------------------------------------------------------------------


def cumsum_rule(value: Node, g: Node, k: int) -> Node:
    """Each entry is in all later sums."""
    axis = value.get("axis")
    return backwards(node("cumsum", backwards(g, axis), axis=axis), axis)


def cumprod_rule(value: Node, g: Node, k: int) -> Node:
    """The sum of what comes later, without the entry itself; at the first 0 the products without it."""
    x, axis = value.args[0], value.get("axis")
    zero, one = number(0.0, x), number(1.0, x)
    is_zero = apply("eq", x, zero)
    zeros = node("cumsum", cast(is_zero, INT), axis=axis)
    first = apply("and", is_zero, apply("eq", zeros, integer(1)))
    without = node("cumprod", where(first, one, x), axis=axis)
    through, beside = (
        backwards(node("cumsum", backwards(apply("mul", g, products), axis), axis=axis), axis)
        for products in (value, without)
    )
    return where(first, beside, where(is_zero, zero, apply("div", through, where(is_zero, one, x))))


def extreme_rule(value: Node, g: Node, k: int) -> Node:
    """To the entry that is the greatest (or least) so far, of ties the first."""
    axis, last = value.get("axis"), value.type.rank - 1
    perm = tuple(last if j == axis else axis if j == last else j for j in range(last + 1))
    turned = transpose(value, perm).type.shape
    shape = (product(turned[:-1]), turned[-1])
    flat, given = (reshape(transpose(v, perm), shape) for v in (value, g))
    rows, places = new_axis(node("iota", size_node(shape[0])), -1), node("iota", size_node(shape[1]))
    ahead = apply("maximum", apply("sub", places, integer(1)), integer(0))
    is_new = apply("ne", flat, node("gather", flat, ahead, subscripts=("all", "gather")))
    since = node("cummax", where(is_new, new_axis(places, 0), integer(0)), axis=1)
    found = scatter(flat.type, given, ("gather", "gather"), (rows, since))
    return transpose(reshape(found, turned), perm)


def sort_rule(value: Node, g: Node, k: int) -> Node:
    """Each entry's derivative is that of its place in order."""
    x, axis = value.args[0], value.get("axis")
    back = node("argsort", node("argsort", x, axis=axis), axis=axis)
    if value.type.rank == 1:
        return node("gather", g, back, subscripts=("gather",))
    shape = (product(value.type.shape[:-1]), value.type.shape[-1])
    flat, places = reshape(g, shape), reshape(back, shape)
    rows = new_axis(node("iota", size_node(shape[0])), -1)
    return reshape(node("gather", flat, rows, places, subscripts=("gather", "gather")), value.type.shape)


def convolve_rule(value: Node, g: Node, k: int) -> Node:
    """With the other one backwards."""
    own, other = value.args[k], value.args[1 - k]
    whole = node("convolve", g, backwards(cast(other, g.type.element), 0))
    return part(whole, other.type.shape[0] - 1, own.type.shape[0])


# --- factorisations ------------------------------------------------------------------------------


def qr_rule(value: Node, g: Node, k: int) -> Node:
    """Of a wide matrix the first columns are a factorisation of their own; the others are Q times R's."""
    matrix = value.args[0]
    m, n = matrix.type.shape
    size = value.type.shape[1]
    q, r = part(value, ZERO, m), transpose(part(value, m, n))
    gq, gr = part(g, ZERO, m), transpose(part(g, m, n))
    rest = n - size
    others, g_others = part(matrix, size, rest, 1), part(gr, size, rest, 1)
    gq = apply("add", gq, matmul(others, transpose(g_others)))
    own, g_own = part(r, ZERO, size, 1), part(gr, ZERO, size, 1)
    inner = apply("sub", matmul(own, transpose(g_own)), matmul(transpose(gq), q))
    both = apply("add", below(inner, 0), transpose(below(inner, 1)))
    first = transpose(solve_like(value, own, transpose(apply("add", gq, matmul(q, both)))))
    return node("concat", first, matmul(q, g_others), axis=1)


def eigh_rule(value: Node, g: Node, k: int) -> Node:
    """V(diag(gw) + F*(V.T@gV))V.T, folded onto the lower triangle, which alone is read."""
    n = value.args[0].type.shape[0]
    w, v = row(value, ZERO), part(value, ONE, n)
    gw, gv = row(g, ZERO), part(g, ONE, n)
    turned = apply("mul", gaps(w), matmul(transpose(v), gv))
    weighted = apply("add", matmul(v, turned), apply("mul", v, new_axis(gw, 0)))
    whole = matmul(weighted, transpose(v))
    return apply("add", below(whole, 0), below(transpose(whole), 1))


def svd_rule(value: Node, g: Node, k: int) -> Node:
    """Townsend, Differentiating the Singular Value Decomposition (2016)."""
    m, n = value.args[0].type.shape
    u, s, v = part(value, ZERO, m), row(value, m), part(value, m + 1, n)
    gu, gs, gv = part(g, ZERO, m), row(g, m), part(g, m + 1, n)
    squares = gaps(apply("mul", s, s))

    def turned(vectors: Node, derivative: Node) -> Node:
        inner = matmul(transpose(vectors), derivative)
        return apply("mul", squares, apply("sub", inner, transpose(inner)))

    def outside(vectors: Node, derivative: Node) -> Node:
        """What no turning among the vectors does."""
        left = apply("sub", derivative, matmul(vectors, matmul(transpose(vectors), derivative)))
        return apply("mul", left, new_axis(reciprocal(s), 0))

    inner = apply("add", apply("mul", turned(u, gu), new_axis(s, 0)), apply("mul", new_axis(s, -1), turned(v, gv)))
    left = apply("add", apply("add", matmul(u, inner), apply("mul", u, new_axis(gs, 0))), outside(u, gu))
    return apply("add", matmul(left, transpose(v)), matmul(u, transpose(outside(v, gv))))


def pinv_rule(value: Node, g: Node, k: int) -> Node:
    """Golub and Pereyra (1973), where the rank does not change."""
    a, p = value.args[0], value
    direct = matmul(matmul(transpose(p), g), transpose(p))
    rows = matmul(matmul(transpose(g), p), transpose(p))
    columns = matmul(matmul(transpose(p), p), transpose(g))
    found = apply("sub", rows, matmul(a, matmul(p, rows)))
    found = apply("add", found, apply("sub", columns, matmul(matmul(columns, p), a)))
    return apply("sub", found, direct)


RULES: dict[str, Callable[[Node, Node, int], Node]] = {
    "cumsum": cumsum_rule,
    "cumprod": cumprod_rule,
    "cummax": extreme_rule,
    "cummin": extreme_rule,
    "sort": sort_rule,
    "convolve": convolve_rule,
    "qr": qr_rule,
    "eigh": eigh_rule,
    "svd": svd_rule,
    "pinv": pinv_rule,
}
