"""Sums of products of arrays whose axes carry labels, as matrix products wherever they are such."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gdc.compiler.dims import ONE, Dim
from gdc.compiler.ir import Node, cast, node, size_node
from gdc.compiler.types import Element

Label = Any
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Spread:
    """A value for all rounds at once: an array whose leading axes are the labels', its own axes behind them."""

    node: Node
    labels: tuple[Label, ...] = ()

    @property
    def own(self) -> int:
        """How many axes the value itself has."""
        return self.node.type.rank - len(self.labels)

    def sizes(self) -> dict[Label, Dim]:
        return dict(zip(self.labels, self.node.type.shape, strict=False))


def transposed(array: Node, perm: tuple[int, ...]) -> Node:
    """The axes in another order; two transposes are one, or none."""
    if array.op == "transpose":
        array, perm = array.args[0], tuple(array.get("perm")[k] for k in perm)
    return array if perm == tuple(range(len(perm))) else node("transpose", array, perm=perm)


def arranged(value: Spread, labels: Sequence[Label], own: int) -> Node:
    """The array with an axis for each of `labels`, of size 1 where the value has none, and `own` axes behind."""
    if not value.node.type.rank:
        return value.node
    present = [k for k in labels if k in value.labels]
    perm = (*(value.labels.index(k) for k in present), *range(len(value.labels), value.node.type.rank))
    array = transposed(value.node, perm)
    kinds = tuple("all" if k in value.labels else "new" for k in labels) + ("new",) * (own - value.own)
    return array if "new" not in kinds else node("index", array, subscripts=kinds + ("all",) * value.own)


def stretched(value: Spread, labels: Sequence[Label], sizes: dict[Label, Dim]) -> Node:
    """The array with an axis of full size for each label."""
    array = arranged(value, labels, value.own)
    shape = (*(sizes[k] for k in labels), *(value.node.type.shape[len(value.labels):]))
    if array.type.shape == shape:
        return array
    return node("broadcast" if array.type.rank else "fill", array, *(size_node(d) for d in shape))


def merged(factors: list[Spread], order: dict[Label, int]) -> Spread:
    """The product of factors, entry by entry."""
    labels = tuple(sorted({k for f in factors for k in f.labels}, key=lambda k: order[k]))
    product = arranged(factors[0], labels, 0)
    for factor in factors[1:]:
        product = node("mul", product, arranged(factor, labels, 0))
    return Spread(product, labels if product.type.rank else ())


def contracted(factors: list[Spread], summed: Iterable[Label], order: dict[Label, int], element: Element) -> Spread:
    """The sum over labels of a product of factors; every axis of a factor has a label, every label is in a factor."""
    over = set(summed)
    factors = [Spread(cast(f.node, element), f.labels) for f in factors]
    outside = [f for f in factors if not over & set(f.labels)]
    inside = _alike_together([f for f in factors if over & set(f.labels)], order)
    while True:
        inside = [_presummed(f, over - {k for g in inside if g is not f for k in g.labels}) for f in inside]
        outside += [f for f in inside if not over & set(f.labels)]
        inside = [f for f in inside if over & set(f.labels)]
        pair = _nested_pair(inside) if len(inside) > 2 else None
        if pair is None:
            break
        rest = [f for f in inside if f is not pair[0] and f is not pair[1]]
        inside = [*rest, _joined(pair, over - {k for f in rest for k in f.labels}, order)]
    if len(inside) > 2:
        product = _einsum(inside, over, order)
    elif len(inside) == 2:
        product = _product(inside[0], inside[1], over, order)
    else:
        return merged(outside, order)
    outside = sorted(outside, key=lambda f: len(f.labels))
    return merged([*outside, product], order) if outside else product


def _joined(pair: tuple[Spread, Spread], over: set[Label], order: dict[Label, int]) -> Spread:
    """Two factors as one: summed over what no other factor has, else entry by entry."""
    small, large = pair
    return _product(large, small, over, order) if over & set(small.labels) else merged([large, small], order)


def _alike_together(factors: list[Spread], order: dict[Label, int]) -> list[Spread]:
    """Factors over the same labels as one factor."""
    groups: dict[frozenset[Label], list[Spread]] = {}
    for factor in factors:
        groups.setdefault(frozenset(factor.labels), []).append(factor)
    return [merged(g, order) if len(g) > 1 else g[0] for g in groups.values()]


def _presummed(factor: Spread, alone: set[Label]) -> Spread:
    """A factor summed over the labels that no other factor has."""
    axes = tuple(a for a, k in enumerate(factor.labels) if k in alone)
    if not axes or not alone:
        return factor
    kept = tuple(k for k in factor.labels if k not in alone)
    return Spread(node("sum", factor.node, axes=axes, keepdims=False), kept)


def _nested_pair(factors: list[Spread]) -> tuple[Spread, Spread] | None:
    """A factor whose labels another has too, with the smallest such other."""
    found = [(f, g) for f in factors for g in factors if f is not g and set(f.labels) <= set(g.labels)]
    return min(found, key=lambda p: (len(p[1].labels), -len(p[0].labels)), default=None)


def _einsum(factors: list[Spread], over: set[Label], order: dict[Label, int]) -> Spread:
    labels = sorted({k for f in factors for k in f.labels}, key=lambda k: order[k])
    letter = dict(zip(labels, LETTERS, strict=False))
    kept = tuple(k for k in labels if k not in over)
    inputs = tuple("".join(letter[k] for k in f.labels) for f in factors)
    output = "".join(letter[k] for k in kept)
    return Spread(node("einsum", *(f.node for f in factors), inputs=inputs, output=output), kept)


def _product(left: Spread, right: Spread, over: set[Label], order: dict[Label, int]) -> Spread:
    """The sum over shared labels of two factors: a matrix product with the rows of the first output label's factor."""
    def ranked(labels: Iterable[Label]) -> list[Label]:
        return sorted(labels, key=lambda k: order[k])

    shared = set(left.labels) & set(right.labels)
    inner, batch = ranked(shared & over), ranked(shared - over)
    rows, columns = ranked(set(left.labels) - shared), ranked(set(right.labels) - shared)
    if not rows and not columns and batch:
        return _einsum([left, right], over, order)
    if columns and (not rows or order[columns[0]] < order[rows[0]]):
        left, right, rows, columns = right, left, columns, rows
    sizes = {**left.sizes(), **right.sizes()}
    first = _grouped(left, [batch, rows, inner], sizes, bool(batch))
    second = _grouped(right, [batch, inner, columns], sizes, bool(batch))
    product = node("matmul", first, second)
    return Spread(_ungrouped(product, batch, rows, columns, sizes), (*batch, *rows, *columns))


def _grouped(factor: Spread, groups: list[list[Label]], sizes: dict[Label, Dim], keep_empty: bool) -> Node:
    """The factor as [*batch, group 1, group 2]; several labels become one axis, an empty group goes (or is 1)."""
    batch, one, other = groups
    labels = [*batch, *one, *other]
    array = arranged(factor, labels, 0)
    shape = [sizes[k] for k in batch]
    for group in (one, other):
        if group or keep_empty:
            shape.append(_size(group, sizes))
    if len(one) > 1 or len(other) > 1:
        return node("reshape", array, *(size_node(d) for d in shape))
    if keep_empty and (not one or not other):
        kinds = ("all",) * len(batch) + tuple("all" if group else "new" for group in (one, other))
        return node("index", array, subscripts=kinds)
    return array


def _size(group: list[Label], sizes: dict[Label, Dim]) -> Dim:
    total = ONE
    for label in group:
        total = total * sizes[label]
    return total


def _ungrouped(product: Node, batch: list[Label], rows: list[Label], columns: list[Label],
               sizes: dict[Label, Dim]) -> Node:
    """The product with an axis for each label again."""
    if len(rows) > 1 or len(columns) > 1:
        return node("reshape", product, *(size_node(sizes[k]) for k in (*batch, *rows, *columns)))
    if batch and (not rows or not columns):
        kinds = ("all",) * len(batch)
        zero = size_node(ONE - 1)
        places = [zero for group in (rows, columns) if not group]
        return node("index", product, *places, subscripts=kinds + tuple("all" if g else "at" for g in (rows, columns)))
    return product
