"""Index notation: tables and folds as nests over their ranges."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gdc.compiler import imp
from gdc.compiler.imp import Alloc, Expr, Let, SetPart, Store
from gdc.compiler.ir import Node, Region
from gdc.compiler.lower.context import Context, convert, run
from gdc.compiler.lower.entry import entry, scalar
from gdc.compiler.lower.reduce import (
    COMBINED,
    Accumulator,
    accumulator,
    loaded,
    make,
    step_entries,
    step_states,
    texts,
)
from gdc.compiler.types import INT, REAL


@contextmanager
def ranges(c: Context, value: Node, mode: str) -> Iterator[list[Expr]]:
    """The loops over a table's or fold's ranges; yields each index' place, counted from 0. Statements that need only
    the outer indices are written between the loops."""
    region, origins = value.regions[0], c.origins(value)
    levels = _levels(c, region)
    opened: list[tuple[str, Expr, Expr, Expr]] = []
    spots: list[Expr] = []
    for d, param in enumerate(region.params):
        if d:
            _write(c, region, [s for s in c.layout.order[region] if levels[s] < d or s in _needed(c, value, d)])
        start, count, step = (c.value(a) for a in value.args[3 * d : 3 * d + 3])
        name = c.namer.open_loop(c.user_name(param))
        c.open_block()
        if imp.constant(step) == 1:
            opened.append((name, start, imp.add(start, count), imp.integer(1)))
            c.env[param] = imp.var(name, INT)
            spots.append(imp.sub(c.env[param], start) if imp.constant(start) != 0 else c.env[param])
        else:
            opened.append((name, imp.integer(0), count, imp.integer(1)))
            spots.append(imp.var(name, INT))
            own = c.namer.temporary()
            c.add(Let(own, imp.add(start, imp.mul(imp.var(name, INT), step)), origins))
            c.env[param] = imp.var(own, INT)
    yield spots
    # innermost first: each body becomes a loop in the body round it
    for name, first, stop, step in reversed(opened):
        body = c.close_block()
        c.namer.close_loop(name)
        c.add(imp.Loop(name, first, stop, step, tuple(body), mode, origins))


def _levels(c: Context, region: Region) -> dict[Node, int]:
    """For each statement of a body, how many of the loops must be open round it."""
    depth = {p: d + 1 for d, p in enumerate(region.params)}
    deepest = len(region.params)
    effects = set(region.effects)
    levels: dict[Node, int] = {}
    for s in c.layout.order[region]:
        # what fails or waits for a check stays inside
        inside = deepest if s in effects or s.op in ("loop", "branch", "solve", "inv", "det", "cholesky") else 0
        reads = [
            levels.get(x, depth.get(x, deepest if x.op == "project" and c.layout.home[x] is region else 0))
            for x in c.layout.flat[s]
        ]
        waits = [deepest for w in c.layout.waits.get(s, ()) if w in effects]
        levels[s] = max([inside, *reads, *waits])
    return levels


def _needed(c: Context, value: Node, d: int) -> set[Node]:
    """The statements of the body that range d waits for."""
    region = value.regions[0]
    found: set[Node] = set()
    stack: list[Node] = list(value.args[3 * d : 3 * d + 3])
    seen: set[Node] = set()
    while stack:
        top = stack.pop()
        if top in seen or c.layout.home.get(top) is not region or top.op == "param":
            continue
        seen.add(top)
        if top in c.layout.bound:
            found.add(top)
        stack.extend((*top.args, *top.deps))
    return found


def _write(c: Context, region: Region, statements: list[Node]) -> None:
    for s in statements:
        c.statement(s)


# --- tables ------------------------------------------------------------------------------------


def table(c: Context, value: Node) -> None:
    """An array whose axes are the ranges."""
    region, origins, element = value.regions[0], c.origins(value), value.type.element
    body = region.results[0]
    name = c.new_name(value)
    outer = tuple(c.value(a) for a in value.args[1::3])
    inner = _body_sizes(c, value, len(outer))
    array = imp.var(name, element, value.type.rank)
    if inner is not None:
        c.add(Alloc(name, element, (*outer, *inner), None, origins))
        mode = "serial" if any(e.op == "print" for e in region.effects) else "parallel"
        with ranges(c, value, mode) as at:
            c.region(region)
            _fill_entry(c, value, array, body, at)
    c.bind(value, name)


def _body_sizes(c: Context, value: Node, outer: int) -> tuple[Expr, ...] | None:
    return tuple(c.size(d) for d in value.type.shape[outer:])


def _fill_entry(c: Context, value: Node, array: Expr, body: Node, at: list[Expr]) -> None:
    element, origins = value.type.element, c.origins(value)
    if body.type.rank == 0:
        c.add(Store(array, tuple(at), convert(c.value(body), element, "store"), "", origins))
    elif c.style == "calls":
        c.add(SetPart(array, ("at",) * len(at) + ("all",) * body.type.rank, tuple(at), c.value(body), "", origins))
    else:
        with c.nest(c.sizes(body.type), "parallel", origins) as inner:
            c.add(Store(array, (*at, *inner), convert(run(entry(c, body, inner)), element, "store"), "", origins))


# --- folds -------------------------------------------------------------------------------------

# steps that the library does to a whole array in place, beside those that a store does to an entry
WHOLE = {"s or x": "or", "s and x": "and"}
ONE_PASS = {"var", "std", "logsumexp", "norm"}


def fold(c: Context, value: Node) -> None:
    """A reduction over index ranges."""
    monoid, body = value.get("monoid"), value.regions[0].results[0]
    if body.type.rank:
        _fold_arrays(c, value, body)
    elif monoid in ONE_PASS:
        _fold_streaming(c, value, body)
    else:
        _fold_scalars(c, value, body)


def _fold_scalars(c: Context, value: Node, body: Node) -> None:
    origins = c.origins(value)
    todo = accumulator(value.get("monoid"), body.type.element, value.type.element)
    name = c.new_name(value)
    finish = str(todo.row.finish)
    names = [
        name if len(todo.elements) == 1 or finish == s else c.namer.temporary()
        for s, _ in zip(("s", "t"), todo.elements, strict=False)
    ]
    states = [imp.var(n, e) for n, e in zip(names, todo.elements, strict=True)]
    for n, start in zip(names, todo.starts(), strict=True):
        c.add(Let(n, start, origins))
    count = _Count(c, value, finish)
    with ranges(c, value, "serial") as at:
        c.region(value.regions[0])
        step_states(c, todo, states, c.value(body), at[0], origins)
        count.step()
    done = todo.finish(states, count.total())
    if done != imp.var(name, value.type.element):
        c.add(Let(name, done, origins))
    c.bind(value, name)


class _Count:
    """How many elements a fold has: a product of counts, or counted where later ranges depend on earlier indices."""

    def __init__(self, c: Context, value: Node, finish: str) -> None:
        self.c, self.value = c, value
        self.wanted = "n" in finish
        region = value.regions[0]
        free = all(c.layout.home.get(a) is not region or a.op == "const" for a in value.args)
        self.name = "" if free or not self.wanted else c.namer.temporary()
        if self.name:
            c.add(Let(self.name, imp.integer(0), c.origins(value)))

    def step(self) -> None:
        if self.name:
            self.c.add(Let(self.name, imp.add(imp.var(self.name, INT), imp.integer(1)), self.c.origins(self.value)))

    def total(self) -> Expr:
        if self.name:
            return imp.var(self.name, INT)
        total = imp.integer(1)
        for a in self.value.args[1::3] if self.wanted else ():
            total = imp.mul(total, self.c.value(a))
        return total


def _fold_streaming(c: Context, value: Node, body: Node) -> None:
    """norm, var, std and logsumexp read each element once: a body may print, so it is not evaluated twice."""
    origins, element, monoid = c.origins(value), value.type.element, value.get("monoid")
    name = c.new_name(value)
    zero = imp.const(0.0, element)
    top, total, count = c.namer.temporary(), c.namer.temporary(), c.namer.temporary()
    first = imp.const(float("-inf"), element) if monoid == "logsumexp" else zero
    spreads = body.type.kind == "complex" and monoid in ("var", "std")
    kept = body.type.element if spreads else element
    for n, start in ((top, convert(first, kept, "store")), (total, zero)):
        c.add(Let(n, start, origins))
    c.add(Let(count, imp.integer(0), origins))
    m, s, k = imp.var(top, kept), imp.var(total, element), imp.var(count, INT)
    with ranges(c, value, "serial"):
        c.region(value.regions[0])
        x_name = c.namer.temporary()
        raw = c.value(body)
        size = make("abs", raw) if raw.element.kind == "complex" and not spreads else raw
        c.add(Let(x_name, convert(size, kept, "store"), origins))
        x = imp.var(x_name, kept)
        if monoid == "norm":
            c.add(Let(total, make("add", s, make("mul", x, x)), origins))
        elif monoid == "logsumexp":
            _step_logsumexp(c, m, s, x, origins)
        else:
            _step_variance(c, m, s, k, x, origins)
    c.add(Let(name, convert(_finished(monoid, m, s, k), element, "store"), origins))
    c.bind(value, name)


def _step_variance(c: Context, mean: Expr, total: Expr, count: Expr, x: Expr, origins: imp.Origin) -> None:
    """Welford's: the mean so far, and the sum of squares about it."""
    c.add(Let(str(count.get("name")), imp.add(count, imp.integer(1)), origins))
    off = imp.var(c.namer.temporary(), mean.element)
    c.add(Let(str(off.get("name")), make("sub", x, mean), origins))
    c.add(
        Let(str(mean.get("name")), make("add", mean, make("div", off, convert(count, mean.element, "store"))), origins)
    )
    rest = make("sub", x, mean)
    is_complex = x.element.kind == "complex"
    square = make("real", make("mul", make("conj", off), rest)) if is_complex else make("mul", off, rest)
    c.add(Let(str(total.get("name")), make("add", total, square), origins))


def _step_logsumexp(c: Context, top: Expr, total: Expr, x: Expr, origins: imp.Origin) -> None:
    """The sum of exponentials relative to the greatest so far."""
    grown = (
        imp.Branch(
            make("isfinite", top),
            (
                Let(
                    str(total.get("name")),
                    make("add", make("mul", total, make("exp", make("sub", top, x))), imp.const(1.0, top.element)),
                    origins,
                ),
            ),
            (Let(str(total.get("name")), imp.const(1.0, top.element), origins),),
            origins,
        ),
        Let(str(top.get("name")), x, origins),
    )
    same = (
        imp.Branch(
            make("eq", x, top),
            (Let(str(total.get("name")), make("add", total, imp.const(1.0, top.element)), origins),),
            (Let(str(total.get("name")), make("add", total, make("exp", make("sub", x, top))), origins),),
            origins,
        ),
    )
    c.add(imp.Branch(make("gt", x, top), grown, same, origins))


def _finished(monoid: str, m: Expr, s: Expr, k: Expr) -> Expr:
    if monoid == "norm":
        return make("sqrt", s)
    if monoid == "logsumexp":
        return make(
            "add",
            make("log", s),
            make(
                "where",
                make("isfinite", m),
                m,
                make("where", make("eq", s, imp.const(0.0, s.element)), imp.const(0.0, s.element), m),
            ),
        )
    spread = scalar("div", s.element if s.element.kind == "real" else REAL, [s, convert(k, s.element, "store")])
    return make("sqrt", spread) if monoid == "std" else spread


def _step_arrays(
    c: Context, todo: Accumulator, states: list[Expr], body: Node, place: Expr, origins: imp.Origin
) -> None:
    """The step of states that are arrays: by the library where one op does it, else entry by entry."""
    combine = (COMBINED | WHOLE).get(texts(todo.row.step)[0])
    if c.style == "calls" and combine is not None:
        x = convert(c.value(body), todo.elements[0], "store")
        c.add(SetPart(states[0], ("all",) * states[0].rank, (), x, combine, origins))
        return
    whole = c.whole_array(body)
    with c.nest(tuple(c.size(d) for d in body.type.shape), "parallel", origins) as inner:
        x = loaded(whole, inner) if whole is not None else run(entry(c, body, inner))
        step_entries(c, todo, states, inner, x, place, origins)


def _fold_arrays(c: Context, value: Node, body: Node) -> None:
    """Elements that are arrays: states are arrays, stepped entry by entry."""
    origins = c.origins(value)
    todo: Accumulator = accumulator(value.get("monoid"), body.type.element, value.type.element)
    name, finish = c.new_name(value), str(todo.row.finish)
    sizes = c.sizes(value.type)
    states: list[Expr] = []
    for k, (element, start) in enumerate(zip(todo.elements, todo.starts(), strict=True)):
        own = name if len(todo.elements) == 1 or finish == ("s", "t")[k] else c.namer.temporary()
        c.add(Alloc(own, element, sizes, start, origins))
        states.append(imp.var(own, element, value.type.rank))
    count = _Count(c, value, finish)
    with ranges(c, value, "serial") as at:
        c.region(value.regions[0])
        _step_arrays(c, todo, states, body, at[0], origins)
        count.step()
    if finish != "s" and finish != "t":
        with c.nest(sizes, "parallel", origins) as inner:
            done = todo.finish([imp.load(s, *inner) for s in states], count.total())
            c.add(Store(imp.var(name, value.type.element, value.type.rank), inner, done, "", origins))
    c.bind(value, name)
