"""Objects of other libraries wherever arrays are taken."""

import subprocess
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
import xarray as xr

import gdc

M = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
NULLS = [1.5, None, 2.5]


class Bare:
    """An object that offers one protocol, and nothing else."""

    def __init__(self, array, *names):
        for name in names:
            setattr(self, name, getattr(array, name))
        self.array = array


class Dlpack:
    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


class Array(Dlpack):
    __dlpack__ = None

    def __array__(self, dtype=None, copy=None):
        return self.array


class Capsule:
    """A table that is known by Arrow's protocol alone, as DuckDB's and others are."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


FRAME = pd.DataFrame(M, columns=["a", "b"])
MATRICES = {
    "pandas": FRAME,
    "pandas, two widths": FRAME.astype({"a": "float32"}),
    "pandas, int and real": pd.DataFrame({"a": [1.0, 3, 5], "b": [2, 4, 6]}),
    "pandas, nullable": FRAME.astype({"a": "Int64", "b": "Float64"}),
    "pandas, arrow": FRAME.astype({"a": "int64[pyarrow]"}),
    "pandas, categories": FRAME.astype({"b": "category"}),
    "pandas, sparse": FRAME.astype({"b": pd.SparseDtype("float")}),
    "pandas, two labels": FRAME.set_axis(pd.MultiIndex.from_tuples([("p", "q"), ("p", "r")]), axis=1),
    "pandas, one label twice": FRAME.set_axis(["a", "a"], axis=1),
    "pandas, decimals": FRAME.astype(object).map(Decimal),
    "polars": pl.DataFrame({"a": [1, 3, 5], "b": [2.0, 4, 6]}),
    "polars, narrow": pl.DataFrame({"a": [1, 3, 5], "b": [2, 4, 6]}, schema={"a": pl.UInt8, "b": pl.Float32}),
    "polars, vectors": pl.Series([[1.0, 2], [3, 4], [5, 6]], dtype=pl.Array(pl.Float64, 2)),
    "xarray": xr.DataArray(M, dims=("m", "n")),
    "xarray of Fortran order": xr.DataArray(np.asfortranarray(M)),
    "pyarrow": pa.table({"a": [1, 3, 5], "b": [2.0, 4, 6]}),
    "pyarrow, batch": pa.record_batch({"a": [1, 3, 5], "b": [2.0, 4, 6]}),
    "pyarrow, dictionary": pa.table({"a": pa.array([1, 3, 5]).dictionary_encode(), "b": [2.0, 4, 6]}),
    "an arrow stream": Capsule(pa.table({"a": [1, 3, 5], "b": [2.0, 4, 6]})),
    "__array__": Array(M),
    "__array_interface__": Bare(M, "__array_interface__"),
    "DLPack": Dlpack(M),
    "DLPack, read-only": Dlpack(np.frombuffer(M.tobytes()).reshape(3, 2)),
    "memoryview": memoryview(M),
}
VECTORS = {
    "pandas": pd.Series([1, 2, 3], index=[7, 8, 9]),
    "pandas, nullable": pd.Series([1, 2, 3], dtype="Int8"),
    "pandas, index": pd.Index([1, 2, 3]),
    "pandas, extension": pd.array([1, 2, 3], dtype="Int64"),
    "polars": pl.Series([1, 2, 3]),
    "xarray": xr.DataArray([1, 2, 3]),
    "pyarrow": pa.array([1, 2, 3]),
    "pyarrow, chunked": pa.chunked_array([[1], [2, 3]]),
    "pyarrow, unsigned": pa.array([1, 2, 3], pa.uint64()),
    "DLPack": Dlpack(np.array([1, 2, 3])),
}
SUMS = gdc.compile("input X: real[m, n]\ns := 2*sum(X, axis=0)\nX[0, 0] := 7\nt := X[0, 0]\noutput s, t")


@pytest.mark.parametrize("backend", ["loops", "numpy", "parallel", "cuda"])
@pytest.mark.parametrize("name", MATRICES)
def test_a_matrix(name, backend, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    found = SUMS.run({"X": MATRICES[name]}, backend)
    np.testing.assert_array_equal(found.s, [18, 24])
    assert found.t == 7


@pytest.mark.parametrize("name", MATRICES)
def test_the_callers_object_is_not_changed(name):
    before = str(MATRICES[name]), M.copy()
    SUMS.run({"X": MATRICES[name]}, "numpy")
    assert str(MATRICES[name]) == before[0]
    np.testing.assert_array_equal(M, before[1])


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector(name):
    assert gdc.compile("input k: int[n]\ns := sum(k)").run({"k": VECTORS[name]}).s == 6
    bare = gdc.compile("s := sum(k)").run({"k": VECTORS[name]})     # its type comes from the value
    assert bare.s == 6 and bare.s.dtype.kind == "i"


def test_no_copy_is_made_where_none_is_needed():
    from gdc.runtime.foreign import plain

    base = np.ones((4, 2))
    for value in (pd.DataFrame(base, copy=False), xr.DataArray(base), pa.array(base[:, 0].copy()), Dlpack(base)):
        found = plain("X", value, None)
        source = np.asarray(value) if not isinstance(value, Dlpack) else base
        assert isinstance(found, np.ndarray) or found is value
        assert np.shares_memory(np.asarray(found), source)


REFUSED = {
    "text": (FRAME.assign(town=["x", "y", "z"]), "column town of X", '"x" where a number', "X[['a', 'b']]"),
    "objects": (FRAME.assign(t=pd.Series(["x", 1, 2], dtype=object)), "column t of X holds text", "X[['a', 'b']]"),
    "dates": (FRAME.assign(day=pd.to_datetime(["2020-01-01"]*3)), "column day of X holds dates", "X[['a', 'b']]"),
    "zoned": (FRAME.assign(day=pd.to_datetime(["2020-01-01"]*3, utc=True)), "column day of X", "dates where a number"),
    "spans": (FRAME.assign(s=pd.to_timedelta([1, 2, 3])), "column s of X holds spans of time"),
    "periods": (FRAME.assign(p=pd.period_range("2020", periods=3)), "column p of X", "where a number"),
    "a null": (FRAME.assign(k=pd.array(NULLS, "Float64")), "column k of X, entry 1: no value", "X.fillna(…)"),
    "a missing object": (FRAME.assign(k=pd.Series([1, None, 2], dtype=object)), "column k of X", "NoneType"),
    "categories": (FRAME.assign(c=pd.Categorical(["u", "v", "u"])), "column c of X", '"u"'),
    "polars text": (pl.DataFrame({"a": [1], "town": ["x"]}), "column town of X", '"x" where a number'),
    "polars null": (pl.DataFrame({"a": [1, 2], "b": [1.0, None]}), "column b of X, entry 1: no value", "X.drop_n"),
    "polars lazy": (pl.LazyFrame({"a": [1]}), "X is a query that has not run", "X.collect()"),
    "polars lists": (pl.DataFrame({"a": [[1], [2]]}), "column a of X", "lists where a number"),
    "arrow null": (pa.table({"a": [1, None]}), "column a of X, entry 1: no value", "X.fill_null(…)"),
    "arrow text": (pa.table({"a": ["x"]}), "column a of X", '"x" where a number'),
    "a dataset": (xr.Dataset({"t": ("m", [1.0]), "u": ("m", [1.0])}), "X is a Dataset", "t, u", 'X["t"]'),
    "a sparse array": (scipy.sparse.csr_array(M), "X is a sparse array", "X.toarray()"),
    "xarray of text": (xr.DataArray([["x"]]), "X holds text"),
    "frame for a vector": (FRAME.a, "X is [m, n], and the value given is an array of shape [3]"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_holds_no_numbers_is_refused_in_the_users_words(name):
    value, *words = REFUSED[name]
    with pytest.raises(gdc.Error) as caught:
        gdc.compile("# a comment\ninput X: real[m, n]\ns := sum(X)").run({"X": value})
    assert caught.value.kind in ("type", "shape") and caught.value.line == 2
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_nan_is_a_number_and_finite_refuses_it():
    holed = FRAME.replace(4.0, np.nan)
    for value in (holed, pl.DataFrame(holed.to_dict("list")), xr.DataArray(holed.to_numpy())):
        assert np.isnan(gdc.compile("input X: real[m, n]\ns := sum(X)").run({"X": value}).s)
        with pytest.raises(gdc.Error, match=r"X\[1, 1\] is nan"):
            gdc.compile("input X: real[m, n] finite\ns := sum(X)").run({"X": value})


def test_no_library_is_imported_for_an_array():
    text = (
        "import sys, numpy, gdc\n"
        "gdc.compile('input X: real[m]\\ny := sum(X)').run({'X': numpy.ones(3)}, 'numpy')\n"
        "print([m for m in ('pandas', 'polars', 'xarray', 'pyarrow', 'cupy', 'numba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr
