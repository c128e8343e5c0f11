"""Whether all places lie inside an axis is asked of the least and the greatest of them.

    ok = p >= 0 & p < n                     ->      unless within(p, n): stop, and show p[argmin(p >= 0 & p < n)]
    unless all(ok): stop, and show p[argmin(ok)]

That reads the places once and makes no arrays of bools; what shows the first bad place is computed where there is one.
For NumPy, whose operators each make an array.
"""

from __future__ import annotations

from dataclasses import replace

from gdc.compiler import imp, imp_tools
from gdc.compiler.imp import Body, Check, Expr, Let, Program
from gdc.compiler.imp_tools import name_of, names_in
from gdc.compiler.record import Record

RULE = "within"
SWITCHES = (RULE,)


def run(program: Program, record: Record) -> Program:
    """The program with its checks of places."""
    if not record.allows(RULE):
        return program
    counts = imp_tools.read_counts(program)
    return replace(program, body=_body(program.body, counts))


def _body(body: Body, counts: dict[str, int]) -> Body:
    """A body, and those inside it: a condition that a check alone reads goes into the check."""
    done: list[imp.Statement] = []
    for s in body:
        s = imp_tools.map_parts(s, lambda e: e, lambda inner: _body(inner, counts))
        if isinstance(s, Check):
            before = done[-1] if done else None
            if isinstance(before, Let) and before.name in names_in(s.ok) and \
                    counts[before.name] == sum(n == before.name for v in imp.expressions(s) for n in names_in(v)) and \
                    asked(before.value) is not None:
                s = _with(s, done.pop())
            s = replace(s, ok=imp_tools.replaced(s.ok, _least_and_greatest))
        done.append(s)
    return tuple(done)


def _with(check: Check, let: imp.Statement) -> Check:
    """The check with a condition written out where it was named."""
    assert isinstance(let, Let)

    def written(value: Expr) -> Expr | None:
        return let.value if name_of(value) == let.name else None

    return replace(check, ok=imp_tools.replaced(check.ok, written),
                   values=tuple(imp_tools.replaced(v, written) for v in check.values))


def _least_and_greatest(value: Expr) -> Expr | None:
    """all(p >= 0 and p < n), for ints p and a number n, as one look at the places."""
    if value.op != "all" or value.rank or value.get("keepdims"):
        return None
    found = asked(value.args[0])
    return Expr("within", found, value.element) if found is not None else None


def asked(value: Expr) -> tuple[Expr, Expr] | None:
    """(p, n) of a condition p >= 0 and p < n."""
    if value.op != "and" or value.args[0].op != "ge" or value.args[1].op != "lt":
        return None
    (places, zero), (same, size) = (side.args for side in value.args)
    while places.op == "reshape" and places == same:
        places = same = places.args[0]
    is_asked = places == same and places.rank > 0 and places.element.kind == "int" and places.element.bits == 64 and \
        imp.constant(zero) == 0 and size.rank == 0
    return (places, size) if is_asked else None
