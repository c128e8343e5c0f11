"""Files in, files out.

    read_value("d.csv", ("area", "rooms"), folder, "real", 2, …)      one input's value
    write_results(path, outputs, traces); write_traces(path, traces)  results

    place.py      where errors of a file point                columns.py    columns by name, of any table
    arrays.py     .npy, .npz                                  text.py       .csv, .tsv
    arrow.py      .parquet, .arrow, .feather                  writing.py    results, whole or not at all
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gdc.dsl.source import Span
from gdc.runtime.data.arrays import read_npy, read_npz
from gdc.runtime.data.columns import Table, Wanted, read_columns
from gdc.runtime.data.place import TABLES, TEXTS, Place, near_file
from gdc.runtime.data.writing import check_place, write_results, write_traces
from gdc.runtime.values import check_finite

ENDINGS = (".npy", ".npz", *TABLES)


def read_value(
    path: str,
    members: Sequence[str] = (),
    folder: str | None = None,
    element: str | None = None,
    rank: int | None = None,
    span: Span | None = None,
    name: str = "",
    finite: bool = False,
) -> np.ndarray:
    """An input's value from a file.

    path is relative to `folder`; members are a .npz's member or a table's columns; element ("int", "real", …) says how
    a table's cells are read (None: as what they are); rank 0 wants one cell, rank 1 one column, rank 2 any number;
    finite refuses nan and inf.
    Raises Error of kind "data" that names the file, and the row and column where there is one.
    """
    whole = Path(os.path.expanduser(path)) if folder is None else Path(folder) / os.path.expanduser(path)
    place = Place(whole, path, span)
    check_file(place, folder)
    ending = whole.suffix.lower()
    try:
        if ending not in (".npy", ".npz"):
            return read_columns(place, table_of(place, ending), members, Wanted(name, element, rank, finite))
        value = read_npz(place, members) if ending == ".npz" else read_npy(place)
    except OSError as why:
        raise place.error(why.strerror or str(why)) from None
    if finite and value.dtype.kind in "fc":
        check_finite(name, value, lambda _, message, hint=None: place.error(message, hint))
    return value


def check_file(place: Place, folder: str | None) -> None:
    """Raises Error of kind "data" where there is no file of a format that gdc reads."""
    path, formats = place.path, f"formats: {' '.join(ENDINGS)}"
    if path.is_dir():
        raise place.error("this is a folder, not a file", formats)
    if path.suffix.lower() not in ENDINGS:
        raise place.error(f"{path.suffix.lower() or 'no ending'} is not a format that gdc reads", formats)
    if not path.is_file():
        words = "this is not a file" if path.exists() else "there is no such file"
        raise place.error(words, near_file(path, folder))


def table_of(place: Place, ending: str) -> Table:
    if ending in TEXTS:
        from gdc.runtime.data.text import TextTable

        return TextTable(place, TEXTS[ending])
    from gdc.runtime.data.arrow import ArrowTable

    return ArrowTable(place, parquet=ending == ".parquet")


__all__ = ["ENDINGS", "check_place", "read_value", "write_results", "write_traces"]
