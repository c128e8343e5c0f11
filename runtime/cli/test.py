"""`gdc test`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

import gdc
from gdc.dsl.errors import Error
from gdc.runtime.cli.scripts import BACKENDS, json_option, script_paths
from gdc.runtime.report import SCHEMA, complain, say


@click.command(short_help="Run the tests that scripts carry in their leading comments.")
@click.argument("paths", nargs=-1, metavar="FILE…")
@click.option(
    "--backend",
    "targets",
    type=click.Choice(BACKENDS[1:]),
    multiple=True,
    help="Only this target (may be given again).  [default: every target that this machine can use]",
)
@click.option("--timeout", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="Give up a run after this.")
@json_option
def test(paths: tuple[str, ...], targets: tuple[str, ...], timeout: float | None, as_json: bool) -> int:
    """Run the tests that scripts carry in their leading comments, on every target that this machine can use.

    \b
      # Least squares through three points.
      # input x = [0, 1, 2]
      # input y = [1.0, 3.0, 5.0]
      # expect slope = 2.0
      # expect offset = np.mean(y) - 2*np.mean(x)
      # tolerance 1e-12

    \b
    A value is a NumPy formula over the inputs above it. Further lines: expect trace J = …, expect only a, b (the
    outputs, in order), exact (bit for bit), and error index 3: words (the script must be refused there).
    A FILE may be a folder, for all its .gd files; those without a test are counted and left out.

    \b
      gdc test fit.gd
      gdc test lessons/ --backend loops --backend numpy

    Exit codes: 0 all passed · 1 a test failed or cannot be read · 2 usage, or there is no test.
    """
    from gdc.runtime import machine, testing

    if not paths:
        raise click.UsageError("give a FILE or a folder")
    chosen = list(dict.fromkeys(targets)) or [b.name for b in machine.backends() if b.usable]
    found: list[testing.Outcome] = []
    untested, unread = [], 0
    scripts = script_paths(paths)
    for k, path in enumerate(scripts):
        try:
            case = testing.read_case(path)
        except Error as error:
            complain(error)
            unread += 1
            continue
        if not case.says_something:
            untested.append(path)
            continue
        with working(f"{k + 1}/{len(scripts)} {path}"):
            found += testing.outcomes(gdc.load, path, case, chosen, timeout)
    if as_json:
        import json

        click.echo(json.dumps(testing.as_json(found, untested, SCHEMA), ensure_ascii=False))
    elif found:
        show_tests(found, chosen)
    if untested:
        say(f"without a test (no `# expect` or `# error` line): {', '.join(untested[:5])}"
            + (f" and {len(untested) - 5} more" if len(untested) > 5 else ""))
    if unread or not all(o.passed for o in found):
        return 1
    return 0 if found else 2


def show_tests(found: Sequence[Any], targets: Sequence[str]) -> None:
    """The table, then each failure with the line of the header that it breaks."""
    from gdc.runtime import show, testing

    click.echo(show.table(testing.rows(found, targets)))
    for path, where, error in testing.grouped(found):
        click.echo(f"\n{path} on {', '.join(where)}:")
        click.echo("".join(text for text, _ in error.pieces()).rstrip("\n"))
    failed = sum(not o.passed for o in found)
    scripts = len({o.path for o in found})
    click.echo(f"\n{scripts} script{'s' * (scripts != 1)}, {len(found)} runs: "
               + (f"{failed} failed" if failed else "all passed"))


@contextmanager
def working(what: str) -> Iterator[None]:
    """Names what is going on, where standard error is a terminal."""
    shown = sys.stderr.isatty()
    if shown:
        click.echo(f"\r\x1b[K{what}", err=True, nl=False)
    try:
        yield
    finally:
        if shown:
            click.echo("\r\x1b[K", err=True, nl=False)
