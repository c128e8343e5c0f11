"""Index notation: `[X[i, j]*e[i] for i, j]` and `sum(X[i, k] for k)`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from gdc.compiler import ir
from gdc.compiler.build.core import Builder, Poisoned, builds, converted_reduction, excerpt, folded
from gdc.compiler.build.scan import inside
from gdc.compiler.build.scope import Binding
from gdc.compiler.dims import Dim, dim
from gdc.compiler.ir import Node
from gdc.compiler.ops import OPS, Why
from gdc.compiler.shape_rules import Conflict
from gdc.compiler.types import INT, Type
from gdc.dsl import tree
from gdc.dsl.errors import Error
from gdc.dsl.source import Span


@builds(tree.Table)
def table(b: Builder, node: tree.Table) -> Node:
    with b.unselected(), indices(b, node.ranges, (node.body,), dependent=False) as (bounds, params):
        with b.region() as effects:
            body = b.expr(node.body)
    args = tuple(n for triple in bounds for n in triple)
    shape = tuple(ir.size_of(count) for _, count, _ in bounds)
    made = ir.make(
        "table",
        args,
        {"names": tuple(r.name for r in node.ranges)},
        (Type(body.type.element, shape + body.type.shape),),
        (ir.Region(params, effects, (body,)),),
    )
    return b.remember_memory(b.note_effects(made), node.span)


def reduction(b: Builder, node: tree.Call) -> Node:
    """`sum(body for k)`, for every reduction of the op table."""
    if len(node.args) != 1:
        b.fail("type", f"{node.function}(… for …) takes one formula", node.span)
    row = OPS[node.function]
    if node.function in ("argmin", "argmax") and len(node.ranges) != 1:
        b.fail("type", f"{node.function} takes one index", node.span)
    if isinstance(row.start, Why):
        return over_table(b, node)
    cut = first_dependent(node.ranges)
    if cut:
        return nested_reduction(b, node, cut)
    with indices(b, node.ranges, node.args, dependent=True) as (bounds, params):
        with b.region() as effects:
            body = converted_reduction(node.function, b.expr(node.args[0]))
    row.guard(node.function, (body.type,))
    deps: tuple[Node, ...] = ()
    if "nonempty" in row.facts:
        deps = tuple(d for _, count, _ in bounds for d in not_empty(b, node, count))
    args = tuple(n for triple in bounds for n in triple)
    result = Type(row.element((body.type.element,)), body.type.shape)
    made = ir.make(
        "fold",
        args,
        {"monoid": node.function, "names": tuple(r.name for r in node.ranges)},
        (result,),
        (ir.Region(params, effects, (body,)),),
        deps,
    )
    made = b.note_effects(made)
    if node.function in ("argmin", "argmax"):
        start, _, step = bounds[0]
        if start.op != "const" or start.value or step.op != "const" or step.value != 1:
            made = b.node("add", start, b.node("mul", made, step))
    return made


def not_empty(b: Builder, node: tree.Call, count: Node) -> tuple[Node, ...]:
    """The check that a range of a reduction without a value of nothing has an index, as its deps."""
    return b.check(
        folded(b.node("gt", count, ir.integer(0))),
        node.span,
        "value",
        f"{node.function} over an empty range has no value",
    )


def first_dependent(ranges: tuple[tree.Range, ...]) -> int:
    """The first range whose bounds use an earlier index, or 0."""
    for k, r in enumerate(ranges):
        earlier = {q.name for q in ranges[:k]}
        bounds = [e for e in (r.start, r.stop, r.step) if e is not None]
        if any(isinstance(n, tree.Name) and n.name in earlier for n in inside(*bounds)):
            return k
    return 0


def nested_reduction(b: Builder, node: tree.Call, cut: int) -> Node:
    """A reduction whose later ranges depend on earlier indices: a reduction of reductions."""
    if node.function not in ("sum", "prod", "any", "all", "min", "max"):
        b.fail("type", f"the ranges of {node.function}(… for …) must not depend on each other", node.ranges[cut].span)
    inner = tree.Call(node.span, node.function, node.function_span, node.args, (), node.ranges[cut:])
    return reduction(b, tree.Call(node.span, node.function, node.function_span, (inner,), (), node.ranges[:cut]))


def over_table(b: Builder, node: tree.Call) -> Node:
    """A reduction of two passes: over the table of its bodies."""
    values = table(b, tree.Table(node.span, node.args[0], node.ranges))
    deps = tuple(d for count in values.args[1::3] for d in not_empty(b, node, count))
    values = converted_reduction(node.function, values)
    return b.node(node.function, values, deps=deps, axes=tuple(range(len(node.ranges))), keepdims=False)


@contextmanager
def indices(
    b: Builder, ranges: tuple[tree.Range, ...], bodies: tuple[tree.Expr, ...], dependent: bool
) -> Iterator[tuple[list[tuple[Node, Node, Node]], list[Node]]]:
    """Brings indices into scope. Yields their bounds (start, count, step) and the region's parameters."""
    outer = b.scope
    b.scope = outer.copy()
    was_inside, b.inside_notation = b.inside_notation, True
    bounds: list[tuple[Node, Node, Node]] = []
    params: list[Node] = []
    try:
        for r in ranges:
            scope = b.scope
            if not dependent:
                b.scope = outer
            start, count, step, low, high = (
                given_range(b, r) if r.stop is not None else found_range(b, r, bodies, {q.name for q in ranges})
            )
            b.scope = scope
            index = ir.param(Type(INT), r.name)
            b.ranges[index] = (low, high)
            b.scope.names[r.name] = Binding(index)
            b.scope.fixed = b.scope.fixed | {r.name}
            bounds.append((start, count, step))
            params.append(index)
        yield bounds, params
    finally:
        b.scope = outer
        b.inside_notation = was_inside


def given_range(b: Builder, r: tree.Range) -> tuple[Node, Node, Node, Dim, Dim]:
    """`i in start..stop by step` as start, count, step and the least and greatest value."""
    assert r.start is not None and r.stop is not None
    start, stop = (int_scalar(b, e) for e in (r.start, r.stop))
    step = int_scalar(b, r.step) if r.step is not None else ir.integer(1)
    return counted(b, start, stop, step, r.span)


def int_scalar(b: Builder, node: tree.Expr) -> Node:
    value = b.expr(node)
    if value.type.rank or value.type.kind not in ("int", "bool"):
        b.fail("type", f"a range's bound must be an int scalar, and {excerpt(node.span)} is {value.type}", node.span)
    return ir.cast(value, INT)


def counted(b: Builder, start: Node, stop: Node, step: Node, span: Span) -> tuple[Node, Node, Node, Dim, Dim]:
    """Python's range(start, stop, step): how many rounds it has, and its least and greatest value."""
    low, high = ir.size_of(start), ir.size_of(stop)
    b.check(folded(b.node("ne", step, ir.integer(0))), span, "value", "a range's step cannot be 0")
    if step.op != "const":
        away = b.node(
            "floordiv", b.node("add", b.node("sub", stop, start), b.node("sub", step, b.node("sign", step))), step
        )
        return start, b.node("maximum", away, ir.integer(0)), step, dim(0) - dim("?"), dim("?")
    k = int(step.value)
    length = (high - low) if k > 0 else (low - high)
    count = length if abs(k) == 1 else (length + (abs(k) - 1)) // abs(k)
    rounds = (
        ir.size_node(count) if b.surely_nonnegative(length) else b.node("maximum", ir.size_node(count), ir.integer(0))
    )
    if rounds.op == "const" or (rounds.op == "maximum" and rounds.args[0].op == "const"):
        rounds = ir.integer(max(0, count.constant))
    return (start, rounds, step, low, high - 1) if k > 0 else (start, rounds, step, high + 1, low)


def found_range(
    b: Builder, r: tree.Range, bodies: tuple[tree.Expr, ...], siblings: set[str]
) -> tuple[Node, Node, Node, Dim, Dim]:
    """The range of an index that stands alone as a subscript: that axis' size, the same wherever it does."""
    found: tuple[Dim, Span] | None = None
    for size, span in places(b, r.name, bodies, siblings):
        if found is None:
            found = (size, span)
        elif found[0] != size:
            first, other = found[0], size
            text = f"the index {r.name} runs over two sizes: {first} and {other}"
            meet = b.meeter(span, partial(str, text))
            try:
                meet(first, other)
            except Conflict:
                b.fail(
                    "shape",
                    f"the index {r.name} runs over two sizes: {first} and {other}",
                    span,
                    f"give its range: for {r.name} in 0..n",
                )
    if found is None:
        b.fail(
            "type",
            f"the range of {r.name} is not known: {r.name} alone is nowhere a subscript",
            r.span,
            f"give its range: for {r.name} in 0..n",
        )
    return ir.integer(0), ir.size_node(found[0]), ir.integer(1), dim(0), found[0] - 1


def places(b: Builder, name: str, bodies: tuple[tree.Expr, ...], siblings: set[str]) -> Iterator[tuple[Dim, Span]]:
    """Where the index alone is a subscript: the size of that axis."""
    for body in bodies:
        for node in visible(body, name):
            if isinstance(node, tree.Index):
                for position, subscript in enumerate(node.subscripts):
                    if isinstance(subscript, tree.Name) and subscript.name == name:
                        size = axis_size(b, node, position)
                        if size is not None:
                            yield size, subscript.span


def visible(body: tree.Expr, name: str) -> Iterator[tree.Node]:
    """The nodes of a body where the index is not hidden by another of its name."""
    hidden: set[int] = set()
    for node in inside(body):
        if id(node) in hidden:
            continue
        if isinstance(node, (tree.Table, tree.Call)) and any(q.name == name for q in node.ranges):
            hidden.update(id(n) for n in inside(*((node.body,) if isinstance(node, tree.Table) else node.args)))
        yield node


def axis_size(b: Builder, node: tree.Index, position: int) -> Dim | None:
    """The size of the axis that a subscript stands at; None where the array itself is not known yet."""
    errors = list(b.errors)
    with b.region():
        marks = len(b.sites), dict(b.demands), len(b.memory)
        try:
            shape = b.expr(node.base).type.shape
        except (Error, Poisoned):
            return None
        finally:
            b.errors = errors
            del b.sites[marks[0] :]
            b.demands = marks[1]
            del b.memory[marks[2] :]
    before = node.subscripts[:position]
    if any(isinstance(s, tree.Ellipsis) for s in before):
        after = [s for s in node.subscripts[position:] if not isinstance(s, tree.NewAxis)]
        axis = len(shape) - len(after)
    else:
        axis = sum(not isinstance(s, tree.NewAxis) for s in before)
    return shape[axis] if 0 <= axis < len(shape) else None
