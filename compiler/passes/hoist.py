"""What the rounds of a loop do not change is computed before it.

Nodes float, and `schedule` places each outside every loop that it does not need. This pass does the algebra that frees
more; p changes from round to round, s, t, b, y, c and X do not:

    invariant   says what leaves each loop (it changes nothing)
    group       (p*s)*t = p*(s*t) and (p + b) - y = p + (b - y)
    factor      solve(A, b + p): A is factored before the loop, and a round only substitutes; the same numbers come out
    gram        X.T@(X@p + c) = X.T@(X@p0 + c) + (X.T@X)@(p - p0) and the like (residuals.py), with X.T@X computed once
                and p0 of one of few rounds (anchors.py). Only where that pays: the formulas of the costs prove it, or
                the sizes and rounds of a call say so

group and gram change rounding, and rest under strict.
"""

from __future__ import annotations

from collections.abc import Callable

from gdc.compiler.anchors import Anchors, can_carry
from gdc.compiler.construct import apply
from gdc.compiler.cost import RARELY, at_most, cheaper, entries, needed_often, own_flops, rounds
from gdc.compiler.dims import ZERO, Dim, dim
from gdc.compiler.ir import Node, Program, Region, cast, make, mapped_region, node, rebuild, roots, walk
from gdc.compiler.ops import OPS
from gdc.compiler.record import Record, Step
from gdc.compiler.regions import dependents
from gdc.compiler.residuals import Residual, joined, residuals, spread, way
from gdc.compiler.rules import formula, is_said, through, users

NAME = "hoist"
SWITCHES = ("gram", "group", "factor")
FACTORED = ("numpy", "parallel")  # the targets that solve by factors
LONGEST = 60  # terms of a sum or product that are regrouped
SHORT = 64  # entries of a vector that a sum of columns is kept in
MOST_TIMES = 4  # what one round of the pass writes, the next may regroup
SUMS, PRODUCTS = ("add", "sub"), ("mul",)


def run(program: Program, record: Record, target: str = "loops") -> Program:
    """Looks at each loop, then regroups and tells what leaves."""

    def hoisted(region: Region) -> Region:
        if target in FACTORED and record.allows("factor"):
            region = Hoist(program, record, region).factored()
        for _ in range(0 if record.strict else MOST_TIMES):
            before, region = region, Hoist(program, record, region).run()
            if region is before:
                break
        tell_invariants(region, program, record)
        return region

    return through(program, hoisted)


class Hoist:
    """The pass over one region. `moving[loop]` is what a loop's rounds compute anew."""

    def __init__(self, program: Program, record: Record, region: Region) -> None:
        self.origins, self.record, self.region = program.origins, record, region
        everything = walk(roots(region))
        self.uses = users(everything)
        self.inside: dict[Node, tuple[set[Node], Dim]] = {}
        self.moving: list[set[Node]] = []
        self.always: dict[Node, Node] = {}      # the innermost loop each of whose rounds surely needs a node
        self.anchors: dict[Node, Anchors] = {}
        for loop in everything:
            if loop.op == "loop":
                body = loop.regions[0]
                moving = dependents(roots(body), body.params)
                self.moving.append(moving)
                for value in moving:
                    if value not in self.inside or len(self.inside[value][0]) > len(moving):
                        self.inside[value] = (moving, rounds(loop))
                for value in walk(roots(body), below=needed_often):
                    if value in moving and self.inside[value][0] is moving:
                        self.always[value] = loop
        self.tops = self._tops(everything)
        self.residual_of = self.linear(everything)

    def _tops(self, everything: list[Node]) -> set[Node]:
        """Chains are regrouped from their last op, once."""
        lower = {a for n in everything for a in n.args if same_chain(n, a) and self.uses.get(a) == 1}
        return {n for n in everything if n.op in SUMS + PRODUCTS and n not in lower and n in self.inside}

    # --- factors

    def factored(self) -> Region:
        """The region with the matrices that rounds solve with, and do not change, factored outside."""
        new: dict[Node, Node] = {}
        for value in walk(roots(self.region)):
            changed = rebuild(value, new)
            self.origins.replace(value, changed)
            new[value] = changed
            if value.op == "solve" and not value.get("reads") and value in self.inside:
                moving, times = self.inside[value]
                if value.args[0] not in moving:
                    new[value] = self.by_factors(changed, times)
        return mapped_region(self.region, new)

    def by_factors(self, value: Node, times: Dim) -> Node:
        """A solve by factors, which only the matrix's singularity makes fail, in its place, as before."""
        matrix = cast(value.args[0], value.type.element)
        factors = node("lu", matrix)
        attrs = {**dict(value.attrs), "reads": "factors"}
        better = make("solve", (factors, value.args[1]), attrs, value.types, deps=value.deps)
        cubes = own_flops(value) - own_flops(better)
        words = formula(value.args[0], self.origins)
        self.tell("factor", value, better, f"{words} is the same in every round: it is factored once, before the loop",
                  own_flops(value) * times, cubes + own_flops(better) * times)
        return better

    def run(self) -> Region:
        new: dict[Node, Node] = {}
        for value in walk(roots(self.region)):
            changed = rebuild(value, new)
            if value in self.anchors:
                changed = self.anchors[value].carried_by(changed, new)
            self.carry(value, changed)
            better = changed
            if value in self.residual_of:
                better = self.gram(value, changed, new)
            elif value in self.tops and self.record.allows("group"):
                better = self.grouped(changed)
            self.carry(value, better)
            new[value] = better
        return mapped_region(self.region, new)

    def carry(self, old: Node, new: Node) -> None:
        """What is known of a node holds for the one that stands for it."""
        if new is old:
            return
        self.origins.replace(old, new)
        self.uses[new] = self.uses.get(old, 1)
        if old in self.inside:
            self.inside[new] = self.inside[old]
        for moving in self.moving:
            if old in moving:
                moving.add(new)

    # --- sums and products

    def grouped(self, value: Node) -> Node:
        """The chain with what is the same in every round put together, or the node itself where that frees nothing."""
        moving, times = self.inside[value]
        terms = self.terms(value)
        fixed = [t for t in terms if t[1] not in moving]
        loose = [t for t in terms if t[1] in moving]
        if len(fixed) < 2 or not loose or len(terms) > LONGEST or self.already(value, moving, len(fixed)):
            return value
        if value.type.kind not in ("real", "complex", "int") or not grows_nothing(fixed, value):
            return value
        together, rest = joined(fixed, value.op in SUMS), joined(loose, value.op in SUMS)
        if together is None or rest is None:
            return value
        new = joined([rest, together], value.op in SUMS)
        if new is None or new[1].type != value.type:
            return value
        words = formula(together[1], self.origins, follow=False)
        self.tell(
            "group",
            value,
            new[1],
            f"{words} is the same in every round",
            entries(value.type) * (len(terms) - 1) * times,
            entries(value.type) * len(loose) * times + entries(together[1].type) * (len(fixed) - 1),
        )
        return new[1] if new[0] else apply("neg", new[1])

    def already(self, value: Node, moving: set[Node], fixed: int) -> bool:
        """Whether all that is fixed stands together as one argument."""
        return any(a not in moving and len(self.terms(a, value.op)) == fixed for a in value.args)

    def terms(self, value: Node, like: str = "") -> list[tuple[bool, Node]]:
        """The terms of a sum with their signs (True is plus), or the factors of a product; left to right."""
        family = SUMS if (like or value.op) in SUMS else PRODUCTS
        found: list[tuple[bool, Node]] = []
        stack = [(True, value)]
        while stack:
            plus, term = stack.pop()
            if term.op in family and (term is value or self.uses.get(term) == 1):
                left, right = term.args
                stack.append((plus if term.op != "sub" else not plus, right))
                stack.append((plus, left))
            else:
                found.append((plus, term))
        return found

    # --- Gram matrices

    def linear(self, everything: list[Node]) -> dict[Node, Residual]:
        """The residuals not worth forming, by the nodes that read them."""
        if not self.record.allows("gram"):
            return {}

        def moving_with(value: Node) -> set[Node] | None:
            return self.inside[value][0] if value in self.always else None

        def terms(value: Node) -> list[tuple[bool, Node]]:
            return self.terms(value) if value.op in SUMS else [(True, value)]

        found = residuals(everything, moving_with, terms, lambda value: self.uses.get(value) == 1)
        alone = [r for r in found if all(p is r.value or self.uses.get(p) == 1 for _, p in r.products)]
        return {reader: r for r in alone if self.pays(r) for reader in r.readers}

    def gram(self, reader: Node, changed: Node, new: dict[Node, Node]) -> Node:
        """What a reader makes of a residual, without the residual."""
        residual = self.residual_of[reader]
        made = joined(spread(reader, residual, lambda n: new.get(n, n), self.is_short, self.anchored(residual)), True)
        if made is None:
            return changed
        better = made[1] if made[0] else apply("neg", made[1])
        before, after = self.costs(residual)
        reason = f"{self.products(residual)} is computed once, before the loop"
        self.tell("gram", changed, better, reason, before, after)
        return better

    def anchored(self, residual: Residual) -> Callable[[Node], Node] | None:
        """What gives values of an earlier round, where the loop can carry them."""
        loop = self.always[residual.value]
        if not can_carry(loop, (*residual.moving(), *residual.readers), self.inside[residual.value][0]):
            return None
        return self.anchors.setdefault(loop, Anchors(loop)).of

    def is_short(self, size: Dim) -> bool:
        """Whether vectors of a size fill no more than a few registers."""
        why = NAME, "small products are summed column by column", "row by row"
        return self.record.decide(size, dim(SHORT), False, why)

    def costs(self, residual: Residual) -> tuple[Dim, Dim]:
        """Flops with the residual formed in every round, and without it."""
        times = self.inside[residual.value][1]
        after = residual.flops_before() + residual.flops_without() * times + residual.flops() * RARELY
        return residual.flops() * times, after

    def products(self, residual: Residual) -> str:
        """The first of the products that are computed before the loop, in words."""
        reader = next((r for r in residual.readers if r.op == "matmul"), residual.readers[0])
        _, product = residual.products[0]
        matrix = formula(product.args[0], self.origins)
        if reader.op != "matmul":
            return f"{reader.op}({matrix}, axis=0)"
        return f"{formula(way(reader, residual.value), self.origins)}@{matrix}"

    def pays(self, residual: Residual) -> bool:
        """Whether the products before the loop cost less than they save: provably, or for the sizes at hand."""
        before, after = self.costs(residual)
        if cheaper(after, before) or at_most(before, after):
            return cheaper(after, before)
        _, product = residual.products[0]
        matrix = formula(product.args[0], self.origins)
        why = NAME, f"{self.products(residual)} is computed once, before the loop", f"{matrix} is read in every round"
        return self.record.decide(after, before, False, why, self.origins.of(residual.readers[0]))

    def tell(self, rule: str, before: Node, after: Node, reason: str, cost_before: Dim, cost_after: Dim) -> None:
        spans = self.origins.of(before)
        for made in walk([after]):
            if spans and made.op in OPS and made.args and not self.origins.of(made):
                self.origins.add(made, *spans)
        self.record.add(
            Step(
                NAME,
                rule,
                formula(before, self.origins),
                formula(after, self.origins, follow=False),
                reason,
                spans,
                cost_before,
                cost_after,
            )
        )


def same_chain(value: Node, argument: Node) -> bool:
    return (value.op in SUMS and argument.op in SUMS) or (value.op in PRODUCTS and argument.op in PRODUCTS)


def grows_nothing(fixed: list[tuple[bool, Node]], value: Node) -> bool:
    """Whether the fixed terms together are no larger than the largest of them: no outer sum of a row and a column."""
    return all(not t.type.rank or t.type.shape == value.type.shape for _, t in fixed)


def tell_invariants(region: Region, program: Program, record: Record) -> None:
    """One step for each largest formula that a loop would compute in each round, and need not."""
    told: set[Node] = set()
    for loop in walk(roots(region)):
        if loop.op != "loop":
            continue
        moving = dependents(roots(loop.regions[0]), loop.regions[0].params)
        for value in walk(roots(loop.regions[0])):
            for found in value.args if value in moving else ():
                cost = own_flops(found)
                if found in moving or found in told or cost == ZERO or not is_said(found, program.origins):
                    continue
                told.add(found)
                if inside(loop, found, program):
                    record.add(
                        Step(
                            NAME,
                            "invariant",
                            formula(found, program.origins),
                            "computed once, before the loop",
                            "it is the same in every round",
                            program.origins.of(found),
                            cost * rounds(loop),
                            cost,
                        )
                    )


def inside(loop: Node, value: Node, program: Program) -> bool:
    """Whether a formula stands in a loop's text; what stands before it was never computed in its rounds."""
    spans, (own, *_) = program.origins.of(value), program.origins.of(loop) or (None,)
    return own is None or any(s.source == own.source and own.start <= s.start < own.end for s in spans)
