"""Every function that a script may call, by name: the rows of `functions.py`, and the prelude's with their comments."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from gdc.compiler.build.program import prelude
from gdc.compiler.manual.functions import GROUPS, Group, Row


@dataclass(frozen=True, slots=True)
class Entry:
    """A function's row, its group, and where gd itself defines it, that text."""

    row: Row
    group: Group
    definition: str = ""

    @property
    def name(self) -> str:
        return self.row.name


@cache
def entries() -> dict[str, Entry]:
    found = {}
    for group in GROUPS:
        for row in group.rows:
            entry = Entry(row, group) if isinstance(row, Row) else of_prelude(row, group)
            found[entry.name] = entry
    return found


def of_prelude(name: str, group: Group) -> Entry:
    """What stands above a function of the prelude: its meaning, and behind that an example."""
    definition = prelude()[name].definition
    lines = comment_above(name)
    meaning = " ".join(line for line in lines if not line.startswith("    ")).rstrip(".")
    given, _, shown = " ".join(line.strip() for line in lines if line.startswith("    ")).rpartition("; ")
    call = definition.span.text.removeprefix("def ").split(") ", 1)[0].replace(" = ", "=") + ")"
    return Entry(Row(call, meaning[0].lower() + meaning[1:], given, shown), group, definition.span.text)


def comment_above(name: str) -> list[str]:
    """The lines of the comment that ends right above a function of the prelude, without their signs."""
    span = prelude()[name].definition.span
    found: list[str] = []
    for line in reversed(span.source.text[: span.start].splitlines()):
        if not line.startswith("# "):
            break
        found.append(line[2:].rstrip())
    return found[::-1]
