"""What an array IR program must be, looked at after every pass. What is wrong is the pass', and the error names it.

types      each op-table node has the type that its row's rule gives for its arguments
scope      a parameter is used only inside the one region that owns it
effects    each stands once, in one region's list; whatever holds effects stands in a list too
deps       are checks
stage      no grad and no variable once `grad` has run
"""

from __future__ import annotations

from collections.abc import Iterator

from gdc.compiler.dims import surely_differ
from gdc.compiler.ir import Node, Program, Region, infer, nested, roots, walk
from gdc.compiler.ops import OPS
from gdc.compiler.regions import has_effects
from gdc.compiler.shape_rules import Conflict
from gdc.compiler.types import Type
from gdc.dsl.errors import Error

CONTROL = frozenset(
    {
        "param",
        "project",
        "loop",
        "branch",
        "select",
        "table",
        "fold",
        "variable",
        "grad",
        "cast",
        "undefined",
        "check",
        "assert",
        "print",
        "record",
        "exit",
    }
)
BEFORE_GRAD = frozenset({"grad", "variable"})
PLAIN = frozenset({"const", "input", "size"})


def verify(program: Program, pass_name: str, after_grad: bool = True, known: set[Node] | None = None) -> None:
    """Raises an internal error that names the pass, if its program breaks a rule.

    `known` are nodes that an earlier call found sound by themselves: nodes never change. It learns those of this one.
    """
    for fault in faults(program, after_grad, known):
        raise Error("internal", f"the pass {pass_name} left a program that is not well formed: {fault}")


def faults(program: Program, after_grad: bool = True, known: set[Node] | None = None) -> Iterator[str]:
    """What is wrong with a program, one line each."""
    flags = tuple(a for a in program.assigned if a is not None)
    whole = Region((), program.region.effects, program.region.results + flags)
    everything = walk(roots(whole))
    for value in everything:
        if known is None or value not in known:
            yield from node_faults(value, after_grad)
    if known is not None:
        known.update(everything)
    if len(program.outputs) != len(program.region.results):
        yield f"{len(program.outputs)} outputs, but {len(program.region.results)} results"
    yield from scope_faults(whole, everything)
    yield from effect_faults(whole, everything)


def node_faults(value: Node, after_grad: bool) -> Iterator[str]:
    if value.op not in OPS and value.op not in CONTROL:
        yield f"{value}: there is no op {value.op}"
        return
    if after_grad and value.op in BEFORE_GRAD:
        yield f"{value}: it stands only before the pass grad"
    for dep in value.deps:
        if dep.op != "check":
            yield f"{value}: waits for {dep}, which is no check"
    if any(a.is_effect for a in value.args):
        yield f"{value}: uses an effect as a value"
    yield from type_faults(value)
    yield from region_faults(value)


def type_faults(value: Node) -> Iterator[str]:
    if value.op in OPS and value.op not in PLAIN:
        try:
            expected = infer(value.op, value.args, dict(value.attrs))
        except (Conflict, IndexError, KeyError, ValueError) as problem:
            yield f"{value}: {problem}"
            return
        if not fits(value.type, expected):
            yield f"{value} is {value.type}, and its arguments make {expected}"
    elif value.op == "project" and not fits(value.type, value.args[0].types[value.get("k")]):
        yield f"{value} is {value.type}, and its loop or branch has {value.args[0].types[value.get('k')]}"


def fits(have: Type, expected: Type) -> bool:
    """One element, one rank, and no two sizes that surely differ."""
    return (
        have.element == expected.element
        and have.rank == expected.rank
        and not any(surely_differ(a, b) for a, b in zip(have.shape, expected.shape, strict=True))
    )


def region_faults(value: Node) -> Iterator[str]:
    for region in value.regions:
        wanted = value.types
        if value.op in ("table", "fold"):
            if len(region.results) != 1 or 3 * len(region.params) != len(value.args):
                yield f"{value}: {len(region.params)} indices, {len(value.args)} bounds, {len(region.results)} results"
            continue
        if not region.results and len(wanted) <= 1:  # a loop for its effects alone
            continue
        if len(region.results) != len(wanted):
            yield f"{value}: {len(wanted)} types, but {len(region.results)} results"
            continue
        for result, t in zip(region.results, wanted, strict=True):
            if result.type.element != t.element or result.type.rank != t.rank:
                yield f"{value}: {result} is {result.type} where {t} is wanted"


def scope_faults(whole: Region, everything: list[Node]) -> Iterator[str]:
    """Each parameter has one owner, and nothing outside the owner needs it."""
    owner: dict[Node, Node] = {}
    for value in everything:
        for region in value.regions:
            for p in region.params:
                if p in owner and owner[p] is not value:
                    yield f"{p} belongs to {owner[p]} and to {value}"
                owner[p] = value
    needs: dict[Node, frozenset[Node]] = {}
    for value in everything:
        need = (
            frozenset((value,))
            if value.op == "param"
            else frozenset().union(*(needs[n] for n in nested(value) if n in needs))
        )
        for region in value.regions:
            need = need.difference(region.params)
        if need:
            needs[value] = need
    for root in roots(whole):
        for p in needs.get(root, ()):
            yield f"{root} uses {p} outside the region that it belongs to"


def effect_faults(whole: Region, everything: list[Node]) -> Iterator[str]:
    listed: set[Node] = set()
    for region in (whole, *(r for value in everything for r in value.regions)):
        for effect in region.effects:
            if not effect.is_effect and not any(r.effects for r in effect.regions):
                yield f"{effect} stands among effects and is none"
            if effect in listed:
                yield f"{effect} stands in two lists of effects"
            listed.add(effect)
    for value in everything:
        if has_effects(value) and value not in listed:
            yield f"{value} has effects and stands in no list of them"
