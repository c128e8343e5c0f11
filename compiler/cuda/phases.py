"""The round of a walk as phases, each of which the threads of a block share out in one way.

    rows        statements without loops: a thread for each row of a tile
    lanes       a loop that only steps states, of the row or of all rows, or stores at its own place: several threads
                for each row, each with some of the rounds
    columns     loops that add to arrays of all rows, each place to its own entry: a thread for each place, which goes
                down the rows of a tile
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gdc.compiler import imp
from gdc.compiler.cuda.nests import apart, bound_in, chain, device_ready, has, leaves, set_in
from gdc.compiler.cuda.states import State, identity, stepped
from gdc.compiler.imp import Body, Statement
from gdc.compiler.imp_tools import locals_of, name_of, names_in, reads
from gdc.compiler.totals import Totals

ROWS, LANES, COLUMNS = "rows", "lanes", "columns"
BOX = ("parallel", "serial")


@dataclass(frozen=True, slots=True)
class Phase:
    """Statements of a round: of kind "rows" all of them, else what the box of `loops` has inside.

    `states` are those of the row that a loop steps, `starts` the constants that they start with.
    """

    kind: str
    body: Body
    loops: tuple[imp.Loop, ...] = ()
    states: tuple[State, ...] = ()
    starts: tuple[imp.Let, ...] = ()
    origins: imp.Origin = ()

    @property
    def sets(self) -> set[str]:
        """The scalars of the row that it may set."""
        return set_in(self.body) if self.kind == ROWS else {n for s in self.states for n in (s.name, s.place) if n}

    @property
    def needs(self) -> set[str]:
        """The scalars whose earlier values it may read, or leave as they are."""
        if self.kind == ROWS:
            surely = {s.name for s in self.body if isinstance(s, imp.Let)}
            return exposed(self.body) | (self.sets - surely)
        bounds = {n for loop in self.loops for v in (loop.start, loop.stop, loop.step) for n in names_in(v)}
        own = {loop.var for loop in self.loops} | self.sets
        return (exposed(self.body) - own) | bounds | (self.sets - {s.name for s in self.starts})

    @property
    def stores(self) -> tuple[imp.Store, ...]:
        return tuple(s for s in imp.statements(self.body) if isinstance(s, imp.Store))


def phases_of(nest: imp.Loop, totals: Totals, root: dict[str, str]) -> tuple[Phase, ...] | None:
    """The phases of a nest's round; None where one of its loops cannot be shared out."""
    if not device_ready((nest,)) or any(_is_complex(s) for s in imp.statements(nest.body)):
        return None
    done: list[Phase] = []
    run: list[Statement] = []
    for k, statement in enumerate(nest.body):
        if not has((statement,), imp.Loop, imp.Forever):
            if any(isinstance(s, imp.Store) and name_of(s.array) in totals.arrays
                   for s in imp.statements((statement,))):
                return None
            run.append(statement)
            continue
        phase = _shared_out(statement, nest, totals, root) if isinstance(statement, imp.Loop) else None
        if phase is None or _lives_on(phase, nest.body[k + 1 :]):
            return None
        phase, run = _started(phase, run)
        if run:
            done.append(_of_rows(run))
        done.append(phase)
        run = []
    return (*done, _of_rows(run)) if run else tuple(done)


def cells_of(phases: tuple[Phase, ...], totals: Totals, nest: imp.Loop) -> dict[str, tuple[str, int]]:
    """The scalars that one phase gives to a later one, with the kind and the number of the array that holds them: what
    no later phase needs makes room for others."""
    elements = {s.name: s.value.element for s in imp.statements(nest.body) if isinstance(s, imp.Let)}
    last: dict[str, int] = {}
    for k, phase in enumerate(phases):
        earlier = {name for one in phases[:k] for name in one.sets} - totals.scalars.keys()
        last |= dict.fromkeys(phase.needs & earlier, k)
    found: dict[str, tuple[str, int]] = {}
    for k, phase in enumerate(phases):
        for name in sorted(phase.sets & last.keys() - found.keys()):
            kind = "int64" if elements[name].kind == "bool" else elements[name].numpy
            taken = {number for other, (held, number) in found.items() if held == kind and last[other] >= k}
            found[name] = (kind, next(n for n in range(1, len(found) + 2) if n not in taken))
    return found


def exposed(body: Body) -> set[str]:
    """The names that statements may read before they bind them."""
    found: set[str] = set()
    bound: set[str] = set()
    for s in body:
        if isinstance(s, imp.Loop):
            mine = (exposed(s.body) - {s.var}) | {n for v in imp.expressions(s) for n in names_in(v)}
        elif isinstance(s, imp.Branch):
            mine = exposed(s.then) | exposed(s.orelse) | set(names_in(s.condition))
        else:
            mine = reads(s)
        found |= mine - bound
        if isinstance(s, imp.Let):
            bound.add(s.name)
    return found


def _is_complex(statement: Statement) -> bool:
    """Whether a statement sets a complex number, of which shared memory holds none."""
    if isinstance(statement, imp.Let):
        return statement.value.element.kind == "complex"
    return isinstance(statement, imp.Store) and statement.array.element.kind == "complex"


def _of_rows(run: list[Statement]) -> Phase:
    return Phase(ROWS, tuple(run), origins=tuple(dict.fromkeys(o for s in run for o in s.origins)))


def _shared_out(loop: imp.Loop, nest: imp.Loop, totals: Totals, root: dict[str, str]) -> Phase | None:
    """A loop of a round as a phase; None where its rounds depend on one another in any other way."""
    if leaves(loop.body) or has((loop,), imp.Forever) or (imp.constant(loop.step) or 0) < 1:
        return None
    arrays = {name_of(s.array) for s in imp.statements((loop,)) if isinstance(s, imp.Store)}
    if arrays & totals.arrays.keys():
        return _columns(loop, nest, totals, root)
    states = stepped(loop.body)
    if states is None or not all(_at_top(s, loop.body) for s in states) or not apart(loop.body, loop.var, root):
        return None
    own = tuple(s for s in states if s.name not in totals.scalars)
    return Phase(LANES, loop.body, (loop,), own, origins=loop.origins)


def _at_top(state: State, body: Body) -> bool:
    """Whether a state is stepped in the loop itself and not in one inside it, whose sums would be long."""
    return not any(state.name in set_in(s.body) for s in imp.statements(body) if isinstance(s, imp.Loop))


def _columns(loop: imp.Loop, nest: imp.Loop, totals: Totals, root: dict[str, str]) -> Phase | None:
    """Loops whose places each add to entries of their own."""
    loops, body = chain(loop, BOX)
    moving = bound_in(nest.body) | {nest.var}
    if any(moving & set(names_in(v)) for one in loops for v in (one.start, one.stop, one.step)):
        return None
    if set_in(body) - locals_of(body) - totals.scalars.keys():
        return None
    places = {one.var for one in loops}
    for s in imp.statements(body):
        if isinstance(s, imp.Store) and name_of(s.array) in totals.arrays:
            inside = any(isinstance(t, imp.Loop) and s in imp.statements(t.body) for t in body)
            if inside or set(map(name_of, s.index)) != places or len(s.index) != len(places):
                return None
    if not all(apart(body, var, root) for var in places):
        return None
    return Phase(COLUMNS, body, tuple(loops), origins=loop.origins)


def _lives_on(phase: Phase, rest: Body) -> bool:
    """Whether what a loop binds, other than its states, may be read after it."""
    watched = (bound_in(phase.body) | {loop.var for loop in phase.loops}) - phase.sets
    for s in rest:
        if watched & exposed((s,)):
            return True
        if isinstance(s, imp.Let):
            watched.discard(s.name)
    return False


def _started(phase: Phase, run: list[Statement]) -> tuple[Phase, list[Statement]]:
    """A phase that takes the constants along that its states start with, and what is left before it."""
    starts: list[imp.Let] = []
    for name in sorted(phase.sets):
        last = next((s for s in reversed(run) if name in reads(s) or name in set_in((s,))), None)
        if isinstance(last, imp.Let) and last.name == name and last.value.op == "const":
            starts.append(last)
            run = [s for s in run if s is not last]
    return replace(phase, starts=tuple(starts)), run


def is_neutral(state: State, start: imp.Let) -> bool:
    """Whether a state starts with what changes no other."""
    if start.name == state.place:
        return bool(start.value.get("value") == -1)
    return bool(start.value.get("value") == identity(state.op, state.element))
