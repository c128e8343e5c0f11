"""Short sums, one for each column, grow side by side, so that vector code adds to many of them at a time.

    for i in 0..m:                                 C_turned = C.T, row by row        once
        for c in 0..k:                             for i in 0..m:
            s = 0                                      t = new array of k
            for a in 0..d:                             for c in 0..k: t[c] = 0
                s = s + (X[i, a] - C[c, a])^2   ->     for a in 0..d, four at a time:
            D[i, c] = s                                    for c in 0..k: t[c] = t[c] + (X[i, a] - C_turned[a, c])^2
                                                       for c in 0..k: D[i, c] = t[c]

As written, vector code must add up what its lanes hold after every d terms, and reads C by its rows, which are short.
Each sum takes its terms in the same order as before: not a bit of it changes. Only where an array that all rows share
is read at [c, a], so that it can be turned once, and where sizes say that d is short and t stays in the nearest cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace

from gdc.compiler import imp
from gdc.compiler.dims import dim
from gdc.compiler.imp import Alloc, Body, Expr, Let, Loop, Program, Statement, Store, add, constant, integer, mul, var
from gdc.compiler.imp_tools import (
    alias_classes,
    fresh_name,
    map_expression,
    map_parts,
    name_of,
    names_in,
    reads,
    writes,
)
from gdc.compiler.nest_cost import cost_of
from gdc.compiler.record import Record, Step
from gdc.compiler.totals import binds, carried
from gdc.compiler.types import INT
from gdc.compiler.walks import Shapes

NAME = "lanes"
SWITCHES = (NAME,)
TOGETHER = 4            # terms that are added while a sum is in a register
MOST_TERMS = 192        # of a sum: longer ones are vector code as they are
FEWEST_SUMS = 8         # that fill the lanes
MOST_SUMS = 4096        # that stay in the nearest cache
KINDS = ("int", "real")
TURNED = (("perm", (1, 0)),)
CHEAP = 2               # flops that may be computed again for every few terms
LAZY = frozenset({"select", "where", "and", "or"})      # what they guard may not be read where it stands elsewhere


def run(program: Program, record: Record) -> Program:
    """The program with such sums side by side."""
    return replace(program, body=_Lanes(program, record).body(program.body)) if record.allows(NAME) else program


@dataclass(frozen=True, slots=True)
class _Sums:
    """A loop over columns, taken apart: what it starts its sums with, the loop that adds to them, what follows."""

    columns: Loop
    starts: tuple[Let, ...]
    given: tuple[Let, ...]      # what the terms of one column share
    terms: Loop
    after: Body
    turned: tuple[Expr, ...]    # arrays that are read at [column, term]


class _Lanes:
    def __init__(self, program: Program, record: Record) -> None:
        self.record, self.shapes, self.root = record, Shapes(dict(program.shapes)), alias_classes(program)
        self.taken = {p.name for p in program.parameters}
        for s in imp.statements(program.body):
            self.taken |= binds(s)

    def changed(self, statement: Statement) -> set[str]:
        """What a statement writes, arrays by the memory that they may share."""
        return {self.root(n) for n in writes(statement)}

    def fresh(self, name: str) -> str:
        """A new name like `name`."""
        return fresh_name(name, self.taken)

    def body(self, body: Body) -> Body:
        """A body; `Loop`s in it are outermost nests, or rounds that hold some."""
        done: list[Statement] = []
        for s in body:
            if isinstance(s, Loop) and s.mode != "rounds":
                done += self.nest(s)
            elif isinstance(s, imp.Branch):
                done.append(replace(s, then=self.body(s.then), orelse=self.body(s.orelse)))
            elif isinstance(s, (Loop, imp.Forever)):
                done.append(replace(s, body=self.body(s.body)))
            elif isinstance(s, imp.Walk):
                done += self.walk(s)
            else:
                done.append(s)
        return tuple(done)

    def walk(self, walk: imp.Walk) -> Iterator[Statement]:
        """A walk, after what its nests need turned: of that, the walk itself makes nothing."""
        body: list[Statement] = []
        made = self.changed(walk)
        for s in walk.body:
            *before, inner = self.nest(s, made) if isinstance(s, Loop) else [s]
            yield from before
            body.append(inner)
        yield replace(walk, body=tuple(body))

    def nest(self, nest: Loop, made: Set[str] = frozenset()) -> list[Statement]:
        """A nest, after the arrays that it needs turned; `made`: what is not there yet before it."""
        changed = self.changed(nest) | made
        turned: dict[str, str] = {}
        before: list[Statement] = []
        arrays: list[Statement] = []

        def inside(body: Body) -> Body:
            done: list[Statement] = []
            for s in body:
                sums = self.sums(s, changed) if isinstance(s, Loop) else None
                if sums is None:
                    done.append(map_parts(s, lambda e: e, inside))
                    continue
                for array in sums.turned:
                    if name_of(array) not in turned:
                        turned[name_of(array)] = name = self.fresh(f"{name_of(array)}_turned")
                        columns = Expr("transpose", (array,), array.element, 2, TURNED)
                        value = Expr("contiguous", (columns,), array.element, 2)
                        before.append(Let(name, value, nest.origins))
                made, loops = self.side_by_side(sums, turned)
                arrays.extend(made)
                done += loops
            return tuple(done)

        body = inside(nest.body)
        return [*before, replace(nest, body=(*arrays, *body))]

    def sums(self, columns: Loop, changed: set[str]) -> _Sums | None:
        """A loop over columns as such sums; None where it is none. `changed`: what the nest around it writes."""
        loops = [k for k, s in enumerate(columns.body) if isinstance(s, Loop)]
        if len(loops) != 1 or not _plain(columns) or changed & {self.root(n) for n in names_in(columns.stop)}:
            return None
        terms = columns.body[loops[0]]
        before, after = columns.body[:loops[0]], columns.body[loops[0] + 1:]
        assert isinstance(terms, Loop)
        bound = {columns.var, *(n for s in columns.body for n in writes(s))}
        if not _plain(terms) or bound & set(names_in(terms.stop)):
            return None
        if not all(isinstance(s, Let) and not s.value.rank and s.value.element.kind in KINDS for s in terms.body):
            return None
        names, own = carried(terms), writes(terms)
        starts = tuple(s for s in before if isinstance(s, Let) and s.name in names and s.value.op == "const")
        given = tuple(s for s in before if isinstance(s, Let) and s not in starts)
        if {s.name for s in starts} != names or not _simple((*before, *after)) or (own - names) & _reads(after):
            return None
        if len(given) + len(starts) != len(before) or (constant(cost_of(given, {})) or 0) > CHEAP:
            return None
        used = (reads(terms) | _reads(given)) - own - {s.name for s in given}
        if {self.root(n) for n in used} & {self.root(n) for s in after for n in writes(s)}:
            return None
        turned = self.turned(terms, columns.var, bound, changed)
        if not turned or not self.pays(columns, terms):
            return None
        self.record.add(Step(
            NAME, NAME, f"sums over {terms.var}, one for each {columns.var}", f"all {columns.var} at a time",
            "the sums are short: vector code adds one term to many of them, not many terms to one", columns.origins))
        return _Sums(columns, starts, given, terms, after, tuple(turned.values()))

    def turned(self, terms: Loop, column: str, bound: set[str], changed: set[str]) -> dict[str, Expr]:
        """The arrays that are read at [column, term] and that nobody changes; none where another array is read by
        columns in a way that turning does not mend."""
        found: dict[str, Expr] = {}
        place, moving = (var(column, INT), var(terms.var, INT)), bound - {terms.var}
        for e in (e for s in terms.body for value in imp.expressions(s) for e in imp.subexpressions(value)):
            if e.op != "load":
                continue
            array, index = e.args[0], e.args[1:]
            if index == place and array.op == "name" and self.root(name_of(array)) not in changed:
                found[name_of(array)] = array
            elif any(moving & set(names_in(i)) for i in index[:-1]) or (moving - {column}) & set(names_in(index[-1])):
                return {}
        return found

    def pays(self, columns: Loop, terms: Loop) -> bool:
        """Whether the sums are short, and as many as fill vector code and stay in cache."""
        many, length = self.shapes.size(columns.stop), self.shapes.size(terms.stop)
        if many is None or length is None:
            return False
        why = (NAME, "sums grow side by side", "sums are computed one after the other")
        return (self.record.decide(length, dim(MOST_TERMS + 1), True, why, columns.origins)
                and self.record.decide(dim(FEWEST_SUMS - 1), many, True, why, columns.origins)
                and self.record.decide(many, dim(MOST_SUMS + 1), True, why, columns.origins))

    # -- rebuilding

    def side_by_side(self, sums: _Sums, turned: dict[str, str]) -> tuple[list[Statement], list[Statement]]:
        """The arrays that hold the sums, and the loops."""
        columns, terms, origins = sums.columns, sums.terms, sums.columns.origins
        column, stop = var(columns.var, INT), columns.stop
        arrays = {s.name: var(self.fresh(f"{s.name}_all"), s.value.element, 1) for s in sums.starts}
        room = (self.shapes.room(stop),)
        made: list[Statement] = [Alloc(name_of(a), a.element, room, None, origins) for a in arrays.values()]
        plain = replace(columns, mode="serial")
        begin = tuple(Store(arrays[s.name], (column,), s.value, "", s.origins) for s in sums.starts)
        read = tuple(Let(name, imp.load(a, column), origins) for name, a in arrays.items())
        write = tuple(Store(a, (column,), var(name, a.element), "", origins) for name, a in arrays.items())

        def added(rounds: int) -> Body:
            lets: list[Statement] = []
            steps: list[Statement] = []
            for k in range(rounds):
                known: dict[Expr, str] = {}
                steps += [self.term(s, sums, k, turned, known) for s in terms.body]
                lets += [Let(name, value, origins) for value, name in known.items()]
            return (*lets, replace(plain, body=(*sums.given, *read, *steps, *write)))

        whole = var(self.fresh(f"{terms.var}_whole"), INT)
        many = Expr("floordiv", (terms.stop, integer(TOGETHER)), INT)
        return made, [
            replace(plain, body=begin),
            Let(name_of(whole), mul(many, integer(TOGETHER)), origins),
            replace(terms, stop=whole, step=integer(TOGETHER), body=added(TOGETHER)),
            replace(terms, start=whole, body=added(1)),
            replace(plain, body=(*sums.given, *read, *sums.after)),
        ]

    def term(self, s: Statement, sums: _Sums, later: int, turned: dict[str, str], known: dict[Expr, str]) -> Statement:
        """A statement of the loop over terms, some rounds later. What all columns read is `known` by a name."""
        column, term = sums.columns.var, sums.terms.var
        own = {column, *(n for t in (*sums.given, *sums.terms.body) for n in binds(t))}
        guarded = any(e.op in LAZY for value in imp.expressions(s) for e in imp.subexpressions(value))

        def change(value: Expr) -> Expr:
            if name_of(value) == term:
                return add(value, integer(later))
            if value.op != "load":
                return value
            array, *index = value.args
            if _is_turned(array, index, column, later, term, turned):
                array = var(turned[name_of(array)], array.element, 2)
                return imp.load(array, index[1], index[0])
            if guarded or own & set(names_in(value)):
                return value
            if value not in known:
                known[value] = self.fresh(f"{name_of(array)}_entry")
            return var(known[value], value.element)

        return map_parts(s, lambda e: map_expression(e, change), lambda body: body)


def _is_turned(array: Expr, index: list[Expr], column: str, later: int, term: str, turned: dict[str, str]) -> bool:
    """Whether an array is read at [column, term]; the term is that of some rounds later."""
    return name_of(array) in turned and index == [var(column, INT), add(var(term, INT), integer(later))]


def _reads(body: Body) -> set[str]:
    return {name for s in body for name in reads(s)}


def _plain(loop: Loop) -> bool:
    """Whether a loop counts from 0 by 1."""
    return loop.mode != "rounds" and constant(loop.start) == 0 and constant(loop.step) == 1


def _simple(body: Body) -> bool:
    """Whether what follows a sum may wait for the other sums: it is plain statements on scalars and entries."""
    return all(isinstance(s, (Let, Store)) and not (isinstance(s, Let) and s.value.rank)
               or isinstance(s, imp.Branch) and _simple(s.then) and _simple(s.orelse) for s in body)
