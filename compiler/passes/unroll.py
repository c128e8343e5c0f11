"""A sum of few arrays is written out, and rows of columns are one look-up, so that no array of parts need be made.

    unroll   sum(roll(A, a, axis=0) for a in -1..2) = roll(A, -1, axis=0) + A + roll(A, 1, axis=0)
    places   A[p, :][:, q] = A[p[:, new], q[new, :]], where p and q are counted, not looked up

The terms stand in the order in which the fold adds them up: both are exact.
"""

from __future__ import annotations

from itertools import product

from gdc.compiler.bindings import is_turn
from gdc.compiler.ir import Node, Program, Region, cast, integer, node, rebuild, rewrite, size_of, walk
from gdc.compiler.ops import OPS
from gdc.compiler.record import Record, Step
from gdc.compiler.regions import copied, dependents
from gdc.compiler.rules import formula, through

NAME = "unroll"
SWITCHES = ("unroll", "places")
MOST_TERMS = 9
MOST_NODES = 100  # that all terms together compute
JOINED = {"sum": "add", "prod": "mul", "min": "minimum", "max": "maximum", "all": "and", "any": "or"}
LIGHT = frozenset({"MAP", "VIEW", "GATHER"})


def run(program: Program, record: Record) -> Program:
    """Writes short folds of arrays out, inner ones first."""

    def change(value: Node) -> Node:
        if value.op == "fold" and record.allows("unroll"):
            return unrolled(value, program, record)
        return at_once(value) if value.op == "gather" and record.allows("places") else value

    def changed(region: Region) -> Region:
        return rewrite(region, change, program.origins)

    return through(program, changed)


# --- folds ----------------------------------------------------------------------------------------


def unrolled(fold: Node, program: Program, record: Record) -> Node:
    """The fold as a formula over its terms, if they are few and light arrays."""
    rounds = places(fold)
    region = fold.regions[0]
    (term,) = region.results
    if not fold.type.rank or fold.get("monoid") not in JOINED or not rounds or region.effects:
        return fold
    moving = dependents([term], region.params)
    if len(rounds) * len(moving) > MOST_NODES or not all(is_light(n) for n in moving):
        return fold
    terms = [copied([term], dict(zip(region.params, at, strict=True)))[0] for at in rounds]
    terms = [settled(t, record) for t in terms]
    total = cast(terms[0], fold.type.element)
    for other in terms[1:]:
        total = node(JOINED[fold.get("monoid")], total, cast(other, fold.type.element))
    spans = program.origins.of(fold)
    for made in walk([total]):
        if made.args and not program.origins.of(made):
            program.origins.add(made, *spans)
    record.add(Step(NAME, NAME, formula(fold, program.origins), f"{len(terms)} terms",
                    "no array need hold each of them, or what they add up to so far", spans))
    return total


def places(fold: Node) -> list[tuple[Node, ...]]:
    """The indices of each round, in order; none where they are not known, or are many."""
    ranges = []
    for start, count, step in zip(*(fold.args[k::3] for k in range(3)), strict=True):
        first, many, by = size_of(start), size_of(count), size_of(step)
        if not (first.is_constant and many.is_constant and by.is_constant) or not 0 < many.constant <= MOST_TERMS:
            return []
        ranges.append([integer(first.constant + by.constant * k) for k in range(many.constant)])
    found = list(product(*ranges))
    return found if len(found) <= MOST_TERMS else []


def is_light(value: Node) -> bool:
    """Whether an entry of a value costs little, and can be part of another formula."""
    if value.op in ("param", "cast"):
        return True
    return value.op in OPS and OPS[value.op].kind in LIGHT and not value.regions and not value.is_effect


def settled(term: Node, record: Record) -> Node:
    """A term with what is looked up twice looked up once: its places are numbers now."""
    if not record.allows("places"):
        return term
    new: dict[Node, Node] = {}
    for value in walk([term]):
        changed = rebuild(value, new)
        new[value] = at_once(changed) if changed.op == "gather" else changed
    return new[term]


# --- places ---------------------------------------------------------------------------------------


def at_once(outer: Node) -> Node:
    """Rows of columns, or columns of rows, of neighbouring axes: looked up in the array itself."""
    inner = outer.args[0]
    if inner.op != "gather":
        return outer
    one, other = axis_of(outer), axis_of(inner)
    if one is None or other is None or abs(one - other) != 1 or not (is_turn(inner.args[1]) and is_turn(outer.args[1])):
        return outer
    first, second = (outer, inner) if one < other else (inner, outer)
    kinds = ["all"] * outer.type.rank
    kinds[one] = kinds[other] = "gather"
    column = node("index", first.args[1], subscripts=("all", "new"))
    row = node("index", second.args[1], subscripts=("new", "all"))
    deps = dict.fromkeys((*inner.deps, *outer.deps))
    return node("gather", inner.args[0], column, row, subscripts=tuple(kinds), deps=deps)


def axis_of(gather: Node) -> int | None:
    """The axis along which a vector of places is looked up, where the others are taken whole."""
    kinds = gather.get("subscripts")
    if sorted(set(kinds)) not in (["all", "gather"], ["gather"]) or kinds.count("gather") != 1:
        return None
    return kinds.index("gather") if gather.args[1].type.rank == 1 else None
