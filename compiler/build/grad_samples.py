"""What `gdc check --grad` is told of a derivative each time the program comes by it: the trace of its place.

    row = rank and sizes of w; then for each direction d: sum(g*d), sum(abs(g*d)); then the steps; then J(w + step*d)
          for each direction and step

J is the formula that the derivative was taken of, copied, with w + step*d in the place of w. A direction's entries are
drawn once for all: of size 1, then of the size of w's own. Outside a range of entries they are 0, so that the entry
that differs can be found by halving; a range of one entry is that entry's own direction. `runtime/quotients.py` makes
difference quotients of the row.

What is asked for is (first entry, last + 1, whether to tell of the values between J and w too, how often to take a
quarter of the steps: a matrix near w may be singular).
"""

from __future__ import annotations

from collections.abc import Iterator

from gdc.compiler import ir
from gdc.compiler.build.core import Builder, excerpt
from gdc.compiler.construct import apply, conj, number, product, real, reduce, reshape, where
from gdc.compiler.dims import dim
from gdc.compiler.ir import Node, Region, integer, make, param, walk
from gdc.compiler.random_numbers import STREAMS
from gdc.compiler.regions import copied, dependents
from gdc.compiler.rules import formula
from gdc.compiler.types import INT, REAL, Type

COUNT = 12  # steps ahead, and behind
DIRECTIONS = 2
TRACE, INSIDE = "derivative", "inside"  # traces "derivative SITE" and "inside SITE SITE"


def sampled(b: Builder, g: Node, site: int) -> None:
    """Records a row for a derivative, where the builder was asked to; and those by the values between, from J on."""
    if b.sampled is None:
        return
    record_row(b, g, f"{TRACE} {site}", site)
    if b.sampled[2]:
        for value, user in between(*g.args):
            words, places = f"{called(b, user)} by {called(b, value)}", b.origins.of(user) or b.origins.of(g.args[0])
            inner = make("grad", (g.args[0], value), {"site": site}, (value.type,))
            found = b.site(places[0], "type", words)
            record_row(b, inner, f"{INSIDE} {site} {found}", found)


def called(b: Builder, value: Node) -> str:
    """A value as the script writes it."""
    places = b.origins.of(value)
    return excerpt(places[0], 40) if places else formula(value, b.origins)


def record_row(b: Builder, g: Node, name: str, site: int) -> None:
    scalar, w = g.args
    assert b.sampled is not None
    directions = [direction(w, k, b.sampled[:2]) for k in range(DIRECTIONS)]
    parts = [ir.cast(n, REAL) for n in (integer(w.type.rank), *map(ir.size_node, w.type.shape))]
    for d in directions:
        products = real(apply("mul", conj(g), d))
        parts += [total(products), total(apply("abs", products))]
    row = ir.node("concat", ir.node("stack", *parts, axis=0), steps(b), samples(b, scalar, w, directions), axis=0)
    b.traces[name] = row.type
    b.effect("record", (row,), name=name, site=site)


def between(scalar: Node, w: Node) -> Iterator[tuple[Node, Node]]:
    """The reals on the way from J back to w, outside all bodies, each with what uses it: users before what they use."""
    outside = walk([scalar], below=lambda value: value.args)
    reached = dependents([scalar], [w])
    user: dict[Node, Node] = {}
    for value in reversed(outside):
        if value in user and value.type.kind in ("real", "complex"):
            yield value, user[value]
        if value in reached and value is not w and value.op not in ("param", "loop", "branch", "table", "fold"):
            for argument in value.args:
                if argument in reached:
                    user.setdefault(argument, value)


def direction(w: Node, k: int, entries: tuple[int, int]) -> Node:
    """A direction in the shape of w: every entry at least half as large as it may be, of either sign."""
    found = drawn(w, k, entries)
    if w.type.kind == "complex":
        turned = apply("mul", ir.const(1j, w.type.element), drawn(w, DIRECTIONS + k, entries))
        found = apply("add", found, turned)
    return apply("mul", found, apply("abs", w)) if k else found


def drawn(w: Node, seed: int, entries: tuple[int, int]) -> Node:
    places = ir.node("iota", ir.size_node(product(w.type.shape)))
    bits = ir.node("random_bits", integer(seed), places, integer(STREAMS["rand"]))
    share = apply("mul", ir.cast(apply("shr", bits, integer(10)), REAL), ir.const(2.0**-53, REAL))
    found = where(apply("lt", share, number(0.5, share)), apply("sub", share, number(1.0, share)), share)
    inside = apply("and", apply("ge", places, integer(entries[0])), apply("lt", places, integer(entries[1])))
    if entries[1] - entries[0] == 1:
        found = ir.cast(inside, REAL)
    found = where(inside, found, number(0.0, found))
    return reshape(found, w.type.shape) if w.type.rank else ir.node("index", found, integer(0), subscripts=("at",))


def total(value: Node) -> Node:
    return reduce("sum", value, range(value.type.rank))


def steps(b: Builder) -> Node:
    assert b.sampled is not None
    sizes = [4.0 ** -(1 + k + b.sampled[3]) for k in range(COUNT)]
    found = (0.0, *sizes, *(-s for s in sizes))
    return make("const", (), {"value": found}, (Type(REAL, (dim(len(found)),)),))


def samples(b: Builder, scalar: Node, w: Node, directions: list[Node]) -> Node:
    """J near w: for each direction, at each step."""
    k, j = param(Type(INT), "k"), param(Type(INT), "j")
    sizes = steps(b)
    step = ir.node("index", sizes, j, subscripts=("at",))
    chosen = where(apply("eq", k, integer(0)), *directions)
    moved = apply("add", w, apply("mul", step, chosen))
    moved = make("variable", (moved,), {"serial": next(ir._uids), "name": w.name}, (w.type,))
    (near,) = copied((scalar,), {w: moved})
    args = [n for count in (DIRECTIONS, 1 + 2 * COUNT) for n in (integer(0), integer(count), integer(1))]
    shape = (dim(DIRECTIONS), sizes.type.shape[0])
    region = Region((k, j), (), (ir.cast(near, REAL),))
    found = make("table", args, {"names": ("k", "j")}, (Type(REAL, shape),), (region,))
    return reshape(found, (shape[0] * shape[1],))
