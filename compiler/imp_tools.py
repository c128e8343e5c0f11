"""Questions about imperative statements, and renaming in them: what the passes on the imperative IR share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from gdc.compiler import imp
from gdc.compiler.imp import (
    Alloc,
    Body,
    Branch,
    Break,
    Check,
    Continue,
    Emit,
    Expr,
    Forever,
    Guarded,
    Let,
    Loop,
    SetPart,
    Statement,
    Store,
)

BARRIERS = (Check, Emit, Break, Continue, Guarded, Forever)
VIEWS = frozenset({"name", "transpose", "index", "reshape", "broadcast", "contiguous"})


def name_of(value: Expr) -> str:
    """A variable's name, or "" for any other expression."""
    return str(value.get("name")) if value.op == "name" else ""


def names_in(value: Expr) -> Iterator[str]:
    """The variables that an expression reads."""
    return (name_of(e) for e in imp.subexpressions(value) if e.op == "name")


def reads(statement: Statement) -> set[str]:
    """The variables that a statement reads, those inside it included."""
    found: set[str] = set()
    for inner in imp.statements((statement,)):
        for value in imp.expressions(inner):
            found.update(names_in(value))
    return found


def writes(statement: Statement) -> set[str]:
    """The variables that a statement binds or stores into, those inside it included."""
    return {name for inner in imp.statements((statement,)) for name in written(inner)}


def written(statement: Statement) -> tuple[str, ...]:
    """The variable that one statement itself changes."""
    if isinstance(statement, (Let, Alloc, Guarded)):
        return (statement.name,)
    if isinstance(statement, (Store, SetPart)):
        return (name_of(statement.array),)
    return (statement.var,) if isinstance(statement, Loop) else ()


def read_counts(program: imp.Program) -> Counter[str]:
    """How often each variable is read in the whole program; an output counts as a read."""
    counts: Counter[str] = Counter()
    for statement in imp.statements(program.body):
        for value in imp.expressions(statement):
            counts.update(names_in(value))
    for _, value, flag in program.outputs:
        counts.update(names_in(value))
        counts.update(names_in(flag) if flag is not None else ())
    return counts


def alias_classes(program: imp.Program) -> Callable[[str], str]:
    """Which array names may be the same memory: `root(a) == root(b)` where they may."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.get(name, name) != name:
            name = parent[name]
        return name

    for statement in imp.statements(program.body):
        if isinstance(statement, Let) and statement.value.rank and statement.value.op in VIEWS:
            for e in imp.subexpressions(statement.value):
                if e.op == "name" and e.rank:
                    parent[root(statement.name)] = root(name_of(e))
        elif isinstance(statement, Let) and statement.value.rank and statement.value.op == "select":
            for e in imp.subexpressions(statement.value):
                if e.op == "name" and e.rank:
                    parent[root(statement.name)] = root(name_of(e))
    return root


# --- rewriting ---------------------------------------------------------------------------------


def map_expr(value: Expr, change: Callable[[Expr], Expr | None]) -> Expr:
    """The expression with every subexpression that `change` answers for replaced; outer ones are asked first."""
    found = change(value)
    if found is not None:
        return found
    if not value.args:
        return value
    args = tuple(map_expr(a, change) for a in value.args)
    return value if args == value.args else replace(value, args=args)


def map_statement(statement: Statement, change: Callable[[Expr], Expr | None], names: Mapping[str, str]) -> Statement:
    """The statement with its expressions changed and the variables that it binds renamed."""

    def e(value: Expr) -> Expr:
        return map_expr(value, change)

    def body(inner: Body) -> Body:
        return tuple(map_statement(s, change, names) for s in inner)

    if isinstance(statement, (Let, Guarded)):
        return replace(statement, name=names.get(statement.name, statement.name), value=e(statement.value))
    if isinstance(statement, Alloc):
        fill = None if statement.fill is None else e(statement.fill)
        return replace(
            statement, name=names.get(statement.name, statement.name), shape=tuple(map(e, statement.shape)), fill=fill
        )
    if isinstance(statement, Store):
        return replace(
            statement, array=e(statement.array), index=tuple(map(e, statement.index)), value=e(statement.value)
        )
    if isinstance(statement, SetPart):
        return replace(
            statement, array=e(statement.array), args=tuple(map(e, statement.args)), value=e(statement.value)
        )
    if isinstance(statement, Loop):
        return replace(
            statement,
            var=names.get(statement.var, statement.var),
            start=e(statement.start),
            stop=e(statement.stop),
            step=e(statement.step),
            body=body(statement.body),
        )
    if isinstance(statement, Forever):
        return replace(statement, body=body(statement.body))
    if isinstance(statement, Branch):
        return replace(
            statement, condition=e(statement.condition), then=body(statement.then), orelse=body(statement.orelse)
        )
    if isinstance(statement, Check):
        return replace(statement, ok=e(statement.ok), values=tuple(map(e, statement.values)))
    if isinstance(statement, Emit):
        return replace(statement, values=tuple(map(e, statement.values)))
    return statement


def renamed(statement: Statement, names: Mapping[str, str]) -> Statement:
    """The statement with variables renamed, where they are bound and where they are read."""

    def change(value: Expr) -> Expr | None:
        if value.op == "name" and name_of(value) in names:
            return imp.var(names[name_of(value)], value.element, value.rank)
        return None

    return map_statement(statement, change, names) if names else statement


def locals_of(body: Body) -> set[str]:
    """The scalars that every round of a loop binds before it reads them, and the variables of inner loops."""
    found: set[str] = set()
    read: set[str] = set()
    for statement in body:
        if isinstance(statement, Let) and not statement.value.rank:
            read |= reads(statement)
            if statement.name not in read:
                found.add(statement.name)
        else:
            inside = {s.var for s in imp.statements((statement,)) if isinstance(s, Loop)}
            found |= inside - read
            read |= reads(statement) - inside
    for statement in body:
        if isinstance(statement, Loop):
            found |= locals_of(statement.body) - (read_outside(body, statement))
    return found


def read_outside(body: Body, loop: Statement) -> set[str]:
    return {name for statement in body if statement is not loop for name in reads(statement)}
