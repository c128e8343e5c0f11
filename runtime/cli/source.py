"""`gdc source`."""

from __future__ import annotations

import click

from gdc.runtime.cli.scripts import BACKENDS, program_from, script_arguments, type_options


@click.command(short_help="Print the text that runs on a target.")
@script_arguments
@click.option("--backend", type=click.Choice(BACKENDS[1:]), default="numpy", show_default=True, help="The target.")
@click.option(
    "--type", "types", multiple=True, metavar="X='real[m, n]'", help="The type of an input without a contract."
)
def source(
    file: str | None, formula: str | None, strict: bool, precision: str, backend: str, types: tuple[str, ...]
) -> int:
    """Print the text that runs: complete Python that needs only NumPy (and Numba or CuPy).

    \b
      gdc source fit.gd --backend parallel > fit.py
    """
    program = program_from(file, formula, strict=strict, precision=precision, types=type_options(types))
    click.echo(program.source(backend), nl=False)
    return 0
