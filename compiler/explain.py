"""What happened to a script on its way, told for people: the record of the passes, and each stage as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from gdc.compiler.dims import Dim
from gdc.compiler.pipeline import LATE, PASSES
from gdc.compiler.record import Record, Step
from gdc.compiler.run_cost import by_name
from gdc.dsl import tree
from gdc.dsl.source import Source, Span

STAGES = ("tree", "ir", "passes", "imp", "loops", "numpy", "parallel", "cuda")
LONGEST = 90
MOST_ALIKE = 3  # steps of one rule that are shown in full


def explain(done: Any, stage: str | None, assumed: str = "") -> str:
    """One stage of a compilation (a driver.Compilation), or the whole story where stage is None.

    Raises ValueError for a stage that there is not.
    """
    head = f"# {assumed}\n" if assumed else ""
    if stage is None:
        return head + "\n\n".join(
            (story(done.record, done.target, done.source), heading("The text", done.target), done.text.text)
        )
    if stage not in STAGES:
        raise ValueError(f"no stage {stage!r}")
    if stage == "tree":
        return head + "\n".join(tree_lines(done.script))
    if stage == "ir":
        from gdc.compiler.text import print_array_program

        return head + print_array_program(done.built)
    if stage == "passes":
        return head + "\n\n".join((story(done.record, done.target, done.source), *after_passes(done)))
    if stage == "imp":
        from gdc.compiler.text import print_program

        return head + print_program(done.imperative)
    return head + str(done.text.text)


def heading(words: str, target: str) -> str:
    return f"=== {words}, for {target}"


# --- the record --------------------------------------------------------------------------------


def story(record: Record, target: str, source: Source) -> str:
    """Every pass of a target in order: what it is for, and each thing that it did."""
    parts = [heading("What the passes did", target)]
    by_pass: dict[str, list[Step]] = {}
    for step in record.steps:
        by_pass.setdefault(step.pass_name, []).append(step)
    order = dict.fromkeys([name for name, _ in (*PASSES[target], *LATE[target])] + list(by_pass))
    reasons = dict(reversed([*PASSES[target], *LATE[target]]))
    for name in order:
        steps = by_pass.get(name, [])
        title = f"{name}: {reasons[name]}" if name in reasons else name
        lines = [title] if steps else [f"{title} (nothing to do here)"]
        for shown, hidden in groups(steps):
            lines += [f"  {line}" for step in shown for line in step_lines(step, source)]
            if hidden:
                lines.append(f"  … and {hidden} more by the rule {shown[0].rule}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def groups(steps: list[Step]) -> Iterator[tuple[list[Step], int]]:
    """The steps by rule, in the order of their first use: those that are shown, and how many are not."""
    by_rule: dict[str, list[Step]] = {}
    for step in steps:
        by_rule.setdefault(step.rule, []).append(step)
    for alike in by_rule.values():
        distinct = list({(s.before, s.after, s.reason): s for s in alike}.values())
        yield distinct[:MOST_ALIKE], len(distinct) - len(distinct[:MOST_ALIKE])


def step_lines(step: Step, source: Source) -> Iterator[str]:
    """One step: `line 3  before -> after`, why, and what it saves."""
    places = sorted({span.line for span in step.origins if span.source == source})
    where = f"line {', '.join(str(k) for k in places[:4])}  " if places else ""
    change = f"{cut(step.before)} -> {cut(step.after)}" if step.after else cut(step.before)
    yield f"{where}{change}"
    cost = cost_words(step.cost_before, step.cost_after, step.unit)
    yield f"    {step.reason} [{step.rule}]" + (f"; {cost}" if cost else "")


def cost_words(before: Dim | None, after: Dim | None, unit: str) -> str:
    """`2*m*n flops -> n flops`."""
    old, new = (None if size is None else by_name(size) for size in (before, after))
    if old is None or new is None:
        return "" if old is new else f"{new or old} {unit}"
    return f"{old} -> {new} {unit}" if old != new else ""


def cut(text: str) -> str:
    """A formula on one line, cut where it is long."""
    line = " ".join(str(text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def after_passes(done: Any) -> Iterator[str]:
    """The program after each pass that changed it."""
    from gdc.compiler.text import print_array_program

    before = print_array_program(done.built)
    yield f"{heading('The program as built', done.target)}\n{before}"
    for name, program in done.passed:
        text = print_array_program(program)
        if text != before:
            yield f"{heading(f'After {name}', done.target)}\n{text}"
        before = text


# --- the tree ----------------------------------------------------------------------------------


def tree_lines(script: tree.Script) -> Iterator[str]:
    """The tree, a node a line, parts indented below; the line of the script before each statement."""
    stack: list[tuple[str, Any, int]] = [("", script, 0)]
    while stack:
        label, value, depth = stack.pop()
        pad = "  " * depth + (f"{label}: " if label else "")
        if isinstance(value, tree.Node):
            if isinstance(value, tree.Statement):
                yield f"# line {value.span.line}: {cut(value.span.text)}"
            plain, parts = split(value)
            yield pad + type(value).__name__ + (f" {plain}" if plain else "")
            stack.extend((name, part, depth + 1) for name, part in reversed(parts))
        elif isinstance(value, tuple):
            yield f"{pad}{len(value)} {'part' if len(value) == 1 else 'parts'}"
            stack.extend(("", part, depth + 1) for part in reversed(value))
        else:
            yield f"{pad}{value!r}"


def split(node: tree.Node) -> tuple[str, list[tuple[str, Any]]]:
    """A node's plain values as words, and its parts."""
    words, parts = [], []
    for f in fields(node):
        value = getattr(node, f.name)
        if isinstance(value, Span) or value is None or value == ():
            continue
        if isinstance(value, tree.Node) or (
            isinstance(value, tuple) and any(isinstance(v, (tree.Node, tuple)) for v in value)
        ):
            parts.append((f.name, value))
        else:
            words.append(f"{f.name}={value!r}")
    return " ".join(words), parts
