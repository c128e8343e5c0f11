"""Long tables as text: what Arrow reads is what the reader that goes cell by cell reads, error for error."""


import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gdc
from gdc.runtime.data import read_value, text, watching

CELLS = [
    "1", " 1 ", "\t2", "+1", "-0", "-0.0", ".5", "5.", "1e400", "1e-400", "-1e308", "nan", "NaN", "-nan",
    "nan(1)", "NAN(q)", "inf", "-Infinity", "0x10", "0X1f", "0x1p3", "1_000", "1,5", "", "  ", "NA", "n/a",
    "N/a", "null", "None", "1d5", "1e5", '"1"', '"1"2', '"1\n"', '"a""b"', "١", "true", "TRUE", "False", "yes",
    "no", "0", "9223372036854775807", "1+2i", "x", "9223372036854775808", "12345678901234567890", "é", "-", "''",
    "0.1", "2.2250738585072011e-308", "0b1", "1 2", "(1)", "#", "179769313486231580793e289", "\u0000",
]
ELEMENTS = [None, "real", "int", "i32", "bool", "complex"]


def found(path, members, element, monkeypatch, arrow):
    """The value as text, or the error."""
    monkeypatch.setattr(text, "LONG", 0 if arrow else 1 << 60)
    try:
        value = read_value(path.name, members, str(path.parent), element, None, None, "x", element == "real")
        return value.dtype, value.shape, value.tobytes() if element != "complex" else str(value)
    except gdc.Error as error:
        return str(error)


def agree(path, monkeypatch, elements=ELEMENTS, members=("a", "b")):
    for element in elements:
        for names in (members, members[:1], ()):
            slow = found(path, names, element, monkeypatch, False)
            assert found(path, names, element, monkeypatch, True) == slow, (element, names)


@pytest.mark.parametrize("cell", CELLS, ids=ascii)
@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_a_cell(cell, ending, tmp_path, monkeypatch):
    mark = "," if ending == "csv" else "\t"
    path = tmp_path / f"t.{ending}"
    path.write_text(f"a{mark}b{mark}c\n1{mark}2{mark}3\n4{mark}{cell}{mark}6\n", encoding="utf-8", newline="")
    agree(path, monkeypatch)
    path.write_text(f"b{mark}a\n{cell}{mark}1\n", encoding="utf-8", newline="")
    agree(path, monkeypatch)


@pytest.mark.parametrize(
    "whole",
    [
        b"a,b\n1,2\n\n\n3,4\n", b"a,b\r\n1,2\r\n3,4", b"a,b\r1,2\r3,4\r", b"\xef\xbb\xbfa,b\n1,2\n", b"a,b\n1,2\n3\n",
        b"a,b\n1,2\n3,4,5\n", b"a,b\n1,2,\n", b'"a\nx",b,a\n1,2,3\n', b"a,b\n", b"a,b", b"a,b,c\n1,2,caf\xe9\n",
        b"a,b,c\n1,2,\"x, y\n z\"\n3,4,5\n", b"a,b,a\n1,2,3\n", b'a,b\n1,"2\n', b"a, b \n1,2\n", b"a,b\n  \n1,2\n",
        b"a\n  \n1\n", b"1,2\n3,4\n", b"a,b,\n1,2,\n",
    ],
    ids=ascii,
)
def test_a_table(whole, tmp_path, monkeypatch):
    (tmp_path / "t.csv").write_bytes(whole)
    agree(tmp_path / "t.csv", monkeypatch)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(st.sampled_from(CELLS) | st.floats().map(repr), st.floats().map(repr)), max_size=6))
def test_any_table(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("t") / "t.csv"
    path.write_text("a,b\n" + "".join(f"{a},{b}\n" for a, b in rows), encoding="utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch:
        agree(path, patch)


def test_a_long_table_is_read_in_blocks(tmp_path, monkeypatch):
    """Several blocks; an error in the last one names its row; what is read is told on the way."""
    values = np.random.default_rng(1).normal(size=(60_000, 3))
    lines = ["a,b,c", *(",".join(map(repr, row)) for row in values.tolist())]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines))
    assert path.stat().st_size > 3*text.BLOCK > 3*text.LONG - 1
    seen = []
    told = watching.Reading.__setattr__
    monkeypatch.setattr(watching.Reading, "__setattr__", lambda r, k, v: (seen.append((k, v)), told(r, k, v))[1])
    np.testing.assert_array_equal(read_value("t.csv", ("c", "a"), str(tmp_path), "real", 2), values[:, [2, 0]])
    done = [v for k, v in seen if k == "done"]
    assert len(done) > 3 and done == sorted(done) and done[-1] == path.stat().st_size
    assert watching.being_read() is None
    path.write_text("\n".join([*lines, "1,2,NA", "1,2,inf"]))
    assert np.isnan(read_value("t.csv", ("c",), str(tmp_path), "real", 1)[60_000])
    for finite, element, row, words in ((True, "real", 60_002, '"NA", but X is declared finite (and 1 more)'),
                                        (False, "int", 2, "where an int is wanted")):
        with pytest.raises(gdc.Error) as caught:
            read_value("t.csv", ("c",), str(tmp_path), element, 1, name="X", finite=finite)
        assert f"t.csv: row {row}, column c: " in str(caught.value) and words in str(caught.value)


def test_an_int_that_is_too_wide_for_i32(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n3,3000000000\n")
    with pytest.raises(gdc.Error, match='row 3, column b: "3000000000" does not fit i32'):
        read_value("t.csv", ("a", "b"), str(tmp_path), "i32", 2)


def test_without_a_contract_ints_are_ints(tmp_path):
    (tmp_path / "t.csv").write_text("k,x\n1,1.5\n2,2\n")
    assert read_value("t.csv", ("k",), str(tmp_path)).dtype == np.int64
    assert read_value("t.csv", ("k", "x"), str(tmp_path)).dtype == np.float64


def test_a_long_table_is_not_read_cell_by_cell(tmp_path, monkeypatch):
    monkeypatch.setattr(text.TextTable, "_precise", None)
    (tmp_path / "t.csv").write_text("a,b,town\n" + '0.25,3,"Oslo, Norway"\n'*60_000)
    for members, element in ((("a", "b"), "real"), (("b",), "int"), (("b",), None)):
        assert len(read_value("t.csv", members, str(tmp_path), element)) == 60_000
