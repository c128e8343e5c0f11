"""The plan: what a compilation yields, as plain data that is cached, pickled and shown.

The runtime needs nothing else of the compiler. `version` changes with the format.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

VERSION = 1

# A size formula as plain data: an int, a name, or [op, left, right] with op from + - * //
Formula = Any


@dataclass(frozen=True, slots=True)
class Input:
    """A value that the caller gives. dims are formulas; a dim that is the int 1 is 1 by contract."""

    name: str
    element: str
    dims: tuple[Formula, ...]
    declared: bool
    is_param: bool
    finite: bool
    path: str | None
    members: tuple[str, ...]
    default: str | None  # Python text over np, dimensions and earlier params; None: must be given
    site: int  # where the contract stands


@dataclass(frozen=True, slots=True)
class Output:
    name: str
    element: str
    rank: int


@dataclass(frozen=True, slots=True)
class Site:
    """A place in the script, with the error to report there. message is a format over the failing values."""

    kind: str
    message: str
    hint: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Demand:
    """Two sizes that must be equal on entry."""

    left: Formula
    right: Formula
    site: int


@dataclass(frozen=True, slots=True)
class Plan:
    """target text plus all that calling it takes.

    `text` defines `program(*inputs, traces)`, see targets/. `dimensions` gives, in order, name, input, axis, formula
    over "size".
    `lines` maps a line of the text to spans (start, end) of the script. `costs` are formulas over dimensions.
    """

    target: str
    source: str
    source_name: str
    text: str
    inputs: tuple[Input, ...]
    dimensions: tuple[tuple[str, int, int, Formula], ...]
    demands: tuple[Demand, ...]
    outputs: tuple[Output, ...]
    traces: tuple[Output, ...]
    sites: tuple[Site, ...]
    lines: tuple[tuple[tuple[int, int], ...], ...]
    costs: dict[str, Formula] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    version: int = VERSION

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> Plan:
        data = json.loads(text)
        return Plan(
            **{
                **data,
                "inputs": tuple(
                    Input(**{**i, "dims": tuple(i["dims"]), "members": tuple(i["members"])}) for i in data["inputs"]
                ),
                "dimensions": tuple(tuple(d) for d in data["dimensions"]),
                "demands": tuple(Demand(**d) for d in data["demands"]),
                "outputs": tuple(Output(**o) for o in data["outputs"]),
                "traces": tuple(Output(**o) for o in data["traces"]),
                "sites": tuple(Site(**s) for s in data["sites"]),
                "lines": tuple(tuple((a, b) for a, b in line) for line in data["lines"]),
                "notes": tuple(data["notes"]),
            }
        )
