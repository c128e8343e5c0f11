"""Programs as typed into NumPy: the text of some, and the answers of all that have such a text."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy import special

import gdc
from gdc.compiler.typed import Untypable, typed_text
from gdc.dsl.parse import parse
from gdc.dsl.source import Source
from gdc.runtime import bind, peers
from gdc.runtime.header import case_of
from gdc.runtime.run import load_text, read_files

PROGRAMS = Path(__file__).parents[1] / "programs"
# NumPy's meaning is not gd's there, which is why gd's numpy target says more than one would type.
OTHERWISE = {
    "arithmetic_int": "an int power that NumPy refuses or wraps otherwise",
    "bool_arithmetic": "in arithmetic a bool is 0 or 1 in gd",
    "complex_not_finite": "Python has no literal for an infinite imaginary part",
    "conditional_shapes": "a conditional has the shape of both its arms in gd",
    "covariance": "NumPy takes a single row for a scalar",
    "eigenvalues": "gd fixes the signs of eigenvectors",
    "order_of_zeros": "NumPy's fastest sort loses the order of zeros of both signs",
    "principal_components": "gd fixes the signs of eigenvectors",
    "scans": "the differences of a bool vector are bools in NumPy",
    "triangles": "solve(lower=) reads one triangle of a full matrix in gd",
    "widths_making": "a maker's default is 64 bits wide in NumPy",
    "widths_promotion": "what stands first in an array decides in NumPy",
}


def text(script, ranks, outputs, sizes=(), precision="f64"):
    return typed_text(parse(Source(script)), ranks, sizes, outputs, precision)


def test_a_step_of_gradient_descent():
    found = text("w := w - a*(1/m)*X.T@(X@w+b-y)", {"w": 1, "a": 0, "m": 0, "X": 2, "b": 0, "y": 1}, ["w"])
    assert found.text == (
        "def program(w, a, m, X, b, y):\n    w = w - a * (1 / m) * X.T @ (X @ w + b - y)\n    return w,\n")
    assert found.is_straight and found.formulas is None


def test_an_elementwise_program_has_formulas():
    found = text("y := exp(-x^2/2)*sin(3*x) + log1p(abs(x))", {"x": 1}, ["y"])
    assert found.formulas == (("y", "np.exp(-x**2 / 2) * np.sin(3 * x) + np.log1p(np.abs(x))"),)


def test_loops_parts_and_names():
    found = text("λ := 0\nfor i in 0..n { x[i] += λ; λ := i if i > 2 else λ }", {"x": 1}, ["λ"], ["n"])
    assert found.text.splitlines()[1:-1] == [
        "    x = x.copy()", "    lambda_ = 0", "    for i in range(n):", "        x[i] += lambda_",
        "        lambda_ = i if i > 2 else lambda_"]
    assert not found.is_straight and found.arguments == ("x", "n")


def test_scalars_and_arrays_choose_differently():
    found = text("a := x if x > 0 and k > 1 else 0\nb := 1 if k > 1 and k < 5 else 0", {"x": 1, "k": 0}, ["a", "b"])
    assert "a = np.where(np.logical_and(x > 0, k > 1), x, 0)" in found.text
    assert "b = 1 if k > 1 and k < 5 else 0" in found.text


def test_functions_are_written_out():
    found = text("def f(z, c = 2) = c*sigmoid(z)\ny := f(x, c=3)", {"x": 1}, ["y"])
    assert "def f(z, c=2):\n        return c * sigmoid(z)" in found.text
    assert "def sigmoid(x):\n        return 1 / (1 + np.exp(-x))" in found.text and "y = f(x, c=3)" in found.text


def test_reals_are_as_wide_as_the_program_s():
    assert "np.zeros(n, np.float32)" in text("z := zeros(n)", {}, ["z"], ["n"], "f32").text


@pytest.mark.parametrize(("script", "what"), [
    ("J := sum(w^2)\ng := grad(J, w)", "grad"), ("x := rand(1, 3)", "rand"), ("(q, r) := qr(A)", "qr"),
    ("y := f(x)·A\ndef f(x) = x", "·"), ("A[k] *= 2", "repeated"),
])
def test_what_has_no_plain_spelling(script, what):
    with pytest.raises(Untypable, match=what):
        text(script, {"w": 1, "A": 2, "x": 1, "k": 1}, ["x"])


def answers(path):
    """Our own, and those of the text. Raises Untypable."""
    source = Source(path.read_text(encoding="utf-8"), str(path))
    case = case_of(source)
    if case.error is not None:
        raise Untypable("an error")
    program = gdc.load(path)
    ours = program.run(case.inputs, backend="numpy", show=lambda line: None)
    given = bind.plain_values(program._face, bind.named(program._face, case.inputs))
    face = program.interface(bind.value_types(program._face, given))
    bound = bind.bind(face, read_files(face, given, program), lambda words: load_text(words, "numpy"))
    values = {i.name: value for i, value in zip(face.inputs, bound.args, strict=True)}
    found = typed_text(parse(source), {k: np.ndim(v) for k, v in values.items()}, bound.sizes, list(ours), "f64")
    space = {"np": np, "special": special}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(found.text, space)
        theirs = space["program"](*(values[n] if n in values else bound.sizes[n] for n in found.arguments))
    return peers.answers(theirs), peers.answers(ours)


def test_the_text_says_what_the_program_says():
    """Of all programs that have a text."""
    wrong, right = {}, 0
    for path in sorted(PROGRAMS.glob("*.gd")):
        try:
            difference = peers.difference(*answers(path), 1e-9)
        except Untypable:
            continue
        except Exception as why:
            difference = repr(why)
        if difference:
            wrong[path.stem] = difference
        else:
            right += 1
    assert set(wrong) <= set(OTHERWISE), {name: why for name, why in wrong.items() if name not in OTHERWISE}
    assert right >= 200
