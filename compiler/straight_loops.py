"""Loops as their derivatives need them: a number of rounds that is known when they begin, and no way out of a round.

    counted      a loop that `stop` may leave, or that goes on forever, is run once to count its rounds
    joined       what a round ends with is a choice, by the exit that it takes: branch(condition, values at the exit, …)
    segmented    a loop whose states at all rounds would not fit becomes a loop over segments of rounds: its derivative
                 keeps the states at the segments' starts, and those of one segment at a time
                 (Griewank and Walther, Evaluating Derivatives, 12)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gdc.compiler.construct import apply
from gdc.compiler.ir import (
    Node,
    Region,
    cast,
    fresh_params,
    integer,
    make,
    node,
    param,
    project,
    rebuild,
    walk,
)
from gdc.compiler.regions import copied, copied_regions, dependents
from gdc.compiler.types import INT, REAL, Type

Decide = Callable[[Node], bool]


def straight(scalar: Node, targets: Iterable[Node], too_long: Decide) -> tuple[Node, dict[Node, Node]]:
    """The scalar over straight loops, as far as the targets reach; and the new loops by the old ones.

    `too_long` says whether the states of all rounds of a loop are too much to keep.
    """
    reached = dependents([scalar], targets)
    new: dict[Node, Node] = {}
    for value in walk([scalar]):
        if value not in reached:
            continue
        changed = rebuild(value, new)
        if changed is not value and value.regions:
            changed = over_own(changed, new)
        if changed.op == "loop":
            changed = without_exits(changed)
            changed = segmented(changed) if too_long(changed) else changed
        if changed is not value:
            new[value] = changed
    return new.get(scalar, scalar), new


def over_own(value: Node, new: dict[Node, Node]) -> Node:
    """The node with regions over parameters of their own, and without checks and prints: the first use has them."""
    args, regions = copied_regions(value, new)
    return make(value.op, args, dict(value.attrs), value.types, regions, value.deps)


# --- exits ---------------------------------------------------------------------------------------


def without_exits(loop: Node) -> Node:
    """The loop with a known number of rounds and no exits; itself if it is so already."""
    exits = [e for e in loop.regions[0].effects if e.op == "exit"]
    if not exits and loop.get("kind") == "count":
        return loop
    rounds = loop.args[1] if not stops(loop) else counted(loop)
    is_counted = loop.get("kind") == "count"
    start, step = (loop.args[0], loop.args[2]) if is_counted else (integer(0), integer(1))
    initial = loop.args[head_of(loop) :]
    own = fresh_params(loop.regions[0].params, {})
    params = tuple(own[p] for p in loop.regions[0].params)
    if not is_counted:
        params = (param(Type(INT), ""), *params)
    results = copied(joined(loop.regions[0], exits), own)
    return make("loop", (start, rounds, step, *initial), {"kind": "count"}, loop.types, (Region(params, (), results),))


def stops(loop: Node) -> bool:
    return loop.get("kind") != "count" or any(
        e.op == "exit" and e.get("kind") == "stop" for e in loop.regions[0].effects
    )


def joined(region: Region, exits: list[Node]) -> tuple[Node, ...]:
    """What a round ends with, the first exit that is taken deciding."""
    results = region.results
    for leaving in reversed(exits):
        sides = (Region((), (), leaving.args[1:]), Region((), (), results))
        branch = make("branch", leaving.args[:1], {}, tuple(r.type for r in results), sides)
        results = tuple(
            there if there is here else project(branch, k)
            for k, (there, here) in enumerate(zip(leaving.args[1:], results, strict=True))
        )
    return results


def counted(loop: Node) -> Node:
    """How many rounds a loop begins: a copy of it that carries what its exits ask, and counts."""
    region, head = loop.regions[0], head_of(loop)
    exits = [e for e in region.effects if e.op == "exit"]
    kept = carried_for(loop, ())
    carried = carried_of(loop)
    params = (*region.params[: len(region.params) - len(carried)], *(carried[k] for k in kept))
    own = fresh_params(params, {})
    number = param(Type(INT), "rounds")
    more = apply("add", number, integer(1))

    def chosen(values: tuple[Node, ...]) -> tuple[Node, ...]:
        return (*(values[k] for k in kept), more)

    effects = [make("exit", (e.args[0], *chosen(e.args[1:])), dict(e.attrs), (Type(INT),)) for e in exits]
    new = copied((*effects, *chosen(region.results)), own)
    body = Region((*(own[p] for p in params), number), new[: len(effects)], new[len(effects) :])
    args = (*loop.args[:head], *(loop.args[head + k] for k in kept), integer(0))
    types = (*(own[carried[k]].type for k in kept), Type(INT))
    return project(make("loop", args, dict(loop.attrs), types, (body,)), len(kept))


def head_of(loop: Node) -> int:
    """How many arguments stand before the initial values: start, count and step, or none."""
    return 3 if loop.get("kind") == "count" else 0


def carried_of(loop: Node) -> tuple[Node, ...]:
    """The parameters that a loop carries, without its index."""
    region = loop.regions[0]
    return region.params[len(region.params) - len(region.results) :]


def carried_for(loop: Node, values: Iterable[Node]) -> list[int]:
    """Which carried values some values of a loop's rounds need: those that these need, and what the exits ask, too."""
    region = loop.regions[0]
    place = {p: k for k, p in enumerate(carried_of(loop))}
    exits = [e for e in region.effects if e.op == "exit"]
    found: set[int] = set()
    waiting = [*values, *(e.args[0] for e in exits)]
    while waiting:
        new = {place[n] for n in walk(waiting) if n in place} - found
        found |= new
        waiting = [ends[k] for k in new for ends in (region.results, *(e.args[1:] for e in exits))]
    return sorted(found)


# --- segments ------------------------------------------------------------------------------------


def segmented(loop: Node) -> Node:
    """A loop of √T segments of about √T rounds, of which the last may be short."""
    start, rounds, step, *initial = loop.args
    region = loop.regions[0]
    length = apply("maximum", cast(node("ceil", node("sqrt", cast(rounds, REAL))), INT), integer(1))
    count = apply("floordiv", apply("add", rounds, apply("sub", length, integer(1))), length)
    own = fresh_params(region.params, {})
    inner_params = tuple(own[p] for p in region.params)
    inner = Region(inner_params, (), copied(region.results, own))
    outer = fresh_params(region.params[1:], {})
    segment = param(Type(INT), "segment")
    before = apply("mul", segment, length)
    args = (
        apply("add", start, apply("mul", before, step)),
        apply("minimum", length, apply("sub", rounds, before)),
        step,
        *(outer[p] for p in region.params[1:]),
    )
    piece = make("loop", args, {"kind": "count"}, tuple(outer[p].type for p in region.params[1:]), (inner,))
    results = tuple(project(piece, k) for k in range(len(initial)))
    body = Region((segment, *(outer[p] for p in region.params[1:])), (), results)
    return make("loop", (integer(0), count, integer(1), *initial), {"kind": "count"}, loop.types, (body,))
