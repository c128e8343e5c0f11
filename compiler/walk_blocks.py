"""A walk over rows in blocks: each core takes blocks, and goes through one in chunks that stay in its cache.

    for block in 0..blocks, "parallel":
        x = new array of (chunk, k)                   what only the walk uses: a chunk of it
        for start in first..last by chunk:
            x_rows = x[: end - start]
            x_rows[:, :] = X[start : end] @ W         a product of rows
            for row in start..end: …                  a nest, as `partition` writes it
            G_block += X[start : end].T @ x_rows      a product over rows, added to the block's state

Of a product X.T@X one half is computed, and mirrored at the end of the block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol

from gdc.compiler import imp
from gdc.compiler.imp import Alloc, Expr, Let, Loop, SetPart, Statement, Store, add, integer, mul, sub, var
from gdc.compiler.imp_tools import name_of
from gdc.compiler.nest_cost import cost_of, divided, least
from gdc.compiler.totals import Totals, find_totals
from gdc.compiler.types import INT, Element
from gdc.compiler.walks import base, extent

CACHE = 24_000          # entries of the rows of a chunk: with what is computed from them they stay in a core's cache
MOST_ROWS = 512         # of a chunk
FEWEST_ROWS = 32
WEIGHTS = 256           # entries of whole matrices and of states to each row of a chunk: every chunk reads all of them
BLOCK_ROWS = 128        # of a block, where it reads large whole matrices: few rows to multiply with are not worth that

Write = Callable[[dict[str, str], Expr, Expr], Iterator[Statement]]


class Cutter(Protocol):
    """What a walk needs of the pass that cuts it."""

    aliases: dict[str, str]
    kept: dict[str, Expr]
    kept_from: Expr

    def fresh(self, name: str) -> str: ...

    def note_work(self, work: Expr, outer: dict[str, Expr]) -> None: ...

    def rows(self, loop: Loop, renamed: dict[str, str], first: Expr, last: Expr) -> Iterator[Statement]: ...

    def shared(
        self, totals: Totals, rows: Expr, cost: Expr, origins: imp.Origin, write: Write, fewest: Expr
    ) -> Iterator[Statement]: ...


class Walk:
    """One walk, to be cut."""

    def __init__(self, cutter: Cutter, walk: imp.Walk) -> None:
        self.cutter, self.walk, self.origins = cutter, walk, walk.origins
        self.allocated = {s.name: s for s in walk.body if isinstance(s, Alloc)}
        self.products = [s for s in walk.body if isinstance(s, SetPart)]
        self.wholes: dict[int, Expr] = {}
        nests = (s for s in walk.body if isinstance(s, Loop))
        self.totals = {id(s): found for s in nests if (found := find_totals(s, cutter.aliases)) is not None}

    def cut(self, outer: dict[str, Expr]) -> Iterator[Statement]:
        """The walk in blocks that the cores share out."""
        cost = self.cost()
        self.cutter.note_work(mul(self.walk.rows, cost), outer)
        yield from self.converted()
        fewest = Expr("maximum", (integer(1), least(integer(BLOCK_ROWS), divided(self.weights(), WEIGHTS))), INT)
        yield from self.cutter.shared(self.all_totals(), self.walk.rows, cost, self.origins, self.block, fewest)

    def converted(self) -> Iterator[Statement]:
        """Whole matrices that products read as another element are converted before the first block."""
        for product in self.products:
            right = product.value.args[1]
            if product.combine or right.element == untied(right).element:
                continue
            name = self.cutter.fresh(f"{base(right)}_whole")
            yield Let(name, Expr("cast", (untied(right),), right.element, right.rank), product.origins)
            self.wholes[id(product)] = var(name, right.element, right.rank)

    def all_totals(self) -> Totals:
        together = Totals()
        for totals in self.totals.values():
            together.scalars |= totals.scalars
            together.arrays |= totals.arrays
        for product in self.products:
            if product.combine:
                together.arrays[name_of(product.array)] = (product.combine, product.array)
        return together

    def cost(self) -> Expr:
        """Multiply-adds of one row."""
        total = integer(0)
        for statement in self.walk.body:
            if isinstance(statement, Loop):
                total = add(total, cost_of(statement.body, {statement.var: statement.stop}))
            elif isinstance(statement, SetPart):
                left, right = statement.value.args
                total = add(total, mul(self.extent(left, 0 if statement.combine else 1), self.extent(right, 1)))
        return total

    def extent(self, operand: Expr, axis: int) -> Expr:
        return extent(operand, axis, self.allocated)

    # -- one block

    def block(self, renamed: dict[str, str], first: Expr, last: Expr) -> Iterator[Statement]:
        """The chunks of a block, and the arrays that each of them fills."""
        chunk, start, end = (self.cutter.fresh(name) for name in ("chunk", "start", "end"))
        yield Let(chunk, self.chunk_rows(), self.origins)
        kept = dict(self.cutter.kept)
        for name in self.walk.kept:
            array = self.allocated[name]
            own = self.cutter.fresh(f"{name}_chunk")
            yield Alloc(own, array.element, (var(chunk, INT), *array.shape[1:]), None, self.origins)
            self.cutter.kept[name] = var(own, array.element, len(array.shape))
        self.cutter.kept_from = var(start, INT)
        bound = Let(end, least(add(var(start, INT), var(chunk, INT)), last), self.origins)
        body = [s for m in self.walk.body for s in self.chunk(m, renamed, var(start, INT), var(end, INT))]
        self.cutter.kept, self.cutter.kept_from = kept, integer(0)
        yield Loop(start, first, last, var(chunk, INT), (bound, *body), "serial", self.origins)
        for product in self.products:
            if is_square(product):
                yield self.mirrored(var(renamed[name_of(product.array)], product.array.element, 2), product.origins)

    def mirrored(self, state: Expr, origins: imp.Origin) -> Statement:
        """The upper half of a state, from the lower."""
        i, j = self.cutter.fresh("i"), self.cutter.fresh("j")
        here, there = (var(i, INT), var(j, INT)), (var(j, INT), var(i, INT))
        inner = Loop(j, integer(0), here[0], integer(1), (Store(state, there, imp.load(state, *here), "", origins),),
                     "serial", origins)
        return Loop(i, integer(0), imp.extent(state, 0), integer(1), (inner,), "serial", origins)

    def chunk_rows(self) -> Expr:
        """So many rows that they stay in the cache, and enough to make it worth to read all whole matrices for them."""
        width = integer(0)
        seen: set[str] = set()
        for product in self.products:
            left, right = product.value.args
            for operand, axis in ((left, 0), (right, 1)) if product.combine else ((left, 1),):
                if base(operand) not in seen:
                    seen.add(base(operand))
                    width = add(width, self.extent(operand, axis))
        for name in self.walk.kept:
            if name not in seen:
                for size in self.allocated[name].shape[1:]:
                    width = add(width, size)
        fitting = Expr("floordiv", (integer(CACHE), Expr("maximum", (width, integer(1)), INT)), INT)
        wanted = least(integer(MOST_ROWS), Expr("maximum", (fitting, divided(self.weights(), WEIGHTS)), INT))
        return Expr("maximum", (integer(FEWEST_ROWS), wanted), INT)

    def weights(self) -> Expr:
        """The entries that every chunk reads whole: matrices, and states."""
        total = integer(0)
        for product in self.products:
            left, right = product.value.args
            total = add(total, mul(self.extent(left, 0 if product.combine else 1), self.extent(right, 1)))
        return total

    def chunk(self, member: Statement, renamed: dict[str, str], start: Expr, end: Expr) -> Iterator[Statement]:
        """A statement of the walk, for one chunk."""
        if isinstance(member, Loop):
            yield from self.cutter.rows(member, self.names(member, renamed), start, end)
        elif isinstance(member, SetPart) and member.combine:
            yield from self.added(member, renamed, start, end)
        elif isinstance(member, SetPart):
            yield from self.filled(member, start, end)
        elif isinstance(member, Alloc) and member.fill is not None:
            kept = self.cutter.kept[member.name]
            yield SetPart(kept, ("all",) * kept.rank, (), member.fill, "", self.origins)

    def names(self, loop: Loop, renamed: dict[str, str]) -> dict[str, str]:
        totals = self.totals[id(loop)]
        return {name: own for name, own in renamed.items() if name in totals.scalars or name in totals.arrays}

    def filled(self, product: SetPart, start: Expr, end: Expr) -> Iterator[Statement]:
        """A product of rows: of the rows of a chunk."""
        left, right = product.value.args
        rows = self.rows_in(product.array, start, end)
        out = self.cutter.fresh(f"{name_of(product.array)}_rows")
        yield Let(out, rows, product.origins)
        whole = self.wholes.get(id(product), untied(right))
        value = replace(product.value, args=(self.operand(left, left.element, start, end), whole))
        yield replace(product, array=var(out, rows.element, 2), value=value)

    def added(self, product: SetPart, renamed: dict[str, str], start: Expr, end: Expr) -> Iterator[Statement]:
        """A product over rows: that of a chunk, added to the block's."""
        left, right = product.value.args
        mine = transposed(self.operand(transposed(untied(left)), left.element, start, end))
        attrs = (*product.value.attrs, ("half", True)) if is_square(product) else product.value.attrs
        value = replace(product.value, args=(mine, self.operand(right, right.element, start, end)), attrs=attrs)
        yield replace(product, array=var(renamed[name_of(product.array)], product.array.element, 2), value=value)

    def operand(self, value: Expr, element: Element, start: Expr, end: Expr) -> Expr:
        """The rows of a chunk of an operand."""
        rows = self.rows_in(untied(value), start, end)
        return rows if rows.element == element else Expr("cast", (rows,), element, rows.rank)

    def rows_in(self, array: Expr, start: Expr, end: Expr) -> Expr:
        """Rows of an array: of a kept one, in the chunk that exists."""
        kept = self.cutter.kept.get(name_of(array))
        if kept is not None:
            return rows_of(kept, sub(start, self.cutter.kept_from), sub(end, start))
        return rows_of(array, start, sub(end, start))


def untied(value: Expr) -> Expr:
    """An operand, whatever its layout and element: a name, or a name turned."""
    while value.op in ("contiguous", "cast", "copy"):
        value = value.args[0]
    if value.op == "transpose":
        return replace(value, args=(untied(value.args[0]),))
    return value


def transposed(value: Expr) -> Expr:
    """A matrix's transpose."""
    if value.op == "transpose":
        return value.args[0]
    return Expr("transpose", (value,), value.element, 2, (("perm", (1, 0)),))


def is_square(product: SetPart) -> bool:
    """Whether a product over rows is one of a matrix with itself, whose halves are alike."""
    left, right = product.value.args
    return bool(product.combine) and untied(left) == transposed(untied(right)) and left.element == right.element


def rows_of(array: Expr, start: Expr, count: Expr) -> Expr:
    """Some rows of an array, a view."""
    subscripts = ("slice", *("all",) * (array.rank - 1))
    return Expr("index", (array, start, count, integer(1)), array.element, array.rank, (("subscripts", subscripts),))
