"""A part of a derivative with the indices and conditions round it, as one value in the shape of its target.

no subscripts                   the sum over the indices: a fold
subscripts that are indices     a table over those, the other indices summed, amid zeros where it does not fill
any other subscripts            loops over all indices, each place adding its value
"""

from __future__ import annotations

from collections.abc import Iterable

from gdc.compiler.construct import broadcast, number, scatter, transpose
from gdc.compiler.ir import Node, Region, make, node, param, project, size_node, size_of
from gdc.compiler.parts import Context, Guard, Part, Range
from gdc.compiler.regions import copied, dependents, over
from gdc.compiler.types import Type


def gathered(part: Part) -> Node:
    """A part with its context as one value, in the shape of its target."""
    if not part.subscripts:
        return summed(part.value, part.context)
    if not part.context:
        return scatter(part.target.type, part.value, part.subscripts, part.args, part.deps)
    kept = kept_indices(part)
    return looped(part) if kept is None else tabled(part, kept)


def guarded(value: Node, guards: Iterable[Guard]) -> Node:
    """The value where all conditions hold, else 0; evaluated only there."""
    for guard in reversed(list(guards)):
        zero = broadcast(number(0.0, value), value.type.shape)
        sides = (value, zero) if guard.holds else (zero, value)
        value = make("select", (guard.condition,), {}, (value.type,), tuple(Region((), (), (side,)) for side in sides))
    return value


def summed(value: Node, context: Context) -> Node:
    """The sum over all indices round a value, innermost first; neighbouring indices are one fold."""
    waiting: list[Range] = []
    for place in reversed(context):
        if isinstance(place, Range):
            waiting.insert(0, place)
            continue
        value = guarded(folded_over(value, waiting), [place])
        waiting = []
    return folded_over(value, waiting)


def folded_over(value: Node, ranges: list[Range]) -> Node:
    if not ranges:
        return value
    triples = [n for r in ranges for n in (r.start, r.count, r.step)]
    params, (body, *args) = over(tuple(r.param for r in ranges), value, *triples)
    names = tuple(r.param.get("name") for r in ranges)
    return make("fold", args, {"monoid": "sum", "names": names}, (value.type,), (Region(params, (), (body,)),))


def kept_indices(part: Part) -> list[Range] | None:
    """The ranges whose indices are the part's subscripts, in their order; None where the places are no rectangle."""
    ranges = {r.param: r for r in part.context if isinstance(r, Range)}
    if set(part.subscripts) - {"at", "all"}:
        return None
    kept = [ranges[a] for a in part.args if a in ranges]
    if len({r.param for r in kept}) != len(kept):
        return None
    rest = [a for a in part.args if a not in ranges]
    fixed = [n for r in kept for n in (r.start, r.count, r.step)]
    if dependents([*rest, *fixed], ranges) & {*rest, *fixed}:
        return None
    return kept


def tabled(part: Part, kept: list[Range]) -> Node:
    """A table over the kept indices, the others summed, in its place in the target."""
    chosen = {r.param for r in kept}
    others = tuple(c for c in part.context if isinstance(c, Guard) or c.param not in chosen)
    shape = part.target.type.shape
    inner = tuple(shape[k] for k, s in enumerate(part.subscripts) if s == "all")
    body = broadcast(summed(part.value, others), inner)
    if kept:
        triples = [n for r in kept for n in (r.start, r.count, r.step)]
        params, (body,) = over(tuple(r.param for r in kept), body)
        sizes = tuple(size_of(r.count) for r in kept)
        names = tuple(r.param.get("name") for r in kept)
        body = make(
            "table",
            triples,
            {"names": names},
            (Type(body.type.element, sizes + inner),),
            (Region(params, (), (body,)),),
        )
    return placed(part, kept, body)


def placed(part: Part, kept: list[Range], found: Node) -> Node:
    """The table with its axes in the target's order, amid zeros where it does not fill the target."""
    shape, by_param = part.target.type.shape, {r.param: r for r in kept}
    rank_kept, order, subscripts, args = len(kept), [], [], []
    places, next_inner = iter(part.args), rank_kept
    fills = True
    for axis, subscript in enumerate(part.subscripts):
        if subscript == "all":
            order.append(next_inner)
            next_inner += 1
            subscripts.append("all")
            continue
        place = next(places)
        r = by_param.get(place)
        if r is None:
            subscripts.append("at")
            args.append(place)
            fills = False
            continue
        order.append(kept.index(r))
        subscripts.append("slice")
        args += [r.start, r.count, r.step]
        fills = fills and is_int(r.start, 0) and is_int(r.step, 1) and size_of(r.count) == shape[axis]
    found = transpose(found, order) if found.type.rank else found
    return found if fills else scatter(part.target.type, found, tuple(subscripts), tuple(args), part.deps)


def looped(part: Part) -> Node:
    """Loops over all indices that add each place's value to the target's derivative."""
    return _nest(part, part.context, zeros(part.target), {})


def zeros(target: Node) -> Node:
    zero = number(0.0, target)
    return node("fill", zero, *(size_node(s) for s in target.type.shape)) if target.type.rank else zero


def _nest(part: Part, context: Context, state: Node, given: dict[Node, Node]) -> Node:
    """One loop or branch of the nest, the rest inside; `given` maps the part's indices to the loops' own."""
    if not context:
        value, *args = copied((part.value, *part.args), given)
        attrs = {"subscripts": part.subscripts, "combine": "add"}
        return make("update", (state, value, *args), attrs, (state.type,))
    first, rest = context[0], context[1:]
    if isinstance(first, Guard):
        (condition,) = copied((first.condition,), given)
        sides = (_nest(part, rest, state, given), state)
        regions = tuple(Region((), (), (s,)) for s in (sides if first.holds else sides[::-1]))
        return project(make("branch", (condition,), {}, (state.type,), regions), 0)
    start, rounds, step = copied((first.start, first.count, first.step), given)
    place, carried = param(first.param.type, first.param.get("name")), param(state.type, "")
    body = _nest(part, rest, carried, {**given, first.param: place})
    loop = make(
        "loop", (start, rounds, step, state), {"kind": "count"}, (state.type,), (Region((place, carried), (), (body,)),)
    )
    return project(loop, 0)


def is_int(value: Node, number_: int) -> bool:
    return value.op == "const" and bool(value.value == number_)
