"""Loops and branches: structured control flow with value semantics.

A loop carries the variables that its body assigns. A variable keeps its element type and rank; where its sizes change
between rounds, the sizes are carried too, as ints. A variable first assigned inside is carried as undefined, with a
bool that says whether a round has reached its assignment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from gdc.compiler import ir
from gdc.compiler.build.core import Builder, Exit, LoopFrame, builds, excerpt
from gdc.compiler.build.notation import counted, int_scalar
from gdc.compiler.build.scan import assigned, leaves_loop, surely_leaves
from gdc.compiler.build.scope import Binding, Poison, Scope
from gdc.compiler.dims import Dim, atom_dim, dim
from gdc.compiler.ir import Node, Region
from gdc.compiler.types import BOOL, INT, Type, promote
from gdc.dsl import tree
from gdc.dsl.source import Span

LEFT = "%left"  # hidden variable: 1 after a stop, 2 after a skip, inside the branches of one round


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


def scalar_condition(b: Builder, node: tree.Expr, word: str) -> Node:
    condition = b.expr(node)
    if condition.type.rank:
        b.fail(
            "type",
            f"{word} wants one bool, and {excerpt(node.span)} is an array of {condition.type.element}",
            node.span,
            f"say which is meant: any({excerpt(node.span, 30)}) or all({excerpt(node.span, 30)})",
        )
    if condition.type.kind != "bool":
        b.fail(
            "type",
            f"{word} wants bool, and {excerpt(node.span)} is {condition.type}",
            node.span,
            f"compare it: {excerpt(node.span, 30)} != 0",
        )
    return condition


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


def same_by_demand(b: Builder, left: Dim, right: Dim) -> bool:
    return (left, right) in b.demands or (right, left) in b.demands


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
    b.origins.add(made, b.here(header_span(node)))
    if any(not (e.op == "exit") for e in effects) or count is None:
        b.effects.append(made)
    bind_results(b, made, slots, types, attempt)


def header_span(node: tree.Statement) -> Span:
    """A loop's or branch's header: its text up to the brace."""
    cut = node.span.text.find("{")
    return node.span if cut < 0 else Span(node.span.source, node.span.start, node.span.start + cut)


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


def undefined(t: Type) -> Node:
    return ir.make("undefined", (), {}, (t,))


def bound(scope: Scope, name: str) -> Binding:
    found = scope.names[name]
    assert isinstance(found, Binding)
    return found


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


# --- branches ----------------------------------------------------------------------------------


@builds(tree.If)
def branch(b: Builder, node: tree.If) -> None:
    if leaves_loop((node,)):
        if not b.loops:
            b.fail("syntax", "stop and skip stand inside a loop", node.span)
        leaving_branch(b, node)
        return
    arms(b, node.arms, node.orelse, node.span)


def arms(b: Builder, given: tuple[tuple[tree.Expr, tree.Block], ...], orelse: tree.Block, span: Span) -> None:
    """`if … else if … else`: a branch in a branch."""
    condition_tree, then = given[0]
    condition = scalar_condition(b, condition_tree, "if")
    b.loops.append(None)
    try:
        two_arms(
            b,
            condition,
            lambda: b.block(then),
            (lambda: arms(b, given[1:], orelse, span)) if len(given) > 1 else (lambda: b.block(orelse)),
            span,
        )
    finally:
        b.loops.pop()


def two_arms(
    b: Builder, condition: Node, then: Callable[[], None], orelse: Callable[[], None], span: Span, dead: str = ""
) -> None:
    """Builds both arms and merges their variables. `dead` names the arm, "then" or "else", after which the round is
    over."""
    outer = b.scope
    results = []
    for arm in (then, orelse):
        b.scope = outer.copy()
        with b.region() as effects:
            arm()
        results.append((b.scope, effects))
    b.scope = outer
    (then_scope, then_effects), (else_scope, else_effects) = results
    merges = [
        n
        for n in dict.fromkeys([*then_scope.names, *else_scope.names])
        if then_scope.names.get(n) is not else_scope.names.get(n) and n not in outer.fixed
    ]
    then_results: list[Node] = []
    else_results: list[Node] = []
    plans: list[tuple[str, Type, list[tuple[str, int]], str]] = []
    for name in merges:
        merge_variable(b, name, then_scope, else_scope, span, dead, then_results, else_results, plans)
    made = ir.make(
        "branch",
        (condition,),
        {},
        tuple(r.type for r in then_results) or (Type(INT),),
        (Region((), then_effects, then_results), Region((), else_effects, else_results)),
    )
    b.origins.add(made, b.here(span_header(span)))
    b.note_effects(made)
    for name, t, slots, unless in plans:
        bind_merged(b, made, name, t, dict(slots), unless)


def span_header(span: Span) -> Span:
    cut = span.text.find("{")
    return span if cut < 0 else Span(span.source, span.start, span.start + cut)


def merge_variable(
    b: Builder,
    name: str,
    then_scope: Scope,
    else_scope: Scope,
    span: Span,
    dead: str,
    then_results: list[Node],
    else_results: list[Node],
    plans: list[tuple[str, Type, list[tuple[str, int]], str]],
) -> None:
    """One variable after a branch: a result of both arms, with sizes and a flag where needed."""
    sides = (then_scope.names.get(name), else_scope.names.get(name))
    if any(isinstance(s, Poison) for s in sides):
        b.scope.names[name] = next(s for s in sides if isinstance(s, Poison))
        return
    have = [s for s in sides if isinstance(s, Binding)]
    if len(have) == 2 and have[0].node is have[1].node and have[0].flag is have[1].flag:
        return
    t = have[0].node.type
    sizes_differ: list[int] = []
    if len(have) == 2:
        u = have[1].node.type
        if t.rank != u.rank:
            b.fail(
                "shape",
                f"{name} is {t} on one path and {u} on the other: a variable keeps its rank through a branch",
                span,
            )
        sizes_differ = [
            k for k, (x, y) in enumerate(zip(t.shape, u.shape, strict=True)) if x != y and not same_by_demand(b, x, y)
        ]
        t = Type(promote(t.element, u.element), t.shape)
    slots: list[tuple[str, int]] = []

    def result(what: str, *values: Node) -> None:
        slots.append((what, len(then_results)))
        then_results.append(values[0])
        else_results.append(values[1])

    for axis in sizes_differ:
        result(f"size{axis}", *(ir.size_node(h.node.type.shape[axis]) for h in have))
    values = [ir.cast(s.node, t.element) if isinstance(s, Binding) else undefined(t) for s in sides]
    result("value", *values)
    unless = ""
    flagged = any(h.flag is not None for h in have) or len(have) == 1
    if flagged:
        result("flag", *(s.flag or ir.truth(True) if isinstance(s, Binding) else ir.truth(False) for s in sides))
        live = [s for s, arm in zip(sides, ("then", "else"), strict=True) if isinstance(s, Binding) and arm != dead]
        unless = next((s.unless for s in live if s.unless), "")
        missing = "then" if sides[0] is None else "else"
        if len(have) == 1 and missing != dead:
            unless = "branch"
    plans.append((name, t, slots, unless))


def bind_merged(b: Builder, made: Node, name: str, t: Type, slots: dict[str, int], unless: str) -> None:
    shape = list(t.shape)
    for axis in range(len(shape)):
        if f"size{axis}" in slots:
            size = ir.project(made, slots[f"size{axis}"])
            b.sizes.add(size)
            shape[axis] = atom_dim(size)
    value = ir.make("project", (made,), {"k": slots["value"]}, (Type(t.element, tuple(shape)),))
    flag = ir.project(made, slots["flag"]) if "flag" in slots else None
    b.assign_through(name, value, flag, unless)


def leaving_branch(b: Builder, node: tree.If) -> None:
    """A branch that may leave the loop: its arms say so in a hidden variable, and the exit follows the branch."""
    b.scope.names[LEFT] = Binding(ir.integer(0))

    def guarded(block: tree.Block) -> None:
        for k, statement in enumerate(block):
            if isinstance(statement, tree.Leave):
                code = Binding(ir.integer(1 if statement.word == "stop" else 2))
                if statement.condition is None:
                    b.scope.names[LEFT] = code
                    return
                condition = scalar_condition(b, statement.condition, f"{statement.word} if")
                two_arms(
                    b,
                    condition,
                    lambda code=code: b.scope.names.__setitem__(LEFT, code),  # type: ignore[misc]
                    partial(guarded, block[k + 1 :]),
                    statement.span,
                    dead="then",
                )
                return
            if isinstance(statement, tree.If) and leaves_loop((statement,)):
                inner(statement.arms, statement.orelse, statement.span)
                left = bound(b.scope, LEFT).node
                two_arms(
                    b,
                    b.node("ne", left, ir.integer(0)),
                    lambda: None,
                    partial(guarded, block[k + 1 :]),
                    statement.span,
                    dead="then",
                )
                return
            b.statement(statement)

    def inner(given: tuple[tuple[tree.Expr, tree.Block], ...], orelse: tree.Block, span: Span) -> None:
        condition = scalar_condition(b, given[0][0], "if")
        rest = (lambda: inner(given[1:], orelse, span)) if len(given) > 1 else (lambda: guarded(orelse))
        rest_leaves = surely_leaves(orelse) and all(surely_leaves(block) for _, block in given[1:])
        dead = "then" if surely_leaves(given[0][1]) else "else" if rest_leaves else ""
        two_arms(b, condition, lambda: guarded(given[0][1]), rest, span, dead)

    if (
        len(node.arms) == 1
        and not node.orelse
        and len(node.arms[0][1]) == 1
        and isinstance(node.arms[0][1][0], tree.Leave)
        and node.arms[0][1][0].condition is None
    ):
        word = node.arms[0][1][0].word
        leave(b, word, scalar_condition(b, node.arms[0][0], "if"), node.span)
        b.scope.names.pop(LEFT, None)
        return
    frame = next(f for f in reversed(b.loops))
    if frame is None:
        b.fail("syntax", "stop and skip stand inside a loop", node.span)
    b.loops.append(None)
    try:
        inner(node.arms, node.orelse, node.span)
    finally:
        b.loops.pop()
    left = bound(b.scope, LEFT).node
    for code, word in ((1, "stop"), (2, "skip")):
        leave(b, word, b.node("eq", left, ir.integer(code)), node.span)
    b.scope.names.pop(LEFT, None)
