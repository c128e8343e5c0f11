"""What may take part in a walk over rows: products of the library, and nests, seen as what they do with rows.

Of each array that a statement uses, its use is `rows` (entry i of the first axis in round i and nowhere else),
`whole`, or a `state` that all rows add to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from gdc.compiler import imp, imp_tools
from gdc.compiler.dims import ZERO, Dim, dim, surely_at_least
from gdc.compiler.imp import Alloc, Expr, Let, Loop, Program, Statement, integer
from gdc.compiler.imp_tools import name_of, names_in
from gdc.compiler.totals import Totals, escapes, find_totals, is_quiet, walked
from gdc.compiler.types import INT

Root = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Member:
    """A statement of a walk; names of arrays by how it uses them, and of the scalars that it reads and adds to."""

    statement: Statement
    totals: Totals
    rows: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()       # of `rows`
    whole: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        return self.rows | self.whole | self.states


@dataclass(slots=True)
class Shapes:
    """Sizes of expressions, as far as lowering knew them."""

    known: dict[str, tuple[Dim, ...]] = field(default_factory=dict)

    def of(self, value: Expr) -> tuple[Dim, ...] | None:
        """The sizes of an array."""
        if value.op == "name":
            return self.known.get(name_of(value)) or None
        if value.op in ("contiguous", "cast", "copy"):
            return self.of(value.args[0])
        if value.op == "transpose" and value.rank == 2:
            found = self.of(value.args[0])
            return found[::-1] if found else None
        return None

    def size(self, value: Expr) -> Dim | None:
        """The size that an int expression is."""
        if (number := imp.constant(value)) is not None:
            return dim(number)
        if value.op == "name":
            found = self.known.get(name_of(value))
            return found[0] if found and not value.rank else None
        if value.op == "extent":
            shape = self.of(value.args[0])
            return shape[value.get("axis")] if shape else None
        if value.op in ("add", "sub", "mul"):
            left, right = (self.size(a) for a in value.args)
            if left is None or right is None:
                return None
            return left + right if value.op == "add" else left - right if value.op == "sub" else left * right
        return None


    def room(self, size: Expr) -> Expr:
        """A size of an array that is made where perhaps no round is run, in which case it may be below 0."""
        found = self.size(size)
        if found is not None and surely_at_least(found, ZERO):
            return size
        return Expr("maximum", (size, integer(0)), INT)


def is_product(statement: Statement) -> bool:
    """Whether a statement is a product of two matrices that the library computes."""
    return isinstance(statement, Let) and statement.value.op == "matmul" and statement.value.rank == 2


def turned(value: Expr) -> bool:
    """Whether an operand is read by its columns."""
    while value.op in ("contiguous", "cast", "copy"):
        value = value.args[0]
    return value.op == "transpose"


def base(value: Expr) -> str:
    """The array that an operand of a product is made of."""
    while value.op in ("contiguous", "cast", "copy", "transpose"):
        value = value.args[0]
    return name_of(value)


def product_of_rows(let: Let) -> Member:
    """A = X @ W: a row of A for each row of X; of what is turned, rows are columns, which takes the whole array."""
    left, right = let.value.args
    walked = frozenset() if turned(left) else frozenset({base(left)})
    whole = frozenset(names_in(right)) | (frozenset({base(left)}) - walked)
    return Member(let, Totals(), walked | {let.name}, frozenset({let.name}), whole)


def product_over_rows(let: Let) -> Member:
    """S = X.T @ A: all rows add to S. An operand whose columns are walked is used whole."""
    left, right = let.value.args
    totals = Totals()
    totals.arrays[let.name] = ("add", imp.var(let.name, let.value.element, 2))
    whole = {base(v) for v, by_column in ((left, not turned(left)), (right, turned(right))) if by_column}
    rows = frozenset({base(left), base(right)} - whole)
    return Member(let, totals, rows, whole=frozenset(whole), states=frozenset({let.name}))


def nest_of_rows(loop: Loop, program: Program, aliases: dict[str, str]) -> Member | None:
    """A nest whose rounds are independent but for totals, None where they are not, or where it may fail."""
    if loop.mode == "rounds" or imp.constant(loop.start) != 0 or imp.constant(loop.step) != 1:
        return None
    if not is_quiet(loop.body):
        return None
    totals = find_totals(loop, aliases)
    if totals is None or escapes(program, loop, set(totals.scalars)):
        return None
    inner = {s.var for s in imp.statements((loop,)) if isinstance(s, Loop)} | imp_tools.locals_of(loop.body)
    used = imp_tools.reads(loop) - inner
    stored = {name_of(s.array) for s in imp.statements(loop.body) if isinstance(s, imp.Store)}
    states = frozenset(totals.arrays) | frozenset(totals.scalars)
    rows = frozenset(walked(loop)) - states
    if stored - rows - states:
        return None
    return Member(loop, totals, rows, frozenset(stored) & rows, frozenset(used) - rows - states, states)


def fits(member: Member, others: Iterable[Member], root: Root) -> bool:
    """Whether a statement may be run on some of the rows before the others have seen the rest of them."""
    for other in others:
        for mine, theirs in ((member, other), (other, member)):
            if roots(mine.states, root) & roots(theirs.names, root):
                return False
            if roots(mine.whole, root) & roots(theirs.written, root):
                return False
        for name in roots(member.rows, root) & roots(other.rows, root):
            if len({n for n in member.rows | other.rows if root(n) == name}) > 1:
                return False
    return True


def roots(names: Iterable[str], root: Root) -> set[str]:
    return {root(n) for n in names}


def own_rows(members: list[Member], counts: Callable[[str], int], allocated: set[str]) -> list[str]:
    """The arrays that are used by the walk alone, row by row: each row is made and used up in its own turn."""
    made: set[str] = reduce(lambda all_, m: all_ | m.written, members, set[str]())
    found = []
    for name in sorted(made):
        inside = sum(occurrences(m.statement, name) for m in members)
        product = any(is_product(m.statement) and name in m.written for m in members)
        by_row = all(name in m.rows for m in members if name in m.names)
        if by_row and inside == counts(name) and (product or name in allocated):
            found.append(name)
    return found


def occurrences(statement: Statement, name: str) -> int:
    """How often a name stands in a statement and in all inside it."""
    return sum(
        1
        for s in imp.statements((statement,))
        for value in imp.expressions(s)
        for e in imp.subexpressions(value)
        if e.op == "name" and e.get("name") == name
    )


def extent(value: Expr, axis: int, made: Mapping[str, Alloc]) -> Expr:
    """A size of an operand of a product; of an array that is only to be made, as its allocation says."""
    if value.op == "transpose":
        return extent(value.args[0], 1 - axis, made)
    if value.op in ("contiguous", "cast", "copy"):
        return extent(value.args[0], axis, made)
    found = made.get(name_of(value))
    return found.shape[axis] if found is not None else imp.extent(value, axis)
