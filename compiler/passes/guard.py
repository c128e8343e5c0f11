"""A place that only choices read, and that nothing checks any more, is read where it exists.

A copy of a body (a derivative beside its formula) leaves the checks with the first use. A place that several choices
of the copy read is one value, which stands above them all: there the place may not exist. It then is 0, which no
choice that is taken reads.
"""

from __future__ import annotations

from gdc.compiler.construct import apply, reduce
from gdc.compiler.homes import find_homes
from gdc.compiler.ir import Node, Program, Region, integer, mapped_region, rebuild, roots, size_node, truth, walk
from gdc.compiler.layout import Layout
from gdc.compiler.record import Record
from gdc.compiler.regions import UNCHECKED, guarded
from gdc.compiler.rules import through

NAME = "guard"


def run(program: Program, record: Record) -> Program:
    """Asks for every such place whether it exists."""
    return through(program, lambda region: safe(program, region))


def safe(program: Program, region: Region) -> Region:
    everything = walk(roots(region))
    unchecked = {v for v in everything if v.get(UNCHECKED)}
    if not unchecked:
        return region
    layout = Layout(program, region, everything)
    find_homes(layout)
    certain = {r: evaluated(r) for r in {region, *layout.owner}}
    new: dict[Node, Node] = {}
    for value in everything:
        made = rebuild(value, new)
        if value in unchecked and value not in certain[layout.home[value]]:
            made = program.origins.replace(made, guarded(made, exists(made)))
        if made is not value:
            new[value] = program.origins.replace(value, made)
    return mapped_region(region, new)


def evaluated(region: Region) -> set[Node]:
    """What is surely evaluated where a region is: what its effects and results are formulas of, outside any choice."""
    return set(walk(roots(region), below=lambda value: value.args))


def exists(value: Node) -> list[Node]:
    """The conditions under which a part lies inside its array."""
    array, places = value.args[0], iter(value.args[1:])
    found, axis = [], 0
    for kind in value.get("subscripts"):
        size = size_node(array.type.shape[axis]) if kind != "new" else integer(1)
        axis += kind != "new"
        if kind == "slice":
            start, count, step = next(places), next(places), next(places)
            last = apply("add", start, apply("mul", apply("sub", count, integer(1)), step))
            some = apply("and", inside(start, size), inside(last, size))
            found.append(apply("or", apply("eq", count, integer(0)), some))
        elif kind in ("at", "gather"):
            found.append(inside(next(places), size))
    return found or [truth(True)]


def inside(place: Node, size: Node) -> Node:
    found = apply("and", apply("ge", place, integer(0)), apply("lt", place, size))
    return reduce("all", found, range(found.type.rank))
