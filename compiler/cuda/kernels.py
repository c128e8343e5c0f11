"""Statements as kernels: one thread for each place of a box, or one thread for all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gdc.compiler import imp
from gdc.compiler.cuda.nests import MOST_LOOPS, bound_first, bound_in, chain, has, set_in
from gdc.compiler.cuda.scalars import Scalars
from gdc.compiler.emit import Piece
from gdc.compiler.imp import MOST_VALUES, Body, Expr, Origin, Program
from gdc.compiler.imp_tools import locals_of, map_statement, names_in, read_counts
from gdc.compiler.text import IF, NOT, TIMES
from gdc.compiler.types import Element
from gdc.dsl.source import Source

CELL_OF = {"real": "real_cells", "complex": "complex_cells"}
COUNTS = tuple(f"count_{k}" for k in range(MOST_LOOPS))
KINDS = {"int": 1, "real": 2, "bool": 3}


@dataclass(frozen=True, slots=True)
class Region:
    """Statements for a kernel: arrays that are expressions have names, and `arguments` says what a launch passes."""

    body: Body
    names: tuple[str, ...]
    arguments: tuple[str, ...]


class Kernels(Scalars):
    """The printer of kernels and of their launches."""

    def __init__(self, program: Program, source: Source | None = None) -> None:
        super().__init__(program, source)
        self.reads = read_counts(program)
        self.defined = {p.name for p in program.parameters}     # what surely has a value on the host
        self.starts: dict[str, Element] = {}    # what only a kernel may give a value: it has one from the start
        self.kernels: list[Piece] = []
        self.number = 0
        self.fails = False
        self.leave = "return"                   # how a failed check leaves a kernel
        self.place = "0"                        # what a failed check says of its thread

    # -- statements inside

    def inside(self, body: Body, depth: int, leave: str = "return", place: str = "place") -> list[Piece]:
        """The text of statements in a kernel."""
        self.leave, self.place = leave, place
        with self.on_device():
            return list(self.body(body, depth)) if body else [("    " * depth + "pass\n", ())]

    def loop(self, statement: imp.Loop, depth: int) -> Iterator[Piece]:
        """In a kernel, a loop of one thread."""
        if not self.device:
            yield from super().loop(statement, depth)
            return
        head = f"for {self.name(statement.var)} in range({self.range(statement)})"
        yield from self.left_on_failure(statement, head, depth)

    def forever(self, statement: imp.Forever, depth: int) -> Iterator[Piece]:
        """In a kernel, a loop of one thread without an end of its own."""
        if not self.device:
            yield from super().forever(statement, depth)
            return
        yield from self.left_on_failure(statement, "while True", depth)

    def left_on_failure(self, statement: imp.Loop | imp.Forever, head: str, depth: int) -> Iterator[Piece]:
        """A loop; where a failed check may not return, since other threads wait, each loop round it is left."""
        pad, origins = "    " * depth, statement.origins
        yield f"{pad}{head}:\n", origins
        yield from self.body(statement.body, depth + 1)
        if self.leave == "break" and has(statement.body, imp.Check):
            yield f"{pad}if not works:\n{pad}    break\n", origins

    def check(self, statement: imp.Check, depth: int) -> Iterator[Piece]:
        """A failed check in a kernel fills a slot of `status`, unless a lower place has failed, and ends the thread."""
        if not self.device:
            yield from super().check(statement, depth)
            return
        pad, origins = "    " * depth, statement.origins
        scalars = [v for v in statement.values if v.rank == 0 and v.element.kind in KINDS][:MOST_VALUES]
        kinds = sum(KINDS[v.element.kind] << 2 * k for k, v in enumerate(scalars))
        yield f"{pad}if not {self.text(statement.ok, NOT)}:\n", origins
        yield f"{pad}    if cuda.atomic.min(status, (0, 0), {self.place}) > {self.place}:\n", origins
        inner = pad + "        "
        yield f"{inner}slot = 1 + cuda.atomic.add(status, (0, 1), 1)%64\n", origins
        for k, what in enumerate((self.place, statement.site, kinds)):
            yield f"{inner}status[slot, {k}] = {what}\n", origins
        for k, value in enumerate(scalars):
            text = self.text(value)
            text = f"1 if {self.text(value, IF + 1)} else 0" if value.element.kind == "bool" else text
            cell = f"numbers[slot, {k}]" if value.element.kind == "real" else f"status[slot, {k + 3}]"
            yield f"{inner}{cell} = {text}\n", origins
        if self.leave == "break":
            yield f"{pad}    works = False\n", origins
        yield f"{pad}    {self.leave}\n", origins

    # -- launches

    def later(self, body: Body) -> set[str]:
        """The names that are read outside some statements."""
        inside = read_counts(Program((), body, ()))
        return {name for name, count in self.reads.items() if count > inside[name]}

    def kept(self, body: Body) -> set[str]:
        """The scalars set here that live on after it."""
        names = set_in(body)
        return (names - locals_of(body)) | (names & self.later(body))

    def region(self, body: Body, extra: Sequence[Expr] = (), carried: Iterable[str] = ()) -> Region:
        """Names the arrays that are expressions, and finds what a launch has to pass.

        `extra` are further values that the kernel reads; `carried` names come in although statements set them.
        """
        arrays: dict[Expr, str] = {}

        def named(value: Expr) -> Expr | None:
            if value.rank and value.op != "name":
                arrays.setdefault(value, f"array_{len(arrays) + 1}")
                self.names[arrays[value]] = arrays[value]
                return imp.var(arrays[value], value.element, value.rank)
            return None

        whole = tuple(imp.Check(e, 0) for e in extra) + body
        whole = tuple(map_statement(s, named, {}) for s in whole)
        own = (bound_in(whole) | set(arrays.values())) - set(carried)
        read = [n for s in imp.statements(whole) for v in imp.expressions(s) for n in reversed(list(names_in(v)))]
        names = {n: self.name(n) for n in (*read, *carried) if n not in own}
        names.update((name, self.text(value)) for value, name in arrays.items())
        return Region(whole[len(extra):], tuple(names), tuple(names.values()))

    def status_names(self, body: Body) -> list[str]:
        """Further parameters of a kernel with checks."""
        if not has(body, imp.Check):
            return []
        self.fails = self.stops = True
        self.used |= {"new_status", "stop_if_failed"}
        return ["status", "numbers"]

    def kernel(self, name: str, parameters: Iterable[str], lines: Iterable[Piece], origins: Origin,
               registers: int | None = None) -> None:
        """Adds a kernel to the text; `registers` are the most that a thread may have."""
        parameters, stay = list(parameters), {self.name(n) for n in self.resident}
        taken = "".join(f"    {p} = {p}_cell[0]\n" for p in parameters if p in stay)
        parameters = [f"{p}_cell" if p in stay else p for p in parameters]
        limit = f"(max_registers={registers})" if registers else ""
        self.kernels.append((f"\n\n@cuda.jit{limit}\ndef {name}({', '.join(parameters)}):\n{taken}", origins))
        self.kernels.extend(lines)

    def count(self, loop: imp.Loop) -> str:
        """How many rounds a loop has, on the host."""
        if imp.constant(loop.start) == 0 and imp.constant(loop.step) == 1:
            return self.index(loop.stop, TIMES) if self.is_count(loop.stop) else f"max(0, {self.index(loop.stop)})"
        return f"len(range({self.range(loop)}))"

    def unpacked(self, loops: list[imp.Loop], pad: str, counts: Sequence[str] = COUNTS) -> str:
        """The lines that find the loops' indices from `place`; `counts` are the names of how many rounds they have."""
        lines = []
        for k, loop in enumerate(loops):
            below = counts[k + 1 : len(loops)]
            text = "place" if not below else f"place//{below[0]}" if len(below) == 1 else f"place//({'*'.join(below)})"
            text += f"%{counts[k]}" if k else ""
            step, start = imp.constant(loop.step), imp.constant(loop.start)
            if step != 1:
                text = f"({text})*{self.in_kernel(loop.step)}"
            if start != 0:
                text = f"{self.in_kernel(loop.start)} + {text}"
            lines.append(f"{pad}{self.name(loop.var)} = {text}\n")
        return "".join(lines)

    def grid_kernel(self, statement: imp.Loop, depth: int) -> Iterator[Piece]:
        """One thread for each place of the leading parallel loops."""
        loops, body = chain(statement, ("parallel",))
        region = self.region(body, [e for loop in loops for e in (loop.start, loop.step)])
        own = {loop.var for loop in loops}
        arguments = [a for n, a in zip(region.names, region.arguments, strict=True) if n not in own]
        parameters = [self.name(n) for n in region.names if n not in own]
        status = self.status_names(body)
        counts = [self.count(loop) for loop in loops]
        self.number += 1
        name, pad, origins = f"nest_{self.number}", "    " * depth, statement.origins
        plain = len(loops) == 1 and imp.constant(loops[0].start) == 0 and imp.constant(loops[0].step) == 1
        place = self.name(loops[0].var) if plain else "place"
        sizes = [f"count_{k}" for k in range(len(loops))]
        head = f"    {place} = cuda.grid(1)\n    if {place} >= {'*'.join(sizes)}:\n        return\n"
        head += "" if plain else self.unpacked(loops, "    ")
        inner = self.inside(region.body, 1, "return", place)
        self.kernel(name, [*parameters, *status, *sizes], [(head, origins), *inner], origins)
        self.used.add("launch")
        total = "*".join(counts)
        yield f"{pad}launch({', '.join([name, total, *arguments, *status, *counts])})\n", origins
        yield from self.tested(status, pad, origins)

    def tested(self, status: list[str], pad: str, origins: Origin) -> Iterator[Piece]:
        """The host looks for failed checks."""
        if status:
            yield f"{pad}stop_if_failed(status, numbers)\n", origins

    def serial_kernel(self, body: Body, depth: int) -> Iterator[Piece]:
        """One thread. Scalars that live on come back in small arrays, or stay in theirs on the device."""
        every = self.kept(body) | (set_in(body) & self.resident)
        kept, stay = sorted(every - self.resident), sorted(every & self.resident)
        elements = {s.name: s.value.element for s in imp.statements(body) if isinstance(s, imp.Let)}
        carried = [n for n in kept if n not in bound_first(body)]
        self.starts.update((n, elements[n]) for n in carried if n not in self.defined)
        carried += [n for n in stay if n not in bound_first(body)]
        region, status = self.region(body, (), carried), self.status_names(body)
        filled = [self.name(n) for n in stay if n not in region.names]
        self.number += 1
        name, pad = f"serial_{self.number}", "    " * depth
        origins = tuple(dict.fromkeys(o for s in body for o in s.origins))
        lines = self.inside(region.body, 1, "return", "0")
        cells: dict[str, list[str]] = {"real_cells": [], "whole_cells": [], "complex_cells": []}
        for n in kept:
            cells[CELL_OF.get(elements[n].kind, "whole_cells")].append(n)
        used = [cell for cell, names in cells.items() if names]
        lines += [(f"    {self.name(n)}_cell[0] = {self.name(n)}\n", origins) for n in stay]
        for cell in used:
            lines += [(f"    {cell}[{k}] = {self.name(n)}\n", origins) for k, n in enumerate(cells[cell])]
            kind = {"whole_cells": ", np.int64", "complex_cells": ", np.complex128"}.get(cell, "")
            yield f"{pad}{cell} = xp.empty({len(cells[cell])}{kind})\n", origins
        parameters = [*map(self.name, region.names), *(f"{n}_cell" for n in filled), *used, *status]
        self.kernel(name, parameters, lines, origins)
        yield f"{pad}{name}[1, 1]({', '.join([*region.arguments, *filled, *used, *status])})\n", origins
        yield from self.tested(status, pad, origins)
        for cell in used:
            self.used.add("host")
            yield f"{pad}{cell} = host({cell})\n", origins
            for k, n in enumerate(cells[cell]):
                yield f"{pad}{self.name(n)} = {self.fetched(n, elements[n], f'{cell}[{k}]')}\n", origins
        self.defined |= set(kept)
