"""`gdc check --grad`: the derivatives of a script, held on its data or on values drawn for it."""

from __future__ import annotations

from typing import Any

import click

from gdc.runtime.program import Program
from gdc.runtime.report import EXIT, SCHEMA, complain, say


def check_grad(program: Program, inputs: tuple[str, ...], settings: tuple[str, ...], as_json: bool) -> int:
    """Prints what was held and what differs; the exit code."""
    from gdc.runtime import drawn, gradients
    from gdc.runtime.options import input_values, setting_values

    given = {**setting_values(settings), **input_values(inputs, program._face)}
    face = program.interface(program._types_to_show()[0])
    made = drawn.drawn(face, given)
    if made and not as_json:
        say(drawn.words(face, made))
    held = gradients.check_gradients(program, {**given, **made})
    errors = [gradients.error_of(h) for h in held if h.wrong is not None]
    if as_json:
        import json

        found: dict[str, Any] = {"schema": SCHEMA, "ok": not errors, "gradients": [*map(gradients.as_json, held)]}
        click.echo(json.dumps({**found, "drawn": {k: v.tolist() for k, v in made.items()}}, ensure_ascii=False))
    else:
        for one in held:
            click.echo(gradients.line_of(one))
        if not held:
            click.echo("there is no grad in this script")
    for error in errors:
        complain(error)
    return EXIT["assert"] if errors else 0
