"""Residuals that are only summed: X.T@(X@p + c) = (X.T@X)@p + X.T@c.

A vector e = X@p + c, where a loop changes p and not X, need not be formed if every use of it is linear and keeps few
numbers: X.T@e, v@e, sum(e), mean(e). Each becomes a product with a smaller array that is computed once, before the
loop (for linear regression: Gram's matrix; Björck, Numerical Methods for Least Squares Problems, 2.2). Squares of e
never: they would be small differences of large numbers.

Scales of e go to its readers: X.T@(d*e) = (X.T*d)@e for weights d that the loop does not change, X.T@(s*e) = s*(X.T@e)
for numbers. A fixed vector times a number of the round, s*v in e, is s times a fixed product. A matrix E = X@P + C is
read by X.T@E.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gdc.compiler.construct import apply, matmul, number, reduce, transpose
from gdc.compiler.cost import entries
from gdc.compiler.dims import ONE, ZERO, Dim
from gdc.compiler.ir import Node, cast, node, roots, size_node

Terms = list[tuple[bool, Node]]
SUMMED = ("sum", "mean")


@dataclass(frozen=True, slots=True)
class Residual:
    """A vector or matrix, as products (fixed matrix @ moving vector), fixed terms (one of the residual's rank among
    them), numbers that are added, fixed vectors times numbers, and what all of it, `inner`, is scaled by; its
    readers."""

    value: Node
    inner: Node
    readers: tuple[Node, ...]
    products: Terms
    fixed: Terms
    numbers: Terms
    multiples: list[tuple[bool, Node, Node]]
    scales: list[Node]
    weights: list[Node]

    def flops(self) -> Dim:
        """Arithmetic of a round that forms it."""
        width = self.value.type.shape[1] if self.value.type.rank == 2 else ONE
        formed = sum((entries(p.args[0].type) * width * 2 for _, p in self.products), ZERO)
        return sum((entries(way(r, self.value).type) * (width if r.op == "matmul" else ONE) * 2 for r in self.readers),
                   formed)

    def flops_before(self) -> Dim:
        """Arithmetic before the loop that serves all rounds without it."""
        total = ZERO
        for reader in self.readers:
            weight = height(reader) * 2 if reader.op == "matmul" or self.weights else ONE
            total = sum((entries(p.args[0].type) * weight for _, p in self.products), total)
            if self.fixed or self.numbers or self.multiples:
                width = self.value.type.shape[1] if self.value.type.rank == 2 and reader.op == "matmul" else ONE
                total = total + entries(way(reader, self.value).type) * width * 2
            if self.weights:
                total = total + entries(way(reader, self.value).type)
        return total

    def moving(self) -> tuple[Node, ...]:
        """What of it changes from round to round."""
        numbers = (*(s for _, s in self.numbers), *(s for _, s, _ in self.multiples))
        return (*(p.args[1] for _, p in self.products), *numbers)

    def flops_without(self) -> Dim:
        """Arithmetic of a round without it."""
        widths = [p.args[0].type.shape[1] for _, p in self.products]
        return sum((rows(r) * k * 2 for r in self.readers for k in widths), ZERO)


def residuals(
    everything: Iterable[Node],
    moving_with: Callable[[Node], set[Node] | None],
    terms: Callable[[Node], Terms],
    once: Callable[[Node], bool],
) -> list[Residual]:
    """Every residual. `moving_with` gives what changes with a value in its loop, `terms` a sum's terms and signs,
    `once` says whether one place alone uses a node."""
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
        residual = split(value, tuple(all_readers), terms, moving, once)
        if residual is not None:
            found.append(residual)
    return found


def linear_arguments(value: Node) -> tuple[Node, ...]:
    """The vectors of which a node takes the sum, the mean, or products with vectors of as many entries; the matrix that
    another is multiplied by."""
    if value.op in SUMMED and value.args[0].type.rank == 1 and not value.type.rank:
        return value.args
    if value.op != "matmul":
        return ()
    if value.type.rank == 2:
        return value.args[1:] if value.args[0] is not value.args[1] else ()
    return tuple(a for a in value.args if a.type.rank == 1) if value.type.rank <= 1 else ()


def split(
    value: Node,
    readers: tuple[Node, ...],
    terms: Callable[[Node], Terms],
    moving: set[Node],
    once: Callable[[Node], bool],
) -> Residual | None:
    """The residual with its terms sorted, or None where one of them is of no use."""
    rank = value.type.rank
    scales, weights, inner = scaled(value, moving, once)
    found = Residual(value, inner, readers, [], [], [], [], scales, weights)
    same: Terms = []
    for plus, term in terms(inner):
        is_product = term.op == "matmul" and term.args[0].type.rank == 2 and term.type.rank == rank
        multiple = multiple_of(term, moving)
        if term not in moving and term.type.rank == rank:
            found.fixed.append((plus, term))
        elif not term.type.rank:
            (found.numbers if term in moving else same).append((plus, term))
        elif is_product and term.args[0] not in moving and term.args[1] in moving:
            found.products.append((plus, term))
        elif multiple is not None and rank == 1:
            found.multiples.append((plus, *multiple))
        else:
            return None
    if rank == 2 and found.numbers + same + [(True, w) for w in weights]:
        return None
    if found.fixed:
        found.fixed[:0] = same
    else:
        found.numbers.extend(same)
    return found if found.products else None


def scaled(value: Node, moving: set[Node], once: Callable[[Node], bool]) -> tuple[list[Node], list[Node], Node]:
    """The numbers and the fixed vectors that a value is scaled by, and what they scale."""
    scales: list[Node] = []
    weights: list[Node] = []
    inner = value
    while inner.op == "mul" and (inner is value or once(inner)):
        found = next(((s, e) for s, e in (inner.args, inner.args[::-1])
                      if e in moving and e.type == inner.type and (not s.type.rank or s not in moving)
                      and s.type.shape in ((), inner.type.shape) and s.type.rank < 2 and once(e)), None)
        if found is None:
            break
        (weights if found[0].type.rank else scales).append(found[0])
        inner = found[1]
    return scales, weights, inner


def multiple_of(term: Node, moving: set[Node]) -> tuple[Node, Node] | None:
    """A number and the fixed vector that it multiplies."""
    if term.op != "mul":
        return None
    for number_, vector in (term.args, term.args[::-1]):
        if not number_.type.rank and vector not in moving and vector.type == term.type:
            return number_, vector
    return None


def way(reader: Node, value: Node, new: Callable[[Node], Node] = lambda node: node) -> Node:
    """What a reader multiplies the residual by, as the left factor; the residual itself where it only sums."""
    if reader.op != "matmul":
        return value
    left, right = reader.args
    return new(left) if right is value else transpose(new(right))


def rows(reader: Node) -> Dim:
    """How many numbers a reader makes of the residual."""
    return entries(reader.type)


def height(reader: Node) -> Dim:
    """How many rows a reader has."""
    return reader.type.shape[0] if reader.type.rank else ONE


def spread(
    reader: Node,
    residual: Residual,
    new: Callable[[Node], Node],
    is_short: Callable[[Dim], bool],
    anchored: Callable[[Node], Node] | None = None,
) -> Terms:
    """The terms of what a reader makes, none of them as long as the residual in a round. `new` gives nodes as they are
    by now; `is_short` says whether vectors of a size are so short that a product is better summed column by column;
    `anchored` gives values of an earlier round (anchors.py), from which only differences count."""
    factor = weighed(way(reader, residual.value, new), reader, [new(w) for w in residual.weights])
    multiplies = reader.op == "matmul" or bool(residual.weights)

    def read(array: Node) -> Node:
        return matmul(factor, array) if multiplies else reduce(reader.op, array, (0,))

    def product(matrix: Node, vector: Node) -> Node:
        if factor.type.rank == 2 and vector.type.rank == 1 and is_short(height(reader)):
            return matmul(transpose(matmul(transpose(matrix), transpose(factor))), vector)
        return matmul(read(matrix), vector)

    def moved(value: Node) -> Node:
        now = new(value)
        return now if anchored is None else apply("sub", now, anchored(now))

    terms = [(plus, product(new(p.args[0]), moved(p.args[1]))) for plus, p in residual.products]
    ones = reduce("sum", factor, (factor.type.rank - 1,)) if residual.weights else of_ones(reader, factor)
    terms += [(plus, apply("mul", moved(s), ones)) for plus, s in residual.numbers]
    terms += [(plus, apply("mul", moved(s), read(new(v)))) for plus, s, v in residual.multiples]
    together = joined([(plus, new(t)) for plus, t in residual.fixed], True)
    if anchored is not None:
        terms.insert(0, (True, anchored(read(new(residual.inner)))))
    elif together is not None:
        terms.append((together[0], read(together[1])))
    scales = [new(s) for s in residual.scales]
    if reader.op == "mean" and residual.weights:
        scales.append(apply("div", number(1.0, reader), cast(size_node(residual.value.type.shape[0]),
                                                             reader.type.element)))
    for scale in scales:
        terms = [(plus, apply("mul", scale, term)) for plus, term in terms]
    return terms


def weighed(factor: Node, reader: Node, weights: list[Node]) -> Node:
    """What a reader multiplies a residual by, times the residual's weights."""
    together = joined([(True, w) for w in weights], False)
    if together is None:
        return factor
    if reader.op != "matmul":
        return together[1]
    if factor.type.rank == 2:
        return apply("mul", factor, node("index", together[1], subscripts=("new", "all")))
    return apply("mul", factor, together[1])


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
