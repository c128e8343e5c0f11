"""Building array IR by hand: op-table nodes with the conversions that their rows ask for, and shapes made to fit.

Passes that create formulas (grad, order, hoist) use these instead of `ir.node`, so that they speak of mathematics only.
"""

from __future__ import annotations

from collections.abc import Iterable

from gdc.compiler.dims import ONE, Dim, dim
from gdc.compiler.ir import Node, cast, const, make, node, size_node
from gdc.compiler.promotion import converted
from gdc.compiler.shape_rules import arithmetic, fractional
from gdc.compiler.types import INT, Element, Type

Shape = tuple[Dim, ...]


def apply(op: str, *args: Node) -> Node:
    """A MAP node; arguments are converted to what the row works on."""
    return node(op, *converted(op, args))


def number(value: float, like: Node) -> Node:
    """A constant of the element that real arithmetic on `like` has."""
    return const(value, fractional((like.type.element,)))


def reduce(op: str, value: Node, axes: Iterable[int], keepdims: bool = False) -> Node:
    """A REDUCE node; over no axis at all, a sum, mean, min or max is the value itself."""
    chosen = tuple(axes)
    return node(op, value, axes=chosen, keepdims=keepdims) if chosen else value


def matmul(left: Node, right: Node) -> Node:
    element = arithmetic((left.type.element, right.type.element))
    return node("matmul", cast(left, element), cast(right, element))


def transpose(value: Node, perm: Iterable[int] | None = None) -> Node:
    """The axes in the order `perm`; without it the last two change places."""
    rank = value.type.rank
    order = tuple(perm) if perm is not None else (*range(rank - 2), *reversed(range(max(rank - 2, 0), rank)))
    return value if order == tuple(range(rank)) else node("transpose", value, perm=order)


def conj(value: Node) -> Node:
    """The complex conjugate; of reals the value itself. Choices and minus stay outside."""
    if value.type.kind != "complex":
        return value
    if value.op == "const" and not value.type.rank:
        return const(value.value.conjugate(), value.type.element)
    if value.op == "where":
        return apply("where", value.args[0], conj(value.args[1]), conj(value.args[2]))
    if value.op == "neg":
        return apply("neg", conj(value.args[0]))
    return value.args[0] if value.op == "conj" else apply("conj", value)


def real(value: Node) -> Node:
    """The real part; of reals the value itself."""
    return apply("real", value) if value.type.kind == "complex" else value


def adjoint(value: Node) -> Node:
    """The matrix transposed, and conjugate where it is complex."""
    return conj(transpose(value))


def broadcast(value: Node, shape: Shape) -> Node:
    """The value stretched to a shape that it goes into."""
    if value.type.shape == shape:
        return value
    return node("broadcast", value, *(size_node(s) for s in shape))


def reshape(value: Node, shape: Shape) -> Node:
    if value.type.shape == shape:
        return value
    return node("reshape", value, *(size_node(s) for s in shape))


def filled(value: float, t: Type) -> Node:
    """A constant of a type; an array of it where the type has a shape."""
    scalar = const(value, t.element)
    return node("fill", scalar, *(size_node(s) for s in t.shape)) if t.shape else scalar


def product(sizes: Iterable[Dim]) -> Dim:
    total = ONE
    for size in sizes:
        total = total * size
    return total


def count(sizes: Iterable[Dim], element: Element) -> Node:
    """How many entries an array of these sizes has, as a number of that element."""
    return cast(size_node(product(sizes)), element)


def summed_to(value: Node, shape: Shape, full: Shape) -> Node:
    """The derivative with respect to something of `shape` that was stretched to `full` on the way to `value`.

    `value` may itself be smaller than `full`: a size-1 axis or a scalar then stands for as many equal entries.
    """
    rank, lead = len(full), len(full) - len(shape)
    stretched = [k for k in range(rank) if k < lead or (shape[k - lead] == ONE and full[k] != ONE)]
    have = (ONE,) * (rank - value.type.rank) + value.type.shape
    missing = [full[k] for k in stretched if have[k] == ONE and full[k] != ONE]
    if missing:
        value = apply("mul", count(missing, value.type.element), value)
    if not value.type.shape:
        return value
    own = value.type.rank
    inside = [k - (rank - own) for k in stretched if k >= rank - own and have[k] != ONE]
    if not shape:
        return reduce("sum", value, range(own))
    kept = reduce("sum", value, inside, keepdims=True)
    drop = own - len(shape)
    if drop <= 0:
        return kept
    subscripts = ("at",) * drop + ("all",) * len(shape)
    return node("index", kept, *(const(0, INT) for _ in range(drop)), subscripts=subscripts)


def where(condition: Node, yes: Node, no: Node) -> Node:
    """`where` for arrays, the same thing on scalars."""
    return apply("where", condition, yes, no)


def scatter(
    t: Type, value: Node, subscripts: tuple[str, ...], args: tuple[Node, ...], deps: Iterable[Node] = ()
) -> Node:
    """Zeros of a type with `value` added at a part; every occurrence of a place counts."""
    return make("update", (filled(0.0, t), value, *args), {"subscripts": subscripts, "combine": "add"}, (t,), deps=deps)


def repeat_axes(value: Node, shape: Shape, axes: Iterable[int], keepdims: bool) -> Node:
    """A reduction's result (or derivative) with the reduced axes back as axes of size 1, so that it meets the whole."""
    reduced = set(axes)
    if keepdims or not value.type.shape:
        return value
    kept = tuple(ONE if k in reduced else s for k, s in enumerate(shape))
    if any(k not in reduced for k in range(len(shape))) and kept != value.type.shape:
        subscripts = tuple("new" if k in reduced else "all" for k in range(len(shape)))
        return node("index", value, subscripts=subscripts)
    return value


def total(values: Iterable[Node]) -> Node | None:
    """Their sum, or None where there are none."""
    result: Node | None = None
    for value in values:
        result = value if result is None else apply("add", result, value)
    return result


__all__ = [
    "Shape",
    "adjoint",
    "apply",
    "broadcast",
    "conj",
    "count",
    "dim",
    "filled",
    "matmul",
    "number",
    "product",
    "real",
    "reduce",
    "repeat_axes",
    "reshape",
    "scatter",
    "summed_to",
    "total",
    "transpose",
    "where",
]
