"""What the writers share: a piece of text with its tightness and its rank, names, and the refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gdc.compiler.names import Namer
from gdc.dsl import tree

ATOM, POWER, UNARY, TIMES, PLUS, COMPARE, NOT, AND, OR, CHOICE = range(9, -1, -1)
"""How tightly Python's operators bind; a call, a name or a number most tightly."""


class Untypable(Exception):
    """What a script uses that has no plain spelling in NumPy; the message names it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Python text of a value; `rank` is None where the tree alone does not say it."""

    text: str
    level: int = ATOM
    rank: int | None = None

    def at(self, level: int) -> str:
        """The text where an operator of this level stands beside it."""
        return self.text if self.level >= level else f"({self.text})"


Write = Callable[[tree.Expr], Piece]


class Names:
    """Python names for a program's variables and functions, which in gd never meet, and what is known of ranks."""

    def __init__(self) -> None:
        self._namer = Namer()
        self._spelled: dict[tuple[str, str], str] = {}
        self.ranks: dict[str, int | None] = {}
        self.used: set[str] = set()  # names that are read

    def variable(self, name: str) -> str:
        return self._spell("variable", name)

    def function(self, name: str) -> str:
        return self._spell("function", name)

    def _spell(self, kind: str, name: str) -> str:
        if name == "_":
            return "_"
        key = (kind, name)
        if key not in self._spelled:
            self._spelled[key] = self._namer.claim(name)
        return self._spelled[key]


def highest(*ranks: int | None) -> int | None:
    """The rank of what broadcasts from these."""
    known = [rank for rank in ranks if rank is not None]
    return max(known) if len(known) == len(ranks) and known else None
