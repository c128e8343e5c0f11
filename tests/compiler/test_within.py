"""Places inside their axis: asked of the greatest place, strip by strip where they are many."""

import numpy as np
import pytest

import gdc

MEANS = "input x: real[n]\ninput place: int[m, k]\noutput means := mean(x[place], axis=1)"
VALUES = "input x: real[n]\ninput place: int[m]\noutput y := 2*x[place] + 1"


def places(high, shape):
    return np.random.default_rng(0).integers(0, high, shape)


def run(script, backend="numpy", **values):
    return next(iter(gdc.compile(script).run(values, backend=backend).values()))


@pytest.mark.parametrize("shape", [(0, 3), (3, 1), (4, 5), (40_000, 4)])
def test_means_of_what_is_looked_up(shape):
    x, place = np.arange(7.0), places(7, shape)
    np.testing.assert_array_equal(run(MEANS, x=x, place=place), np.mean(x[place], axis=1))


@pytest.mark.parametrize("rows", [4, 200_000])
@pytest.mark.parametrize("bad", [7, -1, 2**62, -2**63])
def test_the_first_bad_place_is_told(rows, bad):
    place = places(7, rows)
    place[[2, 3]] = bad, -5
    for script, given in ((VALUES, place), (MEANS, place.reshape(-1, 2))):
        told = []
        for backend in ("loops", "numpy") if rows < 10 else ("numpy",):
            with pytest.raises(gdc.Error) as caught:
                run(script, backend, x=np.arange(7.0), place=given)
            assert caught.value.kind == "index" and str(bad) in str(caught.value)
            told.append(str(caught.value))
        assert len(set(told)) == 1


def test_an_empty_array_has_no_places():
    with pytest.raises(gdc.Error):
        run(VALUES, x=np.zeros(0), place=np.zeros(1, int))
    assert run(VALUES, x=np.zeros(0), place=np.zeros(0, int)).shape == (0,)


def test_strided_places():
    place = places(7, (300, 600))
    x = np.arange(7.0)
    np.testing.assert_array_equal(run(MEANS, x=x, place=place[::2, ::3]), np.mean(x[place[::2, ::3]], axis=1))
    np.testing.assert_array_equal(run(MEANS, x=x, place=np.asfortranarray(place)), np.mean(x[place], axis=1))


def test_what_would_raise_waits_for_its_check():
    """NumPy knows no negative power of ints: the check tells it first."""
    with pytest.raises(gdc.Error) as caught:
        run("input k: int[n]\noutput y := 2*2^k + 1", k=np.full(100_000, -1))
    assert caught.value.kind == "value"


def test_no_arrays_of_bools_and_no_place_read_twice():
    text = gdc.compile(MEANS).plan("numpy", sizes={"n": 10, "m": 100_000, "k": 10}).text
    strip = text[text.index("def strip("):text.index("np.all(in_strips")]
    assert "within(place, n)" in strip and "np.take(x, place, mode=\"clip\")" in strip
    assert "within(place, n)" in gdc.compile(MEANS).plan("numpy").text


@pytest.mark.parametrize(("lo", "hi"), [(0, 1), (-4, 4), (0.1, 0.7), (-1e-3, 1e6), (1e9, 1e9 + 1)])
@pytest.mark.parametrize("bins", [1, 2, 7, 100, 1000])
def test_a_histogram_has_the_bins_of_the_judge(lo, hi, bins):
    """At the bounds too, and one step beside them."""
    bounds = np.linspace(lo, hi, bins + 1)
    x = np.concatenate((bounds, np.nextafter(bounds, -np.inf), np.nextafter(bounds, np.inf), [np.nan, np.inf, -np.inf],
                        np.random.default_rng(1).uniform(lo, hi, 500)))
    script = f"input x: real[n]\noutput h := histogram(x, {bins}, lo={lo!r}, hi={hi!r})"
    finite = x[np.isfinite(x)]
    want = np.array([np.sum((finite >= a) & ((finite < b) | ((b == bounds[-1]) & (finite == b))))
                     for a, b in zip(bounds[:-1], bounds[1:], strict=True)])
    for backend in ("loops", "numpy"):
        np.testing.assert_array_equal(run(script, backend, x=x), want)
