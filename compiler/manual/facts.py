"""What the compiler knows of a function: its example is built for each element type, and derived.

Nothing is run. A fact of an op stands in its row of the op table; a fact that no row holds is found by building.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gdc.compiler import ir
from gdc.compiler.build import build
from gdc.compiler.library import LIBRARY
from gdc.compiler.manual.entries import Entry
from gdc.compiler.ops import OPS, Op
from gdc.compiler.pipeline import TARGETS, run_passes
from gdc.compiler.record import Record
from gdc.dsl.errors import Error
from gdc.dsl.parse import parse
from gdc.dsl.source import Source

ELEMENTS = ("bool", "int", "real", "complex", "i32", "f32", "c64")
DERIVED_ON = "numpy"
OP_OF = {"conv": "convolve"}  # functions whose op has another name
SCIPY = re.compile(r"(?<!\.)\b(special|linalg)\.")
LIBRARY_CALL = re.compile(r"(?:np\.)?linalg\.\w+|np\.sort")


@dataclass(frozen=True, slots=True)
class Facts:
    """types: element of the argument -> elements of the results, None where it is refused. derivative: a sentence or
    a formula."""

    types: dict[str, str | None]
    derivative: str
    ulp: dict[str, float]
    numpy: str
    libraries: tuple[str, ...]
    """The targets that call a library for it, where some do."""


def facts_of(entry: Entry) -> Facts:
    row = OPS.get(OP_OF.get(entry.name, entry.name))
    numpy, libraries = computed_by(row, argument_names(entry))
    return Facts(types_of(entry), derivative_of(entry), accuracy_of(entry.name), numpy, libraries)


def script_of(entry: Entry, element: str = "") -> str:
    """The example as a script that gives its results; with an element, for arguments of that type."""
    given = [assignment(text, element) for text in entry.row.given.split("; ") if text]
    shown = entry.row.shown if ":=" in entry.row.shown else f"{result_name(entry)} := {entry.row.shown}"
    return "\n".join([*given, shown])


def assignment(text: str, element: str) -> str:
    name, _, value = text.partition(" := ")
    return f"{name} := cast({value}, {element})" if element else text


def result_name(entry: Entry) -> str:
    """A name for the result that no argument of the example has."""
    taken = names_given(entry)
    return next(name for name in ("y", "r", "result") if name not in taken)


def names_given(entry: Entry) -> list[str]:
    return [text.partition(" := ")[0] for text in entry.row.given.split("; ") if text]


def results_of(entry: Entry) -> list[str]:
    """The names that the example gives its results."""
    if ":=" in entry.row.shown:
        return [name.strip(" ()") for name in entry.row.shown.partition(" := ")[0].split(",")]
    return [result_name(entry)]


def built(text: str) -> ir.Program:
    source = Source(text)
    return build(parse(source), source, {})


def types_of(entry: Entry) -> dict[str, str | None]:
    """What comes out for arguments of each element type; empty where the function takes no arrays."""
    if not entry.row.given:
        return {}
    return {element: elements_out(entry, element) for element in ELEMENTS}


def elements_out(entry: Entry, element: str) -> str | None:
    try:
        program = built(script_of(entry, element))
    except Error:
        return None
    found = dict(zip(program.outputs, program.region.results, strict=True))
    return ", ".join(dict.fromkeys(str(found[name].type.element) for name in results_of(entry)))


# --- derivatives -------------------------------------------------------------------------------


def derivative_of(entry: Entry) -> str:
    """Whether grad goes through a function; its formula where the op table has one."""
    if not names_given(entry):
        return ""
    row = OPS.get(entry.name)
    said = derived(entry)
    if said or row is None or not isinstance(row.derivative, tuple):
        return said or "yes"
    names = argument_names(entry)
    rules = [f"`{named(text, names)}`" for text in row.derivative]
    return rules[0] if len(rules) == 1 else ", ".join(f"by {name} {rule}" for name, rule in zip(names, rules))


def argument_names(entry: Entry) -> list[str]:
    """What the reference calls the arguments; the op table calls them x, y, z."""
    return re.findall(r"\w+", entry.row.call.partition("(")[2])


def named(text: str, names: list[str]) -> str:
    return re.sub(r"\b[xyz]\b", lambda m: names["xyz".index(m[0])], text)


def derived(entry: Entry) -> str:
    """Why there is no derivative, or what is special about it; "" where there is one."""
    names = names_given(entry)
    kind = elements_out(entry, "real")
    if kind is None:
        return "none: it takes no reals"
    size = "abs({})^2" if "complex" in kind else "({})^2"
    squares = " + ".join(f"sum({size.format(name)})" for name in results_of(entry))
    head = script_of(entry, "real")
    said = {name: why(f"{head}\nJ := {squares}\noutput g := grad(J, {name})", kind) for name in names}
    if len(set(said.values())) == 1:
        return said[names[0]]
    return "; ".join(f"by {name} {text or 'yes'}" for name, text in said.items())


def why(script: str, kind: str) -> str:
    """What keeps a script's one result, a derivative, from being more than 0; "" where nothing does."""
    if "bool" in kind:
        return "none: a bool has none"
    if "int" in kind:
        return "0: an int changes in jumps only"
    try:
        program = run_passes(built(script), DERIVED_ON, Record())
    except Error as error:
        if "depend" in error.message:
            return "none: it does not depend on the values"
        return f"none: {error.message.rpartition(': ')[2] if ': ' in error.message else error.message}"
    return "0: it changes in jumps only" if is_zero(program.region.results[-1]) else ""


def is_zero(node: ir.Node) -> bool:
    while node.op in ("fill", "cast", "broadcast", "reshape"):
        node = node.args[0]
    return node.op == "const" and node.value == 0


# --- accuracy, and who computes it --------------------------------------------------------------


def accuracy_of(name: str) -> dict[str, float]:
    """The greatest error in units in the last place, by target, of what is computed entry by entry."""
    row = OPS.get(name)
    return dict(row.ulp) if row is not None and row.kind == "MAP" else {}


def computed_by(row: Op | None, names: list[str]) -> tuple[str, tuple[str, ...]]:
    """NumPy's formula, and of a function of whole arrays the targets that call a library."""
    if row is None or not isinstance(row.numpy, str) or (row.hidden and not row.library) or row.kind == "VIEW":
        return "", ()
    return as_called(row, names), tuple(target for target in TARGETS if target in row.library)


def as_called(row: Op, names: list[str]) -> str:
    """NumPy's formula over the arguments, less what only some calls have."""
    text = row.numpy if isinstance(row.numpy, str) else ""
    inside = LIBRARY_CALL.search(LIBRARY.get(text.partition("(")[0], ""))
    text = f"{inside[0]}({{0}})" if inside is not None else text
    for place, name in {"{axes}": "", "{axis}": "axis", "{side}": "side", "{0}": "x", "{1}": "y", "{2}": "z"}.items():
        text = text.replace(place, name)
    text = text.strip("()") if text.startswith("(") else text
    return named(SCIPY.sub(r"scipy.\1.", text), names)
