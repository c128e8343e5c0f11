"""The imperative IR: the whole program as ordered statements over named scalars and arrays.

    program = name, parameters, body, outputs
    body    = statements:
        let      name = expression          binds a scalar, or an array by reference (a view, a library call's result)
        alloc    name = new array of sizes  its entries are undefined until stored (or `fill`)
        store    A[i, j] = e                one entry; combine "add" is `A[i, j] += e`, and so on
        setpart  A[subscripts] = e          a part of an array by a library (numpy), subscripts as in `ir.py`
        loop     for i in start..stop by step   mode "serial", "parallel" (no round depends on another), "rounds" (an
        outermost
                 loop of the user's: progress, interruption), step > 0 except in "serial" and "rounds"
        forever  leaves by break            mode "serial" or "rounds"
        branch   if / else
        break, continue                     of the innermost loop
        check    stop with site's error unless ok
        guarded  outs = a library call that may fail (solve, inv, cholesky): failing is the error of `site`
        emit     print, record
        walk     its statements over all rows, which may be run on some of the rows after others: see passes/stream.py
        strips   formulas over whole arrays of the same number of rows, on so many rows at a time as stay in cache
    expression, scalar or array, typed by element and rank:
        const, name (a variable), load(A, i, j), extent(A) axis, select(c, x, y) lazy, cast, any MAP row,
        and on arrays every other op-table row with the attributes it has in `ir.py`; `copy(A)`, `contiguous(A)`

Every statement carries `origins`, the places in the script that it came from. Frozen; compared by value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Union

from gdc.compiler.dims import Dim
from gdc.compiler.types import BOOL, INT, Element
from gdc.dsl.source import Span

Origin = tuple[Span, ...]

MOST_VALUES = 12  # of a failed check, that native code hands on for its message


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression. rank 0 is a scalar."""

    op: str
    args: tuple[Expr, ...]
    element: Element
    rank: int = 0
    attrs: tuple[tuple[str, Any], ...] = ()

    def get(self, key: str, default: Any = None) -> Any:
        """An attribute's value."""
        for name, value in self.attrs:
            if name == key:
                return value
        return default


@dataclass(frozen=True, slots=True)
class Let:
    name: str
    value: Expr
    origins: Origin = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Alloc:
    name: str
    element: Element
    shape: tuple[Expr, ...]
    fill: Expr | None = None
    origins: Origin = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Store:
    array: Expr
    index: tuple[Expr, ...]
    value: Expr
    combine: str = ""
    origins: Origin = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class SetPart:
    array: Expr
    subscripts: tuple[str, ...]
    args: tuple[Expr, ...]
    value: Expr
    combine: str = ""
    origins: Origin = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Loop:
    var: str
    start: Expr
    stop: Expr
    step: Expr
    body: Body
    mode: str = "serial"
    origins: Origin = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Forever:
    body: Body
    mode: str = "serial"
    origins: Origin = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Branch:
    condition: Expr
    then: Body
    orelse: Body = ()
    origins: Origin = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Break:
    origins: Origin = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Continue:
    origins: Origin = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Check:
    ok: Expr
    site: int
    values: tuple[Expr, ...] = ()
    origins: Origin = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Guarded:
    name: str
    value: Expr
    site: int
    origins: Origin = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Emit:
    """what "print": pieces are strings or None for the next value; what "record": name is the trace's."""

    what: str
    values: tuple[Expr, ...]
    name: str = ""
    pieces: tuple[str | None, ...] = ()
    origins: Origin = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Walk:
    """Library products and nests over the same `rows`: run on one block of rows after the other they give the same.

    A product of rows, `A = X @ W`, gives rows; a product over rows, `S = X.T @ A`, is added up. The arrays named `kept`
    are used by the walk alone, row by row, so that no more than a block of them need exist.
    """

    rows: Expr
    body: Body
    kept: tuple[str, ...] = ()
    origins: Origin = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Strips:
    """Formulas over arrays of the same number of rows, one strip of rows after the other: see passes/strips.py.

    `parts` are the arrays, each under the name that its strip has in the body. The body binds names of its own, sets
    parts as a whole, and binds what a strip has of `totals`: (name, the op that joins them); after it, the name is the
    total. `row`: the entries of a row of the largest array. `shared`: so dear that threads share the strips. `late`:
    the part that the last statement sets, where that has to wait for the next strip, which reads its old rows; and how
    many rows a strip must have for that.
    """

    row: Expr
    parts: tuple[tuple[str, Expr], ...]
    body: Body
    totals: tuple[tuple[str, str], ...] = ()
    shared: bool = False
    late: tuple[str, int] = ("", 1)
    origins: Origin = field(default=(), compare=False)


Statement = Union[
    Let, Alloc, Store, SetPart, Loop, Forever, Branch, Break, Continue, Check, Guarded, Emit, Walk, Strips
]
Body = tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """An input of the text: a user's value, under a mangled name; `user` is the name in the script."""

    name: str
    user: str
    element: Element
    rank: int


@dataclass(frozen=True, slots=True)
class Made:
    """An array that takes memory: a variable, or what an expression makes; its bytes, and the formula that it is."""

    what: str | Expr
    size: Dim
    origins: Origin


@dataclass(frozen=True, slots=True)
class Program:
    """outputs: (user's name, value, flag): flag is a bool expression, false where the output was never reached, or
    None.

    `made` are the arrays that lowering made, some of which later passes may have removed.
    `places` is where the outputs come from that are formulas and not variables.
    `shapes` are the sizes of its arrays, and of ints that are sizes themselves, where they are known (rank 0: of one).
    `work` is what the largest nest costs, in multiply-adds, as formulas over the parameters alone (the greatest of
    them counts). `small` is the body for sizes too small to share out, its nests in one piece; empty where `body`
    serves them too.
    """

    parameters: tuple[Parameter, ...]
    body: Body
    outputs: tuple[tuple[str, Expr, Expr | None], ...]
    traces: tuple[tuple[str, Element, int], ...] = ()
    work: tuple[Expr, ...] = ()
    small: Body = ()
    places: Origin = field(default=(), compare=False)
    made: tuple[Made, ...] = field(default=(), compare=False)
    shapes: Mapping[str, tuple[Dim, ...]] = field(default_factory=dict, compare=False)


# --- constructors ------------------------------------------------------------------------------


def var(name: str, element: Element, rank: int = 0) -> Expr:
    return Expr("name", (), element, rank, (("name", name),))


def const(value: Any, element: Element, rank: int = 0) -> Expr:
    return Expr("const", (), element, rank, (("value", value),))


def integer(value: int) -> Expr:
    return const(value, INT)


def load(array: Expr, *index: Expr) -> Expr:
    return Expr("load", (array, *index), array.element)


def extent(array: Expr, axis: int) -> Expr:
    return Expr("extent", (array,), INT, 0, (("axis", axis),))


def select(condition: Expr, then: Expr, orelse: Expr) -> Expr:
    return Expr("select", (condition, then, orelse), then.element)


def scalar(op: str, element: Element, *args: Expr) -> Expr:
    """A MAP row on scalars."""
    return Expr(op, args, element)


def add(left: Expr, right: Expr) -> Expr:
    """An int sum, folded where it is trivial."""
    return _int("add", left, right, lambda a, b: a + b, 0)


def sub(left: Expr, right: Expr) -> Expr:
    if left == right:
        return integer(0)
    return _int("sub", left, right, lambda a, b: a - b, 0)


def mul(left: Expr, right: Expr) -> Expr:
    if 0 in (constant(left), constant(right)):
        return integer(0)
    return _int("mul", left, right, lambda a, b: a * b, 1)


def _int(op: str, left: Expr, right: Expr, value: Callable[[int, int], int], unit: int) -> Expr:
    a, b = constant(left), constant(right)
    if a is not None and b is not None:
        return integer(value(a, b))
    if b == unit:
        return left
    if a == unit and op != "sub":
        return right
    return Expr(op, (left, right), INT)


def constant(value: Expr) -> int | None:
    """The number of an int constant."""
    return int(value.get("value")) if value.op == "const" and value.element.kind == "int" and value.rank == 0 else None


def less(left: Expr, right: Expr) -> Expr:
    return Expr("lt", (left, right), BOOL)


# --- walking -----------------------------------------------------------------------------------


def bodies(statement: Statement) -> tuple[Body, ...]:
    """The bodies inside a statement."""
    if isinstance(statement, Branch):
        return (statement.then, statement.orelse)
    return (statement.body,) if isinstance(statement, (Loop, Forever, Walk, Strips)) else ()


def expressions(statement: Statement) -> tuple[Expr, ...]:
    """The expressions that a statement itself holds."""
    if isinstance(statement, (Let, Guarded)):
        return (statement.value,)
    if isinstance(statement, Alloc):
        return statement.shape + ((statement.fill,) if statement.fill is not None else ())
    if isinstance(statement, Store):
        return (statement.array, *statement.index, statement.value)
    if isinstance(statement, SetPart):
        return (statement.array, *statement.args, statement.value)
    if isinstance(statement, Loop):
        return (statement.start, statement.stop, statement.step)
    if isinstance(statement, Branch):
        return (statement.condition,)
    if isinstance(statement, Check):
        return (statement.ok, *statement.values)
    if isinstance(statement, Walk):
        return (statement.rows,)
    if isinstance(statement, Strips):
        return (statement.row, *(array for _, array in statement.parts))
    return statement.values if isinstance(statement, Emit) else ()


def statements(body: Body) -> Iterator[Statement]:
    """Every statement, outer ones first."""
    for statement in body:
        yield statement
        for inner in bodies(statement):
            yield from statements(inner)


def subexpressions(value: Expr) -> Iterator[Expr]:
    """The expression and all inside it, without recursion."""
    stack = [value]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(top.args)
