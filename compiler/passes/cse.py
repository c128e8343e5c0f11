"""Common subexpressions. Ordinary nodes are interned; here bodies that are equal up to parameters become one.

Two tables, folds, selects, branches or loops are equal if they have equal arguments and their regions are equal up to
parameters. A region with effects is never merged: each effect happens.
"""

from __future__ import annotations

from typing import Any

from gdc.compiler.cost import work
from gdc.compiler.ir import Node, Program, Region, rewrite, roots, walk
from gdc.compiler.record import Record, Step
from gdc.compiler.regions import dependents, has_effects
from gdc.compiler.rules import formula, through

NAME = "cse"
SWITCHES = (NAME,)
IGNORED = frozenset({"serial", "name", "names"})
Key = tuple[Any, ...]


def run(program: Program, record: Record) -> Program:
    """Merges equal region nodes, inner ones first."""
    if not record.allows(NAME):
        return program
    origins = program.origins

    def merged(region: Region) -> Region:
        known: dict[Key, Node] = {}

        def change(value: Node) -> Node:
            if not value.regions or has_effects(value):
                return value
            found = known.setdefault(key_of(value), value)
            if found is not value:
                words = formula(value, origins)
                record.add(
                    Step(
                        NAME,
                        NAME,
                        words,
                        words,
                        "it is written more than once, and computed once",
                        origins.of(value),
                        work([value]) * 2,
                        work([value]),
                    )
                )
            return found

        return rewrite(region, change, origins)

    return through(program, merged)


def key_of(value: Node) -> Key:
    """What equal region nodes have in common: everything but the identity of parameters and of what depends on them."""
    bodies = [n for region in value.regions for n in roots(region)]
    order = walk(bodies)
    params = dict.fromkeys(p for region in value.regions for p in region.params)
    while True:  # regions inside that move with this one have parameters of their own to number
        moving = dependents(bodies, params)
        inner = [p for n in order if n.regions and n in moving for r in n.regions for p in r.params if p not in params]
        if not inner:
            break
        params.update(dict.fromkeys(inner))
    numbers = {p: k for k, p in enumerate(params)}
    entries: list[Key] = [("param", p.types) for p in params]
    for found in order:
        if found in moving and found not in numbers:
            numbers[found] = len(numbers)
            entries.append(_entry(found, numbers))
    return (_entry(value, numbers), *entries)


def _entry(value: Node, numbers: dict[Node, int]) -> Key:
    """One node with its uses as numbers, where they have one."""

    def name(n: Node) -> Any:
        return numbers.get(n, n)

    attrs = tuple((k, repr(v)) for k, v in value.attrs if k not in IGNORED)
    regions = tuple(
        (len(r.params), tuple(name(p) for p in r.params), tuple(name(n) for n in roots(r))) for r in value.regions
    )
    return (
        value.op,
        tuple(name(a) for a in value.args),
        attrs,
        value.types,
        regions,
        tuple(name(d) for d in value.deps),
    )
