"""Library calls that need more than one line: what numpy's and parallel's texts define before they use it.

A text is Python over `np` that Numba compiles too; `# import …` inside it goes to the top of the module. Several
results come back as one array, one below the other: see `build/linear_algebra.py`.
"""

from __future__ import annotations

# Ascending along the last axis, nan last. NumPy's faster sorts are not stable and lose the signs of zeros, no more.
IN_ORDER = '''
def in_order(A):
    """The array with each row of its last axis in ascending order, nan last; zeros as they came."""
    S = np.sort(np.ascontiguousarray(A))
    if S.dtype.kind == "f":
        zero = S == 0
        if np.any(zero):
            S[zero] = A[A == 0]
    return S
'''
RANKED = '''
def ranked(A, places):
    """What stands at some places of each row of the last axis in ascending order, nan last."""
    S = np.array(A, order="C")
    if not S.shape[-1]:
        return np.zeros((*S.shape[:-1], len(places)), S.dtype)     # which nothing reads
    S.partition(np.unique(places))
    S = S[..., places]
    if S.dtype.kind == "f" and np.any(S == 0) and np.any(np.signbit(A[A == 0])):
        return in_order(A)[..., places]
    return S
'''
PLACES_IN_ORDER = '''
def places_in_order(A):
    """For each row of the last axis the places of its entries in ascending order; ties as they stand, nan last."""
    P = np.empty(A.shape, np.int64)
    size = A.size // max(A.shape[-1], 1), A.shape[-1]
    rows, places = np.ascontiguousarray(A).reshape(size), P.reshape(size)
    for k in range(len(rows)):
        order = np.argsort(rows[k], kind="mergesort")
        for i in range(len(order)):
            places[k, i] = order[i]
    return P
'''
DIRECTIONS = '''
def directions(V):
    """For each column the factor that makes the first of its largest entries real and positive."""
    factors = np.ones(V.shape[1], V.dtype)
    for k in range(V.shape[1]):
        sizes = np.abs(V[:, k])
        top = V[np.argmax(sizes >= 0.999999*np.max(sizes)), k]
        if top != 0:
            factors[k] = np.conj(top)/np.abs(top)
    return factors
'''
PACKED_QR = '''
def packed_qr(A):
    """Q above the transpose of R, whose diagonal is not negative."""
    if A.size == 0:
        return np.eye(A.shape[0] + A.shape[1], min(A.shape)).astype(A.dtype)
    Q, R = np.linalg.qr(np.ascontiguousarray(A))
    signs = np.ones(min(A.shape), A.dtype)
    for k in range(len(signs)):
        if R[k, k] != 0:
            signs[k] = R[k, k]/np.abs(R[k, k])
    return np.concatenate((Q*signs, R.T*np.conj(signs)))
'''
PACKED_EIGH = '''
def packed_eigh(A):
    """The eigenvalues in ascending order, the eigenvectors as columns below them."""
    if A.size == 0:
        return np.empty((1, 0), A.dtype)
    values, vectors = np.linalg.eigh(np.ascontiguousarray(A))
    return np.concatenate((values.reshape((1, -1)).astype(A.dtype), vectors*directions(vectors)))
'''
PACKED_SVD = '''
def packed_svd(A):
    """U, the singular values, and the transpose of Vt, one below the other."""
    if A.size == 0:
        return np.empty((A.shape[0] + 1 + A.shape[1], 0), A.dtype)
    U, s, Vt = np.linalg.svd(np.ascontiguousarray(A), False)
    V = np.ascontiguousarray(Vt.T)
    signs = directions(U)
    own = np.where(s > 1e-14*np.sqrt(np.sum(s*s)), np.conj(signs), directions(V)).astype(A.dtype)
    return np.concatenate((U*signs, s.reshape((1, -1)).astype(A.dtype), V*own))
'''
PACKED_EIG = '''
def packed_eig(A):
    """The eigenvalues by real, then by imaginary part, and the eigenvectors as columns below them."""
    width = (np.ravel(A)[:0] + np.complex64(0)).dtype
    if A.size == 0:
        return np.empty((1, 0), width)
    values, vectors = np.linalg.eig(np.ascontiguousarray(A).astype(np.complex128))  # 32 bits would not order alike
    unit = 1e-10*np.max(np.abs(values))
    unit = unit if unit > 0 else 1.0        # parts that differ by rounding alone count as equal
    order = np.argsort(np.rint(values.imag/unit), kind="mergesort")
    order = order[np.argsort(np.rint(values.real[order]/unit), kind="mergesort")]
    values, vectors = values[order], np.ascontiguousarray(vectors[:, order])
    return np.concatenate((values.reshape((1, -1)), vectors*directions(vectors))).astype(width)
'''
PACKED_LU = '''
# import from scipy import linalg
def packed_lu(A):
    """L below and U from the diagonal on, and in a last column the row of A that each row came from."""
    if A.size == 0:
        return np.column_stack((A, np.arange(A.shape[0]).astype(A.dtype)))
    places, L, U = linalg.lu(A, p_indices=True, check_finite=False)
    k = min(A.shape)
    factors = np.zeros(A.shape, A.dtype)
    factors[:, :k] += np.tril(L, -1)
    factors[:k, :] += U
    return np.asfortranarray(np.column_stack((factors, np.argsort(places).astype(A.dtype))))
'''
SOLVED_TRIANGLE = '''
# import from scipy import linalg
def solved_triangle(A, b, lower):
    """solve(A, b) where only the lower, or the upper, triangle of A is read."""
    if not np.all(np.diagonal(A)):
        raise np.linalg.LinAlgError
    return linalg.solve_triangular(A, b, lower=lower, check_finite=False) if b.size else b.copy()
'''
SOLVED_BY_FACTORS = '''
# import from scipy import linalg
def solved_by_factors(F, b):
    """solve(A, b) where F is packed_lu(A)."""
    if not np.all(np.diagonal(F)):
        raise np.linalg.LinAlgError
    getrs, = linalg.get_lapack_funcs(("getrs",), (F,))
    return getrs(F[:, :-1], np.arange(len(F)), b[F[:, -1].real.astype(int)])[0] if b.size else b.copy()
'''
LOWER_FACTOR = '''
# import from scipy import linalg
def lower_factor(A):
    """np.linalg.cholesky: L with L@L^H == A, of which the lower triangle is read. LAPACK is given the transpose, whose
    columns are the rows of A, so that nothing is turned."""
    if not A.size:
        return A.copy()
    factored, = linalg.get_lapack_funcs(("potrf",), (A,))
    U, failed = factored(A.T, lower=0, clean=1)
    if failed:
        raise np.linalg.LinAlgError
    return U.T
'''
PSEUDO_INVERSE = '''
def pseudo_inverse(A):
    """What is below max(m, n)*eps times the largest singular value counts as zero."""
    if A.size == 0:
        return np.empty(A.shape[::-1], A.dtype)
    return np.linalg.pinv(A, max(A.shape)*np.finfo(A.dtype).eps)
'''

# Numba has no Fourier transforms: whole arrays are handed to NumPy.
FFT = '''
# import from numba import objmode
def fft_of(A):
    """np.fft.fft along the last axis."""
    B = in_large_pages(np.empty(A.shape, (np.ravel(A)[:0] + np.complex64(0)).dtype))
    if A.size > 0:
        with objmode():
            np.fft.fft(A, out=B)
    return B
'''
RFFT = '''
# import from numba import objmode
def rfft_of(A):
    """np.fft.rfft along the last axis."""
    B = in_large_pages(np.empty(A.shape[:-1] + (A.shape[-1]//2 + 1,), (np.ravel(A)[:0] + np.complex64(0)).dtype))
    if A.size > 0:
        with objmode():
            np.fft.rfft(A, out=B)
    return B
'''
IRFFT = '''
# import from numba import objmode
def irfft_of(A, size):
    """np.fft.irfft along the last axis, of so many reals."""
    B = in_large_pages(np.empty(A.shape[:-1] + (size,), np.ravel(A)[:0].real.dtype))
    if B.size > 0:
        with objmode():
            np.fft.irfft(A, size, out=B)
    return B
'''

LIBRARY: dict[str, str] = {
    "in_order": IN_ORDER,
    "ranked": RANKED,
    "places_in_order": PLACES_IN_ORDER,
    "directions": DIRECTIONS,
    "packed_qr": PACKED_QR,
    "packed_eigh": PACKED_EIGH,
    "packed_svd": PACKED_SVD,
    "packed_eig": PACKED_EIG,
    "packed_lu": PACKED_LU,
    "pseudo_inverse": PSEUDO_INVERSE,
    "solved_triangle": SOLVED_TRIANGLE,
    "lower_factor": LOWER_FACTOR,
    "solved_by_factors": SOLVED_BY_FACTORS,
    "fft_of": FFT,
    "ifft_of": FFT.replace("fft_of", "ifft_of").replace("fft.fft", "fft.ifft"),
    "rfft_of": RFFT,
    "irfft_of": IRFFT,
}
# What a text calls in its turn.
NEEDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("packed_eigh", "packed_svd", "packed_eig"), ("directions",)), "ranked": ("in_order",),
    **dict.fromkeys(("fft_of", "ifft_of", "rfft_of", "irfft_of"), ("in_large_pages",))}

# Numba's calls where they are not NumPy's.
NUMBA: dict[str, str] = {
    "sort": "sorted_rows({0})",
    "ranked": "ranked_rows({0}, {1})",
    "argsort": "places_in_order({0})",
    "fft": "fft_of({0})",
    "ifft": "ifft_of({0})",
    "rfft": "rfft_of({0})",
    "irfft": "irfft_of({0}, {1})",
    "convolve": "convolved({0}, {1})",
}
