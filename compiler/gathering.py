"""How walks are gathered: of a body, the longest runs of statements over the same rows that may be run block by block.

What stands between two members of a run and depends on neither goes before it; what depends on one goes after it, and
may begin a run of its own. Which statements may take part, whether a run pays, and what becomes of it, the passes say.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, field, replace

from gdc.compiler import imp, imp_tools
from gdc.compiler.dims import Dim
from gdc.compiler.imp import Body, Loop, Program, Statement
from gdc.compiler.record import Record
from gdc.compiler.totals import aliases, leaves
from gdc.compiler.walks import Member, Shapes, fits

EFFECTS = (imp.Check, imp.Guarded, imp.Emit)
LOOKED_AT = 200         # statements after the first of a run, so that long programs compile in linear time


@dataclass(slots=True)
class Run:
    """A walk that is being gathered, and what stands around it."""

    members: list[Member] = field(default_factory=list)
    before: list[Statement] = field(default_factory=list)
    after: list[Statement] = field(default_factory=list)


class Gatherer(ABC):
    """A program, and what is known of it while its walks are gathered."""

    def __init__(self, program: Program, record: Record) -> None:
        self.program, self.record = program, record
        self.shapes = Shapes(dict(program.shapes))
        self.root = imp_tools.alias_classes(program)
        self.aliases = aliases(program)
        self.counts: Counter[str] = imp_tools.read_counts(program)
        self.uses: dict[int, tuple[Statement, set[str], set[str]]] = {}
        for s in imp.statements(program.body):
            if isinstance(s, imp.Alloc) and s.name not in self.shapes.known:
                sizes = [self.shapes.size(d) for d in s.shape]
                self.shapes.known[s.name] = tuple(d for d in sizes if d is not None) if None not in sizes else ()

    # -- what a pass says

    @abstractmethod
    def enters(self, statement: Loop | imp.Forever) -> bool:
        """Whether walks are looked for inside a loop."""

    @abstractmethod
    def rows_of(self, statement: Statement) -> Dim | None:
        """The rows of the walk that a statement calls for; None where it calls for none."""

    @abstractmethod
    def member(self, statement: Statement, rows: Dim) -> Member | None:
        """The statement as one of a walk over so many rows."""

    @abstractmethod
    def pays(self, run: Run, rows: Dim) -> bool:
        """Whether a run shall be a walk."""

    @abstractmethod
    def walk(self, before: list[Statement], members: list[Member]) -> list[Statement] | None:
        """What stands before a walk, and the walk; None where it cannot be after all."""

    # -- gathering

    def body(self, body: Body) -> Body:
        """A body with its walks, those of inner bodies first."""
        body = tuple(self.inside(s) for s in body)
        for rows in dict.fromkeys(r for s in body if (r := self.rows_of(s)) is not None):
            body = tuple(self.gathered(body, rows))
        return body

    def inside(self, statement: Statement) -> Statement:
        if isinstance(statement, (Loop, imp.Forever)) and self.enters(statement):
            return replace(statement, body=self.body(statement.body))
        if isinstance(statement, imp.Branch):
            return replace(statement, then=self.body(statement.then), orelse=self.body(statement.orelse))
        return statement

    def gathered(self, body: Body, rows: Dim) -> list[Statement]:
        """The body with its walks over so many rows."""
        done: list[Statement] = []
        rest = list(body)
        while any(self.rows_of(s) == rows for s in rest):
            run, used = self.longest(rest, rows)
            walked = self.walk([*done, *run.before], run.members) if self.pays(run, rows) else None
            if walked is not None:
                done = walked
                rest = [*run.after, *rest[used:]]
            else:
                done += rest[:1]
                rest = rest[1:]
        return done + rest

    def longest(self, body: list[Statement], rows: Dim) -> tuple[Run, int]:
        """The longest walk that begins with the first statement, and how many statements it has looked at."""
        run = Run()
        for k, statement in enumerate(body):
            if leaves((statement,)) or k > LOOKED_AT:
                return run, k
            if isinstance(statement, imp.Walk) or not self.placed(run, statement, rows):
                run.after.append(statement)
            if not run.members:
                return run, k + 1
        return run, len(body)

    def placed(self, run: Run, statement: Statement, rows: Dim) -> bool:
        """Whether a statement joins the walk, or may go before it."""
        # what follows a check that has to wait may rest on it: places that were looked at, say
        if any(has_effects(s) or self.depends(statement, s) for s in run.after):
            return False
        member = self.member(statement, rows)
        if member is not None and fits(member, run.members, self.root):
            run.members.append(member)
            return True
        if any(self.depends(statement, m.statement) for m in run.members):
            return False
        run.before.append(statement)
        return True

    def depends(self, one: Statement, other: Statement) -> bool:
        """Whether two statements may not change places."""
        reads, writes = self.touched(one)
        read, written = self.touched(other)
        return not (writes.isdisjoint(read) and writes.isdisjoint(written) and written.isdisjoint(reads))

    def touched(self, statement: Statement) -> tuple[set[str], set[str]]:
        """What a statement reads and what it writes."""
        if id(statement) not in self.uses:
            self.uses[id(statement)] = (statement, *imp_tools.touched(statement, self.root))
        _, reads, writes = self.uses[id(statement)]
        return reads, writes


def has_effects(statement: Statement) -> bool:
    """Whether a statement may fail or tells something."""
    return any(isinstance(s, EFFECTS) for s in imp.statements((statement,)))
