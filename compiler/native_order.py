"""Sorting and selection for `parallel`, as text: NumPy's, in as many threads as native code may use.

Numba's own sort is several times slower than NumPy's, so all but small arrays are handed to NumPy: some rows to each
thread, of one row some entries, which native code then merges. An order without ties is one order: however the work is
shared out, the values are the same. Only zeros of both signs are ties that can be seen; they are put as they came.
"""

from __future__ import annotations

IN_THREADS = '''
# import from concurrent.futures import ThreadPoolExecutor
def in_threads(works):
    """Calls each of some functions in a thread of its own."""
    with ThreadPoolExecutor(len(works)) as pool:
        for work in [pool.submit(work) for work in works]:
            work.result()
'''
MERGE = '''
@njit(**OPTIONS, **CACHE)
def merge(left, right, result, up):
    """Fills the result with what is least of two vectors in ascending order, nan last; or with what is greatest."""
    if up:
        i = j = 0
        for k in range(len(result)):
            x, y = left[min(i, len(left) - 1)], right[min(j, len(right) - 1)]
            first = i < len(left) and (j == len(right) or x <= y or y != y)
            result[k] = x if first else y
            i, j = i + first, j + (not first)
    else:
        i, j = len(left) - 1, len(right) - 1
        for k in range(len(result) - 1, -1, -1):
            x, y = left[max(i, 0)], right[max(j, 0)]
            first = i >= 0 and (j < 0 or not (x <= y or y != y))
            result[k] = x if first else y
            i, j = i - first, j - (not first)
'''
SORT_IN_PARTS = '''
def sort_in_parts(S, parts):
    """Sorts each row of a matrix."""
    m, n = S.shape
    if parts < 2 or S.size < 50_000:
        S.sort()
    elif m > 1:
        cuts = [m*k//parts for k in range(parts + 1)]
        in_threads([S[cuts[k] : cuts[k + 1]].sort for k in range(parts)])
    else:
        half, old = n//2, S.copy()
        left, right = old[:, :half], old[:, half:]
        in_threads([lambda: sort_in_parts(left, parts//2), lambda: sort_in_parts(right, parts - parts//2)])
        in_threads([lambda: merge(left[0], right[0], S[0, :half], True),
                    lambda: merge(left[0], right[0], S[0, half:], False)])
'''
RANK_IN_PARTS = '''
def rank_in_parts(A, places, result, parts):
    """Selects from each row of a matrix what stands at some places of its order."""
    def select(first, last):
        rows = A[first:last].copy()
        rows.partition(wanted)
        result[first:last] = rows[:, places]

    m, wanted = len(A), np.unique(places)
    parts = min(parts, m) if A.size > 50_000 else 1
    cuts = [m*k//parts for k in range(parts + 1)]
    in_threads([lambda k=k: select(cuts[k], cuts[k + 1]) for k in range(parts)])
'''
MEND_ZEROS = '''
@njit(**OPTIONS)
def mend_zeros(S, A):
    """Puts the zeros of each sorted row in the order in which they came."""
    some = False
    for x in S.flat:
        some |= x == 0
    for k in range(len(S) if some else 0):
        row = S[k]
        first, last = 0, len(row)
        while first < last:
            middle = (first + last)//2
            if row[middle] < 0:
                first = middle + 1
            else:
                last = middle
        while last < len(row) and row[last] == 0:
            last += 1
        if last > first + 1:
            for x in A[k]:
                if x == 0:
                    row[first] = x
                    first += 1
'''
SORTED_ROWS = '''
# import numba
# import from numba import objmode
@njit(**OPTIONS)
def sorted_rows(A):
    """The array with each row of its last axis in ascending order, nan last."""
    old = np.ascontiguousarray(A)
    new = in_large_pages(np.empty(A.shape, A.dtype))
    size = A.size // max(A.shape[-1], 1), A.shape[-1]
    rows, given = new.reshape(size), old.reshape(size)
    for k in range(size[0]):        # `new[...] = old` would compile the words of a failed assignment, too
        for i in range(size[1]):
            rows[k, i] = given[k, i]
    if A.size < 1000:
        for k in range(len(rows)):
            rows[k].sort()
    else:
        with objmode():
            sort_in_parts(rows, numba.get_num_threads())
    mend_zeros(rows, given)
    return new
'''
IS_NEGATIVE_ZERO = '''
# import math
@njit(**OPTIONS)
def is_negative_zero(x):
    """Whether a number is -0.0."""
    return x == 0 and math.copysign(1.0, x) < 0
'''
RANKED_ROWS = '''
# import numba
# import from numba import objmode
@njit(**OPTIONS)
def ranked_rows(A, places):
    """What stands at some places of each row of the last axis in ascending order, nan last."""
    size = A.size // max(A.shape[-1], 1), A.shape[-1]
    if A.shape[-1] == 0:
        return np.zeros(A.shape[:-1] + (len(places),), A.dtype)     # which nothing reads
    rows = np.ascontiguousarray(A).reshape(size)
    found = np.empty((size[0], len(places)), A.dtype)
    if A.size < 1000:
        for k in range(len(rows)):
            row = np.sort(rows[k])
            for i in range(len(places)):
                found[k, i] = row[places[i]]
    else:
        with objmode():
            rank_in_parts(rows, places, found, numba.get_num_threads())
    zero = mixed = False
    for x in found.flat:
        zero |= x == 0
    if zero:
        for x in rows.flat:
            mixed |= is_negative_zero(x)
    if mixed:
        found = sorted_rows(rows)[:, places]
    return found.reshape(A.shape[:-1] + (len(places),))
'''

TEXTS: dict[str, str] = {
    "in_threads": IN_THREADS,
    "merge": MERGE,
    "sort_in_parts": SORT_IN_PARTS,
    "rank_in_parts": RANK_IN_PARTS,
    "mend_zeros": MEND_ZEROS,
    "sorted_rows": SORTED_ROWS,
    "is_negative_zero": IS_NEGATIVE_ZERO,
    "ranked_rows": RANKED_ROWS,
}
_SORTS = ("in_threads", "merge", "sort_in_parts", "mend_zeros", "in_large_pages")
NEEDS: dict[str, tuple[str, ...]] = {
    "sorted_rows": _SORTS,
    "ranked_rows": ("sorted_rows", "rank_in_parts", "is_negative_zero", *_SORTS),
}
