"""What a syntax error says: mistakes known by example, then what the parser wanted, in the user's terms.

An example is matched against the statement with ▸ where the parser stopped. A group named `at` is
what the caret underlines, else it is the token at ▸.
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdc.dsl import names
from gdc.dsl.errors import Error
from gdc.dsl.examples import EXAMPLES, FORMULA
from gdc.dsl.layout import Layout
from gdc.dsl.source import Source, Span

if TYPE_CHECKING:
    from lark.exceptions import UnexpectedInput

TOKEN = re.compile(r"\w+|\.\.\.?|\*\*|//|[:=!<>]=|\S?")
GROUP = re.compile(r"\{(\w+)\}")
LINE_ENDS = ("\n", ";", "")
Example = tuple[re.Pattern[str], str, str | None]


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the parser stopped: `before` and `after` are the two parts of the statement."""

    source: Source
    begin: int
    offset: int
    before: str
    after: str
    wanted: frozenset[str]

    @property
    def token(self) -> str:
        match = TOKEN.match(self.after)
        return match.group() if match else ""

    def error(self, message: str, hint: str | None = None, at: Span | None = None) -> Error:
        return Error("syntax", message, at or self.here(), hint)

    def here(self) -> Span:
        """The token at the stop; at the end of a line, the character before it."""
        if self.token:
            return self.span(self.offset, self.offset + len(self.token))
        end = self.begin + len(self.before.rstrip())
        return self.span(max(end - 1, self.begin), end)

    def span(self, start: int, end: int) -> Span:
        """A span that ends in the text, not in what was added to it."""
        last = len(self.source.text)
        return Span(self.source, min(start, max(last - 1, 0)), min(end, last))


def explain(source: Source, layout: Layout, failure: UnexpectedInput) -> tuple[Error, int]:
    """The error to show, and the offset at which the parser stopped."""
    stop = _stop(source, layout, failure)
    error = (_broken_off(stop) or _known(stop, EXAMPLES) or _missing_operand(stop) or _strange_sign(stop)
             or _unknown_word(stop) or _known(stop, FORMULA) or _generic(stop))
    return error, stop.offset


def _stop(source: Source, layout: Layout, failure: UnexpectedInput) -> Stop:
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    offset = len(layout.text)
    wanted: set[str] = set()
    if isinstance(failure, UnexpectedCharacters):
        offset, wanted = failure.pos_in_stream or 0, set(failure.allowed or ())
    elif isinstance(failure, UnexpectedToken):
        wanted = set(failure.accepts or failure.expected)
        if failure.token.type != "$END" and failure.token.start_pos is not None:
            offset = failure.token.start_pos
    place = bisect_left(layout.edges, offset)
    begin = layout.edges[place - 1] + 1 if place else 0
    finish = layout.edges[place] if place < len(layout.edges) else len(layout.text)
    before = layout.text[begin:offset]
    begin += len(before) - len(before.lstrip())
    return Stop(source, begin, offset, before.lstrip(), layout.text[offset:finish + 1], frozenset(wanted))


def _known(stop: Stop, examples: tuple[Example, ...]) -> Error | None:
    """The first example that the statement matches."""
    before = stop.before[-2000:]
    shown = before + "▸" + stop.after[:2000].rstrip("\n;")
    for pattern, message, hint in examples:
        if (match := pattern.search(shown)) is not None:
            return stop.error(_fill(message, match), hint and _fill(hint, match), _underlined(stop, match, len(before)))
    return None


def _fill(text: str, match: re.Match[str]) -> str:
    """The text with the groups it names in place; other braces are themselves."""
    groups = match.groupdict()

    def group(name: re.Match[str]) -> str:
        found = groups.get(name[1])
        return name[0] if found is None else " ".join(found.replace("▸", "").split())

    return GROUP.sub(group, text).rstrip()


def _underlined(stop: Stop, match: re.Match[str], mark: int) -> Span | None:
    """Where the group `at` is in the source: ▸ is not, and long statements are matched without their head."""
    for group in ("at", "at2"):
        if match.groupdict().get(group):
            start, end = (stop.offset + place - mark - (place > mark) for place in match.span(group))
            return stop.span(start, max(end, start + 1))
    return None


LAST_SIGN = re.compile(r"""(?:\*\*=?|//=?|==|!=|<=|>=|[-+*/%@^:]=|\.\.|[-−+*×⊙/÷%@·^√<>≤≥≠=←,:¬∧∨]
    |(?<!\w)(?:and|or|not|in|if|else|by|return|repeat|while|output|record|print|assert|expect|param|input|def|use|from
    |for|as))\s*\Z""", re.VERBOSE)


def _broken_off(stop: Stop) -> Error | None:
    """A line that wants more, then a statement: the caret goes to the end of the line."""
    last_break = stop.source.text.rfind("\n", stop.begin, stop.offset)
    if last_break < 0 or stop.token not in (":=", "←"):
        return None
    line = stop.before[:last_break - stop.begin]
    match = LAST_SIGN.search(line[-100:])
    if match is None:
        return None
    start = stop.begin + max(len(line) - 100, 0) + match.start()
    sign = match.group().strip()
    return stop.error(f"`{sign}` wants a value after it", None, stop.span(start, start + len(sign)))


def _missing_operand(stop: Stop) -> Error | None:
    """An operator or a word with nothing after it: the caret goes to that, not to the next line."""
    match = LAST_SIGN.search(stop.before[-100:])
    if match is None or not stop.wanted & {"NUMBER", "NAME", "STRING", "TYPE"}:
        return None
    if stop.after[:1] not in (*LINE_ENDS, ")", "]", "{", "}", ",", "=", ":", "*", "/", "^", "@", "%", "<", ">"):
        return None
    sign = match.group().strip()
    start = stop.offset - len(stop.before[-100:]) + match.start()
    what = "a name" if stop.wanted & {"NAME"} and "NUMBER" not in stop.wanted else "a value"
    return stop.error(f"`{sign}` wants {what} after it", None, stop.span(start, start + len(sign)))


def _unknown_word(stop: Stop) -> Error | None:
    """Two names in a row, so the first was meant for a statement's word."""
    first = re.match(r"\w+(?=\s+\Z)", stop.before)
    if first is None or first.group() in names.STATEMENT_WORDS or not re.match(r"[\w(\"]", stop.after):
        return None
    close = difflib.get_close_matches(first.group(), names.STATEMENT_WORDS, 1, 0.7)
    return stop.error(f"no statement begins with `{first.group()}`", f"did you mean `{close[0]}`?" if close else None,
                      stop.span(stop.begin, stop.begin + len(first.group())))


SIGNS = frozenset("()[]{}<>=!+-−*×⊙/÷%@·^∧∨¬√,;:._\"≤≥≠←πᵀ²³∞∇")


def _strange_sign(stop: Stop) -> Error | None:
    sign = stop.token[:1]
    if not sign.strip() or sign.isalnum() or sign in SIGNS:
        return None
    return stop.error(f"`{sign}` is no sign of this language")


def _generic(stop: Stop) -> Error:
    if not stop.token:
        return stop.error("this is not complete" + _wish(stop.wanted))
    return stop.error(f"`{stop.token}` cannot stand here" + _wish(stop.wanted))


WISHES = (("ELSE", "`else` and the other value"), ("LBRACE", "a block `{ … }`"), ("RPAR", "`)`"), ("RSQB", "`]`"),
          ("ASSIGN", "`:=`"), ("IN", "`in` and a range"), ("AS", "`as` and a name"), ("LPAR", "`(`"),
          ("EQ", "`=`"), ("STRING", 'a text in `"…"`'), ("TYPE", "a type, such as real[m, n]"), ("NAME", "a name"),
          ("_NL", "the end of the line"), ("RBRACE", "`}`"))


def _wish(wanted: frozenset[str]) -> str:
    """What could stand there: a value, or an operator and whatever ends one, or at most three other things."""
    if "NUMBER" in wanted:
        return ": a value is wanted"
    if "SIGN" in wanted:
        return ": an operator or the end of the formula is wanted"
    found = [words for terminal, words in WISHES if terminal in wanted]
    return f": {' or '.join(found[:3])} is wanted" if found else ""
