"""Reverse rules of library functions: scans, order, convolution and factorisations; rule(node, g, k) as in
linear_derivatives. Several results come one below the other, and so do their derivatives."""

from __future__ import annotations

from collections.abc import Callable

from gdc.compiler.construct import (
    adjoint,
    apply,
    conj,
    filled,
    matmul,
    number,
    product,
    reduce,
    reshape,
    scatter,
    transpose,
    where,
)
from gdc.compiler.dims import ONE, ZERO, Dim
from gdc.compiler.ir import Node, cast, const, integer, node, size_node, size_of
from gdc.compiler.linear_derivatives import new_axis, places_along, solve_like
from gdc.compiler.types import INT

LARGEST = 0.999999  # of the largest entry of an eigenvector: the first so large is the real one (see prelude.gd)

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
        backwards(node("cumsum", backwards(apply("mul", g, conj(products)), axis), axis=axis), axis)
        for products in (value, without)
    )
    return where(first, beside, where(is_zero, zero, apply("div", through, conj(where(is_zero, one, x)))))


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


def ranked_rule(value: Node, g: Node, k: int) -> Node:
    """To the entries that stand at these places in order."""
    x, places = value.args
    order = node("argsort", x, axis=value.get("axis"))
    if x.type.rank == 1:
        return scatter(x.type, g, ("gather",), (node("gather", order, places, subscripts=("gather",)),))
    count, size = product(x.type.shape[:-1]), x.type.shape[-1]
    order = node("gather", reshape(order, (count, size)), places, subscripts=("all", "gather"))
    rows = new_axis(node("iota", size_node(count)), -1)
    g = reshape(g, (count, places.type.shape[0]))
    return reshape(scatter(x.type.with_shape(count, size), g, ("gather", "gather"), (rows, order)), x.type.shape)


def convolve_rule(value: Node, g: Node, k: int) -> Node:
    """With the other one backwards."""
    own, other = value.args[k], value.args[1 - k]
    whole = node("convolve", g, backwards(conj(cast(other, g.type.element)), 0))
    return part(whole, other.type.shape[0] - 1, own.type.shape[0])


# --- Fourier transforms: the adjoint of the sum over exp(-2i*pi*j*k/n) is that over exp(2i*pi*j*k/n) ------------------


def fft_rule(value: Node, g: Node, k: int) -> Node:
    axis = value.get("axis")
    return apply("mul", length(value.args[0], axis, g), node("ifft", g, axis=axis))


def ifft_rule(value: Node, g: Node, k: int) -> Node:
    axis = value.get("axis")
    return apply("div", node("fft", g, axis=axis), length(value.args[0], axis, g))


def rfft_rule(value: Node, g: Node, k: int) -> Node:
    """The part of the spectrum that is left out has no derivative."""
    x, axis = value.args[0], value.get("axis")
    whole = lengthened(g, axis, x.type.shape[axis])
    return apply("mul", length(x, axis, g), node("ifft", whole, axis=axis))


def irfft_rule(value: Node, g: Node, k: int) -> Node:
    """Every frequency stands for its conjugate too, but the first, and the last of an even number."""
    spectrum, axis = value.args[0], value.get("axis")
    size = value.type.shape[axis]
    found = node("rfft", g, axis=axis)
    places = node("iota", size_node(found.type.shape[axis]))
    last = apply("eq", apply("mul", places, integer(2)), size_node(size))
    lonely = apply("or", apply("eq", places, integer(0)), last)
    times = where(lonely, number(1.0, g), number(2.0, g))
    found = apply("div", apply("mul", found, times), length(value, axis, g))
    return lengthened(found, axis, spectrum.type.shape[axis])


def length(value: Node, axis: int, like: Node) -> Node:
    return cast(size_node(value.type.shape[axis]), number(0.0, like).type.element)


def lengthened(value: Node, axis: int, size: Dim) -> Node:
    """So many entries along an axis: zeros after those that are there, or the first of them."""
    if value.type.shape[axis] == size:
        return value
    zeros = filled(0.0, value.type.with_shape(*(size if k == axis else d for k, d in enumerate(value.type.shape))))
    return part(node("concat", value, zeros, axis=axis), ZERO, size, axis)


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


def eig_rule(value: Node, g: Node, k: int) -> Node:
    """inv(V)^H (diag(gw) + F*(V^H gV)) V^H, where the eigenvalues differ (Giles, Collected Matrix Derivative Results,
    2008). First the derivative by what scales a vector goes: its length is 1, and its largest entry stays real."""
    n = value.args[0].type.shape[0]
    w, v = row(value, ZERO), part(value, ONE, n)
    gw, gv = row(g, ZERO), part(g, ONE, n)
    along = reduce("sum", apply("mul", conj(gv), v), (0,), keepdims=True)
    sizes = apply("abs", v)
    sizes = node("concat", sizes, filled(0.0, sizes.type.with_shape(ONE, n)), axis=0)  # of no vectors, a row
    large = apply("ge", sizes, apply("mul", number(LARGEST, sizes), reduce("max", sizes, (0,), keepdims=True)))
    top = apply("eq", places_along(v, 0), reduce("argmax", cast(large, INT), (0,), keepdims=True))
    turn = apply("div", apply("mul", const(1j, v.type.element), apply("imag", along)), where(top, v, number(1.0, v)))
    gv = apply("sub", gv, apply("mul", v, apply("real", along)))
    gv = apply("add", gv, where(top, turn, number(0.0, v)))
    inner = apply("mul", conj(gaps(w)), matmul(adjoint(v), gv))
    diagonal = apply("eq", places_along(v, 0), places_along(v, 1))
    inner = apply("add", inner, where(diagonal, new_axis(gw, 0), number(0.0, v)))
    return matmul(solve_like(value, adjoint(v), inner), adjoint(v))


def lu_rule(value: Node, g: Node, k: int) -> Node:
    """inv(L).T (lower(L.T gL) + upper(gU U.T)) inv(U).T in the order of the rows, which stays. Of a wide or a tall
    matrix the square part is factored; the other columns are L times U's, the other rows L's times U."""
    matrix = value.args[0]
    m, n = matrix.type.shape
    size = m if m == n else size_of(apply("minimum", size_node(m), size_node(n)))
    square, g_square = (block(f, ZERO, size, ZERO, size) for f in (value, g))
    lower = where(apply("eq", places_along(square, 0), places_along(square, 1)), number(1.0, square), below(square, 1))
    upper = apply("sub", square, below(square, 1))
    by_lower, by_upper = below(g_square, 1), g_square
    if m != n:
        right, g_right = (block(f, ZERO, size, size, n - size) for f in (value, g))
        under, g_under = (block(f, size, m - size, ZERO, size) for f in (value, g))
        g_right = solve_like(value, transpose(lower), g_right, "upper")
        g_under = transpose(solve_like(value, square, transpose(g_under), "upper"))
        by_lower = apply("sub", by_lower, matmul(g_right, transpose(right)))
        by_upper = apply("sub", by_upper, matmul(transpose(under), g_under))
    by_upper = apply("sub", by_upper, below(by_upper, 1))
    inner = below(matmul(transpose(lower), below(by_lower, 1)), 1)
    turned = matmul(by_upper, transpose(upper))
    inner = apply("add", inner, apply("sub", turned, below(turned, 1)))
    inner = solve_like(value, transpose(lower), inner, "upper")
    found = transpose(solve_like(value, square, transpose(inner), "upper"))
    if m != n:
        others = filled(0.0, value.type.with_shape(m - size, n - size))
        beside = (node("concat", a, b, axis=1) for a, b in ((found, g_right), (g_under, others)))
        found = node("concat", *beside, axis=0)
    order = cast(block(value, ZERO, m, n, ONE), INT)
    return scatter(matrix.type, found, ("gather", "all"), (reshape(order, (m,)),))


def block(value: Node, top: Dim, rows: Dim, left: Dim, columns: Dim) -> Node:
    return part(part(value, top, rows), left, columns, 1)


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
    "ranked": ranked_rule,
    "convolve": convolve_rule,
    "fft": fft_rule,
    "ifft": ifft_rule,
    "rfft": rfft_rule,
    "irfft": irfft_rule,
    "qr": qr_rule,
    "eigh": eigh_rule,
    "eig": eig_rule,
    "lu": lu_rule,
    "svd": svd_rule,
    "pinv": pinv_rule,
}
