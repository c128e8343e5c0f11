"""Tables and folds as array operations: every index becomes an axis of all that depends on it.

Indices that are axes are called labels. An index may stay serial, so that the array operations run once for each of
its values: where two labels meet in one subscript (`image[i + a, j + c]`: a and c are serial, the loads are slices),
and in blocks where a fold's body would be larger than anything it reads and than its result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gdc.compiler.contraction import Spread, arranged, contracted, stretched, transposed
from gdc.compiler.dependence import Facts, linear, polynomial
from gdc.compiler.dims import ONE, ZERO, Dim, FloorDiv
from gdc.compiler.ir import Node, Region, cast, const, integer, make, nested, node, param, project, size_node, size_of
from gdc.compiler.ops import OPS
from gdc.compiler.raising import conditional, ordered
from gdc.compiler.types import INT, Type

MOST_ENTRIES = 2**23            # of a temporary array that is larger than what it is made of: 64 MB of reals
ONE_STATE = {"sum": "add", "prod": "mul", "min": "minimum", "max": "maximum", "any": "or", "all": "and"}
Triple = tuple[Node, Node, Node]


class Unvectorised(Exception):
    """Why a table or fold stays a nest of loops, in the user's terms."""


class Vectoriser:
    """Turns one table or fold into array operations."""

    def __init__(self, facts: Facts, closed: set[Node]) -> None:
        self.facts, self.closed = facts, closed
        self.ranges: dict[Any, Triple] = {}             # labels
        self.order: dict[Any, int] = {}                 # labels in the order of their loops
        self.known: dict[Node, Spread] = {}             # values at hand
        self.checks: dict[Node, Node] = {}              # checks of bodies, and the checks that stand for them
        self.effects: list[Node] = []
        self.mask: Spread | None = None                 # the rounds in which the present place is reached
        self.variant: set[Node] = set()
        self.needs_rounds = False                       # whether something must not be evaluated without a round
        self.scope: list[Node] = []                     # the labels of the bodies round the present place
        self.notes: list[str] = []                      # remarks for the record

    def whole(self, owner: Node) -> tuple[Node, list[Node]]:
        """(the array or scalar that the table or fold is, its effects). Raises Unvectorised."""
        self.variant = _variant(owner, self.closed)
        found = self._table(owner) if owner.op == "table" else self._fold(owner)
        if not self.needs_rounds or all(self._runs(c) for c in owner.args[1::3]):
            return found.node, self.effects
        return self._only_with_rounds(owner, found.node)

    def _only_with_rounds(self, owner: Node, value: Node) -> tuple[Node, list[Node]]:
        """The value, computed only where there is a round that asks for it."""
        condition = node("gt", owner.args[1], integer(0))
        for count in owner.args[4::3]:
            condition = node("and", condition, node("gt", count, integer(0)))
        zero = const(0, value.type.element)
        if owner.op == "fold" and owner.get("monoid") not in ("sum", "any"):
            raise Unvectorised("its checks do not depend on its indices, and there may be no round")
        empty = node("fill", zero, *(size_node(d) for d in value.type.shape)) if value.type.rank else zero
        arms = (Region((), self.effects, (value,)), Region((), (), (empty,)))
        branch = make("branch", (condition,), {}, (value.type,), arms)
        return project(branch, 0), [branch] if self.effects else []

    def _runs(self, count: Node) -> bool:
        return self.facts.never_negative(polynomial(count) - 1)

    # --- labels

    def _enter(self, owner: Node) -> list[Node]:
        """Makes labels of a table's or fold's indices."""
        params = list(owner.regions[0].params)
        for k, label in enumerate(params):
            triple = owner.args[3 * k], owner.args[3 * k + 1], owner.args[3 * k + 2]
            values = [self._at(a) for a in triple]
            if any(v.labels or v.node.type.rank for v in values):
                outer = sorted({str(p.get("name")) for v in values for p in v.labels})
                raise Unvectorised(f"the range of {label.get('name') or 'an index'} depends on {', '.join(outer)}")
            self._label(label, (values[0].node, values[1].node, values[2].node))
        return params

    def _label(self, label: Any, triple: Triple) -> None:
        self.ranges[label] = triple
        self.order.setdefault(label, len(self.order))

    def _size(self, label: Any) -> Dim:
        return size_of(self.ranges[label][1])

    def _sizes(self, labels: Iterable[Any]) -> dict[Any, Dim]:
        return {k: self._size(k) for k in labels}

    def _sorted(self, labels: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(sorted(set(labels), key=lambda k: self.order[k]))

    def _places(self, label: Any) -> Spread:
        """A label's values as an array."""
        start, count, step = self.ranges[label]
        values = node("iota", count)
        if polynomial(step) != ONE:
            values = node("mul", values, step)
        if polynomial(start) != ZERO:
            values = node("add", values, start)
        return Spread(values, (label,))

    @contextmanager
    def _inside(self, labels: list[Node]) -> Iterator[None]:
        """The body of a table or fold."""
        before = len(self.scope)
        self.scope.extend(labels)
        try:
            yield
        finally:
            del self.scope[before:]

    # --- values

    def _at(self, value: Node) -> Spread:
        """A value for all rounds."""
        if value not in self.variant:
            return Spread(value)
        stack = [value]
        while stack:
            top = stack[-1]
            if top in self.known:
                stack.pop()
                continue
            waiting = [a for a in _inputs(top) if a in self.variant and a not in self.known]
            if waiting:
                stack.extend(waiting)
            else:
                self.known[top] = self._computed(top)
                stack.pop()
        return self.known[value]

    def _computed(self, value: Node) -> Spread:
        if value.op == "param":
            return self._places(value)
        if value.op in ("select", "project"):
            return self._conditional(value)
        special: dict[str, Callable[[Node], Spread]] = {
            "table": self._table, "fold": self._fold, "cast": self._cast, "index": self._load, "gather": self._load,
            "size": self._sized, "transpose": self._transpose, "reshape": self._shaped, "broadcast": self._shaped,
            "fill": self._shaped, "stack": self._joined, "concat": self._joined, "matmul": self._matmul}
        if value.op in special:
            return special[value.op](value)
        kind = OPS[value.op].kind if value.op in OPS else ""
        if kind == "MAP":
            return self._map(value)
        if kind == "REDUCE":
            return self._reduce_own(value)
        what = "a loop" if value.op == "loop" else "an array that is built entry by entry" if value.op == "update" else value.op
        raise Unvectorised(f"each round needs {what} of its own")

    def _combined(self, op: str, parts: Sequence[Spread], deps: Iterable[Node] = ()) -> Spread:
        labels = self._sorted(k for p in parts for k in p.labels)
        own = max(p.own for p in parts)
        return Spread(node(op, *(arranged(p, labels, own) for p in parts), deps=self._deps(deps)), labels)

    def _deps(self, deps: Iterable[Node]) -> tuple[Node, ...]:
        return tuple(self.checks.get(d, d) for d in deps)

    def _map(self, value: Node) -> Spread:
        parts = [self._at(a) for a in value.args]
        if value.op == "pow" and value.type.kind == "int" and self.mask is not None:
            parts[1] = self._combined("where", [self.mask, parts[1], Spread(const(0, value.args[1].type.element))])
        return self._combined(value.op, parts, value.deps)

    def _cast(self, value: Node) -> Spread:
        inner = self._at(value.args[0])
        return Spread(cast(inner.node, value.get("element")), inner.labels)

    def _reduce_own(self, value: Node) -> Spread:
        inner = self._at(value.args[0])
        axes = tuple(a + len(inner.labels) for a in value.get("axes"))
        return Spread(node(value.op, inner.node, axes=axes, keepdims=value.get("keepdims")), inner.labels)

    def _sized(self, value: Node) -> Spread:
        """A formula of sizes that some index is part of."""
        return self._formula(value.get("size"))

    def _formula(self, size: Dim) -> Spread:
        total: Spread | None = None
        for monomial, factor in size.terms:
            product: Spread | None = Spread(integer(factor)) if factor != 1 or not monomial else None
            for atom in monomial:
                if isinstance(atom, FloorDiv):
                    part = self._combined("floordiv", [self._formula(atom.top), self._formula(atom.bottom)])
                else:
                    part = self._at(atom) if isinstance(atom, Node) else Spread(size_node(Dim({(atom,): 1})))
                product = part if product is None else self._combined("mul", [product, part])
            assert product is not None
            total = product if total is None else self._combined("add", [total, product])
        return total or Spread(integer(0))

    def _transpose(self, value: Node) -> Spread:
        inner = self._at(value.args[0])
        ahead = len(inner.labels)
        return Spread(transposed(inner.node, (*range(ahead), *(k + ahead for k in value.get("perm")))), inner.labels)

    def _shaped(self, value: Node) -> Spread:
        inner = self._at(value.args[0])
        if any(self._at(a).labels for a in value.args[1:]):
            raise Unvectorised("the size of an array differs from round to round")
        own = len(value.args) - 1
        sizes = (*(size_node(self._size(k)) for k in inner.labels), *(self._at(a).node for a in value.args[1:]))
        if not inner.labels or value.op == "reshape":
            return Spread(node(value.op, inner.node, *sizes), inner.labels)
        return Spread(node("broadcast", arranged(inner, inner.labels, own), *sizes), inner.labels)

    def _joined(self, value: Node) -> Spread:
        parts = [self._at(a) for a in value.args]
        labels = self._sorted(k for p in parts for k in p.labels)
        arrays = [stretched(p, labels, self._sizes(labels)) for p in parts]
        return Spread(node(value.op, *arrays, axis=value.get("axis") + len(labels)), labels)

    def _matmul(self, value: Node) -> Spread:
        """A product of arrays in each round: its own axes become labels of a contraction."""
        left, right = (self._at(a) for a in value.args)
        if left.own > 2 or right.own > 2:
            raise Unvectorised("each round multiplies stacks of matrices")
        inner, row, column = object(), object(), object()
        for label, size in ((inner, left.node.type.shape[-1]), (row, left.node.type.shape[-2]) if left.own > 1 else (None, ONE),
                            (column, right.node.type.shape[-1]) if right.own > 1 else (None, ONE)):
            if label is not None:
                self._label(label, (integer(0), size_node(size), integer(1)))
        one = Spread(left.node, (*left.labels, *([row] if left.own > 1 else []), inner))
        other = Spread(right.node, (*right.labels, inner, *([column] if right.own > 1 else [])))
        product = contracted([one, other], [inner], self.order, value.type.element)
        own = [k for k in (row, column) if k in product.labels]
        labels = self._sorted(k for k in product.labels if k not in own)
        return Spread(arranged(product, (*labels, *own), 0), labels)

    # --- tables and folds

    def _table(self, owner: Node) -> Spread:
        params = self._enter(owner)
        with self._inside(params):
            self._run_effects(owner.regions[0])
            body = self._at(owner.regions[0].results[0])
        outer = tuple(k for k in self._sorted(body.labels) if k not in params)
        return Spread(stretched(body, (*outer, *params), self._sizes((*outer, *params))), outer)

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
            self._enter(owner)
        with self._inside(list(owner.regions[0].params)):
            return self._summed(owner)

    def _summed(self, owner: Node) -> Spread:
        over = list(owner.regions[0].params)
        region = owner.regions[0]
        self._run_effects(region)
        monoid, body = owner.get("monoid"), region.results[0]
        own: list[Any] = []
        while monoid == "sum" and body.op in ("table", "fold") and body in self.variant and \
                (body.op == "table" or body.get("monoid") == "sum" and not self._special(body)):
            params = self._enter(body)
            self.scope.extend(params)
            self._run_effects(body.regions[0])
            (own if body.op == "table" else over).extend(params)
            body = body.regions[0].results[0]
        if monoid == "sum":
            found = self._contraction(owner, body, over)
            if found is not None:
                return self._with_own(found, own)
        value = self._at(body)
        outer = tuple(k for k in self._sorted(value.labels) if k not in over and k not in own)
        if monoid in ("min", "max", "argmin", "argmax") and self.mask is not None and not all(
                self._runs(self.ranges[k][1]) for k in over):
            raise Unvectorised(f"a {monoid} stands under a condition and may have no value")
        array = stretched(value, (*outer, *own, *over), self._sizes((*outer, *own, *over)))
        first = len(outer) + len(own)
        result = node(monoid, array, axes=tuple(range(first, first + len(over))), keepdims=False)
        return Spread(result, outer)

    def _special(self, fold: Node) -> bool:
        return bool(self._serial(fold))

    def _with_own(self, found: Spread, own: list[Any]) -> Spread:
        """The labels of a table inside a fold as the value's own axes."""
        if not own:
            return found
        outer = tuple(k for k in self._sorted(found.labels) if k not in own)
        return Spread(stretched(found, (*outer, *own), self._sizes((*outer, *own))), outer)

    def _contraction(self, owner: Node, body: Node, over: list[Any]) -> Spread | None:
        """The sum of a product of two or more factors; None where it is not one."""
        factors = [self._at(f) for f in _factors(body)]
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
            self._label(label, (integer(0), size_node(size), integer(1)))
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

    # --- serial indices and blocks

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

    def _serial_fold(self, owner: Node, serial: list[Node]) -> Spread:
        """The fold with some indices left as loops over array operations."""
        params = self._enter(owner)
        region_params = []
        for label in serial:
            fresh = param(label.type, label.get("name", ""))
            region_params.append(fresh)
            if label in self.facts.ranges:
                self.facts.ranges[fresh] = self.facts.ranges[label]
            self.known[label] = Spread(fresh)
        self.notes.append(f"{', '.join(p.get('name') or 'an index' for p in serial)} stays a loop over array operations")
        args = tuple(n for p in serial for n in self.ranges[p])
        for label in serial:
            del self.ranges[label]
        with self._inner_effects() as effects:
            rest = [p for p in params if p not in serial]
            body = self._rest_of_fold(owner, rest)
        return self._made_fold(owner, args, region_params, effects, body)

    def _rest_of_fold(self, owner: Node, rest: list[Node]) -> Spread:
        """The fold over those of its indices that are labels."""
        slim = make("fold", tuple(n for p in rest for n in self.ranges[p]), dict(owner.attrs), owner.types,
                    (Region(rest, owner.regions[0].effects, owner.regions[0].results),))
        if rest:
            self.variant.add(slim)
            return self._reduced(slim)
        self._run_effects(owner.regions[0])
        body = self._at(owner.regions[0].results[0])
        return Spread(cast(body.node, owner.type.element), body.labels)

    def _made_fold(self, owner: Node, args: tuple[Node, ...], params: list[Node], effects: list[Node], body: Spread) -> Spread:
        attrs = {"monoid": owner.get("monoid"), "names": tuple(p.get("name") for p in params)}
        made = make("fold", args, attrs, (body.node.type,), (Region(params, effects, (body.node,)),))
        if effects:
            self.effects.append(made)
        return Spread(made, body.labels)

    @contextmanager
    def _inner_effects(self) -> Iterator[list[Node]]:
        outer, self.effects = self.effects, []
        try:
            yield self.effects
        finally:
            self.effects = outer

    def _blocked(self, owner: Node) -> Spread | None:
        """The fold in blocks of its last index, where its body would be larger than all it reads and than its result."""
        region, monoid = owner.regions[0], owner.get("monoid")
        labels = self._labels_of(region.results[0])
        over = set(region.params)
        if monoid not in ONE_STATE or not over <= labels or len(labels - over) == 0 or region.effects or self.mask is not None:
            return None
        body = region.results[0]
        if body.op in ("table", "fold") or (monoid == "sum" and len(_factors(body)) > 1):
            return None
        loads = [self._labels_of(v) for v in ordered([body], self.closed) if v.op in ("index", "param") and v in self.variant]
        if any(labels <= used for used in loads):
            return None
        self._enter(owner)
        rest = self._sorted(labels - {region.params[-1]})
        others = ONE
        for label in rest:
            others = others * self._size(label)
        total = others * self._size(region.params[-1])
        if total.is_constant and total.constant <= MOST_ENTRIES:
            return None
        return self._in_blocks(owner, region.params[-1], others)

    def _in_blocks(self, owner: Node, label: Node, others: Dim) -> Spread:
        """The fold over blocks of one label, each of at most MOST_ENTRIES entries."""
        start, count, step = self.ranges[label]
        block = node("maximum", integer(1), node("floordiv", integer(MOST_ENTRIES), node("maximum", integer(1), size_node(others))))
        blocks = node("floordiv", node("add", count, node("sub", block, integer(1))), block)
        number = param(Type(INT), "block")
        first = node("mul", number, block)
        here = node("minimum", block, node("sub", count, first))
        moved = first if polynomial(step) == ONE else node("mul", first, step)
        begin = moved if polynomial(start) == ZERO else node("add", moved, start)
        self.facts.sizes.update((here, block))
        self.ranges[label] = (begin, here, step)
        self.notes.append(f"in blocks of {label.get('name') or 'an index'}, so that no temporary is larger than 64 MB")
        with self._inner_effects() as effects:
            body = self._rest_of_fold(owner, list(owner.regions[0].params))
        return self._made_fold(owner, (integer(0), blocks, integer(1)), [number], effects, body)

    def _labels_of(self, value: Node) -> set[Any]:
        """The indices that a value depends on, those of regions inside it not counted."""
        used: set[Any] = set()
        inner: set[Any] = set()
        for part in ordered([value], self.closed):
            if part.op == "param" and part in self.variant and not self._is_serial(part):
                used.add(part)
            inner.update(p for r in part.regions for p in r.params)
        return used - inner

    def _is_serial(self, label: Node) -> bool:
        return label in self.known and not self.known[label].labels

    # --- effects

    def _run_effects(self, region: Region) -> None:
        """The effects of a body, each once for all rounds, in order."""
        for effect in region.effects:
            if effect.op == "check":
                self._check(effect)
            elif effect.is_effect:
                raise Unvectorised("its rounds have effects that are seen in order")
            else:
                self._at(effect) if effect.op != "branch" else self._branch_effects(effect)

    def _branch_effects(self, branch: Node) -> None:
        """A branch among the effects: its results ask for it again and find its checks done."""
        condition = self._at(branch.args[0])
        for region, holds in zip(branch.regions, (True, False), strict=True):
            with self._under(condition, holds):
                self._run_effects(region)

    def _check(self, check: Node) -> None:
        if check in self.checks:
            return
        ok = self._at(check.args[0])
        values = [self._at(v) for v in check.args[1:]]
        if self.mask is not None:
            unreached = Spread(node("not", self.mask.node), self.mask.labels)
            ok = self._combined("or", [ok, unreached])
        if not ok.labels:
            ok = self._if_any_round(ok)
        labels = self._sorted(k for v in (ok, *values) for k in v.labels) if ok.labels else ()
        if labels:
            sizes = self._sizes(labels)
            total = ONE
            for label in labels:
                total = total * sizes[label]
            flat = node("reshape", stretched(ok, labels, sizes), size_node(total))
            where = node("argmin", cast(flat, INT), axes=(0,), keepdims=False)
            shown = [self._first_bad(v, labels, sizes, total, where) for v in values]
            whole = node("all", flat, axes=(0,), keepdims=False)
        else:
            whole, shown = ok.node, [v.node for v in values]
        made = make("check", (whole, *shown), dict(check.attrs), check.types, deps=self._deps(check.deps))
        self.checks[check] = made
        self.effects.append(made)

    def _if_any_round(self, ok: Spread) -> Spread:
        """A condition that is the same in all rounds counts only where there is one."""
        whole = ok.node
        for label in self.scope:
            count = self.ranges[label][1]
            if not self._runs(count):
                whole = node("or", whole, node("eq", count, integer(0)))
        return Spread(whole)

    def _first_bad(self, value: Spread, labels: Sequence[Any], sizes: dict[Any, Dim], total: Dim, where: Node) -> Node:
        """A check's value in the first round that fails it: read only where one does."""
        if not value.labels:
            return value.node
        flat = node("reshape", stretched(value, labels, sizes), size_node(total))
        return node("index", flat, where, subscripts=("at",))

    # --- conditions

    @contextmanager
    def _under(self, condition: Spread, holds: bool) -> Iterator[None]:
        """A place that is reached only in the rounds where the condition holds (or does not)."""
        outer, known = self.mask, self.known
        own = condition if holds else Spread(node("not", condition.node), condition.labels)
        self.mask = own if outer is None else self._combined("and", [outer, own])
        self.known = dict(known)
        try:
            yield
        finally:
            self.mask, self.known = outer, known

    def _conditional(self, value: Node) -> Spread:
        arms = conditional(value)
        if arms is None:
            raise Unvectorised("each round needs a loop of its own")
        condition = self._at(arms[0])
        if not condition.labels and any(effects for effects, _ in arms[1:]):
            raise Unvectorised("a condition that is the same in every round guards a check")
        found = []
        for (effects, result), holds in zip(arms[1:], (True, False), strict=True):
            with self._under(condition, holds):
                self._run_effects(Region((), effects, ()))
                found.append(self._at(result))
        return self._combined("where", [condition, *found])

    # --- loads

    def _load(self, value: Node) -> Spread:
        return Loader(self, value).spread()


def _inputs(value: Node) -> tuple[Node, ...]:
    """What must be at hand before a value is computed; bodies are computed on their own."""
    if value.op == "project":
        return (value.args[0].args[0],)
    return value.args[:1] if value.op == "select" else () if value.op in ("table", "fold", "loop") else value.args


def _variant(owner: Node, closed: set[Node]) -> set[Node]:
    """What depends on an index, or on an effect, of the owner or of tables and folds inside it."""
    order = ordered([owner], closed)
    variant: set[Node] = set(owner.regions[0].params)
    pending: set[Node] = {e for e in owner.regions[0].effects}
    variant |= pending
    while True:
        before = len(variant)
        for value in order:
            if value is not owner and value not in variant and any(n in variant for n in nested(value)):
                variant.add(value)
        for value in order:
            if value in variant and value.op in ("table", "fold", "select", "branch"):
                for region in value.regions:
                    variant.update(region.params)
                    variant.update(region.effects)
        if len(variant) == before:
            return variant


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


class Loader:
    """One index or gather for all rounds: views where the places are evenly spaced, else a gather."""

    def __init__(self, owner: Vectoriser, value: Node) -> None:
        self.owner, self.value = owner, value
        self.source = owner._at(value.args[0])
        self.tags: list[Any] = []               # of each source axis (or new axis): what becomes of it
        self.gathered: dict[int, Spread] = {}
        self.own: list[Any] = []                # labels that stand for own axes of the result, in order
        self.clamped: list[Dim] = []            # sizes of axes that masked places are looked up in

    def spread(self) -> Spread:
        """The loaded value."""
        kinds, args = self._first_cut()
        array = self.source.node
        if set(kinds) - {"all"}:
            array = node("index", array, *args, subscripts=tuple(kinds), deps=self._deps())
        tags = [t for t in self.tags if t is not None]
        if self.gathered:
            array, tags = self._gather(array, tags)
        labels = self.owner._sorted(t for t in tags if t not in self.own)
        found = Spread(arranged(Spread(array, tuple(tags)), (*labels, *self.own), 0), labels)
        return self._nonempty(found) if self.clamped else found

    def _deps(self) -> tuple[Node, ...]:
        return self.owner._deps(self.value.deps)

    def _first_cut(self) -> tuple[list[str], list[Node]]:
        """Decides what becomes of each axis; the subscripts of the part that is a view."""
        plans = self._plans()
        self._settle(plans)
        kinds, args = ["all"] * len(self.source.labels), []
        for label in self.source.labels:
            at = len(self.tags)
            self.tags.append(label if at not in self.gathered else ("gathered", at))
        for plan in plans:
            at = len(self.tags)
            kind, given, tag = plan[0], plan[1], plan[2]
            kinds.append(kind)
            args.extend(given)
            self.tags.append(("gathered", at) if at in self.gathered else tag)
        return kinds, args

    def _plans(self) -> list[list[Any]]:
        """[kind, arguments, tag] for each subscript, gathers set apart."""
        plans: list[list[Any]] = []
        at, axis = 1, 0
        shape = self.value.args[0].type.shape
        source_place = len(self.source.labels)
        kinds = list(self.value.get("subscripts"))
        kinds += ["all"] * (len(shape) - sum(k != "new" for k in kinds))
        for kind in kinds:
            place = source_place + len(plans)
            if kind == "at":
                plans.append(self._position(self.value.args[at], shape[axis], place))
            elif kind == "slice":
                plans.append(self._slice(self.value.args[at:at + 3], place))
            elif kind == "gather":
                plans.append(self._array(self.value.args[at], shape[axis], place))
            else:
                label = self._own_label(ONE if kind == "new" else shape[axis])
                plans.append([kind, [], label])
            at += {"at": 1, "gather": 1, "slice": 3}.get(kind, 0)
            axis += kind != "new"
        return plans

    def _own_label(self, size: Dim) -> Any:
        label = object()
        self.owner._label(label, (integer(0), size_node(size), integer(1)))
        self.own.append(label)
        return label

    def _position(self, position: Node, size: Dim, place: int) -> list[Any]:
        """A subscript that is one position in each round."""
        owner = self.owner
        value = owner._at(position)
        safe = owner.mask is None or owner.facts.within(polynomial(position), size)
        if not safe:
            assert owner.mask is not None
            self.gathered[place] = owner._combined("where", [owner.mask, value, Spread(integer(0))])
            self.clamped.append(size)
            return ["all", [], None]
        if not value.labels:
            if self.value.deps and any(d in owner.variant for d in self.value.deps):
                owner.needs_rounds = True
            return ["at", [value.node], None]
        view = self._view(position, value.labels, size)
        if view is None:
            self.gathered[place] = value
            return ["all", [], None]
        return view

    def _view(self, position: Node, labels: tuple[Any, ...], size: Dim) -> list[Any] | None:
        """Evenly spaced positions along one label, as a slice; None where they are not."""
        if len(labels) != 1 or not isinstance(labels[0], Node):
            return None
        label = labels[0]
        formula = polynomial(position)
        parts = linear(formula, label)
        if parts is None or not parts[0].is_constant or parts[0] == ZERO:
            return None
        if any(isinstance(a, Node) and a in self.owner.variant and self.owner._at(a).labels for a in parts[1].atoms()):
            return None
        start, count, step = self.owner.ranges[label]
        offset = self.owner._formula(parts[1]).node
        first = _sum(_scaled(parts[0].constant, start), offset)
        stride = _scaled(parts[0].constant, step)
        if polynomial(first) == ZERO and polynomial(stride) == ONE and size_of(count) == size:
            return ["all", [], label]
        return ["slice", [first, count, stride], label]

    def _slice(self, args: tuple[Node, ...], place: int) -> list[Any]:
        values = [self.owner._at(a) for a in args]
        if values[1].labels:
            raise Unvectorised("the size of a slice differs from round to round")
        label = self._own_label(size_of(values[1].node))
        if not values[0].labels and not values[2].labels:
            return ["slice", [v.node for v in values], label]
        if self.owner.mask is not None:
            raise Unvectorised("a slice that moves with the round stands under a condition")
        steps = self.owner._combined("mul", [self.owner._places(label), values[2]])
        self.gathered[place] = self.owner._combined("add", [values[0], steps])
        return ["all", [], None]

    def _array(self, places: Node, size: Dim, place: int) -> list[Any]:
        if sum(k == "gather" for k in self.value.get("subscripts")) > 1 or "at" in self.value.get("subscripts"):
            raise Unvectorised("each round gathers along several axes")
        value = self.owner._at(places)
        if self.owner.mask is not None:
            raise Unvectorised("a gather stands under a condition")
        labels = tuple(self._own_label(d) for d in value.node.type.shape[len(value.labels):])
        self.gathered[place] = Spread(value.node, (*value.labels, *labels))
        return ["all", [], None]

    def _settle(self, plans: list[list[Any]]) -> None:
        """A label that several axes have is gathered along all of them."""
        ahead = len(self.source.labels)
        while True:
            used = [*self.source.labels, *(p[2] for p in plans)]
            taken = {k for g in self.gathered.values() for k in g.labels}
            moved = False
            for place, label in enumerate(used):
                if label is None or place in self.gathered or label in self.own:
                    continue
                if label in taken or used.count(label) > 1:
                    self._gather_axis(plans, place, label, ahead)
                    moved = True
            if not moved:
                return

    def _gather_axis(self, plans: list[list[Any]], place: int, label: Any, ahead: int) -> None:
        """Makes a gather of an axis that was to be a view along a label."""
        if place < ahead:
            self.gathered[place] = Spread(node("iota", self.owner.ranges[label][1]), (label,))
            return
        positions = [n for n, k in enumerate(self.value.get("subscripts")) if k == "at"]
        number = place - ahead
        before = sum({"at": 1, "gather": 1, "slice": 3}.get(k, 0) for k in self.value.get("subscripts")[:number])
        assert number in positions
        self.gathered[place] = self.owner._at(self.value.args[1 + before])
        plans[number] = ["all", [], None]

    def _gather(self, array: Node, tags: list[Any]) -> tuple[Node, list[Any]]:
        """Looks the gathered axes up together."""
        labels = self.owner._sorted(k for g in self.gathered.values() for k in g.labels)
        places = [n for n, t in enumerate(tags) if isinstance(t, tuple)]
        if not labels:
            raise Unvectorised("a load under a condition does not depend on the round")
        sizes = self.owner._sizes(labels)
        alone = len(places) == 1
        arrays = [stretched(self.gathered[tags[n][1]], labels, sizes) if alone else
                  arranged(self.gathered[tags[n][1]], labels, 0) for n in places]
        kinds = tuple("gather" if n in places else "all" for n in range(len(tags)))
        found = node("gather", array, *arrays, subscripts=kinds, deps=self._deps())
        together = places == list(range(places[0], places[0] + len(places)))
        at = places[0] if together else 0
        rest = [t for n, t in enumerate(tags) if n not in places]
        return found, [*rest[:at], *labels, *rest[at:]]

    def _nonempty(self, found: Spread) -> Spread:
        """Nothing is looked up in an array without entries: there every round is one that does not ask."""
        unsure = [d for d in self.clamped if not self.owner.facts.never_negative(d - 1)]
        if not unsure:
            return found
        condition = node("gt", size_node(unsure[0]), integer(0))
        for size in unsure[1:]:
            condition = node("and", condition, node("gt", size_node(size), integer(0)))
        t = found.node.type
        empty = node("fill", const(0, t.element), *(size_node(d) for d in t.shape))
        arms = (Region((), (), (found.node,)), Region((), (), (empty,)))
        return Spread(project(make("branch", (condition,), {}, (t,), arms), 0), found.labels)


def _sum(left: Node, right: Node) -> Node:
    total = polynomial(left) + polynomial(right)
    if total.is_constant:
        return integer(total.constant)
    return right if polynomial(left) == ZERO else left if polynomial(right) == ZERO else node("add", left, right)


def _scaled(factor: int, value: Node) -> Node:
    product = polynomial(value) * factor
    if product.is_constant:
        return integer(product.constant)
    return value if factor == 1 else node("mul", integer(factor), value)
