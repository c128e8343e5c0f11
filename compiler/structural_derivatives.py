"""Reverse rules of what moves entries: rule(node, g, wanted) gives the parts of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gdc.compiler import library_derivatives as library
from gdc.compiler import linear_derivatives as linear
from gdc.compiler.construct import apply, conj, number, product, reshape, summed_to, transpose
from gdc.compiler.dims import dim
from gdc.compiler.ir import Node, cast, integer, make, node, size_node
from gdc.compiler.parts import Part, dense, masked
from gdc.compiler.types import INT, Type
from gdc.dsl.errors import Error

Wanted = Callable[[Node], bool]


def _same(value: Node, g: Node, wanted: Wanted) -> Iterable[Part]:
    yield Part(value.args[0], g)


def _cast(value: Node, g: Node, wanted: Wanted) -> Iterable[Part]:
    x = value.args[0]
    yield Part(x, g if x.type.kind != "complex" == g.type.kind else cast(g, x.type.element))


def _conj(value: Node, g: Node, wanted: Wanted) -> Iterable[Part]:
    yield Part(value.args[0], conj(g))


def _transpose(value: Node, g: Node, wanted: Wanted) -> Iterable[Part]:
    perm = value.get("perm")
    back = tuple(perm.index(k) for k in range(len(perm)))
    yield Part(value.args[0], transpose(dense(g, value), back) if g.type.rank else g)


def _reshape(value: Node, g: Node, wanted: Wanted) -> Iterable[Part]:
    yield Part(value.args[0], reshape(dense(g, value), value.args[0].type.shape) if g.type.rank else g)


def _stretched(value: Node, g: Node, wanted: Wanted) -> Iterable[Part]:
    """broadcast and fill."""
    yield Part(value.args[0], summed_to(g, value.args[0].type.shape, value.type.shape))


def _index(value: Node, g: Node, wanted: Wanted) -> Iterable[Part]:
    subscripts = value.get("subscripts")
    if set(subscripts) <= {"new", "all"}:
        yield Part(value.args[0], reshape(dense(g, value), value.args[0].type.shape) if g.type.rank else g)
        return
    yield Part(value.args[0], dense(g, value), subscripts, value.args[1:], value.deps)


def part_of(base: Node, value: Node) -> Node:
    """The part of an array that an update changes."""
    op = "gather" if "gather" in value.get("subscripts") else "index"
    return node(op, base, *value.args[2:], subscripts=value.get("subscripts"), deps=value.deps)


def _update(value: Node, g: Node, wanted: Wanted) -> Iterable[Part]:
    old, new = value.args[:2]
    combine, whole = value.get("combine"), dense(g, value)
    here = part_of(whole, value)
    attrs = {"subscripts": value.get("subscripts"), "combine": ""}
    if combine == "add":
        yield Part(old, g)
    elif combine == "":
        yield Part(
            old, make("update", (whole, number(0.0, whole), *value.args[2:]), attrs, (whole.type,), deps=value.deps)
        )
        if "gather" in attrs["subscripts"]:
            here = masked(_winners(value, here), here, None) or here
    elif combine == "mul":
        args = (whole, conj(new), *value.args[2:])
        yield Part(old, make("update", args, {**attrs, "combine": "mul"}, (whole.type,), deps=value.deps))
        here = apply("div", apply("mul", here, conj(part_of(value, value))), conj(new))
    else:
        raise Error("type", f"grad through an update by {combine} is not supported yet")
    yield Part(new, summed_to(here, new.type.shape, here.type.shape))


def _winners(value: Node, here: Node) -> Node:
    """Which of the values written to gathered places stayed: the last at each place."""
    shape = here.type.shape
    numbers = reshape(node("iota", size_node(product(shape))), shape)
    marks = node("fill", integer(-1), *(size_node(s) for s in value.type.shape))
    stamped = make(
        "update", (marks, numbers, *value.args[2:]), dict(value.attrs), (Type(INT, value.type.shape),), deps=value.deps
    )
    return apply("eq", part_of(stamped, value), numbers)


def _concat(value: Node, g: Node, wanted: Wanted) -> Iterable[Part]:
    axis, start, whole = value.get("axis"), dim(0), dense(g, value)
    for argument in value.args:
        size = argument.type.shape[axis]
        subscripts = tuple("slice" if k == axis else "all" for k in range(value.type.rank))
        yield Part(argument, node("index", whole, size_node(start), size_node(size), integer(1), subscripts=subscripts))
        start = start + size


def _stack(value: Node, g: Node, wanted: Wanted) -> Iterable[Part]:
    whole = dense(g, value)
    subscripts = tuple("at" if k == value.get("axis") else "all" for k in range(value.type.rank))
    for k, argument in enumerate(value.args):
        yield Part(argument, node("index", whole, integer(k), subscripts=subscripts))


def _linear(rule: Callable[[Node, Node, int], Node]) -> Callable[[Node, Node, Wanted], Iterable[Part]]:
    """A rule of linear_derivatives.py, for each argument that is wanted."""

    def contributions_of(value: Node, g: Node, wanted: Wanted) -> Iterable[Part]:
        whole = dense(g, value)
        for k, argument in enumerate(value.args):
            if wanted(argument):
                yield Part(argument, rule(value, whole, k))

    return contributions_of


RULES: dict[str, Callable[[Node, Node, Wanted], Iterable[Part]]] = {
    "variable": _same,
    "cast": _cast,
    "conj": _conj,
    "transpose": _transpose,
    "reshape": _reshape,
    "broadcast": _stretched,
    "fill": _stretched,
    "index": _index,
    "gather": _index,
    "update": _update,
    "concat": _concat,
    "stack": _stack,
    "matmul": _linear(linear.matmul_rule),
    "einsum": _linear(linear.einsum_rule),
    "solve": _linear(linear.solve_rule),
    "inv": _linear(linear.inv_rule),
    "det": _linear(linear.det_rule),
    "cholesky": _linear(linear.cholesky_rule),
    **{name: _linear(rule) for name, rule in library.RULES.items()},
}
