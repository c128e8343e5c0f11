"""The problems: a program NAME.gd and its peers NAME.py, at one or more sizes."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Case:
    """A problem at one size. `scaled`: (input, count, peers) where peers take fewer rounds and their time is scaled."""

    path: Path
    label: str
    size: dict[str, int]
    about: str
    scaled: tuple[str, int, tuple[str, ...]] | None

    @property
    def title(self) -> str:
        return f"{self.path.stem}:{self.label}" if self.label else self.path.stem


def cases(folder: Path, only: Sequence[str]) -> list[Case]:
    """Those that are named, by a problem (at all sizes) or by a problem and a size; else all. Names of none end it."""
    found = [case for path in sorted(folder.glob("*.gd")) for case in sizes(path)]
    strange = [name for name in only if not any(name in (case.title, case.path.stem) for case in found)]
    if strange:
        sys.exit(f"there is no problem {strange[0]}; --list shows them")
    return [case for case in found if not only or case.title in only or case.path.stem in only]


def sizes(path: Path) -> Iterator[Case]:
    """The cases of one problem; its file of peers is read, and not run: it may import what is slow."""
    tree = ast.parse(path.with_suffix(".py").read_text(encoding="utf-8"))
    facts: dict[str, Any] = {
        statement.targets[0].id: ast.literal_eval(statement.value)
        for statement in tree.body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }
    about = (ast.get_docstring(tree) or "").splitlines()[0]
    for label, size in facts["SIZES"].items():
        yield Case(path, label, size, about, facts.get("SCALED", {}).get(label))
