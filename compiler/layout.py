"""What the passes `schedule` and `place` find out about a program, and what `lower` then prints from.

A *statement* is a node that gets a place of its own in its region: an effect, a loop, a branch, a value with a name.
Every other node is *inlined*: it is part of the statements that use it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gdc.compiler.ir import Node, Program, Region

# A value handed on: ("init", loop, k), ("next", loop, k), ("exit", exit, k), ("then" | "else", branch, k)
Flow = tuple[str, Node, int]
LEAVES = frozenset({"input", "param", "project"})
END = 1 << 60


@dataclass(slots=True)
class Layout:
    """Where every node of a program stands.

    root      the program's region, the flags of its outputs among the results
    walked    all nodes, users after what they use
    owner     whose body a region is
    home      the region in which a node is evaluated
    users     the nodes that take a node as argument, once for each time
    results   the regions that a node is a result of, once for each time
    bound     the statements
    overwrites  elementwise results that may be stored where a loop's carried array lies: {result: parameter}
    in_place  updates and overwriting results that need no memory of their own
    copied    handings-on (and updates) that need a copy first, with the reason
    wanted    ("loop" or "branch" node, k): carried values that somebody updates in place
    order     the statements of each region, in order
    flat      the named values (statements, parameters, inputs, projections) that a node (or its regions) reads
    """

    program: Program
    root: Region
    walked: list[Node]
    owner: dict[Region, Node] = field(default_factory=dict)
    home: dict[Node, Region] = field(default_factory=dict)
    users: dict[Node, list[Node]] = field(default_factory=dict)
    results: dict[Node, list[Region]] = field(default_factory=dict)
    bound: set[Node] = field(default_factory=set)
    wanted: set[tuple[Node, int]] = field(default_factory=set)
    order: dict[Region, list[Node]] = field(default_factory=dict)
    position: dict[Node, int] = field(default_factory=dict)
    flat: dict[Node, frozenset[Node]] = field(default_factory=dict)
    body_reads: dict[Region, set[Node]] = field(default_factory=dict)
    waits: dict[Node, set[Node]] = field(default_factory=dict)
    readers: dict[Region, dict[Node, list[Node]]] = field(default_factory=dict)
    overwrites: dict[Node, Node] = field(default_factory=dict)
    in_place: set[Node] = field(default_factory=set)
    copied: dict[Flow | Node, str] = field(default_factory=dict)

    def named(self, value: Node) -> bool:
        """Whether the value has a name (or is a parameter's) where it stands."""
        return value in self.bound or value.op in LEAVES

    def reads(self, value: Node) -> frozenset[Node]:
        """The named values that using this value reads."""
        return frozenset((value,)) if self.named(value) else self.flat[value]

    def parent(self, region: Region) -> Region | None:
        owner = self.owner.get(region)
        return None if owner is None else self.home[owner]

    def depth(self, region: Region) -> int:
        depth, above = 0, self.parent(region)
        while above is not None:
            depth, above = depth + 1, self.parent(above)
        return depth

    def lift(self, value: Node, region: Region) -> Node | None:
        """The node of `region` that holds `value`: itself, or what it is inside of; None where it stands outside."""
        at = self.home[value]
        while at is not region:
            owner = self.owner.get(at)
            if owner is None:
                return None
            value, at = owner, self.home[owner]
        return value

    def result_reads(self, region: Region) -> set[Node]:
        """The named values that the region's results read."""
        return {x for r in region.results for x in self.reads(r)}

    def dead_after(self, value: Node, region: Region, statement: Node | None) -> bool:
        """Whether nobody reads a named value after a statement (None: after the region's results are taken)."""
        while True:
            if statement is not None:
                place = self.position[statement]
                if any(self.position[q] > place for q in self.readers[region].get(value, ())):
                    return False
                if value in self.result_reads(region):
                    return False
            if self.home[value] is region:
                return True
            owner = self.owner[region]
            if owner.op != "branch":
                return False
            region, statement = self.home[owner], owner
