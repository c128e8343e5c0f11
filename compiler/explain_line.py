"""`explain --line N`: what concerns one line of the script, from its values to the text of the target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gdc.compiler import cost, ir
from gdc.compiler.build.scan import inside
from gdc.compiler.cost import evaluations
from gdc.compiler.dims import ZERO
from gdc.compiler.explain import Sizes, cost_words, first_program, groups, heading, namer, said_first, step_lines, told
from gdc.compiler.run_cost import by_name
from gdc.compiler.text import print_nodes
from gdc.dsl import tree
from gdc.dsl.errors import Error
from gdc.dsl.source import Span


def explain_line(done: Any, line: int, assumed: str = "", sizes: Sizes | None = None) -> str:
    """The statement, its values, the passes that touched it, its cost and its part of the text.

    Raises gdc.Error where no statement is on that line.
    """
    part = place(done, line)
    parts = [
        f"=== Line {line}, for {done.target}\n{done.source.text[part.start : part.end].rstrip()}",
        section("As values with types and shapes", done, values(done.built, part)),
        section("What the passes did to it", done, "\n".join(steps(done, part, sizes or {}))),
        section("As values after all passes", done, values(done.final, part)),
        section("What it costs in one run", done, "\n".join(costs(done, part, sizes or {}))),
        section("Its part of the text", done, "\n".join(text_lines(done, part))),
    ]
    return said_first(assumed) + "\n\n".join(p for p in parts if p)


def section(title: str, done: Any, body: str) -> str:
    """A part, where there is something in it."""
    return f"{heading(title, done.target)}\n{body.rstrip()}" if body.strip() else ""


def place(done: Any, line: int) -> Span:
    """The statement on a line; of a loop, a branch or a function only the line that opens it."""
    source = done.source
    statements = [s for s in inside(*done.script.statements) if isinstance(s, tree.Statement)]
    found = [s for s in statements if s.span.line <= line <= (last_line(s) if is_simple(s) else s.span.line)]
    if not found:
        near = sorted({s.span.line for s in statements}, key=lambda k: (abs(k - line), k))[:2]
        hint = f"there is one on line {' and on line '.join(map(str, sorted(near)))}" if near else None
        raise Error("name", f"there is no statement on line {line} of {source.name}", hint=hint)
    statement = min(found, key=lambda s: s.span.end - s.span.start)
    end = statement.span.end if is_simple(statement) else source.text.find("\n", statement.span.start)
    return Span(source, statement.span.start, end if end >= 0 else len(source.text))


def is_simple(statement: tree.Statement) -> bool:
    """Whether no other statement stands inside."""
    return not any(isinstance(n, tree.Statement) and n is not statement for n in inside(statement))


def last_line(statement: tree.Statement) -> int:
    span = statement.span
    return span.source.text.count("\n", 0, max(span.end - 1, span.start)) + 1


def within(spans: Iterable[Span], part: Span) -> bool:
    return any(s.source == part.source and part.start <= s.start < part.end for s in spans)


def own_nodes(program: ir.Program, part: Span) -> set[ir.Node]:
    """The values that a part of the script stands behind."""
    return {n for n in ir.walk(ir.roots(program.region)) if within(program.origins.of(n), part)}


def values(program: ir.Program, part: Span) -> str:
    return "\n".join(f"  {text}" for text in print_nodes(program, own_nodes(program, part)).splitlines())


def steps(done: Any, part: Span, sizes: Sizes) -> Iterator[str]:
    """Each pass that touched the part, with what it did."""
    for name, reason, all_steps in told(done.record, done.target):
        own = [s for s in all_steps if within(s.origins, part)]
        if own:
            yield f"{name}: {reason}" if reason else name
        for shown, hidden in groups(own):
            for step in shown:
                yield from step_lines(step, done.source, sizes, namer(done))
            if hidden:
                yield f"  … and {hidden} more by the rule {shown[0].rule}"


def costs(done: Any, part: Span, sizes: Sizes) -> Iterator[str]:
    """Arithmetic and memory of its values as written and as compiled; what lines share counts for each of them."""
    for words, own in (("flops", cost.own_flops), ("bytes", cost.own_bytes)):
        before, after = (
            by_name(sum((own(n) * times for n, times in evaluations(ir.roots(p.region)).items()
                         if within(p.origins.of(n), part)), ZERO))
            for p in (first_program(done), done.final)
        )
        word = namer(done)
        yield f"  {cost_words(before, after, words, sizes, word) or cost_words(after, None, words, sizes, word)}"


def text_lines(done: Any, part: Span) -> Iterator[str]:
    """The lines of the text that came from it, with their numbers; what stands between is left out."""
    last = 0
    lines = done.text.text.split("\n")
    for number, spans in enumerate(done.text.lines, 1):
        if any(part.start <= start < part.end for start, _ in spans):
            if last and number > last + 1:
                yield "        …"
            yield f"  {number:4}  {lines[number - 1]}"
            last = number
