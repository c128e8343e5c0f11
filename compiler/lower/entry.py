"""One entry of a value, as a scalar expression: maps are computed, views change the index, arrays are loaded."""

from __future__ import annotations

from gdc.compiler import imp
from gdc.compiler.dims import ONE, Dim
from gdc.compiler.imp import Expr
from gdc.compiler.ir import Node
from gdc.compiler.lower.context import Context, Formula, convert, zero
from gdc.compiler.ops import OPS
from gdc.compiler.types import INT, Element, Type, promote

Index = tuple[Expr, ...]


def entry(c: Context, value: Node, at: Index) -> Formula:
    """The entry of a value at an index."""
    found = c.known(value)
    if found is not None:
        return imp.load(found, *at) if found.rank else found
    op = value.op
    if op == "const":
        return imp.const(value.value, value.type.element)
    if op == "size":
        return c.size(value.get("size"))
    if op == "undefined":
        return zero(value.type.element)
    if c.style == "calls" and not at:
        return (yield c.formula(value))
    if op == "cast":
        inner = yield entry(c, value.args[0], at)
        return convert(inner, value.get("element"))
    if op == "select":
        return (yield from select(c, value))
    if op == "fill":
        inner = yield entry(c, value.args[0], ())
        return convert(inner, value.type.element)
    if op == "iota":
        return at[0]
    if op in ("index", "gather"):
        source = yield from _part(c, value, at)
        return source
    if op in _VIEWS:
        return (yield entry(c, value.args[0], _VIEWS[op](c, value, at)))
    return (yield from _map(c, value, at))


def _map(c: Context, value: Node, at: Index) -> Formula:
    args: list[Expr] = []
    for a in value.args:
        args.append((yield entry(c, a, stretched(a.type, value.type, at))))
    return scalar(value.op, value.type.element, args)


def scalar(op: str, element: Element, args: list[Expr]) -> Expr:
    """A MAP row over scalars, its arguments converted as the row says."""
    return Expr(op, converted(op, element, args), element)


def converted(op: str, element: Element, args: list[Expr]) -> tuple[Expr, ...]:
    """The arguments of a row as the row wants them."""
    rule = OPS[op].arguments
    if rule == "own":
        return tuple(args)
    if rule == "branches":
        return (args[0], *(convert(a, element, "where") for a in args[1:]))
    wanted = element if rule == "result" else promote(*(a.element for a in args))
    return tuple(convert(a, wanted, op) for a in args)


def stretched(source: Type, whole: Type, at: Index) -> Index:
    """The index of the entry of `source` that meets the entry `at` of a broadcast result."""
    if not source.shape:
        return ()
    skip = len(at) - source.rank
    return tuple(
        imp.integer(0) if size == ONE and whole.shape[k + skip] != ONE else at[k + skip]
        for k, size in enumerate(source.shape)
    )


def select(c: Context, value: Node) -> Formula:
    """`x if c else y`: an expression where both sides are, else a branch that sets a variable."""
    condition = yield c.formula(value.args[0])
    sides: list[Expr] = []
    bodies = []
    for region in value.regions:
        with c.block() as body:
            c.region(region)
            side = yield c.formula(region.results[0])
            sides.append(convert(side, value.type.element, "select"))
        bodies.append(body)
    if not any(bodies):
        return imp.select(condition, sides[0], sides[1])
    name = c.new_name(value)
    for body, side in zip(bodies, sides, strict=True):
        body.append(imp.Let(name, side, c.origins(value)))
    c.add(imp.Branch(condition, tuple(bodies[0]), tuple(bodies[1]), c.origins(value)))
    return imp.var(name, value.type.element)


# --- views -------------------------------------------------------------------------------------


def _transposed(c: Context, value: Node, at: Index) -> Index:
    perm = value.get("perm")
    return tuple(at[perm.index(axis)] for axis in range(len(perm)))


def _broadcast(c: Context, value: Node, at: Index) -> Index:
    return stretched(value.args[0].type, value.type, at)


def _reshaped(c: Context, value: Node, at: Index) -> Index:
    """Through the flat place of the entry, where axes of size 1 do not tell already."""
    source, whole = value.args[0].type.shape, value.type.shape
    long = [i for i, size in zip(at, whole, strict=True) if size != ONE]
    if [d for d in source if d != ONE] == [d for d in whole if d != ONE]:
        rest = iter(long)
        return tuple(imp.integer(0) if d == ONE else next(rest) for d in source)
    return unflattened(c, flattened(c, at, whole), source)


def flattened(c: Context, at: Index, shape: tuple[Dim, ...]) -> Expr:
    """The place of an entry when all entries are counted in rows."""
    flat = imp.integer(0)
    for i, size in zip(at, shape, strict=True):
        flat = imp.add(imp.mul(flat, c.size(size)), i)
    return flat


def unflattened(c: Context, flat: Expr, shape: tuple[Dim, ...]) -> Index:
    """The index of the entry at a flat place."""
    index: list[Expr] = []
    rest = flat
    for k in range(len(shape) - 1, -1, -1):
        if shape[k] == ONE:
            index.append(imp.integer(0))
            continue
        if k == 0 or all(d == ONE for d in shape[:k]):
            index.append(rest)
            rest = imp.integer(0)
            continue
        size = c.size(shape[k])
        index.append(Expr("mod", (rest, size), INT))
        rest = Expr("floordiv", (rest, size), INT)
    return tuple(reversed(index))


_VIEWS = {"transpose": _transposed, "broadcast": _broadcast, "reshape": _reshaped}


def _part(c: Context, value: Node, at: Index) -> Formula:
    """An entry of `A[subscripts]`."""
    index: list[Expr] = []
    for place in places(c, value.get("subscripts"), value.args[1:], value.args[0].type.rank, at):
        index.append((yield place))
    return (yield entry(c, value.args[0], tuple(index)))


def places(c: Context, subscripts: tuple[str, ...], args: tuple[Node, ...], rank: int, at: Index) -> list[Formula]:
    """Formulas of the index into the array that entry `at` of its part has."""
    first, width, apart = _gathered_axes(subscripts, args)
    gathered_at = at[0:width] if apart else at[first : first + width]
    rest = list(at[width:] if apart else at[:first] + at[first + width :])
    broadest = max((a.type for a in args if a.type.rank), key=lambda t: t.rank, default=None)
    found: list[Formula] = []
    k = 0
    for kind in subscripts:
        if kind == "new":
            rest.pop(0)
        elif kind == "all":
            found.append(_just(rest.pop(0)))
        elif kind == "slice":
            found.append(_sliced(c, args[k], args[k + 2], rest.pop(0)))
            k += 3
        else:
            a = args[k]
            index = () if not a.type.rank or broadest is None else _right(a.type, gathered_at)
            found.append(entry(c, a, index))
            k += 1
    found.extend(_just(i) for i in rest)
    return found


def _right(t: Type, at: Index) -> Index:
    """A gathered index of lower rank, or with an axis of size 1, is broadcast."""
    mine = at[len(at) - t.rank :]
    return tuple(imp.integer(0) if size == ONE else i for size, i in zip(t.shape, mine, strict=True))


def _gathered_axes(subscripts: tuple[str, ...], args: tuple[Node, ...]) -> tuple[int, int, bool]:
    """Where the gathered axes stand in the part: (first, how many, whether at the front because they are apart)."""
    if "gather" not in subscripts:
        return 0, 0, False
    k, shown, first, last, apart, width = 0, 0, -1, -2, False, 0
    for place, kind in enumerate(subscripts):
        if kind in ("at", "gather"):
            apart = apart or (first >= 0 and last != place - 1)
            first, last = (shown if first < 0 else first), place
            width = max(width, args[k].type.rank)
            k += 1
        else:
            shown += 1
            k += 3 if kind == "slice" else 0
    return first, width, apart


def _just(value: Expr) -> Formula:
    yield from ()
    return value


def _sliced(c: Context, start: Node, step: Node, i: Expr) -> Formula:
    first = yield entry(c, start, ())
    stride = yield entry(c, step, ())
    if imp.constant(stride) == -1:
        return imp.sub(first, i)
    return imp.add(first, imp.mul(i, stride)) if imp.constant(first) != 0 else imp.mul(i, stride)
