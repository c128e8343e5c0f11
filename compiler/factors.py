"""What is known of the factors of products before they are regrouped: who uses them, what they are made of."""

from __future__ import annotations

from gdc.compiler.chains import outer_factors, scalar_of
from gdc.compiler.construct import transpose
from gdc.compiler.diagonals import diagonal
from gdc.compiler.dims import Atom
from gdc.compiler.homes import REPEATED, find_homes
from gdc.compiler.ir import ANYWHERE, Node, Program, Region, nested, walk
from gdc.compiler.layout import Layout

SCALED = ("mul", "div", "neg")
SOLVED = ("solve", "inv")


def shared_by_rounds(program: Program, region: Region, everything: list[Node]) -> set[Node]:
    """The inverses, and the products that have a name, that stand outside a loop whose rounds use them."""
    names = program.origins.names
    found = {v for v in everything if v.op == "inv" or v.op == "matmul" and (v in names or transpose(v) in names)}
    if not found or not any(v.op in REPEATED for v in everything):
        return set()
    layout = Layout(program, region, everything)
    find_homes(layout)
    return {v for v in found if any(_in_rounds(layout, u, layout.home[v]) for u in _multipliers(layout, v))}


def in_two_products(everything: list[Node], results: tuple[Node, ...]) -> set[Node]:
    """The inverses that two products use, transposed or not, and nothing else: two solves cost less."""
    counts: dict[Node, list[Node]] = {}
    rest: set[Node] = set(results)
    for value in everything:
        for a in nested(value):
            counts.setdefault(a, []).append(value)
    found = set()
    for value in (v for v in everything if v.op == "inv"):
        turned = [u for u in counts.get(value, []) if u.op == "transpose"]
        products = [p for u in (value, *turned) for p in counts.get(u, []) if p.op != "transpose"]
        if len(products) == 2 and all(p.op == "matmul" for p in products) and not rest & {value, *turned}:
            found.add(value)
    return found


def only_multiplied(everything: list[Node], results: tuple[Node, ...]) -> set[Node]:
    """The matrices that products alone use, transposed or not: a scalar of theirs may go into each product."""
    rest: set[Node] = set(results)
    for value in reversed(everything):
        turned = value.op == "transpose" and value not in rest
        if value.op != "matmul" and not turned:
            rest.update(nested(value))
        rest.update(value.deps)
    return {v for v in everything if v.op in SCALED and v.type.rank == 2 and v not in rest}


def in_products_by_vectors(everything: list[Node], results: tuple[Node, ...]) -> dict[Node, int]:
    """The sums of matrices that several products by vectors alone use, transposed and scaled or not, and how many."""
    users: dict[Node, list[Node]] = {}
    rest: set[Node] = set(results)
    for value in everything:
        rest.update(value.deps)
        for region in value.regions:
            rest.update((*region.effects, *region.results))
        for a in value.args:
            users.setdefault(a, []).append(value)
    found: dict[Node, int] = {}
    for value in (v for v in everything if v.op in ("add", "sub") and v.type.rank == 2):
        stack, products = [value], list[Node]()
        while stack and stack[-1] not in rest:
            top = stack.pop()
            scaled = [u for u in users.get(top, ()) if u.op == "transpose" or (scalar_of(u) or (0, 0, 0))[2] is top]
            products += [u for u in users.get(top, ()) if u not in scaled]
            stack += scaled
        vectors = all(p.op == "matmul" and min(a.type.rank for a in p.args) == 1 for p in products)
        if not stack and vectors and len(products) > 1:
            found[value] = len(products)
    return found


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
    """Whether nothing that a value is made of may fail and was written after the inverse.

    What solves with a matrix that the inverse's own argument has solved with does not fail.
    """
    site = inverse.get("site", ANYWHERE)
    later = [n for n in walk([value]) if n.get("site", -1) > site]
    if any(n.op not in SOLVED or n.get("reads") for n in later):
        return False
    known = {untransposed(n.args[0]) for n in walk([inverse]) if n.op in SOLVED and not n.get("reads")}
    return all(untransposed(n.args[0]) in known for n in later)


def is_thin(value: Node) -> bool:
    """Whether a matrix is made of vectors: an outer product or a diagonal, scaled or not."""
    core = unscaled(value)
    return outer_factors(core) is not None or diagonal(core) is not None


def unscaled(value: Node) -> Node:
    while (found := scalar_of(value)) is not None:
        value = found[2]
    return value


def untransposed(value: Node) -> Node:
    return value.args[0] if value.op == "transpose" else value


def sizes_of(value: Node) -> set[Atom]:
    return {atom for size in value.type.shape for atom in size.atoms()}


def row_sizes(inputs: tuple[Node, ...]) -> set[Atom]:
    """The sizes that count rows: axis 0 of some matrix, and no other axis of any."""
    matrices = [i.type.shape for i in inputs if i.type.rank > 1]
    return {a for shape in matrices for a in shape[0].atoms()} - {a for s in matrices for d in s[1:] for a in d.atoms()}
