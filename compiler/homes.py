"""The region in which each node is evaluated.

A node goes into the innermost region that all its uses allow, and out of every loop whose rounds it does not depend
on; never above a check that it waits for, and never out of a branch. A factorisation may fail: it stays where its uses
are, or goes out to where it was written, and no further.
"""

from __future__ import annotations

from gdc.compiler.ir import ANYWHERE, Node, Program, Region, walk
from gdc.compiler.layout import Layout

REPEATED = frozenset({"loop", "table", "fold"})
SOLVERS = frozenset({"solve", "inv", "det", "cholesky"})


def find_homes(layout: Layout) -> None:
    """Fills `users`, `results`, `owner` and `home` of a layout."""
    _collect_users(layout)
    _find_homes(layout)


def _collect_users(layout: Layout) -> None:
    for value in layout.walked:
        for a in value.args:
            layout.users.setdefault(a, []).append(value)
        for region in value.regions:
            for r in region.results:
                layout.results.setdefault(r, []).append(region)
    for r in layout.root.results:
        layout.results.setdefault(r, []).append(layout.root)


def _find_homes(layout: Layout) -> None:
    fixed = _latest(layout)
    needs: dict[Region, set[Region]] = {}
    risky: set[Region] = set()
    params = {p: r for r in layout.owner for p in r.params}
    layout.home.update(params)
    for value in layout.walked:
        if value.op == "param":
            continue
        if value.op == "project":
            layout.home[value] = layout.home[value.args[0]]
            continue
        needed = _needed(layout, value, needs)
        if not _stays(value, fixed, risky):
            layout.home[value] = _hoisted(layout, layout.home[value], needed)
        home = layout.home[value]
        needs.setdefault(home, set()).update(needed)
        if value.op in SOLVERS or any(r in risky for r in value.regions):
            risky.add(home)


def _latest(layout: Layout) -> set[Node]:
    """Sets every home to the innermost region that holds all uses; returns the nodes that stand there for good."""
    latest, fixed = layout.home, set(layout.root.effects)

    def note(value: Node, region: Region) -> None:
        latest[value] = _common(layout, latest[value], region) if value in latest else region

    latest.update((e, layout.root) for e in layout.root.effects)
    for r in layout.root.results:
        note(r, layout.root)
    for value in reversed(layout.walked):
        home = latest[value]
        if value.op in SOLVERS:
            home = latest[value] = _written(layout, value, fixed, home)
        for region in value.regions:
            layout.owner[region] = value
            for e in region.effects:
                fixed.add(e)
                latest[e] = region
            for r in region.results:
                note(r, region)
        for k, a in enumerate(value.args):
            if a not in fixed:
                note(a, value.regions[0] if value.op == "fold" and k > 2 else home)
    return fixed


def _common(layout: Layout, left: Region, right: Region) -> Region:
    """The innermost region round both."""
    if left is right:
        return left
    above: set[Region] = set()
    at: Region | None = left
    while at is not None:
        above.add(at)
        at = layout.parent(at)
    at = right
    while at is not None and at not in above:
        at = layout.parent(at)
    return at if at is not None else layout.root


def _needed(layout: Layout, value: Node, needs: dict[Region, set[Region]]) -> set[Region]:
    """The regions that hold what the value uses."""
    found = {layout.home[a] for a in (*value.args, *value.deps) if a in layout.home}
    for region in value.regions:
        found |= needs.get(region, set())
        found.update(layout.home[r] for r in region.results)
    return found - set(value.regions)


def _stays(value: Node, fixed: set[Node], risky: set[Region]) -> bool:
    return (
        value in fixed or value.op in SOLVERS or value.get("kind") == "forever" or any(r in risky for r in
        value.regions)
    )


def _hoisted(layout: Layout, region: Region, needed: set[Region]) -> Region:
    """The outermost region, going out of loops alone, in which everything needed is there."""
    while region in layout.owner and layout.owner[region].op in REPEATED and region not in needed:
        region = layout.home[layout.owner[region]]
    return region


def standing(effects: list[Node], value: Node) -> int:
    """Where a factorisation stands among the effects of its region: after what it depends on and every exit that its
    first user waits for, before that user, and else in the order in which the text was written."""
    needed = set(walk([value]))
    low = max((k + 1 for k, e in enumerate(effects) if e in needed), default=0)
    high = next((k for k, e in enumerate(effects[low:], low) if value in walk([e])), len(effects))
    low = max([low, *(k + 1 for k, e in enumerate(effects[:high]) if e.op == "exit")])
    while low < high and _is_earlier(effects[low], value):
        low += 1
    return low


def _is_earlier(one: Node, other: Node) -> bool:
    """Whether the text has one before the other: sites are numbered as they are met."""
    places = one.get("site"), other.get("site")
    return one.uid < other.uid if None in places else places[0] < places[1]


def written_depth(program: Program, value: Node) -> int:
    """How many regions stood round the place where a factorisation was written."""
    site = value.get("site")
    return program.sites[site].depth if site is not None and site < len(program.sites) else ANYWHERE


def _written(layout: Layout, value: Node, fixed: set[Node], region: Region) -> Region:
    """Where a factorisation was written, if its uses are further in: it is computed once, and fails there."""
    out = layout.depth(region) - written_depth(layout.program, value)
    if out <= 0:
        return region
    used = set(walk([value]))
    needed = {layout.home[n] for n in used if n in fixed}
    while out > 0 and region in layout.owner and region not in needed and used.isdisjoint(region.params):
        region, out = layout.home[layout.owner[region]], out - 1
    return region
