"""The emulation of CUDA kernels: it answers as a GPU would, and finds what a GPU would not."""

import math
import re
import time

import numpy
import pytest

from gdc.runtime.emulate import EmulationError, load_emulated

HEAD = "import math\nimport cupy as xp\nfrom numba import cuda\n"


def load(body, backwards=False):
    """The names of a module with the usual head."""
    return load_emulated(HEAD + body, "module", backwards)


def same(a, b):
    """Equal: nan to nan, and zeros of the same sign."""
    a, b = numpy.asarray(a, float), numpy.asarray(b, float)
    signs = numpy.signbit(a) == numpy.signbit(b)
    return bool(numpy.array_equal(a, b, equal_nan=True) and (signs | numpy.isnan(a)).all())


def test_flat_index_with_guard_over_several_blocks():
    names = load(
        """
@cuda.jit
def scale(x, out, a, n):
    i = cuda.grid(1)
    if i >= n:
        return
    out[i] = a * x[i]

def run(x, a):
    out = xp.empty(len(x))
    scale[(len(x) + 255) // 256, 256](x, out, a, len(x))
    cuda.synchronize()
    return out
"""
    )
    x = numpy.arange(1000.0)
    assert numpy.array_equal(names["run"](x, 2.5), 2.5 * x)
    assert names["xp"] is numpy


def test_grid_stride():
    names = load(
        """
@cuda.jit
def fill(out, n):
    for i in range(cuda.grid(1), n, cuda.gridsize(1)):
        out[i] += i
"""
    )
    out = numpy.zeros(1000)
    names["fill"][3, 32](out, 1000)
    assert numpy.array_equal(out, numpy.arange(1000.0))


def test_two_dimensions_and_all_the_indices():
    names = load(
        """
@cuda.jit
def place(out, info):
    i, j = cuda.grid(2)
    if i < out.shape[0] and j < out.shape[1]:
        out[i, j] = 100 * i + j
    if i == 0 and j == 0:
        info[0], info[1] = cuda.gridsize(2)
    if cuda.blockIdx.x == 1 and cuda.blockIdx.y == 2 and cuda.threadIdx.x == 3 and cuda.threadIdx.y == 1:
        info[2], info[3], info[4] = cuda.blockDim.x, cuda.blockDim.y, cuda.blockDim.z
        info[5], info[6], info[7] = cuda.gridDim.x, cuda.gridDim.y, cuda.gridDim.z
        info[8], info[9] = i, j
"""
    )
    out, info = numpy.full((7, 9), -1, dtype=numpy.int64), numpy.zeros(10, dtype=numpy.int64)
    names["place"][(2, 3), (4, 3)](out, info)
    assert numpy.array_equal(out, 100 * numpy.arange(7)[:, None] + numpy.arange(9))
    assert info.tolist() == [8, 9, 4, 3, 1, 2, 3, 1, 7, 7]


TREE = """
@cuda.jit
def partial_sums(x, out, n):
    sums = cuda.shared.array(128, "float64")
    t = cuda.threadIdx.x
    total = 0.0
    for i in range(cuda.grid(1), n, cuda.gridsize(1)):
        total += x[i]
    sums[t] = total
    cuda.syncthreads()
    half = 64
    while half > 0:
        if t < half:
            sums[t] += sums[t + half]
        cuda.syncthreads()
        half //= 2
    if t == 0:
        out[cuda.blockIdx.x] = sums[0]
"""


@pytest.mark.parametrize("backwards", [False, True])
def test_tree_reduction(backwards):
    out = numpy.zeros(4)
    load(TREE, backwards)["partial_sums"][4, 128](numpy.arange(5000.0), out, 5000)
    assert out.sum() == 5000 * 4999 / 2


def test_a_missing_barrier_shows_when_the_threads_run_backwards():
    text = TREE.replace("        cuda.syncthreads()\n", "")
    answers = []
    for backwards in (False, True):
        out = numpy.zeros(4)
        load(text, backwards)["partial_sums"][4, 128](numpy.arange(5000.0), out, 5000)
        answers.append(out.sum())
    assert answers[0] != answers[1]


def test_some_threads_finished_at_a_barrier():
    names = load(
        """
@cuda.jit
def bad(n):
    i = cuda.grid(1)
    if i >= n:
        return
    cuda.syncthreads()
"""
    )
    names["bad"][2, 32](64)
    message = "kernel bad, block (1, 0, 0): a divergent barrier: 8 threads from (0, 0, 0) at line 10, 24 threads from"
    with pytest.raises(EmulationError, match=re.escape(message + " (8, 0, 0) finished")):
        names["bad"][2, 32](40)


def test_threads_at_different_barriers():
    names = load(
        """
@cuda.jit
def bad(n):
    if cuda.threadIdx.x % 2 == 0:
        cuda.syncthreads()
    else:
        cuda.syncthreads()
"""
    )
    with pytest.raises(EmulationError, match="16 threads from .* at line 8, 16 threads from .* at line 10"):
        names["bad"][1, 32](1)


def test_a_barrier_inside_an_expression_is_refused():
    with pytest.raises(EmulationError, match="line 7"):
        load("\n@cuda.jit\ndef bad(x):\n    x[0] = cuda.syncthreads()\n")


def test_min_and_max_are_refused():
    with pytest.raises(EmulationError, match="line 7: write max"):
        load("\n@cuda.jit\ndef bad(x):\n    x[0] = max(x[0], x[1])\n")


@pytest.mark.parametrize("index", ["n", "-1", "i - 1", "n + 5", "p[i]"])
def test_reading_or_writing_out_of_bounds(index):
    names = load(f"\n@cuda.jit\ndef read(x, p, n):\n    i = cuda.grid(1)\n    x[i] = x[{index}]\n")
    message = r"kernel read, block \(0, 0, 0\), thread \(0, 0, 0\), line 8: index -?\d+ is out of bounds"
    with pytest.raises(EmulationError, match=message):
        names["read"][1, 1](numpy.zeros(4), numpy.array([-2]), 4)
    names = load(f"\n@cuda.jit\ndef read(x, p, n):\n    i = cuda.grid(1)\n    x[{index}] = x[i]\n")
    with pytest.raises(EmulationError, match=message):
        names["read"][1, 1](numpy.zeros(4), numpy.array([-2]), 4)


@pytest.mark.parametrize("index", ["i, 3", "i, -1", "i - 1, 0", "2, i"])
def test_out_of_bounds_in_two_dimensions(index):
    names = load(f"\n@cuda.jit\ndef read(x):\n    i = cuda.grid(1)\n    x[{index}] += 1\n")
    with pytest.raises(EmulationError, match="kernel read.*out of bounds"):
        names["read"][1, 1](numpy.zeros((2, 3)))


def test_the_failing_thread_is_named_between_barriers_too():
    names = load(
        """
@cuda.jit
def late(x):
    i = cuda.grid(1)
    cuda.syncthreads()
    x[i] = 1
    cuda.syncthreads()
"""
    )
    with pytest.raises(EmulationError, match=r"late, block \(1, 0, 0\), thread \(3, 0, 0\), line 9: index 11"):
        names["late"][2, 8](numpy.zeros(11))


def test_atomics_return_the_old_value():
    names = load(
        """
@cuda.jit
def count(x, counts, ends, old):
    i = cuda.grid(1)
    old[i] = cuda.atomic.add(counts, (x[i], 0), 1)
    cuda.atomic.min(ends, 0, x[i])
    cuda.atomic.max(ends, 1, x[i])
"""
    )
    x = numpy.array([3, 1, 3, 3, 2])
    counts, ends, old = numpy.zeros((4, 1), int), numpy.array([9, -9]), numpy.zeros(5, int)
    names["count"][5, 1](x, counts, ends, old)
    assert counts[:, 0].tolist() == [0, 1, 1, 3] and ends.tolist() == [1, 3] and old.tolist() == [0, 0, 1, 2, 0]
    with pytest.raises(EmulationError, match="index -1"):
        names["count"][1, 1](numpy.array([-1]), counts, ends, old)


def test_shared_and_local_arrays_start_unreadable_and_shared_ones_belong_to_a_block():
    names = load(
        """
@cuda.jit
def look(out, bits):
    a = cuda.shared.array((2, 3), "float64")
    b = cuda.shared.array(2, "int64")
    c = cuda.local.array(2, "float64")
    out[cuda.blockIdx.x, 0] = a[1, 2]
    out[cuda.blockIdx.x, 1] = c[1]
    bits[cuda.blockIdx.x] = b[1]
    cuda.syncthreads()
    a[1, 2] = 0.0
    b[1] = 0
"""
    )
    out, bits = numpy.zeros((3, 2)), numpy.zeros(3, int)
    names["look"][3, 2](out, bits)
    assert numpy.isnan(out).all() and (bits != 0).all()


def test_dynamic_shared_memory_and_a_stream():
    names = load(
        """
@cuda.jit
def reverse(x):
    a = cuda.shared.array(0, "float64")
    t = cuda.threadIdx.x
    a[t] = x[t]
    cuda.syncthreads()
    x[t] = a[len(a) - 1 - t]
"""
    )
    x = numpy.arange(6.0)
    names["reverse"][1, 6, 0, 48](x)
    assert x.tolist() == [5, 4, 3, 2, 1, 0]


def test_arithmetic_never_raises():
    names = load(
        """
@cuda.jit
def edges(x, zero, n, out):
    out[0] = 1.0 / zero
    out[1] = -1 / n
    out[2] = x[0] / 0.0
    out[3] = 1e308 * 10.0
    out[4] = (-8.0) ** (1.0 / 3.0)
    out[5] = 0.0 ** -1.0
    out[6] = float(n) / float(n)
    out[7] = zero // zero
    out[8] = x[1] * x[1]
"""
    )
    out, inf, nan = numpy.zeros(9), math.inf, math.nan
    names["edges"][1, 1](numpy.array([-3.0, 1e200]), 0.0, 0, out)
    assert same(out, [inf, -inf, -inf, inf, nan, inf, nan, nan, inf])


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("exp(1000.0)", math.inf),
        ("expm1(1000)", math.inf),
        ("log(0.0)", -math.inf),
        ("log(-1.0)", math.nan),
        ("log1p(-1.0)", -math.inf),
        ("log2(0.0)", -math.inf),
        ("sqrt(-1.0)", math.nan),
        ("sin(math.inf)", math.nan),
        ("cosh(1000.0)", math.inf),
        ("acos(2.0)", math.nan),
        ("atanh(1.0)", math.inf),
        ("pow(-8.0, 1.5)", math.nan),
        ("pow(0.0, -1.0)", math.inf),
        ("pow(2, -1)", 0.5),
        ("atan2(-0.0, -1.0)", -math.pi),
        ("fmod(1.0, 0.0)", math.nan),
        ("fmod(-7.0, 3.0)", -1.0),
        ("hypot(math.inf, math.nan)", math.inf),
        ("floor(math.inf)", math.inf),
        ("floor(-2.5)", -3.0),
        ("ceil(math.nan)", math.nan),
        ("copysign(2.0, -0.0)", -2.0),
        ("gamma(0.0)", math.inf),
        ("gamma(-0.0)", -math.inf),
        ("gamma(-2.0)", math.nan),
        ("gamma(200.0)", math.inf),
        ("gamma(-math.inf)", math.nan),
        ("lgamma(-2.0)", math.inf),
        ("lgamma(1e308)", math.inf),
        ("erf(math.inf)", 1.0),
        ("erfc(-math.inf)", 2.0),
        ("erf(math.nan)", math.nan),
    ],
)
def test_math_follows_ieee(call, answer):
    out = numpy.zeros(1)
    load(f"\n@cuda.jit\ndef edge(out):\n    out[0] = math.{call}\n")["edge"][1, 1](out)
    assert same(out, [answer])


def test_int_of_what_no_int_holds():
    names = load("\n@cuda.jit\ndef cast(x, out):\n    i = cuda.grid(1)\n    out[i] = int(x[i])\n")
    x, out = numpy.array([math.nan, math.inf, -math.inf, -2.9, 1e300]), numpy.zeros(5, numpy.int64)
    names["cast"][1, 5](x, out)
    assert out.tolist() == [-(2**63), 2**63 - 1, -(2**63), -2, 2**63 - 1]


def test_a_float_literal_widens_float32_as_in_compiled_text():
    names = load(
        """
import numpy
@cuda.jit
def widen(x, out):
    out[0] = x[0] * 1e300 * 1e-300
    out[1] = x[0] * numpy.float32(1e30) * numpy.float32(1e30)
    out[2] = math.exp(x[0] * numpy.float32(50.0))
"""
    )
    out = numpy.zeros(3)
    names["widen"][1, 1](numpy.ones(1, numpy.float32), out)
    assert math.isclose(out[0], 1) and out[1] == math.inf and out[2] == numpy.exp(numpy.float32(50))


def test_ints_wrap_like_numpys():
    names = load("\n@cuda.jit\ndef wrap(j):\n    j[0] = j[0] * 3 + j[0] // 2\n")
    j = numpy.array([2**62 + 1])
    expected = j * 3 + j // 2
    names["wrap"][1, 1](j)
    assert j.tolist() == expected.tolist()


def test_a_barrier_in_a_helper_is_refused():
    with pytest.raises(EmulationError, match="helper wait"):
        load("\n@cuda.jit(device=True)\ndef wait(x):\n    cuda.syncthreads()\n    return x\n")


def test_helper_functions():
    names = load(
        """
@cuda.jit(device=True, inline="always")
def rint(x):
    big = math.copysign(4503599627370496.0, x)
    return math.copysign((x + big) - big, x) if abs(x) < 4503599627370496.0 else x

@cuda.jit(fastmath=False)
def round_all(x):
    i = cuda.grid(1)
    x[i] = rint(x[i])
"""
    )
    x = numpy.array([0.5, 1.5, -0.5, -2.5, 1e300, math.nan, -math.inf, 4503599627370497.0])
    expected = numpy.rint(x)
    names["round_all"][1, 8](x)
    assert same(x, expected)


def test_bad_launches():
    kernel = load("\n@cuda.jit\ndef nothing(x):\n    pass\n")["nothing"]
    with pytest.raises(EmulationError, match="launch of size 0"):
        kernel[0, 32](1.0)
    with pytest.raises(EmulationError, match="more than 1024"):
        kernel[1, (64, 32)](1.0)
    with pytest.raises(EmulationError, match="not list"):
        kernel[1, 1]([1.0])
    with pytest.raises(EmulationError, match="kernel nothing.*argument"):
        kernel[1, 1](1.0, 2.0)


def test_large_launches_are_not_kept():
    names = load("\n@cuda.jit\ndef mark(x):\n    i = cuda.grid(1)\n    x[i] += 1\n")
    x = numpy.zeros(32 * 1024)
    names["mark"][32, 1024](x)
    assert (x == 1).all()


def test_it_is_quick_enough():
    """1,280 threads with three barriers take some 1 ms; the bound leaves room for a busy machine."""
    names = load(
        """
@cuda.jit
def work(x, out, n):
    a = cuda.shared.array(128, "float64")
    t = cuda.threadIdx.x
    i = cuda.grid(1)
    a[t] = x[i] if i < n else 0.0
    cuda.syncthreads()
    a[t] = a[t] * 2.0 + 1.0
    cuda.syncthreads()
    other = a[127 - t]
    cuda.syncthreads()
    out[i] = other
"""
    )
    x, out = numpy.arange(1280.0), numpy.zeros(1280)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        names["work"][10, 128](x, out, 1280)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.02
    assert out[0] == 255.0
