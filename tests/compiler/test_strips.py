"""Formulas on strips of rows: where there are strips, and that they change nothing but the time."""

import numpy as np
import pytest

import gdc
from gdc.compiler import imp
from gdc.compiler.driver import compile_stages
from gdc.compiler.passes import strips
from gdc.compiler.text import print_program, read_program
from gdc.dsl.source import Source

LARGE = {"m": 70_000, "n": 70_000, "k": 4}
FORMULAS = {
    "one formula": "input x: real[n]\noutput y := exp(-x^2/2)*sin(3*x) + log1p(abs(x))",
    "a formula of formulas": "input x, z: real[n]\nd := x/(z + 3)\noutput y := d*x - d, q := d + z*x",
    "rows": "input X: real[m, k]\ninput z: real[k]\noutput Y := X*z - max(X*2, axis=1)[:, new]/(abs(z[new, :]) + 1)",
    "a product": "input X: real[m, k]\ninput w: real[k]\noutput e := tanh(X@w) - 1, f := X@w",
    "totals": "input x: real[n]\n"
              "output s := sum(x*x + 1), t := mean(2*x - x^2), low := min(x*x - x), b := any(x*x > 9)",
    "totals of rows": "input X: real[m, k]\noutput s := sum(X*X - X, axis=0), t := mean(X*X - X, axis=0)",
    "a sum over an index": "input X: real[m, k]\ninput C: real[3, k]\n"
                           "output D := argmin([sum((X[i, a] - C[c, a])^2 for a) for i, c], axis=1)",
    "the same name anew": "input x: real[n]\ny := x + 1\nrepeat 3 { y := y*x - y/2 }\noutput y",
    "by row and whole": "input x: real[k]\ninput X: real[m, k]\nY := X*x - x\noutput z := Y@x + 2*(Y@x), Y",
    "in place": "input X: real[m, k]\n"
                "repeat 3 { X[1:-1, 1:-1] += 0.2*(X[2:, 1:-1] + X[:-2, 1:-1] - 2*X[1:-1, 1:-1]) }\n"
                "output X",
    "in place, far above": "input x: real[m]\nx[5:] := 2*x[:-5] - x[5:]/3\noutput x",
    "in place, below": "input x: real[m]\nx[:-1] := 2*x[1:] - x[:-1]/3\noutput x",
    "a part of a copy": "input X: real[m, k]\nold := X\nrepeat 3 {\n next := X\n"
                        "next[1:-1, :] := 2*X[1:-1, :] - old[1:-1, :] + X[2:, :]/9\nold := X\nX := next }\noutput X",
    "a product of a formula": "input X: real[m, k]\ninput w: real[k]\noutput y := (X*2 - 1)@w",
    "looked up": "input x: real[n]\ninput w: real[k]\noutput y := w[cast(x > 0, int) + cast(x > 1, int)]*2 - 1",
    "bools and ints": "input i: int[n]\noutput j := 2*i + 1 if i > 0 and i < 9 else i*i, b := not (i > 3 or i < -3)",
}


def program(formula, **options):
    return gdc.compile(FORMULAS[formula], **options)


def values(formula, precision="f64", rows=70_000):
    rng = np.random.default_rng(1)
    real = np.float32 if precision == "f32" else np.float64
    made = {"x": (rows,), "z": (rows,), "X": (rows, 4), "C": (3, 4), "w": (4,)}
    if formula in ("rows", "by row and whole"):
        made |= {"z": (4,), "x": (4,)}
    if "in place" in formula or "copy" in formula:
        rows += 8
        made |= {"x": (rows,), "X": (rows, 4)}
    wanted = {i.name for i in program(formula).plan("numpy").inputs}
    found = {name: rng.standard_normal(shape).astype(real) for name, shape in made.items() if name in wanted}
    return found | ({"i": rng.integers(-20, 20, rows)} if "i" in wanted else {})


def runs(formula, given, **options):
    return dict(program(formula, **options).run(given, backend="numpy"))


def text(formula, sizes):
    return program(formula).plan("numpy", sizes=sizes).text


@pytest.mark.parametrize("formula", FORMULAS)
def test_large_arrays_go_in_strips_and_small_ones_do_not(formula):
    assert "strips(strip" in text(formula, LARGE)
    assert "strips(strip" not in text(formula, {"m": 100, "n": 100, "k": 4})
    assert "strips(strip" not in text(formula, {})


@pytest.mark.parametrize("precision", ["f64", "f32"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_strips_change_nothing(formula, precision):
    given = values(formula, precision)
    whole, strips_ = (runs(formula, given, precision=precision, without=w) for w in (("strips",), ()))
    for name, want in whole.items():
        got = strips_[name]
        assert np.asarray(got).dtype == np.asarray(want).dtype
        if "total" in formula or "product of a formula" in formula:
            np.testing.assert_allclose(got, want, rtol=1e-12 if precision == "f64" else 1e-3, atol=1e-5)
        else:
            np.testing.assert_array_equal(got, want)


def forced(formula, monkeypatch):
    """The text with strips of two rows, whatever the sizes."""
    monkeypatch.setattr(strips._Strips, "is_large", lambda self, piece: True)
    made = compile_stages(Source(FORMULAS[formula]), "numpy", sizes=LARGE)
    scope = {}
    exec(made.plan.text.replace("16384 // max(1, row)", "2"), scope)
    return made, scope["program"]


@pytest.mark.parametrize("rows", [0, 1, 2, 5])
@pytest.mark.parametrize("formula", FORMULAS)
def test_few_rows(formula, rows, monkeypatch):
    """The same text serves the sizes at the edge: a last strip that is shorter, one strip, and none."""
    if formula == "totals" and not rows:
        return          # nothing has no least value
    given = values(formula, rows=rows)
    whole = runs(formula, given, without=("strips",))
    made, run = forced(formula, monkeypatch)
    assert "strips(strip" in made.plan.text
    for want, got in zip(whole.values(), run(**given), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)


@pytest.mark.parametrize("formula", FORMULAS)
def test_printed_and_read(formula, monkeypatch):
    made, _ = forced(formula, monkeypatch)
    assert any(isinstance(s, imp.Strips) for s in imp.statements(made.imperative.body))
    assert read_program(print_program(made.imperative)) == made.imperative


def test_any_layout():
    X = np.random.default_rng(2).standard_normal((140_000, 8))
    want = runs("rows", {"X": np.ascontiguousarray(X[::2, ::2]), "z": np.ones(4)})
    for same in (X[::2, ::2], np.asfortranarray(X[::2, ::2])):
        np.testing.assert_array_equal(runs("rows", {"X": same, "z": np.ones(4)})["Y"], want["Y"])


def test_the_same_bits_on_any_number_of_threads():
    given = values("one formula", rows=400_000)
    one, two, seven = (program("one formula").run(given, backend="numpy", threads=t)["y"] for t in (1, 2, 7))
    assert one.tobytes() == two.tobytes() == seven.tobytes()


def test_nan_and_inf_make_no_warning_in_a_thread(recwarn):
    given = {"x": np.where(np.arange(400_000) % 3 == 0, np.inf, np.nan)}
    np.testing.assert_array_equal(runs("one formula", given)["y"], runs("one formula", given, without=("strips",))["y"])
    assert not recwarn.list


def test_inputs_and_what_is_read_again_stay_as_they_are():
    """Only what nobody else reads is overwritten."""
    p = gdc.compile("input X: real[m, k]\ninput W: real[k, k]\nA := X@W\noutput B := A*2 + 1, C := A - B*B, A")
    X = np.random.default_rng(3).standard_normal((70_000, 4))
    kept, W = X.copy(), np.eye(4)
    found = p.run({"X": X, "W": W}, backend="numpy")
    np.testing.assert_array_equal(X, kept)
    np.testing.assert_array_equal(found["A"], X)
    np.testing.assert_array_equal(found["C"], X - (X*2 + 1)*(X*2 + 1))


def test_a_sum_over_an_index_has_no_loop_over_rows():
    """The distances of k-means: rounds over the few coordinates, and none over points."""
    plan = program("a sum over an index").plan("numpy", sizes=LARGE)
    lines = [line.strip() for line in plan.text[plan.text.index("def program"):].splitlines()]
    assert [line for line in lines if line.startswith("for ")] == ["for a in range(k):"]
