"""Types for the inputs of a script without contracts, where no values say them.

Names that are transposed or used as matrices are matrices, what meets them in a product is a vector, the rest are
scalars.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gdc.compiler.build.scan import inside
from gdc.dsl import tree

Shape = tuple[int | None, ...]
MATRIX: Shape = (None, None)
VECTOR: Shape = (None,)
OF_MATRICES = frozenset({"solve", "inv", "det", "cholesky", "trace"})
PRODUCTS = frozenset({"@", "·"})


def assumed_types(script: tree.Script, names: Iterable[str]) -> dict[str, tuple[str, Shape]]:
    """For each name "real" and a shape of unknown sizes."""
    nodes = list(inside(*(s for s in script.statements if not isinstance(s, tree.Def))))
    matrices = set(_matrices(nodes))
    vectors = {n.base.name for n in nodes if isinstance(n, tree.Index) and isinstance(n.base, tree.Name)} - matrices
    pairs = [pair for n in nodes if isinstance(n, tree.Chain) for pair in _factors(n)]
    for op, left, _ in pairs:
        if op == "@" and isinstance(left, tree.Name) and left.name not in vectors:
            matrices.add(left.name)
    for _, left, right in pairs:
        for one, other in ((left, right), (right, left)):
            if isinstance(one, tree.Name) and one.name not in matrices and _base(other) in matrices:
                vectors.add(one.name)
    return {n: ("real", MATRIX if n in matrices else VECTOR if n in vectors else ()) for n in names}


def _matrices(nodes: list[tree.Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, tree.Transpose) and isinstance(node.base, tree.Name):
            yield node.base.name
        if isinstance(node, tree.Index) and isinstance(node.base, tree.Name) and len(node.subscripts) > 1:
            yield node.base.name
        if (
            isinstance(node, tree.Call)
            and node.function in OF_MATRICES
            and node.args
            and isinstance(node.args[0], tree.Name)
        ):
            yield node.args[0].name


def _factors(chain: tree.Chain) -> Iterator[tuple[str, tree.Expr, tree.Expr]]:
    """The products of a chain, each with its two sides."""
    items = (chain.first, *chain.rest)
    for k, op in enumerate(chain.ops):
        if op in PRODUCTS:
            yield op, items[k], items[k + 1]


def _base(node: tree.Expr) -> str:
    """The name that a factor is, transposed or not."""
    while isinstance(node, tree.Transpose):
        node = node.base
    return node.name if isinstance(node, tree.Name) else ""
