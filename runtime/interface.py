"""What a plan says of its inputs and their sizes, without arrays: places, contracts, size formulas."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from gdc.dsl.errors import Error
from gdc.dsl.source import Source, Span

SIMILAR = 0.6


def span_of(plan: Any, site: int) -> Span | None:
    """The place that a site stands for."""
    where = plan.sites[site]
    if where.start < 0:
        return None
    text, name = (dict(plan.libraries)[where.file], where.file) if where.file else (plan.source, plan.source_name)
    return Span(Source(text, name), where.start, where.end)


def unknown_input(plan: Any, name: str, sizes: Iterable[str] = ()) -> Error:
    """A name that the program does not take."""
    inputs = [i.name for i in plan.inputs]
    near = difflib.get_close_matches(name, [*inputs, *sizes], n=1, cutoff=SIMILAR)
    return Error(
        "name",
        f"this program has no input {name}; it takes {', '.join(inputs) or 'no inputs'}",
        hint=f"did you mean {near[0]}?" if near else None,
    )


def contract(i: Any) -> str:
    """An input's type as the script has it: `real[m, n]`."""
    return f"{i.element}{shape_text(i.dims)}" if i.dims else i.element


def shape_text(dims: Iterable[Any]) -> str:
    return "[" + ", ".join(formula_text(d) for d in dims) + "]"


def evaluate(formula: Any, sizes: Mapping[str, int]) -> int:
    """A size formula's value. Raises KeyError for a name that has none."""
    if isinstance(formula, str):
        return sizes[formula]
    if isinstance(formula, int):
        return formula
    op, left, right = formula
    a, b = evaluate(left, sizes), evaluate(right, sizes)
    if op == "//":
        return a // b if b else 0
    if op == "max":
        return max(a, b)
    return a + b if op == "+" else a - b if op == "-" else a * b


def holds(condition: Any, sizes: Mapping[str, int]) -> bool:
    """Whether left < right at these sizes; the condition's default where they do not say."""
    try:
        return evaluate(condition.left, sizes) < evaluate(condition.right, sizes)
    except KeyError:
        return condition.default


def serves(plan: Any, sizes: Mapping[str, int]) -> bool:
    """Whether a plan is the variant for these sizes."""
    return all(holds(c, sizes) == c.answer for c in plan.conditions)


def formula_text(formula: Any) -> str:
    """A size formula as the script would write it."""
    if isinstance(formula, str):
        return "_" if formula.startswith("size(") else formula
    if isinstance(formula, int):
        return str(formula)
    op, left, right = formula
    if op == "max":
        return f"max({formula_text(left)}, {formula_text(right)})"
    if op == "-" and left == 0:
        return f"-{formula_text(right)}"
    words = [
        f"({formula_text(f)})" if isinstance(f, (list, tuple)) and op in ("*", "//") else formula_text(f)
        for f in (left, right)
    ]
    return (f" {op} " if op in "+-" else op).join(words)


def atoms(formula: Any) -> Iterable[str]:
    """The names in a size formula."""
    if isinstance(formula, str):
        yield formula
    elif isinstance(formula, (list, tuple)):
        for part in formula[1:]:
            yield from atoms(part)
