"""`gdc fmt`."""

from __future__ import annotations

import sys

import click

from gdc.dsl.errors import Error
from gdc.runtime.cli.scripts import script_paths
from gdc.runtime.report import EXIT, complain, say


@click.command(short_help="Put scripts into the house style.")
@click.argument("paths", nargs=-1, metavar="FILE…")
@click.option("--check", is_flag=True, help="Write nothing; name the files that would change, and exit with 1.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
def fmt(paths: tuple[str, ...], check: bool, diff: bool) -> int:
    """Put scripts into the house style: spaces, indentation, blank lines.

    Comments, line breaks in formulas and the textbook's signs stay as they are, and so does the meaning. A FILE may be
    a folder, for all its .gd files, or '-' for standard input, which is printed to standard output.

    \b
      gdc fmt fit.gd                     rewrites the file, if it changes
      gdc fmt --check examples/          for a commit hook
      gdc fmt --diff fit.gd              shows what would change

    Exit codes: 0 ok · 1 --check found a file to change, or a script does not parse (it is left as it is) · 2 usage ·
    3 a file cannot be read or written.
    """
    from gdc.runtime.restyle import restyle, restyled

    if not paths:
        raise click.UsageError("give a FILE, a folder, or '-' for standard input")
    code = 0
    changed = same = 0
    for path in script_paths(paths):
        try:
            if path == "-":
                old = sys.stdin.read()
                new = restyled(old, "<stdin>")
                if not (check or diff):
                    click.echo(new, nl=False)
            else:
                old, new = restyle(path, write=not (check or diff))
        except Error as error:
            complain(error)
            code = max(code, EXIT.get(error.kind, 70))
            continue
        if old == new:
            same += 1
            continue
        changed += 1
        if diff:
            click.echo(difference(path, old, new), nl=False)
        if path != "-":
            say(f"{'would format' if check or diff else 'formatted'} {path}")
    if check and changed:
        code = max(code, 1)
    if changed + same > 1:
        say(f"{changed} {'to change' if check or diff else 'changed'}, {same} as they should be")
    return code


def difference(path: str, old: str, new: str) -> str:
    """A unified diff."""
    import difflib

    lines = difflib.unified_diff(old.splitlines(True), new.splitlines(True), path, path)
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)
