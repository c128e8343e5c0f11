"""Calls of the language's functions, drawn: what each needs, so that most of them have a value.

A row is (function, kinds of results that it can give, text). In a text `{x}` is a formula of the result's own kind,
`{v}` a vector of reals, `{A}` a matrix of reals, `{S}` a square one that is far from singular, and so on: see
`Library.parts`. A text may name several functions.
"""

from kinds import BOOL, COMPLEX, INT, REAL, Kind

ANY, SCALAR, VECTOR, MATRIX, SQUARE, ROWS = "any", "scalar", "vector", "matrix", "square", "rank 1 or more"

SMOOTH = (
    ("exp2", ANY, "exp2(0.25*{x})"),
    ("expm1", ANY, "expm1(0.25*{x})"),
    ("log", ANY, "log(1.5 + abs({x}))"),
    ("log2", ANY, "log2(1.5 + abs({x}))"),
    ("log10", ANY, "log10(1.5 + abs({x}))"),
    ("cbrt", ANY, "cbrt(1.0 + abs({x}))"),
    ("tan", ANY, "tan(sin({x}))"),
    ("asin", ANY, "asin(0.5*sin({x}))"),
    ("acos", ANY, "acos(0.5*cos({x}))"),
    ("atan2", ANY, "atan2({x}, 1.0 + abs({x}))"),
    ("sinh", ANY, "sinh(0.25*{x})"),
    ("cosh", ANY, "cosh(0.25*{x})"),
    ("hypot", ANY, "hypot({x}, {x})"),
    ("erf", ANY, "erf({x})"),
    ("gamma", ANY, "gamma(1.0 + abs(clip({x}, -4, 4)))"),
    ("lgamma", ANY, "lgamma(1.0 + abs({x}))"),
    ("logsumexp", SCALAR, "logsumexp({v})"),
    ("var", SCALAR, "var({v})"),
    ("std", SCALAR, "std({A})"),
    ("norm", SCALAR, "norm({A})"),
    ("r2", SCALAR, "r2({v}, {v} + 1)"),
    ("softmax", ROWS, "softmax({x})"),
    ("log_softmax", ROWS, "log_softmax({x})"),
    ("standardize", MATRIX, "standardize({x})"),
    ("cross_entropy", SCALAR, "cross_entropy(sigmoid({v}), {v} > 0)"),
    ("det", SCALAR, "det({S})"),
    ("solve", VECTOR, "solve({S}, {x})"),
    ("inv", SQUARE, "inv({S})"),
    ("cholesky", SQUARE, "cholesky({S}@{S}.T)"),
    ("pinv", SQUARE, "pinv({S})"),
    ("lstsq", VECTOR, "lstsq({S}, {x})"),
    ("matrix_power", SQUARE, "matrix_power(0.5*{S}, 2)"),
    ("cov", SQUARE, "cov({x})"),
    ("corr", SQUARE, "corr({S})"),
    ("irfft", VECTOR, "irfft(rfft({x}), {n})"),
    ("ifft", VECTOR, "real(ifft(fft({x})))"),
    ("randn", VECTOR, "randn({int}, {n})"),
)
EXACT = (
    ("round", ANY, "round({x})"),
    ("trunc", ANY, "trunc({x})"),
    ("relu", ANY, "relu({x})"),
    ("real", ANY, "real({z})"),
    ("imag", ANY, "imag({z})"),
    ("min", ANY, "min({x}, {x}, {x})"),
    ("max", ANY, "max({x}, {x}, 0.5)"),
    ("median", SCALAR, "median({v})"),
    ("quantile", SCALAR, "quantile({v}, 0.25)"),
    ("mse", SCALAR, "mse({v}, {v})"),
    ("mae", SCALAR, "mae({v}, {v})"),
    ("accuracy", SCALAR, "accuracy({i}, {i})"),
    ("trace", SCALAR, "trace({A})"),
    ("cumsum", ROWS, "cumsum({x}, axis=0)"),
    ("cumprod", ROWS, "cumprod(clip({x}, -1, 1), axis=0)"),
    ("cummax", ROWS, "cummax({x}, axis=0)"),
    ("cummin", ROWS, "cummin({x}, axis=0)"),
    ("diff", VECTOR, "diff(concat([0.5], {x}))"),
    ("sort", ROWS, "sort({x})"),
    ("interp", VECTOR, "interp({x}, [-1.0, 0.5, 2.0], [3.0, -1.0, 0.25])"),
    ("pad", VECTOR, "pad({x}, 1, 0)[1:]"),
    ("linspace", VECTOR, "linspace(0, 2, {n})"),
    ("conv", VECTOR, 'conv({x}, [0.5, 1.0, -0.25], mode="same")[:{n}]'),
    ("squeeze", VECTOR, "squeeze({x}[:, new], axis=1)"),
    ("like", ANY, "like({x}, 0.5)"),
    ("diag", VECTOR, "diag({S})[:{n}]"),
    ("broadcast", VECTOR, "broadcast({scalar}, {n})"),
    ("rand", VECTOR, "rand({int}, {n})"),
    ("outer", MATRIX, "outer({rows}, {columns})"),
    ("kron", VECTOR, "kron([0.5], {x})"),
    ("cross", VECTOR, "cross([0.5, 1.0, 2.0], [1.0, -1.0, {scalar}])[0]*{x}"),
    ("eye", SQUARE, "({x} + eye({n}))"),
    ("one_hot", SQUARE, "one_hot({i} % max({n}, 1), {n})"),
)
WHOLE = (
    ("argsort", VECTOR, "argsort({x})"),
    ("searchsorted", VECTOR, "searchsorted([-1, 0, 2], {x})"),
    ("round", ANY, "round({x})"),
    ("trunc", ANY, "trunc({x})"),
    ("bitnot", ANY, "bitnot({x})"),
    ("shl", ANY, "shl({x}, 1)"),
    ("shr", ANY, "shr({x}, 1)"),
    ("^", ANY, "({x})^2"),
    ("permutation", VECTOR, "permutation({int}, {n})"),
    ("randint", VECTOR, "randint({int}, -2, 5, {n})"),
    ("histogram", SCALAR, "histogram({v}, 3, lo=-2, hi=2)[1]"),
    ("bincount", SCALAR, "bincount({i} % 3, 3)[1]"),
    ("cumsum", ROWS, "cumsum({x}, axis=0)"),
    ("cummax", ROWS, "cummax({x}, axis=0)"),
    ("size", SCALAR, "size({v})"),
    ("size", SCALAR, "size({A}, 1)"),
    ("rank", SCALAR, "rank({A})"),
    ("cast", ANY, "cast({x} > 0, int)"),
    ("argmax", SCALAR, "argmax({scalar}*i for i in 0..3)"),
    ("diff", VECTOR, "diff(concat([0], {x}))"),
)
TRUTHS = (
    ("isnan", ANY, "isnan({r})"),
    ("isinf", ANY, "isinf({r})"),
    ("isfinite", ANY, "isfinite({r})"),
    ("==", ANY, "({z} == {z})"),
)
COMPLEXES = (
    ("conj", ANY, "conj({x})"),
    ("*", ANY, "({r}*1i + {x})"),
    ("*", ANY, "({x}*{x})"),
    ("+", ANY, "({r} + {x})"),
    ("-", ANY, "(-{x})"),
    ("where", ANY, "where({b}, {x}, {r})"),
    ("sum", SCALAR, "sum({zv})"),
    ("@", SCALAR, "({zv}@{zv})"),
    ("cumsum", VECTOR, "cumsum({x})"),
)
SMOOTH_COMPLEXES = (
    ("fft", VECTOR, "fft({x})"),
    ("ifft", VECTOR, "ifft({x})"),
    ("fft", VECTOR, "fft({r})"),
    ("exp", ANY, "exp(0.25i*{r})"),
    ("sqrt", ANY, "sqrt({x} + 3)"),
    ("/", ANY, "({x}/(2.0 + {r}^2))"),
    ("mean", SCALAR, "mean({zv})"),
)


class Library:
    """Draws calls from the tables above; to be mixed with Formulas."""

    def library(self, kind, depth):
        rows = [text for _, fits, text in self.rows(kind.element) if self.fits(fits, kind)]
        return self.pick(rows).format_map(Parts(self, kind, depth)) if rows else self.leaf(kind)

    def rows(self, element):
        exact = {REAL: EXACT, INT: WHOLE, BOOL: TRUTHS, COMPLEX: COMPLEXES}[element]
        smooth = {REAL: SMOOTH, COMPLEX: SMOOTH_COMPLEXES}.get(element, ())
        return [r for r in (*exact, *(smooth if self.smooth else ())) if self.complexes or "{z" not in r[2]]

    def fits(self, shape, kind):
        square = kind.rank == 2 and kind.shape[0] == kind.shape[1]
        ranks = {ANY: True, SCALAR: not kind.rank, VECTOR: kind.rank == 1, MATRIX: kind.rank == 2, SQUARE: square}
        return ranks.get(shape, kind.rank > 0)


class Parts(dict):
    """What stands for the braces of a row, drawn when asked for."""

    def __init__(self, formulas, kind, depth):
        super().__init__()
        self.formulas, self.kind, self.depth = formulas, kind, depth
        self.axis = kind.shape[0] if kind.rank else formulas.axis()

    def __missing__(self, name):
        f, kind, axis = self.formulas, self.kind, self.axis
        if name == "n":
            return axis
        if name == "S":
            n = f.wrapped(axis) if kind.rank else axis
            return f"(3*eye({n}) + 0.25*clip({f.expr(Kind(REAL, (axis, axis)), self.depth)}, -1, 1))"
        wanted = {
            "x": kind,
            "r": kind.of(REAL),
            "b": kind.of(BOOL),
            "z": kind.of(COMPLEX),
            "v": Kind(REAL, (axis,)),
            "i": Kind(INT, (axis,)),
            "zv": Kind(COMPLEX, (axis,)),
            "A": Kind(REAL, (axis, f.axis())),
            "rows": Kind(REAL, kind.shape[:1]),
            "columns": Kind(REAL, kind.shape[1:]),
            "scalar": Kind(REAL),
            "int": Kind(INT),
        }[name]
        return f.expr(wanted, self.depth)
