"""Products in the order that costs least. Nothing here happens under strict: it regroups what the user wrote.

    chain       X.T@X@w = X.T@(X@w)            the grouping that is provably cheapest; where none is, the sizes of
                                               each call decide (as written, where they are not known); an outer product
                                               is its two vectors: outer(u, v)@w = u*(v@w)
    scalars     (s*X)@e = s*(X@e)              a scalar meets the result or the other factor, where that is smaller,
                (s*X)@C = X@(s*C)              provably or by the sizes of each call (rows, axis 0 of an input, count
                                               as many)
    solve       inv(A)@b = solve(A, b)         an inverse that is used for one product, or two, is never formed
    diagonal    diag(d)@A = d[:, new]*A        a diagonal matrix scales
    distribute  (A - H.T@H)@x = A@x - H.T@(H@x)   a sum is not formed where that provably costs less; nor one that
                                               several products by vectors need, for sizes where it costs them less
    common      A@x + A@y = A@(x + y)          a common factor is multiplied once, where that provably costs less

A product that is used twice is computed once, and is a factor like any other; a scaled matrix that only products use is
not. So is one that the user has given a name
outside the loop whose rounds multiply by it, and an inverse outside such a loop. An inverse is no solve where something
that was written after it would have to be computed before it fails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial

from gdc.compiler.chains import (
    Chain,
    Factor,
    Grouping,
    best,
    built,
    exchanged,
    outer_factors,
    with_scalars,
    written_out,
)
from gdc.compiler.construct import apply, matmul, transpose
from gdc.compiler.cost import at_most, cheaper, entries, own_flops
from gdc.compiler.diagonals import diagonal, scaled, scaled_columns
from gdc.compiler.dims import ZERO, Dim
from gdc.compiler.factors import (
    in_products_by_vectors,
    in_two_products,
    is_thin,
    may_come_first,
    only_multiplied,
    row_sizes,
    shared_by_rounds,
    sizes_of,
    unscaled,
    untransposed,
)
from gdc.compiler.ir import Node, Program, Region, make, node, rewrite, roots, walk
from gdc.compiler.record import Record, Step
from gdc.compiler.regions import repeated
from gdc.compiler.rules import formula, through, users

NAME = "order"
SWITCHES = ("chain", "scalars", "solve", "diagonal", "distribute", "common")
SUMS = ("add", "sub")
MOST_TERMS = 12  # of a sum that is distributed


def run(program: Program, record: Record) -> Program:
    """Regroups every product, inner ones first."""
    if record.strict:
        return program
    return through(program, lambda region: Order(program, record, region).run())


class Order:
    """The pass over one region; `uses` says how many places use each node, `inner` which products a chain takes up."""

    def __init__(self, program: Program, record: Record, region: Region) -> None:
        self.origins, self.record, self.region = program.origins, record, region
        everything = walk(roots(region))
        self.uses = users(everything)
        self.rows = row_sizes(program.inputs)
        for result in roots(region):
            self.uses[result] = self.uses.get(result, 0) + 1
        self.shared = shared_by_rounds(program, region, everything)
        self.multiplied = only_multiplied(everything, roots(region)) - set(program.origins.names)
        factors = (untransposed(a) for v in everything if v.op == "matmul" for a in v.args)
        self.inner = {f for f in factors if f.op == "matmul" and self.once(f)}
        self.solved_apart = in_two_products(everything, roots(region))
        self.spread = in_products_by_vectors(everything, roots(region))
        self.everything, self.written = everything, dict[Node, Node]()

    def run(self) -> Region:
        return rewrite(self.region, self.change, self.origins, self.became)

    def became(self, old: Node, new: Node) -> None:
        """What is known of a node holds for the one that stands for it."""
        self.uses[new] = max(self.uses.get(new, 0), self.uses.get(old, 1))
        self.written.setdefault(new, self.written.get(old, old))
        for known in (self.inner, self.shared, self.multiplied, self.solved_apart):
            if old in known:
                known.add(new)
        if old in self.spread:
            self.spread[new] = self.spread[old]

    def once(self, value: Node) -> bool:
        """Whether one place alone uses a node, once; nodes that this pass made are used once."""
        return self.uses.get(value, 1) == 1 and value not in self.shared

    def change(self, value: Node) -> Node:
        if value.op == "matmul" and all(a.type.rank <= 2 for a in value.args):
            return self.product(value)
        if value.op in SUMS and self.record.allows("common"):
            return self.common(value)
        return value

    @cached_property
    def bodies(self) -> list[tuple[Node, set[Node]]]:
        return repeated(self.everything)

    def steadier(self, part: Node, value: Node) -> bool:
        """Whether some rounds compute a value anew and not this part of it."""
        ours, theirs = self.written.get(part, part), self.written.get(value, value)
        return any(theirs in moving and ours not in moving for _, moving in self.bodies)

    # --- products

    def product(self, value: Node) -> Node:
        def may_open(operand: Node) -> bool:
            return outer_factors(operand) is not None or self.once(operand)

        homes: list[Node] = []

        def may_strip(operand: Node) -> bool:
            if not self.record.allows("scalars"):
                return False
            free = is_thin(operand) or self.once(operand) and self.inverted(unscaled(operand)) is not None
            home = value if free else self.home(value, operand)
            homes.extend(() if home is None else (home,))
            return home is not None

        chain = Chain(value, may_open, may_strip)
        outermost = value not in self.inner
        beats = self.beats(value) if outermost else None
        chosen = best(chain.factors, chain.written, beats) if self.record.allows("chain") else chain.written
        if chosen is chain.written and not chain.scalars and not (outermost and self.special(value, chain.factors)):
            return value
        times = partial(self.times, value) if outermost else matmul
        factor = next((f for f in chain.factors if all(f.value is h for h in homes)), None)
        if chain.scalars and factor is not None:
            scaled = replace(factor, value=with_scalars(factor.value, chain.scalars))
            new = built(exchanged(chosen, factor, scaled), times)
        else:
            new = with_scalars(built(chosen, times), chain.scalars)
        if chosen is not chain.written:
            self.tell("chain", value, new, "this grouping of the product costs less", chain.written.cost, chosen.cost)
        if chain.scalars:
            self.tell(
                "scalars",
                value,
                new,
                "a scalar multiplies the smaller array: no scaled copy of the larger one is made",
                chosen.cost + chain.scaling,
                chosen.cost + entries(value.type if factor is None else factor.value.type),
            )
        return new

    def home(self, product: Node, operand: Node) -> Node | None:
        """Where a scalar goes that leaves an operand which nothing else needs: a smaller result, or other factor."""
        if not (self.once(operand) or operand in self.multiplied):
            return None
        if self.smaller(product, operand):
            return product
        others = {untransposed(a) for a in product.args} - {untransposed(operand)}
        other = others.pop() if len(others) == 1 else None
        same = other is not None and other.type.element == operand.type.element
        return other if other is not None and same and self.smaller(other, operand) else None

    def smaller(self, result: Node, operand: Node) -> bool:
        """Whether the result is no larger than the operand that a scalar multiplies: provably, or for these sizes.
        Of equals the result is scaled: it is new, and may be overwritten.
        """
        ours, theirs = entries(result.type), entries(operand.type) + 1
        if cheaper(ours, theirs) or at_most(theirs, ours):
            return cheaper(ours, theirs)
        words = formula(operand, self.origins), formula(result, self.origins)
        why = NAME, f"its scalar multiplies {words[1]}", f"it multiplies {words[0]}"
        return self.record.decide(ours, theirs, self.fewer_rows(result, operand), why, self.origins.of(result))

    def beats(self, value: Node) -> Callable[[Grouping, Grouping], bool]:
        """Whether one grouping costs less than another for the sizes at hand."""

        def word(factor: Factor) -> str:
            text = self.origins.names.get(factor.value) or formula(factor.value, self.origins)
            return (text if text.isidentifier() else f"({text})") + (".T" if factor.transposed else "")

        def ask(one: Grouping, other: Grouping) -> bool:
            why = NAME, f"grouped as {written_out(one, word)}", written_out(other, word)
            return self.record.decide(one.cost, other.cost, False, why, self.origins.of(value))

        return ask

    def fewer_rows(self, result: Node, operand: Node) -> bool:
        """Whether the result has none of the row sizes, and the operand has one."""
        return bool(self.rows & sizes_of(operand)) and not self.rows & sizes_of(result)

    def special(self, value: Node, factors: list[Factor]) -> bool:
        """Whether a factor is worth more than a plain product: an inverse, a diagonal, a sum to distribute over."""
        nodes = [f.node for f in factors]
        return any(self.inverted(f) or self.diagonal(f) or self.summands(value, f) for f in nodes)

    def inverted(self, value: Node) -> Node | None:
        """The inv node of inv(A) or inv(A).T, if one place alone uses it."""
        if not self.record.allows("solve"):
            return None
        inner = value.args[0] if value.op == "transpose" else value
        if inner.op != "inv" or inner.type.rank != 2:
            return None
        return inner if inner in self.solved_apart or (self.once(inner) and self.once(value)) else None

    def diagonal(self, value: Node) -> Node | None:
        return diagonal(untransposed(value)) if self.record.allows("diagonal") else None

    def times(self, value: Node, left: Node, right: Node) -> Node:
        """left@right, of which `value` is made, as a solve where one of them is an inverse."""
        found = self.inverted(left)
        if found is not None and may_come_first(right, found):
            return self.solved(found, left is not found, left, right)
        found = self.inverted(right)
        if found is not None and may_come_first(left, found):
            turned = self.solved(found, right is found, right, transpose(left))
            return transpose(turned)
        return self.scaled(left, right) or self.distributed(value, left, right) or matmul(left, right)

    def scaled(self, left: Node, right: Node) -> Node | None:
        """A product with a diagonal matrix."""
        if (d := self.diagonal(left)) is not None:
            new = scaled(d, right)
        elif (d := self.diagonal(right)) is not None:
            new = scaled_columns(left, d)
        else:
            return None
        product = matmul(left, right)
        if new.type != product.type:
            return None
        self.tell("diagonal", product, new, "a diagonal matrix scales", own_flops(product), own_flops(new))
        return new

    def solved(self, inverse: Node, turned: bool, factor: Node, right: Node) -> Node:
        matrix = transpose(inverse.args[0]) if turned else inverse.args[0]
        plain = node("solve", matrix, right)
        site = {k: v for k, v in inverse.attrs if k == "site"}
        new = make("solve", plain.args, site, plain.types, deps=inverse.deps)
        product = matmul(factor, right) if right.type.rank == 2 or not turned else matmul(right, factor)
        self.tell(
            "solve",
            product,
            new,
            "solving costs a third of inverting, and rounds less",
            own_flops(inverse) + own_flops(product),
            own_flops(new),
        )
        self.origins.replace(inverse, new)
        return new

    # --- sums

    def summands(self, value: Node, factor: Node) -> list[tuple[bool, Node]]:
        """The terms of a sum of matrices with their signs, if one of them is cheaper to multiply by than to form."""
        inner = untransposed(factor)
        if inner.op not in SUMS or inner.type.rank != 2 or not self.record.allows("distribute"):
            return []
        alone = self.once(factor) and self.once(inner) or inner in self.spread
        if not alone or self.steadier(inner, value):
            return []
        terms = self.terms(inner)
        if len(terms) > MOST_TERMS or any(t.type != inner.type for _, t in terms):
            return []
        if not any(is_thin(t) or self.is_formed(t, value) for _, t in terms):
            return []
        return [(plus, t if inner is factor else transpose(t)) for plus, t in terms]

    def terms(self, value: Node) -> list[tuple[bool, Node]]:
        found: list[tuple[bool, Node]] = []
        stack = [(True, value)]
        while stack and len(found) <= MOST_TERMS:
            plus, term = stack.pop()
            if term.op in SUMS and (term is value or self.once(term)):
                stack += [(plus if term.op == "add" else not plus, term.args[1]), (plus, term.args[0])]
            else:
                found.append((plus, term))
        return found

    def is_formed(self, term: Node, value: Node) -> bool:
        """Whether a term is a product, scaled or not, that nothing else needs."""
        core = unscaled(term)
        return untransposed(core).op == "matmul" and self.once(core) and not self.steadier(core, value)

    def distributed(self, value: Node, left: Node, right: Node) -> Node | None:
        """(A + B)@x = A@x + B@x, if that costs less."""
        for on_left, factor, other in ((True, left, right), (False, right, left)):
            new: Node | None = None
            for plus, term in self.summands(value, factor):
                product = matmul(term, other) if on_left else matmul(other, term)
                product = self.product(product)
                if new is None:
                    new = product if plus else apply("neg", product)
                else:
                    new = apply("add" if plus else "sub", new, product)
            if new is None:
                continue
            product = matmul(left, right)
            before, after = self.compared(product, new, other)
            inner = untransposed(factor)
            if inner in self.spread:
                before, after = self.together(inner, before, after)
            if new.type == product.type and self.costs_less(after, before, inner):
                self.tell("distribute", product, new, "the sum of matrices is never formed", before, after)
                return new
        return None

    def compared(self, before: Node, after: Node, other: Node) -> tuple[Dim, Dim]:
        """What two ways cost, without what is computed anyway: `other`, and what more than one place uses."""
        kept = {other} | {v for v in walk([before], without={other}) if v is not before and not self.once(v)}
        costs = [[own_flops(v) for v in walk([way], without=kept) if v not in kept] for way in (before, after)]
        return sum(costs[0], start=ZERO), sum(costs[1], start=ZERO)

    def together(self, inner: Node, before: Dim, after: Dim) -> tuple[Dim, Dim]:
        """What all products by a sum cost, with the sum formed, and without it."""
        kept = {v for v in walk([inner]) if v is not inner and not self.once(v)}
        formed = sum((own_flops(v) for v in walk([inner], without=kept)), start=ZERO)
        return formed + before * self.spread[inner], after * self.spread[inner]

    def costs_less(self, after: Dim, before: Dim, inner: Node) -> bool:
        """Whether products cost less without the sum: provably, or, of a sum that several need, for these sizes."""
        if inner not in self.spread or cheaper(after, before) or at_most(before, after):
            return cheaper(after, before)
        words = formula(inner, self.origins)
        why = NAME, f"{words} is multiplied term by term", f"{words} is formed"
        return self.record.decide(after, before, True, why, self.origins.of(inner))

    def common(self, value: Node) -> Node:
        """A@x + A@y = A@(x + y), and the like for a common factor on the right."""
        one, other = value.args
        if any(a.op != "matmul" or not self.once(a) or a.type != value.type for a in value.args):
            return value
        if self.steadier(one, other) or self.steadier(other, one):
            return value
        for k in (0, 1):
            shared, ours, theirs = one.args[k], one.args[1 - k], other.args[1 - k]
            if shared is not other.args[k] or shared.type.rank != 2 or ours.type != theirs.type:
                continue
            together = apply(value.op, ours, theirs)
            new = matmul(shared, together) if k == 0 else matmul(together, shared)
            before = own_flops(one) + own_flops(other) + own_flops(value)
            after = own_flops(new) + own_flops(together)
            if new.type == value.type and cheaper(after, before):
                self.tell("common", value, new, "a common factor is multiplied once", before, after)
                return new
        return value

    def tell(self, rule: str, before: Node, after: Node, reason: str, cost_before: Dim, cost_after: Dim) -> None:
        spans = self.origins.of(before)
        for made in walk([after]):
            if spans and made.op in ("matmul", "mul", "div", "neg", "solve", "transpose") and not self.origins.of(made):
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
