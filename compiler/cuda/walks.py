"""Walks on the host: a launch for the blocks of rows, one for each box of totals, one for the scalars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from gdc.compiler import imp
from gdc.compiler.cuda.phases import ROWS, Phase, phases_of
from gdc.compiler.cuda.products import Products
from gdc.compiler.cuda.rounds import matrices
from gdc.compiler.cuda.sums import Sums
from gdc.compiler.cuda.walk_text import BARRIER, Total, WalkText
from gdc.compiler.emit import Piece
from gdc.compiler.imp import Expr
from gdc.compiler.text import TIMES
from gdc.compiler.totals import find_totals
from gdc.compiler.types import Element

REGISTERS = 128             # of a thread, so that a block of 512 threads fits on a processor


class Walks(Sums, Products):
    """The printer of walks."""

    def walk(self, statement: imp.Walk, depth: int) -> Iterator[Piece]:
        """The kernels and their launches; in another kernel, a loop."""
        (nest,) = statement.body
        if self.device or not isinstance(nest, imp.Loop):
            yield from super().walk(statement, depth)
            return
        pad, origins = "    "*depth, statement.origins
        self.number += 1
        region = self.region(nest.body)
        inside = replace(nest, body=region.body)
        found = find_totals(inside)
        phases = phases_of(inside, found, self.roots) if found is not None else None
        assert found is not None and phases is not None
        kernel = WalkText(self, inside, phases, found)
        own = {inside.var, *found.scalars, *found.arrays}
        passed = {n: a for n, a in zip(region.names, region.arguments, strict=True) if n not in own}
        places = [(name, "*".join(map(self.count, loops))) for name, loops in kernel.places]
        self.kernel(f"walk_{self.number}", ["count", "share", "rows", "row_step", "lane_step", *kernel.parts,
                    *map(self.name, passed), *(name for name, _ in places)], kernel.text(), origins, REGISTERS)
        self.used.add("walk")
        width, matrix = self.row_of(inside, phases, passed)
        sizes = dict(places)
        shapes = [f"(({sizes[f'places_{total.box}']},), {self.kind_of(total.element)})" for total in kernel.totals]
        shapes += [f"((), {self.kind_of(state.element)})" for state in kernel.states]
        words = [f"walk_{self.number}", self.count(nest), width, matrix, tuple_of(shapes)]
        left = f"{listed(kernel.parts)} = " if kernel.parts else ""
        yield f"{pad}{left}walk({', '.join([*words, *passed.values(), *sizes.values()])})\n", origins
        for box in range(1, len(kernel.boxes) + 1):
            yield from self.joined_box(kernel, box, sizes, pad)
        yield from self.joined_states(kernel, pad, origins)

    def row_of(self, nest: imp.Loop, phases: tuple[Phase, ...], passed: dict[str, str]) -> tuple[str, str]:
        """The length of the longest row that phases pass over, and the matrix that they pass over most often."""
        rows, arrays = matrices(nest), dict[str, Expr]()
        times: Counter[str] = Counter()
        for phase in phases:
            if phase.kind != ROWS:
                used = {str(e.get("name")): e for s in imp.statements(phase.body) for v in imp.expressions(s)
                        for e in imp.subexpressions(v) if e.op == "name" and e.get("name") in rows}
                arrays |= used
                times.update(sorted(used))
        lengths = dict.fromkeys("*".join(self.index(imp.extent(array, axis), TIMES) for axis in range(1, array.rank))
                                for _, array in sorted(arrays.items()))
        width = next(iter(lengths), "1") if len(lengths) < 2 else f"max({', '.join(lengths)})"
        return width, passed[times.most_common(1)[0][0]] if times else "None"

    def kind_of(self, element: Element) -> str:
        """What partial states are kept as."""
        return "np.int64" if element.kind == "bool" else f"np.{element.numpy}"

    def joined_box(self, kernel: WalkText, box: int, sizes: dict[str, str], pad: str) -> Iterator[Piece]:
        """The kernel that joins what blocks have added to the arrays of a phase of columns."""
        totals, loops = [t for t in kernel.totals if t.box == box], list(kernel.boxes[box - 1].loops)
        origins = kernel.boxes[box - 1].origins
        name, parts = f"join_{self.number}_{box}", [f"part_{t.number}" for t in totals]
        stores = tuple(imp.Store(t.store.array, t.store.index, imp.var(t.at(0).name, t.element), t.store.combine,
                                 origins) for t in totals)
        region = self.region(stores, [e for loop in loops for e in (loop.start, loop.step)])
        own = {loop.var for loop in loops} | {t.at(0).name for t in totals}
        passed = {n: a for n, a in zip(region.names, region.arguments, strict=True) if n not in own}
        inner = [f"places_{box}_{k}" for k in range(1, len(loops))]
        text = JoinText(self, totals)
        self.kernel(name, ["count", "wide", "blocks", *parts, *map(self.name, passed), *inner],
                    [*text.lines(), (self.unpacked(loops, "        ", ["", *inner]), origins),
                     *self.inside(region.body, 2)], origins)
        self.used.add("join_totals")
        words = [name, sizes[f"places_{box}"], tuple_of(parts), *passed.values(), *(sizes[n] for n in inner)]
        yield f"{pad}join_totals({', '.join(words)})\n", origins

    def joined_states(self, kernel: WalkText, pad: str, origins: imp.Origin) -> Iterator[Piece]:
        """The kernel that joins the scalars of blocks, and the host's own scalars joined with them."""
        states, parts = kernel.states, kernel.parts[len(kernel.totals) :]
        if not states:
            return
        stay = self.join_kernel(f"join_{self.number}", states, parts, origins)
        if stay:
            yield f"{pad}join_{self.number}[1, 256](len({parts[0]}), {', '.join([*parts, *stay])})\n", origins
            return
        self.used.add("join_states")
        yield f"{pad}{listed(parts)} = join_states(join_{self.number}, {', '.join(parts)})\n", origins
        yield from self.taken(states, parts, pad, origins)


def listed(words: list[str]) -> str:
    """Words as the items of a tuple."""
    return ", ".join(words) + ("," if len(words) == 1 else "")


def tuple_of(words: list[str]) -> str:
    return f"({listed(words)})"


class JoinText:
    """The kernel that joins partial totals: a thread for a place and every so many blocks, and a tree."""

    def __init__(self, printer: Sums, totals: list[Total]) -> None:
        self.printer, self.totals = printer, totals

    def lines(self) -> Iterator[Piece]:
        """All but the last lines, which take a place apart and add to the program's arrays."""
        kinds = list(dict.fromkeys(t.element.numpy for t in self.totals))
        for k, kind in enumerate(kinds, start=1):
            yield f'    shared_{k} = cuda.shared.array(256, "{kind}")\n', ()
        yield "    thread = cuda.threadIdx.x\n    place = wide*cuda.blockIdx.x + thread%wide\n", ()
        for total in self.totals:
            state = total.at(0)
            name, shared = self.printer.name(state.name), f"shared_{kinds.index(total.element.numpy) + 1}"
            yield f"    {name} = {self.printer.identity(state.op, state.element)}\n    if place < count:\n", ()
            yield "        for block in range(thread//wide, blocks, cuda.blockDim.x//wide):\n", ()
            yield from self.joined(total, f"part_{total.number}[block, place]", "            ")
            yield f"    {shared}[thread] = {name}\n    {BARRIER}\n    half = cuda.blockDim.x//2\n", ()
            yield "    while half >= wide:\n        if thread < half:\n", ()
            yield from self.joined(total, f"{shared}[thread + half]", "            ")
            yield f"            {shared}[thread] = {name}\n        {BARRIER}\n        half = half//2\n", ()
        yield "    if thread < wide and place < count:\n", ()

    def joined(self, total: Total, other: str, pad: str) -> Iterator[Piece]:
        yield "".join(self.printer.joined((total.at(0),), [other], pad)), total.store.origins
