"""Sorting and selection hand large arrays to NumPy, in threads: the values are those of loops, signs of zeros too."""

import numpy as np
import pytest

import gdc

# a text that an earlier test loaded compiles for further layouts; runtime/load.py says it to users' processes
pytestmark = pytest.mark.filterwarnings("ignore:Code running in object mode")
RNG = np.random.default_rng(11)


def mixed(*shape: int) -> np.ndarray:
    """Ties, zeros of both signs and nan."""
    values = RNG.integers(-2, 3, shape) * RNG.choice([1.0, -1.0], shape)
    return np.where(RNG.random(shape) < 0.01, np.nan, values)


def same(got: np.ndarray, wanted: np.ndarray) -> None:
    np.testing.assert_array_equal(got, wanted)
    there = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(got[there]), np.signbit(wanted[there]))


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("shape", [(1,), (999,), (60_001,), (130_000,), (70, 900), (7001, 9), (0, 4), (1, 60_000)])
@pytest.mark.parametrize("target", ["numpy", "parallel"])
def test_sort(target: str, shape: tuple[int, ...], threads: int) -> None:
    program = gdc.compile("output s := sort(x)")
    for x in (mixed(*shape), mixed(*shape).T.copy().T, RNG.standard_normal(shape)):
        same(program.run({"x": x}, target, threads)["s"], np.sort(x, kind="stable"))


@pytest.mark.parametrize("target", ["numpy", "parallel"])
def test_selection(target: str) -> None:
    text = "m := median(x, axis=0); q := quantile(x, [0.0, 0.25, 1.0], axis=0); a := median(x)"
    program = gdc.compile(text)
    for x in (mixed(5, 6), mixed(30, 60), np.abs(mixed(41, 30)), RNG.standard_normal((33, 40))):
        wanted = program.run({"x": x}, "loops")
        for name, got in program.run({"x": x}, target).items():
            same(np.asarray(got), np.asarray(wanted[name]))


@pytest.mark.parametrize("target", ["numpy", "parallel"])
def test_selection_in_threads(target: str) -> None:
    x = RNG.standard_normal((301, 400))
    program = gdc.compile("m := median(x, axis=1); q := quantile(x, 0.3)")
    for threads in (1, 2):
        got = program.run({"x": x}, target, threads)
        np.testing.assert_array_equal(got["m"], np.median(x, axis=1))
        assert got["q"] == pytest.approx(np.quantile(x, 0.3), rel=1e-14)
