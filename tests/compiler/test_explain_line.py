"""`explain --line N`: a line's values, the passes that touched it, its cost, its part of the text."""

import json
import re

import pytest

import gdc

FIT = """input X: real[m, n]
input y: real[m]
param a: real = 0.1

w := zeros(n)
repeat 30 {
    e := X@w - y
    w := w - a*(1/m)*X.T@e     # one step
}
def half(v) { u := v/2; return u }
z := half(w) +
     1
"""


@pytest.fixture(scope="module")
def program():
    return gdc.compile(FIT)


def test_a_line_has_its_own_values_passes_cost_and_text(program):
    told = program.explain("numpy", line=8)
    assert told.startswith("=== Line 8, for numpy\nw := w - a*(1/m)*X.T@e\n")
    assert "real[n] = matmul(" in told and "order: products are grouped" in told
    assert "a*(1/m)*X.T@e -> (a*(1/m))*(X.T@e)" in told
    assert re.search(r"flops$", told, re.M) and re.search(r"^ +\d+ +w = w - t1 \* \(X\.T @ \w+\)$", told, re.M)
    assert "e = X @ w - y" not in told


def test_costs_are_numbers_where_sizes_are_given(program):
    assert re.search(r"flops = [\d,]+ -> [\d,]+", program.explain("numpy", line=8, sizes={"m": 1000, "n": 10}))


def test_of_a_loop_only_its_opening_line(program):
    told = program.explain("numpy", line=6)
    assert "loop(0, 30, 1" in told and "matmul" not in told and "watch.rounds(0, 30, 1)" in told


def test_a_function_s_body_and_a_formula_on_two_lines(program):
    assert "div(" in program.explain("numpy", line=10)
    assert "add(" in program.explain("numpy", line=11) and "add(" in program.explain("numpy", line=12)


@pytest.mark.parametrize("target", ["loops", "numpy", "parallel", "cuda"])
def test_every_line_of_every_target_has_what_its_text_says(program, target):
    text = program.source(target)
    for line in (5, 7, 8, 11):
        shown = re.findall(r"^ {2}( *\d+)  (.*)$", program.explain(target, line=line), re.M)
        assert shown
        assert all(text.split("\n")[int(number) - 1] == words for number, words in shown)


@pytest.mark.parametrize("line", [4, 9, 99])
def test_a_line_without_a_statement_is_told(program, line):
    with pytest.raises(gdc.Error, match=f"there is no statement on line {line}") as caught:
        program.explain("numpy", line=line)
    assert "line" in caught.value.hint


def test_json(program):
    found = json.loads(program.explain("numpy", line=8, as_json=True))
    assert (found["schema"], found["target"], found["line"]) == (1, "numpy", 8) and "matmul" in found["text"]
