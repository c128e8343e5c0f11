"""Of an array whose inside is computed anew, only the margin is copied, and the old array stays as it is.

    v = copy of u;  for i: v[i + 1] = t[i]       ->  v = new array;  for i: v[i + 1] = t[i];  v's margin = u's
    for i: t[i] = f(u);  for i: u[i + 1] = t[i]  ->  …; v = new array; for i: v[i + 1] = t[i];  v's margin = u's;  u = v

So a step of a stencil writes each entry once: no nest writes what another reads, and `fuse` makes one of them,
without t, and `buffers` lets two arrays take turns from one round to the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gdc.compiler import imp
from gdc.compiler.dims import Dim
from gdc.compiler.imp import Alloc, Body, Branch, Expr, Let, Loop, Program, Statement, Store
from gdc.compiler.imp_tools import alias_classes, name_of, names_in, numbered_name, reads, writes
from gdc.compiler.record import Record, Step
from gdc.compiler.types import INT
from gdc.compiler.walks import Shapes

NAME = "margins"
SWITCHES = (NAME,)
WIDEST = 8      # rows or columns of a margin on one side


def run(program: Program, record: Record) -> Program:
    """The program with margins in the place of copies."""
    return _Margins(program, record).run() if record.allows(NAME) else program


@dataclass(frozen=True)
class Inside:
    """A nest that fills an array but for so many entries before and behind on each axis."""

    nest: Loop
    store: Store
    before: tuple[int, ...]
    behind: tuple[int, ...]

    @property
    def array(self) -> str:
        return name_of(self.store.array)


class _Margins:
    def __init__(self, program: Program, record: Record) -> None:
        self.program, self.record = program, record
        self.root = alias_classes(program)
        self.sizes = Shapes(known_shapes(program))
        self.parameters = {p.name for p in program.parameters}
        numbers = {s.name for s in program.body if isinstance(s, Let) and not s.value.rank}
        self.counts = {shape[0]: imp.var(name, INT) for name, shape in program.shapes.items() if name in numbers}
        self.names = {*self.parameters, *(n for s in imp.statements(program.body) for n in writes(s) | reads(s))}

    def run(self) -> Program:
        body = self.body(self.program.body, False)
        return replace(self.program, body=body, shapes=self.sizes.known)

    def body(self, body: Body, in_rounds: bool) -> Body:
        done: list[Statement] = []
        for statement in body:
            if isinstance(statement, (Loop, imp.Forever)):
                statement = replace(statement, body=self.body(statement.body, statement.mode == "rounds"))
            elif isinstance(statement, Branch):
                statement = replace(statement, then=self.body(statement.then, False),
                                    orelse=self.body(statement.orelse, False))
            inside = self.inside(statement) if isinstance(statement, Loop) else None
            if inside is None or not (self.copied(done, inside) or in_rounds and self.in_place(done, inside, body)):
                done.append(statement)
        return tuple(done)

    def inside(self, nest: Loop) -> Inside | None:
        """What a nest fills, where that is all of an array but a narrow margin."""
        loops: list[Loop] = []
        store: Statement | None = nest
        while isinstance(store, Loop):
            loops.append(store)
            store = store.body[0] if len(store.body) == 1 else None
        if not isinstance(store, Store) or store.combine or len(store.index) != len(loops):
            return None
        shape = self.sizes.of(store.array)
        if shape is None or any(imp.constant(loop.start) != 0 or imp.constant(loop.step) != 1 for loop in loops):
            return None
        before = [shift(place, loop.var) for place, loop in zip(store.index, loops, strict=True)]
        behind = [self.rest(size, loop.stop, first) for size, loop, first in zip(shape, loops, before, strict=True)]
        if any(k is None or not 0 <= k <= WIDEST for k in (*before, *behind)):
            return None
        if self.root(name_of(store.array)) in {self.root(n) for n in names_in(store.value)}:
            return None
        return Inside(nest, store, tuple(k or 0 for k in before), tuple(k or 0 for k in behind))

    def rest(self, size: Dim, stop: Expr, first: int | None) -> int | None:
        """How much of an axis lies behind what a loop fills."""
        count = self.sizes.size(stop)
        left = size - count - first if count is not None and first is not None else None
        return int(left.constant) if left is not None and left.is_constant else None

    def copied(self, done: list[Statement], inside: Inside) -> bool:
        """A copy that the nest overwrites: the copy is left out."""
        place = next((k for k in range(len(done) - 1, -1, -1) if inside.array in writes(done[k]) | reads(done[k])), -1)
        made = done[place] if place >= 0 else None
        if not isinstance(made, Let) or made.name != inside.array or made.value.op != "copy":
            return False
        (old,) = made.value.args
        between = done[place + 1 :]
        if not name_of(old) or any(self.root(name_of(old)) == self.root(n) for s in between for n in writes(s)):
            return False
        new = inside.store.array
        sizes = self.shape(old)
        done[place] = Alloc(made.name, new.element, sizes, None, made.origins)
        done += [inside.nest, *margin(new, old, sizes, inside)]
        self.tell(inside)
        return True

    def in_place(self, done: list[Statement], inside: Inside, body: Body) -> bool:
        """An array whose inside another array, computed from it in this round, replaces: a new one takes its name."""
        alike = [n for n in self.names if self.root(n) == self.root(inside.array)]
        sources = {n for n in names_in(inside.store.value) if any(isinstance(s, Alloc) and s.name == n for s in
                                                                  imp.statements(self.program.body))}
        computed = any(sources & writes(s) and inside.array in reads(s) for s in done if isinstance(s, Loop))
        if inside.array in self.parameters or len(alike) != 1 or not computed:
            return False
        old = inside.store.array
        new = imp.var(numbered_name(f"{inside.array}_new", self.names), old.element, old.rank)
        self.sizes.known[name_of(new)] = self.sizes.known[inside.array]
        sizes = self.shape(old)
        done += [Alloc(name_of(new), old.element, sizes, None, inside.nest.origins), into(inside.nest, new),
                 *margin(new, old, sizes, inside), Let(inside.array, new, inside.nest.origins)]
        self.tell(inside)
        return True

    def shape(self, array: Expr) -> tuple[Expr, ...]:
        """An array's sizes, which do not name the array where names of sizes say them."""
        known = self.sizes.of(array) or ()
        return tuple(imp.integer(int(size.constant)) if size.is_constant else self.counts.get(
            size, imp.extent(array, axis)) for axis, size in enumerate(known))

    def tell(self, inside: Inside) -> None:
        self.record.add(Step(NAME, NAME, f"all of {inside.array} is copied", "only its margin is",
                             "a nest fills the rest, and what it is computed from stays where it was",
                             inside.nest.origins))


def known_shapes(program: Program) -> dict[str, tuple[Dim, ...]]:
    """The sizes of names, also of those that are only ever bound to copies of others, or to others themselves."""
    known = Shapes(dict(program.shapes))
    groups: dict[str, set[str]] = {}
    shapes: dict[str, set[tuple[Dim, ...] | None]] = {}     # of each name, by its bindings; None: not known
    for p in program.parameters:
        shapes.setdefault(p.name, set()).add(program.shapes.get(p.name) or None)
    for s in imp.statements(program.body):
        source = s.value.args[0] if isinstance(s, Let) and s.value.op == "copy" else getattr(s, "value", None)
        if isinstance(s, Let) and s.value.rank and source is not None and name_of(source):
            joined = groups.get(s.name, {s.name}) | groups.get(name_of(source), {name_of(source)})
            groups.update(dict.fromkeys(joined, joined))
        elif isinstance(s, (Let, imp.Guarded)) and s.value.rank:
            shapes.setdefault(s.name, set()).add(known.of(s.value))
        elif isinstance(s, Alloc):
            shapes.setdefault(s.name, set()).add(program.shapes.get(s.name) or None)
    for name, alike in groups.items():
        found = {shape for other in alike for shape in shapes.get(other, ())}
        if len(found) == 1 and (shape := found.pop()) is not None:
            known.known.setdefault(name, shape)
    return known.known


def shift(place: Expr, variable: str) -> int | None:
    """k of `variable + k`."""
    if name_of(place) == variable:
        return 0
    if place.op == "add":
        numbers = [imp.constant(a) for a in place.args if name_of(a) != variable]
        return numbers[0] if len(numbers) == 1 else None
    return None


def into(nest: Statement, new: Expr) -> Statement:
    """The nest, which stores into another array."""
    if isinstance(nest, Loop):
        return replace(nest, body=tuple(into(s, new) for s in nest.body))
    assert isinstance(nest, Store)
    return replace(nest, array=new)


def margin(new: Expr, old: Expr, sizes: tuple[Expr, ...], inside: Inside) -> Iterator[Loop]:
    """Nests that copy what lies around the inside: along each axis what is before and behind, of the inside of those
    before it. Where an array is smaller than its margin, before and behind meet, and both copy the same."""
    ranges = [(imp.integer(0), size) for size in sizes]
    for axis, size in enumerate(sizes):
        first = Expr("minimum", (imp.integer(inside.before[axis]), size), INT)
        last = Expr("maximum", (imp.sub(size, imp.integer(inside.behind[axis])), imp.integer(0)), INT)
        for amount, part in ((inside.before[axis], (imp.integer(0), first)), (inside.behind[axis], (last, size))):
            if amount:
                yield copying(new, old, [*ranges[:axis], part, *ranges[axis + 1 :]], inside.nest)
        ranges[axis] = (first, last)


def copying(new: Expr, old: Expr, ranges: list[tuple[Expr, Expr]], nest: Loop) -> Loop:
    """A nest that copies a box."""
    names = [f"{name_of(new)}_at{axis}" for axis in range(len(ranges))]
    index = tuple(imp.add(start, imp.var(name, INT)) for name, (start, _) in zip(names, ranges, strict=True))
    inner: Statement = Store(new, index, imp.load(old, *index), "", nest.origins)
    for name, (start, stop) in zip(reversed(names), reversed(ranges), strict=True):
        inner = Loop(name, imp.integer(0), imp.sub(stop, start), imp.integer(1), (inner,), "serial", nest.origins)
    assert isinstance(inner, Loop)
    return inner
