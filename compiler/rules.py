"""The rewrite engine. A rule is data: name, law, the ops it looks at, the rewriting, a sample that it fires on.

    run(program, rules, …)   applies rules to every node, arguments first, until none applies
    measure(root)            what each rule lowers, so that rewriting ends: the weight of all nodes under a root

A rule gets a node and returns what stands for it, or None. It may look at the node's arguments, never at its users.
A rule that is not `exact` may change rounding or the sign of a zero, and rests under strict.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from gdc.compiler.dims import ONE
from gdc.compiler.ir import Node, Origins, Program, Region, make, rewrite, roots, walk
from gdc.compiler.ops import OPS
from gdc.compiler.record import Record, Step
from gdc.compiler.regions import has_effects
from gdc.dsl.source import Span

ROUNDS = 50
LEVELS = 4
LONGEST = 60
CALLED = re.compile(r"(\w+)\([^()]*(?:\([^()]*\)[^()]*)*\)$")
ASSIGNED = re.compile(r":=|←|[-+*/@^]=|^=$")
WEIGHTS = {"fold": 80, "pow": 40, "neg": 3, "const": 1, "size": 1, "input": 1, "param": 1}
WEIGHTS |= {row.name: 80 for row in OPS.values() if row.kind == "REDUCE"}
ENTRYWISE = frozenset(row.name for row in OPS.values() if row.kind in ("MAP", "REDUCE"))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rewriting. `law` is the equation it rests on; `sample` builds a node that it fires on."""

    name: str
    law: str
    ops: frozenset[str]
    rewrite: Callable[[Node], Node | None]
    sample: Callable[[], Node]
    exact: bool = True


def measure(root: Node) -> int:
    """The weight of all under a node. A minus weighs more on an array, and where its user could take it; so does
    a transpose inside an elementwise op or a reduction, while that of a single row or column weighs nothing."""
    total = 0
    for value in walk([root]):
        if value.op == "transpose" and ONE in value.type.shape:
            continue
        total += WEIGHTS.get(value.op, 6)
        if value.op == "neg":
            total += 2 * bool(value.type.rank)
        else:
            total += sum(a.op == "neg" and a.type.rank == value.type.rank for a in value.args)
        if value.op in ENTRYWISE:
            total += sum(a.op == "transpose" for a in value.args)
    return total


def run(program: Program, rules: Sequence[Rule], record: Record, pass_name: str) -> Program:
    """The program with the rules applied until none fires, each firing recorded once for each formula."""
    usable = [r for r in rules if record.allows(r.name) and (r.exact or not record.strict)]
    by_op: dict[str, list[Rule]] = {}
    for rule in usable:
        for op in rule.ops:
            by_op.setdefault(op, []).append(rule)
    told: set[tuple[str, str]] = set()

    def change(value: Node) -> Node:
        value = without_empty_effects(value)
        for _ in range(ROUNDS):
            fired, rule = first_of(value, by_op)
            if fired is None or rule is None:
                return value
            program.origins.replace(value, fired)
            tell(rule, value, fired)
            value = without_empty_effects(fired)
        return value

    def tell(rule: Rule, before: Node, after: Node) -> None:
        words = formula(before, program.origins), formula(after, program.origins, follow=False)
        if (rule.name, words[0]) not in told and is_said(before, program.origins):
            told.add((rule.name, words[0]))
            record.add(Step(pass_name, rule.name, *words, rule.law, program.origins.of(before)))

    def settle(region: Region) -> Region:
        for _ in range(ROUNDS):
            changed = rewritten(region, change, program.origins)
            if changed is region:
                break
            region = changed
        return region

    return through(program, settle)


def through(program: Program, change: Callable[[Region], Region]) -> Program:
    """The program with its region changed; the flags of outputs that may never be reached change with it."""
    flags = tuple(a for a in program.assigned if a is not None)
    whole = program.region
    count = len(whole.results)
    changed = change(Region(whole.params, whole.effects, whole.results + flags) if flags else whole)
    if not flags:
        return program if changed is whole else replace(program, region=changed)
    new = iter(changed.results[count:])
    return replace(
        program,
        region=Region(changed.params, changed.effects, changed.results[:count]),
        assigned=tuple(None if a is None else next(new) for a in program.assigned),
    )


def first_of(value: Node, by_op: dict[str, list[Rule]]) -> tuple[Node | None, Rule | None]:
    for rule in by_op.get(value.op, ()):
        fired = rule.rewrite(value)
        if fired is not None and fired is not value:
            return fired, rule
    return None, None


def rewritten(region: Region, change: Callable[[Node], Node], origins: Origins) -> Region:
    """`ir.rewrite`, and effect lists without what is no effect any more."""
    return pruned(rewrite(region, change, origins))


def pruned(region: Region) -> Region:
    kept = tuple(e for e in region.effects if has_effects(e))
    return region if kept == region.effects else Region(region.params, kept, region.results)


def without_empty_effects(value: Node) -> Node:
    """A node whose regions list as effects only what is one."""
    if not value.regions:
        return value
    regions = tuple(pruned(r) for r in value.regions)
    if regions == value.regions:
        return value
    return make(value.op, value.args, dict(value.attrs), value.types, regions, value.deps)


def users(values: Iterable[Node]) -> dict[Node, int]:
    """How many places use each node."""
    counts: dict[Node, int] = {}
    for value in values:
        used = (*value.args, *value.deps, *(n for r in value.regions for n in roots(r)))
        for n in used:
            counts[n] = counts.get(n, 0) + 1
    return counts


# --- words ---------------------------------------------------------------------------------------


CONDITION = re.compile(r"[<>=!≤≥≠¬∧∨]|\b(?:and|or|not|any|all|is\w+|true|false)\b|^\w+$")


def is_said(value: Node, origins: Origins) -> bool:
    """Whether a formula is one of the script's: the condition of a check has the place of what is checked."""
    spans = origins.of(value)
    return not spans or value.type.kind != "bool" or CONDITION.search(spans[0].text) is not None


def formula(value: Node, origins: Origins, follow: bool = True) -> str:
    """A node in the user's own words, or (unless `follow`) as a formula over the words of its parts."""
    spans = origins.of(value)
    return _quoted(value, origins) if follow and _is_whole(spans) else _phrase(value, origins, LEVELS, spans)


def _is_whole(spans: tuple[Span, ...]) -> bool:
    """Whether a node is what its first place says: not a part of a function called there, or of a statement."""
    text = spans[0].text if spans else "="
    called = CALLED.match(text)
    return not ASSIGNED.search(text) and (called is None or called[1] in OPS)


def _quoted(value: Node, origins: Origins) -> str:
    text = " ".join(origins.of(value)[0].text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _phrase(value: Node, origins: Origins, levels: int, above: tuple[Span, ...]) -> str:
    """The node's op over its parts, no deeper than `levels`. A part from elsewhere in the script is quoted or named."""
    parts = [_part(a, origins, levels - 1, above) for a in value.args]
    return _leaf(value) or _written(value, parts)


def _part(value: Node, origins: Origins, levels: int, above: tuple[Span, ...]) -> str:
    spans, name = origins.of(value), origins.names.get(value)
    if name or _leaf(value):
        return name or _leaf(value)
    if spans[:1] != above[:1] and _is_whole(spans):
        return _quoted(value, origins)
    return _phrase(value, origins, levels, above) if levels > 0 else "…"


def _leaf(value: Node) -> str:
    """What a constant, a size or an input is called."""
    if value.op == "const" and not value.type.rank:
        return f"{value.value:g}" if isinstance(value.value, float) else str(value.value).lower()
    if value.op == "size":
        text = str(value.get("size"))
        return "…" if "%" in text else text     # one that has no name
    if value.op == "project" and value.args[0].get("rare"):
        return str(value.args[0].regions[1].results[0].get("name"))
    return value.name if value.op in ("input", "param", "variable") else ""


def _written(value: Node, parts: list[str]) -> str:
    row = OPS.get(value.op)
    if value.op == "matmul":
        return f"{_bracketed(parts[0])}@{_bracketed(parts[1])}"
    if value.op == "transpose":
        return f"{_bracketed(parts[0])}.T"
    if row is not None and row.symbol and row.arity == 2:
        loose = value.op in ("add", "sub")
        sides = (
            parts
            if loose and value.op == "add"
            else [parts[0] if loose else _bracketed(parts[0]), _bracketed(parts[1])]
        )
        return f" {row.symbol} ".join(sides) if loose else row.symbol.join(sides)
    if row is not None and row.symbol and row.arity == 1:
        return f"{row.symbol}{_bracketed(parts[0])}"
    if value.op == "cast":
        return parts[0]
    if value.op in ("index", "gather"):
        return f"{_bracketed(parts[0])}[…]"
    if value.op in ("broadcast", "fill", "reshape", "project"):
        return parts[0]
    return f"{value.op}({', '.join(parts)})"


def _bracketed(text: str) -> str:
    depth = 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if depth == 0 and character in " +-*/@^<>=":
            return f"({text})"
    return text
