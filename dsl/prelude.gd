# The library that is written in gd itself. Names with a leading underscore are the compiler's own.

# --- learning ---------------------------------------------------------------------------------

def sigmoid(x) = 1/(1 + exp(-x))
def relu(x) = 0 if x <= 0 else x
def softplus(x) = maximum(x, 0) + log1p(exp(-abs(x)))
def softmax(x, axis = -1) { e := exp(x - max(x, axis=axis, keepdims=true)); return e/sum(e, axis=axis, keepdims=true) }
def log_softmax(x, axis = -1) { z := x - max(x, axis=axis, keepdims=true); return z - log(sum(exp(z), axis=axis, keepdims=true)) }
def standardize(X) = (X - mean(X, axis=0))/std(X, axis=0)
def mse(p, y) = mean((p - y)^2)
def mae(p, y) = mean(abs(p - y))
def r2(p, y) = 1 - sum((y - p)^2)/sum((y - mean(y))^2)

# --- making and shaping -----------------------------------------------------------------------

def eye(n) = [1.0 if i == j else 0.0 for i in 0..n, j in 0..n]
def linspace(a, b, n) = [b*1.0 if i == n - 1 and n > 1 else a + i*((b - a)/max(n - 1, 1)) for i in 0..n]
def outer(x, y) = x[:, new]*y[new, :]
def trace(A) = sum(A[i, i] for i in 0..min(size(A, 0), size(A, 1)))
def _diag_of_vector(v) = [v[i] if i == j else 0 for i in 0..size(v, 0), j in 0..size(v, 0)]
def _diag_of_matrix(A) = [A[i, i] for i in 0..min(size(A, 0), size(A, 1))]
def triu(A, k = 0) = [A[i, j] if j - i >= k else 0 for i, j]
def tril(A, k = 0) = [A[i, j] if j - i <= k else 0 for i, j]
def one_hot(i, k) = [1.0 if i[a] == c else 0.0 for a, c in 0..k]

# --- random numbers: what becomes of 63 random bits ---------------------------------------------

def _uniform(bits) = shr(bits, 10)*2.0^-53                  # 0 <= x < 1
def _uniform_inside(bits) = (shr(bits, 11) + 0.5)*2.0^-52   # 0 < x < 1, the middle of each step

# Fisher and Yates, in Durstenfeld's order: chosen[i] is a random place up to i.
def _shuffled(chosen) {
    p := arange(size(chosen, 0))
    for i in size(chosen, 0) - 1..0 by -1 {
        last := p[i]
        p[i] := p[chosen[i]]
        p[chosen[i]] := last
    }
    return p
}

# --- linear algebra as loops: what the faster targets hand to LAPACK ---------------------------

# Gaussian elimination with partial pivoting (Golub and Van Loan, Matrix Computations, 3.4).
def _eliminate(A, B) {
    n := size(A, 0)
    sign := 1.0
    for k in 0..n {
        p := k
        for i in k + 1..n { p := i if abs(A[i, k]) > abs(A[p, k]) else p }
        if p != k {
            row := A[k, :]; A[k, :] := A[p, :]; A[p, :] := row
            other := B[k, :]; B[k, :] := B[p, :]; B[p, :] := other
            sign := -sign
        }
        if A[k, k] != 0 {
            for i in k + 1..n {
                factor := A[i, k]/A[k, k]
                for j in k..n { A[i, j] -= factor*A[k, j] }
                for j in 0..size(B, 1) { B[i, j] -= factor*B[k, j] }
            }
        }
    }
    return A, B, sign
}

def _back_substitute(U, B) {
    n := size(U, 0)
    for i in n - 1..-1 by -1 {
        assert U[i, i] != 0, "the matrix is singular"
        for c in 0..size(B, 1) {
            total := B[i, c]
            for j in i + 1..n { total -= U[i, j]*B[j, c] }
            B[i, c] := total/U[i, i]
        }
    }
    return B
}

def _solve_matrix(A, B) {
    (U, C, sign) := _eliminate(A, B)
    return _back_substitute(U, C)
}

def _solve_vector(A, b) = _solve_matrix(A, b[:, new])[:, 0]
def _inv(A) = _solve_matrix(A, [like(A[i, j], 1) if i == j else like(A[i, j], 0) for i, j])

def _det(A) {
    (U, C, d) := _eliminate(A, A[:, :0])
    for i in 0..size(A, 0) { d *= U[i, i] }
    return d
}

# Cholesky, Banachiewicz' order: row by row. A complex matrix is Hermitian, so that its diagonal is real.
def _cholesky(A) {
    n := size(A, 0)
    L := like(A, 0)
    for i in 0..n {
        for j in 0..i + 1 {
            total := A[i, j]
            for k in 0..j { total -= L[i, k]*conj(L[j, k]) }
            if i == j {
                assert real(total) > 0, "the matrix is not positive definite"
                L[i, i] := sqrt(real(total))
            } else {
                L[i, j] := total/L[j, j]
            }
        }
    }
    return L
}
