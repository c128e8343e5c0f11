"""Single values: anything as an array of numbers, in the element type of its contract, in a layout that texts take.

`fail(kind, message, hint)` makes the Error to raise: it knows the place.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import numpy as np

from gdc.dsl.errors import Error

DTYPES = {
    "bool": "bool",
    "int": "int64",
    "real": "float64",
    "complex": "complex128",
    "i32": "int32",
    "i64": "int64",
    "f32": "float32",
    "f64": "float64",
    "c64": "complex64",
    "c128": "complex128",
}
INTS, REALS, COMPLEXES = (tuple(n for n, kind in DTYPES.items() if np.dtype(kind).kind == letter) for letter in "ifc")
RANKS = {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}  # bool < int < real < complex, by NumPy's letters
KINDS = {"b": "bool", "i": "int", "u": "int", "f": "real", "c": "complex"}
WIDTHS = {"int32": "i32", "float16": "f32", "float32": "f32", "complex64": "c64"}
KNOWN = {element: np.dtype(kind) for element, kind in DTYPES.items()}
STRANGERS = {"U": "text", "S": "text", "T": "text", "M": "dates", "m": "spans of time", "V": "records"}


def as_array(name: str, value: Any, fail: Callable[..., Error], element: str = "") -> np.ndarray:
    """Any value as an array of numbers, without a copy where it is one. `element`: what it is wanted as, if known."""
    if type(value) is np.ndarray and value.dtype.kind in RANKS:
        return value
    if type(value) is float:
        return np.asarray(value)
    if hasattr(value, "__cuda_array_interface__") and hasattr(value, "get"):
        value = value.get()
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        words = f"{name} has masked entries, which a formula cannot tell from numbers"
        raise fail("type", words, f"fill them: {name}.filled(…)")
    try:
        array = np.asarray(value)
    except Exception as why:    # whatever a stranger's __array__ raises
        words = "its rows have different lengths" if "inhomogeneous" in str(why) else str(why) or type(why).__name__
        raise fail("type", f"{name} is not an array of numbers: {words}") from None
    if array.dtype.kind == "O":
        array = from_objects(name, array, fail, element)
    if array.dtype.kind not in RANKS:
        what = STRANGERS.get(array.dtype.kind, str(array.dtype))
        raise fail("type", f"{name} holds {what} where numbers are wanted")
    return array


def from_objects(name: str, array: np.ndarray, fail: Callable[..., Error], element: str) -> np.ndarray:
    """Python objects as numbers: large ints, fractions, decimals."""
    entries = array.ravel().tolist()
    odd = [x for x in entries if not isinstance(x, numbers.Number)]
    if odd:
        what = "text" if isinstance(odd[0], (str, bytes)) else f"a value of type {type(odd[0]).__name__}"
        raise fail("type", f"{name} holds {what} where a number is wanted")
    if all(isinstance(x, numbers.Integral) for x in entries) and element not in ("real", "f32", "complex", "c64"):
        least, greatest = np.iinfo(np.int64).min, np.iinfo(np.int64).max
        beyond = [x for x in entries if not least <= x <= greatest]
        if beyond:
            raise fail("type", f"{name} holds {beyond[0]}, which no 64-bit int can hold", "give it as a real number")
        return array.astype(np.int64)
    try:
        return array.astype(np.complex128 if any(isinstance(x, complex) for x in entries) else np.float64)
    except (TypeError, ValueError, OverflowError):
        raise fail("type", f"{name} holds numbers that no 64-bit real can hold") from None


def element_of(array: np.ndarray) -> str:
    """The name of the element that holds an array's entries."""
    return _element(array.dtype)


@cache
def _element(dtype: np.dtype) -> str:
    return WIDTHS.get(dtype.name, KINDS[dtype.kind])


def converted(name: str, array: np.ndarray, element: str, fail: Callable[..., Error]) -> np.ndarray:
    """The array in the element type of its contract. Raises type errors where a kind or a number does not fit."""
    target = KNOWN[element]
    if array.dtype == target:
        return array
    if RANKS[array.dtype.kind] > RANKS[target.kind]:
        hint = {
            "int": f"round it first, or declare {name} as real",
            "bool": f"compare it first: {name} > 0",
            "real": f"give its real part: {name}.real",
        }.get(KINDS[target.kind])
        given = f"{KINDS[array.dtype.kind]} ({array.dtype})"
        raise fail("type", f"{name} is declared {element}, and the value given is {given}", hint)
    if target.kind == "i" and array.dtype.kind in "iu" and not np.can_cast(array.dtype, target) and array.size:
        limits = np.iinfo(target)
        least, greatest = int(array.min()), int(array.max())
        if least < limits.min or greatest > limits.max:
            worst = least if least < limits.min else greatest
            raise fail("type", f"{name} holds {worst}, which does not fit {element} ({limits.min} … {limits.max})")
    with np.errstate(all="ignore"):
        return array.astype(target)


def served(array: np.ndarray) -> np.ndarray:
    """The array itself where it is aligned and C- or Fortran-contiguous, else a copy."""
    flags = array.flags
    if flags.aligned and (flags.c_contiguous or flags.f_contiguous):
        return array if type(array) is np.ndarray else array.view(np.ndarray)
    return np.array(array, order="C", copy=True, subok=False)


def check_finite(name: str, array: np.ndarray, fail: Callable[..., Error]) -> None:
    """`finite` refuses nan and inf, and says where the first is."""
    with np.errstate(all="ignore"):
        if np.isfinite(array.sum()) or np.isfinite(array).all():
            return
    where = np.unravel_index(int(np.argmin(np.isfinite(array))), array.shape)
    place = f"[{', '.join(str(int(k)) for k in where)}]" if array.ndim else ""
    count = int(array.size - np.count_nonzero(np.isfinite(array)))
    more = f" (and {count - 1} more)" if count > 1 else ""
    raise fail("data", f"{name} is declared finite, and {name}{place} is {array[where]}{more}")


def owned(results: Iterable[Any], inputs: Iterable[Any]) -> list[Any]:
    """The results, copied where they share memory with an input or with an earlier result."""
    taken = [a for a in inputs if isinstance(a, np.ndarray) and a.size]
    ready = []
    for value in results:
        if isinstance(value, np.ndarray) and value.size:
            if (
                shares(value, taken)
                or not value.flags.writeable
                or (isinstance(value.base, np.ndarray) and value.base.nbytes > value.nbytes)
            ):
                value = np.array(value, order="K", copy=True, subok=False)
            taken.append(value)
        ready.append(value)
    return ready


def shares(value: np.ndarray, others: Iterable[np.ndarray]) -> bool:
    """Whether an array lies in memory of one of the others. Memory of its own is shared only by views of it."""
    if value.flags.owndata and all(a.flags.owndata for a in others):
        return any(value is a for a in others)
    low, high = extent(value)
    return any(low < b and a < high for a, b in map(extent, others))


def extent(array: np.ndarray) -> tuple[int, int]:
    """The memory that an array lies in, first byte and one past the last."""
    if array.flags.forc:
        low = array.__array_interface__["data"][0]
        return low, low + array.nbytes
    low, high = np.lib.array_utils.byte_bounds(array)
    return int(low), int(high)
