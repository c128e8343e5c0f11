"""Row walks: library products and nests over the same rows become one walk, which reads each row once.

    x = X @ W                       walk m rows:            on `parallel` a block of rows at a time,
    for i in 0..m: p[i, :] = …          x = X @ W           while it is in cache
    G = X.T @ p                         for i: p[i, :] = …
                                        G += X.T @ p

Each use of an array is by row, whole, or a state that all rows add to (compiler/walks.py). A walk is the longest run of
statements over the same number of rows in which nobody uses whole what another makes by row, or adds to; what stands
between them and does not depend on them goes before the walk, the rest after it, where a second walk may begin. What
a walk makes and uses up row by row is never a whole array.

How a walk is cut into blocks is `partition`'s business. Products by themselves are walks too: the cores share out
their rows, with BLAS on one thread in each, so that the bits do not depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gdc.compiler import imp
from gdc.compiler.dims import ZERO, Dim, dim
from gdc.compiler.gathering import Gatherer, Run
from gdc.compiler.imp import Expr, Let, Loop, Program, Statement
from gdc.compiler.record import Record, Step
from gdc.compiler.walks import (
    Member,
    extent,
    is_product,
    nest_of_rows,
    own_rows,
    product_of_rows,
    product_over_rows,
    turned,
)

RULE = "stream"
SWITCHES = (RULE,)
WORTHWHILE = 200_000        # multiply-adds of all products, below which one call each costs less than blocks do
MOST_STATE = 2**21          # entries of a product that is added up, of which each of several blocks keeps one
FEWEST_ROWS = 64            # that are worth sharing out
MUCH = 8                    # times as wide as long: a matrix whose columns are walked, though its rows lie together


def run(program: Program, record: Record) -> Program:
    """The program with its walks."""
    if not record.allows(RULE) or not any(is_product(s) for s in imp.statements(program.body)):
        return program
    return replace(program, body=_Stream(program, record).body(program.body))


class _Stream(Gatherer):
    def enters(self, statement: Loop | imp.Forever) -> bool:
        return any(is_product(s) for s in imp.statements(statement.body))

    # -- what a statement is to a walk

    def rows_of(self, statement: Statement) -> Dim | None:
        """The number of rows that a product walks, None where that is not known."""
        if not is_product(statement) or not isinstance(statement, Let):
            return None
        left = self.shapes.of(statement.value.args[0])
        if left is None:
            return None
        return left[1] if self.adds_up(statement) else left[0]

    def adds_up(self, product: Let) -> bool:
        """Whether a product is added up over what both operands share: X.T @ A over the rows of X, which is longer than
        wide, A @ B where A is much wider than long; and the sum fits into cache."""
        left, right = (self.shapes.of(a) for a in product.value.args)
        if left is None or right is None:
            return False
        by_rows = turned(product.value.args[0])
        least = left[0] if by_rows else left[0] * dim(MUCH)
        why = ("stream", "the product is added up, row by row", "the rows of the product are shared out")
        return self.record.decide(least, left[1], by_rows, why, product.origins) and self.record.decide(
            left[0] * right[1], dim(MOST_STATE), True, why, product.origins
        )

    def member(self, statement: Statement, rows: Dim) -> Member | None:
        """The statement as one of a walk over so many rows."""
        if is_product(statement) and isinstance(statement, Let):
            if self.rows_of(statement) != rows:
                return None
            return product_over_rows(statement) if self.adds_up(statement) else product_of_rows(statement)
        if isinstance(statement, Loop) and self.shapes.size(statement.stop) == rows:
            return nest_of_rows(statement, self.program, self.aliases)
        return None

    def pays(self, run: Run, rows: Dim) -> bool:
        """Whether the walk has products, and they are large enough to be cut into blocks."""
        products = [m for m in run.members if is_product(m.statement)]
        if not products:
            return False
        work: Dim = ZERO
        origins = tuple(dict.fromkeys(o for m in products for o in m.statement.origins))
        for m in products:
            assert isinstance(m.statement, Let)
            left, right = (self.shapes.of(a) for a in m.statement.value.args)
            if left is None or right is None:
                return False
            work = work + left[0] * left[1] * right[1]
        why = ("stream", "one walk over blocks of rows", "products in one piece: they are small")
        return self.record.decide(dim(WORTHWHILE), work, True, why, origins) and self.record.decide(
            dim(FEWEST_ROWS), rows, True, why, origins
        )

    # -- the walk

    def walk(self, before: list[Statement], members: list[Member]) -> list[Statement]:
        """What stands before, and the walk, which takes along the arrays that it alone uses."""
        allocated = {s.name: s for s in before if isinstance(s, imp.Alloc)}
        kept = own_rows(members, self.counts.__getitem__, set(allocated))
        origins = tuple(dict.fromkeys(o for m in members for o in m.statement.origins))
        rows = self.rows_expression(members[0].statement, allocated)
        own = tuple(allocated[name] for name in kept if name in allocated)
        outside: list[Statement] = []
        body: list[Statement] = list(own)
        for member in members:
            if isinstance(member.statement, Let):
                made, part = as_part(member.statement, member.statement.name in member.states, allocated)
                allocated[made.name] = made
                (body if made.name in kept else outside).append(made)
                body.append(part)
            else:
                body.append(member.statement)
        self.tell(members, kept, origins)
        return [*(s for s in before if s not in own), *outside, imp.Walk(rows, tuple(body), tuple(kept), origins)]

    def rows_expression(self, statement: Statement, made: Mapping[str, imp.Alloc]) -> Expr:
        """The number of rows as an expression."""
        if isinstance(statement, Loop):
            return statement.stop
        assert isinstance(statement, Let)
        left = statement.value.args[0]
        return extent(left, 1 if self.adds_up(statement) else 0, made)

    def tell(self, members: list[Member], kept: list[str], origins: imp.Origin) -> None:
        products = sum(is_product(m.statement) for m in members)
        nests = len(members) - products
        words = [f"{n} {what}{'s' if n > 1 else ''}" for n, what in ((products, "product"), (nests, "nest")) if n]
        reason = "each block of rows is read from memory once, and used while it is in cache"
        if kept:
            reason += f"; {len(kept)} array{'s' if len(kept) > 1 else ''} of all rows need not be"
        self.record.add(Step("stream", RULE, " and ".join(words), "one walk over the rows", reason, origins))


def as_part(product: Let, adds: bool, made: Mapping[str, imp.Alloc]) -> tuple[imp.Alloc, imp.SetPart]:
    """A product's array, and the product as what fills it, or is added to it."""
    left, right = product.value.args
    element = product.value.element
    fill = imp.const(0j if element.kind == "complex" else 0.0, element) if adds else None
    array = imp.Alloc(product.name, element, (extent(left, 0, made), extent(right, 1, made)), fill, product.origins)
    whole = imp.var(product.name, element, 2)
    return array, imp.SetPart(whole, ("all", "all"), (), product.value, "add" if adds else "", product.origins)
