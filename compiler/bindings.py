"""Which values get a name: what is costly and used twice, or must lie in memory; the rest is part of a formula."""

from __future__ import annotations

from gdc.compiler.dims import ONE
from gdc.compiler.ir import Node, Region
from gdc.compiler.layout import Layout
from gdc.compiler.ops import OPS

ALWAYS = frozenset({"loop", "branch", "table", "fold", "update", "solve", "inv", "det", "cholesky"})
NEVER = frozenset({"input", "param", "project", "size"})
HEAVY = frozenset({"matmul", "einsum", "concat", "stack"})
TRIANGLES = ("lower", "upper")  # what a solve may read of a matrix, transposed or not
TWO_PASSES = frozenset({"var", "std", "logsumexp"})
MAX_OPERATORS = 200
CHEAP_PLACES = frozenset({"add", "sub", "mul"})
ONCE = frozenset(
    {
        "loop",
        "table",
        "fold",
        "branch",
        "check",
        "assert",
        "print",
        "record",
        "exit",
        "iota",
        "reshape",
        "broadcast",
        "size",
        "select",
    }
)


def is_library(value: Node) -> bool:
    return value.op in OPS and OPS[value.op].kind == "LIBRARY"


def is_view(value: Node, style: str) -> bool:
    """Whether the array is another one's memory, seen differently."""
    if value.op in OPS and OPS[value.op].kind == "VIEW":
        return value.type.rank > 0 or style == "calls"
    return style == "calls" and value.op in ("real", "imag") and value.type.rank > 0


def is_turn(value: Node) -> bool:
    """Whether a vector of places is counted off round an axis, from some place on: `(0..n + 1) % n`."""
    if value.op != "mod" or value.type.rank != 1 or value.type.kind != "int" or value.args[1].type.rank:
        return False
    place = value.args[0]
    if place.op in ("add", "sub") and place.args[1].op == "const" and not place.args[1].type.rank:
        place = place.args[0]
    return place.op == "iota"


def bind(layout: Layout, style: str) -> None:
    """Fills `layout.bound`, users before what they use, then splits what has grown too long."""
    layout.bound = set()
    forced = _forced(layout, style)
    sizes = _size_atoms(layout)
    told = _told(layout) - sizes if style == "calls" else set()
    for value in reversed(layout.walked):
        if value not in told and _is_bound(layout, value, style, forced, sizes):
            layout.bound.add(value)
    _split(layout)


def _told(layout: Layout) -> set[Node]:
    """What only the messages of checks read: it is part of them, as it may have no value while they hold."""
    told: set[Node] = set()
    for value in reversed(layout.walked):
        users = layout.users.get(value)
        if users and value.op in OPS and value.op not in ALWAYS and not layout.results.get(value):
            if all(user in told or (user.op == "check" and user.args[0] is not value) for user in users):
                told.add(value)
    return told


def _forced(layout: Layout, style: str) -> set[Node]:
    """Arrays that must lie in memory of their own, under a name."""
    forced: set[Node] = set()
    for value in layout.walked:
        if value.op == "update":
            forced.add(value.args[0])
            if style == "nests" and value.args[0] in _inlined_reach(value.args[1:]):
                forced.update(a for a in value.args[1:] if a.type.rank)
        if value.op in ("loop", "branch", "exit", "select"):
            flows = [*value.args, *(r for region in value.regions for r in region.results)]
            forced.update(a for a in flows if style == "nests" or is_view(a, style))
        if style == "calls":
            continue
        if value.op in ("print", "record", "solve", "inv", "det", "cholesky") or is_library(value):
            triangle = value.get("reads") in TRIANGLES and value.args[0].op == "transpose"
            forced.update(_base(a) if triangle and a is value.args[0] else a for a in value.args if a.type.rank)
        if value.op in ("matmul", "einsum") or value.op in TWO_PASSES:
            forced.update(_base(a) for a in value.args)
        if value.op == "gather":
            forced.add(_base(value.args[0]))
    forced.update(r for r in layout.root.results if r.type.rank)
    # a fill is made anew where memory is needed: equal ones are one node
    return {f for f in forced if f.type.rank and f.op != "fill"}


def _inlined_reach(values: tuple[Node, ...]) -> set[Node]:
    """What array formulas may read without naming it."""
    seen: set[Node] = set()
    stack = list(values)
    while stack:
        top = stack.pop()
        if top in seen:
            continue
        seen.add(top)
        if top.op in OPS and OPS[top.op].kind in ("MAP", "VIEW", "GATHER") or top.op == "cast":
            stack.extend(top.args)
    return seen


def _base(value: Node) -> Node:
    """The array that a view shows; fills and ranges need no memory."""
    base = value
    while base.op in OPS and OPS[base.op].kind == "VIEW":
        base = base.args[0]
    return value if base.op in ("fill", "iota") else base


def _size_atoms(layout: Layout) -> set[Node]:
    """Values that sizes are formulas of: they are always there by name."""
    atoms: set[Node] = set()
    for value in layout.walked:
        for t in value.types:
            for size in t.shape:
                atoms.update(a for a in size.atoms() if isinstance(a, Node))
        if value.op == "size":
            atoms.update(value.args)
    return atoms


def _is_bound(layout: Layout, value: Node, style: str, forced: set[Node], sizes: set[Node]) -> bool:
    if value.is_effect or value.op in ALWAYS:
        return True
    if value.op in NEVER:
        return False
    if value.op in ("const", "undefined"):
        return value.type.rank > 0
    if value in forced:
        return True
    if value.op in ("fill", "iota"):
        return False
    if is_view(value, style) and (value.type.rank or style == "nests"):
        return False
    if style == "nests" and is_turn(value):
        return False
    if style == "nests" and (value.op in HEAVY or value.op in OPS and OPS[value.op].kind in ("REDUCE", "LIBRARY")):
        return True
    if value.op == "select" and value.type.rank:
        return True
    if value in sizes and value.type.rank == 0:
        return True
    if value.op == "index" and value.type.rank == 0 and _only_told(layout, value):
        return False
    if value in layout.program.origins.names and value.type.rank == 0 and not layout.results.get(value):
        return True
    return not _fits(layout, value, style)


def _only_told(layout: Layout, value: Node) -> bool:
    """Whether only the messages of checks show the value: it need not exist where all is well."""
    users = layout.users.get(value, ())
    return bool(users) and not layout.results.get(value) and all(
        user.op == "check" and value is not user.args[0] for user in users
    )


def _fits(layout: Layout, value: Node, style: str) -> bool:
    """Whether the value can be part of its only user's formula."""
    uses = _final_uses(layout, value, style)
    if len(uses) != 1:
        return False
    user, direct = uses[0]
    if isinstance(user, Region):
        return layout.home[value] is user
    at = user.regions[0] if user.op == "fold" and layout.home[value] is user.regions[0] else layout.home[user]
    if at is not layout.home[value]:
        return False
    if style == "calls":
        return True
    if value.type.rank == 0:
        return _scalar_fits(value, user)
    if user.type.rank and not user.is_effect and value.op in OPS and OPS[value.op].kind in ("MAP", "GATHER"):
        return direct and not _stretched(value, user)
    return True


def _scalar_fits(value: Node, user: Node) -> bool:
    """A scalar inside a nest would be computed again for each entry."""
    if user.op in ONCE or user.is_effect:
        return True
    if user.op in ("index", "gather", "update") and value is not user.args[0]:
        at_only = all(s == "at" for s in user.get("subscripts"))
        return at_only or (
            value.op in CHEAP_PLACES
            and value.type.kind == "int"
            and value in user.args[1:]
            and not (user.op == "update" and value is user.args[1])
        )
    return user.type.rank == 0 or user.op == "stack"


def _stretched(value: Node, user: Node) -> bool:
    """Whether the user reads an entry more than once."""
    if user.op == "matmul" or user.op not in OPS or OPS[user.op].kind != "MAP":
        return user.op == "broadcast"
    shape = (ONE,) * (user.type.rank - value.type.rank) + value.type.shape
    return any(a == ONE and b != ONE for a, b in zip(shape, user.type.shape, strict=True))


def _final_uses(layout: Layout, value: Node, style: str) -> list[tuple[Node | Region, bool]]:
    """Who evaluates the value, seen through views; (user, whether directly). Stops at two."""
    found: list[tuple[Node | Region, bool]] = []
    stack: list[tuple[Node, bool]] = [(value, True)]
    while stack and len(found) < 2:
        top, direct = stack.pop()
        found.extend((r, direct) for r in layout.results.get(top, ()))
        for user in layout.users.get(top, ()):
            if user not in layout.bound and is_view(user, style) and user.args[0] is top:
                if user.op == "broadcast" or (user.op == "index" and "new" in user.get("subscripts")):
                    found.append((user, direct))  # what is repeated is worth a name
                    found.append((user, direct))
                stack.append((user, False))
            else:
                found.append((user, direct))
    return found


def _split(layout: Layout) -> None:
    """Names inside formulas that have grown past what a reader (or Python's own parser) takes."""
    sizes: dict[Node, int] = {}
    for value in layout.walked:
        total = 1 + sum(sizes.get(a, 0) for a in value.args if a not in layout.bound)
        if total > MAX_OPERATORS and value not in layout.bound and value.op not in NEVER:
            layout.bound.add(value)
        sizes[value] = total if value not in layout.bound else 0


def find_overwrites(layout: Layout) -> None:
    """Fills `layout.overwrites`: `w := w - a*g` may be stored in w itself, as an entry reads only the old one there."""
    for region, loop in layout.owner.items():
        if loop.op != "loop":
            continue
        for param, result in zip(carried(loop), region.results, strict=True):
            if (
                param.type.rank
                and result in layout.bound
                and layout.home[result] is region
                and result.type == param.type
                and result.op in OPS
                and OPS[result.op].kind == "MAP"
                and region.results.count(result) == 1
                and _reads_in_place(layout, result, param)
                and not _would_part(layout, result, param)
            ):
                layout.overwrites[result] = param


def _reads_in_place(layout: Layout, result: Node, param: Node) -> bool:
    """Whether the formula reads the parameter, and only its entry at the result's own index."""
    stack, reads = list(result.args), False
    while stack:
        top = stack.pop()
        if top is param:
            reads = True
        elif not layout.named(top) and param in layout.flat.get(top, ()):
            if not (top.op in OPS and OPS[top.op].kind == "MAP" and top.type.shape == result.type.shape):
                return False
            stack.extend(top.args)
    return reads


def _would_part(layout: Layout, result: Node, param: Node) -> bool:
    """Whether the formula alone reads an array whose entries read the parameter elsewhere than at their own index.

    Stored into the parameter's memory it would have to wait until the whole of that array is made; else both are one
    nest, and its entries never go to memory.
    """
    for value in layout.flat.get(result, ()):
        if value.op in OPS and OPS[value.op].kind == "MAP" and value.type.shape == result.type.shape:
            readers = {result if result in _ends(layout, user) else user for user in layout.users.get(value, ())}
            if readers == {result} and value not in layout.results and layout.home[value] is layout.home[result]:
                if param in layout.flat.get(value, ()) and not _reads_in_place(layout, value, param):
                    return True
    return False


def _ends(layout: Layout, value: Node) -> set[Node]:
    """The named values whose formulas a value is part of, itself where it has a name."""
    found: set[Node] = set()
    stack = [value]
    while stack:
        top = stack.pop()
        if layout.named(top) or top in layout.results:
            found.add(top)
        else:
            stack.extend(layout.users.get(top, ()))
    return found


def find_wanted(layout: Layout) -> None:
    """Fills `layout.wanted`: which carried values own their memory, because somebody updates them in place."""
    params = {
        p: (loop, k) for region, loop in layout.owner.items() if loop.op == "loop" for k, p in enumerate(carried(loop))
    }
    exits: dict[Node, list[Node]] = {}
    for value in layout.walked:
        if value.op == "exit":
            exits.setdefault(layout.owner[layout.home[value]], []).append(value)
    stack = [u.args[0] for u in layout.walked if u.op == "update"] + list(layout.overwrites.values())
    while stack:
        value = stack.pop()
        slot = (
            params.get(value)
            if value.op == "param"
            else (value.args[0], value.get("k"))
            if value.op == "project"
            else None
        )
        if slot is None or slot in layout.wanted:
            continue
        layout.wanted.add(slot)
        node, k = slot
        if node.op == "branch":
            stack.extend(r.results[k] for r in node.regions)
            continue
        stack += [initial(node)[k], node.regions[0].results[k], *(e.args[1 + k] for e in exits.get(node, ()))]


def carried(loop: Node) -> tuple[Node, ...]:
    """The parameters of the carried values."""
    return loop.regions[0].params[1 if loop.get("kind") == "count" else 0 :]


def initial(loop: Node) -> tuple[Node, ...]:
    """The values that are carried into the first round."""
    return loop.args[3 if loop.get("kind") == "count" else 0 :]
