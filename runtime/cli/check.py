"""`gdc check`."""

from __future__ import annotations

from typing import Any

import click

from gdc.runtime.cli.gradients import check_grad
from gdc.runtime.cli.scripts import json_option, program_from, script_arguments
from gdc.runtime.program import Program
from gdc.runtime.report import SCHEMA, say, style_signature


@click.command(short_help="Check names, types and shapes; print the signature.")
@script_arguments
@click.option("--grad", is_flag=True, help="Run it too, and hold every derivative against difference quotients.")
@click.option("--input", "inputs", multiple=True, metavar="X=PATH", help="With --grad: a value for an input.")
@click.option("--set", "settings", multiple=True, metavar="a=0.1", help="With --grad: a value for a param or a scalar.")
@json_option
def check(
    file: str | None,
    formula: str | None,
    strict: bool,
    precision: str,
    grad: bool,
    inputs: tuple[str, ...],
    settings: tuple[str, ...],
    as_json: bool,
) -> int:
    """Check names, types and shapes; print the program's signature.

    Nothing is run and no data are read. Several errors are reported at once.

    With --grad the script is run, in 64 bits, and each grad and assert_grad that it comes by is held against
    difference quotients along two directions; one that differs is named, with the entry, and ends the
    command with 5. An input that has neither a value nor a file is drawn, of its declared type. Where a
    formula has a kink, or no quotient settles, nothing is compared, and the table says so.

    \b
      gdc check fit.gd
      gdc check -e "y := A@x + b"
      gdc check --grad fit.gd --input X=X.npy --set steps=3
    """
    if not grad and (inputs or settings):
        raise click.UsageError("check reads no data: --input and --set go with --grad")
    program = program_from(file, formula, strict=strict, precision=precision)
    if grad:
        return check_grad(program, inputs, settings, as_json)
    if as_json:
        import json

        click.echo(json.dumps(signature_json(program), ensure_ascii=False))
        return 0
    if program.signature:
        click.echo(style_signature(program.signature))
    if any(not i.declared for i in program._face.inputs):
        say("inputs without a contract take their types from the values of each call")
    return 0


def signature_json(program: Program) -> dict[str, Any]:
    """A program's face as plain data."""
    face = program._face
    inputs = [
        {
            "name": i.name,
            "element": i.element or None,
            "shape": list(i.dims) if i.element else None,
            "param": i.is_param,
            "finite": i.finite,
            "from": i.path,
            "columns": list(i.members),
        }
        for i in face.inputs
    ]
    known = not any(not i.declared for i in face.inputs)
    outputs, traces = (
        [{"name": o.name, **({"element": o.element, "rank": o.rank} if known else {})} for o in found]
        for found in (face.outputs, face.traces)
    )
    return {
        "schema": SCHEMA,
        "ok": True,
        "inputs": inputs,
        "outputs": outputs,
        "traces": traces,
        "signature": program.signature.splitlines(),
    }
