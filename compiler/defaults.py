"""The default of a param as text for the runtime: a number, or a small program over sizes and earlier params."""

from __future__ import annotations

from functools import reduce

from gdc.compiler import ir
from gdc.compiler.dims import Dim, FloorDiv
from gdc.compiler.ir import Declared, Node, Program, Region
from gdc.compiler.pipeline import lowered, run_passes
from gdc.compiler.record import Record
from gdc.compiler.types import INT, Type


def default_text(declared: Declared, program: Program) -> tuple[str | None, tuple[str, ...] | None]:
    """(text, what it reads): (None, None) where the caller must give the value, (number, None) of a constant."""
    value = declared.default
    if value is None:
        return None, None
    if value.op == "const" and not value.type.rank:
        return repr(value.value), None
    inputs = {n.get("name"): n for n in ir.walk((value,)) if n.op == "input"}
    sizes = {
        name: ir.make("input", (), {"name": name}, (Type(INT),)) for name in program.dimensions if name not in inputs
    }
    whole = ir.rewrite(Region((), (), (value,)), lambda n: _over_inputs(n, {**inputs, **sizes}))
    read = (*sizes, *inputs)
    small = Program(
        tuple({**inputs, **sizes}[name] for name in read),
        whole,
        ("value",),
        program.sites,
        program.origins,
        {},
        dimensions={},
        assigned=(None,),
    )
    from gdc.compiler.targets.numpy import emit

    record = Record()
    return emit(lowered(run_passes(small, "numpy", record), "numpy", record)).text, read


def _over_inputs(value: Node, inputs: dict[str, Node]) -> Node:
    """A size becomes arithmetic over the int inputs that its names are here."""
    if value.op != "size":
        return value
    return _formula(value.get("size"), inputs)


def _formula(size: Dim, inputs: dict[str, Node]) -> Node:
    terms = []
    for monomial, factor in size.terms:
        factors = [ir.integer(factor)] if factor != 1 or not monomial else []
        for atom in monomial:
            if isinstance(atom, FloorDiv):
                factors.append(ir.node("floordiv", _formula(atom.top, inputs), _formula(atom.bottom, inputs)))
            else:
                factors.append(inputs[atom] if isinstance(atom, str) else atom)
        terms.append(reduce(lambda a, b: ir.node("mul", a, b), factors))
    return reduce(lambda a, b: ir.node("add", a, b), terms) if terms else ir.integer(0)
