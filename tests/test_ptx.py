"""Kernel text compiles to PTX where NVIDIA's compiler wheels are installed; no GPU is needed."""

import runpy
import zlib
from pathlib import Path

import numpy
import pytest
import test_programs
from launched import launched, with_joins, without_cupy

import gdc
from gdc.compiler import complex_functions
from gdc.compiler.ops import OPS
from gdc.runtime import ptx
from gdc.runtime.emulate import load_emulated


@pytest.fixture
def toolkit():
    """Skips where nothing can be compiled, and says why."""
    reason = ptx.missing_toolkit()
    if reason is not None:
        pytest.skip(reason)


TEXT = """
import math

from numba import cuda


@cuda.jit
def logistic(x, out, a, n):
    i = cuda.grid(1)
    if i >= n:
        return
    out[i] = a / (1.0 + math.exp(-x[i]))


@cuda.jit
def partial_sums(x, out, n):
    sums = cuda.shared.array(256, "float64")
    t = cuda.threadIdx.x
    total = 0.0
    for i in range(cuda.grid(1), n, cuda.gridsize(1)):
        total += x[i]
    sums[t] = total
    cuda.syncthreads()
    half = 128
    while half > 0:
        if t < half:
            sums[t] += sums[t + half]
        cuda.syncthreads()
        half //= 2
    if t == 0:
        out[cuda.blockIdx.x] = sums[0]


@cuda.jit
def count(labels, counts, n):
    i = cuda.grid(1)
    if i < n:
        cuda.atomic.add(counts, labels[i], 1)


@cuda.jit
def mixed(A, B, C, mask, out):
    i, j = cuda.grid(2)
    if i < A.shape[0] and j < A.shape[1]:
        out[i, j] = A[i, j] * B[i, j] if mask[i] else math.floor(A[i, j]) + C[i, j]
"""

SIGNATURES = {
    "logistic": ["float64[::1]", "float64[::1]", "float64", "int64"],
    "partial_sums": ["float64[::1]", "float64[::1]", "int64"],
    "count": ["int64[::1]", "int64[::1]", "int64"],
    "mixed": ["float64[:, ::1]", "float64[::1, :]", "float32[:, :]", "bool[::1]", "float64[:, ::1]"],
}


def test_every_kernel_compiles_for_each_capability(toolkit):
    compiled = ptx.compile_ptx_all(TEXT, SIGNATURES)
    assert list(compiled) == list(SIGNATURES)
    for texts in compiled.values():
        assert ".target sm_80" in texts[8, 0] and ".target sm_90" in texts[9, 0]
        assert all(".visible .entry" in text for text in texts.values())
    assert "bar.sync" in compiled["partial_sums"][9, 0] and ".shared" in compiled["partial_sums"][9, 0]
    assert "bar.sync" not in compiled["logistic"][9, 0]
    assert "atom." in compiled["count"][9, 0] or "red." in compiled["count"][9, 0]


def test_the_same_text_runs_emulated():
    names = load_emulated(TEXT, "kernels")
    x, out = numpy.linspace(-800, 800, 300), numpy.zeros(300)
    names["logistic"][2, 256](x, out, 2.0, 300)
    with numpy.errstate(over="ignore"):
        assert numpy.allclose(out, 2 / (1 + numpy.exp(-x)), rtol=1e-15)
    sums = numpy.zeros(2)
    names["partial_sums"][2, 256](x, sums, 300)
    assert numpy.isclose(sums.sum(), x.sum(), atol=1e-9)


MATH = (
    "exp expm1 log log1p log10 log2 sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc "
    "gamma lgamma floor ceil trunc fabs isnan isinf isfinite"
).split()


def test_math_of_one_argument_compiles_in_both_widths(toolkit):
    lines = [f"    out[{place}] = math.{name}(x[{place}])" for place, name in enumerate(MATH)]
    text = "import math\nfrom numba import cuda\n@cuda.jit\ndef all_of_them(x, out):\n" + "\n".join(lines)
    for width in ("float64", "float32"):
        assert ptx.compile_ptx(text, {"all_of_them": [f"{width}[::1]"] * 2})


@pytest.mark.parametrize("inline", ["always", "never"])
def test_helpers_compile(toolkit, inline):
    text = f"""
from numba import cuda

@cuda.jit(device=True, inline="{inline}")
def maximum(a, b):
    return a if a >= b or a != a else b

@cuda.jit
def largest(x, out):
    i = cuda.grid(1)
    out[i] = maximum(x[i], maximum(out[i], 0.0))
"""
    assert ".entry" in ptx.compile_ptx(text, {"largest": ["float64[::1]", "float64[::1]"]}, (8, 0))["largest"]


@pytest.mark.parametrize("text", ["float", "float64[3]", "float64[:]; x", "str"])
def test_other_types_are_refused(text):
    with pytest.raises(ValueError, match="not the type of a kernel's argument"):
        ptx.numba_type(text)


def test_without_the_wheels_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(ptx, "missing_toolkit", lambda: 'no compiler: pip install "numba-cuda[cu13]"')
    with pytest.raises(ptx.ToolkitMissing, match="numba-cuda"):
        ptx.compile_ptx(TEXT, SIGNATURES)


CONFORMANCE = Path(__file__).resolve().parents[2] / "shared" / "conformance" / "cases"
SHARES = {"conformance": 8, "programs": 24}  # one in so many is compiled unless --all is given
SOURCES = [(path, "programs") for path in test_programs.PROGRAMS if not test_programs.case_of(path).error]
SOURCES += [(path, "conformance") for path in sorted(CONFORMANCE.glob("*.gd"))]


@pytest.mark.parametrize(("path", "room"), SOURCES, ids=lambda p: getattr(p, "stem", p))
def test_kernels_of_a_program_compile(path, room, toolkit, request, monkeypatch):
    """Every kernel that a run launches, and the joins of its sums, for both capabilities."""
    if zlib.crc32(path.stem.encode()) % SHARES[room] and not request.config.getoption("--all"):
        pytest.skip("not in the seeded share: --all compiles it")
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    if room == "programs":
        inputs = test_programs.case_of(path).inputs
    else:
        inputs = runpy.run_path(str(path.with_suffix(".py")))["inputs"](numpy.random.default_rng(20))
    program = gdc.load(path)
    types = launched(lambda: program.run(inputs, backend="cuda"), monkeypatch)
    text = program.source("cuda")
    types = with_joins(text, types)
    compiled = ptx.compile_ptx_all(without_cupy(text), types)
    assert compiled.keys() == types.keys()
    for texts in compiled.values():
        assert ".target sm_80" in texts[8, 0] and ".target sm_90" in texts[9, 0]


@pytest.mark.parametrize("width", ["complex", "c64"])
def test_functions_of_complex_numbers_compile(width, toolkit, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    names = [name for name in sorted(complex_functions.ROWS) if not OPS[name].symbol]
    lines = [f"input z, w: {width}[n]", "q := z/w", "p := z^w", *(f"r_{name} := {name}(z)" for name in names)]
    program = gdc.compile("\n".join(lines))
    given = dict.fromkeys("zw", numpy.full(3, 0.5 + 0.25j, "complex64" if width == "c64" else "complex128"))
    types = launched(lambda: program.run(given, backend="cuda"), monkeypatch)
    compiled = ptx.compile_ptx_all(without_cupy(program.source("cuda")), types)
    assert compiled and all(".visible .entry" in text for texts in compiled.values() for text in texts.values())
