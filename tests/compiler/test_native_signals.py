"""Convolution and Fourier transforms on parallel."""

import numpy as np
import pytest

import gdc


@pytest.mark.parametrize(("n", "w"), [(1, 1), (5, 1), (3, 8), (700, 700), (5000, 3), (30_000, 41), (41, 30_000)])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_convolution(n, w, mode):
    rng = np.random.default_rng(n + w)
    x, k = rng.standard_normal(n), rng.standard_normal(w)
    program = gdc.compile(f'input x, k: real[n]\ny := conv(x, k, mode="{mode}")'.replace(
        "x, k: real[n]", "x: real[n]\ninput k: real[w]"))
    found = [program.run({"x": x, "k": k}, backend="parallel", threads=t)["y"] for t in (1, 2)]
    np.testing.assert_allclose(found[0], np.convolve(x, k, mode), rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize(("left", "right"), [("int", "int"), ("int", "real"), ("bool", "real"), ("complex", "int"),
                                             ("bool", "bool"), ("real", "complex")])
def test_convolution_of_any_numbers(left, right):
    rng = np.random.default_rng(3)
    given = {name: rng.integers(0, 2, size).astype({"int": int, "real": float, "bool": bool, "complex": complex}[kind])
             for name, kind, size in (("x", left, 50), ("k", right, 6))}
    program = gdc.compile(f"input x: {left}[n]\ninput k: {right}[w]\ny := conv(x, k)")
    found = [program.run(given, backend=target)["y"] for target in ("loops", "parallel")]
    assert found[0].dtype == found[1].dtype
    np.testing.assert_array_equal(*found)


def test_what_is_no_number_reaches_what_it_overlaps_alone():
    x, k = np.ones(5000), np.array([1.0, 2.0, 3.0])
    x[2500] = np.nan
    program = gdc.compile("input x: real[n]\ninput k: real[w]\ny := conv(x, k)")
    y = program.run({"x": x, "k": k}, backend="parallel")["y"]
    assert np.flatnonzero(np.isnan(y)).tolist() == [2500, 2501, 2502]


def test_a_transform_is_written_where_it_belongs():
    program = gdc.compile("input x: real[m, n]\ny := irfft(rfft(x)*2, 100)\nz := ifft(fft(x))")
    text = program.source("parallel")
    assert text.count("out=B)") == 4 and "B[...]" not in text
    x = np.random.default_rng(0).standard_normal((3, 100))
    got = program.run({"x": x}, backend="parallel")
    np.testing.assert_allclose(got["y"], 2*x, atol=1e-12)
    np.testing.assert_allclose(got["z"], x, atol=1e-12)
