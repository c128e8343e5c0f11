"""Literals, names, operators, conditionals."""

from __future__ import annotations

import math

from gdc.compiler import ir
from gdc.compiler.build.core import Builder, builds, escaped, excerpt, folded, shapes
from gdc.compiler.dims import ONE, Dim, dim
from gdc.compiler.ir import Node
from gdc.compiler.ops import BINARY
from gdc.compiler.promotion import common
from gdc.compiler.shape_rules import Conflict
from gdc.compiler.types import BOOL, INT, NAMED, Type, program_complex, program_real
from gdc.dsl import tree
from gdc.dsl.source import Span


@builds(tree.Number)
def number(b: Builder, node: tree.Number) -> Node:
    kinds = {complex: program_complex, float: program_real}
    element = kinds.get(type(node.value), lambda: INT)()
    if element is INT and not -(2**63) <= node.value < 2**63:  # type: ignore[operator]
        b.fail("limit", f"{node.value} does not fit in 64 bits", node.span, f"write it as a real: {node.value}.0")
    return ir.const(node.value, element)


@builds(tree.Constant)
def constant(b: Builder, node: tree.Constant) -> Node:
    if node.name in NAMED:
        b.fail("type", f"{node.name} is an element type; it stands last in zeros(n, int) or cast(x, int)", node.span)
    if node.name in ("true", "false"):
        return ir.truth(node.name == "true")
    return ir.const({"pi": math.pi, "inf": math.inf, "nan": math.nan}[node.name], program_real())


@builds(tree.String)
def string(b: Builder, node: tree.String) -> Node:
    b.fail("type", "text stands only in from, use, print, assert and as a named option", node.span)


@builds(tree.Tuple)
def several(b: Builder, node: tree.Tuple) -> Node:
    b.fail("type", "several values in brackets stand only in axis=(0, 1)", node.span, "an array is written [1, 2, 3]")


@builds(tree.Name)
def name(b: Builder, node: tree.Name) -> Node:
    return b.read(node.name, node.span)


@builds(tree.Transpose)
def transpose(b: Builder, node: tree.Transpose) -> Node:
    with b.unselected():
        return transposed(b, b.expr(node.base))


def transposed(b: Builder, value: Node) -> Node:
    """A vector's transpose is the vector; of more axes the last two change places."""
    rank = value.type.rank
    if rank < 2:
        return value
    return b.node("transpose", value, perm=(*range(rank - 2), rank - 1, rank - 2))


@builds(tree.Array)
def array(b: Builder, node: tree.Array) -> Node:
    if not node.items:
        b.fail("type", "an array of nothing has no element type", node.span, "write zeros(0)")
    with b.unselected():
        items = [b.expr(item) for item in node.items]
    for tree_item, item in zip(node.items, items, strict=True):
        if item.type.rank != items[0].type.rank:
            b.fail("shape", f"{excerpt(node.span)}: the items differ in rank", tree_item.span)
    element = common(items)
    items = [ir.cast(i, element) for i in items]
    if all(i.op == "const" for i in items):
        shape = items[0].type.shape
        if any(i.type.shape != shape for i in items):
            b.fail("shape", f"{excerpt(node.span)}: the rows differ in length", node.span)
        return ir.make(
            "const", (), {"value": tuple(i.value for i in items)}, (Type(element, (dim(len(items)), *shape)),)
        )
    return b.apply("stack", node.span, node.items, *items, axis=0)


@builds(tree.Unary)
def unary(b: Builder, node: tree.Unary) -> Node:
    if node.op == "-" and isinstance(node.operand, tree.Number) and node.operand.value == 2**63:
        return ir.const(-(2**63), INT)
    value = b.expr(node.operand)
    if node.op == "+":
        return value
    if node.op == "not":
        logical_operand(b, value, node.operand, "not")
    if node.op == "-" and value.op == "const" and not value.type.rank and value.type.kind in ("int", "real"):
        return ir.const(-value.value, value.type.element)
    return b.apply("not" if node.op == "not" else "neg", node.span, (node.operand,), value)


@builds(tree.Power)
def power(b: Builder, node: tree.Power) -> Node:
    base, exponent = b.expr(node.base), b.expr(node.exponent)
    deps: tuple[Node, ...] = ()
    if base.type.kind in ("bool", "int") and exponent.type.kind in ("bool", "int"):
        deps = every(
            b,
            b.node("ge", exponent, ir.integer(0)),
            node.exponent.span,
            "value",
            f"{excerpt(node.span)}: an int to a negative power is not an int",
            "write 2.0^x for a real result",
        )
    return b.apply("pow", node.span, (node.base, node.exponent), base, exponent, deps=deps)


def every(b: Builder, ok: Node, span: Span, kind: str, message: str, hint: str | None = None) -> tuple[Node, ...]:
    """A check that holds for every entry."""
    mask = b.mask if b.mask is not None else b.selected[0] if b.selected else None
    if mask is not None and ok.op != "const":
        ok = b.node("or", ok, b.node("not", mask))
    whole = ok if not ok.type.rank else b.node("all", ok, axes=tuple(range(ok.type.rank)), keepdims=False)
    return b.check(folded(whole), span, kind, escaped(message), hint=hint)


@builds(tree.Chain)
def chain(b: Builder, node: tree.Chain) -> Node:
    if "@" not in node.ops:
        return chained(b, node)
    with b.unselected():
        return chained(b, node)


def chained(b: Builder, node: tree.Chain) -> Node:
    value, tree_left = b.expr(node.first), node.first
    if node.ops[0] in ("and", "or"):
        return logical(b, node, value)
    text_start = node.first.span
    for op, tree_right in zip(node.ops, node.rest, strict=True):
        right = b.expr(tree_right)
        span = text_start.join(tree_right.span)
        left_view = tree_left if tree_left is node.first else tree.Name(text_start, "")
        value = b.origins.add(binary(b, op, span, left_view, value, tree_right, right), b.here(span))
        tree_left, text_start = tree_right, span
    return value


def binary(
    b: Builder, op: str, span: Span, tree_left: tree.Expr, left: Node, tree_right: tree.Expr, right: Node
) -> Node:
    """One operator on two values."""
    if op == "·":
        op = product_sign(b, span, left, right)
        if op == "@" and (b.selected or (b.mask is not None and b.mask_read)):
            b.fail("shape", f"{excerpt(span)}: a product takes whole arrays, not entries under a mask", span)
    trees = (tree_left, tree_right)
    if op == "@":
        return b.apply("matmul", span, trees, left, right, hint=lambda: product_hint(b, trees, left, right))
    deps: tuple[Node, ...] = ()
    if op in ("//", "%") and left.type.kind != "real" and right.type.kind in ("bool", "int"):
        deps = every(b, b.node("ne", right, ir.integer(0)), span, "value", f"{excerpt(span)}: division by zero")
    hint = (lambda: meeting_hint(b, op, trees, left, right)) if op in ("+", "-", "*", "/") else lambda: None
    return b.apply(BINARY[op], span, trees, left, right, hint=hint, deps=deps)


def meeting_hint(b: Builder, op: str, trees: tuple[tree.Expr, tree.Expr], left: Node, right: Node) -> str | None:
    """Two arrays that meet entry by entry, one of them turned so that this type-checks without further demands."""
    texts = [bracketed(excerpt(t.span, 20)) for t in trees]
    if not all(texts) or {left.type.rank, right.type.rank} - {1, 2}:
        return None
    for side, value in ((1, right), (0, left)):
        if value.type.rank == left.type.rank + right.type.rank - value.type.rank == 2:
            turned, text = transposed(b, value), f"{texts[side]}.T"
        elif value.type.rank == 1:
            turned, text = b.node("index", value, subscripts=("all", "new")), f"{texts[side]}[:, new]"
        else:
            continue
        pair = (left, turned) if side else (turned, right)
        words = (texts[0], text) if side else (text, texts[1])
        try:
            shape = ir.node(BINARY[op], *pair, meet=_strictly).type.shape
        except Conflict:
            continue
        from gdc.compiler.types import shape_text

        return f"{f' {op} '.join(words)} would be {shape_text(shape)}"
    return None


def product_sign(b: Builder, span: Span, left: Node, right: Node) -> str:
    """What the textbook's dot means between these two."""
    if not left.type.rank or not right.type.rank:
        return "*"
    if max(left.type.rank, right.type.rank) > 2:
        b.fail(
            "shape",
            f"{excerpt(span)}: the dot is a product of vectors and matrices, not of rank 3",
            span,
            "write @ or *",
        )
    return "@"


def product_hint(b: Builder, trees: tuple[tree.Expr, tree.Expr], left: Node, right: Node) -> str | None:
    """A product of the same two that type-checks without further demands, if there is one."""
    left_text, right_text = (excerpt(t.span, 20) for t in trees)
    flipped = {left_text: transposed(b, left), right_text: transposed(b, right)}
    choices = (
        (f"{bracketed(left_text)}.T@{right_text}", flipped[left_text], right),
        (f"{left_text}@{bracketed(right_text)}.T", left, flipped[right_text]),
        (f"{right_text}@{left_text}", right, left),
        (f"{left_text}*{right_text}", None, None),
    )
    for text, one, other in choices:
        try:
            if one is None or other is None:
                shape = ir.node("mul", left, right, meet=_strictly).type
            else:
                shape = ir.node("matmul", one, other, meet=_strictly).type
        except Conflict:
            continue
        from gdc.compiler.types import shape_text

        return f"{text} would be {shape_text(shape.shape) if shape.shape else 'a scalar'}"
    return None


def _strictly(left: Dim, right: Dim) -> Dim:
    raise Conflict("shape", f"{left} and {right} may differ")


def bracketed(text: str) -> str:
    return text if text.replace("_", "").isalnum() or text.endswith((".T", "]", ")")) else f"({text})"


@builds(tree.Compare)
def compare(b: Builder, node: tree.Compare) -> Node:
    result: Node | None = None
    left_tree, left = node.first, b.expr(node.first)
    for op, right_tree in zip(node.ops, node.rest, strict=True):
        right = b.expr(right_tree)
        one = b.apply(BINARY[op], left_tree.span.join(right_tree.span), (left_tree, right_tree), left, right)
        result = one if result is None else b.apply("and", node.span, (node.first, right_tree), result, one)
        left_tree, left = right_tree, right
    assert result is not None
    return result


def logical_operand(b: Builder, value: Node, node: tree.Expr, word: str) -> None:
    if value.type.kind != "bool":
        b.fail(
            "type",
            f"{word} wants bool, and {excerpt(node.span)} is {value.type}",
            node.span,
            f"compare it: {excerpt(node.span)} != 0",
        )


def logical(b: Builder, node: tree.Chain, value: Node) -> Node:
    """`and`, `or`: elementwise on arrays; on scalars the right side is evaluated only where it counts."""
    word = node.ops[0]
    logical_operand(b, value, node.first, word)
    for right_tree in node.rest:
        with b.region() as effects:
            right = b.expr(right_tree)
        logical_operand(b, right, right_tree, word)
        if effects and not value.type.rank and not right.type.rank:
            sure = ir.truth(word == "or")
            regions = (ir.Region((), effects, (right,)), ir.Region((), (), (sure,)))
            value = b.note_effects(
                ir.make("select", (value,), {}, (Type(BOOL),), regions if word == "and" else regions[::-1])
            )
        else:
            b.effects.extend(effects)
            value = b.apply(word, node.span, (node.first, right_tree), value, right)
    return value


@builds(tree.Conditional)
def conditional(b: Builder, node: tree.Conditional) -> Node:
    condition = b.expr(node.condition)
    logical_operand(b, condition, node.condition, "if")
    if condition.type.rank:
        then, orelse = b.expr(node.then), b.expr(node.orelse)
        return b.apply("where", node.span, (node.condition, node.then, node.orelse), condition, then, orelse)
    if condition.op == "const":
        return b.expr(node.then if condition.value else node.orelse)
    with b.region() as then_effects:
        then = b.expr(node.then)
    with b.region() as orelse_effects:
        orelse = b.expr(node.orelse)
    element = common((then, orelse))
    shape = conditional_shape(b, node, then, orelse)
    regions = tuple(
        ir.Region((), effects, (widened(b, ir.cast(value, element), shape),))
        for effects, value in ((then_effects, then), (orelse_effects, orelse))
    )
    return b.note_effects(ir.make("select", (condition,), {}, (Type(element, shape),), regions))


def conditional_shape(b: Builder, node: tree.Conditional, then: Node, orelse: Node) -> tuple[Dim, ...]:
    try:
        where = ir.node(
            "where",
            ir.truth(True),
            then,
            orelse,
            meet=b.meeter(
                node.span, lambda: f"{excerpt(node.span)}: {shapes((node.then, node.orelse), (then, orelse))}"
            ),
        )
    except Conflict as conflict:
        b.fail(
            "shape",
            f"{excerpt(node.span)}: {shapes((node.then, node.orelse), (then, orelse))} — {conflict.message}",
            node.span,
        )
    return where.type.shape


def widened(b: Builder, value: Node, shape: tuple[Dim, ...]) -> Node:
    """A value stretched to a shape that it broadcasts to."""
    if value.type.shape == shape:
        return value
    if not value.type.rank:
        return b.node("fill", value, *(ir.size_node(d) for d in shape))
    if all(
        have == want or have != ONE for have, want in zip(value.type.shape, shape, strict=False)
    ) and value.type.rank == len(shape):
        return value
    return b.node("broadcast", value, *(ir.size_node(d) for d in shape))
