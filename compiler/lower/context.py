"""What all of lowering shares: names, statements being written, sizes, and formulas as generators.

A formula is a generator that yields the formulas it is made of and returns an `imp.Expr`; `run` drives them with a
list for a stack, so that nobody recurses over nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager

from gdc.compiler import imp
from gdc.compiler.dims import Dim, FloorDiv, atom_dim, dim
from gdc.compiler.imp import Expr, Origin, Statement
from gdc.compiler.ir import Node, Region
from gdc.compiler.layout import Layout
from gdc.compiler.names import Namer
from gdc.compiler.types import COMPLEX, INT, REAL, Element, Type

Formula = Generator["Formula", Expr, Expr]
ENTRY_ZERO = {"bool": False, "int": 0, "real": 0.0, "complex": 0j}


def run(formula: Formula) -> Expr:
    """The expression of a formula."""
    stack = [formula]
    value: Expr | None = None
    while stack:
        try:
            wanted = stack[-1].send(value)  # type: ignore[arg-type]
        except StopIteration as done:
            stack.pop()
            value = done.value
        else:
            stack.append(wanted)
            value = None
    assert value is not None
    return value


def zero(element: Element) -> Expr:
    return imp.const(ENTRY_ZERO[element.kind], element)


def convert(value: Expr, element: Element, op: str = "") -> Expr:
    """The value as that element. Where Python and NumPy convert by themselves, nothing is written."""
    have = value.element
    if have == element:
        return value
    if (
        value.op == "const"
        and value.rank == 0
        and (have.kind in ("bool", "int") or element.kind == "complex" or have.kind == element.kind)
    ):
        plain = {"bool": bool, "int": int, "real": float, "complex": complex}[element.kind](value.get("value"))
        return imp.const(plain, element)
    by_itself = element in (REAL, COMPLEX) and (have.kind == "int" or (element == COMPLEX and have == REAL))
    if by_itself and op not in ("", "where", "select", "store"):
        return value
    return Expr("cast", (value,), element, value.rank)


class Context:
    """The state of one lowering."""

    def __init__(self, layout: Layout, style: str, blas: bool) -> None:
        self.layout, self.style, self.blas = layout, style, blas
        self.origins_table = layout.program.origins
        self.namer = Namer()
        self.env: dict[Node, Expr] = {}
        self.results: dict[tuple[Node, int], Expr] = {}
        self.preferred: dict[
            Node, tuple[str, Node | None]
        ] = {}  # a variable to be made in, if it still holds that value
        self.holders: dict[str, Node] = {}  # the value that last took a user's name
        self.owners: dict[str, Node] = {}  # the value that a variable holds
        self.slots: dict[tuple[Node, int], tuple[str, Node | None]] = {}  # the same for results of loops and branches
        self.adopted: dict[tuple[Node, int], Node] = {}
        self.dimensions: dict[str, Expr] = {}
        self.used_dimensions: dict[str, None] = {}
        self.extents: dict[Dim, Expr] = {}
        self.atoms = _atoms(layout)
        self.done: set[Node] = set()
        self.made: list[imp.Made] = []
        self.shapes: dict[str, tuple[Dim, ...]] = {}
        self.loop_depth = 0
        self._blocks: list[list[Statement]] = [[]]
        self.formula: Callable[[Node], Formula]  # a value as a whole, in this style

    # -- statements

    def add(self, statement: Statement) -> None:
        self._blocks[-1].append(statement)

    @contextmanager
    def block(self) -> Iterator[list[Statement]]:
        """A body being written."""
        self._blocks.append([])
        try:
            yield self._blocks[-1]
        finally:
            self._blocks.pop()

    def open_block(self) -> None:
        """Begins a body that `close_block` ends."""
        self._blocks.append([])

    def close_block(self) -> list[Statement]:
        return self._blocks.pop()

    @property
    def top(self) -> list[Statement]:
        return self._blocks[0]

    def origins(self, value: Node) -> Origin:
        return self.origins_table.of(value)

    # -- names

    def user_name(self, value: Node) -> str:
        found = self.origins_table.names.get(value) or value.get("name")
        return str(found) if found and value.op not in ("const", "record") else ""

    def new_name(self, value: Node) -> str:
        """A variable for a value: as the user called it, or a temporary."""
        wished = self.free_name(self.preferred.get(value))
        if wished:
            return wished
        user = self.user_name(value)
        return self.namer.claim(user) if user else self.namer.temporary()

    def free_name(self, wish: tuple[str, Node | None] | None) -> str:
        """The wished variable, unless it has come to hold something else by now."""
        return wish[0] if wish is not None and self.owners.get(wish[0]) is wish[1] else ""

    def let_name(self, value: Node) -> str:
        """A variable for a value that a single `let` makes: the one that held the user's name before, if it is free."""
        wished = self.free_name(self.preferred.get(value))
        if wished:
            return wished
        user = self.user_name(value)
        old = self.holders.get(user) if user else None
        region = self.layout.home[value]
        if (
            old is not None
            and old in self.env
            and self.layout.home.get(old) is region
            and old not in self.atoms
            and self.owners.get(str(self.env[old].get("name"))) is old
            and self.layout.dead_after(old, region, value)
            and self.env[old].rank == value.type.rank == 0
        ):
            name = str(self.env[old].get("name"))
        else:
            name = self.new_name(value)
        if user:
            self.holders[user] = value
        return name

    def bind(self, value: Node, name: str) -> Expr:
        """From now on the value is that variable."""
        variable = imp.var(name, value.type.element, value.type.rank)
        self.env[value] = variable
        self.owners[name] = value
        self.note_extents(variable, value.type)
        self.note_shape(name, value.type.shape)
        self.note_memory(name, value)
        return variable

    def note_shape(self, name: str, shape: tuple[Dim, ...]) -> None:
        """A name tells its sizes, unless it has held an array of others."""
        if shape and self.shapes.setdefault(name, shape) != shape:
            self.shapes[name] = ()

    def note_memory(self, what: str | Expr, value: Node) -> None:
        """An array takes memory of its own."""
        if value.type.rank:
            size = dim(value.type.element.bits // 8)
            for d in value.type.shape:
                size = size * d
            self.made.append(imp.Made(what, size, self.origins(value)))

    def note_extents(self, variable: Expr, t: Type) -> None:
        """An array in scope tells its sizes."""
        for axis, size in enumerate(t.shape):
            if any(isinstance(a, Node) for a in size.atoms()):
                self.extents[size] = imp.extent(variable, axis)

    # -- sizes

    def size(self, size: Dim) -> Expr:
        """A size as an int expression."""
        if size in self.extents and not self._reachable(size):
            return self.extents[size]
        terms = sorted(size.terms, key=lambda t: (t[1] < 0, not t[0]))
        total: Expr | None = None
        for monomial, factor in terms:
            term = self._monomial(monomial, abs(factor))
            if total is None:
                total = (
                    term if factor > 0 else imp.integer(-abs(factor)) if not monomial else imp.sub(imp.integer(0), term)
                )
            else:
                total = imp.add(total, term) if factor > 0 else imp.sub(total, term)
        return total if total is not None else imp.integer(0)

    def _monomial(self, atoms: tuple[object, ...], factor: int) -> Expr:
        product = imp.integer(factor)
        for a in atoms:
            product = imp.mul(product, self._atom(a))
        return product

    def _atom(self, atom: object) -> Expr:
        if isinstance(atom, FloorDiv):
            return Expr("floordiv", (self.size(atom.top), self.size(atom.bottom)), INT)
        if isinstance(atom, Node):
            found = self.known(atom)
            return found if found is not None else self._solved(atom)
        self.used_dimensions[str(atom)] = None
        return self.dimensions[str(atom)]

    def known(self, value: Node) -> Expr | None:
        """The variable of a value that has one here."""
        if value in self.env:
            return self.env[value]
        if value.op == "project":
            return self.results.get((value.args[0], value.get("k")))
        return None

    def _reachable(self, size: Dim) -> bool:
        return all(self.known(a) is not None for a in size.atoms() if isinstance(a, Node))

    def _solved(self, atom: Node) -> Expr:
        """A size's atom that has no name here: some array in scope has that size, or it is computed again."""
        found = self.extents.get(atom_dim(atom))
        return found if found is not None else run(self.formula(atom))

    def sizes(self, t: Type) -> tuple[Expr, ...]:
        return tuple(self.size(d) for d in t.shape)

    # -- loops

    @contextmanager
    def loop(self, size: Expr, mode: str, origins: Origin, user: str = "", start: Expr | None = None) -> Iterator[Expr]:
        """`for i in start..start + size`; a size of the constant 1 is no loop at all."""
        if imp.constant(size) == 1 and start is None:
            yield imp.integer(0)
            return
        name = self.namer.open_loop(user)
        first = start if start is not None else imp.integer(0)
        with self.block() as body:
            yield imp.var(name, INT)
        self.namer.close_loop(name)
        self.add(imp.Loop(name, first, imp.add(first, size), imp.integer(1), tuple(body), mode, origins))

    @contextmanager
    def nest(self, sizes: tuple[Expr, ...], mode: str, origins: Origin) -> Iterator[tuple[Expr, ...]]:
        """Loops over all entries of a shape."""
        with ExitStack() as stack:
            yield tuple(stack.enter_context(self.loop(s, mode, origins)) for s in sizes)

    def value(self, value: Node) -> Expr:
        """The expression of a value where it is used."""
        return run(self.formula(value))

    def statement(self, value: Node) -> None:
        """Writes one statement."""
        raise NotImplementedError

    def materialise(self, value: Node) -> None:
        """Binds a pure value to a name."""
        raise NotImplementedError

    def is_reduction(self, value: Node) -> bool:
        raise NotImplementedError

    def whole_array(self, value: Node) -> Expr | None:
        raise NotImplementedError

    def region(self, region: Region) -> None:
        """Writes a region's statements."""
        raise NotImplementedError


def _atoms(layout: Layout) -> set[Node]:
    """Values that are part of some size."""
    found: set[Node] = set()
    for value in layout.walked:
        for t in value.types:
            for size in t.shape:
                found.update(a for a in size.atoms() if isinstance(a, Node))
        if value.op == "size":
            found.update(value.args)
    return found
