"""A nest whose rounds hardly ever see what others have written is computed at once, and that is checked afterwards.

    for i, j: D[i, j] := f(D[i, j], D[i, k], D[k, j])       ->      new = [f(D[i, j], D[i, k], D[k, j]) for i, j]
                                                                    if new[:, k] is D[:, k] and new[k, :] is D[k, :]:
                                                                        D := new
                                                                    else: the rounds

Of the array that it writes, a round reads the place that it writes itself, and places that are the same for whole rows
of rounds (row k, column k). If the nest, computed from the old array, would write there what stands there already, then
no round can have seen anything new, in whichever order: by induction over the rounds, each reads the old values and so
writes what was computed at once. Otherwise the rounds are run as they are written. So the answer is the same in any
case, to the bit; the check costs a row and a column.

For targets without cheap loops. It stands behind `raise_loops`, which needs no check where it can prove the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from gdc.compiler.dependence import Facts, linear, polynomial, same_place, subscripts_of
from gdc.compiler.dims import ONE, ZERO
from gdc.compiler.ir import (
    Node,
    Program,
    Region,
    const,
    fresh_params,
    integer,
    make,
    nested,
    node,
    project,
    rebuild,
    rewrite,
    size_of,
    truth,
    walk,
)
from gdc.compiler.raising.parts import conditional, make_index
from gdc.compiler.record import Record, Step
from gdc.compiler.rules import through
from gdc.compiler.types import BOOL, Type

NAME = "at_once"
SWITCHES = (NAME,)


def run(program: Program, record: Record) -> Program:
    """The program with such nests computed at once."""
    return through(program, lambda region: _AtOnce(program, record).region(region)) if record.allows(NAME) else program


@dataclass(frozen=True, slots=True)
class Nest:
    """Loops, one in another, that update one array: their indices, the array within, and the one update."""

    loops: tuple[Node, ...]
    update: Node
    others: tuple[Node, ...]            # loads of places that other rounds write too
    axes: tuple[int, ...]               # which loop's index each axis of the array is written by

    @property
    def indices(self) -> tuple[Node, ...]:
        return tuple(loop.regions[0].params[0] for loop in self.loops)

    @property
    def array(self) -> Node:
        return self.loops[-1].regions[0].params[1]

    @property
    def initial(self) -> Node:
        return self.loops[0].args[3]

    def ranges(self, over: tuple[Node, ...]) -> tuple[Node, ...]:
        """start, count and step of some of the loops."""
        return tuple(a for loop in self.loops if loop.regions[0].params[0] in over for a in loop.args[:3])


class _AtOnce:
    def __init__(self, program: Program, record: Record) -> None:
        self.program, self.record, self.facts = program, record, Facts()

    def region(self, region: Region) -> Region:
        self.facts.note_types((*self.program.inputs, *walk((*region.effects, *region.results))))
        return rewrite(region, self.change, self.program.origins)

    def change(self, value: Node) -> Node:
        if value.op != "project" or value.args[0].op != "loop":
            return value
        nest = self.nest(value.args[0])
        if nest is None:
            return value
        spans = self.program.origins.of(value.args[0])
        made = self.written(nest, value)
        known = set(walk([value]))
        for new in walk([made]):
            if new not in known and new.op not in ("const", "input") and not self.program.origins.of(new):
                self.program.origins.add(new, *spans)
        names = ", ".join(i.get("name") or "…" for i in nest.indices)
        self.record.add(Step(NAME, NAME, f"for {names}", "array operations, and the rounds where they would differ",
                             "what rounds read of each other hardly ever changes, which is checked after", spans))
        return made

    # -- which nests

    def nest(self, top: Node) -> Nest | None:
        """The nest that begins with a loop, None where it is not of this kind."""
        loops = [top]
        while (inner := within(loops[-1])) is not None:
            loops.append(inner)
        if not all(is_plain(loop) for loop in loops):
            return None
        update = self.update(loops[-1].regions[0].results[0], loops[-1].regions[0].params[1])
        if update is None or update.get("combine"):
            return None
        axes = written_axes(update, loops)
        reads = self.loads(update, loops)
        if axes is None or not reads:
            return None
        return Nest(tuple(loops), update, reads, axes)

    def update(self, value: Node, array: Node) -> Node | None:
        """The one update that a round is; one under a condition writes what is there where the condition fails."""
        if value.op == "update" and value.args[0] is array:
            return value
        arms = conditional(value)
        if arms is None or any(effects for effects, _ in arms[1:]):
            return None
        condition, (_, then), (_, orelse) = arms
        update = then if orelse is array else orelse if then is array else None
        if update is None or update.op != "update" or update.args[0] is not array or update.get("combine"):
            return None
        if not all(kind == "at" and self.facts.within(polynomial(args[0]), size)
                   for (kind, args), size in zip(subscripts_of(update), update.type.shape, strict=True)):
            return None
        old, new = make_index(array, update), update.args[1]
        if new.type != old.type:
            return None
        sides = (new, old) if update is then else (old, new)
        return node("update", array, node("where", condition, *sides), *update.args[2:],
                    subscripts=update.get("subscripts"), combine="")

    def loads(self, update: Node, loops: list[Node]) -> tuple[Node, ...]:
        """The loads of places that other rounds write; none where one of them is another one in each round."""
        array, indices = update.args[0], {loop.regions[0].params[0] for loop in loops}
        varying = {*(p for loop in loops for p in loop.regions[0].params)}
        found: list[Node] = []
        for value in walk([update.args[1]]):
            if any(n in varying for n in nested(value)):
                varying.add(value)
            if value in varying and (value.is_effect or value.op in ("loop", "table", "fold", "branch")):
                return ()
            if array in nested(value) and not (value.op == "index" and value.args[0] is array and not value.type.rank):
                return ()
            if value.op == "index" and value.args[0] is array and not same_place(value, update):
                if any(kind != "at" for kind in value.get("subscripts")) or array in walk(value.args[1:]):
                    return ()
                if indices <= used(value, indices):
                    return ()
                found.append(value)
        return tuple(found)

    # -- what it becomes

    def written(self, nest: Nest, rounds: Node) -> Node:
        """The nest at once where that is what its rounds give, and the array as it is where there are none."""
        new = self.new(nest)
        same = truth(True)
        for load in nest.others:
            same = node("and", same, self.unchanged(nest, load, new))
        checked = choice(same, new, rounds)
        some = truth(True)
        for loop in nest.loops:
            if not self.facts.never_negative(polynomial(loop.args[1]) - 1):
                some = node("and", some, node("gt", loop.args[1], integer(0)))
        return checked if some.op == "const" else choice(some, checked, nest.initial)

    def new(self, nest: Nest) -> Node:
        """The array, all of it computed from the old one."""
        value, params = copied(nest.update.args[1], nest, nest.indices, nest.initial)
        sizes = tuple(size_of(loop.args[1]) for loop in nest.loops)
        kind = Type(nest.array.type.element, sizes)
        table = make("table", nest.ranges(nest.indices), {}, (kind,), (Region(params, (), (value,)),))
        if nest.axes != tuple(range(len(nest.axes))):
            table = node("transpose", table, perm=nest.axes)
        starts = [nest.loops[k].args[0] for k in nest.axes]
        if all(polynomial(s) == ZERO for s in starts) and table.type.shape == nest.initial.type.shape:
            return table
        subscripts = subscripts_of(nest.update)
        args = [a for (_, places), k in zip(subscripts, nest.axes, strict=True)
                for a in (self.first(places[0], nest, k), nest.loops[k].args[1], integer(1))]
        return node("update", nest.initial, table, *args, subscripts=("slice",) * len(nest.axes), combine="")

    def first(self, place: Node, nest: Nest, k: int) -> Node:
        """The first place along an axis that is written."""
        return rebuilt([place], {nest.indices[k]: nest.loops[k].args[0]})[0]

    def unchanged(self, nest: Nest, load: Node, new: Node) -> Node:
        """Whether the places of a load hold the same in both arrays, to the bit."""
        over = tuple(i for i in nest.indices if i in used(load, set(nest.indices)))
        old, params = copied(load, nest, over, nest.initial)
        now = node("index", new, *old.args[1:], subscripts=old.get("subscripts"))
        same = alike(old, now)
        if not over:
            return same
        attrs = {"monoid": "all", "names": tuple(p.get("name") for p in params)}
        return make("fold", nest.ranges(over), attrs, (Type(BOOL),), (Region(params, (), (same,)),))


def within(loop: Node) -> Node | None:
    """The loop that is all that a loop does, with the same array."""
    if loop.get("kind") != "count" or len(loop.types) != 1:
        return None
    result = loop.regions[0].results[0]
    inner = result.args[0] if result.op == "project" else None
    if inner is None or inner.op != "loop" or inner.get("kind") != "count" or len(inner.types) != 1:
        return None
    index, array = loop.regions[0].params
    is_all = inner.args[3] is array and not any(p in (index, array) for p in walk(inner.args[:3]))
    return inner if is_all else None


def is_plain(loop: Node) -> bool:
    """Whether a loop carries one array, steps by one, and has no effects."""
    return loop.get("kind") == "count" and len(loop.types) == 1 and loop.type.rank > 0 and \
        not loop.regions[0].effects and polynomial(loop.args[2]) == ONE and loop.type == loop.args[3].type


def written_axes(update: Node, loops: list[Node]) -> tuple[int, ...] | None:
    """For each axis of the array the loop whose index it is written by: each loop has one axis."""
    indices = [loop.regions[0].params[0] for loop in loops]
    axes: list[int] = []
    for kind, args in subscripts_of(update):
        owners = [k for k, i in enumerate(indices) if kind == "at" and i in walk(args)]
        parts = linear(polynomial(args[0]), indices[owners[0]]) if len(owners) == 1 else None
        if parts is None or parts[0] != ONE or update.args[0] in walk(args):
            return None
        axes.append(owners[0])
    return tuple(axes) if sorted(axes) == list(range(len(loops))) else None


def used(value: Node, indices: set[Node]) -> set[Node]:
    """The indices that a load's places depend on."""
    return indices & set(walk(value.args[1:]))


def copied(value: Node, nest: Nest, over: tuple[Node, ...], array: Node) -> tuple[Node, tuple[Node, ...]]:
    """A value of a round over indices of its own, read from an array; (value, indices)."""
    params = fresh_params(over, {})
    new = {**params, nest.array: array}
    return rebuilt([value], new)[0], tuple(params[i] for i in over)


def rebuilt(values: list[Node], new: dict[Node, Node]) -> list[Node]:
    """The values with parameters replaced."""
    made = dict(new)
    for value in walk(values):
        if value not in made:
            made[value] = rebuild(value, made)
    return [made[v] for v in values]


def alike(one: Node, other: Node) -> Node:
    """Whether two numbers are the same, to the sign of zero; any nan is as good as another."""
    same = node("eq", one, other)
    if one.type.kind not in ("real", "complex"):
        return same
    unit = const(1, one.type.element)
    zero = node("eq", node("div", unit, one), node("div", unit, other))
    same = node("and", same, node("or", node("ne", one, const(0, one.type.element)), zero))
    return node("or", same, node("and", node("ne", one, one), node("ne", other, other)))


def choice(condition: Node, then: Node, orelse: Node) -> Node:
    """An array that a condition chooses; the other one is not computed."""
    arms = (Region((), (), (then,)), Region((), (), (orelse,)))
    return project(make("branch", (condition,), {}, (then.type,), arms), 0)
