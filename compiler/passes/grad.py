"""grad(J, w) becomes formulas: one reverse sweep over what leads from the names to J, shared by all names of one J.

Afterwards there is no `grad` and no `variable` left. Inner grads come first, so a grad of a grad is one of formulas.
"""

from __future__ import annotations

from gdc.compiler.construct import filled
from gdc.compiler.cost import entries, work
from gdc.compiler.dims import ZERO, dim
from gdc.compiler.fractions import lowest
from gdc.compiler.ir import Node, Origins, Program, Region, mapped_region, rebuild, rewrite, roots, size_of, walk
from gdc.compiler.record import Record, Step
from gdc.compiler.regions import waiting_in_reach
from gdc.compiler.rules import formula, through
from gdc.compiler.straight_loops import carried_of, straight
from gdc.compiler.sweep import Sweep, is_smooth
from gdc.compiler.tapes import Taping, merged
from gdc.dsl.errors import Error
from gdc.dsl.source import Span

NAME = "grad"
FRACTION = "fraction"
SWITCHES = (FRACTION,)
TAPE = 1 << 30  # bytes that the states of one loop may take
BYTES = 8


def run(program: Program, record: Record) -> Program:
    """Expands every grad, then drops the marks that variables carried for it."""

    def changed(region: Region) -> Region:
        new = expanded(region, program.origins, record)
        return without_variables(new if new is region else waiting_in_reach(new, program.origins), program.origins)

    return through(program, changed)


def without_variables(region: Region, origins: Origins) -> Region:
    return rewrite(region, lambda value: value.args[0] if value.op == "variable" else value, origins)


def expanded(region: Region, origins: Origins, record: Record) -> Region:
    """The region with formulas for its grads, inner ones first."""
    tapings: list[Taping] = []
    order = walk(roots(region))
    names: dict[Node, list[Node]] = {}
    for value in order:
        if value.op == "grad":
            names.setdefault(value.args[0], []).append(value.args[1])
    new: dict[Node, Node] = {}
    found: dict[Node, dict[Node, Node]] = {}
    for value in order:
        changed = rebuild(value, new)
        if value.op == "grad":
            scalar = value.args[0]
            if scalar not in found:
                found[scalar] = derivatives(changed, [new.get(n, n) for n in names[scalar]], origins, record, tapings)
            changed = found[scalar][changed.args[1]]
        if changed is not value:
            origins.replace(value, changed)
        new[value] = changed
    return merged(mapped_region(region, new), tapings, origins)


def derivatives(
    grad: Node, targets: list[Node], origins: Origins, record: Record, tapings: list[Taping]
) -> dict[Node, Node]:
    """The derivative of one J by each of its names. The loops that are written down for it join the `tapings`."""
    scalar, place = grad.args[0], place_of(grad, origins)
    words = formula(scalar, origins)
    refuse_unreached(scalar, targets, words, place, origins)
    spans = origins.of(grad)
    smooth, straightened = straight(scalar, targets, lambda loop: too_long(loop, origins.of(loop) or spans, record))
    for old, changed in straightened.items():
        origins.replace(old, changed)
    sweep = Sweep(smooth, [straightened.get(t, t) for t in targets])
    try:
        swept = sweep.run()
    except Error as error:
        at = origins.of(sweep.at)
        raise Error(error.kind, error.message, error.span or (at[0] if at else place), error.hint) from None
    tapings += sweep.tapings
    found = {t: swept.get(straightened.get(t, t)) for t in targets}
    results = {t: found[t] or filled(0.0, t.type) for t in targets}
    if record.allows(FRACTION):
        results = dict(zip(results, lowest(results.values(), frozenset(walk([scalar]))), strict=True))
    for new in walk(results.values()):
        if not origins.of(new) and place is not None and new.op not in ("const", "size", "input", "param"):
            origins.add(new, place)
    tell(grad, results, origins, record)
    return results


def refuse_unreached(scalar: Node, targets: list[Node], words: str, place: Span | None, origins: Origins) -> None:
    """Raises a type error for a name that the scalar is no formula of."""
    reached = set(walk([scalar]))
    for target in targets:
        if target not in reached:
            name = origins.names.get(target) or target.name
            raise Error(
                "type",
                f"{words} does not depend on {name}, so it has no derivative with respect to it",
                place,
                f"compute {words} from {name} after {name} was last assigned",
            )


def too_long(loop: Node, spans: tuple[Span, ...], record: Record) -> bool:
    """Whether the states of a loop at all its rounds take more memory than is well spent on them."""
    states = sum((entries(p.type) for p in carried_of(loop) if is_smooth(p)), ZERO)
    why = (
        NAME,
        "the derivative keeps the loop's state at each √T-th of T rounds, and computes those between again",
        "the derivative keeps the loop's state at each round",
    )
    return record.decide(dim(TAPE), states * size_of(loop.args[1]) * BYTES, False, why, spans)


def place_of(grad: Node, origins: Origins) -> Span | None:
    spans = origins.of(grad)
    return spans[0] if spans else None


def tell(grad: Node, results: dict[Node, Node], origins: Origins, record: Record) -> None:
    scalar = grad.args[0]
    forward = work([scalar])
    for target, derivative in results.items():
        name = origins.names.get(target) or target.name
        reason = f"the derivative of {formula(scalar, origins)} by {name}, by the chain rule from its end to {name}"
        record.add(
            Step(
                NAME,
                NAME,
                f"grad({formula(scalar, origins)}, {name})",
                formula(derivative, origins, follow=False),
                reason,
                origins.of(grad),
                forward,
                work([scalar, derivative]),
            )
        )
