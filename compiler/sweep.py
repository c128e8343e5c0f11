"""One reverse sweep: the derivatives of a scalar with respect to several nodes.

A region's body is swept by itself, from the derivative of its result to what it uses from outside. Each such use is a
Part with a context, the indices and conditions round it, which placing.py makes one value of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from gdc.compiler.construct import apply, broadcast, count, number, product, real
from gdc.compiler.derivatives import added, contributions, product_rule
from gdc.compiler.ir import Node, Region, cast, make, nested, node, size_of, walk
from gdc.compiler.loop_derivatives import Sums, backwards
from gdc.compiler.parts import Context, Guard, Part, Range, dense, masked, scattered
from gdc.compiler.placing import gathered, is_int
from gdc.compiler.regions import dependents, over
from gdc.compiler.straight_loops import carried_of, head_of
from gdc.compiler.tapes import Taping


class Sweep:
    """The derivatives of `scalar` by `targets`; `at` is the node whose rule is at work."""

    def __init__(self, scalar: Node, targets: Iterable[Node]) -> None:
        self.scalar, self.targets = scalar, dict.fromkeys(targets)
        self.everything = walk([scalar])
        self.active = self._active()
        self.users = self._users()
        self.at: Node = scalar
        self.tapings: list[Taping] = []

    def _active(self) -> set[Node]:
        """What depends on a target and has derivatives: reals, and what owns regions."""
        active = {n for n in self.everything if n in self.targets}
        before = -1
        while before < len(active):
            before = len(active)
            for value in self.everything:
                if value not in active and is_smooth(value) and any(n in active for n in self._sources(value)):
                    active.add(value)
                if value.op == "loop" and value in active:
                    ends = zip(carried_of(value), value.args[head_of(value) :], value.regions[0].results, strict=True)
                    active.update(p for p, *both in ends if is_smooth(p) and any(n in active for n in both))
        return active

    def _sources(self, value: Node) -> Iterable[Node]:
        """What a value's derivative may lead to. A loop's result is one of what it carries."""
        if value.op == "project" and value.args[0].op == "loop":
            return (carried_of(value.args[0])[value.get("k")],)
        return nested(value)

    def _users(self) -> dict[Node, list[tuple[Node, int]]]:
        """Who uses each node among what is active: the user, and which of its regions' results, -1 for an argument."""
        users: dict[Node, list[tuple[Node, int]]] = {}
        for value in self.everything:
            if value in self.active:
                for argument in value.args:
                    users.setdefault(argument, []).append((value, -1))
                for k, region in enumerate(value.regions):
                    for result in region.results:
                        users.setdefault(result, []).append((value, k))
        return users

    def run(self) -> dict[Node, Node]:
        """The derivative of each target, in its shape; a target that every path flattens out is missing."""
        sweep = Body(self, set(self.everything), {self.scalar: [number(1.0, self.scalar)]})
        sweep.run(self.everything)
        return {t: broadcast(sweep.total(t), t.type.shape) for t in self.targets if t in sweep.sums}


def is_smooth(value: Node) -> bool:
    return value.type.kind in ("real", "complex") or value.op in ("loop", "branch")


def of_kind(part: Part) -> Part:
    """The part as what its target is: of a real the real part, of a complex number complex."""
    target, value = part.target.type, part.value
    if target.kind == value.type.kind or "complex" not in (target.kind, value.type.kind):
        return part
    return replace(part, value=cast(value, target.element) if target.kind == "complex" else real(value))


class Body:
    """The sweep over one region's nodes, or the whole formula's. Parts for nodes outside are left in `outside`."""

    def __init__(self, sweep: Sweep, own: set[Node], seeds: dict[Node, list[Node]]) -> None:
        self.sweep, self.own = sweep, own
        self.sums: dict[Node, Node] = {}
        self.of_results: dict[Node, dict[int, Node]] = {}
        self.outside: list[Part] = []
        for value, derivatives in seeds.items():
            for g in derivatives:
                self.accept(Part(value, g))

    def wanted(self, value: Node) -> bool:
        return value in self.sweep.active

    def total(self, value: Node) -> Node:
        return self.sums[value]

    def accept(self, part: Part) -> None:
        """Adds a part to what it is the derivative of, or passes it outside."""
        if not self.wanted(part.target):
            return
        part = of_kind(part)
        if part.target not in self.own:
            self.outside.append(part)
            return
        before = self.sums.get(part.target)
        if part.subscripts and not part.context:
            self.sums[part.target] = scattered(part, before)
            return
        found = gathered(part)
        self.sums[part.target] = found if before is None else added(before, found)

    def run(self, order: list[Node]) -> None:
        """Users before what they use."""
        for value in reversed(order):
            if value in self.own and (value in self.sums or value in self.of_results):
                self.sweep.at = value
                for part in self.parts(value):
                    self.accept(part)

    def parts(self, value: Node) -> list[Part]:
        if value.op == "param":
            return []
        if value.op == "project":
            return self.projected(value)
        if value.op == "loop":
            return self.rounds(value, self.of_results[value])
        if value.op == "branch":
            return self.chosen(value, self.of_results[value])
        g = self.sums[value]
        if value.op == "select":
            return self.chosen(value, {0: g})
        if value.op == "table":
            return self.indexed(value, table_seed(value, g))
        if value.op == "fold":
            return self.indexed(value, fold_seed(value, g))
        return contributions(value, g, self.wanted)

    def projected(self, value: Node) -> list[Part]:
        owner = value.args[0]
        self.of_results.setdefault(owner, {})[value.get("k")] = self.sums[value]
        return []

    def chosen(self, value: Node, derivatives: dict[int, Node]) -> list[Part]:
        """select and branch: each side by itself, 0 and not evaluated where the other is taken."""
        found = []
        for side, region in enumerate(value.regions):
            seeds: dict[Node, list[Node]] = {}
            for k, g in derivatives.items():
                seeds.setdefault(region.results[k], []).append(g)
            guard = Guard(value.args[0], side == 0)
            found += inside_parts(self, self.only_in(value, side), seeds, region, (guard,))
        return found

    def rounds(self, loop: Node, derivatives: dict[int, Node]) -> list[Part]:
        """A straight loop: its rounds backwards."""
        region = loop.regions[0]
        own = dependents(region.results, region.params) - {region.params[0]}
        active = [k for k, p in enumerate(carried_of(loop)) if self.wanted(p)]

        def swept(coming: dict[int, Node]) -> Sums:
            seeds: dict[Node, list[Node]] = {}
            for k, g in coming.items():
                seeds.setdefault(region.results[k], []).append(g)
            body = Body(self.sweep, own, seeds)
            body.run(walk(region.results))
            return body.sums, body.onto_outside()

        return backwards(loop, derivatives, active, swept, self.sweep.tapings)

    def onto_outside(self) -> dict[Node, Callable[[Node], Node]]:
        """For each value outside that has parts: its derivative with the parts added to what was found before."""
        parts: dict[Node, list[Part]] = {}
        for part in self.outside:
            parts.setdefault(part.target, []).append(part)

        def onto(found: list[Part], before: Node) -> Node:
            for part in found:
                placed = part.subscripts and not part.context
                before = scattered(part, before) if placed else dense(added(before, gathered(part)), part.target)
            return before

        return {target: partial(onto, found) for target, found in parts.items()}

    def only_in(self, owner: Node, side: int) -> set[Node]:
        """The active nodes that nothing outside one side uses: those are evaluated in it alone."""
        users = self.sweep.users
        region, own = owner.regions[side], set[Node]()
        for value in reversed(walk(region.results)):
            if (
                value in self.own
                and value in self.sweep.active
                and value not in self.sweep.targets
                and value.op != "param"
            ):
                if all(user in own or (user is owner and place == side) for user, place in users.get(value, ())):
                    own.add(value)
        return own

    def indexed(self, value: Node, seed: Node) -> list[Part]:
        """table and fold: the body once for all places."""
        region = value.regions[0]
        own = dependents(region.results, region.params) - set(region.params)
        context = tuple(Range(p, *value.args[3 * k : 3 * k + 3]) for k, p in enumerate(region.params))
        return inside_parts(self, own, {region.results[0]: [seed]}, region, context)


def inside_parts(
    outer: Body, own: set[Node], seeds: dict[Node, list[Node]], region: Region, context: Context
) -> list[Part]:
    """What one region's body adds to everything outside it."""
    body = Body(outer.sweep, own, seeds)
    body.run(walk(region.results))
    return [Part(p.target, p.value, p.subscripts, p.args, p.deps, context + p.context) for p in body.outside]


# --- the derivative of one place -----------------------------------------------------------------


def table_seed(value: Node, g: Node) -> Node:
    """The table's derivative at its indices' places."""
    if not g.type.rank:
        return g
    places = []
    for k, p in enumerate(value.regions[0].params):
        start, _, step = value.args[3 * k : 3 * k + 3]
        place = p if is_int(start, 0) else apply("sub", p, start)
        places.append(place if is_int(step, 1) else apply("floordiv", place, step))
    whole = dense(g, value)
    subscripts = ("at",) * len(places) + ("all",) * (value.type.rank - len(places))
    return node("index", whole, *places, subscripts=subscripts)


def fold_seed(value: Node, g: Node) -> Node:
    """The derivative of a reduction by the element at its indices' places."""
    body, monoid = value.regions[0].results[0], value.get("monoid")
    if monoid == "sum":
        return g
    zero, one = number(0.0, body), number(1.0, body)
    if monoid == "mean":
        return apply("div", g, again(value, "sum", one) if ragged(value) else count_of(value))
    if monoid == "prod":
        return product_rule(body, value, g, lambda v: again(value, "sum", v), lambda v: again(value, "prod", v))
    best = apply("eq", body, value)
    ties = again(value, "sum", cast(best, value.type.element))
    return masked(best, apply("div", g, ties), None) or zero


def ragged(value: Node) -> bool:
    """Whether a later range reads an earlier index."""
    params = set(value.regions[0].params)
    return bool(params & set(walk(value.args)))


def count_of(value: Node) -> Node:
    return count([product(size_of(a) for a in value.args[1::3])], value.type.element)


def again(value: Node, monoid: str, body: Node) -> Node:
    """Another reduction over the indices of a fold."""
    params, (new_body, *args) = over(value.regions[0].params, body, *value.args)
    return make("fold", args, {**dict(value.attrs), "monoid": monoid}, (body.type,), (Region(params, (), (new_body,)),))
