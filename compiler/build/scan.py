"""Questions about a tree that need no types: what a block assigns, what a formula reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from gdc.dsl import tree


def children(node: tree.Node) -> Iterator[tree.Node]:
    """The nodes directly inside a node, in the order of the text."""
    for f in fields(node):
        yield from _nodes(getattr(node, f.name))


def _nodes(value: Any) -> Iterator[tree.Node]:
    if isinstance(value, tree.Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)


def inside(*nodes: tree.Node) -> Iterator[tree.Node]:
    """Every node inside, the given ones included, in the order of the text."""
    stack = list(reversed(nodes))
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(list(children(top))))


def target_name(target: tree.Name | tree.Index) -> str:
    """The variable that an assignment's target changes."""
    base: tree.Expr = target
    while isinstance(base, tree.Index):
        base = base.base
    return base.name if isinstance(base, tree.Name) else ""


def assigned(block: tree.Block) -> dict[str, None]:
    """The names that a block assigns, blocks inside included, in order."""
    found: dict[str, None] = {}
    for node in inside(*block):
        if isinstance(node, tree.Assign):
            found.update((target_name(t), None) for t in node.targets)
        elif (isinstance(node, tree.Record) and node.value is not None) or (
            isinstance(node, tree.Output) and node.value is not None
        ):
            found[node.name] = None
    found.pop("_", None)
    return found


def differentiated(block: tuple[tree.Node, ...]) -> frozenset[str]:
    """The names that the block's grads take derivatives with respect to."""
    names: set[str] = set()
    for node in inside(*block):
        if isinstance(node, tree.Call) and node.function == "grad":
            names.update(a.name for a in node.args[1:] if isinstance(a, tree.Name))
        elif isinstance(node, tree.AssertGrad):
            names.add(node.variable.name)
    return frozenset(names)


def leaves_loop(block: tree.Block) -> bool:
    """Whether a stop or skip inside the block belongs to a loop round it."""
    for statement in block:
        if isinstance(statement, tree.Leave):
            return True
        if isinstance(statement, tree.If) and (
            any(leaves_loop(b) for _, b in statement.arms) or leaves_loop(statement.orelse)
        ):
            return True
    return False


def surely_leaves(block: tree.Block) -> bool:
    """Whether every path through the block ends the round of the loop round it."""
    return any(
        (isinstance(s, tree.Leave) and s.condition is None)
        or (isinstance(s, tree.If) and surely_leaves(s.orelse) and all(surely_leaves(b) for _, b in s.arms))
        for s in block
    )


def free_names(script: tree.Script) -> list[str]:
    """The names that a script without contracts reads before it assigns them: its inputs, in order."""
    known: set[str] = set()
    free: dict[str, None] = {}
    for statement in script.statements:
        if not isinstance(statement, tree.Def):
            _free_in_statement(statement, known, free)
    return list(free)


def _free_in_statement(statement: tree.Statement, known: set[str], free: dict[str, None]) -> None:
    if isinstance(statement, tree.Assign):
        _reads(statement.value, known, free)
        for target in statement.targets:
            if isinstance(target, tree.Index) or statement.op:
                _reads(target, known, free)
            known.add(target_name(target))
    elif isinstance(statement, tree.If):
        for condition, block in statement.arms:
            _reads(condition, known, free)
            _free_in_block(block, known, free)
        _free_in_block(statement.orelse, known, free)
    elif isinstance(statement, tree.For):
        inner = set(known)
        for r in statement.ranges:
            _reads_all((r.start, r.stop, r.step), inner, free)
            inner.add(r.name)
        _free_in_block(statement.body, inner, free)
        known |= inner - {r.name for r in statement.ranges if r.name not in known}
    elif isinstance(statement, tree.ForEach):
        _reads(statement.over, known, free)
        inner = known | {statement.name}
        _free_in_block(statement.body, inner, free)
        known |= inner - {statement.name}
    elif isinstance(statement, (tree.Repeat, tree.While)):
        _reads(statement.count if isinstance(statement, tree.Repeat) else statement.condition, known, free)
        _free_in_block(statement.body, known, free)
    elif isinstance(statement, (tree.Record, tree.Output)):
        if statement.value is not None:
            _reads(statement.value, known, free)
            known.add(statement.name)
        elif statement.name not in known:
            free.setdefault(statement.name)
    else:
        for child in children(statement):
            _reads(child, known, free)


def _free_in_block(block: tree.Block, known: set[str], free: dict[str, None]) -> None:
    for statement in block:
        _free_in_statement(statement, known, free)


def _reads_all(nodes: tuple[tree.Node | None, ...], known: set[str], free: dict[str, None]) -> None:
    for node in nodes:
        if node is not None:
            _reads(node, known, free)


def _reads(node: tree.Node, known: set[str], free: dict[str, None]) -> None:
    if isinstance(node, tree.Name):
        if node.name not in known:
            free.setdefault(node.name)
    elif isinstance(node, (tree.Table, tree.Call)) and node.ranges:
        inner = set(known) | {r.name for r in node.ranges}
        _reads_all(tuple(b for r in node.ranges for b in (r.start, r.stop, r.step)), inner, free)
        for body in (node.body,) if isinstance(node, tree.Table) else node.args:
            _reads(body, inner, free)
    else:
        for child in children(node):
            _reads(child, known, free)
