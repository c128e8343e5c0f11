"""Of what is used for a part, that part alone is computed, and the numbers stay."""

import numpy as np
import pytest
from build_ir import array, at, fold, index, mul, program, table
from passed import passed

from gdc.compiler import construct as c
from gdc.compiler.ir import integer, roots, walk
from gdc.compiler.passes import narrow

RNG = np.random.default_rng(1)
SIZES = {"m": 6, "n": 4}
X, A, B, w = array("X", "m", "n"), array("A", "n", "n"), array("B", "n", "n"), array("w", "n")


def narrowed(*results, **options):
    return passed(narrow, program(*results), SIZES, RNG, **options)


def ranks(after, op):
    return [n.type.rank for n in walk(roots(after.region)) if n.op == op]


def test_part_of_a_product():
    assert ranks(narrowed(at(c.matmul(X, A), integer(1)))[0], "matmul") == [1]
    assert ranks(narrowed(at(c.matmul(X, A), integer(1), integer(2)))[0], "matmul") == [0]


def test_part_of_a_transposed_product():
    assert ranks(narrowed(at(c.transpose(c.matmul(X, A)), integer(1)))[0], "matmul") == [1]


def test_part_of_a_formula():
    after, record = narrowed(at(c.apply("add", mul(c.number(2.0, X), X), w), integer(1)))
    assert ranks(after, "add") == [1] and ranks(after, "mul") == [1]
    assert [s.rule for s in record.steps] == ["part"]


def test_what_is_used_whole_is_kept():
    whole = c.matmul(X, A)
    value = at(whole, integer(1))
    assert narrowed(value, whole)[0].region.results == (value, whole)


def test_entries_of_every_round_are_taken_from_the_whole():
    """Every entry of a product, one by one, is dearer than the product; its diagonal is not."""
    i, j = index("i"), index("j")
    every = table(("m", "n"), (i, j), at(c.matmul(X, A), i, j))
    assert narrowed(every)[0].region.results == (every,)
    after, _ = narrowed(fold("sum", ("n",), (k := index("k"),), at(c.matmul(A, B), k, k)))
    assert ranks(after, "matmul") == [0]


@pytest.mark.parametrize(("axes", "rank"), [((0,), 1), ((1,), 1), ((0, 1), 0)])
def test_sums_of_a_product(axes, rank):
    after, _ = narrowed(c.reduce("sum", c.matmul(X, A), axes))
    assert ranks(after, "matmul") == [rank]


def test_strict_and_without():
    value = c.reduce("sum", c.matmul(X, A), (0,))
    assert narrowed(value, strict=True)[0].region.results == (value,)
    assert narrowed(value, without=frozenset({"sums"}))[0].region.results == (value,)
