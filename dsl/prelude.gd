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

# --- scans and order, along the second axis: what the faster targets may hand to a library -------

def _cumsum(A) { for a in 0..size(A, 0), i in 1..size(A, 1) { A[a, i] += A[a, i - 1] }; return A }
def _cumprod(A) { for a in 0..size(A, 0), i in 1..size(A, 1) { A[a, i] *= A[a, i - 1] }; return A }
def _cummax(A) { for a in 0..size(A, 0), i in 1..size(A, 1) { A[a, i] := maximum(A[a, i - 1], A[a, i]) }; return A }
def _cummin(A) { for a in 0..size(A, 0), i in 1..size(A, 1) { A[a, i] := minimum(A[a, i - 1], A[a, i]) }; return A }

# Merge sort from the bottom up (Knuth, The Art of Computer Programming, 5.2.4); nan comes last.
def _sort(A) {
    n := size(A, 1)
    for r in 0..size(A, 0) {
        width := 1
        while width < n {
            B := A[r, :]
            for first in 0..n by 2*width {
                middle := min(first + width, n)
                last := min(first + 2*width, n)
                i := first; j := middle
                for k in first..last {
                    x := B[min(i, n - 1)]; y := B[min(j, n - 1)]
                    left := i < middle and (j == last or x <= y or y != y)
                    A[r, k] := x if left else y
                    i := i + 1 if left else i
                    j := j if left else j + 1
                }
            }
            width := 2*width
        }
    }
    return A
}

def _argsort(A) {
    n := size(A, 1)
    P := [j for i in 0..size(A, 0), j in 0..n]
    for r in 0..size(A, 0) {
        width := 1
        while width < n {
            Q := P[r, :]
            for first in 0..n by 2*width {
                middle := min(first + width, n)
                last := min(first + 2*width, n)
                i := first; j := middle
                for k in first..last {
                    p := Q[min(i, n - 1)]; q := Q[min(j, n - 1)]
                    x := A[r, p]; y := A[r, q]
                    left := i < middle and (j == last or x <= y or y != y)
                    P[r, k] := p if left else q
                    i := i + 1 if left else i
                    j := j if left else j + 1
                }
            }
            width := 2*width
        }
    }
    return P
}

# Bisection: how many entries of a sorted vector lie before x.
def _searchsorted_left(a, v) = [_count_below(a, v[k]) for k in 0..size(v, 0)]
def _searchsorted_right(a, v) = [_count_not_above(a, v[k]) for k in 0..size(v, 0)]

def _count_below(a, x) {
    low := 0; high := size(a, 0)
    while low < high {
        middle := (low + high)//2
        below := a[middle] < x or x != x and a[middle] == a[middle]
        low := middle + 1 if below else low
        high := high if below else middle
    }
    return low
}

def _count_not_above(a, x) {
    low := 0; high := size(a, 0)
    while low < high {
        middle := (low + high)//2
        above := x < a[middle] or a[middle] != a[middle] and x == x
        high := middle if above else high
        low := low if above else middle + 1
    }
    return low
}

# --- statistics: S is sorted along its last axis, nan last ------------------------------------

def _median(S) {
    n := size(S, -1)
    last := S[..., n - 1]
    return where(isnan(last), last, (S[..., (n - 1)//2] + S[..., n//2])/2)
}

# Type 7 of Hyndman and Fan, which is also NumPy's.
def _quantile(S, q) {
    n := size(S, -1)
    h := q*(n - 1)
    k := min(cast(floor(h), int), n - 1)
    t := h - k
    a := S[..., k]; b := S[..., min(k + 1, n - 1)]; last := S[..., n - 1]
    between := a + (b - a)*t if t < 0.5 else b - (b - a)*(1 - t)
    return where(isnan(last), last, between)
}

def _quantiles(S, q) = [_quantile(S, q[k]) for k in 0..size(q, 0)]

def _cov(X) { Z := X - mean(X, axis=1, keepdims=true); return Z@Z.T/(size(X, 1) - 1) }
def _cov_of_vector(x) = sum((x - mean(x))^2)/(size(x, 0) - 1)
def _corr(X) { C := _cov(X); s := sqrt(_diag_of_matrix(C)); return clip(C/(s[:, new]*s[new, :]), -1, 1) }
def _corr_of_vector(x) { v := _cov_of_vector(x); return v/v }

def _least(x) = min(x) if size(x, 0) > 0 else 0
def _greatest(x) = max(x) if size(x, 0) > 0 else 1

# A place is found by division, then set right against the bounds of its bin.
def _histogram(counts, x, lo, hi, weights) {
    bins := size(counts, 0)
    low := lo - 0.5 if lo == hi else lo
    high := hi + 0.5 if lo == hi else hi
    bounds := linspace(low, high, bins + 1)
    inside := x >= low and x <= high
    place := clip(cast(floor((where(inside, x, low) - low)/(high - low)*bins), int), 0, bins - 1)
    place := maximum(place - cast(x < bounds[place], int), 0)
    place := minimum(place + cast(x >= bounds[place + 1], int), bins - 1)
    return _counted(counts, place, where(inside, weights, 0))
}

def _counted(counts, places, weights) { counts[places] += weights; return counts }

def _interp(x, xp, fp) {
    n := size(xp, 0)
    k := clip(searchsorted(xp, x, side="right") - 1, 0, max(n - 2, 0))
    next := minimum(k + 1, n - 1)
    outside := x <= xp[0] or x >= xp[n - 1]
    width := where(outside, 1, xp[next] - xp[k])
    inside := fp[k] + (fp[next] - fp[k])/width*(x - xp[k])
    return where(x <= xp[0], fp[0], where(x >= xp[n - 1], fp[n - 1], inside))
}

def _plogq(p, q) = where(p == 0, 0, p*log(where(p == 0, 1, q)))
def _cross_entropy_of_vectors(p, y) = -mean(_plogq(y, p) + _plogq(1 - y, 1 - p))
def _cross_entropy_of_labels(p, y) = -mean([log(p[i, y[i]]) for i])
def _cross_entropy_of_rows(p, y) = -mean(sum(_plogq(y, p), axis=1))
def _accuracy_of_vectors(p, y) = mean(p == y)
def _accuracy_of_labels(p, y) = mean(argmax(p, axis=1) == y)
def _accuracy_of_rows(p, y) = mean(argmax(p, axis=1) == argmax(y, axis=1))

# --- products of another kind ------------------------------------------------------------------

def _kron_vectors(x, y) = reshape(x[:, new]*y[new, :], size(x, 0)*size(y, 0))
def _kron_matrices(A, B) =
    reshape(A[:, new, :, new]*B[new, :, new, :], size(A, 0)*size(B, 0), size(A, 1)*size(B, 1))

def _cross(x, y) = stack(x[..., 1]*y[..., 2] - x[..., 2]*y[..., 1],
                         x[..., 2]*y[..., 0] - x[..., 0]*y[..., 2],
                         x[..., 0]*y[..., 1] - x[..., 1]*y[..., 0], axis=-1)

def _power_of_ints(A, k) {
    P := [like(A[i, j], 1) if i == j else like(A[i, j], 0) for i, j]
    while k > 0 {
        if k % 2 == 1 { P := P@A }
        k := k//2
        if k > 0 { A := A@A }
    }
    return P
}

def _power(A, k) = _power_of_ints(inv(A) if k < 0 else A, abs(k))

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

# Cholesky, Banachiewicz' order: row by row.
def _cholesky(A) {
    n := size(A, 0)
    L := like(A, 0)
    for i in 0..n {
        for j in 0..i + 1 {
            total := A[i, j]
            for k in 0..j { total -= L[i, k]*L[j, k] }
            if i == j {
                assert total > 0, "the matrix is not positive definite"
                L[i, i] := sqrt(total)
            } else {
                L[i, j] := total/L[j, j]
            }
        }
    }
    return L
}
