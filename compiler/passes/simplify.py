"""Constant folding and algebra that never costs anything.

Canonical form, once no rule fires:
    - no MAP node over scalar constants alone, but for what stops a program (int // 0) or needs SciPy;
    - no op with its own identity (x + 0, 1*x, x/1, x^1, x - 0), no double minus or `not`, no idempotent op twice;
    - a minus stands outside products and quotients, and nowhere inside a sum or difference that can take it up;
    - x^2 is x*x, x^-1 is 1/x;
    - no transpose of a transpose, or inside an elementwise op or a reduction that need not see it;
    - no reshape of a reshape, cast of a widening cast; no view that shows all of its array;
    - no fold over an index that its body does not read, no reduction of an array of one number;
    - no choice (where, select, branch) on a constant or between equal sides, no loop of no rounds.
x*0 and x - x stay: they are not 0 for nan and inf. Operands keep the order in which they were written.
"""

from __future__ import annotations

from gdc.compiler import algebra
from gdc.compiler.algebra import all_of
from gdc.compiler.construct import apply, reshape, transpose
from gdc.compiler.dims import dim
from gdc.compiler.folding import folded
from gdc.compiler.ir import Node, Program, Region, cast, const, integer, make, node, param, project, truth
from gdc.compiler.ops import ROWS
from gdc.compiler.record import Record
from gdc.compiler.rules import Rule
from gdc.compiler.rules import run as run_rules
from gdc.compiler.types import BOOL, INT, REAL, Type


def run(program: Program, record: Record) -> Program:
    """Applies RULES until none fires."""
    return run_rules(program, RULES, record, "simplify")


# --- the rules -----------------------------------------------------------------------------------


def _x() -> Node:
    return make("input", (), {"name": "x"}, (Type(REAL, (dim("n"),)),))


def _square() -> Node:
    return make("input", (), {"name": "A"}, (Type(REAL, (dim("n"), dim("n"))),))


def _real(number: float) -> Node:
    return const(number, REAL)


def _branching(op: str) -> Node:
    sides = (Region((), (), (_x(),)), Region((), (), (apply("exp", _x()),)))
    made = make(op, (truth(False),), {}, (_x().type,), sides)
    return project(made, 0) if op == "branch" else made


def _dead_effect() -> Node:
    stop = make("assert", (truth(False),), {"message": "", "site": 0}, (Type(INT),))
    return make(
        "branch", (truth(True),), {}, (Type(INT),), (Region((), (), (integer(1),)), Region((), (stop,), (integer(1),)))
    )


def _no_rounds() -> Node:
    i, state = param(Type(INT), "i"), param(_x().type, "s")
    body = Region((i, state), (), (apply("exp", state),))
    return project(
        make("loop", (integer(0), integer(0), integer(1), _x()), {"kind": "count"}, (state.type,), (body,)), 0
    )


def _equals(monoid: str, body: Node) -> Node:
    count = make("size", (), {"size": dim("n")}, (Type(INT),))
    args = (integer(0), count, integer(1))
    region = Region((param(Type(INT), "i"),), (), (body,))
    return make("fold", args, {"monoid": monoid, "names": ("i",)}, (body.type,), (region,))


def _ops(*names: str) -> frozenset[str]:
    return frozenset(names)


MAPS = frozenset(row.name for row in ROWS if row.kind == "MAP")
REDUCTIONS = frozenset(row.name for row in ROWS if row.kind == "REDUCE")
UNARY_IDEMPOTENT = frozenset(row.name for row in ROWS if row.arity == 1 and "idempotent" in row.facts)
BINARY_IDEMPOTENT = frozenset(row.name for row in ROWS if row.arity == 2 and "idempotent" in row.facts)

RULES = (
    Rule("constant", "an op on constants is a constant", MAPS, folded, lambda: apply("mul", _real(2.0), _real(3.0))),
    Rule("times_one", "1*x = x", _ops("mul"), algebra.drop_identity, lambda: apply("mul", _real(1.0), _x())),
    Rule(
        "plus_zero",
        "x + 0 = x",
        _ops("add"),
        algebra.drop_identity,
        lambda: apply("add", _x(), _real(0.0)),
        exact=False,
    ),
    Rule("minus_zero", "x - 0 = x", _ops("sub"), algebra.drop_right(0), lambda: apply("sub", _x(), _real(0.0))),
    Rule(
        "zero_minus", "0 - x = -x", _ops("sub"), algebra.zero_minus, lambda: apply("sub", _real(0.0), _x()), exact=False
    ),
    Rule("over_one", "x/1 = x", _ops("div"), algebra.drop_right(1), lambda: apply("div", _x(), _real(1.0))),
    Rule("power_one", "x^1 = x", _ops("pow"), algebra.drop_right(1), lambda: apply("pow", _x(), _real(1.0))),
    Rule(
        "small_power",
        "x^2 = x*x, x^-1 = 1/x and x^0.5 = sqrt(x)",
        _ops("pow"),
        algebra.small_power,
        lambda: apply("pow", _x(), _real(2.0)),
    ),
    Rule(
        "twice",
        "f(f(x)) = f(x) where f rounds or takes a sign",
        UNARY_IDEMPOTENT,
        algebra.idempotent_unary,
        lambda: apply("floor", apply("floor", _x())),
    ),
    Rule(
        "with_itself",
        "f(x, x) = x for min, max, and, or",
        BINARY_IDEMPOTENT,
        algebra.idempotent_binary,
        lambda: apply("maximum", _x(), _x()),
    ),
    Rule(
        "logic",
        "true and x = x, false or x = x",
        _ops("and", "or"),
        algebra.logic,
        lambda: apply("and", truth(True), apply("isnan", _x())),
    ),
    Rule(
        "double_minus",
        "--x = x and not not x = x",
        _ops("neg", "not"),
        algebra.double_minus,
        lambda: apply("neg", apply("neg", _x())),
    ),
    Rule(
        "minus_from_product",
        "(-x)*y = -(x*y)",
        _ops("mul", "div"),
        algebra.minus_from_product,
        lambda: apply("mul", apply("neg", _x()), apply("exp", _x())),
    ),
    Rule(
        "minus_of_scaled",
        "-(c*x) = (-c)*x",
        _ops("neg"),
        algebra.minus_of_scaled,
        lambda: apply("neg", apply("mul", _real(2.0), _x())),
    ),
    Rule("times_minus_one", "-1*x = -x", _ops("mul"), algebra.times_minus_one, lambda: apply("mul", _real(-1.0), _x())),
    Rule(
        "minus_in_sum",
        "x + (-y) = x - y",
        _ops("add", "sub"),
        algebra.minus_in_sum,
        lambda: apply("sub", _x(), apply("neg", apply("exp", _x()))),
    ),
    Rule(
        "minus_of_difference",
        "-(x - y) = y - x",
        _ops("neg"),
        algebra.minus_of_difference,
        lambda: apply("neg", apply("sub", _x(), apply("exp", _x()))),
        exact=False,
    ),
    Rule(
        "transposed_twice",
        "A.T.T = A",
        _ops("transpose"),
        algebra.transposed_twice,
        lambda: transpose(transpose(_square())),
    ),
    Rule(
        "map_of_transposes",
        "f(A.T, B.T) = f(A, B).T, entry by entry",
        MAPS,
        algebra.map_of_transposes,
        lambda: apply("exp", transpose(_square())),
    ),
    Rule(
        "reduced_transpose",
        "a sum along the rows of A.T is one along the columns of A",
        REDUCTIONS,
        algebra.reduced_transpose,
        lambda: node("sum", transpose(_square()), axes=(1,), keepdims=True),
    ),
    Rule(
        "reshaped",
        "a reshape of a reshape is one reshape",
        _ops("reshape"),
        algebra.reshaped,
        lambda: reshape(reshape(_square(), (dim("n") * dim("n"),)), _square().type.shape),
    ),
    Rule(
        "whole_view",
        "A[:, :] = A",
        _ops("index", "broadcast"),
        algebra.whole_view,
        lambda: node("index", _square(), subscripts=("all", "all")),
    ),
    Rule(
        "part_of_fill",
        "a part of an array of one number holds that number",
        _ops("index", "gather"),
        algebra.part_of_fill,
        lambda: node("index", all_of(_real(1.0), _x().type), integer(0), subscripts=("at",)),
    ),
    Rule(
        "equals_counted",
        "a sum of k equal numbers is k times the number, their product its k-th power, their mean the number",
        _ops("fold"),
        lambda value: algebra.fold_of_equals(value) if value.get("monoid") in algebra.ROUNDED else None,
        lambda: _equals("sum", _real(0.5)),
        exact=False,
    ),
    Rule(
        "equals_joined",
        "the least and the greatest of equal values is the value, and so are their any and all",
        _ops("fold"),
        lambda value: algebra.fold_of_equals(value) if value.get("monoid") in algebra.EXACT else None,
        lambda: _equals("max", _real(0.5)),
    ),
    Rule(
        "fill_counted",
        "the sum of an array of one number is its size times the number",
        _ops(*algebra.ROUNDED),
        algebra.reduction_of_equals,
        lambda: node("sum", all_of(_real(0.5), _x().type), axes=(0,), keepdims=False),
        exact=False,
    ),
    Rule(
        "fill_joined",
        "the least and the greatest entry of an array of one number is the number",
        _ops(*algebra.EXACT),
        algebra.reduction_of_equals,
        lambda: node("max", all_of(_real(0.5), _x().type), axes=(0,), keepdims=False),
    ),
    Rule(
        "cast",
        "a conversion of a conversion that loses nothing is one conversion",
        _ops("cast"),
        algebra.cast_twice,
        lambda: cast(cast(param(Type(BOOL), "c"), INT), REAL),
    ),
    Rule(
        "where",
        "where(true, x, y) = x",
        _ops("where"),
        algebra.constant_where,
        lambda: apply("where", truth(True), _x(), apply("exp", _x())),
    ),
    Rule(
        "where_one",
        "where(c, 1, 0) is c as a number",
        _ops("where"),
        algebra.where_one,
        lambda: apply("where", apply("isnan", _x()), _real(1.0), _real(0.0)),
    ),
    Rule(
        "where_not",
        "where(not c, x, y) = where(c, y, x)",
        _ops("where"),
        algebra.where_not,
        lambda: apply("where", apply("not", apply("isnan", _x())), _x(), apply("exp", _x())),
    ),
    Rule("select", "x if true else y is x", _ops("select"), algebra.constant_select, lambda: _branching("select")),
    Rule(
        "branch",
        "a branch whose way is known has its result; a loop of no rounds has what it began with",
        _ops("project"),
        algebra.constant_branch,
        lambda: _branching("branch"),
    ),
    Rule(
        "never_reached",
        "what is never reached does nothing",
        _ops("branch", "select", "loop"),
        algebra.effects_never_reached,
        _dead_effect,
    ),
)
SWITCHES = tuple(rule.name for rule in RULES)
