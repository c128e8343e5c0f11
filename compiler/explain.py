"""What happened to a script on its way, told for people: the record of the passes, and each stage as text.

explain(done, stage, assumed, sizes)        the whole story, or one stage
explain_json(…)                             the same as JSON, "schema": 1
"""

from __future__ import annotations

import json
import operator
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from gdc.compiler import imp, ir
from gdc.compiler.build.scan import inside
from gdc.compiler.dims import Dim, dim, surely_at_least
from gdc.compiler.pipeline import LATE, PASSES
from gdc.compiler.record import Condition, Record, Step
from gdc.compiler.run_cost import by_name, has_open_loop, input_passes, run_costs, size_words
from gdc.dsl import tree
from gdc.dsl.source import Source, Span

STAGES = ("tree", "ir", "passes", "imp", "loops", "numpy", "parallel", "cuda", "asm")
SCHEMA = 1
WIDTH = 100
LONGEST = 90
MOST_ALIKE = 3  # steps of one rule that are shown in full
MOST_TERMS = 4  # of a formula; the rest is smaller
Sizes = Mapping[str, int]
Word = Callable[[ir.Node], str]
Coded = Callable[[Any], str] | None


def explain(
    done: Any, stage: str | None, assumed: str = "", sizes: Sizes | None = None, machine_code: Coded = None
) -> str:
    """One stage of a compilation (a driver.Compilation), or the whole story where stage is None.

    With sizes, costs are numbers too. `machine_code` makes the stage asm of a plan. Raises ValueError for a stage that
    there is not.
    """
    told = whole(done, sizes or {}) if stage is None else stage_text(done, stage, sizes or {}, machine_code)
    return said_first(assumed) + told


def said_first(assumed: str) -> str:
    """What was assumed, as a comment above the rest."""
    return "".join(f"{line}\n" for line in wrapped(assumed, "# ", "#     ")) if assumed else ""


def whole(done: Any, sizes: Sizes) -> str:
    """What the passes did, what depends on sizes, what a run costs, and the text."""
    parts = [
        *used_files(done),
        story(done.record, done.target, done.source, sizes, namer(done)),
        "\n".join([heading("What a run costs", done.target), *cost_lines(done, sizes)]),
        heading("The text", done.target),
        done.text.text,
    ]
    decided = list(choice_lines(done, sizes))
    if decided:
        parts.insert(1, "\n".join([heading("What depends on sizes", done.target), *decided]))
    return "\n\n".join(parts)


def used_files(done: Any) -> Iterator[str]:
    """The files whose functions the script calls: they are built into its formulas like its own."""
    lines = []
    for use in (s for s in done.script.statements if isinstance(s, tree.Use)):
        called = sorted({n.function for n in inside(*done.script.statements) if isinstance(n, tree.Call)
                         and n.function.startswith(f"{use.alias}.")})
        lines.append(f"{use.path}: {', '.join(called) or 'none of its functions'}")
    if lines:
        yield "\n".join(["=== What comes from other files", *lines])


def stage_text(done: Any, stage: str, sizes: Sizes, machine_code: Coded = None) -> str:
    if stage == "asm" and machine_code is not None:
        return machine_code(done.plan)
    if stage not in STAGES:
        raise ValueError(f"no stage {stage!r}")
    if stage == "tree":
        return "\n".join(tree_lines(done.script))
    if stage == "ir":
        from gdc.compiler.text import print_array_program

        return print_array_program(done.built)
    if stage == "passes":
        return "\n\n".join((story(done.record, done.target, done.source, sizes, namer(done)), *after_passes(done)))
    if stage == "imp":
        from gdc.compiler.text import print_program

        return print_program(done.imperative)
    return str(done.text.text)


def heading(words: str, target: str) -> str:
    return f"=== {words}, for {target}"


# --- the record --------------------------------------------------------------------------------


def namer(done: Any) -> Word:
    """What a size without a name is called: the formula that computes it."""
    from gdc.compiler.rules import formula

    return lambda node: formula(node, done.final.origins)


def story(
    record: Record, target: str, source: Source, sizes: Sizes | None = None, word: Word | None = None
) -> str:
    """Every pass of a target in order: what it is for, and each thing that it did."""
    parts: list[str] = []
    idle = False
    for name, reason, steps in told(record, target):
        if not steps:
            line = f"{name}: nothing to do here"
            parts[-1:] = [f"{parts[-1]}\n{line}"] if idle else [*parts[-1:], line]
            idle = True
            continue
        idle = False
        lines = list(wrapped(f"{name}: {reason}" if reason else name, "", "    "))
        for shown, hidden in groups(steps):
            for step in shown:
                lines += step_lines(step, source, sizes, word)
            if hidden:
                lines.append(f"  … and {hidden} more by the rule {shown[0].rule}")
        parts.append("\n".join(lines))
    return "\n\n".join([heading("What the passes did", target), *parts])


def told(record: Record, target: str) -> Iterator[tuple[str, str, list[Step]]]:
    """Each pass of a target in order, its reason, and its steps; a pass that runs twice stands once."""
    by_pass: dict[str, list[Step]] = {}
    for step in record.steps:
        by_pass.setdefault(step.pass_name, []).append(step)
    reasons = dict(reversed([*PASSES[target], *LATE[target]]))
    for name in dict.fromkeys([name for name, _ in (*PASSES[target], *LATE[target])] + list(by_pass)):
        yield name, reasons.get(name, ""), by_pass.get(name, [])


def groups(steps: list[Step]) -> Iterator[tuple[list[Step], int]]:
    """The steps by rule, in the order of their first use: those that are shown, and how many are not."""
    by_rule: dict[str, list[Step]] = {}
    for step in steps:
        by_rule.setdefault(step.rule, []).append(step)
    for alike in by_rule.values():
        distinct = list({(s.before, s.after, s.reason): s for s in alike}.values())
        yield distinct[:MOST_ALIKE], len(distinct) - len(distinct[:MOST_ALIKE])


def places(spans: Iterable[Span], source: Source) -> list[int]:
    return sorted({span.line for span in spans if span.source == source})


def step_lines(
    step: Step, source: Source, sizes: Sizes | None = None, word: Word | None = None
) -> Iterator[str]:
    """One step: `line 3  before -> after`, why, and what it saves."""
    lines = places(step.origins, source)
    where = f"line {', '.join(str(k) for k in lines[:4])}  " if lines else ""
    before, after = cut(step.before), cut(step.after)
    change = before if not after or after == before else f"{before} -> {after}"
    yield from wrapped(where + change, "  ", "      ")
    yield from wrapped(f"{step.reason} [{step.rule}]", "      ", "      ")
    words = cost_words(step.cost_before, step.cost_after, step.unit, sizes, word)
    if words:
        yield from wrapped(words, "      ", "        ")


def cost_words(
    before: Dim | None, after: Dim | None, unit: str, sizes: Sizes | None = None, word: Word | None = None
) -> str:
    """`2*m*n -> n flops`, and the numbers."""
    known = [size for size in (before, after) if size is not None]
    words = list(dict.fromkeys(short(size, word) for size in known))
    if not words or (len(known) == 2 and len(words) == 1):
        return ""
    numbers = [number(size, sizes or {}) for size in known]
    shown = f" = {' -> '.join(dict.fromkeys(numbers))}" if all(n and n != w for n, w in zip(numbers, words)) else ""
    return f"{' -> '.join(words)} {unit}{shown}"


def short(size: Dim, word: Word | None = None) -> str:
    """A formula; of a long one the terms that count for large sizes."""
    if len(size.terms) <= MOST_TERMS:
        return size_words(size, word)
    large = [m for m, _ in size.terms if not any(m != n and _within(m, n) for n, _ in size.terms)]
    kept = sorted(large, key=lambda m: -len(m))[:MOST_TERMS]
    return size_words(Dim({m: c for m, c in size.terms if m in kept}), word) + " + …"


def _within(small: tuple[Any, ...], large: tuple[Any, ...]) -> bool:
    rest = list(large)
    for atom in small:
        if atom not in rest:
            return False
        rest.remove(atom)
    return True


def value(size: Dim, sizes: Sizes) -> int | None:
    """A size's value, None where the sizes do not say."""
    named = by_name(size)
    if not all(isinstance(a, str) and a in sizes for a in named.atoms()):
        return None
    try:
        return named.evaluate(sizes.__getitem__)
    except (ValueError, ZeroDivisionError):
        return None


def number(size: Dim, sizes: Sizes) -> str:
    """`1,234,000`, "" where the sizes do not say."""
    found = value(size, sizes)
    return "" if found is None else f"{found:,}"


def cut(text: str) -> str:
    """A formula on one line, cut where it is long."""
    line = " ".join(str(text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def wrapped(text: str, first: str, rest: str) -> Iterator[str]:
    """Lines of WIDTH at most, broken between words."""
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    ) or [first]


# --- sizes -------------------------------------------------------------------------------------


def choice_lines(done: Any, sizes: Sizes) -> Iterator[str]:
    """Each decision that sizes take, with both of its sides, and how it is answered here."""
    for c in done.record.conditions:
        lines = places(c.origins, done.source)
        where = f"line {', '.join(map(str, lines[:4]))}  " if lines else ""
        yield from wrapped(f"{where}{condition_words(c)}", "  ", "      ")
        yield from wrapped(f"here {c.yes if c.answer else c.no}: {_because(c, sizes)}", "      ", "      ")
    work = shared_work(done)
    if work is not None:
        yield from wrapped(f"{work}: the cores share the work, else one core does it", "  ", "      ")


def condition_words(c: Condition) -> str:
    """`2*m*n < n^2*k: grouped as A@(B@C), else (A@B)@C`."""
    return f"{size_words(c.left)} < {size_words(c.right)}: {c.yes}, else {c.no}"


def _because(c: Condition, sizes: Sizes) -> str:
    left, right = number(c.left, sizes), number(c.right, sizes)
    if left and right:
        return f"{left} {'<' if c.answer else '>='} {right}"
    return "the sizes are not given (explain takes sizes; a run has them)"


def shared_work(done: Any) -> str | None:
    """The condition under which the parallel text is run by all cores, None where one core always runs it."""
    if done.target != "parallel" or done.imperative is None or not done.imperative.work:
        return None
    from gdc.compiler.targets.parallel import WORTHWHILE

    inputs = {p.name: node for p, node in zip(done.imperative.parameters, done.final.inputs)}
    found = [as_size(w, inputs) for w in done.imperative.work]
    known = list(dict.fromkeys(f for f in found if f is not None))
    largest = [f for f in known if not any(g != f and surely_at_least(g, f) for g in known)]
    words = [size_words(f) for f in largest] or ["the work of the largest loop"]
    most = words[0] if len(words) == 1 else f"the largest of {', '.join(words)}"
    return f"{most} > {WORTHWHILE:,}"


def as_size(expression: imp.Expr, inputs: Mapping[str, ir.Node]) -> Dim | None:
    """A formula over parameters of the imperative form as a size, None where it is none."""
    attrs = dict(expression.attrs)
    if expression.op == "const":
        return dim(int(attrs["value"]))
    if expression.op == "extent":
        node = inputs.get(dict(expression.args[0].attrs).get("name", ""))
        return node.type.shape[attrs["axis"]] if node is not None else None
    if expression.op == "name":
        node = inputs.get(attrs["name"])
        return ir.size_of(node) if node is not None and node.type.kind == "int" else None
    combine = COMBINES.get(expression.op)
    if combine is None or len(expression.args) != 2:
        return None
    left, right = (as_size(a, inputs) for a in expression.args)
    return None if left is None or right is None else combine(left, right)


COMBINES: dict[str, Callable[[Dim, Dim], Dim]] = {"add": operator.add, "sub": operator.sub, "mul": operator.mul}


# --- costs -------------------------------------------------------------------------------------


def run_figures(program: ir.Program) -> dict[str, Dim]:
    """Flops, bytes, calls, and the passes over each input."""
    flops, moved, calls = run_costs(program)
    passes = {f"passes over {name}": count for name, count in input_passes(program).items()}
    return {"flops": flops, "bytes": moved, "calls": calls, **passes}


def first_program(done: Any) -> ir.Program:
    """The program as it was written: as built, or after grad, since a derivative's cost is that of its formulas."""
    first = done.passed[0] if done.passed else None
    program: ir.Program = first[1] if first is not None and first[0] == "grad" else done.built
    return program


def cost_lines(done: Any, sizes: Sizes) -> Iterator[str]:
    """A line for each figure: as written, and as compiled."""
    before, after = run_figures(first_program(done)), run_figures(done.final)
    word = namer(done)
    width = max(len(name) for name in after)
    for name, size in after.items():
        old = before.get(name, size)
        words = " -> ".join(dict.fromkeys((short(old, word), short(size, word))))
        numbers = [n for n in (number(old, sizes), number(size, sizes)) if n]
        if numbers and numbers != [short(old), short(size)]:
            words += f" = {' -> '.join(dict.fromkeys(numbers))}"
        yield from wrapped(words, f"  {name.ljust(width)}  ", " " * (width + 6))
    open_loop = " A loop whose rounds no size says counts as one round." if has_open_loop(done.final) else ""
    yield from wrapped(
        "As written -> as compiled; each operation reads and writes whole arrays, unless loops are joined." + open_loop,
        "  ",
        "  ",
    )


# --- JSON --------------------------------------------------------------------------------------


def explain_json(
    done: Any, stage: str | None, assumed: str = "", sizes: Sizes | None = None, machine_code: Coded = None
) -> str:
    """The same as plain data."""
    sizes = sizes or {}
    found: dict[str, Any] = {"schema": SCHEMA, "target": done.target, "assumed": assumed or None, "sizes": dict(sizes)}
    if stage is not None:
        found |= {"stage": stage, "text": stage_text(done, stage, sizes, machine_code)}
        return json.dumps(found, ensure_ascii=False)
    before, after = run_figures(first_program(done)), run_figures(done.final)
    found["passes"] = [
        {"name": name, "reason": reason, "steps": [step_json(s, done.source, sizes) for s in steps]}
        for name, reason, steps in told(done.record, done.target)
    ]
    found["conditions"] = [
        {
            "left": size_words(c.left),
            "right": size_words(c.right),
            "answer": c.answer,
            "default": c.default,
            "yes": c.yes,
            "no": c.no,
            "lines": places(c.origins, done.source),
        }
        for c in done.record.conditions
    ]
    found["shared_work"] = shared_work(done)
    found["costs"] = {
        name: {"before": cost_json(before.get(name), sizes), "after": cost_json(size, sizes)}
        for name, size in after.items()
    }
    found["text"] = done.text.text
    return json.dumps(found, ensure_ascii=False)


def step_json(step: Step, source: Source, sizes: Sizes) -> dict[str, Any]:
    return {
        "rule": step.rule,
        "before": step.before,
        "after": step.after,
        "reason": step.reason,
        "lines": places(step.origins, source),
        "unit": step.unit,
        "cost_before": cost_json(step.cost_before, sizes),
        "cost_after": cost_json(step.cost_after, sizes),
    }


def cost_json(size: Dim | None, sizes: Sizes) -> dict[str, Any] | None:
    return None if size is None else {"formula": size_words(size), "value": value(size, sizes)}


def line_json(done: Any, line: int, text: str) -> str:
    """What concerns one line, as plain data."""
    found = {"schema": SCHEMA, "target": done.target, "line": line, "text": text}
    return json.dumps(found, ensure_ascii=False)


# --- the stages --------------------------------------------------------------------------------


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
