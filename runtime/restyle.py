"""`gdc fmt` on files: read, formatted, and written whole or not at all, with its own permissions and line ends."""

from __future__ import annotations

import codecs
import os
import tempfile
from pathlib import Path

from gdc.dsl.errors import Error
from gdc.dsl.format import formatted
from gdc.dsl.source import Source


def restyled(text: str, name: str) -> str:
    """The text in the house style. Raises gdc.Error where it does not parse."""
    return formatted(Source(text, name))


def restyle(path: str, write: bool) -> tuple[str, str]:
    """Puts a file into the house style; what it was and what it is, or would be. Raises gdc.Error."""
    try:
        data = Path(path).read_bytes()
        old = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as why:
        raise Error("data", f"{path} is not a text in UTF-8 (byte {why.start})") from None
    except OSError as why:
        raise Error("data", f"{path} cannot be read: {why.strerror or why}") from None
    ends = "\r\n" if "\r\n" in old else "\n"
    new = restyled(old.replace("\r\n", "\n"), path).replace("\n", ends)
    if write and new != old:
        mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        try:
            replace_whole(Path(os.path.realpath(path)), mark + new.encode("utf-8"))
        except OSError as why:
            raise Error("data", f"{path} cannot be written: {why.strerror or why}") from None
    return old, new


def replace_whole(path: Path, data: bytes) -> None:
    """Puts other bytes into a file that is there; whoever reads it sees the old ones or the new ones."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(draft, path.stat().st_mode & 0o7777)
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
