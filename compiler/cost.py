"""What a node costs: flops and bytes as formulas over sizes.

    flops   arithmetic of one evaluation; a region counts once for each round or place
    bytes   what one evaluation reads and writes, each array once; a view costs nothing
    work    flops of everything that values need, each node once

A count that is not known from sizes (a loop left by `stop`) is one round. Comparing two formulas, no named size is
below SMALLEST: sizes of 0 and 1 cost nothing worth a decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce as fold

from gdc.compiler.dims import ONE, ZERO, Dim, Monomial, atom_dim, dim, surely_at_least
from gdc.compiler.ir import Node, Program, Region, nested, roots, size_of, walk
from gdc.compiler.ops import OPS
from gdc.compiler.types import Type

SMALLEST = 2
RARELY = 10  # times that a branch is taken which is marked `rare` (compiler/anchors.py)
FREE = frozenset(
    {
        "transpose",
        "reshape",
        "broadcast",
        "index",
        "size",
        "const",
        "input",
        "param",
        "project",
        "variable",
        "undefined",
    }
)


def entries(t: Type) -> Dim:
    """How many entries a value has."""
    return fold(lambda total, size: total * size, t.shape, ONE)


def at_most(left: Dim, right: Dim) -> bool:
    """Whether left <= right for all sizes of SMALLEST or more."""

    def raised(size: Dim) -> Dim:
        return size.substitute(lambda atom: atom_dim(atom) + SMALLEST)

    return surely_at_least(raised(right), raised(left))


def cheaper(left: Dim, right: Dim) -> bool:
    """Whether left < right for all sizes of SMALLEST or more, but for ties at some sizes."""
    return left != right and at_most(left, right)


def own_flops(value: Node) -> Dim:
    """Arithmetic of one node, its regions apart."""
    row = OPS.get(value.op)
    if row is None:
        return ZERO
    special = _FLOPS.get(value.op)
    if special is not None:
        return special(value)
    rate = max(round(row.flops), 0)
    if row.kind == "MAP":
        return entries(value.type) * rate
    return entries(value.args[0].type) * rate if row.kind in ("REDUCE", "LIBRARY") else ZERO


def _matmul(value: Node) -> Dim:
    return entries(value.type) * value.args[0].type.shape[-1] * 2


def _einsum(value: Node) -> Dim:
    sizes: dict[str, Dim] = {}
    for letters, argument in zip(value.get("inputs"), value.args, strict=True):
        sizes.update(zip(letters, argument.type.shape, strict=True))
    return fold(lambda total, size: total * size, sizes.values(), dim(len(value.args)))


TRIANGLES = ("lower", "upper")


def _cubic(numerator: int, denominator: int) -> Callable[[Node], Dim]:
    """n^3 times a fraction, rounded down; a solve adds 2*n^2 for each right side, and one that reads a triangle or
    factors has nothing to factor."""

    def flops(value: Node) -> Dim:
        n = value.args[0].type.shape[0]
        cube = n * n * n * numerator // denominator
        if value.op != "solve":
            return cube
        by_columns = entries(value.args[1].type) * n * (1 if value.get("reads") in TRIANGLES else 2)
        return by_columns if value.get("reads") else cube + by_columns

    return flops


def _factored(rate: int) -> Callable[[Node], Dim]:
    """So many times m*n^2, which libraries need for a factorisation, about."""
    return lambda value: entries(value.args[0].type) * value.args[0].type.shape[1] * rate


def _convolve(value: Node) -> Dim:
    return entries(value.args[0].type) * entries(value.args[1].type) * 2


_FLOPS: dict[str, Callable[[Node], Dim]] = {
    "matmul": _matmul,
    "einsum": _einsum,
    "solve": _cubic(2, 3),
    "inv": _cubic(2, 1),
    "det": _cubic(2, 3),
    "cholesky": _cubic(1, 3),
    "lu": _factored(1),
    "qr": _factored(4),
    "eigh": _factored(9),
    "svd": _factored(20),
    "pinv": _factored(24),
    "eig": _factored(25),
    "convolve": _convolve,
}


def rounds(value: Node) -> Dim:
    """How often a node's regions are evaluated."""
    if value.op == "loop":
        return size_of(value.args[1]) if value.get("kind") == "count" else ONE
    if value.op in ("table", "fold"):
        return fold(lambda total, size: total * size, (size_of(a) for a in value.args[1::3]), ONE)
    return ONE


def inside(value: Node) -> frozenset[Node]:
    """What a node's regions evaluate anew each time: what depends on their parameters, and their effects."""
    moving: set[Node] = {p for region in value.regions for p in region.params}
    moving.update(e for region in value.regions for e in region.effects)
    params = frozenset(moving)
    for found in walk(n for region in value.regions for n in roots(region)):
        if found not in moving and any(n in moving for n in nested(found)):
            moving.add(found)
    return frozenset(moving - params) | frozenset(p for p in params if p.op != "param")


def evaluations(values: Iterable[Node]) -> dict[Node, Dim]:
    """How often each node that the values need is evaluated: once for each round of the loops round it, a few times
    where only a branch that is rarely taken needs it."""
    given = list(values)
    everything = walk(given)
    times: dict[Node, Dim] = {}
    for value in reversed(everything):
        if value.regions:
            factor = times.get(value, ONE) * rounds(value)
            for found in inside(value):
                times[found] = factor if found not in times else longer(times[found], factor)
    often = set(walk(given, below=needed_often))
    return {value: times.get(value, ONE) if value in often else dim(RARELY) for value in everything}


def needed_often(value: Node) -> Iterable[Node]:
    return (*value.args, *value.deps) if value.op == "branch" and value.get("rare") else nested(value)


def work(values: Iterable[Node]) -> Dim:
    """Flops of everything that the values need, each node once, a region's nodes once for each round."""
    return fold(lambda total, n: total + own_flops(n[0]) * n[1], evaluations(values).items(), ZERO)


def longer(left: Dim, right: Dim) -> Dim:
    """The deeper of two nested counts."""
    return right if surely_at_least(right, left) else left


def flops(program: Program) -> Dim:
    """Flops of one run of a program."""
    return work(roots(program.region))


def width(t: Type) -> int:
    return max(t.element.bits // 8, 1)


def own_bytes(value: Node) -> Dim:
    """What one node on its own reads and writes."""
    if value.op in FREE or value.is_effect or not value.types:
        return ZERO
    moved = entries(value.type) * width(value.type) if value.type.shape else ZERO
    for argument in dict.fromkeys(value.args):
        if argument.type.shape and argument.op != "fill":
            moved = moved + entries(argument.type) * width(argument.type)
    return moved


def region_bytes(region: Region) -> Dim:
    return fold(lambda total, n: total + own_bytes(n), walk(roots(region)), ZERO)


def passes(times: dict[Node, Dim], source: Node) -> Dim:
    """How often an array is read from end to end, itself or through views. `times`, in order, are the evaluations."""
    seen: dict[Node, Dim] = {source: entries(source.type)}
    read = ZERO
    for value, rounds in times.items():
        parts = [a for a in dict.fromkeys(value.args) if a in seen]
        if parts and value.op in ("index", "project"):
            seen[value] = entries(value.type)
        elif parts and value.op in FREE:
            seen[value] = seen[parts[0]]
        elif not value.is_effect and not value.regions:
            for part in parts:
                read = read + seen[part] * rounds
    return over(read, entries(source.type))


def over(total: Dim, part: Dim) -> Dim:
    """total / part, term by term where that leaves no rest."""
    if len(part.terms) != 1:
        return total // part
    monomial, number = part.terms[0]
    quotient: dict[Monomial, int] = {}
    for atoms, factor in total.terms:
        rest = list(atoms)
        for atom in monomial:
            if atom not in rest:
                return total // part
            rest.remove(atom)
        if factor % number:
            return total // part
        quotient[tuple(rest)] = factor // number
    return Dim(quotient)
