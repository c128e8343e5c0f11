"""What the commands share: the script that a command line names, and the options that change what is compiled."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

import gdc
from gdc.runtime.program import PRECISIONS, Program

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON (schema 1).")
BACKENDS = ("auto", "loops", "numpy", "parallel", "cuda")


def script_arguments(function: Callable[..., Any]) -> Callable[..., Any]:
    """FILE or -e, and the options that change what is compiled."""
    for add in (
        click.option("--strict", is_flag=True, help="Keep the grouping of every formula as written."),
        click.option(
            "--precision",
            type=click.Choice(PRECISIONS),
            default="f64",
            show_default=True,
            help="How wide a real is; a complex is twice as wide.",
        ),
        click.option("-e", "formula", metavar="FORMULA", help="Take the program from here instead of from FILE."),
        click.argument("file", required=False),
    ):
        function = add(function)
    return function


def program_from(file: str | None, formula: str | None, **options: Any) -> Program:
    """The program that the command line names. Raises gdc.Error or a usage error."""
    if (file is None) == (formula is None):
        raise click.UsageError("give a FILE ('-' for standard input) or -e FORMULA" + (", not both" if file else ""))
    if formula is not None:
        return gdc.compile(formula, **options)
    if file == "-":
        return gdc.compile(sys.stdin.read(), name="<stdin>", **options)
    if Path(str(file)).is_dir():
        raise click.UsageError(f"{file} is a folder, not a script")
    if not Path(str(file)).exists():
        raise click.UsageError(f"there is no file {file}" + near(str(file)))
    return gdc.load(str(file), **options)


def near(file: str) -> str:
    import difflib

    try:
        found = difflib.get_close_matches(Path(file).name, os.listdir(Path(file).parent), n=1)
    except OSError:
        return ""
    return f"; did you mean {Path(file).parent / found[0]}?" if found else ""


def script_paths(paths: Sequence[str]) -> list[str]:
    """The scripts that the command line names: files, and all .gd files of folders. Raises a usage error."""
    found: list[str] = []
    for path in paths:
        if path != "-" and Path(path).is_dir():
            inside = sorted(str(p) for p in Path(path).rglob("*.gd") if not any(q.startswith(".") for q in p.parts))
            if not inside:
                raise click.UsageError(f"there is no .gd file in {path}")
            found += inside
        elif path != "-" and not Path(path).is_file():
            raise click.UsageError(f"there is no file {path}" + near(path))
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def type_options(types: Sequence[str]) -> dict[str, str]:
    """`X='real[m, n]'` options as a mapping."""
    found = {}
    for word in types:
        name, sign, text = word.partition("=")
        if not sign or not name.strip():
            raise click.UsageError(f"--type {word}: write NAME='real[m, n]'")
        found[name.strip()] = text.strip().strip("'\"")
    return found
