"""A row for each function that is built in: how it is called, what it means, and an example.

    _row(call, meaning, given, shown, source)

`given` assigns the arguments that may be of any element type; `shown` is the formula whose value stands beside it in
the reference, or an assignment of several results. `source` is where the method is written up, or the routine of the
library that the fast targets call. A group also names functions of the prelude, whose rows are their leading comments.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    call: str
    meaning: str
    given: str
    shown: str
    source: str = ""

    @property
    def name(self) -> str:
        return self.call.partition("(")[0]


@dataclass(frozen=True, slots=True)
class Group:
    """Functions that belong together. Those of the prelude are named by a word."""

    name: str
    title: str
    about: str
    rows: tuple[Row | str, ...]


_row = Row
_X = "x := [-1.0, 0.5, 2.0]"
_A = "A := [[4.0, 1.0], [2.0, 3.0]]"
_M = "A := [[1, 2, 3], [4, 5, 6]]"
_AXIS = "axis=, keepdims=false"

ELEMENTWISE = Group("elementwise", "Elementwise functions",
    "Each works on every entry of its arguments, which broadcast as the operators' do.", (
    _row("exp(x)", "e to the power x", _X, "exp(x)"),
    _row("exp2(x)", "2 to the power x", _X, "exp2(x)"),
    _row("expm1(x)", "e^x - 1, exact for small x too", "x := [1e-9, 1.0]", "expm1(x)"),
    _row("log(x)", "the natural logarithm; nan below zero", "x := [1.0, 2.5, 10.0]", "log(x)"),
    _row("log2(x)", "the logarithm to base 2", "x := [1.0, 8.0, 10.0]", "log2(x)"),
    _row("log10(x)", "the logarithm to base 10", "x := [1.0, 8.0, 10.0]", "log10(x)"),
    _row("log1p(x)", "log(1 + x), exact for small x too", "x := [1e-9, 1.0]", "log1p(x)"),
    _row("sqrt(x)", "the square root (also √x); nan below zero, of a complex number the root with real part ≥ 0",
         "x := [0.25, 2.0, 9.0]", "sqrt(x)"),
    _row("cbrt(x)", "the real cube root", "x := [-8.0, 2.0, 27.0]", "cbrt(x)"),
    _row("abs(x)", "the absolute value; of a complex number its length, a real", "x := [-3, 0, 2]", "abs(x)"),
    _row("sign(x)", "-1, 0 or 1", "x := [-3, 0, 2]", "sign(x)"),
    _row("floor(x)", "the greatest whole number that is not above x, still a real", "x := [-1.5, 0.5, 2.5]", "floor(x)"),
    _row("ceil(x)", "the least whole number that is not below x, still a real", "x := [-1.5, 0.5, 2.5]", "ceil(x)"),
    _row("round(x)", "the nearest whole number, half to even", "x := [-1.5, 0.5, 2.6]", "round(x)"),
    _row("trunc(x)", "x without its fraction", "x := [-1.5, 0.5, 2.5]", "trunc(x)"),
    _row("sin(x)", "the sine of an angle in radians", _X, "sin(x)"),
    _row("cos(x)", "the cosine of an angle in radians", _X, "cos(x)"),
    _row("tan(x)", "the tangent of an angle in radians", _X, "tan(x)"),
    _row("asin(x)", "the angle whose sine is x, from -pi/2 to pi/2", "x := [-1.0, 0.0, 0.5]", "asin(x)"),
    _row("acos(x)", "the angle whose cosine is x, from 0 to pi", "x := [-1.0, 0.0, 0.5]", "acos(x)"),
    _row("atan(x)", "the angle whose tangent is x, from -pi/2 to pi/2", _X, "atan(x)"),
    _row("atan2(y, x)", "the angle of the point (x, y), from -pi to pi", "y := [1.0, 1.0, -1.0]; x := [1.0, -1.0, 0.0]",
         "atan2(y, x)"),
    _row("sinh(x)", "(e^x - e^-x)/2", _X, "sinh(x)"),
    _row("cosh(x)", "(e^x + e^-x)/2", _X, "cosh(x)"),
    _row("tanh(x)", "sinh(x)/cosh(x), between -1 and 1", _X, "tanh(x)"),
    _row("hypot(x, y)", "√(x² + y²), without overflow on the way", "x := [3.0, 1e200]; y := [4.0, 1e200]", "hypot(x, y)"),
    _row("erf(x)", "the error function, 2/√π times the integral of e^(-t²) from 0 to x", _X, "erf(x)"),
    _row("gamma(x)", "Γ(x), which is (x - 1)! at whole numbers", "x := [0.5, 3.0, 5.0]", "gamma(x)"),
    _row("lgamma(x)", "the logarithm of |Γ(x)|", "x := [0.5, 3.0, 100.0]", "lgamma(x)"),
    _row("isnan(x)", "whether x is nan", "x := [1.0, nan, inf]", "isnan(x)"),
    _row("isinf(x)", "whether x is inf or -inf", "x := [1.0, nan, inf]", "isinf(x)"),
    _row("isfinite(x)", "whether x is neither nan nor infinite", "x := [1.0, nan, inf]", "isfinite(x)"),
    _row("real(z)", "the real part", "z := [3 + 4i, -2i]", "real(z)"),
    _row("imag(z)", "the imaginary part", "z := [3 + 4i, -2i]", "imag(z)"),
    _row("conj(z)", "the complex conjugate; conj(A.T) is the adjoint", "z := [3 + 4i, -2i]", "conj(z)"),
    _row("minimum(x, y)", "the lesser of each pair; nan where either is", "x := [1, 5, 3]; y := [4, 2, 3]", "minimum(x, y)"),
    _row("maximum(x, y)", "the greater of each pair; nan where either is", "x := [1, 5, 3]; y := [4, 2, 3]", "maximum(x, y)"),
    _row("clip(x, lo, hi)", "x, but lo where x is below it and hi where it is above", "x := [-1.5, 0.5, 2.5]",
         "clip(x, 0, 1)"),
    _row("where(c, x, y)", "x where the condition holds, else y: the same as `x if c else y` of arrays",
         "x := [1, 2, 3]; y := [10, 20, 30]", "where([true, false, true], x, y)"),
    _row("cast(x, int)", "x as another element type; reals lose their fraction, and nan as an int is a value error",
         "x := [-1.5, 0.5, 2.5]", "cast(x, int)"),
    _row("bitand(a, b)", "the bits that both have", "a := [12, 10, 7]", "bitand(a, 6)"),
    _row("bitor(a, b)", "the bits that either has", "a := [12, 10, 7]", "bitor(a, 6)"),
    _row("bitxor(a, b)", "the bits that one of them has", "a := [12, 10, 7]", "bitxor(a, 6)"),
    _row("bitnot(a)", "all bits turned over: -a - 1", "a := [0, 1, -5]", "bitnot(a)"),
    _row("shl(a, k)", "a shifted left by k bits: a*2^k", "a := [1, 3, -5]", "shl(a, 2)"),
    _row("shr(a, k)", "a shifted right by k bits, rounded down: a//2^k", "a := [8, 7, -5]", "shr(a, 1)"),
    "sigmoid", "relu", "softplus",
))

REDUCTIONS = Group("reductions", "Reductions, statistics and scans",
    "A reduction takes all entries, or those along `axis=0` or `axis=(0, 1)`; with `keepdims=true` the axes stay, of size 1. "
    "Each may be written over indices too: `sum(x[i]*y[i] for i)`.", (
    _row(f"sum(x, {_AXIS})", "the sum; 0 of nothing", _M, "sum(A, axis=0)"),
    _row(f"prod(x, {_AXIS})", "the product; 1 of nothing", _M, "prod(A, axis=1)"),
    _row(f"mean(x, {_AXIS})", "the arithmetic mean; nan of nothing", _M, "mean(A, axis=0)"),
    _row(f"var(x, {_AXIS})", "the variance, the mean of (x - mean(x))^2", "x := [1, 3, 3, 5]", "var(x)"),
    _row(f"std(x, {_AXIS})", "the standard deviation, √var(x)", "x := [1, 3, 3, 5]", "std(x)"),
    _row(f"min(x, {_AXIS})", "the least entry, nan if any is; min(x, y, …) of two or more values is elementwise",
         "x := [3, 1, 2]", "min(x)"),
    _row(f"max(x, {_AXIS})", "the greatest entry, nan if any is; max(x, y, …) of two or more values is elementwise",
         "x := [3, 1, 2]", "max(x)"),
    _row(f"argmin(x, {_AXIS})", "the place of the least entry, the first of ties", "x := [3, 1, 2, 1]", "argmin(x)"),
    _row(f"argmax(x, {_AXIS})", "the place of the greatest entry, the first of ties", "x := [3, 1, 2, 3]", "argmax(x)"),
    _row(f"any(c, {_AXIS})", "whether any entry is true; false of nothing", "c := [false, true]", "any(c)"),
    _row(f"all(c, {_AXIS})", "whether all entries are true; true of nothing", "c := [false, true]", "all(c)"),
    _row(f"norm(x, {_AXIS})", "the root of the sum of squares, of a matrix too", "x := [3.0, 4.0]", "norm(x)"),
    _row(f"logsumexp(x, {_AXIS})", "log(sum(exp(x))), without overflow on the way", "x := [1000.0, 1000.0]", "logsumexp(x)"),
    _row(f"median(x, {_AXIS})", "the middle entry in order, of an even number the mean of the two in the middle",
         "x := [3, 1, 2, 10]", "median(x)"),
    _row(f"quantile(x, q, {_AXIS})", "what a part q of the entries lies below, between neighbours linearly; a vector q gives "
         "one result each", "x := [3, 1, 2, 10]", "quantile(x, [0.25, 0.5])",
         "type 7 of Hyndman and Fan, Sample Quantiles in Statistical Packages (1996)"),
    _row("cov(X)", "the covariances of the rows of X (also cov(x, y)), with n - 1 below", "X := [[1.0, 2.0, 3.0], [1.0, 0.0, 2.0]]",
         "cov(X)"),
    _row("corr(X)", "the correlations of the rows of X (also corr(x, y))", "X := [[1.0, 2.0, 3.0], [1.0, 0.0, 2.0]]", "corr(X)"),
    _row("cumsum(x, axis=)", "running sums; without axis= over all entries in order", "x := [1, 2, 3, 4]", "cumsum(x)"),
    _row("cumprod(x, axis=)", "running products; without axis= over all entries in order", "x := [1, 2, 3, 4]", "cumprod(x)"),
    _row("cummax(x, axis=)", "the greatest so far; without axis= over all entries in order", "x := [3, 1, 4, 2]", "cummax(x)"),
    _row("cummin(x, axis=)", "the least so far; without axis= over all entries in order", "x := [3, 1, 4, 2]", "cummin(x)"),
    _row("diff(x, axis=-1)", "what each entry is more than the one before it", "x := [1, 4, 9, 16]", "diff(x)"),
    _row("histogram(x, bins, lo=, hi=, weights=)", "how many entries fall into each of so many equal parts of lo to hi, which "
         "are else the least and the greatest entry; the last part has its upper end", "x := [0.0, 0.1, 0.6, 1.0]",
         "histogram(x, 2, lo=0, hi=1)"),
    _row("bincount(i, k, weights=)", "how often each of 0 to k - 1 occurs; with weights= the sum of theirs",
         "i := [0, 2, 2, 1]", "bincount(i, 4)"),
))

MAKING = Group("making", "Making arrays",
    "A maker takes its sizes one by one, and an element type last: `zeros(n, int)`. Random numbers are counted, not remembered: the "
    "same seed gives the same numbers on every target, whatever the number of threads ([random.md](../random.md)).", (
    _row("zeros(n, …)", "zeros, as reals or of the type named last", "", "zeros(2, 3)"),
    _row("ones(n, …)", "ones, as reals or of the type named last", "", "ones(3, int)"),
    _row("full(value, n, …)", "an array that holds one value everywhere", "", "full(2.5, 3)"),
    "eye", "linspace",
    _row("arange(n)", "the ints 0 to n - 1", "", "arange(4)"),
    _row("like(x, value)", "an array of x's shape and type that holds one value everywhere", _M, "like(A, 0)"),
    "one_hot",
    _row("rand(seed, n, …)", "random numbers, evenly spread over 0 ≤ x < 1", "", "rand(1, 3)",
         "Philox 4x32-10: Salmon, Moraes, Dror and Shaw, Parallel Random Numbers: As Easy as 1, 2, 3 (2011)"),
    _row("randn(seed, n, …)", "random numbers of the standard normal distribution", "", "randn(1, 3)",
         "Philox 4x32-10, then the normal quantile"),
    _row("randint(seed, lo, hi, n, …)", "random ints with lo ≤ k < hi, each as likely", "", "randint(1, 0, 10, 5)",
         "Philox 4x32-10"),
    _row("permutation(seed, n)", "the ints 0 to n - 1 in random order", "", "permutation(1, 5)",
         "Philox 4x32-10, then the order of its numbers"),
))

SHAPING = Group("shaping", "Shape, order and search", "", (
    _row("size(A)", "the number of entries; size(A, axis) is that of one axis", _M, "size(A, 1)"),
    _row("rank(A)", "the number of axes", _M, "rank(A)"),
    _row("reshape(A, n, …)", "the entries, in order, in another shape; one size may be -1", _M, "reshape(A, 3, -1)"),
    _row("transpose(A, axis, …)", "the axes in another order; without axes in opposite order (also A.T, Aᵀ, which turns the last "
         "two)", _M, "transpose(A, 1, 0)"),
    _row("concat(A, B, …, axis=0)", "arrays one behind the other along an axis", "x := [1, 2]; y := [3]", "concat(x, y)"),
    _row("stack(A, B, …, axis=0)", "arrays of one shape along a new axis", "x := [1, 2]; y := [3, 4]", "stack(x, y, axis=1)"),
    _row("split(A, k, axis=0)", "k equal parts", "x := [1, 2, 3, 4]", "(a, b) := split(x, 2)"),
    _row("flip(A, axis=)", "the entries in opposite order, along all axes or those named", _M, "flip(A, axis=1)"),
    _row("roll(A, k, axis=)", "each entry moved on by k places, round the end; without axis= over all entries in order",
         "x := [1, 2, 3, 4]", "roll(x, 1)"),
    _row("tile(A, k, …)", "A repeated so many times along each axis", "x := [1, 2]", "tile(x, 3)"),
    _row("squeeze(A, axis=)", "A without its axes of size 1, or without those named", "A := [[1, 2, 3]]", "squeeze(A)"),
    _row("broadcast(A, n, …)", "A repeated to this shape, as an operator would", "x := [1, 2]", "broadcast(x, 3, 2)"),
    _row("pad(A, before, after, axis=, value=0)", "so many entries more at both ends, along all axes or those named", "x := [1, 2]",
         "pad(x, 1, 2)"),
    _row("diag(A)", "the diagonal of a matrix; of a vector the matrix that has it as its diagonal", "A := [[1, 2], [3, 4]]",
         "diag(A)"),
    "triu", "tril",
    _row("sort(x)", "the entries in ascending order along the last axis, nan last", "x := [3, 1, 2]", "sort(x)",
         "merge sort: Knuth, The Art of Computer Programming, 5.2.4"),
    _row("argsort(x)", "the places of the entries in ascending order; equal entries keep theirs", "x := [3, 1, 2]", "argsort(x)",
         "merge sort: Knuth, The Art of Computer Programming, 5.2.4"),
    _row('searchsorted(a, v, side="left")', "how many entries of a sorted vector are below each value; with side=\"right\" those "
         "that are not above it", "a := [1, 3, 3, 5]; v := [0, 3, 9]", "searchsorted(a, v)", "bisection"),
    _row("interp(x, xp, fp)", "straight lines between the points (xp, fp), xp ascending; outside the first and the last of fp",
         "x := [0.5, 1.5, 9.0]; xp := [0.0, 1.0, 2.0]; fp := [0.0, 10.0, 40.0]", "interp(x, xp, fp)"),
))

ALGEBRA = Group("linear_algebra", "Linear algebra",
    "Signs are fixed, so that every target gives the same factors: R's diagonal is not negative, and the largest entry of each "
    "vector is real and positive. `A@B` is the product of matrices; `outer`, `kron` and `cross` are products of other kinds.", (
    _row("solve(A, b)", "the x with A@x = b, for a vector or the columns of a matrix; a singular A is a value error; with lower=true "
         "or upper=true the other triangle of A counts as 0",
         f"{_A}; b := [1.0, 2.0]", "solve(A, b)", "Golub and Van Loan, Matrix Computations, 3.4; LAPACK gesv"),
    _row("inv(A)", "the inverse; inv(A)@b becomes solve(A, b)", _A, "inv(A)",
         "Golub and Van Loan, Matrix Computations, 3.4; LAPACK gesv"),
    _row("det(A)", "the determinant", _A, "det(A)", "Golub and Van Loan, Matrix Computations, 3.4; LAPACK getrf"),
    _row("cholesky(A)", "the lower triangle L with A = L@L.T, of a symmetric positive definite matrix (else a value error)",
         "A := [[4.0, 2.0], [2.0, 3.0]]", "cholesky(A)", "Golub and Van Loan, Matrix Computations, 4.2; LAPACK potrf"),
    _row("qr(A)", "(Q, R), thin: Q has orthonormal columns, R is upper triangular", _A, "(Q, R) := qr(A)",
         "Householder's reflections: Golub and Van Loan, Matrix Computations, 5.2; LAPACK geqrf and orgqr"),
    _row("svd(A)", "(U, s, Vt), thin, with the singular values s descending: A = (U*s)@Vt", _A, "(U, s, Vt) := svd(A)",
         "one-sided Jacobi rotations: Golub and Van Loan, Matrix Computations, 8.6; LAPACK gesdd"),
    _row("eigh(A)", "(w, V) of a symmetric matrix, of which the lower triangle is read: values ascending, vectors as columns",
         "A := [[2.0, 1.0], [1.0, 2.0]]", "(w, V) := eigh(A)",
         "Jacobi's rotations: Golub and Van Loan, Matrix Computations, 8.5; LAPACK syevd"),
    _row("eig(A)", "(w, V) of any square matrix, complex: values by real, then by imaginary part, vectors as columns",
         "A := [[0.0, -1.0], [1.0, 0.0]]", "(w, V) := eig(A)",
         "QR iterations with Wilkinson's shifts: Golub and Van Loan, Matrix Computations, 7.4 to 7.6; LAPACK geev"),
    _row("lu(A)", "(P, L, U) with A = P@L@U, L of diagonal 1", "A := [[1.0, 2.0], [4.0, 3.0]]", "(P, L, U) := lu(A)",
         "partial pivoting: Golub and Van Loan, Matrix Computations, 3.4; LAPACK getrf"),
    _row("lstsq(A, b)", "the shortest x among those that make norm(A@x - b) least",
         "A := [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]; b := [1.0, 3.0, 5.0]", "lstsq(A, b)", "the singular values; LAPACK gesdd"),
    _row("pinv(A)", "Moore and Penrose's inverse; singular values below max(m, n)*eps times the largest count as zero",
         "A := [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]", "pinv(A)", "the singular values; LAPACK gesdd"),
    _row("matrix_power(A, k)", "A@A@…@A, k times; below zero that of the inverse", "A := [[1, 1], [1, 0]]", "matrix_power(A, 10)",
         "repeated squaring"),
    "outer", "trace",
    _row("kron(A, B)", "each entry of the first times all of the second, of two vectors or two matrices",
         "x := [1, 10]; y := [1, 2, 3]", "kron(x, y)"),
    _row("cross(x, y)", "the vector product along the last axis, which has size 3", "x := [1, 0, 0]; y := [0, 1, 0]", "cross(x, y)"),
))

SIGNALS = Group("signals", "Signals", "Transforms go along the last axis, or along `axis=`.", (
    _row("fft(x, axis=-1)", "the discrete Fourier transform", "x := [1.0, 2.0, 3.0, 4.0]", "fft(x)", "the definition; pocketfft"),
    _row("ifft(X, axis=-1)", "the inverse of fft", "X := [10 + 0i, -2 + 2i, -2 + 0i, -2 - 2i]", "ifft(X)",
         "the definition; pocketfft"),
    _row("rfft(x, axis=-1)", "the first half of fft(x) of reals, from which the other follows", "x := [1.0, 2.0, 3.0, 4.0]", "rfft(x)",
         "the definition; pocketfft"),
    _row("irfft(X, n, axis=-1)", "the n reals whose rfft is X; without n an even number of them", "X := [10 + 0i, -2 + 2i, -2 + 0i]",
         "irfft(X)", "the definition; pocketfft"),
    _row('conv(x, k, mode="full")', "the convolution of two vectors: full, same (as many as the longer has) or valid (where all of "
         "the shorter overlaps)", "x := [1, 2, 3]; k := [1, 1]", "conv(x, k)"),
))

LEARNING = Group("learning", "Learning", "Written in gd itself, so `gdc explain` shows them like formulas of your own.", (
    "softmax", "log_softmax", "standardize", "mse", "mae", "r2",
    _row("cross_entropy(p, y)", "the mean of -log of the probability that p gave to what y says: two vectors (of probabilities, and 0 "
         "or 1), two matrices with a row for each example, or a matrix and its rows' class numbers",
         "p := [0.9, 0.2, 0.6]; y := [1, 0, 1]", "cross_entropy(p, y)"),
    _row("accuracy(p, y)", "the part of the examples that p has right: two vectors of labels, two matrices with a row for each "
         "example, or a matrix and its rows' class numbers", "p := [1, 0, 1, 1]; y := [1, 0, 0, 1]", "accuracy(p, y)"),
    _row("grad(J, w, …)", "the exact derivative of the scalar J by w (and by more), of w's shape", "w := [1.0, 2.0, 3.0]",
         "grad(sum(w^2), w)"),
))

GROUPS = (ELEMENTWISE, REDUCTIONS, MAKING, SHAPING, ALGEBRA, SIGNALS, LEARNING)
