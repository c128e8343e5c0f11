"""CUDA: flat Numba kernels for nests, CuPy for library calls; arrays stay on the device from first to last.

    nest_1, …      a nest of parallel loops: one thread for each place of its leading loops
    sum_1, join_1  a loop that only steps scalar states: partial states over 4,096 places each, then one
    walk_1, …      rounds over rows that are read once: blocks of rows, whose totals a second kernel joins
    serial_1, …    loops and stores that depend on one another: one thread, one launch
    def program(…parameters, watch=None): …     host control flow; scalars live here, an entry read here is a copy,
                                                but for those that rounds need not wait for (compiler/cuda/resident.py)

Products of matrices and vectors are the library's. Partial states are cut by sizes alone, so the bits do not depend on
the GPU. A check inside a kernel fills `status`: the lowest failing place wins, and the host raises. `xp` is CuPy, or
NumPy where `runtime/emulate.py` runs the text. `compiler/cuda/` says which statements become which kernels, and how
they are printed; here is what the host does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from gdc.compiler import imp
from gdc.compiler.cuda.nests import chain, device_ready, has, in_register, interchanged, leaves, loads, touches
from gdc.compiler.cuda.resident import Resident
from gdc.compiler.cuda.states import states_of
from gdc.compiler.cuda.walks import Walks
from gdc.compiler.emit import Piece, Text, assemble
from gdc.compiler.imp import Body, Expr, Program, Statement
from gdc.compiler.imp_tools import names_in
from gdc.compiler.text import Code
from gdc.dsl.source import Source

DEEPEST = 2             # host loops round a launch; deeper nests run in one thread
TOTAL = "total·"        # a sum that the emitter keeps in a register


class Cuda(Walks):
    """The printer of the host's statements and of the module."""

    def __init__(self, program: Program, source: Source | None = None) -> None:
        super().__init__(program, source)
        self.loops = 0                          # host loops that we are in
        self.names[TOTAL] = "total_"
        while list(self.names.values()).count(self.names[TOTAL]) > 1:
            self.names[TOTAL] += "_"

    def whole(self, value: Expr, args: tuple[Code, ...]) -> Code:
        """A solve that reads one triangle gets that triangle: the library has no other way to it."""
        if value.op == "solve" and value.get("reads"):
            args = (Code(f"np.{'tril' if value.get('reads') == 'lower' else 'triu'}({args[0].text})"), args[1])
        return super().whole(value, args)

    # -- which statements become kernels

    def body(self, body: Body, depth: int) -> Iterator[Piece]:
        """On the host, runs of statements that depend on one another through entries become one kernel."""
        if self.device:
            yield from super().body(body, depth)
            return
        if not body:
            yield "    " * depth + "pass\n", ()
        run: list[Statement] = []
        before = set(self.defined)
        for statement in map(self.turned, body):
            if self.is_serial(statement):
                run.append(statement)
                continue
            yield from self.serial_run(run, depth)
            run = []
            yield from self.commented(statement, depth)
            if isinstance(statement, (imp.Let, imp.Alloc, imp.Guarded)):
                self.defined.add(statement.name)
        yield from self.serial_run(run, depth)
        self.defined = before if depth > 1 else self.defined

    def stays(self, statement: Statement) -> bool:
        """Whether a statement computes a scalar that stays on the device, of what lies there."""
        if not isinstance(statement, imp.Let) or statement.name not in self.resident:
            return False
        return loads((statement,)) or bool(self.resident & set(names_in(statement.value)))

    def is_serial(self, statement: Statement) -> bool:
        """Whether a statement may be part of a kernel of one thread."""
        if not device_ready((statement,)):
            return False
        if isinstance(statement, (imp.Loop, imp.Forever)):
            return self.kind(statement) == "serial" and self.library_product(statement) is None
        if isinstance(statement, imp.Branch):
            return not leaves((statement,)) and not has((statement,), imp.Loop, imp.Forever)
        return isinstance(statement, (imp.Let, imp.Store, imp.Check))

    def serial_run(self, run: list[Statement], depth: int) -> Iterator[Piece]:
        """Statements of which those that touch entries, and what is between them, go into one kernel."""
        heavy = [k for k, s in enumerate(run) if has((s,), imp.Loop, imp.Store, imp.Forever)]
        first = next((k for k, s in enumerate(run) if touches(s)), 0)
        inner = tuple(run[first : heavy[-1] + 1]) if heavy else ()
        if not has(inner, imp.Loop, imp.Forever) and not (has(inner, imp.Store) and loads(inner)):
            inner, first = (), len(run)
        yield from self.host_statements(run[:first], depth)
        if inner:
            yield from self.serial_kernel(inner, depth)
        yield from self.host_statements(run[first + len(inner):], depth)

    def host_statements(self, run: list[Statement], depth: int) -> Iterator[Piece]:
        """Statements that might have been part of a kernel; those of scalars that stay on the device are one."""
        for stays, some in groupby(run, self.stays):
            if stays:
                yield from self.serial_kernel(tuple(some), depth)
                continue
            for statement in some:
                yield from self.commented(statement, depth)
                if isinstance(statement, imp.Let):
                    self.defined.add(statement.name)

    def runs_as(self, statement: imp.Loop | imp.Forever) -> str:
        """How a loop runs: "library", or what `kind` says."""
        return "library" if self.library_product(statement) is not None else self.kind(statement)

    def kind(self, statement: imp.Loop | imp.Forever) -> str:
        """How a loop on the host runs: "grid", "sum", "serial" or, as Python, "host"."""
        body = statement.body
        if not device_ready((statement,)):
            return "host"
        if isinstance(statement, imp.Loop):
            if statement.mode == "parallel" and not leaves(body) and not self.kept(chain(statement, ("parallel",))[1]):
                return "grid"
            if statement.mode != "parallel" and states_of(statement, self.later((statement,))) is not None:
                return "sum"
        grids = any(isinstance(s, imp.Walk) or isinstance(s, imp.Loop) and s.mode == "parallel"
                    for s in imp.statements(body))
        if grids and self.loops < DEEPEST or not touches(statement):
            return "host"
        # a user's outermost loop shows its progress and can be stopped, but for a short body over entries
        endless = isinstance(statement, imp.Forever) or has(body, imp.Loop, imp.Forever)
        return "host" if statement.mode == "rounds" and endless else "serial"

    def turned(self, statement: Statement) -> Statement:
        """A nest with its parallel loops outside, and its sums in registers."""
        if not isinstance(statement, imp.Loop) or statement.mode == "rounds" or self.library_product(statement):
            return statement
        return in_register(interchanged(statement, self.roots) or statement, TOTAL, self.roots)

    # -- host statements

    def loop(self, statement: imp.Loop, depth: int) -> Iterator[Piece]:
        """A product, one or two kernels, or Python's loop."""
        if self.device:
            yield from super().loop(statement, depth)
            return
        product, kind = self.library_product(statement), self.kind(statement)
        if product is not None:
            yield f"{'    ' * depth}{self.product(product)}\n", statement.origins
        elif kind == "grid":
            yield from self.grid_kernel(statement, depth)
        elif kind == "sum":
            yield from self.sum_kernel(statement, depth)
        else:
            self.loops += 1
            yield from super().loop(statement, depth)
            self.loops -= 1

    def forever(self, statement: imp.Forever, depth: int) -> Iterator[Piece]:
        """A loop of the host, or of one thread."""
        self.loops += 1
        yield from super().forever(statement, depth)
        self.loops -= 1

    def emit(self, statement: imp.Emit, depth: int) -> Iterator[Piece]:
        """What the watch is given lies where the CPU can read it."""
        values = tuple(replace(v, op="host", args=(v,), attrs=()) if v.rank else v for v in statement.values)
        yield from super().emit(replace(statement, values=values), depth)

    def guarded(self, statement: imp.Guarded, depth: int) -> Iterator[Piece]:
        """A library call that may find a matrix singular."""
        pad, origins = "    " * depth, statement.origins
        self.used.add("careful")
        text = self.text(statement.value)
        if statement.value.op == "cholesky":
            self.used.add("factored")
            text = f"factored({text})"
        yield f"{pad}try:\n{pad}    with careful():\n", origins
        yield f"{pad}        {self.name(statement.name)} = {text}\n", origins
        yield f"{pad}except np.linalg.LinAlgError:\n", origins
        yield f"{pad}    {self.stop(statement.site, ())} from None\n", origins

    # -- the module

    def parameter_lines(self) -> Iterator[Piece]:
        """Scalars become NumPy's; arrays move to the device."""
        yield from super().parameter_lines()
        for p in self.program.parameters:
            if p.rank:
                yield f"    {self.name(p.name)} = xp.asarray({self.name(p.name)})\n", ()

    def module(self) -> Text:
        """The whole text: kernels first, then the program."""
        self.resident = Resident(self).found(self.program)
        elements = {s.name: s.value.element for s in imp.statements(self.program.body) if isinstance(s, imp.Let)}
        body = list(self.body(self.program.body, 1)) if self.program.body else []
        last = f"    return {self.outputs()}\n"
        pieces = [*self.header(), *self.parameter_lines()]
        pieces += [("    watch = watch or Watch()\n", ())] if self.methods else []
        pieces += [("    status, numbers = new_status()\n", ())] if self.fails else []
        pieces += [(f"    {self.name(n)} = {self.fetched(n, e, '0')}\n", ()) for n, e in sorted(self.starts.items())]
        pieces += [(f"    {self.name(n)} = xp.zeros(1{self.dtype(elements[n])})\n", ()) for n in sorted(self.resident)]
        start = self.docstring() + self.preamble()
        return assemble([(start, ()), *self.kernels, ("\n\n", ()), *pieces, *body, (last, ())], self.source)


def emit(program: Program, source: Source | None = None) -> Text:
    """The text of target `cuda`."""
    return Cuda(program, source).module()
