"""Symbolic sizes: integer polynomials over atoms, such as `m`, `n - 1`, `2*m`, `m//2`.

A size is canonical, so equal sizes are equal values. An atom is a name (a contract's dimension, an
int input), a FloorDiv of two sizes, or an IR node whose value is an int (anything with `uid` and `name`).
Atoms stand for sizes, so every proof here may take them to be zero or more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Union

Atom = Any
Monomial = tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class FloorDiv:
    """`top // bottom` where it is not a polynomial."""

    top: Dim
    bottom: Dim

    def __str__(self) -> str:
        return f"{_bracketed(self.top)}//{_bracketed(self.bottom)}"


class Dim:
    """An integer polynomial; immutable, hashable, compared by value."""

    __slots__ = ("_hash", "terms")
    terms: tuple[tuple[Monomial, int], ...]

    def __init__(self, terms: Mapping[Monomial, int]) -> None:
        kept = sorted(((m, c) for m, c in terms.items() if c), key=lambda t: _monomial_key(t[0]))
        object.__setattr__(self, "terms", tuple(kept))
        object.__setattr__(self, "_hash", hash(self.terms))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Dim is immutable")

    def __reduce__(self) -> tuple[Any, ...]:
        return (Dim, (dict(self.terms),))

    def __hash__(self) -> int:
        return int(self._hash)  # type: ignore[attr-defined]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dim) and self.terms == other.terms

    def __add__(self, other: Size) -> Dim:
        total = dict(self.terms)
        for monomial, factor in dim(other).terms:
            total[monomial] = total.get(monomial, 0) + factor
        return Dim(total)

    def __neg__(self) -> Dim:
        return Dim({m: -c for m, c in self.terms})

    def __sub__(self, other: Size) -> Dim:
        return self + -dim(other)

    def __mul__(self, other: Size) -> Dim:
        total: dict[Monomial, int] = {}
        for m1, c1 in self.terms:
            for m2, c2 in dim(other).terms:
                monomial = tuple(sorted(m1 + m2, key=_atom_key))
                total[monomial] = total.get(monomial, 0) + c1 * c2
        return Dim(total)

    def __floordiv__(self, other: Size) -> Dim:
        bottom = dim(other)
        if self.is_constant and bottom.is_constant and bottom.constant:
            return dim(self.constant // bottom.constant)
        if bottom == ONE:
            return self
        if bottom.is_constant and bottom.constant and all(c % bottom.constant == 0 for _, c in self.terms):
            return Dim({m: c // bottom.constant for m, c in self.terms})
        if self == bottom:
            return ONE
        return Dim({(FloorDiv(self, bottom),): 1})

    @property
    def is_constant(self) -> bool:
        return not self.terms or (len(self.terms) == 1 and not self.terms[0][0])

    @property
    def constant(self) -> int:
        """The value of a constant size."""
        if not self.is_constant:
            raise ValueError(f"{self} is not a constant")
        return self.terms[0][1] if self.terms else 0

    @property
    def atom(self) -> Atom | None:
        """The atom, where the size is one atom and nothing else."""
        if len(self.terms) == 1 and self.terms[0][1] == 1 and len(self.terms[0][0]) == 1:
            return self.terms[0][0][0]
        return None

    def atoms(self) -> Iterator[Atom]:
        """Every atom, those inside FloorDiv included."""
        for monomial, _ in self.terms:
            for atom in monomial:
                if isinstance(atom, FloorDiv):
                    yield from atom.top.atoms()
                    yield from atom.bottom.atoms()
                else:
                    yield atom

    def substitute(self, value: Callable[[Atom], Size | None]) -> Dim:
        """The size with each atom for which `value` gives something replaced by it."""
        total = dim(0)
        for monomial, factor in self.terms:
            product = dim(factor)
            for atom in monomial:
                if isinstance(atom, FloorDiv):
                    product = product * (atom.top.substitute(value) // atom.bottom.substitute(value))
                else:
                    new = value(atom)
                    product = product * (Dim({(atom,): 1}) if new is None else new)
            total = total + product
        return total

    def evaluate(self, value: Callable[[Atom], int]) -> int:
        """The number, once every atom has one."""
        return self.substitute(value).constant

    def __str__(self) -> str:
        if not self.terms:
            return "0"
        text = ""
        for monomial, factor in sorted(self.terms, key=lambda t: not t[0]):
            sign = "-" if factor < 0 else "+"
            body = "*".join(_atom_text(a) for a in monomial)
            size = abs(factor)
            shown = body if body and size == 1 else f"{size}*{body}" if body else str(size)
            text += f" {sign} {shown}" if text else ("-" if sign == "-" else "") + shown
        # the constant last, as a textbook writes it
        return text

    __repr__ = __str__


Size = Union[Dim, int]


def dim(value: Size | str) -> Dim:
    """A size from an int, a name, or a size."""
    if isinstance(value, Dim):
        return value
    if isinstance(value, str):
        return Dim({(value,): 1})
    return Dim({(): int(value)})


def atom_dim(atom: Atom) -> Dim:
    """The size that is one atom."""
    return Dim({(atom,): 1})


def surely_at_least(left: Dim, right: Dim) -> bool:
    """Whether left >= right for all atoms of zero or more."""
    return all(factor >= 0 for _, factor in (left - right).terms)


def surely_differ(left: Dim, right: Dim) -> bool:
    """Whether left == right is impossible, whatever the sizes."""
    gap = left - right
    if gap.is_constant:
        return gap.constant != 0
    constant = dict(gap.terms).get((), 0)
    signs = {factor > 0 for _, factor in gap.terms}
    return constant != 0 and len(signs) == 1


def _atom_key(atom: Atom) -> tuple[int, str, int]:
    if isinstance(atom, str):
        return (0, atom, 0)
    if isinstance(atom, FloorDiv):
        return (2, str(atom), 0)
    return (1, "", atom.uid)


def _monomial_key(monomial: Monomial) -> tuple[Any, ...]:
    return tuple(_atom_key(a) for a in monomial)


def _atom_text(atom: Atom) -> str:
    return atom if isinstance(atom, str) else str(atom) if isinstance(atom, FloorDiv) else str(atom.name)


def _bracketed(size: Dim) -> str:
    return str(size) if len(size.terms) <= 1 else f"({size})"


ONE = dim(1)
ZERO = dim(0)


# --- sizes without a name ------------------------------------------------------------------------

UNNAMED_SIZE = re.compile(r"size\(([^(), ]+), ([01])\)")
AXES = ("rows", "columns")


def unnamed_words(text: str) -> str:
    """A text with the sizes that a program without contracts has no name for in words: `size(X, 0)` as `rows(X)`."""
    return UNNAMED_SIZE.sub(lambda found: f"{AXES[int(found[2])]}({found[1]})", text)


def unnamed_size(words: str) -> str:
    """`rows(X)` as the name that the compiler has for that size; any other name as it is."""
    for axis, word in enumerate(AXES):
        if words.startswith(f"{word}(") and words.endswith(")"):
            return f"size({words[len(word) + 1:-1]}, {axis})"
    return words
