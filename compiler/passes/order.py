"""Products in the order that costs least. Nothing here happens under strict: it regroups what the user wrote.

    chain     X.T@X@w = X.T@(X@w)              the grouping that is provably cheapest; where none is, the sizes of
                                               each call decide (as written, where they are not known)
    scalars   (s*X)@e = s*(X@e)                a scalar meets the smaller of operand and result, provably or by the
                                               sizes of each call (rows, axis 0 of an input, count as many)
    solve     inv(A)@b = solve(A, b)           an inverse that is used for one product is never formed

A product that is used twice is computed once, and is a factor like any other; a scaled matrix that only products use is
not. So is one that the user has given a name
outside the loop whose rounds multiply by it, and an inverse outside such a loop. An inverse is no solve where something
that was written after it would have to be computed before it fails.
"""

from __future__ import annotations

from collections.abc import Callable

from gdc.compiler.chains import Chain, Factor, Grouping, best, built, with_scalars, written_out
from gdc.compiler.construct import matmul, transpose
from gdc.compiler.cost import at_most, cheaper, entries, own_flops
from gdc.compiler.dims import Atom, Dim
from gdc.compiler.homes import REPEATED, find_homes
from gdc.compiler.ir import ANYWHERE, Node, Program, Region, make, nested, node, rewrite, roots, walk
from gdc.compiler.layout import Layout
from gdc.compiler.record import Record, Step
from gdc.compiler.rules import formula, through, users

NAME = "order"
SWITCHES = ("chain", "scalars", "solve")
SCALED = ("mul", "div", "neg")


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

    def run(self) -> Region:
        return rewrite(self.region, self.change, self.origins, self.became)

    def became(self, old: Node, new: Node) -> None:
        """What is known of a node holds for the one that stands for it."""
        self.uses[new] = max(self.uses.get(new, 0), self.uses.get(old, 1))
        for known in (self.inner, self.shared, self.multiplied):
            if old in known:
                known.add(new)

    def once(self, value: Node) -> bool:
        """Whether one place alone uses a node, once; nodes that this pass made are used once."""
        return self.uses.get(value, 1) == 1 and value not in self.shared

    def change(self, value: Node) -> Node:
        if value.op == "matmul" and all(a.type.rank <= 2 for a in value.args):
            return self.product(value)
        return value

    # --- products

    def product(self, value: Node) -> Node:
        def may_strip(operand: Node) -> bool:
            free = self.once(operand) or operand in self.multiplied
            return self.record.allows("scalars") and free and self.smaller(value, operand)

        chain = Chain(value, self.once, may_strip)
        beats = self.beats(value) if value not in self.inner else None
        chosen = best(chain.factors, chain.written, beats) if self.record.allows("chain") else chain.written
        if chosen is chain.written and not chain.scalars and not self.solvable(value):
            return value
        new = with_scalars(built(chosen, self.times), chain.scalars)
        if chosen is not chain.written:
            self.tell("chain", value, new, "this grouping of the product costs less", chain.written.cost, chosen.cost)
        if chain.scalars:
            self.tell(
                "scalars",
                value,
                new,
                "a scalar multiplies the smaller array: no scaled copy of the larger one is made",
                chosen.cost + chain.scaling,
                chosen.cost + entries(value.type),
            )
        return new

    def smaller(self, result: Node, operand: Node) -> bool:
        """Whether the result is smaller than the operand that a scalar multiplies: provably, or for the sizes at hand.
        """
        ours, theirs = entries(result.type), entries(operand.type)
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

    def solvable(self, value: Node) -> bool:
        return self.inverted(value.args[0]) is not None or self.inverted(value.args[1]) is not None

    def inverted(self, value: Node) -> Node | None:
        """The inv node of inv(A) or inv(A).T, if one place alone uses it."""
        if not self.record.allows("solve"):
            return None
        inner = value.args[0] if value.op == "transpose" else value
        return inner if inner.op == "inv" and inner.type.rank == 2 and self.once(inner) and self.once(value) else None

    def times(self, left: Node, right: Node) -> Node:
        """left@right, as a solve where one of them is an inverse."""
        found = self.inverted(left)
        if found is not None and may_come_first(right, found):
            return self.solved(found, left is not found, left, right)
        found = self.inverted(right)
        if found is not None and left.type.rank == 1 and may_come_first(left, found):
            return self.solved(found, right is found, right, left)
        return matmul(left, right)

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


def shared_by_rounds(program: Program, region: Region, everything: list[Node]) -> set[Node]:
    """The inverses, and the products that have a name, that stand outside a loop whose rounds use them."""
    names = program.origins.names
    found = {v for v in everything if v.op == "inv" or v.op == "matmul" and (v in names or transpose(v) in names)}
    if not found or not any(v.op in REPEATED for v in everything):
        return set()
    layout = Layout(program, region, everything)
    find_homes(layout)
    return {v for v in found if any(_in_rounds(layout, u, layout.home[v]) for u in _multipliers(layout, v))}


def only_multiplied(everything: list[Node], results: tuple[Node, ...]) -> set[Node]:
    """The matrices that products alone use, transposed or not: a scalar of theirs may go into each product."""
    rest: set[Node] = set(results)
    for value in reversed(everything):
        turned = value.op == "transpose" and value not in rest
        if value.op != "matmul" and not turned:
            rest.update(nested(value))
        rest.update(value.deps)
    return {v for v in everything if v.op in SCALED and v.type.rank == 2 and v not in rest}


def _in_rounds(layout: Layout, value: Node, outer: Region) -> bool:
    """Whether a value stands in a loop inside a region."""
    at: Region | None = layout.home[value]
    while at is not None and at is not outer:
        if layout.owner[at].op in REPEATED:
            return True
        at = layout.parent(at)
    return False


def _multipliers(layout: Layout, value: Node) -> list[Node]:
    """Who multiplies by a value, transposed or not."""
    users = layout.users.get(value, [])
    return [q for u in users for q in ([u] if u.op != "transpose" else layout.users.get(u, []))]


def may_come_first(value: Node, inverse: Node) -> bool:
    """Whether nothing that a value is made of may fail and was written after the inverse."""
    return all(n.get("site", -1) <= inverse.get("site", ANYWHERE) for n in walk([value]))


def untransposed(value: Node) -> Node:
    return value.args[0] if value.op == "transpose" else value


def sizes_of(value: Node) -> set[Atom]:
    return {atom for size in value.type.shape for atom in size.atoms()}


def row_sizes(inputs: tuple[Node, ...]) -> set[Atom]:
    """The sizes that count rows: axis 0 of some matrix, and no other axis of any."""
    matrices = [i.type.shape for i in inputs if i.type.rank > 1]
    return {a for shape in matrices for a in shape[0].atoms()} - {a for s in matrices for d in s[1:] for a in d.atoms()}
