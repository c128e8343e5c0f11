"""Places that cannot lie outside an axis, and casts of what is surely a number, are not checked; all others are."""

import numpy as np
import pytest

import gdc

HEAD = "input x: real[n]\ninput A: real[m, n]\ninput i: int[k]\ninput j: int[k]\ninput v: real[k]\n"


def checks(formula):
    """How often the text of a formula may stop."""
    return gdc.compile(HEAD + formula).source("numpy").count("raise Stop(")


@pytest.mark.parametrize("formula", [
    "r := x[argsort(x)]", "r := concat(x, x)[argmin(A[:, :], axis=1)]",
    "r := zeros(size(x, 0) + 1)[clip(i, 0, size(x, 0))]",
    "r := zeros(7)[minimum(maximum(i, 0), 6)]", "r := zeros(8)[clip(i, 0, 6) + cast(v > 0, int)]",
    "r := zeros(8)[7 - clip(i, 0, 7)]", "r := zeros(9)[where(i > j, clip(i, 2, 3), 8)]",
    "r := cast(where(v >= 0, clip(v, 0, 9), 0), int)", "r := cast(floor(i/1.0*0.0) > 0, int)",
    "r := zeros(10)[clip(cast(where(v < 7, clip(v, -9, 9), 1.5), int), 0, 9)]",
])
def test_what_is_known_is_not_checked(formula):
    nonempty = formula.count("argmin")      # that there is a least is a check of its own
    assert checks(formula) == nonempty


@pytest.mark.parametrize("formula", [
    "r := x[clip(i, 0, size(x, 0) - 1)]",           # x may be empty
    "r := x[maximum(i, 0)]", "r := zeros(7)[minimum(i, 6)]", "r := zeros(6)[clip(i, 0, 6)]",
    "r := zeros(7)[clip(i, -1, 6)]",
    "r := zeros(7)[minimum(maximum(i, 0) + maximum(j, 0), 6)]",     # the sum may pass the greatest int
    "r := zeros(7)[minimum(maximum(i, 0)*3, 6)]", "r := zeros(9)[where(i > j, clip(i, 2, 3), j)]",
    "r := cast(where(v >= 0, v, 0), int)", "r := cast(clip(v, 0, 9), int)",
    "r := cast(where(v != 0, clip(v, 0, 9), 0), int)",
    "r := cast(where(v >= 0, clip(x[0], 0, 9), 0), int)", "r := cast(where(v >= 0, clip(v, 0, x[0]), 0), int)",
])
def test_what_is_not_known_is_checked(formula):
    assert checks(formula) > formula.count("x[0]")


def test_a_check_that_was_made_is_known_after_it():
    before = checks("assert size(x, 0) > 0\nr := x[0]*x[clip(i, 0, size(x, 0) - 1)]")
    assert before == checks("assert size(x, 0) > 0\nr := x[0]*i")


@pytest.mark.parametrize("backend", ["loops", "numpy", "parallel"])
def test_the_first_bad_place_of_a_matrix_of_places(backend):
    program = gdc.compile("input x: real[n]\ninput p: int[m, k]\nr := mean(x[p], axis=1)")
    p = np.random.default_rng(1).integers(0, 9, (50, 40))
    data = {"x": np.arange(9.0), "p": p}
    np.testing.assert_allclose(program.run(data, backend=backend)["r"], np.arange(9.0)[p].mean(axis=1), rtol=1e-13)
    p[30, 7], p[30, 8], p[31, 0] = 9, -1, 12
    with pytest.raises(gdc.Error, match="index 9 is out of range for an axis of size 9"):
        program.run(data, backend=backend)


@pytest.mark.parametrize("backend", ["numpy", "parallel"])
@pytest.mark.parametrize("bins", [1, 7, 100])
def test_bins_are_numpys(backend, bins):
    """On the bounds of bins too: no target fuses the product and the sum that a bound is."""
    program = gdc.compile("input x: real[n]\nparam bins: int = 3\nh := histogram(x, bins, lo=-4, hi=4)")
    bounds = np.linspace(-4, 4, bins + 1)
    x = np.concatenate([bounds, np.nextafter(bounds, 9), np.nextafter(bounds, -9), [np.inf, -np.inf, -0.0]])
    wanted = np.histogram(x, bins, range=(-4, 4))[0]
    found = program.run({"x": np.append(x, np.nan), "bins": bins}, backend=backend)["h"]
    np.testing.assert_array_equal(found, wanted)


def test_a_histogram_is_one_nest():
    text = gdc.compile("input x: real[n]\nh := histogram(x, 50, lo=0, hi=1)").source("parallel")
    assert "np.empty(n" not in text


@pytest.mark.parametrize("precision", ["f64", "f32"])
@pytest.mark.parametrize("width", [1e-310, 1e-44, 1e-35, 1.0, 1e38])
def test_bins_of_narrow_and_wide_ranges(precision, width):
    program = gdc.compile("input x: real[n]\ninput w: real\nh := histogram(x, 10, lo=0, hi=w)", precision=precision)
    kind = np.float32 if precision == "f32" else float
    x = (np.linspace(-0.1, 1.1, 500)*width).astype(kind)
    data = {"x": np.append(x, kind(0)), "w": float(kind(width))}
    if kind(width) == 0:
        return
    wanted = program.run(data, backend="loops")["h"]
    bounds = (np.arange(11)*(kind(width)/kind(10))).astype(kind)
    bounds[-1] = width
    inside = data["x"][(data["x"] >= 0) & (data["x"] <= bounds[-1])]
    found = np.minimum(np.searchsorted(bounds, inside, side="right") - 1, 9)
    if len(set(bounds)) == 11:
        np.testing.assert_array_equal(wanted, np.bincount(found, minlength=10))
    for backend in ("numpy", "parallel"):
        np.testing.assert_array_equal(program.run(data, backend=backend)["h"], wanted)


@pytest.mark.parametrize("backend", ["loops", "numpy", "parallel"])
def test_a_range_wider_than_numbers_go_is_refused(backend):
    program = gdc.compile("input x: real[n]\nh := histogram(x, 10, lo=-1e308, hi=1e308)")
    with pytest.raises(gdc.Error, match="is not finite"):
        program.run({"x": np.ones(3)}, backend=backend)
