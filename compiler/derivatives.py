"""Reverse rules: from the derivative of a node's result to the derivatives of its arguments.

    contributions(node, g, wanted) -> [Part(argument, value)]      for every argument that is wanted

A derivative may be smaller than what it belongs to: a scalar, or axes of size 1, then stand for equal entries. What is
masked by `where(c, g, 0)` stays masked: a factor goes inside, so that inf and nan on the other side never meet a 0.
Regions (table, fold, select, branch) have their rules in sweep.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from gdc.compiler import linear_derivatives as linear
from gdc.compiler.construct import (apply, broadcast, count, number, product, reduce, repeat_axes, reshape, scatter, summed_to,
                                    transpose)
from gdc.compiler.dims import dim
from gdc.compiler.folding import folded
from gdc.compiler.ir import Node, cast, const, integer, make, node, size_node
from gdc.compiler.ops import OPS, Why
from gdc.compiler.snippets import evaluate, snippet
from gdc.compiler.types import BOOL, INT, Type
from gdc.dsl.errors import Error

Wanted = Callable[[Node], bool]


@dataclass(frozen=True, slots=True)
class Range:
    """One index of a table or fold round a contribution."""

    param: Node
    start: Node
    count: Node
    step: Node


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition round a contribution: elsewhere it is 0, and is not evaluated."""

    condition: Node
    holds: bool


Context = tuple[Range | Guard, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one use adds to the derivative of `target`, or of the part of it that the subscripts name."""

    target: Node
    value: Node
    subscripts: tuple[str, ...] = ()
    args: tuple[Node, ...] = ()
    deps: tuple[Node, ...] = ()
    context: Context = field(default=())


def contributions(value: Node, g: Node, wanted: Wanted) -> list[Part]:
    """The derivatives of a node's arguments, from its own."""
    row = OPS.get(value.op)
    if value.op in _RULES:
        return [p for p in _RULES[value.op](value, g, wanted) if wanted(p.target)]
    if row is not None and row.kind == "MAP":
        return _map(value, g, wanted)
    if row is not None and row.kind == "REDUCE":
        return _reduce(value, g)
    raise Error("type", f"grad through {value.op} is not supported yet")


# --- elementwise ---------------------------------------------------------------------------------


def formula(text: str, env: dict[str, Node], like: Node, axes: tuple[int, ...] = ()) -> Node:
    """A derivative's gd text over nodes; `mean` and `count` in it go over a reduction's axes."""

    def build(op: str, *args: Any) -> Node:
        if op == "const":
            value = args[0]
            return const(value, BOOL if isinstance(value, bool) else INT if isinstance(value, int) else like.type.element)
        if op == "mean":
            return reduce("mean", args[0], axes, keepdims=True)
        if op == "count":
            return reduce("sum", cast(args[0], like.type.element), axes, keepdims=True)
        made = apply(op, *(cast(a, like.type.element) if a.type.kind == "int" else a for a in args))
        return folded(made) or made

    return evaluate(snippet(text), env, build)


def is_number(value: Node, number: float) -> bool:
    return value.op == "const" and not value.type.rank and bool(value.value == number)


def masks_nothing(value: Node) -> bool:
    return is_number(value, 0) or (value.op == "fill" and is_number(value.args[0], 0))


def scaled(g: Node, factor: Node) -> Node | None:
    """g*factor, None where it is 0 by rule; division, minus and masks stay outside."""
    if is_number(factor, 0):
        return None
    if is_number(factor, 1):
        return cast(g, factor.type.element) if factor.type.kind == "real" else g
    if g.op == "where" and (masks_nothing(g.args[2]) or masks_nothing(g.args[1])):
        condition, yes, no = g.args
        return masked(condition, None if masks_nothing(yes) else scaled(yes, factor), None if masks_nothing(no) else scaled(no, factor))
    if is_number(factor, -1):
        return apply("neg", g)
    if factor.op == "neg":
        inner = scaled(g, factor.args[0])
        return None if inner is None else apply("neg", inner)
    if factor.op == "div":
        top = scaled(g, factor.args[0])
        return None if top is None else apply("div", top, factor.args[1])
    if factor.op == "where":
        return masked(factor.args[0], scaled(g, factor.args[1]), scaled(g, factor.args[2]))
    if factor.type.kind == "bool":
        return masked(factor, g, None)
    if is_number(g, 1):
        return factor
    return apply("mul", g, factor)


def masked(condition: Node, yes: Node | None, no: Node | None) -> Node | None:
    """where(condition, yes, no), with None for 0."""
    if yes is None and no is None:
        return None
    like = yes if yes is not None else no
    assert like is not None
    zero = number(0.0, like)
    return apply("where", condition, zero if yes is None else yes, zero if no is None else no)


def added(left: Node, right: Node) -> Node:
    """Two derivatives of one value; equal masks stay one mask."""
    if left.op == right.op == "where" and left.args[0] is right.args[0]:
        sides = []
        for a, b in zip(left.args[1:], right.args[1:], strict=True):
            sides.append(None if masks_nothing(a) and masks_nothing(b) else b if masks_nothing(a) else a if masks_nothing(b)
                         else apply("add", a, b))
        if None in sides:
            return masked(left.args[0], *sides) or left
    return apply("add", left, right)


def _map(value: Node, g: Node, wanted: Wanted) -> list[Part]:
    cells = OPS[value.op].derivative
    names = dict(zip("xyz", value.args, strict=False), r=value)
    found = []
    for k, argument in enumerate(value.args):
        if not wanted(argument):
            continue
        if isinstance(cells, Why):
            raise Error("type", f"grad through {value.op} is not supported: {cells.reason}")
        if value.op == "pow" and k == 0 and value.args[1].op == "const" and value.args[1].value in (0, 1, 2):
            factor = formula(("0", "1", "2*x")[int(value.args[1].value)], names, value)
        else:
            factor = formula(cells[k], names, value)
        part = scaled(g, factor)
        if part is not None:
            found.append(Part(argument, summed_to(part, argument.type.shape, value.type.shape)))
    return found


def _reduce(value: Node, g: Node) -> list[Part]:
    x = value.args[0]
    cells, axes, keepdims = OPS[value.op].derivative, tuple(value.get("axes")), bool(value.get("keepdims"))
    if isinstance(cells, Why):
        raise Error("type", f"grad through {value.op} is not supported: {cells.reason}")
    if g.type.rank not in (0, value.type.rank):
        g = dense(g, value)
    r, g = (repeat_axes(v, x.type.shape, axes, keepdims) for v in (value, g))
    n = count((x.type.shape[k] for k in axes), value.type.element)
    if value.op == "prod":
        part: Node | None = product_rule(x, r, g, lambda v: reduce("sum", v, axes, keepdims=True), lambda v: reduce("prod", v, axes, keepdims=True))
    elif value.op in ("norm", "std"):
        # at 0 they have no derivative: the subgradient 0 is taken
        over = r if value.op == "norm" else apply("mul", n, r)
        rate = masked(apply("eq", r, number(0.0, r)), None, apply("div", g, over))
        away = x if value.op == "norm" else apply("sub", x, reduce("mean", x, axes, keepdims=True))
        part = None if rate is None else apply("mul", rate, away)
    elif value.op in ("min", "max"):
        best = apply("eq", x, r)
        ties = reduce("sum", cast(best, value.type.element), axes, keepdims=True)
        part = masked(best, apply("div", g, ties), None)
    else:
        part = scaled(g, formula(cells[0], {"x": x, "r": r, "n": n}, value, axes))
    return [] if part is None else [Part(x, part)]


def product_rule(x: Node, r: Node, g: Node, total: Callable[[Node], Node], times: Callable[[Node], Node]) -> Node:
    """The derivative of a product by each factor: the product of the others, at a factor of 0 too."""
    zero, one = number(0.0, x), number(1.0, x)
    is_zero = apply("eq", x, zero)
    others = times(apply("where", is_zero, one, x))
    lonely = apply("eq", total(cast(is_zero, x.type.element)), one)
    return apply("where", is_zero, apply("where", lonely, apply("mul", g, others), zero), apply("mul", g, apply("div", r, x)))


# --- what moves entries --------------------------------------------------------------------------


def dense(g: Node, value: Node) -> Node:
    """A derivative in the full shape of what it belongs to."""
    return broadcast(g, value.type.shape)


def _same(value: Node, g: Node, wanted: Wanted) -> Iterable[Part]:
    yield Part(value.args[0], g)


def _cast(value: Node, g: Node, wanted: Wanted) -> Iterable[Part]:
    yield Part(value.args[0], cast(g, value.args[0].type.element))


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
        yield Part(old, make("update", (whole, number(0.0, whole), *value.args[2:]), attrs, (whole.type,), deps=value.deps))
        if "gather" in attrs["subscripts"]:
            here = masked(_winners(value, here), here, None) or here
    elif combine == "mul":
        yield Part(old, make("update", (whole, new, *value.args[2:]), {**attrs, "combine": "mul"}, (whole.type,), deps=value.deps))
        here = apply("div", apply("mul", here, part_of(value, value)), new)
    else:
        raise Error("type", f"grad through an update by {combine} is not supported yet")
    yield Part(new, summed_to(here, new.type.shape, here.type.shape))


def _winners(value: Node, here: Node) -> Node:
    """Which of the values written to gathered places stayed: the last at each place."""
    shape = here.type.shape
    numbers = reshape(node("iota", size_node(product(shape))), shape)
    marks = node("fill", integer(-1), *(size_node(s) for s in value.type.shape))
    stamped = make("update", (marks, numbers, *value.args[2:]), dict(value.attrs), (Type(INT, value.type.shape),), deps=value.deps)
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


_RULES: dict[str, Callable[[Node, Node, Wanted], Iterable[Part]]] = {
    "variable": _same, "cast": _cast, "transpose": _transpose, "reshape": _reshape, "broadcast": _stretched, "fill": _stretched,
    "index": _index, "gather": _index, "update": _update, "concat": _concat, "stack": _stack,
    "matmul": _linear(linear.matmul_rule), "einsum": _linear(linear.einsum_rule), "solve": _linear(linear.solve_rule),
    "inv": _linear(linear.inv_rule), "det": _linear(linear.det_rule), "cholesky": _linear(linear.cholesky_rule)}


def scattered(part: Part, onto: Node | None) -> Node:
    """A part's values added at their places, to what was found so far or to zeros."""
    if onto is None:
        return scatter(part.target.type, part.value, part.subscripts, part.args, part.deps)
    attrs = {"subscripts": part.subscripts, "combine": "add"}
    return make("update", (dense(onto, part.target), part.value, *part.args), attrs, (part.target.type,), deps=part.deps)
