"""Tapes: what a loop carries, written down at the start of each round for its derivative.

A tape is first written by a copy of the loop that carries no more than it needs, so that a derivative needs nothing of
the loop that it is taken of. Where that loop is still in the program, it writes the tape itself and the copy goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gdc.compiler.construct import apply, filled
from gdc.compiler.ir import (
    Node,
    Origins,
    Region,
    fresh_params,
    integer,
    make,
    mapped_region,
    node,
    param,
    project,
    rebuild,
    roots,
    size_of,
    walk,
)
from gdc.compiler.regions import copied
from gdc.compiler.straight_loops import carried_for, carried_of
from gdc.compiler.types import INT, Type


@dataclass(frozen=True, slots=True)
class Taping:
    """A straight loop, the copy of it that writes tapes, which carried values that carries, and which it writes."""

    loop: Node
    copy: Node
    needed: tuple[int, ...]
    kept: tuple[int, ...]

    @property
    def tapes(self) -> list[Node]:
        """One array for each kept value, rounds first."""
        return [project(self.copy, len(self.needed) + k) for k in range(len(self.kept))]


def taping(loop: Node, kept: list[int]) -> Taping:
    """Some carried values of a straight loop at the start of each round."""
    start, count, step = loop.args[:3]
    region, carried, initial = loop.regions[0], carried_of(loop), loop.args[3:]
    needed = carried_for(loop, [carried[k] for k in kept])
    place = param(Type(INT), "")
    own = fresh_params([carried[k] for k in needed], {})
    given = {**own, region.params[0]: apply("add", start, apply("mul", place, step))}
    starts = [empty(loop, k) for k in kept]
    written = [tape_param(loop, k) for k in kept]
    results = [
        *copied([region.results[k] for k in needed], given),
        *(noted(tape, own[carried[k]], place) for tape, k in zip(written, kept, strict=True)),
    ]
    params = (place, *(own[carried[k]] for k in needed), *written)
    args = (integer(0), count, integer(1), *(initial[k] for k in needed), *starts)
    types = tuple(p.type for p in params[1:])
    copy = make("loop", args, {"kind": "count"}, types, (Region(params, (), results),))
    return Taping(loop, copy, tuple(needed), tuple(kept))


def tape_type(loop: Node, k: int) -> Type:
    carried = carried_of(loop)[k]
    return Type(carried.type.element, (size_of(loop.args[1]), *carried.type.shape))


def tape_param(loop: Node, k: int) -> Node:
    return param(tape_type(loop, k), f"{carried_of(loop)[k].get('name')} at each round")


def empty(loop: Node, k: int) -> Node:
    return filled(0, tape_type(loop, k))


def noted(tape: Node, value: Node, place: Node) -> Node:
    """The tape with a round's value in its place."""
    subscripts = ("at",) + ("all",) * value.type.rank
    return make("update", (tape, value, place), {"subscripts": subscripts, "combine": ""}, (tape.type,))


# --- no loop twice -------------------------------------------------------------------------------


def merged(region: Region, tapings: Iterable[Taping], origins: Origins) -> Region:
    """The region with each loop that is left writing its own tapes."""
    pairs = [(t, t.loop, t.copy) for t in tapings]
    for number, (taped, loop, copy) in enumerate(pairs):
        live = set(walk(roots(region)))
        if loop not in live or copy not in live or copy in walk([loop]):
            continue
        new = one_merged(region, taped, loop, copy, origins)
        region = mapped_region(region, new)
        pairs[number:] = [(t, new.get(a, a), new.get(b, b)) for t, a, b in pairs[number:]]
    return region


def one_merged(region: Region, taped: Taping, loop: Node, copy: Node, origins: Origins) -> dict[Node, Node]:
    """What stands for each node once `loop` writes what `copy` wrote."""
    new: dict[Node, Node] = {}
    whole: Node | None = None
    before = len(carried_of(loop))
    for value in walk([loop, *roots(region)]):
        if value is loop:
            whole = changed = writing(rebuild(loop, new), taped.kept)
        elif value.op == "project" and value.args[0] is copy and whole is not None:
            k = value.get("k") - len(taped.needed)
            changed = project(whole, taped.needed[value.get("k")] if k < 0 else before + k)
        else:
            changed = rebuild(value, new)
        if changed is not value:
            new[value] = origins.replace(value, changed)
    return new


def writing(loop: Node, kept: tuple[int, ...]) -> Node:
    """A straight loop that also writes tapes; what it carried keeps its place."""
    start, _, step = loop.args[:3]
    region, carried = loop.regions[0], carried_of(loop)
    place = apply("sub", region.params[0], start)
    if not (step.op == "const" and step.value == 1):
        place = node("floordiv", place, step)
    tapes = [tape_param(loop, k) for k in kept]
    results = (*region.results, *(noted(t, carried[k], place) for t, k in zip(tapes, kept, strict=True)))
    body = Region((*region.params, *tapes), region.effects, results)
    args = (*loop.args, *(empty(loop, k) for k in kept))
    return make("loop", args, dict(loop.attrs), (*loop.types, *(t.type for t in tapes)), (body,), loop.deps)
