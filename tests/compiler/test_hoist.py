"""What is the same in every round is put together, and Gram matrices appear only where they surely pay."""

import numpy as np
from build_ir import array, index, mul, program, real
from interpret import run

from gdc.compiler import construct as c
from gdc.compiler.dims import dim
from gdc.compiler.ir import Region, integer, make, param, project, roots, size_node, walk
from gdc.compiler.passes import hoist
from gdc.compiler.record import Record

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
