"""Which file is being read just now, for whoever shows progress."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Reading:
    """A file that is being read: its bytes, and how many are done (0 where nobody counts)."""

    name: str
    size: int
    done: int = 0


_now: list[Reading] = []


@contextmanager
def reading(name: str, size: int) -> Iterator[Reading]:
    entry = Reading(name, size)
    _now.append(entry)
    try:
        yield entry
    finally:
        _now.remove(entry)


def being_read() -> Reading | None:
    """The file that was begun last."""
    return _now[-1] if _now else None
