"""Sums, minima, first places: loops over scalar states as partial states, a tree in each block, and a last kernel."""

from __future__ import annotations

from collections.abc import Iterator

from gdc.compiler import imp
from gdc.compiler.cuda.kernels import Kernels
from gdc.compiler.cuda.nests import chain
from gdc.compiler.cuda.states import State, identity, states_of
from gdc.compiler.emit import Piece
from gdc.compiler.imp import Origin
from gdc.compiler.text import Code
from gdc.compiler.types import INT, Element

LANE = "cuda.threadIdx.x"


class Sums(Kernels):
    """The printer of sums."""

    def sum_kernel(self, statement: imp.Loop, depth: int) -> Iterator[Piece]:
        """Partial states, a tree inside each block, and a second kernel for the partial states."""
        states = states_of(statement, self.later((statement,)))
        assert states is not None
        loops, body = chain(statement, ("parallel", "serial"))
        region = self.region(body, [e for loop in loops for e in (loop.start, loop.step)])
        own = {loop.var for loop in loops} | {n for s in states for n in (s.name, s.place)}
        passed = [(n, a) for n, a in zip(region.names, region.arguments, strict=True) if n not in own]
        status = self.status_names(body)
        counts = [self.count(loop) for loop in loops]
        sizes = [f"count_{k}" for k in range(1, len(loops))]
        self.number += 1
        name, join, pad, origins = f"sum_{self.number}", f"join_{self.number}", "    " * depth, statement.origins
        fields = self.fields(states)
        parts = [f"part_{k + 1}" for k in range(len(fields))]
        inner: list[Piece] = [("    works = True\n", ())] if status else []
        inner += [(f"    last = PART*(cuda.blockIdx.x + 1)\n    for place in range(last - PART + {LANE}, "
                   "last if last < count else count, cuda.blockDim.x):\n", origins),
                  (self.unpacked(loops, "        "), origins), *self.inside(region.body, 2, "break")]
        arguments = [self.name(n) for n, _ in passed] + status + sizes
        self.reduction(name, ["count", *parts, *arguments], states, parts, "cuda.blockIdx.x", inner, origins)
        stay = self.join_kernel(join, states, parts, origins)
        helper = "summed" if stay else "reduced"
        self.used.add(helper)
        kinds = ", ".join(f"np.{'int64' if e.kind == 'bool' else e.numpy}" for _, e, _ in fields)
        kinds = f"({kinds}{',' if len(fields) == 1 else ''})"
        kinds = f"({', '.join(stay)},)" if stay else kinds
        call = ", ".join([name, join, "*".join(counts), kinds, *(a for _, a in passed), *status, *counts[1:]])
        targets = ", ".join(parts) + ("," if len(parts) == 1 else "")
        yield f"{pad}{'' if stay else targets + ' = '}{helper}({call})\n", origins
        yield from self.tested(status, pad, origins)
        if not stay:
            yield from self.taken(states, parts, pad, origins)

    def join_kernel(self, name: str, states: tuple[State, ...], parts: list[str], origins: Origin) -> list[str]:
        """The kernel of one block that joins the states of many; those that stay on the device, which it joins too."""
        stay = [self.name(s.name) for s in states if s.name in self.resident]
        wholes = [f"whole_{k + 1}" for k in range(len(parts))]
        inner: list[Piece] = [(f"    for place in range({LANE}, count, cuda.blockDim.x):\n", origins)]
        inner += [(line, origins) for line in self.joined(states, [f"{p}[place]" for p in parts], "        ")]
        self.reduction(name, ["count", *parts, *wholes], states, wholes, "0", inner, origins, bool(stay))
        return stay

    def fields(self, states: tuple[State, ...]) -> list[tuple[str, Element, str]]:
        """The scalars of the states: name, element, and the op whose identity they start with."""
        found = []
        for s in states:
            found.append((s.name, s.element, s.op))
            if s.place:
                found.append((s.place, INT, "place"))
        return found

    def reduction(self, name: str, parameters: list[str], states: tuple[State, ...], out: list[str], at: str,
                  inner: list[Piece], origins: Origin, adds: bool = False) -> None:
        """A kernel whose blocks each leave one state, or join it to the one that is there."""
        fields = self.fields(states)
        head, shared = [], [f"shared_{k + 1}" for k in range(len(fields))]
        for (field, element, op), array in zip(fields, shared, strict=True):
            kind = "int64" if element.kind == "bool" else element.numpy
            head.append(f'    {array} = cuda.shared.array(256, "{kind}")\n')
            head.append(f"    {self.name(field)} = {self.identity(op, element)}\n")
        head.append("    thread = cuda.threadIdx.x\n")
        store = [f"    {a}[thread] = {self.name(f)}\n" for (f, _, _), a in zip(fields, shared, strict=True)]
        tree = ["    cuda.syncthreads()\n    half = cuda.blockDim.x//2\n"]
        tree += ["    while half > 0:\n        if thread < half:\n"]
        tree += self.joined(states, [f"{a}[thread + half]" for a in shared], "            ")
        tree += [f"            {a}[thread] = {self.name(f)}\n" for (f, _, _), a in zip(fields, shared, strict=True)]
        tree += ["        cuda.syncthreads()\n        half = half//2\n    if thread == 0:\n"]
        tree += self.joined(states, [f"{o}[{at}]" for o in out], "        ") if adds else []
        tree += [f"        {o}[{at}] = {self.name(f)}\n" for (f, _, _), o in zip(fields, out, strict=True)]
        self.kernel(name, parameters, [("".join(head), origins), *inner, ("".join(store + tree), origins)], origins)

    def identity(self, op: str, element: Element) -> str:
        """The state that changes no other."""
        if op == "place":
            return "-1"
        return self.literal_number(identity(op, element), element).text

    def joined(self, states: tuple[State, ...], others: list[str], pad: str) -> list[str]:
        """The lines of a kernel that join other states to its own."""
        lines, rest = [], iter(others)
        for s in states:
            mine, other = self.name(s.name), next(rest)
            if s.place:
                place, better = next(rest), {"lt": "less_first", "gt": "greater_first"}[s.op]
                self.used.add(better)
                at = self.name(s.place)
                lines.append(f"{pad}if {better}({mine}, {at}, {other}, {place}):\n")
                lines.append(f"{pad}    {mine} = {other}\n{pad}    {at} = {place}\n")
                continue
            other = f"({other} != 0)" if s.element.kind == "bool" else other
            lines.append(f"{pad}{mine} = {self.row(s.op, s.element, (Code(mine), Code(other))).text}\n")
        return lines

    def taken(self, states: tuple[State, ...], parts: list[str], pad: str, origins: Origin) -> Iterator[Piece]:
        """The host's own states, joined with what the kernels found."""
        rest = iter(parts)
        for s in states:
            mine, other = self.name(s.name), next(rest)
            if s.place:
                at, place, sign = self.name(s.place), next(rest), "<" if s.op == "lt" else ">"
                better = f"{at} < 0 or {other} {sign} {mine} or ({other} != {other} and {mine} == {mine})"
                yield f"{pad}if {place} >= 0 and ({better}):\n{pad}    {mine}, {at} = {other}, {place}\n", origins
            elif s.op in ("and", "or"):
                yield f"{pad}{mine} = np.bool_({mine} {s.op} {other})\n", origins
            elif s.op in ("minimum", "maximum"):
                other = f"np.bool_({other})" if s.element.kind == "bool" else other
                yield f"{pad}{mine} = np.{s.op}({mine}, {other})\n", origins
            else:
                yield f"{pad}{mine} = {mine} {'+' if s.op == 'add' else '*'} {other}\n", origins
