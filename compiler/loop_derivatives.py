"""The derivative of a loop: its rounds backwards (reverse mode; Griewank and Walther, Evaluating Derivatives, 3.2).

A round takes the derivatives of what it ends with to those of what it begins with. What its formulas need of the round
is computed again from the values that it began with, which the tape keeps: a copy of the loop that writes them down. A
linear round needs none, and then there is no tape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gdc.compiler.construct import apply, filled
from gdc.compiler.dims import Atom
from gdc.compiler.ir import Node, Region, integer, make, node, param, project, walk
from gdc.compiler.parts import Part, dense
from gdc.compiler.regions import copied
from gdc.compiler.straight_loops import carried_of
from gdc.compiler.tapes import Taping, taping
from gdc.compiler.types import INT, Type
from gdc.dsl.errors import Error

# The sweep over a round: derivatives of results -> (those of the carried parameters, onto: what the round adds to
# values outside it, by what was added before)
Sums = tuple[dict[Node, Node], dict[Node, Callable[[Node], Node]]]
Swept = Callable[[dict[int, Node]], Sums]


def backwards(loop: Node, g: dict[int, Node], active: list[int], swept: Swept, kept: list[Taping]) -> list[Part]:
    """What a straight loop adds to its initial values and to what its rounds read from outside. The tape that it needs
    is noted in `kept`."""
    carried, initial = carried_of(loop), loop.args[3:]
    changing = next((k for k in active if changes_size(carried[k], initial[k])), None)
    if changing is not None:
        name = carried[changing].get("name")
        raise Error("type", f"grad through a loop needs arrays of one size, and that of {name} changes in the rounds")
    coming = {k: param(carried[k].type, "") for k in active}
    sums, outside = swept(coming)
    so_far = {target: param(target.type, "") for target in outside}
    ends = [dense(sums[carried[k]], carried[k]) if carried[k] in sums else filled(0.0, carried[k].type) for k in active]
    ends += [onto(so_far[target]) for target, onto in outside.items()]
    starts = [dense(g[k], carried[k]) if k in g else filled(0.0, carried[k].type) for k in active]
    starts += [filled(0.0, target.type) for target in outside]
    params = (*coming.values(), *so_far.values())
    places = param(Type(INT), "")
    body = copied(ends, replayed(loop, ends, places, kept))
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


def replayed(loop: Node, values: Iterable[Node], places: Node, kept: list[Taping]) -> dict[Node, Node]:
    """What stands for a round's own parameters when the rounds come backwards: `places` counts them from the last."""
    start, count, step = loop.args[:3]
    index, carried = loop.regions[0].params[0], carried_of(loop)
    used = set(walk(values))
    place = apply("sub", apply("sub", count, integer(1)), places)
    asked = [k for k, p in enumerate(carried) if p in used]
    given = {index: apply("add", start, apply("mul", place, step))}
    if asked:
        refuse_changing(loop, asked)
        kept.append(taping(loop, asked))
        for k, tape in zip(asked, kept[-1].tapes, strict=True):
            given[carried[k]] = node("index", tape, place, subscripts=("at",) + ("all",) * carried[k].type.rank)
    return given


def refuse_changing(loop: Node, asked: list[int]) -> None:
    """Raises a type error for an array that has no size to keep."""
    carried, initial = carried_of(loop), loop.args[3:]
    for k in asked:
        if carried[k].type.rank and (initial[k].op == "undefined" or changes_size(carried[k], initial[k])):
            name = carried[k].get("name")
            raise Error(
                "type",
                f"grad through a loop needs the values of {name} at every round, in one size",
                hint=f"give {name} its size before the loop",
            )
