"""From the array IR to the imperative IR.

    lower(program, "nests")             loops over scalars (targets loops, parallel, cuda)
    lower(program, "calls")             expressions over whole arrays (target numpy)

`schedule` gives every node a place, `place` says what may be overwritten, and this file writes the statements: effects
here, loops and branches in flow.py, ranges in ranges.py, arrays in nests.py and calls.py.
"""

from __future__ import annotations

from collections.abc import Callable

from gdc.compiler import imp
from gdc.compiler.dims import Dim, dim
from gdc.compiler.imp import Branch, Check, Emit, Expr, Guarded, Let, SetPart, Statement
from gdc.compiler.ir import Node, Program, Region
from gdc.compiler.lower.calls import is_alias, whole
from gdc.compiler.lower.context import Context, Formula, convert
from gdc.compiler.lower.contract import array_expression
from gdc.compiler.lower.entry import entry
from gdc.compiler.lower.flow import branch, fresh, leave, lets, loop
from gdc.compiler.lower.nests import constant_array, copy_of, let_scalar, nests, store_part
from gdc.compiler.lower.ranges import fold, table
from gdc.compiler.ops import OPS
from gdc.compiler.passes.place import place, sources
from gdc.compiler.passes.schedule import schedule
from gdc.compiler.record import Record
from gdc.compiler.types import INT
from gdc.dsl.source import Span


def lower(program: Program, style: str, record: Record | None = None, *, blas: bool = False) -> imp.Program:
    """The program as ordered statements. `blas`: products of matrices stay library calls in style "nests"."""
    if style not in ("nests", "calls"):
        raise ValueError(f"no style {style!r}")
    layout = schedule(program, style)
    place(layout, record)
    return Lowering(layout, style, blas).program()


class Lowering(Context):
    """Writes one program."""

    def program(self) -> imp.Program:
        source = self.layout.program
        self.formula = self._formula
        self.namer.expect(set(self.origins_table.names.values()) | set(source.dimensions) | set(source.outputs))
        parameters = tuple(self._parameter(n) for n in source.inputs)
        self._name_dimensions()
        self.region(self.layout.root)
        outputs = self._outputs()
        return imp.Program(
            parameters,
            (*self._dimension_lets(), *self.top),
            outputs,
            tuple((name, t.element, t.rank) for name, t in source.traces.items()),
            places=self._places(outputs),
            made=tuple(self.made),
            shapes={**self.shapes, **self._sizes()},
        )

    def _sizes(self) -> dict[str, tuple[Dim, ...]]:
        """The ints that are sizes."""
        return {str(v.get("name")): (dim(size),) for size, v in self.dimensions.items() if v.op == "name"}

    def _places(self, outputs: tuple[tuple[str, Expr, Expr | None], ...]) -> tuple[Span, ...]:
        """Where the outputs come from that are formulas, and are computed where they are returned."""
        results = zip(outputs, self.layout.program.region.results, strict=True)
        return tuple(s for (_, given, _), value in results if given.op != "name" for s in self.origins(value))

    def _formula(self, value: Node) -> Formula:
        if self.style == "calls":
            return whole(self, value)
        return entry(self, value, ()) if value.type.rank == 0 else self._array(value)

    def _array(self, value: Node) -> Formula:
        """An array in style nests: the variable that holds it."""
        found = self.known(value)
        if found is None:
            self.materialise(value)
            found = self.env.pop(value)
        yield from ()
        return found

    # -- inputs, sizes, outputs

    def _parameter(self, value: Node) -> imp.Parameter:
        user = str(value.get("name"))
        name = self.namer.claim(user)
        self.bind(value, name)
        return imp.Parameter(name, user, value.type.element, value.type.rank)

    def _name_dimensions(self) -> None:
        for value in self.layout.program.inputs:
            if value.type.rank == 0 and value.type.kind == "int":
                self.dimensions[str(value.get("name"))] = self.env[value]
        for name in self.layout.program.dimensions:
            self.dimensions[name] = imp.var(self.namer.claim(name), INT)

    def _dimension_lets(self) -> list[Statement]:
        """`n = X.shape[1]` for every dimension that the text uses."""
        source = self.layout.program
        written: list[Statement] = []
        for name, (k, axis, formula) in source.dimensions.items():
            variable = self.dimensions[name]
            array = self.env[source.inputs[k]]
            if name in self.used_dimensions:
                written.append(Let(str(variable.get("name")), self._solved_dimension(formula, imp.extent(array, axis))))
        return written

    def _solved_dimension(self, formula: Dim, size: Expr) -> Expr:
        kept = self.dimensions.get("size")
        self.dimensions["size"] = size
        value = self.size(formula)
        del self.dimensions["size"]
        if kept is not None:
            self.dimensions["size"] = kept
        return value

    def _outputs(self) -> tuple[tuple[str, Expr, Expr | None], ...]:
        source = self.layout.program
        seen: set[Node] = set()
        found: list[tuple[str, Expr, Expr | None]] = []
        flags = source.assigned or (None,) * len(source.outputs)
        for name, value, flag in zip(source.outputs, source.region.results, flags, strict=True):
            given = self.value(value)
            if value.type.rank:
                held = sources(self.layout, value)
                if held & seen:
                    given = Expr("copy", (given,), given.element, given.rank)
                seen |= held
            found.append((name, given, self.value(flag) if flag is not None else None))
        return tuple(found)

    # -- statements

    def region(self, region: Region) -> None:
        for value in self.layout.order.get(region, ()):
            self.statement(value)
        if region is not self.layout.root:
            self.done.difference_update(self.layout.order.get(region, ()))

    def statement(self, value: Node) -> None:
        """Writes one statement, unless it stands already."""
        if value in self.done:
            return
        self.done.add(value)
        write = _WRITERS.get(value.op)
        if write is not None:
            write(self, value)
        else:
            self.materialise(value)

    def materialise(self, value: Node) -> None:
        """Binds a pure value to a name."""
        if self.style == "nests":
            nests(self, value)
        elif value.op == "const":
            constant_array(self, value)
        elif value.op == "undefined":
            nests(self, value)
        elif value.type.rank == 0:
            let_scalar(self, value)
        else:
            self._let_array(value)

    def _let_array(self, value: Node) -> None:
        right = convert(self.value(value), value.type.element, "store")
        if is_alias(value):
            right = Expr("copy", (right,), right.element, right.rank)
        name = self.let_name(value) if lets(self, value) else self.new_name(value)
        self.add(Let(name, right, self.origins(value)))
        self.bind(value, name)

    def is_reduction(self, value: Node) -> bool:
        return value.op in OPS and OPS[value.op].kind == "REDUCE"

    def whole_array(self, value: Node) -> Expr | None:
        """In style calls, an array bound to a variable so that its entries can be read."""
        if self.style == "nests":
            return None
        given = self.value(value)
        if given.op == "name":
            return given
        name = self.namer.temporary()
        self.add(Let(name, given, self.origins(value)))
        return imp.var(name, given.element, given.rank)


# --- effects and the rest ----------------------------------------------------------------------


def _check(c: Lowering, value: Node) -> None:
    c.add(Check(c.value(value.args[0]), value.get("site"), tuple(c.value(a) for a in value.args[1:]), c.origins(value)))


def _emit(c: Lowering, value: Node) -> None:
    values = tuple(c.value(a) for a in value.args)
    if value.op == "record":
        c.add(Emit("record", values, str(value.get("name")), (), c.origins(value)))
    else:
        c.add(Emit("print", values, "", tuple(value.get("pieces")), c.origins(value)))


def _solve(c: Lowering, value: Node) -> None:
    """A factorisation: a library call that may fail."""
    args = tuple(c.value(a) if c.style == "calls" else array_expression(c, a) for a in value.args)
    element = value.type.element
    args = tuple(convert(a, element, "store") for a in args)
    name = c.new_name(value)
    attrs = tuple((key, word) for key, word in value.attrs if key == "reads")
    c.add(Guarded(name, Expr(value.op, args, element, value.type.rank, attrs), value.get("site", 0), c.origins(value)))
    c.bind(value, name)


def _update(c: Lowering, value: Node) -> None:
    """An array with a part replaced: in place where `place` allows it."""
    array = fresh(c, value.args[0], value) or c.value(value.args[0])
    if value not in c.layout.in_place:
        array = copy_of(c, value, array)
    if c.style == "nests" or all(s == "at" for s in value.get("subscripts")):
        store_part(c, value, array)
    else:
        args = tuple(c.value(a) for a in value.args[2:])
        part = c.value(value.args[1])
        if value in c.layout.in_place and is_alias(value.args[1]) and value.args[0] in c.layout.reads(value.args[1]):
            part = Expr("copy", (part,), part.element, part.rank)  # NumPy does not see every overlap
        c.add(SetPart(array, value.get("subscripts"), args, part, value.get("combine") or "", c.origins(value)))
    c.env[value] = array
    c.owners[str(array.get("name"))] = value
    if c.user_name(value):
        c.holders[c.user_name(value)] = value
    c.note_extents(array, value.type)


def _choose(c: Lowering, value: Node) -> None:
    """An array `x if c else y` with a scalar condition."""
    if value.type.rank == 0:
        let_scalar(c, value)
        return
    condition, name, origins = c.value(value.args[0]), c.new_name(value), c.origins(value)
    bodies: list[tuple[Statement, ...]] = []
    for region in value.regions:
        with c.block() as body:
            c.region(region)
            c.add(Let(name, convert(c.value(region.results[0]), value.type.element, "store"), origins))
        bodies.append(tuple(body))
    c.add(Branch(condition, bodies[0], bodies[1], origins))
    c.bind(value, name)


_WRITERS: dict[str, Callable[[Lowering, Node], None]] = {
    "loop": loop,
    "branch": branch,
    "exit": leave,
    "table": table,
    "fold": fold,
    "check": _check,
    "assert": _check,
    "print": _emit,
    "record": _emit,
    "solve": _solve,
    "inv": _solve,
    "det": _solve,
    "cholesky": _solve,
    "update": _update,
    "select": _choose,
}
