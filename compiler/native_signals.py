"""Convolution for `parallel`, as text: each thread adds up some entries of the result, a part that stays in its cache.

Every entry is the same sum in the same order, however the entries are shared out.
"""

from __future__ import annotations

CONVOLVED_PART = '''
@njit(**OPTIONS, **CACHE)
def convolved_part(x, k, y, first, last):
    """Some entries of the convolution of x with k, which is not the longer."""
    n, w = len(x), len(k)
    for start in range(first, last, 1024):
        end = min(start + 1024, last)
        y[start:end] = 0
        inside = max(min(end - start, n - start, start - w + 1), 0) == end - start      # all of k overlaps x
        whole = w//4*4 if inside else 0
        for d in range(0, whole, 4):
            a, b, c, e = k[d], k[d + 1], k[d + 2], k[d + 3]
            x0, x1, x2, x3 = x[start - d :], x[start - d - 1 :], x[start - d - 2 :], x[start - d - 3 :]
            part = y[start:end]
            for j in range(end - start):
                part[j] = part[j] + a*x0[j] + b*x1[j] + c*x2[j] + e*x3[j]
        for d in range(whole, w):
            a = k[d]
            for j in range(max(start, d), min(end, n + d)):
                y[j] += a*x[j - d]
'''
IN_PARTS = '''
def convolve_in_parts(x, k, y, parts):
    """Fills y with the convolution of x with k, in threads."""
    cuts = [len(y)*part//parts for part in range(parts + 1)]
    in_threads([lambda part=part: convolved_part(x, k, y, cuts[part], cuts[part + 1]) for part in range(parts)])
'''
CONVOLVED = '''
# import numba
# import from numba import objmode
@njit(**OPTIONS)
def convolved(x, k):
    """np.convolve of two vectors that are not empty."""
    if len(k) > len(x):
        x, k = k, x
    x, k = np.ascontiguousarray(x), np.ascontiguousarray(k)
    y = in_large_pages(np.empty(len(x) + len(k) - 1, x.dtype))
    if len(x)*len(k) < 500_000:
        convolved_part(x, k, y, 0, len(y))
    else:
        with objmode():
            convolve_in_parts(x, k, y, numba.get_num_threads())
    return y
'''

TEXTS: dict[str, str] = {
    "convolved_part": CONVOLVED_PART, "convolve_in_parts": IN_PARTS, "convolved": CONVOLVED}
NEEDS: dict[str, tuple[str, ...]] = {
    "convolved": ("convolve_in_parts", "convolved_part", "in_threads", "in_large_pages")}
