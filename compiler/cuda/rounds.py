"""Nests over the same rows as one nest: the rounds one after the other, and what only they pass on in scalars."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace

from gdc.compiler import imp
from gdc.compiler.imp import Alloc, Body, Expr, Loop, Statement
from gdc.compiler.imp_tools import map_expression, map_parts, name_of, names_in, reads, renamed
from gdc.compiler.totals import binds


def together(nests: list[Loop], totals: set[str], taken: set[str]) -> Loop:
    """One nest with the rounds of all. What a later one binds for itself gets a new name where an earlier one has it;
    `taken` are the names of the program."""
    first = nests[0]
    body: list[Statement] = list(first.body)
    known = {first.var} | bound(first) | reads(first)
    for nest in nests[1:]:
        names = {nest.var: first.var}
        for name in sorted(bound(nest) - totals - {nest.var}):
            if name in known:
                names[name] = next(n for k in itertools.count(1) if (n := f"{name}_{k}w") not in taken)
                taken.add(names[name])
        body += [renamed(s, names) for s in nest.body]
        known |= bound(nest) | reads(nest)
    origins = tuple(dict.fromkeys(o for nest in nests for o in nest.origins))
    return replace(first, body=tuple(body), mode="serial", origins=origins)


def bound(nest: Loop) -> set[str]:
    """The names that a nest binds, loop variables included."""
    return {n for s in imp.statements((nest,)) for n in binds(s)}


def one_entry_a_row(nest: Loop, array: Alloc) -> bool:
    """Whether a nest uses an array at one place of its row only, `A[i]` or `A[i, 0]`, and surely fills it first."""
    name = array.name
    places = {s.index for s in imp.statements(nest.body) if isinstance(s, imp.Store) and name_of(s.array) == name}
    places |= {e.args[1:] for s in imp.statements(nest.body) for v in imp.expressions(s)
               for e in imp.subexpressions(v) if e.op == "load" and name_of(e.args[0]) == name}
    if len({place[1:] for place in places}) != 1 or any(imp.constant(i) is None for p in places for i in p[1:]):
        return False
    first = next(s for s in nest.body if name in reads(s))
    fills = isinstance(first, imp.Store) and not first.combine and name not in names_in(first.value)
    return fills or array.fill is not None


def in_scalars(nest: Loop, arrays: Iterable[Alloc], taken: set[str]) -> Loop:
    """The nest with arrays of which it uses one entry a row as scalars of the round."""
    for array in arrays:
        scalar = next(n for k in itertools.count() if (n := f"{array.name}_e{k or ''}") not in taken)
        taken.add(scalar)
        entry = imp.var(scalar, array.element)
        start = () if array.fill is None else (imp.Let(scalar, array.fill, array.origins),)
        nest = replace(nest, body=(*start, *_entry(nest.body, array.name, entry)))
    return nest


def without_copies(nest: Loop) -> Loop:
    """The nest without scalars of the round that are another's value, `t = s`, where s stays what it is."""
    body = nest.body
    for copy in nest.body:
        if not isinstance(copy, imp.Let) or copy.value.rank or not name_of(copy.value):
            continue
        copies = [s for s in imp.statements(body) if isinstance(s, imp.Let) and s.name == copy.name]
        place = next((k for k, s in enumerate(body) if s == copy), None)
        if place is None or len(copies) != 1 or any(copy.name in reads(s) for s in body[:place]):
            continue
        rest = body[place + 1 :]
        source = name_of(copy.value)
        if source == nest.var or any(source in binds(s) for s in imp.statements(rest)):
            continue
        body = (*body[:place], *(renamed(s, {copy.name: source}) for s in rest))
    return replace(nest, body=body)


def _entry(body: Body, array: str, entry: Expr) -> Body:
    """Statements that read and set a scalar instead of entries of an array."""

    def change(value: Expr) -> Expr:
        return entry if value.op == "load" and name_of(value.args[0]) == array else value

    def changed(s: Statement) -> Statement:
        if isinstance(s, imp.Store) and name_of(s.array) == array:
            value = map_expression(s.value, change)
            if s.combine:
                value = Expr(s.combine, (entry, value), entry.element)
            return imp.Let(name_of(entry), value, s.origins)
        return map_parts(s, lambda e: map_expression(e, change), lambda inner: _entry(inner, array, entry))

    return tuple(map(changed, body))


def matrices(nest: Loop) -> set[str]:
    """The arrays of several axes that a nest reads or stores to with its own row as first index, and no other."""
    found: set[str] = set()
    others: set[str] = set()
    for s in imp.statements(nest.body):
        places = [(s.array, s.index)] if isinstance(s, imp.Store) else []
        places += [(e.args[0], e.args[1:]) for v in imp.expressions(s) for e in imp.subexpressions(v)
                   if e.op == "load"]
        for array, index in places:
            if len(index) > 1:
                by_row = name_of(index[0]) == nest.var and not any(nest.var in names_in(i) for i in index[1:])
                (found if by_row else others).add(name_of(array))
    return found - others - {""}
