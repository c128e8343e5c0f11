"""The kinds of values that programs are drawn of: element types, shapes, functions of the script."""

from typing import NamedTuple

REAL, INT, BOOL, COMPLEX = "real", "int", "bool", "complex"
WORDS = {
    REAL: (REAL, "f32", "f32", "f64"),
    INT: (INT, "i32", "i32"),
    BOOL: (BOOL,),
    COMPLEX: (COMPLEX, "c64", "c128"),
}


class Kind(NamedTuple):
    """An element type and a shape."""

    element: str
    shape: tuple = ()

    @property
    def rank(self):
        return len(self.shape)

    def of(self, element):
        return Kind(element, self.shape)


class Function(NamedTuple):
    """A function of the script: what it takes and gives."""

    name: str
    takes: tuple
    gives: tuple
    optional: int  # so many of the last parameters have defaults
    last: str  # the name of the last
