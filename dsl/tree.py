"""The syntax tree: frozen dataclasses, one per construct of the grammar.

Chains are flat (`a + b - c` is one node), so a sum of 50,000 terms is one node and nobody recurses
over it; real nesting is bounded by `parse.MAX_NESTING`. Every node carries the span of its text.
Textbook signs are already replaced by their plain forms (`−` is `-`, `Xᵀ` is Transpose), names are NFKC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from gdc.dsl.source import Span


@dataclass(frozen=True, slots=True)
class Node:
    span: Span


# --- expressions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expr(Node):
    pass


@dataclass(frozen=True, slots=True)
class Number(Expr):
    value: int | float | complex


@dataclass(frozen=True, slots=True)
class String(Expr):
    value: str


@dataclass(frozen=True, slots=True)
class Constant(Expr):
    """`pi inf nan true false`, or an element type's name where an argument may be one (`zeros(n, int)`)."""

    name: str


@dataclass(frozen=True, slots=True)
class Name(Expr):
    name: str


@dataclass(frozen=True, slots=True)
class Chain(Expr):
    """Operators of one level, left to right: `first ops[0] rest[0] ops[1] rest[1] …`.

    ops are from `+ -`, or `* / // % @ ·`, or `and`, or `or`.
    """

    first: Expr
    ops: tuple[str, ...]
    rest: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Power(Expr):
    """`base ^ exponent`; right-associative, so a tower nests in the exponent."""

    base: Expr
    exponent: Expr


@dataclass(frozen=True, slots=True)
class Unary(Expr):
    """op is `-`, `+` or `not` (`√x` is Call("sqrt"))."""

    op: str
    operand: Expr


@dataclass(frozen=True, slots=True)
class Compare(Expr):
    """`0 < x <= 1`: first=0, ops=("<", "<="), rest=(x, 1). ops from `== != < <= > >=`."""

    first: Expr
    ops: tuple[str, ...]
    rest: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Conditional(Expr):
    then: Expr
    condition: Expr
    orelse: Expr


@dataclass(frozen=True, slots=True)
class Transpose(Expr):
    base: Expr


@dataclass(frozen=True, slots=True)
class Array(Expr):
    """`[1, 2, 3]`, `[[1, 2], [3, 4]]`."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Range(Node):
    """One index of an index notation or of a `for`: `i`, or `i in start..stop by step`.

    start and stop are None where the range is to be read off the subscripts.
    """

    name: str
    start: Expr | None
    stop: Expr | None
    step: Expr | None


@dataclass(frozen=True, slots=True)
class Table(Expr):
    """`[body for i, j]`."""

    body: Expr
    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Named(Node):
    """`axis=0` in a call; `axis=(0, 1)` has an Axes value."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Tuple(Expr):
    """`(0, 1)`: only as the value of a named argument."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """`f(x, axis=0)`, `st.f(x)` (function "st.f"), `sum(x[i] for i)` (ranges not empty)."""

    function: str
    function_span: Span
    args: tuple[Expr, ...]
    named: tuple[Named, ...] = ()
    ranges: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class Slice(Node):
    start: Expr | None
    stop: Expr | None
    step: Expr | None


@dataclass(frozen=True, slots=True)
class NewAxis(Node):
    pass


@dataclass(frozen=True, slots=True)
class Ellipsis(Node):
    pass


@dataclass(frozen=True, slots=True)
class Index(Expr):
    base: Expr
    subscripts: tuple[Expr | Slice | NewAxis | Ellipsis, ...]


# --- statements --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statement(Node):
    pass


@dataclass(frozen=True, slots=True)
class Type(Node):
    """`real[m, n]`; dims is () for a scalar; a dim `_` is Name("_")."""

    element: str
    dims: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class From(Node):
    """`from "d.npz"["X"]`."""

    path: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Input(Statement):
    """One declared name; `input x, y: real[n]` is two of these."""

    name: str
    name_span: Span
    type: Type | None
    finite: bool
    source: From | None


@dataclass(frozen=True, slots=True)
class Param(Statement):
    name: str
    name_span: Span
    type: Type | None
    default: Expr


@dataclass(frozen=True, slots=True)
class Assign(Statement):
    """`x := e`, `A[i] += e` (op "+"), `(q, r) := f(x)`; targets are Name (also `_`) or Index."""

    targets: tuple[Name | Index, ...]
    op: str | None
    value: Expr


Block = tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Repeat(Statement):
    count: Expr
    body: Block


@dataclass(frozen=True, slots=True)
class For(Statement):
    """`for i in 0..m, j in 0..n { … }`: nested loops, the first range outermost."""

    ranges: tuple[Range, ...]
    body: Block


@dataclass(frozen=True, slots=True)
class ForEach(Statement):
    """`for x in v { … }`."""

    name: str
    over: Expr
    body: Block


@dataclass(frozen=True, slots=True)
class While(Statement):
    condition: Expr
    body: Block


@dataclass(frozen=True, slots=True)
class Leave(Statement):
    """`stop`, `skip`, each with an optional condition."""

    word: str
    condition: Expr | None


@dataclass(frozen=True, slots=True)
class If(Statement):
    """arms are (condition, block) in order; orelse is () without an `else`."""

    arms: tuple[tuple[Expr, Block], ...]
    orelse: Block


@dataclass(frozen=True, slots=True)
class Record(Statement):
    name: str
    value: Expr | None


@dataclass(frozen=True, slots=True)
class Print(Statement):
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Assert(Statement):
    condition: Expr
    message: str | None


@dataclass(frozen=True, slots=True)
class AssertGrad(Statement):
    value: Expr
    variable: Name
    derivative: Expr


@dataclass(frozen=True, slots=True)
class Expect(Statement):
    claim: Expr


@dataclass(frozen=True, slots=True)
class Output(Statement):
    """One name of an `output` line; value is None for a bare name."""

    name: str
    value: Expr | None


@dataclass(frozen=True, slots=True)
class Use(Statement):
    path: str
    alias: str


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    name: str
    type: Type | None
    default: Expr | None


@dataclass(frozen=True, slots=True)
class Def(Statement):
    """`def f(x) = e` has body () and one result; `def f(x) { …; return e, g }` has a body."""

    name: str
    name_span: Span
    parameters: tuple[Parameter, ...]
    body: Block
    results: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Script(Node):
    statements: Block


# --- walking -----------------------------------------------------------------------------------


_FIELDS: dict[type[Node], tuple[str, ...]] = {}
"""The names of the fields of each kind of node, apart from places."""


def _fields(kind: type[Node]) -> tuple[str, ...]:
    if kind not in _FIELDS:
        _FIELDS[kind] = (*(field.name for field in fields(kind) if not field.name.endswith("span")),)
    return _FIELDS[kind]


def children(node: Node) -> list[Node]:
    """The nodes directly below a node, in the order of the text."""
    found: list[Node] = []
    for name in _fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            _gather(value, found)
    return found


def _gather(values: tuple[object, ...], found: list[Node]) -> None:
    """The nodes of a tuple and of the tuples in it (the arms of an `if` hold blocks: two levels)."""
    for value in values:
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            _gather(value, found)


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, each before what it holds, in the order of the text; does not recurse."""
    todo = [node]
    while todo:
        here = todo.pop()
        yield here
        todo += reversed(children(here))
