"""Residuals that are only summed: X.T@(X@p + c) = (X.T@X)@p + X.T@c.

A vector e = X@p + c, where a loop changes p and not X, need not be formed if every use of it is linear and keeps few
numbers: X.T@e, v@e, sum(e), mean(e). Each becomes a product with a smaller array that is computed once, before the
loop (for linear regression: Gram's matrix; Björck, Numerical Methods for Least Squares Problems, 2.2). Squares of e
never: they would be small differences of large numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gdc.compiler.construct import apply, matmul, number, reduce, transpose
from gdc.compiler.cost import entries
from gdc.compiler.dims import ZERO, Dim
from gdc.compiler.ir import Node, cast, roots, size_node

Terms = list[tuple[bool, Node]]
SUMMED = ("sum", "mean")


@dataclass(frozen=True, slots=True)
class Residual:
    """A vector, as products (fixed matrix @ moving vector), fixed terms (a vector among them) and numbers that are
    added; and what reads it."""

    value: Node
    readers: tuple[Node, ...]
    products: Terms
    fixed: Terms
    numbers: Terms

    def flops(self) -> Dim:
        """Arithmetic of a round that forms it."""
        formed = sum((entries(p.args[0].type) * 2 for _, p in self.products), ZERO)
        return sum((entries(way(r, self.value).type) * 2 for r in self.readers), formed)

    def flops_before(self) -> Dim:
        """Arithmetic before the loop that serves all rounds without it."""
        total = ZERO
        for reader in self.readers:
            weight = rows(reader) * 2 if reader.op == "matmul" else rows(reader)
            total = sum((entries(p.args[0].type) * weight for _, p in self.products), total)
            if self.fixed or self.numbers:
                total = total + entries(way(reader, self.value).type) * 2
        return total

    def flops_without(self) -> Dim:
        """Arithmetic of a round without it."""
        widths = [p.args[0].type.shape[1] for _, p in self.products]
        return sum((rows(r) * k * 2 for r in self.readers for k in widths), ZERO)


def residuals(
    everything: Iterable[Node], moving_with: Callable[[Node], set[Node] | None], terms: Callable[[Node], Terms]
) -> list[Residual]:
    """Every residual. `moving_with` gives what changes with a value in its loop, `terms` a sum's terms and signs."""
    readers: dict[Node, list[Node]] = {}
    others: set[Node] = set()
    for value in everything:
        read = linear_arguments(value)
        for argument in read:
            readers.setdefault(argument, []).append(value)
        others.update(a for a in value.args if a not in read)
        others.update((*value.deps, *(n for region in value.regions for n in roots(region))))
    found = []
    for value, all_readers in readers.items():
        moving = moving_with(value)
        if value in others or moving is None or any(moving_with(r) is not moving for r in all_readers):
            continue
        if any(r.op == "matmul" and way(r, value) in moving for r in all_readers):
            continue
        residual = split(value, tuple(all_readers), terms(value), moving)
        if residual is not None:
            found.append(residual)
    return found


def linear_arguments(value: Node) -> tuple[Node, ...]:
    """The vectors of which a node takes the sum, the mean, or products with vectors of as many entries."""
    if value.op in SUMMED and value.args[0].type.rank == 1 and not value.type.rank:
        return value.args
    return tuple(a for a in value.args if a.type.rank == 1) if value.op == "matmul" and value.type.rank <= 1 else ()


def split(value: Node, readers: tuple[Node, ...], terms: Terms, moving: set[Node]) -> Residual | None:
    """The residual with its terms sorted, or None where one of them is of no use."""
    products: Terms = []
    fixed: Terms = []
    numbers: Terms = []
    same: Terms = []
    for plus, term in terms:
        is_product = term.op == "matmul" and term.args[0].type.rank == 2 and term.type.rank == 1
        if term not in moving and term.type.rank == 1:
            fixed.append((plus, term))
        elif not term.type.rank:
            (numbers if term in moving else same).append((plus, term))
        elif is_product and term.args[0] not in moving:
            products.append((plus, term))
        else:
            return None
    fixed, numbers = ([*same, *fixed], numbers) if fixed else (fixed, [*numbers, *same])
    return Residual(value, readers, products, fixed, numbers) if products else None


def way(reader: Node, value: Node, new: Callable[[Node], Node] = lambda node: node) -> Node:
    """What a reader multiplies the residual by, as the left factor; the residual itself where it only sums."""
    if reader.op != "matmul":
        return value
    left, right = reader.args
    return new(left) if right is value else transpose(new(right))


def rows(reader: Node) -> Dim:
    """How many numbers a reader makes of the residual."""
    return entries(reader.type)


def spread(reader: Node, residual: Residual, new: Callable[[Node], Node]) -> Terms:
    """The terms of what a reader makes, none of them as long as the residual in a round. `new` gives nodes as they are
    by now."""
    factor = way(reader, residual.value, new)

    def read(array: Node) -> Node:
        return matmul(factor, array) if reader.op == "matmul" else reduce(reader.op, array, (0,))

    terms = [(plus, matmul(read(new(p.args[0])), new(p.args[1]))) for plus, p in residual.products]
    terms += [(plus, apply("mul", new(s), of_ones(reader, factor))) for plus, s in residual.numbers]
    together = joined([(plus, new(t)) for plus, t in residual.fixed], True)
    return [*terms, (together[0], read(together[1]))] if together is not None else terms


def of_ones(reader: Node, factor: Node) -> Node:
    """What a reader makes of a vector of ones."""
    if reader.op == "mean":
        return number(1.0, reader)
    if reader.op == "sum":
        return cast(size_node(reader.args[0].type.shape[0]), reader.type.element)
    if factor.op == "transpose" and factor.type.rank == 2:
        return reduce("sum", factor.args[0], (0,))
    return reduce("sum", factor, (factor.type.rank - 1,))


def joined(terms: list[tuple[bool, Node]], is_sum: bool) -> tuple[bool, Node] | None:
    """The terms as one, and its sign; the first plus leads."""
    if not terms:
        return None
    if not is_sum:
        product = terms[0][1]
        for _, factor in terms[1:]:
            product = apply("mul", product, factor)
        return True, product
    lead = next((k for k, (plus, _) in enumerate(terms) if plus), 0)
    sign, total = terms[lead]
    for plus, term in terms[:lead] + terms[lead + 1 :]:
        total = apply("add" if plus == sign else "sub", total, term)
    return sign, total
