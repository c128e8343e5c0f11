"""`gdc help`."""

from __future__ import annotations

import difflib
from functools import partial

import click

import gdc
from gdc.dsl import elsewhere


@click.command(short_help="Look up a function, a statement or an operator.")
@click.argument("name", required=False)
def help(name: str | None) -> int:
    """Look up a function, a statement or an operator: its meaning, an example with what it gives, its types.

    \b
      gdc help                  everything that there is
      gdc help sort
      gdc help repeat
      gdc help "@"
    """
    from gdc.compiler.manual.topics import overview, topic, topics
    from gdc.runtime.examples import outcome

    if name is None:
        click.echo(overview())
        return 0
    found = topic(name, partial(outcome, gdc.compile, "loops"))
    if found is None:
        close = difflib.get_close_matches(name, topics(), n=3)
        meant = f"did you mean {' or '.join(close)}?" if close else "`gdc help` lists all"
        hint = elsewhere.instead(name, []) or meant
        raise click.UsageError(f"there is no {name} in gd: {hint}")
    click.echo(found)
    return 0
