"""Matrix chains: products flattened to their factors, and the cheapest grouping of them.

Factors are matrices; a vector is a column n x 1 or a row 1 x n: at an end of a chain, or, as the two factors of an
outer product u[:, new]*v, inside it. Costs are formulas over sizes, so two groupings may be beyond comparison: then
both are kept. One that is provably no dearer than the chain as written (for all sizes of `cost.SMALLEST` or more)
stands for it; between what is left, the sizes of a call decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from gdc.compiler.construct import apply, matmul, transpose
from gdc.compiler.cost import at_most, cheaper, own_flops
from gdc.compiler.diagonals import COLUMN, ROW
from gdc.compiler.dims import ONE, ZERO, Dim
from gdc.compiler.ir import Node, node

LONGEST = 12  # factors of a chain that is looked at
MOST = 8  # groupings of one stretch that are kept beside one another


@dataclass(frozen=True, slots=True)
class Factor:
    """A leaf of a chain as the matrix rows × columns that it stands for."""

    value: Node
    transposed: bool = False

    @property
    def node(self) -> Node:
        return transpose(self.value) if self.transposed and self.value.type.rank == 2 else self.value

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


class Chain:
    """A product opened into factors; `scalars` are the scalar ops taken off, `written` the grouping as it stood."""

    def __init__(self, product: Node, may_open: Callable[[Node], bool], may_strip: Callable[[Node], bool]) -> None:
        self.product, self.may_open, self.may_strip = product, may_open, may_strip
        self.factors: list[Factor] = []
        self.scalars: list[tuple[str, Node | None]] = []
        self.scaling = ZERO  # what the scalars cost as written
        left, right = product.args
        self.written = self._opened(product, left.type.rank == 1 and right.type.rank == 2, 0)

    def _opened(self, value: Node, turned: bool, depth: int) -> Grouping:
        """A factor, or the factors of an inner product. A turned matrix is transposed, a turned vector is a row."""
        value, turned = self._stripped(value, turned)
        inner = (
            value.op == "matmul"
            and all(a.type.rank <= 2 for a in value.args)
            and (value is self.product or self.may_open(value))
        )
        outer = outer_factors(value) if value is not self.product and self.may_open(value) else None
        if outer is not None:
            column, row = reversed(outer) if turned else outer
            return joined(self._leaf(column, False), self._leaf(row, True))
        if not inner or depth >= LONGEST:
            return self._leaf(value, turned)
        left, right = value.args
        if left.type.rank == 1 and right.type.rank == 1:
            sides = (left, True), (right, False)
        elif left.type.rank == 1:
            sides = ((left, True), (right, False)) if turned else ((right, True), (left, False))
        else:
            sides = ((right, True), (left, True)) if turned else ((left, False), (right, False))
        first = self._opened(*sides[0], depth + 1)
        return joined(first, self._opened(*sides[1], depth + 1))

    def _leaf(self, value: Node, turned: bool) -> Grouping:
        self.factors.append(Factor(value, turned))
        return Grouping(ZERO, factor=self.factors[-1])

    def _stripped(self, value: Node, turned: bool) -> tuple[Node, bool]:
        """Transposes and scalars taken off a factor."""
        while value is not self.product:
            if value.op == "transpose" and value.type.rank == 2:
                value, turned = value.args[0], not turned
                continue
            found = scalar_of(value)
            if found is None or not self.may_strip(value):
                break
            self.scaling = self.scaling + own_flops(value)
            op, scalar, value = found
            self.scalars.append((op, scalar))
        return value, turned


def scalar_of(value: Node) -> tuple[str, Node | None, Node] | None:
    """The scalar op outermost on an array: what it does, the scalar, the array."""
    if not value.type.rank:
        return None
    if value.op == "neg":
        return "neg", None, value.args[0]
    if value.op in ("mul", "div") and not value.args[1].type.rank:
        return value.op, value.args[1], value.args[0]
    if value.op == "mul" and not value.args[0].type.rank:
        return "mul", value.args[0], value.args[1]
    return None


def outer_factors(value: Node) -> tuple[Node, Node] | None:
    """u and v of u[:, new]*v[new, :]."""
    if value.op != "mul" or any(a.op != "index" or a.args[0].type.rank != 1 for a in value.args):
        return None
    sides = {a.get("subscripts"): a.args[0] for a in value.args}
    return (sides[COLUMN], sides[ROW]) if set(sides) == {COLUMN, ROW} else None


def with_scalars(value: Node, scalars: list[tuple[str, Node | None]]) -> Node:
    """The scalars put on a value: first to one another, then to it."""
    factor: Node | None = None
    for op, scalar in scalars:
        if op == "mul" and scalar is not None:
            factor = scalar if factor is None else apply("mul", factor, scalar)
    for op, scalar in scalars:
        if op == "div" and scalar is not None:
            if factor is None:
                value = apply("div", value, scalar)
            else:
                factor = apply("div", factor, scalar)
    if sum(op == "neg" for op, _ in scalars) % 2:
        if factor is None:
            value = apply("neg", value)
        else:
            factor = apply("neg", factor)
    return value if factor is None else apply("mul", factor, value)


def ends(grouping: Grouping) -> tuple[Dim, Dim]:
    """Rows and columns of what a grouping computes."""
    first, last = outermost(grouping)
    return first.shape[0], last.shape[1]


def outermost(grouping: Grouping) -> tuple[Factor, Factor]:
    """The first and the last factor of a grouping."""
    first, last = grouping, grouping
    while first.left is not None:
        first = first.left
    while last.right is not None:
        last = last.right
    assert first.factor is not None and last.factor is not None
    return first.factor, last.factor


def is_column(grouping: Grouping) -> bool:
    """Whether a grouping computes a column (or a number): it ends in one."""
    last = outermost(grouping)[1]
    return last.value.type.rank == 1 and not last.transposed


def is_row(grouping: Grouping) -> bool:
    first = outermost(grouping)[0]
    return first.value.type.rank == 1 and first.transposed


def joined(left: Grouping, right: Grouping) -> Grouping:
    rows, inner = ends(left)
    columns = ends(right)[1]
    return Grouping(left.cost + right.cost + rows * inner * columns * 2, left, right)


def best(chain: list[Factor], written: Grouping, beats: Callable[[Grouping, Grouping], bool] | None = None) -> Grouping:
    """The cheapest grouping of a chain, by dynamic programming; `written` where no other provably beats it.

    beats(one, other) says whether one is cheaper than the other where no proof does.
    """
    if not 2 < len(chain) <= LONGEST:
        return written
    table: dict[tuple[int, int], list[Grouping]] = {(k, k): [Grouping(ZERO, factor=f)] for k, f in enumerate(chain)}
    for length in range(2, len(chain) + 1):
        for first in range(len(chain) - length + 1):
            last = first + length - 1
            table[first, last] = undominated(
                [
                    joined(a, b)
                    for split in range(first, last)
                    for a in table[first, split]
                    for b in table[split + 1, last]
                ]
            )
    candidates = table[0, len(chain) - 1]
    chosen = next((c for c in candidates if cheaper(c.cost, written.cost)), written)
    compared = {chosen.cost}
    for candidate in candidates if beats else ():
        known = candidate.cost in compared or at_most(chosen.cost, candidate.cost)
        compared.add(candidate.cost)
        if beats and not known and beats(candidate, chosen):
            chosen = candidate
    return chosen


def written_out(grouping: Grouping, word: Callable[[Factor], str]) -> str:
    """`A@(B@C)`."""
    if grouping.factor is not None:
        return word(grouping.factor)
    assert grouping.left is not None and grouping.right is not None
    sides = [written_out(side, word) for side in (grouping.left, grouping.right)]
    return "@".join(w if s.factor else f"({w})" for w, s in zip(sides, (grouping.left, grouping.right), strict=True))


def exchanged(grouping: Grouping, old: Factor, new: Factor) -> Grouping:
    """The grouping with another factor of the same shape in the place of one."""
    if grouping.factor is not None:
        return replace(grouping, factor=new) if grouping.factor is old else grouping
    assert grouping.left is not None and grouping.right is not None
    return replace(
        grouping, left=exchanged(grouping.left, old, new), right=exchanged(grouping.right, old, new)
    )


def undominated(candidates: list[Grouping]) -> list[Grouping]:
    """The candidates that no other is provably at most as dear as, the earliest of equals; not more than MOST."""
    kept: list[Grouping] = []
    for candidate in candidates:
        if any(at_most(other.cost, candidate.cost) for other in kept):
            continue
        kept = [other for other in kept if not at_most(candidate.cost, other.cost)]
        kept.append(candidate)
    return kept[:MOST]


def built(grouping: Grouping, times: Callable[[Node, Node], Node] = matmul) -> Node:
    """The products of a grouping. A row times a column is a scalar, a matrix times a column a vector."""
    if grouping.factor is not None:
        return grouping.factor.node
    assert grouping.left is not None and grouping.right is not None
    left, right = built(grouping.left, times), built(grouping.right, times)
    if not (is_column(grouping.left) and is_row(grouping.right)):
        return times(left, right)
    if left.type.rank and right.type.rank:
        left, right = node("index", left, subscripts=COLUMN), node("index", right, subscripts=ROW)
    return apply("mul", left, right)
