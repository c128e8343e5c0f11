"""`gdc run`."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from gdc.runtime.cli.scripts import BACKENDS, json_option, program_from, script_arguments
from gdc.runtime.program import Program
from gdc.runtime.report import say

STOPPING = "stopping after this round; Ctrl-C again stops at once, and nothing is kept"


@click.command(short_help="Run a script and print its outputs.")
@script_arguments
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="X=PATH",
    help="A value for an input, from a .npy, .npz (X=d.npz:member), .csv, .tsv, .parquet, .arrow or .feather "
    "(X=d.csv:area,rooms) file.",
)
@click.option("--set", "settings", multiple=True, metavar="a=0.1", help="A value for a param, or for a scalar input.")
@click.option("--backend", type=click.Choice(BACKENDS), default="auto", help="The target. auto chooses, and says why.")
@click.option("--threads", type=click.IntRange(1), metavar="N", help="How many threads to use at most.")
@click.option("--max-memory", metavar="SIZE", help="Refuse arrays above this size: 2GB, 500MB.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="Give up after so long.")
@click.option(
    "-o",
    "--out",
    "places",
    multiple=True,
    metavar="[w,b=]PATH",
    help="Write outputs (or the named ones) to a .npz, .json, .csv, .tsv, .parquet, .arrow or .npy file, or into "
    "a folder of .npy files; .npz, .json and a folder take the traces too.",
)
@click.option(
    "--trace",
    "trace_places",
    multiple=True,
    metavar="[J=]PATH",
    help="Write traces (or the named ones) to such a file; a table has a row for each step.",
)
@click.option("--quiet", is_flag=True, help="Print the outputs only.")
@json_option
def run(
    file: str | None,
    formula: str | None,
    strict: bool,
    precision: str,
    inputs: tuple[str, ...],
    settings: tuple[str, ...],
    backend: str,
    threads: int | None,
    max_memory: str | None,
    timeout: float | None,
    places: tuple[str, ...],
    trace_places: tuple[str, ...],
    quiet: bool,
    as_json: bool,
) -> int:
    """Run a script and print its outputs.

    \b
      gdc run examples/linear_regression.gd --set steps=500
      gdc run fit.gd --input X=d.npz:X --input y=d.csv:price --backend parallel -o result.npz
      gdc run fit.gd -o w=weights.csv -o all.json --trace J.csv
      gdc run -e "w := w - a*(1/m)*X.T@(X@w+b-y)" --input X=X.npy --input y=y.npy --input w=w.npy \\
              --set a=0.1 --set b=0 --set m=100

    Ctrl-C ends loops after the present step, prints what was computed, and exits with 130.
    Exit codes: 0 ok · 1 syntax, name, type, shape · 2 usage, backend · 3 data · 4 index, value,
    limit · 5 a failed assert · 70 a fault of gdc · 130 interrupted.
    """
    from gdc.runtime.options import input_values, setting_values

    program = program_from(file, formula, strict=strict, precision=precision)
    asked = asked_places(program, places, trace_places)
    settings_given = setting_values(settings)
    with bar(quiet or as_json) as following:
        values = {**settings_given, **input_values(inputs, program._face)}
        result = watched(program, values, backend, threads, bytes_of(max_memory), timeout, quiet or as_json, following)
    show_result(result, quiet, as_json)  # before they are written: a full disk must not lose them
    for path in kept(result, asked):
        if not (quiet or as_json):
            say(f"wrote {path}")
    return 130 if result.interrupted else 0


def asked_places(program: Program, places: Sequence[str], trace_places: Sequence[str]) -> list[tuple[bool, Any, str]]:
    """(of traces?, names or None for all, path) of each file that is asked for. Raises an error before the run."""
    if not (places or trace_places):
        return []
    from gdc.runtime.data import check_place
    from gdc.runtime.options import split_place

    face, found = program._face, []
    known = all(i.declared for i in face.inputs)
    for option, words, values in (("--out", places, face.outputs), ("--trace", trace_places, face.traces)):
        ranks = {v.name: v.rank + (option == "--trace") if known else None for v in values}
        if words and not ranks:
            raise click.UsageError(f"{option}: this program has no {'outputs' if option == '--out' else 'traces'}")
        for word in words:
            names, path = split_place(option, word, list(ranks))
            check_place(path, {name: ranks[name] for name in names or ranks})
            found.append((option == "--trace", names, path))
    return found


def kept(result: Any, asked: Sequence[tuple[bool, Any, str]]) -> Iterator[Path]:
    """Writes the files that are asked for."""
    for of_traces, names, path in asked:
        save = result.save_trace if of_traces else result.save
        yield from save(path, *(names or ()))


@contextmanager
def bar(quiet: bool) -> Iterator[Any]:
    """A progress bar where standard error is a terminal, else None."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from gdc.runtime.progress import Bar

    with Bar() as following:
        yield following


def watched(
    program: Program,
    values: dict[str, Any],
    backend: str,
    threads: int | None,
    max_memory: int | None,
    timeout: float | None,
    quiet: bool,
    following: Any,
) -> Any:
    """Runs, and lets the progress bar follow."""

    def watching(watch: Any) -> None:
        watch.heard = lambda: threading.Thread(target=say, args=(STOPPING,)).start()  # a signal may come amid a print
        if following:
            following.follow(watch)

    return program.run(
        values,
        backend,
        threads,
        max_memory,
        timeout,
        watching=watching,
        show=(lambda line: click.echo(line, err=True)) if quiet else click.echo,
    )


def show_result(result: Any, quiet: bool, as_json: bool) -> None:
    """The table on standard output; the target, the reason and the times on standard error."""
    from gdc.runtime import choose, show

    if as_json:
        import json

        click.echo(json.dumps(show.result_json(result), ensure_ascii=False))
        return
    if result:
        click.echo(show.outputs_table(result))
    if result.trace:
        click.echo(("\n" if result else "") + show.traces_table(result.trace))
    if result.interrupted:
        say("interrupted: these are the values after the last whole round")
    if not quiet:
        times, how = result.time, "loaded from the cache" if result.cached else "compiled"
        say(
            f"{result.why}\n{how} in {choose.time_text(times['compile'])}, ran in {choose.time_text(times['run'])}"
            + (f", data read in {choose.time_text(times['read'])}" if times["read"] > 0.001 else "")
        )


def bytes_of(text: str | None) -> int | None:
    """`2GB` as bytes."""
    if text is None:
        return None
    units = {"": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12}
    number = text.strip().rstrip("bBkKmMgGtT").strip()
    unit = text.strip()[len(text.strip().rstrip("bBkKmMgGtT")) :].lower()
    try:
        return int(float(number) * units[unit])
    except (ValueError, KeyError, OverflowError):
        raise click.UsageError(f"--max-memory: {text} is not a size; write 2GB or 500MB") from None
