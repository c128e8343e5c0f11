"""What every callback of the parser stands on: children, their places, and faults kept for later."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from gdc.dsl import names, tree
from gdc.dsl.errors import Error
from gdc.dsl.source import Source, Span

if TYPE_CHECKING:
    from lark import Token

    Child: TypeAlias = Token | tree.Node

Made = TypeVar("Made")

PLAIN = {"−": "-", "×": "*", "⊙": "*", "÷": "/", "**": "^", "≤": "<=", "≥": ">=", "≠": "!=", "¬": "not",
         "∧": "and", "∨": "or"}


def plain(sign: str) -> str:
    return PLAIN.get(sign, sign)


def is_token(child: object, *kinds: str) -> bool:
    return getattr(child, "type", None) in kinds


def of(kind: type[Made] | tuple[type[Made], ...], children: Sequence[object]) -> tuple[Made, ...]:
    """Those of one kind, in order."""
    return tuple(child for child in children if isinstance(child, kind))


def only(kind: type[Made], children: Sequence[object]) -> Made | None:
    return next((child for child in children if isinstance(child, kind)), None)


def start(child: Child) -> int:
    if isinstance(child, tree.Node):
        return child.span.start
    assert child.start_pos is not None
    return child.start_pos


def end(child: Child) -> int:
    if isinstance(child, tree.Node):
        return child.span.end
    assert child.end_pos is not None
    return child.end_pos


class Places(threading.local):
    """Each thread has its own source and its own list of faults."""

    def __init__(self) -> None:
        self.begin(Source(""))

    def begin(self, source: Source) -> None:
        self.source = source
        self.faults: list[Error] = []

    def span(self, first: Child, last: Child) -> Span:
        return Span(self.source, start(first), end(last))

    def fault(self, message: str, where: Child | Span, hint: str | None = None) -> None:
        """Keep an error for later, so that the rest of the text is still read."""
        span = where if isinstance(where, Span) else self.span(where, where)
        self.faults.append(Error("syntax", message, span, hint))

    def word(self, token: Token) -> str:
        """A name's normal form, after a look at what it is made of."""
        text = str(token)
        if text.isascii():
            return text
        if (strange := names.stranger(text)) is not None:
            place = start(token) + strange
            self.fault(f"`{text[strange]}` cannot stand in a name", Span(self.source, place, place + 1))
        elif names.normal(text) in names.RESERVED:
            self.fault(f"`{text}` reads as `{names.normal(text)}`, a word of the language", token)
        return names.normal(text)

    def leaf(self, token: Token) -> tree.Name:
        return tree.Name(self.span(token, token), self.word(token))
