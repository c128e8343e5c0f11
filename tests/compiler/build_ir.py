"""Small programs built by hand, for the tests of passes."""

from gdc.compiler import construct as c
from gdc.compiler.dims import dim
from gdc.compiler.ir import Origins, Program, Region, const, make, param
from gdc.compiler.types import INT, REAL, Type


def array(name, *sizes, element=REAL):
    return make("input", (), {"name": name}, (Type(element, tuple(dim(s) for s in sizes)),))


def real(number):
    return const(float(number), REAL)


def program(*results, effects=()):
    """A program of these results; its inputs and dimensions are those that the results read."""
    from gdc.compiler.ir import walk

    inputs = tuple(sorted({n for n in walk([*effects, *results]) if n.op == "input"}, key=lambda n: n.get("name")))
    dimensions = {}
    for which, node in enumerate(inputs):
        for axis, size in enumerate(node.type.shape):
            if isinstance(size.atom, str):
                dimensions.setdefault(size.atom, (which, axis, dim("size")))
    return Program(
        inputs,
        Region((), tuple(effects), results),
        tuple(f"r{k}" for k in range(len(results))),
        (),
        Origins(),
        {},
        dimensions=dimensions,
    )


def index(name):
    return param(Type(INT), name)


def ranges(*counts):
    from gdc.compiler.ir import integer, size_node

    return tuple(n for count in counts for n in (integer(0), size_node(dim(count)), integer(1)))


def table(counts, params, body, effects=()):
    shape = tuple(dim(k) for k in counts)
    return make(
        "table",
        ranges(*counts),
        {"names": tuple(p.name for p in params)},
        (Type(body.type.element, shape + body.type.shape),),
        (Region(params, effects, (body,)),),
    )


def fold(monoid, counts, params, body, effects=()):
    return make(
        "fold",
        ranges(*counts),
        {"monoid": monoid, "names": tuple(p.name for p in params)},
        (body.type,),
        (Region(params, effects, (body,)),),
    )


def at(base, *places):
    from gdc.compiler.ir import node

    return node("index", base, *places, subscripts=("at",) * len(places) + ("all",) * (base.type.rank - len(places)))


def fresh_variable(value, name):
    from gdc.compiler import ir

    return make("variable", (value,), {"serial": next(ir._uids), "name": name}, (value.type,))


def grad(J, w):
    return make("grad", (J, w), {}, (w.type,))


def mul(*factors):
    result = factors[0]
    for factor in factors[1:]:
        result = c.apply("mul", result, factor)
    return result
