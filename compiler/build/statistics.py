"""Statistics and tables of numbers: median, quantile, cov, histogram, interp … over the prelude's functions."""

from __future__ import annotations

from gdc.compiler import ir
from gdc.compiler.build.calls import Arguments, check_not_empty, function
from gdc.compiler.build.core import Builder, escaped, excerpt, shapes
from gdc.compiler.build.expressions import every
from gdc.compiler.build.functions import call_values
from gdc.compiler.build.order import flat, reshaped
from gdc.compiler.dims import ONE, Dim
from gdc.compiler.ir import Node
from gdc.compiler.types import INT, program_real
from gdc.dsl import tree

Shape = tuple[Dim, ...]


def prelude(b: Builder, node: tree.Call, name: str, *args: Node) -> Node:
    """What a function of the prelude gives."""
    return call_values(b, node, b.prelude[name], args)[0]


def real(value: Node) -> Node:
    return ir.cast(value, program_real()) if value.type.kind in ("bool", "int") else value


def vector(b: Builder, node: tree.Call, given: tree.Expr, what: str) -> Node:
    """An argument that must be a vector."""
    value = b.expr(given)
    if value.type.rank != 1:
        b.fail("shape", f"{node.function} wants a vector as {what}, and {shapes((given,), (value,))}", given.span)
    return value


def wants_reals(b: Builder, node: tree.Call, *values: Node) -> None:
    for value in values:
        if value.type.kind == "complex":
            b.fail("type", f"{node.function} wants real numbers, not complex ones", node.span)


def same_size(b: Builder, node: tree.Call, trees: tuple[tree.Expr, ...], left: Node, right: Node) -> None:
    """Two vectors that go together entry by entry."""
    if left.type.shape != right.type.shape:
        b.apply("add", node.span, trees, ir.cast(left, program_real()), ir.cast(right, program_real()))


# --- order statistics ----------------------------------------------------------------------------


@function("median")
def median(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """The middle entry, of an even number the mean of the two in the middle."""
    trees = arguments.count(1)
    value, shape = along_last(b, node, arguments, b.expr(trees[0]))
    places = prelude(b, node, "_median_places", ir.size_node(value.type.shape[-1]))
    return reshaped_to(b, prelude(b, node, "_median", ranked(b, value, places)), shape)


@function("quantile")
def quantile(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """Between the entries nearest to q*(n - 1) in order; for a vector of q one result below the other."""
    trees = arguments.count(2)
    value, q = b.expr(trees[0]), real(b.expr(trees[1]))
    wants_reals(b, node, q)
    if q.type.rank > 1:
        b.fail("shape", f"quantile wants a number or a vector as q, and {shapes(trees[1:], (q,))}", trees[1].span)
    inside = b.node("and", b.node("ge", q, ir.const(0, q.type.element)), b.node("le", q, ir.const(1, q.type.element)))
    text = excerpt(trees[1].span, 30)
    every(b, inside, trees[1].span, "value", f"quantile's q lies between 0 and 1, and {text} does not")
    value, shape = along_last(b, node, arguments, value)
    count = ir.size_node(value.type.shape[-1])
    places = prelude(b, node, "_quantile_places", flat(b, q), count)
    name, shape = ("_quantiles", (*q.type.shape, *shape)) if q.type.rank else ("_quantile", shape)
    return reshaped_to(b, prelude(b, node, name, ranked(b, value, places), q, count), shape)


def ranked(b: Builder, value: Node, places: Node) -> Node:
    return b.node("ranked", value, places, axis=value.type.rank - 1)


def along_last(b: Builder, node: tree.Call, arguments: Arguments, value: Node) -> tuple[Node, Shape]:
    """The entries along the reduced axes as a last axis; the result's shape."""
    wants_reals(b, node, value)
    value = real(value)
    given = arguments.axes(value.type.rank)
    keepdims = arguments.flag("keepdims")
    rank, shape = value.type.rank, value.type.shape
    axes = tuple(range(rank)) if given is None else given
    check_not_empty(b, node, value, axes)
    kept = tuple(k for k in range(rank) if k not in axes)
    result = tuple(ONE if k in axes else shape[k] for k in range(rank) if keepdims or k not in axes)
    if kept + axes != tuple(range(rank)):
        value = b.node("transpose", value, perm=kept + axes)
    count = ONE
    for k in axes:
        count = count * shape[k]
    sizes = tuple(ir.size_node(d) for d in (*(shape[k] for k in kept), count))
    if len(sizes) != rank:
        value = reshaped(b, value, *sizes)
    return value, result


def reshaped_to(b: Builder, value: Node, shape: Shape) -> Node:
    return value if value.type.shape == shape else reshaped(b, value, *(ir.size_node(d) for d in shape))


# --- covariance ----------------------------------------------------------------------------------


@function("cov", "corr")
def covariance(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """Of the rows of a matrix, or of two vectors, with n - 1 below; of one vector its variance."""
    trees = arguments.count(1, 2)
    values = [real(b.expr(t)) for t in trees]
    wants_reals(b, node, *values)
    if len(values) == 2:
        if any(v.type.rank != 1 for v in values):
            b.fail(
                "shape",
                f"{node.function} takes a matrix, whose rows are the variables, or two vectors: "
                f"{shapes(trees, tuple(values))}",
                node.span,
            )
        values = [b.apply("stack", node.span, trees, *values, axis=0)]
    if values[0].type.rank not in (1, 2):
        b.fail("shape", f"{node.function} wants a matrix or a vector: {shapes(trees, tuple(values))}", node.span)
    return prelude(b, node, f"_{node.function}" + ("_of_vector" if values[0].type.rank == 1 else ""), values[0])


# --- counting ------------------------------------------------------------------------------------


@function("histogram")
def histogram(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """How many entries fall into each of `bins` equal parts of lo to hi, the last with its upper end."""
    trees = arguments.count(2)
    whole = b.expr(trees[0])
    wants_reals(b, node, whole)
    x = flat(b, real(whole))
    bins = b.size(b.expr(trees[1]), trees[1].span)
    b.require((bins - 1,), trees[1].span, "value", "histogram wants 1 bin or more")
    ends = [
        real(b.expr(given)) if (given := arguments.option(name)) is not None else prelude(b, node, default, x)
        for name, default in (("lo", "_least"), ("hi", "_greatest"))
    ]
    for end in ends:
        if end.type.rank:
            b.fail("type", "histogram wants numbers as lo= and hi=", node.span)
    low, high = ends
    for ok, what in (
        (b.node("isfinite", b.node("sub", high, low)), "is not finite"),
        (b.node("le", low, high), "is empty"),
    ):
        message = f"{escaped(excerpt(node.span))}: the range from {{0}} to {{1}} {what}"
        b.check(ok, node.span, "value", message, low, high)
    weights = weights_of(b, node, arguments, trees[0], whole)
    counts = b.node("fill", ir.const(0, weights.type.element), ir.size_node(bins))
    return prelude(b, node, "_histogram", counts, x, low, high, weights)


@function("bincount")
def bincount(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """How often each of 0..k occurs."""
    trees = arguments.count(2)
    whole = b.expr(trees[0])
    if whole.type.kind not in ("bool", "int"):
        b.fail("type", f"bincount counts ints, and {excerpt(trees[0].span, 30)} is {whole.type}", trees[0].span)
    places = flat(b, ir.cast(whole, INT))
    bins = ir.size_node(b.size(b.expr(trees[1]), trees[1].span))
    inside = b.node("and", b.node("ge", places, ir.integer(0)), b.node("lt", places, bins))
    every(
        b,
        inside,
        trees[0].span,
        "index",
        f"{excerpt(node.span)}: {excerpt(trees[0].span, 30)} holds a number outside 0..{excerpt(trees[1].span, 30)}",
    )
    weights = weights_of(b, node, arguments, trees[0], whole)
    counts = b.node("fill", ir.const(0, weights.type.element), bins)
    return prelude(b, node, "_counted", counts, places, weights)


def weights_of(b: Builder, node: tree.Call, arguments: Arguments, given: tree.Expr, value: Node) -> Node:
    """`weights=`, one for each entry; without it each counts 1."""
    option = arguments.option("weights")
    if option is None:
        return b.node("fill", ir.integer(1), *(ir.size_node(d) for d in flat(b, value).type.shape))
    weights = b.expr(option)
    if weights.type.rank != value.type.rank:
        said = shapes((given, option), (value, weights))
        b.fail("shape", f"weights= has one entry for each value: {said}", option.span)
    same_size(b, node, (given, option), value, weights)
    return flat(b, real(weights))


@function("interp")
def interp(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """Straight lines between the points (xp, fp), xp ascending; outside them the first and the last of fp."""
    trees = arguments.count(3)
    x = real(b.expr(trees[0]))
    points, values = real(vector(b, node, trees[1], "xp")), real(vector(b, node, trees[2], "fp"))
    wants_reals(b, node, x, points, values)
    same_size(b, node, trees[1:], points, values)
    check_not_empty(b, node, points, (0,), trees[1])
    found = prelude(b, node, "_interp", flat(b, x), points, values)
    if not x.type.rank:
        return b.node("index", found, ir.integer(0), subscripts=("at",))
    return reshaped_to(b, found, x.type.shape)


# --- judging a model -----------------------------------------------------------------------------


@function("cross_entropy", "accuracy")
def judged(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """Predictions against labels: rows of class probabilities against class numbers or rows of targets, or vectors."""
    trees = arguments.count(2)
    p, y = (b.expr(t) for t in trees)
    ranks = p.type.rank, y.type.rank
    name = {(1, 1): "of_vectors", (2, 1): "of_labels", (2, 2): "of_rows"}.get(ranks)
    if name is None:
        b.fail(
            "shape",
            f"{node.function}(p, y) takes two vectors, two matrices, or a matrix and its rows' class numbers: "
            f"{shapes(trees, (p, y))}",
            node.span,
        )
    if ranks == (2, 1):
        if y.type.kind != "int":
            b.fail("type", f"{excerpt(trees[1].span, 30)} must hold class numbers, and is {y.type}", trees[1].span)
        rows = b.node("index", p, ir.integer(0), subscripts=("all", "at"))
        same_size(b, node, trees, rows, y)
    else:
        b.apply("eq", node.span, trees, p, y)
    return prelude(b, node, f"_{node.function}_{name}", p, y)
