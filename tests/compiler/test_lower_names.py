"""Names of generated text."""

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdc.compiler.names import RESERVED, Namer, mangle


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("w", "w"),
        ("∇w", "grad_w"),
        ("λ", "lambda_"),
        ("α", "alpha"),
        ("ŷ", "y_hat"),
        ("x̄", "x_bar"),
        ("w₁", "w1"),
        ("Σ", "Sigma"),
        ("class", "class_"),
        ("np", "np_"),
        ("sum", "sum_"),
        ("θ₂", "theta2"),
        ("λ_new", "lambda_new"),
        ("__import__", "import__"),
        ("σ²", "sigma2"),
        ("Δt", "Deltat"),
    ],
)
def test_readable(name, text):
    assert mangle(name) == text


@given(st.text(min_size=1, max_size=12))
def test_any_name_is_a_harmless_identifier(name):
    text = mangle(name)
    assert text.isascii()
    assert text.isidentifier()
    assert not keyword.iskeyword(text)
    assert text not in RESERVED
    assert not text.startswith("_")


def test_unique():
    namer = Namer()
    names = [namer.claim(n) for n in ("w", "w", "λ", "lambda_", "w_2", "w")]
    assert len(set(names)) == len(names)
    assert names[0] == "w"


def test_loop_variables_are_given_back_and_never_clash():
    namer = Namer()
    namer.claim("i")
    first = namer.open_loop()
    second = namer.open_loop()
    assert (first, second) == ("j", "k")
    namer.close_loop(second)
    assert namer.open_loop() == "k"
    assert namer.claim("k") != "k"
