"""What raising loops and vectorising share: walks that skip what no loop changes, conditionals, equal simpler nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gdc.compiler.dependence import Facts, never_meet, same_place
from gdc.compiler.ir import Node, Region, cast, const, nested, node, walk
from gdc.compiler.regions import has_effects
from gdc.compiler.types import Element


def ordered(starts: Iterable[Node], closed: set[Node]) -> list[Node]:
    """What the starts use, users last, without what is closed: it depends on no region."""
    return walk(starts, closed)


def is_closed(value: Node, closed: set[Node]) -> bool:
    """Whether a node, made of such nodes, depends on no region and no effect."""
    return value.op != "param" and not value.is_effect and not value.regions and all(n in closed for n in nested(value))


def expanded(region: Region, instead: dict[Node, list[Node]]) -> Region:
    """The region with other effects in the places of some."""
    if not any(e in instead for e in region.effects):
        return region
    return Region(region.params, (n for e in region.effects for n in instead.get(e, (e,))), region.results)


def tidy(value: Node, facts: Facts) -> Node:
    """The node itself, or an equal simpler one where raising leaves such: loads of what was just stored, + 0."""
    if value.op == "update" and value.get("combine") and "gather" not in value.get("subscripts"):
        old = make_index(value.args[0], value, value.deps)
        both = node(value.get("combine"), old, cast(value.args[1], old.type.element))
        value = node("update", value.args[0], both, *value.args[2:], deps=value.deps,
                     subscripts=value.get("subscripts"), combine="")
    if value.op == "update" and value.args[0].op == "update" and not value.get("combine") \
            and same_place(value, value.args[0]):
        return tidy(node("update", value.args[0].args[0], *value.args[1:], deps=(*value.args[0].deps, *value.deps),
                         subscripts=value.get("subscripts"), combine=""), facts)
    if value.op == "index":
        return _tidy_index(value, facts)
    if value.op == "add":
        left, right = value.args
        for one, other in ((left, right), (right, left)):
            if _is_zero(one) and other.type == value.type:
                return other
    return value


def _tidy_index(value: Node, facts: Facts) -> Node:
    source = value.args[0]
    while source.op == "update" and not source.get("combine") and "gather" not in source.get("subscripts"):
        if same_place(value, source):
            return source.args[1] if source.args[1].type == value.type else value
        if "new" in value.get("subscripts") or not never_meet(source, value, facts):
            break
        source = source.args[0]
        value = node("index", source, *value.args[1:], deps=value.deps, subscripts=value.get("subscripts"))
    if source.op == "fill" and not value.type.rank:
        return source.args[0]
    return value


def _is_zero(value: Node) -> bool:
    if value.op == "fill":
        value = value.args[0]
    return value.op == "const" and not value.type.rank and value.value == 0


def make_index(array: Node, like: Node, deps: Iterable[Node] = ()) -> Node:
    """The part of an array that an update writes."""
    return node("index", array, *like.args[2:], deps=deps, subscripts=like.get("subscripts"))


def monoid_identity(operation: str, element: Element) -> Node | None:
    """The value that changes nothing, where the element has one."""
    if operation in ("and", "or"):
        return const(operation == "and", element)
    if operation in ("add", "mul"):
        return const(0 if operation == "add" else 1, element)
    if element.kind == "real":
        return const(float("inf") if operation == "minimum" else float("-inf"), element)
    if element.kind == "int":
        return const(2**(element.bits - 1) - 1 if operation == "minimum" else -2**(element.bits - 1), element)
    return None


def forbidding(region: Region) -> Node | None:
    """An effect that keeps the loop of a region a loop: any but checks, and exits of loops inside."""
    stack = [(e, False) for e in region.effects]
    while stack:
        effect, inside_loop = stack.pop()
        if effect.is_effect and effect.op != "check" and not (effect.op == "exit" and inside_loop):
            return effect
        stack.extend((e, inside_loop or effect.op == "loop") for r in effect.regions for e in r.effects)
    return None


def effects_within(region: Region) -> Iterator[Node]:
    """The effects of a region, and those of the regions inside them."""
    stack = list(region.effects)
    while stack:
        effect = stack.pop()
        yield effect
        stack.extend(e for r in effect.regions for e in r.effects)


def loose_effects(starts: list[Node], known: set[Node], closed: set[Node]) -> list[Node]:
    """The new nodes, in order, whose regions hold effects and which stand in no other new region: no loop whose only
    effects are its own exits."""
    order = ordered(starts, closed)
    inside = {e for n in order for r in n.regions for e in r.effects}
    return [n for n in order if n not in known and n not in inside and n.regions and has_effects(n)]


Arms = tuple[Node, tuple[tuple[Node, ...], Node], tuple[tuple[Node, ...], Node]]


def conditional(value: Node) -> Arms | None:
    """(condition, (effects, value), (effects, value)) of a select or of one result of a branch."""
    if value.op == "select":
        owner, k = value, 0
    elif value.op == "project" and value.args[0].op == "branch":
        owner, k = value.args[0], value.get("k")
    else:
        return None
    then, orelse = owner.regions
    return owner.args[0], (then.effects, then.results[k]), (orelse.effects, orelse.results[k])
