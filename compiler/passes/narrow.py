"""Only what is used of a product or formula is computed. It is the same in exact arithmetic, so it rests under strict.

    part       (A@B)[i] = A[i]@B and (A + B)[2] = A[2] + B[2]: of what is used for one part, that part
    sums       sum(A@B, axis=0) = sum(A, axis=0)@B, and the like along the other axis and over all
    diagonal   diag(d)@A = d[:, new]*A, eye(n)@A = A: a diagonal scales, and is no factor of a product

A part that is taken in every round of a loop is worth it only where all rounds together provably cost less than the
whole.
"""

from __future__ import annotations

from functools import cached_property

from gdc.compiler.construct import apply, matmul, reduce
from gdc.compiler.cost import cheaper, entries, own_flops, rounds
from gdc.compiler.dims import ONE, Dim
from gdc.compiler.ir import Node, Program, Region, cast, integer, node, rewrite, roots, walk
from gdc.compiler.ops import OPS
from gdc.compiler.record import Record, Step
from gdc.compiler.regions import dependents
from gdc.compiler.rules import formula, through, users

NAME = "narrow"
SWITCHES = ("part", "sums", "diagonal")
REPEATED = ("loop", "table", "fold")
PARTS = frozenset({"at", "slice", "all"})
DEEPEST = 30  # operators that a part is taken through
PLACES = {"at": 1, "slice": 3, "all": 0}  # arguments of each kind of subscript
Subscripts = list[tuple[str, tuple[Node, ...]]]


def run(program: Program, record: Record) -> Program:
    """Narrows every product and formula that is not needed whole."""
    if record.strict:
        return program
    return through(program, lambda region: Narrow(program, record, region).run())


class Narrow:
    """The pass over one region; `uses` says how many places use each node, `written` which node became it."""

    def __init__(self, program: Program, record: Record, region: Region) -> None:
        self.origins, self.record, self.region = program.origins, record, region
        self.everything = walk(roots(region))
        self.uses = users(self.everything)
        for result in roots(region):
            self.uses[result] = self.uses.get(result, 0) + 1
        self.written: dict[Node, Node] = {}

    def run(self) -> Region:
        return rewrite(self.region, self.change, self.origins, self.became)

    def became(self, old: Node, new: Node) -> None:
        self.uses[new] = max(self.uses.get(new, 0), self.uses.get(old, 1))
        self.written.setdefault(new, self.written.get(old, old))

    def once(self, value: Node) -> bool:
        """Whether one place alone uses a node, once; nodes that this pass made are used once."""
        return self.uses.get(value, 1) == 1

    def change(self, value: Node) -> Node:
        if value.op == "index" and self.record.allows("part"):
            return self.part(value)
        if value.op == "sum" and self.record.allows("sums"):
            return self.summed(value)
        if value.op == "matmul" and self.record.allows("diagonal"):
            return self.scaled(value)
        return value

    # --- parts

    def part(self, value: Node) -> Node:
        whole, kinds = value.args[0], value.get("subscripts")
        if not set(kinds) <= PARTS or set(kinds) == {"all"} or not self.narrows(whole):
            return value
        places, subscripts = list(value.args[1:]), []
        for kind in kinds + ("all",) * (whole.type.rank - len(kinds)):
            subscripts.append((kind, tuple(places[: PLACES[kind]])))
            del places[: PLACES[kind]]
        new = self.taken(whole, subscripts, value.deps, DEEPEST)
        before, after = own_flops(whole), part_flops(whole, value)
        if new.type != value.type or not self.pays(value, whole, before, after):
            return value
        self.tell("part", value, new, "only one part of it is used", before, after)
        return new

    def narrows(self, whole: Node) -> bool:
        """Whether a part of this can be computed by itself."""
        if not self.once(whole) or not whole.type.rank:
            return False
        if whole.op == "matmul":
            return all(a.type.rank == 2 for a in whole.args)
        return whole.op == "cast" or (whole.op in OPS and OPS[whole.op].kind == "MAP")

    def taken(self, whole: Node, subscripts: Subscripts, deps: tuple[Node, ...], depth: int) -> Node:
        """A part of a value, taken as far down as it can be computed by itself."""
        if not depth or not self.narrows(whole):
            return indexed(whole, subscripts, deps)
        if whole.op == "matmul":
            (left, right), every = whole.args, ("all", ())
            rows = self.taken(left, [subscripts[0], every], deps, depth - 1)
            return matmul(rows, self.taken(right, [every, subscripts[1]], deps, depth - 1))
        args = [self.taken(a, own(a, whole, subscripts), deps, depth - 1) for a in whole.args]
        return cast(args[0], whole.type.element) if whole.op == "cast" else node(whole.op, *args, deps=whole.deps)

    @cached_property
    def bodies(self) -> list[tuple[Node, set[Node]]]:
        """What is repeated, and all that is evaluated anew in each of its rounds."""
        repeated = [v for v in self.everything if v.op in REPEATED]
        return [(v, dependents(roots(v.regions[0]), v.regions[0].params)) for v in repeated]

    def pays(self, value: Node, whole: Node, before: Dim, after: Dim) -> bool:
        """Whether a part that is taken in every round of a loop costs less, all rounds together, than the whole."""
        part, source = self.written.get(value, value), self.written.get(whole, whole)
        for owner, moving in self.bodies:
            if part in moving and source not in moving:
                if owner.op == "loop" and owner.get("kind") != "count":
                    return False  # nobody knows how many rounds there are
                after = after * rounds(owner)
                if not cheaper(after, before):
                    return False
        return True

    # --- sums

    def summed(self, value: Node) -> Node:
        """A sum over rows, columns or all of a product of two matrices."""
        product, axes = value.args[0], value.get("axes")
        if product.op != "matmul" or not self.once(product) or any(a.type.rank != 2 for a in product.args):
            return value
        if value.get("keepdims") or value.type.element != product.type.element:
            return value
        left, right = product.args
        left = reduce("sum", left, (0,)) if 0 in axes else left
        right = reduce("sum", right, (1,)) if 1 in axes else right
        new = matmul(left, right)
        before = own_flops(product) + own_flops(value)
        after = own_flops(new) + sum((own_flops(a) for a in (left, right) if a.op == "sum"), start=Dim({}))
        if new.type != value.type or not cheaper(after, before):
            return value
        self.tell("sums", value, new, "a factor is summed before it is multiplied", before, after)
        return new

    # --- diagonal factors

    def scaled(self, value: Node) -> Node:
        left, right = value.args
        new: Node | None = None
        if (d := diagonal(left)) is not None and right.type.rank in (1, 2):
            new = apply("mul", along(d, right, ("all", "new")), right)
        elif (d := diagonal(right)) is not None and left.type.rank in (1, 2):
            new = apply("mul", left, along(d, left, ("new", "all")))
        if new is None or new.type != value.type:
            return value
        self.tell("diagonal", value, new, "a diagonal matrix scales", own_flops(value), own_flops(new))
        return new

    def tell(self, rule: str, before: Node, after: Node, reason: str, cost_before: Dim, cost_after: Dim) -> None:
        spans = self.origins.of(before)
        for made in walk([after]):
            if spans and made.args and not self.origins.of(made):
                self.origins.add(made, *spans)
        words = formula(before, self.origins), formula(after, self.origins, follow=False)
        self.record.add(Step(NAME, rule, *words, reason, spans, cost_before, cost_after))


def part_flops(whole: Node, part: Node) -> Dim:
    """What a part of a product or of an elementwise formula costs."""
    inner = whole.args[0].type.shape[1] * 2 if whole.op == "matmul" else ONE
    return entries(part.type) * inner


def own(argument: Node, whole: Node, subscripts: Subscripts) -> Subscripts:
    """The subscripts of an argument that is stretched to the whole: a part of an axis of size 1 is that axis."""
    found: Subscripts = []
    lead = whole.type.rank - argument.type.rank
    for (kind, places), size, full in zip(subscripts[lead:], argument.type.shape, whole.type.shape[lead:], strict=True):
        if size == ONE and full != ONE:
            found.append(("at", (integer(0),)) if kind == "at" else ("all", ()))
        else:
            found.append((kind, places))
    return found


def indexed(value: Node, subscripts: Subscripts, deps: tuple[Node, ...]) -> Node:
    kinds = tuple(kind for kind, _ in subscripts)
    if set(kinds) <= {"all"}:
        return value
    return node("index", value, *(place for _, places in subscripts for place in places), subscripts=kinds, deps=deps)


def along(d: Node, matrix: Node, subscripts: tuple[str, str]) -> Node:
    """The diagonal where it meets a matrix: down its rows or along its columns. A number is one already."""
    return node("index", d, subscripts=subscripts) if d.type.rank and matrix.type.rank == 2 else d


def diagonal(value: Node) -> Node | None:
    """The vector (or the number, if all are equal) on the diagonal of a matrix that is zero elsewhere by its making."""
    if value.op == "cast":
        inner = diagonal(value.args[0])
        return None if inner is None else cast(inner, value.type.element)
    if value.op != "table" or len(value.args) != 6 or value.type.rank != 2 or value.regions[0].effects:
        return None
    (i, j), body = value.regions[0].params, value.regions[0].results[0]
    if body.op != "select" or body.args[0].op != "eq" or set(body.args[0].args) != {i, j}:
        return None
    (entry,), (zero,) = (side.results for side in body.regions)
    plain = value.args[:3] == value.args[3:] and value.args[0] is integer(0) and value.args[2] is integer(1)
    if not plain or zero.op != "const" or zero.value != 0 or any(side.effects for side in body.regions):
        return None
    return entry_of_diagonal(entry, i, j, value.type.shape[0])


def entry_of_diagonal(entry: Node, i: Node, j: Node, size: Dim) -> Node | None:
    """The vector whose element i (or j) the entry is, or the entry where it is the same for all."""
    if entry.op == "cast":
        inner = entry_of_diagonal(entry.args[0], i, j, size)
        return None if inner is None else cast(inner, entry.type.element)
    moving = dependents([entry], (i, j))
    if entry not in moving:
        return entry
    whole = entry.op == "index" and entry.args[0] not in moving and entry.args[0].type.shape == (size,)
    return entry.args[0] if whole and entry.args[1] in (i, j) and not entry.deps else None
