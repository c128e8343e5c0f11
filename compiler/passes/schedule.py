"""Puts every node into a region and every statement into an order.

A node goes into the innermost region that all its uses allow, and out of every loop whose rounds it does not depend
on; never above a check that it waits for, and never out of a branch. Among the possible orders: as created, but
with every read of an array before the statement that overwrites it, wherever such an order exists.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from gdc.compiler.bindings import bind, find_overwrites, find_wanted, initial
from gdc.compiler.homes import SOLVERS, find_homes, standing
from gdc.compiler.ir import Node, Program, Region, walk
from gdc.compiler.layout import END, Layout

ENDING = frozenset({"exit", "check"})  # effects after which nothing may come


def schedule(program: Program, style: str) -> Layout:
    """The layout of a program: homes, names, order."""
    flags = tuple(f for f in program.assigned if f is not None)
    root = Region(program.region.params, program.region.effects, program.region.results + flags)
    layout = Layout(program, root, walk(root.effects + root.results))
    find_homes(layout)
    bind(layout, style)
    _flatten(layout)
    if style == "nests":
        find_overwrites(layout)
    find_wanted(layout)
    _order(layout, soft=False)
    late = _late_readers(layout)
    if late:
        layout.bound |= late
        _flatten(layout)
    _order(layout, soft=True)
    return layout


# --- what statements read ----------------------------------------------------------------------


def _flatten(layout: Layout) -> None:
    """Fills `flat`, `body_reads` and the lists of statements."""
    layout.flat, layout.body_reads, layout.order = {}, {}, {layout.root: []}
    for value in layout.walked:
        if value.op == "param":
            continue
        read: set[Node] = set()
        for a in value.args:
            read |= layout.reads(a)
        for region in value.regions:
            inside = layout.body_reads.setdefault(region, set())
            inside |= layout.result_reads(region)
            read |= inside
            layout.order.setdefault(region, [])
        layout.flat[value] = frozenset(read)
        if value in layout.bound:
            layout.order.setdefault(layout.home[value], []).append(value)
            layout.body_reads.setdefault(layout.home[value], set()).update(read)


def _waits(layout: Layout) -> dict[Node, set[Node]]:
    """For each statement, the statements (anywhere) that must be done before it."""
    waits: dict[Node, set[Node]] = {}  # of every node
    inside: dict[Region, set[Node]] = {}
    for value in layout.walked:
        mine: set[Node] = set(value.deps)
        for a in value.args:
            mine |= _wait_for(layout, a, waits)
        for t in value.types:
            mine.update(a for size in t.shape for a in size.atoms() if isinstance(a, Node) and a in layout.bound)
        for region in value.regions:
            mine |= inside.get(region, set())
            for r in region.results:
                mine |= _wait_for(layout, r, waits)
        waits[value] = mine
        if value in layout.bound:
            inside.setdefault(layout.home[value], set()).update(mine)
    return waits


def _wait_for(layout: Layout, value: Node, waits: dict[Node, set[Node]]) -> set[Node]:
    if value in layout.bound:
        return {value}
    if value.op == "project":
        return {value.args[0]}
    return waits.get(value, set())


# --- order -------------------------------------------------------------------------------------


def _order(layout: Layout, soft: bool) -> None:
    waits = layout.waits = _waits(layout)
    consumed = _consumed(layout) if soft else {}
    for region, statements in layout.order.items():
        before = {s: {w for w in waits[s] if w is not s and layout.home.get(w) is region} for s in statements}
        _chain_effects(region, statements, before)
        gentle = _reads_first(layout, consumed, statements) if soft else {}
        layout.order[region] = _sorted(statements, before, gentle)
    layout.position = {s: k for statements in layout.order.values() for k, s in enumerate(statements)}
    layout.readers = {region: _readers(layout, statements) for region, statements in layout.order.items()}


def _chain_effects(region: Region, statements: list[Node], before: dict[Node, set[Node]]) -> None:
    """Effects keep their order, and what no earlier effect needs is not computed before an exit or a check."""
    present = set(statements)
    effects = [e for e in region.effects if e in present]
    for first, second in zip(effects, effects[1:], strict=False):
        before[second].add(first)
    _chain_factorisations(effects, statements, before)
    if not any(e.op in ENDING for e in effects):
        return
    seen: set[Node] = set(effects)
    last: Node | None = None
    for e in [*effects, None]:
        stack = list(before[e]) if e is not None else [s for s in statements if s not in seen]
        while stack:
            top = stack.pop()
            if top in seen:
                continue
            seen.add(top)
            if last is not None:
                before[top].add(last)
            stack.extend(before[top])
        if e is not None and e.op in ENDING:
            last = e


def _chain_factorisations(effects: list[Node], statements: list[Node], before: dict[Node, set[Node]]) -> None:
    """What may fail does so in the order of the text, wherever no other one is needed."""
    solvers = sorted((s for s in statements if s.op in SOLVERS), key=lambda s: s.get("site", -1))
    pairs = list(zip(solvers, solvers[1:], strict=False))
    for s in solvers:
        pairs.extend((s, e) for e in effects[standing(effects, s):][:1])
    for first, second in pairs:
        if not _waits_for(before, first, second):
            before[second].add(first)


def _waits_for(before: dict[Node, set[Node]], value: Node, other: Node) -> bool:
    stack, seen = [value], {value}
    while stack:
        top = stack.pop()
        if top is other:
            return True
        stack.extend(before[top] - seen)
        seen |= before[top]
    return False


def _readers(layout: Layout, statements: Iterable[Node]) -> dict[Node, list[Node]]:
    found: dict[Node, list[Node]] = {}
    for s in statements:
        for x in layout.flat[s]:
            found.setdefault(x, []).append(s)
    return found


def _consumed(layout: Layout) -> dict[Node, set[Node]]:
    """For each statement, the named arrays that it may overwrite, its regions' statements included."""
    found: dict[Node, set[Node]] = {}
    inside: dict[Region, set[Node]] = {}
    for value in layout.walked:
        mine: set[Node] = set()
        if value.op == "update":
            mine.add(value.args[0])
        if value in layout.overwrites:
            mine.add(layout.overwrites[value])
        if value.op == "loop":
            mine.update(x for k, x in enumerate(initial(value)) if (value, k) in layout.wanted)
        for region in value.regions:
            mine |= inside.get(region, set())
            if value.op == "branch":
                mine.update(x for k, x in enumerate(region.results) if (value, k) in layout.wanted)
        found[value] = mine
        if mine and value in layout.bound:
            inside.setdefault(layout.home[value], set()).update(mine)
    return found


def _reads_first(layout: Layout, consumed: dict[Node, set[Node]], statements: list[Node]) -> dict[Node, set[Node]]:
    """For each statement that overwrites an array, the other statements of the region that read it."""
    readers = _readers(layout, statements)
    return {s: {q for x in consumed[s] for q in readers.get(x, ()) if q is not s} for s in statements if consumed[s]}


def _sorted(statements: list[Node], before: dict[Node, set[Node]], gentle: dict[Node, set[Node]]) -> list[Node]:
    """As created, after everything in `before`, and after everything in `gentle` where that is possible."""
    after: dict[Node, list[Node]] = {}
    hard = {s: len(before[s]) for s in statements}
    soft = {s: len(gentle.get(s, ())) for s in statements}
    for s in statements:
        for w in before[s]:
            after.setdefault(w, []).append(s)
    softly: dict[Node, list[Node]] = {}
    for s, firsts in gentle.items():
        for w in firsts:
            softly.setdefault(w, []).append(s)
    ready = [(s.uid, s) for s in statements if not hard[s] and not soft[s]]
    heapq.heapify(ready)
    done: dict[Node, None] = {}
    while len(done) < len(statements):
        if not ready:
            stuck = _least_blocked(statements, done, hard, before, gentle)
            soft[stuck] = 0
            ready.append((stuck.uid, stuck))
        _, s = heapq.heappop(ready)
        if s in done:
            continue
        done[s] = None
        for q in after.get(s, ()):
            hard[q] -= 1
            if not hard[q] and not soft[q]:
                heapq.heappush(ready, (q.uid, q))
        for q in softly.get(s, ()):
            soft[q] -= 1
            if not hard[q] and not soft[q] and q not in done:
                heapq.heappush(ready, (q.uid, q))
    return list(done)


def _least_blocked(
    statements: list[Node],
    done: dict[Node, None],
    hard: dict[Node, int],
    before: dict[Node, set[Node]],
    gentle: dict[Node, set[Node]],
) -> Node:
    """A statement that must overwrite what is read later: one that its own readers wait for."""
    free = [s for s in statements if s not in done and not hard[s]]
    for s in sorted(free, key=lambda n: n.uid):
        seen: set[Node] = set()
        stack = [w for w in gentle.get(s, ()) if w not in done]
        while stack:
            top = stack.pop()
            if top is s:
                return s
            if top not in seen and top not in done:
                seen.add(top)
                stack.extend(before[top])
                stack.extend(gentle.get(top, ()))
    return min(free, key=lambda n: n.uid)


# --- values read too late ----------------------------------------------------------------------


def _late_readers(layout: Layout) -> set[Node]:
    """Inlined formulas that would read an array after it was overwritten: they get a name, before."""
    late: set[Node] = set()
    for t, arrays in _consumed(layout).items():
        if t not in layout.bound:
            continue
        region = layout.home[t]
        for x in arrays:
            if x.op in ("const", "fill") and x not in layout.bound:
                continue
            for reader in layout.users.get(x, ()):
                if reader in layout.bound or reader.op == "project" or layout.home.get(reader) is not region:
                    continue
                if _evaluated(layout, reader, region, t) > layout.position[t]:
                    late.add(reader)
    return late


def _evaluated(layout: Layout, reader: Node, region: Region, t: Node) -> int:
    """The last place in the region where an inlined formula is evaluated; just after `t` where that is inside it."""
    last = -1
    seen: set[Node] = set()
    stack = [reader]
    while stack:
        top = stack.pop()
        if top in seen:
            continue
        seen.add(top)
        if any(r is region for r in layout.results.get(top, ())):
            return END
        for r in layout.results.get(top, ()):
            owner = layout.lift(layout.owner[r], region) if r in layout.owner else None
            last = max(last, layout.position.get(owner, -1) + (owner is t)) if owner is not None else last
        for user in layout.users.get(top, ()):
            if user in layout.bound:
                held = layout.lift(user, region)
                if held is not None:
                    last = max(last, layout.position[held] + (held is t and bool(t.regions)))
            else:
                stack.append(user)
    return last
