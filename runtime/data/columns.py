"""Columns of a table by name, as a vector or a matrix, whatever the format of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from gdc.dsl.errors import Error
from gdc.runtime.data.place import Place, did_you_mean
from gdc.runtime.values import DTYPES

MOST_NAMES = 12  # of a table's columns that an error lists


class Table(Protocol):
    """A file of named columns."""

    names: list[str]

    def everything(self) -> list[int]:
        """The columns that are meant where none are named."""
        ...

    def values(self, columns: Sequence[int], element: str | None) -> np.ndarray:
        """The entries, rows by columns. Raises Error that names the row and column where one does not fit."""
        ...

    def cell(self, row: int, column: int) -> tuple[int, str]:
        """The number of a row in the file, as people count, and what the file says there."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an input's contract asks of a file: element and rank are None where it has no contract."""

    name: str = ""
    element: str | None = None
    rank: int | None = None
    finite: bool = False


def read_columns(place: Place, table: Table, members: Sequence[str], wanted: Wanted) -> np.ndarray:
    """The named columns, all where none are named: a scalar, a vector or a matrix, as the contract says."""
    columns = find_columns(place, table.names, members) or table.everything()
    vector = wanted.rank == 1 or (wanted.rank is None and len(members) == 1)
    if (vector or wanted.rank == 0) and len(columns) != 1:
        what = "a vector" if vector else "a scalar"
        some = f'name one: ["{table.names[columns[0]]}"]' if columns else None
        raise place.error(f"{what} is one column, and {len(columns)} are taken", some)
    values = table.values(columns, wanted.element)
    check_width(place, table, columns, values, wanted.element)
    if wanted.finite:
        check_finite(place, table, columns, values, wanted.name)
    if wanted.rank == 0:
        if len(values) != 1:
            raise place.error(f"a scalar is one row of one column, and there are {len(values)} rows")
        return np.asarray(values[0, 0])
    return np.ascontiguousarray(values[:, 0]) if vector else values


def find_columns(place: Place, names: Sequence[str], members: Sequence[str]) -> list[int]:
    """The places of named columns. Raises Error for a name that no column has, or several have."""
    for name in members:
        if names.count(name) > 1:
            raise place.error(f"it has {names.count(name)} columns called {name}")
        if name not in names:
            some = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
            raise place.error(f"it has no column {name}; it has {some}", did_you_mean(name, names))
    return [names.index(name) for name in members]


def check_width(
    place: Place, table: Table, columns: Sequence[int], values: np.ndarray, element: str | None
) -> None:
    """Raises Error for the first int that is too wide for the contract."""
    target = np.dtype(DTYPES[element]) if element else values.dtype
    if target.kind != "i" or values.dtype.kind not in "iu" or np.can_cast(values.dtype, target) or not values.size:
        return
    limits = np.iinfo(target)
    if values.min() >= limits.min and values.max() <= limits.max:
        return
    words = f"does not fit {element} ({limits.min} … {limits.max})"
    raise at_first(place, table, columns, (values < limits.min) | (values > limits.max), lambda text: f"{text} {words}")


def check_finite(place: Place, table: Table, columns: Sequence[int], values: np.ndarray, name: str) -> None:
    """Raises Error for the first cell that holds nan or inf."""
    if values.dtype.kind not in "fc" or np.isfinite(values).all():
        return
    bad = ~np.isfinite(values)
    count = int(np.count_nonzero(bad))
    more = f" (and {count - 1} more)" if count > 1 else ""
    raise at_first(place, table, columns, bad, lambda text: f"{text}, but {name} is declared finite{more}")


def at_first(place: Place, table: Table, columns: Sequence[int], bad: np.ndarray, words: Any) -> Error:
    """An error at the first bad cell, by its row and column in the file."""
    row, k = divmod(int(np.argmax(bad)), bad.shape[1])
    number, text = table.cell(row, columns[k])
    return place.error(f"row {number}, column {table.names[columns[k]]}: {words(text)}")


def together(columns: Sequence[np.ndarray], rows: int) -> np.ndarray:
    """Columns side by side. One is not copied."""
    if len(columns) == 1:
        return columns[0].reshape(rows, 1)
    table = np.empty((rows, len(columns)), np.result_type(*columns) if columns else np.float64)
    for k, column in enumerate(columns):
        table[:, k] = column
    return table
