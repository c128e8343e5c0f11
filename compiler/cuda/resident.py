"""Scalars that stay on the device: a loop's rounds need not wait for them, since no condition, size or print does.

    for step in 0..k:                                   J lies in an array of one entry: the walk's last kernel
        for i: J = J + …            (a sum)       ->    adds to it, `J = J/m` is a kernel of one thread, and the
        J = J/m                                         host reads it when the loop is over
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from gdc.compiler import imp
from gdc.compiler.cuda.nests import chain, device_value, loads, set_in
from gdc.compiler.cuda.states import State, states_of
from gdc.compiler.imp import Body, Expr, Statement
from gdc.compiler.imp_tools import name_of, names_in
from gdc.compiler.totals import find_totals


class Host(Protocol):
    """What the printer says of statements that it is going to print."""

    loops: int

    def turned(self, statement: Statement) -> Statement: ...

    def runs_as(self, statement: imp.Loop | imp.Forever) -> str: ...

    def later(self, body: Body) -> set[str]: ...


@dataclass(slots=True)
class Resident:
    """What a program's host does with scalars: those that it needs itself, what kernels add up, and what is computed
    of scalars and entries."""

    host: Host
    needed: set[str] = field(default_factory=set)
    sums: list[tuple[str, ...]] = field(default_factory=list)      # of one loop, inside one of the host; or an entry
    lets: dict[str, list[Expr]] = field(default_factory=dict)

    def found(self, program: imp.Program) -> set[str]:
        """The scalars that stay on the device."""
        self.needed |= {p.name for p in program.parameters}
        self.body(program.body, False)
        known = {name for names in self.sums for name in names}
        while True:
            # a sum stays where all of its loop do; what is computed of one stays where nothing else needs it
            kept = known - self.needed
            kept -= {n for names in self.sums if not set(names) <= kept for n in names}
            made = {name for name, values in self.lets.items() if name not in self.needed
                    and any(kept & set(names_in(v)) for v in values)}
            if kept | made == known:
                return known
            self.needed |= known - kept - made
            known = (kept | made) - self.needed

    def body(self, body: Body, inside: bool) -> None:
        """Looks at statements of the host; `inside` a loop of its own."""
        for statement in map(self.host.turned, body):
            if isinstance(statement, imp.Let) and not statement.value.rank:
                self.let(statement, inside)
            elif isinstance(statement, imp.Loop):
                self.loop(statement, inside)
            elif isinstance(statement, imp.Forever):
                if self.host.runs_as(statement) == "host":
                    self.looped(statement.body)
                else:
                    self.needed |= set_in(statement.body)
            elif isinstance(statement, imp.Walk):
                self.walk(statement, inside)
            else:
                self.needs(imp.expressions(statement))
                for inner in imp.bodies(statement):
                    self.needed |= set_in(inner)
                    self.body(inner, inside)

    def looped(self, body: Body) -> None:
        self.host.loops += 1
        self.body(body, True)
        self.host.loops -= 1

    def let(self, statement: imp.Let, inside: bool) -> None:
        """A scalar of the host; one that is read from an array is a candidate too."""
        if statement.value.element.kind != "real" or not device_value(statement.value, set()):
            self.needed.add(statement.name)
            self.needs((statement.value,))
        else:
            self.lets.setdefault(statement.name, []).append(statement.value)
            if inside and loads((statement,)):
                self.sums.append((statement.name,))

    def loop(self, statement: imp.Loop, inside: bool) -> None:
        """A loop of the host, or a kernel."""
        kind = self.host.runs_as(statement)
        if kind == "host":
            self.needs(imp.expressions(statement))
            self.looped(statement.body)
            return
        loops, _ = chain(statement, ("parallel", "serial"))
        self.needs(v for loop in loops for v in imp.expressions(loop))
        states = states_of(statement, self.host.later((statement,))) if kind == "sum" else None
        self.summed(states or (), set_in((statement,)), inside)

    def walk(self, statement: imp.Walk, inside: bool) -> None:
        (nest,) = statement.body
        assert isinstance(nest, imp.Loop)
        found = find_totals(nest)
        self.needs(v for s in imp.statements((nest,)) if isinstance(s, imp.Loop) for v in imp.expressions(s))
        scalars = found.scalars.items() if found is not None else ()
        self.summed(tuple(State(name, element, op) for name, (op, element) in scalars), set_in((nest,)), inside)

    def summed(self, states: tuple[State, ...], sets: set[str], inside: bool) -> None:
        """What a kernel adds up: a candidate where rounds would wait for it. All else that it sets is its own."""
        self.needed |= sets - {n for s in states for n in (s.name, s.place) if n}
        names = tuple(state.name for state in states)
        if inside and names and all(s.element.kind == "real" and not s.place for s in states):
            self.sums.append(names)
        else:
            self.needed |= {n for s in states for n in (s.name, s.place) if n}

    def needs(self, values: Iterator[Expr] | tuple[Expr, ...]) -> None:
        """The host computes these."""
        self.needed |= {name_of(e) for v in values for e in imp.subexpressions(v) if e.op == "name" and not e.rank}
