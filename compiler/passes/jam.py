"""Unroll and jam: a nest over rows takes four rows at a time, so that one pass over a row of states serves four rows.

    for i: s = 0; for j: s += X[i, j]*w[j]        ->   for i by 4: s0 = s1 = s2 = s3 = 0
           …                                               for j: s0 += X[i, j]*w[j]; s1 += X[i + 1, j]*w[j]; …
           for j: g[j] += X[i, j]*e                        …
                                                           for j: g[j] += X[i, j]*e0 + X[i + 1, j]*e1 + …

(Callahan, Carr and Kennedy, Improving register allocation for subscripted variables, 1990.) Four rows were best of
1, 2, 4, 8: docs/cores.md.
"""

from __future__ import annotations

from dataclasses import replace

from gdc.compiler import imp, imp_tools
from gdc.compiler.imp import Body, Branch, Expr, Let, Loop, Statement, Store
from gdc.compiler.imp_tools import map_statement, name_of
from gdc.compiler.record import Record, Step
from gdc.compiler.types import INT

RULE = "jam"
ROWS = 4


def run(program: imp.Program, record: Record) -> imp.Program:
    """The program with its row nests jammed."""
    if not record.allows(RULE):
        return program
    return replace(program, body=jam_body(program.body, record))


def jam_body(body: Body, record: Record) -> Body:
    done: list[Statement] = []
    for statement in body:
        if isinstance(statement, Loop) and jammable(statement):
            done.extend(jammed(statement))
            record.add(
                Step(
                    "jam",
                    RULE,
                    f"one {statement.var} a round",
                    f"{ROWS} a round",
                    "each pass of the inner loops serves four rows, so their vectors stay in registers",
                    statement.origins,
                )
            )
        elif isinstance(statement, (Loop, imp.Forever)):
            done.append(replace(statement, body=jam_body(statement.body, record)))
        elif isinstance(statement, Branch):
            done.append(
                replace(statement, then=jam_body(statement.then, record), orelse=jam_body(statement.orelse, record))
            )
        else:
            done.append(statement)
    return tuple(done)


def jammable(loop: Loop) -> bool:
    """Rows over inner loops of fixed range that read `X[i, j]`, with nothing carried from row to row but sums."""
    if loop.mode in ("rounds", "parallel") or imp.constant(loop.start) != 0 or imp.constant(loop.step) != 1:
        return False
    inner = [s for s in loop.body if isinstance(s, Loop)]
    if not inner or not all(isinstance(s, (Let, Store, Loop)) for s in loop.body):
        return False
    local = imp_tools.locals_of(loop.body)
    changing = local | {loop.var}
    for statement in inner:
        if any(isinstance(s, Loop) for s in statement.body) or not all(
            isinstance(s, (Let, Store)) for s in statement.body
        ):
            return False
        if any(n in changing for e in (statement.start, statement.stop, statement.step) for n in imp_tools.names_in(e)):
            return False
    return (
        any(reads_row(s, loop.var) for s in inner)
        and all(independent(s, loop.var, local) for s in imp.statements(loop.body))
        and not reads_what_it_adds(loop)
    )


def reads_row(inner: Loop, row: str) -> bool:
    """Whether an inner loop walks along the row."""
    for statement in inner.body:
        for value in imp.expressions(statement):
            for e in imp.subexpressions(value):
                if (
                    e.op == "load"
                    and len(e.args) == 3
                    and name_of(e.args[1]) == row
                    and name_of(e.args[2]) == inner.var
                ):
                    return True
    return False


def independent(statement: Statement, row: str, local: set[str]) -> bool:
    """Whether a statement of one row does not hinder another's: a local scalar, a sum, or an entry of its own row."""
    if isinstance(statement, Let):
        if statement.value.rank:
            return False
        return statement.name in local or is_sum(statement)
    if isinstance(statement, Store):
        return statement.combine == "add" or (bool(statement.index) and name_of(statement.index[0]) == row)
    return isinstance(statement, Loop)


def is_sum(statement: Let) -> bool:
    value = statement.value
    return (
        value.op == "add"
        and name_of(value.args[0]) == statement.name
        and statement.name not in set(imp_tools.names_in(value.args[1]))
    )


def reads_what_it_adds(loop: Loop) -> bool:
    """Whether a row reads an array that rows add to, or a place that another row stores."""
    added = {name_of(s.array) for s in imp.statements(loop.body) if isinstance(s, Store)}
    for statement in imp.statements(loop.body):
        values = imp.expressions(statement)[1:] if isinstance(statement, Store) else imp.expressions(statement)
        for value in values:
            if any(n in added for n in imp_tools.names_in(value)):
                return True
    return False


def jammed(loop: Loop) -> list[Statement]:
    """Four rows a round, then the rows that are left."""
    whole = imp.mul(Expr("floordiv", (loop.stop, imp.integer(ROWS)), INT), imp.integer(ROWS))
    local = imp_tools.locals_of(loop.body)
    body: list[Statement] = []
    for statement in loop.body:
        copies = [of_row(statement, loop.var, k, local) for k in range(ROWS)]
        body.extend(joined(statement, copies))
    return [
        replace(loop, stop=whole, step=imp.integer(ROWS), body=tuple(body)),
        replace(loop, start=whole),
    ]


def of_row(statement: Statement, row: str, k: int, local: set[str]) -> Statement:
    """A statement for the k-th of the four rows."""
    inner = {s.var for s in imp.statements((statement,)) if isinstance(s, Loop)}
    names = {name: f"{name}{k}" for name in local if name not in inner}

    def change(value: Expr) -> Expr | None:
        name = name_of(value)
        if name == row and k:
            return imp.add(value, imp.integer(k))
        return imp.var(names[name], value.element, value.rank) if name in names else None

    return map_statement(statement, change, names)


def joined(original: Statement, copies: list[Statement]) -> list[Statement]:
    """The four rows' statements in one place: inner loops become one, sums into one entry one store."""
    if isinstance(original, Store) and original.combine == "add" and len({_place(c) for c in copies}) == 1:
        stores = [c for c in copies if isinstance(c, Store)]
        total = stores[0].value
        for store in stores[1:]:
            total = Expr("add", (total, store.value), total.element)
        return [replace(stores[0], value=total)]
    if not isinstance(original, Loop):
        return list(copies)
    body: list[Statement] = []
    for k, statement in enumerate(original.body):
        body.extend(joined(statement, [c.body[k] for c in copies if isinstance(c, Loop)]))
    return [replace(original, body=tuple(body))]


def _place(statement: Statement) -> tuple[Expr, ...]:
    assert isinstance(statement, Store)
    return statement.index
