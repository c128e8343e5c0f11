"""Loads for all rounds at once: views where the places are evenly spaced, else gathers."""

from __future__ import annotations

from typing import Any

from gdc.compiler.dependence import linear, polynomial
from gdc.compiler.dims import ONE, ZERO, Dim
from gdc.compiler.ir import Node, integer, node, size_node, size_of
from gdc.compiler.vectorise.axes import Axes, Unvectorised
from gdc.compiler.vectorise.contraction import Spread, arranged, stretched


class Loader:
    """One index or gather for all rounds: views where the places are evenly spaced, else a gather."""

    def __init__(self, owner: Axes, value: Node) -> None:
        self.owner, self.value = owner, value
        self.source = owner.at(value.args[0])
        self.tags: list[Any] = []               # of each source axis (or new axis): what becomes of it
        self.gathered: dict[int, Spread] = {}
        self.own: list[Any] = []                # labels that stand for own axes of the result, in order
        self.clamped: list[Dim] = []            # sizes of axes that masked places are looked up in

    def spread(self) -> Spread:
        """The loaded value."""
        kinds, args = self._first_cut()
        array = self.source.node
        if set(kinds) - {"all"}:
            array = node("index", array, *args, subscripts=tuple(kinds), deps=self.deps_of())
        tags = [t for t in self.tags if t is not None]
        if self.gathered:
            array, tags = self._gather(array, tags)
        labels = self.owner.in_order(t for t in tags if t not in self.own)
        found = Spread(arranged(Spread(array, tuple(tags)), (*labels, *self.own), 0), labels)
        reached = [size for d in self.value.deps for size in self.owner.reached_with.get(d, ())]
        return self.owner.where_entries(found, [*self.clamped, *reached])

    def deps_of(self) -> tuple[Node, ...]:
        return self.owner.deps_of(self.value.deps)

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
        self.owner.label(label, (integer(0), size_node(size), integer(1)))
        self.own.append(label)
        return label

    def _position(self, position: Node, size: Dim, place: int) -> list[Any]:
        """A subscript that is one position in each round."""
        owner = self.owner
        value = owner.at(position)
        safe = owner.mask is None or owner.facts.within(polynomial(position), size)
        if not safe:
            assert owner.mask is not None
            self.gathered[place] = owner.combined("where", [owner.mask, value, Spread(integer(0))])
            self.clamped.append(size)
            return ["all", [], None]
        if not value.labels:
            owner.needs_rounds = owner.needs_rounds or owner.waits(self.value)
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
        if any(isinstance(a, Node) and a in self.owner.variant and self.owner.at(a).labels for a in parts[1].atoms()):
            return None
        start, count, step = self.owner.ranges[label]
        offset = self.owner.formula(parts[1]).node
        first = _sum(_scaled(parts[0].constant, start), offset)
        stride = _scaled(parts[0].constant, step)
        if polynomial(first) == ZERO and polynomial(stride) == ONE and size_of(count) == size:
            return ["all", [], label]
        return ["slice", [first, count, stride], label]

    def _slice(self, args: tuple[Node, ...], place: int) -> list[Any]:
        values = [self.owner.at(a) for a in args]
        if values[1].labels:
            raise Unvectorised("the size of a slice differs from round to round")
        label = self._own_label(size_of(values[1].node))
        if not values[0].labels and not values[2].labels:
            return ["slice", [v.node for v in values], label]
        if self.owner.mask is not None:
            raise Unvectorised("a slice that moves with the round stands under a condition")
        steps = self.owner.combined("mul", [self.owner.places(label), values[2]])
        self.gathered[place] = self.owner.combined("add", [values[0], steps])
        return ["all", [], None]

    def _array(self, places: Node, size: Dim, place: int) -> list[Any]:
        if sum(k == "gather" for k in self.value.get("subscripts")) > 1 or "at" in self.value.get("subscripts"):
            raise Unvectorised("each round gathers along several axes")
        value = self.owner.at(places)
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
        self.gathered[place] = self.owner.at(self.value.args[1 + before])
        plans[number] = ["all", [], None]

    def _gather(self, array: Node, tags: list[Any]) -> tuple[Node, list[Any]]:
        """Looks the gathered axes up together."""
        labels = self.owner.in_order(k for g in self.gathered.values() for k in g.labels)
        places = [n for n, t in enumerate(tags) if isinstance(t, tuple)]
        if not labels:
            raise Unvectorised("a load under a condition does not depend on the round")
        sizes = self.owner.sizes_of(labels)
        alone = len(places) == 1
        arrays = [stretched(self.gathered[tags[n][1]], labels, sizes) if alone else
                  arranged(self.gathered[tags[n][1]], labels, 0) for n in places]
        kinds = tuple("gather" if n in places else "all" for n in range(len(tags)))
        found = node("gather", array, *arrays, subscripts=kinds, deps=self.deps_of())
        together = places == list(range(places[0], places[0] + len(places)))
        at = places[0] if together else 0
        rest = [t for n, t in enumerate(tags) if n not in places]
        return found, [*rest[:at], *labels, *rest[at:]]


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
