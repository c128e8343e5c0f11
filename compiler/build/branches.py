"""Branches: both arms are built, and the variables that they assign become results of the branch.

A branch that may leave the loop round it says so in a hidden variable; the exit itself follows the branch.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gdc.compiler import ir
from gdc.compiler.build.control import bound, same_by_demand, scalar_condition, span_header, undefined
from gdc.compiler.build.core import Builder, builds
from gdc.compiler.build.loops import leave
from gdc.compiler.build.scan import leaves_loop, surely_leaves
from gdc.compiler.build.scope import Binding, Poison, Scope
from gdc.compiler.dims import atom_dim
from gdc.compiler.ir import Node, Region
from gdc.compiler.promotion import common
from gdc.compiler.types import INT, Type
from gdc.dsl import tree
from gdc.dsl.source import Span

LEFT = "%left"  # hidden variable: 1 after a stop, 2 after a skip, inside the branches of one round


@builds(tree.If)
def branch(b: Builder, node: tree.If) -> None:
    if leaves_loop((node,)):
        if not b.loops:
            b.fail("syntax", "stop and skip stand inside a loop", node.span)
        leaving_branch(b, node)
        return
    arms(b, node.arms, node.orelse, node.span)


def arms(b: Builder, given: tuple[tuple[tree.Expr, tree.Block], ...], orelse: tree.Block, span: Span) -> None:
    """`if … else if … else`: a branch in a branch."""
    condition_tree, then = given[0]
    condition = scalar_condition(b, condition_tree, "if")
    b.loops.append(None)
    try:
        two_arms(
            b,
            condition,
            lambda: b.block(then),
            (lambda: arms(b, given[1:], orelse, span)) if len(given) > 1 else (lambda: b.block(orelse)),
            span,
        )
    finally:
        b.loops.pop()


def two_arms(
    b: Builder, condition: Node, then: Callable[[], None], orelse: Callable[[], None], span: Span, dead: str = ""
) -> None:
    """Builds both arms and merges their variables. `dead` names the arm, "then" or "else", after which the round is
    over."""
    outer = b.scope
    results = []
    for arm in (then, orelse):
        b.scope = outer.copy()
        with b.region() as effects:
            arm()
        results.append((b.scope, effects))
    b.scope = outer
    (then_scope, then_effects), (else_scope, else_effects) = results
    merges = [
        n
        for n in dict.fromkeys([*then_scope.names, *else_scope.names])
        if then_scope.names.get(n) is not else_scope.names.get(n) and n not in outer.fixed
    ]
    then_results: list[Node] = []
    else_results: list[Node] = []
    plans: list[tuple[str, Type, list[tuple[str, int]], str]] = []
    for name in merges:
        merge_variable(b, name, then_scope, else_scope, span, dead, then_results, else_results, plans)
    made = ir.make(
        "branch",
        (condition,),
        {},
        tuple(r.type for r in then_results) or (Type(INT),),
        (Region((), then_effects, then_results), Region((), else_effects, else_results)),
    )
    b.origins.add(made, b.here(span_header(span)))
    b.note_effects(made)
    for name, t, slots, unless in plans:
        bind_merged(b, made, name, t, dict(slots), unless)


def merge_variable(
    b: Builder,
    name: str,
    then_scope: Scope,
    else_scope: Scope,
    span: Span,
    dead: str,
    then_results: list[Node],
    else_results: list[Node],
    plans: list[tuple[str, Type, list[tuple[str, int]], str]],
) -> None:
    """One variable after a branch: a result of both arms, with sizes and a flag where needed."""
    sides = (then_scope.names.get(name), else_scope.names.get(name))
    if any(isinstance(s, Poison) for s in sides):
        b.scope.names[name] = next(s for s in sides if isinstance(s, Poison))
        return
    have = [s for s in sides if isinstance(s, Binding)]
    if len(have) == 2 and have[0].node is have[1].node and have[0].flag is have[1].flag:
        return
    t = have[0].node.type
    sizes_differ: list[int] = []
    if len(have) == 2:
        u = have[1].node.type
        if t.rank != u.rank:
            b.fail(
                "shape",
                f"{name} is {t} on one path and {u} on the other: a variable keeps its rank through a branch",
                span,
            )
        sizes_differ = [
            k for k, (x, y) in enumerate(zip(t.shape, u.shape, strict=True)) if x != y and not same_by_demand(b, x, y)
        ]
        t = Type(common([h.node for h in have]), t.shape)
    slots: list[tuple[str, int]] = []

    def result(what: str, *values: Node) -> None:
        slots.append((what, len(then_results)))
        then_results.append(values[0])
        else_results.append(values[1])

    for axis in sizes_differ:
        result(f"size{axis}", *(ir.size_node(h.node.type.shape[axis]) for h in have))
    values = [ir.cast(s.node, t.element) if isinstance(s, Binding) else undefined(t) for s in sides]
    result("value", *values)
    unless = ""
    flagged = any(h.flag is not None for h in have) or len(have) == 1
    if flagged:
        result("flag", *(s.flag or ir.truth(True) if isinstance(s, Binding) else ir.truth(False) for s in sides))
        live = [s for s, arm in zip(sides, ("then", "else"), strict=True) if isinstance(s, Binding) and arm != dead]
        unless = next((s.unless for s in live if s.unless), "")
        missing = "then" if sides[0] is None else "else"
        if len(have) == 1 and missing != dead:
            unless = "branch"
    plans.append((name, t, slots, unless))


def bind_merged(b: Builder, made: Node, name: str, t: Type, slots: dict[str, int], unless: str) -> None:
    shape = list(t.shape)
    for axis in range(len(shape)):
        if f"size{axis}" in slots:
            size = ir.project(made, slots[f"size{axis}"])
            b.sizes.add(size)
            shape[axis] = atom_dim(size)
    value = ir.make("project", (made,), {"k": slots["value"]}, (Type(t.element, tuple(shape)),))
    flag = ir.project(made, slots["flag"]) if "flag" in slots else None
    b.assign_through(name, value, flag, unless)


def leaving_branch(b: Builder, node: tree.If) -> None:
    """A branch that may leave the loop: its arms say so in a hidden variable, and the exit follows the branch."""
    b.scope.names[LEFT] = Binding(ir.integer(0))

    def guarded(block: tree.Block) -> None:
        for k, statement in enumerate(block):
            if isinstance(statement, tree.Leave):
                code = Binding(ir.integer(1 if statement.word == "stop" else 2))
                if statement.condition is None:
                    b.scope.names[LEFT] = code
                    return
                condition = scalar_condition(b, statement.condition, f"{statement.word} if")
                two_arms(
                    b,
                    condition,
                    lambda code=code: b.scope.names.__setitem__(LEFT, code),  # type: ignore[misc]
                    partial(guarded, block[k + 1 :]),
                    statement.span,
                    dead="then",
                )
                return
            if isinstance(statement, tree.If) and leaves_loop((statement,)):
                inner(statement.arms, statement.orelse, statement.span)
                left = bound(b.scope, LEFT).node
                two_arms(
                    b,
                    b.node("ne", left, ir.integer(0)),
                    lambda: None,
                    partial(guarded, block[k + 1 :]),
                    statement.span,
                    dead="then",
                )
                return
            b.statement(statement)

    def inner(given: tuple[tuple[tree.Expr, tree.Block], ...], orelse: tree.Block, span: Span) -> None:
        condition = scalar_condition(b, given[0][0], "if")
        rest = (lambda: inner(given[1:], orelse, span)) if len(given) > 1 else (lambda: guarded(orelse))
        rest_leaves = surely_leaves(orelse) and all(surely_leaves(block) for _, block in given[1:])
        dead = "then" if surely_leaves(given[0][1]) else "else" if rest_leaves else ""
        two_arms(b, condition, lambda: guarded(given[0][1]), rest, span, dead)

    if (
        len(node.arms) == 1
        and not node.orelse
        and len(node.arms[0][1]) == 1
        and isinstance(node.arms[0][1][0], tree.Leave)
        and node.arms[0][1][0].condition is None
    ):
        word = node.arms[0][1][0].word
        leave(b, word, scalar_condition(b, node.arms[0][0], "if"), node.span)
        b.scope.names.pop(LEFT, None)
        return
    frame = next(f for f in reversed(b.loops))
    if frame is None:
        b.fail("syntax", "stop and skip stand inside a loop", node.span)
    b.loops.append(None)
    try:
        inner(node.arms, node.orelse, node.span)
    finally:
        b.loops.pop()
    left = bound(b.scope, LEFT).node
    for code, word in ((1, "stop"), (2, "skip")):
        leave(b, word, b.node("eq", left, ir.integer(code)), node.span)
    b.scope.names.pop(LEFT, None)
