"""Values that the rounds of a loop refer to, taken anew in rounds 0, 1, 3, 7, …: log2(rounds) + 1 times.

A linear function f of what a loop changes is f(p) = f(p0) + F@(p - p0), with p0 and f(p0) of an earlier round. Where
f(p) is computed once in a while as it is written, and F@(p - p0) in each round, rounding errors of F enter by the
distance from p0, which shrinks as the loop converges, instead of by p itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gdc.compiler.algebra import all_of
from gdc.compiler.construct import apply
from gdc.compiler.folding import folded
from gdc.compiler.ir import Node, Region, cast, integer, make, node, param, project
from gdc.compiler.types import INT, Type


@dataclass(slots=True)
class Anchors:
    """The anchors of one loop, which carries each of them, and in which round they are next taken."""

    loop: Node
    next: Node = field(default_factory=lambda: param(Type(INT), "next"))
    taken: dict[Node, tuple[Node, Node]] = field(default_factory=dict)  # value: parameter, what it is by now

    def of(self, value: Node) -> Node:
        """The value at the last anchor, this round's where one is taken in it."""
        if value not in self.taken:
            name = value.get("name", "")
            before = param(value.type, f"{name}_before" if name else "before")
            every = ("all",)*value.type.rank
            taken = node("update", before, value, subscripts=every, combine="") if every else value
            sides = Region((), (), (taken,)), Region((), (), (before,))
            chosen = make("branch", (self.due(),), {"rare": True}, (value.type,), sides)
            self.taken[value] = before, project(chosen, 0)
        return self.taken[value][1]

    def due(self) -> Node:
        """Whether anchors are taken in this round."""
        return apply("ge", self.loop.regions[0].params[0], self.next)

    def carried_by(self, loop: Node, new: Mapping[Node, Node]) -> Node:
        """The loop as it is by now, with the anchors among what it carries."""
        start, _, step, *initial = loop.args
        (body,) = loop.regions
        place = body.params[0]
        ahead = apply("sub", step, start)
        ahead = folded(ahead) or ahead
        doubled = apply("add", apply("mul", integer(2), place), ahead)
        upcoming = make("select", (self.due(),), {}, (Type(INT),),
                        (Region((), (), (doubled,)), Region((), (), (self.next,))))
        params = (self.next, *(before for before, _ in self.taken.values()))
        nothing = (start, *(nothing_of(p.type) for p in params[1:]))
        effects = tuple(with_carried(e, params) if e.op == "exit" else e for e in body.effects)
        results = (upcoming, *(new.get(now, now) for _, now in self.taken.values()))
        region = Region((*body.params, *params), effects, (*body.results, *results))
        types = (*loop.types, *(p.type for p in params))
        return make("loop", (*loop.args[:3], *initial, *nothing), dict(loop.attrs), types, (region,), loop.deps)


def nothing_of(kind: Type) -> Node:
    """A value of a type that is never read."""
    zero = cast(integer(0), kind.element)
    return all_of(zero, kind) if kind.rank else zero


def with_carried(leaving: Node, values: tuple[Node, ...]) -> Node:
    """An exit that hands on more."""
    return make("exit", (*leaving.args, *values), dict(leaving.attrs), leaving.types, leaving.regions, leaving.deps)


def can_carry(loop: Node, values: tuple[Node, ...], moving: set[Node]) -> bool:
    """Whether a loop counts its rounds, and values have the same sizes in all of them."""
    atoms = {a for v in values for d in v.type.shape for a in d.atoms() if isinstance(a, Node)}
    return loop.get("kind") == "count" and not atoms & moving
