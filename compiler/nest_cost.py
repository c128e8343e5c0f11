"""What a nest costs, as expressions of the imperative IR: for block counts, and for the choice of variant on entry."""

from __future__ import annotations

from collections.abc import Callable

from gdc.compiler import imp
from gdc.compiler.imp import Body, Expr, Loop, Program, add, constant, integer, mul, sub
from gdc.compiler.imp_tools import map_expression
from gdc.compiler.ops import OPS
from gdc.compiler.totals import binds
from gdc.compiler.types import INT, Element, limits

# What sizes and bounds of ranges are formulas of.
SIZES = frozenset({"const", "name", "extent", "add", "sub", "mul", "floordiv", "minimum", "maximum"})
# What totals start from, by the op that joins them.
IDENTITY = {"add": 0, "mul": 1, "and": True, "or": False}


def share(rows: Expr, block: Expr, blocks: Expr) -> Expr:
    """Where a block's rows begin."""
    return Expr("floordiv", (mul(rows, block), blocks), INT, attrs=(("divisor", "positive"),))


def least(*values: Expr) -> Expr:
    least = values[0]
    for value in values[1:]:
        least = Expr("minimum", (least, value), INT)
    return least


def divided(value: Expr, by: int) -> Expr:
    return Expr("floordiv", (value, integer(by)), INT)


def whole_times(value: Expr, by: int) -> Expr:
    """The greatest multiple of a number that is no more than the value."""
    return mul(divided(value, by), integer(by))


def identity(op: str, element: Element) -> Expr:
    if op in IDENTITY:
        plain = IDENTITY[op]
    else:
        plain = limits(element)[op == "minimum"]
    return imp.const(float(plain) if element.kind == "real" else plain, element)


def cost_of(body: Body, bounds: dict[str, Expr]) -> Expr:
    """What a body costs, in flops, from above: a bound that inner loops change is taken at its end."""
    plain, loops = 0.0, integer(0)
    for s in body:
        plain += sum(OPS[e.op].flops for top in imp.expressions(s) for e in imp.subexpressions(top)
                     if e.op in OPS and e.element.kind != "int" and OPS[e.op].kind == "MAP")
        plain += 1 if isinstance(s, imp.Store) else 0
        if isinstance(s, Loop):
            many = map_expression(sub(s.stop, s.start) if constant(s.start) is not None else s.stop, bounded(bounds))
            many = many if constant(s.step) in (1, None) else divided(many, abs(constant(s.step) or 1))
            loops = add(loops, mul(many, cost_of(s.body, {**bounds, s.var: s.stop})))
        elif isinstance(s, imp.Let) and s.value.element == INT and not s.value.rank:
            bounds = {**bounds, s.name: told(s.value, bounds)}
        else:
            for inner in imp.bodies(s):
                loops = add(loops, cost_of(inner, bounds))
    return add(integer(max(1, round(plain))), loops) if constant(loops) != 0 else integer(max(1, round(plain)))


def told(value: Expr, bounds: dict[str, Expr]) -> Expr:
    """What a name bound inside a body stands for outside it; 1 where that takes more than arithmetic on sizes."""
    found = map_expression(value, bounded(bounds))
    return found if all(e.op in SIZES for e in imp.subexpressions(found)) else integer(1)


def bounded(bounds: dict[str, Expr]) -> Callable[[Expr], Expr]:
    def change(value: Expr) -> Expr:
        if value.op in FOLDED and len(value.args) == 2 and not value.rank:
            return FOLDED[value.op](*value.args)
        return bounds.get(value.get("name"), value) if value.op == "name" and value.rank == 0 else value

    return change


def _greater(left: Expr, right: Expr) -> Expr:
    a, b = constant(left), constant(right)
    return integer(max(a, b)) if a is not None and b is not None else Expr("maximum", (left, right), INT)


FOLDED: dict[str, Callable[[Expr, Expr], Expr]] = {"add": add, "sub": sub, "mul": mul, "maximum": _greater}


class EntryCosts:
    """What is known of sizes before the program starts: formulas over its parameters."""

    def __init__(self, program: Program) -> None:
        self.parameters = {p.name for p in program.parameters}
        self.values: dict[str, Expr] = {}
        self.shapes: dict[str, tuple[Expr, ...]] = {}
        seen: set[str] = set()
        for s in imp.statements(program.body):
            for name in binds(s):
                if name in seen or name in self.parameters:
                    self.values.pop(name, None)
                    self.shapes.pop(name, None)
                elif isinstance(s, imp.Let) and s.value.element == INT and not s.value.rank:
                    self.values[name] = s.value
                elif isinstance(s, imp.Let) and s.value.op in ("name", "copy", "contiguous") and s.value.rank:
                    source = s.value if s.value.op == "name" else s.value.args[0]
                    self.shapes[name] = tuple(imp.extent(source, k) for k in range(s.value.rank))
                elif isinstance(s, imp.Alloc):
                    self.shapes[name] = s.shape
                seen.add(name)

    def known(self, value: Expr, outer: dict[str, Expr]) -> Expr | None:
        """A formula over the parameters alone that is at least about `value`; None where there is none."""
        for _ in range(8):
            new = map_expression(value, lambda e: self.step(e, outer))
            if new == value:
                break
            value = new
        fine = all(e.op in ("const", "extent", "add", "sub", "mul", "floordiv") or (
            e.op == "name" and e.get("name") in self.parameters and (e.rank or e.element == INT))
            for e in imp.subexpressions(value))
        return value if fine else None

    def step(self, value: Expr, outer: dict[str, Expr]) -> Expr:
        """One name replaced by what it stands for."""
        if value.op == "name" and value.rank == 0 and value.get("name") not in self.parameters:
            name = value.get("name")
            return self.values.get(name, outer.get(name, value))
        if value.op == "extent" and value.args[0].op == "name":
            shape = self.shapes.get(value.args[0].get("name"))
            return shape[value.get("axis")] if shape is not None else value
        return value
