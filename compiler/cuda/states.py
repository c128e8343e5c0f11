"""Loops that only step scalar states, so that parts of them can run apart and be joined."""

from __future__ import annotations

from dataclasses import dataclass

from gdc.compiler import imp
from gdc.compiler.cuda.nests import has, leaves, set_in
from gdc.compiler.imp import Body
from gdc.compiler.imp_tools import locals_of, name_of, names_in
from gdc.compiler.types import INT, Element, limits, rounded

# how two states are joined that were stepped with an op, and what a state starts with that changes no other
JOINS = {"add": "add", "sub": "add", "mul": "mul", "minimum": "minimum", "maximum": "maximum", "and": "and", "or": "or"}
GREATEST, LEAST = ("minimum", "lt"), ("maximum", "gt")
NEUTRAL = {"add": 0, "mul": 1, "and": 1, "or": 0}


@dataclass(frozen=True, slots=True)
class State:
    """A scalar that a loop steps: by `op`; or the best value so far, with its place, where op is "lt" or "gt"."""

    name: str
    element: Element
    op: str
    place: str = ""


def identity(op: str, element: Element) -> object:
    """The state that changes no other."""
    least, greatest = limits(element)
    return greatest if op in GREATEST else least if op in LEAST else rounded(NEUTRAL[op], element)


def states_of(loop: imp.Loop, read_later: set[str]) -> tuple[State, ...] | None:
    """What a loop carries, where it does no more than step states that can be joined; else None."""
    if has(loop.body, imp.Store, imp.Forever) or leaves(loop.body):
        return None
    if locals_of(loop.body) & read_later & set_in(loop.body):
        return None
    return stepped(loop.body) or None


def stepped(body: Body) -> tuple[State, ...] | None:
    """What rounds of a body carry from one to the next, where they step it so that it can be joined; else None."""
    carried = set_in(body) - locals_of(body)
    found: dict[str, State] = {}
    if not _collect(body, carried, found):
        return None
    if {n for s in found.values() for n in (s.name, s.place) if n} != carried:
        return None
    return tuple(found.values())


def _collect(body: Body, carried: set[str], found: dict[str, State]) -> bool:
    """Gathers the states that statements step; False where they do anything else with what is carried."""
    for s in body:
        state: State | None = None
        if isinstance(s, imp.Let) and s.name in carried:
            state = _step(s, carried)
        elif isinstance(s, imp.Branch) and carried & (set_in(s.then) | set_in(s.orelse)):
            state = _best(s, carried)
            if state is None:
                if carried & set(names_in(s.condition)) or not all(_collect(b, carried, found) for b in imp.bodies(s)):
                    return False
                continue
        else:
            if any(carried & set(names_in(v)) for v in imp.expressions(s)):
                return False
            if not all(_collect(b, carried, found) for b in imp.bodies(s)):
                return False
            continue
        if state is None or found.setdefault(state.name, state) != state:
            return False
    return True


def _step(s: imp.Let, carried: set[str]) -> State | None:
    """`acc = acc + e`, or with another op that can be joined."""
    value = s.value
    if value.op not in JOINS:
        return None
    mine = [k for k, a in enumerate(value.args) if name_of(a) == s.name]
    if len(mine) != 1 or (value.op == "sub" and mine != [0]) or carried & set(names_in(value.args[1 - mine[0]])):
        return None
    return State(s.name, value.element, JOINS[value.op])


def _best(s: imp.Branch, carried: set[str]) -> State | None:
    """`if x < s or t < 0 or (x is nan and s is not): s = x; t = place`."""
    lets = [one for one in s.then if isinstance(one, imp.Let)]
    if s.orelse or len(s.then) != 2 or len(lets) != 2 or any(one.name not in carried for one in lets):
        return None
    value, place = lets
    terms, stack = [], [s.condition]
    while stack:
        top = stack.pop()
        if top.op == "or":
            stack.extend(top.args)
        else:
            terms.append(top)
    ops = {t.op: t for t in terms}
    sense = next((op for op in ("lt", "gt") if op in ops and any(
        t.op == op and t.args[0] == value.value and name_of(t.args[1]) == value.name for t in terms)), "")
    empty = any(t.op == "lt" and name_of(t.args[0]) == place.name and imp.constant(t.args[1]) == 0 for t in terms)
    if not sense or not empty or place.value.element != INT or len(terms) > 3:
        return None
    if carried & ({*names_in(value.value)} | {*names_in(place.value)}):
        return None
    return State(value.name, value.value.element, sense, place.name)
