"""Reading and writing files."""

import numpy as np
import pytest

import gdc
from gdc.runtime.data import arrays, read_value, write_results

TABLE = "a,b,name\n1,2.5,x\n3,4.5,y\n"


@pytest.fixture
def folder(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(6.0).reshape(2, 3))
    np.savez(tmp_path / "d.npz", X=np.ones(3), k=np.array([1, 2]))
    np.savez(tmp_path / "one.npz", X=np.ones(3))
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "t.csv").write_text(TABLE)
    (tmp_path / "t.tsv").write_text("a\tb\n1\t2\n")
    (tmp_path / "quoted.csv").write_text('a,"b, or not"\n"1","2"\n')
    (tmp_path / "bom.csv").write_bytes(b"\xef\xbb\xbfa,b\r\n1,2\r\n")
    (tmp_path / "ragged.csv").write_text("a,b\n1,2\n3,4,5\n")
    (tmp_path / "short.csv").write_text("a,b,c\n1,2,3\n\n4,5\n")
    (tmp_path / "text.csv").write_text("a,b\n1,2\n3,four\n")
    (tmp_path / "holes.csv").write_text("a,b\n1,\n3,NA\n")
    (tmp_path / "bare.csv").write_text("1,2\n3,4\n")
    (tmp_path / "twice.csv").write_text("a,a\n1,2\n")
    (tmp_path / "flags.csv").write_text("f\ntrue\nFalse\n1\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "rows0.csv").write_text("a,b\n")
    (tmp_path / "latin.csv").write_bytes(b"caf\xe9\n1\n")
    (tmp_path / "semicolons.csv").write_text("a;b\n1,5;2\n")
    (tmp_path / "tabs.csv").write_text("a\tb\n1\t2\n")
    (tmp_path / "commas.tsv").write_text("a,b\n1,2\n")
    (tmp_path / "broken.npy").write_bytes(b"\x93NUMPY")
    (tmp_path / "big.csv").write_text("a\n99999999999999999999\n")
    return str(tmp_path)


@pytest.mark.parametrize(
    ("path", "members", "element", "rank", "expected"),
    [
        ("x.npy", (), None, None, [[0, 1, 2], [3, 4, 5]]),
        ("d.npz", ("k",), None, None, [1, 2]),
        ("one.npz", (), None, None, [1, 1, 1]),
        ("t.csv", ("a",), "real", 1, [1, 3]),
        ("t.csv", ("b", "a"), "real", 2, [[2.5, 1], [4.5, 3]]),
        ("t.csv", ("a",), "int", 1, [1, 3]),
        ("t.csv", ("a",), "real", 2, [[1], [3]]),
        ("t.tsv", (), "real", 2, [[1, 2]]),
        ("quoted.csv", ("b, or not",), "real", 1, [2]),
        ("bom.csv", ("a",), "real", 1, [1]),
        ("flags.csv", ("f",), "bool", 1, [True, False, True]),
        ("rows0.csv", ("a", "b"), "real", 2, np.empty((0, 2))),
    ],
)
def test_values_are_read(folder, path, members, element, rank, expected):
    found = read_value(path, members, folder, element, rank)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype.kind == {"int": "i", "bool": "b"}.get(element, found.dtype.kind)


@pytest.mark.parametrize(
    ("path", "members", "element", "rank", "words"),
    [
        ("nowhere.npy", (), None, None, ["nowhere.npy", "no such file"]),
        ("t.cvs", (), None, None, [".cvs", "formats"]),
        ("T1.csv", (), None, None, ["T1.csv"]),
        ("x.parquet", (), None, None, [".parquet"]),
        ("d.npz", (), None, None, ["X, k", "say which"]),
        ("d.npz", ("Y",), None, None, ["no member Y", "X, k"]),
        ("objects.npy", (), None, None, ["objects"]),
        ("broken.npy", (), None, None, ["broken.npy"]),
        ("t.csv", ("aa",), "real", 1, ["no column aa", "did you mean a"]),
        ("t.csv", ("a", "b"), "real", 1, ["one column", "2"]),
        ("ragged.csv", ("a", "b"), "real", 2, ["row 3", "3 cells", "2"]),
        ("ragged.csv", ("a",), "real", 1, ["row 3", "3 cells"]),
        ("short.csv", ("a",), "real", 1, ["row 4", "2 cells", "3"]),
        ("text.csv", ("b",), "real", 1, ["row 3", "column b", '"four"', "a number"]),
        ("t.csv", ("b",), "int", 1, ["row 2", "column b", '"2.5"', "an int"]),
        ("holes.csv", ("b",), "real", 1, ["row 2", "column b", "no value"]),
        ("bare.csv", (), "real", 2, ["column names"]),
        ("twice.csv", ("a",), "real", 1, ["2 columns called a"]),
        ("empty.csv", ("a",), "real", 1, ["empty"]),
        ("latin.csv", (), "real", 2, ["UTF-8"]),
        ("t.csv", ("name",), "bool", 1, ["row 2", '"x"', "true or false"]),
        ("big.csv", ("a",), "int", 1, ["row 2", "does not fit"]),
        ("semicolons.csv", ("a",), "real", 1, ["parted by semicolons, where commas are wanted"]),
        ("tabs.csv", ("a",), "real", 1, ["parted by tabs, where commas are wanted", "call it .tsv"]),
        ("commas.tsv", (), "real", 2, ["parted by commas, where tabs are wanted", "call it .csv"]),
    ],
)
def test_errors_name_file_row_and_column(folder, path, members, element, rank, words):
    with pytest.raises(gdc.Error) as caught:
        read_value(path, members, folder, element, rank)
    assert caught.value.kind == "data"
    assert all(word in str(caught.value) for word in [path, *words]), str(caught.value)


@pytest.mark.parametrize("name", ["text.npy", "text.npz"])
def test_a_damaged_file_is_not_said_to_hold_objects(name, tmp_path):
    (tmp_path / name).write_text("no array")
    with pytest.raises(gdc.Error, match="damaged") as caught:
        read_value(name, folder=str(tmp_path))
    assert "objects" not in str(caught.value)


def test_a_folder_is_not_a_file(tmp_path):
    with pytest.raises(gdc.Error, match="folder"):
        read_value(".", folder=str(tmp_path))


def test_a_script_names_the_line(folder):
    with pytest.raises(gdc.Error) as caught:
        gdc.compile('# data\ninput b: real[n] from "text.csv"["b"]\ns := sum(b)', folder=folder).run()
    assert (caught.value.kind, caught.value.line) == ("data", 2)


def test_a_missing_number_is_nan_and_finite_refuses_it(folder, tmp_path):
    (tmp_path / "nan.csv").write_text("a\n1\nNA\nnan\n")
    np.testing.assert_array_equal(read_value("nan.csv", ("a",), folder, "real", 1), [1, np.nan, np.nan])
    with pytest.raises(gdc.Error) as caught:
        gdc.compile('input a: real[n] finite from "nan.csv"["a"]\ns := sum(a)', folder=folder).run()
    assert caught.value.kind == "data"
    assert 'nan.csv: row 3, column a: "NA", but a is declared finite (and 1 more)' in str(caught.value)


def test_finite_names_the_row_and_column_of_a_file(tmp_path):
    (tmp_path / "wide.csv").write_text("a,b,c\n1,2,3\n\n4,5,inf\n")
    with pytest.raises(gdc.Error, match='wide.csv: row 4, column c: "inf", but X is declared finite'):
        read_value("wide.csv", ("b", "c"), str(tmp_path), "real", 2, name="X", finite=True)
    np.save(tmp_path / "array.npy", [[1, 2], [3, np.nan]])
    with pytest.raises(gdc.Error, match=r"array.npy: X is declared finite, and X\[1, 1\] is nan"):
        read_value("array.npy", (), str(tmp_path), "real", 2, name="X", finite=True)


def test_the_callers_value_wins(folder):
    assert gdc.compile('input x: real[m, n] from "nowhere.npy"\ns := sum(x)', folder=folder)(x=[[1.0, 2.0]]).s == 3


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("backend", ["loops", "numpy", "parallel", "cuda"])
def test_a_large_array_lies_in_its_file(tmp_path, monkeypatch, backend, order):
    """Mapped where it is large, with equal results; neither the file nor the mapping is ever written."""
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    X = np.asarray(np.random.default_rng(1).normal(size=(60, 5)), order=order)
    np.save(tmp_path / "X.npy", X)
    before = (tmp_path / "X.npy").read_bytes()
    text = 'input X: real[m, n] from "X.npy"\nX[0, 0] += 7\nX := 2*X\nrepeat 3 { X[1:] += 1 }\ns := sum(X)\noutput X, s'
    program, found = gdc.compile(text, folder=tmp_path), []
    for large in (1 << 60, 0):
        monkeypatch.setattr(arrays, "LARGE", large)
        assert isinstance(read_value("X.npy", folder=str(tmp_path)), np.memmap) is (large == 0)
        found.append(program.run({}, backend))
    np.testing.assert_array_equal(found[0].X, found[1].X)
    assert found[0].s == found[1].s and (tmp_path / "X.npy").read_bytes() == before


def test_a_result_outlives_the_file_that_it_was_read_from(tmp_path, monkeypatch):
    monkeypatch.setattr(arrays, "LARGE", 0)
    np.save(tmp_path / "X.npy", np.ones(4))
    result = gdc.compile('input X: real[m] from "X.npy"\noutput X', folder=tmp_path).run({}, "numpy")
    assert not isinstance(result.X, np.memmap) and result.X.flags.writeable and result.X.flags.owndata
    result.X[0] = 7
    assert np.load(tmp_path / "X.npy")[0] == 1


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"no array"])
def test_a_damaged_large_file(content, tmp_path, monkeypatch):
    monkeypatch.setattr(arrays, "LARGE", 0)
    np.save(tmp_path / "cut.npy", np.ones(1000))
    (tmp_path / "cut.npy").write_bytes((tmp_path / "cut.npy").read_bytes()[:4000])
    (tmp_path / "X.npy").write_bytes(content)
    for name in ("cut.npy", "X.npy"):
        with pytest.raises(gdc.Error, match=f"{name}: this is not a NumPy file, or it is damaged"):
            read_value(name, folder=str(tmp_path))


def test_results_are_written(tmp_path):
    outputs, traces = {"w": np.arange(3.0), "b": np.float64(2)}, {"J": np.arange(4.0)}
    write_results(tmp_path / "new" / "r.npz", outputs, traces)
    with np.load(tmp_path / "new" / "r.npz") as kept:
        assert sorted(kept.files) == ["b", "trace_J", "w"]
        np.testing.assert_array_equal(kept["w"], outputs["w"])
    write_results(tmp_path / "folder", outputs, traces)
    assert sorted(p.name for p in (tmp_path / "folder").iterdir()) == ["b.npy", "trace_J.npy", "w.npy"]


@pytest.mark.parametrize("ending", ["npz", "csv", "tsv", "json", "parquet", "arrow", "npy"])
def test_a_file_is_whole_or_not_there(tmp_path, monkeypatch, ending):
    import os

    def fails(*_):
        raise OSError(28, "No space left on device")

    (tmp_path / f"r.{ending}").write_bytes(b"old")
    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(gdc.Error) as caught:
        write_results(tmp_path / f"r.{ending}", {"w": np.ones(3)}, {})
    assert caught.value.kind == "data" and "No space left" in str(caught.value)
    assert (tmp_path / f"r.{ending}").read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1
