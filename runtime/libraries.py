"""The files that a script takes functions from, read once, when the program is made."""

from __future__ import annotations

import re
from pathlib import Path

from gdc.dsl.errors import Error
from gdc.dsl.source import Source, Span

USES = re.compile(r'\buse\s*"')


def libraries_of(text: str, name: str, files: bool, folder: str | None) -> tuple[tuple[str, str], ...]:
    """(path, text) of each used file. Raises gdc.Error where one cannot be read, or where the host allows none."""
    if not USES.search(text):
        return ()
    from gdc.dsl.uses import collect

    home = Path(folder) if folder is not None else Path()

    def read(path: str, span: Span) -> str:
        if not files:
            raise Error("data", f"the functions come from a file, {path}, and this host allows none", span,
                        "copy the functions into the script")
        place = home / path
        if not place.is_file():
            raise Error("data", f"there is no file {place}", span, "the path is relative to the file that uses it")
        try:
            return place.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as why:
            raise Error("data", f"{place} is not a text in UTF-8 (byte {why.start})", span) from None
        except OSError as why:
            raise Error("data", f"{place} cannot be read: {why.strerror or why}", span) from None

    return tuple(sorted(collect(Source(text, name), read).items()))
