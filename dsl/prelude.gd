# The library that is written in gd itself. Names with a leading underscore are the compiler's own. Above each other
# function stands what it means, then an example: the reference shows both.

# --- learning ---------------------------------------------------------------------------------

# The logistic function, 1/(1 + e^-x): between 0 and 1.
#     x := [-1.0, 0.0, 2.0]; sigmoid(x)
def sigmoid(x) = 1/(1 + exp(-x))

# x where it is above 0, else 0.
#     x := [-1.0, 0.5, 2.0]; relu(x)
def relu(x) = 0 if x <= 0 else x

# log(1 + e^x), a smooth relu, without overflow on the way.
#     x := [-1.0, 0.0, 1000.0]; softplus(x)
def softplus(x) = maximum(x, 0) + log1p(exp(-abs(x)))

# e^x divided by its sum along the axis: positive numbers that add up to 1.
#     x := [1.0, 2.0, 3.0]; softmax(x)
def softmax(x, axis = -1) { e := exp(x - max(x, axis=axis, keepdims=true)); return e/sum(e, axis=axis, keepdims=true) }

# log(softmax(x)), without overflow or loss on the way.
#     x := [1.0, 2.0, 3.0]; log_softmax(x)
def log_softmax(x, axis = -1) { z := x - max(x, axis=axis, keepdims=true); return z - log(sum(exp(z), axis=axis, keepdims=true)) }

# Each column less its mean, divided by its standard deviation.
#     X := [[1.0, 10.0], [3.0, 30.0]]; standardize(X)
def standardize(X) = (X - mean(X, axis=0))/std(X, axis=0)

# The mean of the squared errors of the predictions p.
#     p := [1.0, 2.0, 4.0]; y := [1.0, 2.0, 3.0]; mse(p, y)
def mse(p, y) = mean((p - y)^2)

# The mean of the absolute errors of the predictions p.
#     p := [1.0, 2.0, 4.0]; y := [1.0, 2.0, 3.0]; mae(p, y)
def mae(p, y) = mean(abs(p - y))

# The part of y's variance that the predictions p explain: 1 where they are all right, 0 where they are as good as the mean.
#     p := [1.0, 2.0, 4.0]; y := [1.0, 2.0, 3.0]; r2(p, y)
def r2(p, y) = 1 - sum((y - p)^2)/sum((y - mean(y))^2)

# --- making and shaping -----------------------------------------------------------------------

# The n by n matrix with 1 on its diagonal, 0 elsewhere.
#     eye(3)
def eye(n) = [1.0 if i == j else 0.0 for i in 0..size(arange(n)), j in 0..size(arange(n))]

# n numbers from a to b, both included, equally far apart.
#     linspace(0, 1, 5)
def linspace(a, b, n) = [b*1.0 if i == n - 1 and n > 1 else a + i*((b - a)/max(n - 1, 1)) for i in 0..n]

# The matrix of all products x[i]*y[j].
#     x := [1, 2]; y := [1, 10, 100]; outer(x, y)
def outer(x, y) = x[:, new]*y[new, :]

# The sum of the diagonal.
#     A := [[1, 2], [3, 4]]; trace(A)
def trace(A) = sum(A[i, i] for i in 0..min(size(A, 0), size(A, 1)))
def _diag_of_vector(v) = [v[i] if i == j else 0 for i in 0..size(v, 0), j in 0..size(v, 0)]
def _diag_of_matrix(A) = [A[i, i] for i in 0..min(size(A, 0), size(A, 1))]

# The upper triangle; 0 below the k-th diagonal.
#     A := [[1, 2], [3, 4]]; triu(A)
def triu(A, k = 0) = [A[i, j] if j - i >= k else 0 for i, j]

# The lower triangle; 0 above the k-th diagonal.
#     A := [[1, 2], [3, 4]]; tril(A)
def tril(A, k = 0) = [A[i, j] if j - i <= k else 0 for i, j]

# A row for each int of the vector i, of length k, with 1 at that place and 0 elsewhere.
#     one_hot([2, 0], 3)
def one_hot(i, k) = [1.0 if i[a] == c else 0.0 for a, c in 0..k]

# --- random numbers: what becomes of 63 random bits ---------------------------------------------

# As many bits as a real holds, so that nothing is rounded up to 1.
def _uniform_64(bits) = shr(bits, 10)*2.0^-53                   # 0 <= x < 1
def _uniform_32(bits) = shr(bits, 39)*2.0^-24
def _uniform_inside_64(bits) = (shr(bits, 11) + 0.5)*2.0^-52    # 0 < x < 1, the middle of each step
def _uniform_inside_32(bits) = (shr(bits, 40) + 0.5)*2.0^-23

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

# --- statistics -----------------------------------------------------------------------------------

# What a row has at some places when it is sorted; of no entries 0, which nothing reads: a check has refused it by then.
def _ranked(A, places) {
    S := _sort(A); n := size(A, 1)
    return [S[i, places[j]] if n > 0 else 0 for i in 0..size(A, 0), j in 0..size(places, 0)]
}

# S holds what its rows have at these places, of n; nan comes last.
def _median_places(n) = [(n - 1)//2, n//2, n - 1]
def _median(S) = where(isnan(S[..., 2]), S[..., 2], (S[..., 0] + S[..., 1])/2)

# Type 7 of Hyndman and Fan, which is also NumPy's: between the place below q*(n - 1) and the next.
def _quantile_place(q, n) = minimum(cast(floor(q*(n - 1)), int), n - 1)
def _quantile_places(q, n) {
    k := _quantile_place(q, n)
    return concat([n - 1], k, minimum(k + 1, n - 1))
}
def _quantile(S, q, n) = _between(S[..., 1], S[..., 2], S[..., 0], q, n)
def _quantiles(S, q, n) = [_between(S[..., 1 + k], S[..., 1 + size(q, 0) + k], S[..., 0], q[k], n) for k in 0..size(q, 0)]
def _between(a, b, last, q, n) {
    t := q*(n - 1) - _quantile_place(q, n)
    between := a + (b - a)*t if t < 0.5 else b - (b - a)*(1 - t)
    return where(isnan(last), last, between)
}

def _cov(X) { Z := X - mean(X, axis=1, keepdims=true); return Z@Z.T/(size(X, 1) - 1) }
def _cov_of_vector(x) = sum((x - mean(x))^2)/(size(x, 0) - 1)
def _corr(X) { C := _cov(X); s := sqrt(_diag_of_matrix(C)); return clip(C/(s[:, new]*s[new, :]), -1, 1) }
def _corr_of_vector(x) { v := _cov_of_vector(x); return v/v }

def _least(x) = min(x) if size(x, 0) > 0 else 0
def _greatest(x) = max(x) if size(x, 0) > 0 else 1

# A place is found by scaling, half a bin too low and rounded down, so that it is right or one too low; the bin's bound
# tells. Bounds are those of linspace on every target: the products are stored and read backwards, where none can fuse
# them with the sums. Of a narrow range the scale is finite too.
def _histogram(counts, x, lo, hi, weights) {
    bins := size(counts, 0)
    low := lo - 0.5 if lo == hi else lo
    high := hi + 0.5 if lo == hi else hi
    width := (high - low)/bins
    down := [(bins - k)*width for k in 0..bins + 1]
    bounds := [where(k == bins, high, low + down[bins - k]) for k in 0..bins + 1]
    inside := x >= low and x <= high
    grown := 1e30 if high - low < 1e-30 else 1.0
    share := (x - low)*grown*(bins/((high - low)*grown)) - 0.5
    place := clip(cast(where(share >= 0, clip(share, 0, bins), 0), int), 0, bins - 1)
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

# --- signals, by their definitions, along the second axis ----------------------------------------

def _fft(A) = _spectrum(A + 0i, size(A, 1), -2i*pi)
def _ifft(A) = _spectrum(A + 0i, size(A, 1), 2i*pi)/max(size(A, 1), 1)
def _rfft(A) = _spectrum(A + 0i, size(A, 1)//2 + 1, -2i*pi)

def _spectrum(A, many, turn) {
    n := size(A, 1)
    w := [exp(turn*k/n) for k in 0..n]
    return [sum(A[a, j]*w[j*k % n] for j in 0..n) for a in 0..size(A, 0), k in 0..many]
}

# Of the spectrum of reals: what is missing is the conjugate of the other half.
def _irfft(A, n) {
    w := [exp(2i*pi*k/n) for k in 0..n]
    used := min(size(A, 1), n//2 + 1)
    return [sum((1 if j == 0 or 2*j == n else 2)*real(A[a, j]*w[j*k % n]) for j in 0..used)/n
            for a in 0..size(A, 0), k in 0..n]
}

def _convolve(x, k) = [sum(x[i]*k[j - i] for i in max(j - size(k, 0) + 1, 0)..min(j + 1, size(x, 0)))
                       for j in 0..size(x, 0) + size(k, 0) - 1]

# --- factorisations: P holds several results, one below the other ------------------------------

# Householder's QR (Golub and Van Loan, 5.2), with the reflections applied backwards for the thin Q.
def _qr(A, k) {
    R := A
    V := like(A[:, :k], 0)
    for c in 0..k {
        v := [R[i, c] if i >= c else 0*R[i, c] for i in 0..size(A, 0)]
        s := norm(v)
        if s > 0 {
            v[c] += s*_phase(v[c])
            v := v/norm(v)
            R := R - 2*outer(v, conj(v)@R)
            V[:, c] := v
        }
    }
    Q := [like(A[i, 0], 1) if i == j else like(A[i, 0], 0) for i in 0..size(A, 0), j in 0..k]
    for c in k - 1..-1 by -1 { Q := Q - 2*outer(V[:, c], conj(V[:, c])@Q) }
    d := [_phase(R[i, i]) for i in 0..k]
    return concat(Q*d[new, :], [R[i, j]*conj(d[i]) if j >= i else 0*R[i, j] for j in 0..size(A, 1), i in 0..k], axis=0)
}

# A number's sign; of a complex one its direction.
def _phase(x) = x/abs(x) if x != 0 else like(x, 1)

# The factor of each column that makes the first of its largest entries real and positive.
def _directions(V) = [_direction(V[:, k]) for k in 0..size(V, 1)]
def _direction(v) {
    sizes := abs(v)
    return conj(_phase(v[argmax(sizes >= 0.999999*max(sizes))]))
}

def _identity(A) = [like(A[0, i], 1) if i == j else like(A[0, i], 0) for i in 0..size(A, 1), j in 0..size(A, 1)]

# Jacobi's rotations (Golub and Van Loan, 8.5) on the symmetric or Hermitian matrix of the lower triangle.
def _eigh(A) {
    n := size(A, 0)
    S := [_hermitian(A, i, j) for i in 0..n, j in 0..n]
    V := _identity(A)
    for sweep in 0..40 {
        stop if sum(abs(S[i, j])^2 for i in 0..n, j in 0..i) <= 1e-40*sum(abs(S[i, i])^2 for i in 0..n)
        for p in 0..n - 1, q in p + 1..n {
            if S[p, q] != 0 {
                e := _phase(S[p, q])
                h := (real(S[q, q]) - real(S[p, p]))/(2*abs(S[p, q]))
                t := (1 if h >= 0 else -1)/(abs(h) + sqrt(1 + h^2))
                c := 1/sqrt(1 + t^2)
                s := t*c
                for i in 0..n { x := S[i, p]; y := S[i, q]*conj(e); S[i, p] := c*x - s*y; S[i, q] := s*x + c*y }
                for i in 0..n { x := S[p, i]; y := S[q, i]*e; S[p, i] := c*x - s*y; S[q, i] := s*x + c*y }
                for i in 0..n { x := V[i, p]; y := V[i, q]*conj(e); V[i, p] := c*x - s*y; V[i, q] := s*x + c*y }
                S[p, q] := 0; S[q, p] := 0
            }
        }
    }
    values := [real(S[i, i]) for i in 0..n]
    order := argsort(values)
    V := V[:, order]
    return concat(values[order][new, :], V*_directions(V)[new, :], axis=0)
}

# An entry of the matrix that the lower triangle of A, and the real part of its diagonal, stand for.
def _hermitian(A, i, j) = A[i, j] if i > j else (conj(A[j, i]) if i < j else like(A[i, i], real(A[i, i])))

# Hestenes' one-sided Jacobi: columns of A are turned in pairs until all are orthogonal (Golub and Van Loan, 8.6).
def _svd(A, k) {
    n := size(A, 1)
    U := A
    V := _identity(A)
    for sweep in 0..60 {
        turned := 0
        for p in 0..n - 1, q in p + 1..n {
            a := sum(abs(U[i, p])^2 for i); b := sum(abs(U[i, q])^2 for i); g := sum(conj(U[i, p])*U[i, q] for i)
            if abs(g) > 1e-15*sqrt(a)*sqrt(b) and sqrt(a)*sqrt(b) > 1e-300 {
                turned := 1
                e := conj(_phase(g))
                h := (b - a)/(2*abs(g))
                t := (1 if h >= 0 else -1)/(abs(h) + sqrt(1 + h^2))
                c := 1/sqrt(1 + t^2)
                s := t*c
                for i in 0..size(A, 0) { x := U[i, p]; y := U[i, q]*e; U[i, p] := c*x - s*y; U[i, q] := s*x + c*y }
                for i in 0..n { x := V[i, p]; y := V[i, q]*e; V[i, p] := c*x - s*y; V[i, q] := s*x + c*y }
            }
        }
        stop if turned == 0
    }
    lengths := norm(U, axis=0)
    order := argsort(-lengths)[:k]
    s := lengths[order]
    W := _completed(U[:, order], s)
    X := conj(V[:, order])
    d := _directions(W)
    e := where(s > 1e-14*norm(s), conj(d), _directions(X))
    return concat(W*d[new, :], s[new, :], X*e[new, :], axis=0)
}

# Columns of length s made of length 1; where s is nothing, unit vectors made orthogonal to those before.
def _completed(U, s) {
    for c in 0..size(s, 0) {
        if s[c] > 1e-15*norm(s) {
            U[:, c] := U[:, c]/s[c]
        } else {
            r := argmin([sum(abs(U[i, j])^2 for j in 0..c) for i in 0..size(U, 0)])
            v := [1.0 if i == r else 0.0 for i in 0..size(U, 0)]
            repeat 2 { v := v - U[:, :c]@(v@conj(U[:, :c])) }
            U[:, c] := v/norm(v)
        }
    }
    return U
}

# What is below max(m, n)*eps times the largest singular value counts as zero (eps is that of 64-bit reals).
def _pinv(A) {
    (U, s, V) := svd(A)
    low := max(size(A, 0), size(A, 1))*2.220446049250313e-16*s[0] if size(s, 0) > 0 else 0
    return conj(V.T)@([conj(U[i, j])/s[j] if s[j] > low else 0*s[j] for j in 0..size(s, 0), i in 0..size(A, 0)])
}

# Elimination with partial pivoting; the last column says which row of A each row was.
def _lu(A) {
    rows := [like(A[i, 0], i) for i in 0..size(A, 0)]
    for k in 0..min(size(A, 0), size(A, 1)) {
        p := k
        for i in k + 1..size(A, 0) { p := i if abs(A[i, k]) > abs(A[p, k]) else p }
        if p != k {
            row := A[k, :]; A[k, :] := A[p, :]; A[p, :] := row
            place := rows[k]; rows[k] := rows[p]; rows[p] := place
        }
        if A[k, k] != 0 {
            for i in k + 1..size(A, 0) {
                A[i, k] /= A[k, k]
                for j in k + 1..size(A, 1) { A[i, j] -= A[i, k]*A[k, j] }
            }
        }
    }
    return concat(A, rows[:, new], axis=1)
}

def _parts_of_lu(F, k) {
    m := size(F, 0)
    P := [1.0 if i == F[j, size(F, 1) - 1] else 0.0 for i in 0..m, j in 0..m]
    L := [F[i, j] if j < i else (1.0 if i == j else 0.0) for i in 0..m, j in 0..k]
    U := [F[i, j] if j >= i else 0.0 for i in 0..k, j in 0..size(F, 1) - 1]
    return P, L, U
}

# Hessenberg form, QR with Wilkinson's shifts, then the triangle's eigenvectors (Golub and Van Loan, 7.4 to 7.6).
def _eig(A) {
    n := size(A, 0)
    H := cast(A, c128)      # what 32 bits cannot tell apart has no order
    Q := [like(H[i, j], 1) if i == j else like(H[i, j], 0) for i in 0..n, j in 0..n]
    for c in 0..n - 2 {
        v := [H[i, c] if i > c else like(H[i, c], 0) for i in 0..n]
        s := _length(v)
        if s > 0 {
            v[c + 1] += s*v[c + 1]/abs(v[c + 1]) if v[c + 1] != 0 else s
            v := v/_length(v)
            H := H - 2*outer(v, conj(v)@H)
            H := H - 2*outer(H@v, conj(v))
            Q := Q - 2*outer(Q@v, conj(v))
        }
    }
    whole := _length(H)
    high := n - 1
    rounds := 0
    while high > 0 and rounds < 60*n {
        low := high
        while low > 0 and _matters(H, low, whole) { low := low - 1 }
        if low == high {
            high := high - 1
        } else {
            rounds := rounds + 1
            a := H[high - 1, high - 1]; d := H[high, high]; e := H[high - 1, high]*H[high, high - 1]
            root := sqrt(((a - d)/2)^2 + e)
            one := (a + d)/2 + root; two := (a + d)/2 - root
            shift := one if abs(one - d) < abs(two - d) else two
            shift := shift + 0.75*abs(H[high, high - 1]) if rounds % 11 == 10 else shift
            for i in 0..n { H[i, i] -= shift }
            C := like(H[0, :], 0); S := like(H[0, :], 0)
            for k in low..high {
                r := hypot(abs(H[k, k]), abs(H[k + 1, k]))
                C[k] := H[k, k]/r if r > 0 else like(H[k, k], 1)
                S[k] := H[k + 1, k]/r if r > 0 else like(H[k, k], 0)
                for j in 0..n {
                    x := H[k, j]; y := H[k + 1, j]
                    H[k, j] := conj(C[k])*x + conj(S[k])*y
                    H[k + 1, j] := C[k]*y - S[k]*x
                }
            }
            for k in low..high {
                for i in 0..n {
                    x := H[i, k]; y := H[i, k + 1]
                    H[i, k] := x*C[k] + y*S[k]
                    H[i, k + 1] := y*conj(C[k]) - x*conj(S[k])
                    x := Q[i, k]; y := Q[i, k + 1]
                    Q[i, k] := x*C[k] + y*S[k]
                    Q[i, k + 1] := y*conj(C[k]) - x*conj(S[k])
                }
            }
            for i in 0..n { H[i, i] += shift }
        }
    }
    values := [H[i, i] for i in 0..n]
    X := like(H, 0)
    for k in 0..n {
        X[k, k] := 1
        for i in k - 1..-1 by -1 {
            gap := H[k, k] - H[i, i]
            gap := gap if abs(gap) > 1e-16*whole else like(gap, 1e-16*whole)
            X[i, k] := sum(H[i, j]*X[j, k] for j in i + 1..k + 1)/gap if whole > 0 else like(gap, 0)
        }
    }
    V := Q@X
    unit := 1e-10*max(abs(values))
    unit := unit if unit > 0 else 1
    order := argsort(round(imag(values)/unit))
    order := order[argsort(round(real(values[order])/unit))]
    V := [V[i, order[j]] for i in 0..n, j in 0..n]
    return concat(values[order][new, :], [_toward(V[:, j], V[i, j]) for i in 0..n, j in 0..n], axis=0)
}

def _length(v) = sqrt(sum(abs(v)^2))

# Whether the entry below the diagonal is more than rounding.
def _matters(H, k, whole) {
    near := abs(H[k, k]) + abs(H[max(k - 1, 0), max(k - 1, 0)])
    return abs(H[k, max(k - 1, 0)]) > 1e-16*(near if near > 0 else whole)
}

# An entry of v, with v made of length 1 and the first of its largest entries real and positive.
def _toward(v, x) {
    sizes := abs(v)
    top := v[argmax(sizes >= 0.999999*max(sizes))]
    return x*conj(top)/abs(top)/_length(v)
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

# Of these only the triangle is read.
def _forward_substitute(L, B) {
    n := size(L, 0)
    for i in 0..n {
        assert L[i, i] != 0, "the matrix is singular"
        for c in 0..size(B, 1) {
            total := B[i, c]
            for j in 0..i { total -= L[i, j]*B[j, c] }
            B[i, c] := total/L[i, i]
        }
    }
    return B
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

def _solve_lower_matrix(A, B) = _forward_substitute(A, B)
def _solve_upper_matrix(A, B) = _back_substitute(A, B)
def _solve_lower_vector(A, b) = _forward_substitute(A, b[:, new])[:, 0]
def _solve_upper_vector(A, b) = _back_substitute(A, b[:, new])[:, 0]
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
