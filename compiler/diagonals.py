"""Diagonal matrices, known by how they are made: diag(d), eye(n), as tables over i, j or spread over whole arrays."""

from __future__ import annotations

from gdc.compiler.construct import apply
from gdc.compiler.dims import Dim
from gdc.compiler.ir import Node, cast, integer, node
from gdc.compiler.regions import dependents

COLUMN, ROW = ("all", "new"), ("new", "all")


def diagonal(value: Node) -> Node | None:
    """The vector (or the number, if all are equal) on the diagonal of a matrix that is zero elsewhere by its making."""
    if value.op == "cast":
        inner = diagonal(value.args[0])
        return None if inner is None else cast(inner, value.type.element)
    if value.type.rank != 2:
        return None
    if value.op in ("neg", "mul", "div"):
        return _of_scaled(value)
    return _of_table(value) if value.op == "table" else _of_where(value) if value.op == "where" else None


def scaled(d: Node, matrix: Node) -> Node:
    """diag(d)@matrix; the matrix may be a vector."""
    return apply("mul", node("index", d, subscripts=COLUMN) if d.type.rank and matrix.type.rank == 2 else d, matrix)


def scaled_columns(matrix: Node, d: Node) -> Node:
    """matrix@diag(d)."""
    return apply("mul", matrix, node("index", d, subscripts=ROW) if d.type.rank and matrix.type.rank == 2 else d)


def _of_scaled(value: Node) -> Node | None:
    """s*diag(d), diag(d)/s, -diag(d)"""
    for k, matrix in enumerate(value.args if value.op == "mul" else value.args[:1]):
        rest = [a for i, a in enumerate(value.args) if i != k]
        found = diagonal(matrix) if not any(a.type.rank for a in rest) else None
        if found is not None:
            return apply(value.op, *(found if i == k else a for i, a in enumerate(value.args)))
    return None


def _of_table(value: Node) -> Node | None:
    """[d[i] if i == j else 0 for i, j]"""
    if len(value.args) != 6 or value.regions[0].effects:
        return None
    (i, j), body = value.regions[0].params, value.regions[0].results[0]
    if body.op != "select" or body.args[0].op != "eq" or set(body.args[0].args) != {i, j}:
        return None
    (entry,), (zero,) = (side.results for side in body.regions)
    plain = value.args[:3] == value.args[3:] and value.args[0] is integer(0) and value.args[2] is integer(1)
    if not plain or not _is_zero(zero) or any(side.effects for side in body.regions):
        return None
    return _entry(entry, i, j, value.type.shape[0])


def _entry(entry: Node, i: Node, j: Node, size: Dim) -> Node | None:
    """The vector whose element i (or j) the entry is, or the entry where it is the same for all."""
    if entry.op == "cast":
        inner = _entry(entry.args[0], i, j, size)
        return None if inner is None else cast(inner, entry.type.element)
    moving = dependents([entry], (i, j))
    if entry not in moving:
        return entry
    whole = entry.op == "index" and entry.args[0] not in moving and entry.args[0].type.shape == (size,)
    return entry.args[0] if whole and entry.args[1] in (i, j) and not entry.deps else None


def _of_where(value: Node) -> Node | None:
    """where(iota(n)[:, new] == iota(n)[new, :], d[:, new], 0)"""
    same, entry, zero = value.args
    if same.op != "eq" or not _is_zero(zero):
        return None
    down, across = same.args
    if any(a.op != "index" or a.args[0].op != "iota" for a in same.args) or down.args[0] is not across.args[0]:
        return None
    if {down.get("subscripts"), across.get("subscripts")} != {COLUMN, ROW}:
        return None
    if not entry.type.rank:
        return entry
    return entry.args[0] if entry.op == "index" and entry.get("subscripts") in (COLUMN, ROW) else None


def _is_zero(value: Node) -> bool:
    return value.op == "const" and not value.type.rank and value.value == 0
