"""What objects of other libraries hold, as arrays: pandas, polars, xarray, Arrow, DLPack, arrays on a GPU.

None of these libraries is imported unless an object of it, or one that speaks Arrow's protocol, is given.
`fail(kind, message, hint)` makes the Error to raise.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from gdc.dsl.errors import Error
from gdc.runtime import gpu
from gdc.runtime.values import RANKS, as_array

Fail = Callable[..., Error]
OURS = (np.ndarray, np.generic, bool, int, float, complex, list, tuple)


def plain(name: str, value: Any, fail: Fail, device: bool = False) -> Any:
    """A NumPy array where another library's object is given; other values as they are.

    `device`: arrays in a GPU's memory become CuPy's, without a copy, else they are fetched.
    """
    if isinstance(value, OURS) or gpu.is_device_array(value):
        return value
    if gpu.lies_on_gpu(value):
        return gpu.adopted(value) if device else on_host(name, value, fail)
    if belongs(value, "pandas", "DataFrame"):
        return from_frame(name, value, fail)
    if belongs(value, "pandas", "Series", "Index"):
        return from_series(name, name, value, fail)
    if belongs(value, "xarray", "Dataset"):
        names = [*map(str, value.data_vars)]
        raise fail("type", f"{name} is a Dataset, which holds {len(names)} arrays: {', '.join(names)}",
                   f'give one: {name}["{names[0]}"]' if names else None)
    if belongs(value, "polars", "LazyFrame"):
        raise fail("type", f"{name} is a query that has not run", f"give what it finds: {name}.collect()")
    if not belongs(value, "xarray", "DataArray") and speaks_arrow(value):
        return from_arrow(name, value, fail)
    if hasattr(value, "toarray") and not hasattr(value, "__array__"):
        raise fail("type", f"{name} is a sparse array, of which gdc knows nothing", f"give all of it: {name}.toarray()")
    if hasattr(value, "__dlpack__") and not (hasattr(value, "__array__") or hasattr(value, "__array_interface__")):
        return from_dlpack(name, value, fail)
    return value


def belongs(value: Any, library: str, *kinds: str) -> bool:
    """Whether a value is of one of a library's classes. A library that nobody imported has no values."""
    module = sys.modules.get(library)
    return module is not None and isinstance(value, tuple(getattr(module, kind) for kind in kinds))


def on_host(name: str, value: Any, fail: Fail) -> Any:
    found = gpu.fetched(value)
    if found is None:
        raise fail("type", f"{name} lies in the memory of a GPU, where the processor cannot read it",
                   'copy it to the host first, or run it there: backend="cuda" (`gdc backends` says what that needs)')
    return found


def from_dlpack(name: str, value: Any, fail: Fail) -> Any:
    """An array that is shared by DLPack, without a copy."""
    try:
        return np.from_dlpack(value)
    except Exception as why:    # whatever a stranger's __dlpack__ raises
        raise fail("type", f"{name} cannot be read as an array: {why}") from None


# --- pandas ------------------------------------------------------------------------------------


def from_frame(name: str, frame: Any, fail: Fail) -> np.ndarray:
    """A matrix of a frame's columns, as wide as the widest. One that holds no numbers is refused by its name."""
    kinds = set(frame.dtypes)
    if len(kinds) == 1 and holds_numbers(next(iter(kinds))):
        return frame.to_numpy()
    from gdc.runtime.data.columns import together

    good = [label for label, kind in frame.dtypes.items() if is_numeric(kind)]
    hint = f"take the columns of numbers: {name}[{good!r}]" if 0 < len(good) < frame.shape[1] else None
    failing: Fail = lambda kind, message, own=None: fail(kind, message, own or hint)
    columns = (frame.iloc[:, k] for k in range(frame.shape[1]))
    found = [from_series(name, f"column {c.name} of {name}", c, failing) for c in columns]
    return together(found, len(frame))


def holds_numbers(kind: Any) -> bool:
    return isinstance(kind, np.dtype) and kind.kind in RANKS


def is_numeric(kind: Any) -> bool:
    return holds_numbers(kind) or (getattr(kind, "kind", "O") in RANKS and not isinstance(kind, np.dtype))


def from_series(name: str, called: str, series: Any, fail: Fail) -> np.ndarray:
    """A column of pandas'. What NumPy has no type for (Int64, categories, Arrow's) goes by way of Arrow."""
    if isinstance(series.dtype, np.dtype):
        return as_array(called, series.to_numpy(), fail)
    if hasattr(series.dtype, "fill_value"):  # a sparse column
        return as_array(called, np.asarray(series), fail)
    import pyarrow as pa

    try:
        column = pa.chunked_array([pa.array(series.array)])
    except (pa.ArrowException, TypeError, ValueError):
        raise fail("type", f"{called} holds {series.dtype} where numbers are wanted") from None
    return from_column(called, column, fail, f"fill them: {name}.fillna(…), or leave their rows out: {name}.dropna()")


# --- Arrow -------------------------------------------------------------------------------------


def speaks_arrow(value: Any) -> bool:
    return hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__")


def from_arrow(name: str, value: Any, fail: Fail) -> np.ndarray:
    """A table, a batch or a column that Arrow's protocol hands over: of pyarrow, polars, DuckDB and others."""
    import pyarrow as pa

    from gdc.runtime.data.arrow import is_complex
    from gdc.runtime.data.columns import together

    fills = f"fill them: {name}.fill_null(…)"
    if belongs(value, "polars", "DataFrame", "Series"):
        fills += f", or leave their rows out: {name}.drop_nulls()"
    try:
        column = pa.chunked_array(value if hasattr(value, "__arrow_c_stream__") else [pa.array(value)])
    except (pa.ArrowException, TypeError, ValueError) as why:
        raise fail("type", f"{name} cannot be read as an array: {str(why).splitlines()[0]}") from None
    if not pa.types.is_struct(column.type) or is_complex(column.type):
        return from_column(name, column, fail, fills)
    table = pa.table(value)
    found = [from_column(f"column {label} of {name}", part, fail, fills)
             for label, part in zip(table.column_names, table.columns)]
    return together(found, table.num_rows)


def from_column(called: str, column: Any, fail: Fail, fills: str) -> np.ndarray:
    """A column as a vector; of vectors that are equally long, as a matrix. A missing value is refused."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from gdc.runtime.data.arrow import numbers

    def failing(row: int, words: str, hint: str | None = None) -> Error:
        return fail("type", f"{called}, entry {row}: {words}", fills if words.startswith("no value") else None)

    if pa.types.is_fixed_size_list(column.type) and not column.null_count:
        return numbers(pc.list_flatten(column), None, failing, False).reshape(len(column), column.type.list_size)
    return numbers(column, None, failing, False)
