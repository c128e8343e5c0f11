"""Control flow: loops with carried values, branches, exits."""

from __future__ import annotations

from gdc.compiler import imp
from gdc.compiler.bindings import carried, initial
from gdc.compiler.imp import Alloc, Branch, Break, Continue, Expr, Forever, Let, Loop, Statement
from gdc.compiler.ir import Node, Region, size_of
from gdc.compiler.layout import Flow
from gdc.compiler.lower.context import Context, convert
from gdc.compiler.lower.moves import moves
from gdc.compiler.types import INT, Type


def handed(c: Context, flow: Flow, value: Node, t: Type) -> Expr:
    """The expression of a value that is handed on, copied where `place` says so."""
    source = c.value(value)
    if flow in c.layout.copied:
        return Expr("copy", (source,), source.element, source.rank)
    return convert(source, t.element, "store") if not source.rank else source


def fresh(c: Context, value: Node, named_like: Node) -> Expr | None:
    """A fill gets memory of its own wherever memory is needed, under the name of what it becomes."""
    if value.op != "fill" or c.layout.named(value):
        return None
    name = c.new_name(named_like)
    first = convert(c.value(value.args[0]), value.type.element, "store")
    c.add(Alloc(name, value.type.element, c.sizes(value.type), first, c.origins(value) or c.origins(named_like)))
    return imp.var(name, value.type.element, value.type.rank)


# --- loops -------------------------------------------------------------------------------------


def loop(c: Context, value: Node) -> None:
    """Writes a loop."""
    body, params = value.regions[0], carried(value)
    origins = c.origins(value)
    counted = value.get("kind") == "count"
    bounds = _bounds(c, value) if counted else None
    for k, (param, first) in enumerate(zip(params, initial(value), strict=True)):
        _start(c, value, k, param, first)
    mode = "serial" if c.loop_depth else "rounds"
    index = body.params[0] if counted else None
    name = c.namer.open_loop(c.user_name(index) or ("" if _is_used(c, index) else "step")) if index is not None else ""
    if index is not None:
        c.env[index] = imp.var(name, INT)
    _prefer(c, value, body)
    c.loop_depth += 1
    with c.block() as statements:
        c.region(body)
        wanted = [
            (str(c.env[p].get("name")), handed(c, ("next", value, k), r, p.type), c.origins(r) or origins)
            for k, (p, r) in enumerate(zip(params, body.results, strict=True))
        ]
        for move in moves(wanted, c.namer.temporary):
            c.add(move)
    c.loop_depth -= 1
    if bounds is not None:
        c.namer.close_loop(name)
        c.add(Loop(name, *bounds, tuple(statements), mode, origins))
    else:
        c.add(Forever(tuple(statements), mode, origins))
    for k, param in enumerate(params):
        finish(c, value, k, c.env[param])


def _is_used(c: Context, param: Node) -> bool:
    return param in c.layout.users or param in c.layout.results


def finish(c: Context, owner: Node, k: int, variable: Expr) -> None:
    """Result k of a loop or branch is that variable from now on."""
    c.results[owner, k] = variable
    c.owners[str(variable.get("name"))] = owner
    for user in c.layout.users.get(owner, ()):
        if user.op == "project" and user.get("k") == k:
            c.env[user] = variable
            c.owners[str(variable.get("name"))] = user
            c.note_extents(variable, user.type)
            name = c.user_name(user)
            if name:
                c.holders[name] = user


def _bounds(c: Context, value: Node) -> tuple[Expr, Expr, Expr]:
    """start, stop, step. A count that is cut off at zero needs no cutting: the range is empty then."""
    start, count, step = value.args[:3]
    if count.op == "maximum" and count not in c.layout.bound:
        rest = [a for a in count.args if not (a.op == "const" and a.value == 0)]
        count = rest[0] if len(rest) == 1 else count
    first, by = c.value(start), c.value(step)
    return first, _stop(c, start, first, count, by), by


def _stop(c: Context, start: Node, first: Expr, count: Node, by: Expr) -> Expr:
    stride = imp.constant(by)
    if stride is not None and count not in c.layout.bound:
        if stride == 1 and count.op == "sub" and count.args[1] is start:
            return c.value(count.args[0])
        if count.op in ("size", "const"):
            return (
                c.size(size_of(start) + size_of(count) * stride)
                if _sizeable(c, start)
                else imp.add(first, imp.mul(c.value(count), by))
            )
    return imp.add(first, imp.mul(c.value(count), by))


def _sizeable(c: Context, start: Node) -> bool:
    return start.op in ("const", "size", "input") or c.known(start) is not None


def _start(c: Context, value: Node, k: int, param: Node, first: Node) -> None:
    """Binds a carried variable to its first value: its own variable goes on where nobody else needs it."""
    made = fresh(c, first, param)
    given = made or handed(c, ("init", value, k), first, param.type)
    if made is not None:
        c.env[param] = made
    elif given.op == "name" and _may_adopt(c, value, k, first):
        c.env[param] = imp.var(str(given.get("name")), param.type.element, param.type.rank)
    else:
        name = c.free_name(c.slots.get((value, k))) or c.new_name(param)
        c.add(Let(name, given, c.origins(value)))
        c.env[param] = imp.var(name, param.type.element, param.type.rank)
    c.owners[str(c.env[param].get("name"))] = param
    c.note_extents(c.env[param], param.type)
    if c.user_name(param):
        c.holders[c.user_name(param)] = param


def _may_adopt(c: Context, value: Node, k: int, first: Node) -> bool:
    if not _reusable(c, first):
        return False
    others = [x for j, x in enumerate(initial(value)) if j != k]
    return (
        first not in c.layout.body_reads[value.regions[0]]
        and not any(first in c.layout.reads(x) for x in others)
        and c.layout.dead_after(first, c.layout.home[value], value)
    )


def _reusable(c: Context, value: Node) -> bool:
    """Whether a variable may be set again by someone else, once nobody reads the value."""
    if value in c.atoms or not c.layout.named(value) or value.op in ("input", "const"):
        return False
    return value.op != "param" or _is_carried(c, value)


def _is_carried(c: Context, param: Node) -> bool:
    owner = c.layout.owner.get(c.layout.home[param])
    return owner is not None and owner.op == "loop" and param in carried(owner)


def _prefer(c: Context, value: Node, body: Region) -> None:
    """A next value that one `let` makes is made in the carried variable itself, if nobody reads the old one later."""
    for k, (param, result) in enumerate(zip(carried(value), body.results, strict=True)):
        if c.layout.home.get(result) is not body or body.results.count(result) != 1 or param in c.atoms:
            continue
        if result.op == "project":
            maker = result.args[0]
            if (
                c.layout.home[maker] is body
                and param not in c.layout.flat[maker]
                and c.layout.dead_after(param, body, maker)
            ):
                c.slots[maker, result.get("k")] = (str(c.env[param].get("name")), param)
        elif lets(c, result):
            if c.layout.dead_after(param, body, result) and ("next", value, k) not in c.layout.copied:
                c.preferred[result] = (str(c.env[param].get("name")), param)


def lets(c: Context, value: Node) -> bool:
    """Whether the value is bound by one `let` that reads before it sets."""
    if value not in c.layout.bound or value in c.atoms or value.is_effect:
        return False
    if value.op in (
        "loop",
        "branch",
        "table",
        "fold",
        "update",
        "select",
        "solve",
        "inv",
        "det",
        "cholesky",
        "undefined",
    ):
        return False
    return c.style == "calls" or (
        value.type.rank == 0 and value.op not in ("matmul", "einsum") and not c.is_reduction(value)
    )


def leave(c: Context, value: Node) -> None:
    """An exit: the carried values as of now, then break or continue."""
    owner = c.layout.owner[c.layout.home[value]]
    params, origins = carried(owner), c.origins(value)
    condition = c.value(value.args[0])
    with c.block() as body:
        wanted = [
            (str(c.env[p].get("name")), handed(c, ("exit", value, k), x, p.type), c.origins(x) or origins)
            for k, (p, x) in enumerate(zip(params, value.args[1:], strict=True))
        ]
        for move in moves(wanted, c.namer.temporary):
            c.add(move)
        c.add(Break(origins) if value.get("kind") == "stop" else Continue(origins))
    if condition.op == "const" and condition.get("value"):
        for statement in body:
            c.add(statement)
        return
    c.add(Branch(condition, tuple(body), (), origins))


# --- branches ----------------------------------------------------------------------------------


def branch(c: Context, value: Node) -> None:
    """Writes an if / else whose results are variables."""
    condition, origins = c.value(value.args[0]), c.origins(value)
    names = _result_names(c, value)
    written: list[tuple[Statement, ...]] = []
    for word, region in zip(("then", "else"), value.regions, strict=True):
        for k, result in enumerate(region.results):
            if lets(c, result) and c.layout.home[result] is region and region.results.count(result) == 1:
                if _free_in_arm(c, names[k], value, region, result):
                    c.preferred[result] = (names[k], c.adopted.get((value, k)))
        with c.block() as body:
            c.region(region)
            wanted = [
                (names[k], handed(c, (word, value, k), r, value.types[k]), c.origins(r) or origins)
                for k, r in enumerate(region.results)
            ]
            for move in moves(wanted, c.namer.temporary):
                c.add(move)
        written.append(tuple(body))
    c.add(Branch(condition, written[0], written[1], origins))
    for k, (t, name) in enumerate(zip(value.types, names, strict=False)):
        finish(c, value, k, imp.var(name, t.element, t.rank))


def _result_names(c: Context, value: Node) -> list[str]:
    """The variables of a branch's results: those of values that one side leaves as they are (or updates in place),
    where nobody else needs them."""
    names: dict[int, str] = {}
    for through_updates in (False, True):
        for k in range(len(value.regions[0].results)):
            old = _left_as_it_is(c, value, k, through_updates) if k not in names else None
            if old is not None and str(c.value(old).get("name")) not in names.values():
                names[k] = str(c.value(old).get("name"))
                c.adopted[value, k] = old
    return [names[k] if k in names else _new_result_name(c, value, k) for k in range(len(value.regions[0].results))]


def _left_as_it_is(c: Context, value: Node, k: int, through_updates: bool) -> Node | None:
    for word, region in reversed(list(zip(("then", "else"), value.regions, strict=True))):
        x = region.results[k]
        x = _origin(c, x, region) if through_updates else x
        if (
            not _reusable(c, x)
            or (word, value, k) in c.layout.copied
            or c.layout.home[x] is region
            or c.known(x) is None
        ):
            continue
        if x.type.element == value.types[k].element and c.layout.dead_after(x, c.layout.home[value], value):
            return x
    return None


def _new_result_name(c: Context, value: Node, k: int) -> str:
    wished = c.free_name(c.slots.get((value, k)))
    if wished:
        return wished
    projected = next((u for u in c.layout.users.get(value, ()) if u.op == "project" and u.get("k") == k), None)
    return c.new_name(projected) if projected is not None else c.namer.temporary()


def _origin(c: Context, value: Node, region: Region) -> Node:
    """The array from outside whose memory the side's result is, where updates in place led to it."""
    while value.op == "update" and value in c.layout.in_place and c.layout.home[value] is region:
        value = value.args[0]
    return value


def _free_in_arm(c: Context, name: str, value: Node, region: Region, result: Node) -> bool:
    """Whether a side may set the result's variable early."""
    k = region.results.index(result)
    old = c.adopted.get((value, k))
    return old is None or (
        c.layout.dead_after(old, region, result) and not any(old in c.layout.reads(r) for r in region.results)
    )
