"""Formulas over large arrays are evaluated strip by strip, on so many rows at a time as stay in cache.

    d = log(s/k)/v                      d = new array of n
    p = s*erf(d) - k*erf(d - v)         for each strip of rows of s, k, v, p:
                                            d = log(s/k)/v
                                            p[:] = s*erf(d) - k*erf(d - v)

NumPy evaluates a formula one operator after the other, each on whole arrays: what one leaves in memory the next reads
again. On strips all of that stays in cache, arrays that only other formulas read (here d) are never whole, and what a
product or a gather has just made is overwritten by the formula that uses it up. Strips are fixed by sizes; entries are
the same bits as of whole arrays, and totals are joined in the order of the strips. Threads share the strips of dear
formulas.

Whether it pays is asked of the sizes on entry (`Record.decide`): small arrays keep the plain formula.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from gdc.compiler import imp, imp_tools
from gdc.compiler.dims import ONE, Dim, FloorDiv, dim
from gdc.compiler.extents import Extents
from gdc.compiler.imp import Body, Expr, Let, Program, Statement
from gdc.compiler.imp_tools import name_of, names_in
from gdc.compiler.ops import OPS
from gdc.compiler.record import Record, Step
from gdc.compiler.strip_pieces import ROWS, Piece, Taking, changed, ends_in_sum

RULE = "strips"
SWITCHES = (RULE,)
LEAST_ENTRIES = 2**16       # of the largest array, below which the arrays stay in cache by themselves
DEAR = 30                   # flops of an entry from which threads gain more than they cost
# calls whose result is memory of its own
FRESH = frozenset({"matmul", "einsum", "gather", "concat", "cumsum", "cumprod", "cummax", "cummin", "fft", "ifft",
                   "rfft", "irfft"})


def run(program: Program, record: Record) -> Program:
    """The program with its formulas in strips, where they are large enough."""
    return _Strips(program, record).run() if record.allows(RULE) else program


@dataclass(slots=True)
class _Group:
    """Formulas over the same rows, and the statements that go before them."""

    members: list[Piece] = field(default_factory=list)
    sources: set[int] = field(default_factory=set)      # the statements that members are parts of
    before: list[Statement] = field(default_factory=list)
    checks: list[imp.Check] = field(default_factory=list)       # of totals: they are made after the strips
    written: set[str] = field(default_factory=set)
    totals: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)        # what members read as a whole
    used: set[str] = field(default_factory=set)         # all that members read

    def takes(self, piece: Piece, source: int) -> bool:
        """Whether a formula joins: what others have made it reads row by row, and a total not at all."""
        if not piece.is_formula or (self.members and piece.rows != self.members[0].rows):
            return False
        if self.checks and raises(e for v in piece.expressions() for e in imp.subexpressions(v)):
            return False
        if self.members and (piece.into is not None or self.members[-1].into is not None):
            return False
        whole, read = piece.read_whole(), list(piece.marked())
        by_row = {name_of(e) for e in read if e.op == "name"}
        views = {n for e in read if e.op != "name" for n in names_in(e)}
        if (whole | views) & self.written or by_row & self.totals:
            return False
        if piece.name in self.totals or piece.total and piece.name in self.used | self.written:
            return False
        self.members.append(piece)
        self.sources.add(source)
        self.written.add(piece.name)
        self.totals |= {piece.name} if piece.total else set()
        self.whole |= whole
        self.used |= by_row | whole | views
        return True

    def passes(self, piece: Piece) -> bool:
        """Whether a statement may go before the formulas; a check of what they tell goes after them."""
        if isinstance(piece.statement, imp.Check) and name_of(piece.statement.ok) in self.totals:
            self.checks.append(piece.statement)
            return True
        if piece.is_formula or not isinstance(piece.statement, (Let, imp.Alloc)):
            return False
        if self.checks and not is_harmless(piece.statement):
            return False
        if imp_tools.reads(piece.statement) & self.written or piece.statement.name in self.used | self.written:
            return False
        self.before.append(piece.statement)
        return True


class _Strips:
    def __init__(self, program: Program, record: Record) -> None:
        self.program, self.record = program, record
        self.extents = Extents(dict(program.shapes))
        self.taken = {n for s in imp.statements(program.body) for n in imp_tools.written(s)}
        self.taken |= {p.name for p in program.parameters}
        self.reads: Counter[str] = imp_tools.read_counts(program)
        self.bound = Counter(n for s in imp.statements(program.body) for n in imp_tools.written(s)
                             if not isinstance(s, (imp.Store, imp.SetPart)))
        self.own: set[str] = set()                      # temporaries of this pass: bound once and read once
        self.taking = Taking(self.extents, self.fresh, imp_tools.alias_classes(program))

    def fresh(self) -> str:
        name = self.unused("t")
        self.own.add(name)
        return name

    def unused(self, base: str) -> str:
        """A name that begins like this one and is free."""
        return imp_tools.numbered_name(base, self.taken)

    def run(self) -> Program:
        self.note_sizes(self.program.body)
        named = [(self.unused("t"), k) for k, (_, value, flag) in enumerate(self.program.outputs)
                 if flag is None and value.op in OPS and OPS[value.op].kind == "REDUCE"]
        totals = {name: Let(name, self.program.outputs[k][1], self.program.places) for name, k in named}
        body = self.body((*self.program.body, *totals.values()))
        plain = {s.name: s.value for s in body if isinstance(s, Let) and totals.get(s.name) == s}
        outputs = list(self.program.outputs)
        for name, k in named:
            user, value, flag = outputs[k]
            outputs[k] = user, plain.get(name, imp.var(name, value.element, value.rank)), flag
        return replace(self.program, body=tuple(s for s in body if not (isinstance(s, Let) and s.name in plain)),
                       outputs=tuple(outputs))

    def note_sizes(self, body: Body) -> None:
        """Sizes of names that lowering did not note: a variable that a loop carries has those of its first value."""
        known, unsure = self.extents.known, set()
        for s in imp.statements(body):
            if isinstance(s, Let) and s.value.rank:
                shape = self.extents.of(s.value)
                if s.name not in known:
                    known[s.name] = shape or ()
                elif known[s.name] != shape and self.bound[s.name] > 1:
                    unsure.add(s.name)
        for name in unsure:
            known[name] = ()

    def body(self, body: Body) -> Body:
        """A body with its strips, and then those of bodies inside it."""
        return tuple(s if isinstance(s, imp.Strips) else imp_tools.map_parts(s, lambda e: e, self.body)
                     for s in self.gathered(list(body)))

    def gathered(self, body: list[Statement]) -> list[Statement]:
        """The statements with their strips. Those that have no part in any are not taken apart."""
        taken, known, own = set(self.taken), dict(self.extents.known), set(self.own)
        apart = self.grouped(body, range(len(body)))[1]
        if not apart:
            return body
        self.taken, self.extents.known, self.own = taken, known, own
        return self.grouped(body, apart)[0]

    def grouped(self, body: list[Statement], apart: Collection[int]) -> tuple[list[Statement], set[int]]:
        """The statements, some of them taken apart, and which of these have a part in strips."""
        done: list[Statement] = []
        strips: set[int] = set()
        group = _Group()
        self.taking.made.names.clear()
        for k, unit in enumerate(units(body)):
            for piece in self.pieces(unit) if k in apart else map(Piece, unit):
                if not (group.takes(piece, k) or group.passes(piece)):
                    done += self.written(group, strips)
                    group = _Group()
                    if not (group.takes(piece, k) or group.passes(piece)):
                        done.append(piece.statement)
            self.taking.made.pass_by(unit)
        return done + self.written(group, strips), strips

    def pieces(self, unit: tuple[Statement, ...]) -> Iterator[Piece]:
        """The pieces of a statement; formulas over small arrays are statements like others."""
        for piece in self.taking.apart(unit):
            if not piece.is_formula or self.is_large(piece):
                yield piece
            else:
                yield from map(Piece, piece.originals())

    def is_large(self, piece: Piece) -> bool:
        """Whether a formula's arrays leave the cache."""
        size = ONE
        for d in piece.shape:
            size = size * d
        why = (RULE, "formulas on strips of rows that stay in cache", "formulas on whole arrays: they are small")
        return self.record.decide(dim(LEAST_ENTRIES), size, False, why, piece.statement.origins)

    # -- one group

    def written(self, group: _Group, strips: set[int]) -> list[Statement]:
        """The statements of a group: strips where they pay, else the formulas as they were."""
        if group.members and self.pays(group.members):
            plan = _Plan(self, group)
            if plan.is_sized():
                strips |= group.sources
                return plan.statements()
        return [*group.before, *(s for p in group.members for s in p.originals()), *group.checks]

    def pays(self, members: list[Piece]) -> bool:
        """Whether there is anything to gain: two operators, or one whose result takes the place of what it reads."""
        takes_over = any(name_of(e) in self.own for p in members for e in p.marked())
        return sum(p.operators for p in members) >= (1 if takes_over else 2)


class _Plan:
    """One group being written as strips."""

    def __init__(self, owner: _Strips, group: _Group) -> None:
        self.owner, self.group, self.members = owner, group, group.members
        self.parts: dict[str, Expr] = {}
        self.views: dict[Expr, str] = {}                # which part an array is that is read row by row
        self.now: dict[str, str] = {}                   # which name of the body holds what a formula has bound
        self.made: list[Statement] = []
        self.after: list[Let] = []
        self.inside: Counter[str] = Counter(n for p in self.members for v in p.expressions() for n in names_in(v))
        self.pool = self.sized_arrays()

    # -- sizes

    def sized_arrays(self) -> list[Expr]:
        """The arrays that tell sizes: what the formulas read and none of them makes."""
        made = self.group.written.union(*(p.own_names() for p in self.members))
        found = [e.args[0] if e.op == ROWS else e for p in self.members for v in p.expressions()
                 for e in imp.subexpressions(v) if e.rank and e.op in (ROWS, "name")]
        arrays = [e for e in found if e.op != "name"]
        found += [e for a in arrays for e in imp.subexpressions(a) if e.op == "name" and e.rank]
        return [e for e in dict.fromkeys(found) if made.isdisjoint(names_in(e)) or e.op == "name" and self.is_set(e)]

    def is_set(self, array: Expr) -> bool:
        """Whether an array is there already, and a part of it is set."""
        return any(p.into is not None and p.name == name_of(array) for p in self.members)

    def size(self, size: Dim) -> Expr | None:
        """A size as an expression of the arrays at hand."""
        if size.is_constant:
            return imp.integer(size.constant)
        for simple in (True, False):
            for array in (a for a in self.pool if (a.op == "name") == simple):
                for axis, d in enumerate(self.owner.extents.of(array) or ()):
                    if d == size:
                        return imp.extent(array, axis)
            found = self.sum(size) if simple and size.atom is None else None
            if found is not None:
                return found
        return None

    def sum(self, size: Dim) -> Expr | None:
        """A size as a formula of other sizes."""
        total = imp.integer(0)
        for monomial, factor in size.terms:
            term = imp.integer(factor)
            for atom in monomial:
                part = None if isinstance(atom, FloorDiv) else self.size(Dim({(atom,): 1}))
                if part is None:
                    return None
                term = imp.mul(term, part)
            total = imp.add(total, term)
        return total

    def sizes(self, shape: tuple[Dim, ...]) -> tuple[Expr, ...]:
        return tuple(e for e in map(self.size, shape) if e is not None)

    def shape(self, piece: Piece) -> tuple[Dim, ...]:
        """The sizes of what a formula makes."""
        return self.owner.extents.of(plain(piece.result)) or ()

    def is_sized(self) -> bool:
        """Whether all sizes that are needed are at hand."""
        shapes = [largest(self.members), *map(self.shape, self.members)]
        return all(len(self.sizes(s)) == len(s) for s in shapes)

    # -- statements

    def statements(self) -> list[Statement]:
        """The arrays that are made, the strips, and what must be bound after them."""
        body = tuple(s for p in self.members for s in self.written(p))
        sizes = self.sizes(largest(self.members))
        row = imp.integer(1)
        for size in sizes[1:]:
            row = imp.mul(row, size)
        origins = origins_of(self.members)
        totals = tuple((p.name, p.total) for p in self.members if p.total)
        late = self.members[-1].late
        name = list(self.parts)[-1] if late else ""
        dear = self.is_dear() and not late
        strips = imp.Strips(row, tuple(self.parts.items()), body, totals, dear, (name, max(1, late)), origins)
        self.tell(origins)
        return self.named([*self.group.before, *self.made], strips)

    def is_dear(self) -> bool:
        return sum(OPS[e.op].flops for p in self.members for v in p.expressions() for e in imp.subexpressions(v)
                   if e.rank and e.op in OPS and OPS[e.op].kind == "MAP") >= DEAR

    def written(self, piece: Piece) -> list[Statement]:
        """A formula inside the strips: bound there, or set into the strip of an array that is needed later."""
        statement = changed(piece.statement, lambda v: imp_tools.replaced(v, self.part))
        if piece.sum is not None:
            return self.added_up(piece.sum, statement, self.place(piece))
        if isinstance(statement, imp.SetPart) and piece.into is not None:
            name = self.owner.unused("t")
            self.parts[name] = piece.into
            out = imp.var(name, piece.into.element, piece.into.rank)
            return [replace(statement, array=out, subscripts=("all",) * out.rank, args=())]
        assert isinstance(statement, Let)
        if piece.total:
            self.finish(piece)
            value = statement.value
            return [replace(statement, value=replace(value, op="sum" if value.op == "mean" else value.op))]
        place = self.place(piece)
        if place is None:
            return [statement]
        return [imp.SetPart(place, ("all",) * place.rank, (), statement.value, "", statement.origins)]

    def place(self, piece: Piece) -> Expr | None:
        """The array whose strip a formula is set into; None where nobody else reads it."""
        if self.is_inner(piece.name):
            self.now[piece.name] = piece.name
            return None
        name = self.now[piece.name] = self.used_up(piece) or self.array(piece)
        return imp.var(name, piece.result.element, piece.result.rank)

    def added_up(self, alloc: imp.Alloc, loop: Statement, out: Expr | None) -> list[Statement]:
        """A sum over the rounds of a loop, which begins with its strip."""
        assert alloc.fill is not None
        if out is not None:
            first: Statement = imp.SetPart(out, ("all",) * out.rank, (), alloc.fill, "", alloc.origins)
            return [first, imp_tools.renamed(loop, {alloc.name: name_of(out)})]
        name, array = next((n, e) for n, e in self.parts.items())
        rows = imp.extent(imp.var(name, array.element, array.rank), 0)
        return [replace(alloc, shape=(rows, *alloc.shape[1:])), loop]

    def is_inner(self, name: str) -> bool:
        """Whether nobody but the strips reads what a formula makes."""
        if name in self.owner.own:
            return self.inside[name] > 0
        return self.owner.bound[name] == 1 and self.owner.reads[name] == self.inside[name]

    def part(self, value: Expr) -> Expr | None:
        """What is read row by row, under the name that its strip has."""
        if value.op != ROWS:
            return None
        array = value.args[0]
        name = self.now.get(name_of(array)) or self.views.get(array)
        if name is None:
            own = name_of(array)
            name = own if own and own not in self.group.whole else self.owner.unused(f"{own or 'rows'}_")
            self.views[array] = name
            self.parts[name] = array
        return imp.var(name, value.element, value.rank)

    def used_up(self, piece: Piece) -> str | None:
        """The part that is a temporary of the same sizes, which nobody reads later."""
        for e in () if piece.sum is not None else piece.marked():
            name = name_of(e)
            if name in self.parts and name in self.owner.own and name not in self.now and self.is_fresh(name) and \
                    e.element == piece.result.element and self.owner.extents.of(e) == self.shape(piece):
                self.owner.own.discard(name)
                return name
        return None

    def is_fresh(self, name: str) -> bool:
        """Whether a temporary is memory of its own, that was made just before."""
        return any(isinstance(s, Let) and s.name == name and s.value.op in FRESH for s in self.group.before)

    def array(self, piece: Piece) -> str:
        """A new array."""
        name, result = self.owner.unused("t"), piece.result
        origins = piece.statement.origins
        self.made.append(imp.Alloc(name, result.element, self.sizes(self.shape(piece)), None, origins))
        self.parts[name] = imp.var(name, result.element, result.rank)
        return name

    def finish(self, piece: Piece) -> None:
        """What is left to do to a total."""
        value = piece.result
        if value.op == "mean":
            shape = self.owner.extents.of(plain(value.args[0])) or ()
            count = imp.integer(1)
            for size in self.sizes(tuple(shape[k] for k in value.get("axes"))):
                count = imp.mul(count, size)
            total = imp.var(piece.name, value.element, value.rank)
            number = Expr("cast", (count,), value.element)
            mean = Expr("div", (total, number), value.element, value.rank)
            self.after.append(Let(piece.name, mean, piece.statement.origins))

    def named(self, before: list[Statement], strips: imp.Strips) -> list[Statement]:
        """All statements, where arrays have the names of what they hold in the end if those are free."""
        final = {held: name for name, held in self.now.items() if name != held}
        read = {n for s in self.group.before for n in imp_tools.reads(s)} | self.group.used
        free = {held: name for held, name in final.items() if name not in read and not self.is_twice(name)}
        renamed = [imp_tools.renamed(s, free) for s in (*before, strips)]
        last = renamed.pop()
        assert isinstance(last, imp.Strips)
        last = replace(last, parts=tuple((free.get(n, n), e) for n, e in last.parts))
        kept = [Let(name, imp.var(held, e.element, e.rank), strips.origins) for name, held in self.now.items()
                if name != held and held not in free and (e := self.parts[held]) is not None]
        return [*renamed, last, *kept, *self.after, *self.group.checks]

    def is_twice(self, name: str) -> bool:
        return sum(p.name == name for p in self.members) > 1

    def tell(self, origins: imp.Origin) -> None:
        count = len(self.members)
        words = f"{count} formula{'s' if count > 1 else ''}"
        reason = "what one operator leaves the next finds in cache"
        if len(self.made) < count:
            reason += "; not each of them needs a new array of all rows"
        self.owner.record.add(Step(RULE, RULE, words, "on strips of rows", reason, origins))


def plain(value: Expr) -> Expr:
    """A formula as it was."""
    return imp_tools.map_expression(value, lambda e: e.args[0] if e.op == ROWS else e)


def units(body: list[Statement]) -> list[tuple[Statement, ...]]:
    """The statements, a loop that adds up in an array together with the array."""
    found: list[tuple[Statement, ...]] = []
    for s in body:
        before = found[-1][-1] if found else None
        if isinstance(s, imp.Loop) and isinstance(before, imp.Alloc) and ends_in_sum(before, s):
            found[-1] = (before, s)
        else:
            found.append((s,))
    return found


def is_harmless(statement: Statement) -> bool:
    """Whether a statement may be run although a check that stands before it would fail."""
    parts = [e for v in imp.expressions(statement) for e in imp.subexpressions(v)]
    return not raises(parts) and all(e.op in ("const", "name", "extent", "cast") or e.op in OPS
                                     and OPS[e.op].kind == "MAP" for e in parts)


def raises(parts: Iterable[Expr]) -> bool:
    """Whether NumPy raises for some values: a power of ints with a negative one."""
    return any(e.op == "pow" and e.element.kind == "int" for e in parts)


def largest(members: list[Piece]) -> tuple[Dim, ...]:
    """The sizes of the largest array, as far as its axes tell."""
    return max((p.shape for p in members), key=lambda shape: sum(d != ONE for d in shape))


def origins_of(members: list[Piece]) -> imp.Origin:
    return tuple(dict.fromkeys(o for p in members for o in p.statement.origins))
