"""The arrays that a lowered program surely makes, as bytes by name: what `runtime` holds against what is free on entry.

Arrays of a branch or of an open loop may never be made, and sizes found as the program runs are not known on entry:
both are left to the moment when they are made.
"""

from __future__ import annotations

from collections.abc import Iterator

from gdc.compiler import imp
from gdc.compiler.build.core import ALWAYS_FREE, has_names_only
from gdc.compiler.dims import Dim
from gdc.dsl.source import Span

LEAVES = (imp.Break, imp.Continue)


def arrays(program: imp.Program) -> Iterator[tuple[Dim, Span]]:
    """(bytes, place) of each array: variables by name, and in style calls what stands inside a formula."""
    by_name: dict[str, list[imp.Made]] = {}
    by_value: dict[int, imp.Made] = {}
    for made in program.made:
        if isinstance(made.what, str):
            by_name.setdefault(made.what, []).append(made)
        else:
            by_value[id(made.what)] = made
    seen: set[tuple[Dim, Span]] = set()
    outputs = imp.Emit("print", tuple(value for _, value, _ in program.outputs))
    for statement in (*_surely(program.body), outputs):
        found = by_name.get(statement.name, []) if isinstance(statement, (imp.Alloc, imp.Guarded)) else []
        if isinstance(statement, imp.Let) and statement.value.op in ("matmul", "einsum", "outer", "copy"):
            found = by_name.get(statement.name, [])
        inner = [v for e in imp.expressions(statement) for v in imp.subexpressions(e)] if by_value else []
        for made in (*found, *(by_value[id(v)] for v in inner if id(v) in by_value)):
            if made.origins and (made.size, made.origins[0]) not in seen and _matters(made.size):
                seen.add((made.size, made.origins[0]))
                yield made.size, made.origins[0]


def _matters(size: Dim) -> bool:
    return has_names_only(size) and not (size.is_constant and size.constant < ALWAYS_FREE)


def _surely(body: imp.Body) -> Iterator[imp.Statement]:
    """The statements outside of branches and open loops, up to where a round may be left."""
    for statement in body:
        yield statement
        if isinstance(statement, imp.Loop):
            yield from _surely(statement.body)
        if isinstance(statement, imp.Branch) and any(isinstance(s, LEAVES) for s in imp.statements((statement,))):
            return
