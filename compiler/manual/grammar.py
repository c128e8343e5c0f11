"""What the grammar says of statements and of precedence, read from its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

RULE = re.compile(r"^\??([a-z_]\w*):(.*?)(?=^\S|\Z)", re.M | re.S)
ALTERNATIVES = re.compile(r"\|(?![^()]*\))")
TERMINAL = re.compile(r"^([A-Z_]+)(?:\.\d+)?:(.*)$", re.M)
SIGNS = "+-*/%@^=<>!−×⊙÷·≤≥≠∧∨¬√²³ᵀ.["
LOOSEST = "expr"


@dataclass(frozen=True, slots=True)
class Level:
    """Operators that bind alike, and from which side they group."""

    signs: tuple[str, ...]
    side: str


@cache
def _text() -> str:
    return resources.files("gdc.dsl").joinpath("grammar.lark").read_text(encoding="utf-8")


@cache
def rules() -> dict[str, tuple[str, ...]]:
    """The alternatives of each rule, without comments."""
    text = re.sub(r"(?m)^//.*$", "", _text())
    return {m[1]: tuple(" ".join(a.split()) for a in ALTERNATIVES.split(m[2])) for m in RULE.finditer(text)}


@cache
def terminals() -> dict[str, str]:
    return {m[1]: m[2].strip() for m in TERMINAL.finditer(_text())}


def statements() -> list[str]:
    """The rules of all statements."""
    return list(rules()["_statement"])


def forms() -> set[str]:
    """The names of what a formula may be."""
    expressions = [a for name in reachable(LOOSEST) for a in rules()[name]]
    return {alternative.rpartition("-> ")[2] for alternative in expressions if "->" in alternative}


def reachable(name: str) -> Iterator[str]:
    """The chain of rules from one level of formulas to the next, tighter one."""
    while name:
        yield name
        name = next((a for a in rules()[name] if a in rules()), "")


def spelled(terminal: str) -> tuple[str, ...]:
    """The signs and words that a terminal stands for, plainest first."""
    words = re.findall(r'"([^"]+)"', terminals()[terminal])
    if words:
        return tuple(words)
    pattern = re.compile(terminals()[terminal].strip("/"))
    candidates = [*SIGNS, *(a + b for a in SIGNS for b in SIGNS)]
    return tuple(sorted((c for c in candidates if pattern.fullmatch(c)), key=lambda c: not c.isascii()))


def levels() -> list[Level]:
    """Operators by how tightly they bind, tightest first."""
    found = []
    for name in list(reachable(LOOSEST))[:-1]:      # the last are atoms, which hold signs of their own
        operators = [(t, a) for a in rules()[name] for t in re.findall(r"\b[A-Z]+\b", a) if t in OPERATORS]
        if operators:
            signs = tuple(dict.fromkeys(s for t, _ in operators for s in spelled(t)))
            found.append(Level(signs, grouping(name)))
    return found[::-1]


def grouping(name: str) -> str:
    """From which side operators of one level group."""
    text = " ".join(rules()[name])
    if "POWER" in text:
        return "right"
    if "-> compare" in text:
        return "chain"
    return "left" if ")+" in text else ""


OPERATORS = frozenset("IF OR AND NOT COMPARE SIGN TIMES ROOT POWER SUPERSCRIPT LSQB TRANSPOSE DOT".split())


def syntax(name: str) -> str:
    """A rule as people read it: words and signs as they are written."""
    alternatives = [re.sub(r"\b[A-Z][A-Z_]+\b", lambda m: shown(m[0]), a) for a in rules()[name]]
    return " | ".join(re.sub(r"\b_(\w+)", r"\1", a) for a in alternatives)


def shown(terminal: str) -> str:
    if terminal in ("NAME", "STRING", "TYPE", "NUMBER"):
        return {"NAME": "name", "STRING": '"text"', "TYPE": "element", "NUMBER": "number"}[terminal]
    if terminal == "AUGMENTED":
        return "'+='"
    return f"'{spelled(terminal)[0]}'"
