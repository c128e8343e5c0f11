"""Which number a derivative written by hand is off by, in words: the formats `difference` and `factor` of messages.

    {0:difference}              0.5 as "it is off by 50 % of it"
    {1:factor,{2},m={3}}        200.0 as "; it is m times the derivative: multiply by 1/m", where a share {2} is left
"""

from __future__ import annotations

import math
import string
from typing import Any

EXPLAINED = 1e-6  # how much of a derivative a factor may leave open
CLOSE = 1e-6
COMMON = {"2": 2.0}


class Message(string.Formatter):
    """`str.format` with the two formats."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "difference":
            return difference(float(value))
        if format_spec.startswith("factor,"):
            _, rest, *sizes = format_spec.split(",")
            pairs = (size.split("=") for size in sizes if size)
            return factor(float(value), float(rest), {name: float(number) for name, number in pairs})
        return str(super().format_field(value, format_spec))


def difference(share: float) -> str:
    """A difference as a share of the derivative."""
    if math.isnan(share):
        return "one of them has nan where the other has not"
    if math.isinf(share):
        return "the derivative is 0"
    return f"it is off by {100 * share:.3g} % of the derivative's length"


def factor(times: float, rest: float, sizes: dict[str, float]) -> str:
    """What dw is the derivative times, if it is: a sign, or a number, or a size of the program."""
    if not (rest <= EXPLAINED) or not math.isfinite(times) or times == 0:
        return ""
    sign = "minus " if times < 0 else ""
    times = abs(times)
    if abs(times - 1) <= CLOSE:
        return "; its sign is wrong" if sign else ""
    known = COMMON | {name: number for name, number in sizes.items() if number > 1}
    for name, number in known.items():
        if abs(times / number - 1) <= CLOSE:
            return f"; it is {sign}{name} times the derivative: multiply by {'-' if sign else ''}1/{name}"
        if abs(times * number - 1) <= CLOSE:
            return f"; it is {sign}1/{name} of the derivative: multiply by {'-' if sign else ''}{name}"
    pairs = ((a, b) for a in known for b in known if a != b)
    for a, b in pairs:
        if abs(times / (known[a] / known[b]) - 1) <= CLOSE:
            return f"; it is {sign}{a}/{b} times the derivative: multiply by {'-' if sign else ''}{b}/{a}"
    return f"; it is {sign}{times:.6g} times the derivative"
