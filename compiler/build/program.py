"""A whole script as an array-IR program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import resources

from gdc.compiler import ir
from gdc.compiler.build import (
    assert_grad,
    branches,
    calls,
    expressions,
    indexing,
    linear_algebra,
    loops,
    notation,
    order,
    random,
    shaping,
    signals,
    statistics,
)
from gdc.compiler.build.core import Builder, Poisoned
from gdc.compiler.build.declare import declare_all, find_dimensions, undeclared
from gdc.compiler.build.scan import assigned, differentiated, free_names
from gdc.compiler.build.scope import Binding, Function
from gdc.compiler.build.statements import poison
from gdc.compiler.dims import Dim
from gdc.compiler.prune import prune
from gdc.compiler.types import Type
from gdc.dsl import tree
from gdc.dsl.errors import Error
from gdc.dsl.parse import parse, parse_once
from gdc.dsl.source import Source, Span
from gdc.dsl.uses import path_of

# importing them registers what they build
_REGISTERED = (
    *(calls, random, order, shaping, statistics, linear_algebra, signals),
    *(assert_grad, branches, loops, expressions, indexing, notation),
)


def build(
    script: tree.Script,
    source: Source,
    types: dict[str, Type] | None = None,
    libraries: Mapping[str, Source] | None = None,
    sampled: tuple[int, int, bool, int] | None = None,
) -> ir.Program:
    """The array IR of a script.

    libraries: the files that it uses, by path. sampled: see grad_samples.py.
    types: element, rank and axes of size 1 of the inputs that have no contract. Raises gdc.Error, with all further
    errors of the script in its `others`.
    """
    ir.begin()
    b = Builder(source, types or {}, prelude(), sampled)
    top = tuple(s for s in script.statements if not isinstance(s, (tree.Input, tree.Param, tree.Def, tree.Use)))
    b.scope.differentiated = differentiated(top)
    collect_functions(b, script, libraries or {})
    b.is_bare = is_bare(script)
    guarded(b, lambda: undeclared(b, free_names(script), script) if b.is_bare else declare_all(b, script))
    b.program_dimensions = dict(b.scope.dimensions)
    for statement in top:
        guarded(b, partial(b.statement, statement), statement)
    outputs, results, flags = finish_outputs(b, top)
    dimensions: dict[str, tuple[int, int, Dim]] = {}
    if not b.errors:
        guarded(b, lambda: dimensions.update(find_dimensions(b)))
    if b.errors:
        first, *others = sorted(b.errors, key=lambda e: e.span.start if e.span else -1)
        raise Error(first.kind, first.message, first.span, first.hint, tuple(others))
    program = ir.Program(
        tuple(b.inputs[name] for name in b.declared),
        ir.Region((), b.effects, results),
        outputs,
        tuple(b.sites),
        b.origins,
        b.traces,
        tuple(b.declared.values()),
        dimensions,
        tuple(b.demands.values()),
        flags,
        tuple(b.memory),
    )
    return prune(program)


def is_bare(script: tree.Script) -> bool:
    """Whether a script has no input and no param line, so that its inputs are the names it reads first."""
    return not any(isinstance(s, (tree.Input, tree.Param)) for s in script.statements)


def guarded(b: Builder, work: Callable[[], object], statement: tree.Statement | None = None) -> None:
    """One statement's errors are kept, so that the next statements can be looked at too."""
    effects = len(b.effects)
    scope = b.scope
    try:
        work()
    except Error as error:
        b.errors.append(error)
    except Poisoned:
        pass
    else:
        return
    b.scope, b.depth, b.loops, b.calls, b.mask, b.selected, b.inside_notation = scope, 0, [], [], None, None, False
    del b.effects[effects:]
    if statement is not None:
        poison(b, statement)


def collect_functions(b: Builder, script: tree.Script, libraries: Mapping[str, Source]) -> None:
    """The functions of the script, and those of the files that it uses as `st.f`."""
    spaces: dict[str, dict[str, Function]] = {}

    def space_of(path: str) -> dict[str, Function]:
        """A used file's functions. What else stands in it is no part of this program."""
        if path not in spaces:
            spaces[path] = {}
            b.sources.append(libraries[path])
            fill(spaces[path], parse(libraries[path]), path)
        return spaces[path]

    def fill(space: dict[str, Function], file: tree.Script, importer: str) -> None:
        prefixes: set[str] = set()
        for statement in file.statements:
            if isinstance(statement, tree.Def):
                if statement.name in space:
                    b.errors.append(Error("name", f"{statement.name} is defined twice", statement.name_span))
                space[statement.name] = Function(statement, space)
            elif isinstance(statement, tree.Use):
                if statement.alias in prefixes:
                    b.errors.append(Error("name", f"two files are called {statement.alias}", statement.span))
                prefixes.add(statement.alias)
                inner = space_of(path_of(statement, importer))
                space.update({f"{statement.alias}.{n}": f for n, f in inner.items() if "." not in n})

    fill(b.functions, script, "")


def read_output(b: Builder, name: str, span: Span, values: list[ir.Node]) -> None:
    values.append(b.read(name, span))


@cache
def prelude() -> dict[str, Function]:
    """The library that is written in gd."""
    text = resources.files("gdc.dsl").joinpath("prelude.gd").read_text(encoding="utf-8")
    script = parse_once(Source(text, "prelude.gd"))
    space: dict[str, Function] = {}
    space.update({s.name: Function(s, space, True) for s in script.statements if isinstance(s, tree.Def)})
    return space


def finish_outputs(b: Builder, top: tree.Block) -> tuple[tuple[str, ...], list[ir.Node], tuple[ir.Node | None, ...]]:
    """What the program returns: the declared outputs, or every name that it assigns."""
    names: list[str] = []
    values: list[ir.Node] = []
    flags: list[ir.Node | None] = []
    if b.outputs:
        for name, span in b.outputs.items():
            guarded(b, partial(read_output, b, name, span, values))
        return tuple(b.outputs), values, (None,) * len(b.outputs)
    for name in assigned(top):
        found = b.scope.names.get(name)
        if isinstance(found, Binding):
            names.append(name)
            values.append(found.node)
            flags.append(found.flag)
    return tuple(names), values, tuple(flags)
