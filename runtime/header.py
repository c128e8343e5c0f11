"""The test that a script's leading comment carries: what goes in, what must come out (docs/testing.md).

    # input X = [[1, 2], [3, 4]]        a value that the caller gives
    # expect w = X.sum(axis=0)          an output, its element kind (bool, int, real) included
    # expect trace J = [3.0, 2.0]       a trace
    # expect only w, b                  the names of the outputs, in order
    # tolerance 1e-6                    instead of 1e-9, relative and absolute
    # exact                             bit for bit, the sign of zero included
    # error index 3: 5, size 4          must be refused: kind, line, words of the message
    # alone                             (gdc's own tests) the reference is not asked
    # count np.matmul 2 on numpy        (gdc's own tests) how often the text of a target holds these words

Values are NumPy formulas over the inputs above them. They are read by `numpy_value`, never handed to Python.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gdc.dsl.errors import KINDS, Error
from gdc.dsl.source import Source, Span
from gdc.runtime.numpy_value import evaluate

TOLERANCE = 1e-9
NAME = r"[^\s=,()\[\]{}]+"
VALUE = re.compile(rf"(input|expect trace|expect) +({NAME}) *=(?!=) *(.*)", re.DOTALL)
ONLY = re.compile(rf"expect only +({NAME}(?: *, *{NAME})*)")
REFUSED = re.compile(rf"error +({'|'.join(KINDS)})(?: +(\d+))? *(?:: *(.*))?")
COUNT = re.compile(r"count +(\S.*?) +(\d+) +on +(\w+)")


@dataclass(frozen=True, slots=True)
class Expected:
    """A value that must come out, and where the header says so."""

    value: Any
    span: Span


@dataclass(frozen=True, slots=True)
class Refusal:
    """The error that a script must end with."""

    kind: str
    line: int | None
    words: tuple[str, ...]
    span: Span

    def __str__(self) -> str:
        article = "an" if self.kind[0] in "aeiou" else "a"
        return f"{article} {self.kind} error" + (f" on line {self.line}" if self.line else "")


@dataclass(slots=True)
class Case:
    """What a script's header says."""

    source: Source
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Expected] = field(default_factory=dict)
    traces: dict[str, Expected] = field(default_factory=dict)
    only: tuple[str, ...] | None = None
    tolerance: float = TOLERANCE
    exact: bool = False
    error: Refusal | None = None
    alone: bool = False
    counts: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def says_something(self) -> bool:
        """Whether there is anything to hold a run against."""
        return bool(self.outputs or self.traces or self.only or self.error)


def case_of(source: Source) -> Case:
    """The test in a script's leading comment. Raises gdc.Error where a line of it cannot be read."""
    case = Case(source)
    for start, text in directives(source.text):
        span = Span(source, start, start + len(text.split("\n")[0]))
        read(case, text, span)
    return case


def directives(text: str) -> Iterator[tuple[int, str]]:
    """(offset, words) of each line of the leading comment; a value with an open bracket goes on in the next line."""
    at, held = 0, (0, "")
    for line in text.split("\n"):
        if not line.startswith("#"):
            break
        words = line[1:]
        start = at + 1 + len(words) - len(words.lstrip())
        held = (held[0], held[1] + "\n" + words) if held[1] else (start, words.strip())
        if not VALUE.match(held[1]) or balance(held[1]) <= 0:
            yield held
            held = (0, "")
        at += len(line) + 1
    if held[1]:
        yield held


def balance(text: str) -> int:
    """How many brackets are open at the end."""
    return sum(map(text.count, "([{")) - sum(map(text.count, ")]}"))


def read(case: Case, text: str, span: Span) -> None:
    """One directive; any other line is prose."""
    if match := ONLY.fullmatch(text):
        case.only = tuple(normal(name.strip()) for name in match[1].split(","))
    elif match := VALUE.fullmatch(text):
        value = evaluate(match[3], case.inputs, Span(span.source, span.start + match.start(3), span.end))
        if match[1] == "input":
            case.inputs[normal(match[2])] = value
        else:
            place = case.outputs if match[1] == "expect" else case.traces
            place[normal(match[2])] = Expected(value, span)
    elif match := REFUSED.fullmatch(text):
        words = tuple(w.strip() for w in match[3].split(", ")) if match[3] else ()
        case.error = Refusal(match[1], int(match[2]) if match[2] else None, words, span)
    elif match := COUNT.fullmatch(text):
        case.counts.append((match[1], int(match[2]), match[3]))
    elif text in ("exact", "alone"):
        setattr(case, text, True)
    elif match := re.fullmatch(r"tolerance +([\d.eE+-]+)", text):
        try:
            case.tolerance = float(match[1])
        except ValueError:
            raise Error("syntax", f"{match[1]} is not a number", span, "tolerance 1e-6") from None


def normal(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


# --- holding a run against it ------------------------------------------------------------------


def differences(outputs: Any, traces: Any, case: Case, kinds: bool = True) -> list[tuple[str, Span | None]]:
    """What is not as the header says, in words, each with the place that says it."""
    found: list[tuple[str, Span | None]] = []
    if case.only is not None and list(outputs) != list(case.only):
        found.append((f"the outputs are {', '.join(outputs)}, not {', '.join(case.only)}", None))
    for word, wanted, have in (("", case.outputs, outputs), ("trace ", case.traces, traces)):
        for name, expected in wanted.items():
            if name not in have:
                said = f"there is no {word or 'output '}{name}; there is {', '.join(have) or 'none'}"
            else:
                said = difference(word + name, have[name], expected.value, case, kinds)
            if said:
                found.append((said, expected.span))
    return found


def difference(name: str, got: Any, want: Any, case: Case, kinds: bool = True) -> str:
    """How a value differs from what it must be: shape, kind or the entry that is furthest off; "" where it does not."""
    got, want = np.asarray(got), np.asarray(want)
    if got.shape != want.shape:
        return f"{name} has shape {list(got.shape)}, expected {list(want.shape)}"
    if kinds and got.dtype.kind != want.dtype.kind:
        return f"{name} is {got.dtype}, expected {want.dtype}"
    wrong = ~alike(got, want, case)
    if not wrong.any():
        return ""
    with np.errstate(all="ignore"):
        gap = np.where(wrong, np.abs(got.astype(complex) - want.astype(complex)), -1.0)
    gap = np.where(np.isnan(gap), np.inf, gap)
    place = np.unravel_index(int(np.argmax(gap)), got.shape) if got.ndim else ()
    entry = f"{name}[{', '.join(map(str, place))}]" if place else name
    many = f" ({int(wrong.sum())} of {wrong.size} entries differ)" if wrong.size > 1 else ""
    bound = "exactly" if case.exact or want.dtype.kind in "bi" else f"within {case.tolerance:g}"
    return f"{entry} is {got[place]}, expected {want[place]} {bound}{many}"


def alike(got: np.ndarray, want: np.ndarray, case: Case) -> np.ndarray:
    """Where two arrays of one shape agree."""
    with np.errstate(all="ignore"):
        same = (got == want) | (got != got) & (want != want)
        if case.exact:
            return same & signs_agree(got, want) if want.dtype.kind in "fc" else same
        if want.dtype.kind in "bi":
            return np.asarray(same)
        near = np.isfinite(want) & (np.abs(got - want) <= case.tolerance*(1 + np.abs(want)))
        return np.asarray(same | near)


def signs_agree(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    """Where the signs of zeros agree too, of both parts; nan has none."""
    agree = np.ones(got.shape, np.bool_)
    for part in (np.real, np.imag):
        agree &= (np.signbit(part(got)) == np.signbit(part(want))) | np.isnan(part(got))
    return agree


def refused(error: Error, refusal: Refusal) -> str:
    """How an error differs from the expected one; "" where it does not."""
    if error.kind != refusal.kind or refusal.line not in (None, error.line):
        return f"expected {refusal}, not this: {error}"
    lacking = [word for word in refusal.words if word not in str(error)]
    return f"{lacking[0]!r} is missing from the message: {error}" if lacking else ""
