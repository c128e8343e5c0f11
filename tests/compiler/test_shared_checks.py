"""Nests with checks inside are shared among the cores; the first failure of all is told, as `loops` tells it."""

import numpy as np
import pytest

import gdc

SPARSE = """
input value: real[entries]
input column: int[entries]
input start: int[rows + 1]
input x: real[n]
y := [sum(value[k]*x[column[k]] for k in start[i]..start[i + 1]) for i in 0..rows]
"""
ROWS = 20_000


def sparse(each=7):
    rng = np.random.default_rng(2)
    start = np.arange(ROWS + 1)*each
    column = rng.integers(0, 100, ROWS*each)
    return {"value": rng.standard_normal(ROWS*each), "column": column, "start": start, "x": rng.standard_normal(100)}


def test_it_is_shared():
    assert "@shared(" in gdc.compile(SPARSE).source("parallel")


def test_the_values_are_those_of_loops_on_any_number_of_threads():
    data, program = sparse(), gdc.compile(SPARSE)
    wanted = np.add.reduceat(data["value"]*data["x"][data["column"]], data["start"][:-1])
    one = program.run(data, backend="parallel", threads=1)["y"]
    two = program.run(data, backend="parallel", threads=2)["y"]
    np.testing.assert_array_equal(one, two)
    np.testing.assert_allclose(one, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("bad", [
    [(0, 100)], [(139_999, -1)], [(90_000, 7_000), (90_001, -3), (13, 101)], [(70_000, -2), (139_000, 104)],
])
def test_the_first_failure_is_told(bad):
    data = sparse()
    for place, value in bad:
        data["column"][place] = value
    first = str(data["column"][min(place for place, _ in bad)])
    for threads in (1, 2):
        with pytest.raises(gdc.Error, match=f"index {first} ") as error:
            gdc.compile(SPARSE).run(data, backend="parallel", threads=threads)
    with pytest.raises(gdc.Error) as judge:
        gdc.compile(SPARSE).run(data, backend="loops")
    assert str(error.value) == str(judge.value)


def test_a_run_that_failed_leaves_nothing_behind():
    program, good = gdc.compile(SPARSE), sparse()
    wanted = program.run(good, backend="parallel")["y"]
    bad = {**good, "column": np.where(np.arange(ROWS*7) == 777, 100, good["column"])}
    with pytest.raises(gdc.Error, match="index 100 "):
        program.run(bad, backend="parallel")
    np.testing.assert_array_equal(program.run(good, backend="parallel")["y"], wanted)


@pytest.mark.parametrize(("text", "bad"), [
    # sums that all rows add to, a check in an inner `while`, a real value in the message, several nests
    ("s := sum(x[p[i, j]] for i, j)", 3),
    ("h := zeros(size(x, 0))\nfor i in 0..size(p, 0) { for j in 0..size(p, 1) { h[p[i, j]] += x[j]*x[j] } }", 9_000),
    ("r := [cast(sum(y[i, j] for j), int) for i]", None),
    ("a := [sum(x[p[i, j]] for j) for i]\nb := [a[q[i]] for i]", 123),
])
def test_all_targets_agree(text, bad):
    rng = np.random.default_rng(4)
    head = "input x: real[n]\ninput p: int[m, k]\ninput q: int[m]\ninput y: real[m, k]\n"
    m = 10_000
    data = {"x": rng.standard_normal(50), "p": rng.integers(0, 50, (m, 40)), "q": rng.integers(0, m, m),
            "y": rng.standard_normal((m, 40))}
    program = gdc.compile(head + text)
    wanted, found = (program.run(data, backend=b) for b in ("loops", "parallel"))
    for name in wanted:
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-9, atol=1e-9)
    if bad is None:
        data["y"][[8_000, 9_999], 5] = np.inf, np.nan
    else:
        data["p"][bad, 30:] = 50
    told = []
    for backend in ("loops", "parallel"):
        with pytest.raises(gdc.Error) as error:
            program.run(data, backend=backend)
        told.append(str(error.value))
    assert told[0] == told[1]


def test_a_nest_of_few_blocks_leaves_the_number_of_threads_as_it_was():
    import numba

    text = "input x: real[n]\ninput k: int[m]\ns := sum(x*x)\ny := [x[k[i]]*s for i in 0..size(k, 0)]"
    program, k = gdc.compile(text), np.zeros(60_000, int)
    assert program.source("parallel").count("@shared(") > 1
    before = numba.get_num_threads()
    for n in (3, 70_000):
        program.run({"x": np.ones(n), "k": k}, backend="parallel")
        assert numba.get_num_threads() == before
    with pytest.raises(gdc.Error, match="index 70000 "):
        program.run({"x": np.ones(70_000), "k": k + 70_000}, backend="parallel")
    assert numba.get_num_threads() == before
