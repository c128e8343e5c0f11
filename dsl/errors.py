"""The one exception family: every error that a user can meet is a `gdc.Error`."""

from __future__ import annotations

from collections.abc import Iterator

from gdc.dsl.excerpt import Piece, excerpt, printable
from gdc.dsl.source import Source, Span

KINDS = ("syntax", "name", "type", "shape", "index", "value", "data", "assert", "limit", "backend", "internal")
UNNAMED = Source("").name


class Error(Exception):
    """What went wrong, where in the script, and what to do about it.

    kind is one of KINDS; span is None where no place in a script is to blame; `others` are
    further errors found in the same compilation.
    """

    def __init__(self, kind: str, message: str, span: Span | None = None, hint: str | None = None,
                 others: tuple[Error, ...] = ()) -> None:
        super().__init__(message)
        self.kind, self.message, self.span, self.hint, self.others = kind, message, span, hint, others

    @property
    def line(self) -> int | None:
        return self.span.line if self.span else None

    @property
    def column(self) -> int | None:
        return self.span.column if self.span else None

    def pieces(self) -> Iterator[Piece]:
        """What str() shows, as (text, style) pieces: the caller may colour each by its style."""
        yield f"{self.kind} error", "kind"
        if self.span is not None:
            named = self.span.source.name != UNNAMED
            place = f"{self.span.source.name}:{self.line}:{self.column}" if named else f"line {self.line}"
            yield f" {'at' if named else 'on'} {place}", "place"
        yield f": {printable(self.message)}\n", "message"
        if self.span is not None:
            yield from excerpt(self.span)
        if self.hint:
            yield f"  hint: {printable(self.hint)}\n", "hint"
        for other in self.others:
            yield from other.pieces()

    def __str__(self) -> str:
        return "".join(text for text, _ in self.pieces()).rstrip("\n")

    def __reduce__(self) -> tuple[type[Error], tuple[str, str, Span | None, str | None, tuple[Error, ...]]]:
        return type(self), (self.kind, self.message, self.span, self.hint, self.others)
