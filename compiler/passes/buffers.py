"""An array that every round of a loop makes anew, in the same size, is made once, before the loop.

    repeat: t = new array of n; …        ->        t = new array of n; repeat: …
    repeat: t = zeros of n; …            ->        t = new array of n; repeat: t[:] = 0; …

Only where nothing but t is that memory, so that no round can see what another has left there: t is bound in one place,
no name is a view of it or stands for it, and it is no result. Where a round hands it on,

    repeat: t = new array of n; …; x = t     ->     t1, t2 = new arrays of n; repeat: t = t1; …; x = t; t1, t2 = t2, t1

so many arrays take turns that none is filled while a name still stands for it (`handed`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from gdc.compiler import imp
from gdc.compiler.imp import Body, Program, Statement
from gdc.compiler.imp_tools import alias_classes, name_of, names_in, numbered_name, written
from gdc.compiler.record import Record

NAME = "buffers"
SWITCHES = ("buffers",)


MOST_TURNS = 4  # arrays that take turns


def run(program: Program, record: Record) -> Program:
    """The program with such arrays made before its loops."""
    return _Buffers(program).run() if record.allows(NAME) else program


class _Buffers:
    def __init__(self, program: Program) -> None:
        self.program = program
        counts = Counter(name for s in imp.statements(program.body) for name in written(s)
                         if not isinstance(s, (imp.Store, imp.SetPart)))
        root = alias_classes(program)
        names = {*counts, *(p.name for p in program.parameters)}
        shared = Counter(root(name) for name in names)
        results = {n for _, value, flag in program.outputs for v in (value, flag) if v is not None for n in names_in(v)}
        self.free = {n for n in names if counts[n] == 1 and shared[root(n)] == 1 and n not in results}
        self.once = {n for n in names if counts[n] == 1} - self.free
        self.root, self.names = root, names

    def run(self) -> Program:
        return replace(self.program, body=self.body(self.program.body))

    def body(self, body: Body) -> Body:
        return tuple(t for s in body for t in self.statement(s))

    def statement(self, s: Statement) -> Iterator[Statement]:
        """A statement, after the arrays that it need not make anew; nothing leaves a loop that the cores share out."""
        if isinstance(s, imp.Branch):
            yield replace(s, then=self.body(s.then), orelse=self.body(s.orelse))
        elif isinstance(s, imp.Forever) or isinstance(s, imp.Loop) and s.mode == "rounds":
            inner = self.body(s.body)
            for made in [t for t in inner if isinstance(t, imp.Alloc)]:
                count = self.handed(made, replace(s, body=inner))
                if count:
                    turns = [imp.var(self.fresh(made.name), made.element, len(made.shape)) for _ in range(count)]
                    yield from (replace(made, name=name_of(turn), fill=None) for turn in turns)
                    inner = tuple(t for u in inner for t in (in_turn(made, turns) if u is made else (u,)))
            bound = {n for t in imp.statements((s,)) for n in written(t)}
            kept: list[Statement] = []
            for t in inner:
                if isinstance(t, imp.Alloc) and t.name in self.free and not bound & {
                        n for size in t.shape for n in names_in(size)}:
                    yield replace(t, fill=None)
                    if t.fill is not None:
                        array = imp.var(t.name, t.element, len(t.shape))
                        kept.append(imp.SetPart(array, ("all",) * len(t.shape), (), t.fill, "", t.origins))
                else:
                    kept.append(t)
            yield replace(s, body=tuple(kept))
        else:
            yield s

    def handed(self, made: imp.Alloc, loop: Statement) -> int:
        """How many arrays must take turns for one that each round makes and hands on; 0 where it does not, or nobody
        knows for how long a name stands for it."""
        alike = {n for n in self.names if self.root(n) == self.root(made.name)}
        body = loop.body if isinstance(loop, (imp.Loop, imp.Forever)) else ()
        inside = list(imp.statements(body))
        bound = {n for t in (loop, *inside) for n in written(t)}
        if made.name not in self.once or bound & {n for size in made.shape for n in names_in(size)}:
            return 0
        moves = [t for t in body if isinstance(t, imp.Let) and t.value.op == "name" and t.name in alike]
        bindings = [t for t in inside if set(written(t)) & alike and not isinstance(t, (imp.Store, imp.SetPart))]
        if len(bindings) != len(moves) + 1 or any(isinstance(t, imp.Continue) for t in inside):
            return 0
        oldest = oldest_read(made.name, [(t.name, name_of(t.value)) for t in moves])
        return oldest + 1 if 0 < oldest < MOST_TURNS else 0

    def fresh(self, name: str) -> str:
        """A new name for an array that takes turns."""
        return numbered_name(f"{name}_turn", self.names)


def oldest_read(made: str, moves: list[tuple[str, str]]) -> int:
    """How many rounds ago the oldest array was made that a name may stand for while the next is made."""
    ages: dict[str, int] = {}
    for _ in range(2 * MOST_TURNS):
        ages = {name: age + 1 for name, age in ages.items()} | {made: 0}
        for name, source in moves:
            if source in ages:
                ages[name] = ages[source]
            else:
                ages.pop(name, None)  # what was there before the first round: nobody writes to that
    del ages[made]
    return max(ages.values(), default=-1) + 1


def in_turn(made: imp.Alloc, turns: list[imp.Expr]) -> Iterator[Statement]:
    """The first array is taken, and goes to the end of the row."""
    array = imp.var(made.name, made.element, len(made.shape))
    yield imp.Let(made.name, turns[0], made.origins)
    for turn, following in zip(turns, [*turns[1:], array], strict=True):
        yield imp.Let(name_of(turn), following, made.origins)
    if made.fill is not None:
        yield imp.SetPart(array, ("all",) * len(made.shape), (), made.fill, "", made.origins)
