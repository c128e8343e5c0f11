"""The first look at a text: brackets, blocks, comments and the line breaks that are white space.

It yields a text of the same length (and a missing `}` or two after its end), so an offset in it is an
offset in the script. Comments are blanked, and so is each line break that LANGUAGE §1 calls white
space; the grammar then takes every line break that is left for the end of a statement. Brackets are
matched here, because only here is it known where an unclosed one was opened, and because 20,000 of
them must not reach the parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from gdc.dsl.errors import Error
from gdc.dsl.source import Source, Span

CLOSERS = {"(": ")", "[": "]", "{": "}"}
OPENERS = {closer: opener for opener, closer in CLOSERS.items()}
QUOTED = re.compile(r'"[^"\n]*("?)|#[^\n]*')
MARK = re.compile(r'"[^"\n]*"|[()\[\]{}\n;]')
WANTS_MORE = re.compile(r"(?:[-−+*×⊙/÷%@·^∧∨¬√<>≤≥≠=←,]|(?<!\.)\.\.|(?<![\w.])(?:and|or|not|if|else|in|by))\Z")
ELSE_NEXT = re.compile(r"\s*else(?!\w)")
STATEMENT = re.compile(r"[^\S\n]*(?:[^\W\d][^\s(){}=:]*[^\S\n]*(?::=|←)|(?:repeat|while|output|input|def)[^\S\n]+\w)")


@dataclass(slots=True)
class Layout:
    """The text for the grammar, and what was learnt of it on the way."""

    text: str
    edges: list[int] = field(default_factory=list)
    """Offsets of what parts statements: line ends, `;` and braces; ascending."""
    blocks: dict[int, int] = field(default_factory=dict)
    """Offset of each `{` -> offset of its `}`."""
    unclosed: list[int] = field(default_factory=list)
    """Offsets of the `(` and `[` that nothing closes."""
    errors: list[Error] = field(default_factory=list)


def lay_out(source: Source, max_nesting: int) -> Layout:
    """Match the brackets of a source; raises only where they nest too deep."""
    return _Scan(source, max_nesting).run()


class _Scan:
    def __init__(self, source: Source, max_nesting: int) -> None:
        self.source, self.max_nesting = source, max_nesting
        self.errors: list[Error] = []
        self.text = QUOTED.sub(self.unquote, source.text)
        self.characters = list(self.text)
        self.layout = Layout("", errors=self.errors)
        self.open: list[int] = []
        self.line_end = self.content_end = 0

    def run(self) -> Layout:
        for match in MARK.finditer(self.text):
            self.mark(match.start(), match.group())
        missing = "}" * sum(self.text[position] == "{" for position in self.open)
        while self.open:
            self.unclosed(self.open.pop(), len(self.text))
        self.layout.text = "".join(self.characters) + missing
        return self.layout

    def unquote(self, match: re.Match[str]) -> str:
        """Blank a comment; finish a text that is not finished."""
        quoted = match.group()
        if quoted.startswith("#"):
            return " " * len(quoted)
        if not match.group(1):
            self.fault('a text is not finished: its closing `"` is missing on the line', match.start(), match.end())
            return ('"' + " " * len(quoted))[: len(quoted) - 1] + '"'
        return quoted

    def mark(self, start: int, sign: str) -> None:
        if sign in CLOSERS:
            self.opener(start, sign)
        elif sign in OPENERS:
            self.closer(start, sign)
        elif sign == "\n":
            self.line_break(start)
        elif sign == ";":
            self.layout.edges.append(start)

    def opener(self, start: int, sign: str) -> None:
        if len(self.open) == self.max_nesting:
            raise Error("limit", f"brackets and blocks are nested more than {self.max_nesting} deep",
                        Span(self.source, start, start + 1), "name the inner parts: give them lines of their own")
        self.open.append(start)
        if sign == "{":
            self.layout.edges.append(start)

    def closer(self, start: int, sign: str) -> None:
        opened = [self.text[position] for position in self.open]
        if sign == "}" and "{" in opened:
            self.drop_brackets(start)
            self.layout.blocks[self.open.pop()] = start
            self.layout.edges.append(start)
        elif opened and opened[-1] == OPENERS[sign]:
            self.open.pop()
        elif opened and opened[-1] != "{" and sign != "}":
            self.wrong_closer(start, sign)
        else:
            self.fault(f"`{sign}` closes nothing: no `{OPENERS[sign]}` is open here", start, start + 1)
            self.characters[start] = " "

    def wrong_closer(self, start: int, sign: str) -> None:
        """It counts as the right one, so that one slip is one error."""
        opened = self.open.pop()
        opener = self.text[opened]
        line = Span(self.source, opened, opened + 1).line
        self.fault(f"`{sign}` does not close the `{opener}` of line {line}: that takes `{CLOSERS[opener]}`",
                   start, start + 1)
        self.characters[start] = CLOSERS[opener]

    def line_break(self, start: int) -> None:
        if self.in_brackets() and STATEMENT.match(self.text, start + 1):
            self.drop_brackets(start)
        if self.in_brackets() or self.goes_on(start):
            self.characters[start] = " "
        else:
            self.layout.edges.append(start)

    def in_brackets(self) -> bool:
        return bool(self.open) and self.text[self.open[-1]] != "{"

    def goes_on(self, start: int) -> bool:
        """Does the line that ends here want more, or is the next one the `else` of the block just closed?"""
        end = start
        while end > self.line_end and self.text[end - 1].isspace():
            end -= 1
        self.content_end = end if end > self.line_end else self.content_end
        self.line_end = start
        content = self.text[max(self.content_end - 5, 0):self.content_end]
        if content.endswith("}"):
            return ELSE_NEXT.match(self.text, start) is not None
        return WANTS_MORE.search(content) is not None

    def drop_brackets(self, end: int) -> None:
        """Every ( and [ that is open is never closed: another statement or the end of the block comes first."""
        while self.in_brackets():
            self.unclosed(self.open.pop(), end)

    def unclosed(self, opened: int, end: int) -> None:
        opener = self.text[opened]
        self.fault(f"`{opener}` is never closed: `{CLOSERS[opener]}` is missing", opened, opened + 1)
        if opener == "{":
            self.layout.blocks[opened] = end
        else:
            self.layout.unclosed.append(opened)

    def fault(self, message: str, start: int, end: int) -> None:
        self.errors.append(Error("syntax", message, Span(self.source, start, end)))
