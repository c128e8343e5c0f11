"""An array that every round of a loop makes anew, in the same size, is made once, before the loop.

    repeat: t = new array of n; …        ->        t = new array of n; repeat: …
    repeat: t = zeros of n; …            ->        t = new array of n; repeat: t[:] = 0; …

Only where nothing but t is that memory, so that no round can see what another has left there: t is bound in one place,
no name is a view of it or stands for it, and it is no result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from gdc.compiler import imp
from gdc.compiler.imp import Body, Program, Statement
from gdc.compiler.imp_tools import alias_classes, names_in, written
from gdc.compiler.record import Record

NAME = "buffers"
SWITCHES = ("buffers",)


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
