"""`gdc backends`."""

from __future__ import annotations

import sys

import click

import gdc
from gdc.runtime.cli.scripts import json_option
from gdc.runtime.report import SCHEMA


@click.command(short_help="List the targets and what this machine can use.")
@json_option
def backends(as_json: bool) -> int:
    """List the targets, what this machine can use, and what is missing for the rest."""
    from gdc.runtime import machine, show

    found = list(machine.backends())
    facts = {
        "gdc": gdc.__version__,
        "Python": sys.version.split()[0],
        "cores": machine.cores(),
        "threads": machine.threads(),
        "free memory": machine.free_memory(),
        "BLAS": machine.blas(),
    }
    if as_json:
        import json

        click.echo(
            json.dumps(
                {
                    "schema": SCHEMA,
                    "machine": facts,
                    "backends": [
                        {"name": b.name, "usable": b.usable, "about": b.about, "hint": b.hint, "emulated": b.emulated}
                        for b in found
                    ],
                }
            )
        )
        return 0
    rows = [["backend", "usable", ""]] + [[b.name, "yes" if b.usable else "no", b.about] for b in found]
    click.echo(show.table(rows))
    for b in found:
        if b.hint and not b.usable:
            click.echo(f"{b.name}: {b.hint}")
    from gdc.runtime.bind import bytes_text

    click.echo(
        f"\ngdc {facts['gdc']}, Python {facts['Python']}, {facts['cores']} cores, {facts['threads']} threads, "
        f"{bytes_text(machine.free_memory())} of memory free\nBLAS: {'; '.join(machine.blas()) or 'none found'}"
    )
    return 0
