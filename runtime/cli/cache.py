"""`gdc cache`."""

from __future__ import annotations

import re
import time
from typing import Any

import click

from gdc.runtime.cli.scripts import BACKENDS, json_option, program_from, script_arguments
from gdc.runtime.report import SCHEMA

UNITS = {"h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}
TARGETS = ("numpy", "parallel")


@click.group(short_help="Show, explain and prune what is kept of compilations.", invoke_without_command=True)
@json_option
@click.pass_context
def cache(context: click.Context, as_json: bool) -> int | None:
    """Show what is kept of compilations, so that the next run starts at once: what, whose, how large, last used when.

    \b
      gdc cache                          a table
      gdc cache why fit.gd               whether fit.gd would be compiled anew, and why
      gdc cache prune --older 30d        remove what was not used for 30 days
      gdc cache prune --all              remove everything; it is made again when it is needed

    Nothing here is ever wrong to remove, by this command or by hand, while programs run too. What was not used for
    longest goes by itself when the folder holds more than 1 GB.
    """
    if context.invoked_subcommand is not None:
        return None
    from gdc.runtime import cache as kept
    from gdc.runtime import inventory

    found = inventory.things()
    if as_json:
        say_json({"folder": str(kept.root()), "bytes": inventory.total(found), "kept": [as_data(t) for t in found]})
        return 0
    if found:
        print_table(found)
    click.echo(f"{inventory.total(found) / 1e6:.1f} MB in {kept.root()}")
    return 0


@cache.command(short_help="Why a program would be compiled anew.")
@script_arguments
@click.option("--backend", type=click.Choice(BACKENDS[1:]), help="The target.  [default: numpy and parallel]")
@json_option
def why(file: str | None, formula: str | None, strict: bool, precision: str, backend: str | None, as_json: bool) -> int:
    """Say whether a program is kept, and else what differs from the nearest that is: a line of its text, an option, a
    version, the CPU.

    \b
      gdc cache why fit.gd
      gdc cache why fit.gd --backend parallel --precision f32
    """
    from gdc.runtime import inventory

    program = program_from(file, formula, strict=strict, precision=precision)
    is_open = any(not i.declared for i in program._face.inputs)
    found = [
        inventory.reasons(program.facts(target, program._given), program._name, program._text, is_open)
        for target in ((backend,) if backend else TARGETS)
    ]
    if as_json:
        say_json({"targets": [
            {"target": r.target, "kept": r.kept, "nearest": r.nearest, "differs": list(r.differs), "code": r.code}
            for r in found
        ]})
        return 0
    for r in found:
        click.echo(f"{r.target}: {verdict(r)}")
        for line in (*r.differs, *filter(None, [r.code])):
            click.echo(f"  {line}")
    return 0


def verdict(reasons: Any) -> str:
    if reasons.kept:
        return "kept, it is not compiled again"
    if reasons.differs:
        return f"compiled anew; the nearest that is kept is {reasons.nearest}, and differs:"
    return "compiled anew; nothing is kept of it"


@cache.command(short_help="Remove what is kept.")
@click.option("--older", metavar="30d", help="What was not used for so long: 12h, 30d, 8w.  [default: 30d]")
@click.option("--all", "everything", is_flag=True, help="All of it.")
@click.option("--dry-run", is_flag=True, help="Remove nothing, say what would go.")
@json_option
def prune(older: str | None, everything: bool, dry_run: bool, as_json: bool) -> int:
    """Remove what was not used for some time, or everything. It is made again when it is needed.

    \b
      gdc cache prune                    what was not used for 30 days
      gdc cache prune --older 12h --dry-run
      gdc cache prune --all
    """
    if everything and older is not None:
        raise click.UsageError("give --older or --all, not both")
    from gdc.runtime import inventory

    gone = inventory.prune(0.0 if everything else seconds(older or "30d"), dry_run)
    size = inventory.total(gone)
    if as_json:
        say_json({"dry run": dry_run, "bytes": size, "removed": [as_data(t) for t in gone]})
        return 0
    if gone and dry_run:
        print_table(gone)
    files = sum(len(t.files) for t in gone)
    click.echo(f"{'would remove' if dry_run else 'removed'} {files} files, {size / 1e6:.1f} MB")
    return 0


def seconds(text: str) -> float:
    """`30d` as seconds. Raises a usage error."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([hdw])", text.strip())
    if found is None:
        raise click.UsageError(f"--older {text}: write a number of hours, days or weeks, as 12h, 30d, 8w")
    return float(found[1]) * UNITS[found[2]]


def say_json(data: dict[str, Any]) -> None:
    import json

    click.echo(json.dumps({"schema": SCHEMA, **data}, ensure_ascii=False))


def as_data(thing: Any) -> dict[str, Any]:
    target = thing.facts.get("target")
    return {"what": thing.what, "program": thing.program, **({"target": target} if target is not None else {}),
            "bytes": thing.size, "used": thing.used, "files": [str(path) for path in thing.files]}


def print_table(found: list[Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("what", "program"):
        table.add_column(name, overflow="fold")
    for name in ("MB", "last used"):
        table.add_column(name, justify="right", no_wrap=True)
    for thing in found:
        target = thing.facts.get("target")
        what = thing.what + (f", {target or 'interface'}" if target is not None else "")
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(thing.used))
        table.add_row(what, thing.program or "–", f"{thing.size / 1e6:.2f}", when)
    console = Console(highlight=False, markup=False)
    Console(width=console.width if console.is_terminal else 120, highlight=False, markup=False).print(table)
