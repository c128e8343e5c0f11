"""`use "stats.gd" as st`: which file a path means, and the texts of all the files that a script needs.

A file is known by its path from the script's own folder, with `/`. It must lie in that folder or below it, so that a
script of unknown origin can name nothing else.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping

from gdc.dsl import tree
from gdc.dsl.errors import Error
from gdc.dsl.parse import parse
from gdc.dsl.source import Source, Span

Read = Callable[[str, Span], str]
"""The text of the file at a path, which a place in a script asks for. Raises gdc.Error."""


def path_of(use: tree.Use, importer: str) -> str:
    """The file that a `use` means in the file `importer` ("" is the script). Raises gdc.Error."""
    path = use.path
    if path.startswith(("/", "~")) or "\\" in path or ":" in path or not path.isprintable():
        raise Error("data", f"`{path}` is not a path relative to this file", use.span,
                    'write the way from this file, with /: use "lib/stats.gd" as st')
    if not path.endswith(".gd"):
        raise Error("data", f"`{path}` is not a .gd file: only another script's functions can be used", use.span)
    found = posixpath.normpath(posixpath.join(posixpath.dirname(importer), path))
    if found.startswith("../"):
        raise Error("data", f"`{path}` lies outside the script's folder", use.span,
                    "put the file into that folder or below it")
    return found


def shown_name(path: str, script: str) -> str:
    """What messages call a used file."""
    return path if script.startswith("<") else posixpath.join(posixpath.dirname(script), path)


def uses(script: tree.Script) -> list[tree.Use]:
    return [s for s in script.statements if isinstance(s, tree.Use)]


def collect(source: Source, read: Read) -> dict[str, str]:
    """The text of every file that a script uses, and that those use, by path. Raises gdc.Error."""
    texts: dict[str, str] = {}
    todo: list[tuple[tree.Use, str, tuple[str, ...]]] = [(u, "", ()) for u in reversed(uses(parse(source)))]
    while todo:
        use, importer, chain = todo.pop()
        path = path_of(use, importer)
        if path in chain:
            raise Error("data", f"files use each other in a circle: {' → '.join((*chain, path))}", use.span,
                        "put what both need into a third file")
        if path not in texts:
            texts[path] = read(path, use.span)
        inner = parse(Source(texts[path], shown_name(path, source.name)))
        todo += [(u, path, (*chain, path)) for u in reversed(uses(inner))]
    return texts


def libraries(source: Source, texts: Mapping[str, str]) -> dict[str, Source]:
    """The used files as sources, by path."""
    return {path: Source(text, shown_name(path, source.name)) for path, text in texts.items()}
