"""`gdc bench`: what it compares, what it prints, how it ends. Small sizes, and no pauses."""

import json
import sys

import numpy as np
import pytest

from gdc.runtime import benching, drawing, peers, roofline, timing
from gdc.runtime.cli import main
from gdc.runtime.roofline import Roof

STEP = """input X: real[m, n]
input y: real[m]
param a: real = 0.01
w := a*(1/m)*X.T@(X@ones(n) - y)
output w
"""
FAST = ("--rounds", "2", "--backends", "numpy,loops")


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(timing, "SETTLE", 0.0)
    monkeypatch.setattr(timing, "SHORT", 0.0)
    monkeypatch.setattr(roofline, "roof", lambda precision: Roof(1e10, 1e11, precision))
    (tmp_path / "step.gd").write_text(STEP)


def gdc(capsys, *words):
    code = main(["bench", *words])
    return (code, *capsys.readouterr())


def ways(capsys, *words):
    code, out, err = gdc(capsys, *words, "--json")
    assert code == 0, err
    run = json.loads(out)["runs"][-1]
    return {row["way"]: row for row in run["ways"]}, run


def test_a_table_for_each_size(capsys):
    code, out, err = gdc(capsys, "step.gd", "--size", "m=20,30", "--size", "n=4", *FAST)
    assert code == 0
    assert "m = 20, n = 4" in out and "m = 30, n = 4" in out and out.count("gdc loops") == 2
    assert "X 2, y 1" in out and "GB/s read by a matrix-vector product" in out
    assert "drawn, as nobody gave them: X: real[m, n] as [30, 4]" in err


def test_json_holds_predicted_and_measured(capsys):
    import gdc as face

    found, run = ways(capsys, "step.gd", "--size", "m=20", "--size", "n=4", *FAST)
    assert list(found) == ["numpy", "loops"] and run["sizes"] == {"m": 20, "n": 4} and run["failed"] == {}
    row, cost = found["numpy"], face.load("step.gd").cost(m=20, n=4)
    assert row["flops"] == cost["flops"] and row["bytes"] == cost["bytes"] and row["passes"] == {"X": 2, "y": 1}
    taken = row["seconds"]
    assert 0 < taken["low"] <= taken["median"] <= taken["high"] and taken["samples"] == 2
    assert row["flops_share"] == pytest.approx(row["flops"]/taken["median"]/1e11)
    assert row["bytes_share"] == pytest.approx(row["bytes"]/taken["median"]/1e10)
    assert row["input_reads"] == pytest.approx(taken["median"]*1e10/(8*(20*4 + 20)))


def test_files_of_the_script_are_its_inputs(capsys, tmp_path):
    np.save(tmp_path / "x.npy", np.arange(50.0))
    (tmp_path / "s.gd").write_text('input x: real[n] from "x.npy"\ns := sum(x)\noutput s\n')
    found, run = ways(capsys, "s.gd", *FAST)
    assert run["sizes"] == {"n": 50} and run["drawn"] == "" and run["input_bytes"] == 400


def test_sizes_that_nobody_gives_are_modest(capsys, tmp_path):
    (tmp_path / "s.gd").write_text("input A: real[a, b, c]\ns := sum(A)\noutput s\n")
    _, run = ways(capsys, "s.gd", "--rounds", "1", "--backends", "numpy")
    assert run["sizes"] == {"a": 100, "b": 101, "c": 102}


def test_the_others_stay_modest_beside_a_size_that_is_given(capsys):
    _, run = ways(capsys, "step.gd", "--size", "m=100000", "--rounds", "1", "--backends", "numpy")
    assert run["sizes"] == {"m": 100_000, "n": 31}


def test_inputs_beyond_memory_are_refused_before_they_are_drawn(capsys):
    code, _, err = gdc(capsys, "step.gd", "--size", "m=10000000", "--size", "n=1000000", *FAST)
    assert code == 4 and "the inputs to be drawn take" in err


def test_numpy_as_typed_needs_no_package(capsys, monkeypatch):
    monkeypatch.setattr(peers, "find_spec", lambda name: object() if name in ("numpy", "numba") else None)
    code, out, err = gdc(capsys, "step.gd", "--size", "m=20", "--peers", *FAST)
    assert code == 0 and "NumPy as typed" in out and "JAX" not in out
    assert "left out: numexpr, JAX, torch; pip install 'gdc-lang[bench]' (and torch by itself)" in err


def test_what_has_no_plain_spelling_is_told(capsys, tmp_path):
    (tmp_path / "g.gd").write_text("input w: real[n]\nJ := sum(w^2)\ng := grad(J, w)\noutput g\n")
    code, out, err = gdc(capsys, "g.gd", "--peers", *FAST)
    assert code == 0 and "NumPy as typed" not in out and "no NumPy as typed: grad() has no plain spelling" in err


def test_peers_by_hand_stand_beside_the_script(capsys, tmp_path):
    (tmp_path / "step.py").write_text(
        "def numpy_best(X, y, a): return (a/len(y))*(X.T@(X.sum(axis=1) - y))\n"
        "def numba_hand(X, y, a): return X[0]\n"
        "def numexpr_text(X, y, a): raise ValueError('no')\n")
    found, run = ways(capsys, "step.gd", "--size", "m=20", "--size", "n=4", "--peers", *FAST)
    assert {"numpy", "loops", "numpy_typed", "numpy_best"} <= set(found)
    assert "numba_hand" not in found and "differs by" in run["failed"]["Numba by hand"]


def test_they_are_not_run_unasked(capsys, tmp_path):
    (tmp_path / "step.py").write_text("raise SystemExit(9)\n")
    assert gdc(capsys, "step.gd", "--size", "m=20", *FAST)[0] == 0


def test_a_slow_peer_is_left_out(capsys, tmp_path):
    (tmp_path / "step.py").write_text("def numpy_best(X, y, a):\n    while True: pass\n")
    found, run = ways(capsys, "step.gd", "--size", "m=20", "--peers", "--limit", "0.3", *FAST)
    assert run["failed"]["NumPy by hand"] == "took more than 0.3 s" and "numpy_typed" in found


def test_slow_loops_are_left_out(capsys):
    found, run = ways(capsys, "step.gd", "--size", "m=2000", "--size", "n=500", "--limit", "0.2", *FAST)
    assert list(found) == ["numpy"] and "longer than its timeout" in run["failed"]["loops"]


def test_what_was_measured_stays(capsys, monkeypatch):
    def interrupted(works, rounds, settle, budget):
        yield next(iter(works)), 0.5
        raise KeyboardInterrupt

    monkeypatch.setattr(benching, "interleaved", interrupted)
    code, out, err = gdc(capsys, "step.gd", "--size", "m=20,30", *FAST)
    assert code == 130 and "500 ms" in out and "m = 20" in out and "m = 30" not in out and "interrupted" in err


@pytest.mark.parametrize(("words", "said"), [
    (("--size", "m=many"), "write --size NAME=1000"),
    (("--size", "m=1,2,3", "--size", "n=1,2"), "as many as the longest series has (3)"),
    (("--backends", "fast"), "there is no target fast; there are loops, numpy, parallel, cuda"),
    (("--plot", "p.txt"), "a picture is written to a .png, .svg, .pdf file"),
])
def test_usage(capsys, words, said):
    code, out, err = gdc(capsys, "step.gd", *words)
    assert (code, out) == (2, "") and said in err


def test_a_formula_without_contracts(capsys):
    code, _, err = gdc(capsys, "-e", "y := x + 1")
    assert code == 2 and "x has no contract to draw it by" in err


def test_an_unknown_size_is_an_error_as_elsewhere(capsys):
    code, _, err = gdc(capsys, "step.gd", "--size", "q=5", *FAST)
    assert code == 1 and "q" in err


def test_the_script_s_errors_are_its_own(capsys, tmp_path):
    (tmp_path / "bad.gd").write_text('input x: real[n]\nassert sum(x) < 0, "no"\ny := x\noutput y\n')
    assert gdc(capsys, "bad.gd", *FAST)[0] == 5


def test_a_plot_without_matplotlib(capsys, monkeypatch):
    monkeypatch.setattr(drawing, "package", lambda name: "")
    code, _, err = gdc(capsys, "step.gd", "--plot", "p.png")
    assert code == 2 and "--plot needs matplotlib: pip install 'gdc-lang[bench]'" in err


def test_a_plot(capsys, tmp_path):
    pytest.importorskip("matplotlib")
    code, _, err = gdc(capsys, "step.gd", "--size", "m=20,40", "--plot", "p.svg", *FAST)
    text = (tmp_path / "p.svg").read_text()
    assert code == 0 and "wrote p.svg" in err and text.startswith("<?xml")


def test_what_the_plot_varies():
    rounds = [benching.Round({"m": m, "n": 3}, 0, [], {}) for m in (10, 20)]
    assert drawing.varied(rounds) == "m" and drawing.varied(rounds[:1]) == "m" and drawing.varied([]) == ""


def test_slow_packages_stay_out():
    assert not {"matplotlib", "jax", "torch", "numexpr"} & set(sys.modules) or "pandas" in sys.modules


def test_the_roof_is_measured_once_a_day(monkeypatch, tmp_path):
    monkeypatch.undo()
    monkeypatch.setattr(roofline, "_place", lambda precision: tmp_path / precision)
    found = roofline.measured("f64", rows=100, order=64)
    assert found.bandwidth > 1e6 and found.peak > 1e6
    monkeypatch.setattr(roofline, "measured", lambda precision: found)
    first = roofline.roof("f64")
    monkeypatch.setattr(roofline, "measured", lambda precision: Roof(1.0, 1.0, precision))
    assert roofline.roof("f64") == first
    monkeypatch.setattr(roofline, "DAY", -1)
    assert roofline.roof("f64").peak == 1.0


def test_answers_are_compared_by_their_size():
    one = (np.array([1e6, 1.0]),)
    assert peers.difference(one, (np.array([1e6, 1.0005]),), 1e-9) is None
    assert "differs by 1" in peers.difference(one, (np.array([1e6, 2.0]),), 1e-9)
    assert "shape" in peers.difference(one, (np.array([1e6]),), 1e-9)
    assert "2 outputs" in peers.difference(one*2, one, 1e-9)
    assert peers.difference((np.array([np.nan, 1.0]),), (np.array([np.nan, 1.0]),), 1e-9) is None
    assert peers.difference((np.array([1.0, 1.0]),), (np.array([np.nan, 1.0]),), 1e-9)
