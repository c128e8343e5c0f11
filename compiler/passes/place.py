"""Which updates work in place, and which carried values must be copied first.

An array value is *owned* where no other value shares its memory: a fresh result, an update's result, a carried value
that somebody updates. An update takes over the memory of its operand where that is owned and nobody reads the operand
afterwards; else it works on a copy, and the record says why. Handing a value on by reference makes it shared for good.
"""

from __future__ import annotations

from gdc.compiler.bindings import carried, initial, is_view
from gdc.compiler.ir import Node, Region
from gdc.compiler.layout import Flow, Layout
from gdc.compiler.record import Record, Step

SHARED_SOURCES = frozenset({"input", "const", "select"})


def place(layout: Layout, record: Record | None = None) -> None:
    """Fills `layout.in_place` and `layout.copied`."""
    flows = list(_flows(layout))
    shared = {
        value
        for flow, value, _, _ in flows
        if (flow[1] if flow[0] != "exit" else _loop_of(layout, flow[1]), flow[2]) not in layout.wanted
    }
    for value in layout.walked:
        if value.op == "select" and value.type.rank:
            shared.update(r for region in value.regions for r in region.results)
    for value in layout.walked:
        if value.op == "update":
            fresh = not layout.named(value.args[0])
            why = (
                ""
                if fresh
                else _obstacle(layout, value.args[0], shared)
                or _read_meanwhile(value)
                or _read_later(layout, value.args[0], layout.home[value], value)
            )
            _decide(layout, value, value, why, record)
    for value, param in layout.overwrites.items():
        if not _obstacle(layout, param, shared) and layout.dead_after(param, layout.home[value], value):
            layout.in_place.add(value)
    for flow, value, region, statement in flows:
        slot = (flow[1] if flow[0] != "exit" else _loop_of(layout, flow[1]), flow[2])
        if slot in layout.wanted and (layout.named(value) or value.op == "const"):
            why = _obstacle(layout, value, shared) or _taken_later(layout, flow, value, region, statement)
            _decide(layout, flow, value, why, record)


def _decide(layout: Layout, key: Flow | Node, value: Node, why: str, record: Record | None) -> None:
    if not why:
        if isinstance(key, Node):
            layout.in_place.add(key)
        return
    layout.copied[key] = why
    if record is not None:
        name = layout.program.origins.names.get(value, "a value")
        record.add(
            Step(
                "place",
                "in place",
                name,
                f"copy of {name}",
                f"{name} is copied: {why}",
                layout.program.origins.of(value),
            )
        )


def _loop_of(layout: Layout, leave: Node) -> Node:
    return layout.owner[layout.home[leave]]


def _flows(layout: Layout) -> list[tuple[Flow, Node, Region, Node | None]]:
    """Every handing on of an array: (flow, value, in which region, at which statement or None for its end)."""
    found: list[tuple[Flow, Node, Region, Node | None]] = []
    for value in layout.walked:
        if value.op == "loop":
            found += [(("init", value, k), x, layout.home[value], value) for k, x in enumerate(initial(value))]
            found += [(("next", value, k), x, value.regions[0], None) for k, x in enumerate(value.regions[0].results)]
        elif value.op == "exit":
            found += [(("exit", value, k), x, layout.home[value], value) for k, x in enumerate(value.args[1:])]
        elif value.op == "branch":
            for arm, region in zip(("then", "else"), value.regions, strict=True):
                found += [((arm, value, k), x, region, None) for k, x in enumerate(region.results)]
    return [f for f in found if f[1].type.rank]


def _obstacle(layout: Layout, value: Node, shared: set[Node]) -> str:
    """Why the value's memory is not its own; "" where it is."""
    if value.op == "input":
        return "it is the caller's array"
    if value.op in SHARED_SOURCES:
        return "it is a constant" if value.op == "const" else "it may be another value"
    if value in shared:
        return "another name holds the same array"
    if value.op == "project" and (value.args[0], value.get("k")) not in layout.wanted:
        return "it may be another value"
    if value.op == "param":
        owner = next((o for r, o in layout.owner.items() if value in r.params), None)
        if owner is None or not _param_wanted(layout, owner, value):
            return "it may be another value"
    return ""


def _param_wanted(layout: Layout, owner: Node, value: Node) -> bool:
    params = owner.regions[0].params
    first = 1 if owner.get("kind") == "count" else 0
    return (owner, params.index(value) - first) in layout.wanted


def _read_meanwhile(update: Node) -> str:
    """Whether a store may change what a later one reads: the array goes to other places of itself, or says where."""
    array, part, *places = update.args
    moved = part is array and any(s != "all" for s in update.get("subscripts"))
    return "it is read while it changes" if moved or array in places else ""


def _read_later(layout: Layout, value: Node, region: Region, statement: Node) -> str:
    if layout.dead_after(value, region, statement):
        return ""
    return "its old value is read afterwards"


def _taken_later(layout: Layout, flow: Flow, value: Node, region: Region, statement: Node | None) -> str:
    """Why a value cannot be handed on without a copy."""
    kind, node, k = flow
    if kind == "exit":
        others = [x for j, x in enumerate(node.args[1:]) if j != k]
        if any(value in layout.reads(x) for x in others) or layout.home[value] is not region:
            return "its old value is read afterwards"
        return ""
    if kind == "init":
        body = node.regions[0]
        others = [x for j, x in enumerate(initial(node)) if j != k]
        if value in layout.body_reads[body] or value in others:
            return "its old value is read in the loop"
        return _read_later(layout, value, region, node)
    others = [x for j, x in enumerate(region.results) if j != k]
    if any(x is value or (_may_share(x) and value in layout.reads(x)) for x in others):
        return "its old value is read afterwards"
    if layout.home[value] is region:
        return ""
    if kind == "next":
        return "every round needs it"
    return _read_later(layout, value, layout.home[layout.owner[region]], layout.owner[region])


def _may_share(value: Node) -> bool:
    """Whether a value may be memory of what it reads."""
    return is_view(value, "calls") or value.op in ("select", "project")


def sources(layout: Layout, value: Node) -> set[Node]:
    """The values whose memory an array may be."""
    found: set[Node] = set()
    seen: set[Node] = set()
    stack = [value]
    while stack:
        top = stack.pop()
        if top in seen:
            continue
        seen.add(top)
        before = _handed_from(layout, top)
        stack.extend(before)
        if not before and top.op != "fill":
            found.add(top)
    return found


def _handed_from(layout: Layout, value: Node) -> list[Node]:
    """Where a value's memory comes from, if it is not its own."""
    if value.op == "update" and value in layout.in_place:
        return [value.args[0]] if layout.named(value.args[0]) else []
    if value in layout.in_place:
        return [layout.overwrites[value]]
    if value.op == "select":
        return [r for region in value.regions for r in region.results]
    owner = (
        value.args[0]
        if value.op == "project"
        else layout.owner.get(layout.home[value])
        if value.op == "param"
        else None
    )
    if owner is None or owner.op not in ("loop", "branch"):
        return []
    k = value.get("k") if value.op == "project" else carried(owner).index(value)
    handed = [region.results[k] for region in owner.regions]
    if owner.op == "loop":
        handed.append(initial(owner)[k])
        handed += [e.args[1 + k] for e in owner.regions[0].effects if e.op == "exit"]
    return handed
