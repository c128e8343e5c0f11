"""Reverse rules: from the derivative of a node's result to the derivatives of its arguments.

    contributions(node, g, wanted) -> [Part(argument, value)]      for every argument that is wanted

A derivative may be smaller than what it belongs to: a scalar, or axes of size 1, then stand for equal entries. What is
masked by `where(c, g, 0)` stays masked: a factor goes inside, so that inf and nan on the other side never meet a 0.
Regions (table, fold, select, branch) have their rules in sweep.py.

The derivative by a complex z = x + i*y is dJ/dx + i*dJ/dy, the direction in which the real J grows fastest, so that
z := z - a*grad(J, z) descends (docs/derivatives.md). Through a differentiable f it is multiplied by conj(f'). A formula
of the op table whose result is real, such as abs, gives that derivative as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gdc.compiler.construct import apply, conj, count, number, reduce, repeat_axes, summed_to
from gdc.compiler.folding import folded
from gdc.compiler.ir import Node, cast, const
from gdc.compiler.ops import OPS, Why
from gdc.compiler.parts import Part, dense, is_number, masked, masks_nothing
from gdc.compiler.shape_rules import made_complex
from gdc.compiler.snippets import evaluate, snippet
from gdc.compiler.structural_derivatives import RULES, Wanted
from gdc.compiler.types import BOOL, INT, Element
from gdc.dsl.errors import Error

# what the op table's formulas are over complex numbers, which have no sign and no order
OF_COMPLEX = {"abs": ("where(r == 0, 0, x/r)",), "pow": ("y*x^(y - 1)", "where(x == 0, 0, r*log(x))")}


def contributions(value: Node, g: Node, wanted: Wanted) -> list[Part]:
    """The derivatives of a node's arguments, from its own."""
    row = OPS.get(value.op)
    if value.op in RULES:
        return [p for p in RULES[value.op](value, g, wanted) if wanted(p.target)]
    if row is not None and row.kind == "MAP":
        return _map(value, g, wanted)
    if row is not None and row.kind == "REDUCE":
        return _reduce(value, g)
    if row is not None and isinstance(row.derivative, Why):
        raise Error("type", f"grad through {value.op} is not supported: {row.derivative.reason}")
    raise Error("type", f"grad through {value.op} is not supported yet")


# --- elementwise ---------------------------------------------------------------------------------


def formula(text: str, env: dict[str, Node], like: Node, axes: tuple[int, ...] = ()) -> Node:
    """A derivative's gd text over nodes; `mean` and `count` in it go over a reduction's axes."""

    def build(op: str, *args: Any) -> Node:
        if op == "const":
            return const(args[0], element_of(args[0], like))
        if op == "mean":
            return reduce("mean", args[0], axes, keepdims=True)
        if op == "count":
            return reduce("sum", cast(args[0], like.type.element), axes, keepdims=True)
        made = apply(op, *(cast(a, like.type.element) if a.type.kind == "int" else a for a in args))
        return folded(made) or made

    return evaluate(snippet(text), env, build)


def element_of(number: Any, like: Node) -> Element:
    """What a number in a formula over `like` is."""
    if isinstance(number, (bool, int)):
        return BOOL if isinstance(number, bool) else INT
    return made_complex((like.type.element,)) if isinstance(number, complex) else like.type.element


def scaled(g: Node, factor: Node) -> Node | None:
    """g*factor, None where it is 0 by rule; division, minus and masks stay outside."""
    if is_number(factor, 0):
        return None
    if is_number(factor, 1):
        return cast(g, factor.type.element) if factor.type.kind == "real" else g
    if g.op == "where" and (masks_nothing(g.args[2]) or masks_nothing(g.args[1])):
        condition, yes, no = g.args
        return masked(
            condition,
            None if masks_nothing(yes) else scaled(yes, factor),
            None if masks_nothing(no) else scaled(no, factor),
        )
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


def added(left: Node, right: Node) -> Node:
    """Two derivatives of one value; equal masks stay one mask."""
    if left.op == right.op == "where" and left.args[0] is right.args[0]:
        sides = []
        for a, b in zip(left.args[1:], right.args[1:], strict=True):
            sides.append(
                None
                if masks_nothing(a) and masks_nothing(b)
                else b
                if masks_nothing(a)
                else a
                if masks_nothing(b)
                else apply("add", a, b)
            )
        if None in sides:
            return masked(left.args[0], *sides) or left
    return apply("add", left, right)


def _map(value: Node, g: Node, wanted: Wanted) -> list[Part]:
    over_complex = any(a.type.kind == "complex" for a in value.args)
    written = OPS[value.op].derivative
    cells = OF_COMPLEX.get(value.op, written) if over_complex else written
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
        part = scaled(g, conj(factor) if value.type.kind == "complex" else factor)
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
        part: Node | None = product_rule(
            x, r, g, lambda v: reduce("sum", v, axes, keepdims=True), lambda v: reduce("prod", v, axes, keepdims=True)
        )
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
    g = conj(g)
    zero, one = number(0.0, x), number(1.0, x)
    is_zero = apply("eq", x, zero)
    others = times(apply("where", is_zero, one, x))
    lonely = apply("eq", total(cast(is_zero, x.type.element)), one)
    found = apply("where", lonely, apply("mul", g, others), zero)
    return conj(apply("where", is_zero, found, apply("mul", g, apply("div", r, x))))
