"""Nests that are matrix-vector products, which a library computes."""

from __future__ import annotations

from dataclasses import dataclass

from gdc.compiler import imp
from gdc.compiler.cuda.scalars import Scalars
from gdc.compiler.imp import Expr, Program, Statement
from gdc.compiler.imp_tools import alias_classes, name_of, names_in
from gdc.compiler.text import ATOM
from gdc.dsl.source import Source


@dataclass(frozen=True, slots=True)
class Product:
    """`into[o] = sum over z of matrix[o, z] * vector[z]`, or added to `into`; `turned`: the matrix is read [z, o]."""

    into: Expr
    matrix: Expr
    vector: Expr
    rows: Expr
    columns: Expr
    turned: bool
    adds: bool


def product_of(loop: imp.Loop) -> Product | None:
    """A nest that a matrix-vector product of a library computes."""
    outer, inner, adds = loop, loop.body[-1] if loop.body else None, len(loop.body) == 1
    if not adds:
        found = _rows_of(loop)
        if found is None:
            return None
        inner, term, store = found
    else:
        if not isinstance(inner, imp.Loop) or len(inner.body) != 1 or not isinstance(inner.body[0], imp.Store):
            return None
        store = inner.body[0]
        term = store.value
        if store.combine != "add" or {outer.mode, inner.mode} != {"serial", "parallel"}:
            return None
        outer, inner = (outer, inner) if outer.mode == "parallel" else (inner, outer)
    plain = all(imp.constant(one.start) == 0 and imp.constant(one.step) == 1 for one in (outer, inner))
    names = {outer.var, inner.var}
    if not plain or names & {*names_in(outer.stop), *names_in(inner.stop)}:
        return None
    if term.op != "mul" or term.element.kind != "real" or tuple(map(name_of, store.index)) != (outer.var,):
        return None
    if any(a.op != "load" or a.args[0].op != "name" for a in term.args):
        return None
    matrix, vector = sorted(term.args, key=lambda a: -len(a.args))
    at, mine = tuple(map(name_of, matrix.args[1:])), tuple(map(name_of, vector.args[1:]))
    if mine != (inner.var,) or at not in ((outer.var, inner.var), (inner.var, outer.var)):
        return None
    rows, columns = (outer.stop, inner.stop) if at[0] == outer.var else (inner.stop, outer.stop)
    return Product(store.array, matrix.args[0], vector.args[0], rows, columns, at[0] != outer.var, adds)


def is_product(loop: imp.Loop) -> bool:
    """Whether a nest is a product that a library computes."""
    return product_of(loop) is not None


def _rows_of(loop: imp.Loop) -> tuple[imp.Loop, Expr, imp.Store] | None:
    """`for o: t = 0; for z: t = t + term; into[o] = t`."""
    if loop.mode != "parallel" or len(loop.body) != 3:
        return None
    start, inner, store = loop.body
    if not (isinstance(start, imp.Let) and isinstance(inner, imp.Loop) and isinstance(store, imp.Store)):
        return None
    step = inner.body[0] if len(inner.body) == 1 else None
    if store.combine or start.value.get("value") != 0 or not isinstance(step, imp.Let):
        return None
    if step.value.op != "add" or step.name != start.name:
        return None
    total, term = step.value.args
    return (inner, term, store) if name_of(total) == start.name == name_of(store.value) else None


class Products(Scalars):
    """The printer of products that a library computes."""

    def __init__(self, program: Program, source: Source | None = None) -> None:
        super().__init__(program, source)
        root = alias_classes(program)
        self.roots = {name: root(name) for name in self.names}      # arrays of one root may share memory

    def library_product(self, statement: Statement) -> Product | None:
        """A nest that a library computes: sizes are surely not negative, and nothing is written that is read."""
        product = product_of(statement) if isinstance(statement, imp.Loop) else None
        if product is None or product.into.op != "name":
            return None
        sizes = all(self.is_count(size) for size in (product.rows, product.columns))
        read = {self.roots[name_of(a)] for a in (product.matrix, product.vector)}
        return product if sizes and self.roots[name_of(product.into)] not in read else None

    def product(self, product: Product) -> str:
        """The library's product. Loops that do not cover an array read a part of it."""
        matrix = self.part_of(product.matrix, product.rows, product.columns)
        long, short = (product.columns, product.rows) if product.turned else (product.rows, product.columns)
        text = f"{matrix}{'.T' if product.turned else ''} @ {self.part_of(product.vector, short)}"
        into = self.part_of(product.into, long)
        if product.adds:
            return f"{into} += {text}"
        return f"{into if into.endswith(']') else into + '[:]'} = {text}"

    def part_of(self, array: Expr, *sizes: Expr) -> str:
        """The leading entries of an array."""
        zero, one = imp.integer(0), imp.integer(1)
        words = self.subscripts(array, ("slice",)*len(sizes), tuple(e for size in sizes for e in (zero, size, one)))
        name = self.text(array, ATOM)
        return name if set(words) <= set(":, ") else f"{name}[{words}]"
