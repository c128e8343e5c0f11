"""Only what is used of a product or formula is computed. It is the same in exact arithmetic, so it rests under strict.

    part    (A@B)[i] = A[i]@B and (A + B)[2] = A[2] + B[2]: of what is used for one part, that part
    sums    sum(A@B, axis=0) = sum(A, axis=0)@B, and the like along the other axis and over all

A part that is taken in every round of a loop is worth it only where all rounds together provably cost less than the
whole.
"""

from __future__ import annotations

from functools import cached_property

from gdc.compiler.construct import matmul, reduce, transpose
from gdc.compiler.cost import cheaper, entries, own_flops, rounds
from gdc.compiler.dims import ONE, Dim
from gdc.compiler.ir import Node, Program, Region, cast, integer, node, rewrite, roots, walk
from gdc.compiler.ops import OPS
from gdc.compiler.record import Record, Step
from gdc.compiler.regions import repeated
from gdc.compiler.rules import formula, through, users

NAME = "narrow"
SWITCHES = ("part", "sums")
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
        before, after = part_flops(whole, whole), part_flops(whole, value)
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
        if whole.op == "transpose":
            return whole.type.rank == 2 and self.narrows(whole.args[0])
        return whole.op == "cast" or (whole.op in OPS and OPS[whole.op].kind == "MAP")

    def taken(self, whole: Node, subscripts: Subscripts, deps: tuple[Node, ...], depth: int) -> Node:
        """A part of a value, taken as far down as it can be computed by itself."""
        if not depth or not self.narrows(whole):
            return indexed(whole, subscripts, deps)
        if whole.op == "matmul":
            (left, right), every = whole.args, ("all", ())
            rows = self.taken(left, [subscripts[0], every], deps, depth - 1)
            return matmul(rows, self.taken(right, [every, subscripts[1]], deps, depth - 1))
        if whole.op == "transpose":
            return transpose(self.taken(whole.args[0], subscripts[::-1], deps, depth - 1))
        args = [self.taken(a, own(a, whole, subscripts), deps, depth - 1) for a in whole.args]
        return cast(args[0], whole.type.element) if whole.op == "cast" else node(whole.op, *args, deps=whole.deps)

    @cached_property
    def bodies(self) -> list[tuple[Node, set[Node]]]:
        return repeated(self.everything)

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

    def tell(self, rule: str, before: Node, after: Node, reason: str, cost_before: Dim, cost_after: Dim) -> None:
        spans = self.origins.of(before)
        for made in walk([after]):
            if spans and made.args and not self.origins.of(made):
                self.origins.add(made, *spans)
        words = formula(before, self.origins), formula(after, self.origins, follow=False)
        self.record.add(Step(NAME, rule, *words, reason, spans, cost_before, cost_after))


def part_flops(whole: Node, part: Node) -> Dim:
    """What a part of a product or of an elementwise formula costs."""
    whole = whole.args[0] if whole.op == "transpose" else whole
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
