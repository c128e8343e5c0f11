"""Element types, array types and promotion."""

from __future__ import annotations

import math
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gdc.compiler.dims import Dim, Size, dim

KINDS = ("bool", "int", "real", "complex")


@dataclass(frozen=True, slots=True)
class Element:
    """What one entry of an array is: a kind and its width in bits."""

    kind: str
    bits: int

    def __str__(self) -> str:
        return _NAMES.get((self.kind, self.bits), f"{self.kind}{self.bits}")

    @property
    def numpy(self) -> str:
        """NumPy's name of it."""
        return {
            "bool": "bool",
            "int": f"int{self.bits}",
            "real": f"float{self.bits}",
            "complex": f"complex{self.bits}",
        }[self.kind]


BOOL, INT, REAL, COMPLEX = Element("bool", 8), Element("int", 64), Element("real", 64), Element("complex", 128)
NAMED = {
    "bool": BOOL,
    "int": INT,
    "real": REAL,
    "complex": COMPLEX,
    "i64": INT,
    "f64": REAL,
    "c128": COMPLEX,
    "i32": Element("int", 32),
    "f32": Element("real", 32),
    "c64": Element("complex", 64),
}
_NAMES = {(e.kind, e.bits): name for name, e in reversed(NAMED.items())}


class _Program(threading.local):
    """The compilation that this thread is in: it decides how wide a `real` is."""

    def __init__(self) -> None:
        self.real = REAL


_program = _Program()


@contextmanager
def precision(word: str) -> Iterator[None]:
    """Inside, a `real` is f64 or f32, and a `complex` twice as wide."""
    before, _program.real = _program.real, NAMED[word]
    try:
        yield
    finally:
        _program.real = before


def program_real() -> Element:
    """What `real` is in this compilation; what an int becomes where it meets a real."""
    return _program.real


def program_complex() -> Element:
    return Element("complex", 2 * _program.real.bits)


def element_named(word: str) -> Element:
    """The element that a type's name stands for."""
    return {"real": program_real, "complex": program_complex}.get(word, lambda: NAMED[word])()


ARRAY = 3  # how much a value's width counts: an array's most,
SCALAR, SETTING, LITERAL = 2, 1, 0  # then a scalar's, then a param's or a dimension's, and a literal's least


def promote(*elements: Element) -> Element:
    """The narrowest element that holds them all, all counting alike."""
    return meeting((e, SCALAR) for e in elements)


def meeting(values: Iterable[tuple[Element, int]]) -> Element:
    """The element of values that meet: of the greatest kind, and as wide as the widest of those that count most.

    An int in real arithmetic is a `real` of the program; a bool is as narrow as may be.
    """
    given = list(values)
    kind = max((e.kind for e, _ in given), key=KINDS.index)
    raised = [(_raised(e, kind), weight) for e, weight in given if e.kind != "bool" or kind == "bool"]
    most = max(weight for _, weight in raised)
    return max((e for e, weight in raised if weight == most), key=lambda e: e.bits)


def _raised(element: Element, kind: str) -> Element:
    """The element as one of a kind that is no less."""
    if element.kind == kind:
        return element
    if kind == "complex":
        return Element("complex", 2 * element.bits) if element.kind == "real" else program_complex()
    return program_real() if kind == "real" else Element(kind, element.bits)


def rounded(value: Any, element: Element) -> Any:
    """A number as the element holds it, as Python's own type of its kind: floats to the nearest, ints wrapped."""
    if element.kind == "bool":
        return bool(value)
    if element.kind == "int":
        half = 1 << (element.bits - 1)
        return (int(value) + half) % (2 * half) - half
    if element.kind == "complex":
        parts, half_width = complex(value), Element("real", element.bits // 2)
        return complex(rounded(parts.real, half_width), rounded(parts.imag, half_width))
    return float(value) if element.bits == 64 else _single(float(value))


def limits(element: Element) -> tuple[Any, Any]:
    """The least and the greatest value of an element that has an order."""
    if element.kind == "bool":
        return False, True
    if element.kind == "int":
        half = 1 << (element.bits - 1)
        return -half, half - 1
    return -math.inf, math.inf


def _single(value: float) -> float:
    """The nearest number of 32 bits."""
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


@dataclass(frozen=True, slots=True)
class Type:
    """An element and a shape; a scalar's shape is ()."""

    element: Element
    shape: tuple[Dim, ...] = ()

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def kind(self) -> str:
        return self.element.kind

    def with_element(self, element: Element) -> Type:
        return Type(element, self.shape)

    def with_shape(self, *shape: Size) -> Type:
        return Type(self.element, tuple(dim(s) for s in shape))

    def __str__(self) -> str:
        return f"{self.element}{shape_text(self.shape)}" if self.shape else str(self.element)


def shape_text(shape: tuple[Dim, ...]) -> str:
    """`[m, n]`; a scalar's is `[]`."""
    return "[" + ", ".join(str(d) for d in shape) + "]"
