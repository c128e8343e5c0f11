"""`gdc bench`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from gdc.dsl.errors import Error
from gdc.runtime.cli.scripts import BACKENDS, json_option, program_from, script_arguments
from gdc.runtime.program import Program
from gdc.runtime.report import SCHEMA, say

LEASTS = (1000, 300, 100, 30, 10, 3)  # what the sizes start from that nobody gave
MOST_DRAWN = 10_000_000  # entries of all arrays together, where nobody gave a size
ADVICE = "pip install 'gdc-lang[bench]'"


@click.command(short_help="Time a script on every target, and beside other libraries.")
@script_arguments
@click.option("--input", "inputs", multiple=True, metavar="X=PATH", help="A value for an input, as for run.")
@click.option("--set", "settings", multiple=True, metavar="a=0.1", help="A value for a param, or for a scalar input.")
@click.option(
    "--size", "sizes", multiple=True, metavar="m=1000,10000", help="Sizes to draw inputs for; several make a series."
)
@click.option(
    "--backends", multiple=True, metavar="numpy,parallel", help="Only these targets.  [default: all that can be used]"
)
@click.option(
    "--peers", is_flag=True,
    help="Beside NumPy as typed, numexpr, JAX and torch where the script has a plain spelling there, and the functions "
    "of NAME.py beside NAME.gd, which is run.",
)
@click.option("--rounds", type=click.IntRange(1), default=7, show_default=True, metavar="N", help="Samples of each.")
@click.option(
    "--limit", type=click.FloatRange(0, min_open=True), default=10.0, show_default=True, metavar="SECONDS",
    help="Leave out loops and peers whose one run takes longer.",
)
@click.option("--plot", "picture", metavar="PATH", help="Draw times over sizes to a .png, .svg or .pdf file.")
@json_option
def bench(
    file: str | None, formula: str | None, strict: bool, precision: str, inputs: tuple[str, ...],
    settings: tuple[str, ...], sizes: tuple[str, ...], backends: tuple[str, ...], peers: bool, rounds: int,
    limit: float, picture: str | None, as_json: bool,
) -> int:
    """Time a script on every target that this machine can use, and beside other libraries.

    \b
      gdc bench examples/linear_regression.gd
      gdc bench fit.gd --size m=100000 --size n=1000 --backends numpy,parallel
      gdc bench fit.gd --size m=1000,10000,100000 --peers --plot fit.svg

    All answers are compared first; what differs is left out. Then all ways are timed in turns: the table shows the
    median and the first and ninth decile, what the compiler predicted of a run, and which share of this machine's
    arithmetic and memory bandwidth (measured once a day) the time amounts to. Inputs come from the script's files,
    from --input, or are drawn.

    Ctrl-C shows what was measured until then. Exit codes: as for run, 130 after Ctrl-C.
    """
    from gdc.runtime import benching, roofline
    from gdc.runtime.cli import bench_table
    from gdc.runtime.timing import SETTLE

    targets = chosen_targets(backends)
    check_picture(picture)
    program = program_from(file, formula, strict=strict, precision=precision)
    given = given_values(program, inputs, settings)
    series = list(combinations(sizes))
    hand = hand_written(file) if peers else {}
    if peers:
        tell_missing()
    told = Told(as_json)
    told("measuring this machine")
    roof = roofline.roof(precision)
    found: list[Any] = []
    interrupted = False
    try:
        for asked in series:
            point = point_of(program, given, asked)
            ways = {name: (peer, point.values) for name, peer in hand.items()}
            if peers:
                ways = {**automatic_peers(program, point, precision, told), **ways}
            one = benching.round_of(program, point, targets, ways, precision, limit, told)
            found.append(one)
            benching.fill(one, rounds, SETTLE, 2 * limit, told)
    except KeyboardInterrupt:
        interrupted = True
    told.done()
    about = {"script": program._name, "precision": precision, "interrupted": interrupted}
    if as_json:
        import json

        click.echo(json.dumps(benching.as_json(found, roof, about, SCHEMA), ensure_ascii=False))
    else:
        bench_table.show(found, roof)
    if picture is not None and any(way.samples for r in found for way in r.ways):
        from gdc.runtime import drawing

        drawing.plot(found, Path(picture), program._name)
        say(f"wrote {picture}")
    if interrupted:
        say("interrupted: these are the samples taken until then")
    return 130 if interrupted else 0


class Told:
    """The line on standard error that says what goes on, where that is a terminal."""

    def __init__(self, quiet: bool) -> None:
        self.shown = sys.stderr.isatty() and not quiet

    def __call__(self, words: str) -> None:
        if self.shown:
            click.echo(f"\r\x1b[K{words}", err=True, nl=False)

    def done(self) -> None:
        self("")


# --- what is asked for ------------------------------------------------------------------------------


def chosen_targets(words: Sequence[str]) -> list[str]:
    """The targets that are named, commas or not; else all that can be used. numpy first: it judges the others."""
    from gdc.runtime import machine
    from gdc.runtime.run import usable

    names = [name.strip() for word in words for name in word.split(",") if name.strip()]
    for name in names:
        if name not in BACKENDS[1:]:
            raise click.UsageError(f"--backends: there is no target {name}; there are {', '.join(BACKENDS[1:])}")
        usable(name)
    chosen = dict.fromkeys(names or [b.name for b in machine.backends() if b.usable and not b.emulated])
    return sorted(chosen, key=("numpy", "parallel", "cuda", "loops").index)


def check_picture(picture: str | None) -> None:
    """Raises a usage error, before any work, where the picture could not be drawn."""
    from gdc.runtime import drawing

    if picture is None:
        return
    if Path(picture).suffix.lower() not in drawing.ENDINGS:
        raise click.UsageError(f"--plot {picture}: a picture is written to a {', '.join(drawing.ENDINGS)} file")
    if drawing.lacks():
        raise click.UsageError(f"--plot needs matplotlib: {ADVICE}")


def combinations(words: Sequence[str]) -> Iterator[dict[str, int]]:
    """`m=1000,10000` and `n=10` as {m: 1000, n: 10}, {m: 10000, n: 10}. Raises a usage error."""
    from gdc.runtime.options import pair

    found: dict[str, list[int]] = {}
    for word in words:
        name, text = pair("--size", word)
        parts = [part.strip().replace("_", "") for part in text.split(",")]
        if not all(part.isdigit() for part in parts):
            raise click.UsageError(f"--size {word}: write --size NAME=1000 or --size NAME=1000,10000")
        found[name] = [int(part) for part in parts]
    longest = max(map(len, found.values()), default=1)
    uneven = [name for name, values in found.items() if len(values) not in (1, longest)]
    if uneven:
        raise click.UsageError(f"--size {uneven[0]}: give one size, or as many as the longest series has ({longest})")
    for k in range(longest):
        yield {name: values[k if len(values) > 1 else 0] for name, values in found.items()}


def given_values(program: Program, inputs: Sequence[str], settings: Sequence[str]) -> dict[str, Any]:
    from gdc.runtime.options import input_values, setting_values

    return {**setting_values(settings), **input_values(inputs, program._face)}


def point_of(program: Program, given: Mapping[str, Any], asked: Mapping[str, int]) -> Any:
    """The values of one choice of sizes, what nobody gave being drawn. Raises gdc.Error or a usage error."""
    from gdc.runtime import bind, run
    from gdc.runtime.benching import Point
    from gdc.runtime.drawn import drawn, words

    face = program._face
    known = bind.named(face, {**given, **asked})
    files = run.read_files(face, known, program)
    bare = [i.name for i in face.inputs if not i.declared and i.name not in files and i.default is None]
    if bare:
        raise click.UsageError(f"{bare[0]} has no contract to draw it by: give --input {bare[0]}=PATH, "
                               f"or write `input {bare[0]}: real[m, n]` into the script")
    made = drawn(face, files, modest(face, files))
    plain = bind.plain_values(face, {**files, **made})
    types = bind.value_types(face, plain)
    shown = program.interface(types)
    bound = bind.bind(shown, plain, lambda text: run.load_text(text, "numpy"))
    values = {i.name: value for i, value in zip(shown.inputs, bound.args, strict=True)}
    shapes = {name: bound.sizes[name] for name, *_ in shown.dimensions if name in bound.sizes and "(" not in name}
    return Point(values, bound.sizes, {**shapes, **asked}, types, words(face, made) if made else "")


def modest(face: Any, given: Mapping[str, Any]) -> int:
    """What sizes start from that nobody gave, so that the arrays to be drawn are not too large together. Raises a limit
    error where they do not fit into memory."""
    from math import prod

    from gdc.runtime import machine
    from gdc.runtime.bind import bytes_text
    from gdc.runtime.drawn import shapes

    def entries(least: int) -> int:
        return sum(prod(shape) for shape in shapes(face, given, least).values() if not isinstance(shape, int))

    chosen = next((least for least in LEASTS if entries(least) <= MOST_DRAWN), LEASTS[-1])
    needed, free = 8 * entries(chosen), machine.free_memory()
    if needed > free:
        words = f"the inputs to be drawn take {bytes_text(needed)} of memory, and {bytes_text(free)} are free"
        raise Error("limit", words)
    return chosen


# --- other libraries --------------------------------------------------------------------------------


def hand_written(file: str | None) -> dict[str, Callable[..., Any]]:
    """The peers in NAME.py beside NAME.gd whose packages are here."""
    from gdc.runtime import peers

    place = peers.beside(file) if file else None
    if place is None:
        return {}
    found = peers.functions(peers.load_file(place))
    return {name: peer for name, peer in found.items() if peers.BY_FUNCTION[name].installed}


def tell_missing() -> None:
    """Says which libraries are not here, and how to get them."""
    from gdc.runtime import peers

    missing: dict[str, str] = {}
    for library in peers.LIBRARIES:
        if not library.installed:
            missing.setdefault(library.package, library.title)
    if missing:
        torch = " (and torch by itself)" if "torch" in missing else ""
        say(f"not installed, so left out: {', '.join(missing.values())}; {ADVICE}{torch}")


def automatic_peers(program: Program, point: Any, precision: str, told: Callable[[str], None]) -> dict[str, Any]:
    """The peers that the program's own formulas give, each with what it takes; where they give none, it says why."""
    import numpy as np

    from gdc.compiler.typed import Untypable, typed_text
    from gdc.dsl.parse import parse
    from gdc.runtime import automatic

    ranks = {name: np.ndim(value) for name, value in point.values.items()}
    outputs = [o.name for o in program.interface(point.types).outputs]
    try:
        typed = typed_text(parse(program._source), ranks, point.sizes, outputs, precision)
    except Untypable as why:
        told("")
        say(f"no NumPy as typed: {why} has no plain spelling there; functions in NAME.py beside NAME.gd would be timed")
        return {}
    given = automatic.given_to(typed, point.values, point.sizes)
    return {name: (peer, given) for name, peer in automatic.made(typed).items()}
