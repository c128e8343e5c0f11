"""Plans kept from one process to the next: one JSON file each, named by the hash of all that a plan depends on.

Files appear whole or not at all; one that cannot be read is as good as none; a folder that takes no file is no matter.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from gdc.runtime.load import write_whole

ROOMS = ("dsl", "compiler")
ENDINGS = (".py", ".lark", ".gd")
MOST_FILES = 2000


def key(*parts: Any) -> str:
    """The name of a plan: its parts (plain data) and the state of the compiler itself."""
    words = json.dumps([stamp(), *parts], sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(words.encode()).hexdigest()[:40]


@cache
def stamp() -> str:
    """The compiler's own files: a changed compiler reads none of its old plans."""
    home = Path(__file__).resolve().parents[1]
    words = sorted(word for room in ROOMS for word in _files(str(_room(home, room))))
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def _room(home: Path, room: str) -> Path:
    return home / room


def _files(folder: str) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=True):
            if entry.name != "__pycache__":
                yield from _files(entry.path)
        elif entry.name.endswith(ENDINGS):
            state = entry.stat()
            yield f"{entry.path} {state.st_mtime_ns} {state.st_size}"


def root() -> Path:
    """Where all that is kept lies."""
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("gdc", appauthor=False))


def folder() -> Path:
    return root() / "plans"


def read(name: str) -> str | None:
    """A plan's JSON, None where there is none."""
    try:
        return (folder() / f"{name}.json").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def write(name: str, text: str) -> None:
    """Keeps a plan, if the folder takes it."""
    try:
        write_whole(folder() / f"{name}.json", text)
        thin_out()
    except (OSError, UnicodeEncodeError):
        pass


def thin_out() -> None:
    """Now and then the oldest files go, so that the folder stays small."""
    if os.getpid() % 50:
        return
    files = sorted(folder().glob("*.json"), key=lambda path: path.stat().st_mtime)
    for path in files[:-MOST_FILES]:
        path.unlink(missing_ok=True)
