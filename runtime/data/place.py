"""A file that a value is read from: where errors about it point, and the names that they offer."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path

from gdc.dsl.errors import Error
from gdc.dsl.source import Span

TEXTS = {".csv": ",", ".tsv": "\t"}  # and what parts their cells
TABLES = (*TEXTS, ".parquet", ".arrow", ".feather")


class Place:
    """Where errors of one file point."""

    def __init__(self, path: Path, shown: str, span: Span | None) -> None:
        self.path, self.shown, self.span = path, shown, span

    def error(self, message: str, hint: str | None = None) -> Error:
        return Error("data", f"{self.shown}: {message}", self.span, hint)


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


def did_you_mean(name: str, names: Sequence[str]) -> str | None:
    near = difflib.get_close_matches(name, names, n=1) or [n for n in names if n.lower() == name.lower()]
    return f"did you mean {near[0]}?" if near else None


def shown(word: str) -> str:
    return f'"{word[:40]}{"…" if len(word) > 40 else ""}"'
