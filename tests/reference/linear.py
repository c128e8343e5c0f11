"""Linear algebra over NumPy, in the element that is given."""

import numpy as np
from scipy import linalg

from reference.arithmetic import together
from reference.faults import Fault, demand
from reference.values import common, complex_of, fraction, kind, real


def matrix(x):
    demand(np.ndim(x) == 2, "shape", "no matrix")
    return real(x)


def finite(x):
    demand(np.all(np.isfinite(x)), "value", "not finite")
    return x


def numpys(function):
    """NumPy's, with its complaint as a Fault."""

    def call(*args, lower=False, upper=False):
        first, *others = together(fraction, *args)
        try:
            return function(np.tril(first) if lower else np.triu(first) if upper else first, *others)
        except np.linalg.LinAlgError as error:
            raise Fault("shape" if "square" in str(error) else "value", str(error)) from None

    return call


def turned(V):
    """For each column the factor that makes the first of its largest entries real and positive."""
    places = [np.argmax(np.abs(v) >= 0.999999 * np.abs(v).max()) for v in V.T]
    tops = np.array([V[p, k] for k, p in enumerate(places)])
    return np.conj(tops) / np.abs(tops)


def qr(A):
    Q, R = np.linalg.qr(matrix(A))
    diagonal = np.diag(R)
    signs = np.where(diagonal == 0, 1, diagonal) / np.where(diagonal == 0, 1, np.abs(diagonal)).astype(R.dtype)
    return [Q * signs, R * np.conj(signs)[:, None]]


def svd(A):
    U, s, Vt = np.linalg.svd(finite(matrix(A)), full_matrices=False)
    signs = turned(U)
    return [U * signs, s, Vt * np.conj(signs)[:, None]]


def eigh(A):
    values, vectors = np.linalg.eigh(finite(matrix(A)))
    return [values, vectors * turned(vectors)]


def eig(A):
    values, vectors = np.linalg.eig(finite(matrix(A)).astype(np.complex128))     # 32 bits would not order alike
    order = np.lexsort((values.imag.round(8), values.real.round(8)))
    vectors = (vectors[:, order] * turned(vectors[:, order])).astype(complex_of(matrix(A).dtype))
    return [values[order].astype(vectors.dtype), vectors]


def lu(A):
    A = matrix(A)
    if A.size:
        return linalg.lu(A)
    rows = len(A)
    return [np.eye(rows, dtype=A.dtype), A[:, :0], A[:0, :]]  # SciPy gives no permutation


def lstsq(A, b):
    demand(np.shape(A)[0] == np.shape(b)[0], "shape", "rows differ")
    return np.linalg.lstsq(finite(matrix(A)), real(b), rcond=None)[0]


def matrix_power(A, k):
    k = int(k)
    demand(k >= 0 or kind(A) != "i", "value", "an int matrix to a negative power")
    return np.linalg.matrix_power(A, k)


def solve(A, b):
    return np.linalg.solve(A, b) if np.ndim(b) > 1 else np.linalg.solve(A, b[:, None])[:, 0]


def cross(x, y):
    demand(np.shape(x)[-1] == np.shape(y)[-1] == 3, "shape", "not of size 3")
    return np.cross(*common(x, y))


LINEAR = {
    "solve": numpys(solve),
    "inv": numpys(np.linalg.inv),
    "det": numpys(np.linalg.det),
    "cholesky": numpys(np.linalg.cholesky),
    "pinv": lambda A: np.linalg.pinv(finite(matrix(A))),
    "lstsq": lstsq,
    "matrix_power": matrix_power,
    "outer": lambda x, y: np.outer(*common(x, y)),
    "trace": lambda A: np.trace(A),
    "cross": cross,
    "kron": lambda A, B: np.kron(*common(A, B)),
}
SEVERAL_LINEAR = {"qr": qr, "svd": svd, "eigh": eigh, "eig": eig, "lu": lu}
