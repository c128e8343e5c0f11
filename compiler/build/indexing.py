"""Subscripts: `A[1:-1, k, new]` read, and the parts that assignments change."""

from __future__ import annotations

from dataclasses import dataclass, field

from gdc.compiler import ir
from gdc.compiler.build.core import Builder, builds, escaped, excerpt, shapes
from gdc.compiler.build.ends import within
from gdc.compiler.build.expressions import widened
from gdc.compiler.dims import ONE, Dim, dim
from gdc.compiler.ir import Node
from gdc.compiler.ops import BINARY
from gdc.compiler.shape_rules import Conflict
from gdc.compiler.types import INT, Type, promote, shape_text
from gdc.dsl import tree
from gdc.dsl.source import Span


@dataclass(slots=True)
class Part:
    """Subscripts resolved against an array: what `ir.py` calls subscripts, their arguments, the checks they need."""

    subscripts: list[str] = field(default_factory=list)
    args: list[Node] = field(default_factory=list)
    deps: list[Node] = field(default_factory=list)
    mask: Node | None = None

    @property
    def op(self) -> str:
        return "gather" if "gather" in self.subscripts else "index"


@builds(tree.Index)
def index(b: Builder, node: tree.Index) -> Node:
    with b.unselected():
        base = b.expr(node.base)
        part = resolve(b, node, base)
    if part.mask is not None:
        return masked_read(b, node, base, part.mask)
    if set(part.subscripts) <= {"all"}:
        return base
    return taken(b, node, base, part)


def taken(b: Builder, node: tree.Index, base: Node, part: Part) -> Node:
    """The part of an array; index arrays that meet must be of one shape."""
    gathered = tuple(a for a in part.args if a.type.rank)
    trees = tuple(s for s in node.subscripts if isinstance(s, tree.Expr))[-len(gathered) :] if gathered else ()

    def describe() -> str:
        return f"{excerpt(node.span)}: index arrays meet entry by entry, and {shapes(trees, gathered)}"

    try:
        return b.node(
            part.op,
            base,
            *part.args,
            subscripts=tuple(part.subscripts),
            deps=tuple(part.deps),
            meet=b.meeter(node.span, describe),
        )
    except Conflict as conflict:
        b.fail("shape", f"{describe()} — {conflict.message}", node.span)


def masked_read(b: Builder, node: tree.Index, base: Node, mask: Node) -> Node:
    """`A[mask]` on the right of an assignment under the same mask, or inside a reduction."""
    if b.mask is not None and b.mask is mask:
        b.mask_read = True
        return base
    if b.selected is not None and all(m is mask for m in b.selected):
        b.selected.append(mask)
        return base
    text = excerpt(node.base.span, 20)
    b.fail(
        "shape",
        f"{excerpt(node.span)}: how many entries are selected depends on the data",
        node.span,
        f"keep the shape: where({excerpt(mask_text(node), 30)}, {text}, 0), "
        f"or reduce it: sum({excerpt(node.span, 30)})",
    )


def mask_text(node: tree.Index) -> Span:
    return node.subscripts[0].span


def resolve(b: Builder, node: tree.Index, base: Node) -> Part:
    """The subscripts of a node against the array they index."""
    rank = base.type.rank
    given = [s for s in node.subscripts if not isinstance(s, (tree.NewAxis, tree.Ellipsis))]
    if rank == 0 and given:
        b.fail("type", f"{excerpt(node.base.span)} is a scalar: it has no entries", node.span)
    part, axis = Part(), 0
    for subscript in node.subscripts:
        if isinstance(subscript, tree.NewAxis):
            part.subscripts.append("new")
        elif isinstance(subscript, tree.Ellipsis):
            rest = rank - len(given)
            part.subscripts.extend(["all"] * rest)
            axis += rest
        elif isinstance(subscript, tree.Slice):
            too_many(b, node, base, axis)
            slice_axis(b, node, subscript, base.type.shape[axis], part)
            axis += 1
        else:
            too_many(b, node, base, axis)
            axis += subscript_axis(b, node, subscript, base, axis, part)
            if part.mask is not None and len(node.subscripts) > 1:
                b.fail("shape", f"{excerpt(node.span)}: a mask stands alone in the brackets", node.span)
    part.subscripts.extend(["all"] * (rank - axis))
    return part


def too_many(b: Builder, node: tree.Index, base: Node, axis: int) -> None:
    if axis >= base.type.rank:
        b.fail(
            "shape",
            f"{excerpt(node.span)}: {excerpt(node.base.span)} is {shape_text(base.type.shape)}, "
            f"so it takes at most {base.type.rank} subscripts",
            node.span,
        )


def subscript_axis(b: Builder, node: tree.Index, subscript: tree.Expr, base: Node, axis: int, part: Part) -> int:
    """An int, an int array or a mask; returns how many axes it takes."""
    size = base.type.shape[axis]
    from_end = isinstance(subscript, tree.Unary) and subscript.op == "-"
    value = b.expr(subscript.operand if isinstance(subscript, tree.Unary) and from_end else subscript)
    if value.type.kind == "bool" and value.type.rank:
        part.mask = mask_of(b, node, base, value, subscript)
        return value.type.rank
    if value.type.kind not in ("int", "bool"):
        b.fail(
            "type",
            f"{excerpt(node.span)}: a subscript must be int, and {excerpt(subscript.span)} is {value.type}",
            subscript.span,
            f"cast({excerpt(subscript.span)}, int) truncates it",
        )
    shown, value = value, ir.cast(value, INT)
    if from_end:
        value = minus(b, size, value)
    part.deps.extend(in_range(b, node, subscript, value, shown, size, from_end))
    part.subscripts.append("gather" if value.type.rank else "at")
    part.args.append(value)
    return 1


def minus(b: Builder, size: Dim, value: Node) -> Node:
    if not value.type.rank:
        found = size - ir.size_of(value)
        return ir.size_node(found)
    return b.node("sub", ir.size_node(size), value)


def in_range(
    b: Builder, node: tree.Index, subscript: tree.Expr, value: Node, shown: Node, size: Dim, from_end: bool
) -> tuple[Node, ...]:
    """The check that a place lies within its axis; none where that is proven."""
    words = (
        f"{escaped(excerpt(node.span))}: index {'-' if from_end else ''}{{0}} is out of range for an axis of size {{1}}"
    )
    limit = ir.size_node(size)
    if not value.type.rank:
        place = ir.size_of(value)
        hint = None if from_end else "indices count from 0"
        if hint and b.surely_nonnegative(place - size):
            last = f"{excerpt(subscript.span)} - 1" if size == place else size - 1
            hint += f": the last is at -1, or at {last}"
        return b.require((place, size - place - 1), subscript.span, "index", words, shown, limit, hint=hint)
    known = within(b, value, size)
    if known is not None:
        return known
    each = b.node("and", b.node("ge", value, ir.integer(0)), b.node("lt", value, limit))
    ok = b.node("all", each, axes=tuple(range(value.type.rank)), keepdims=False)
    return b.check(ok, subscript.span, "index", words, first_bad(b, value, each), limit)


def product_size(b: Builder, value: Node) -> Node:
    size = dim(1)
    for d in value.type.shape:
        size = size * d
    return ir.size_node(size)


def first_bad(b: Builder, value: Node, each: Node) -> Node:
    """The first place that is out of range: read only when one is."""
    where = b.node("argmin", ir.cast(each, INT), axes=tuple(range(value.type.rank)), keepdims=False)
    return b.node("index", b.node("reshape", value, product_size(b, value)), where, subscripts=("at",))


def mask_of(b: Builder, node: tree.Index, base: Node, value: Node, subscript: tree.Expr) -> Node:
    """A mask over the leading axes, with new axes for the rest."""
    rank = value.type.rank
    meet = b.meeter(subscript.span, lambda: f"{excerpt(node.span)}: {shapes((node.base, subscript), (base, value))}")
    for have, want in zip(value.type.shape, base.type.shape, strict=False):
        if have != want:
            try:
                meet(have, want)
            except Conflict:
                b.fail(
                    "shape", f"{excerpt(node.span)}: {shapes((node.base, subscript), (base, value))}", subscript.span
                )
    if rank == base.type.rank:
        return value
    return b.node("index", value, subscripts=("all",) * rank + ("new",) * (base.type.rank - rank))


# --- slices ------------------------------------------------------------------------------------


def slice_axis(b: Builder, node: tree.Index, part_tree: tree.Slice, size: Dim, part: Part) -> None:
    """`start:stop:step` as first place, count and step; bounds lie within the axis, nothing is clamped."""
    if part_tree.start is None and part_tree.stop is None and part_tree.step is None:
        part.subscripts.append("all")
        return
    step = slice_step(b, part_tree)
    if step < 0:
        backwards(b, node, part_tree, size, step, part)
        return
    start = bound(b, node, part_tree.start, size, dim(0), part)
    stop = bound(b, node, part_tree.stop, size, size, part)
    span_size = stop - start
    words = f"{escaped(excerpt(node.span))}: the slice ends at {{0}}, before its start {{1}} (the axis has size {{2}})"
    a, z = ir.size_node(start), ir.size_node(stop)
    part.deps.extend(b.require((span_size,), part_tree.span, "index", words, z, a, ir.size_node(size)))
    b.sizes.update(x for x in span_size.atoms() if span_size.atom is x)
    count = span_size if step == 1 else (span_size + (step - 1)) // step
    part.subscripts.append("slice")
    part.args.extend((ir.size_node(start), ir.size_node(count), ir.integer(step)))


def slice_step(b: Builder, part_tree: tree.Slice) -> int:
    if part_tree.step is None:
        return 1
    step = b.expr(part_tree.step)
    if step.op != "const" or step.type.kind != "int" or step.value == 0:
        b.fail(
            "type",
            "a slice's step must be an int constant other than 0",
            part_tree.step.span,
            "gather with computed places: x[k*arange(n//k)]",
        )
    return int(step.value)


def backwards(b: Builder, node: tree.Index, part_tree: tree.Slice, size: Dim, step: int, part: Part) -> None:
    """A negative step: from the last place (or `start`) down to the first (or before `stop`)."""
    start = size - 1 if part_tree.start is None else bound(b, node, part_tree.start, size, size - 1, part, size - 1)
    stop = dim(-1) if part_tree.stop is None else bound(b, node, part_tree.stop, size, dim(-1), part)
    length = start - stop
    words = f"{escaped(excerpt(node.span))}: the slice runs from {{0}} down to {{1}}, upwards"
    a, z = ir.size_node(start), ir.size_node(stop)
    part.deps.extend(b.require((length,), part_tree.span, "index", words, a, z))
    count = length if step == -1 else (length + (-step - 1)) // -step
    part.subscripts.append("slice")
    part.args.extend((ir.size_node(start), ir.size_node(count), ir.integer(step)))


def bound(
    b: Builder, node: tree.Index, given: tree.Expr | None, size: Dim, default: Dim, part: Part, last: Dim | None = None
) -> Dim:
    """A slice's bound as a place from 0 to the axis' size (or to `last`), checked to lie there."""
    if given is None:
        return default
    from_end = isinstance(given, tree.Unary) and given.op == "-"
    value = b.expr(given.operand if isinstance(given, tree.Unary) and from_end else given)
    if value.type.kind not in ("int", "bool") or value.type.rank:
        b.fail("type", f"{excerpt(node.span)}: a slice's bound must be an int scalar, not {value.type}", given.span)
    shown, place = value, ir.size_of(ir.cast(value, INT))
    if from_end:
        place = size - place
    words = f"{escaped(excerpt(node.span))}: bound {'-' if from_end else ''}{{0}} lies outside an axis of size {{1}}"
    limit = ir.size_node(size)
    part.deps.extend(
        b.require((place, (size if last is None else last) - place), given.span, "index", words, shown, limit)
    )
    return place


# --- assigning a part --------------------------------------------------------------------------


def assign_part(b: Builder, target: tree.Index, op: str | None, value_tree: tree.Expr, span: Span) -> None:
    """`A[part] := value` and `A[part] += value`."""
    if isinstance(target.base, tree.Index) or not isinstance(target.base, tree.Name):
        b.fail("syntax", "a part of a variable is assigned with one pair of brackets: A[i, j] := …", target.span)
    name = target.base.name
    base = b.read(name, target.base.span)
    part = resolve(b, target, base)
    if part.mask is not None:
        b.assign(name, masked_update(b, target, base, part.mask, op, value_tree), span)
        return
    old = taken(b, target, base, part)
    value = b.expr(value_tree)
    combine = ""
    if op is not None:
        from gdc.compiler.build.expressions import binary

        changed = binary(b, op, span, target, old, value_tree, value)
        if part.op == "gather":
            fitting_element(b, target, value_tree, base, changed)
            combine, value = occurrence(b, op, value)
        else:
            value = changed
    value = fitted(b, target, value_tree, base, old.type, value)
    b.assign(
        name,
        b.node(
            "update", base, value, *part.args, subscripts=tuple(part.subscripts), combine=combine, deps=tuple(part.deps)
        ),
        span,
    )


def occurrence(b: Builder, op: str, value: Node) -> tuple[str, Node]:
    """How each occurrence of a gathered place is changed: the row that combines, and with what."""
    return ("add", b.node("neg", value)) if op == "-" else (BINARY[op], value)


def fitted(b: Builder, target: tree.Index, value_tree: tree.Expr, base: Node, place: Type, value: Node) -> Node:
    """A value in the element type and rank of the part that takes it."""
    value = fitting_element(b, target, value_tree, base, value)
    try:
        meet = b.meeter(
            target.span.join(value_tree.span),
            lambda: (
                f"{excerpt(target.span)} is {shape_text(place.shape) or 'a scalar'}, "
                f"{excerpt(value_tree.span, 30)} is {shape_text(value.type.shape)}"
            ),
        )
        for have, want in zip(reversed(value.type.shape), reversed(place.shape), strict=False):
            if have not in (want, ONE):
                meet(want, have)
        if value.type.rank > place.rank:
            raise Conflict("shape", "too many axes")
    except Conflict:
        b.fail(
            "shape",
            f"{excerpt(target.span)} is {shape_text(place.shape) if place.rank else 'a scalar'}, and "
            f"{excerpt(value_tree.span, 30)} is {shape_text(value.type.shape)}",
            target.span.join(value_tree.span),
        )
    if value.type.rank and value.type.rank < place.rank:
        value = b.node(
            "index", value, subscripts=("new",) * (place.rank - value.type.rank) + ("all",) * value.type.rank
        )
    if value.type.rank and any(
        have == ONE and want != ONE for have, want in zip(value.type.shape, place.shape, strict=True)
    ):
        value = widened(b, value, place.shape)
    return value


def fitting_element(b: Builder, target: tree.Index, value_tree: tree.Expr, base: Node, value: Node) -> Node:
    have, want = value.type.element, base.type.element
    if promote(have, want).kind != want.kind:
        b.fail(
            "type",
            f"{excerpt(target.base.span)} is an array of {want} and cannot hold {have}",
            value_tree.span,
            f"make the array real: zeros(n) instead of zeros(n, int), or cast({excerpt(value_tree.span, 30)}, {want})",
        )
    return ir.cast(value, want)


def mask_rank(mask: Node) -> int:
    """How many axes a mask takes, without the new axes that `mask_of` gave it."""
    return mask.type.rank - (mask.get("subscripts", ()).count("new") if mask.op == "index" else 0)


def masked_update(
    b: Builder, target: tree.Index, base: Node, mask: Node, op: str | None, value_tree: tree.Expr
) -> Node:
    """`A[mask] := value`: where(mask, value, A), with A[mask] on the right meaning the entries themselves."""
    outer, b.mask, b.mask_read = b.mask, mask, False
    try:
        value = b.expr(value_tree)
    finally:
        b.mask = outer
    if value.type.rank > base.type.rank - mask_rank(mask) and not b.mask_read:
        b.fail(
            "shape",
            f"{excerpt(target.span)} takes as many entries as the mask selects, and {excerpt(value_tree.span, 30)} is "
            f"{shape_text(value.type.shape)}",
            value_tree.span,
            f"take its entries under the same mask: {excerpt(value_tree.span, 30)}[{excerpt(mask_text(target), 20)}]",
        )
    if op is not None:
        from gdc.compiler.build.expressions import binary

        value = binary(b, op, target.span.join(value_tree.span), target, base, value_tree, value)
    value = fitting_element(b, target, value_tree, base, value)
    return b.apply(
        "where", target.span.join(value_tree.span), (target.subscripts[0], value_tree, target.base), mask, value, base
    )
