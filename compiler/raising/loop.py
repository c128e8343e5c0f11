"""A counted loop taken apart: what is raised, what stays and why."""

from __future__ import annotations

from dataclasses import dataclass

from gdc.compiler.dependence import Facts, place
from gdc.compiler.ir import Node, Region, make, nested, param, project
from gdc.compiler.raising.emit import Emitter
from gdc.compiler.raising.parts import loose_effects, ordered
from gdc.compiler.raising.ways import Body, Refusal, Way


@dataclass(slots=True)
class Raised:
    """What a loop became: a value for each result, and the effects that stand in its place."""

    values: list[Node]
    effects: list[Node]
    ways: dict[int, Way]
    reasons: dict[int, str]


def raised(loop: Node, facts: Facts, closed: set[Node]) -> Raised:
    """A counted loop taken apart; what must stay is in a loop of its own, which `values` and `effects` name."""
    body = Body(loop, facts, closed)
    ways, reasons = ways_of(body)
    stays = staying(body, ways, reasons)
    todo = [k for k in ways if k not in stays]
    emitter = Emitter(body)
    emitter.safe = dict(zip(body.carried, body.initial, strict=True))  # `staying` has seen that no other read is left
    known = {*body.order, *ordered(loop.args, closed), loop}
    values: dict[int, Node] = {}
    effects: list[Node] = []
    checks: list[Node] | None = list(body.region.effects)
    if stays or (checks and not any(_holds(ways[k]) for k in todo)):
        rest = _remaining(body, sorted(stays), emitter)
        values.update({k: project(rest, at) for at, k in enumerate(sorted(stays))})
        effects += [rest] if checks else []
        checks = None
    for table in materialised(body, emitter, [ways[k] for k in todo if _holds(ways[k])], checks):
        checks = None
        effects += [table] if table.regions[0].effects else []
    for k in sorted(todo, key=lambda k: not _holds(ways[k])):
        values[k], holder = emitter.value(k, ways[k], checks if _holds(ways[k]) else None)
        checks = None if holder is not None else checks
        made = [n for n in (holder, values[k]) if n is not None]
        effects += loose_effects(made, {*known, *effects}, closed)
    return Raised([values[k] for k in range(len(body.carried))], effects, {k: ways[k] for k in todo}, reasons)


def _holds(way: Way) -> bool:
    return way.kind in ("total", "part", "each", "scatter")


def ways_of(body: Body) -> tuple[dict[int, Way], dict[int, str]]:
    """Each carried value's way, or the reason why it has none."""
    ways: dict[int, Way] = {}
    reasons: dict[int, str] = {}
    for k in range(len(body.carried)):
        try:
            ways[k] = body.way(k)
        except Refusal as refusal:
            reasons[k] = str(refusal)
    return ways, reasons


def staying(body: Body, ways: dict[int, Way], reasons: dict[int, str]) -> set[int]:
    """The carried values that stay in the loop: those without a way, and what they, or the effects, need."""
    while True:
        broken = [(k, j, bad) for k in ways for j in _others(body, k, ways[k].needed())
                  if (bad := _unsafe(body, ways, j, ways[k].needed(), k)) is not None]
        if not broken:
            break
        for k, j, bad in broken:
            if ways.pop(k, None) is not None:
                reasons[k] = body.flow(j, bad)
    stays = set(reasons)
    keeps = list(body.region.effects) if any(
        _unsafe(body, ways, j, list(body.region.effects), -1) is not None
        for j in _others(body, -1, list(body.region.effects))) else []
    if stays and body.region.effects:
        keeps = list(body.region.effects)
    wanted = [body.region.results[k] for k in stays] + keeps
    while True:
        more = {j for w in wanted for j in body.reads.get(w, ())} - stays
        if not more:
            return stays
        for j in more:
            wanted.append(body.region.results[j])
        stays |= more


def _others(body: Body, k: int, starts: list[Node]) -> set[int]:
    return {j for s in starts for j in body.reads.get(s, ())} - {k}


def _unsafe(body: Body, ways: dict[int, Way], j: int, starts: list[Node], k: int) -> Node | None:
    """A read of carried value j that cannot be answered by its value before the loop."""
    way = ways.get(j)
    if way is not None and way.kind == "same":
        return None
    write = way.write if way is not None else body.written(j, body.region.results[j])
    return body.unsafe_read(j, starts, None if write is None else place(write))


def _remaining(body: Body, stays: list[int], emitter: Emitter) -> Node:
    """The loop over what stays. What its effects read of the rest, they may read as it was before the loop."""
    carried, initial, effects = body.carried, body.initial, body.region.effects
    index, results = body.index, [body.region.results[k] for k in stays]
    if any(j not in stays for value in (*effects, *results) for j in body.reads.get(value, ())):
        index = param(index.type, index.get("name", ""))
        own = {body.index: index, **{carried[k]: carried[k] for k in stays}}
        copies = emitter.copy([*effects, *results], own)
        effects, results = tuple(copies[: len(effects)]), copies[len(effects) :]
    region = Region((index, *(carried[k] for k in stays)), effects, results)
    return make("loop", (*body.loop.args[:3], *(initial[k] for k in stays)), dict(body.loop.attrs),
                (carried[k].type for k in stays), (region,), body.loop.deps)


def materialised(body: Body, emitter: Emitter, ways: list[Way], checks: list[Node] | None) -> list[Node]:
    """Tables of what several values need in one round and what itself takes a loop: `err` of the textbook's loops.

    The first one holds the loop's checks, where it is given any.
    """
    uses: dict[Node, int] = {}
    for way in ways:
        for value in ordered(way.needed(), body.closed):
            uses[value] = uses.get(value, 0) + 1
    order = [v for v in ordered(list(uses), body.closed) if v in body.variant]
    inner = _inner(order)
    costly: set[Node] = set()
    for value in order:
        if value.op in ("fold", "table", "loop") or any(n in costly for n in nested(value)):
            costly.add(value)
    shared = {v for v in costly if uses[v] > 1 and v not in inner and v.op not in ("loop", "branch", "update")
              and not v.is_effect and not any(body.varies(a) for d in v.type.shape for a in d.atoms())}
    tops = {n for way in ways for n in way.needed() if n in shared}
    tops |= {n for value in order if value not in shared for n in nested(value) if n in shared}
    made: list[Node] = []
    for value in order:
        if value in tops:
            table = emitter.table(value, checks)
            emitter.tables[value] = table
            made.append(table)
            checks = None
    return made


def _inner(order: list[Node]) -> set[Node]:
    """Nodes that stand inside a nested region because they use its parameters."""
    params = {p for v in order for r in v.regions for p in r.params}
    found: set[Node] = set()
    for value in order:
        own = {p for r in value.regions for p in r.params}
        if not own and any(n in found or n in params for n in nested(value)):
            found.add(value)
    return found
