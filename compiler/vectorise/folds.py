"""Tables and folds over labels: products are contracted, large bodies cut into blocks, some indices left as loops."""

from __future__ import annotations

from typing import Any

from gdc.compiler.construct import product
from gdc.compiler.dependence import polynomial
from gdc.compiler.dims import ONE, ZERO, Dim, dim
from gdc.compiler.ir import Node, Region, cast, const, integer, make, node, param, size_node
from gdc.compiler.ops import OPS
from gdc.compiler.raising.parts import ordered
from gdc.compiler.types import INT, Type
from gdc.compiler.vectorise.axes import Axes, Unvectorised
from gdc.compiler.vectorise.contraction import Spread, contracted, stretched

MOST_ENTRIES = 2**23            # of a temporary array that is larger than what it is made of: 64 MB of reals
WORTH_A_ROUND = 2**12           # entries of a round's arrays, from which on a round costs what its entries cost
ONE_STATE = {"sum": "add", "prod": "mul", "min": "minimum", "max": "maximum", "any": "or", "all": "and"}


class Folds(Axes):
    """Tables and folds, whose bodies the subclass computes."""

    def _table(self, owner: Node) -> Spread:
        params = self.enter(owner)
        with self.inside(params):
            self._run_effects(owner.regions[0])
            body = self.at(owner.regions[0].results[0])
        outer = tuple(k for k in self.in_order(body.labels) if k not in params)
        return Spread(stretched(body, (*outer, *params), self.sizes_of((*outer, *params))), outer)

    def _fold(self, owner: Node) -> Spread:
        serial = self._serial(owner)
        if serial:
            return self._serial_fold(owner, serial)
        blocked = self._blocked(owner)
        if blocked is not None:
            return blocked
        return self._reduced(owner)

    def _reduced(self, owner: Node) -> Spread:
        """The fold with all of its indices as labels; contraction where it sums products."""
        if any(p not in self.ranges for p in owner.regions[0].params):
            self.enter(owner)
        with self.inside(list(owner.regions[0].params)):
            return self._summed(owner)

    def _summed(self, owner: Node) -> Spread:
        over = list(owner.regions[0].params)
        region = owner.regions[0]
        self._run_effects(region)
        monoid, body = owner.get("monoid"), region.results[0]
        own: list[Any] = []
        while monoid == "sum" and body.op in ("table", "fold") and body in self.variant and \
                (body.op == "table" or body.get("monoid") == "sum" and not self._serial(body)):
            params = self.enter(body)
            self.scope.extend(params)
            self._run_effects(body.regions[0])
            (own if body.op == "table" else over).extend(params)
            body = body.regions[0].results[0]
        if monoid == "sum":
            found = self._contraction(owner, body, over)
            if found is not None:
                return self._with_own(found, own)
        value = self.at(body)
        outer = tuple(k for k in self.in_order(value.labels) if k not in over and k not in own)
        needs_entries = "nonempty" in OPS[monoid].facts
        if needs_entries and self.mask is not None and not all(self.runs(self.ranges[k][1]) for k in over):
            raise Unvectorised(f"a {monoid} stands under a condition and may have no value")
        array = stretched(value, (*outer, *own, *over), self.sizes_of((*outer, *own, *over)))
        first = len(outer) + len(own)
        axes = tuple(range(first, first + len(over)))
        result = node(monoid, array, axes=axes, keepdims=False, deps=self.deps_of(owner.deps))
        found = Spread(result, outer)
        return self.where_entries(found, (self.size(k) for k in over)) if needs_entries and outer else found

    def _with_own(self, found: Spread, own: list[Any]) -> Spread:
        """The labels of a table inside a fold as the value's own axes."""
        if not own:
            return found
        outer = tuple(k for k in self.in_order(found.labels) if k not in own)
        return Spread(stretched(found, (*outer, *own), self.sizes_of((*outer, *own))), outer)

    def _contraction(self, owner: Node, body: Node, over: list[Any]) -> Spread | None:
        """The sum of a product of two or more factors; None where it is not one."""
        factors = [self.at(f) for f in _factors(body)]
        rank = max(f.own for f in factors)
        bearing = [f for f in factors if set(f.labels) & set(over)]
        if rank and any(f.own not in (0, rank) for f in factors) or \
                len({f.node.type.shape[len(f.labels):] for f in factors if f.own}) > 1:
            return None
        if len({frozenset(f.labels) | (frozenset(["own"]) if f.own else frozenset()) for f in bearing}) < 2:
            if len(factors) == len(bearing):
                return self._dot(owner, bearing, over) if len(bearing) == 2 and not rank else None
        if not set(over) <= {k for f in bearing for k in f.labels}:
            return None
        own = [object() for _ in range(rank)]
        shape = next((f.node.type.shape[len(f.labels):] for f in factors if f.own), ())
        for label, size in zip(own, shape, strict=True):
            self.label(label, (integer(0), size_node(size), integer(1)))
        marked = [Spread(f.node, (*f.labels, *(own if f.own else ()))) for f in factors]
        found = contracted(marked, over, self.order, owner.type.element)
        return self._with_own(found, own)

    def _dot(self, owner: Node, factors: list[Spread], over: list[Any]) -> Spread | None:
        """The sum of x[i]*y[i]."""
        left, right = factors
        if left.labels != right.labels or list(left.labels) != over or len(over) != 1:
            return None
        element = owner.type.element
        return Spread(node("matmul", cast(left.node, element), cast(right.node, element)))

    def _serial(self, owner: Node) -> list[Node]:
        """The indices of a fold that meet other labels in one subscript."""
        params = owner.regions[0].params
        if owner.get("monoid") not in ONE_STATE:
            return []
        found: set[Node] = set()
        for value in ordered([owner.regions[0].results[0]], self.closed):
            if value in self.variant and value.op == "index" and value.args[0] not in self.variant:
                for place in value.args[1:]:
                    labels = {a for a in polynomial(place).atoms() if a in self.ranges or a in params}
                    if len(labels) > 1:
                        found |= labels & set(params)
        return [p for p in params if p in found]

    def _serial_fold(self, owner: Node, serial: list[Node], why: str = "it meets another index in one subscript"
                     ) -> Spread:
        """The fold with some indices left as loops over array operations."""
        params = self.enter(owner)
        region_params = []
        for label in serial:
            fresh = param(label.type, label.get("name", ""))
            region_params.append(fresh)
            if label in self.facts.ranges:
                self.facts.ranges[fresh] = self.facts.ranges[label]
            self.known[label] = Spread(fresh)
        names = ", ".join(p.get("name") or "an index" for p in serial)
        self.notes.append(f"{names} stays a loop over array operations: {why}")
        args = tuple(n for p in serial for n in self.ranges[p])
        for label in serial:
            del self.ranges[label]
        with self.inner_effects() as effects:
            rest = [p for p in params if p not in serial]
            body = self._rest_of_fold(owner, rest)
        return self._made_fold(owner, args, region_params, effects, body)

    def _rest_of_fold(self, owner: Node, rest: list[Node]) -> Spread:
        """The fold over those of its indices that are labels."""
        slim = make("fold", tuple(n for p in rest for n in self.ranges[p]), dict(owner.attrs), owner.types,
                    (Region(rest, owner.regions[0].effects, owner.regions[0].results),), owner.deps)
        if rest:
            self.variant.add(slim)
            return self._reduced(slim)
        self._run_effects(owner.regions[0])
        body = self.at(owner.regions[0].results[0])
        return Spread(cast(body.node, owner.type.element), body.labels)

    def _made_fold(self, owner: Node, args: tuple[Node, ...], params: list[Node], effects: list[Node],
                   body: Spread) -> Spread:
        attrs = {"monoid": owner.get("monoid"), "names": tuple(p.get("name") for p in params)}
        region = Region(params, effects, (body.node,))
        made = make("fold", args, attrs, (body.node.type,), (region,), self.deps_of(owner.deps))
        if effects:
            self.effects.append(made)
        return Spread(made, body.labels)

    def _blocked(self, owner: Node) -> Spread | None:
        """The fold in blocks of its last index, where its body would be larger than what it reads and its result."""
        region, monoid = owner.regions[0], owner.get("monoid")
        body, last = region.results[0], region.params[-1]
        if monoid not in ONE_STATE or region.effects or self.mask is not None or body.op in ("table", "fold"):
            return None
        parts = _factors(body) if monoid == "sum" else [body]
        large = [labels for part in parts if last in (labels := self.labels_of(part)) and self._outgrows(part, labels)]
        if not large or not any(labels - set(region.params) for labels in large):
            return None
        self.enter(owner)
        others = [product(self.size(k) for k in self.in_order(labels - {last})) for labels in large]
        totals = [size * self.size(last) for size in others]
        if all(t.is_constant and t.constant <= MOST_ENTRIES for t in totals):
            return None
        most = max(others, key=lambda size: len(size.terms[-1][0]) if size.terms else 0)
        why = ("vectorise", f"rounds over {last.get('name') or 'the last index'}", "blocks of what is added up")
        if self.decide(dim(WORTH_A_ROUND), most, False, why):
            return self._serial_fold(owner, [last], "what it is summed from would be larger than all that is read")
        why = ("vectorise", "what is added up in one array", why[2])
        if all(self.decide(t, dim(MOST_ENTRIES), False, why) for t in totals):
            return None
        return self._in_blocks(owner, last, most)

    def _outgrows(self, part: Node, labels: set[Any]) -> bool:
        """Whether a value is larger than every load (or index) that it is made of."""
        order = ordered([part], self.closed)
        made_of = [v for v in order if v.op in ("index", "gather", "param") and v in self.variant]
        return not any(labels <= self.labels_of(v) for v in made_of)

    def _in_blocks(self, owner: Node, label: Node, others: Dim) -> Spread:
        """The fold over blocks of one label, each of at most MOST_ENTRIES entries."""
        start, count, step = self.ranges[label]
        row = node("maximum", integer(1), size_node(others))
        block = node("maximum", integer(1), node("floordiv", integer(MOST_ENTRIES), row))
        blocks = node("floordiv", node("add", count, node("sub", block, integer(1))), block)
        number = param(Type(INT), "block")
        first = node("mul", number, block)
        here = node("minimum", block, node("sub", count, first))
        moved = first if polynomial(step) == ONE else node("mul", first, step)
        begin = moved if polynomial(start) == ZERO else node("add", moved, start)
        self.facts.sizes.update((here, block))
        self.ranges[label] = (begin, here, step)
        self.notes.append(f"in blocks of {label.get('name') or 'an index'}, so that no temporary is larger than 64 MB")
        with self.inner_effects() as effects:
            body = self._rest_of_fold(owner, list(owner.regions[0].params))
        return self._made_fold(owner, (integer(0), blocks, integer(1)), [number], effects, body)


def _factors(body: Node) -> list[Node]:
    """The factors of a product, left to right."""
    found: list[Node] = []
    stack = [body]
    while stack:
        value = stack.pop()
        if value.op == "mul":
            stack.extend(reversed(value.args))
        elif value.op == "neg":
            stack.extend((value.args[0], const(-1, value.type.element)))
        else:
            found.append(value)
    return found
