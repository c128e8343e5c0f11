"""Shape and element rules: what an op gives for what it is given.

A rule takes the arguments' types and the node's attributes and returns the result's type. Sizes that must be
equal go through `meet(a, b)`, which returns the common size; the builder's own `meet` remembers what is
to be checked on entry, the default one trusts what was checked when the program was built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gdc.compiler.dims import ONE, Dim, dim, surely_differ
from gdc.compiler.types import BOOL, INT, KINDS, Element, Type, program_real, promote, shape_text

Meet = Callable[[Dim, Dim], Dim]
Attrs = Mapping[str, Any]
Rule = Callable[[tuple[Type, ...], Attrs, Meet], Type]
# of a LIBRARY row: the arguments' types, the sizes that its int scalars are, the attributes
ShapeRule = Callable[[tuple[Type, ...], tuple[Dim, ...], Attrs], tuple[Dim, ...]]


class Conflict(Exception):
    """Two shapes or element types that can never go together; `kind` is "shape" or "type"."""

    def __init__(self, kind: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.kind, self.message, self.hint = kind, message, hint


def trusting_meet(left: Dim, right: Dim) -> Dim:
    """The more definite of two sizes known to be equal."""
    return right if right.is_constant else left


# --- shapes ------------------------------------------------------------------------------------


def broadcast_shapes(shapes: tuple[tuple[Dim, ...], ...], meet: Meet) -> tuple[Dim, ...]:
    """NumPy's broadcasting without its two traps (LANGUAGE.md §2).

    Only an axis that is the constant 1 stretches; arrays of different rank meet only if the result has the shape of
    one.
    """
    arrays = [s for s in shapes if s]
    if not arrays:
        return ()
    rank = max(len(s) for s in arrays)
    result: list[Dim] = [ONE] * rank
    for shape in arrays:
        for k, size in enumerate(shape, rank - len(shape)):
            if size == ONE:
                continue
            result[k] = size if result[k] == ONE else _same(result[k], size, meet)
    if any(len(s) != rank for s in arrays) and not any(_is_shape(s, result) for s in arrays):
        small, large = sorted(arrays, key=len)[0], sorted(arrays, key=len)[-1]
        raise Conflict(
            "shape",
            f"{shape_text(large)} and {shape_text(small)} would silently make {shape_text(tuple(result))}",
            "write [:, new] or [new, :] to say which axis is meant, or reshape the column to a vector: p[:, 0]",
        )
    return tuple(result)


def _is_shape(shape: tuple[Dim, ...], result: list[Dim]) -> bool:
    return len(shape) == len(result) and all(
        a == ONE if b == ONE else a != ONE for a, b in zip(shape, result, strict=True)
    )


def _same(left: Dim, right: Dim, meet: Meet) -> Dim:
    if left == right:
        return left
    if surely_differ(left, right):
        raise Conflict("shape", f"sizes {left} and {right} differ")
    return meet(left, right)


def elementwise(types: tuple[Type, ...], attrs: Attrs, meet: Meet) -> tuple[Dim, ...]:
    return broadcast_shapes(tuple(t.shape for t in types), meet)


def reduced_shape(shape: tuple[Dim, ...], axes: tuple[int, ...], keepdims: bool) -> tuple[Dim, ...]:
    if keepdims:
        return tuple(ONE if k in axes else d for k, d in enumerate(shape))
    return tuple(d for k, d in enumerate(shape) if k not in axes)


def matmul_shape(left: tuple[Dim, ...], right: tuple[Dim, ...], meet: Meet) -> tuple[Dim, ...]:
    """NumPy's matmul over symbolic sizes."""
    if not left or not right:
        raise Conflict("shape", "@ wants arrays of rank 1 or more on both sides", "use * for a product with a scalar")
    inner_left, inner_right = left[-1], right[-2] if len(right) > 1 else right[0]
    _same(inner_left, inner_right, meet)
    rows = left[-2:-1] if len(left) > 1 else ()
    columns = right[-1:] if len(right) > 1 else ()
    batch = broadcast_shapes((left[:-2], right[:-2]), meet) if len(left) > 2 or len(right) > 2 else ()
    return batch + rows + columns


def same_shape(types: tuple[Type, ...], sizes: tuple[Dim, ...], attrs: Attrs) -> tuple[Dim, ...]:
    return types[0].shape


def at_places(types: tuple[Type, ...], sizes: tuple[Dim, ...], attrs: Attrs) -> tuple[Dim, ...]:
    """The last axis has as many entries as the second argument."""
    return (*types[0].shape[:-1], types[1].shape[0])


def shape_of_second(types: tuple[Type, ...], sizes: tuple[Dim, ...], attrs: Attrs) -> tuple[Dim, ...]:
    return types[1].shape


def packed_qr(types: tuple[Type, ...], sizes: tuple[Dim, ...], attrs: Attrs) -> tuple[Dim, ...]:
    """Q above the transpose of R."""
    m, n = types[0].shape
    return (m + n, sizes[0])


def packed_svd(types: tuple[Type, ...], sizes: tuple[Dim, ...], attrs: Attrs) -> tuple[Dim, ...]:
    """U, the singular values, V."""
    m, n = types[0].shape
    return (m + 1 + n, sizes[0])


def packed_eigen(types: tuple[Type, ...], sizes: tuple[Dim, ...], attrs: Attrs) -> tuple[Dim, ...]:
    """The values, the vectors as columns below them."""
    n = types[0].shape[0]
    return (n + 1, n)


def packed_lu(types: tuple[Type, ...], sizes: tuple[Dim, ...], attrs: Attrs) -> tuple[Dim, ...]:
    """Both factors in one matrix, the order of the rows as one more column."""
    m, n = types[0].shape
    return (m, n + 1)


def turned(types: tuple[Type, ...], sizes: tuple[Dim, ...], attrs: Attrs) -> tuple[Dim, ...]:
    return types[0].shape[::-1]


def along_axis(types: tuple[Type, ...], sizes: tuple[Dim, ...], attrs: Attrs) -> tuple[Dim, ...]:
    """The axis gets the size that stands among the arguments."""
    return tuple(sizes[0] if k == attrs["axis"] else d for k, d in enumerate(types[0].shape))


def half_spectrum(types: tuple[Type, ...], sizes: tuple[Dim, ...], attrs: Attrs) -> tuple[Dim, ...]:
    return tuple(d // 2 + 1 if k == attrs["axis"] else d for k, d in enumerate(types[0].shape))


def convolved(types: tuple[Type, ...], sizes: tuple[Dim, ...], attrs: Attrs) -> tuple[Dim, ...]:
    return (types[0].shape[0] + types[1].shape[0] - 1,)


# --- element rules -----------------------------------------------------------------------------


def promoted(elements: tuple[Element, ...]) -> Element:
    return promote(*elements)


def first(elements: tuple[Element, ...]) -> Element:
    return elements[0]


def arithmetic(elements: tuple[Element, ...]) -> Element:
    """In arithmetic a bool is the int 0 or 1."""
    return promote(INT, *elements) if all(e.kind == "bool" for e in elements) else promote(*elements)


def power(elements: tuple[Element, ...]) -> Element:
    """An int exponent changes nothing about its base."""
    base, exponent = elements
    return arithmetic((base,) if exponent.kind == "int" and base.kind != "bool" else elements)


def fractional(elements: tuple[Element, ...]) -> Element:
    """Ints become reals: the rule of `/` and of exp, sqrt, …"""
    best = promote(*elements)
    return program_real() if best.kind in ("bool", "int") else best


def boolean(elements: tuple[Element, ...]) -> Element:
    return BOOL


def integral(elements: tuple[Element, ...]) -> Element:
    return INT


def real_part(elements: tuple[Element, ...]) -> Element:
    best = arithmetic(elements)
    return Element("real", best.bits // 2) if best.kind == "complex" else best


def made_complex(elements: tuple[Element, ...]) -> Element:
    best = fractional(elements)
    return best if best.kind == "complex" else Element("complex", best.bits * 2)


def branches(elements: tuple[Element, ...]) -> Element:
    """`where(c, x, y)`: the condition does not count."""
    return promote(*elements[1:])


def summed(elements: tuple[Element, ...]) -> Element:
    """`sum` and `prod` of bool and of narrow ints are int."""
    return INT if elements[0].kind in ("bool", "int") else elements[0]


def magnitude(elements: tuple[Element, ...]) -> Element:
    """A size or a spread is real, of complex numbers too."""
    return real_part((fractional(elements),))


def averaged(elements: tuple[Element, ...]) -> Element:
    return fractional(elements)


def wants(*kinds: str) -> Callable[[str, tuple[Type, ...]], None]:
    """A guard that refuses arguments of any other kind."""

    def guard(name: str, types: tuple[Type, ...]) -> None:
        for t in types:
            if t.kind not in kinds:
                hint = "abs(…), real(…) and imag(…) are real" if t.kind == "complex" else None
                raise Conflict("type", f"{name} wants {' or '.join(kinds)}, not {t.kind}", hint)

    return guard


def ordered(name: str, types: tuple[Type, ...]) -> None:
    """A guard of ops that compare: what has no order is refused."""
    if any(t.kind == "complex" for t in types):
        raise Conflict("type", "complex numbers have no order", "compare abs(…) or real(…)")


def no_guard(name: str, types: tuple[Type, ...]) -> None:
    """Every element type will do."""


def rank_of_kind(kind: str) -> int:
    return KINDS.index(kind)


def dims_of(sizes: tuple[Any, ...]) -> tuple[Dim, ...]:
    return tuple(dim(s) for s in sizes)
