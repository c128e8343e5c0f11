"""Style "nests": a value that gets a name, as loops over its entries."""

from __future__ import annotations

from gdc.compiler import imp
from gdc.compiler.bindings import is_library
from gdc.compiler.dims import ONE
from gdc.compiler.imp import Alloc, Expr, Let, Store
from gdc.compiler.ir import Node, part_shape
from gdc.compiler.lower.calls import built
from gdc.compiler.lower.context import Context, convert, run
from gdc.compiler.lower.contract import array_expression, contract
from gdc.compiler.lower.entry import entry, places
from gdc.compiler.lower.reduce import reduce_node
from gdc.compiler.ops import OPS
from gdc.compiler.shape_rules import trusting_meet


def nests(c: Context, value: Node) -> None:
    """Writes the statements that make a value."""
    if value.op == "const":
        constant_array(c, value)
    elif value.op in OPS and OPS[value.op].kind == "REDUCE":
        reduce_node(c, value)
    elif value.type.rank == 0 and value.op not in ("matmul", "einsum"):
        let_scalar(c, value)
    elif value.op in ("matmul", "einsum"):
        contract(c, value)
    elif is_library(value):
        _library(c, value)
    elif value.op in ("concat", "stack"):
        _pieces(c, value)
    elif value.op == "undefined":
        name = c.new_name(value)
        sizes = tuple(imp.integer(0) for _ in value.type.shape)
        c.add(Alloc(name, value.type.element, sizes, None, c.origins(value)))
        c.bind(value, name)
    else:
        entries(c, value)


def let_scalar(c: Context, value: Node) -> None:
    right = convert(c.value(value), value.type.element)
    name = c.let_name(value)
    c.add(Let(name, right, c.origins(value)))
    c.bind(value, name)


def _library(c: Context, value: Node) -> None:
    """A library call on whole arrays."""
    args = [array_expression(c, a) if a.type.rank else c.value(a) for a in value.args]
    right = built(value, args)
    name = c.new_name(value)
    c.add(Let(name, right, c.origins(value)))
    c.bind(value, name)


def constant_array(c: Context, value: Node) -> None:
    name = c.new_name(value)
    c.add(Let(name, imp.const(value.value, value.type.element, value.type.rank), c.origins(value)))
    c.bind(value, name)


def entries(c: Context, value: Node) -> None:
    """An array whose entries do not depend on one another: a nest of parallel loops."""
    sizes, origins = c.sizes(value.type), c.origins(value)
    overwritten = c.env[c.layout.overwrites[value]] if value in c.layout.in_place else None
    name = c.new_name(value) if overwritten is None else str(overwritten.get("name"))
    if value.op == "fill":
        c.add(
            Alloc(
                name, value.type.element, sizes, convert(c.value(value.args[0]), value.type.element, "store"), origins
            )
        )
        c.bind(value, name)
        return
    if overwritten is None:
        c.add(Alloc(name, value.type.element, sizes, None, origins))
    array = imp.var(name, value.type.element, value.type.rank)
    with c.nest(sizes, "parallel", origins) as at:
        c.add(Store(array, at, convert(run(entry(c, value, at)), value.type.element, "store"), "", origins))
    c.bind(value, name)


def _pieces(c: Context, value: Node) -> None:
    """concat and stack: one nest for each piece, at its offset."""
    axis, origins, element = value.get("axis"), c.origins(value), value.type.element
    name = c.new_name(value)
    c.add(Alloc(name, element, c.sizes(value.type), None, origins))
    array = imp.var(name, element, value.type.rank)
    offset = imp.integer(0)
    for k, piece in enumerate(value.args):
        with c.nest(c.sizes(piece.type), "parallel", origins) as at:
            where = (
                (*at[:axis], imp.integer(k), *at[axis:])
                if value.op == "stack"
                else (*at[:axis], imp.add(offset, at[axis]), *at[axis + 1 :])
            )
            c.add(Store(array, where, convert(run(entry(c, piece, at)), element, "store"), "", origins))
        if value.op == "concat":
            offset = imp.add(offset, c.size(piece.type.shape[axis]))
    c.bind(value, name)


def store_part(c: Context, value: Node, array: Expr) -> None:
    """The stores of an update."""
    subscripts, part, origins = value.get("subscripts"), value.args[1], c.origins(value)
    element, combine = value.type.element, value.get("combine") or ""
    source = value.args[0].type
    shape = _part_sizes(c, value)
    ordered = "gather" in subscripts
    with c.nest(shape, "serial" if ordered else "parallel", origins) as at:
        index = tuple(run(p) for p in places(c, subscripts, value.args[2:], source.rank, at))
        right = run(entry(c, part, stretched_to(part, at)))
        c.add(Store(array, index, convert(right, element, "store"), combine, origins))


def stretched_to(part: Node, at: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The entry of a value that goes to entry `at` of a part: axes of size 1 and missing axes are repeated."""
    if not part.type.shape:
        return ()
    mine = at[len(at) - part.type.rank :]
    return tuple(imp.integer(0) if size == ONE else i for size, i in zip(part.type.shape, mine, strict=True))


def _part_sizes(c: Context, value: Node) -> tuple[Expr, ...]:
    dims = part_shape(value.args[0].type.shape, value.get("subscripts"), value.args[2:], trusting_meet)
    return tuple(c.size(d) for d in dims)


def copy_of(c: Context, value: Node, source: Expr) -> Expr:
    """A copy of an array under a name of its own."""
    name = c.new_name(value)
    c.add(Let(name, Expr("copy", (source,), source.element, source.rank), c.origins(value)))
    return imp.var(name, source.element, source.rank)
