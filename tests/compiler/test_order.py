"""Products cost what the best hand would pay, and still give the same numbers."""

import numpy as np
import pytest
from build_ir import array, index, mul, program, real, table
from passed import passed

import gdc
from gdc.compiler import construct as c
from gdc.compiler.dims import dim
from gdc.compiler.ir import Region, make, node, roots, walk
from gdc.compiler.passes import order
from gdc.compiler.record import Record

RNG = np.random.default_rng(1)
SIZES = {"m": 6, "n": 4, "k": 3}
X, w, y, b, a = array("X", "m", "n"), array("w", "n"), array("y", "m"), array("b"), array("a")
A, B, v = array("A", "n", "n"), array("B", "n", "k"), array("v", "k")


def ordered(*results, **options):
    return passed(order, program(*results), SIZES, RNG, **options)


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


@pytest.mark.parametrize(("formula", "scaled"), [
    ("2*X@C.T", "2.0 * {}"), ("(X/s)@C.T", "{} / s"), ("(-X)@C.T", "-{}"), ("C@(2*X.T)", "2.0 * {}"),
])
def test_scalars_go_to_the_smaller_factor(formula, scaled):
    text = f"input X: real[m, d]\ninput C: real[k, d]\ninput s: real\nr := {formula}"
    program, sizes = gdc.compile(text, without=("strips",)), {"m": 900, "k": 32, "d": 16}
    for source, factor in (
        (program.source("numpy", sizes=sizes), "C"),
        (program.source("numpy", sizes=sizes | {"k": 1000}), "X"),
        (gdc.compile(text, strict=True, without=("strips",)).source("numpy", sizes=sizes), "X"),
    ):
        line = next(part for part in source.splitlines() if part.strip().startswith("r = "))
        assert scaled.format(factor) in line
        assert scaled.format({"X": "C", "C": "X"}[factor]) not in line
    data = {"X": RNG.standard_normal((900, 16)), "C": RNG.standard_normal((32, 16)), "s": 0.7}
    wanted = program.run(data, backend="loops")["r"]
    np.testing.assert_allclose(program.run(data, backend="numpy")["r"], wanted, rtol=1e-12, atol=1e-12)


def test_inverse_times_something_is_a_solve():
    for value in (
        c.matmul(node("inv", A), w),
        c.matmul(node("inv", A), B),
        c.matmul(w, node("inv", A)),
        c.matmul(c.transpose(node("inv", A)), w),
        c.matmul(c.matmul(node("inv", A), B), v),
        c.matmul(X, node("inv", A)),
        c.matmul(c.matmul(X, node("inv", A)), w),
    ):
        after, record = ordered(value)
        assert "inv" not in [n.op for n in ops(after)] and "solve" in [s.rule for s in record.steps]


def test_an_inverse_in_two_products_is_two_solves():
    inverse = node("inv", A)
    after, _ = ordered(c.matmul(inverse, w), c.matmul(inverse, B))
    assert [n.op for n in ops(after) if n.op in ("inv", "solve")] == ["solve", "solve"]
    after, _ = ordered(c.matmul(inverse, w), inverse)
    assert "solve" not in [n.op for n in ops(after)]


def test_least_squares_solves_for_one_vector():
    gram = c.matmul(c.transpose(X), X)
    after, _ = ordered(c.matmul(c.matmul(node("inv", gram), c.transpose(X)), y))
    assert [n.type.rank for n in ops(after) if n.op == "solve"] == [1]


def outer(left, right):
    return mul(node("index", left, subscripts=("all", "new")), node("index", right, subscripts=("new", "all")))


def test_an_outer_product_is_its_vectors():
    for value in (
        c.matmul(outer(y, w), w),
        c.matmul(y, outer(y, w)),
        c.matmul(c.transpose(outer(y, w)), y),
        c.matmul(c.matmul(X, outer(w, v)), v),
        c.matmul(mul(a, outer(y, w)), w),
    ):
        after, _ = ordered(value)
        assert all(n.type.rank < 2 or n.op == "input" for n in ops(after))


def diagonal(entry):
    i, j = index("i"), index("j")
    sides = (Region((), (), (entry(i),)), Region((), (), (real(0),)))
    return table(("n", "n"), (i, j), make("select", (c.apply("eq", i, j),), {}, (a.type,), sides))


def test_a_diagonal_scales():
    for entry in (lambda i: node("index", w, i, subscripts=("at",)), lambda i: real(3)):
        d = diagonal(entry)
        for value in (c.matmul(d, A), c.matmul(X, d), c.matmul(w, mul(a, d)), c.matmul(c.transpose(d), B)):
            after, record = ordered(value)
            assert not products(after) and record.steps[0].rule == "diagonal"


def test_a_sum_is_not_formed_for_one_vector():
    gram, one = c.matmul(c.transpose(X), X), diagonal(lambda i: real(1))
    for value in (
        c.matmul(c.apply("sub", A, gram), w),
        c.matmul(c.apply("sub", one, c.apply("div", mul(real(2), outer(w, w)), c.matmul(w, w))), w),
        c.matmul(c.matmul(w, c.apply("add", A, gram)), w),
        c.matmul(c.transpose(c.apply("add", c.matmul(A, A), A)), w),
    ):
        after, record = ordered(value)
        assert all(n.type.rank < 2 for n in products(after)) and "distribute" in [s.rule for s in record.steps]


def test_a_sum_that_is_needed_is_formed():
    total = c.apply("add", A, c.matmul(c.transpose(X), X))
    after, record = ordered(c.matmul(total, w), total)
    assert total in ops(after) and not record.steps
    plain = c.matmul(c.apply("add", A, array("C", "n", "n")), w)
    assert ordered(plain)[0].region.results == (plain,)


def test_a_common_factor_is_multiplied_once():
    C = array("C", "n", "n")
    for value in (
        c.apply("add", c.matmul(A, B), c.matmul(A, array("E", "n", "k"))),
        c.apply("sub", c.matmul(A, B), c.matmul(C, B)),
        c.apply("add", c.matmul(X, w), c.matmul(X, array("u", "n"))),
    ):
        after, record = ordered(value)
        assert len(products(after)) == 1 and [s.rule for s in record.steps] == ["common"]
    apart = c.apply("add", c.matmul(A, w), c.matmul(C, w))
    assert ordered(apart)[0].region.results == (apart,)  # forming A + C reads and writes more than it saves


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


def updated(*terms):
    """A + outer(w, w) + …"""
    total = A
    for term in terms or (outer(w, w),):
        total = c.apply("add", total, term)
    return total


def test_a_sum_that_several_products_by_vectors_need_is_not_formed():
    S = updated(outer(w, w), mul(a, outer(w, array("q", "n"))))
    for value in (c.matmul(S, w), c.matmul(mul(a, c.transpose(S)), w)):
        other = c.matmul(mul(b, c.transpose(S)), array("q", "n"))
        after, record = ordered(value, other)
        assert not [n for n in ops(after) if n.op in ("add", "mul") and n.type.rank == 2]
        assert [s.rule for s in record.steps].count("distribute") == 2


def test_a_sum_is_formed_where_it_is_small_or_needed():
    """Many products by a small matrix, or one by a matrix, or the sum itself: it is formed once."""
    S = updated()
    two = [c.matmul(S, w), c.matmul(c.transpose(S), w)]
    for sizes, formed in (({"n": 1000}, False), ({"n": 2}, True)):
        after = order.run(program(*two), Record(sizes={**SIZES, **sizes}))
        assert any(n.op == "add" and n.type.rank == 2 for n in ops(after)) == formed
    for results in ([c.matmul(S, w), c.matmul(S, B)], [*two, S], [*two, c.apply("exp", S)]):
        after, _ = ordered(*results)
        assert any(n.op == "add" and n.type.rank == 2 for n in ops(after))
