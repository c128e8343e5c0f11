"""Products cost what the best hand would pay, and still give the same numbers."""

import numpy as np
import pytest
from build_ir import array, mul, program, real
from interpret import run

from gdc.compiler import construct as c
from gdc.compiler.dims import dim
from gdc.compiler.ir import node, roots, walk
from gdc.compiler.passes import order
from gdc.compiler.record import Record

RNG = np.random.default_rng(1)
SIZES = {"m": 6, "n": 4, "k": 3}
X, w, y, b, a = array("X", "m", "n"), array("w", "n"), array("y", "m"), array("b"), array("a")
A, B, v = array("A", "n", "n"), array("B", "n", "k"), array("v", "k")


def ordered(*results, **options):
    before, record = program(*results), Record(**options)
    after = order.run(before, record)
    values = {i.get("name"): RNG.normal(size=[SIZES[str(d)] for d in i.type.shape]) for i in before.inputs}
    for name, found in run(after, SIZES, **values).items():
        np.testing.assert_allclose(found, run(before, SIZES, **values)[name], rtol=1e-10, atol=1e-10)
    assert order.run(after, Record(**options)).region is after.region
    return after, record


def ops(p):
    return walk(roots(p.region))


def products(p):
    return [n for n in ops(p) if n.op == "matmul"]


def literal():
    """w - a*(1/m)*X.T@(X@w + b - y), grouped as it is written."""
    scale = c.apply("mul", a, c.apply("div", real(1), c.count([dim("m")], a.type.element)))
    error = c.apply("sub", c.apply("add", c.matmul(X, w), b), y)
    return c.apply("sub", w, c.matmul(c.apply("mul", scale, c.transpose(X)), error))


def test_the_textbook_step_scales_no_matrix():
    after, record = ordered(literal())
    assert len(products(after)) == 2
    assert all(n.type.rank < 2 or n.op in ("input", "transpose") for n in ops(after))
    assert [s.rule for s in record.steps] == ["scalars"]


def test_gram_times_vector_is_two_products_with_vectors():
    after, record = ordered(c.matmul(c.matmul(c.transpose(X), X), w))
    assert all(n.type.rank == 1 for n in products(after))
    (step,) = record.steps
    assert str(step.cost_before) == "2*m*n*n + 2*n*n"
    assert str(step.cost_after) == "4*m*n"


def test_row_chains_and_turned_products():
    for value in (
        c.matmul(c.matmul(y, X), A),
        c.matmul(y, c.matmul(X, A)),
        c.matmul(c.transpose(c.matmul(X, A)), y),
        c.matmul(c.matmul(X, A), c.matmul(B, v)),
        c.matmul(c.matmul(c.matmul(X, A), w), y),
    ):
        after, _ = ordered(value)
        assert all(n.type.rank <= 1 for n in products(after))


def test_as_written_where_no_order_is_surely_cheaper():
    value = c.matmul(c.matmul(X, A), B)
    after, record = ordered(value)
    assert after.region.results == (value,) and not record.steps


def test_a_shared_product_is_kept():
    gram = c.matmul(c.transpose(X), X)
    after, _ = ordered(c.matmul(gram, w), gram)
    assert gram in ops(after)


@pytest.mark.parametrize(
    "scaled",
    [
        lambda x: c.apply("div", x, a),
        lambda x: c.apply("neg", x),
        lambda x: mul(a, x),
        lambda x: c.apply("neg", c.apply("div", mul(a, x), b)),
    ],
)
def test_scalars_leave_matrices(scaled):
    after, _ = ordered(c.matmul(scaled(X), w))
    assert all(n.type.rank < 2 or n.op == "input" for n in ops(after))


def test_scalars_leave_the_rows():
    """a*X.T@E, E [m, k]: not provably smaller, but X has many rows."""
    after, record = ordered(c.matmul(mul(a, c.transpose(X)), array("E", "m", "k")))
    assert [s.rule for s in record.steps] == ["scalars"]
    assert after.region.results[0].op == "mul"
    kept = c.matmul(X, mul(a, B))
    assert ordered(kept)[0].region.results == (kept,)


def test_inverse_times_something_is_a_solve():
    for value in (
        c.matmul(node("inv", A), w),
        c.matmul(node("inv", A), B),
        c.matmul(w, node("inv", A)),
        c.matmul(c.transpose(node("inv", A)), w),
        c.matmul(c.matmul(node("inv", A), B), v),
    ):
        after, record = ordered(value)
        assert "inv" not in [n.op for n in ops(after)] and "solve" in [s.rule for s in record.steps]


def test_strict_and_without():
    value = literal()
    assert ordered(value, strict=True)[0].region.results == (value,)
    assert ordered(value, without=frozenset({"scalars"}))[0].region.results == (value,)
    chain = c.matmul(c.matmul(c.transpose(X), X), w)
    assert ordered(chain, without=frozenset({"chain"}))[0].region.results == (chain,)


def test_a_long_chain_of_products():
    value = w
    for _ in range(5_000):
        value = c.matmul(A, value)
    assert len(products(order.run(program(value), Record()))) == 5_000
