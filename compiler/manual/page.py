"""The language reference as pages in Markdown.

Everything comes from the grammar, the op table, the prelude and the rows of this folder; what the examples give is
asked of `run`, which takes a script and the names of its results and gives lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from gdc.compiler.manual import grammar
from gdc.compiler.manual.entries import Entry, entries
from gdc.compiler.manual.facts import Facts, facts_of, results_of, script_of
from gdc.compiler.manual.functions import GROUPS, Group
from gdc.compiler.manual.statements import FORMS, OPERATORS, STATEMENTS
from gdc.compiler.pipeline import TARGETS

Run = Callable[[str, Sequence[str]], list[str]]
MADE = "<!-- Made by docs/make_reference.py: change the rows that it reads, in compiler/manual and dsl/prelude.gd. -->"
SIDES = {"left": "from the left", "right": "from the right", "chain": "a chain: each pair must hold", "": ""}


def pages(run: Run) -> dict[str, str]:
    """Every page by its file's name."""
    found = {"README.md": index(), "statements.md": statements(run), "formulas.md": formulas(run)}
    return found | {f"{group.name}.md": functions(group, run) for group in GROUPS}


def page(title: str, *parts: str) -> str:
    return "\n\n".join([MADE, f"# {title}", *(part for part in parts if part)]) + "\n"


def index() -> str:
    """Where everything stands: each function with its meaning."""
    parts = [
        "Everything a script may say, with an example that runs. What it means in full is in "
        "[language.md](../language.md); `gdc help NAME` shows an entry of these pages.",
        "- [Statements](statements.md)\n- [Formulas and operators](formulas.md)\n"
        + "\n".join(f"- [{group.title}]({group.name}.md)" for group in GROUPS),
        about_facts(),
    ]
    for group in GROUPS:
        rows = [f"| [`{e.row.call}`]({group.name}.md#{e.name}) | {cell(e.row.meaning)} |" for e in of_group(group)]
        parts += [f"## {group.title}", "\n".join(["| | |", "|---|---|", *rows])]
    return page("Reference", *parts)


def about_facts() -> str:
    return (
        "Under a function stand the element types that it takes, by the example's arguments (a `complex` is twice as "
        "wide as a `real`; `i32 f32 c64` are the narrow widths); whether `grad` goes through it, with the formula of "
        "the op table, where r is the result and n the number of entries; the greatest error in units in "
        "the last place (ulp) of 64-bit numbers, as it is tested; and what computes it. Where no library is named, "
        "a target computes it with the loops and operations that gd prints itself: see `gdc explain`."
    )


def of_group(group: Group) -> list[Entry]:
    return [entry for entry in entries().values() if entry.group == group]


def functions(group: Group, run: Run) -> str:
    return page(group.title, group.about, *(function(entry, run) for entry in of_group(group)))


def function(entry: Entry, run: Run) -> str:
    """An entry: the call, its meaning, the example, and what is known."""
    facts = "\n".join(f"- {line}" for line in fact_lines(entry, facts_of(entry), "`"))
    defined = f"In gd itself:\n\n```gd\n{entry.definition}\n```" if entry.definition else ""
    meaning = f"`{entry.row.call}`: {sentence(entry.row.meaning)}"
    parts = [f"## {entry.name}", meaning, example(entry, run), facts, defined]
    return "\n\n".join(part for part in parts if part)


def sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def example(entry: Entry, run: Run) -> str:
    text = script_of(entry)
    return fenced(text, run(text, results_of(entry)))


def fenced(text: str, lines: Sequence[str]) -> str:
    return "\n".join(["```gd", text, *(f"# {line}" for line in lines), "```"])


def cell(text: str) -> str:
    return text.replace("|", "\\|")


# --- facts -------------------------------------------------------------------------------------


def fact_lines(entry: Entry, facts: Facts, mark: str) -> Iterator[str]:
    """What is known of a function, a line each; code stands between marks."""
    if facts.types:
        yield f"types: {type_words(facts.types, mark)}"
    if facts.derivative:
        yield f"derivative: {facts.derivative.replace('`', mark)}"
    if facts.ulp:
        by_bound: dict[float, list[str]] = {}
        for target, bound in facts.ulp.items():
            by_bound.setdefault(bound, []).append(target)
        yield "error: at most " + ", ".join(f"{bound:g} ulp on {' '.join(where)}" for bound, where in by_bound.items())
    if facts.numpy:
        yield f"NumPy: {mark}{facts.numpy}{mark}{by_library(facts)}"
    if entry.row.source:
        yield f"method: {entry.row.source}"


def by_library(facts: Facts) -> str:
    if not facts.libraries:
        return ""
    own = [target for target in TARGETS if target not in facts.libraries]
    return f"; a library's function on {' '.join(facts.libraries)}, gd's own on {' '.join(own)}"


def type_words(types: dict[str, str | None], mark: str) -> str:
    """`bool int` become `real`, `real f32` stay, not `complex`."""
    kept = [t for t, result in types.items() if result == t]
    refused = [t for t, result in types.items() if result is None]
    others: dict[str, list[str]] = {}
    for element, result in types.items():
        if result is not None and result != element:
            others.setdefault(result, []).append(element)

    def code(words: list[str]) -> str:
        return f"{mark}{' '.join(words)}{mark}"

    said = [f"{code(elements)} → {code([result])}" for result, elements in others.items()]
    said += [f"{code(kept)} stay"] if kept else []
    said += [f"not {code(refused)}"] if refused else []
    return ", ".join(said)


# --- statements and formulas --------------------------------------------------------------------


def statements(run: Run) -> str:
    parts = [
        "A statement ends at the end of its line or at `;`. Above each example stands its rule of the grammar, where "
        "`?` means that it may be left out, `*` any number of times, `+` once or more.",
    ]
    for name in grammar.statements():
        meaning, text = STATEMENTS[name]
        parts += [f"## {title(name)}", f"```\n{grammar.syntax(name)}\n```", meaning]
        parts += [fenced(text, run(text, ()))] if text else []
    return page("Statements", *parts)


def title(rule: str) -> str:
    """The words that a statement begins with, else the rule's name."""
    first = re.match(r"\(?('\w+'(?: \| '\w+')*)", grammar.syntax(rule)) if rule in STATEMENTS else None
    return first[1].replace("'", "").replace(" |", ",") if first else rule.replace("_", " ")


def formulas(run: Run) -> str:
    rows = []
    for place, level in enumerate(grammar.levels(), 1):
        for sign in level.signs:
            number, side = ("", "") if sign != level.signs[0] else (f"**{place}**", SIDES[level.side])
            rows.append(f"| {number} | `{sign}` | {cell(OPERATORS[sign])} | {side} |")
    parts = [
        "## Operators",
        "From tightest to loosest. Operators of one level group from the side that stands there.",
        "\n".join(["| level | sign | meaning | groups |", "|---|---|---|---|", *rows]),
        "## What a formula may be",
    ]
    for name, (meaning, text) in FORMS.items():
        parts += [f"### {title(name)}", meaning, fenced(text, run(text, ()))]
    return page("Formulas and operators", *parts)
