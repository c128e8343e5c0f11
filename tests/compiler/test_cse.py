"""Equal bodies are computed once."""

import numpy as np
from build_ir import array, at, fold, index, program, table
from interpret import run

from gdc.compiler import construct as c
from gdc.compiler.ir import Region, make, roots, truth, walk
from gdc.compiler.passes import cse
from gdc.compiler.record import Record
from gdc.compiler.types import INT, Type

X = array("X", "m", "n")


def row_sums(op="exp"):
    i, j = index("i"), index("j")
    return table(("m",), (i,), fold("sum", ("n",), (j,), c.apply(op, at(X, i, j))))


def merged(*results, effects=(), **options):
    record = Record(**options)
    return cse.run(program(*results, effects=effects), record), record


def count(p):
    return sum(bool(n.regions) for n in walk(roots(p.region)))


def test_equal_bodies_become_one():
    value = c.apply("add", row_sums(), row_sums())
    after, record = merged(value)
    assert count(after) == 2 and len(record.steps) == 1
    data = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(run(after, X=data)["r0"], run(program(value), X=data)["r0"])
    assert cse.run(after, Record()).region is after.region


def test_different_bodies_stay():
    assert count(merged(row_sums("exp"), row_sums("sin"))[0]) == 4
    i, j = index("i"), index("j")
    one = table(("m", "n"), (i, j), c.apply("sub", at(X, i, j), c.apply("mul", i, integer_two())))
    p, q = index("i"), index("j")
    two = table(("m", "n"), (p, q), c.apply("sub", at(X, p, q), c.apply("mul", q, integer_two())))
    assert count(merged(one, two)[0]) == 2


def integer_two():
    from gdc.compiler.ir import integer

    return integer(2)


def test_effects_are_never_merged():
    def stopping():
        i = index("i")
        stop = make("check", (truth(True),), {"kind": "index", "message": "", "site": 0}, (Type(INT),))
        return table(("m",), (i,), at(X, i, i), effects=(stop,))

    one, two = stopping(), stopping()
    assert count(merged(one, two, effects=(one, two))[0]) == 2


def test_without():
    assert count(merged(row_sums(), row_sums(), without=frozenset({"cse"}))[0]) == 4


def test_sides_of_selects():
    sides = lambda: (Region((), (), (row_sums(),)), Region((), (), (row_sums("sin"),)))
    two = [make("select", (truth(True),), {}, (row_sums().type,), sides()) for _ in range(2)]
    assert count(merged(*two)[0]) == 5
