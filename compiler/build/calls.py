"""Calls: functions of the op table, of this file's table, of the prelude and of the script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gdc.compiler import ir
from gdc.compiler.build import notation
from gdc.compiler.build.core import Builder, builds, converted_reduction, escaped, excerpt, folded
from gdc.compiler.build.expressions import every
from gdc.compiler.build.finite import is_finite
from gdc.compiler.build.grad_samples import sampled
from gdc.compiler.build.names import unknown_function
from gdc.compiler.construct import product
from gdc.compiler.dims import ONE, Dim, dim
from gdc.compiler.ir import Node
from gdc.compiler.ops import FUNCTIONS as ROWS
from gdc.compiler.ops import OPS
from gdc.compiler.promotion import common, converted
from gdc.compiler.types import INT, NAMED, SCALAR, Element, program_real
from gdc.compiler.types import element_named as element_of_name
from gdc.dsl import tree
from gdc.dsl.elsewhere import instead


@dataclass(slots=True)
class Arguments:
    """A call's arguments while a function takes them one by one; what is left over is an error."""

    b: Builder
    call: tree.Call
    named: dict[str, tree.Named]
    used: set[str]

    def count(self, least: int, most: int | None = None) -> tuple[tree.Expr, ...]:
        """The positional arguments, which must be so many."""
        n, most = len(self.call.args), least if most is None else most
        if not least <= n <= most:
            wanted = str(least) if most == least else f"{least} or more" if most > 99 else f"{least} to {most}"
            self.b.fail(
                "type",
                f"{self.call.function} takes {wanted} argument{'' if wanted == '1' else 's'}, not {n}",
                self.call.span,
                self.surplus_hint(n - most) if n > most else None,
            )
        return self.call.args

    def surplus_hint(self, count: int) -> str | None:
        """What so many arguments too many were meant for: an axis, a norm's order, a start and a step, digits."""
        name, (*others, last) = self.call.function, self.call.args
        texts = [excerpt(t.span, 30) for t in (*others, last)]
        if name == "arange":
            return instead("range", texts)
        if count > 1:
            return None
        if name == "round":
            return f"write round({texts[0]}*10^{texts[1]})/10^{texts[1]}"
        if name not in ALONG_AXES or not isinstance(last, tree.Number) or not isinstance(last.value, int):
            return None
        rank = self.b.expr(others[0]).type.rank
        if name == "norm" and last.value >= rank:
            return f"it is the root of the sum of squares: write norm({texts[0]}), sum(abs({texts[0]})) or max(abs(…))"
        axis = last.value - (last.value == rank > 0)
        return f"an axis is given by name and counts from 0: {name}({', '.join(texts[:-1])}, axis={axis})"

    def option(self, name: str) -> tree.Expr | None:
        self.used.add(name)
        found = self.named.get(name)
        return found.value if found else None

    def flag(self, name: str) -> bool:
        given = self.option(name)
        if given is None:
            return False
        if not isinstance(given, tree.Constant) or given.name not in ("true", "false"):
            self.b.fail("type", f"{name}= is true or false", given.span)
        return given.name == "true"

    def word(self, name: str, choices: tuple[str, ...]) -> str:
        """An option that is one of some strings; the first where it is not given."""
        given = self.option(name)
        if given is None:
            return choices[0]
        if not isinstance(given, tree.String) or given.value not in choices:
            words = " or ".join(f'{name}="{c}"' for c in choices)
            self.b.fail("type", f"{self.call.function} takes {words}, not {excerpt(given.span)}", given.span)
        return given.value

    def integer(self, node: tree.Expr, what: str) -> int:
        """An argument that must be an int constant."""
        value = self.b.expr(node)
        if value.op != "const" or value.type.kind != "int" or value.type.rank:
            self.b.fail("type", f"{what} must be an int constant, not {excerpt(node.span)}", node.span)
        return int(value.value)

    def axes(self, rank: int, name: str = "axis") -> tuple[int, ...] | None:
        """axis=0, axis=-1, axis=(0, 1); None where it is not given."""
        given = self.option(name)
        if given is None:
            return None
        items = given.items if isinstance(given, tree.Tuple) else (given,)
        found = []
        for item in items:
            axis = self.integer(item, "axis")
            if not -rank <= axis < rank:
                self.b.fail(
                    "shape",
                    f"axis {axis} is out of range: {excerpt(self.call.args[0].span, 30)} has {rank} "
                    f"{'axis' if rank == 1 else 'axes'}, counted from 0",
                    item.span,
                )
            found.append(axis % rank)
        return tuple(sorted(set(found)))

    def done(self) -> None:
        for name, given in self.named.items():
            if name not in self.used:
                known = ", ".join(f"{n}=" for n in sorted(self.used)) or "no named argument"
                self.b.fail("type", f"{self.call.function} has no argument named {name}; it takes {known}", given.span)


ALONG_AXES = frozenset({row.name for row in OPS.values() if row.kind == "REDUCE"}) | frozenset(
    "median quantile cumsum cumprod cummax cummin diff flip roll squeeze fft ifft rfft irfft split".split()
)

FUNCTIONS: dict[str, Callable[[Builder, tree.Call, Arguments], Node]] = {}


def function(*names: str) -> Callable[[Any], Any]:
    """Registers a function that is built here rather than by its row alone."""

    def register(build: Callable[[Builder, tree.Call, Arguments], Node]) -> Any:
        for name in names:
            FUNCTIONS[name] = build
        return build

    return register


SEVERAL: dict[str, Callable[[Builder, tree.Call, Arguments], tuple[Node, ...]]] = {}


def several(name: str) -> Callable[[Any], Any]:
    """Registers a function with several results."""

    def register(build: Callable[[Builder, tree.Call, Arguments], tuple[Node, ...]]) -> Any:
        SEVERAL[name] = build
        return build

    return register


def several_of(b: Builder, node: tree.Call) -> tuple[Node, ...]:
    """The results of a function of `SEVERAL`."""
    arguments = arguments_of(b, node)
    if node.ranges:
        b.fail("type", f"{node.function}(… for …) is not a reduction", node.span)
    values = SEVERAL[node.function](b, node, arguments)
    arguments.done()
    return values


@builds(tree.Call)
def call(b: Builder, node: tree.Call) -> Node:
    if keeps_places(b, node):
        return called(b, node)
    with b.unselected():
        return called(b, node)


ENTRY_BY_ENTRY = ("min", "max", "cast", "sigmoid", "relu", "softplus")


def keeps_places(b: Builder, node: tree.Call) -> bool:
    """Whether each entry of a call's result comes from the entries at its own place."""
    own = b.space is not b.prelude and node.function in b.space
    if node.ranges or own or len(node.args) == 1 and node.function in ("min", "max"):
        return False
    return node.function in ENTRY_BY_ENTRY or (node.function in ROWS and ROWS[node.function].kind == "MAP")


def called(b: Builder, node: tree.Call) -> Node:
    from gdc.compiler.build.functions import call_defined, find

    defined = find(b, node.function)
    if defined is not None:
        return only_result(b, node, call_defined(b, node, defined))
    if "." in node.function:
        raise unknown_function(b, node)
    if node.function in SEVERAL:
        return only_result(b, node, several_of(b, node))
    arguments = arguments_of(b, node)
    if node.ranges:
        if node.function not in ROWS or ROWS[node.function].kind != "REDUCE":
            b.fail(
                "type",
                f"{node.function}(… for …) is not a reduction",
                node.span,
                "reductions: sum prod mean min max any all …",
            )
        value = notation.reduction(b, node)
    elif node.function in FUNCTIONS:
        value = FUNCTIONS[node.function](b, node, arguments)
    elif node.function in ROWS and ROWS[node.function].kind == "MAP":
        value = mapped(b, node, arguments)
    elif node.function in ROWS and ROWS[node.function].kind == "REDUCE":
        value = reduced(b, node, arguments)
    else:
        raise unknown_function(b, node)
    arguments.done()
    return value


def arguments_of(b: Builder, node: tree.Call) -> Arguments:
    arguments = Arguments(b, node, {n.name: n for n in node.named}, set())
    if len(arguments.named) != len(node.named):
        b.fail("type", f"{node.function} is given one argument twice", node.span)
    return arguments


def only_result(b: Builder, node: tree.Call, results: tuple[Node, ...]) -> Node:
    """The result of a function that is used as a value."""
    if len(results) != 1:
        names = ", ".join("abcdefgh"[: len(results)]) if len(results) <= 8 else "a, b, …"
        b.fail(
            "type",
            f"{node.function} has {len(results)} results; take them with ({names}) := {excerpt(node.span)}",
            node.span,
        )
    return results[0]


def mapped(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """An elementwise function."""
    trees = arguments.count(OPS[node.function].arity)
    values = tuple(b.expr(t) for t in trees)
    if node.function in ("real", "conj") and values[0].type.kind == "real":
        return values[0]
    if node.function == "where" and values[0].type.kind != "bool":
        b.fail("type", f"where wants a bool condition, and {excerpt(trees[0].span)} is {values[0].type}", trees[0].span)
    return b.apply(node.function, node.span, trees, *values)


def reduced(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """A reduction over some or all axes."""
    trees = arguments.count(1)
    outer, b.selected = b.selected, []
    try:
        value = b.expr(trees[0])
        masks = b.selected
    finally:
        b.selected = outer
    rank = value.type.rank
    axes = arguments.axes(rank)
    keepdims = arguments.flag("keepdims")
    if axes is None:
        axes = tuple(range(rank))
    if node.function in ("argmin", "argmax") and len(axes) != 1:
        if rank == 1 or not axes:
            axes = (0,) if rank else ()
        else:
            value = b.node("reshape", value, size_of_all(value))
            axes = (0,)
    if not rank:
        return scalar_reduction(b, node, value)
    value = converted_reduction(node.function, value)
    if masks:
        if keepdims or (rank > 1 and len(axes) != rank):
            b.fail("shape", f"{excerpt(node.span)}: entries under a mask have no axes", node.span)
        return masked_reduction(b, node, value, masks[0])
    deps = check_not_empty(b, node, value, axes) if "nonempty" in OPS[node.function].facts else ()
    return b.apply(node.function, node.span, trees, value, deps=deps, axes=axes, keepdims=keepdims)


def size_of_all(value: Node) -> Node:
    return ir.size_node(product(value.type.shape))


def check_not_empty(
    b: Builder, node: tree.Call, value: Node, axes: tuple[int, ...], given: tree.Expr | None = None
) -> tuple[Node, ...]:
    """The check that a function without a value of nothing has values, as its deps."""
    size = product(value.type.shape[k] for k in axes)
    if b.surely_nonnegative(size - 1):
        return ()
    words = escaped(f"{node.function} of no values: {excerpt((given or node.args[0]).span, 30)} is empty")
    return b.check(folded(b.node("gt", ir.size_node(size), ir.integer(0))), node.span, "value", words)


def scalar_reduction(b: Builder, node: tree.Call, value: Node) -> Node:
    """A reduction of a scalar is a reduction of one entry."""
    value = converted_reduction(node.function, value)
    one = b.node("reshape", value, ir.integer(1))
    return b.node(node.function, one, axes=(0,), keepdims=False)


def masked_reduction(b: Builder, node: tree.Call, value: Node, mask: Node) -> Node:
    """`sum(x[x > 0])`: the entries outside the mask count as the reduction's start."""
    name, axes = node.function, tuple(range(value.type.rank))
    deps: tuple[Node, ...] = ()
    if name in ("min", "max"):
        deps = b.check(
            b.node("any", mask, axes=axes, keepdims=False),
            node.span,
            "value",
            f"{name} of no values: the mask is false everywhere",
        )
    neutral = {
        "sum": 0.0,
        "mean": 0.0,
        "norm": 0.0,
        "prod": 1.0,
        "min": float("inf"),
        "max": float("-inf"),
        "any": False,
        "all": True,
    }.get(name)
    if neutral is None:
        b.fail(
            "shape",
            f"{name} of a masked selection is not defined here",
            node.span,
            "use where(mask, x, …) or sum, mean, min, max",
        )
    element = value.type.element
    if element.kind == "int" and name in ("min", "max"):
        neutral = 2**63 - 1 if name == "min" else -(2**63)
    elif element.kind == "bool":
        neutral = name in ("min", "all")
    kept = b.node("where", mask, value, ir.const(neutral, element))
    if name != "mean":
        return b.node(name, kept, deps=deps, axes=axes, keepdims=False)
    count = b.node("sum", ir.cast(mask, INT), axes=axes, keepdims=False)
    return b.node("div", b.node("sum", kept, axes=axes, keepdims=False), count)


@function("min", "max")
def least_or_greatest(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """Of one array its least entry, of two or more values the elementwise least."""
    if len(node.args) < 2:
        return reduced(b, node, arguments)
    op = "minimum" if node.function == "min" else "maximum"
    value = b.expr(node.args[0])
    for tree_of_other in node.args[1:]:
        other = b.expr(tree_of_other)
        if other is not value or value.op != "size":  # the lesser of n and n is n, a size without a formula
            value = b.apply(op, node.span, (node.args[0], tree_of_other), value, other)
    return value


@function("cast")
def cast(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    trees = arguments.count(2)
    element = element_named(b, trees[1])
    value = b.expr(trees[0])
    if value.type.kind == "real" and element.kind in ("int", "bool") and not is_finite(value):
        every(b, b.node("isfinite", value), node.span, "value", f"{excerpt(node.span)}: nan and inf have no int value")
    return meant(ir.cast(value, element))


def meant(value: Node) -> Node:
    """A width that the script asks for is no literal's: it counts as any scalar's."""
    if value.weight < SCALAR and value.type.kind in ("real", "complex"):
        return ir.make("cast", (value,), {"element": value.type.element}, (value.type,))
    return value


def element_named(b: Builder, node: tree.Expr) -> Element:
    if isinstance(node, tree.Constant) and node.name in NAMED:
        return element_of_name(node.name)
    b.fail("type", f"{excerpt(node.span)} is not an element type", node.span, "one of " + " ".join(NAMED))


def split_element(b: Builder, trees: tuple[tree.Expr, ...], default: Element) -> tuple[tuple[tree.Expr, ...], Element]:
    """A maker's sizes, and the element type that may stand last."""
    if trees and isinstance(trees[-1], tree.Constant) and trees[-1].name in NAMED:
        return trees[:-1], element_of_name(trees[-1].name)
    return trees, default


def made(b: Builder, node: tree.Call, op: str, *args: Node) -> Node:
    """An array of given sizes, made once they are known to be zero or more; its bytes are looked at on entry."""
    given = args if op == "iota" else args[1:]
    return b.remember_memory(b.node(op, *args, deps=b.guards(given)), node.span)


def sizes(b: Builder, trees: tuple[tree.Expr, ...]) -> list[Node]:
    return [ir.size_node(b.size(b.expr(t), t.span)) for t in trees]


@function("zeros", "ones")
def zeros(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    arguments.count(1, 100)
    shape, element = split_element(b, node.args, program_real())
    value = ir.const(0 if node.function == "zeros" else 1, element)
    return made(b, node, "fill", value, *sizes(b, shape)) if shape else value


@function("full")
def full(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    trees = arguments.count(2, 100)
    value = b.expr(trees[0])
    if value.type.rank:
        b.fail("type", "full wants a scalar first", trees[0].span)
    shape, element = split_element(b, trees[1:], value.type.element)
    return made(b, node, "fill", ir.cast(value, element), *sizes(b, shape))


@function("like")
def like(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    trees = arguments.count(2)
    model, value = b.expr(trees[0]), b.expr(trees[1])
    value = ir.cast(value, model.type.element)
    return b.node("fill", value, *(ir.size_node(d) for d in model.type.shape)) if model.type.rank else value


@function("arange")
def arange(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    trees = arguments.count(1)
    return made(b, node, "iota", *sizes(b, trees))


@function("size")
def size(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    trees = arguments.count(1, 2)
    value = b.expr(trees[0])
    if len(trees) == 1:
        return size_of_all(value)
    axis = arguments.integer(trees[1], "axis")
    rank = value.type.rank
    if not -rank <= axis < rank:
        b.fail("shape", f"axis {axis} is out of range: {excerpt(trees[0].span, 30)} has {rank} axes", trees[1].span)
    return ir.size_node(value.type.shape[axis])


@function("rank")
def rank_of(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    return ir.integer(b.expr(arguments.count(1)[0]).type.rank)


@function("reshape")
def reshape(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    trees = arguments.count(2, 100)
    value = b.expr(trees[0])
    total, known, open_axis = ir.size_of(size_of_all(value)), dim(1), -1
    shape: list[Dim] = []
    for k, t in enumerate(trees[1:]):
        given = b.expr(t)
        if given.op == "const" and given.value == -1:
            open_axis = k
            shape.append(dim(1))
            continue
        shape.append(b.size(given, t.span))
        known = known * shape[-1]
    if open_axis >= 0 and known == dim(0):
        b.fail(
            "shape", f"{excerpt(node.span)}: with a size of 0 any size would do for the -1", node.span, "write it out"
        )
    if open_axis >= 0:
        rest = divided(total, known)
        shape[open_axis] = rest
        known = known * rest
    if total != known:
        from gdc.compiler.shape_rules import Conflict

        try:
            b.meeter(node.span, lambda: f"{excerpt(node.span)}: the number of entries must stay the same")(total, known)
        except Conflict:
            b.fail("shape", f"{excerpt(node.span)}: {total} entries cannot become {known}", node.span)
    if not value.type.rank:
        return b.node("fill", value, *(ir.size_node(d) for d in shape))
    return b.node("reshape", value, *(ir.size_node(d) for d in shape))


def divided(total: Dim, known: Dim) -> Dim:
    """total/known, exactly where the formula allows."""
    if len(known.terms) == 1:
        monomial, factor = known.terms[0]
        terms = {}
        for m, c in total.terms:
            rest = list(m)
            if c % factor or any(rest.count(a) < monomial.count(a) for a in monomial):
                return total // known
            for a in monomial:
                rest.remove(a)
            terms[tuple(rest)] = c // factor
        return Dim(terms)
    return total // known


@function("transpose")
def transpose(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    trees = arguments.count(1, 100)
    value = b.expr(trees[0])
    rank = value.type.rank
    if len(trees) == 1:
        return b.node("transpose", value, perm=tuple(reversed(range(rank)))) if rank > 1 else value
    perm = tuple(arguments.integer(t, "an axis") for t in trees[1:])
    if sorted(p % rank if rank else p for p in perm) != list(range(rank)):
        b.fail("shape", f"{excerpt(node.span)}: name each of the {rank} axes once", node.span)
    return b.node("transpose", value, perm=tuple(p % rank for p in perm))


@function("broadcast")
def broadcast(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    trees = arguments.count(2, 100)
    value, shape = b.expr(trees[0]), sizes(b, trees[1:])
    if not value.type.rank:
        return b.node("fill", value, *shape)
    if value.type.rank > len(shape):
        b.fail("shape", f"{excerpt(node.span)}: more axes than that already", node.span)
    for have, want, t in zip(reversed(value.type.shape), reversed(shape), reversed(trees[1:]), strict=False):
        if have != ONE and have != ir.size_of(want):
            b.meeter(t.span, lambda: excerpt(node.span))(have, ir.size_of(want))
    lead = len(shape) - value.type.rank
    if lead:
        value = b.node("index", value, subscripts=("new",) * lead + ("all",) * value.type.rank)
    return b.node("broadcast", value, *shape)


@function("concat", "stack")
def joined(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    trees = arguments.count(1, 1000)
    values = [b.expr(t) for t in trees]
    rank = values[0].type.rank + (node.function == "stack")
    axis = 0
    given = arguments.option("axis")
    if given is not None:
        axis = arguments.integer(given, "axis")
    if not -rank <= axis < rank:
        b.fail("shape", f"axis {axis} is out of range for rank {rank}", node.span)
    if any(v.type.rank != values[0].type.rank for v in values):
        from gdc.compiler.build.core import shapes

        b.fail(
            "shape",
            f"{excerpt(node.span)}: {shapes(trees, tuple(values))} — {node.function} wants arrays of one rank",
            node.span,
            "make a vector a column with v[:, new]",
        )
    element = common(values)
    return b.apply(node.function, node.span, trees, *(ir.cast(v, element) for v in values), axis=axis % rank)


@function("flip")
def flip(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """The entries in opposite order, along all axes or the given ones: a view."""
    value = b.expr(arguments.count(1)[0])
    axes = arguments.axes(value.type.rank)
    axes = tuple(range(value.type.rank)) if axes is None else axes
    subscripts, args = [], []
    for k, d in enumerate(value.type.shape):
        subscripts.append("slice" if k in axes else "all")
        if k in axes:
            args += [ir.size_node(d - 1), ir.size_node(d), ir.integer(-1)]
    return b.node("index", value, *args, subscripts=tuple(subscripts))


@function("roll")
def roll(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """roll(A, k, axis=): each entry moves k places on, round the end; without axis over the flattened array."""
    trees = arguments.count(2)
    value, shift = b.expr(trees[0]), b.expr(trees[1])
    axes = arguments.axes(value.type.rank)
    if shift.type.rank or shift.type.kind not in ("int", "bool"):
        b.fail("type", f"roll wants an int scalar, not {shift.type}", trees[1].span)
    if axes is None and value.type.rank > 1:
        flat = rolled(b, b.node("reshape", value, size_of_all(value)), shift, 0)
        return b.node("reshape", flat, *(ir.size_node(d) for d in value.type.shape))
    for axis in axes if axes is not None else (0,):
        value = rolled(b, value, shift, axis)
    return value


def rolled(b: Builder, value: Node, shift: Node, axis: int) -> Node:
    """One axis: entry i comes from place (i - shift) mod size."""
    size = ir.size_node(value.type.shape[axis])
    places = b.node(
        "mod", b.node("sub", b.node("iota", size), ir.cast(shift, INT)), b.node("maximum", size, ir.integer(1))
    )
    subscripts = tuple("gather" if k == axis else "all" for k in range(value.type.rank))
    return b.node("gather", value, places, subscripts=subscripts)


@function("squeeze")
def squeeze(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    value = b.expr(arguments.count(1)[0])
    axes = arguments.axes(value.type.rank)
    if axes is None:
        axes = tuple(k for k, d in enumerate(value.type.shape) if d == ONE)
    for k in axes:
        if value.type.shape[k] != ONE:
            b.fail(
                "shape", f"{excerpt(node.span)}: axis {k} has size {value.type.shape[k]}, not 1 by contract", node.span
            )
    if not axes:
        return value
    return b.node(
        "index",
        value,
        *(ir.integer(0) for _ in axes),
        subscripts=tuple("at" if k in axes else "all" for k in range(value.type.rank)),
    )


@function("diag")
def diag(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """A vector as a diagonal matrix; a matrix' diagonal as a vector."""
    from gdc.compiler.build.functions import call_values

    value = b.expr(arguments.count(1)[0])
    name = {1: "_diag_of_vector", 2: "_diag_of_matrix"}.get(value.type.rank)
    if name is None:
        b.fail("shape", f"diag wants a vector or a matrix, not {value.type}", node.span)
    return call_values(b, node, b.prelude[name], (value,))[0]


@function("tile")
def tile(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """tile(A, k, …): A repeated so many times along each axis."""
    trees = arguments.count(2, 100)
    value, times = b.expr(trees[0]), [b.size(b.expr(t), t.span) for t in trees[1:]]
    rank = max(value.type.rank, len(times))
    shape = (ONE,) * (rank - value.type.rank) + value.type.shape
    repeats = [dim(1)] * (rank - len(times)) + times
    spread = b.node(
        "reshape", value, *(ir.size_node(d) for pair in zip((dim(1),) * rank, shape, strict=True) for d in pair)
    )
    wide = b.node("broadcast", spread, *(ir.size_node(d) for pair in zip(repeats, shape, strict=True) for d in pair))
    return b.node("reshape", wide, *(ir.size_node(r * d) for r, d in zip(repeats, shape, strict=True)))


@function("solve")
def solve(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    """solve(A, b): the x with A@x = b; with lower=true or upper=true only that triangle of A is read."""
    trees = arguments.count(2)
    matrix, right = b.expr(trees[0]), b.expr(trees[1])
    square(b, node, trees[0], matrix)
    lower, upper = arguments.flag("lower"), arguments.flag("upper")
    if lower and upper:
        b.fail("type", "solve reads one triangle, lower=true or upper=true", node.span)
    if right.type.rank not in (1, 2):
        b.fail("shape", f"{excerpt(node.span)}: the right side must be a vector or a matrix", node.span)
    if right.type.shape[0] != matrix.type.shape[0]:
        b.apply("matmul", node.span, trees, matrix, right)
    reads = {"reads": "lower" if lower else "upper"} if lower or upper else {}
    return solved(b, node, "solve", matrix, right, **reads)


@function("inv", "det", "cholesky")
def factored(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    trees = arguments.count(1)
    matrix = b.expr(trees[0])
    square(b, node, trees[0], matrix)
    return solved(b, node, node.function, matrix)


def square(b: Builder, node: tree.Call, given: tree.Expr, matrix: Node) -> None:
    from gdc.compiler.build.core import shapes
    from gdc.compiler.shape_rules import Conflict

    if matrix.type.rank != 2:
        b.fail("shape", f"{node.function} wants a square matrix: {shapes((given,), (matrix,))}", node.span)
    rows, columns = matrix.type.shape
    if rows != columns:
        try:
            b.meeter(node.span, lambda: f"{node.function} wants a square matrix: {shapes((given,), (matrix,))}")(
                rows, columns
            )
        except Conflict:
            b.fail("shape", f"{node.function} wants a square matrix: {shapes((given,), (matrix,))}", node.span)


FAILURES = {
    "solve": "is singular",
    "inv": "is singular",
    "det": "is singular",  # what its derivative fails with
    "cholesky": "is not positive definite",
}


def solved(b: Builder, node: tree.Call, op: str, *args: Node, **attrs: Any) -> Node:
    """A factorisation, which fails at this place."""
    what = excerpt(node.args[0].span, 30).replace("{", "{{").replace("}", "}}")
    return b.node(op, *converted(op, args), site=b.site(node.span, "value", f"{what} {FAILURES[op]}"), **attrs)


@function("grad")
def grad(b: Builder, node: tree.Call, arguments: Arguments) -> Node:
    arguments.count(2)
    return gradients(b, node)[0]


def gradients(b: Builder, node: tree.Call) -> tuple[Node, ...]:
    """`grad(J, w, b)`: one derivative per name."""
    if len(node.args) < 2:
        b.fail("type", "grad takes a formula and at least one name: grad(J, w)", node.span)
    value = b.expr(node.args[0])
    text = excerpt(node.args[0].span, 30)
    if value.type.rank:
        b.fail("type", f"grad wants a scalar, and {text} is {value.type}", node.span, f"sum it: grad(sum({text}), …)")
    if value.type.kind == "complex":
        hint = f"abs({text})^2, or real({text})"
        b.fail("type", f"grad wants a real scalar, and {text} is {value.type}", node.span, hint)
    used = set(ir.walk([value]))
    results = []
    for given in node.args[1:]:
        if not isinstance(given, tree.Name):
            b.fail("type", f"grad's further arguments are names, and {excerpt(given.span)} is a formula", given.span)
        variable = b.read(given.name, given.span)
        if variable.type.kind not in ("real", "complex"):
            words = f"{given.name} is {variable.type}: derivatives are taken by reals and complex numbers"
            b.fail("type", words, given.span)
        if variable not in used:
            b.fail(
                "type",
                f"{text} does not depend on {given.name}, so it has no derivative with respect to it",
                node.span,
                f"compute {text} from {given.name} after {given.name} was last assigned",
            )
        site = b.site(node.span, "type", f"{text} by {given.name}")
        results.append(ir.make("grad", (value, variable), {"site": site}, (variable.type,)))
        sampled(b, results[-1], site)
    return tuple(results)
