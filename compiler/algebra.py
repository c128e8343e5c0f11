"""What the rules of passes/simplify.py do: each function gets a node and returns what stands for it, or None."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, nan

from gdc.compiler.construct import apply, filled, product, reshape, transpose
from gdc.compiler.dims import ONE
from gdc.compiler.ir import Node, Region, cast, const, integer, make, node, size_node, size_of, walk
from gdc.compiler.ops import OPS
from gdc.compiler.regions import has_effects
from gdc.compiler.types import Type

WIDENING = ("bool", "int", "real", "complex")


def is_const(value: Node, number: float) -> bool:
    return value.op == "const" and not value.type.rank and value.type.kind != "bool" and bool(value.value == number)


def same_type(value: Node, new: Node) -> Node | None:
    """`new` in the place of `value`, if it has the very same type."""
    return new if new.type == value.type else None


# --- identities ----------------------------------------------------------------------------------


def identity_of(op: str) -> float | None:
    for fact in OPS[op].facts:
        if fact.startswith("identity="):
            return float(fact.removeprefix("identity="))
    return None


def drop_identity(value: Node) -> Node | None:
    """Both sides of a commuting op. x + 0 makes -0 a 0, so reals keep it under strict: see the two rules."""
    left, right = value.args
    number = identity_of(value.op)
    assert number is not None
    if is_const(right, number):
        return same_type(value, left)
    return same_type(value, right) if is_const(left, number) else None


def drop_right(number: float) -> Callable[[Node], Node | None]:
    def rewrite(value: Node) -> Node | None:
        return same_type(value, value.args[0]) if is_const(value.args[1], number) else None

    return rewrite


def idempotent_unary(value: Node) -> Node | None:
    inner = value.args[0]
    return inner if inner.op == value.op else None


def idempotent_binary(value: Node) -> Node | None:
    return same_type(value, value.args[0]) if value.args[0] is value.args[1] else None


def small_power(value: Node) -> Node | None:
    base, exponent = value.args
    if is_const(exponent, 2):
        return same_type(value, apply("mul", base, base))
    if is_const(exponent, -1) and value.type.kind == "real":
        return same_type(value, apply("div", const(1, base.type.element), base))
    if is_const(exponent, 0.5) and value.type.kind == "real":
        return same_type(value, apply("sqrt", base))
    return None


def logic(value: Node) -> Node | None:
    """and, or with a constant side."""
    neutral = value.op == "and"
    for this, other in (value.args, value.args[::-1]):
        if this.op == "const" and not this.type.rank:
            return same_type(value, other if this.value == neutral else this)
    return None


# --- signs ---------------------------------------------------------------------------------------


def double_minus(value: Node) -> Node | None:
    inner = value.args[0]
    return inner.args[0] if inner.op == value.op else None


def minus_from_product(value: Node) -> Node | None:
    """(-x)*y, x*(-y), (-x)/y: the minus goes outside; into a constant factor if there is one."""
    left, right = (a if a.op == "neg" else None for a in value.args)
    x, y = (a.args[0] if a.op == "neg" else a for a in value.args)
    if left and right:
        return apply(value.op, x, y)
    minus = left or right
    if minus is None or (minus.type.rank < value.type.rank and x.op != "const" and y.op != "const"):
        return None  # a scalar's minus is cheaper than an array's
    if x.op == "const" and x.type.kind == "real":
        return apply(value.op, apply("neg", x), y)
    if y.op == "const" and y.type.kind == "real":
        return apply(value.op, x, apply("neg", y))
    return apply("neg", apply(value.op, x, y))


def minus_of_scaled(value: Node) -> Node | None:
    """-(c*x) with a constant c, or with a scalar c and an array x."""
    inner = value.args[0]
    if inner.op == "mul" and inner.type.kind in ("int", "real"):
        for this, other in (inner.args, inner.args[::-1]):
            if not this.type.rank and (this.op == "const" or inner.type.rank):
                return same_type(value, apply("mul", apply("neg", this), other))
    return None


def times_minus_one(value: Node) -> Node | None:
    for this, other in (value.args, value.args[::-1]):
        if is_const(this, -1):
            return same_type(value, apply("neg", other))
    return None


def minus_in_sum(value: Node) -> Node | None:
    left, right = value.args
    if right.op == "neg":
        return apply("sub" if value.op == "add" else "add", left, right.args[0])
    if value.op == "add" and left.op == "neg":
        return apply("sub", right, left.args[0])
    return None


def minus_of_difference(value: Node) -> Node | None:
    inner = value.args[0]
    return apply("sub", inner.args[1], inner.args[0]) if inner.op == "sub" else None


def zero_minus(value: Node) -> Node | None:
    return same_type(value, apply("neg", value.args[1])) if is_const(value.args[0], 0) else None


# --- views and casts -----------------------------------------------------------------------------


def transposed_twice(value: Node) -> Node | None:
    inner, perm = value.args[0], value.get("perm")
    if perm == tuple(range(len(perm))):
        return inner
    if inner.op != "transpose":
        return None
    return transpose(inner.args[0], tuple(inner.get("perm")[k] for k in perm))


TURNED = (1, 0)


def is_turned(value: Node) -> bool:
    return value.op == "transpose" and value.get("perm") == TURNED


def map_of_transposes(value: Node) -> Node | None:
    """An elementwise op on transposes of matrices, single rows or columns, and numbers: its transpose is taken last."""
    matrices = [a for a in value.args if a.type.rank == 2 and ONE not in a.type.shape]
    if not matrices or not all(is_turned(a) for a in matrices) or any(a.type.rank not in (0, 2) for a in value.args):
        return None
    args = tuple(a.args[0] if is_turned(a) else transpose(a) for a in value.args)
    return transpose(make(value.op, args, dict(value.attrs), (Type(value.type.element, value.type.shape[::-1]),)))


def reduced_transpose(value: Node) -> Node | None:
    """A reduction over one axis of a transpose: over the other axis of the matrix."""
    if not is_turned(value.args[0]) or len(value.get("axes")) != 1:
        return None
    attrs = dict(value.attrs) | {"axes": (1 - value.get("axes")[0],)}
    shape = value.type.shape[::-1]
    reduced = make(value.op, (value.args[0].args[0],), attrs, (Type(value.type.element, shape),))
    return transpose(reduced) if value.get("keepdims") else reduced


def reshaped(value: Node) -> Node | None:
    inner = value.args[0]
    if inner.type == value.type:
        return inner
    return reshape(inner.args[0], value.type.shape) if inner.op == "reshape" else None


def whole_view(value: Node) -> Node | None:
    """index by `all` alone, broadcast to the shape that it has."""
    if value.op == "index" and set(value.get("subscripts")) - {"all"}:
        return None
    return value.args[0] if value.args[0].type == value.type else None


def part_of_fill(value: Node) -> Node | None:
    """A part of an array of one number."""
    inner = value.args[0]
    if inner.op != "fill":
        return None
    if not value.type.shape:
        return inner.args[0]
    return all_of(inner.args[0], value.type)


def all_of(number: Node, t: Type) -> Node:
    return node("fill", number, *(size_node(s) for s in t.shape))


def cast_twice(value: Node) -> Node | None:
    inner, element = value.args[0], value.get("element")
    if inner.type.element == element:
        return inner
    if inner.op == "const":
        new = cast(inner, element)
        return new if new is not value else None
    if inner.op != "cast":
        return None
    first, middle = inner.args[0].type.element, inner.type.element
    widens = WIDENING.index(first.kind) <= WIDENING.index(middle.kind) <= WIDENING.index(element.kind)
    exact = (
        first.kind == "bool"
        or (first.kind == middle.kind and first.bits <= middle.bits)
        or middle.bits >= 2 * first.bits
    )
    return cast(inner.args[0], element) if widens and exact else None


# --- reductions of equal entries -----------------------------------------------------------------

ROUNDED = ("sum", "prod", "mean")  # a product or power rounds once, the sum of equal numbers many times
EXACT = ("min", "max", "any", "all")


def fold_of_equals(value: Node) -> Node | None:
    """A fold whose body does not depend on some of its indices: those only count."""
    region = value.regions[0]
    if region.effects or value.get("monoid") not in ROUNDED + EXACT:
        return None
    ranges = [value.args[3 * k : 3 * k + 3] for k in range(len(region.params))]
    below = [set(walk(bounds)) for bounds in ranges]
    body = set(walk(region.results))
    mine = set(region.params)
    idle = {
        k
        for k, p in enumerate(region.params)
        if p not in body and not any(p in used for used in below) and not below[k] & mine
    }
    if not idle:
        return None
    times = size_node(product(size_of(ranges[k][1]) for k in sorted(idle)))
    rest = [k for k in range(len(ranges)) if k not in idle]
    once = region.results[0]
    if rest:
        names = value.get("names", ())
        attrs = {**dict(value.attrs), "names": tuple(names[k] for k in rest)} if names else dict(value.attrs)
        params = tuple(region.params[k] for k in rest)
        args = tuple(a for k in rest for a in ranges[k])
        once = make("fold", args, attrs, value.types, (Region(params, (), region.results),))
    return same_type(value, repeated(value.get("monoid"), once, times))


def reduction_of_equals(value: Node) -> Node | None:
    """A reduction of an array of one number."""
    array = value.args[0]
    if array.op != "fill":
        return None
    times = size_node(product(array.type.shape[k] for k in value.get("axes")))
    number = repeated(value.op, array.args[0], times)
    if number.type.element != value.type.element:
        return None
    return all_of(number, value.type) if value.type.rank else number


def repeated(monoid: str, value: Node, times: Node) -> Node:
    """So many equal values joined. A min, max of none is never read; a sum of none is 0, whatever was not summed."""
    if monoid in ("min", "max"):
        return value
    if monoid == "prod":
        return node("pow", value, times)
    some = apply("gt", times, integer(0))
    if monoid == "any":
        return apply("and", some, value)
    if monoid == "all":
        return apply("or", apply("not", some), value)
    whole = value if monoid == "mean" else apply("mul", cast(times, value.type.element), value)
    plain = value.type.kind == "int" or (value.op == "const" and not value.type.rank and isfinite(abs(value.value)))
    if times.op == "const" and times.value > 0 or (monoid == "sum" and plain):
        return whole
    none = filled(nan if monoid == "mean" else 0.0, whole.type)
    return make("select", (some,), {}, (whole.type,), (Region((), (), (whole,)), Region((), (), (none,))))


# --- choices and loops ---------------------------------------------------------------------------


def constant_where(value: Node) -> Node | None:
    condition, yes, no = value.args
    if condition.op == "const" and not condition.type.rank:
        return same_type(value, yes if condition.value else no)
    return same_type(value, yes) if yes is no else None


def where_one(value: Node) -> Node | None:
    """A choice between 1 and 0 is the condition as a number."""
    condition, yes, no = value.args
    if plain_number(yes) != 1 or str(plain_number(no)) not in ("0", "0.0", "0j", "False"):  # not -0.0
        return None
    return same_type(value, cast(condition, value.type.element))


def plain_number(value: Node) -> object:
    """The number that a constant, or every entry of a fill, is."""
    value = value.args[0] if value.op == "fill" else value
    return value.value if value.op == "const" and not value.type.rank else None


def where_not(value: Node) -> Node | None:
    condition, yes, no = value.args
    return apply("where", condition.args[0], no, yes) if condition.op == "not" else None


def constant_select(value: Node) -> Node | None:
    then, orelse = value.regions
    if value.args[0].op == "const":
        taken = then if value.args[0].value else orelse
        return None if taken.effects else taken.results[0]
    same = not has_effects(value) and then.results[0] is orelse.results[0]
    return then.results[0] if same else None


def constant_branch(value: Node) -> Node | None:
    """A result of a branch whose taken side is known and has no effects."""
    owner = value.args[0]
    if owner.op == "loop":
        return loop_of_no_rounds(owner, value.get("k"))
    if owner.op != "branch":
        return None
    then, orelse = owner.regions
    k = value.get("k")
    if owner.args[0].op == "const":
        taken = then if owner.args[0].value else orelse
        return None if taken.effects else taken.results[k]
    same = then.results[k] is orelse.results[k]
    return then.results[k] if same else None


def loop_of_no_rounds(owner: Node, k: int) -> Node | None:
    if owner.get("kind") == "count" and owner.args[1].op == "const" and owner.args[1].value <= 0:
        return owner.args[3 + k] if owner.args[3 + k].type == owner.types[k] else None
    return None


def effects_never_reached(value: Node) -> Node | None:
    """The region of a side not taken, or of a loop of no rounds, holds nothing that happens."""
    if not has_effects(value):
        return None
    if value.op in ("branch", "select") and value.args[0].op == "const":
        then, orelse = value.regions
        taken, other = (then, orelse) if value.args[0].value else (orelse, then)
        if not other.effects:
            return None
        nothing = Region((), (), (make("undefined", types=(r.type,)) for r in taken.results))
        regions = (taken, nothing) if value.args[0].value else (nothing, taken)
        return make(value.op, value.args, dict(value.attrs), value.types, regions, value.deps)
    if value.op == "loop" and value.get("kind") == "count" and value.args[1].op == "const" and value.args[1].value <= 0:
        body = value.regions[0]
        empty = Region(body.params, (), body.params[1:])
        return make(value.op, value.args, dict(value.attrs), value.types, (empty,), value.deps)
    return None
