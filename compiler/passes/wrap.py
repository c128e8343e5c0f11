"""A loop that reads places counted round an axis is split where they go round, so that most rounds only count.

    for j in 0..n:                                  for j in 0..min(1, n): y[j] = x[(j - 1) % m]
        y[j] = x[(j - 1) % m]               ->      for j in min(1, n)..n: y[j] = x[j - 1]

The same rounds in the same order. What stands between the ends has no remainders, and becomes vector code. Places that
no round of the loop changes are computed before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from gdc.compiler import imp
from gdc.compiler.imp import Body, Expr, Let, Loop, Program, Statement, constant, integer, sub, var
from gdc.compiler.imp_tools import fresh_name, map_statement, name_of, names_in, reads, writes
from gdc.compiler.record import Record, Step
from gdc.compiler.types import INT

NAME = "wrap"
SWITCHES = (NAME,)
MOST_SHIFT = 64  # places from an end at which a round may still go round


@dataclass(frozen=True, slots=True)
class Turn:
    """A place `(start + j + shift) % size` in a loop over j; start is a name, or empty."""

    start: str
    shift: int
    size: Expr


def run(program: Program, record: Record) -> Program:
    """The program with such loops split."""
    if not record.allows(NAME):
        return program
    wrap = _Wrap(program, record)
    return replace(program, body=wrap.body(program.body), small=_Wrap(program, Record()).body(program.small))


class _Wrap:
    def __init__(self, program: Program, record: Record) -> None:
        self.record = record
        self.taken = {p.name for p in program.parameters}
        for s in (*imp.statements(program.body), *imp.statements(program.small)):
            self.taken |= writes(s) | reads(s)

    def fresh(self, name: str) -> str:
        """A new name like `name`."""
        return fresh_name(name, self.taken)

    def body(self, body: Body) -> Body:
        return tuple(t for s in body for t in self.statement(s))

    def statement(self, s: Statement) -> Iterator[Statement]:
        if isinstance(s, imp.Branch):
            yield replace(s, then=self.body(s.then), orelse=self.body(s.orelse))
        elif isinstance(s, (Loop, imp.Forever)):
            inner = replace(s, body=self.body(s.body))
            turns = turns_in(inner) if isinstance(inner, Loop) else []
            if isinstance(inner, Loop) and turns:
                yield from self.split(inner, turns)
            else:
                yield inner
        else:
            yield s

    def split(self, loop: Loop, turns: list[Turn]) -> Iterator[Statement]:
        """The rounds before, between and after those that may go round, and before them the places of this round."""
        before, loop = self.steady(loop)
        yield from before
        start, size, origins = turns[0].start, turns[0].size, loop.origins
        own = var(start, INT) if start else integer(0)
        back, ahead = (max(0, *(sign * t.shift for t in turns)) for sign in (-1, 1))
        first, last = self.fresh(f"{loop.var}_from"), self.fresh(f"{loop.var}_to")
        low = bounded(loop.start, sub(integer(back), own), loop.stop)
        high = bounded(var(first, INT), sub(sub(size, integer(ahead)), own), loop.stop)
        yield Let(first, low, origins)
        yield Let(last, high, origins)
        counted = set(turns)

        def change(value: Expr) -> Expr | None:
            return Expr("natural", value.args[:1], INT) if turn(value, loop) in counted else None

        yield replace(loop, stop=var(first, INT))
        yield replace(loop, start=var(first, INT), stop=var(last, INT),
                      body=tuple(map_statement(s, change) for s in loop.body))
        yield replace(loop, start=var(last, INT))
        self.record.add(Step(NAME, NAME, f"a loop over {loop.var}", "its ends, and the rounds between",
                             "between the ends no place goes round", origins))

    def steady(self, loop: Loop) -> tuple[list[Statement], Loop]:
        """The places counted round other axes, each under a name."""
        names: dict[Expr, str] = {}
        changed = writes(loop) | {loop.var}

        def change(value: Expr) -> Expr | None:
            if value.op != "mod" or value.element != INT or value.rank or changed & set(names_in(value)):
                return None
            if linear(value.args[0]) is None or not is_plain(value.args[1]):
                return None
            if value not in names:
                names[value] = self.fresh("place")
            return var(names[value], INT)

        inner = replace(loop, body=tuple(map_statement(s, change) for s in loop.body))
        return [Let(name, Expr("natural", (value,), INT), loop.origins) for value, name in names.items()], inner


def bounded(least: Expr, value: Expr, most: Expr) -> Expr:
    """The value, but no less than `least` and no more than `most`, which is no less than `least`."""
    if value == least:
        return least
    return Expr("minimum", (Expr("maximum", (value, least), INT), most), INT)


# --- what goes round ------------------------------------------------------------------------------


def turns_in(loop: Loop) -> list[Turn]:
    """The places that go round an axis in an innermost loop, from one start and of one size: those that are most."""
    if constant(loop.step) != 1 or not all(isinstance(s, (Let, imp.Store)) for s in loop.body):
        return []
    found = Counter(t for s in loop.body for top in imp.expressions(s) for e in imp.subexpressions(top)
                    if (t := turn(e, loop)) is not None and abs(t.shift) <= MOST_SHIFT)
    kinds = Counter((t.start, t.size) for t in found)
    most = kinds.most_common(1)
    return [t for t in found if (t.start, t.size) == most[0][0]] if most else []


def turn(value: Expr, loop: Loop) -> Turn | None:
    """What an expression is, if it is a place that goes round in a loop."""
    if value.op != "mod" or value.element != INT or value.rank or not is_plain(value.args[1]):
        return None
    if name_of(value.args[1]) in writes(loop):
        return None
    terms = linear(value.args[0])
    if terms is None:
        return None
    lets = {s.name: s.value for s in loop.body if isinstance(s, Let) and not s.value.rank and s.value.element == INT}
    for name in [n for n in terms if n in lets]:
        inner = linear(lets[name])
        if inner is None or terms.pop(name) != 1:
            return None
        terms.update(inner)
    shift, rest = terms.pop("", 0), [n for n in terms if terms[n]]
    if terms.get(loop.var) != 1 or any(terms[n] != 1 for n in rest) or len(rest) > 2:
        return None
    return Turn(next((n for n in rest if n != loop.var), ""), shift, value.args[1])


def linear(value: Expr) -> Counter[str] | None:
    """An int sum of names: how often it has each, and the constant under no name."""
    number = constant(value)
    if number is not None:
        return Counter({"": number})
    if value.op == "name" and not value.rank:
        return Counter({name_of(value): 1})
    if value.op not in ("add", "sub") or value.element != INT or value.rank:
        return None
    left, right = (linear(a) for a in value.args)
    if left is None or right is None:
        return None
    for name, count in right.items():
        left[name] += count if value.op == "add" else -count
    return left


def is_plain(value: Expr) -> bool:
    """Whether a size is a name or a number."""
    return constant(value) is not None or value.op == "name"
