"""Which statements a kernel can run, what they set and read, and nests turned so that threads share them out well."""

from __future__ import annotations

from dataclasses import replace

from gdc.compiler import imp
from gdc.compiler.imp import Body, Expr, Statement
from gdc.compiler.imp_tools import locals_of, name_of, names_in, reads
from gdc.compiler.ops import OPS

MOST_LOOPS = 4          # of a box whose places are shared out


def device_value(value: Expr, bound: set[str]) -> bool:
    """Whether a kernel can compute a scalar; the arrays that it reads are there before it starts."""
    if value.rank:
        return value.op == "name" or not bound & set(names_in(value))
    if value.op in ("load", "extent"):
        return all(device_value(a, bound) for a in value.args)
    if value.op not in ("const", "name", "select", "cast") and (value.op not in OPS or OPS[value.op].kind != "MAP"):
        return False
    return all(not a.rank and device_value(a, bound) for a in value.args)


def device_ready(body: Body) -> bool:
    """Whether statements can run inside a kernel."""
    bound = bound_in(body)
    for s in imp.statements(body):
        if isinstance(s, (imp.Alloc, imp.SetPart, imp.Guarded, imp.Emit)) or (isinstance(s, imp.Let) and s.value.rank):
            return False
        if not all(device_value(value, bound) for value in imp.expressions(s)):
            return False
    return True


def bound_in(body: Body) -> set[str]:
    """The names that statements bind, loop variables included."""
    return set_in(body) | {s.var for s in imp.statements(body) if isinstance(s, imp.Loop)}


def set_in(body: Body) -> set[str]:
    """The names that `let` binds."""
    return {s.name for s in imp.statements(body) if isinstance(s, imp.Let)}


def leaves(body: Body) -> bool:
    """Whether a body can leave, or cut short, the loop that it is the body of."""
    return any(isinstance(s, (imp.Break, imp.Continue)) or isinstance(s, imp.Branch) and any(map(leaves, imp.bodies(s)))
               for s in body)


def has(body: Body, *kinds: type) -> bool:
    """Whether a statement of one of these classes is among statements, or inside them."""
    return any(isinstance(s, kinds) for s in imp.statements(body))


def touches(statement: Statement) -> bool:
    """Whether a statement reads or writes entries of arrays."""
    return has((statement,), imp.Store) or loads((statement,))


def loads(body: Body) -> bool:
    """Whether statements read entries of arrays."""
    return any(e.op == "load" for s in imp.statements(body) for v in imp.expressions(s) for e in imp.subexpressions(v))


def bound_first(body: Body) -> set[str]:
    """The scalars that statements surely bind, before anything reads them."""
    found: set[str] = set()
    read: set[str] = set()
    for s in body:
        read |= reads(s)
        if isinstance(s, imp.Let) and s.name not in read:
            found.add(s.name)
    return found


def chain(loop: imp.Loop, modes: tuple[str, ...]) -> tuple[list[imp.Loop], Body]:
    """The leading loops that form a box, and the body inside them. A loop that can be left early ends the box."""
    loops = [loop]
    while len(loops[-1].body) == 1 and len(loops) < MOST_LOOPS:
        inner = loops[-1].body[0]
        if not isinstance(inner, imp.Loop) or inner.mode not in modes or leaves(inner.body):
            break
        outer = {one.var for one in loops}
        if any(outer & set(names_in(v)) for v in (inner.start, inner.stop, inner.step)):
            break
        loops.append(inner)
    return loops, loops[-1].body


def interchanged(loop: imp.Loop, root: dict[str, str]) -> imp.Loop | None:
    """`for i: for j in parallel: g[j] += …` with j outside, where rounds of j never meet in any round of i."""
    body = tuple((interchanged(s, root) or s) if isinstance(s, imp.Loop) else s for s in loop.body)
    if loop.mode == "parallel" or not body:
        return replace(loop, body=body) if body != loop.body and loop.mode == "parallel" else None
    inner = body[-1]
    if not isinstance(inner, imp.Loop) or inner.mode != "parallel":
        return None
    if not all(isinstance(s, imp.Let) for s in body[:-1]):
        return None
    names = {loop.var, *set_in(body[:-1])}
    if any(names & set(names_in(v)) for v in (inner.start, inner.stop, inner.step)) or inner.var in bound_in(body[:-1]):
        return None
    if not device_ready((loop,)) or leaves(inner.body) or has(body, imp.Check) or not apart(body, inner.var, root):
        return None
    if (set_in(body[:-1]) | set_in(inner.body)) - locals_of(body):
        return None
    new = replace(loop, body=(*body[:-1], *inner.body), mode="serial")
    return replace(inner, body=(interchanged(new, root) or new,))


def apart(body: Body, var: str, root: dict[str, str]) -> bool:
    """Whether every access to an array that is stored to has the index `var` alone in one axis."""
    places: dict[str, list[tuple[str, tuple[Expr, ...]]]] = {}
    stored: set[str] = set()
    for s in imp.statements(body):
        accesses = [e for v in imp.expressions(s) for e in imp.subexpressions(v) if e.op == "load"]
        found = [(e.args[0], e.args[1:]) for e in accesses]
        if isinstance(s, imp.Store):
            found.append((s.array, s.index))
            stored |= {root.get(n, n) for n in names_in(s.array)}
        for array, index in found:
            for n in names_in(array):
                places.setdefault(root.get(n, n), []).append((name_of(array), index))
    for name in stored:
        arrays = {array for array, _ in places[name]}
        axes = [{k for k, i in enumerate(index) if name_of(i) == var} for _, index in places[name]]
        if len(arrays) != 1 or "" in arrays or not set.intersection(*axes):
            return False
    return True


def in_register(loop: imp.Loop, name: str, root: dict[str, str]) -> imp.Loop:
    """`for j: for i: g[j] += e` with the sum in a scalar: memory is read and written once."""
    inner = loop.body[0] if len(loop.body) == 1 else None
    if not isinstance(inner, imp.Loop) or not inner.body or loop.mode != "parallel":
        return loop
    last = inner.body[-1]
    if inner.mode == "parallel":
        new = in_register(inner, name, root)
        return loop if new is inner else replace(loop, body=(new,))
    if not isinstance(last, imp.Store) or last.combine not in ("add", "mul") or has(inner.body[:-1], imp.Store):
        return loop
    moving = {inner.var} | bound_in(inner.body)
    values = [v for s in imp.statements(inner.body[:-1]) for v in imp.expressions(s)] + [last.value]
    mine, read = name_of(last.array), {root.get(n, n) for v in values for n in names_in(v)}
    if not mine or root.get(mine, mine) in read or any(moving & set(names_in(i)) for i in last.index):
        return loop
    total = imp.var(name, last.array.element)
    step = imp.Let(name, Expr(last.combine, (total, last.value), total.element), last.origins)
    start = imp.Let(name, imp.load(last.array, *last.index), last.origins)
    summed = replace(inner, body=(*inner.body[:-1], step))
    return replace(loop, body=(start, summed, replace(last, value=total, combine="")))
