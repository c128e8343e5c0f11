"""Products (matmul, einsum) as nests over letters: a letter is an axis; those that the result lacks are summed."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from gdc.compiler import imp
from gdc.compiler.dims import ONE, Dim
from gdc.compiler.imp import Alloc, Expr, Let, Store
from gdc.compiler.ir import Node
from gdc.compiler.lower.context import Context, convert, run, zero
from gdc.compiler.lower.entry import entry, scalar

LETTERS = "abcdefghijklmnopqrstuvw"


@dataclass(frozen=True, slots=True)
class Product:
    """operands with a letter for each axis, the result's letters, sizes by letter."""

    operands: tuple[Node, ...]
    inputs: tuple[str, ...]
    output: str
    sizes: dict[str, Dim]

    @property
    def summed(self) -> list[str]:
        return sorted(set("".join(self.inputs)) - set(self.output))


def contract(c: Context, value: Node) -> None:
    """Writes a matmul or einsum."""
    floats = value.type.kind in ("real", "complex")
    if c.blas and floats and value.op == "matmul" and all(a.type.rank == 2 for a in value.args):
        _call(c, value)
        return
    product = matmul_letters(value) if value.op == "matmul" else einsum_letters(value)
    inner = _innermost(product)
    if inner in product.output and product.summed:
        _spread(c, value, product, inner)
    else:
        _accumulated(c, value, product, inner)


def matmul_letters(value: Node) -> Product:
    left, right = value.args
    batch = LETTERS[: max(left.type.rank, right.type.rank, 2) - 2]
    rows = "x" if left.type.rank > 1 else ""
    columns = "y" if right.type.rank > 1 else ""
    mine = batch[len(batch) - max(left.type.rank - 2, 0) :] + rows + "z"
    yours = batch[len(batch) - max(right.type.rank - 2, 0) :] + "z" + columns
    output = batch + rows + columns
    sizes = dict(zip(output, value.type.shape, strict=True)) | {"z": left.type.shape[-1]}
    return Product(value.args, (mine, yours), output, sizes)


def einsum_letters(value: Node) -> Product:
    sizes: dict[str, Dim] = {}
    for letters, a in zip(value.get("inputs"), value.args, strict=True):
        for letter, size in zip(letters, a.type.shape, strict=True):
            if sizes.get(letter, ONE) == ONE:
                sizes[letter] = size
    return Product(value.args, tuple(value.get("inputs")), value.get("output"), sizes)


def _memory_order(operand: Node, letters: str) -> str:
    """The letters in the order in which they lie in memory, seen through transposes."""
    while operand.op == "transpose":
        perm = operand.get("perm")
        letters = "".join(letters[perm.index(axis)] for axis in range(len(perm)))
        operand = operand.args[0]
    return letters


def _innermost(product: Product) -> str:
    """The letter that is last in memory most often, weighed by rank; a summed one where it is as good."""
    votes: dict[str, int] = {}
    for operand, letters in zip(product.operands, product.inputs, strict=True):
        if letters:
            last = _memory_order(operand, letters)[-1]
            votes[last] = votes.get(last, 0) + len(letters)
    if len(product.output) > 1:
        votes[product.output[-1]] = votes.get(product.output[-1], 0) + len(product.output) - 1
    summed = product.summed
    return max(votes, key=lambda v: (votes[v], v in summed), default="")


def _term(c: Context, value: Node, product: Product, at: dict[str, Expr]) -> Expr:
    """The product of one entry of each operand."""
    element = value.type.element
    total: Expr | None = None
    for operand, letters in zip(product.operands, product.inputs, strict=True):
        index = tuple(
            imp.integer(0) if size == ONE and product.sizes[letter] != ONE else at[letter]
            for letter, size in zip(letters, operand.type.shape, strict=True)
        )
        factor = convert(run(entry(c, operand, index)), element, "mul")
        total = factor if total is None else scalar("mul", element, [total, factor])
    assert total is not None
    return convert(total, element, "store")


def _accumulated(c: Context, value: Node, product: Product, inner: str) -> None:
    """Loops over the result outside, a scalar accumulator inside."""
    origins, element = c.origins(value), value.type.element
    name = c.new_name(value)
    if product.output:
        c.add(Alloc(name, element, c.sizes(value.type), None, origins))
    result = imp.var(name, element, len(product.output))
    with ExitStack() as stack:
        at = {
            letter: stack.enter_context(c.loop(c.size(product.sizes[letter]), "parallel", origins))
            for letter in product.output
        }
        if not product.summed:
            c.add(Store(result, tuple(at[o] for o in product.output), _term(c, value, product, at), "", origins))
        else:
            total = c.namer.temporary() if product.output else name
            c.add(Let(total, zero(element), origins))
            _sum(
                c,
                value,
                product,
                [s for s in product.summed if s != inner] + [inner] * (inner in product.summed),
                at,
                total,
            )
            if product.output:
                c.add(Store(result, tuple(at[o] for o in product.output), imp.var(total, element), "", origins))
    c.bind(value, name)


def _sum(c: Context, value: Node, product: Product, letters: list[str], at: dict[str, Expr], total: str) -> None:
    origins, element = c.origins(value), value.type.element
    with ExitStack() as stack:
        whole = dict(at)
        for letter in letters:
            whole[letter] = stack.enter_context(c.loop(c.size(product.sizes[letter]), "serial", origins))
        c.add(Let(total, scalar("add", element, [imp.var(total, element), _term(c, value, product, whole)]), origins))


def _spread(c: Context, value: Node, product: Product, inner: str) -> None:
    """The innermost axis is one of the result's: entries start at zero and every round adds to a row of them."""
    origins, element = c.origins(value), value.type.element
    name = c.new_name(value)
    c.add(Alloc(name, element, c.sizes(value.type), zero(element), origins))
    result = imp.var(name, element, len(product.output))
    with ExitStack() as stack:
        at: dict[str, Expr] = {}
        for letter in _loop_order(product, inner):
            mode = "serial" if letter in product.summed else "parallel"
            at[letter] = stack.enter_context(c.loop(c.size(product.sizes[letter]), mode, origins))
        c.add(Store(result, tuple(at[o] for o in product.output), _term(c, value, product, at), "add", origins))
    c.bind(value, name)


def _loop_order(product: Product, inner: str) -> list[str]:
    """Rows of memory are walked one by one: a summed letter that is first everywhere goes outermost."""
    orders = [
        _memory_order(o, letters)
        for o, letters in zip(product.operands, product.inputs, strict=True)
        if len(letters) > 1
    ]
    leading = [s for s in product.summed if orders and all(s not in order or order[0] == s for order in orders)]
    outer = [o for o in product.output if o != inner]
    return leading + outer + [s for s in product.summed if s not in leading] + [inner]


def _call(c: Context, value: Node) -> None:
    """A library's product over contiguous arrays (or transposes of them)."""
    args = tuple(_operand(c, a, value) for a in value.args)
    name = c.new_name(value)
    c.add(Let(name, Expr("matmul", args, value.type.element, 2), c.origins(value)))
    c.bind(value, name)


def _operand(c: Context, operand: Node, value: Node) -> Expr:
    array = array_expression(c, operand)
    element = value.type.element
    return array if array.element == element else Expr("cast", (array,), element, array.rank)


def array_expression(c: Context, operand: Node) -> Expr:
    """An array that lies in memory, or a transpose of one; anything else is written out first."""
    found = c.known(operand)
    if found is not None:
        # an input may be strided, and so may what is bound by reference
        return (
            found
            if operand.op not in ("input", "project", "param")
            else Expr("contiguous", (found,), found.element, found.rank)
        )
    if operand.op == "transpose" and (c.known(operand.args[0]) is not None):
        inner = array_expression(c, operand.args[0])
        return Expr("transpose", (inner,), inner.element, inner.rank, (("perm", operand.get("perm")),))
    c.materialise(operand)
    return c.env.pop(operand)
