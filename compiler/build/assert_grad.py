"""assert_grad(J, w, dw): a derivative written by hand, held against the one that gdc derives.

They differ where |dw - g| exceeds what rounding leaves. The message then says by how much, and where dw is g times a
number, which: the check hands on that number and the sizes that might be it (see `runtime/factors.py`).
"""

from __future__ import annotations

from gdc.compiler import ir
from gdc.compiler.build.calls import gradients
from gdc.compiler.build.core import Builder, builds, escaped, excerpt
from gdc.compiler.construct import apply, conj, number, real, reduce
from gdc.compiler.ir import Node
from gdc.compiler.shape_rules import Conflict
from gdc.dsl import tree

RELATIVE = 1e-6  # of the larger of the two
MOST_SIZES = 8  # that are tried as factors
COMPLEX = "the derivative by a complex z = x + i*y is dJ/dx + i*dJ/dy: that of abs(z)^2 is 2*z"
ROUNDING = 1e-10  # of J: what is left of a derivative that is 0 in truth


@builds(tree.AssertGrad)
def assert_grad(b: Builder, node: tree.AssertGrad) -> None:
    call = tree.Call(node.span, "grad", node.span, (node.value, node.variable))
    (g,) = gradients(b, call)
    scalar, given = b.expr(node.value), b.expr(node.derivative)
    words, name = excerpt(node.derivative.span, 30), node.variable.name
    refuse_other_shape(b, given, g, node)
    if given.type.kind not in ("int", "real", g.type.kind):
        b.fail("type", f"{words} is {given.type}, and the derivative by {name} is {g.type}", node.derivative.span)
    given = ir.cast(given, g.type.element)
    difference = length(apply("sub", given, g))
    bound = apply(
        "add",
        apply("mul", number(RELATIVE, difference), apply("maximum", length(given), length(g))),
        apply("mul", number(ROUNDING, difference), apply("abs", scalar)),
    )
    same_nan = total("all", apply("eq", apply("isnan", given), apply("isnan", g)))
    ok = apply("and", apply("not", apply("gt", difference, bound)), same_nan)
    factor = apply("div", product(given, g), product(g, g))
    rest = apply("div", length(apply("sub", given, apply("mul", factor, g))), length(given))
    sizes = list(b.scope.dimensions)[:MOST_SIZES]
    spec = ",".join(f"{escaped(size)}={{{k + 3}}}" for k, size in enumerate(sizes))
    message = f"{escaped(words)} is not the derivative of {escaped(excerpt(node.value.span, 30))} by {escaped(name)}: "
    message += f"{{0:difference}}{{1:factor,{{2}},{spec}}}"
    values = (apply("div", difference, length(g)), factor, rest, *(ir.size_node(b.scope.dimensions[s]) for s in sizes))
    hint = COMPLEX if g.type.kind == "complex" else None
    b.effect("check", (ok, *values), site=b.site(node.span, "assert", message, hint))


def refuse_other_shape(b: Builder, given: Node, g: Node, node: tree.AssertGrad) -> None:
    """Raises a shape error where the two cannot have one shape, and demands it where sizes are not known yet."""
    words = f"{excerpt(node.derivative.span, 30)} is {given.type}, and {node.variable.name} is {g.type}"
    meet = b.meeter(node.derivative.span, lambda: words)
    try:
        if given.type.rank != g.type.rank:
            raise Conflict("shape", words)
        for mine, theirs in zip(given.type.shape, g.type.shape, strict=True):
            meet(mine, theirs)
    except Conflict:
        b.fail("shape", words, node.derivative.span, f"a derivative has the shape of {node.variable.name}")


def total(op: str, value: Node) -> Node:
    """One number of all entries."""
    return reduce(op, value, range(value.type.rank))


def length(value: Node) -> Node:
    """The root of the sum of squares."""
    return apply("sqrt", product(value, value))


def product(left: Node, right: Node) -> Node:
    """The sum of products; of complex entries as of pairs of reals."""
    return total("sum", real(apply("mul", left, conj(right))))
