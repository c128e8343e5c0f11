"""What is proven when the program is built, and what is left to be checked when it runs."""

import built
import pytest

HEAD = "input v: real[n]; input X: real[m, n]; input k: int; input q: int[r]\n"


@pytest.mark.parametrize(
    "text",
    [
        "s := 0.0\nfor i in 0..n { s += v[i] }",
        "s := 0.0\nfor i in 0..m, j in 0..n { s += X[i, j] }",
        "s := 0.0\nfor i in 1..n { s += v[i - 1] }",
        "s := 0.0\nfor i in 0..n - 1 { s += v[i + 1] }",
        "s := 0.0\nfor i in n - 1..-1 by -1 { s += v[i] }",
        "s := 0.0\nfor i in 0..n { for j in i + 1..n { s += v[j]*v[i] } }",
        "s := 0.0\nfor i in 0..n { for j in 0..i { s += v[j] } }",
        "s := 0.0\nfor i in 0..n by 2 { s += v[i] }",
        "s := 0.0\nfor i in 0..n { s += v[n - 1 - i] }",
        "s := [v[i] for i]",
        "s := sum(X[i, j] for i, j)",
        "s := [v[i + 1] - v[i] for i in 0..n - 1]",
        "s := sum(v[j] for i in 0..n, j in i..n)",
        "s := v[:]; t := v[::-1]; u := X[:, ::2]",
        "w := zeros(n)\nfor i in 0..n { w[i] := v[i] }",
        "w := v\nfor i in 1..n { w[i] := w[i] + w[i - 1] }",
        "w := zeros(n + 1)\nfor i in 0..n { w[i + 1] := w[i] + v[i] }",
        "s := zeros(3)\nt := s[0] + s[-1] + s[2]",
        "for x in v { s := x }\nfor row in X { t := sum(row) }",
        "repeat 3 { s := v + v }",
        "a := 7 // 2; b := 7 % 3; c := 2^3; d := q^2; e := 1/k",
    ],
)
def test_proven(text):
    assert built.checks(HEAD + text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y := v[k]", [("index", "k")]),
        ("y := v[0]", [("index", "0")]),
        ("y := v[-1]", [("index", "-1")]),
        ("s := 0.0\nfor i in 0..n { s += v[i - 1] }", [("index", "i - 1")]),
        ("s := 0.0\nfor i in 0..n + 1 { s += v[i] }", [("index", "i")]),
        ("s := 0.0\nfor i in 0..k { s += v[i] }", [("index", "i")]),
        ("y := v[q]", [("index", "q")]),
        ("y := v[:k]", [("index", "k")]),
        ("y := v[1:-1]", [("index", "1"), ("index", "-1"), ("index", "1:-1")]),
        ("y := v[k::-1]", [("index", "k")]),
        ("y := 7 // k", [("value", "7 // k")]),
        ("y := q % q", [("value", "q % q")]),
        ("y := 2^k", [("value", "k")]),
        ("y := zeros(k)", [("value", "k")]),
        ("y := max(v)", [("value", "max(v)")]),
        ("y := cast(v, int)", [("value", "cast(v, int)")]),
        ("y := min(1.0*i for i in 0..k)", [("value", "min(1.0*i for i in 0..k)")]),
        ("y := var(1.0*i for i in 0..k)", [("value", "var(1.0*i for i in 0..k)")]),
        ('assert k > 0, "k"', [("assert", 'assert k > 0, "k"')]),
    ],
)
def test_left_for_the_run(text, expected):
    found = built.checks(HEAD + text)
    assert set(found) <= set(expected)
    assert found


def test_a_guarded_subscript_is_checked_only_where_it_is_read():
    made = built.program("input v: real[n]\ny := [v[i - 1] if i > 0 else 0 for i in 0..n]")
    (table,) = built.nodes(made, "table")
    assert not made.region.effects or made.region.effects == (table,)


def test_pure_values_wait_for_their_check():
    made = built.program("input v: real[n]; input k: int\ny := v[k]")
    (read,) = built.nodes(made, "index")
    assert read.deps == made.region.effects


@pytest.mark.parametrize(
    ("text", "kind", "line", "words"),
    [
        ("v := ones(3)\ny := v[3]", "index", 2, "3"),
        ("v := ones(3)\ny := v[-4]", "index", 2, "-4"),
        ("v := ones(3)\ny := v[:4]", "index", 2, "4"),
        ("v := ones(3)\ny := v[2:1]", "index", 2, "ends at 1"),
        ("v := ones(3)\ny := v[3::-1]", "index", 2, "3"),
        ("y := 1 // 0", "value", 1, "zero"),
        ("y := 2^-1", "value", 1, "power"),
        ("y := zeros(-3)", "value", 1, "-3"),
        ("y := max(zeros(0))", "value", 1, "empty"),
    ],
)
def test_refuted_before_anything_runs(text, kind, line, words):
    ((found, where, _, message),) = built.errors(text)
    assert (found, where) == (kind, line)
    assert words in message


def test_not_refuted_in_a_branch_that_may_not_be_taken():
    assert built.errors("input go: bool\nv := ones(3)\ny := 0.0\nif go { y := v[5] }") == []
