"""The array IR: values, not statements; immutable nodes interned by structure.

    program  = inputs, region(effects; results = the outputs)
    node     = op(args…) attrs regions : type          deps: checks that must have passed before it
    region   = parameters, effects in order, results

Ops outside the op table ("control" ops) and what they hold:

    param    attrs depth-free unique `serial`; a region's parameter
    project  args (node,), attrs k: result k of a loop or branch
    loop     kind="count": args (start, count, step, *initial), region(i, *carried -> next carried)
             kind="forever": args (*initial), region(*carried -> next carried), left by an `exit`
             types of results: those of the carried parameters
    branch   args (condition,), regions (then, orelse) without parameters; results as many in both; attrs `rare` where
             the condition holds in few rounds of a loop
    select   args (condition,), two regions of one result: the scalar `x if c else y`, only one side is evaluated
    table    args (start, count, step)*k, region(i1…ik -> element): an array whose axes are the k ranges (only its
    body may be
             an array, whose axes then follow)
    fold     attrs monoid=REDUCE row; args (start, count, step)*k, region(i1…ik -> element); later ranges may use
             earlier indices: those ranges' nodes then read the region's own parameters
    variable args (value,), attrs serial, name: what `grad` names; never interned
    grad     args (J, w): removed by the first pass
    cast     args (x,), attrs element
    undefined  no args: a value that no path reads (a name first assigned in a loop): scalars 0, arrays of size 0

A region's nodes may use any node outside it. A loop, branch, select, table or fold whose regions hold effects stands
in its own
region's `effects` list too, in its place. Loop rounds end in the region's results; `exit` of kind "stop" leaves the
loop with
its `carried now` values, "skip" starts the next round with them.

Effects (never interned, kept in order by their region): they carry `site`, an index into Program.sites.

    check    args (ok, *values), attrs kind, message: stops with an error of that kind unless ok; the message is a
             format over the values
    assert   args (ok,), attrs message
    print    args (*values), attrs pieces: strings and None (a value's place)
    record   args (value,), attrs name
    exit     args (condition, *carried now), attrs kind "stop" or "skip": only directly in a loop's region

Subscripts of index, gather and update: attrs `subscripts`, one entry per source axis or new axis, each consuming
arguments
after the first (update: after the second, the value):
    "at" (1: an int), "slice" (3: start, count, step), "all" (0), "new" (0), "gather" (1: an int array)
Negative places are already resolved, so an argument counts from 0. A "slice" of step -1 starts at its first element.
An update's attrs `combine` is "" or the name of a MAP row: `A[k] += v` where every occurrence counts.

Nobody recurses over nodes: chains may be 50,000 deep. Nodes compare by identity.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from gdc.compiler.dims import ONE, Dim, atom_dim, dim
from gdc.compiler.ops import OPS, Why
from gdc.compiler.shape_rules import Conflict, Meet, broadcast_shapes, matmul_shape, reduced_shape, trusting_meet
from gdc.compiler.types import ARRAY, BOOL, INT, LITERAL, SCALAR, SETTING, Element, Type, rounded
from gdc.dsl.source import Span

Attrs = tuple[tuple[str, Any], ...]
MOST_SPANS = 16  # places remembered for one value: a constant may stand in thousands
ANYWHERE = 1 << 30  # regions round a place that nobody knows
EFFECTS = frozenset({"check", "assert", "print", "record", "exit"})
NEVER_SHARED = EFFECTS | {"param", "variable", "undefined", "loop", "branch", "select", "table", "fold"}


class Region:
    """A body: parameters, effects in order, results."""

    __slots__ = ("effects", "params", "results")

    def __init__(self, params: Iterable[Node], effects: Iterable[Node], results: Iterable[Node]) -> None:
        self.params, self.effects, self.results = tuple(params), tuple(effects), tuple(results)


class Node:
    """One value (or effect). `type` is the first result's; `types` has all of a loop's or branch's."""

    __slots__ = ("__weakref__", "args", "attrs", "deps", "op", "regions", "types", "uid", "weight")

    def __init__(
        self,
        op: str,
        args: tuple[Node, ...],
        attrs: Attrs,
        types: tuple[Type, ...],
        regions: tuple[Region, ...],
        deps: tuple[Node, ...],
    ) -> None:
        self.op, self.args, self.attrs, self.types, self.regions, self.deps = op, args, attrs, types, regions, deps
        self.uid = next(_uids)
        self.weight = _weight(op, args, attrs, types)

    @property
    def type(self) -> Type:
        return self.types[0]

    @property
    def name(self) -> str:
        """What a size that is this node's value is called."""
        return str(self.get("name") or f"%{self.uid}")

    def get(self, key: str, default: Any = None) -> Any:
        """An attribute's value."""
        for name, value in self.attrs:
            if name == key:
                return value
        return default

    @property
    def is_effect(self) -> bool:
        return self.op in EFFECTS

    @property
    def value(self) -> Any:
        """A const's value."""
        return self.get("value")

    def __repr__(self) -> str:
        return f"%{self.uid}:{self.op}"


_uids = itertools.count(1)


def _weight(op: str, args: tuple[Node, ...], attrs: Attrs, types: tuple[Type, ...]) -> int:
    """How much the width of a value counts where it meets others (types.py): a formula of literals and settings is as
    weak as the strongest of them; a cast to another width is meant."""
    if types and types[0].shape:
        return ARRAY
    if op == "const":
        return LITERAL
    if op == "size" or (op == "input" and ("setting", True) in attrs):
        return SETTING
    if args and (op == "variable" or (op == "cast" and types[0].kind != args[0].type.kind)):
        return args[0].weight
    return max((a.weight for a in args), default=SCALAR) if op in OPS and OPS[op].kind == "MAP" else SCALAR


class _Known(threading.local):
    """The nodes of one compilation, by structure. A compilation stays in its thread."""

    def __init__(self) -> None:
        self.nodes: weakref.WeakValueDictionary[tuple[Any, ...], Node] = weakref.WeakValueDictionary()


_known = _Known()


def begin() -> None:
    """A compilation begins: its nodes are its own, so that their numbers are in the order in which they were made."""
    _known.nodes = weakref.WeakValueDictionary()


def make(
    op: str,
    args: Iterable[Node] = (),
    attrs: dict[str, Any] | None = None,
    types: Iterable[Type] = (),
    regions: Iterable[Region] = (),
    deps: Iterable[Node] = (),
) -> Node:
    """A node of given types; the one that exists already where an equal one does."""
    parts = (op, tuple(args), tuple((attrs or {}).items()), tuple(types), tuple(regions), tuple(deps))
    if op in NEVER_SHARED:
        return Node(*parts)
    # 1, True and 1.0 are equal in Python, and so are 0.0 and -0.0
    key = (*parts, repr(parts[2])) if op == "const" else parts
    found = _known.nodes.get(key)
    if found is None:
        found = _known.nodes[key] = Node(*parts)
    return found


def node(op: str, *args: Node, meet: Meet = trusting_meet, deps: Iterable[Node] = (), **attrs: Any) -> Node:
    """A node of an op-table row, its type by the row's rules. Raises Conflict where shapes or elements do not go
    together."""
    return make(op, args, attrs, (infer(op, args, attrs, meet),), deps=deps)


def infer(op: str, args: tuple[Node, ...], attrs: dict[str, Any], meet: Meet = trusting_meet) -> Type:
    """The type of an op-table node."""
    row = OPS[op]
    types = tuple(a.type for a in args)
    if row.kind == "MAP":
        row.guard(op, types)
        return Type(row.element(tuple(t.element for t in types)), broadcast_shapes(tuple(t.shape for t in types), meet))
    if row.kind == "REDUCE":
        row.guard(op, types)
        return Type(row.element((types[0].element,)), reduced_shape(types[0].shape, attrs["axes"], attrs["keepdims"]))
    if row.kind == "LIBRARY" and not isinstance(row.shape, Why):
        row.guard(op, types)
        sizes = tuple(size_of(a) for a in args if a.type.element == INT and not a.type.rank)
        return Type(row.element(tuple(t.element for t in types if t.rank)), row.shape(types, sizes, attrs))
    return _STRUCTURE[op](args, types, attrs, meet)


def _element(op: str, types: Iterable[Type]) -> Element:
    return OPS[op].element(tuple(t.element for t in types))


def _matmul(args: tuple[Node, ...], types: tuple[Type, ...], attrs: dict[str, Any], meet: Meet) -> Type:
    return Type(_element("matmul", types), matmul_shape(types[0].shape, types[1].shape, meet))


def _einsum(args: tuple[Node, ...], types: tuple[Type, ...], attrs: dict[str, Any], meet: Meet) -> Type:
    """attrs inputs: a tuple of index-letter strings, output: the letters of the result."""
    sizes: dict[str, Dim] = {}
    for letters, t in zip(attrs["inputs"], types, strict=True):
        for letter, size in zip(letters, t.shape, strict=True):
            sizes[letter] = meet(sizes[letter], size) if sizes.get(letter, size) != size else size
    return Type(_element("einsum", types), tuple(sizes[letter] for letter in attrs["output"]))


def _shaped(args: tuple[Node, ...], types: tuple[Type, ...], attrs: dict[str, Any], meet: Meet) -> Type:
    """fill, reshape, broadcast: args (value, *sizes)."""
    return Type(types[0].element, tuple(size_of(a) for a in args[1:]))


def _iota(args: tuple[Node, ...], types: tuple[Type, ...], attrs: dict[str, Any], meet: Meet) -> Type:
    return Type(INT, (size_of(args[0]),))


def _transpose(args: tuple[Node, ...], types: tuple[Type, ...], attrs: dict[str, Any], meet: Meet) -> Type:
    return types[0].with_shape(*(types[0].shape[k] for k in attrs["perm"]))


def part_shape(
    source: tuple[Dim, ...], subscripts: tuple[str, ...], args: tuple[Node, ...], meet: Meet
) -> tuple[Dim, ...]:
    """The shape of `A[subscripts]`. Gathered axes are broadcast together and stand where NumPy puts them."""
    shape: list[Dim] = []
    axis, at, gathered, first, apart, last = 0, 0, [], -1, False, -2
    for place, kind in enumerate(subscripts):
        if kind == "new":
            shape.append(ONE)
            continue
        if kind == "all":
            shape.append(source[axis])
        elif kind == "slice":
            shape.append(size_of(args[at + 1]))
            at += 3
        else:
            if kind == "gather":
                gathered.append(args[at].type.shape)
            if "gather" in subscripts:
                apart = apart or (first >= 0 and last != place - 1)
                first, last = (len(shape) if first < 0 else first), place
            at += 1
        axis += 1
    if gathered:
        where = 0 if apart else first
        shape[where:where] = broadcast_shapes(tuple(gathered), meet)
    return tuple(shape) + source[axis:]


def _index(args: tuple[Node, ...], types: tuple[Type, ...], attrs: dict[str, Any], meet: Meet) -> Type:
    return types[0].with_shape(*part_shape(types[0].shape, attrs["subscripts"], args[1:], meet))


def _update(args: tuple[Node, ...], types: tuple[Type, ...], attrs: dict[str, Any], meet: Meet) -> Type:
    return types[0]


def _concat(args: tuple[Node, ...], types: tuple[Type, ...], attrs: dict[str, Any], meet: Meet) -> Type:
    axis, shape = attrs["axis"], list(types[0].shape)
    for t in types[1:]:
        if t.rank != len(shape):
            raise Conflict("shape", "concat wants arrays of one rank")
        for k, size in enumerate(t.shape):
            shape[k] = shape[k] + size if k == axis else (shape[k] if shape[k] == size else meet(shape[k], size))
    return Type(_element("concat", types), tuple(shape))


def _stack(args: tuple[Node, ...], types: tuple[Type, ...], attrs: dict[str, Any], meet: Meet) -> Type:
    """Arrays (or scalars) of one shape along a new axis."""
    shape = list(types[0].shape)
    for t in types[1:]:
        shape = [a if a == b else meet(a, b) for a, b in zip(shape, t.shape, strict=True)]
    shape.insert(attrs["axis"], dim(len(types)))
    return Type(_element("stack", types), tuple(shape))


def _square(args: tuple[Node, ...], types: tuple[Type, ...], attrs: dict[str, Any], meet: Meet) -> Type:
    return Type(_element("inv", types[:1]), types[0].shape)


def _det(args: tuple[Node, ...], types: tuple[Type, ...], attrs: dict[str, Any], meet: Meet) -> Type:
    return Type(_element("det", types))


def _solve(args: tuple[Node, ...], types: tuple[Type, ...], attrs: dict[str, Any], meet: Meet) -> Type:
    if types[0].shape[0] != types[1].shape[0]:
        meet(types[0].shape[0], types[1].shape[0])
    return Type(_element("solve", types), types[1].shape)


_STRUCTURE: dict[str, Callable[..., Type]] = {
    "matmul": _matmul,
    "einsum": _einsum,
    "fill": _shaped,
    "reshape": _shaped,
    "broadcast": _shaped,
    "iota": _iota,
    "transpose": _transpose,
    "index": _index,
    "gather": _index,
    "update": _update,
    "concat": _concat,
    "stack": _stack,
    "inv": _square,
    "cholesky": _square,
    "det": _det,
    "solve": _solve,
}


# --- small constructors ------------------------------------------------------------------------


def const(value: Any, element: Element) -> Node:
    """A scalar constant; the value is a plain Python bool, int, float or complex."""
    return make("const", (), {"value": _converted(value, element)}, (Type(element),))


def _converted(value: Any, element: Element) -> Any:
    """A constant's value, nested tuples where it is an array, as Python's own type of the element's kind."""
    if isinstance(value, tuple):
        return tuple(_converted(v, element) for v in value)
    return rounded(value, element)


def integer(value: int) -> Node:
    return const(value, INT)


def truth(value: bool) -> Node:
    return const(value, BOOL)


def cast(value: Node, element: Element) -> Node:
    """The value converted; constants are converted here and now."""
    if value.type.element == element:
        return value
    if value.op == "const" and not (value.type.kind in ("real", "complex") and element.kind in ("bool", "int")):
        return make("const", (), {"value": _converted(value.value, element)}, (value.type.with_element(element),))
    return make("cast", (value,), {"element": element}, (value.type.with_element(element),))


def param(t: Type, name: str = "") -> Node:
    """A fresh region parameter; `name` is the user's name for it, used by the printers."""
    return make("param", (), {"serial": next(_uids), "name": name}, (t,))


def fresh_params(params: Iterable[Node], new: dict[Node, Node]) -> dict[Node, Node]:
    """Parameters for a copy of a region, numbers first: an array's sizes may be some of them. `new` is replaced too."""
    found: dict[Node, Node] = {}
    for p in sorted(params, key=lambda p: p.type.rank > 0):
        found[p] = param(renamed_type(p.type, {**new, **found}) if p.type.rank else p.type, p.get("name", ""))
    return found


def project(owner: Node, k: int) -> Node:
    """Result k of a loop or branch."""
    return make("project", (owner,), {"k": k}, (owner.types[k],))


def size_node(size: Dim) -> Node:
    """A size as an int value. Its arguments are the nodes that the size is a formula of."""
    if size.is_constant:
        return integer(size.constant)
    atom = size.atom
    if isinstance(atom, Node):
        return atom
    return make(
        "size", tuple(dict.fromkeys(a for a in size.atoms() if isinstance(a, Node))), {"size": size}, (Type(INT),)
    )


def size_of(value: Node, depth: int = 0) -> Dim:
    """An int value as a size: canonical where it is arithmetic on sizes (to a depth of 40 operators), else one atom."""
    if value.op == "const":
        return dim(int(value.value))
    if value.op == "size":
        size: Dim = value.get("size")
        return size
    if value.op == "input":
        return dim(value.get("name"))
    if value.op in _SIZE_ARITHMETIC and depth < 40:
        return _SIZE_ARITHMETIC[value.op](*(size_of(a, depth + 1) for a in value.args))
    return atom_dim(value)


_SIZE_ARITHMETIC: dict[str, Callable[..., Dim]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a,
}


# --- programs and walking ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Site:
    """A place in the text that an effect reports, with its kind of error and its words.

    depth: how many regions stand round the place; where nobody knows, more than there are.
    """

    span: Span | None
    kind: str
    message: str
    hint: str | None = None
    depth: int = ANYWHERE


@dataclass(slots=True)
class Origins:
    """Which places in the text each node came from: many to many, owned by one program."""

    spans: dict[Node, tuple[Span, ...]] = field(default_factory=dict)
    names: dict[Node, str] = field(default_factory=dict)  # the user's name for a value, where it has one

    def add(self, value: Node, *spans: Span) -> Node:
        known = self.spans.get(value, ())
        if len(known) >= MOST_SPANS:
            return value
        self.spans[value] = known + tuple(s for s in spans if s not in known)
        return value

    def of(self, value: Node) -> tuple[Span, ...]:
        return self.spans.get(value, ())

    def replace(self, old: Node, new: Node) -> Node:
        """`new` stands for `old` too, so it inherits its places and its name."""
        if old in self.names:
            self.names.setdefault(new, self.names[old])
        return self.add(new, *self.of(old)) if old is not new else new


@dataclass(frozen=True, slots=True)
class Declared:
    """One input or param: its contract, and where its value comes from when the caller gives none."""

    name: str
    type: Type
    span: Span
    is_param: bool = False
    finite: bool = False
    path: str | None = None
    members: tuple[str, ...] = ()
    default: Node | None = None
    hint: str | None = None  # what to say when the caller does not give it


@dataclass(frozen=True, slots=True)
class Demand:
    """Two sizes that must be equal on entry; `site` says what to report. Its message is a format over the two
    numbers."""

    left: Dim
    right: Dim
    site: int


@dataclass(slots=True)
class Program:
    """A whole program: `region.results` are the outputs named by `outputs`.

    `inputs` are the `input` nodes (attrs name, type by contract) in the order of `signature`. A dimension's value is
    found from the inputs' shapes: `dimensions` gives, for each name, an input's index, an axis, and the name's value
    as a
    formula of that axis' size, called "size" (`M = size - 1`); a name that is an int input is not in it.
    `assigned[k]` is None, or
    a bool node that is true where output k was reached at all. `const` nodes may have a shape: value nested tuples.
    """

    inputs: tuple[Node, ...]
    region: Region
    outputs: tuple[str, ...]
    sites: tuple[Site, ...]
    origins: Origins
    traces: dict[str, Type]
    signature: tuple[Declared, ...] = ()
    dimensions: dict[str, tuple[int, int, Dim]] = field(default_factory=dict)
    demands: tuple[Demand, ...] = ()
    assigned: tuple[Node | None, ...] = ()
    memory: tuple[
        tuple[Dim, int], ...
    ] = ()  # bytes of each large array made, and the site to report where they are not free


def nested(value: Node) -> Iterator[Node]:
    """What a node uses directly: arguments, checks it waits for, and its regions' effects and results."""
    yield from value.args
    yield from value.deps
    for region in value.regions:
        yield from region.effects
        yield from region.results


def walk(
    roots: Iterable[Node],
    without: Container[Node] = frozenset(),
    below: Callable[[Node], Iterable[Node]] = nested,
) -> list[Node]:
    """Every node that the roots use, regions included, each once, users after what they use.

    `without` are nodes at which the walk turns back, `below` says what a node uses.
    """
    order: list[Node] = []
    seen: set[Node] = set()
    stack = [(r, False) for r in reversed(list(roots))]
    while stack:
        value, done = stack.pop()
        if done:
            order.append(value)
        elif value not in seen and value not in without:
            seen.add(value)
            stack.append((value, True))
            stack.extend((n, False) for n in reversed(list(below(value))) if n not in seen)
    return order


def roots(region: Region) -> tuple[Node, ...]:
    return region.effects + region.results


def rewrite(
    region: Region,
    change: Callable[[Node], Node],
    origins: Origins | None = None,
    became: Callable[[Node, Node], None] | None = None,
) -> Region:
    """The region with `change` applied to every node, arguments first; types are computed anew where arguments
    changed. `became` is told of every node that another one now stands for."""
    new: dict[Node, Node] = {}
    for value in walk(roots(region)):
        rebuilt = rebuild(value, new)
        if became is not None and rebuilt is not value:
            became(value, rebuilt)
        changed = change(rebuilt)
        if became is not None and changed is not rebuilt:
            became(rebuilt, changed)
        if origins is not None:
            if rebuilt is not value:
                origins.replace(value, rebuilt)
            if changed is not rebuilt:
                origins.replace(rebuilt, changed)
        new[value] = changed
    return mapped_region(region, new)


def mapped_region(region: Region, new: dict[Node, Node]) -> Region:
    if all(new.get(n, n) is n for n in (*region.params, *region.effects, *region.results)):
        return region
    return Region(
        (new.get(p, p) for p in region.params),
        (new.get(e, e) for e in region.effects),
        (new.get(r, r) for r in region.results),
    )


def rebuild(value: Node, new: dict[Node, Node]) -> Node:
    """The node over replaced arguments, itself where nothing it uses was replaced."""
    args = tuple(new.get(a, a) for a in value.args)
    deps = tuple(d for d in (new.get(d, d) for d in value.deps) if d.op == "check")
    regions = tuple(mapped_region(r, new) for r in value.regions)
    if args == value.args and deps == value.deps and regions == value.regions:
        return value
    attrs = dict(value.attrs)
    if "size" in attrs:
        return size_node(attrs["size"].substitute(lambda a: size_of(new[a]) if a in new else None))
    if value.op in OPS and (OPS[value.op].kind in ("MAP", "REDUCE", "LIBRARY") or value.op in _STRUCTURE):
        return make(value.op, args, attrs, (infer(value.op, args, attrs),), regions, deps)
    if value.op == "cast":
        return cast(args[0], attrs["element"])
    if value.op == "project" and args != value.args:
        new = {**new, **sibling_sizes(value, args[0])}
    types = tuple(renamed_type(t, new) for t in value.types)
    return make(value.op, args, attrs, types, regions, deps)


def sibling_sizes(value: Node, owner: Node) -> dict[Node, Node]:
    """Of a result that a new owner gives: the sizes in its type that are results of the old owner, as the new one's."""
    atoms = {a for d in value.type.shape for a in d.atoms()}
    own = [a for a in atoms if isinstance(a, Node) and a.op == "project" and a.args[0] is value.args[0]]
    return {a: project(owner, a.get("k")) for a in own}


def renamed_type(t: Type, new: dict[Node, Node]) -> Type:
    if not t.shape:
        return t
    return Type(
        t.element,
        tuple(d.substitute(lambda a: size_of(new[a]) if isinstance(a, Node) and a in new else None) for d in t.shape),
    )
