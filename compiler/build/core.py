"""The builder's state, and the services that every part of it uses: nodes with origins, checks, demands, errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

from gdc.compiler import ir
from gdc.compiler.build.scope import Binding, Function, Poison, Scope
from gdc.compiler.dims import UNNAMED_SIZE, Atom, Dim, FloorDiv, atom_dim, dim, surely_differ, unnamed_words
from gdc.compiler.ir import Demand, Node, Origins, Site
from gdc.compiler.promotion import converted
from gdc.compiler.shape_rules import Conflict, Meet, trusting_meet
from gdc.compiler.types import INT, Type, program_real, shape_text
from gdc.dsl import tree
from gdc.dsl.errors import Error
from gdc.dsl.source import Source, Span

ALWAYS_FREE = 1 << 20  # bytes: smaller arrays of constant size are not worth a check


class Poisoned(Exception):
    """An expression reads a variable whose own error is already reported."""


@dataclass(slots=True)
class Exit:
    """A stop or skip met while a loop's body is built; its values are filled in when the body is done."""

    kind: str
    condition: Node
    scope: Scope
    place: int
    span: Span


@dataclass(slots=True)
class LoopFrame:
    exits: list[Exit] = field(default_factory=list)


class Builder:
    """Builds one program. Expressions and statements register how they are built in EXPRESSIONS and STATEMENTS."""

    def __init__(
        self,
        source: Source,
        types: dict[str, Type],
        prelude: dict[str, Function],
        sampled: tuple[int, int, bool, int] | None = None,
    ) -> None:
        self.source = source
        self.types = types  # of undeclared inputs
        self.prelude = prelude
        self.functions: dict[str, Function] = {}
        self.origins = Origins()
        self.sites: list[Site] = []
        self.demands: dict[tuple[Dim, Dim], Demand] = {}
        self.memory: list[tuple[Dim, int]] = []
        self.scope = Scope()
        self.effects: list[Node] = []
        self.depth = 0  # regions round the present place
        self.loops: list[LoopFrame | None] = []  # None: a branch or table between
        self.calls: list[tuple[Function, Span]] = []
        self.sources = [source]  # the texts that the user wrote: the script's and those of the files it uses
        self.ranges: dict[Node, tuple[Dim, Dim]] = {}  # loop variables: least value, greatest value
        self.facts: list[dict[Dim, tuple[int, Node]]] = [{}]  # size formulas: a lower bound that a check has proven
        self.sizes: set[Atom] = set()  # atoms known to be zero or more
        self.mask: Node | None = None  # the mask of the assignment being built
        self.selected: list[Node] | None = None  # masks met inside a reduction's argument
        self.mask_read = False  # whether the value of the assignment being built read entries under its mask
        self.errors: list[Error] = []
        self.is_bare = False
        self.sampled = sampled  # see grad_samples.py
        self.inputs: dict[str, Node] = {}
        self.declared: dict[str, ir.Declared] = {}
        self.traces: dict[str, Type] = {}
        self.outputs: dict[str, Span] = {}
        self.inside_notation = False
        self.program_dimensions: dict[str, Dim] = {}

    # --- expressions and statements

    def expr(self, node: tree.Expr) -> Node:
        """The value of an expression, with the place it came from."""
        value = EXPRESSIONS[type(node)](self, node)
        if isinstance(node, tree.Name):   # it came from where it was assigned, not from where it is read
            return value
        return self.origins.add(value, self.here(node.span))

    @contextmanager
    def unselected(self) -> Iterator[None]:
        """Inside, a masked selection is refused: it passes only through elementwise formulas, which keep entries in
        their places."""
        kept, self.mask, self.selected = (self.mask, self.selected), None, None
        try:
            yield
        finally:
            self.mask, self.selected = kept

    def statement(self, node: tree.Statement) -> None:
        STATEMENTS[type(node)](self, node)

    def block(self, statements: tree.Block) -> None:
        for statement in statements:
            self.statement(statement)

    # --- places and errors

    def here(self, span: Span) -> Span:
        """A place in the user's own text: inside the prelude, the call that led there."""
        if span.source is self.source:
            return span
        return next((s for _, s in self.calls if s.source is self.source), span)

    def fail(self, kind: str, message: str, span: Span, hint: str | None = None) -> NoReturn:
        hint = hint and unnamed_words(hint)
        raise Error(kind, unnamed_words(message), self.blamed(span), self.with_call(hint, span))

    def blamed(self, span: Span) -> Span:
        """A place in a text that the user wrote, the script or a used file: inside the prelude, the call that led
        there."""
        if any(span.source is s for s in self.sources):
            return span
        return next((s for _, s in self.calls if any(s.source is known for known in self.sources)), span)

    def with_call(self, hint: str | None, span: Span) -> str | None:
        """A hint, and for a place in a used file the script's call that led there."""
        place = self.here(span)
        if place.source is self.blamed(span).source:
            return hint
        words = f"called on line {place.line} of the script: {excerpt(place)}"
        return f"{hint}; {words}" if hint else words

    @property
    def space(self) -> dict[str, Function]:
        """The functions that may be called by name here."""
        return self.calls[-1][0].space if self.calls else self.functions

    def site(self, span: Span, kind: str, message: str, hint: str | None = None) -> int:
        """A place that a run-time error may report; message is a format over the failing values."""
        self.sites.append(Site(self.blamed(span), kind, message, self.with_call(hint, span), self.depth))
        return len(self.sites) - 1

    # --- regions and effects

    @contextmanager
    def region(self) -> Iterator[list[Node]]:
        """Collects the effects of a body; entry demands become checks inside it."""
        outer, self.effects = self.effects, []
        known, self.sizes = self.sizes, set(self.sizes)  # what is checked inside may never be reached
        self.depth += 1
        self.facts.append({})
        try:
            yield self.effects
        finally:
            self.depth -= 1
            self.facts.pop()
            self.effects, self.sizes = outer, known

    def effect(self, op: str, args: tuple[Node, ...], **attrs: Any) -> Node:
        node = ir.make(op, args, attrs, (Type(INT),))
        self.effects.append(node)
        if "site" in attrs and self.sites[attrs["site"]].span is not None:
            span = self.sites[attrs["site"]].span
            assert span is not None
            self.origins.add(node, span)
        return node

    def note_effects(self, owner: Node) -> Node:
        """A region node that holds effects is an effect of its own region."""
        if any(r.effects for r in owner.regions):
            self.effects.append(owner)
        return owner

    def check(
        self, ok: Node, span: Span, kind: str, message: str, *values: Node, hint: str | None = None
    ) -> tuple[Node, ...]:
        """A run-time check, as the deps of what it guards: none where it surely holds; an error now where it surely
        fails."""
        if ok.op == "const":
            if ok.value:
                return ()
            shown = [_in_names(v, f"-{{{place}}}" in message) for place, v in enumerate(values)]
            if self.depth == 0 and None not in shown:
                self.fail(kind, message.format(*shown), span, hint)
        return (self.effect("check", (ok, *values), site=self.site(span, kind, message, hint)),)

    def require(
        self, gaps: tuple[Dim, ...], span: Span, kind: str, message: str, *values: Node, hint: str | None = None
    ) -> tuple[Node, ...]:
        """A check that each gap is zero or more, where that is not known; deps as of `check`.

        What a check has shown is known in the rest of its region: `A[1:-1]` after `A[2:]` checks nothing anew.
        """
        deps: list[Node] = []
        open_gaps: list[Dim] = []
        for gap in gaps:
            known = self.known(gap)
            if known is not None:
                deps.extend(known)
            else:
                open_gaps.append(gap)
        if not open_gaps:
            return tuple(dict.fromkeys(deps))
        ok = ir.truth(not any(self.surely_nonnegative(-gap - 1) for gap in open_gaps))
        for gap in open_gaps if ok.value else ():
            base = gap - constant_part(gap)
            bound = folded(self.node("ge", ir.size_node(base), ir.integer(-constant_part(gap))))
            ok = (
                bound
                if ok.op == "const" and ok.value
                else ok
                if bound.op == "const" and bound.value
                else bound
                if bound.op == "const"
                else self.node("and", ok, bound)
            )
        made = self.check(ok, span, kind, message, *values, hint=hint)
        for gap in open_gaps:
            if made:
                self.facts[-1][gap - constant_part(gap)] = (-constant_part(gap), made[0])
        return tuple(dict.fromkeys((*deps, *made)))

    def known(self, gap: Dim) -> tuple[Node, ...] | None:
        """The checks, if it takes any, that have shown that a size formula is zero or more; None where none has."""
        shown = self._shown(gap)
        if shown is not None:
            return (shown,)
        return () if self.surely_nonnegative(gap) else None

    def _shown(self, gap: Dim) -> Node | None:
        """The check that has shown that a size formula is zero or more."""
        for facts in reversed(self.facts):
            found = facts.get(gap - constant_part(gap))
            if found is not None and found[0] >= -constant_part(gap):
                return found[1]
        return None

    # --- sizes

    def surely_nonnegative(self, size: Dim) -> bool:
        """Whether a size formula is zero or more for all values that its atoms may have."""
        for _ in range(20):
            variable = next((a for a in size.atoms() if a in self.ranges), None)
            if variable is None:
                break
            size = self._least(size, variable)
        return all(
            factor >= 0 and all(self._is_size(a) for a in monomial) or (not monomial and factor >= 0)
            for monomial, factor in size.terms
        )

    def _least(self, size: Dim, variable: Node) -> Dim:
        low, high = self.ranges[variable]
        factors = {factor for monomial, factor in size.terms if variable in monomial}
        simple = all(monomial == (variable,) for monomial, _ in size.terms if variable in monomial)
        if not simple or len(factors) != 1:
            return Dim({("?",): -1})
        bound = low if factors.pop() > 0 else high
        return size.substitute(lambda a: bound if a is variable else None)

    def _is_size(self, atom: Atom) -> bool:
        if isinstance(atom, FloorDiv):
            return atom.bottom.is_constant and atom.bottom.constant > 0 and self.surely_nonnegative(atom.top)
        return atom in self.sizes

    def size(self, value: Node, span: Span, what: str = "a size") -> Dim:
        """An int value as a size, checked to be zero or more."""
        if value.type.kind not in ("int", "bool") or value.type.rank:
            inside = span.text[1:-1] if span.text.startswith("[") else ""
            hint = f"sizes are arguments of their own, without brackets: {inside}" if inside else None
            self.fail("type", f"{what} must be an int scalar, not {value.type}", span, hint)
        size = ir.size_of(ir.cast(value, INT))
        if not self.surely_nonnegative(size):
            made = self.check(
                folded(self.node("ge", value, ir.integer(0))), span, "value", "a size cannot be negative: {0}", value
            )
            self.sizes.update(a for a in size.atoms() if size.atom is a)
            if made:
                self.facts[-1][size - constant_part(size)] = (-constant_part(size), made[0])
        return size

    def guards(self, sizes: Iterable[Node]) -> tuple[Node, ...]:
        """The checks that have shown that sizes are zero or more, as the deps of an array of those sizes."""
        found: dict[Node, None] = {}
        for value in sizes:
            size = ir.size_of(value)
            for gap in (size, *(atom_dim(a) for a in size.atoms())):
                known = self._shown(gap)
                if known is not None:
                    found[known] = None
        return tuple(found)

    def meeter(self, span: Span, describe: Callable[[], str], hint: Callable[[], str | None] = lambda: None) -> Meet:
        """A `meet` that demands equal sizes: on entry where that can be known there, else where the place is
        reached."""

        def meet(left: Dim, right: Dim) -> Dim:
            if left == right:
                return left
            if surely_differ(left, right) and self._all_sizes(left - right):
                raise Conflict("shape", f"{left} and {right} differ")
            self._demand(left, right, span, escaped(describe()), hint())
            return trusting_meet(left, right)

        return meet

    def _all_sizes(self, size: Dim) -> bool:
        return all(isinstance(a, str) or a in self.sizes for a in size.atoms())

    def _demand(self, left: Dim, right: Dim, span: Span, words: str, hint: str | None) -> None:
        """A demand of entry tells sizes without a name as numbers, which are known there."""
        message = f"{words}; {escaped(str(left))} = {{0}}, but {escaped(str(right))} = {{1}}"
        if self.depth == 0 and all(isinstance(a, str) for size in (left, right) for a in size.atoms()):
            if (left, right) not in self.demands and (right, left) not in self.demands:
                if UNNAMED_SIZE.search(f"{left} {right}"):
                    message = f"{words}; {{0}} is not {{1}}"
                self.demands[left, right] = Demand(left, right, self.site(span, "shape", message, hint))
            return
        a, b = ir.size_node(left), ir.size_node(right)
        self.check(self.node("eq", a, b), span, "shape", unnamed_words(message), a, b, hint=hint)

    # --- nodes

    def node(self, op: str, *args: Node, deps: tuple[Node, ...] = (), meet: Meet = trusting_meet, **attrs: Any) -> Node:
        """An op-table node whose arguments are first converted as its row says."""
        return ir.node(op, *converted(op, args), meet=meet, deps=deps, **attrs)

    def apply(
        self,
        op: str,
        span: Span,
        trees: tuple[tree.Node, ...],
        *args: Node,
        hint: Callable[[], str | None] = lambda: None,
        deps: tuple[Node, ...] = (),
        **attrs: Any,
    ) -> Node:
        """An op on the values of parts of the script; a conflict names those parts and their shapes."""

        def describe() -> str:
            return f"{excerpt(span)}: {shapes(trees, args)}"

        try:
            return self.node(op, *args, meet=self.meeter(span, describe, hint), deps=deps, **attrs)
        except Conflict as conflict:
            detail = describe() if conflict.kind == "shape" else excerpt(span)
            self.fail(
                conflict.kind,
                f"{detail}: {conflict.message}" if conflict.kind == "type" else f"{detail} — {conflict.message}",
                span,
                conflict.hint or hint(),
            )

    def remember_memory(self, value: Node, span: Span) -> Node:
        """Notes an array's bytes, so that its size is checked before any work."""
        size = dim(value.type.element.bits // 8)
        for d in value.type.shape:
            size = size * d
        if size.is_constant and size.constant < ALWAYS_FREE:
            return value
        if self.depth == 0 and has_names_only(size):
            words = escaped(excerpt(self.here(span)))
            site = self.site(span, "limit", f"{words} needs {{0}} of memory, and {{1}}")
            self.memory.append((size, site))
        return value

    # --- variables

    def read(self, name: str, span: Span) -> Node:
        """A variable's value; NameError-like errors with what was probably meant."""
        from gdc.compiler.build.names import unknown_name

        found = self.scope.names.get(name)
        if found is None:
            size = self.scope.dimensions.get(name)
            if size is not None:
                return ir.size_node(size)
            if name in self.scope.later:
                self.read_above(name, span)
            raise unknown_name(self, name, span)
        if isinstance(found, Poison):
            raise Poisoned
        if found.unless == "branch":
            self.fail(
                "name",
                f"{name} may have no value here: not every path assigns it",
                span,
                f"give {name} a value before the branch, or in an else",
            )
        if found.unless == "above":
            self.read_above(name, span)
        if found.flag is not None:
            self.check(
                found.flag,
                span,
                "name",
                f"{escaped(name)} has no value: no round of the loop reached its assignment",
                hint=f"give {name} a value before the loop",
            )
        return found.node

    def read_above(self, name: str, span: Span) -> NoReturn:
        self.fail(
            "name",
            f"{name} is read above its first assignment in this loop",
            span,
            f"give {name} a value before the loop",
        )

    def assign(self, name: str, value: Node, span: Span) -> None:
        """Makes a variable stand for a value."""
        if name == "_":
            return
        if name in self.scope.fixed:
            self.fail("type", f"{name} is a loop variable here and cannot be assigned", span)
        if name in self.scope.dimensions:
            self.fail(
                "type", f"{name} is a dimension of a contract and cannot be assigned", span, "choose another name"
            )
        self.bind(name, value, span)

    def bind(self, name: str, value: Node, span: Span) -> None:
        """Makes a name that may be bound here stand for a value."""
        if name in self.scope.differentiated:
            value = ir.make("variable", (value,), {"serial": next(ir._uids), "name": name}, (value.type,))
        self.origins.names.setdefault(value, name)
        self.origins.add(value, self.here(span))
        self.scope.names[name] = Binding(value)

    def assign_through(self, name: str, value: Node, flag: Node | None, unless: str) -> None:
        """A variable after a loop or branch: an assignment that may not have taken place."""
        if name in self.scope.differentiated and value.type.kind == "real":
            value = ir.make("variable", (value,), {"serial": next(ir._uids), "name": name}, (value.type,))
        self.origins.names.setdefault(value, name)
        self.scope.names[name] = Binding(value, flag, unless)


EXPRESSIONS: dict[type, Callable[[Builder, Any], Node]] = {}
STATEMENTS: dict[type, Callable[[Builder, Any], None]] = {}
F = TypeVar("F", bound=Callable[..., Any])


def builds(*kinds: type) -> Callable[[F], F]:
    """Registers how expressions or statements of these kinds are built."""

    def register(function: F) -> F:
        for kind in kinds:
            (STATEMENTS if issubclass(kind, tree.Statement) else EXPRESSIONS)[kind] = function
        return function

    return register


def converted_reduction(op: str, value: Node) -> Node:
    """The operand of a reduction in the element type that it works on."""
    kind = value.type.kind
    if op in ("any", "all"):
        return value if kind == "bool" else ir.node("ne", value, ir.cast(ir.integer(0), value.type.element))
    if op in ("sum", "prod"):
        return ir.cast(value, INT) if kind == "bool" or (kind == "int" and value.type.element != INT) else value
    if op in ("mean", "var", "std", "norm", "logsumexp"):
        return ir.cast(value, program_real()) if kind in ("bool", "int") else value
    return value


def has_names_only(size: Dim) -> bool:
    """Whether a size can be computed on entry: from dimensions, int inputs and counts of ranges over them."""
    return all(
        isinstance(a, str)
        or (isinstance(a, Node) and a.op == "maximum" and all(has_names_only(ir.size_of(n)) for n in a.args))
        for a in size.atoms()
    )


def _in_names(value: Node, negated: bool) -> str | None:
    """What a message says of a value that is known when compiling: a constant, or a formula of sizes; else None."""
    if value.op == "const":
        return str(value.value)
    size = ir.size_of(value) if value.type.kind == "int" and not value.type.rank else None
    if size is None or not all(isinstance(a, str) for a in size.atoms()):
        return None
    return f"({size})" if negated and " " in str(size) else str(size)


def constant_part(size: Dim) -> int:
    """The number that a size formula adds to its names."""
    return dict(size.terms).get((), 0)


def folded(value: Node) -> Node:
    """A comparison of two constants, as the constant that it is."""
    compare = {
        "ge": lambda x, y: x >= y,
        "ne": lambda x, y: x != y,
        "lt": lambda x, y: x < y,
        "le": lambda x, y: x <= y,
        "eq": lambda x, y: x == y,
        "gt": lambda x, y: x > y,
    }
    if value.op in compare and all(a.op == "const" and not a.type.rank for a in value.args):
        return ir.truth(compare[value.op](value.args[0].value, value.args[1].value))
    return value


def excerpt(span: Span, limit: int = 60) -> str:
    """A formula's text on one line, cut where it is long."""
    text = " ".join(span.text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def escaped(text: str) -> str:
    """Text that stands for itself in a format."""
    return text.replace("{", "{{").replace("}", "}}")


def shapes(trees: tuple[tree.Node, ...], values: tuple[Node, ...]) -> str:
    """`X is [m, n], w is [k]`; a scalar is called a scalar."""
    said = dict.fromkeys(
        f"{excerpt(t.span, 30)} is {shape_text(v.type.shape) if v.type.rank else 'a scalar'}"
        for t, v in zip(trees, values, strict=False)
    )
    return ", ".join(said)
