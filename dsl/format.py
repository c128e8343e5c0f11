"""A script in the house style (docs/format.md): `gdc fmt`. Only white space and needless `;` ever change.

The tokens are the parser's own, in their order, so the tree stays the same: `formatted` compares them before it hands
a text back. What lies between two tokens (line breaks, `;`, comments) is their gap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdc.dsl.parse import parse, tokens
from gdc.dsl.source import Source

if TYPE_CHECKING:
    from lark import Token

INDENT = 4
OPENERS = {"RPAR": "LPAR", "RSQB": "LSQB", "RBRACE": "LBRACE"}
OPERANDS = frozenset("NAME NUMBER CONSTANT TYPE STRING RPAR RSQB TRANSPOSE SUPERSCRIPT ELLIPSIS NEW".split())
TIGHT_AFTER = frozenset("LPAR LSQB DOT DOTS POWER TIMES ROOT UNARY NAMED SLICE".split())
TIGHT_BEFORE = frozenset("RPAR RSQB COMMA DOT DOTS POWER TIMES TRANSPOSE SUPERSCRIPT NAMED COLON".split())
WIDE = frozenset("% × ⊙ ÷".split())      # stand apart; the other signs of products are tight
CALLABLE = frozenset("NAME TYPE ASSERT_GRAD".split())
GAP = re.compile(r"#[^\n]*|\n|;")


@dataclass(slots=True)
class Item:
    """A token or a comment, and what stood before it."""

    text: str
    kind: str
    lines: int = 0
    """Line breaks before it."""
    ends: bool = False
    """Whether a statement ended before it."""
    column: int = 0
    """Where it stood on its line."""


def formatted(source: Source) -> str:
    """The script in the house style. Raises gdc.Error where it does not parse."""
    parse(source)
    found = tokens(source)
    text = _Writer(_blocks(_items(source, found))).text()
    if _meaning(tokens(Source(text, source.name))) != _meaning(found):
        raise RuntimeError("formatting would change the meaning of the script")
    return text


def _meaning(found: list[Token]) -> list[tuple[str, str]]:
    """The tokens, but for ends of statements where a brace or the script's end says as much."""
    kept = [(t.type, "" if t.type == "_NL" else str(t)) for t in found]
    sides = [("LBRACE", "{"), *kept, ("RBRACE", "}")]
    return [
        token
        for before, token, after in zip(sides, kept, sides[2:], strict=False)
        if token[0] != "_NL" or before[0] != "LBRACE" and after[0] != "RBRACE"
    ]


# --- reading -----------------------------------------------------------------------------------


def _items(source: Source, found: list[Token]) -> list[Item]:
    """Tokens and comments, each with its gap; signs and colons by what they do."""
    items: list[Item] = []
    kinds = _kinds(found)
    at, ends = 0, False
    for token, kind in zip(found, kinds, strict=True):
        if kind == "_NL":
            ends = True
            continue
        start, end = token.start_pos, token.end_pos
        assert start is not None and end is not None
        items += _gap(source.text, at, start, ends)
        items[-1].text, items[-1].kind = source.text[start:end], kind
        at, ends = end, False
    items += _gap(source.text, at, len(source.text), True)
    return items


def _gap(text: str, start: int, end: int, ends: bool) -> list[Item]:
    """The comments between two tokens, then room for the second of them."""
    items = [Item("", "", ends=ends)]
    for match in GAP.finditer(text, start, end):
        if match.group() == "\n":
            items[-1].lines += 1
        elif match.group() != ";":
            items[-1].text, items[-1].kind = match.group().rstrip(), "COMMENT"
            items[-1].column = match.start() - text.rfind("\n", 0, match.start()) - 1
            items.append(Item("", "", ends=ends))
    return items


def _kinds(found: list[Token]) -> list[str]:
    """Each token's type, but UNARY, WIDE, NAMED (`axis=0`) and SLICE where spaces depend on more than the type."""
    kinds: list[str] = []
    opened: list[str] = []
    for k, token in enumerate(found):
        kind = token.type
        if kind in ("LPAR", "LSQB", "LBRACE"):
            defines = kind == "LPAR" and k >= 2 and found[k - 2].type == "DEF"
            opened.append("DEF" if defines else kind)
        elif kind in OPENERS:
            opened.pop()
        inside = opened[-1] if opened else ""
        before = kinds[-1] if kinds else ""
        if kind == "TIMES" and token in WIDE:
            kind = "WIDE"
        elif kind == "SIGN" and before not in OPERANDS or kind == "NOT" and token == "¬":
            kind = "UNARY"
        elif kind == "EQ" and inside == "LPAR":
            kind = "NAMED"
        elif kind == "COLON" and inside == "LSQB":
            kind = "SLICE"
        kinds.append(kind)
    return kinds


def _blocks(items: list[Item]) -> list[Item]:
    """Braces with a line break anywhere between them get one after `{` and one before `}`; `else` follows its `}`."""
    opened: list[int] = []
    breaks = [0]
    for k, item in enumerate(items):
        breaks.append(breaks[-1] + item.lines)
        if item.kind == "LBRACE":
            opened.append(k)
        elif item.kind == "RBRACE":
            first = opened.pop() + 1
            if breaks[k + 1] > breaks[first]:
                inner = next((j for j in range(first, k) if items[j].kind != "COMMENT" or items[j].lines), k)
                items[inner].lines = items[inner].lines or 1
                item.lines = item.lines or 1
        elif item.kind == "ELSE" and k and items[k - 1].kind == "RBRACE":
            item.lines = 0
    return items


# --- writing -----------------------------------------------------------------------------------


def spaced(before: str, after: str) -> bool:
    """Whether a space stands between two kinds of token on one line."""
    if after == "LPAR" and before in CALLABLE or after == "LSQB" and before in OPERANDS:
        return False
    if after == "SLICE":
        return before == "COMMA"
    return before not in TIGHT_AFTER and after not in TIGHT_BEFORE and (before, after) != ("LBRACE", "RBRACE")


@dataclass(slots=True)
class _Open:
    """A bracket that is open: where it stands, how far its line is indented, whether more follows on that line."""

    kind: str
    column: int
    indent: int
    filled: bool


class _Writer:
    def __init__(self, items: list[Item]) -> None:
        self.items = items
        self.lines: list[str] = []
        self.line = ""
        self.indent = 0                         # of the line that is being written
        self.opened: list[_Open] = []
        self.last = "START"                     # the last token's kind
        self.before = "START"                   # the last item's, a comment's too

    def text(self) -> str:
        for item, after in zip(self.items, self.items[1:], strict=False):
            if item.kind == "COMMENT":
                self.comment(item)
            else:
                self.token(item, after)
            self.before = item.kind
        self.lines.append(self.line)
        return "\n".join(self.lines).strip("\n") + "\n" if self.items[1:] else ""

    def comment(self, item: Item) -> None:
        if item.lines or self.before == "START":
            self.new_line(item, self.start(item))
            self.line += item.text
        else:
            self.line += " " * max(item.column - len(self.line), 2) + item.text

    def token(self, item: Item, after: Item) -> None:
        if item.kind in OPENERS:
            closed = self.opened.pop()
            if item.lines:
                self.new_line(item, closed.column if closed.filled else closed.indent)
            else:
                self.gap(item)
        elif item.lines:
            self.new_line(item, self.start(item))
        else:
            self.gap(item)
        if item.kind in OPENERS.values():
            filled = not after.lines and after.kind != "COMMENT"
            self.opened.append(_Open(item.kind, len(self.line), self.indent, filled))
        self.line += item.text
        self.last = item.kind

    def gap(self, item: Item) -> None:
        """What parts a token from the one before it on its line."""
        if item.ends and self.last not in ("START", "LBRACE") and item.kind != "RBRACE":
            self.line += "; "
        elif self.last != "START" and spaced(self.last, item.kind):
            self.line += " "

    def fresh(self, item: Item) -> bool:
        """Whether a new line begins with a statement, a brace or a comment between statements."""
        return item.ends or self.last in ("START", "LBRACE", "RBRACE")

    def start(self, item: Item) -> int:
        """How far a new line is indented."""
        if self.fresh(item) or not self.opened:
            return INDENT * len(self.opened) + INDENT * (not self.fresh(item))
        bracket = self.opened[-1]
        if bracket.kind == "LBRACE":
            return INDENT * (len(self.opened) + 1)
        return bracket.column + 1 if bracket.filled else bracket.indent + INDENT

    def new_line(self, item: Item, indent: int) -> None:
        if self.before != "START":
            self.lines.append(self.line)
            if item.lines > 1 and self.fresh(item) and self.before != "LBRACE" and item.kind != "RBRACE":
                self.lines.append("")
        self.indent, self.line = indent, " " * indent
