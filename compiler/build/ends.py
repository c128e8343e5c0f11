"""What is known of the entries of ints from how they are made: places that cannot lie outside an axis are not checked.

`place := clip(k, 0, n - 1)` lies within an axis of size n, if n is 1 or more; so does `place + 1` in one of n + 1. An
end is known in several ways, each a few sizes: entries are at least the least size of any way, or at most the greatest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product

from gdc.compiler.build.core import Builder
from gdc.compiler.dims import ONE, ZERO, Dim, dim
from gdc.compiler.ir import Node, size_of
from gdc.compiler.types import INT

Way = tuple[Dim, ...]
Ends = tuple[list[Way], list[Way]]      # below, above

DEEPEST = 12            # nodes below one another that are looked at
MOST = 4                # ways, and sizes of a way
NOTHING: Ends = ([], [])


def within(b: Builder, value: Node, size: Dim) -> tuple[Node, ...] | None:
    """The checks that have shown that all entries are places of an axis; None where nothing has shown it."""
    below, above = ends(value)
    first = _shown(b, below)
    last = _shown(b, (tuple(size - 1 - high for high in way) for way in above))
    return None if first is None or last is None else (*first, *last)


def _shown(b: Builder, ways: Iterable[Way]) -> tuple[Node, ...] | None:
    """The checks behind the first way all of whose sizes are known to be zero or more."""
    for way in ways:
        known = [checks for gap in way if (checks := b.known(gap)) is not None]
        if len(known) == len(way):
            return tuple(check for checks in known for check in checks)
    return None


def ends(value: Node, depth: int = 0) -> Ends:
    """The ends of the entries of an int or a bool."""
    if value.type.kind == "bool":
        return [(ZERO,)], [(ONE,)]
    if value.type.element != INT or depth > DEEPEST:
        return NOTHING
    if value.op == "iota" or value.op in ("argmin", "argmax", "argsort"):
        return _places(value)
    own = [] if value.type.rank else [(size_of(value),)]
    rule = RULES.get(value.op)
    below, above = rule([ends(a, depth + 1) for a in value.args]) if rule is not None else NOTHING
    return _few([*own, *below]), _few([*own, *above])


def _few(ways: Iterable[Way]) -> list[Way]:
    return [way for way in dict.fromkeys(ways) if len(way) <= MOST][:MOST]


def _places(value: Node) -> Ends:
    """Places of an axis."""
    shape = value.type.shape if value.op == "iota" else value.args[0].type.shape
    axes = value.get("axes", (value.get("axis", 0),))
    count = dim(1)
    for axis in axes:
        count = count * shape[axis]
    return [(ZERO,)], [(count - 1,)]


def _either(one: list[Way], other: list[Way]) -> list[Way]:
    """Ways to see the end of what is one of two values."""
    return _few(tuple(dict.fromkeys((*a, *b))) for a, b in product(one, other))


def _choice(args: list[Ends]) -> Ends:
    (_, (below, above), (low, high)) = args
    return _either(below, low), _either(above, high)


def _lesser(args: list[Ends]) -> Ends:
    (below, above), (low, high) = args
    return _either(below, low), above + high


def _greater(args: list[Ends]) -> Ends:
    (below, above), (low, high) = args
    return below + low, _either(above, high)


def _clipped(args: list[Ends]) -> Ends:
    value, low, high = args
    return _lesser([_greater([value, low]), high])


def _total(args: list[Ends]) -> Ends:
    """Of a sum, where both ends of both terms are known: else it may be too great for an int, and begin again below."""
    if not all(way for end in args for way in end):
        return NOTHING
    (below, above), (low, high) = args
    return _sums(below, low), _sums(above, high)


def _sums(one: list[Way], other: list[Way]) -> list[Way]:
    return _few(tuple(dict.fromkeys(x + y for x in a for y in b)) for a, b in product(one, other))


def _negative(args: list[Ends]) -> Ends:
    ((below, above),) = args
    return [tuple(-x for x in way) for way in above], [tuple(-x for x in way) for way in below]


def _difference(args: list[Ends]) -> Ends:
    return _total([args[0], _negative([args[1]])])


def _same(args: list[Ends]) -> Ends:
    return args[0]


RULES: dict[str, Callable[[list[Ends]], Ends]] = {
    **dict.fromkeys(("fill", "broadcast", "reshape", "transpose", "index", "gather", "cast"), _same),
    "where": _choice, "minimum": _lesser, "maximum": _greater, "clip": _clipped, "add": _total, "sub": _difference,
    "neg": _negative,
}
