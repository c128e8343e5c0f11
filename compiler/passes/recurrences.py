"""Loops whose rounds need what the round before has written, in a way that a library knows, become its calls.

    for i: y[i] := a*x[i] + b*y[i - 1]          ->      known = a*x[1:n]
                                                        y[1:n] = filtered(known, b, y[0])       a linear filter
    for i: y[i] := min(x[i], y[i - 1] + d)      ->      y[1:n] = accumulated(minimum, x[1:n], y[0], d)

The factor b and the step d are the same in all rounds. min(x, y + d) is a running minimum of x - d*i, which is exact
for ints; sums without a factor are accumulated too. What else a round reads it may read for all rounds at once: no
round writes it, or a later one does. A filter adds in another order, so it rests under strict, and it multiplies what
is known by zeros, so that the rounds are run where anything is not finite.

For NumPy, where a round costs a thousand times what it does.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from gdc.compiler import imp, imp_tools
from gdc.compiler.imp import Body, Branch, Expr, Let, Loop, Program, SetPart, Statement, Store
from gdc.compiler.imp_tools import JustMade, name_of, names_in
from gdc.compiler.ops import OPS
from gdc.compiler.record import Record, Step
from gdc.compiler.types import BOOL, INT

RULE = "recurrences"
SWITCHES = (RULE,)
CHOICES = ("minimum", "maximum")
ONE = imp.integer(1)


def run(program: Program, record: Record) -> Program:
    """The program with such loops as library calls."""
    return _Recurrences(program, record).run() if record.allows(RULE) else program


class Refused(Exception):
    """A loop that is not of this kind."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a value depends on the one before: known + factor*before, or op(known, before + step)."""

    known: Expr | None
    factor: Expr | None = None
    op: str = ""
    step: Expr | None = None


class _Recurrences:
    def __init__(self, program: Program, record: Record) -> None:
        self.program, self.record = program, record
        self.root = imp_tools.alias_classes(program)
        self.reads: Counter[str] = imp_tools.read_counts(program)
        counts = Counter(n for s in imp.statements(program.body) for n in imp_tools.written(s))
        self.numbers = [s for s in imp.statements(program.body) if isinstance(s, Let) and s.value.element == INT
                        and counts[s.name] == 1 and is_plain(s.value) and s.value.op in ("add", "sub")
                        and all(counts[n] <= 1 for n in names_in(s.value))]
        self.taken = {n for s in imp.statements(program.body) for n in imp_tools.written(s)}
        self.taken |= {p.name for p in program.parameters}

    def run(self) -> Program:
        return replace(self.program, body=self.body(self.program.body))

    def body(self, body: Body) -> Body:
        done: list[Statement] = []
        made = JustMade()
        for s in body:
            try:
                done += self.loop(s, made.names) if isinstance(s, Loop) else [self.inside(s)]
            except Refused:
                done.append(self.inside(s))
            made.pass_by((s,))
        return tuple(done)

    def inside(self, statement: Statement) -> Statement:
        return imp_tools.map_parts(statement, lambda e: e, self.body)

    # -- which loops

    def loop(self, loop: Loop, made: set[str]) -> list[Statement]:
        """What stands for a loop. Raises Refused."""
        if not loop.body or not isinstance(loop.body[-1], Store) or imp.constant(loop.step) != 1:
            raise Refused
        store = loop.body[-1]
        if store.combine or not all(isinstance(s, Let) and not s.value.rank for s in loop.body[:-1]):
            raise Refused
        self.refuse_if_read_later(loop)
        value, *index = (self.written_out(e, loop) for e in (store.value, *store.index))
        axis, shift = self.place(tuple(index), loop.var)
        is_made = name_of(store.array) in made
        return _Written(self, loop, store.array, tuple(index), axis, shift, is_made).statements(value)

    def written_out(self, value: Expr, loop: Loop) -> Expr:
        """A value with what the rounds bind, and with the numbers of rows that other loops bind, in their places."""
        for s in (*reversed(loop.body[:-1]), *reversed(self.numbers)):
            assert isinstance(s, Let)
            value = replaced(value, s)
        return value

    def refuse_if_read_later(self, loop: Loop) -> None:
        """What the rounds bind must be read nowhere else, and bound once."""
        own = [s.name for s in loop.body if isinstance(s, Let)] + [loop.var]
        inside = Counter(n for s in loop.body for v in imp.expressions(s) for n in names_in(v))
        if len(set(own)) < len(own) or any(self.reads[n] != inside[n] for n in own[:-1]):
            raise Refused

    def place(self, index: tuple[Expr, ...], var: str) -> tuple[int, int]:
        """(the axis that the rounds go along, how far the place is from the round's number)."""
        axes = [k for k, e in enumerate(index) if var in names_in(e)]
        if len(axes) != 1:
            raise Refused
        shift = distance(index[axes[0]], var)
        if shift is None:
            raise Refused
        return axes[0], shift

    def fresh(self, base: str) -> str:
        return imp_tools.numbered_name(base, self.taken)


@dataclass(slots=True)
class _Written:
    """One loop being written as calls."""

    owner: _Recurrences
    loop: Loop
    array: Expr
    index: tuple[Expr, ...]
    axis: int
    shift: int
    is_made: bool                   # whether no other name can be the array's memory

    @property
    def count(self) -> Expr:
        return imp.sub(self.loop.stop, self.loop.start)

    def statements(self, value: Expr) -> list[Statement]:
        before = [e for e in imp.subexpressions(value) if self.is_before(e)]
        if len(before) != 1:
            raise Refused
        form = self.form(value)
        if form.known is None:
            raise Refused
        known = self.whole(form.known)
        known = known if known.rank else Expr("fill", (known, self.count), known.element, 1)
        first = imp.load(self.array, *self.along(imp.add(self.loop.start, imp.integer(self.shift - 1))))
        some = imp.less(self.loop.start, self.loop.stop)
        self.owner.record.add(Step(RULE, RULE, f"for {self.loop.var}", "a linear filter" if form.factor is not None else
                                   f"a running {form.op}", "each round needs the one before in a way that a library "
                                   "knows", self.loop.origins))
        if form.factor is None:
            args = (known, first, form.step) if form.step is not None else (known, first)
            value = Expr("accumulated", args, known.element, 1, (("op", form.op),))
            return [Branch(some, (self.set(value),), (), self.loop.origins)]
        name = self.owner.fresh("known")
        named = imp.var(name, known.element, 1)
        finite = Expr("all", (Expr("isfinite", (named,), BOOL, 1),), BOOL, 0, (("axes", (0,)), ("keepdims", False)))
        calls = (self.set(Expr("filtered", (named, form.factor, first), known.element, 1)),)
        return [Branch(some, (Let(name, known, self.loop.origins),
                              Branch(finite, calls, (self.loop,), self.loop.origins)), (), self.loop.origins)]

    def set(self, value: Expr) -> SetPart:
        kinds = tuple("slice" if k == self.axis else "at" for k in range(self.array.rank))
        start = imp.add(self.loop.start, imp.integer(self.shift))
        args = tuple(a for k, e in enumerate(self.index)
                     for a in ((start, self.count, ONE) if k == self.axis else (e,)))
        return SetPart(self.array, kinds, args, value, "", self.loop.origins)

    def along(self, place: Expr) -> tuple[Expr, ...]:
        return tuple(place if k == self.axis else e for k, e in enumerate(self.index))

    # -- what a round reads

    def is_before(self, value: Expr) -> bool:
        """Whether a value is what the round before has written."""
        return value.op == "load" and value.args[0] == self.array and \
            all(a == b for k, (a, b) in enumerate(zip(value.args[1:], self.index, strict=True)) if k != self.axis) and \
            distance(value.args[1 + self.axis], self.loop.var) == self.shift - 1

    def form(self, value: Expr) -> Form:
        """How a value depends on the one before. Raises Refused."""
        if value.op in CHOICES:
            return self.choice(value)
        known, factor = self.linear(value)
        if factor is None or known is None:
            raise Refused
        if imp.constant(factor) == 1 or factor.op == "const" and factor.get("value") == 1:
            is_sum = value.op == "add" and any(self.is_before(a) for a in value.args)
            if not is_sum and value.element.kind != "int" and self.owner.record.strict:
                raise Refused
            return Form(known, op="add")
        if value.element.kind != "real" or self.owner.record.strict:
            raise Refused
        return Form(known, factor)

    def choice(self, value: Expr) -> Form:
        parts = operands(value)
        own = [p for p in parts if any(self.is_before(e) for e in imp.subexpressions(p))]
        rest = [p for p in parts if p is not own[0]]
        if len(own) != 1 or not rest:
            raise Refused
        known = rest[0]
        for p in rest[1:]:
            known = Expr(value.op, (known, p), value.element)
        step = None
        if not self.is_before(own[0]):
            step, factor = self.linear(own[0])
            is_one = factor is not None and imp.constant(factor) == 1
            if step is None or not is_one or value.element.kind != "int" or self.varies(step):
                raise Refused
        return Form(known, op=value.op, step=step)

    def linear(self, value: Expr) -> tuple[Expr | None, Expr | None]:
        """(known, factor) of a value known + factor*before; None stands for 0."""
        one = imp.const(1 if value.element.kind == "int" else 1.0, value.element)
        if self.is_before(value):
            return None, one
        if not any(self.is_before(e) for e in imp.subexpressions(value)):
            return value, None
        if value.op == "neg":
            known, factor = self.linear(value.args[0])
            return negative(known), negative(factor)
        if value.op not in ("add", "sub", "mul", "div"):
            raise Refused
        left, right = value.args
        if value.op in ("add", "sub"):
            (known, factor), (other, second) = self.linear(left), self.linear(right)
            return joined(value, known, other), joined(value, factor, second)
        inner, outer = (left, right) if any(self.is_before(e) for e in imp.subexpressions(left)) else (right, left)
        if self.varies(outer) or value.op == "div" and inner is right:
            raise Refused
        known, factor = self.linear(inner)
        return scaled(value, known, outer), scaled(value, factor, outer)

    def varies(self, value: Expr) -> bool:
        """Whether a value may be another one in each round."""
        return self.loop.var in names_in(value) or \
            any(e.op == "load" and self.is_own(name_of(e.args[0])) for e in imp.subexpressions(value))

    def is_own(self, name: str) -> bool:
        """Whether an array may be the one that the rounds write."""
        same = self.owner.root(name) == self.owner.root(name_of(self.array))
        return name == name_of(self.array) or same and not self.is_made

    # -- for all rounds at once

    def whole(self, value: Expr) -> Expr:
        """A value for all rounds. Raises Refused."""
        if value.op == "load":
            return self.part(value)
        if value.op == "name" and name_of(value) == self.loop.var:
            numbers = Expr("iota", (self.count,), INT, 1)
            return numbers if imp.constant(self.loop.start) == 0 else Expr("add", (numbers, self.loop.start), INT, 1)
        if value.op in ("const", "name", "extent"):
            return value
        if value.op == "select" and all(is_plain(a) for a in value.args[1:]):
            value = replace(value, op="where")
        if value.op != "cast" and (value.op not in OPS or OPS[value.op].kind != "MAP"):
            raise Refused
        args = tuple(self.whole(a) for a in value.args)
        return replace(value, args=args, rank=max(a.rank for a in args))

    def part(self, value: Expr) -> Expr:
        """What the rounds load, as a part of the array; of their own array only what no earlier round has written."""
        array, index = value.args[0], value.args[1:]
        name = name_of(array)
        if not name or any(not is_plain(e) for e in index):
            raise Refused
        if self.is_own(name) and (name != name_of(self.array) or not self.is_unwritten(index)):
            raise Refused
        along = [k for k, e in enumerate(index) if self.loop.var in names_in(e)]
        if not along:
            return value
        shift = distance(index[along[0]], self.loop.var) if len(along) == 1 else None
        if shift is None:
            raise Refused
        start = imp.add(self.loop.start, imp.integer(shift))
        kinds = tuple("slice" if k == along[0] else "at" for k in range(len(index)))
        args = tuple(a for k, e in enumerate(index) for a in ((start, self.count, ONE) if k == along[0] else (e,)))
        return Expr("index", (array, *args), array.element, 1, (("subscripts", kinds),))

    def is_unwritten(self, index: tuple[Expr, ...]) -> bool:
        """Whether no earlier round has written a place of the rounds' own array."""
        for k, (a, b) in enumerate(zip(index, self.index, strict=True)):
            if k != self.axis and (gap := difference(a, b)) is not None and gap != 0:
                return True
        shift = distance(index[self.axis], self.loop.var)
        return shift is not None and shift >= self.shift


def replaced(value: Expr, let: Let) -> Expr:
    """A value with what a name stands for in its place."""
    return imp_tools.replaced(value, lambda e: let.value if e.op == "name" and name_of(e) == let.name else None)


def is_plain(place: Expr) -> bool:
    return all(e.op in ("add", "sub", "const", "name", "extent", "cast") for e in imp.subexpressions(place))


def terms(value: Expr) -> Counter[Expr]:
    """An int sum as parts and how often each is added; constants are counted under 1."""
    found: Counter[Expr] = Counter()
    stack = [(value, 1)]
    while stack:
        top, sign = stack.pop()
        if top.op in ("add", "sub") and top.element == INT:
            stack += [(top.args[0], sign), (top.args[1], sign if top.op == "add" else -sign)]
        elif (number := imp.constant(top)) is not None:
            found[ONE] += sign * number
        else:
            found[top] += sign
    return found


def difference(one: Expr, other: Expr) -> int | None:
    """How much larger one place is than another, where that is always the same."""
    gap = terms(one)
    gap.subtract(terms(other))
    return gap[ONE] if not any(n for e, n in gap.items() if e != ONE) else None


def distance(place: Expr, var: str) -> int | None:
    """How far a place is from a loop's number."""
    return difference(place, imp.var(var, INT))


def operands(value: Expr) -> list[Expr]:
    """The operands of a choice among several."""
    found: list[Expr] = []
    stack = [value]
    while stack:
        top = stack.pop()
        if top.op == value.op:
            stack.extend(reversed(top.args))
        else:
            found.append(top)
    return found


def negative(value: Expr | None) -> Expr | None:
    return Expr("neg", (value,), value.element) if value is not None else None


def joined(like: Expr, left: Expr | None, right: Expr | None) -> Expr | None:
    """A sum, or a difference, of what is there."""
    if left is None:
        return negative(right) if like.op == "sub" else right
    return left if right is None else replace(like, args=(left, right))


def scaled(like: Expr, value: Expr | None, other: Expr) -> Expr | None:
    """A product, or a quotient, with what all rounds have."""
    return replace(like, args=(value, other)) if value is not None else None
