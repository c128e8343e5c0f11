"""Tables of typed columns: `.parquet`, `.arrow` and `.feather` files, and Arrow's own objects. Imports pyarrow."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gdc.dsl.errors import Error
from gdc.runtime.data.columns import together
from gdc.runtime.data.place import Place, shown
from gdc.runtime.data.watching import reading
from gdc.runtime.values import COMPLEXES, DTYPES, INTS, RANKS, REALS

INDEX = re.compile(r"__index_level_\d+__")  # what pandas calls an index without a name
PARTS = ("real", "imag")  # the fields of a complex number
WANTED = {"b": "true or false is", "i": "an int is", "f": "a real number is"}


class ArrowTable:
    """A .parquet file, or one in Arrow's own format (.arrow, and .feather, the same by another name)."""

    def __init__(self, place: Place, parquet: bool) -> None:
        self.place, self.parquet = place, parquet
        try:
            self._file = opened(place, parquet)
        except pa.ArrowInvalid:
            what = "a Parquet" if parquet else "an Arrow"
            raise place.error(f"this is not {what} file, or it is damaged") from None
        except pa.ArrowException as why:
            raise place.error(f"it cannot be read: {str(why).splitlines()[0]}") from None
        self.names: list[str] = list((self._file.schema_arrow if parquet else self._file.schema).names)
        self._table: Any = None

    def everything(self) -> list[int]:
        return [k for k, name in enumerate(self.names) if not INDEX.fullmatch(name)]

    def values(self, columns: Sequence[int], element: str | None) -> np.ndarray:
        with reading(self.place.shown, self.place.path.stat().st_size):
            self._table = self._read(columns)
            found = [self._numbers(k, element) for k in columns]
        return together(found, self._table.num_rows)

    def cell(self, row: int, column: int) -> tuple[int, str]:
        value = self._column(column)[row].as_py()
        return row + 1, "null" if value is None else str(value)

    def _read(self, columns: Sequence[int]) -> Any:
        """A table in which every wanted column is found by its place among `names`, or by its name."""
        names = [self.names[k] for k in columns]
        try:
            if not self.parquet:
                return self._file
            if len(set(self.names)) < len(self.names):
                return self._file.read()
            return self._file.read(columns=names)
        except (pa.ArrowException, OSError) as why:
            raise self.place.error(f"it is damaged, or cannot be read: {str(why).splitlines()[0]}") from None

    def _column(self, k: int) -> Any:
        whole = self._table.num_columns == len(self.names)
        return self._table.column(k if whole else self.names[k])

    def _numbers(self, k: int, element: str | None) -> np.ndarray:
        column, name = self._column(k), self.names[k]

        def fail(row: int, words: str, hint: str | None = None) -> Error:
            return self.place.error(f"row {row + 1}, column {name}: {words}", hint)

        return numbers(column, element, fail)


def opened(place: Place, parquet: bool) -> Any:
    """A file of Parquet, or a whole table that lies in a mapped file of Arrow's."""
    if parquet:
        from pyarrow.parquet import ParquetFile

        return ParquetFile(place.path, memory_map=True)
    source = pa.memory_map(str(place.path))
    try:
        return pa.ipc.open_file(source).read_all()
    except pa.ArrowInvalid:
        source.seek(0)
        return pa.ipc.open_stream(source).read_all()


def numbers(column: Any, element: str | None, fail: Callable[..., Error], nulls: bool = True) -> np.ndarray:
    """A column of Arrow's as a vector for a contract's element. `fail(row, words, hint)` makes errors.

    `nulls`: a null is nan where a real number is wanted. Elsewhere it is an error, and so is an entry of another kind.
    """
    column = plain(column)
    if not len(column):
        return np.empty(0, DTYPES[element or "real"])
    paired = is_complex(column.type) and element in (None, *COMPLEXES)
    kind = "c" if paired else kind_of(column.type)
    if kind is None:
        row = first(pc.is_valid(column))
        raise fail(row, f"{strange(column, row)} where a number is wanted", "name the columns to take")
    if column.null_count and not (nulls and element in (None, *REALS) and not paired):
        raise fail(first(pc.is_null(column)), "no value (null)", "fill it, or drop the row")
    if paired:
        return joined(*(numbers(pc.struct_field(column, name), "real", fail) for name in PARTS))
    if element in INTS and pa.types.is_decimal(column.type) and column.type.scale <= 0:
        return decimals(column, pa.int64(), fail)
    target = np.dtype(DTYPES[element]).kind if element else kind
    if RANKS[kind] > RANKS[target]:
        row = first_odd(column) if pa.types.is_floating(column.type) and target == "i" else 0
        words = f"{shown_entry(column, row)} ({column.type}) where {WANTED[target]} wanted"
        raise fail(row, words, "declare the input as real, or round the column" if target == "i" else None)
    if pa.types.is_decimal(column.type):
        return decimals(column, pa.float64(), fail)
    return signed(as_numpy(column), element, fail)


def first(true: Any) -> int:
    """Where the first entry is that is true; 0 where none is."""
    return max(pc.index(true, True).as_py(), 0)


def plain(column: Any) -> Any:
    """A chunked column without the encodings that say the same in fewer bytes."""
    if isinstance(column, pa.Array):
        column = pa.chunked_array([column])
    if pa.types.is_dictionary(column.type):
        kind, chunks = column.type.value_type, column.chunks
        column = pa.chunked_array([chunk.dictionary_decode() for chunk in chunks], kind)
    if pa.types.is_run_end_encoded(column.type):
        column = pa.chunked_array([pc.run_end_decode(chunk) for chunk in column.chunks], column.type.value_type)
    return column.cast(pa.float64()) if pa.types.is_null(column.type) else column


def is_complex(kind: Any) -> bool:
    return pa.types.is_struct(kind) and tuple(f.name for f in kind) == PARTS


def joined(real: np.ndarray, imag: np.ndarray) -> np.ndarray:
    """Complex numbers from their parts, as wide as these; nothing is computed, so nan and -0.0 stay what they are."""
    kind = np.complex64 if real.dtype == imag.dtype == np.float32 else np.complex128
    table = np.empty(len(real), kind)
    table.real, table.imag = real, imag
    return table


def kind_of(kind: Any) -> str | None:
    """NumPy's letter for a type of numbers; None for any other."""
    types = pa.types
    if types.is_boolean(kind):
        return "b"
    if types.is_integer(kind):
        return "i"
    return "f" if types.is_floating(kind) or types.is_decimal(kind) else None


def strange(column: Any, row: int) -> str:
    """What a column that holds no numbers holds, in words; of text, the entry in a row."""
    kind, types = column.type, pa.types
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return shown_entry(column, row)
    names = {
        "dates": types.is_date(kind) or types.is_timestamp(kind),
        "times of day": types.is_time(kind),
        "spans of time": types.is_duration(kind) or types.is_interval(kind),
        "lists": types.is_nested(kind) and not types.is_struct(kind),
        "records": types.is_struct(kind),
        "bytes": types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind),
    }
    return next((name for name, true in names.items() if true), str(kind))


def shown_entry(column: Any, row: int) -> str:
    value = column[row].as_py()
    return shown(value) if isinstance(value, str) else str(value)


def first_odd(column: Any) -> int:
    """The first real number that is no int; the first of all where every one is."""
    values = column.to_numpy()
    return int(np.argmax(values != np.floor(values)))


def decimals(column: Any, kind: Any, fail: Callable[..., Error]) -> np.ndarray:
    """Decimals as ints or as the nearest reals: by way of their text, which is exact."""
    try:
        return column.cast(pa.string()).cast(kind).to_numpy()
    except pa.ArrowInvalid:
        entries = enumerate(column.to_pylist())
        row, value = next((k, v) for k, v in entries if v is not None and not -(2**63) <= v < 2**63)
        raise fail(row, f"{value} does not fit an int") from None


def as_numpy(column: Any) -> np.ndarray:
    """Numbers without a copy where they lie in one piece and none is missing."""
    if column.null_count and not pa.types.is_floating(column.type):
        column = column.cast(pa.float64(), safe=False)
    if column.num_chunks == 1:
        return column.chunk(0).to_numpy(zero_copy_only=False)
    return column.to_numpy()


def signed(values: np.ndarray, element: str | None, fail: Callable[..., Error]) -> np.ndarray:
    """Ints without a sign as ints, where all fit. One that does not is an error where ints are wanted."""
    if values.dtype != np.uint64:
        return values
    wide = values.view(np.int64)
    if not (wide < 0).any():
        return wide
    if element in INTS:
        row = int(np.argmax(wide < 0))
        raise fail(row, f"{values[row]} does not fit an int")
    return values
