"""What the command says on standard error: errors with excerpts, notes; in colours on a terminal only."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import click

SCHEMA = 1  # of everything that the command prints as JSON
EXIT = {
    "syntax": 1,
    "name": 1,
    "type": 1,
    "shape": 1,
    "backend": 2,
    "data": 3,
    "index": 4,
    "value": 4,
    "limit": 4,
    "assert": 5,
    "internal": 70,
}
STYLES: dict[str, dict[str, Any]] = {
    "kind": {"fg": "red", "bold": True},
    "place": {"bold": True},
    "message": {"bold": True},
    "gutter": {"fg": "blue"},
    "source": {},
    "caret": {"fg": "red"},
    "hint": {"fg": "cyan"},
}
WORDS = {"input": "green", "param": "green", "output": "cyan", "trace": "cyan"}


def coloured(stream: Any) -> bool:
    """Whether a stream is a terminal that wants colours."""
    return bool(stream.isatty()) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def complain(error: Any) -> None:
    """An Error and its others, with their places."""
    colour = coloured(sys.stderr)
    pieces = [click.style(text, **STYLES[style]) if colour else text for text, style in error.pieces()]
    click.echo("".join(pieces), err=True, nl=False, color=colour)


def complain_json(error: Any) -> None:
    """The same as JSON, on standard output."""
    found = [
        {
            "kind": e.kind,
            "message": e.message,
            "file": e.span.source.name if e.span else None,
            "line": e.line,
            "column": e.column,
            "hint": e.hint,
        }
        for e in (error, *error.others)
    ]
    click.echo(json.dumps({"schema": SCHEMA, "errors": found}, ensure_ascii=False))


def say(text: str) -> None:
    """A note."""
    click.echo(click.style(text, dim=True) if coloured(sys.stderr) else text, err=True, color=coloured(sys.stderr))


def style_signature(text: str) -> str:
    """A signature, its first words in colour on a terminal."""
    if not coloured(sys.stdout):
        return text
    lines = []
    for line in text.split("\n"):
        word, space, rest = line.partition(" ")
        lines.append(click.style(word, fg=WORDS.get(word)) + space + rest)
    return "\n".join(lines)


def style_story(text: str) -> str:
    """What `explain` tells up to the code, its headings and rules in colour on a terminal."""
    if not coloured(sys.stdout):
        return text
    lines, in_code = [], False
    for line in text.split("\n"):
        if line.startswith("=== "):
            in_code = not line.startswith("=== What")
            line = click.style(line, bold=True, fg="cyan")
        elif not in_code and line.startswith("#"):
            line = click.style(line, dim=True)
        elif not in_code and line and not line.startswith(" "):
            name, colon, rest = line.partition(":")
            line = click.style(name, bold=True) + colon + rest
        elif not in_code and line.endswith("]"):
            words, bracket, rule = line.rpartition("[")
            line = words + click.style(bracket + rule, dim=True)
        lines.append(line)
    return "\n".join(lines)
