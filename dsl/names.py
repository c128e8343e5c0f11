"""Names and words: what may be one, and which are taken."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

STATEMENT_WORDS = ("input", "param", "output", "def", "return", "use", "repeat", "while", "for", "if", "else", "stop",
                   "skip", "record", "print", "assert", "assert_grad", "expect")
ELEMENT_TYPES = ("bool", "int", "real", "complex", "i32", "i64", "f32", "f64", "c64", "c128")
CONSTANTS = ("true", "false", "pi", "inf", "nan")
RESERVED = frozenset(("in", "and", "or", "not", "new", "for", "if", "else", *ELEMENT_TYPES, *CONSTANTS))


@lru_cache(maxsize=10_000)
def normal(name: str) -> str:
    """The form in which names are compared."""
    return name if name.isascii() else unicodedata.normalize("NFKC", name)


def stranger(name: str) -> int | None:
    """Where in a name, as it was typed, stands a character that no name may hold; None if it is a good one."""
    if name.isascii():
        return None
    for position, character in enumerate(name):
        if not (is_name_character(character) or (character == "∇" and position == 0)):
            return position
    return None


def is_name_character(character: str) -> bool:
    """A letter, a combining mark, a digit, a subscript digit or `_`, as they are after NFKC too."""
    if character.isascii():
        return character.isalnum() or character == "_"
    if "₀" <= character <= "₉":
        return True
    if unicodedata.category(character)[0] not in "LM" and unicodedata.category(character) != "Nd":
        return False
    return all(unicodedata.category(part)[0] in "LM" or unicodedata.category(part) == "Nd"
               for part in unicodedata.normalize("NFKC", character))
