"""The plan: what a compilation yields, as plain data that is cached, pickled and shown.

The runtime needs nothing else of the compiler. `version` changes with the format.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

VERSION = 2

# A size formula as plain data: an int, a name, or [op, left, right] with op from + - * // max
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
    default: str | None  # a number's text, or (where `reads` is not None) a text that defines program(*reads)
    site: int  # where the contract stands
    reads: tuple[str, ...] | None = None  # dimensions and earlier params that the default is computed from
    hint: str | None = None  # what to say where the value is not given


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
    file: str = ""  # the used file whose text it is a place in; "" is the script


@dataclass(frozen=True, slots=True)
class Demand:
    """Two sizes that must be equal on entry."""

    left: Formula
    right: Formula
    site: int


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether left < right, and what that decided: this plan serves the sizes that answer so.

    `default` is the answer where sizes are not known; yes and no say, for people, what either answer means.
    """

    left: Formula
    right: Formula
    answer: bool
    default: bool
    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class Plan:
    """target text plus all that calling it takes.

    A plan of target "" has no text: it is what is known before the values are (its undeclared inputs have no element).
    `text` defines `program(*inputs, watch=None)`, see targets/. `dimensions` gives, in order, name, input, axis,
    formula over "size".
    `lines` maps a line of the text to spans (start, end) of the script. `costs` are formulas over dimensions, `passes`
    how often operations on whole arrays read each input. `conditions`, in the order in which they were asked, say which
    sizes the plan is for; what is asked after one of them depends on its answer.
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
    memory: tuple[
        tuple[Formula, int], ...
    ] = ()  # bytes of each large array, and the site to report where they are not free
    signature: str = ""  # for people, one line for each input, param and output
    conditions: tuple[Condition, ...] = ()
    passes: tuple[tuple[str, Formula], ...] = ()
    libraries: tuple[tuple[str, str], ...] = ()  # name and text of each used file, for the places of its sites
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
                    Input(
                        **{
                            **i,
                            "dims": tuple(i["dims"]),
                            "members": tuple(i["members"]),
                            "reads": None if i["reads"] is None else tuple(i["reads"]),
                        }
                    )
                    for i in data["inputs"]
                ),
                "dimensions": tuple(tuple(d) for d in data["dimensions"]),
                "demands": tuple(Demand(**d) for d in data["demands"]),
                "outputs": tuple(Output(**o) for o in data["outputs"]),
                "traces": tuple(Output(**o) for o in data["traces"]),
                "sites": tuple(Site(**s) for s in data["sites"]),
                "lines": tuple(tuple((a, b) for a, b in line) for line in data["lines"]),
                "notes": tuple(data["notes"]),
                "memory": tuple((size, site) for size, site in data["memory"]),
                "conditions": tuple(Condition(**c) for c in data["conditions"]),
                "passes": tuple((name, count) for name, count in data["passes"]),
                "libraries": tuple((name, text) for name, text in data["libraries"]),
            }
        )
