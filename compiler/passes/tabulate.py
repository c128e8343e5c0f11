"""What is read of a table through one and the same function is tabulated as that, where it is read more than once.

    r2 := [… for i, j]                                      r2 := [(…)^-1.5 for i, j]
    a := [sum(x[j, c]*r2[i, j]^-1.5 for j) for i, c]   ->   a := [sum(x[j, c]*r2[i, j] for j) for i, c]

Each entry's function is then computed once, not once for each c. The same operations on the same numbers: exact.
"""

from __future__ import annotations

from gdc.compiler.cost import cheaper, entries, own_flops, rounds
from gdc.compiler.dims import Dim
from gdc.compiler.ir import Node, Program, Region, make, mapped_region, rebuild, roots, walk
from gdc.compiler.ops import OPS
from gdc.compiler.record import Record, Step
from gdc.compiler.regions import repeated
from gdc.compiler.rules import formula, through
from gdc.compiler.types import Type

NAME = "tabulate"
SWITCHES = (NAME,)
MOST_TIMES = 8  # functions of one entry, one of the other, that move in


def run(program: Program, record: Record) -> Program:
    """Moves such functions into their tables."""

    def settled(region: Region) -> Region:
        for _ in range(MOST_TIMES if record.allows(NAME) else 0):
            before, region = region, Tabulate(program, record, region).run()
            if region is before:
                break
        return region

    return through(program, settled)


class Tabulate:
    """The pass over one region, one function of each table."""

    def __init__(self, program: Program, record: Record, region: Region) -> None:
        self.origins, self.record, self.region = program.origins, record, region
        self.everything = walk(roots(region))
        self.users: dict[Node, list[Node]] = {}
        for value in self.everything:
            for used in (*value.args, *value.deps):
                self.users.setdefault(used, []).append(value)
        self.kept = {n for value in self.everything for r in value.regions for n in roots(r)} | set(roots(region))

    def run(self) -> Region:
        moving = {t: functions for t in self.everything if t.op == "table" and (functions := self.functions(t))}
        inside = {f: t for t, functions in moving.items() for f in functions}
        new: dict[Node, Node] = {}
        for value in self.everything if moving else ():
            changed = rebuild(value, new)
            self.origins.replace(value, changed)
            if value in inside:
                read = next(a for a in value.args if a.op == "index")
                changed = self.origins.replace(changed, new[read])
            elif value in moving:
                changed = self.tabulated(changed, moving[value][0], value)
            new[value] = changed
        return mapped_region(self.region, new)

    def functions(self, table: Node) -> list[Node]:
        """What every reader makes of an entry, if that is the same for all, and is computed more often than there are
        entries."""
        reads = self.users.get(table, [])
        if table in self.kept or table.type.rank != len(table.regions[0].params) or not reads:
            return []
        found: list[Node] = []
        for read in reads:
            users = self.users.get(read, [])
            if read.op != "index" or set(read.get("subscripts")) != {"at"} or read.type.rank or read in self.kept:
                return []
            if table in read.args[1:] or len(set(users)) != 1 or not is_function_of(users[0], read):
                return []
            found.append(users[0])
        if len({(f.op, tuple(None if a in reads else a for a in f.args)) for f in found}) > 1:
            return []
        times = sum((self.times(f, table) for f in dict.fromkeys(found)), start=Dim({}))
        return found if cheaper(entries(table.type), times) else []

    def times(self, function: Node, table: Node) -> Dim:
        """How often a function is evaluated for one evaluation of a table."""
        times = entries(function.type)
        for owner, moving in repeated(self.everything):
            if function in moving and table not in moving:
                times = times * rounds(owner)
        return times

    def tabulated(self, table: Node, function: Node, before: Node) -> Node:
        """The table of the function of its entries."""
        region = table.regions[0]
        (entry,) = region.results
        args = tuple(a if a.op == "const" else entry for a in function.args)
        value = make(function.op, args, dict(function.attrs), function.types)
        self.origins.add(value, *self.origins.of(function))
        types = (Type(value.type.element, table.type.shape),)
        body = Region(region.params, region.effects, (value,))
        made = make("table", table.args, dict(table.attrs), types, (body,), table.deps)
        self.origins.add(made, *self.origins.of(before))
        often = self.times(function, before)
        words, cost = formula(function, self.origins), own_flops(function)
        reason = f"it is read more often than {formula(before, self.origins)} has entries"
        self.record.add(Step(NAME, NAME, words, "computed once for each entry", reason, self.origins.of(function),
                             cost * often, cost * entries(made.type)))
        return made


def is_function_of(value: Node, entry: Node) -> bool:
    """Whether a value is a function of an entry and of constants alone, and not a mere conversion of it."""
    row = OPS.get(value.op)
    if row is None or row.kind != "MAP" or value.deps or value.regions or own_flops(value) == Dim({}):
        return False
    return all(a is entry or a.op == "const" for a in value.args)
