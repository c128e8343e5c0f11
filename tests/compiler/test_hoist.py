"""What is the same in every round is put together, and Gram matrices appear only where they surely pay."""

import numpy as np
import pytest
from build_ir import array, index, mul, program, real
from interpret import run

from gdc.compiler import construct as c
from gdc.compiler.cost import needed_often
from gdc.compiler.dims import dim
from gdc.compiler.ir import Region, integer, make, param, project, roots, size_node, walk
from gdc.compiler.passes import hoist
from gdc.compiler.record import Record
from gdc.compiler.regions import dependents

RNG = np.random.default_rng(2)
SIZES = {"m": 6, "n": 3}


def looped(step, state, rounds):
    """project(loop) of `state := step(state)`."""
    i, carried = index("i"), param(state.type, "w")
    args = (integer(0), rounds, integer(1), state)
    return project(
        make("loop", args, {"kind": "count"}, (state.type,), (Region((i, carried), (), (step(carried),)),)), 0
    )


def hoisted(value, **options):
    before, record = program(value), Record(**options)
    after = hoist.run(before, record)
    values = {
        i.get("name"): 0.1 * RNG.normal(size=[SIZES.get(str(d)) or d.constant for d in i.type.shape])
        for i in before.inputs
    }
    np.testing.assert_allclose(run(after, SIZES, **values)["r0"], run(before, SIZES, **values)["r0"], rtol=1e-9)
    assert hoist.run(after, Record(**options)).region is after.region
    return after, record


def descent(m, n, rounds):
    X, y, b, w = array("X", m, n), array("y", m), array("b"), array("w", n)

    def step(w):
        error = c.apply("sub", c.apply("add", c.matmul(X, w), b), y)
        return c.apply("sub", w, mul(real(0.01), c.matmul(c.transpose(X), error)))

    return looped(step, w, rounds)


def rules(record):
    return [s.rule for s in record.steps]


def test_invariant_terms_meet():
    after, record = hoisted(descent("m", "n", size_node(dim("n"))))
    assert "group" in rules(record) and "invariant" in rules(record) and "gram" not in rules(record)
    assert any(n.op == "sub" and n.args[0].get("name") == "b" for n in walk(roots(after.region)))


def test_invariant_factors_meet():
    v, s, t = array("v", "n"), array("s"), array("t")
    after, record = hoisted(looped(lambda w: mul(mul(w, s), t), v, integer(3)))
    assert rules(record) == ["group", "invariant"]
    assert mul(s, t) in walk(roots(after.region))


def test_gram_pays_for_known_sizes():
    after, record = hoisted(descent(200, 10, integer(1000)))
    assert "gram" in rules(record)
    step = next(s for s in record.steps if s.rule == "gram")
    assert step.cost_after.constant < step.cost_before.constant / 10
    assert "gram" not in rules(hoisted(descent(20, 10, integer(2)))[1])


def test_strict_and_without():
    value = descent(20, 2, integer(100))
    assert set(rules(hoisted(value, strict=True)[1])) <= {"invariant"}
    assert "gram" not in rules(hoisted(value, without=frozenset({"gram"}))[1])


def read_by(readers, extra=None):
    """w and p after rounds in which `readers(X, v, e)` move w and a number p; e = X@w + p - y (plus `extra(w)`)."""
    X, y, v, w = array("X", 200, 10), array("y", 200), array("v", 200), array("w", 10)
    i, carried, p = index("i"), param(w.type, "w"), param(real(1.0).type, "p")
    error = c.apply("sub", c.apply("add", c.matmul(X, carried), p), y)
    if extra is not None:
        error = c.apply("add", error, extra(X, carried))
    by_row, number = readers(X, v, error)
    new_w = c.apply("sub", carried, mul(real(1e-3), by_row)) if by_row is not None else carried
    new_p = c.apply("sub", p, mul(real(1e-3), number)) if number is not None else p
    args = (integer(0), integer(1000), integer(1), w, array("b"))
    region = Region((i, carried, p), (), (new_w, new_p))
    loop = make("loop", args, {"kind": "count"}, (w.type, p.type), (region,))
    return c.apply("add", project(loop, 0), project(loop, 1))


LINEAR = {
    "product and sum": lambda X, v, e: (c.matmul(c.transpose(X), e), c.reduce("sum", e, (0,))),
    "product and mean": lambda X, v, e: (c.matmul(c.transpose(X), e), c.reduce("mean", e, (0,))),
    "from the left": lambda X, v, e: (c.matmul(e, X), c.matmul(e, v)),
    "a sum of two": lambda X, v, e: (
        c.matmul(c.transpose(X), e),
        c.apply("add", c.matmul(v, e), c.reduce("sum", e, (0,))),
    ),
}


@pytest.mark.parametrize("name", LINEAR)
def test_residual_with_linear_readers_is_not_formed(name):
    after, record = hoisted(read_by(LINEAR[name]))
    assert rules(record).count("gram") == (3 if name == "a sum of two" else 2)
    loop = next(n for n in walk(roots(after.region)) if n.op == "loop")
    moving = dependents(roots(loop.regions[0]), loop.regions[0].params)
    often = set(walk(roots(loop.regions[0]), below=needed_often))      # not where anchors are taken
    assert all(n.type.shape != (dim(200),) for n in moving & often if len(n.types) == 1)


LASTING = {
    "its square is read too": (lambda X, v, e: (c.matmul(c.transpose(X), e), c.matmul(e, e)), None),
    "no linear term alone": (
        lambda X, v, e: (c.matmul(c.transpose(X), e), None),
        lambda X, w: c.apply("exp", c.apply("neg", c.apply("abs", c.matmul(X, w)))),
    ),
    "read by entries": (lambda X, v, e: (c.matmul(c.transpose(X), c.apply("abs", e)), c.reduce("sum", e, (0,))), None),
}


@pytest.mark.parametrize("name", LASTING)
def test_other_residuals_are_formed(name):
    assert "gram" not in rules(hoisted(read_by(*LASTING[name]))[1])
