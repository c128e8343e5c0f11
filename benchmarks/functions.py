"""Every function of the language against the best call of NumPy or SciPy, at a large size, as ratios of one run.

    python benchmarks/functions.py [NAME…] [--backends numpy parallel] [--pairs 9] [--above 0] [--markdown]

Each figure is the median of interleaved pairs: ours, theirs, ours, theirs … Here, unlike in speed.py, a ratio above 1 means
that gdc is slower: time of ours : time of theirs. In brackets stands the spread, the ratios at the first and the ninth
decile. NAME picks rows by the start of their names. `--above 1.2` prints the rows whose ratio is above 1.2 only. Unset
OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE first. Without names a run takes some minutes; `results/functions.md` holds one.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
import scipy
from scipy import linalg, special

import gdc

SETTLE = 0.25       # idle threads of a BLAS spin for so long (docs/cores.md, iv)
N = 1_000_000
Figures = tuple[float, float, float, float, float]


def inputs() -> dict[str, object]:
    """What the formulas below read."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal(N)
    square = rng.standard_normal((300, 300))
    return {
        "x": x,                                             # reals
        "y": rng.standard_normal(N),
        "u": rng.random(N) * 0.98 + 0.01,                   # 0 < u < 1
        "z": x + 1j * rng.standard_normal(N),
        "k": rng.integers(0, 1000, N),
        "j": rng.integers(0, 20, N),
        "c": x > 0,
        "s": np.sort(rng.standard_normal(100_000)),         # ascending
        "v": rng.standard_normal(1000),
        "h": rng.standard_normal(200),
        "W": rng.standard_normal((1000, 1000)),
        "T": rng.standard_normal((100_000, 10)),            # rows of few entries
        "F": rng.standard_normal((10, 100_000)),
        "V": rng.standard_normal((300_000, 3)),
        "A": square,
        "B": rng.standard_normal((300, 300)),
        "S": square @ square.T + 300 * np.eye(300),         # symmetric and positive definite
        "L": np.tril(square) + 30 * np.eye(300),
        "R": rng.standard_normal((2000, 100)),              # more rows than columns
        "P": rng.standard_normal((30, 30)),
        "Q": rng.standard_normal((40, 40)),
        "n": N,
        "m": 1000,
    }


# name, gd, NumPy or SciPy; what calls BLAS or LAPACK follows below
SAME = """exp log1p expm1 exp2 cbrt abs sign floor ceil trunc sin cos tan sinh cosh tanh isnan isinf isfinite"""
ROWS = [
    *((f, f"{f}(x)", f"np.{f}(x)") for f in SAME.split()),
    *((f, f"{f}(u)", f"np.{f}(u)") for f in ("log", "log2", "log10", "sqrt")),
    *((f"a{f}", f"a{f}(u)", f"np.arc{f}(u)") for f in ("sin", "cos", "tan")),
    ("round", "round(x)", "np.rint(x)"), ("atan2", "atan2(x, y)", "np.arctan2(x, y)"),
    ("hypot", "hypot(x, y)", "np.hypot(x, y)"), ("erf", "erf(x)", "special.erf(x)"),
    ("gamma", "gamma(x)", "special.gamma(x)"), ("lgamma", "lgamma(x)", "special.gammaln(x)"),
    ("real", "real(z)", "np.real(z).copy()"), ("imag", "imag(z)", "np.imag(z).copy()"), ("conj", "conj(z)", "np.conj(z)"),
    *((f, f"{f}(x, y)", f"np.{f}(x, y)") for f in ("minimum", "maximum")),
    ("where", "where(c, x, y)", "np.where(c, x, y)"), ("clip", "clip(x, -1, 1)", "np.clip(x, -1, 1)"),
    *((f"bit{f}", f"bit{f}(k, j)", f"np.bitwise_{f}(k, j)") for f in ("and", "or", "xor")),
    ("bitnot", "bitnot(k)", "~k"), ("shl", "shl(k, j)", "k << j"), ("shr", "shr(k, j)", "k >> j"),
    ("cast", "cast(x, int)", "x.astype(np.int64)"),
    ("power", "u^2.5", "u**2.5"), ("floor quotient", "k // (j + 1)", "k // (j + 1)"), ("remainder", "k % (j + 1)", "k % (j + 1)"),
    # reductions
    *((f, f"{f}(x)", f"np.{f}(x)") for f in "sum prod mean var std min max argmin argmax median".split()),
    *((f"{f}, axis 0", f"{f}(W, axis=0)", f"np.{f}(W, axis=0)")
      for f in "sum prod mean var std min max argmin argmax median".split()),
    *((f"{f}, axis 1", f"{f}(W, axis=1)", f"np.{f}(W, axis=1)")
      for f in "sum prod mean var std min max argmin argmax median".split()),
    *((f"{f}, rows of 10", f"{f}(T, axis=1)", f"np.{f}(T, axis=1)")
      for f in "sum prod mean var std min max argmin argmax median".split()),
    ("any", "any(x > 9)", "np.any(x > 9)"), ("all", "all(x < 9)", "np.all(x < 9)"),
    ("norm", "norm(x)", "np.linalg.norm(x)"), ("norm, axis 0", "norm(W, axis=0)", "np.linalg.norm(W, axis=0)"),
    ("norm, axis 1", "norm(W, axis=1)", "np.linalg.norm(W, axis=1)"),
    ("logsumexp", "logsumexp(x)", "special.logsumexp(x)"),
    ("logsumexp, axis 1", "logsumexp(W, axis=1)", "special.logsumexp(W, axis=1)"),
    ("quantile", "quantile(x, 0.3)", "np.quantile(x, 0.3)"),
    ("quantile, three", "quantile(x, [0.25, 0.5, 0.75])", "np.quantile(x, [0.25, 0.5, 0.75])"),
    ("quantile, axis 0", "quantile(W, 0.3, axis=0)", "np.quantile(W, 0.3, axis=0)"),
    # scans
    *((f, f"{f}(x)", f"np.{f}(x)") for f in ("cumsum", "cumprod")),
    ("cummax", "cummax(x)", "np.maximum.accumulate(x)"), ("cummin", "cummin(x)", "np.minimum.accumulate(x)"),
    *((f"{f}, axis {a}", f"{f}(W, axis={a})", f"np.{f}(W, axis={a})") for f in ("cumsum", "cumprod") for a in (0, 1)),
    *((f"cummax, axis {a}", f"cummax(W, axis={a})", f"np.maximum.accumulate(W, axis={a})") for a in (0, 1)),
    ("diff", "diff(x)", "np.diff(x)"), ("diff, axis 0", "diff(W, axis=0)", "np.diff(W, axis=0)"),
    # making
    ("zeros", "zeros(n)", "np.full(n, 0.0)"), ("ones", "ones(n)", "np.ones(n)"), ("full", "full(2.5, n)", "np.full(n, 2.5)"),
    ("eye", "eye(m)", "np.eye(m)"), ("linspace", "linspace(0, 1, n)", "np.linspace(0, 1, n)"),
    ("arange", "arange(n)", "np.arange(n)"), ("like", "like(x, 0)", "np.full_like(x, 0)"),
    ("rand", "rand(7, n)", "np.random.default_rng(7).random(n)"),
    ("randn", "randn(7, n)", "np.random.default_rng(7).standard_normal(n)"),
    ("randint", "randint(7, 0, 1000, n)", "np.random.default_rng(7).integers(0, 1000, n)"),
    ("permutation", "permutation(7, n)", "np.random.default_rng(7).permutation(n)"),
    # shaping
    ("reshape", "reshape(W, 500, 2000)*1", "W.reshape(500, 2000)*1"), ("transpose", "transpose(W)*1", "np.ascontiguousarray(W.T)"),
    ("concat", "concat(x, y)", "np.concatenate((x, y))"), ("concat, axis 1", "concat(W, W, axis=1)", "np.concatenate((W, W), axis=1)"),
    ("stack", "stack(x, y)", "np.stack((x, y))"), ("stack, last axis", "stack(x, y, axis=1)", "np.stack((x, y), axis=1)"),
    ("split", "(a, b) := split(x, 2); output r := a + b", "np.add(*np.split(x, 2))"),
    ("flip", "flip(x)", "x[::-1].copy()"), ("flip, axis 1", "flip(W, axis=1)", "W[:, ::-1].copy()"),
    ("roll", "roll(x, 1000)", "np.roll(x, 1000)"), ("roll, axis 1", "roll(W, 3, axis=1)", "np.roll(W, 3, axis=1)"),
    ("tile", "tile(v, 1000)", "np.tile(v, 1000)"), ("tile, rows", "tile(v, 1000, 1)", "np.tile(v, (1000, 1))"),
    ("squeeze", "squeeze(W[:, :, new])*1", "np.squeeze(W[:, :, None])*1"),
    ("broadcast", "broadcast(v, 1000, 1000)*1", "np.broadcast_to(v, (1000, 1000))*1"),
    ("diag of a vector", "diag(v)", "np.diag(v)"), ("diag of a matrix", "diag(W)", "np.diag(W).copy()"),
    ("triu", "triu(W)", "np.triu(W)"), ("tril", "tril(W, -1)", "np.tril(W, -1)"), ("outer", "outer(v, v)", "np.outer(v, v)"),
    ("cross", "cross(V, V[:, ::-1])", "np.cross(V, V[:, ::-1])"), ("kron", "kron(P, Q)", "np.kron(P, Q)"),
    ("kron of vectors", "kron(v, v)", "np.kron(v, v)"), ("trace", "trace(W)", "np.trace(W)"),
    ("sort", "sort(x)", "np.sort(x)"), ("sort, rows of 1000", "sort(W)", "np.sort(W)"), ("sort, rows of 10", "sort(T)", "np.sort(T)"),
    ("sort of ints", "sort(k)", "np.sort(k)"), ("argsort", "argsort(x)", 'np.argsort(x, kind="stable")'),
    ("argsort, rows of 1000", "argsort(W)", 'np.argsort(W, kind="stable")'), ("argsort, rows of 10", "argsort(T)", 'np.argsort(T, kind="stable")'),
    ("argsort of ints", "argsort(k)", 'np.argsort(k, kind="stable")'),
    ("searchsorted", "searchsorted(s, x)", "np.searchsorted(s, x)"),
    ("searchsorted, right", 'searchsorted(s, x, side="right")', 'np.searchsorted(s, x, side="right")'),
    ("histogram", "histogram(x, 100)", "np.histogram(x, 100)[0]"),
    ("histogram, range", "histogram(x, 100, lo=-3, hi=3)", "np.histogram(x, 100, (-3, 3))[0]"),
    ("histogram, weights", "histogram(x, 100, weights=u)", "np.histogram(x, 100, weights=u)[0]"),
    ("bincount", "bincount(k, 1000)", "np.bincount(k, minlength=1000)"),
    ("bincount, weights", "bincount(k, 1000, weights=x)", "np.bincount(k, x, 1000)"),
    ("interp", "interp(x, s, s)", "np.interp(x, s, s)"), ("one_hot", "one_hot(j, 20)", "np.eye(20)[j]"),
    ("pad", "pad(W, 3, 3)", "np.pad(W, 3)"), ("pad of a vector", "pad(x, 5, 5)", "np.pad(x, 5)"),
    # signals
    ("fft", "fft(x)", "np.fft.fft(x)"), ("ifft", "ifft(z)", "np.fft.ifft(z)"), ("rfft", "rfft(x)", "np.fft.rfft(x)"),
    ("irfft", "irfft(z)", "np.fft.irfft(z, 2*(z.size - 1))"), ("fft, rows", "fft(W)", "np.fft.fft(W)"),
    ("conv", "conv(x, h)", "np.convolve(x, h)"), ("conv, same", 'conv(x, h, mode="same")', 'np.convolve(x, h, "same")'),
    # learning
    ("sigmoid", "sigmoid(x)", "special.expit(x)"), ("relu", "relu(x)", "np.maximum(x, 0)"),
    ("softplus", "softplus(x)", "np.logaddexp(0, x)"), ("softmax", "softmax(W)", "special.softmax(W, axis=1)"),
    ("log_softmax", "log_softmax(W)", "special.log_softmax(W, axis=1)"),
    ("standardize", "standardize(W)", "(W - W.mean(0))/W.std(0)"), ("mse", "mse(x, y)", "np.mean((x - y)**2)"),
    ("mae", "mae(x, y)", "np.mean(np.abs(x - y))"), ("r2", "r2(x, y)", "1 - np.sum((y - x)**2)/np.sum((y - y.mean())**2)"),
    ("cross_entropy", "cross_entropy(softmax(T), j[:100000] // 2)",
     "-np.mean(np.log(special.softmax(T, axis=1)[np.arange(100000), j[:100000]//2]))"),
    ("accuracy", "accuracy(T, j[:100000] // 2)", "np.mean(np.argmax(T, axis=1) == j[:100000]//2)"),
]
BLAS_ROWS = [
    ("solve", "solve(A, B)", "np.linalg.solve(A, B)"), ("solve of a vector", "solve(A, B[0, :])", "np.linalg.solve(A, B[0])"),
    ("solve, lower", "solve(L, B, lower=true)", "linalg.solve_triangular(L, B, lower=True)"),
    ("inv", "inv(A)", "np.linalg.inv(A)"), ("det", "det(A)", "np.linalg.det(A)"), ("cholesky", "cholesky(S)", "np.linalg.cholesky(S)"),
    ("qr", "(q, t) := qr(A); output r := q + t", "np.add(*np.linalg.qr(A))"),
    ("qr, tall", "(q, t) := qr(R); output r := q[:100, :] + t", "(lambda q, r: q[:100] + r)(*np.linalg.qr(R))"),
    ("svd", "(U, w, t) := svd(A); output r := U + t*w", "(lambda U, w, V: U + V*w)(*np.linalg.svd(A, False))"),
    ("eigh", "(w, t) := eigh(S); output r := t*w", "np.multiply(*np.linalg.eigh(S))"),
    ("eig", "(w, t) := eig(A); output r := t*w", "np.multiply(*np.linalg.eig(A))"),
    ("lstsq", "lstsq(R, R[:, 0])", "np.linalg.lstsq(R, R[:, 0], rcond=None)[0]"), ("pinv", "pinv(R)", "np.linalg.pinv(R)"),
    ("lu", "(p, t, U) := lu(A); output r := p + t + U", "np.sum(linalg.lu(A), axis=0)"),
    ("matrix_power", "matrix_power(A, 7)", "np.linalg.matrix_power(A, 7)"),
    ("cov", "cov(F)", "np.cov(F)"), ("corr", "corr(F)", "np.corrcoef(F)"), ("cov of a vector", "cov(x)", "np.cov(x)"),
    ("matmul", "A@B", "A@B"), ("matrix times vector", "W@v", "W@v"),
]


def seconds(work: Callable[[], object], settle: float) -> float:
    time.sleep(settle)
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def pair(ours: Callable[[], object], theirs: Callable[[], object], pairs: int, settle: float) -> Figures:
    """Our time, theirs (ms), the median ratio, and those at the first and the ninth decile."""
    ours(), theirs()
    times = [(seconds(ours, settle), seconds(theirs, settle)) for _ in range(pairs)]
    ratios = sorted(o / t for o, t in times)
    ms = [1e3 * statistics.median(side) for side in zip(*times, strict=True)]
    return ms[0], ms[1], statistics.median(ratios), ratios[len(ratios) // 10], ratios[-1 - len(ratios) // 10]


def measured(text: str, formula: str, given: dict[str, object], backend: str, pairs: int, settle: float) -> Figures:
    program = gdc.compile(text if "output" in text else f"output r := {text}")
    values = {name: value for name, value in given.items() if re.search(rf"\b{name}\b", text)}
    theirs = eval(f"lambda: {formula}", {"np": np, "special": special, "linalg": linalg, **given})
    return pair(lambda: program.run(values, backend=backend), theirs, pairs, settle)


def shown(name: str, line: list[Figures], markdown: bool) -> str:
    words = []
    for ours, _, ratio, low, high in line:
        words += [f"{ratio:6.2f} ({low:.2f}–{high:.2f})", f"{ours:9.3f}"]
    words.append(f"{statistics.median(figures[1] for figures in line):9.3f}")
    return f"| {name} | " + " | ".join(w.strip() for w in words) + " |" if markdown else f"{name:<28}" + "  ".join(words)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--backends", nargs="+", default=["numpy", "parallel"])
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--above", type=float, default=0.0)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    given = inputs()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"NumPy {np.__version__}, SciPy {scipy.__version__}\n")
    if options.markdown:
        print("| | " + " | ".join(f"{b} | ms" for b in options.backends) + " | NumPy, ms |")
        print("|" + "---|" * (2 * len(options.backends) + 2))
    for rows, settle in ((ROWS, 0.0), (BLAS_ROWS, SETTLE)):
        for name, text, formula in rows:
            if options.names and not any(name.startswith(n) for n in options.names):
                continue
            line = [measured(text, formula, given, backend, options.pairs, settle) for backend in options.backends]
            if all(figures[2] < options.above for figures in line):
                continue
            print(shown(name, line, options.markdown), flush=True)


if __name__ == "__main__":
    main()
