"""Files in, files out.

    read_value("d.csv", ("area", "rooms"), folder, "real", 2, …)      from .npy, .npz[member], .csv or .tsv[columns]
    write_results(path, outputs, traces)                              to .npz, or a folder of .npy files

A table is read by the fast path first; only where that fails is it read again, slowly, to say which row and column is
wrong.
Files are written whole or not at all.
"""

from __future__ import annotations

import csv
import difflib
import itertools
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gdc.dsl.errors import Error
from gdc.dsl.source import Span
from gdc.runtime.values import check_finite

TABLES = {".csv": ",", ".tsv": "\t"}
READS = ".npy .npz .csv .tsv"
MISSING = frozenset({"", "na", "n/a", "null", "none"})
TRUE, FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})


class _Place:
    """Where errors of one file point."""

    def __init__(self, path: Path, shown: str, span: Span | None) -> None:
        self.path, self.shown, self.span = path, shown, span

    def error(self, message: str, hint: str | None = None) -> Error:
        return Error("data", f"{self.shown}: {message}", self.span, hint)


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
    a table's cells are read (None: int where all are, else real); rank 1 wants one column, rank 2 any number; finite
    refuses nan and inf.
    Raises Error of kind "data" that names the file, and the row and column where there is one.
    """
    whole = Path(os.path.expanduser(path)) if folder is None else Path(folder) / os.path.expanduser(path)
    place = _Place(whole, path, span)
    if whole.is_dir():
        raise place.error("this is a folder, not a file", f"formats: {READS}")
    ending = whole.suffix.lower()
    if ending not in (".npy", ".npz", *TABLES):
        later = " (this version does not read it yet)" if ending in (".parquet", ".arrow") else ""
        raise place.error(f"{ending or 'no ending'} is not a format that gdc reads{later}", f"formats: {READS}")
    if not whole.is_file():
        words = "there is no such file" if not whole.exists() else "this is not a file"
        raise place.error(words, near_file(whole, folder))
    try:
        if ending in TABLES:
            return read_table(place, TABLES[ending], members, element, rank, name if finite else "")
        value = read_npz(place, members) if ending == ".npz" else read_npy(place)
    except OSError as why:
        raise place.error(why.strerror or str(why)) from None
    if finite and value.dtype.kind in "fc":
        check_finite(name, value, lambda _, message, hint=None: place.error(message, hint))
    return value


def near_file(path: Path, folder: str | None) -> str | None:
    """A file of a like name in the same folder."""
    try:
        names = [entry.name for entry in os.scandir(path.parent)]
    except OSError:
        return f"there is no folder {path.parent}"
    alike = [name for name in names if name.lower().endswith(path.suffix.lower())]
    near = difflib.get_close_matches(path.name, alike, n=1)
    base = "the working folder" if folder is None else "the script"
    return f"did you mean {near[0]}?" if near else f"paths are relative to {base}: {path.parent.resolve()}"


def read_npy(place: _Place) -> np.ndarray:
    try:
        return np.load(place.path, allow_pickle=False)
    except (ValueError, EOFError) as why:
        raise place.error(_object_words(place, why) or "this is not a NumPy file, or it is damaged") from None


def read_npz(place: _Place, members: Sequence[str]) -> np.ndarray:
    try:
        with np.load(place.path, allow_pickle=False) as archive:
            names = list(archive.files)
            if not members and len(names) != 1:
                raise place.error(
                    f"it holds {', '.join(names)}: say which",
                    f"{place.shown}:{names[0] if names else 'X'} on the "
                    f'command line, from "{place.shown}"["{names[0] if names else "X"}"] in a script',
                )
            if len(members) > 1:
                raise place.error("one member of a .npz is one array; give one name")
            wanted = members[0] if members else names[0]
            if wanted not in names:
                raise place.error(
                    f"it has no member {wanted}; it holds {', '.join(names)}", _did_you_mean(wanted, names)
                )
            return archive[wanted]
    except (ValueError, EOFError, zipfile.BadZipFile) as why:
        raise place.error(_object_words(place, why) or "this is not a .npz file, or it is damaged") from None


def _object_words(place: _Place, why: BaseException) -> str:
    """NumPy takes any file that it does not know for a pickle: only one with NumPy's own mark holds objects."""
    with open(place.path, "rb") as file:
        known = file.read(4) in (b"\x93NUM", b"PK\x03\x04")
    return "it holds Python objects, which gdc never loads" if known and "allow_pickle" in str(why) else ""


# --- tables ------------------------------------------------------------------------------------


def read_table(
    place: _Place, separator: str, members: Sequence[str], element: str | None, rank: int | None, finite: str = ""
) -> np.ndarray:
    """Columns of a table with a header, by name; all of them where none are named. `finite`: the input that is so."""
    header = read_header(place, separator)
    columns = find_columns(place, header, members)
    values = fast(place, separator, header, columns, element)
    if values is None:
        values = precise(place, separator, header, columns, element)
    if finite and values.dtype.kind in "fc" and not np.isfinite(values).all():
        raise not_finite(place, separator, header, columns, values, finite)
    if rank == 1 or (rank is None and len(members) == 1):
        if len(columns) != 1:
            raise place.error(
                f"a vector is one column, and {len(columns)} are taken", f'name one: ["{header[columns[0]]}"]'
            )
        return np.ascontiguousarray(values[:, 0])
    return values


def not_finite(
    place: _Place, separator: str, header: list[str], columns: list[int], values: np.ndarray, name: str
) -> Error:
    """The first cell that holds nan or inf, by its row and column in the file."""
    first, k = (int(index) for index in np.argwhere(~np.isfinite(values))[0])
    number, row = next(itertools.islice(cells(place, separator), first, None))
    count = int(values.size - np.count_nonzero(np.isfinite(values)))
    more = f" (and {count - 1} more)" if count > 1 else ""
    where = f"row {number}, column {header[columns[k]]}"
    return place.error(f"{where}: {shown(row[columns[k]].strip())}, but {name} is declared finite{more}")


def read_header(place: _Place, separator: str) -> list[str]:
    try:
        with open(place.path, encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file, delimiter=separator), None)
    except UnicodeDecodeError:
        raise place.error("this is not a text in UTF-8") from None
    if not header:
        raise place.error("it is empty: a table starts with a line of column names")
    return [name.strip() for name in header]


def find_columns(place: _Place, header: list[str], members: Sequence[str]) -> list[int]:
    if not members and all(_is_number(name) for name in header):
        raise place.error("its first line holds numbers, where column names are wanted", "add a line of names")
    found = []
    for name in members:
        if header.count(name) > 1:
            raise place.error(f"it has {header.count(name)} columns called {name}")
        if name not in header:
            some = ", ".join(header[:12]) + (", …" if len(header) > 12 else "")
            raise place.error(f"it has no column {name}; it has {some}", _did_you_mean(name, header))
        found.append(header.index(name))
    return found or list(range(len(header)))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _did_you_mean(name: str, names: Sequence[str]) -> str | None:
    near = difflib.get_close_matches(name, names, n=1) or [n for n in names if n.lower() == name.lower()]
    return f"did you mean {near[0]}?" if near else None


def fast(
    place: _Place, separator: str, header: list[str], columns: list[int], element: str | None
) -> np.ndarray | None:
    """NumPy's own reader; None where it does not understand every cell (or where cells are bool)."""
    if element == "bool" or no_rows(place):
        return None
    try:
        dtype = (
            np.int64
            if element in ("int", "i32", "i64")
            else np.complex128
            if element in ("complex", "c64", "c128")
            else np.float64
        )
        # every column is read, so that a ragged row is seen
        table = np.loadtxt(
            place.path,
            dtype=dtype,
            delimiter=separator,
            skiprows=1,
            ndmin=2,
            comments=None,
            quotechar='"',
            encoding="utf-8-sig",
            usecols=None if len(columns) == len(header) else columns,
        )
    except (ValueError, OverflowError, UnicodeDecodeError, UserWarning):
        return None
    if not table.size or (len(columns) == len(header) and table.shape[1] != len(header)):
        return None
    if len(columns) != len(header) and not even(place, separator, len(header)):
        return None
    return np.ascontiguousarray(table)


def no_rows(place: _Place) -> bool:
    """Whether a table is its header and nothing else."""
    with open(place.path, "rb") as file:
        file.readline()
        return not any(line.strip() for line in file)


def even(place: _Place, separator: str, width: int) -> bool:
    """Whether every line has as many cells as the header; a quote asks for the precise reader."""
    mark, quote = separator.encode(), b'"'
    with open(place.path, "rb") as file:
        file.readline()
        return all(line.count(mark) == width - 1 and quote not in line for line in file if line.strip())


def precise(place: _Place, separator: str, header: list[str], columns: list[int], element: str | None) -> np.ndarray:
    """Cell by cell: the values, or an error that names the row and column."""
    rows: list[list[Any]] = []
    try:
        for number, row in cells(place, separator):
            if len(row) != len(header):
                raise place.error(f"row {number} has {len(row)} cells, and the header has {len(header)}")
            rows.append([cell(place, row[k], number, header[k], element) for k in columns])
    except (csv.Error, UnicodeDecodeError) as why:
        raise place.error(f"it cannot be read as a table: {why}") from None
    if not rows:
        kind = {"int": np.int64, "bool": np.bool_}.get(element or "", np.float64)
        return np.empty((0, len(columns)), kind)
    table = np.array(rows)
    return table if table.dtype.kind in "biufc" else table.astype(np.float64)


def cells(place: _Place, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows after the header that are not blank, each with the number of its line."""
    with open(place.path, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=separator)
        next(reader, None)
        for row in reader:
            if row:
                yield reader.line_num, row


def cell(place: _Place, text: str, row: int, column: str, element: str | None) -> Any:
    """One cell in its element type."""
    word = text.strip()
    if element == "bool":
        if word.lower() in TRUE | FALSE:
            return word.lower() in TRUE
        raise place.error(f"row {row}, column {column}: {shown(word)} where true or false is wanted")
    if word.lower() in MISSING:
        if element in (None, "real", "f32", "f64") and word:
            return float("nan")
        raise place.error(
            f"row {row}, column {column}: no value",
            "fill it, or drop the row" if word else "write nan for a missing number",
        )
    try:
        if element in ("int", "i32", "i64"):
            value = int(word)
            if not -(2**63) <= value < 2**63:
                raise place.error(f"row {row}, column {column}: {word} does not fit an int")
            return value
        return (
            complex(word.replace("i", "j")) if element in ("complex", "c64", "c128") else float(word.replace("_", "x"))
        )
    except ValueError:
        wanted = "an int" if element in ("int", "i32", "i64") else "a number"
        raise place.error(f"row {row}, column {column}: {shown(word)} where {wanted} is wanted") from None


def shown(word: str) -> str:
    return f'"{word[:40]}{"…" if len(word) > 40 else ""}"'


# --- writing -----------------------------------------------------------------------------------


def check_place(path: str | Path) -> None:
    """Raises Error of kind "data" for a name that can be neither a .npz file nor a folder: before a run, not after."""
    target = Path(os.path.expanduser(path))
    whole = target.suffix.lower() == ".npz"
    if (target.suffix and not whole and not target.is_dir()) or (whole and target.is_dir()) or (
        not whole and target.is_file()
    ):
        raise Error("data", f"{target}: results are written to a .npz file or into a folder")


def write_results(path: str | Path, outputs: Mapping[str, Any], traces: Mapping[str, Any]) -> list[Path]:
    """Writes outputs and traces (as trace_J) to one .npz, or into a folder as .npy files.

    Returns what was written. Raises Error of kind "data" where the place takes no file; none is ever left half-written.
    """
    target = Path(os.path.expanduser(path))
    values = {
        **{n: np.asarray(v) for n, v in outputs.items()},
        **{f"trace_{n}": np.asarray(v) for n, v in traces.items()},
    }
    try:
        if target.suffix.lower() == ".npz":
            return [written(target, lambda file: np.savez(file, **values))]  # type: ignore[arg-type]
        check_place(target)
        target.mkdir(parents=True, exist_ok=True)
        return [
            written(target / f"{name}.npy", lambda file, v=value: np.save(file, v)) for name, value in values.items()
        ]
    except OSError as why:
        raise Error("data", f"{target} cannot be written: {why.strerror or why}") from None


def written(path: Path, write: Any) -> Path:
    """One file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
        os.chmod(draft, 0o666 & ~_umask())
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
