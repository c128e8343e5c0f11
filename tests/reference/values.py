"""Values are NumPy arrays, scalars those of no axes. Which element holds what meets is said here.

What meets takes the greatest kind; then the widest holds of those that count most: arrays, scalars, settings, literals.
"""

import contextlib

import numpy as np

KINDS = "bifc"
LITERAL, SETTING, SCALAR, ARRAY = range(4)
FIXED = {"bool": np.bool_, "int": np.int64, "i32": np.int32, "i64": np.int64, "f32": np.float32, "f64": np.float64,
         "c64": np.complex64, "c128": np.complex128}
ELEMENTS = frozenset({*FIXED, "real", "complex"})
WIDEST = {"b": np.bool_, "i": np.int64, "u": np.int64, "f": np.float64, "c": np.complex128}
PRECISION = {"f64": (np.float64, np.complex128), "f32": (np.float32, np.complex64)}


class Program:
    """What `real` and `complex` are in the program that runs."""

    real, complex = PRECISION["f64"]


@contextlib.contextmanager
def precision(word):
    before = Program.real, Program.complex
    Program.real, Program.complex = PRECISION[word]
    try:
        yield
    finally:
        Program.real, Program.complex = before


def element(name):
    """The dtype that an element type's name stands for."""
    named = {"real": Program.real, "complex": Program.complex}
    return np.dtype(named[name] if name in named else FIXED[name])


class Weak(np.ndarray):
    """A scalar whose width gives way to others: a literal, a setting, or a formula of such."""

    weight = SCALAR


def weak(value, weight):
    found = np.array(value).view(Weak)
    found.weight = weight
    return found


def in_precision(value):
    """A number or an array of the host, as wide as the program's own."""
    value = np.asarray(value)
    own = {"f": Program.real, "c": Program.complex}.get(value.dtype.kind, value.dtype)
    return value.astype(own)


def weight(a):
    return ARRAY if np.ndim(a) else getattr(a, "weight", SCALAR)


def kind(a):
    return np.asarray(a).dtype.kind


def complex_of(dtype):
    return np.dtype(np.complex64 if dtype in (np.float32, np.complex64) else np.complex128)


def real_of(dtype):
    return np.dtype(np.float32 if dtype == np.complex64 else np.float64)


def raised(dtype, to):
    """The element as one of a kind that is no less."""
    if dtype.kind == to:
        return dtype
    if to == "c":
        return complex_of(dtype) if dtype.kind == "f" else np.dtype(Program.complex)
    return np.dtype(Program.real if to == "f" else np.int64)


def meeting(*values):
    """The element that holds them all. A bool is as narrow as may be."""
    top = max((kind(v) for v in values), key=KINDS.index)
    given = [(weight(v), raised(np.asarray(v).dtype, top)) for v in values if kind(v) != "b" or top == "b"]
    most = max(count for count, _ in given)
    return max((dtype for count, dtype in given if count == most), key=lambda dtype: dtype.itemsize)


def whole_number(dtype):
    """In arithmetic a bool is the int 0 or 1."""
    return np.dtype(np.int64) if dtype.kind == "b" else dtype


def fraction(dtype):
    """Ints become reals."""
    return np.dtype(Program.real) if dtype.kind in "bi" else dtype


def common(*values):
    dtype = meeting(*values)
    return [np.asarray(v).astype(dtype) for v in values]


def number(a):
    a = np.asarray(a)
    return a.astype(whole_number(a.dtype))


def real(a):
    a = np.asarray(a)
    return a.astype(fraction(a.dtype))


def as_strong(result, *parts):
    """The result of a formula, which counts as the strongest of its parts."""
    result = np.asarray(result)
    return result if result.ndim else weak(result, max(weight(p) for p in parts))
