"""The derivative of a loop: its rounds backwards (reverse mode; Griewank and Walther, Evaluating Derivatives, 3.2).

A round takes the derivatives of what it ends with to those of what it begins with. What its formulas need of the round
is computed again from the values that it began with, which the tape keeps: a copy of the loop that writes them down. A
linear round needs none, and then there is no tape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gdc.compiler.construct import apply, filled
from gdc.compiler.dims import Atom
from gdc.compiler.ir import Node, Region, fresh_params, integer, make, node, param, project, size_of, walk
from gdc.compiler.parts import Part, dense
from gdc.compiler.regions import copied
from gdc.compiler.straight_loops import carried_for, carried_of
from gdc.compiler.types import INT, Type
from gdc.dsl.errors import Error

# The sweep over a round: derivatives of results -> (those of the carried parameters, onto: what the round adds to
# values outside it, by what was added before)
Sums = tuple[dict[Node, Node], dict[Node, Callable[[Node], Node]]]
Swept = Callable[[dict[int, Node]], Sums]


def backwards(loop: Node, g: dict[int, Node], active: list[int], swept: Swept) -> list[Part]:
    """What a straight loop adds to its initial values and to what its rounds read from outside."""
    carried, initial = carried_of(loop), loop.args[3:]
    changing = next((k for k in active if changes_size(carried[k], initial[k])), None)
    if changing is not None:
        name = carried[changing].get("name")
        raise Error("type", f"grad through a loop needs arrays of one size, and that of {name} changes in the rounds")
    coming = {k: param(carried[k].type, "") for k in active}
    sums, outside = swept(coming)
    so_far = {target: param(target.type, "") for target in outside}
    ends = [dense(sums[carried[k]], carried[k]) if carried[k] in sums else zero(carried[k]) for k in active]
    ends += [onto(so_far[target]) for target, onto in outside.items()]
    starts = [dense(g[k], carried[k]) if k in g else zero(carried[k]) for k in active]
    starts += [zero(target) for target in outside]
    params = (*coming.values(), *so_far.values())
    places = param(Type(INT), "")
    body = copied(ends, replayed(loop, ends, places))
    args = (integer(0), loop.args[1], integer(1), *starts)
    back = make("loop", args, {"kind": "count"}, tuple(p.type for p in params), (Region((places, *params), (), body),))
    targets = [*(initial[k] for k in active), *outside]
    return [Part(target, project(back, k)) for k, target in enumerate(targets)]


def changes_size(carried: Node, initial: Node) -> bool:
    """Whether the rounds may change the sizes of an array: parameters of the loop, which it does not begin with, then
    stand for them."""
    before: Iterable[Atom] = () if initial.op == "undefined" else sizes_of(initial)
    return any(isinstance(atom, Node) and atom.op == "param" and atom not in before for atom in sizes_of(carried))


def sizes_of(value: Node) -> set[Atom]:
    return {atom for size in value.type.shape for atom in size.atoms()}


def zero(like: Node) -> Node:
    return filled(0.0, like.type)


def replayed(loop: Node, values: Iterable[Node], places: Node) -> dict[Node, Node]:
    """What stands for a round's own parameters when the rounds come backwards: `places` counts them from the last."""
    start, count, step = loop.args[:3]
    index, carried = loop.regions[0].params[0], carried_of(loop)
    used = set(walk(values))
    place = apply("sub", apply("sub", count, integer(1)), places)
    kept = [k for k, p in enumerate(carried) if p in used]
    given = {index: apply("add", start, apply("mul", place, step))}
    for k, tape in zip(kept, tapes(loop, kept), strict=True):
        subscripts = ("at",) + ("all",) * carried[k].type.rank
        given[carried[k]] = node("index", tape, place, subscripts=subscripts)
    return given


def tapes(loop: Node, kept: list[int]) -> list[Node]:
    """Some carried values at the start of each round, one array each, rounds first: a copy of the loop writes them."""
    if not kept:
        return []
    start, count, step = loop.args[:3]
    region, carried, initial = loop.regions[0], carried_of(loop), loop.args[3:]
    for k in kept:
        if carried[k].type.rank and (initial[k].op == "undefined" or changes_size(carried[k], initial[k])):
            name = carried[k].get("name")
            raise Error(
                "type",
                f"grad through a loop needs the values of {name} at every round, in one size",
                hint=f"give {name} its size before the loop",
            )
    needed = carried_for(loop, [carried[k] for k in kept])
    place = param(Type(INT), "")
    own = fresh_params([carried[k] for k in needed], {})
    given = {**own, region.params[0]: apply("add", start, apply("mul", place, step))}
    kinds = [Type(carried[k].type.element, (size_of(count), *carried[k].type.shape)) for k in kept]
    written = [param(t, f"{carried[k].get('name')} at each round") for t, k in zip(kinds, kept, strict=True)]
    results = [
        *copied([region.results[k] for k in needed], given),
        *(noted(tape, own[carried[k]], place) for tape, k in zip(written, kept, strict=True)),
    ]
    params = (place, *(own[carried[k]] for k in needed), *written)
    args = (integer(0), count, integer(1), *(initial[k] for k in needed), *(filled(0.0, t) for t in kinds))
    types = tuple(p.type for p in params[1:])
    made = make("loop", args, {"kind": "count"}, types, (Region(params, (), results),))
    return [project(made, len(needed) + k) for k in range(len(kept))]


def noted(tape: Node, value: Node, place: Node) -> Node:
    """The tape with a round's value in its place."""
    subscripts = ("at",) + ("all",) * value.type.rank
    return make("update", (tape, value, place), {"subscripts": subscripts, "combine": ""}, (tape.type,))
