"""Results to files, by the ending of the name.

    .npz                        every output, and every trace as trace_J
    a folder                    the same, a .npy file each
    .json                       the same, as `gdc run --json` prints it, with every entry
    .npy                        one output
    .csv .tsv .parquet .arrow .feather      outputs as columns: a vector is one, a matrix M is M_0, M_1, …
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gdc.dsl.errors import Error
from gdc.runtime.data.place import TABLES, TEXTS
from gdc.runtime.data.whole import written

ARCHIVES = (".npz", ".json")
PLACES = f"a {', '.join((*ARCHIVES, '.npy', *TABLES[:-1]))} or {TABLES[-1]} file, or a folder"
ROWS_AT_ONCE = 10_000

Ranks = Mapping[str, int | None]


def check_place(path: str | Path, ranks: Ranks) -> Path:
    """The place for values of these names and ranks (None: not known yet), before a run and not after it.

    Raises Error of kind "data" for a name that is neither a folder nor of a format that can hold them.
    """
    target = Path(os.path.expanduser(path))
    ending = target.suffix.lower()
    known = ending in (".npy", *ARCHIVES, *TABLES)
    if target.is_dir() if known else target.is_file() or (ending and not target.is_dir()):
        raise Error("data", f"{target}: results are written to {PLACES}")
    if ending == ".npy" and len(ranks) != 1:
        raise Error("data", f"{target}: a .npy file holds one array, and there are {listed(ranks)}",
                    hint=f"{target.with_suffix('.npz')} holds all; {next(iter(ranks), 'NAME')}={target} takes one")
    deep = [name for name, rank in ranks.items() if rank is not None and rank > 2]
    if ending in TABLES and deep:
        raise Error("data", f"{target}: {deep[0]} has {ranks[deep[0]]} axes, and a table has two",
                    hint=f"{target.with_suffix('.npz')} and {target.with_suffix('.json')} hold arrays of any rank")
    return target


def listed(names: Sequence[str] | Ranks) -> str:
    return f"{len(names)} ({', '.join(names)})" if names else "none"


def write_results(path: str | Path, outputs: Mapping[str, Any], traces: Mapping[str, Any]) -> list[Path]:
    """Writes outputs, and traces where the format holds both. Returns what was written.

    Raises Error of kind "data" where the place takes no file, or the format not these values.
    """
    values = {name: np.asarray(value) for name, value in outputs.items()}
    kept = {name: np.asarray(value) for name, value in traces.items()}
    target = check_place(path, {name: value.ndim for name, value in values.items()})
    if target.suffix.lower() == ".json":
        return write(target, {"outputs": values, "traces": kept})
    if target.suffix.lower() in (".npy", *TABLES):
        return write(target, {"outputs": values})
    return write(target, {"outputs": values | {f"trace_{name}": value for name, value in kept.items()}})


def write_traces(path: str | Path, traces: Mapping[str, Any]) -> list[Path]:
    """Writes traces. A table has a row for each step, and a first column that counts the steps from 0."""
    kept = {name: np.asarray(value) for name, value in traces.items()}
    target = check_place(path, {name: value.ndim for name, value in kept.items()})
    if target.suffix.lower() not in TABLES:
        return write(target, {"traces": kept})
    step = "step"
    while step in kept:
        step += "_"
    return write(target, {"traces": {step: np.arange(max(map(len, kept.values()), default=0)), **kept}})


def write(target: Path, groups: Mapping[str, Mapping[str, np.ndarray]]) -> list[Path]:
    """Groups of named arrays in the format of a file's name. Only .json tells the groups apart."""
    ending = target.suffix.lower()
    values = {name: value for group in groups.values() for name, value in group.items()}
    try:
        if ending == ".npz":
            return [written(target, lambda file: write_npz(file, values))]
        if ending == ".npy":
            return [written(target, npy(*values.values()))]
        if ending == ".json":
            return [written(target, lambda file: file.write(json_text(groups).encode()))]
        if ending in TEXTS:
            return [written(target, lambda file: write_text(file, columns_of(target, values), TEXTS[ending]))]
        if ending in TABLES:
            return [written(target, lambda file: write_arrow(file, columns_of(target, values), ending))]
        target.mkdir(parents=True, exist_ok=True)
        return [written(target / f"{name}.npy", npy(value)) for name, value in values.items()]
    except OSError as why:
        raise Error("data", f"{target} cannot be written: {why.strerror or why}") from None


def npy(value: np.ndarray) -> Callable[[Any], None]:
    return lambda file: np.save(file, value)


def write_npz(file: Any, values: Mapping[str, np.ndarray]) -> None:
    """What np.savez writes, which takes no array that is called `file`."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, value in values.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, value, allow_pickle=False)


def json_text(groups: Mapping[str, Mapping[str, np.ndarray]]) -> str:
    import json

    from gdc.runtime.report import SCHEMA
    from gdc.runtime.show import value_json

    found = {group: {name: value_json(v, most=None) for name, v in values.items()} for group, values in groups.items()}
    return json.dumps({"schema": SCHEMA, **found}, ensure_ascii=False) + "\n"


# --- tables ------------------------------------------------------------------------------------


def columns_of(target: Path, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Vectors by name: a scalar is a column of one row, a matrix has a column for each of its own."""
    found: dict[str, np.ndarray] = {}
    for name, value in values.items():
        parts = {f"{name}_{k}": value[:, k] for k in range(value.shape[1])} if value.ndim == 2 else {
            name: value.reshape(-1)}
        for column, entries in parts.items():
            if column in found:
                raise Error("data", f"{target}: two columns would be called {column}", hint="rename an output")
            found[column] = entries
    return found


def write_text(file: Any, columns: Mapping[str, np.ndarray], separator: str) -> None:
    """A line of names, then a line a row. A column that ends before others ends in empty cells."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    lines = csv.writer(text, delimiter=separator, lineterminator="\n")
    lines.writerow(columns)
    rows = max(map(len, columns.values()), default=0)
    for start in range(0, rows, ROWS_AT_ONCE):
        stop = min(start + ROWS_AT_ONCE, rows)
        cells = [texts(column[start:stop]) for column in columns.values()]
        lines.writerows(zip(*(words + [""]*(stop - start - len(words)) for words in cells)))
    text.flush()
    text.detach()


def texts(entries: np.ndarray) -> list[str]:
    """Entries in the fewest figures that stand for them and no others."""
    if entries.dtype.kind == "b":
        return ["true" if entry else "false" for entry in entries.tolist()]
    if entries.dtype.kind == "c":
        return [f"{real}{'' if imag[0] == '-' else '+'}{imag}i"
                for real, imag in zip(texts(entries.real), texts(entries.imag))]
    return [str(entry) for entry in (entries if entries.dtype == np.float32 else entries.tolist())]


def write_arrow(file: Any, columns: Mapping[str, np.ndarray], ending: str) -> None:
    """Typed columns. A column that ends before others ends in nulls; a complex one has two fields, real and imag."""
    import pyarrow as pa

    rows = max(map(len, columns.values()), default=0)
    table = pa.table({name: filled(entries, rows) for name, entries in columns.items()})
    if ending == ".parquet":
        from pyarrow.parquet import write_table

        write_table(table, file.name)
    else:
        with pa.OSFile(file.name, "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)


def filled(entries: np.ndarray, rows: int) -> Any:
    import pyarrow as pa

    if entries.dtype.kind == "c":
        parts = [pa.array(np.ascontiguousarray(part)) for part in (entries.real, entries.imag)]
        column: Any = pa.StructArray.from_arrays(parts, ["real", "imag"])
    else:
        column = pa.array(np.ascontiguousarray(entries))
    return pa.concat_arrays([column, pa.nulls(rows - len(column), column.type)]) if len(column) < rows else column
