"""The pass `lanes`: short sums over columns grow side by side, with the values that `loops` gives."""

import re

import numpy as np
import pytest

import gdc

HEAD = "input P: real[m, d]\ninput C: real[k, d]\n"
NEAREST = HEAD + "r := argmin([sum((P[i, a] - C[c, a])^2 for a) for i, c], axis=1)"
SQUARES = HEAD + "r := [sum((P[i, a] - C[c, a])^2 for a) for i, c]"
RNG = np.random.default_rng(6)


def points(m, k, d, kind=float):
    return {"P": RNG.standard_normal((m, d)).astype(kind), "C": RNG.standard_normal((k, d)).astype(kind)}


def turned(text, sizes=None, **options):
    return "C_turned" in gdc.compile(text, **options).source("parallel", sizes=sizes)


def held(program, data, tolerance=1e-13):
    wanted = program.run(data, backend="loops")["r"]
    found = program.run(data, backend="parallel")["r"]
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)
    return found


@pytest.mark.parametrize(("m", "k", "d"), [
    (0, 9, 3), (1, 8, 1), (7, 33, 4), (5, 9, 0), (3, 8, 192), (3, 7, 5), (3, 1, 5), (4, 9, 193), (900, 40, 6),
])
def test_sums_of_all_sizes(m, k, d):
    held(gdc.compile(SQUARES), points(m, k, d))


def test_sizes_choose():
    sizes = {"m": 1000, "k": 32, "d": 16}
    assert turned(NEAREST)
    assert turned(NEAREST, sizes)
    assert not turned(NEAREST, sizes | {"k": 7})
    assert not turned(NEAREST, sizes | {"k": 5000})
    assert not turned(NEAREST, sizes | {"d": 193})
    assert not turned(NEAREST, sizes, without=["lanes"])


def test_each_block_makes_room_once():
    source = gdc.compile(NEAREST).source("parallel")
    assert re.search(r"_all = np.empty\(k\)\n +for i_1 in range\(last - first\):", source)


@pytest.mark.parametrize("precision", ["f64", "f32"])
def test_the_nearest_centre_on_any_number_of_threads(precision):
    data = points(30_000, 32, 16, np.float32 if precision == "f32" else float)
    program = gdc.compile(NEAREST, precision=precision)
    one, two = (program.run(data, backend="parallel", threads=threads)["r"] for threads in (1, 2))
    np.testing.assert_array_equal(one, two)
    distances = ((data["P"][:, None, :] - data["C"]).astype(float)**2).sum(axis=2)
    assert np.mean(one == distances.argmin(axis=1)) > 0.9999


def test_ties_nan_and_infinities():
    data = points(40, 12, 5)
    data["C"][7] = data["C"][3]             # the first of equals
    data["P"][:9] = data["C"][3]
    data["C"][10, 2] = np.nan               # as NumPy has it, nan is the least
    data["P"][30, 0] = np.inf
    program = gdc.compile(NEAREST)
    np.testing.assert_array_equal(*(program.run(data, backend=b)["r"] for b in ("loops", "parallel")))
    data["C"][10] = 5.0
    found = program.run(data, backend="parallel")["r"]
    np.testing.assert_array_equal(found, program.run(data, backend="loops")["r"])
    assert set(found[:9]) == {3}


def test_layouts():
    data = points(60, 20, 6)
    program, wanted = gdc.compile(SQUARES), ((data["P"][:, None, :] - data["C"])**2).sum(axis=2)
    wide = np.zeros((40, 12))
    wide[::2, ::2] = data["C"]
    for P in (data["P"], np.asfortranarray(data["P"])):
        for C in (data["C"], np.asfortranarray(data["C"]), wide[::2, ::2]):
            np.testing.assert_allclose(program.run({"P": P, "C": C}, backend="parallel")["r"], wanted, rtol=1e-12)


@pytest.mark.parametrize("formula", [
    "[max(abs(P[i, a] - C[c, a]) for a) for i, c]",
    "[b[c] + sum(w[a]*abs(P[i, a] - C[c, a]) for a)*b[c] for i, c]",
    "[sum(exp(-abs(P[i, a] - C[c, a])) for a)/(1 + c) for i, c]",
    "[sum((C[i, a] - C[c, a])^2 for a) for i, c]",
    "[sum(n[c]*a - cast(C[c, a] > 0, int) + i for a) for i in 0..size(P, 0), c]",
    "[prod(P[i, a] + C[c, a] for a) for i, c]",
    "[sum(C[c, a]*(P[i, a] if P[i, a] > 0 else 2*P[i, a]) for a) for i, c]",
    "[min(sum((P[i, a] - C[c, a])^2 for a) for c) for i]",
    "[sum(b[c]*sqrt(abs(P[i, a] - C[c, a])) for a) for i, c]",
    "[sum(1/(1 + sum((P[i, a] - C[c, a])^2 for a)) for c) for i]",
])
def test_formulas(formula):
    text = HEAD + f"input w: real[d]\ninput b: real[k]\ninput n: int[k]\nr := {formula}"
    data = points(50, 9, 9) | {"w": RNG.standard_normal(9), "b": RNG.standard_normal(9), "n": np.arange(9)}
    held(gdc.compile(text), data, 1e-12)
    assert turned(text, {"m": 50, "k": 9, "d": 9})


@pytest.mark.parametrize("body", [
    "s := 0.0; for a in 0..d { s := s + (P[i, a] - C[c, a])^2 }; P[i, 0] := s",     # the next column reads it
    "s := 0.0; for a in 0..d { s := s + (P[i, a] - C[c, a])^2 }; C[c, 0] := s",     # the next row does
    "s := t; for a in 0..d { s := s + (P[i, a] - C[c, a])^2 }; t := s/2; P[i, 0] := t",
])
def test_what_later_sums_read_keeps_its_order(body):
    text = f"{HEAD}t := 0.0\nfor i in 0..size(P, 0) {{ for c in 0..size(C, 0) {{ {body} }} }}\nr := P + sum(C)"
    held(gdc.compile(text), points(6, 9, 5), 1e-11)


def test_in_a_walk():
    text = HEAD + "D := [sum(abs(P[i, a] - C[c, a]) for a) for i, c]\noutput r := P.T@D"
    program, data = gdc.compile(text), points(3000, 20, 16)
    held(program, data, 1e-10)
    source = program.source("parallel", sizes={"m": 3000, "k": 20, "d": 16})
    assert "C_turned" in source
    assert "_chunk" in source


@pytest.mark.parametrize("n", [0, 1, 2, 40])
def test_what_each_row_needs_is_made_once_for_a_block(n):
    """Also where there is no row, and a size of it would be below 0."""
    text = "input X: real[n, n]\nr := [sum(cumsum([X[i, j + 1] - X[i, j] for j in 0..n - 1])) for i in 0..n]"
    program = gdc.compile(text)
    assert re.search(r" = np.empty\(\(1, [^\n]*\n +for i_1 in range\(last - first\):", program.source("parallel"))
    held(program, {"X": RNG.standard_normal((n, n))}, 1e-12)
