"""Plans kept from one process to the next: one file each, named by the hash of all that a plan depends on.

Its first line says these facts as JSON (for `gdc cache`), its second is the plan. Files appear whole or not at all; one
that cannot be read is as good as none; a folder that takes no file is no matter. See also kept.py and inventory.py.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from gdc.runtime.load import write_whole

ROOMS = ("dsl", "compiler")
ENDINGS = (".py", ".lark", ".gd")
DAY = 86400.0


def key(facts: Mapping[str, Any]) -> str:
    """The name of a plan: what it depends on, as plain data."""
    words = json.dumps(facts, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(words.encode()).hexdigest()[:40]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


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
    path = folder() / f"{name}.json"
    try:
        kept = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    used(path)
    return kept.partition("\n")[2]


def write(name: str, text: str, facts: Mapping[str, Any]) -> None:
    """Keeps a plan, if the folder takes it."""
    words = json.dumps(facts, ensure_ascii=False, default=str)
    with suppress(OSError, UnicodeEncodeError):
        write_whole(folder() / f"{name}.json", f"{words}\n{text}")
        thin_out()


def used(path: Path) -> None:
    """A file's time is that of its last use, to a day: what is not used goes first."""
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > DAY:
            os.utime(path)


def thin_out() -> None:
    """Now and then the oldest files go, so that what is kept stays small."""
    if os.getpid() % 50 == 0:
        from gdc.runtime.inventory import keep_small

        keep_small()
