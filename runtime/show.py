"""Results as aligned tables and as JSON: what `gdc run` prints."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gdc.dsl.excerpt import width
from gdc.runtime.report import SCHEMA

FIRST = 5  # entries of an array that are shown
SINGLE_FIGURES = 7  # that a number of 32 bits holds
MOST_ENTRIES = 10_000  # of an array in JSON; a larger one is summarised only


def table(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Columns two spaces apart; those in `right` are aligned to the right. The first row is the header."""
    widths = [max(width(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            " " * (widths[k] - width(c)) + c if k in right else c + " " * (widths[k] - width(c))
            for k, c in enumerate(row)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def outputs_table(values: Mapping[str, Any]) -> str:
    """name, shape, dtype, min, mean, max, value or first entries."""
    rows = [["output", "shape", "type", "min", "mean", "max", "value"]]
    rows += [[name, *row(value)] for name, value in values.items()]
    if all(not r[1] for r in rows[1:]):
        rows = [[r[0], r[2], r[6]] for r in rows]
        return table(rows)
    return table(rows, right=(3, 4, 5))


def row(value: Any) -> list[str]:
    """One value's cells."""
    array = np.asarray(value)
    kind = str(array.dtype)
    if not array.ndim:
        return ["", kind, "", "", "", number(array[()], 10)]
    shape = str(list(array.shape))
    if array.dtype.kind == "c":     # numbers without an order
        least, mean, greatest = "", number(array.mean()) if array.size else "nan", ""
    else:
        least, mean, greatest = (number(x) for x in summary(array))
    first = ", ".join(number(x) for x in array.ravel()[:FIRST])
    return [shape, kind, least, mean, greatest, first + (", …" if array.size > FIRST else "")]


def summary(array: np.ndarray) -> tuple[Any, Any, Any]:
    """min, mean and max; nan for an empty array, nan where any entry is."""
    if not array.size:
        return (math.nan,) * 3
    with np.errstate(all="ignore"):
        return array.min(), array.mean(), array.max()


def number(value: Any, figures: int = 6) -> str:
    """A number in so many figures."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (np.float32, np.complex64)):
        figures = min(figures, SINGLE_FIGURES)
    if isinstance(value, (complex, np.complexfloating)):
        return f"{value.real:.{figures}g}{value.imag:+.{figures}g}i"
    return f"{float(value):.{figures}g}"


def traces_table(traces: Mapping[str, Any]) -> str:
    """name, rounds, first → last."""
    rows = [["trace", "rounds", "first → last"]]
    for name, kept in traces.items():
        if not len(kept):
            words = "never reached"
        elif kept.ndim > 1:
            words = f"each {list(kept.shape[1:])} {kept.dtype}"
        else:
            words = f"{number(kept[0])} → {number(kept[-1])}"
        rows.append([name, str(len(kept)), words])
    return table(rows, right=(1,))


# --- JSON --------------------------------------------------------------------------------------


def result_json(result: Any) -> dict[str, Any]:
    """A result as plain data, schema 1."""
    return {
        "schema": SCHEMA,
        "backend": result.backend,
        "why": result.why,
        "time": result.time,
        "interrupted": result.interrupted,
        "cached": result.cached,
        "outputs": {name: value_json(value) for name, value in result.items()},
        "traces": {name: value_json(value) for name, value in result.trace.items()},
    }


def value_json(value: Any, most: int | None = MOST_ENTRIES) -> dict[str, Any]:
    """{"shape", "dtype", "min", "mean", "max", "value"}; of more than `most` entries {"first"} instead of the value."""
    array = np.asarray(value)
    found: dict[str, Any] = {"shape": list(array.shape), "dtype": str(array.dtype)}
    if array.ndim and array.dtype.kind != "c" and array.size:
        found.update(zip(("min", "mean", "max"), (plain(x) for x in summary(array))))
    if most is None or array.size <= most:
        return {**found, "value": plain(entries(array))}
    return {**found, "first": plain(entries(array.ravel()[:FIRST]))}


def entries(array: np.ndarray) -> Any:
    """Nested lists; what is of 32 bits in the fewest figures that stand for it."""
    if array.dtype in (np.float32, np.complex64):
        wide = array.astype(np.float64 if array.dtype == np.float32 else np.complex128)
        parts = wide.reshape(-1).view(np.float64)
        parts[:] = [float(str(x)) for x in array.reshape(-1).view(np.float32)]
        return wide.tolist()
    return array.tolist()


def plain(value: Any) -> Any:
    """Numbers that JSON knows; nan and infinities as text, complex as [real, imag]."""
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, complex):
        return [plain(value.real), plain(value.imag)]
    return value if not isinstance(value, float) or math.isfinite(value) else str(value)
