"""The words for a derivative that is off by a number."""

import pytest

from gdc.runtime.factors import Message, difference, factor

SIZES = {"m": 200.0, "n": 7.0}


@pytest.mark.parametrize(("times", "words"), [
    (200.0, "; it is m times the derivative: multiply by 1/m"),
    (-1.0, "; its sign is wrong"),
    (-1/7, "; it is minus 1/n of the derivative: multiply by -n"),
    (0.5, "; it is 1/2 of the derivative: multiply by 2"),
    (400.0, "; it is 400 times the derivative"),
    (200/7, "; it is m/n times the derivative: multiply by n/m"),
    (-0.37, "; it is minus 0.37 times the derivative"),
    (float("nan"), ""),
    (0.0, ""),
])
def test_factors(times, words):
    assert factor(times, 1e-12, SIZES) == words
    assert factor(times, 0.1, SIZES) == ""


def test_differences():
    assert difference(0.5) == "it is off by 50 % of the derivative's length"
    assert difference(float("inf")) == "the derivative is 0"
    assert "nan" in difference(float("nan"))


def test_messages_keep_other_formats():
    assert Message().format("{0:>4}|{1}|{{", 3, "a") == "   3|a|{"
