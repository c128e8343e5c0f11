"""Precision f32: `real` is 32 bits wide from the caller's values to the outputs, and `complex` 64."""

import json
import pickle

import numpy as np
import pytest

import gdc

TARGETS = ("loops", "numpy", "parallel", "cuda")
FIT = """
input X: real[m, n]
input y: real[m]
param a: real = 0.1
w := zeros(n)
repeat 20 {
    w := w - a*grad(mean((X@w - y)^2), w)
    record J := mean((X@w - y)^2)
}
z := 2i*y
k := size(y)/2
output w, z, k
"""
VALUES = {"X": [[1.0, 0.1], [0.5, -1.0], [0.25, 2.0]], "y": [1.0, 2.0, 0.1]}


@pytest.fixture(autouse=True)
def emulated(monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")


@pytest.mark.parametrize("target", TARGETS)
def test_real_is_f32(target):
    wide = gdc.compile(FIT).run(VALUES, backend="loops")
    result = gdc.compile(FIT, precision="f32").run(VALUES, backend=target)
    assert [str(v.dtype) for v in result.values()] == ["float32", "complex64", "float32"]
    assert result.trace["J"].dtype == np.float32
    np.testing.assert_allclose(result["w"], wide["w"], rtol=1e-4)
    assert not np.array_equal(result["w"], wide["w"])


@pytest.mark.parametrize("target", TARGETS)
def test_data_are_rounded_on_entry(target):
    result = gdc.compile("y := x == 0.1; z := x*3", precision="f32").run({"x": np.array([0.1, 0.2])}, backend=target)
    assert result["y"].tolist() == [True, False]
    np.testing.assert_array_equal(result["z"], np.array([0.1, 0.2], np.float32) * np.float32(3), strict=True)


def test_every_number_of_the_text_is_narrow():
    text = gdc.compile(FIT, precision="f32").source("loops")
    assert "np.float32" in text
    assert "float64" not in text
    assert "complex128" not in text


def test_the_signature_says_it():
    assert "input X: f32[m, n]" in gdc.compile(FIT, precision="f32").signature
    assert "output z: c64[m]" in gdc.compile(FIT, precision="f32").signature
    assert "input X: real[m, n]" in gdc.compile(FIT).signature


def test_it_moves_half_the_bytes():
    wide, narrow = (gdc.compile("input x: real[n]; y := x*2 + 1", precision=p).cost(n=1000) for p in ("f64", "f32"))
    assert wide["bytes"] == 2 * narrow["bytes"]


def test_precisions_do_not_share_plans():
    for precision in ("f64", "f32", "f64"):
        program = pickle.loads(pickle.dumps(gdc.compile("input x: real; y := x/3", precision=precision)))
        assert str(program(x=1)["y"].dtype) == {"f64": "float64", "f32": "float32"}[precision]


def test_an_unknown_precision():
    with pytest.raises(gdc.Error) as caught:
        gdc.compile("x := 1", precision="f16")
    assert "f64, f32" in caught.value.hint


def test_the_command(tmp_path, capsys):
    from gdc.runtime.cli import main

    script = tmp_path / "a.gd"
    script.write_text("param a: real = 0.1\ny := a*2\n")
    assert main(["run", str(script), "--precision", "f32", "--json", "--backend", "numpy"]) == 0
    assert json.loads(capsys.readouterr().out)["outputs"]["y"] == {"shape": [], "dtype": "float32", "value": 0.2}
    assert main(["run", str(script), "--precision", "f32", "--quiet"]) == 0
    assert capsys.readouterr().out.split()[-1] == "0.2"
    assert main(["check", str(script), "--precision", "f32"]) == 0
    assert "param a: f32" in capsys.readouterr().out
    assert main(["explain", str(script), "--precision", "f32", "--stage", "ir"]) == 0
    assert "f32" in capsys.readouterr().out
    assert main(["source", str(script), "--precision", "f32"]) == 0
    assert "np.float32(a)" in capsys.readouterr().out
