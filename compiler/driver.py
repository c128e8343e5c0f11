"""Text and options to a plan. No data, no execution.

check(source, options)                          -> Plan of target "": what is known before the values are
compile_plan(source, target, types, options, sizes)    -> Plan with text
compile_stages(…)                                      -> every stage on the way, for `explain`

`sizes`, by name, answer what decisions of passes depend on (plan.conditions); without them each takes its default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING

from gdc.compiler import ir
from gdc.compiler.assume import assumed_types
from gdc.compiler.build import build, free_names, is_bare
from gdc.compiler.build.core import escaped, excerpt
from gdc.compiler.defaults import default_text
from gdc.compiler.dims import Dim, FloorDiv, dim
from gdc.compiler.plan import Condition, Demand, Formula, Input, Output, Plan, Site
from gdc.compiler.record import Record
from gdc.compiler.run_cost import by_name, has_open_loop, input_passes, run_costs
from gdc.compiler.types import Type, element_named, precision
from gdc.dsl import tree
from gdc.dsl.errors import Error
from gdc.dsl.parse import parse
from gdc.dsl.source import Source, Span
from gdc.dsl.uses import libraries

# What prints and transforms is imported where a target is compiled for: `gdc check` does without.
if TYPE_CHECKING:
    from gdc.compiler import imp
    from gdc.compiler.emit import Text

Given = Mapping[str, tuple[str, tuple[int | None, ...]]]
"""Of each undeclared input its element's name, and for each axis 1 where its size is 1, else None."""


@dataclass(frozen=True, slots=True)
class Options:
    """What changes the program beside its text: `strict` keeps the grouping as written, `without` names rules to leave
    out, `precision` says how wide a `real` is."""

    strict: bool = False
    without: frozenset[str] = frozenset()
    precision: str = "f64"
    libraries: tuple[tuple[str, str], ...] = ()
    """Path and text of each file that the script uses."""
    sampled: tuple[int, int, bool, int] | None = None
    """In which directions derivatives are held against difference quotients: see build/grad_samples.py."""


@dataclass(slots=True)
class Compilation:
    """Every stage of one compilation."""

    source: Source
    target: str
    script: tree.Script
    built: ir.Program
    record: Record
    passed: list[tuple[str, ir.Program]] = field(default_factory=list)
    final: ir.Program | None = None
    imperative: imp.Program | None = None
    text: Text | None = None
    plan: Plan | None = None


def check(source: Source, types: Given | None = None, options: Options | None = None) -> Plan:
    """What is known of a script before its values are. Raises gdc.Error with all errors that can be found so early."""
    script = parse(source)
    used = libraries(source, dict((options or Options()).libraries))
    unknown = undeclared(script)
    with precision((options or Options()).precision):
        if not set(unknown) <= set(types or {}):
            return unbound_plan(source, script, unknown, types or {}, used)
        return plan_of(build(script, source, given_types(types or {}), used), source, "", frozenset(unknown), used)


def undeclared(script: tree.Script) -> list[str]:
    """The inputs whose types come from the values of each call."""
    if is_bare(script):
        return free_names(script)
    return [s.name for s in script.statements if isinstance(s, tree.Input) and s.type is None]


def compile_plan(
    source: Source,
    target: str,
    types: Given | None = None,
    options: Options | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Plan:
    """The plan of a script for a target. Raises gdc.Error."""
    plan = compile_stages(source, target, types, options, sizes=sizes).plan
    assert plan is not None
    return plan


def compile_stages(
    source: Source,
    target: str,
    types: Given | None = None,
    options: Options | None = None,
    last: str = "",
    sizes: Mapping[str, int] | None = None,
) -> Compilation:
    """All stages of a compilation; `last` = "ir" or "passes" or "imp" ends it there."""
    from gdc.compiler.pipeline import TARGETS

    options = options or Options()
    if target not in TARGETS:
        raise Error("backend", f"there is no target {target}", hint=f"targets: {', '.join(TARGETS)}")
    with precision(options.precision):
        return _compile(source, target, types or {}, options, last, sizes or {})


def _compile(
    source: Source, target: str, types: Given, options: Options, last: str, sizes: Mapping[str, int]
) -> Compilation:
    from gdc.compiler.pipeline import lowered, run_passes

    script = parse(source)
    unknown = undeclared(script)
    used = libraries(source, dict(options.libraries))
    program = build(script, source, given_types(types), used, options.sampled)
    record = Record(without=options.without, strict=options.strict, sizes=sizes)
    done = Compilation(source, target, script, program, record)
    if last == "ir":
        return done
    done.final = run_passes(program, target, record, lambda name, after: done.passed.append((name, snapshot(after))))
    if last == "passes":
        return done
    done.imperative = lowered(done.final, target, record)
    if last == "imp":
        return done
    done.text = import_module(f"gdc.compiler.targets.{target}").emit(done.imperative, source)
    done.plan = replace(
        with_memory(plan_of(done.final, source, target, frozenset(unknown), used), done.imperative, source),
        text=done.text.text,
        lines=done.text.lines,
        costs=costs(done.final),
        notes=tuple(dict.fromkeys(f"{step.pass_name}: {step.reason}" for step in record.steps)),
        conditions=tuple(
            Condition(formula(c.left), formula(c.right), c.answer, c.default, c.yes, c.no) for c in record.conditions
        ),
        passes=tuple((name, formula(count)) for name, count in input_passes(done.final).items()),
    )
    return done


def snapshot(program: ir.Program) -> ir.Program:
    """The program as it is now: passes may change the object, but never its nodes."""
    return replace(program)


def given_types(types: Given) -> dict[str, Type]:
    return {
        name: Type(element_named(element), tuple(dim(1) if size == 1 else dim("_") for size in sizes))
        for name, (element, sizes) in types.items()
    }


def assume(source: Source) -> tuple[dict[str, tuple[str, tuple[int | None, ...]]], str]:
    """Types for a program without contracts and without values, and the assumption in words ("" if none is needed)."""
    script = parse(source)
    names = undeclared(script)
    types = assumed_types(script, names)
    if not names:
        return types, ""
    words = {0: "a real scalar", 1: "a real vector", 2: "a real matrix"}
    said = ", ".join(f"{name} is {words[len(shape)]}" for name, (_, shape) in types.items())
    return types, f"assumed, since nothing says more: {said}"


# --- plans -------------------------------------------------------------------------------------


def unbound_plan(
    source: Source, script: tree.Script, unknown: list[str], given: Given, used: Mapping[str, Source]
) -> Plan:
    """The plan of a script with undeclared inputs, before their values are known."""
    places = {s.name: s.name_span for s in script.statements if isinstance(s, tree.Input)}
    contracts = {s.name: s for s in script.statements if isinstance(s, (tree.Input, tree.Param))}
    names = list(contracts) or unknown
    # building with assumed types finds what no type can mend: unknown functions, names, contracts
    types = {**assumed_types(script, unknown), **given}
    unknown = [n for n in unknown if n not in given]
    try:
        program = build(script, source, given_types(types), used)
        known = plan_of(program, source, "", frozenset(unknown), used)
    except Error as error:
        fatal = [e for e in (error, *error.others) if e.kind in ("syntax", "name", "limit")]
        if fatal:
            raise Error(fatal[0].kind, fatal[0].message, fatal[0].span, fatal[0].hint, tuple(fatal[1:])) from None
        known = None
    if known is not None:
        return replace(
            known,
            demands=(),
            memory=(),
            dimensions=(),
            signature=_open_signature(known),
            inputs=tuple(replace(i, element="", dims=()) if i.name in unknown else i for i in known.inputs),
        )
    sites = [Site("name", "", None, *_place(places.get(n) or _first(n, script))) for n in names]
    inputs = tuple(_raw_input(n, k, contracts.get(n)) for k, n in enumerate(names))
    return Plan(
        "",
        source.text,
        source.name,
        "",
        inputs,
        (),
        (),
        (),
        (),
        tuple(sites),
        (),
        signature="\n".join(f"input {n}" for n in names),
    )


def _open_signature(plan: Plan) -> str:
    """A signature that says nothing of outputs, whose types the values decide."""
    lines = [line for line in plan.signature.split("\n") if line.split(" ", 1)[0] in ("input", "param")]
    return "\n".join([*lines, *(f"output {o.name}" for o in plan.outputs), *(f"trace {o.name}" for o in plan.traces)])


def _raw_input(name: str, site: int, statement: tree.Input | tree.Param | None) -> Input:
    """An input of which only the tree is known."""
    is_param = isinstance(statement, tree.Param)
    origin = statement.source if isinstance(statement, tree.Input) else None
    return Input(
        name,
        "",
        (),
        False,
        is_param,
        isinstance(statement, tree.Input) and statement.finite,
        origin.path if origin else None,
        origin.members if origin else (),
        "0" if is_param else None,
        site,
    )


def _first(name: str, script: tree.Script) -> Span:
    from gdc.compiler.build.declare import first_place

    return first_place(name, script)


def _place(span: Span) -> tuple[int, int]:
    return span.start, span.end


def plan_of(
    program: ir.Program, source: Source, target: str, unknown: frozenset[str], used: Mapping[str, Source]
) -> Plan:
    """A program's interface as plain data, without text. `unknown` names the inputs that have no contract."""
    texts = {s.name: s.text for s in used.values()}
    sites = [_site(s.kind, s.message, s.hint, s.span, source, texts) for s in program.sites]
    inputs = []
    for d in program.signature:
        sites.append(_site("data", "", None, d.span, source, texts))
        default, reads = default_text(d, program)
        inputs.append(
            Input(
                d.name,
                str(d.type.element),
                tuple(formula(size) for size in d.type.shape),
                d.name not in unknown,
                d.is_param,
                d.finite,
                d.path,
                d.members,
                default,
                len(sites) - 1,
                reads,
                d.hint,
            )
        )
    return Plan(
        target,
        source.text,
        source.name,
        "",
        tuple(inputs),
        tuple((name, k, axis, formula(value)) for name, (k, axis, value) in program.dimensions.items()),
        tuple(Demand(formula(d.left), formula(d.right), d.site) for d in program.demands),
        tuple(
            Output(name, str(value.type.element), value.type.rank)
            for name, value in zip(program.outputs, program.region.results, strict=True)
        ),
        tuple(Output(name, str(t.element), t.rank) for name, t in program.traces.items()),
        tuple(sites),
        (),
        memory=tuple((formula(size), site) for size, site in program.memory),
        signature=signature(program, unknown),
        libraries=tuple(texts.items()),
    )


def with_memory(plan: Plan, lowered: imp.Program, source: Source) -> Plan:
    """The plan with the arrays that its text makes: those that the script makes by name and no pass did away with, and
    what formulas make."""
    from gdc.compiler.memory import arrays

    made = [(formula(array.size), span.start) for array in lowered.made for span in array.origins]
    sites = list(plan.sites)
    memory = [(size, number) for size, number in plan.memory if (size, sites[number].start) in made]
    known = [(size, plan.sites[number].start) for size, number in memory]
    for size, span in arrays(lowered):
        entry = formula(size)
        if (entry, span.start) not in known and span.source.text == source.text:
            words = escaped(excerpt(span))
            memory.append((entry, len(sites)))
            sites.append(_site("limit", f"{words} needs {{0}} of memory, and {{1}}", None, span, source, {}))
    return replace(plan, sites=tuple(sites), memory=tuple(memory))


def _site(
    kind: str, message: str, hint: str | None, span: Span | None, source: Source, texts: Mapping[str, str]
) -> Site:
    """A site, in the script or in a file that it uses; a place in the prelude is none of the user's."""
    if span is not None and span.source.text == source.text:
        return Site(kind, message, hint, span.start, span.end)
    if span is not None and texts.get(span.source.name) == span.source.text:
        return Site(kind, message, hint, span.start, span.end, span.source.name)
    return Site(kind, message, hint, -1, -1)


def signature(program: ir.Program, unknown: Iterable[str]) -> str:
    """What a program takes and gives, a line each."""
    lines = []
    for d in program.signature:
        line = f"{'param' if d.is_param else 'input'} {d.name}"
        line += "" if d.name in unknown else f": {d.type}"
        line += " finite" if d.finite else ""
        if d.path is not None:
            columns = ", ".join(f'"{m}"' for m in d.members)
            line += f' from "{d.path}"' + (f"[{columns}]" if columns else "")
        if d.is_param and d.default is not None:
            line += f" = {_default_words(d)}"
        lines.append(line)
    flags = program.assigned or (None,) * len(program.outputs)
    for name, value, flag in zip(program.outputs, program.region.results, flags, strict=True):
        lines.append(f"output {name}: {_readable(value.type)}{'' if flag is None else ' (where it is reached)'}")
    lines += [
        f"trace {name}: {t.element}[{', '.join(['rounds', *(_size_words(d) for d in t.shape)])}]"
        for name, t in program.traces.items()
    ]
    return "\n".join(lines)


def _default_words(declared: ir.Declared) -> str:
    """A param's default as the script writes it."""
    return " ".join(declared.span.text.split("=", 1)[-1].split()) if "=" in declared.span.text else "…"


def _readable(t: Type) -> str:
    return f"{t.element}[{', '.join(_size_words(d) for d in t.shape)}]" if t.shape else str(t.element)


def _size_words(size: Dim) -> str:
    """A size for people; one that is only known when the program runs is `_`."""
    size = by_name(size)
    return str(size) if all(isinstance(a, str) and not a.startswith("size(") for a in size.atoms()) else "_"


# --- formulas ----------------------------------------------------------------------------------


def formula(size: Dim) -> Formula:
    """A size as plain data. What is not known from names alone counts as 1."""
    total: Formula = None
    for monomial, factor in size.terms:
        term: Formula = abs(factor) if abs(factor) != 1 or not monomial else None
        for atom in monomial:
            part: Formula = atom if isinstance(atom, str) else 1
            if isinstance(atom, FloorDiv):
                part = ["//", formula(atom.top), formula(atom.bottom)]
            elif isinstance(atom, ir.Node) and atom.op == "maximum":
                part = ["max", *(formula(ir.size_of(a)) for a in atom.args)]
            term = part if term is None else ["*", term, part]
        if total is None:
            total = term if factor > 0 else ["-", 0, term]
        else:
            total = ["+" if factor > 0 else "-", total, term]
    return 0 if total is None else total


def costs(program: ir.Program) -> dict[str, Formula]:
    """What one run costs, as formulas over sizes: flops, bytes moved, and library calls (each node once a round)."""
    flops, moved, calls = run_costs(program)
    known = {"flops": formula(flops), "bytes": formula(moved), "calls": formula(calls)}
    return {**known, "open": 1} if has_open_loop(program) else known


__all__ = [
    "Compilation",
    "Given",
    "Options",
    "assume",
    "check",
    "compile_plan",
    "compile_stages",
    "formula",
    "undeclared",
]
