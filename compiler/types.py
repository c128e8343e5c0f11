"""Element types, array types and promotion."""

from __future__ import annotations

from dataclasses import dataclass

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


def promote(*elements: Element) -> Element:
    """The narrowest element that holds them all."""
    best = elements[0]
    for other in elements[1:]:
        low, high = sorted((best, other), key=lambda e: KINDS.index(e.kind))
        if low.kind == high.kind:
            best = low if low.bits >= high.bits else high
        else:
            best = high
    return best


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
