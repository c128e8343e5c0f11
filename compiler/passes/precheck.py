"""A check that the rounds of a nest do not change is made once, before it, where the nest has a round at all.

    for i in 0..m:                          if m > 0:
        check(k > 0)                ->          check(k > 0)
        …                                   for i in 0..m: …

Only the first effect of a round can go: it is what fails first, in the first round. What the rounds had computed before
it does not matter, since a failed run discards what it computed. Nests without checks can be fused and cut into blocks.
"""

from __future__ import annotations

from dataclasses import replace

from gdc.compiler import imp
from gdc.compiler.imp import Body, Branch, Check, Loop, Program, Statement, less
from gdc.compiler.imp_tools import BARRIERS, names_in, reads, writes
from gdc.compiler.record import Record, Step

RULE = "precheck"
SWITCHES = (RULE,)


def run(program: Program, record: Record) -> Program:
    """The program with such checks before its nests."""
    return replace(program, body=_body(program.body, record)) if record.allows(RULE) else program


def _body(body: Body, record: Record) -> Body:
    """A body, inner nests first: what leaves one may leave the next."""
    done: list[Statement] = []
    for statement in body:
        if isinstance(statement, (Loop, imp.Forever)):
            statement = replace(statement, body=_body(statement.body, record))
        elif isinstance(statement, Branch):
            statement = replace(
                statement, then=_body(statement.then, record), orelse=_body(statement.orelse, record)
            )
        if isinstance(statement, Loop) and statement.mode != "rounds" and (imp.constant(statement.step) or 0) > 0:
            done += _before(statement, record)
        else:
            done.append(statement)
    return tuple(done)


def _before(loop: Loop, record: Record) -> list[Statement]:
    """The checks that leave a nest, and the nest."""
    changed = writes(loop) | {loop.var}
    leaving: list[Statement] = []
    staying: list[Statement] = []
    for statement in loop.body:
        effect = any(isinstance(s, BARRIERS) for s in imp.statements((statement,)))
        first = not any(isinstance(s, BARRIERS) for s in imp.statements(tuple(staying)))
        (leaving if effect and first and _steady(statement, changed) else staying).append(statement)
    if not leaving:
        return [loop]
    origins = tuple(dict.fromkeys(o for s in leaving for o in s.origins))
    record.add(Step("precheck", RULE, f"{len(leaving)} in each round over {loop.var}", "once, before the rounds",
                    "no round changes what is checked", origins))
    return [Branch(less(loop.start, loop.stop), tuple(leaving), (), origins), replace(loop, body=tuple(staying))]


def _steady(statement: Statement, changed: set[str]) -> bool:
    """Whether a statement is a check, or checks under a condition, and no round changes what it reads."""
    if isinstance(statement, Branch):
        if statement.orelse or changed & set(names_in(statement.condition)):
            return False
        return all(_steady(s, changed) for s in statement.then)
    return isinstance(statement, Check) and not changed & reads(statement)
