"""Values on the command line: `--input X=d.csv:area,rooms` and `--set a=0.1`."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import click

from gdc.runtime.bind import normal

IMAGINARY = re.compile(r"(?<=[0-9.])i\b")  # that ends a number
WORDS = {
    "true": True,
    "false": False,
    "inf": float("inf"),
    "-inf": float("-inf"),
    "nan": float("nan"),
    "∞": float("inf"),
}


@cache
def spec() -> re.Pattern[str]:
    """A file and its members: `d.csv:area,rooms`."""
    from gdc.runtime.data import ENDINGS

    return re.compile(rf"(.+?(?:{'|'.join(map(re.escape, ENDINGS))}))(?::(.+))?", re.IGNORECASE | re.DOTALL)


def pair(option: str, word: str) -> tuple[str, str]:
    """`X=path` as its two sides. Raises a usage error."""
    name, sign, value = word.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise click.UsageError(f"{option} {word}: write {option} NAME={'PATH' if option == '--input' else 'VALUE'}")
    return normal(name.strip()), value.strip()


def input_values(words: Sequence[str], face: Any) -> dict[str, Any]:
    """The files that --input names, read as the inputs' contracts say. Raises gdc.Error of kind data."""
    from gdc.runtime.data import read_value

    contracts = {i.name: i for i in face.inputs}
    found = {}
    for word in words:
        name, text = pair("--input", word)
        if name in found:
            raise click.UsageError(f"--input {name} is given twice")
        path, members = split(text)
        i = contracts.get(name)
        element, rank = (i.element, len(i.dims)) if i is not None and i.declared else (None, None)
        finite = i is not None and i.finite
        found[name] = read_value(path, members, None, element, rank, None, name, finite)
    return found


def split(text: str) -> tuple[str, tuple[str, ...]]:
    """`d.csv:area,rooms` as the path and the members."""
    match = spec().fullmatch(text)
    if match is None or Path(text).is_file():
        return text, ()
    return match[1], tuple(m.strip() for m in match[2].split(",")) if match[2] else ()


def split_place(option: str, word: str, names: Sequence[str]) -> tuple[tuple[str, ...] | None, str]:
    """`w,b=fit.csv` as the names and the path; None where none are named. Raises a usage error for an unknown name."""
    left, sign, path = word.partition("=")
    if not sign or Path(word).exists() or any(letter in left for letter in "/\\."):
        return None, word
    chosen = tuple(normal(name.strip()) for name in left.split(","))
    strange = [name for name in chosen if name not in names]
    if strange or not path.strip():
        words = f"there is no {strange[0] or 'name'}; there is {', '.join(names)}" if strange else "give a path"
        raise click.UsageError(f"{option} {word}: {words}")
    return chosen, path.strip()


def setting_values(words: Sequence[str]) -> dict[str, Any]:
    """The numbers, truth values and lists that --set gives. Raises a usage error."""
    found = {}
    for word in words:
        name, text = pair("--set", word)
        if name in found:
            raise click.UsageError(f"--set {name} is given twice")
        found[name] = setting(name, text)
    return found


def setting(name: str, text: str) -> Any:
    """`0.1`, `true`, `1+2i`, `[1, 2]` as a value. Nothing is evaluated."""
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    try:
        value = ast.literal_eval(IMAGINARY.sub("j", text))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        value = None
    if isinstance(value, (bool, int, float, complex, list)):
        return value
    raise click.UsageError(
        f"--set {name}={text}: a setting is a number, true, false, or a list of numbers"
        + (f"; a file is given by --input {name}={text}" if spec().fullmatch(text) else "")
    )
