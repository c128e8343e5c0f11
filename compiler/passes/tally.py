"""Sums as exact as NumPy's, which adds by pairs: long ones in parts, and what the additions of the parts lose is kept.

    for k in 0..n:                            lost = 0
        total = total + x[k]        ->        for start in 0..n by 192:
                                                  tally = 0
                                                  for k in start..min(start + 192, n):
                                                      tally = tally + x[k]
                                                  whole = total + tally
                                                  lost = lost + (tally - (whole - total))
                                                  total = whole
                                              total = total + lost, where that is a number

The inner loop stays as fast as it was, and the error no longer grows with n (Kahan, Pracniques: further remarks on
reducing truncation errors, 1965). Sums that several loops go over keep `lost` through all of them. Products of arrays
inside other loops are left as they are: BLAS adds them in order too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import inf

from gdc.compiler import imp
from gdc.compiler.imp import Body, Expr, Loop, Program, Statement, add, constant, integer, sub, var
from gdc.compiler.imp_tools import fresh_name, map_expression, map_parts, name_of, names_in, writes
from gdc.compiler.nest_cost import cost_of, least, whole_times
from gdc.compiler.record import Record, Step
from gdc.compiler.totals import binds, leaves
from gdc.compiler.types import BOOL, INT, Element

IN_LANES = 192      # terms of a part where one instruction adds several
IN_ORDER = 32       # and where they are added one by one: complex numbers, and in a thread of a device
CHEAP = 8           # flops: a loop up to there stands twice, so that a short one is not slowed down by its parts


@dataclass(frozen=True, slots=True)
class Sum:
    """What a loop adds up, and names for its parts and for what is lost."""

    name: str
    element: Element
    tally: str
    lost: str

    @property
    def total(self) -> Expr:
        return var(self.name, self.element)

    @property
    def part(self) -> Expr:
        return var(self.tally, self.element)

    @property
    def rest(self) -> Expr:
        return var(self.lost, self.element)


Library = Callable[[Loop], bool]


def run(program: Program, record: Record, library: Library | None = None) -> Program:
    """The program with its sums in parts; of a device, which has a `library` for some of its nests, only those inside
    other nests that threads share out."""
    body, small = (_Tallies(replace(program, body=body), told, library).body(body, library is None, False, {})
                   for body, told in ((program.body, record), (program.small, Record())))
    return replace(program, body=body, small=small)


Sums = dict[int, list[Sum]]     # by the identity of the loop that adds them up


class _Tallies:
    def __init__(self, program: Program, record: Record, library: Library | None) -> None:
        self.record, self.library, self.device = record, library, library is not None
        self.most: dict[str, float] = {}        # what an int does not pass
        self.ints: dict[str, Expr] = {}         # what one is
        self.taken = {p.name for p in program.parameters}
        for s in imp.statements(program.body):
            self.taken |= binds(s)

    def fresh(self, name: str) -> str:
        """A new name like `name`."""
        return fresh_name(name, self.taken)

    def body(self, body: Body, allowed: bool, nested: bool, sums: Sums) -> Body:
        """`allowed`: whether sums may be looked for here; `nested`: whether a serial loop is around; `sums`: those of
        the loops around, by the loop that adds them up."""
        done: list[Statement] = []
        for s in body:
            if isinstance(s, Loop):
                if self.library is not None and self.library(s):
                    done.append(s)
                elif allowed and s.mode == "serial":
                    done += self.summed(s, nested, sums)
                else:
                    inside = allowed or s.mode == "parallel"
                    done.append(replace(s, body=self.body(s.body, inside, False, {})))
            elif isinstance(s, imp.Forever):
                done.append(replace(s, body=self.body(s.body, allowed, nested, {})))
            elif isinstance(s, imp.Branch):
                done.append(replace(s, then=self.body(s.then, allowed, nested, sums),
                                    orelse=self.body(s.orelse, allowed, nested, sums)))
            else:
                if isinstance(s, imp.Let) and s.value.element == INT and not s.value.rank:
                    self.most[s.name], self.ints[s.name] = self.greatest(s.value), s.value
                done.append(s)
        return tuple(done)

    def greatest(self, value: Expr) -> float:
        """A number that an int surely does not pass."""
        if value.op in ("minimum", "maximum"):
            return {"minimum": min, "maximum": max}[value.op](map(self.greatest, value.args))
        found = constant(value)
        return float(found) if found is not None else self.most.get(name_of(value), inf)

    def is_short(self, loop: Loop) -> bool:
        """Whether a loop surely has no more rounds than a part."""
        first = constant(loop.start)
        if first is not None:
            return self.greatest(loop.stop) - first <= IN_LANES
        start = self.ints.get(name_of(loop.start))
        factor = constant(start.args[1]) if start is not None and start.op == "mul" else None
        return factor is not None and 0 < factor <= IN_LANES and start == whole_times(loop.stop, int(factor))

    def summed(self, loop: Loop, nested: bool, outer: Sums) -> Iterator[Statement]:
        """A loop whose sums are in parts, at whatever depth inside it they are added up."""
        own: list[Sum] = []
        sums = dict(outer)
        known = {one.name for ones in outer.values() for one in ones}
        for home, name, element in _sums_of(loop):
            product = (nested or home is not loop) and _is_product(home, name)
            if name not in known and not product and not self.is_short(home):
                own.append(Sum(name, element, self.fresh(f"{name}_tally"), self.fresh(f"{name}_lost")))
                sums[id(home)] = [*sums.get(id(home), ()), own[-1]]
        for one in own:
            length = IN_LANES if one.element.kind == "real" and not self.device else IN_ORDER
            self.record.add(Step(
                "tally", "tally", "a long sum", f"parts of {length} terms, and what adding them up loses",
                "the error does not grow with the number of terms", loop.origins))
            yield imp.Let(one.lost, _zero(one.element), loop.origins)
        inner = replace(loop, body=self.body(loop.body, True, True, sums))
        if id(loop) in sums:
            yield from self.parts(inner, sums[id(loop)], id(loop) not in outer)
        else:
            yield inner
        for one in own:
            spoilt = Expr("ne", (Expr("sub", (one.rest, one.rest), one.element), _zero(one.element)), BOOL)
            value = imp.select(spoilt, one.total, Expr("add", (one.total, one.rest), one.element))
            yield imp.Let(one.name, value, loop.origins)

    def parts(self, loop: Loop, sums: list[Sum], outermost: bool) -> Iterator[Statement]:
        """A loop in parts. A cheap one also as it was, for few rounds."""
        origins = loop.origins
        plain = loop
        loop = replace(loop, body=tuple(_renamed(s, {one.name: one.tally for one in sums}) for s in loop.body))
        size = IN_ORDER if self.device or any(one.element.kind == "complex" for one in sums) else IN_LANES
        stop = loop.stop
        if stop.op not in ("const", "name"):
            stop = var(self.fresh("end"), INT)
            yield imp.Let(name_of(stop), loop.stop, origins)
        start = var(self.fresh("start"), INT)
        until = least(add(start, integer(size)), stop)
        long: Statement = replace(loop, var=name_of(start), stop=stop, step=integer(size), body=tuple(
            self.part(replace(loop, start=start, stop=until), sums, True)))
        if self.device or (constant(cost_of(loop.body, {})) or CHEAP) >= CHEAP:
            yield long
            return
        short = (plain,) if outermost else tuple(self.part(replace(loop, stop=stop), sums, False))
        yield imp.Branch(imp.less(integer(size), sub(stop, loop.start)), (long,), short, origins)

    def part(self, loop: Loop, sums: list[Sum], moved: bool) -> Iterator[Statement]:
        """One part: added up on its own, then to the whole, and what that loses to what was lost."""
        origins = loop.origins
        for one in sums:
            yield imp.Let(one.tally, _zero(one.element), origins)
        if moved and not self.device:
            place = self.fresh(loop.var)
            loop = replace(loop, var=place, body=(
                imp.Let(loop.var, Expr("natural", (var(place, INT),), INT), origins), *loop.body))
        yield loop
        for one in sums:
            whole = var(self.fresh(f"{one.name}_whole"), one.element)
            yield imp.Let(name_of(whole), Expr("add", (one.total, one.part), one.element), origins)
            gained = Expr("sub", (whole, one.total), one.element)
            lost = Expr("sub", (one.part, gained), one.element)
            yield imp.Let(one.lost, Expr("add", (one.rest, lost), one.element), origins)
            yield imp.Let(one.name, whole, origins)


def _zero(element: Element) -> Expr:
    return imp.const(0.0 if element.kind == "real" else 0j, element)


def _renamed(s: Statement, names: dict[str, str]) -> Statement:
    """A statement that adds to other totals."""

    def change(value: Expr) -> Expr:
        name = name_of(value)
        return var(names[name], value.element, value.rank) if name in names else value

    done = map_parts(s, lambda e: map_expression(e, change), lambda body: tuple(_renamed(t, names) for t in body))
    return replace(done, name=names[done.name]) if isinstance(done, imp.Let) and done.name in names else done


# --- what a loop adds up ------------------------------------------------------------------------


def _sums_of(loop: Loop) -> Iterator[tuple[Loop, str, Element]]:
    """The names that do nothing in a loop but grow in one loop of it, which that is, and what they are."""
    homes: dict[str, list[Loop | None]] = {}
    elements: dict[str, Element] = {}
    reads_of: dict[str, int] = {}

    def visit(body: Body, home: Loop | None) -> None:
        for s in body:
            for top in imp.expressions(s):
                for name in names_in(top):
                    reads_of[name] = reads_of.get(name, 0) + 1
            for name in binds(s):
                grows = isinstance(s, imp.Let) and _grows(s)
                homes.setdefault(name, []).append(home if grows else None)
                if isinstance(s, imp.Let):
                    elements[name] = s.value.element
            inside = home if isinstance(s, imp.Branch) else s if isinstance(s, Loop) and _splits(s) else None
            for inner in imp.bodies(s):
                visit(inner, inside)

    visit((loop,), None)
    for name, places in homes.items():
        home = places[0]
        if home is not None and all(p is home for p in places) and reads_of.get(name) == len(places):
            yield home, name, elements[name]


def _grows(let: imp.Let) -> bool:
    """Whether it is `t = t + e` of numbers that are rounded."""
    value = let.value
    return value.op == "add" and not value.rank and value.element.kind in ("real", "complex") and (
        let.name in map(name_of, value.args))


def _splits(loop: Loop) -> bool:
    """Whether a loop can be done in parts: it goes up, is not left early, and does not move its own end."""
    step = constant(loop.step)
    if loop.mode != "serial" or step is None or step < 1 or IN_ORDER % step:
        return False
    return not leaves(loop.body) and not writes(loop) & {*names_in(loop.start), *names_in(loop.stop)}


def _is_product(home: Loop, name: str) -> bool:
    """Whether a sum is one of products of entries, as a BLAS library computes it."""
    lets = {s.name: s.value for s in home.body if isinstance(s, imp.Let) and s.name != name}
    moving = {home.var, *lets}

    def factors(value: Expr) -> Iterator[Expr]:
        if value.op in ("mul", "conj", "cast", "neg") or name_of(value) in lets:
            for inner in (lets[name_of(value)],) if name_of(value) in lets else value.args:
                yield from factors(inner)
        else:
            yield value

    steps = [s for s in home.body if isinstance(s, imp.Let) and s.name == name]
    terms = [a for s in steps for a in s.value.args if name_of(a) != name]
    for term in terms:
        found = [f for f in factors(term) if moving & set(names_in(f))]
        if len(set(found)) < 2 or any(f.op != "load" for f in found):
            return False
    return bool(terms)


