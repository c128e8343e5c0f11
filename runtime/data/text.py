"""Tables as text: `.csv` and `.tsv`, a line of column names first.

A long table is read by Arrow; where that does not understand every cell, and for short tables, cell by cell, which
decides what a cell means and says which row and column is wrong.
"""

from __future__ import annotations

import csv
import io
import itertools
import mmap
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from gdc.dsl.errors import Error
from gdc.runtime.data.place import Place, shown
from gdc.runtime.data.watching import Reading, reading
from gdc.runtime.values import COMPLEXES, INTS, REALS

LONG = 1 << 20  # bytes: from here on Arrow saves more time than it takes to import
BLOCK = 1 << 20
MISSING = frozenset({"", "na", "n/a", "null", "none"})
TRUE, FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
MARKS = {",": "commas", "\t": "tabs"}
STRANGE = {";": ("semicolons", "write it with commas"), "\t": ("tabs", "call it .tsv"), ",": ("commas", "call it .csv")}
WHOLE = re.compile(r"-?[0-9]+")  # an int where no contract says what is wanted
HEXADECIMAL, MARKED_NAN = re.compile(rb"0[xX]"), re.compile(rb"(?i)nan\(")  # numbers to Arrow, and not to gd


class TextTable:
    """A .csv or .tsv file."""

    def __init__(self, place: Place, separator: str) -> None:
        self.place, self.separator = place, separator
        self.names, self._lines = self._header()

    def _header(self) -> tuple[list[str], int]:
        try:
            with open(self.place.path, encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file, delimiter=self.separator)
                header, lines = next(reader, None), reader.line_num
                first = next(reader, [])
        except UnicodeDecodeError:
            raise self.place.error("this is not a text in UTF-8") from None
        except csv.Error as why:
            raise self.place.error(f"it cannot be read as a table: {why}") from None
        if not header:
            raise self.place.error("it is empty: a table starts with a line of column names")
        for mark, (words, hint) in STRANGE.items():
            if len(header) == 1 and 0 < header[0].count(mark) == sum(cell.count(mark) for cell in first):
                wanted = MARKS[self.separator]
                raise self.place.error(f"its cells are parted by {words}, where {wanted} are wanted", hint)
        return [name.strip() for name in header], lines

    def everything(self) -> list[int]:
        if all(_is_number(name) for name in self.names):
            raise self.place.error(
                "its first line holds numbers, where column names are wanted", "add a line of names"
            )
        return list(range(len(self.names)))

    def values(self, columns: Sequence[int], element: str | None) -> np.ndarray:
        size = self.place.path.stat().st_size
        with reading(self.place.shown, size) as progress:
            values = self._fast(columns, element, progress) if size >= LONG and element not in COMPLEXES else None
            return self._precise(columns, element, progress) if values is None else values

    def cell(self, row: int, column: int) -> tuple[int, str]:
        number, cells = next(itertools.islice(self._rows(), row, None))
        return number, shown(cells[column].strip())

    # -- fast

    def _fast(self, columns: Sequence[int], element: str | None, progress: Reading) -> np.ndarray | None:
        """What Arrow reads; None where it does not understand every cell."""
        import pyarrow as pa

        with open(self.place.path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            if holds_oddities(text, element):
                return None
            quoted = text.find(b'"') >= 0
        kinds = [pa.int64(), pa.float64()]
        if element is not None:
            kinds = [pa.bool_() if element == "bool" else kinds[0] if element in INTS else kinds[1]]
        for kind in kinds:
            try:
                return self._by_arrow(columns, kind, quoted, progress)
            except pa.ArrowInvalid:
                continue
        return None

    def _by_arrow(self, columns: Sequence[int], kind: Any, quoted: bool, progress: Reading) -> np.ndarray | None:
        import pyarrow as pa
        from pyarrow import csv as tables

        taken = [str(k) for k in columns]
        missing = ["NA", "na", "N/A", "n/a", "null", "NULL", "none", "None"] if pa.types.is_floating(kind) else []
        options = {
            "read_options": tables.ReadOptions(
                column_names=[str(k) for k in range(len(self.names))], skip_rows=self._lines, block_size=BLOCK
            ),
            "parse_options": tables.ParseOptions(delimiter=self.separator, newlines_in_values=quoted),
            "convert_options": tables.ConvertOptions(
                column_types=dict.fromkeys(taken, kind), include_columns=taken, null_values=missing,
                true_values=[*TRUE], false_values=[*FALSE],
            ),
        }
        parts = []
        # a file of Arrow's own: its threads must never have to wait for Python's lock
        with pa.OSFile(str(self.place.path)) as file, tables.open_csv(file, **options) as batches:
            for batch in batches:
                part = np.empty((batch.num_rows, len(taken)), kind.to_pandas_dtype())
                for k, column in enumerate(batch.columns):
                    part[:, k] = column.to_numpy(zero_copy_only=False)
                parts.append(part)
                progress.done = file.tell()
        return np.concatenate(parts) if parts else None

    # -- cell by cell

    def _precise(self, columns: Sequence[int], element: str | None, progress: Reading) -> np.ndarray:
        """The values, or an error that names the row and column. Without a contract they are ints where all are."""
        if element is None:
            try:
                return self._by_cell(columns, "whole", progress)
            except Error:
                element = "real"
        return self._by_cell(columns, element, progress)

    def _by_cell(self, columns: Sequence[int], element: str, progress: Reading) -> np.ndarray:
        rows: list[list[Any]] = []
        width = len(self.names)
        try:
            for number, row in self._rows(progress):
                if len(row) != width:
                    raise self.place.error(f"row {number} has {len(row)} cells, and the header has {width}")
                rows.append([self._entry(row[k], number, k, element) for k in columns])
        except csv.Error as why:
            raise self.place.error(f"it cannot be read as a table: {why}") from None
        if not rows:
            kind = {**dict.fromkeys(INTS, np.int64), "bool": np.bool_}.get(element, np.float64)
            return np.empty((0, len(columns)), kind)
        return np.array(rows)

    def _rows(self, progress: Reading | None = None) -> Iterator[tuple[int, list[str]]]:
        """The rows after the header that are not blank, each with the number of its line."""
        with open(self.place.path, "rb") as file:
            text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="backslashreplace", newline="")
            reader = csv.reader(text, delimiter=self.separator)
            next(reader, None)
            for row in reader:
                if row:
                    yield reader.line_num, row
                if progress is not None and not reader.line_num % 4096:
                    progress.done = file.tell()

    def _entry(self, text: str, row: int, column: int, element: str) -> Any:
        """One cell in its element type."""
        word = text.strip()
        fail = lambda words, hint=None: self.place.error(f"row {row}, column {self.names[column]}: {words}", hint)
        if element == "bool":
            if word.lower() in TRUE | FALSE:
                return word.lower() in TRUE
            raise fail(f"{shown(word)} where true or false is wanted")
        if word.lower() in MISSING:
            if element in REALS and word:
                return float("nan")
            hint = "write nan for a missing number" if element in REALS and not word else "fill it, or drop the row"
            raise fail("no value", hint)
        try:
            value = number(word.replace("_", "x"), element)
        except ValueError:
            wanted = "an int" if element in INTS else "a number"
            raise fail(f"{shown(word)} where {wanted} is wanted") from None
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise fail(f"{word} does not fit an int")
        return value


def holds_oddities(text: mmap.mmap, element: str | None) -> bool:
    """Whether Arrow may take for a number what is none in gd. A letter is found sooner than a pattern."""
    if text.find(b"(") >= 0 and MARKED_NAN.search(text):
        return True
    digits = element is None or element in INTS
    return digits and (text.find(b"x") >= 0 or text.find(b"X") >= 0) and bool(HEXADECIMAL.search(text))


def number(word: str, element: str) -> Any:
    """What a cell says. Raises ValueError."""
    if element == "whole" and not WHOLE.fullmatch(word):
        raise ValueError(word)
    if element in (*INTS, "whole"):
        return int(word)
    return complex(word[:-1] + "j" if word.endswith("i") else word) if element in COMPLEXES else float(word)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
