"""Names in generated text: a user's name becomes a readable Python name that can never mean anything else.

∇w -> grad_w    λ -> lambda_    ŷ -> y_hat    w₁ -> w1    class -> class_    np -> np_
"""

from __future__ import annotations

import builtins
import keyword
import unicodedata

from gdc.compiler.ops import OPS

MARKS = {
    "\u0300": "grave",
    "\u0301": "acute",
    "\u0302": "hat",
    "\u0303": "tilde",
    "\u0304": "bar",
    "\u0305": "bar",
    "\u0307": "dot",
    "\u0308": "ddot",
    "\u030a": "ring",
    "\u030c": "check",
    "\u20d7": "vec",
    "\u0332": "under",
}
LIBRARIES = {
    "np",
    "numpy",
    "special",
    "scipy",
    "numba",
    "nb",
    "cuda",
    "cp",
    "cupy",
    "math",
    "njit",
    "xp",
    "program",
    "traces",
    "fail",
    "check",
    "os",
    "sys",
}
# what the scalar templates of the op table call
TEMPLATE_WORDS = {"floor_divide", "remainder", "power", "rint", "trunc", "minimum", "maximum", "real", "imag", "conj"}
RESERVED = (
    frozenset(keyword.kwlist)
    | frozenset(keyword.softkwlist)
    | frozenset(dir(builtins))
    | LIBRARIES
    | TEMPLATE_WORDS
    | frozenset(OPS)
)
LOOP_VARIABLES = ("i", "j", "k", "l", "p", "q", "r", "s")


def mangle(name: str) -> str:
    """An ASCII identifier that reads like the name; not reserved, but not unique either."""
    pieces: list[str] = []
    for letter in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name)):
        pieces.append(_spelled(letter, bool(pieces) and pieces[-1] not in ("", "_")))
    text = "".join(pieces).strip("_") if not name.endswith("_") else "".join(pieces).lstrip("_")
    text = text or "v"
    if text[0].isdigit():
        text = "v" + text
    return text + "_" if text in RESERVED else text


def _spelled(letter: str, inside: bool) -> str:
    """One character as ASCII."""
    if letter.isascii():
        return letter if letter.isalnum() or letter == "_" else "_"
    if letter in MARKS:
        return "_" + MARKS[letter]
    if letter == "∇":
        return "grad_"
    if unicodedata.combining(letter):
        return ""
    words = unicodedata.name(letter, "").lower().split()
    if "letter" in words and words[0] in ("greek", "cyrillic", "hebrew", "coptic"):
        word = "".join(c for c in words[words.index("letter") + 1] if c.isalnum())
        spelled = "lambda" if word == "lamda" else word
        spelled = spelled.capitalize() if "capital" in words else spelled
        return ("_" if inside else "") + spelled
    digit = unicodedata.digit(letter, None)
    return str(digit) if digit is not None else f"u{ord(letter):x}"


class Namer:
    """Hands out unique names. Loop variables are given back when their loop ends and may be used again."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._active: set[str] = set()
        self._loops: set[str] = set()
        self._counts: dict[str, int] = {}
        self._wanted: set[str] = set()

    def expect(self, names: set[str]) -> None:
        """Names that users gave: no generated loop variable takes one of them."""
        self._wanted |= {mangle(n) for n in names}

    def claim(self, name: str) -> str:
        """A variable of its own, named like the user's `name`."""
        return self._unique(mangle(name), self._taken | self._loops)

    def temporary(self) -> str:
        """t1, t2, …"""
        while True:
            self._counts["t"] = self._counts.get("t", 0) + 1
            name = f"t{self._counts['t']}"
            if name not in self._taken and name not in self._wanted and name not in self._loops:
                self._taken.add(name)
                return name

    def open_loop(self, user: str = "") -> str:
        """A loop variable, named as the user did or else i, j, k by depth."""
        base = mangle(user) if user else ""
        if base and base not in self._taken and base not in self._active:
            name = base
        elif base:
            name = self._free(base)
        else:
            name = next(
                (n for n in LOOP_VARIABLES if n not in self._taken and n not in self._active and n not in self._wanted),
                "",
            ) or self._free("i")
        self._active.add(name)
        self._loops.add(name)
        return name

    def close_loop(self, name: str) -> None:
        self._active.discard(name)

    def _free(self, base: str) -> str:
        number = 2
        while f"{base}_{number}" in self._taken or f"{base}_{number}" in self._active:
            number += 1
        return f"{base}_{number}"

    def _unique(self, base: str, avoid: set[str]) -> str:
        name, number = base, self._counts.get(base, 1)
        while name in avoid:
            number += 1
            name = f"{base}_{number}"
        self._counts[base] = number
        self._taken.add(name)
        return name
