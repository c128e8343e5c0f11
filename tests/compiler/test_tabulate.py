"""A function of single entries of a table is tabulated, where it is read more often than there are entries."""

import numpy as np
import pytest
from build_ir import array, at, fold, index, program, real, table
from passed import passed

import gdc
from gdc.compiler import construct as c
from gdc.compiler.ir import roots, walk
from gdc.compiler.passes import tabulate

RNG = np.random.default_rng(1)
SIZES = {"n": 5, "k": 3}
x, y, P = array("x", "n"), array("y", "n"), array("P", "n", "k")


def tabulated(*results, **options):
    return passed(tabulate, program(*results), SIZES, RNG, **options)


def distances():
    i, j = index("i"), index("j")
    return table(("n", "n"), (i, j), c.apply("sub", at(x, i), at(y, j)))


def weighted(read, inner=("n",)):
    """sum(P[j, c]*f(T[i, j]) for j) for i, c"""
    i, k, j = index("i"), index("c"), index("j")
    total = fold("sum", inner, (j,), c.apply("mul", at(P, j, k), read(i, j)))
    return table(("n", "k"), (i, k), total)


def test_a_function_of_the_entries_moves_into_the_table():
    T = distances()
    after, record = tabulated(weighted(lambda i, j: c.apply("exp", at(T, i, j))))
    found = [n for n in walk(roots(after.region)) if n.op == "exp"]
    assert [s.rule for s in record.steps] == ["tabulate"] and len(found) == 1
    assert any(found[0] in r.results for n in walk(roots(after.region)) for r in n.regions)


def test_one_function_of_another_moves_too():
    T = distances()
    after, record = tabulated(weighted(lambda i, j: c.apply("exp", c.apply("mul", real(-2), at(T, i, j)))))
    assert [s.rule for s in record.steps] == ["tabulate"] * 2
    tables = [n for n in walk(roots(after.region)) if n.op == "table"]
    assert len(tables) == 2 and tables[0].regions[0].results[0].op == "exp"


@pytest.mark.parametrize("kept", [
    lambda T: [weighted(lambda i, j: c.apply("exp", at(T, i, j))), T],                          # read whole too
    lambda T: [weighted(lambda i, j: c.apply("mul", c.apply("exp", at(T, i, j)), at(T, i, j)))],    # and as it is
    lambda T: [weighted(lambda i, j: c.apply("mul", c.apply("exp", at(T, i, j)), c.apply("sqrt", at(T, i, j))))],
    lambda T: [weighted(lambda i, j: c.apply("mul", at(x, j), at(T, i, j)))],                   # of something else
    lambda T: [c.apply("exp", T)],
])
def test_what_else_is_read_stays(kept):
    results = kept(distances())
    assert tabulated(*results)[0].region.results == tuple(results)


def test_what_is_read_once_stays():
    T, i, j = distances(), index("i"), index("j")
    once = table(("n",), (i,), fold("sum", ("n",), (j,), c.apply("exp", at(T, i, j))))
    assert tabulated(once)[0].region.results == (once,)


def test_it_can_be_left_out():
    T = distances()
    whole = weighted(lambda i, j: c.apply("exp", at(T, i, j)))
    assert tabulated(whole, without=frozenset({"tabulate"}))[0].region.results == (whole,)


BODIES = """
input p: real[n, 3]
input mass: real[n]
r2 := [sum((p[j, c] - p[i, c])^2 for c) + 0.01 for i, j]
a := [sum(mass[j]*(p[j, c] - p[i, c])*r2[i, j]^-1.5 for j) for i, c]
output a
"""


@pytest.mark.parametrize("n", [0, 1, 7, 300])
@pytest.mark.parametrize("precision", ["f64", "f32"])
def test_a_power_of_distances(n, precision):
    program, rng = gdc.compile(BODIES, precision=precision), np.random.default_rng(n)
    kind = np.float64 if precision == "f64" else np.float32
    p, mass = rng.standard_normal((n, 3)).astype(kind), rng.uniform(1, 2, n).astype(kind)
    used = program.source("parallel").split("def native")[1].count("power_minus_3_halves(")
    assert used == 2        # once in the text for many, and once in that for few
    d = p[None].astype(float) - p[:, None]
    want = (mass[None, :, None]*d*((d**2).sum(2) + 0.01)[:, :, None]**-1.5).sum(1)
    for given in (p, np.asfortranarray(p), np.repeat(p, 2, axis=0)[::2]):
        a = program.run({"p": given, "mass": mass}, backend="parallel")["a"]
        np.testing.assert_allclose(a, want, rtol=1e-9, atol=1e-9 if precision == "f64" else 2e-2)


def test_machine_code_knows_how_far_rows_of_a_known_size_lie_apart():
    """Without, it takes the distance for a number that it is not told, and reads row by row."""
    text = gdc.compile(BODIES).source("parallel")
    loop = text.split("@shared(")[1]
    assert "p_sized = sized(p, 1, 3)" in text and "= sized(p_sized, 1, 3)" in loop
    assert "sized" not in gdc.compile("input X: real[n, k]\ny := [sum(X[i, :]) for i]").source("parallel")
