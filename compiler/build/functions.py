"""Functions of the script and of the prelude: each call is built anew for its arguments' types."""

from __future__ import annotations

from gdc.compiler import ir
from gdc.compiler.build.core import Builder, excerpt, shapes
from gdc.compiler.build.declare import contract_size, solve_for
from gdc.compiler.build.scan import differentiated, inside
from gdc.compiler.build.scope import Function, Scope
from gdc.compiler.dims import Dim, surely_differ
from gdc.compiler.ir import Node
from gdc.compiler.types import element_named, promote
from gdc.dsl import tree


def find(b: Builder, name: str) -> Function | None:
    """This file's own function of this name, or one of a file that it uses (`st.f`), else the prelude's."""
    if name in b.space:
        return b.space[name]
    return None if name.startswith("_") else b.prelude.get(name)


def call_defined(b: Builder, node: tree.Call, function: Function) -> tuple[Node, ...]:
    """The results of a call, with positional, named and default arguments."""
    definition = function.definition
    names = [p.name for p in definition.parameters]
    if node.ranges:
        b.fail("type", f"{node.function}(… for …) is not a reduction", node.span)
    if len(node.args) > len(names):
        b.fail(
            "type",
            f"{definition.name} takes {len(names)} argument{'s' * (len(names) != 1)} ({', '.join(names)}), "
            f"not {len(node.args)}",
            node.span,
        )
    given: dict[str, tuple[Node, tree.Expr]] = {name: (b.expr(t), t) for name, t in zip(names, node.args, strict=False)}
    for named in node.named:
        if named.name not in names:
            b.fail("type", f"{definition.name} has no parameter {named.name}; it has {', '.join(names)}", named.span)
        if named.name in given:
            b.fail("type", f"{definition.name} is given {named.name} twice", named.span)
        given[named.name] = (b.expr(named.value), named.value)
    missing = [p.name for p in definition.parameters if p.name not in given and p.default is None]
    if missing:
        count = len(node.args) + len(node.named)
        b.fail(
            "type",
            f"{definition.name} takes {len(names)} arguments ({', '.join(names)}), and {count} "
            f"{'is' if count == 1 else 'are'} given: {', '.join(missing)} is missing",
            node.span,
        )
    return inlined(b, node, function, given)


def call_values(b: Builder, node: tree.Call, function: Function, args: tuple[Node, ...]) -> tuple[Node, ...]:
    """A call of a prelude function on values that are built already."""
    parameters = function.definition.parameters
    return inlined(b, node, function, {p.name: (a, node) for p, a in zip(parameters, args, strict=True)})


def inlined(
    b: Builder, node: tree.Call, function: Function, given: dict[str, tuple[Node, tree.Expr]]
) -> tuple[Node, ...]:
    definition = function.definition
    if any(f is function for f, _ in b.calls):
        chain = " → ".join([*(f.definition.name for f, _ in b.calls), definition.name])
        b.fail(
            "type", f"{definition.name} calls itself ({chain}); functions may not recurse", node.span, "write a loop"
        )
    if len(b.calls) >= 100:
        b.fail("limit", "functions call each other over 100 deep", node.span)
    outer, outer_mask, outer_selected = b.scope, b.mask, b.selected
    scope = Scope(
        dimensions=dict(b.program_dimensions) if function.space is b.functions else {},
        function=definition.name,
        differentiated=differentiated((*definition.body, *definition.results)),
    )
    for name in contract_names(definition):
        scope.dimensions.pop(name, None)
    b.calls.append((function, node.span))
    b.mask = b.selected = None
    try:
        b.scope = scope
        name_sizes(b, definition, given)
        for parameter in definition.parameters:
            if parameter.name in given:
                value, given_tree = given[parameter.name]
            else:
                assert parameter.default is not None
                value, given_tree = b.expr(parameter.default), parameter.default
            if parameter.type is not None:
                value = contracted(b, parameter, value, given_tree, node)
            scope.dimensions.pop(parameter.name, None)
            b.assign(parameter.name, value, parameter.span)
        b.block(definition.body)
        return tuple(b.expr(r) for r in definition.results)
    finally:
        b.calls.pop()
        b.scope, b.mask, b.selected = outer, outer_mask, outer_selected


def contract_names(definition: tree.Def) -> set[str]:
    """The sizes that a function's contracts name: local to each call."""
    return {
        n.name
        for p in definition.parameters
        if p.type is not None
        for d in p.type.dims
        for n in inside(d)
        if isinstance(n, tree.Name)
    }


def name_sizes(b: Builder, definition: tree.Def, given: dict[str, tuple[Node, tree.Expr]]) -> None:
    """The sizes that contracts name: those that stand bare, then those that a formula linear in one of them gives."""
    parameters = {p.name for p in definition.parameters}
    pairs = [
        (wanted, have)
        for p in definition.parameters
        if p.type is not None and p.name in given and given[p.name][0].type.rank == len(p.type.dims)
        for wanted, have in zip(p.type.dims, given[p.name][0].type.shape, strict=True)
    ]
    sizes = b.scope.dimensions
    for wanted, have in pairs:
        if isinstance(wanted, tree.Name) and wanted.name not in parameters | {"_"}:
            sizes.setdefault(wanted.name, have)
    for wanted, have in pairs:
        unknown = {n.name for n in inside(wanted) if isinstance(n, tree.Name)} - sizes.keys() - parameters - {"_"}
        if len(unknown) == 1:
            formula = contract_size(b, "", 0, wanted).substitute(lambda a: sizes.get(a))
            solved = solve_for(formula, unknown.pop())
            if solved is not None:
                name, inverse = solved
                sizes[name] = inverse.substitute(lambda a, have=have: have if a == "size" else None)  # type: ignore[misc]


def contracted(b: Builder, parameter: tree.Parameter, value: Node, given: tree.Expr, node: tree.Call) -> Node:
    """An argument held against the parameter's contract, whose names are local to the call."""
    contract = parameter.type
    assert contract is not None
    element = element_named(contract.element)
    where = f"{excerpt(node.span)}: {parameter.name} must be {excerpt(contract.span)}"
    if value.type.rank != len(contract.dims):
        b.fail("shape", f"{where}, and {shapes((given,), (value,))}", node.span)
    if promote(value.type.element, element).kind != element.kind:
        b.fail("type", f"{where}, and {excerpt(given.span, 30)} is {value.type}", node.span)
    for wanted, have in zip(contract.dims, value.type.shape, strict=True):
        if isinstance(wanted, tree.Name):
            if wanted.name == "_":
                continue
            if wanted.name not in b.scope.dimensions and wanted.name not in b.scope.names:
                b.scope.dimensions[wanted.name] = have
                continue
            known = b.scope.dimensions.get(wanted.name)
            size = known if known is not None else ir.size_of(b.read(wanted.name, wanted.span))
        else:
            size = ir.size_of(b.expr(wanted))
        if size != have:
            meet_contract(b, size, have, where, given, value, node)
    return ir.cast(value, element)


def meet_contract(b: Builder, size: Dim, have: Dim, where: str, given: tree.Expr, value: Node, node: tree.Call) -> None:
    if surely_differ(size, have):
        b.fail("shape", f"{where}, and {shapes((given,), (value,))}: {size} and {have} differ", node.span)
    b.meeter(node.span, lambda: f"{where}, and {shapes((given,), (value,))}")(size, have)
