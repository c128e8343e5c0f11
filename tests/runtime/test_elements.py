"""Element types at the edges of a run: values in, printed lines, files and JSON out."""

import json

import numpy as np
import pytest

import gdc

TARGETS = ("loops", "numpy", "parallel", "cuda")
SHOWN = """
input z: complex[n]
input x: f32[n]
input k: i32[n]
print z, z[0], x[0], k, "end", 2i*z[1]
repeat 2 { z := z*1i; record c := z[0]; print abs(c), x[1]/3 }
output z
"""
VALUES = {"z": [1 + 2j, 3], "x": [0.1, 2], "k": [5, 6]}


@pytest.fixture(autouse=True)
def emulated(monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")


@pytest.mark.parametrize("target", TARGETS)
def test_prints(target):
    lines = []
    result = gdc.compile(SHOWN).run(VALUES, backend=target, show=lines.append)
    assert lines == ["[1.+2.j 3.+0.j] (1+2j) 0.1 [5 6] end 6j"] + 2 * ["2.23606797749979 0.6666667"]
    np.testing.assert_array_equal(result.trace["c"], np.array([-2 + 1j, -1 - 2j]), strict=True)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", ["float32", "complex64", "complex128", "int32"])
def test_undeclared_inputs_keep_their_width(target, dtype):
    x = np.array([1, 2, 3], dtype)
    result = gdc.compile("y := 2*x; s := sum(x*x)").run({"x": x}, backend=target)
    np.testing.assert_array_equal(result["y"], 2 * x, strict=True)
    assert result["s"] == 14


def test_an_int_that_does_not_fit():
    with pytest.raises(gdc.Error) as caught:
        gdc.compile("input k: i32[n]; y := k")(k=[1, 3_000_000_000])
    assert "3000000000" in caught.value.message
    assert "i32" in caught.value.message


def test_files_and_json(tmp_path, capsys):
    from gdc.runtime.cli import main

    np.save(tmp_path / "z.npy", np.array([1 + 2j, 0.1]))
    script = tmp_path / "a.gd"
    script.write_text('input z: c64[n] from "z.npy"\ny := 2i*z\nx := real(z)\n')
    out = tmp_path / "out.npz"
    assert main(["run", str(script), "--json", "--backend", "numpy", "--out", str(out)]) == 0
    outputs = json.loads(capsys.readouterr().out)["outputs"]
    assert outputs["y"]["dtype"] == "complex64"
    assert outputs["y"]["value"] == [[-4.0, 2.0], [0.0, 0.2]]
    assert outputs["x"]["value"] == [1.0, 0.1]
    assert np.load(out)["y"].dtype == np.complex64
    script.write_text("input z: complex\ny := 2i*z\n")
    assert main(["run", str(script), "--quiet", "--set", "z=0.5+2i"]) == 0
    assert "-4+1i" in capsys.readouterr().out


def test_complex_numbers_have_a_mean_but_no_least(capsys):
    from gdc.runtime.cli import main

    assert main(["run", "-e", "y := 2i*[1, 2i]", "--quiet"]) == 0
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.split() == ["y", "[2]", "complex128", "-2+1i", "0+2i,", "-4+0i"]
