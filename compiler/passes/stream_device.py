"""Row walks of a device: nests over the same rows become one, which threads share out row by row.

    for i in 0..m: t[i] = sum of X[i, j]*w[j]         walk m rows:
    for i in 0..m: e[i] = t[i] - y[i]            ->       for i: t = sum of X[i, j]*w[j]
    for i, j: g[j] += X[i, j]*e[i]                               e[i] = t - y[i]
                                                                 for j: g[j] += X[i, j]*e[i]

Who may take part is the walk's rule (compiler/walks.py), and that each inner loop can be shared out among threads
(compiler/cuda/phases.py). A walk pays where it passes over a matrix twice, or where nests that pass on or share
vectors add something up: each row is then read from memory once. docs/cuda-walks.md says what becomes of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from gdc.compiler import imp
from gdc.compiler.cuda.phases import COLUMNS, ROWS, Phase, cells_of, phases_of
from gdc.compiler.cuda.rounds import in_scalars, matrices, one_entry_a_row, together, without_copies
from gdc.compiler.dims import ONE, Dim, dim
from gdc.compiler.gathering import Gatherer, Run
from gdc.compiler.imp import Loop, Program, Statement
from gdc.compiler.imp_tools import reads
from gdc.compiler.record import MOST_CONDITIONS, Record, Step
from gdc.compiler.totals import binds, find_totals
from gdc.compiler.walks import Member, nest_of_rows, own_rows

RULE = "stream"
MOST_ENTRIES = 2048         # of a row that stays in a processor's cache, and of a total that stays in its registers
MOST_CELLS = 10             # arrays in shared memory, of an entry a row


def run(program: Program, record: Record) -> Program:
    """The program with its walks."""
    if not record.allows(RULE):
        return program
    return replace(program, body=_Stream(program, record).body(program.body))


class _Stream(Gatherer):
    def __init__(self, program: Program, record: Record) -> None:
        super().__init__(program, record)
        inside = list(imp.statements(program.body))
        self.taken = {p.name for p in program.parameters} | {n for s in inside for n in binds(s) | reads(s)}
        self.roots = {name: self.root(name) for name in self.taken}
        self.seen: dict[int, tuple[Loop, Member | None]] = {}
        self.phases: dict[int, tuple[Phase, ...]] = {}

    def enters(self, statement: Loop | imp.Forever) -> bool:
        if isinstance(statement, Loop) and statement.mode != "rounds" and (
                statement.mode == "parallel" or self.taking_part(statement) is not None):
            return False
        return any(isinstance(s, Loop) and s.mode == "parallel" for s in imp.statements(statement.body))

    # -- what a statement is to a walk

    def rows_of(self, statement: Statement) -> Dim | None:
        """The rows of a nest that may take part."""
        if not isinstance(statement, Loop) or self.taking_part(statement) is None:
            return None
        return self.shapes.size(statement.stop)

    def member(self, statement: Statement, rows: Dim) -> Member | None:
        return self.taking_part(statement) if isinstance(statement, Loop) and self.rows_of(statement) == rows else None

    def taking_part(self, loop: Loop) -> Member | None:
        """A nest as a member, where its loops can be shared out."""
        if id(loop) not in self.seen:
            member = nest_of_rows(loop, self.program, self.aliases)
            phases = phases_of(loop, member.totals, self.roots) if member is not None else None
            if phases is not None:
                self.phases[id(loop)] = phases
            self.seen[id(loop)] = (loop, member if phases is not None else None)
        return self.seen[id(loop)][1]

    def pays(self, run: Run, rows: Dim) -> bool:
        """Whether something is read once instead of twice, and rows and totals are short enough."""
        passes: Counter[str] = Counter()
        vectors: Counter[str] = Counter()
        for member in run.members:
            assert isinstance(member.statement, Loop)
            of_rows = matrices(member.statement) & member.rows
            vectors.update(member.rows - of_rows)
            for phase in self.phases[id(member.statement)]:
                if phase.kind != ROWS:
                    passes.update(of_rows & {n for s in phase.body for n in reads(s)})
        adds_up = any(member.states for member in run.members)
        again = max(passes.values(), default=0) > 1
        if not again and not (adds_up and max(vectors.values(), default=0) > 1):
            return False
        origins = tuple(dict.fromkeys(o for m in run.members for o in m.statement.origins))
        sizes = [self.row_of(name) for name in sorted(passes)]
        sizes += [self.box(phase) for m in run.members for phase in self.phases[id(m.statement)]
                  if phase.kind == COLUMNS]
        return all(size is not None and self.short(size, origins) for size in dict.fromkeys(sizes))

    def row_of(self, name: str) -> Dim | None:
        """The entries of a row of a matrix."""
        shape = self.shapes.known.get(name)
        return _product(shape[1:]) if shape else None

    def box(self, phase: Phase) -> Dim | None:
        """The places of a phase."""
        starts = [self.shapes.size(loop.start) for loop in phase.loops]
        stops = [self.shapes.size(loop.stop) for loop in phase.loops]
        known = [stop - start for start, stop in zip(starts, stops, strict=True)
                 if start is not None and stop is not None]
        return _product(tuple(known)) if len(known) == len(phase.loops) else None

    def short(self, size: Dim, origins: imp.Origin) -> bool:
        """Whether so many entries are few enough, which has to be known: a total has no more registers."""
        if not all(isinstance(a, str) for a in size.atoms()) or len(self.record.conditions) >= MOST_CONDITIONS:
            return False
        why = (RULE, "one walk, which reads each row once", "the nests one by one: rows are long")
        return self.record.decide(size, dim(MOST_ENTRIES + 1), True, why, origins)

    # -- the walk

    def walk(self, before: list[Statement], members: list[Member]) -> list[Statement] | None:
        """What stands before, and the walk, in which arrays of one entry a row that it alone uses are scalars; None
        where phases would pass on more than shared memory holds."""
        nests = [m.statement for m in members if isinstance(m.statement, Loop)]
        totals = {n for m in members for n in m.states}
        nest = together(nests, totals, self.taken)
        allocated = {s.name: s for s in before if isinstance(s, imp.Alloc)}
        kept = [allocated[name] for name in own_rows(members, self.counts.__getitem__, set(allocated))
                if one_entry_a_row(nest, allocated[name])]
        nest = without_copies(in_scalars(nest, kept, self.taken))
        found = find_totals(nest)
        phases = phases_of(nest, found, self.roots) if found is not None else None
        assert found is not None and phases is not None
        if len(set(cells_of(phases, found, nest).values())) > MOST_CELLS:
            return None
        reason = "each row is read from memory once, for all that is done with it"
        if kept:
            reason += f"; {len(kept)} array{'s' if len(kept) > 1 else ''} of all rows need not be"
        self.record.add(Step(RULE, RULE, f"{len(nests)} nest{'s' if len(nests) > 1 else ''} over {nest.var}",
                             "one walk over the rows", reason, nest.origins))
        return [*(s for s in before if s not in kept), imp.Walk(nest.stop, (nest,), (), nest.origins)]


def _product(sizes: tuple[Dim, ...]) -> Dim:
    total = ONE
    for size in sizes:
        total = total * size
    return total
