"""Which passes each target gets, in order, and why: a literal list, a reason on every line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from gdc.compiler import imp, ir
from gdc.compiler.check import verify
from gdc.compiler.record import Record

TARGETS = ("loops", "numpy", "parallel", "cuda")

GRAD = ("grad", "derivatives become formulas, which every later pass then treats like the user's own")
SOLVERS = ("solvers", "what this target has no library for becomes the prelude's loops, in derivatives too")
SIMPLIFY = ("simplify", "identities and constants go, so that equal formulas look equal")
CSE = ("cse", "what is written twice is computed once")
RAISE_LOOPS = ("raise_loops", "scalar loops become formulas over arrays wherever no round depends on another")
SIMPLIFY_RAISED = ("simplify", "what every round repeats is counted, before it would fill an array")
AT_ONCE = ("at_once", "loops that hardly ever depend on their own rounds become formulas too, and that is checked")
NARROW = ("narrow", "of products and formulas only what is used is computed, while an index still says what that is")
VECTORISE = ("vectorise", "what is still indexed is spread over whole arrays, for a target without cheap loops")
UNROLL = ("unroll", "a sum of few arrays is written out, so that no array of parts need be made")
RANKINGS = ("rankings", "several quantiles of the same array are found in one selection, once equal arrays are one")
TABULATE = ("tabulate", "a function of a table's entries that is read more often than there are entries is the table")
ORDER = ("order", "products are grouped where they cost least, scalars meet the smaller side, inv(A)@b is a solve")
HOIST = ("hoist", "what the rounds of a loop do not change is computed before it")
SIMPLIFY_AGAIN = ("simplify", "regrouping leaves new identities behind")
CSE_AGAIN = ("cse", "regrouping makes new equals")
GUARD = ("guard", "a place that only choices read, and that nothing checks any more, is read where it exists")
TALLY = ("tally", "long sums are added up in parts and what that loses is kept, so that errors do not grow with them")

PASSES: dict[str, tuple[tuple[str, str], ...]] = {
    # the definition of the language: nothing but what it cannot run as it stands
    "loops": (GRAD, SOLVERS, GUARD),
    "numpy": (
        *(GRAD, SIMPLIFY, CSE, RAISE_LOOPS, SIMPLIFY_RAISED),
        *(AT_ONCE, NARROW, VECTORISE, ORDER, HOIST, SIMPLIFY_AGAIN, CSE_AGAIN, GUARD),
    ),
    "parallel": (
        *(GRAD, SOLVERS, SIMPLIFY, CSE, RAISE_LOOPS, UNROLL, NARROW, TABULATE),
        *(ORDER, HOIST, SIMPLIFY_AGAIN, CSE_AGAIN, RANKINGS, GUARD),
    ),
    "cuda": (GRAD, SOLVERS, SIMPLIFY, CSE, RAISE_LOOPS, NARROW, ORDER, HOIST, SIMPLIFY_AGAIN, CSE_AGAIN, GUARD),
}
# How `lower` writes: library calls on whole arrays, or loop nests over their entries.
STYLES = {"loops": "nests", "numpy": "calls", "parallel": "nests", "cuda": "nests"}
# Where products of matrices stay library calls inside nests.
BLAS = frozenset({"parallel", "cuda"})
# Targets whose products of two matrices go to the BLAS library.
LIBRARY_PRODUCTS = ("parallel", "cuda")
# Passes over the imperative form.
LATE: dict[str, tuple[tuple[str, str], ...]] = {
    "loops": (),
    "numpy": (
        ("recurrences", "loops that need the round before, in a way that a library knows, become its calls"),
        ("within", "whether places lie inside an axis is asked of the greatest, before arrays of bools go in strips"),
        ("strips", "formulas over large arrays leave cache once for all their operators, not after each"),
    ),
    "parallel": (
        ("precheck", "a check that no round changes is made once, so that the rounds can be shared out"),
        ("margins", "of an array whose inside is computed anew only the margin is copied, and nests can meet"),
        ("fuse", "neighbouring nests over the same range become one pass over memory"),
        ("stream", "products and nests over the same rows become one walk, which reads each row once"),
        ("buffers", "what every round would allocate anew, in the same size, is allocated once"),
        ("lanes", "short sums over columns grow side by side, in vector code"),
        ("firsts", "the place of a least value is found in steps that can be joined"),
        ("partition", "loops are cut into blocks that the cores share out, fixed by sizes alone"),
        TALLY,
        ("wrap", "a loop over places that go round an axis is split there, and becomes vector code between"),
    ),
    "cuda": (
        ("fuse", "neighbouring nests with a thread for each of the same places become one kernel"),
        ("stream_device", "nests over the same rows become one walk, which reads each row once"),
        TALLY,
    ),
}

Seen = Callable[[str, ir.Program], None]


def run_passes(program: ir.Program, target: str, record: Record, seen: Seen | None = None) -> ir.Program:
    """The program after all passes of a target; `seen` is told the program after each.

    Each pass' program is checked: an error names the pass that left it unsound.
    """
    sound: set[ir.Node] = set()
    before = None
    for name, _ in PASSES[target]:
        program = _pass(name, target)(program, record)
        if program.region is not before:
            verify(program, name, known=sound)
        before = program.region
        if seen is not None:
            seen(name, program)
    return program


def lowered(program: ir.Program, target: str, record: Record) -> imp.Program:
    """The imperative form, ready to be printed."""
    from gdc.compiler.lower import lower

    body = lower(program, STYLES[target], record, blas=target in BLAS)
    for name, _ in LATE[target]:
        body = _late(name, target)(body, record)
    return body


def passes_of(target: str) -> list[tuple[str, str]]:
    """The passes of a target, early and late, with their reasons."""
    return [*PASSES[target], *LATE[target]]


def switches() -> list[str]:
    """The names of all rules that `without` can leave out: each pass says its own."""
    names = dict.fromkeys(name for target in TARGETS for name, _ in passes_of(target))
    return [rule for name in names for rule in getattr(import_module(f"gdc.compiler.passes.{name}"), "SWITCHES", ())]


def _pass(name: str, target: str = "") -> Callable[..., Any]:
    """A pass' `run`. Passes are imported when they are needed: a program whose plan is cached needs none."""
    found: Callable[..., Any] = import_module(f"gdc.compiler.passes.{name}").run
    return partial(found, target=target) if name in (SOLVERS[0], HOIST[0]) else found


def _late(name: str, target: str) -> Callable[..., imp.Program]:
    """A pass over the imperative form, with what the target asks of it."""
    if (name, target) == ("fuse", "cuda"):
        from gdc.compiler.cuda.boxes import same_box

        return partial(_pass(name), gains=same_box)
    if (name, target) == (TALLY[0], "cuda"):
        from gdc.compiler.cuda.products import is_product

        return partial(_pass(name), library=is_product)
    return _pass(name)
