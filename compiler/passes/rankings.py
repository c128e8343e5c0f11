"""Several quantiles of the same array are found in one selection.

    low := quantile(x, 0.25)             S = what stands at all these places of x's order
    middle := median(x)           ->     low := … S[0:3] …
                                         middle := … S[3:6] …

What stands at a place is the same number, whichever others are asked for: exact. Only selections that are evaluated in
the same region meet, so that none is made that would not have been.
"""

from __future__ import annotations

from gdc.compiler.dims import ZERO
from gdc.compiler.homes import find_homes
from gdc.compiler.ir import Node, Program, Region, integer, mapped_region, node, rebuild, roots, size_node, walk
from gdc.compiler.layout import Layout
from gdc.compiler.record import Record, Step
from gdc.compiler.rules import formula, through

NAME = "rankings"
SWITCHES = (NAME,)


def run(program: Program, record: Record) -> Program:
    """The program with selections from the same array made together."""
    if not record.allows(NAME):
        return program
    return through(program, lambda region: Rankings(program, record, region).run())


class Rankings:
    """The pass over one region; `group` says which selections each one is made with."""

    def __init__(self, program: Program, record: Record, region: Region) -> None:
        self.program, self.record, self.region = program, record, region
        self.everything = walk(roots(region))
        self.group: dict[Node, tuple[Node, ...]] = {}
        self.new: dict[Node, Node] = {}
        ranked = [v for v in self.everything if v.op == "ranked"]
        for members in self.alike(ranked) if len(ranked) > 1 else ():
            if len(members) > 1:
                self.group.update(dict.fromkeys(members, tuple(members)))

    def alike(self, ranked: list[Node]) -> list[list[Node]]:
        """The selections from the same array in the same region, of which none depends on another."""
        layout = Layout(self.program, self.region, self.everything)
        find_homes(layout)
        groups: dict[object, list[Node]] = {}
        for value in ranked:
            members = groups.setdefault((value.args[0], value.get("axis"), layout.home[value]), [])
            if set(members).isdisjoint(walk([value])):
                members.append(value)
        return list(groups.values())

    def run(self) -> Region:
        if not self.group:
            return self.region
        for value in self.everything:
            self.changed(value)
        return mapped_region(self.region, self.new)

    def changed(self, value: Node) -> None:
        """Notes what stands for a node; the first of a group stands for all of it."""
        if value in self.new:
            return
        if value in self.group:
            self.together(self.group[value])
            return
        self.new[value] = self.program.origins.replace(value, rebuild(value, self.new))

    def together(self, members: tuple[Node, ...]) -> None:
        """One selection of all places, and each member as its part of that."""
        for used in walk([n for m in members for n in (*m.args, *m.deps)]):
            self.changed(used)
        array, axis = self.new[members[0].args[0]], members[0].get("axis")
        places = node("concat", *(self.new[m.args[1]] for m in members), axis=0)
        deps = dict.fromkeys(self.new[d] for m in members for d in m.deps)
        whole = node("ranked", array, places, axis=axis, deps=deps)
        spans = [s for m in members for s in self.program.origins.of(m)]
        self.program.origins.add(whole, *dict.fromkeys(spans))
        start = ZERO
        for member in members:
            count = member.type.shape[axis]
            part = ["all"] * whole.type.rank
            part[axis] = "slice"
            bounds = (size_node(start), size_node(count), integer(1))
            taken = node("index", whole, *bounds, subscripts=tuple(part))
            self.new[member] = self.program.origins.replace(member, taken)
            start = start + count
        words = formula(members[0].args[0], self.program.origins)
        self.record.add(Step(NAME, NAME, f"{len(members)} selections from {words}", "one selection",
                             "what stands at a place is the same, whichever others are asked for", tuple(spans)))
