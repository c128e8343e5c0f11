"""A source line with a caret under what is meant, in pieces that a terminal may colour."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from gdc.dsl.source import Span

Piece = tuple[str, str]
"""(text, style); the styles are kind, place, message, gutter, source, caret and hint."""

LONGEST = 100       # a line up to this many characters is shown whole
HEAD = 72           # of a longer one, the start
AROUND = 32         # and this much on either side of the caret


def excerpt(span: Span) -> Iterator[Piece]:
    """The first line of a span, and carets under the part of the span on it."""
    line = span.source.line_text(span.line)
    indent = len(line) - len(line.lstrip())
    text = line.strip()
    start = min(max(span.column - 1 - indent, 0), len(text))
    end = max(min(start + span.end - span.start, len(text)), start + 1)
    number = str(span.line)
    if len(text) <= LONGEST:
        yield from _row(number, text)
        yield from _carets(number, text[:start], text[start:end])
    elif end <= HEAD:
        yield from _row(number, text[:HEAD] + " …")
        yield from _carets(number, text[:start], text[start:end])
    else:
        yield from _row(number, text[:HEAD] + " …")
        left, right = max(start - AROUND, 0), min(max(start + AROUND, 0), len(text))
        before = "… " + text[left:start]
        yield from _row(" " * len(number), before + text[start:right] + (" …" if right < len(text) else ""))
        yield from _carets(number, before, text[start:min(end, right)])


def printable(text: str) -> str:
    """The text with control characters, which could act on a terminal, made visible."""
    if text.isprintable():
        return text
    return "".join("\ufffd" if unicodedata.category(character) == "Cc" and character not in "\t\n" else character
                   for character in text)


def width(text: str) -> int:
    """The columns that a text takes in a terminal."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _row(number: str, text: str) -> Iterator[Piece]:
    yield f"  {number} | ", "gutter"
    yield printable(text) + "\n", "source"


def _carets(number: str, before: str, under: str) -> Iterator[Piece]:
    """`^~~` below a part of a line; a tab before it stays a tab, so that both lines stop at the same places."""
    yield f"  {' ' * len(number)} | ", "gutter"
    yield "".join("\t" if character == "\t" else " " * _columns(character) for character in before), "source"
    yield "^" + "~" * (width(under) - 1) + "\n", "caret"
