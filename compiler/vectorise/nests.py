"""Tables and folds as array operations: every index becomes an axis of all that depends on it.

Indices that are axes are called labels. An index may stay serial, so that the array operations run once for each of
its values: where two labels meet in one subscript (`image[i + a, j + c]`: a and c are serial, the loads are slices),
and in blocks where a fold's body would be larger than anything it reads and than its result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gdc.compiler.construct import product
from gdc.compiler.dims import Dim
from gdc.compiler.ir import Node, Region, cast, const, integer, make, nested, node, project, size_node
from gdc.compiler.ops import OPS
from gdc.compiler.raising.parts import conditional, monoid_identity, ordered
from gdc.compiler.types import INT
from gdc.compiler.vectorise.axes import Unvectorised
from gdc.compiler.vectorise.contraction import Spread, arranged, contracted, stretched, transposed
from gdc.compiler.vectorise.folds import ONE_STATE, Folds
from gdc.compiler.vectorise.loads import Loader

HARMLESS = {"pow": 0, "floordiv": 1, "mod": 1}  # second operands for rounds that do not ask


class Vectoriser(Folds):
    """Turns one table or fold into array operations."""

    def whole(self, owner: Node) -> tuple[Node, list[Node]]:
        """(the array or scalar that the table or fold is, its effects). Raises Unvectorised."""
        self.variant, self.outermost = _variant(owner, self.closed), owner.regions[0].params
        found = self._table(owner) if owner.op == "table" else self._fold(owner)
        if not self.needs_rounds or all(self.runs(c) for c in owner.args[1::3]):
            return found.node, self.effects
        return self._only_with_rounds(owner, found.node)

    def _only_with_rounds(self, owner: Node, value: Node) -> tuple[Node, list[Node]]:
        """The value, computed only where there is a round that asks for it."""
        condition = node("gt", owner.args[1], integer(0))
        for count in owner.args[4::3]:
            condition = node("and", condition, node("gt", count, integer(0)))
        operation = ONE_STATE.get(owner.get("monoid"), "") if owner.op == "fold" else "add"
        zero = monoid_identity(operation, value.type.element) if operation else None
        if zero is None:
            raise Unvectorised("its checks do not depend on its indices, and there may be no round")
        empty = node("fill", zero, *(size_node(d) for d in value.type.shape)) if value.type.rank else zero
        arms = (Region((), self.effects, (value,)), Region((), (), (empty,)))
        branch = make("branch", (condition,), {}, (value.type,), arms)
        return project(branch, 0), [branch] if self.effects else []

    # --- values

    def _computed(self, value: Node) -> Spread:
        if value.op == "param":
            return self.places(value)
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
        if kind == "LIBRARY" and value.get("axis") is not None and len(value.args) == 1:
            return self._along(value)
        what = {"loop": "a loop", "update": "an array that is built entry by entry"}.get(value.op, value.op)
        raise Unvectorised(f"each round needs {what} of its own")

    def _map(self, value: Node) -> Spread:
        parts = [self.at(a) for a in value.args]
        if value.op in HARMLESS and value.type.kind == "int" and self.mask is not None and self.waits(value):
            harmless = Spread(const(HARMLESS[value.op], value.args[1].type.element))
            parts[1] = self.combined("where", [self.mask, parts[1], harmless])
        return self.combined(value.op, parts, value.deps)

    def _cast(self, value: Node) -> Spread:
        inner = self.at(value.args[0])
        return Spread(cast(inner.node, value.get("element")), inner.labels)

    def _reduce_own(self, value: Node) -> Spread:
        self._refuse_under_a_condition(value)
        inner = self.at(value.args[0])
        axes = tuple(a + len(inner.labels) for a in value.get("axes"))
        deps = self.deps_of(value.deps)
        return Spread(node(value.op, inner.node, axes=axes, keepdims=value.get("keepdims"), deps=deps), inner.labels)

    def _refuse_under_a_condition(self, value: Node) -> None:
        if self.mask is not None and self.waits(value):
            raise Unvectorised("what stands under a condition may have no value where the condition does not hold")

    def _along(self, value: Node) -> Spread:
        """A library function along an axis, which has come to stand further back."""
        inner = self.at(value.args[0])
        attrs = {**dict(value.attrs), "axis": value.get("axis") + len(inner.labels)}
        return Spread(node(value.op, inner.node, **attrs), inner.labels)

    def _transpose(self, value: Node) -> Spread:
        inner = self.at(value.args[0])
        ahead = len(inner.labels)
        return Spread(transposed(inner.node, (*range(ahead), *(k + ahead for k in value.get("perm")))), inner.labels)

    def _shaped(self, value: Node) -> Spread:
        self._refuse_under_a_condition(value)
        inner = self.at(value.args[0])
        if any(self.at(a).labels for a in value.args[1:]):
            raise Unvectorised("the size of an array differs from round to round")
        own, deps = len(value.args) - 1, self.deps_of(value.deps)
        sizes = (*(size_node(self.size(k)) for k in inner.labels), *(self.at(a).node for a in value.args[1:]))
        if not inner.labels or value.op == "reshape":
            return Spread(node(value.op, inner.node, *sizes, deps=deps), inner.labels)
        return Spread(node("broadcast", arranged(inner, inner.labels, own), *sizes, deps=deps), inner.labels)

    def _joined(self, value: Node) -> Spread:
        parts = [self.at(a) for a in value.args]
        labels = self.in_order(k for p in parts for k in p.labels)
        arrays = [stretched(p, labels, self.sizes_of(labels)) for p in parts]
        return Spread(node(value.op, *arrays, axis=value.get("axis") + len(labels)), labels)

    def _matmul(self, value: Node) -> Spread:
        """A product of arrays in each round: its own axes become labels of a contraction."""
        left, right = (self.at(a) for a in value.args)
        if left.own > 2 or right.own > 2:
            raise Unvectorised("each round multiplies stacks of matrices")
        inner, row, column = object(), object(), object()
        shapes = {inner: left.node.type.shape[-1:], row: left.node.type.shape[-2:-1] if left.own > 1 else (),
                  column: right.node.type.shape[-1:] if right.own > 1 else ()}
        for label, shape in shapes.items():
            for size in shape:
                self.label(label, (integer(0), size_node(size), integer(1)))
        one = Spread(left.node, (*left.labels, *([row] if left.own > 1 else []), inner))
        other = Spread(right.node, (*right.labels, inner, *([column] if right.own > 1 else [])))
        product = contracted([one, other], [inner], self.order, value.type.element)
        own = [k for k in (row, column) if k in product.labels]
        labels = self.in_order(k for k in product.labels if k not in own)
        return Spread(arranged(product, (*labels, *own), 0), labels)

    # --- effects

    def _run_effects(self, region: Region) -> None:
        """The effects of a body, each once for all rounds, in order."""
        for effect in region.effects:
            if effect.op == "check":
                self._check(effect)
            elif effect.is_effect:
                raise Unvectorised("its rounds have effects that are seen in order")
            else:
                self.at(effect) if effect.op != "branch" else self._branch_effects(effect)

    def _branch_effects(self, branch: Node) -> None:
        """A branch among the effects: its results ask for it again and find its checks done."""
        condition = self.at(branch.args[0])
        for region, holds in zip(branch.regions, (True, False), strict=True):
            with self._under(condition, holds):
                self._run_effects(region)

    def _check(self, check: Node) -> None:
        if check in self.checks:
            return
        ok = self.at(check.args[0])
        values = [self.at(v) for v in check.args[1:]]
        if self.mask is not None:
            unreached = Spread(node("not", self.mask.node), self.mask.labels)
            ok = self.combined("or", [ok, unreached])
        ok = self._if_any_round(ok) if not ok.labels else self._if_reached(check, ok)
        labels = self.in_order(k for v in (ok, *values) for k in v.labels) if ok.labels else ()
        if labels:
            sizes = self.sizes_of(labels)
            total = product(sizes[k] for k in labels)
            flat = node("reshape", stretched(ok, labels, sizes), size_node(total))
            where = node("argmin", cast(flat, INT), axes=(0,), keepdims=False)
            shown = [self._first_bad(v, labels, sizes, total, where) for v in values]
            whole = node("all", flat, axes=(0,), keepdims=False)
        else:
            whole, shown = ok.node, [v.node for v in values]
        made = make("check", (whole, *shown), dict(check.attrs), check.types, deps=self.deps_of(check.deps))
        self.checks[check] = made
        self.effects.append(made)

    def _if_any_round(self, ok: Spread) -> Spread:
        """A condition that is the same in all rounds counts only where there is one."""
        whole = ok.node
        for label in self.scope:
            count = self.ranges[label][1]
            if not self.runs(count):
                whole = node("or", whole, node("eq", count, integer(0)))
        return Spread(whole)

    def _if_reached(self, check: Node, ok: Spread) -> Spread:
        """A condition of some indices counts only where the others have a round."""
        own = {self.size(k) for k in ok.labels}
        missing = [k for k in self.scope if self.size(k) not in own and not self.runs(self.ranges[k][1])]
        self.needs_rounds = self.needs_rounds or any(k in self.outermost for k in missing)
        inner = [k for k in missing if k not in self.outermost]
        self.reached_with[check] = [self.size(k) for k in inner]
        for label in inner:
            ok = self.combined("or", [ok, Spread(node("eq", self.ranges[label][1], integer(0)))])
        return ok

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
        self.mask = own if outer is None else self.combined("and", [outer, own])
        self.known = dict(known)
        try:
            yield
        finally:
            self.mask, self.known = outer, known

    def _conditional(self, value: Node) -> Spread:
        arms = conditional(value)
        if arms is None:
            raise Unvectorised("each round needs a loop of its own")
        condition = self.at(arms[0])
        if not condition.labels and any(effects for effects, _ in arms[1:]):
            raise Unvectorised("a condition that is the same in every round guards a check")
        found = []
        for (effects, result), holds in zip(arms[1:], (True, False), strict=True):
            with self._under(condition, holds):
                self._run_effects(Region((), effects, ()))
                found.append(self.at(result))
        return self.combined("where", [condition, *found])

    def _load(self, value: Node) -> Spread:
        return Loader(self, value).spread()


def _variant(owner: Node, closed: set[Node]) -> set[Node]:
    """What depends on an index, or on an effect, of the owner or of tables and folds inside it."""
    order = ordered([owner], closed)
    variant: set[Node] = {*owner.regions[0].params, *owner.regions[0].effects}
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
