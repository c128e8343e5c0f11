"""Results to files: every format keeps what it can hold, exactly, and says what it cannot."""

import json

import numpy as np
import pytest

import gdc
from gdc.runtime.cli import main
from gdc.runtime.data import read_value, write_results, write_traces

TABLES = ["csv", "tsv", "parquet", "arrow", "feather"]
REALS = np.array([0.1, 1/3, -0.0, 5e-324, 1.7976931348623157e308, np.nan, np.inf, -np.inf, 1.0, 123456789.123456789])
VALUES = {
    "real": REALS,
    "f32": np.array([0.1, 1/3, -0.0, 1e-45, 3.4e38, np.nan, np.inf], np.float32),
    "int": np.array([0, -1, 2**63 - 1, -(2**63)]),
    "i32": np.array([0, 2**31 - 1], np.int32),
    "bool": np.array([True, False]),
    "complex": np.array([1 + 2j, complex(-0.0, 0.1), complex(np.nan, np.inf), complex(np.inf, -np.inf), -1j]),
    "c64": np.array([0.1 + 2j], np.complex64),
}


def same(a, b):
    """Equal in every bit, but for the payload of a nan, and of one type."""
    a, b = np.asarray(a), np.asarray(b)
    np.testing.assert_array_equal(a, b)
    if a.dtype.kind == "f":
        np.testing.assert_array_equal(np.signbit(a[~np.isnan(a)]), np.signbit(b[~np.isnan(b)]))
    assert a.dtype == b.dtype


@pytest.mark.parametrize("ending", TABLES)
@pytest.mark.parametrize("element", VALUES)
def test_a_column_comes_back_as_it_was(ending, element, tmp_path):
    write_results(tmp_path / f"r.{ending}", {"v": VALUES[element]}, {})
    text = f'input v: {element}[n] from "r.{ending}"["v"]\nu := v'
    same(gdc.compile(text, folder=tmp_path).run({}, "numpy").u, VALUES[element])


@pytest.mark.parametrize("ending", TABLES)
def test_a_matrix_comes_back_as_it_was(ending, tmp_path):
    M = np.random.default_rng(1).normal(size=(40, 3))
    write_results(tmp_path / f"r.{ending}", {"M": M}, {})
    same(read_value(f"r.{ending}", (), str(tmp_path), "real", 2), M)
    same(read_value(f"r.{ending}", ("M_2", "M_0"), str(tmp_path), "real", 2), M[:, [2, 0]])


@pytest.mark.parametrize("ending", TABLES)
def test_scalars_are_a_row(ending, tmp_path):
    write_results(tmp_path / f"r.{ending}", {"a": np.float64(0.1), "k": np.int64(3)}, {})
    same(read_value(f"r.{ending}", ("k",), str(tmp_path), "int", 0), np.int64(3))
    same(read_value(f"r.{ending}", ("a",), str(tmp_path), "real", 0), 0.1)


@pytest.mark.parametrize("ending", TABLES)
def test_a_column_that_ends_early_is_read_as_missing(ending, tmp_path):
    write_results(tmp_path / f"r.{ending}", {"w": np.arange(3.0), "b": 2, "z": 1j}, {})
    same(read_value(f"r.{ending}", ("w",), str(tmp_path), "real", 1), np.arange(3.0))
    for name, element in (("b", "int"), ("z", "complex")):
        with pytest.raises(gdc.Error, match=rf"row [23], column {name}: no value"):
            read_value(f"r.{ending}", (name,), str(tmp_path), element, 1)


def test_json_holds_everything(tmp_path):
    write_results(tmp_path / "r.json", {"T": np.arange(60_000.0).reshape(3, 200, 100), "z": 1 + 2j}, {"J": REALS})
    found = json.loads((tmp_path / "r.json").read_text())
    assert found["schema"] == 1 and found["outputs"]["z"]["value"] == [1, 2]
    assert np.array(found["outputs"]["T"]["value"]).shape == (3, 200, 100)
    same(np.array([float(x) for x in found["traces"]["J"]["value"]]), REALS)


def test_npz_holds_every_name_and_type(tmp_path):
    values = {**VALUES, "file": np.ones(2), "allow_pickle": np.zeros((2, 3, 4), bool)}
    write_results(tmp_path / "r.npz", values, {})
    with np.load(tmp_path / "r.npz") as kept:
        assert kept.files == list(values)
        for name in values:
            same(kept[name], values[name])


@pytest.mark.parametrize(
    ("path", "outputs", "words"),
    [
        ("r.csv", {"T": np.zeros((2, 2, 2))}, ["T has 3 axes", "a table has two", "r.npz"]),
        ("r.parquet", {"w": np.ones(2), "T": np.zeros((2, 2, 2))}, ["T has 3 axes"]),
        ("r.npy", {"a": 1, "b": 2}, ["one array", "a, b", "r.npz", "a="]),
        ("r.txt", {"a": 1}, ["results are written to"]),
        ("r.csv", {"M": np.ones((2, 2)), "M_0": 1}, ["two columns would be called M_0"]),
    ],
)
def test_what_a_format_cannot_hold(path, outputs, words, tmp_path):
    with pytest.raises(gdc.Error) as caught:
        write_results(tmp_path / path, outputs, {})
    assert caught.value.kind == "data" and all(word in str(caught.value) for word in words), str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", TABLES)
def test_a_trace_is_a_row_a_step(ending, tmp_path):
    write_traces(tmp_path / f"t.{ending}", {"J": np.array([3.0, 0.1]), "w": np.array([[1, 2], [3, 4]])})
    read = lambda *names: read_value(f"t.{ending}", names, str(tmp_path))
    same(read("step"), np.array([0, 1]))
    same(read("J"), np.array([3.0, 0.1]))
    same(read("w_0", "w_1"), np.array([[1, 2], [3, 4]]))


def test_traces_of_several_lengths_and_names(tmp_path):
    write_traces(tmp_path / "t.csv", {"step": np.array([1, 2]), "K": np.array([0.5])})
    assert (tmp_path / "t.csv").read_text() == "step_,step,K\n0,1,0.5\n1,2,\n"


# --- the command, and Result -------------------------------------------------------------------

SCRIPT = "w := [0.1, 0.2]\nb := 3\nrepeat 2 { b += 1\n record b\n record w }\noutput w, b"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.gd").write_text(SCRIPT)
    return lambda *words: (main(["run", "s.gd", *words]), *capsys.readouterr())


def test_the_command_writes_several_files(run, tmp_path):
    code, _, err = run(*"-o w=w.csv --out all.npz -o w,b=f.tsv --trace b=b.csv --trace t.json".split())
    assert code == 0 and all(f"wrote {name}" in err for name in ("w.csv", "all.npz", "b.csv", "t.json", "f.tsv"))
    assert (tmp_path / "w.csv").read_text() == "w\n0.1\n0.2\n"
    assert (tmp_path / "b.csv").read_text() == "step,b\n0,4\n1,5\n"
    assert (tmp_path / "f.tsv").read_text() == "w\tb\n0.1\t5\n0.2\t\n"
    assert list(json.loads((tmp_path / "t.json").read_text())["traces"]) == ["b", "w"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("-o", "q=r.csv"), 2, "there is no q; there is w, b"),
        (("-o", "w="), 2, "give a path"),
        (("--trace", "J=t.csv"), 2, "there is no J; there is b, w"),
        (("-o", "r.npy"), 3, "a .npy file holds one array"),
        (("--trace", "t.txt"), 3, "results are written to"),
    ],
)
def test_a_bad_place_is_told_before_the_run(run, words, code, said):
    found, out, err = run(*words)
    assert (found, out) == (code, "") and said in err


def test_ranks_are_told_before_the_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["run", "-e", 'print "ran"\nT := zeros(2, 2, 2)', "-o", "r.csv"]) == 3
    assert "ran" not in capsys.readouterr().out
    assert main(["run", "-e", 'print "ran"\ny := 1', "--trace", "r.csv"]) == 2
    assert "no traces" in capsys.readouterr().err


def test_a_result_saves_itself(tmp_path):
    result = gdc.compile(SCRIPT).run({}, "numpy")
    assert result.save(tmp_path / "w.csv", "w") == [tmp_path / "w.csv"]
    assert result.save(tmp_path / "r.npz") and result.save_trace(tmp_path / "b.csv", "b")
    assert (tmp_path / "b.csv").read_text() == "step,b\n0,4\n1,5\n"
    with np.load(tmp_path / "r.npz") as kept:
        assert sorted(kept.files) == ["b", "trace_b", "trace_w", "w"]
    with pytest.raises(gdc.Error, match="there is no q here"):
        result.save(tmp_path / "r.csv", "q")
