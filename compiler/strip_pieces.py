"""Statements taken apart for strips: formulas that can be evaluated on some of the rows, and the calls between them.

    g = X.T @ (exp(X @ w + b) - y)      ->      t1 = X @ w                          a call
                                                t2 = exp(t1 + b) - y                a formula over the rows of t1
                                                g = X.T @ t2                        a call

A formula is made of maps, of reductions along other axes than the first, of products of a matrix for each row, and of
views that keep the first axis; or it is added up in the rounds of a loop. What it reads is marked: `rows(x)` is read
row by row, everything else as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gdc.compiler import imp
from gdc.compiler.dims import ONE, ZERO, Dim
from gdc.compiler.extents import Extents, Shape
from gdc.compiler.imp import Alloc, Check, Expr, Let, Loop, SetPart, Statement
from gdc.compiler.imp_tools import VIEWS, JustMade, is_view, map_expression, map_parts, name_of, names_in, written
from gdc.compiler.ops import OPS
from gdc.compiler.types import BOOL

ROWS = "rows"                                           # the mark of what is read row by row
JOINS = {"sum": "sum", "mean": "sum", "min": "min", "max": "max", "any": "any", "all": "all", "within": "all"}
PLAIN = VIEWS | {"const", "extent", "load"}              # takes no work, wherever it stands


class Whole(Exception):
    """A formula that cannot be evaluated on some of the rows."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One of the statements that a statement was taken apart into.

    Of a formula, `shape` is that of its largest array. A loop adds up in the array `sum`, which it has to itself. A
    formula that is set into a part of an array that is there has the part as `into`; `late` says how many rows above
    the part it reads of that array, where it does.
    """

    statement: Statement
    shape: Shape = ()
    total: str = ""             # the op that joins what the strips have of it
    operators: int = 0          # maps over arrays
    sum: Alloc | None = None
    into: Expr | None = None
    late: int = 0

    @property
    def is_formula(self) -> bool:
        return bool(self.shape)

    @property
    def rows(self) -> Dim:
        return self.shape[0]

    @property
    def name(self) -> str:
        """What a formula makes."""
        if self.sum is not None:
            return self.sum.name
        if isinstance(self.statement, SetPart):
            return name_of(self.statement.array)
        assert isinstance(self.statement, Let)
        return self.statement.name

    @property
    def result(self) -> Expr:
        """What a formula makes, as an expression that has its element and rank."""
        if self.sum is not None:
            return imp.var(self.sum.name, self.sum.element, len(self.sum.shape))
        assert isinstance(self.statement, (Let, SetPart))
        return self.statement.value

    def originals(self) -> list[Statement]:
        """The statements as they were."""
        return [*([self.sum] if self.sum is not None else []), unmarked(self.statement)]

    def expressions(self) -> Iterator[Expr]:
        """All expressions of a formula, with their marks."""
        if self.into is not None and isinstance(self.statement, SetPart):
            yield self.statement.value
            return
        for s in imp.statements((self.statement,)):
            yield from imp.expressions(s)

    def marked(self) -> Iterator[Expr]:
        """What a formula reads row by row."""
        return (e.args[0] for v in self.expressions() for e in imp.subexpressions(v) if e.op == ROWS)

    def read_whole(self) -> set[str]:
        """The names that a formula reads as a whole."""
        found: set[str] = set()
        stack = list(self.expressions())
        while stack:
            top = stack.pop()
            if top.op == "name":
                found.add(name_of(top))
            elif top.op != ROWS:
                stack.extend(top.args)
        return found - self.own_names()

    def own_names(self) -> set[str]:
        """The names that a loop binds in its rounds, and its sum."""
        if self.sum is None:
            return set()
        return {n for s in imp.statements((self.statement,)) for n in written(s)} | {self.sum.name}


def unmarked(statement: Statement) -> Statement:
    """The statement with its formulas as they were."""
    return changed(statement, lambda v: map_expression(v, lambda e: e.args[0] if e.op == ROWS else e))


def changed(statement: Statement, change: Callable[[Expr], Expr]) -> Statement:
    """The statement with each of its expressions changed as a whole, and those inside it."""
    return map_parts(statement, change, lambda body: tuple(changed(s, change) for s in body))


def is_map(value: Expr) -> bool:
    return value.rank > 0 and (value.op == "cast" or value.op in OPS and OPS[value.op].kind == "MAP")


def is_look_up(value: Expr) -> bool:
    """Whether row k of the value is looked up by row k of an array of places."""
    kinds = value.get("subscripts", ())
    return value.op == "gather" and kinds[0] == "gather" and set(kinds[1:]) <= {"all"}


def is_product_of_rows(value: Expr) -> bool:
    """A product whose rows are those of a formula times an array: the formula's array need not be whole."""
    return value.op == "matmul" and value.args[0].rank == 2 and value.args[1].rank < 3 and is_map(value.args[0])


def is_inner_reduction(value: Expr) -> bool:
    """A reduction along axes behind the first."""
    return value.op in OPS and OPS[value.op].kind == "REDUCE" and value.rank > 0 and 0 not in value.get("axes")


def is_formula(value: Expr) -> bool:
    """Whether a value has operators that strips would gain from."""
    return is_map(value) or is_product_of_rows(value) or \
        is_inner_reduction(value) and (is_map(value.args[0]) or is_look_up(value.args[0]))


def keeps_rows(value: Expr) -> bool:
    """Whether row k of the value is made of row k of its first argument."""
    if value.op == "index":
        return value.rank > 0 and value.get("subscripts")[0] == "all"
    if value.op == "transpose":
        return bool(value.get("perm")[0] == 0)
    return value.op in OPS and OPS[value.op].kind == "REDUCE" and value.rank > 0 and 0 not in value.get("axes")


class Taking:
    """Takes statements apart."""

    def __init__(self, extents: Extents, fresh: Callable[[], str], root: Callable[[str], str]) -> None:
        self.extents, self.fresh = extents, fresh
        self.root = root                                # equal for names that may be the same memory
        self.made = JustMade()
        self.pieces: list[Piece] = []
        self.shape: Shape = ()
        self.operators = 0
        self.origins: imp.Origin = ()
        self.bound: set[str] = set()                    # what the rounds of a loop bind
        self.bound_rows: set[str] = set()               # of these, what has a row for each row

    def apart(self, unit: tuple[Statement, ...]) -> list[Piece]:
        """The pieces of a statement (or of a loop that adds up, with its sum), in order; where there is no formula,
        itself."""
        self.pieces, self.bound, self.bound_rows = [], set(), set()
        known = dict(self.extents.known)
        try:
            if len(unit) == 2 and isinstance(unit[0], Alloc) and isinstance(unit[1], Loop):
                last = self.added_up(unit[0], unit[1])
            elif isinstance(unit[0], Let):
                self.origins = unit[0].origins
                last = self.last(unit[0])
            elif isinstance(unit[0], SetPart):
                self.origins = unit[0].origins
                last = self.set_part(unit[0])
            elif isinstance(unit[0], Check) and unit[0].ok.op in ("within", "all"):
                self.origins = unit[0].origins
                last = self.check(unit[0])
            else:
                raise Whole
        except Whole:
            self.extents.known = known
            return [Piece(s) for s in unit]
        return [*self.pieces, last]

    def last(self, let: Let) -> Piece:
        """The piece that has the statement's own name."""
        value = let.value
        if value.op in JOINS and 0 in value.get("axes") and (is_map(value.args[0]) or value.args[0].op == "name"):
            return self.total(let)
        if is_formula(value) or is_inner_reduction(value):
            return self.piece(let.name, value, let.origins)
        return Piece(replace(let, value=self.call(value)))

    def total(self, let: Let) -> Piece:
        """A reduction over the rows: every strip has its part of it."""
        value = let.value
        if value.get("keepdims") and value.rank:
            raise Whole
        inner = self.piece("", value.args[0], let.origins)
        return replace(inner, statement=replace(let, value=replace(value, args=(inner.result,))), total=JOINS[value.op])

    def set_part(self, part: SetPart) -> Piece:
        """A formula that is set into a part of an array."""
        if part.combine or not set(part.subscripts) <= {"slice", "all"} or not is_map(part.value):
            raise Whole
        attrs = (("subscripts", part.subscripts),)
        into = Expr("index", (part.array, *part.args), part.array.element, part.array.rank, attrs)
        if self.extents.of(into) != self.extents.of(part.value):
            raise Whole
        inner = self.piece("", part.value, part.origins)
        found = replace(inner, statement=replace(part, value=inner.result), into=into)
        return replace(found, late=self.late(found, into))

    def late(self, piece: Piece, into: Expr) -> int:
        """How many rows above the part the formula reads at most of the same array, 0 where it does not read it."""
        array = into.args[0]
        read = piece.read_whole().union(*(names_in(e) for e in piece.marked()))
        same = {n for n in read if self.root(n) == self.root(name_of(array)) and n != name_of(array)}
        if name_of(array) in piece.read_whole() or same and name_of(array) not in self.made.names:
            raise Whole
        most = 0
        for part in piece.marked():
            if name_of(array) not in names_in(part):
                continue
            above = self.above(part, into)
            if above is None:
                raise Whole
            most = max(most, above, 1)
        return most

    def above(self, read: Expr, into: Expr) -> int | None:
        """How many rows higher one part of an array begins than another."""
        first, other = (self.start(e, into.args[0]) for e in (read, into))
        gap = other - first if first is not None and other is not None else None
        return gap.constant if gap is not None and gap.is_constant else None

    def start(self, value: Expr, array: Expr) -> Dim | None:
        """The first row of a part of an array whose rows follow each other."""
        if value.op != "index" or value.args[0] != array or value.get("subscripts")[0] not in ("slice", "all"):
            return None
        if value.get("subscripts")[0] == "all":
            return ZERO
        return self.extents.size(value.args[1]) if imp.constant(value.args[3]) == 1 else None

    def check(self, check: Check) -> Piece:
        """A check of all entries: every strip is asked."""
        asked = Let(self.fresh(), check.ok, check.origins)
        self.pieces.append(self.asked(asked) if check.ok.op == "within" else self.total(asked))
        self.extents.known[asked.name] = ()
        return Piece(replace(check, ok=imp.var(asked.name, BOOL)))

    def asked(self, let: Let) -> Piece:
        """Whether all places lie inside an axis."""
        places, size = let.value.args
        inner = self.piece("", places, let.origins)
        whole = replace(let.value, args=(inner.result, self.whole(size)))
        return replace(inner, statement=replace(let, value=whole), total=JOINS["within"])

    def piece(self, name: str, value: Expr, origins: imp.Origin) -> Piece:
        """A formula as a piece."""
        outer = self.shape, self.operators
        shape = self.extents.of(value)
        if not shape or shape[0] == ONE:
            raise Whole
        self.shape, self.operators = shape, 0
        inner = self.formula(value, shape[0])
        made = Piece(Let(name, inner, origins), self.shape, "", self.operators)
        self.shape, self.operators = outer
        return made

    def added_up(self, alloc: Alloc, loop: Loop) -> Piece:
        """A loop whose rounds add to an array that has a row for each row."""
        shape = self.extents.known.get(alloc.name) or ()
        if not shape or shape[0] == ONE or not ends_in_sum(alloc, loop):
            raise Whole
        self.origins, self.shape, self.operators = alloc.origins, shape, 0
        self.bound = {loop.var} | {s.name for s in loop.body if isinstance(s, Let)}
        body: list[Statement] = []
        for s in loop.body:
            assert isinstance(s, (Let, SetPart))
            of = self.extents.of(s.value)
            if isinstance(s, Let) and (not of or of[0] != shape[0] or not is_formula(s.value)):
                body.append(s)
                continue
            if of != shape and isinstance(s, SetPart):
                raise Whole
            body.append(replace(s, value=self.formula(s.value, shape[0])))
            self.bound_rows |= {s.name} if isinstance(s, Let) else set()
        return Piece(replace(loop, body=tuple(body)), self.shape, "", self.operators + 1, alloc)

    # -- inside a formula

    def formula(self, value: Expr, rows: Dim) -> Expr:
        """An array of so many rows, over marked arrays."""
        if is_map(value):
            self.operators += 1
            return replace(value, args=tuple(self.argument(a, value.rank, rows) for a in value.args))
        if is_product_of_rows(value):
            left, right = value.args
            shape = self.extents.of(left)
            if shape is None or self.varies(value):
                raise Whole
            self.note(shape)
            self.operators += 1
            return replace(value, args=(self.formula(left, rows), self.whole(right)))
        if value.op == "matmul" and value.rank > 2:
            self.note(self.extents.of(value.args[0]))
            return replace(value, args=tuple(self.argument(a, value.rank, rows) for a in value.args))
        if name_of(value) in self.bound_rows:
            return value
        if is_look_up(value) and (self.extents.of(value.args[1]) or (ONE,))[0] == rows:
            self.operators += 1
            args = (self.whole(value.args[0]), self.formula(value.args[1], rows))
            return replace(value, args=args, attrs=(*value.attrs, ("clip", True)))
        shape = self.extents.of(value.args[0]) if value.args else None
        if shape and shape[0] == rows and keeps_rows(value):
            if OPS[value.op].kind == "REDUCE":
                self.operators += not is_view(value.args[0])
                self.note(shape)
            rest = tuple(self.whole(a) if a.rank else a for a in value.args[1:])
            return replace(value, args=(self.formula(value.args[0], rows), *rest))
        if self.varies(value):
            raise Whole
        return Expr(ROWS, (value if is_view(value) else self.hoisted(value),), value.element, value.rank)

    def note(self, shape: Shape | None) -> None:
        """An array that a formula makes on its way: it may be the largest."""
        if shape and sum(d != ONE for d in shape) > sum(d != ONE for d in self.shape):
            self.shape = shape

    def argument(self, value: Expr, rank: int, rows: Dim) -> Expr:
        """An argument of a map: it has all of the rows, or is repeated along them."""
        shape = self.extents.of(value)
        if shape is None:
            raise Whole
        if len(shape) == rank and shape[0] == rows:
            return self.formula(value, rows)
        if len(shape) == rank and rank and shape[0] != ONE:
            raise Whole
        return self.whole(value)

    def whole(self, value: Expr) -> Expr:
        """What every strip reads as a whole: computed once, before."""
        if self.varies(value) or all(e.op in PLAIN for e in imp.subexpressions(value)):
            return value
        return self.hoisted(value)

    def varies(self, value: Expr) -> bool:
        """Whether a value is another one in each round of the loop that is being taken apart."""
        return not self.bound.isdisjoint(names_in(value))

    # -- between formulas

    def call(self, value: Expr) -> Expr:
        """A library call, the formulas among its arguments under names of their own."""
        return replace(value, args=tuple(self.operand(a) for a in value.args))

    def operand(self, value: Expr) -> Expr:
        if not value.rank or value.op == "name":
            return value
        return self.hoisted(value) if is_formula(value) else self.call(value)

    def hoisted(self, value: Expr) -> Expr:
        """The value under a name of its own, bound before."""
        shape = self.extents.of(value)
        if shape is None:
            raise Whole
        name = self.fresh()
        made = self.piece(name, value, self.origins) if is_formula(value) and shape[0] != ONE else \
            Piece(Let(name, self.call(value), self.origins))
        self.pieces.append(made)
        self.extents.known[name] = shape
        return imp.var(name, value.element, value.rank)


def ends_in_sum(alloc: Alloc, loop: Loop) -> bool:
    """Whether all that a loop does is to bind what it needs, and to add to one array as a whole."""
    last = loop.body[-1] if loop.body else None
    return loop.mode == "serial" and alloc.fill is not None and alloc.fill.op == "const" and \
        isinstance(last, SetPart) and name_of(last.array) == alloc.name and set(last.subscripts) == {"all"} and \
        bool(last.combine) and all(isinstance(s, Let) and alloc.name not in names_in(s.value) for s in loop.body[:-1]) \
        and alloc.name not in names_in(last.value)
