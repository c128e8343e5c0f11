"""Loops: structured control flow with value semantics.

A loop carries the variables that its body assigns. A variable keeps its element type and rank; where its sizes change
between rounds, the sizes are carried too, as ints. A variable first assigned inside is carried as undefined, with a
bool that says whether a round has reached its assignment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gdc.compiler import ir
from gdc.compiler.build.control import bound, same_by_demand, scalar_condition, span_header, undefined
from gdc.compiler.build.core import Builder, Exit, LoopFrame, builds, excerpt
from gdc.compiler.build.notation import counted, int_scalar
from gdc.compiler.build.scan import assigned
from gdc.compiler.build.scope import Binding, Scope
from gdc.compiler.dims import Dim, atom_dim, dim
from gdc.compiler.ir import Node, Region
from gdc.compiler.types import BOOL, INT, Type, promote
from gdc.dsl import tree
from gdc.dsl.source import Span


@builds(tree.Repeat)
def repeat(b: Builder, node: tree.Repeat) -> None:
    count = b.expr(node.count)
    if count.type.rank or count.type.kind not in ("int", "bool"):
        b.fail("type", f"repeat wants an int scalar, and {excerpt(node.count.span)} is {count.type}", node.count.span)
    count = ir.cast(count, INT)
    rounds = count if b.surely_nonnegative(ir.size_of(count)) else b.node("maximum", count, ir.integer(0))
    loop(
        b,
        node,
        (ir.integer(0), rounds, ir.integer(1)),
        (dim(0), ir.size_of(rounds) - 1),
        None,
        lambda: b.block(node.body),
        node.body,
    )


@builds(tree.For)
def for_loop(b: Builder, node: tree.For) -> None:
    one_range(b, node, 0)


def one_range(b: Builder, node: tree.For, k: int) -> None:
    """The loop of range k, with the later ranges' loops inside it."""
    r = node.ranges[k]
    assert r.start is not None and r.stop is not None
    start, stop = int_scalar(b, r.start), int_scalar(b, r.stop)
    step = int_scalar(b, r.step) if r.step is not None else ir.integer(1)
    first, count, by, low, high = counted(b, start, stop, step, r.span)
    inner: Callable[[], None] = (
        (lambda: b.block(node.body)) if k == len(node.ranges) - 1 else (lambda: one_range(b, node, k + 1))
    )
    hidden = {q.name for q in node.ranges[k + 1 :]}
    loop(
        b, node, (first, count, by), (low, high), r.name, inner, node.body, hidden, innermost=k == len(node.ranges) - 1
    )


@builds(tree.ForEach)
def for_each(b: Builder, node: tree.ForEach) -> None:
    over = b.expr(node.over)
    if not over.type.rank:
        b.fail("type", f"for … in wants an array or a range, and {excerpt(node.over.span)} is a scalar", node.over.span)
    size = over.type.shape[0]
    index = ir.param(Type(INT), "")

    def body() -> None:
        subscripts = ("at",) + ("all",) * (over.type.rank - 1)
        b.scope.names[node.name] = Binding(b.node("index", over, index, subscripts=subscripts))
        b.scope.fixed = b.scope.fixed | {node.name}
        b.block(node.body)

    loop(
        b,
        node,
        (ir.integer(0), ir.size_node(size), ir.integer(1)),
        (dim(0), size - 1),
        None,
        body,
        node.body,
        {node.name},
        index=index,
    )


@builds(tree.While)
def while_loop(b: Builder, node: tree.While) -> None:
    def body() -> None:
        condition = scalar_condition(b, node.condition, "while")
        leave(b, "stop", b.node("not", condition), node.condition.span)
        b.block(node.body)

    loop(b, node, None, None, None, body, node.body)


# --- loops -------------------------------------------------------------------------------------


@dataclass(slots=True)
class Carried:
    """One variable that a loop carries: before, at the start of a round, and whether it had a value before."""

    name: str
    initial: Node | None
    initial_flag: Node | None
    param: Node
    flag: Node | None


def loop(
    b: Builder,
    node: tree.Statement,
    count: tuple[Node, Node, Node] | None,
    bounds: tuple[Dim, Dim] | None,
    variable: str | None,
    body: Callable[[], None],
    block: tree.Block,
    hidden: set[str] | frozenset[str] = frozenset(),
    index: Node | None = None,
    innermost: bool = True,
) -> None:
    """Builds a loop: the body is built again until the carried types are stable."""
    if count is not None and index is None:
        index = ir.param(Type(INT), variable or "")
    if index is not None and bounds is not None:
        b.ranges[index] = bounds
    names = [n for n in assigned(block) if n not in hidden and n != variable]
    types: dict[str, Type | None] = {n: value_type(b, n) for n in names}
    for _ in range(8):
        attempt = try_body(b, names, types, variable, index, body, innermost)
        changed = settle(b, types, attempt, node.span)
        if not changed:
            break
    finish(b, node, count, index, names, types, attempt, variable)


@dataclass(slots=True)
class Attempt:
    """One build of a loop's body."""

    carried: dict[str, Carried]
    effects: list[Node]
    scope: Scope
    exits: list[Exit]
    sizes: dict[str, list[tuple[int, Node]]]


def value_type(b: Builder, name: str) -> Type | None:
    found = b.scope.names.get(name)
    return found.node.type if isinstance(found, Binding) else None


def try_body(
    b: Builder,
    names: list[str],
    types: dict[str, Type | None],
    variable: str | None,
    index: Node | None,
    body: Callable[[], None],
    innermost: bool,
) -> Attempt:
    outer = b.scope
    b.scope = outer.copy()
    carried: dict[str, Carried] = {}
    sizes: dict[str, list[tuple[int, Node]]] = {}
    for name in names:
        t = types[name]
        if t is None:
            b.scope.names.pop(name, None)
            b.scope.later = b.scope.later | {name}
            continue
        enter(b, outer, name, t, carried, sizes)
    if variable is not None and index is not None:
        b.scope.names[variable] = Binding(index)
        b.scope.fixed = b.scope.fixed | {variable}
    frame = LoopFrame()
    b.loops.append(frame if innermost else None)
    try:
        with b.region() as effects:
            body()
        return Attempt(carried, effects, b.scope, frame.exits, sizes)
    finally:
        b.loops.pop()
        b.scope = outer


def enter(
    b: Builder, outer: Scope, name: str, t: Type, carried: dict[str, Carried], sizes: dict[str, list[tuple[int, Node]]]
) -> None:
    """A carried variable at the start of a round."""
    before = outer.names.get(name)
    shape = []
    for axis, d in enumerate(t.shape):
        if isinstance(d.atom, str) and d.atom.startswith("?"):
            size = ir.param(Type(INT), f"size({name}, {axis})")
            b.sizes.add(size)
            sizes.setdefault(name, []).append((axis, size))
            shape.append(atom_dim(size))
        else:
            shape.append(d)
    param = ir.param(Type(t.element, tuple(shape)), name)
    b.origins.names.setdefault(param, name)
    initial = before.node if isinstance(before, Binding) else None
    flag = None
    initial_flag = None
    if initial is None or (isinstance(before, Binding) and before.flag is not None):
        flag = ir.param(Type(BOOL), f"{name} is set")
        initial_flag = before.flag if isinstance(before, Binding) and before.flag is not None else ir.truth(False)
    carried[name] = Carried(name, initial, initial_flag, param, flag)
    value = param
    if name in b.scope.differentiated:
        value = ir.make("variable", (param,), {"serial": next(ir._uids), "name": name}, (param.type,))
        b.origins.names[value] = name
    unless = "above" if initial is None else (before.unless if isinstance(before, Binding) else "")
    b.scope.names[name] = Binding(value, flag, unless)


def settle(b: Builder, types: dict[str, Type | None], attempt: Attempt, span: Span) -> bool:
    """Widens the carried types to what the rounds end with; whether anything changed."""
    changed = False
    ends = [attempt.scope, *(e.scope for e in attempt.exits)]
    for name in types:
        found = [s.names[name] for s in ends if isinstance(s.names.get(name), Binding)]
        for end in found:
            assert isinstance(end, Binding)
            old, new = types[name], end.node.type
            merged = (
                new
                if old is None
                else merge_types(b, name, old, new, span, name in attempt.carried and attempt.carried[name])
            )
            if merged != old:
                types[name] = merged
                changed = True
    return changed


def merge_types(b: Builder, name: str, old: Type, new: Type, span: Span, carried: Carried | bool | None) -> Type:
    """One type for a variable before and after a round; sizes that differ become unknown ("?…")."""
    if old.rank != new.rank:
        b.fail(
            "shape",
            f"{name} is {old} before the loop or branch and {new} in it: a variable keeps its rank there",
            span,
            "use another name",
        )
    shape = []
    entering = carried.param.type.shape if isinstance(carried, Carried) else old.shape
    for axis, (before, entered, after) in enumerate(zip(old.shape, entering, new.shape, strict=True)):
        unknown = isinstance(before.atom, str) and before.atom.startswith("?")
        if unknown or after in (before, entered) or same_by_demand(b, before, after):
            shape.append(before)
        else:
            shape.append(dim(f"?{name}.{axis}"))
    return Type(promote(old.element, new.element), tuple(shape))


def finish(
    b: Builder,
    node: tree.Statement,
    count: tuple[Node, Node, Node] | None,
    index: Node | None,
    names: list[str],
    types: dict[str, Type | None],
    attempt: Attempt,
    variable: str | None,
) -> None:
    """Makes the loop node of the last attempt and binds the variables to its results."""
    params: list[Node] = [] if index is None else [index]
    initials: list[Node] = []
    readers: list[Callable[[Scope], Node]] = []
    slots: list[tuple[str, str, int]] = []
    for name in names:
        if name not in attempt.carried:
            continue
        carry_variable(
            b, attempt.carried[name], attempt.sizes.get(name, []), types[name], params, initials, readers, slots
        )
    results = [read(attempt.scope) for read in readers]
    effects = list(attempt.effects)
    for offset, leaving in enumerate(attempt.exits):
        values = tuple(read(leaving.scope) for read in readers)
        made = ir.make("exit", (leaving.condition, *values), {"kind": leaving.kind}, (Type(INT),))
        b.origins.add(made, b.here(leaving.span))
        effects.insert(leaving.place + offset, made)
    region = Region(params, effects, results)
    carried_types = tuple(p.type for p in params[len(params) - len(initials) :])
    head = () if count is None else count
    made = ir.make(
        "loop",
        (*head, *initials),
        {"kind": "forever" if count is None else "count"},
        carried_types or (Type(INT),),
        (region,),
    )
    b.origins.add(made, b.here(span_header(node.span)))
    if any(not (e.op == "exit") for e in effects) or count is None:
        b.effects.append(made)
    bind_results(b, made, slots, types, attempt)


def carry_variable(
    b: Builder,
    c: Carried,
    sizes: list[tuple[int, Node]],
    t: Type | None,
    params: list[Node],
    initials: list[Node],
    readers: list[Callable[[Scope], Node]],
    slots: list[tuple[str, str, int]],
) -> None:
    """Adds a variable, its changing sizes and its flag to what a loop carries."""
    assert t is not None
    name = c.name
    for axis, size in sizes:
        slots.append((name, f"size{axis}", len(initials)))
        params.append(size)
        initials.append(ir.size_node(c.initial.type.shape[axis]) if c.initial is not None else ir.integer(0))
        readers.append(lambda scope, axis=axis: ir.size_node(bound(scope, name).node.type.shape[axis]))  # type: ignore[misc]
    slots.append((name, "value", len(initials)))
    params.append(c.param)
    element = c.param.type.element
    initials.append(ir.cast(c.initial, element) if c.initial is not None else undefined(c.param.type))
    readers.append(lambda scope: ir.cast(bound(scope, name).node, element))
    if c.flag is not None:
        assert c.initial_flag is not None
        slots.append((name, "flag", len(initials)))
        params.append(c.flag)
        initials.append(c.initial_flag)
        readers.append(lambda scope: bound(scope, name).flag or ir.truth(True))


def bind_results(
    b: Builder, made: Node, slots: list[tuple[str, str, int]], types: dict[str, Type | None], attempt: Attempt
) -> None:
    """After a loop: each carried variable is the loop's result, with its sizes and its flag."""
    place = {(name, what): k for name, what, k in slots}
    for name, carried in attempt.carried.items():
        if not isinstance(attempt.scope.names.get(name), Binding):
            b.scope.names[name] = attempt.scope.names[name]
            continue
        t = types[name]
        assert t is not None
        shape = list(carried.param.type.shape)
        for axis in range(len(shape)):
            if (name, f"size{axis}") in place:
                size = ir.project(made, place[name, f"size{axis}"])
                b.sizes.add(size)
                shape[axis] = atom_dim(size)
        k = place[name, "value"]
        value = ir.make("project", (made,), {"k": k}, (Type(carried.param.type.element, tuple(shape)),))
        flag = ir.project(made, place[name, "flag"]) if (name, "flag") in place else None
        before = b.scope.names.get(name)
        b.assign_through(
            name, value, flag, before.unless if isinstance(before, Binding) and before.unless == "branch" else ""
        )


# --- leaving a round ---------------------------------------------------------------------------


@builds(tree.Leave)
def leave_statement(b: Builder, node: tree.Leave) -> None:
    if not b.loops:
        b.fail("syntax", f"{node.word} stands outside a loop", node.span)
    condition = scalar_condition(b, node.condition, f"{node.word} if") if node.condition is not None else ir.truth(True)
    leave(b, node.word, condition, node.span)


def leave(b: Builder, word: str, condition: Node, span: Span) -> None:
    """An exit of the loop whose body is being built."""
    frame = b.loops[-1]
    assert frame is not None
    frame.exits.append(Exit(word, condition, b.scope.copy(), len(b.effects), span))
