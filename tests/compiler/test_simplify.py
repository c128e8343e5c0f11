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


EQUALS = {
    "sum": ("s := 0.0; repeat k { s += c*0.5 }", 0),
    "sum of ints": ("s := 7; repeat k { s += 3 }", 0),
    "sum of an array": ("s := zeros(n); repeat k { s += x }", 0),
    "sum inside": ("s := 0.0; for i in 0..n { repeat k { s += x[i] } }", 0),
    "sum over one of two": ("s := sum(x[i] for i in 0..n, j in 0..k)", 0),
    "sum over a ragged range": ("s := sum(x[i] for i in 0..n, j in 0..i)", 1),
    "prod": ("p := 1.0; repeat k { p *= c }", 0),
    "prod of ints": ("p := 1; repeat n*30 { p *= 3 }", 0),
    "mean": ("s := mean(c for i in 0..k)", 0),
    "any, all": ("s := any(c > 0 for i in 0..k); t := all(c > 0 for i in 0..k)", 0),
    "extremes": ("s := max(c for i in 0..k + 1); t := 5.0; repeat k { t := min(t, c) }", 0),
    "fills": ("s := sum(ones(n, k), axis=0); t := sum(full(c, n, k)); u := mean(full(c, n)); v := prod(full(c, k))", 1),
}


@pytest.mark.parametrize("name", EQUALS)
@pytest.mark.parametrize("c", [2.0, -0.5, float("inf"), float("nan")])
@pytest.mark.parametrize("k", [0, 1, 5])
def test_equals_are_counted(name, c, k):
    import gdc

    text, folds = EQUALS[name]
    text = f"input x: real[n]; input c: real; input k: int\n{text}"
    values = {"x": np.array([0.5, -1.5, 2.0]), "c": c, "k": k}
    wanted = gdc.compile(text).run(values, "loops")
    for target in ("numpy", "parallel") if name in ("sum", "any, all", "prod of ints") else ("numpy",):
        found = gdc.compile(text).run(values, target)
        for key in wanted:
            np.testing.assert_allclose(found[key], wanted[key], rtol=1e-12, err_msg=target)
    source = gdc.compile(text).source("numpy")
    code = [line for line in source.split("def program")[1].splitlines() if not line.strip().startswith("#")]
    assert folds or not any(word in line for line in code for word in ("np.full", "np.ones", "for "))


def test_two_billion_equal_rounds_cost_nothing():
    import gdc

    text = "s := 0.0\nrepeat 2000000000 { s += 1.0 }"
    assert gdc.compile(text).run({}, "numpy").s == 2e9
    assert gdc.compile(text).run({}, "parallel").s == 2e9


def test_strict_sums_equals_one_by_one():
    from gdc.compiler.driver import Options, compile_plan
    from gdc.dsl.source import Source

    source = Source("input k: int\ns := 0.0\nrepeat k { s += 0.1 }\nm := max(k for i in 0..k)", "t")
    strict = compile_plan(source, "numpy", options=Options(strict=True)).text
    assert "np.sum(np.full(" in strict and "np.max(" not in strict
    assert "np.sum" not in compile_plan(source, "numpy").text
