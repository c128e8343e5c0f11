"""What `gdc help` prints: an overview, or an entry of the reference as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from functools import cache

from gdc.compiler.manual import grammar
from gdc.compiler.manual.entries import Entry, entries
from gdc.compiler.manual.facts import facts_of, results_of, script_of
from gdc.compiler.manual.functions import GROUPS
from gdc.compiler.manual.page import SIDES, Run, fact_lines, sentence, title
from gdc.compiler.manual.statements import FORMS, OPERATORS, STATEMENTS

WIDTH = 100


def overview() -> str:
    """The names of everything that has an entry."""
    parts = [("Statements", list(rules_by_word())), ("Operators", list(OPERATORS))]
    parts += [(group.title, [e.name for e in entries().values() if e.group == group]) for group in GROUPS]
    return "\n".join(line for name, words in parts for line in (name, *folded(" ".join(words), "  "), ""))


def topic(name: str, run: Run) -> str | None:
    """The entry of a function, a statement, a form of a formula or an operator; None where there is none."""
    if name in entries():
        return "\n".join(function_lines(entries()[name], run))
    if name in rules_by_word():
        return "\n\n".join("\n".join(rule_lines(rule, run)) for rule in rules_by_word()[name])
    return "\n".join(operator_lines(name)) if name in OPERATORS else None


def topics() -> list[str]:
    return [*entries(), *rules_by_word(), *OPERATORS]


@cache
def rules_by_word() -> dict[str, list[str]]:
    """The rules of the grammar by the word that a reader looks for."""
    found: dict[str, list[str]] = {}
    for rule in [*STATEMENTS, *FORMS]:
        for word in title(rule).split(", "):
            found.setdefault(word, []).append(rule)
    return found


def function_lines(entry: Entry, run: Run) -> Iterator[str]:
    text = script_of(entry)
    yield entry.row.call
    yield from folded(sentence(entry.row.meaning), "  ")
    yield from ("", *indented(text), *indented("\n".join(f"# {line}" for line in run(text, results_of(entry)))), "")
    for line in fact_lines(entry, facts_of(entry), ""):
        yield from folded(line, "  ", "      ")
    if entry.definition:
        yield from ("", "  in gd itself:", "", *indented(entry.definition))


def rule_lines(rule: str, run: Run) -> Iterator[str]:
    meaning, text = {**STATEMENTS, **FORMS}[rule]
    yield grammar.syntax(rule) if rule in STATEMENTS else title(rule)
    yield from folded(meaning, "  ")
    if text:
        yield from ("", *indented(text), *indented("\n".join(f"# {line}" for line in run(text, ()))))


def operator_lines(sign: str) -> Iterator[str]:
    """What an operator means and how tightly it binds, for each level that has it."""
    yield f"{sign}  {OPERATORS[sign]}"
    levels = grammar.levels()
    for place, level in enumerate(levels, 1):
        if sign in level.signs:
            side = f", {SIDES[level.side]}" if level.side else ""
            yield f"  level {place} of {len(levels)}, where 1 is tightest{side}: {' '.join(level.signs)}"


def indented(text: str) -> Sequence[str]:
    return [f"    {line}".rstrip() for line in text.split("\n")]


def folded(text: str, first: str, rest: str | None = None) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=first if rest is None else rest,
                         break_long_words=False, break_on_hyphens=False)
