"""Questions about imperative statements, and renaming in them: what the passes on the imperative IR share."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

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


def fresh_name(name: str, taken: set[str]) -> str:
    """The name, or one like it with a number behind, that is not taken; it is from now on."""
    return _taken_now((f"{name}_{k}" if k else name for k in itertools.count()), taken)


def numbered_name(base: str, taken: set[str]) -> str:
    """The base with the least number behind it that makes a name that is not taken; it is from now on."""
    return _taken_now((f"{base}{k}" for k in itertools.count(1)), taken)


def _taken_now(tries: Iterator[str], taken: set[str]) -> str:
    found = next(name for name in tries if name not in taken)
    taken.add(found)
    return found


class JustMade:
    """Arrays that have no other name yet, as one goes through a body."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def pass_by(self, unit: tuple[Statement, ...]) -> None:
        """What a statement makes has no other name yet; what it gives another name has one."""
        for s in unit:
            if isinstance(s, Let) and s.value.rank:
                seen = is_view(s.value)
                made = not seen and s.value.op not in ("contiguous", "select")
                self.names -= set(names_in(s.value)) if seen else set()
                self.names = self.names | {s.name} if made else self.names - {s.name}
            elif isinstance(s, Alloc):
                self.names.add(s.name)
            elif imp.bodies(s):
                self.names.clear()


def is_view(value: Expr) -> bool:
    """Whether a value is an array that is there, or a view of one."""
    while value.op in VIEWS - {"name", "contiguous"} and value.args:
        value = value.args[0]
    return value.op == "name"


def depends(one: Statement, other: Statement, root: Callable[[str], str]) -> bool:
    """Whether two statements may not change places."""
    r1, w1 = touched(one, root)
    r2, w2 = touched(other, root)
    return bool(w1 & (r2 | w2) or w2 & r1)


def touched(statement: Statement, root: Callable[[str], str]) -> tuple[set[str], set[str]]:
    """What a statement reads and what it writes; the variables of its own loops are nobody else's business."""
    own = {s.var for s in imp.statements((statement,)) if isinstance(s, Loop)}
    return {root(n) for n in reads(statement) - own}, {root(n) for n in writes(statement) - own}


# --- rewriting ---------------------------------------------------------------------------------


def map_expression(root: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The expression with `change` applied to every node, arguments first; without recursion."""
    done: dict[int, Expr] = {}
    stack = [(root, False)]
    while stack:
        value, ready = stack.pop()
        if id(value) in done:
            continue
        if ready:
            args = tuple(done[id(a)] for a in value.args)
            done[id(value)] = change(value if args == value.args else replace(value, args=args))
        else:
            stack.append((value, True))
            stack.extend((a, False) for a in value.args)
    return done[id(root)]


def map_parts(s: Statement, value: Callable[[Expr], Expr], body: Callable[[Body], Body]) -> Statement:
    """The statement with each of its expressions changed as a whole, and its bodies."""

    def values(es: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple(value(e) for e in es)

    if isinstance(s, (Let, Guarded)):
        return replace(s, value=value(s.value))
    if isinstance(s, Alloc):
        return replace(s, shape=values(s.shape), fill=value(s.fill) if s.fill is not None else None)
    if isinstance(s, Store):
        return replace(s, array=value(s.array), index=values(s.index), value=value(s.value))
    if isinstance(s, SetPart):
        return replace(s, array=value(s.array), args=values(s.args), value=value(s.value))
    if isinstance(s, Loop):
        return replace(s, start=value(s.start), stop=value(s.stop), step=value(s.step), body=body(s.body))
    if isinstance(s, Forever):
        return replace(s, body=body(s.body))
    if isinstance(s, Branch):
        return replace(s, condition=value(s.condition), then=body(s.then), orelse=body(s.orelse))
    if isinstance(s, Check):
        return replace(s, ok=value(s.ok), values=values(s.values))
    if isinstance(s, imp.Walk):
        return replace(s, rows=value(s.rows), body=body(s.body))
    if isinstance(s, imp.Strips):
        parts = tuple((name, value(array)) for name, array in s.parts)
        return replace(s, row=value(s.row), parts=parts, body=body(s.body))
    return replace(s, values=values(s.values)) if isinstance(s, Emit) else s


def replaced(value: Expr, change: Callable[[Expr], Expr | None]) -> Expr:
    """The expression with every part that `change` answers for replaced; outer parts are asked first."""
    found = change(value)
    if found is not None:
        return found
    args = tuple(replaced(a, change) for a in value.args)
    return value if args == value.args else replace(value, args=args)


def map_statement(
    statement: Statement, change: Callable[[Expr], Expr | None], names: Mapping[str, str] = MappingProxyType({})
) -> Statement:
    """The statement and all inside it with parts of expressions replaced, and the variables that it binds renamed."""
    done = map_parts(
        statement, lambda e: replaced(e, change), lambda body: tuple(map_statement(s, change, names) for s in body)
    )
    if isinstance(done, (Let, Alloc, Guarded)):
        return replace(done, name=names.get(done.name, done.name))
    return replace(done, var=names.get(done.var, done.var)) if isinstance(done, Loop) else done


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
