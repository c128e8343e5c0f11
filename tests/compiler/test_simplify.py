"""Every rule fires on its sample, lowers the measure, is idempotent and keeps the answer."""

import numpy as np
import pytest
from build_ir import array, mul, program, real
from interpret import run

from gdc.compiler import construct as c
from gdc.compiler.ir import const, integer, node, roots, walk
from gdc.compiler.passes import simplify
from gdc.compiler.record import Record
from gdc.compiler.rules import measure
from gdc.compiler.types import INT, REAL

VALUES = {"x": np.array([0.5, -1.5, 2.0]), "A": np.arange(9.0).reshape(3, 3)}
X = array("x", "n")


def simplified(*results, effects=(), **options):
    before, record = program(*results, effects=effects), Record(**options)
    after = simplify.run(before, record)
    assert simplify.run(after, Record(**options)).region is after.region
    return after, record


@pytest.mark.parametrize("rule", simplify.RULES, ids=lambda rule: rule.name)
def test_rule(rule):
    sample = rule.sample()
    effects = (sample,) if sample.regions and any(r.effects for r in sample.regions) else ()
    new = rule.rewrite(sample)
    assert new is not None and new is not sample
    assert measure(new) < measure(sample) or rule.name == "never_reached"
    after, record = simplified(sample, effects=effects)
    assert rule.name in [s.rule for s in record.steps]
    assert rule.name not in [
        s.rule for s in simplified(sample, effects=effects, without=frozenset({rule.name}))[1].steps
    ]
    if not effects and not any(n.op == "param" for n in walk(roots(after.region))):
        np.testing.assert_array_equal(
            run(program(sample), {"n": 3}, **VALUES)["r0"], run(after, {"n": 3}, **VALUES)["r0"]
        )


def result(value, **options):
    return simplified(value, **options)[0].region.results[0]


def test_what_must_stay():
    for value in (
        mul(X, real(0)),
        c.apply("sub", X, X),
        c.apply("floordiv", integer(1), integer(0)),
        c.apply("div", X, X),
        c.apply("pow", integer(2), integer(-1)),
    ):
        assert result(value) is value


def test_signs_meet():
    minus = c.apply("neg", X)
    other = c.apply("exp", X)
    assert result(mul(minus, c.apply("neg", other))) is mul(X, other)
    assert result(c.apply("sub", other, mul(minus, other))) is c.apply("add", other, mul(X, other))
    assert result(c.apply("neg", mul(array("s"), X))) is mul(c.apply("neg", array("s")), X)


def test_numpy_is_the_meaning():
    assert result(c.apply("exp", real(1000))).value == float("inf")
    assert np.isnan(result(c.apply("log", real(-1))).value)
    assert result(mul(const(2**62, INT), integer(4))).value == 0
    assert result(c.apply("floordiv", integer(-7), integer(2))).value == -4


def test_strict_keeps_the_sign_of_zero():
    value = c.apply("add", X, real(0))
    assert result(value, strict=True) is value
    assert result(value) is X


def test_a_long_chain():
    value = X
    for _ in range(20_000):
        value = c.apply("add", value, mul(const(1.0, REAL), X))
    after, _ = simplified(value)
    assert len(walk(roots(after.region))) == 20_001


def test_views():
    square = array("A", "n", "n")
    assert result(c.transpose(c.transpose(square))) is square
    assert result(node("index", c.transpose(square), subscripts=("all", "all"))) is c.transpose(square)
