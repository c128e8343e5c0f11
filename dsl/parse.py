"""Text to tree.

The parser's table is built once per process and kept on disk, named after the grammar and Lark's
version. A statement that does not parse is blanked and the rest read again, so that one run reports
several errors.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import sys
import tempfile
from bisect import bisect_left
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from gdc.dsl import tree
from gdc.dsl.errors import Error
from gdc.dsl.inspection import inspect
from gdc.dsl.layout import Layout, lay_out
from gdc.dsl.mistakes import explain
from gdc.dsl.source import Source
from gdc.dsl.statements import Builder

if TYPE_CHECKING:
    from lark import Lark, Token

MAX_NESTING = 200
MAX_ERRORS = 10
_lock = Lock()


def parse(source: Source) -> tree.Script:
    """The tree of a script; an Error holds further ones in `others`, all in the order of the text."""
    layout = lay_out(source, MAX_NESTING)
    errors = list(layout.errors)
    for offset in layout.unclosed:
        _blank(layout, offset)
    script = None
    text = None
    while script is None and len(errors) < MAX_ERRORS and text != layout.text:
        text = layout.text
        script = _read(source, layout, errors)
    if script is not None and not errors:
        errors += inspect(script, MAX_NESTING)
    if errors:
        errors.sort(key=lambda error: error.span.start if error.span else 0)
        first, *others = errors[:MAX_ERRORS]
        first.others = (*others,)
        raise first
    assert script is not None
    return script


def _read(source: Source, layout: Layout, errors: list[Error]) -> tree.Script | None:
    """One reading; where it fails, keep the error, blank the statement and yield None."""
    from lark.exceptions import UnexpectedInput

    parser, builder = _parser()
    builder.begin(source)
    try:
        script = parser.parse(layout.text)
    except UnexpectedInput as failure:
        error, offset = explain(source, layout, failure)
        if not _blamed(layout, offset):
            errors.append(error)
        _blank(layout, offset)
        return None
    finally:
        faults = builder.faults
        builder.begin(_NOTHING)
    errors += faults
    assert isinstance(script, tree.Script)
    return script


_NOTHING = Source("")


def parse_once(source: Source) -> tree.Script:
    """`parse`, of a text that every script comes with: its tree is kept on disk too, named after it and these rules."""
    files = [f for f in os.scandir(Path(__file__).parent) if f.is_file()]
    rules = sorted(f"{f.name} {f.stat().st_mtime_ns} {f.stat().st_size}" for f in files)
    stamp = hashlib.sha256("\n".join((sys.version, source.text, *rules)).encode()).hexdigest()[:16]
    place = _table_folder() / f"tree-{stamp}.pickle"
    try:
        kept = pickle.loads(place.read_bytes())
        if isinstance(kept, tree.Script):
            return kept
    except Exception:   # whatever a damaged pickle raises
        pass
    script = parse(source)
    _keep(place, pickle.dumps(script))
    return script


def _keep(place: Path, data: bytes) -> None:
    """Writes a file, whole or not at all; a folder that takes none is no matter."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as folder:
            new = Path(folder) / place.name
            new.write_bytes(data)
            os.replace(new, place)
    except OSError:
        pass


BLOCK_BELOW = re.compile(r"\s+\{")
VALUE = re.compile(r"(?::=|←|[^:=<>!]=|[(,])\s*\Z")


def _statement(layout: Layout, offset: int) -> tuple[int, int]:
    """Where the statement at an offset begins and ends."""
    place = bisect_left(layout.edges, offset)
    begin = layout.edges[place - 1] + 1 if place else 0
    return begin, layout.edges[place] if place < len(layout.edges) else len(layout.text)


def _blamed(layout: Layout, offset: int) -> bool:
    """Was a bracket of this statement found wrong already? Then what the parser says is of no more use."""
    begin, finish = _statement(layout, offset)
    return any(error.span is not None and begin <= error.span.start <= finish for error in layout.errors)


def _blank(layout: Layout, offset: int) -> None:
    """Take the statement at an offset out of the text.

    Of one with a block, its header and braces go and the block's statements stay; braces that stand
    for a value go with what they hold.
    """
    begin, finish = _statement(layout, offset)
    finish = _past_brackets(layout, begin, finish)
    if (next_block := BLOCK_BELOW.match(layout.text, finish)) is not None:
        finish = next_block.end() - 1
    if layout.text[finish:finish + 1] == "{" and VALUE.search(layout.text, begin, finish):
        finish = layout.blocks[finish] + 1
    while layout.text[finish:finish + 1] == "{":
        closing = layout.blocks[finish]
        layout.text = layout.text[:begin] + "\n" + _spaces(layout.text, begin, finish + 1)[begin + 1:]
        layout.text = layout.text[:closing] + "\n" + layout.text[closing + 1:]
        begin = closing + 1
        if not layout.text[begin:].lstrip().startswith("else"):
            return
        finish = _statement(layout, begin)[1]
    layout.text = _spaces(layout.text, begin, finish)


def _past_brackets(layout: Layout, begin: int, finish: int) -> int:
    """Where a statement ends whose brackets hold a `;`, as `[1, 2; 3, 4]` or a `for` of C."""
    while layout.text[finish:finish + 1] == ";":
        part = layout.text[begin:finish]
        if sum(map(part.count, "([")) <= sum(map(part.count, ")]")):
            break
        finish = _statement(layout, finish + 1)[1]
    return finish


def _spaces(text: str, begin: int, finish: int) -> str:
    return text[:begin] + " " * (finish - begin) + text[finish:]


def tokens(source: Source) -> list[Token]:
    """What the parser reads of a script that parses: every token with its place, `_NL` where a statement ends."""
    parser, builder = _parser()
    builder.begin(source)
    try:
        return list(parser.parse_interactive(lay_out(source, MAX_NESTING).text).iter_parse())
    finally:
        builder.begin(_NOTHING)


# --- the parser --------------------------------------------------------------------------------


def _parser() -> tuple[Lark, Builder]:
    """One parser for all threads; the lock keeps two from building it at once."""
    with _lock:
        return _make_parser()


@cache
def _make_parser() -> tuple[Lark, Builder]:
    import lark

    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    builder = Builder()

    def build(table: str | bool) -> Lark:
        return lark.Lark(grammar, parser="lalr", lexer="contextual", start="script", maybe_placeholders=False,
                         transformer=builder, cache=table)

    stamp = f"{lark.__version__} {sys.version_info[:2]} {grammar}"
    table = _table_folder() / f"grammar-{hashlib.sha256(stamp.encode()).hexdigest()[:16]}.lark"
    return (build(str(table)) if table.is_file() else _build_and_keep(build, table)), builder


def _table_folder() -> Path:
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("gdc", appauthor=False))


def _build_and_keep(build: Callable[[str | bool], Lark], table: Path) -> Lark:
    """Build the parser and write its table, whole or not at all; a folder that takes no file is no matter."""
    try:
        table.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=table.parent) as folder:
            new = Path(folder) / table.name
            parser = build(str(new))
            os.replace(new, table)
            return parser
    except OSError:
        return build(False)
