"""How `parallel` solves: LAPACK, called without Numba's own wrappers, which take seconds to compile.

SciPy offers LAPACK's routines by address. Under a name of our own each is a symbol that machine code is linked to, from
Numba's cache too. Right sides come as the rows of an array that the helper may overwrite: in LAPACK's order, columns.
"""

from __future__ import annotations

from gdc.compiler.imp import Expr
from gdc.compiler.types import Element

LETTERS = {("real", 32): "s", ("real", 64): "d", ("complex", 64): "c", ("complex", 128): "z"}
# What each helper calls, with the number of its arguments.
ROUTINES = {"solved": ("gesv", 8), "solved_lower": ("trtrs", 10), "solved_upper": ("trtrs", 10),
            "solved_by_factors": ("getrs", 9), "factors": ("getrf", 6), "solved_lower_turned": ("trtrs", 10),
            "solved_upper_turned": ("trtrs", 10), "cholesky": ("potrf", 5)}

LAPACK = '''
# import from llvmlite.binding import add_symbol
# import from numba import types
# import from numba.extending import get_cython_function_address
def lapack(name, count):
    """A routine of LAPACK, all of whose arguments are pointers, for compiled code."""
    add_symbol(f"gdc_{name}", get_cython_function_address("scipy.linalg.cython_lapack", name))
    return types.ExternalFunction(f"gdc_{name}", types.void(*count*(types.voidptr,)))
'''
INT_CELL = '''
def int_cell(value):
    """An int that LAPACK reads, or writes, through a pointer."""
    cell = np.empty(1, np.int32)
    cell[0] = value
    return cell
'''
AS_ROWS = '''
def as_rows(B):
    """The columns of a matrix as the rows of a new array."""
    X = np.empty((B.shape[1], B.shape[0]), B.dtype)
    for i in range(B.shape[0]):
        for j in range(B.shape[1]):
            X[j, i] = B[i, j]
    return X
'''
SOLVED = '''
def solved_d(A, X):
    """The y with A@y = x for each row x."""
    F, places = as_rows(A), np.empty(len(A), np.int32)
    n, k, failed = int_cell(len(A)), int_cell(len(X)), int_cell(0)
    if X.size > 0:
        dgesv(n.ctypes, k.ctypes, F.ctypes, n.ctypes, places.ctypes, X.ctypes, n.ctypes, failed.ctypes)
    if failed[0] != 0:
        raise ValueError
    return X
'''
# In LAPACK's order an array of ours is its transpose.
TRIANGLE = '''
def solved_lower_d(A, X):
    """The y with tril(A)@y = x for each row x."""
    F, words = np.ascontiguousarray(A), np.empty(3, np.int8)
    words[0], words[1], words[2] = 85, 84, 78       # upper, transposed, any diagonal
    n, k, failed = int_cell(len(A)), int_cell(len(X)), int_cell(0)
    if X.size > 0:
        dtrtrs(words.ctypes, words[1:].ctypes, words[2:].ctypes, n.ctypes, k.ctypes, F.ctypes, n.ctypes, X.ctypes,
               n.ctypes, failed.ctypes)
    if failed[0] != 0:
        raise ValueError
    return X
'''
FACTORS = '''
def factors_d(A):
    """L below and U from the diagonal on, and in a last column the row of A that each row came from."""
    rows, columns = A.shape
    F, places = np.empty((columns + 1, rows), A.dtype), np.empty(min(A.shape), np.int32)
    for i in range(rows):
        F[columns, i] = i
        for j in range(columns):
            F[j, i] = A[i, j]
    m, n, failed = int_cell(rows), int_cell(columns), int_cell(0)
    if A.size > 0:
        dgetrf(m.ctypes, n.ctypes, F.ctypes, m.ctypes, places.ctypes, failed.ctypes)
        for i in range(len(places)):
            other = np.int64(places[i]) - 1
            F[columns, i], F[columns, other] = F[columns, other], F[columns, i]
    return F.T
'''
BY_FACTORS = '''
def solved_by_factors_d(F, X):
    """The y with A@y = x for each row x, where F holds A's factors."""
    size, T, word = len(F), F.T, np.empty(1, np.int8)
    places, row = np.empty(size, np.int32), np.empty(size, X.dtype)
    for i in range(size):
        places[i] = i + 1
        if F[i, i] == 0:
            raise ValueError
    for k in range(len(X)):
        row[:] = X[k]
        for i in range(size):
            X[k, i] = row[int(T[size, i].real)]
    word[0] = 78        # not transposed
    n, k, failed = int_cell(size), int_cell(len(X)), int_cell(0)
    if X.size > 0:
        dgetrs(word.ctypes, n.ctypes, k.ctypes, T.ctypes, n.ctypes, places.ctypes, X.ctypes, n.ctypes, failed.ctypes)
    return X
'''
UPPER = TRIANGLE.replace("solved_lower_d", "solved_upper_d").replace("tril", "triu").replace(
    "= 85, 84, 78       # upper", "= 76, 84, 78       # lower")
# Of the transpose of an array of ours, which is then as LAPACK wants it.
TURNED = TRIANGLE.replace("solved_lower_d(A", "solved_lower_turned_d(T").replace("tril(A)@y", "tril(T.T)@y").replace(
    "= 85, 84, 78       # upper, transposed", "= 76, 78, 78       # lower, not transposed").replace("(A)", "(T)")
TURNED_UPPER = TURNED.replace("solved_lower", "solved_upper").replace("tril", "triu").replace(
    "= 76, 78, 78       # lower", "= 85, 78, 78       # upper")
CHOLESKY = '''
def cholesky_d(A):
    """The lower L with L@L^H = A, of which the lower triangle is read."""
    L, word = in_large_pages(np.empty(A.shape, A.dtype)), np.empty(1, np.int8)
    for i in range(len(A)):
        for j in range(i + 1):
            L[i, j] = A[i, j]
        for j in range(i + 1, len(A)):
            L[i, j] = 0
    word[0] = 85        # upper: in LAPACK's order, our lower triangle
    n, failed = int_cell(len(A)), int_cell(0)
    if A.size > 0:
        dpotrf(word.ctypes, n.ctypes, L.ctypes, n.ctypes, failed.ctypes)
    lost = failed[0] != 0
    for i in range(len(A)):
        lost = lost or L[i, i] != L[i, i]       # what is no number gets to the diagonal
    if lost:
        raise ValueError
    return L
'''
_TEXTS = {"solved": SOLVED, "solved_lower": TRIANGLE, "solved_upper": UPPER, "solved_lower_turned": TURNED,
          "solved_upper_turned": TURNED_UPPER, "factors": FACTORS, "solved_by_factors": BY_FACTORS,
          "cholesky": CHOLESKY}
USES = {"solved": ("as_rows",), "cholesky": ("in_large_pages",)}     # beside LAPACK


def _routine(name: str, letter: str) -> tuple[str, str]:
    """The name of what a helper calls, and the line that binds it."""
    routine, count = ROUTINES[name]
    return f"{letter}{routine}", f'{letter}{routine} = lapack("{letter}{routine}", {count})\n'


# The helpers for each element, in an order in which they can be defined; those of PLAIN are not compiled.
PLAIN = {"lapack": LAPACK, **dict(_routine(name, letter) for name in ROUTINES for letter in LETTERS.values())}
COMPILED = {"int_cell": INT_CELL, "as_rows": AS_ROWS}
NEEDS: dict[str, tuple[str, ...]] = {}
for _name, _text in _TEXTS.items():
    for _letter in LETTERS.values():
        _called = _routine(_name, _letter)[0]
        COMPILED[f"{_name}_{_letter}"] = _text.replace("_d(", f"_{_letter}(").replace(
            f"d{ROUTINES[_name][0]}(", f"{_called}(")
        NEEDS[f"{_name}_{_letter}"] = ("lapack", _called, "int_cell", *USES.get(_name, ()))


def helper(name: str, element: Element) -> str:
    """The helper for arrays of an element."""
    return f"{name}_{LETTERS[element.kind, element.bits]}"


def is_turned(value: Expr) -> bool:
    """Whether a solve reads a triangle of a transpose, which then need not be written out."""
    return value.get("reads") in ("lower", "upper") and value.args[0].op == "transpose"


def solver(value: Expr) -> str:
    """The helper that a solve calls."""
    reads = value.get("reads")
    name = {None: "solved", "factors": "solved_by_factors"}.get(reads, f"solved_{reads}")
    name += "_turned" if is_turned(value) else ""
    return helper(name, value.element)
