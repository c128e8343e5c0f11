"""Matrix chains: products flattened to their factors, and the cheapest grouping of them.

Factors are matrices; a vector is a column n × 1 at the end of a chain, or a row 1 × n at its start. Costs are formulas over
sizes, so two groupings may be beyond comparison: then both are kept, and the chain stays as written unless one grouping is
provably no dearer than it (for all sizes of `cost.SMALLEST` or more).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gdc.compiler.construct import matmul, transpose
from gdc.compiler.cost import at_most, cheaper
from gdc.compiler.dims import ONE, ZERO, Dim
from gdc.compiler.ir import Node

LONGEST = 12        # factors of a chain that is looked at
MOST = 8            # groupings of one stretch that are kept beside one another


@dataclass(frozen=True, slots=True)
class Factor:
    """A leaf of a chain as the matrix rows × columns that it stands for."""

    value: Node
    transposed: bool = False

    @property
    def node(self) -> Node:
        return transpose(self.value) if self.transposed and self.value.type.rank == 2 else self.value

    @property
    def turned(self) -> Factor:
        return Factor(self.value, not self.transposed)

    @property
    def shape(self) -> tuple[Dim, Dim]:
        """A vector is a column, transposed a row."""
        shape = self.value.type.shape
        rows, columns = (shape[0], ONE) if len(shape) == 1 else (shape[0], shape[1])
        return (columns, rows) if self.transposed else (rows, columns)


@dataclass(frozen=True, slots=True)
class Grouping:
    """A way to multiply factors first … last: its cost, and where the last product splits it."""

    cost: Dim
    left: Grouping | None = None
    right: Grouping | None = None
    factor: Factor | None = None


def factors(product: Node, may_open: Callable[[Node], bool]) -> tuple[list[Factor], Grouping]:
    """The factors of a product and the grouping as written. Inner products are opened where `may_open` allows it."""
    made: list[Factor] = []

    def row_of(value: Node) -> bool:
        return value.type.rank == 1

    # a stack of (node, transposed?) visited left to right; groupings are put together on the way back
    def opened(value: Node, transposed: bool, depth: int) -> Grouping:
        inner, turned = value, transposed
        while inner.op == "transpose" and inner.type.rank == 2 and may_open(inner):
            inner, turned = inner.args[0], not turned
        if depth < LONGEST and inner.op == "matmul" and inner.type.rank <= 2 and all(a.type.rank <= 2 for a in inner.args) and \
                (inner is product or may_open(inner)):
            left, right = inner.args
            sides = ((right, not row_of(right) or True, left, True) if turned else (left, row_of(left), right, False))
            first = opened(sides[0], turned if sides[0].type.rank == 2 else True, depth + 1)
            second = opened(sides[2], turned if sides[2].type.rank == 2 else False, depth + 1)
            return joined(first, second)
        made.append(Factor(inner, turned))
        return Grouping(ZERO, factor=made[-1])

    grouping = opened(product, False, 0)
    return made, grouping


def ends(grouping: Grouping) -> tuple[Dim, Dim]:
    """Rows and columns of what a grouping computes."""
    first, last = grouping, grouping
    while first.left is not None:
        first = first.left
    while last.right is not None:
        last = last.right
    assert first.factor is not None and last.factor is not None
    return first.factor.shape[0], last.factor.shape[1]


def joined(left: Grouping, right: Grouping) -> Grouping:
    rows, inner = ends(left)
    columns = ends(right)[1]
    return Grouping(left.cost + right.cost + rows * inner * columns * 2, left, right)


def best(chain: list[Factor], written: Grouping) -> Grouping:
    """The cheapest grouping of a chain, `written` where no other is provably no dearer than it and cheaper somewhere."""
    if not 2 < len(chain) <= LONGEST:
        return written
    table: dict[tuple[int, int], list[Grouping]] = {(k, k): [Grouping(ZERO, factor=f)] for k, f in enumerate(chain)}
    for length in range(2, len(chain) + 1):
        for first in range(len(chain) - length + 1):
            last = first + length - 1
            table[first, last] = undominated([joined(a, b) for split in range(first, last)
                                              for a in table[first, split] for b in table[split + 1, last]])
    for candidate in table[0, len(chain) - 1]:
        if cheaper(candidate.cost, written.cost):
            return candidate
    return written


def undominated(candidates: list[Grouping]) -> list[Grouping]:
    """The candidates that no other is provably at most as dear as, the earliest of equals; not more than MOST."""
    kept: list[Grouping] = []
    for candidate in candidates:
        if any(at_most(other.cost, candidate.cost) for other in kept):
            continue
        kept = [other for other in kept if not at_most(candidate.cost, other.cost)]
        kept.append(candidate)
    return kept[:MOST]


def built(grouping: Grouping) -> Node:
    """The products of a grouping. A product of a row and a column is a scalar; a matrix and a column, a vector."""
    if grouping.factor is not None:
        return grouping.factor.node
    assert grouping.left is not None and grouping.right is not None
    return matmul(built(grouping.left), built(grouping.right))
