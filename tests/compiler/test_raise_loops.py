"""Loops over scalars: what becomes tables and folds, what stays and why, and that the answer is the same."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from gdc.compiler.build import build
from gdc.compiler.ir import roots, walk
from gdc.compiler.passes import raise_loops
from gdc.compiler.record import Record
from gdc.dsl.parse import parse
from gdc.dsl.source import Source

_spec = importlib.util.spec_from_file_location("interpret", Path(__file__).with_name("interpret.py"))
interpret = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(interpret)

HEAD = """input x, y: real[n]
input X: real[m, n]
input e: real[m]
input k: int[q]
param t: int = 3
"""


def built(text):
    source = Source(HEAD + text, "t.gd")
    return build(parse(source), source)


def raised(text, **options):
    record = Record(**options)
    return raise_loops.run(built(text), record), record


def data(m, n, q, seed=0):
    r = np.random.default_rng(seed)
    draw = lambda *s: r.integers(-8, 9, s)/4    # dyadic, so that sums are exact
    return {"x": draw(n), "y": draw(n), "X": draw(m, n), "e": draw(m), "k": r.integers(0, max(n, 1), q), "t": 3}


def answer(program, values):
    """The outputs, or where the program stopped."""
    try:
        return interpret.run(program, **values)
    except interpret.Stopped as stopped:
        return stopped.args


def loops(program):
    return [v for v in walk(roots(program.region)) if v.op == "loop"]


def same(text):
    program, _ = raised(text)
    for m, n, q in [(4, 5, 6), (1, 1, 1), (0, 3, 2), (3, 0, 0), (0, 0, 0), (5, 2, 9)]:
        for seed in range(2):
            values = data(m, n, q, seed)
            want, got = answer(built(text), values), answer(program, values)
            assert type(want) is type(got), (want, got)
            if isinstance(want, tuple):
                assert [float(v) for v in want] == [float(v) for v in got]
                continue
            assert list(want) == list(got)
            for name in want:
                assert np.shape(want[name]) == np.shape(got[name]), name
                assert np.array_equal(want[name], got[name], equal_nan=True), (name, want[name], got[name], (m, n, q))


RAISED = {
    "sum": "s := 0.0; for i in 0..n { s += x[i]*y[i] }",
    "sum of a range": "s := 1.0; for i in 1..n { s += x[i - 1] }",
    "difference": "s := 1.0; for i in 0..n { s -= x[i] }",
    "several terms": "s := 1.0; for i in 0..n { s := x[i] + s - 2*y[i] + 1 }",
    "product": "s := 1.0; for i in 0..n { s *= x[i] }",
    "least": "s := 100.0; for i in 0..n { s := min(s, x[i]) }",
    "greatest": "s := -100.0; for i in 0..n { s := max(x[i], s) }",
    "any": "s := false; for i in 0..n { s := s or x[i] > 1 }",
    "all": "s := true; for i in 0..n { s := s and x[i] > -1 }",
    "count": "s := 0; for i in 0..n { if x[i] > 0 { s += 1 } }",
    "conditional sum": "s := 0.0; for i in 0..n { if x[i] > 0 { s += x[i] } else { s -= y[i] } }",
    "conditional least": "s := 100.0; for i in 0..n { if y[i] > 0 { s := min(s, x[i]) } }",
    "elif": "s := 0.0; for i in 0..n { if x[i] > 1 { s += 1 } else if x[i] > 0 { s += 2 } }",
    "vector sum": "s := zeros(n); for i in 0..m { s += e[i]*X[i, :] }",
    "map": "z := zeros(n); for i in 0..n { z[i] := x[i]^2 }",
    "map in place": "z := x; for i in 0..n { z[i] := 2*z[i] + 1 }",
    "part of a map": "z := x; for i in 1..n { z[i] := y[i] }",
    "part accumulates": "z := x; for i in 1..n { z[i] += y[i] }",
    "backwards": "z := zeros(n); for i in n - 1..-1 by -1 { z[n - 1 - i] := x[i] + i }",
    "backwards in place": "z := x; for i in n - 1..-1 by -1 { z[i] -= y[i] }",
    "by two": "z := x; for i in 0..n by 2 { z[i] := 0 }",
    "even and odd": "z := zeros(2*n); for i in 0..n { z[2*i] := z[2*i + 1] + x[i] }",
    "ahead": "z := x; for i in 0..n - 1 { z[i] := z[i + 1] }",
    "conditional map": "z := x; for i in 0..n { if x[i] < 0 { z[i] := 0 } }",
    "conditional map, both": "z := x; for i in 0..n { if x[i] < 0 { z[i] := 0 } else { z[i] := 1 + z[i] } }",
    "conditional accumulation": "z := x; for i in 0..n { if y[i] < 0 { z[i] += y[i] } }",
    "gradient, columns first": "g := zeros(n); for j in 0..n { for i in 0..m { g[j] += X[i, j]*e[i] } }",
    "gradient, rows first": "g := zeros(n); for i in 0..m { for j in 0..n { g[j] += X[i, j]*e[i] } }",
    "gradient on top": "g := x; for i in 0..m { for j in 0..n { g[j] -= X[i, j]*e[i] } }",
    "local value": "g := zeros(n); for j in 0..n { f := 0.0; for i in 0..m { f += X[i, j] }; g[j] := f^2 }; output g",
    "own entry first": "g := ones(n); for j in 0..n { g[j] := 0; for i in 0..m { g[j] += X[i, j] } }",
    "product of matrices": """C := zeros(m, m)
for i in 0..m { for j in 0..m { for a in 0..n { C[i, j] += X[i, a]*X[j, a] } } }""",
    "product, inner loop outside": """C := zeros(m, m)
for a in 0..n { for i in 0..m { for j in 0..m { C[i, j] += X[i, a]*X[j, a] } } }""",
    "rows": "Z := X; for i in 0..m { Z[i, :] := x*e[i] }",
    "columns": "Z := X; for j in 0..n { Z[:, j] := e - x[j] }",
    "a scalar into rows": "Z := X; for i in 0..m { Z[i, :] := e[i] }",
    "one column": "Z := X; for i in 0..m { for j in 0..min(n, 1) { Z[i, j] := e[i] } }",
    "diagonal": "D := zeros(n, n); for i in 0..n { D[i, i] := x[i] }",
    "histogram": "c := zeros(n); for i in 0..q { c[k[i]] += 1 }",
    "scatter": "c := zeros(n); for i in 0..q { c[k[i]] := i }",
    "two values": "s := 0.0; p := 1.0; for i in 0..n { s += x[i]; p *= y[i] }",
    "mean and deviation": """mu := zeros(n); d := zeros(n)
for j in 0..n { for i in 0..m { mu[j] += X[i, j]/m }; for i in 0..m { d[j] += (X[i, j] - mu[j])^2 } }""",
    "the last one": "for i in 0..n { z := x[i] }; output z := 1",
    "last value": "z := 7.0; for i in 0..n { z := x[i]*2 }",
    "repeat": "s := 0; repeat t { s += 2 }",
    "every round checks": "s := 0.0; for i in 0..t { s += x[i] }",
    "every round checks, table": "z := zeros(t); for i in 0..t { z[i] := x[i + 1] }",
    "checks of two values": "s := 0.0; r := 0.0; for i in 0..t { s += x[i]; r += e[i] }",
    "nothing but checks": "for i in 0..t { z := x[i] }; output r := 1",
    "textbook": """w := zeros(n); b := 0.0; dw := zeros(n); db := 0.0
for i in 0..m { f := b; for j in 0..n { f += w[j]*X[i, j] }; err := f - x[0]
  for j in 0..n { dw[j] += err*X[i, j] }; db += err }
output dw, db""",
    "elements of a vector": "s := 0.0; for v in x { s += v }",
    "rows of a matrix": "s := zeros(n); for v in X { s += v }",
    "elimination": """A := X; for i in 1..m { for j in 0..n { A[i, j] -= A[0, j]*e[i] } }""",
    "ragged": "s := zeros(n); for i in 0..n { for j in 0..i { s[i] += x[j] } }",
    "conditional on data": "z := zeros(n); for i in 0..n { z[i] := x[i - 1] if i > 0 else 0 }",
}

STAYS = {
    "recurrence": ("z := x; for i in 1..n { z[i] := z[i - 1] + z[i] }", "reads z[i - 1] that an earlier round wrote"),
    "shortest paths": ("D := outer(x, x); for k in 0..n { D := minimum(D, D[:, k][:, new] + D[k, :][new, :]) }",
                       "reads D[:, k] that an earlier round wrote"),
    "state": ("s := 1.0; for i in 0..n { s := s^2 + x[i] }", "reads s as the round before left it"),
    "running sum": ("s := 0.0; z := zeros(n); for i in 0..n { s += x[i]; z[i] := s }",
                    "reads s as the round before left it"),
    "record": ("s := 0.0; for i in 0..n { s += x[i]; record s }", "it records in every round"),
    "print": ("s := 0.0; for i in 0..n { s += x[i]; print s }", "it prints in every round"),
    "exit": ("s := 0.0; for i in 0..n { stop if x[i] > 1; s += x[i] }", "a stop or skip leaves its rounds"),
    "while": ("z := zeros(n, int); for i in 0..n { a := i; while a > 1 { a := a//2; z[i] += 1 } }",
              "cannot be told apart"),
    "mixed": ("s := 0.0; r := 1.0; for i in 0..n { s += x[i]; r := r/2 + x[i] }",
              "reads r as the round before left it"),
    "previous": ("a := 0.0; s := 0.0; for i in 0..n { s += a; a := x[i] }", "reads a as the round before left it"),
}


@pytest.mark.parametrize("name", RAISED)
def test_raised(name):
    program, _ = raised(RAISED[name])
    left = loops(program)
    if name not in ("nothing but checks",):
        assert not left
    same(RAISED[name])


@pytest.mark.parametrize("name", STAYS)
def test_stays(name):
    text, reason = STAYS[name]
    program, record = raised(text)
    assert loops(program)
    assert any(reason in step.reason for step in record.steps), [s.reason for s in record.steps]
    same(text)


def test_switched_off():
    program, record = raised(RAISED["sum"], without=frozenset(["raise_loops"]))
    assert loops(program) and not record.steps


def test_the_loop_that_may_be_split_is():
    program, _ = raised(STAYS["mixed"][0])
    assert [len(v.types) for v in loops(program)] == [1]


def test_what_a_round_computes_once_is_a_table():
    program, _ = raised(RAISED["textbook"])
    folds = [v for v in walk(roots(program.region)) if v.op == "fold"]
    assert len(folds) == 3      # X@w once, dw, db


def test_origins_are_kept():
    program, _ = raised(RAISED["gradient, rows first"])
    assert all(program.origins.of(v) for v in walk(roots(program.region)) if v.op in ("table", "fold"))


def test_a_long_chain_in_a_loop():
    program, _ = raised("s := 0.0; for i in 0..n { s += x[i]" + " + 1"*5000 + " }")
    assert not loops(program)
