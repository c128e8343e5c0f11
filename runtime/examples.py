"""An example of the reference: run, and what came out as lines. Only what rounding makes of 0 is tidied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gdc.dsl.source import Source
from gdc.runtime.header import case_of

FIGURES = 6
NOISE = 1e-12


def outcome(compile: Callable[..., Any], backend: str, text: str, names: Sequence[str] = ()) -> list[str]:
    """Printed lines, outputs (those named, or all) and traces, each on a line."""
    printed: list[str] = []
    result = compile(text).run(case_of(Source(text)).inputs, backend=backend, show=printed.append)
    lines = [f"prints {line}" for line in printed]
    lines += [f"{name} = {literal(result[name])}" for name in names or result]
    return lines + [f"trace {name} = {literal(kept)}" for name, kept in result.trace.items()]


def literal(value: Any) -> str:
    """A value as gd would write it, numbers in six figures."""
    array = np.asarray(value)
    if array.ndim:
        return f"[{', '.join(literal(part) for part in array)}]"
    if array.dtype.kind == "b":
        return str(bool(array)).lower()
    if array.dtype.kind in "iu":
        return str(int(array))
    if array.dtype.kind == "c":
        real, imaginary = float(array.real), float(array.imag)
        return f"{number(real)} {'-' if imaginary < -NOISE else '+'} {number(abs(imaginary))}i"
    return number(float(array))


def number(value: float) -> str:
    text = f"{0.0 if abs(value) < NOISE else value:.{FIGURES}g}"
    return text if set(text) & set(".en") else f"{text}.0"
