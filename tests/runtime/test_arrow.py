"""Parquet and Arrow files: the columns of every type, and errors with file, row and column as for .csv."""

import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

import gdc
from gdc.runtime.data import read_value

COLUMNS = {
    "area": pa.array([1.5, 2.5, 4.0, 8.0]),
    "rooms": pa.array([2, 3, 4, 5], pa.int32()),
    "small": pa.array([1, 2, 3, 255], pa.uint8()),
    "wide": pa.array([1, 2, 3, 2**63 - 1], pa.uint64()),
    "wider": pa.array([1, 2, 2**63, 4], pa.uint64()),
    "half": pa.array(np.array([0.5, 1, 2, 4], np.float16)),
    "f32": pa.array([0.1, 0.2, 0.3, 0.4], pa.float32()),
    "flag": pa.array([True, False, True, True]),
    "money": pa.array([Decimal("0.10"), Decimal("12345678901234.57"), None, Decimal("-3.00")]),
    "count": pa.array([Decimal(7), Decimal(8), Decimal(9), Decimal(10)], pa.decimal128(20, 0)),
    "huge": pa.array([Decimal(1), Decimal(10)**19, Decimal(2), Decimal(3)], pa.decimal128(30, 0)),
    "price": pa.array([Decimal("7.00"), Decimal("2.50"), Decimal("1.00"), Decimal("-3.00")]),
    "wide decimal": pa.array([Decimal("0.1"), Decimal("1e-30"), Decimal("12345678901234567.891"), Decimal(3)],
                             pa.decimal256(60, 40)),
    "coded": pa.array([7.5, 7.5, 1.0, 7.5]).dictionary_encode(),
    "codedint": pa.array([7, None, 1, 7]).dictionary_encode(),
    "gaps": pa.array([1.0, None, 3.0, None]),
    "intgaps": pa.array([1, 2, None, 4]),
    "nothing": pa.nulls(4),
    "infinite": pa.array([1.0, 2.0, float("inf"), float("nan")]),
    "town": pa.array(["Oslo", "Rome", "Bonn", "Lima"]),
    "towncoded": pa.array(["Oslo", "Rome", "Bonn", "Lima"]).dictionary_encode(),
    "someday": pa.array([None, None, "Rome", "Oslo"]),
    "codedlist": pa.DictionaryArray.from_arrays(pa.array([0, 1, 0, 1]), pa.array(["x", "y"])),
    "day": pa.array([datetime.date(2020, 1, 1)]*4),
    "list": pa.array([[1], [2], [3], [4]]),
    "record": pa.array([{"x": 1}]*4),
    "a.b": pa.array([1, 2, 3, 4]),
    "a": pa.array([{"b": 5}]*4),
    "__index_level_0__": pa.array(["p", "q", "r", "s"]),
}


def stream(table, path):
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)


def blocks(table, path):
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)


WRITERS = {
    "houses.parquet": lambda table, path: parquet.write_table(table, path, row_group_size=3),
    "houses.arrow": blocks,
    "stream.arrow": stream,
    "houses.feather": lambda table, path: feather.write_feather(table, str(path), compression="zstd"),
}


@pytest.fixture(params=WRITERS)
def file(request, tmp_path):
    """A function that writes columns in one of the formats and reads some of them back."""

    def read(members, element=None, rank=None, columns=COLUMNS, **options):
        table = pa.table(list(columns.values()), names=list(columns)) if isinstance(columns, dict) else columns
        WRITERS[request.param](table, tmp_path / request.param)
        return read_value(request.param, members, str(tmp_path), element, rank, **options)

    read.name, read.folder = request.param, tmp_path
    return read


@pytest.mark.parametrize(
    ("members", "element", "rank", "expected", "dtype"),
    [
        (["area"], "real", 1, [1.5, 2.5, 4, 8], "float64"),
        (["area"], None, None, [1.5, 2.5, 4, 8], "float64"),
        (["area"], "real", 2, [[1.5], [2.5], [4], [8]], "float64"),
        (["rooms", "area"], "real", 2, [[2, 1.5], [3, 2.5], [4, 4], [5, 8]], "float64"),
        (["rooms"], "int", 1, [2, 3, 4, 5], "int32"),
        (["rooms", "small"], None, None, [[2, 1], [3, 2], [4, 3], [5, 255]], "int32"),
        (["rooms", "wide"], "int", 2, [[2, 1], [3, 2], [4, 3], [5, 2**63 - 1]], "int64"),
        (["wider"], "real", 1, [1, 2, 2.0**63, 4], "uint64"),
        (["half"], "real", 1, [0.5, 1, 2, 4], "float16"),
        (["f32"], "f32", 1, np.float32([0.1, 0.2, 0.3, 0.4]), "float32"),
        (["flag"], "bool", 1, [True, False, True, True], "bool"),
        (["flag", "rooms"], "int", 2, [[1, 2], [0, 3], [1, 4], [1, 5]], "int32"),
        (["money"], "real", 1, [0.1, 12345678901234.57, np.nan, -3], "float64"),
        (["price"], "real", 1, [7, 2.5, 1, -3], "float64"),
        (["wide decimal"], "real", 1, [0.1, 1e-30, 12345678901234567.891, 3], "float64"),
        (["count"], "int", 1, [7, 8, 9, 10], "int64"),
        (["count"], "real", 1, [7, 8, 9, 10], "float64"),
        (["coded"], "real", 1, [7.5, 7.5, 1, 7.5], "float64"),
        (["codedint"], "real", 1, [7, np.nan, 1, 7], "float64"),
        (["gaps"], "real", 1, [1, np.nan, 3, np.nan], "float64"),
        (["intgaps"], "real", 1, [1, 2, np.nan, 4], "float64"),
        (["intgaps"], None, None, [1, 2, np.nan, 4], "float64"),
        (["nothing"], "real", 1, [np.nan]*4, "float64"),
        (["area"], "complex", 1, [1.5, 2.5, 4, 8], "float64"),
        (["a.b"], "int", 1, [1, 2, 3, 4], "int64"),
        (["area", "area"], "real", 2, [[1.5, 1.5], [2.5, 2.5], [4, 4], [8, 8]], "float64"),
    ],
)
def test_columns_are_read(file, members, element, rank, expected, dtype):
    found = file(members, element, rank)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == dtype and found.flags.c_contiguous


@pytest.mark.parametrize(
    ("members", "element", "rank", "words"),
    [
        (["Area"], "real", 1, ["no column Area", "did you mean area?"]),
        (["aera"], "real", 1, ["no column aera", "did you mean area?"]),
        (["area", "rooms"], "real", 1, ["a vector is one column, and 2 are taken"]),
        (["area"], "int", 1, ["row 1, column area: 1.5 (double) where an int is wanted"]),
        (["infinite"], "int", 1, ["row 4, column infinite: nan"]),
        (["rooms"], "bool", 1, ["row 1, column rooms: 2 (int32) where true or false is wanted"]),
        (["wider"], "int", 1, ["row 3, column wider: 9223372036854775808 does not fit an int"]),
        (["wide"], "i32", 1, ["row 4, column wide: 9223372036854775807 does not fit i32"]),
        (["huge"], "int", 1, ["row 2, column huge: 10000000000000000000 does not fit an int"]),
        (["money"], "int", 1, ["row 3, column money: no value (null)"]),
        (["price"], "int", 1, ["row 1, column price: 7.00 (decimal128(3, 2)) where an int is wanted"]),
        (["flag", "count"], "bool", 2, ["row 1, column count: 7 (decimal128(20, 0)) where true or false is wanted"]),
        (["someday"], "real", 1, ['row 3, column someday: "Rome" where a number is wanted']),
        (["codedlist"], "int", 1, ['row 1, column codedlist: "x" where a number is wanted']),
        (["intgaps"], "int", 1, ["row 3, column intgaps: no value (null)"]),
        (["nothing"], "int", 1, ["row 1, column nothing: no value"]),
        (["town"], "real", 1, ['row 1, column town: "Oslo" where a number is wanted']),
        (["towncoded"], "real", 1, ['row 1, column towncoded: "Oslo"']),
        (["day"], "real", 1, ["column day: dates"]),
        (["list"], "real", 1, ["column list: lists"]),
        (["record"], "real", 1, ["column record: records"]),
        ([], "real", 2, ["column", "where a number is wanted", "name the columns to take"]),
        (["area"], "real", 0, ["a scalar is one row of one column, and there are 4 rows"]),
    ],
)
def test_errors_name_file_row_and_column(file, members, element, rank, words):
    with pytest.raises(gdc.Error) as caught:
        file(members, element, rank)
    assert caught.value.kind == "data"
    assert all(word in str(caught.value) for word in [file.name, *words]), str(caught.value)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (["area", "gaps"], "row 2, column gaps: null, but X is declared finite (and 1 more)"),
        (["infinite", "area"], "row 3, column infinite: inf, but X is declared finite (and 1 more)"),
    ],
)
def test_finite_names_row_and_column(file, members, words):
    with pytest.raises(gdc.Error) as caught:
        file(members, "real", 2, name="X", finite=True)
    assert f"{file.name}: {words}" in str(caught.value)


def test_all_columns_but_the_index_of_pandas(file):
    columns = {name: COLUMNS[name] for name in ("rooms", "area", "__index_level_0__")}
    np.testing.assert_array_equal(file([], "real", 2, columns)[0], [2, 1.5])


def test_a_name_that_two_columns_have(file):
    twice = pa.table([[1.0], [2.0], [3.0]], names=["a", "a", "b"])
    with pytest.raises(gdc.Error, match="2 columns called a"):
        file(["a"], "real", 1, twice)
    np.testing.assert_array_equal(file(["b"], "real", 1, twice), [3])
    np.testing.assert_array_equal(file([], "real", 2, twice), [[1, 2, 3]])


def test_tables_without_rows(file):
    """What has no entries has no entry of the wrong type: pandas calls an empty column what it likes."""
    kinds = {"a": pa.float64(), "b": pa.int64(), "c": pa.null(), "d": pa.string()}
    empty = pa.table({name: pa.array([], kind) for name, kind in kinds.items()})
    for name, element in (("a", "int"), ("c", "bool"), ("d", "real")):
        assert file([name], element, 1, empty).shape == (0,)
    assert file(["a", "b"], "real", 2, empty).shape == (0, 2)
    assert file(["b"], "i32", 1, empty).shape == (0,)


def test_a_run_of_equal_entries(tmp_path):
    table = pa.table({"a": pa.RunEndEncodedArray.from_arrays([2, 5], [1.5, 7.0])})
    blocks(table, tmp_path / "r.arrow")
    np.testing.assert_array_equal(read_value("r.arrow", ["a"], str(tmp_path), "real", 1), [1.5, 1.5, 7, 7, 7])


@pytest.mark.parametrize("name", ["r.parquet", "r.arrow", "r.feather"])
@pytest.mark.parametrize("text", [b"", b"no table", b"PAR1" + b"\0"*40 + b"PAR1", b"ARROW1\0\0" + b"\xff"*40])
def test_a_damaged_file(name, text, tmp_path):
    (tmp_path / name).write_bytes(text)
    with pytest.raises(gdc.Error) as caught:
        read_value(name, ["a"], str(tmp_path), "real", 1)
    assert caught.value.kind == "data" and name in str(caught.value)


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_is_cut_off(name, tmp_path):
    WRITERS[name](pa.table({"a": np.random.default_rng(1).normal(size=10_000)}), tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole)//2])
    with pytest.raises(gdc.Error) as caught:
        read_value(name, ["a"], str(tmp_path), "real", 1)
    assert caught.value.kind == "data" and name in str(caught.value)


def test_a_script_and_the_command_take_columns(file, capsys, monkeypatch):
    from gdc.runtime.cli import main

    monkeypatch.chdir(file.folder)
    file(["area"])
    text = f'input X: real[m, n] finite from "{file.name}"["area", "rooms"]\ns := sum(X, axis=0)'
    np.testing.assert_array_equal(gdc.compile(text, folder=file.folder).run({}).s, [16, 14])
    with pytest.raises(gdc.Error) as caught:
        gdc.compile(text.replace("area", "gaps"), folder=file.folder).run({})
    assert caught.value.line == 1 and "row 2, column gaps: null" in str(caught.value)
    words = ["-e", "input X: real[m, n]\ns := sum(X, axis=0)", "--quiet", "--input", f"X={file.name}:rooms,small"]
    assert main(["run", *words]) == 0 and "14, 261" in capsys.readouterr().out
