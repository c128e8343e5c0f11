"""gdc check --grad: what holds, what differs and where, what is not compared."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import gdc
from gdc.compiler import ops
from gdc.dsl.source import Source
from gdc.runtime import cache, drawn, gradients, header
from gdc.runtime.cli import main
from gdc.runtime.quotients import DIFFERS, HELD, KINK, UNSETTLED, verdict

SIZES = 0.25 * 4.0 ** -np.arange(12)
STEPS = np.array([0.0, *SIZES, *-SIZES])
PROGRAMS = [
    p
    for p in sorted(Path(__file__).parent.parent.joinpath("programs").glob("*.gd"))
    if "grad(" in p.read_text(encoding="utf-8") and "\n# error" not in p.read_text(encoding="utf-8")
]
NETWORK = """input X: real[m, n]
input w: real[n]
input b: real
z := X@w + b
p := exp(z)*0.1
J := sum(p^2)/m + norm(w)
(g, h) := grad(J, w, b)
k := grad(sum(tanh(X*2)), X)
"""
VALUES = {"X": np.arange(12.0).reshape(4, 3) / 10, "w": np.array([0.2, 0.4, 0.7]), "b": 0.1}


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(cache, "read", lambda name: None)
    monkeypatch.setattr(cache, "write", lambda *_: None)


@pytest.fixture
def broken(monkeypatch):
    """Gives an op another derivative."""

    def change(name, derivative):
        monkeypatch.setitem(ops.OPS, name, replace(ops.OPS[name], derivative=(derivative,)))

    return change


def judged(f, x, slope):
    with np.errstate(all="ignore"):
        return verdict(slope, abs(slope), STEPS, np.array([f(x + s) for s in STEPS])).outcome


@pytest.mark.parametrize(
    ("f", "x", "slope", "outcome"),
    [
        (np.exp, 1.0, np.e, HELD),
        (np.exp, 1.0, np.e * (1 + 1e-5), DIFFERS),
        (np.log, 1e-3, 1e3, HELD),
        (np.log, 1e-3, 1.001e3, DIFFERS),
        (lambda x: np.sin(1e3 * x) + x * x, 0.3, 1e3 * np.cos(300) + 0.6, HELD),
        (lambda x: 1e10 + x, 3.0, 1.0, HELD),
        (lambda x: (x - 1e-17) ** 2, 0.0, 0.0, HELD),
        (abs, 1e-3, -1.0, DIFFERS),
        (abs, 1e-9, 1.0, KINK),
        (lambda x: np.maximum(x, 0), 0.0, 0.0, KINK),
        (lambda x: np.floor(x) + 0 * x, 1.0, 1.0, UNSETTLED),
        (np.sqrt, 0.0, np.inf, UNSETTLED),
        (lambda x: np.nan, 0.0, 0.0, UNSETTLED),
    ],
)
def test_verdicts(f, x, slope, outcome):
    assert judged(f, x, slope) == outcome


def test_a_sum_of_many_kinks():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 1000))
    slope = (a * (a * 0.3 + b > 0)).sum()
    assert judged(lambda x: np.maximum(a * x + b, 0).sum(), 0.3, slope) == HELD
    assert judged(lambda x: np.maximum(a * x + b, 0).sum(), 0.3, 1.001 * slope) == DIFFERS


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_the_derivatives_of_our_programs_hold(path):
    source = Source(path.read_text(encoding="utf-8"), str(path))
    held = gradients.check_gradients(gdc.load(path), header.case_of(source).inputs)
    assert held
    assert not [gradients.error_of(h) for h in held if h.wrong]
    assert max(h.share for h in held) < 1e-7


def test_a_wrong_rule_is_named(broken):
    broken("exp", "r*1.001")
    by_w, by_b, by_X = gradients.check_gradients(gdc.compile(NETWORK), VALUES)
    assert by_X.wrong is None and by_X.outcomes == {HELD: 2}
    assert by_w.outcomes == by_b.outcomes == {DIFFERS: 2}
    error = gradients.error_of(by_w)
    assert (error.kind, error.line, error.column) == ("assert", 7, 11)
    assert "by w[0] it says" in error.message
    assert "back to exp(z) on line 5 all is right; what is wrong is the derivative of exp(z) by X@w + b" in error.hint
    found = by_w.wrong.found
    kept = 0.2 / np.linalg.norm(VALUES["w"])  # what goes through norm, not through exp
    assert found.slope - kept == pytest.approx(1.001 * (found.quotient.value - kept), rel=1e-8)


def test_the_entry_that_differs_is_found(broken):
    text = "input w: real[m, n]\nv := w\nJ := sum(v^2) + sin(v[1, 2])\ng := grad(J, v)"
    broken("sin", "cos(x) + 1")
    (held,) = gradients.check_gradients(gdc.compile(text), {"w": np.arange(20.0).reshape(4, 5)})
    assert held.wrong.entry == (1, 2)
    assert held.wrong.found.slope - held.wrong.found.quotient.value == pytest.approx(1)


def test_the_round_that_differs_is_found(broken):
    broken("floor", "x - 2")
    text = "w := 0.5\nrepeat 3 {\n    J := w^2 + floor(w)*(w > 2)\n    g := grad(J, w)\n    w := w + 1\n}"
    (held,) = gradients.check_gradients(gdc.compile(text), {})
    assert held.wrong.time == 2 and "the 3th time" in gradients.error_of(held).message


def test_the_command(tmp_path, capsys, broken):
    path = tmp_path / "f.gd"
    path.write_text(NETWORK, encoding="utf-8")
    assert main(["check", "--grad", str(path), "--set", "b=0.5"]) == 0
    out, err = capsys.readouterr()
    assert out.count("held in 2 comparisons, within") == 3 and out.startswith("line 7: J by w: ")
    assert "drawn, as nobody gave them: X: real[m, n] as [3, 4], w: real[n] as [4]\n" == err
    broken("tanh", "r")
    assert main(["check", "--grad", str(path)]) == 5
    out, err = capsys.readouterr()
    assert "line 8: sum(tanh(X*2)) by X: differs in 2 comparisons" in out
    assert "8 | k := grad(sum(tanh(X*2)), X)\n    |      ^~~~" in err
    assert main(["check", "--grad", "--json", str(path)]) == 5
    found = json.loads(capsys.readouterr().out)
    assert not found["ok"] and [g["differs"] for g in found["gradients"]] == [0, 0, 2]
    assert found["gradients"][2]["wrong"]["rule"] == "tanh(X*2) by X*2"
    assert set(found["drawn"]) == {"X", "w", "b"}


def test_the_command_without_anything_to_hold(capsys):
    assert main(["check", "--grad", "-e", "y := 2.0"]) == 0
    assert "no grad" in capsys.readouterr().out
    assert main(["check", "-e", "y := 2*x", "--set", "x=1"]) == 2


def test_a_kink_is_no_fault(capsys):
    assert main(["check", "--grad", "-e", "w := 0*x; J := relu(w); g := grad(J, w)", "--set", "x=1.0"]) == 0
    assert "1 time at a kink, not compared" in capsys.readouterr().out


def test_single_precision_is_held_in_double(capsys):
    assert main(["check", "--grad", "--precision", "f32", "-e", "input w: real[n]\ng := grad(sum(exp(w)), w)"]) == 0
    share = float(capsys.readouterr().out.split("within ")[1].split()[0])
    assert share < 1e-10


def test_what_is_drawn_fits_the_contracts():
    text = "input k: int\ninput A: real[n, n+1]\ninput z: complex[n]\ninput c: bool[k]\ninput v: int[2, M + 1]"
    text += "\noutput k, A, z, c, v"
    program = gdc.compile(text)
    found = drawn.drawn(program._face, {"k": 2})
    result = program(k=2, **found)
    assert result.A.shape == (result.z.size, result.z.size + 1)
    assert result.c.shape == (2,) and set(result.v.flat) <= {0, 1}
    assert drawn.drawn(program._face, {})["k"] > 0
