"""What the rounds of a loop do not change is computed before it.

Nodes float, and `schedule` places each outside every loop that it does not need. This pass does the algebra that frees
more; p changes from round to round, s, t, b, y, c and X do not:

    invariant   says what leaves each loop (it changes nothing)
    group       (p*s)*t = p*(s*t) and (p + b) - y = p + (b - y)
    gram        X.T@(X@p + c) = (X.T@X)@p + X.T@c, with X.T@X computed once. Only where that pays: the formulas of the
                costs prove it, or the sizes and rounds of a call say so

group and gram change rounding, and rest under strict.
"""

from __future__ import annotations

from gdc.compiler.construct import apply, matmul, reduce
from gdc.compiler.cost import at_most, cheaper, entries, own_flops, rounds
from gdc.compiler.dims import ZERO, Dim
from gdc.compiler.ir import Node, Program, Region, mapped_region, rebuild, roots, walk
from gdc.compiler.ops import OPS
from gdc.compiler.record import Record, Step
from gdc.compiler.regions import dependents
from gdc.compiler.rules import formula, through, users

NAME = "hoist"
SWITCHES = ("gram", "group")
LONGEST = 60  # terms of a sum or product that are regrouped
SUMS, PRODUCTS = ("add", "sub"), ("mul",)


def run(program: Program, record: Record) -> Program:
    """Looks at each loop, then regroups and tells what leaves."""

    def hoisted(region: Region) -> Region:
        changed = region if record.strict else Hoist(program, record, region).run()
        tell_invariants(changed, program, record)
        return changed

    return through(program, hoisted)


class Hoist:
    """The pass over one region. `moving[loop]` is what a loop's rounds compute anew."""

    def __init__(self, program: Program, record: Record, region: Region) -> None:
        self.origins, self.record, self.region = program.origins, record, region
        everything = walk(roots(region))
        self.uses = users(everything)
        self.inside: dict[Node, tuple[set[Node], Dim]] = {}
        self.moving: list[set[Node]] = []
        for loop in everything:
            if loop.op == "loop":
                body = loop.regions[0]
                moving = dependents(roots(body), body.params)
                self.moving.append(moving)
                for value in moving:
                    if value not in self.inside or len(self.inside[value][0]) > len(moving):
                        self.inside[value] = (moving, rounds(loop))
        self.tops = self._tops(everything)

    def _tops(self, everything: list[Node]) -> set[Node]:
        """Chains are regrouped from their last op, once."""
        lower = {a for n in everything for a in n.args if same_chain(n, a) and self.uses.get(a) == 1}
        return {n for n in everything if n.op in SUMS + PRODUCTS and n not in lower and n in self.inside}

    def run(self) -> Region:
        new: dict[Node, Node] = {}
        for value in walk(roots(self.region)):
            changed = rebuild(value, new)
            self.carry(value, changed)
            better = changed
            if value.op == "matmul" and value in self.inside and self.record.allows("gram"):
                better = self.gram(changed)
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

    def gram(self, value: Node) -> Node:
        """X.T@(X@w + c), where it pays."""
        moving, times = self.inside[value]
        left, right = value.args
        if (
            left.op != "transpose"
            or left in moving
            or left.type.rank != 2
            or right.type.rank != 1
            or self.uses.get(right) != 1
        ):
            return value
        matrix = left.args[0]
        sums, fixed = [], []
        for plus, term in self.terms(right) if right.op in SUMS else [(True, right)]:
            if term.op == "matmul" and term.args[0] is matrix and term in moving and self.uses.get(term) == 1:
                sums.append((plus, matmul(matmul(left, matrix), term.args[1])))
            elif term not in moving and term.type.rank == 1:
                fixed.append((plus, term))
            elif not term.type.rank:
                sums.append((plus, apply("mul", term, reduce("sum", matrix, (0,)))))
            else:
                return value
        m, n = matrix.type.shape
        before, after = m * n * 4 * times, m * n * n * 2 + m * n * 4 + n * n * 2 * times
        if not any(t[1].op == "matmul" for t in sums) or not self.pays(value, matrix, after, before):
            return value
        together = joined(fixed, True)
        if together is not None:
            sums.append((together[0], matmul(left, together[1])))
        new = joined(sums, True)
        if new is None or not new[0]:
            return value
        self.tell(
            "gram",
            value,
            new[1],
            "the product of the matrix with itself is computed once, before the loop",
            before,
            after,
        )
        return new[1]

    def pays(self, value: Node, matrix: Node, after: Dim, before: Dim) -> bool:
        """Whether the Gram matrix costs less than it saves: provably, or for the sizes at hand."""
        if cheaper(after, before) or at_most(before, after):
            return cheaper(after, before)
        name = self.origins.names.get(matrix) or formula(matrix, self.origins)
        why = NAME, f"{name}.T@{name} is computed once, before the loop", f"{name} is read in every round"
        return self.record.decide(after, before, False, why, self.origins.of(value))

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


def joined(terms: list[tuple[bool, Node]], is_sum: bool) -> tuple[bool, Node] | None:
    """The terms as one, and its sign; the first plus leads."""
    if not terms:
        return None
    if not is_sum:
        product = terms[0][1]
        for _, factor in terms[1:]:
            product = apply("mul", product, factor)
        return True, product
    lead = next((k for k, (plus, _) in enumerate(terms) if plus), 0)
    sign, total = terms[lead]
    for plus, term in terms[:lead] + terms[lead + 1 :]:
        total = apply("add" if plus == sign else "sub", total, term)
    return sign, total


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
                if found not in moving and found not in told and cost != ZERO:
                    told.add(found)
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
