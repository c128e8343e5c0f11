"""Assignments, effects, outputs."""

from __future__ import annotations

from gdc.compiler.build.core import Builder, builds, escaped, excerpt
from gdc.compiler.build.indexing import assign_part
from gdc.compiler.build.scan import target_name
from gdc.compiler.build.scope import POISON
from gdc.compiler.ir import Node
from gdc.compiler.types import Type
from gdc.dsl import tree


@builds(tree.Assign)
def assign(b: Builder, node: tree.Assign) -> None:
    if len(node.targets) > 1:
        assign_several(b, node)
        return
    target = node.targets[0]
    if isinstance(target, tree.Index):
        assign_part(b, target, node.op, node.value, node.span)
        return
    value = b.expr(node.value)
    if node.op is not None:
        from gdc.compiler.build.expressions import binary

        value = binary(b, node.op, node.span, target, b.read(target.name, target.span), node.value, value)
    b.assign(target.name, value, node.span)


def assign_several(b: Builder, node: tree.Assign) -> None:
    """`(q, r) := f(x)`."""
    values = several_results(b, node)
    if len(values) != len(node.targets):
        b.fail(
            "type",
            f"{len(node.targets)} names on the left, and {excerpt(node.value.span)} has {len(values)} "
            f"result{'s' * (len(values) != 1)}",
            node.span,
        )
    for target, value in zip(node.targets, values, strict=True):
        if isinstance(target, tree.Index):
            b.fail("syntax", "several results are taken by names, not by parts", target.span)
        b.assign(target.name, value, node.span)


def several_results(b: Builder, node: tree.Assign) -> tuple[Node, ...]:
    from gdc.compiler.build.calls import SEVERAL, gradients, several_of
    from gdc.compiler.build.functions import call_defined, find
    from gdc.compiler.build.names import known_functions, unknown_function

    value = node.value
    if isinstance(value, tree.Call):
        defined = find(b, value.function)
        if defined is not None:
            return call_defined(b, value, defined)
        if value.function in SEVERAL:
            with b.unselected():
                return several_of(b, value)
        if value.function == "grad":
            return gradients(b, value)
        if value.function not in known_functions(b):
            raise unknown_function(b, value)
    b.fail(
        "type", f"{excerpt(value.span)} has one result", value.span, "only functions with several results stand here"
    )


@builds(tree.Record)
def record(b: Builder, node: tree.Record) -> None:
    if b.calls or b.inside_notation:
        b.fail("type", "record stands in the program itself, not in a function", node.span)
    if node.value is not None:
        b.assign(node.name, b.expr(node.value), node.span)
    value = b.read(node.name, node.span)
    known = b.traces.get(node.name)
    if known is not None and known.rank != value.type.rank:
        b.fail(
            "shape", f"the trace of {node.name} has entries of rank {known.rank}, and this is {value.type}", node.span
        )
    from gdc.compiler.types import promote

    element = value.type.element if known is None else promote(known.element, value.type.element)
    b.traces[node.name] = Type(element, value.type.shape)
    b.effect(
        "record", (value,), name=node.name, site=b.site(node.span, "shape", f"record {node.name}: its shape changed")
    )


@builds(tree.Print)
def print_line(b: Builder, node: tree.Print) -> None:
    pieces: list[str | None] = []
    values: list[Node] = []
    for item in node.items:
        if isinstance(item, tree.String):
            pieces.append(item.value)
        else:
            pieces.append(None)
            values.append(b.expr(item))
    b.effect("print", tuple(values), pieces=tuple(pieces), site=b.site(node.span, "value", "print"))


@builds(tree.Assert)
def assertion(b: Builder, node: tree.Assert) -> None:
    condition = b.expr(node.condition)
    if condition.type.kind != "bool":
        b.fail(
            "type", f"assert wants bool, and {excerpt(node.condition.span)} is {condition.type}", node.condition.span
        )
    if condition.type.rank:
        b.fail(
            "type",
            f"{excerpt(node.condition.span)} is an array of bool",
            node.condition.span,
            "say which is meant: all(…) or any(…)",
        )
    message = escaped(node.message or f"{excerpt(node.condition.span)} does not hold")
    kind = "value" if b.calls and b.calls[-1][0].is_prelude else "assert"
    b.effect("check", (condition,), site=b.site(node.span, kind, message))


@builds(tree.Output)
def output(b: Builder, node: tree.Output) -> None:
    if b.depth or b.calls:
        b.fail("syntax", "output stands at the top level, not in a block", node.span)
    if node.value is not None:
        b.assign(node.name, b.expr(node.value), node.span)
    b.outputs[node.name] = node.span


@builds(tree.Expect)
def later(b: Builder, node: tree.Expect) -> None:
    b.fail("limit", "this version of gdc does not know expect yet", node.span)


@builds(tree.Def, tree.Input, tree.Param)
def declared_before(b: Builder, node: tree.Statement) -> None:
    """Definitions and declarations are taken before the statements; here they only must stand at the top level."""
    if b.depth or b.calls:
        b.fail("syntax", "input, param and def stand at the top level, not in a block", node.span)


def poison(b: Builder, node: tree.Statement) -> None:
    """After an error: what the statement would have assigned is not blamed again."""
    if isinstance(node, tree.Assign):
        names = [target_name(t) for t in node.targets]
    elif isinstance(node, (tree.Record, tree.Output)):
        names = [node.name]
    else:
        from gdc.compiler.build.scan import assigned

        names = list(assigned((node,)))
    for name in names:
        b.scope.names[name] = POISON
