"""Reductions as nests: an accumulator that starts, steps and finishes as the op table says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gdc.compiler import imp
from gdc.compiler.dims import Dim
from gdc.compiler.imp import Alloc, Expr, Let, Store
from gdc.compiler.ir import Node
from gdc.compiler.lower.context import Context, convert, run
from gdc.compiler.lower.entry import entry, flattened
from gdc.compiler.lower.entry import scalar as map_scalar
from gdc.compiler.lower.moves import moves
from gdc.compiler.ops import OPS, Op
from gdc.compiler.snippets import evaluate, snippet
from gdc.compiler.types import BOOL, INT, REAL, Element, limits

Index = tuple[Expr, ...]
Reader = Callable[[Index], Expr]
STATES = ("s", "t")
# steps that a store can do to an entry
COMBINED = {"s + x": "add", "s*x": "mul", "minimum(s, x)": "minimum", "maximum(s, x)": "maximum"}


def make(op: str, *args: Any) -> Expr:
    """A formula's op over scalars; its literals take the kind of what they meet."""
    if op == "const":
        value = args[0]
        kind = BOOL if isinstance(value, bool) else INT if isinstance(value, int) else REAL
        return imp.const(value, kind)
    row = OPS[op]
    firm = [a.element for a in args if a.op != "const" or a.element == BOOL]
    if firm and op != "where":
        args = tuple(convert(a, firm[0], "where") if a.op == "const" and _fits(a.element, firm[0]) else a for a in args)
    elif firm:
        sides = [a.element for a in args[1:] if a.op != "const"]
        args = (args[0], *(convert(a, sides[0], "where") if sides and a.op == "const" else a for a in args[1:]))
    element = row.element(tuple(a.element for a in args))
    return map_scalar(op, element, list(args))


def _fits(literal: Element, other: Element) -> bool:
    ranks = ("bool", "int", "real", "complex")
    return ranks.index(literal.kind) <= ranks.index(other.kind)


def ends(element: Element) -> dict[str, Expr]:
    """`highest` and `lowest` of an element."""
    least, greatest = limits(element)
    return {"highest": imp.const(greatest, element), "lowest": imp.const(least, element)}


def texts(cell: object) -> tuple[str, ...]:
    """A cell of the op table that holds formulas."""
    assert isinstance(cell, tuple)
    return cell


@dataclass(frozen=True, slots=True)
class Accumulator:
    """A reduction's row, made ready for elements of one kind."""

    row: Op
    element: Element  # of what is reduced
    result: Element

    @property
    def elements(self) -> tuple[Element, ...]:
        """The states' elements."""
        if len(texts(self.row.start)) == 2:
            return (self.element, INT)
        return (self.result,)

    def starts(self) -> list[Expr]:
        return [
            convert(evaluate(snippet(text), ends(self.elements[0]), make), element, "store")
            for text, element in zip(texts(self.row.start), self.elements, strict=True)
        ]

    def steps(self, states: list[Expr], x: Expr, place: Expr) -> list[Expr]:
        env = dict(zip(STATES, states, strict=False)) | {"x": convert(x, self.elements[0], "store"), "i": place}
        return [
            convert(evaluate(snippet(text), env, make), element, "store")
            for text, element in zip(texts(self.row.step), self.elements, strict=True)
        ]

    def finish(self, states: list[Expr], count: Expr) -> Expr:
        env = dict(zip(STATES, states, strict=False)) | {"n": count}
        return convert(evaluate(snippet(str(self.row.finish)), env, make), self.result, "store")


def accumulator(op: str, element: Element, result: Element) -> Accumulator:
    return Accumulator(OPS[op], element, result)


def reduce_node(c: Context, value: Node) -> None:
    """Writes the nests of a REDUCE node."""
    x = value.args[0]

    def read(at: Index) -> Expr:
        return run(entry(c, x, at))

    job = Job(c, value, x.type.shape, tuple(value.get("axes")), bool(value.get("keepdims")))
    result = composed(job, value.op, read, x.type.element, value.type.element)
    c.env[value] = result
    if result.rank:
        c.note_extents(result, value.type)


@dataclass(frozen=True, slots=True)
class Job:
    """Which axes of which shape are reduced, for which node."""

    c: Context
    value: Node
    shape: tuple[Dim, ...]
    axes: tuple[int, ...]
    keepdims: bool

    @property
    def kept(self) -> tuple[int, ...]:
        return tuple(k for k in range(len(self.shape)) if k not in self.axes)

    @property
    def rank(self) -> int:
        return len(self.shape) if self.keepdims else len(self.kept)

    def out(self, at: Index) -> Index:
        """The entry of the result to which entry `at` counts."""
        if self.keepdims:
            return tuple(imp.integer(0) if k in self.axes else i for k, i in enumerate(at))
        return tuple(at[k] for k in self.kept)

    def count(self) -> Expr:
        total = imp.integer(1)
        for k in self.axes:
            total = imp.mul(total, self.c.size(self.shape[k]))
        return total

    def result_sizes(self) -> tuple[Expr, ...]:
        if self.keepdims:
            return tuple(imp.integer(1) if k in self.axes else self.c.size(d) for k, d in enumerate(self.shape))
        return tuple(self.c.size(self.shape[k]) for k in self.kept)


def composed(job: Job, op: str, read: Reader, element: Element, result: Element, last: bool = True) -> Expr:
    """A reduction: directly by its row, or as a composition where the row is a Why."""
    if op == "norm":
        square = _square(read, element)
        return _finished(job, single(job, "sum", square, result, result, False), lambda s: make("sqrt", s), result)
    if op in ("var", "std"):
        middle = element if element.kind == "complex" else result
        mean = single(job, "mean", read, element, middle, False)

        def square(at: Index) -> Expr:
            name = job.c.namer.temporary()
            off = make("sub", convert(read(at), middle, "store"), loaded(mean, job.out(at)))
            job.c.add(Let(name, make("abs", off) if off.element.kind == "complex" else off))
            return make("mul", imp.var(name, result), imp.var(name, result))

        spread = single(job, "mean", square, result, result, op == "var")
        return spread if op == "var" else _finished(job, spread, lambda s: make("sqrt", s), result)
    if op == "logsumexp":
        return _logsumexp(job, read, element, result)
    return single(job, op, read, element, result, last)


def _square(read: Reader, element: Element) -> Reader:
    def squared(at: Index) -> Expr:
        x = read(at)
        if element.kind == "complex":
            x = make("abs", x)
        return make("pow", x, imp.integer(2))

    return squared


def _logsumexp(job: Job, read: Reader, element: Element, result: Element) -> Expr:
    """log(sum(exp(x - top))) + top, where an infinite top counts as 0, as SciPy does it."""
    top = single(job, "max", lambda at: convert(read(at), result, "store"), result, result, False)
    top = _finished(job, top, lambda s: make("where", make("isfinite", s), s, imp.const(0.0, result)), result)
    total = single(
        job,
        "sum",
        lambda at: make("exp", make("sub", convert(read(at), result, "store"), loaded(top, job.out(at)))),
        result,
        result,
        False,
    )
    return _finished(job, total, lambda s: make("log", s), result, top)


def loaded(array: Expr, at: Index) -> Expr:
    return imp.load(array, *at) if array.rank else array


def _finished(job: Job, state: Expr, last: Callable[[Expr], Expr], result: Element, plus: Expr | None = None) -> Expr:
    """A formula applied to every entry of a state."""
    c, origins = job.c, job.c.origins(job.value)

    def formula(at: Index) -> Expr:
        done = last(loaded(state, at))
        return convert(make("add", done, loaded(plus, at)) if plus is not None else done, result, "store")

    if not state.rank:
        name = c.new_name(job.value)
        c.add(Let(name, formula(()), origins))
        return imp.var(name, result)
    with c.nest(job.result_sizes(), "parallel", origins) as at:
        c.add(Store(state, at, formula(at), "", origins))
    return state


def single(job: Job, op: str, read: Reader, element: Element, result: Element, last: bool = True) -> Expr:
    """One pass, by the row's formulas."""
    todo = accumulator(op, element, result)
    inner_kept = bool(job.kept) and job.kept[-1] == len(job.shape) - 1 and bool(job.axes)
    name = job.c.new_name(job.value) if last else job.c.namer.temporary()
    if inner_kept:
        return _by_columns(job, todo, read, name)
    if not job.kept and not job.keepdims:
        return _scalar(job, todo, read, name)
    return _by_rows(job, todo, read, name)


def _place(job: Job, at: Index) -> Expr:
    """Which of the reduced entries this is, counted in rows."""
    return flattened(job.c, tuple(at[k] for k in job.axes), tuple(job.shape[k] for k in job.axes))


def _accumulate(job: Job, todo: Accumulator, read: Reader, names: list[str], fixed: dict[int, Expr]) -> list[Expr]:
    """Lets that start the states, and the serial loops that step them."""
    c, origins = job.c, job.c.origins(job.value)
    states = [imp.var(n, e) for n, e in zip(names, todo.elements, strict=True)]
    for state, start in zip(names, todo.starts(), strict=True):
        c.add(Let(state, start, origins))
    sizes = tuple(c.size(job.shape[k]) for k in job.axes)
    with c.nest(sizes, "serial", origins) as inner:
        at = tuple(fixed[k] if k in fixed else inner[job.axes.index(k)] for k in range(len(job.shape)))
        step_states(c, todo, states, read(at), _place(job, at), origins)
    return states


def step_states(c: Context, todo: Accumulator, states: list[Expr], x: Expr, place: Expr, origins: imp.Origin) -> None:
    """The step of scalar states; all read the old ones."""
    if len(states) > 1 and x.op not in ("name", "const"):
        name = c.namer.temporary()
        c.add(Let(name, x, origins))
        x = imp.var(name, x.element)
    after = todo.steps(states, x, place)
    if len(states) == 1:
        c.add(Let(str(states[0].get("name")), after[0], origins))
    else:
        _step_together(c, states, after, origins)


def _step_together(c: Context, states: list[Expr], after: list[Expr], origins: imp.Origin) -> None:
    """Two states with one condition: `if better: s, t = x, i`."""
    first = after[0]
    if all(
        a.op == "where" and a.args[0] == first.args[0] and a.args[2] == s for a, s in zip(after, states, strict=True)
    ):
        body = tuple(Let(str(s.get("name")), a.args[1], origins) for a, s in zip(after, states, strict=True))
        c.add(imp.Branch(first.args[0], body, (), origins))
        return
    wanted = [(str(s.get("name")), a, origins) for s, a in zip(states, after, strict=True)]
    for move in moves(wanted, c.namer.temporary):
        c.add(move)


def _scalar(job: Job, todo: Accumulator, read: Reader, name: str) -> Expr:
    names = _state_names(job.c, todo, name)
    states = _accumulate(job, todo, read, names, {})
    done = todo.finish(states, job.count())
    if done == imp.var(name, todo.result):
        return done
    job.c.add(Let(name, done, job.c.origins(job.value)))
    return imp.var(name, todo.result)


def _state_names(c: Context, todo: Accumulator, name: str) -> list[str]:
    """The result's own name for the state that it is, temporaries for the others."""
    finish = str(todo.row.finish)
    return [
        name if todo.elements[k] == todo.result and (finish == s or len(todo.elements) == 1) else c.namer.temporary()
        for k, s in enumerate(STATES[: len(todo.elements)])
    ]


def _by_rows(job: Job, todo: Accumulator, read: Reader, name: str) -> Expr:
    """Loops over the results outside, a scalar accumulator inside."""
    c, origins = job.c, job.c.origins(job.value)
    result = imp.var(name, todo.result, job.rank)
    c.add(Alloc(name, todo.result, job.result_sizes(), None, origins))
    with c.nest(tuple(c.size(job.shape[k]) for k in job.kept), "parallel", origins) as outer:
        fixed = dict(zip(job.kept, outer, strict=True))
        names = [c.namer.temporary() for _ in todo.elements]
        states = _accumulate(job, todo, read, names, fixed)
        at = tuple(fixed.get(k, imp.integer(0)) for k in range(len(job.shape)))
        c.add(Store(result, job.out(at), todo.finish(states, job.count()), "", origins))
    return result


def _by_columns(job: Job, todo: Accumulator, read: Reader, name: str) -> Expr:
    """The last axis is kept: an array of accumulators, walked in the order of memory."""
    c, origins = job.c, job.c.origins(job.value)
    names = _state_names(c, todo, name)
    states = [imp.var(n, e, job.rank) for n, e in zip(names, todo.elements, strict=True)]
    for state, start in zip(states, todo.starts(), strict=True):
        c.add(Alloc(str(state.get("name")), state.element, job.result_sizes(), start, origins))
    _walk(job, todo, read, states, 0, ())
    finish = todo.finish([imp.load(s, *_marks(job)) for s in states], job.count())
    if finish == imp.load(imp.var(name, todo.result, job.rank), *_marks(job)):
        return imp.var(name, todo.result, job.rank)
    result = imp.var(name, todo.result, job.rank)
    if name not in names:
        c.add(Alloc(name, todo.result, job.result_sizes(), None, origins))
    with c.nest(job.result_sizes(), "parallel", origins) as at:
        c.add(Store(result, at, todo.finish([imp.load(s, *at) for s in states], job.count()), "", origins))
    return result


def _marks(job: Job) -> Index:
    return tuple(imp.var("·", INT) for _ in range(job.rank))


def _walk(job: Job, todo: Accumulator, read: Reader, states: list[Expr], axis: int, at: Index) -> None:
    """The loops of `_by_columns`, outermost first."""
    c, origins = job.c, job.c.origins(job.value)
    if axis < len(job.shape):
        mode = "serial" if axis in job.axes else "parallel"
        with c.loop(c.size(job.shape[axis]), mode, origins) as i:
            _walk(job, todo, read, states, axis + 1, (*at, i))
        return
    step_entries(c, todo, states, job.out(at), read(at), _place(job, at), origins)


def step_entries(
    c: Context, todo: Accumulator, states: list[Expr], where: Index, x: Expr, place: Expr, origins: imp.Origin
) -> None:
    """The step of states that are entries of arrays; sums are stores that add."""
    first = texts(todo.row.step)[0]
    combine = COMBINED.get(first)
    if len(states) == 1 and combine is not None:
        c.add(Store(states[0], where, convert(x, states[0].element, "store"), combine, origins))
        return
    name = c.namer.temporary()
    c.add(Let(name, convert(x, todo.elements[0], "store"), origins))
    x = imp.var(name, todo.elements[0])
    after = todo.steps([imp.load(s, *where) for s in states], x, place)
    if len(states) > 1 and all(a.op == "where" for a in after):
        stores = tuple(Store(s, where, a.args[1], "", origins) for s, a in zip(states, after, strict=True))
        c.add(imp.Branch(after[0].args[0], stores, (), origins))
        return
    for s, new in zip(states, after, strict=True):
        c.add(Store(s, where, new, "", origins))
