"""Inputs, params and their contracts: types over named sizes, and how each size is found."""

from __future__ import annotations

from gdc.compiler import ir
from gdc.compiler.build.core import Builder, excerpt
from gdc.compiler.build.names import similar
from gdc.compiler.build.scan import assigned, inside
from gdc.compiler.build.scope import Binding
from gdc.compiler.dims import ONE, Dim, dim
from gdc.compiler.ir import Declared, Node
from gdc.compiler.types import INT, Type, element_named, program_real
from gdc.dsl import tree
from gdc.dsl.source import Span


def declare_all(b: Builder, script: tree.Script) -> None:
    """Brings every input, param and dimension into scope."""
    declarations = [s for s in script.statements if isinstance(s, (tree.Input, tree.Param))]
    for k, declaration in enumerate(declarations):
        if any(earlier.name == declaration.name for earlier in declarations[:k]):
            b.fail("name", f"{declaration.name} is declared twice", declaration.name_span)
        contract = declaration.type
        if contract is not None and not contract.dims and element_named(contract.element) == INT:
            b.inputs[declaration.name] = make_input(declaration.name, Type(INT), setting=True)
    for declaration in declarations:
        if declaration.type is not None:
            name_dimensions(b, declaration.type)
    for declaration in declarations:
        declare(b, declaration)


def make_input(name: str, t: Type, setting: bool = False) -> Node:
    """`setting`: a param or a dimension, whose width gives way (ir.py, weight)."""
    return ir.make("input", (), {"name": name, "setting": True} if setting else {"name": name}, (t,))


def name_dimensions(b: Builder, contract: tree.Type) -> None:
    """Every name in a contract's dimensions is a size."""
    for d in contract.dims:
        for node in dimension_names(d):
            if node.name != "_":
                b.scope.dimensions.setdefault(node.name, dim(node.name))
                b.sizes.add(node.name)


def dimension_names(node: tree.Expr) -> list[tree.Name]:
    return [n for n in inside(node) if isinstance(n, tree.Name)]


def declare(b: Builder, declaration: tree.Input | tree.Param) -> None:
    name, span = declaration.name, declaration.name_span
    default: Node | None = None
    if isinstance(declaration, tree.Param):
        default = b.expr(declaration.default)
    t = declared_type(b, declaration, default)
    if default is not None:
        default = ir.cast(default, t.element)
    is_param = isinstance(declaration, tree.Param)
    node = make_input(name, t, setting=not t.rank and (is_param or name in b.scope.dimensions))
    b.inputs[name] = node
    b.origins.names[node] = name
    source = declaration.source if isinstance(declaration, tree.Input) else None
    b.declared[name] = Declared(
        name,
        t,
        declaration.span if declaration.span.source is b.source else span,
        is_param,
        isinstance(declaration, tree.Input) and declaration.finite,
        source.path if source else None,
        source.members if source else (),
        default,
    )
    b.bind(name, node, span)


def declared_type(b: Builder, declaration: tree.Input | tree.Param, default: Node | None) -> Type:
    contract = declaration.type
    if contract is None:
        if default is not None:
            return default.type
        return type_of_values(b, declaration.name)
    element = element_named(contract.element)
    shape = tuple(contract_size(b, declaration.name, axis, d) for axis, d in enumerate(contract.dims))
    t = Type(element, shape)
    if default is not None and default.type.rank != t.rank:
        b.fail("shape", f"the default of {declaration.name} is {default.type}, its contract {t}", declaration.span)
    return t


def type_of_values(b: Builder, name: str) -> Type:
    """The type of an input without a contract: each of its axes has a size of its own."""
    t = b.types.get(name, Type(program_real()))
    shape = tuple(d if d == ONE else dim(f"size({name}, {axis})") for axis, d in enumerate(t.shape))
    b.sizes.update(a for d in shape for a in d.atoms())
    return Type(t.element, shape)


def contract_size(b: Builder, name: str, axis: int, node: tree.Expr) -> Dim:
    """One size of a contract: an int, a name, or a formula of names."""
    if isinstance(node, tree.Name) and node.name == "_":
        atom = f"size({name}, {axis})"
        b.sizes.add(atom)
        return dim(atom)
    if isinstance(node, tree.Name):
        return dim(node.name)
    if isinstance(node, tree.Number) and isinstance(node.value, int):
        return dim(node.value)
    if isinstance(node, tree.Chain) and set(node.ops) <= {"+", "-", "*", "//", "·"}:
        size = contract_size(b, name, axis, node.first)
        for op, right in zip(node.ops, node.rest, strict=True):
            other = contract_size(b, name, axis, right)
            size = {"+": size + other, "-": size - other, "*": size * other, "·": size * other, "//": size // other}[op]
        return size
    b.fail("syntax", f"{excerpt(node.span)}: a size is an int, a name, or a formula of names with + - * //", node.span)


def undeclared(b: Builder, names: list[str], script: tree.Script) -> None:
    """The inputs of a program without contracts: their types come from the values."""
    for name in names:
        t = type_of_values(b, name)
        node = make_input(name, t)
        b.inputs[name] = node
        b.origins.names[node] = name
        meant = similar(name, assigned(script.statements))
        b.declared[name] = Declared(
            name, t, first_place(name, script), hint=f"did you mean {meant}?" if meant else None
        )
        b.scope.names[name] = Binding(node)
        if name in b.scope.differentiated:
            b.assign(name, node, first_place(name, script))


def first_place(name: str, script: tree.Script) -> Span:
    """Where a name is read first."""
    return next((n.span for n in inside(script) if isinstance(n, tree.Name) and n.name == name), script.span)


def find_dimensions(b: Builder) -> dict[str, tuple[int, int, Dim]]:
    """For every size's name: an input, an axis, and the name's value as a formula of that axis' size."""
    found: dict[str, tuple[int, int, Dim]] = {}
    entries = [(k, axis, size) for k, d in enumerate(b.declared.values()) for axis, size in enumerate(d.type.shape)]
    ints = {name for name, d in b.declared.items() if not d.type.rank and d.type.kind == "int"}
    for k, axis, size in entries:
        if isinstance(size.atom, str) and size.atom not in ints:
            found.setdefault(size.atom, (k, axis, dim("size")))
    for _ in entries:
        for k, axis, size in entries:
            unknown = {a for a in size.atoms() if a not in found and a not in ints}
            if len(unknown) == 1:
                solved = solve_for(size, unknown.pop())
                if solved is not None:
                    found[solved[0]] = (k, axis, solved[1])
    missing = [name for name in b.scope.dimensions if name not in found and name not in ints]
    for name in missing:
        span = next(d.span for d in b.declared.values() if any(name in size.atoms() for size in d.type.shape))
        b.fail(
            "shape", f"no contract says what {name} is", span, f"declare an axis of size {name}, or input {name}: int"
        )
    return found


def solve_for(size: Dim, name: str) -> tuple[str, Dim] | None:
    """The name from a formula linear in it: `M + 1` gives `size - 1`."""
    terms = dict(size.terms)
    factor = terms.pop((name,), 0)
    if not factor or any(name in monomial for monomial in terms):
        return None
    return name, (dim("size") - Dim(terms)) // factor
