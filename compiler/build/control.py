"""What loops and branches share: conditions, headers, values that nobody reads."""

from __future__ import annotations

from gdc.compiler import ir
from gdc.compiler.build.core import Builder, excerpt
from gdc.compiler.build.scope import Binding, Scope
from gdc.compiler.dims import Dim
from gdc.compiler.ir import Node
from gdc.compiler.types import Type
from gdc.dsl import tree
from gdc.dsl.source import Span


def scalar_condition(b: Builder, node: tree.Expr, word: str) -> Node:
    condition = b.expr(node)
    if condition.type.rank:
        b.fail(
            "type",
            f"{word} wants one bool, and {excerpt(node.span)} is an array of {condition.type.element}",
            node.span,
            f"say which is meant: any({excerpt(node.span, 30)}) or all({excerpt(node.span, 30)})",
        )
    if condition.type.kind != "bool":
        b.fail(
            "type",
            f"{word} wants bool, and {excerpt(node.span)} is {condition.type}",
            node.span,
            f"compare it: {excerpt(node.span, 30)} != 0",
        )
    return condition


def same_by_demand(b: Builder, left: Dim, right: Dim) -> bool:
    return (left, right) in b.demands or (right, left) in b.demands


def undefined(t: Type) -> Node:
    return ir.make("undefined", (), {}, (t,))


def bound(scope: Scope, name: str) -> Binding:
    found = scope.names[name]
    assert isinstance(found, Binding)
    return found


def span_header(span: Span) -> Span:
    """A loop's or branch's header: its text up to the brace."""
    cut = span.text.find("{")
    return span if cut < 0 else Span(span.source, span.start, span.start + cut)
