"""Walks over rows: sizes at which products are cut into blocks, held against numpy; which walks there are; bits."""

import os
import subprocess
import sys

import numpy as np
import pytest

import gdc

M, N, K = 3001, 23, 7
ROUNDED = {"f64": 1e-11, "f32": 2e-4}

SOFTMAX = """
input X: real[m, n]
input Y: real[m, k]
input W: real[n, k]
J := -sum(Y*log_softmax(X@W))/m
W := W - 0.1*grad(J, W)
output W
"""
DEEP = """
input X: real[m, n]
input Y: real[m, k]
input W1: real[n, n]
input W2: real[n, n]
input W: real[n, k]
J := mean((tanh(tanh(X@W1)@W2)@W - Y)^2)
(d1, d2, d3) := grad(J, W1, W2, W)
output d1, d2, d3, J
"""
CENTRES = """
input X: real[m, n]
input W: real[n, k]
c := argmin(sum(W^2, axis=0) - 2*X@W, axis=1)
H := one_hot(c, k)
S := H.T@X/maximum(sum(H, axis=0), 1)[:, new]
output c, S
"""
GRAM = """
input X: real[m, n]
G := X.T@X
output G
"""
COVARIANCE = """
input X: real[m, n]
Z := X - mean(X, axis=0)
C := Z.T@Z/(m - 1)
output C
"""
TWICE = """
input X: real[m, n]
input W: real[n, k]
A := X@W
B := exp(-abs(A))
G := X.T@B
H := X.T@(A - mean(B, axis=0))
output A, G, H
"""
ROUNDS = """
input X: real[m, n]
input Y: real[m, k]
input W: real[n, k]
for t in 0..5 {
    E := X@W - Y
    record J := sum(E^2)
    stop if t > 2
    W := W - 0.01/m*X.T@E
}
output W
"""
CHECKED = """
input X: real[m, n]
input W: real[n, k]
A := X@W
assert sum(A) < 1e9, "large"
print sum(A[0, :])
B := 2*A
assert max(B) > -1e9
G := X.T@B
output G
"""
UPDATED = """
input X: real[m, n]
input W: real[n, k]
input Y: real[m, k]
Y[:, 0] := 1
A := X@W + Y
Y := A*Y
S := X.T@Y
Y[0, :] := 0
output Y, S
"""
ROWS_OF_TURNED = """
input X: real[m, n]
input Y: real[m, k]
input V: real[p, m]
A := Y.T@V.T
B := V@X
output A, B
"""
PROGRAMS = {
    "softmax": SOFTMAX, "deep": DEEP, "centres": CENTRES, "gram": GRAM, "covariance": COVARIANCE, "twice": TWICE,
    "rounds": ROUNDS, "checked": CHECKED, "updated": UPDATED, "turned": ROWS_OF_TURNED,
}


def values(names, m=M, dtype=float):
    rng = np.random.default_rng(5)
    shapes = {"X": (m, N), "Y": (m, K), "W": (N, K), "W1": (N, N), "W2": (N, N), "V": (90, m)}
    return {name: rng.normal(size=shapes[name]).astype(dtype) for name in names}


def inputs(program):
    return [line.split()[1].rstrip(":") for line in program.signature.split("\n") if line.startswith("input")]


def agree(text, given, precision="f64", **options):
    program = gdc.compile(text, precision=precision)
    want, have = (program.run(given, backend=name, show=lambda line: None) for name in ("numpy", "parallel"))
    bound = ROUNDED[precision]
    for name in want:
        np.testing.assert_allclose(have[name], want[name], rtol=bound, atol=bound*max(1, np.abs(want[name]).max()))
        assert have[name].dtype == want[name].dtype
    for name, trace in want.trace.items():
        np.testing.assert_allclose(have.trace[name], trace, rtol=bound)
    return program, have


def walks(program, **sizes):
    """How often explain says that there is a walk."""
    return program.explain("parallel", sizes=sizes or None).count("one walk over the rows")


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_numpy(name):
    program = gdc.compile(PROGRAMS[name])
    agree(PROGRAMS[name], values(inputs(program)))


@pytest.mark.parametrize("name", ["softmax", "twice", "updated"])
def test_as_numpy_at_32_bits(name):
    program = gdc.compile(PROGRAMS[name], precision="f32")
    agree(PROGRAMS[name], values(inputs(program), dtype=np.float32), "f32")


@pytest.mark.parametrize("layout", [np.asfortranarray, lambda a: np.repeat(a, 2, axis=1)[:, ::2],
                                    lambda a: a[::-1], lambda a: a.astype(">f8")])
def test_layouts(layout):
    given = {name: layout(value) for name, value in values(["X", "Y", "W"]).items()}
    agree(SOFTMAX, given)
    agree(GRAM, {"X": given["X"]})


@pytest.mark.parametrize("m", [65, 100, 1_023, 20_011])
def test_numbers_of_rows(m):
    agree(SOFTMAX, values(["X", "Y", "W"], m))


def test_complex():
    text = "input X: complex[m, n]\ninput W: complex[n, k]\nA := X@W\nG := conj(X).T@(A*2)\noutput G"
    given = values(["X", "W"])
    agree(text, {name: value + 1j*value[::-1] for name, value in given.items()})


@pytest.mark.parametrize(("name", "count"), [("softmax", 1), ("deep", 1), ("centres", 1), ("gram", 1), ("twice", 2)])
def test_how_many_walks(name, count):
    assert walks(gdc.compile(PROGRAMS[name])) == count


def test_what_is_used_up_row_by_row_is_never_a_whole_array():
    """Of a network's hidden layers and their derivatives no more than a chunk of rows exists."""
    text = gdc.compile(DEEP).source("parallel").split("def small")[0]
    assert "np.empty((m, n))" not in text
    assert text.count("_chunk = np.empty((chunk,") >= 4


def test_small_products_stay_in_one_piece():
    program = gdc.compile(SOFTMAX)
    sizes = {"m": 50, "n": N, "k": K}
    assert walks(program, **sizes) == 0
    assert "_chunk" not in program.source("parallel", sizes)


@pytest.mark.parametrize("name", ["softmax", "deep", "centres", "gram", "rounds"])
def test_the_same_bits_on_any_number_of_threads(name):
    program = gdc.compile(PROGRAMS[name])
    given = values(inputs(program), 10_007)
    one, two = (program.run(given, backend="parallel", threads=n) for n in (1, 2))
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)


SEVEN = """
import numpy as np
import gdc

program = gdc.compile({text!r})
draw = np.random.default_rng(5)
given = {{"X": draw.standard_normal((20_011, 23)), "W": draw.standard_normal((23, 7)), "w": draw.standard_normal(23)}}
runs = [program.run(given, "parallel", threads=n) for n in (1, 2, 7, 7)]
for name in runs[0]:
    assert len({{run[name].tobytes() for run in runs}}) == 1, name
print("same")
"""
TOGETHER = """
input X: real[m, n]
input W: real[n, k]
input w: real[n]
A := softmax(X@W, axis=1)
G := X.T@A
g := w - 0.1*(1/m)*X.T@(X@w - 1)
Z := X - mean(X, axis=0)
output G, g, C := Z.T@Z/(m - 1), s := [std(X)]
"""


def test_the_same_bits_on_seven_threads():
    """More threads than cores, in a process that may have as many."""
    done = subprocess.run([sys.executable, "-c", SEVEN.format(text=TOGETHER)], capture_output=True, text=True,
                          env={**os.environ, "NUMBA_NUM_THREADS": "7"}, timeout=300)
    assert done.stdout == "same\n", done.stderr


def test_without_the_pass_nothing_is_cut():
    assert "_chunk" not in gdc.compile(SOFTMAX, without={"stream"}).source("parallel")


def test_blas_has_its_threads_back():
    from threadpoolctl import threadpool_info

    agree(SOFTMAX, values(["X", "Y", "W"]))
    before = [i["num_threads"] for i in threadpool_info() if i["user_api"] == "blas"]
    agree(GRAM, values(["X"]))
    assert [i["num_threads"] for i in threadpool_info() if i["user_api"] == "blas"] == before


def test_a_matrix_times_itself_is_half_the_work():
    """syrk fills one half, which is mirrored once for each block."""
    text = gdc.compile(COVARIANCE).source("parallel").split("def native(")[1].split("def small")[0]
    assert text.count("add_square(") == 1 and "add_product" not in text


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128])
@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray, lambda a: np.repeat(a, 2, axis=1)[:, ::2]])
def test_squares_in_any_layout(dtype, layout):
    X = layout(np.random.default_rng(1).standard_normal((M, N)).astype(dtype))
    kind, precision = ("complex" if dtype == np.complex128 else "real"), "f32" if dtype == np.float32 else "f64"
    agree(f"input X: {kind}[m, n]\nG := X.T@X\noutput G", {"X": X}, precision)


@pytest.mark.parametrize("text", ["output G := A@A.T", "output G := A@B", "output G := A@B + A@A.T@A[:, 0:7]"])
def test_much_wider_than_long(text):
    draw = np.random.default_rng(2)
    given = {"A": draw.standard_normal((N, M)), "B": draw.standard_normal((M, K))}
    agree(f"input A: real[n, m]\ninput B: real[m, k]\n{text}", given)


def test_a_matrix_much_wider_than_long_times_itself():
    program = gdc.compile("input A: real[n, m]\nG := A@A.T\noutput G")
    assert "add_square" in program.source("parallel", sizes={"n": 20, "m": 5000})
    assert "add_square" not in program.source("parallel", sizes={"n": 5000, "m": 5000})


def test_covariance_of_transposes_walks_rows():
    """The centred matrix is made and used up row by row, in the order of memory."""
    text = gdc.compile("input X: real[m, n]\noutput S := cov(X.T)").source("parallel").split("def small")[0]
    assert "add_square(" in text and "X_rows" in text
