"""`gdc explain`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from gdc.runtime.cli.scripts import BACKENDS, json_option, program_from, script_arguments, type_options
from gdc.runtime.report import style_story

STAGES = ("tree", "ir", "passes", "imp", "loops", "numpy", "parallel", "cuda", "asm")


@click.command(short_help="Tell what the compiler did, and why; show any stage.")
@script_arguments
@click.option("--stage", type=click.Choice(STAGES), help="One stage, instead of the record of the passes and the text.")
@click.option("--line", type=click.IntRange(1), metavar="N", help="Only what concerns line N of the script.")
@click.option(
    "--backend", type=click.Choice(BACKENDS[1:]), help="The target.  [default: numpy; of stage asm parallel]"
)
@click.option(
    "--type", "types", multiple=True, metavar="X='real[m, n]'", help="The type of an input without a contract."
)
@click.option("--without", multiple=True, metavar="RULE", help="Leave a rewrite rule out (they stand in brackets).")
@click.option("--size", "sizes", multiple=True, metavar="m=100000", help="A size, to decide by and to show costs for.")
@json_option
def explain(
    file: str | None,
    formula: str | None,
    strict: bool,
    precision: str,
    stage: str | None,
    line: int | None,
    backend: str | None,
    types: tuple[str, ...],
    without: tuple[str, ...],
    sizes: tuple[str, ...],
    as_json: bool,
) -> int:
    """Tell what happened to the formulas: each pass with its reason, its cost before and after, and the code.

    \b
      gdc explain fit.gd                          the record of all passes, then the NumPy text
      gdc explain fit.gd --size m=100000 --size n=1000     with costs as numbers
      gdc explain fit.gd --stage loops            as a beginner would program it
      gdc explain fit.gd --stage cuda             the GPU kernels, no GPU needed
      gdc explain fit.gd --stage asm              machine code: which loops are vector code, how wide, why not
      gdc explain fit.gd --line 7                 what became of one formula
      gdc explain -e "g := X.T@(X@w - y)" --type y='real[m]'

    \b
    Stages: tree    the formulas as they were read     ir      values, with types and shapes
            passes  the program after each pass        imp     statements, before they are printed
            loops numpy parallel cuda                  the text of a target
            asm     the machine code of the innermost loops (it is compiled for that, which takes seconds)
    """
    if line is not None and stage is not None:
        raise click.UsageError("--line shows all stages of one line: leave --stage out")
    options = {"types": type_options(types), "without": without}
    program = program_from(file, formula, strict=strict, precision=precision, **options)
    text = program.explain(backend, stage, size_options(sizes), line=line, as_json=as_json)
    click.echo(text if as_json or stage not in (None, "passes") else style_story(text))
    return 0


def size_options(words: Sequence[str]) -> dict[str, int]:
    """`m=100_000` options as a mapping."""
    found = {}
    for word in words:
        name, _, text = word.partition("=")
        try:
            found[name.strip()] = int(text.replace(",", "_"))
        except ValueError:
            raise click.UsageError(f"--size {word}: write NAME=NUMBER, such as m=100000") from None
    return found
