"""The place of a least or a greatest value becomes steps that can be joined, so that cores and vector code share them.

    s, t = highest, -1                         s, t = highest, none         (none: the greatest int)
    for i: if x[i] < s or …:        ->         for i: s = minimum(s, x[i])
               s, t = x[i], i                  for i: t = minimum(t, i if x[i] == s or x[i] != x[i] else none)
                                               t = 0 if t == none else t

A branch that sets two states at once keeps the rounds in order, one entry at a time; each of the two passes takes an
eighth of its time. If the least is nan, it equals nothing, and the first nan is found. The rounds stand twice only
where they do no more than read and compare. The least of truth values, by which a failed check finds its entry, takes
one pass in any loop: the first place of one that is false, which also says whether all are true.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from gdc.compiler import imp
from gdc.compiler.imp import Body, Expr, Let, Loop, Program, Statement, add, constant, integer, mul, var
from gdc.compiler.imp_tools import names_in, written
from gdc.compiler.nest_cost import cost_of
from gdc.compiler.record import Record, Step
from gdc.compiler.types import BOOL, INT, limits

NAME = "firsts"
SWITCHES = (NAME,)
CHEAP = 4           # flops of a round that may stand twice
NONE = integer(int(limits(INT)[1]))
READS = 4           # of x in the branch
MINUS_ONE = Expr("neg", (integer(1),), INT)
TOTAL = {"lt": "minimum", "gt": "maximum"}


def run(program: Program, record: Record) -> Program:
    """The program with such searches rewritten."""
    return replace(program, body=_Firsts(program, record).body(program.body)) if record.allows(NAME) else program


class _Firsts:
    def __init__(self, program: Program, record: Record) -> None:
        self.record = record
        inside = list(imp.statements(program.body))
        outputs = [v for _, value, flag in program.outputs for v in (value, flag) if v is not None]
        self.reads = Counter(n for s in inside for e in imp.expressions(s) for n in names_in(e))
        self.reads.update(n for v in outputs for n in names_in(v))
        self.writes = Counter(n for s in inside for n in written(s))

    def body(self, body: Body) -> Body:
        done: list[Statement] = []
        for s in body:
            if isinstance(s, Loop) and (found := self.search(s, done)) is not None:
                done = found
            elif isinstance(s, (Loop, imp.Forever, imp.Walk)):
                done.append(replace(s, body=self.body(s.body)))
            elif isinstance(s, imp.Branch):
                done.append(replace(s, then=self.body(s.then), orelse=self.body(s.orelse)))
            else:
                done.append(s)
        return tuple(done)

    def search(self, nest: Loop, before: list[Statement]) -> list[Statement] | None:
        """What stands before a nest, the nest as two, and what follows."""
        loops, inner = _chain(nest)
        for branch in inner:
            states = _states(branch) if isinstance(branch, imp.Branch) else None
            if states is None or states[2] != _place(loops) or not self.alone(states, before):
                continue
            assert isinstance(branch, imp.Branch)
            best, first, place, x, better = states
            found = self.of_truths(nest, inner, branch, states) or self.of_values(nest, inner, branch, states)
            if found is None:
                continue
            self.record.add(Step(
                NAME, NAME, f"the place of the {'least' if better == 'lt' else 'greatest'} of many",
                "the value, then its first place" if len(found) > 1 else "the first place that is false",
                "each can be found in parts, joined afterwards", nest.origins))
            known = self.known(inner, x, before) if len(found) == 1 else set()
            gone = known | ({best} if len(found) == 1 else set())
            start = [replace(s, value=NONE) if isinstance(s, Let) and s.name == first else s for s in before
                     if not (isinstance(s, Let) and s.name in gone)]
            t = var(first, INT)
            none = Expr("eq", (t, NONE), BOOL)
            told = [Let(name, none, nest.origins) for name in sorted(known)]
            last = Let(first, Expr("where", (none, integer(0), t), INT), nest.origins)
            return [*start, *(_without(s, known) for s in found), *told, last]
        return None

    def known(self, inner: Body, x: Expr, before: list[Statement]) -> set[str]:
        """The states that say whether all are true, which the first place of one that is not says too."""
        truth = _truth(inner, x)
        reads = Counter(n for s in imp.statements(inner) for e in imp.expressions(s) for n in names_in(e))
        steps = {s.name for s in inner if isinstance(s, Let) and s.value.op == "and" and truth in s.value.args
                 and var(s.name, BOOL) in s.value.args and self.writes[s.name] == 2 and reads[s.name] == 1}
        return {s.name for s in before if isinstance(s, Let) and s.name in steps and s.value == imp.const(True, BOOL)}

    def alone(self, states: States, before: list[Statement]) -> bool:
        """Whether only the branch and a start just before the nest set the states, and only it reads the best."""
        best, first, *_ = states
        starts = [s for s in before if isinstance(s, Let) and s.name in (best, first)]
        return (len(starts) == 2 and {s.name for s in starts} == {best, first}
                and all(s.value == MINUS_ONE for s in starts if s.name == first)
                and all(s.value.op == "const" for s in starts if s.name == best)
                and self.writes[best] == self.writes[first] == 2 and self.reads[best] == 3)

    def of_truths(self, nest: Loop, inner: Body, branch: imp.Branch, states: States) -> list[Loop] | None:
        """The first place of a truth value that is false, in one pass."""
        _, first, place, x, better = states
        truth = _truth(inner, x)
        if truth is None or better != "lt":
            return None
        step = _least(first, Expr("where", (truth, NONE, place), INT), branch.origins)
        unread = self.reads[str(x.get("name"))] == READS
        return [_with(nest, tuple(step if s is branch else s for s in inner
                                  if not (unread and isinstance(s, Let) and var(s.name, INT) == x)))]

    def of_values(self, nest: Loop, inner: Body, branch: imp.Branch, states: States) -> list[Loop] | None:
        """The least value, and in a pass of its own the first place where it stands."""
        best, first, place, x, better = states
        before = inner[:-1]
        if inner[-1] is not branch or not all(isinstance(s, Let) and not s.value.rank for s in before):
            return None
        if (constant(cost_of(before, {})) or CHEAP + 1) > CHEAP:
            return None
        s = var(best, x.element)
        free = (("free", True),) if x.element.kind == "real" else ()
        value = Let(best, Expr(TOTAL[better], (s, x), x.element, attrs=free), branch.origins)
        same = Expr("or", (Expr("eq", (x, s), BOOL), Expr("ne", (x, x), BOOL)), BOOL)
        step = _least(first, Expr("where", (same, place, NONE), INT), branch.origins)
        return [_with(nest, (*before, value)), _with(nest, (*before, step))]


# best, first, place, x, "lt" or "gt"
States = tuple[str, str, Expr, Expr, str]


def _states(branch: imp.Branch) -> States | None:
    """The states of `if x < s or t < 0 or (x != x and s == s): s, t = x, place`, as the op table has it."""
    if len(branch.then) != 2 or branch.orelse:
        return None
    one, two = branch.then
    if not isinstance(one, Let) or not isinstance(two, Let) or one.value.rank or one.value.op != "name":
        return None
    x, s, t = one.value, var(one.name, one.value.element), var(two.name, INT)
    for better in TOTAL:
        new = Expr("or", (Expr(better, (x, s), BOOL), Expr("lt", (t, integer(0)), BOOL)), BOOL)
        nan = Expr("and", (Expr("ne", (x, x), BOOL), Expr("eq", (s, s), BOOL)), BOOL)
        if branch.condition == Expr("or", (new, nan), BOOL):
            return one.name, two.name, two.value, x, better
    return None


def _truth(inner: Body, x: Expr) -> Expr | None:
    """The truth value that x is 0 or 1 for."""
    return next((s.value.args[0] for s in inner if isinstance(s, Let) and var(s.name, INT) == x
                 and s.value.op == "cast" and s.value.args[0].element == BOOL), None)


def _without(nest: Loop, names: set[str]) -> Loop:
    """A chain of loops without what its innermost body binds to some names."""
    _, inner = _chain(nest)
    return _with(nest, tuple(s for s in inner if not (isinstance(s, Let) and s.name in names)))


def _least(name: str, value: Expr, origins: imp.Origin) -> Let:
    return Let(name, Expr("minimum", (var(name, INT), value), INT), origins)


def _chain(nest: Loop) -> tuple[list[Loop], Body]:
    """Loops that hold nothing but the next one, and what the innermost holds."""
    loops = [nest]
    while len(loops[-1].body) == 1 and isinstance(loops[-1].body[0], Loop):
        loops.append(loops[-1].body[0])
    return loops, loops[-1].body


def _place(loops: list[Loop]) -> Expr | None:
    """Which round this is, counted from 0, of loops that count from 0 by 1."""
    place: Expr = integer(0)
    for loop in loops:
        if constant(loop.start) != 0 or constant(loop.step) != 1:
            return None
        place = add(mul(place, loop.stop), var(loop.var, INT))
    return place


def _with(nest: Loop, inner: Body) -> Loop:
    """The nest with another body in its innermost loop."""
    loops, _ = _chain(nest)
    for loop in reversed(loops):
        inner = (replace(loop, body=inner),)
    found = inner[0]
    assert isinstance(found, Loop)
    return found
