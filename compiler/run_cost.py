"""What one run of a program costs, as formulas over sizes: the figures that `auto` and `Program.cost` go by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from gdc.compiler import cost
from gdc.compiler.dims import ZERO, Atom, Dim, FloorDiv, unnamed_words
from gdc.compiler.ir import Node, Program, roots, size_of, walk
from gdc.compiler.ops import OPS

LONGEST = 30  # letters of a size's formula
UNNAMED = frozenset({"param", "project", "loop", "branch", "undefined"})


def run_costs(program: Program) -> tuple[Dim, Dim, Dim]:
    """(flops, bytes moved, calls): every node once for each round of the loops round it; a call is one evaluation."""
    flops, moved, calls = ZERO, ZERO, ZERO
    for value, rounds in cost.evaluations(roots(program.region)).items():
        flops += cost.own_flops(value) * rounds
        moved += cost.own_bytes(value) * rounds
        calls += rounds if value.op in OPS or value.is_effect else ZERO
    return by_name(flops), by_name(moved), by_name(calls)


def input_passes(program: Program) -> dict[str, Dim]:
    """How often operations on whole arrays read each input array from end to end (a nest may join several)."""
    times = cost.evaluations(roots(program.region))
    found: dict[str, Dim] = {}
    for source in program.inputs:
        if source.type.rank:
            found[source.name] = by_name(cost.passes(times, source))
    return found


def by_name(size: Dim) -> Dim:
    """The size with counts such as maximum(steps, 0) read as what they are named after; other unknown counts stay."""

    def replaced(atom: Node | str) -> Dim | None:
        if isinstance(atom, Node) and atom.op in ("maximum", "cast", "variable"):
            return by_name(size_of(atom.args[0]))
        return None

    return size.substitute(replaced)


def size_words(size: Dim, word: Callable[[Node], str] | None = None) -> str:
    """A size for people: `2*m*n^2`. `word` says what a size that has no name is called."""
    terms = []
    for monomial, factor in sorted(by_name(size).terms, key=lambda t: (-len(t[0]), not t[0])):
        counts = Counter(_atom_words(atom, word) for atom in monomial)
        body = "*".join(word if n == 1 else f"{word}^{n}" for word, n in counts.items())
        number = abs(factor)
        text = body if body and number == 1 else f"{number}*{body}" if body else str(number)
        terms.append(("- " if factor < 0 else "+ ") + text)
    terms.sort(key=lambda t: t[0] == "-")
    first = (" ".join(terms) or "+ 0").removeprefix("+ ")
    return f"-{first[2:]}" if first.startswith("- ") else first


def _atom_words(atom: Atom, word: Callable[[Node], str] | None) -> str:
    if isinstance(atom, str):
        return unnamed_words(atom)
    if isinstance(atom, FloorDiv):
        top, bottom = (size_words(part, word) for part in (atom.top, atom.bottom))
        return "//".join(f"({t})" if " " in t or "*" in t else t for t in (top, bottom))
    name = atom.get("name") or (word(atom) if word and atom.op not in UNNAMED else "")
    if not name or "…" in name or " for " in name or len(name) > LONGEST:
        return "(a size found as it runs)"
    return name if not set(name) & set(" +-*/^@") or name.endswith("]") else f"({name})"


def has_open_loop(program: Program) -> bool:
    """Whether a loop's rounds are not known from sizes: those that `while` makes, or that `stop` may end."""
    return any(n.op == "loop" and n.get("kind") != "count" for n in walk(roots(program.region)))
