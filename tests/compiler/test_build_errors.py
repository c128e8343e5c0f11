"""Static errors: their kind, line and column, both shapes in the user's names, what was probably meant."""

import built
import pytest

HEAD = "input X: real[m, n]; input y: real[m]; input w: real[n]; input k: int; input c: bool[m]\n"


@pytest.mark.parametrize(
    ("text", "kind", "column", "words"),
    [
        # shapes
        (
            "r := zeros(3, 2)@ones(3)",
            "shape",
            6,
            ["zeros(3, 2) is [3, 2]", "ones(3) is [3]", "zeros(3, 2).T@ones(3) would be [2]"],
        ),
        ("r := zeros(3, 4)@ones(5, 6)", "shape", 6, ["[3, 4]", "[5, 6]", "4", "5"]),
        ("r := y[:, new] - y", "shape", 6, ["[m, 1]", "[m]", "[m, m]", "[:, new]"]),
        ("r := ones(3) + ones(4)", "shape", 6, ["[3]", "[4]"]),
        ("r := zeros(n + 1) + w", "shape", 6, ["n + 1", "[n]"]),
        ("r := X[0, 0, 0]", "shape", 6, ["[m, n]", "at most 2"]),
        ("r := k[0]", "type", 6, ["k is a scalar"]),
        ("r := [1, [2, 3]]", "shape", 10, ["rank"]),
        ("r := [[1, 2], [3]]", "shape", 6, ["length"]),
        ("r := sum(X, axis=2)", "shape", 18, ["axis 2", "2 axes"]),
        ("r := X@2", "shape", 6, ["@", "*"]),
        ("r := inv(zeros(2, 3))", "shape", 6, ["square", "[2, 3]"]),
        ("r := reshape(zeros(2, 3), 4)", "shape", 6, ["6", "4"]),
        ("r := reshape(zeros(0), 0, -1)", "shape", 6, ["-1"]),
        ("r := concat(X, y)", "shape", 6, ["[m, n]", "[m]", "rank"]),
        ("r := squeeze(X, axis=0)", "shape", 6, ["m", "1"]),
        ("r := w[w > 0]", "shape", 6, ["where", "sum"]),
        ("r := w[c]", "shape", None, ["depends on the data"]),
        ("r := diag(zeros(2, 2, 2))", "shape", 6, ["vector or a matrix"]),
        ("r := zeros(2, 2, 2)·zeros(2, 2)", "shape", 6, ["rank 3"]),
        ("r := transpose(X, 0, 0)", "shape", 6, ["axes once"]),
        # types
        ("r := w[0.5]", "type", 8, ["int", "real", "cast"]),
        ("r := w[:1.5]", "type", 9, ["int", "real"]),
        ("r := w[::k]", "type", 10, ["constant"]),
        ("r := zeros(2.5)", "type", 12, ["int scalar"]),
        ("r := not k", "type", 10, ["bool", "int", "k != 0"]),
        ("r := k and true", "type", 6, ["bool"]),
        ("r := 1 if k else 2", "type", 11, ["bool"]),
        ("r := bitand(w, 1)", "type", 6, ["bitand", "int"]),
        ("r := where(w, 1, 2)", "type", 12, ["bool"]),
        ("r := sum(X, 0)", "type", 6, ["axis=0"]),
        ("r := exp()", "type", 6, ["takes 1"]),
        ("r := exp(1, 2)", "type", 6, ["takes 1", "not 2"]),
        ("r := sum(X, rows=1)", "type", 13, ["rows", "axis="]),
        ("r := sum(X, keepdims=1)", "type", 22, ["true or false"]),
        ("r := real + 1", "type", 6, ["element type"]),
        ("r := []", None, 6, []),
        ("r := 9223372036854775808", "limit", 6, ["64 bits", ".0"]),
        ("r := (1, 2)", None, None, []),
        ("r := roll(w, 0.5)", "type", 14, ["int"]),
        # names
        ("r := sum(ww)", "name", 10, ["ww", "did you mean w?"]),
        ("r := sigmod(1.0)", "name", 6, ["sigmod", "sigmoid"]),
        ("r := dot(X, w)", "name", 6, ["write X@w"]),
        ("r := len(w)", "name", 6, ["size(w, 0)"]),
        ("r := w(1)", "name", 6, ["w[i]"]),
        ("r := exp", "name", 6, ["exp(…)"]),
        ("r := nothing_like_it", "name", 6, ["give it a value first", "input"]),
        ("r := __import__(1)", None, None, []),
        # assignments
        ("m := 3", "type", 1, ["m", "dimension"]),
        ("for i in 0..3 { i := 2 }", "type", 17, ["loop variable"]),
        ("r := [a for a in 0..3]; r[0] := 0.5", "type", None, ["int", "cannot hold real", "cast"]),
        ("r := zeros(4, 4); r[0, :] := ones(3)", "shape", 19, ["[4]", "[3]"]),
        ("X[0, 0] := w", "shape", 1, ["scalar", "[n]"]),
        ("(a, b) := exp(1)", "type", 11, ["one result"]),
        ("k := k; k[0] := 1", "type", 9, ["scalar"]),
        # statements
        ("if w > 0 { r := 1 }", "type", 4, ["array of bool", "any", "all"]),
        ("while k { r := 1 }", "type", 7, ["bool", "k != 0"]),
        ("repeat 2.5 { r := 1 }", "type", 8, ["int", "real"]),
        ("for i in 0..2.5 { r := 1 }", "type", 13, ["int scalar"]),
        ("for i in k { r := 1 }", "type", 10, ["scalar"]),
        ("assert w > 0", "type", 8, ["array of bool", "all"]),
        ("assert k", "type", 8, ["bool"]),
        ("r := [w[i] for i, j]", "type", 19, ["range of j", "in 0..n"]),
        ("r := [a for a in 0..3, b in 0..a]", "name", 32, ["a"]),
    ],
)
def test_one_error(text, kind, column, words):
    found = built.errors(HEAD + text)
    assert len(found) == 1, found
    assert found[0][1] == 2
    if kind is not None:
        assert found[0][0] == kind, found
        assert column in (None, found[0][2]), found
    assert all(word in found[0][3] for word in words), found


def test_several_errors_in_one_run():
    found = built.errors("input z: int; a := sigmod(1)\nb := 2\nc := b + d\ne := zeros(2)@ones(3)\n")
    assert [(kind, line) for kind, line, _, _ in found] == [("name", 1), ("name", 3), ("shape", 4)]


def test_one_mistake_is_reported_once():
    found = built.errors(
        "input v: real[n]\na := v + missing\nb := 2*a\nfor i in 0..3 { b := a + b }\nc := b; a[0] := 1\noutput a, b, c"
    )
    assert [(kind, line) for kind, line, _, _ in found] == [("name", 2)]


def test_errors_in_blocks_do_not_hide_those_after_them():
    found = built.errors("input v: real[n]\nfor i in 0..3 { x := oops }\nif n > 2 { y := zeros(2)@ones(3) }\nz := nope")
    assert [(kind, line) for kind, line, _, _ in found] == [("name", 2), ("shape", 3), ("name", 4)]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("input go: bool\nif go { x := 1.0 }\ny := x", 3, ["not every path", "else"]),
        ("repeat 3 {\n    y := x\n    x := 1\n}", 2, ["above its first assignment"]),
        ("input go: bool\nrepeat 3 { if go { x := 1 }; y := x }", 2, ["not every path"]),
        ("for i in 0..3 { s := i }\ny := i", 2, ["i"]),
    ],
)
def test_names_that_may_have_no_value(text, line, words):
    found = built.errors("input zero: int\n" + text)
    assert [(e[0], e[1]) for e in found] == [("name", line + 1)], found
    assert all(w in found[0][3] for w in words)


@pytest.mark.parametrize(
    "text",
    [
        "input go: bool\nif go { x := 1.0 } else { x := 2.0 }\ny := x",
        "input go: bool\nx := 0\nif go { x := 1.0 }\ny := x",
        "input n: int\nrepeat n { x := 1 }\ny := x",
        "for i in 0..5 { if i > 2 { x := 1; stop }; x := 0 }\ny := x",
        "for i in 0..5 { if i > 2 { stop } else { x := 0 }\n y := x }",
    ],
)
def test_names_that_have_one(text):
    assert built.errors(text) == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("input X: real[m, n]\ninput X: real", 2, ["twice"]),
        ("input x: real[m*k]\ny := x", 1, ["no contract says", "input"]),
        ("input x: real\nparam t: real[2] = 1.0", 2, ["default", "contract"]),
    ],
)
def test_contracts_refused(text, line, words):
    found = built.errors(text)
    assert found[0][1] == line
    assert all(w in found[0][3] for w in words), found


def test_missing_input_of_a_bare_formula_hints_at_a_name():
    made = built.program("weights := 1\ntotal := wieghts + 1")
    assert made.signature[0].hint == "did you mean weights?"


def test_a_product_of_named_sizes_is_demanded_with_a_hint():
    made = built.program("input X: real[m, n]; input y: real[m]\nr := X@y")
    site = made.sites[made.demands[0].site]
    assert "X is [m, n], y is [m]" in site.message
    assert site.hint == "X.T@y would be [n]"


def test_index_arrays_of_different_lengths_are_refused() -> None:
    import numpy as np
    import pytest

    import gdc

    with pytest.raises(gdc.Error) as caught:
        gdc.compile("input A: real[m, n]\nd := A[[2, 0, 1], [0, 1]]")
    assert caught.value.kind == "shape" and caught.value.line == 2
    program = gdc.compile("input A: real[m, n]\ninput k: int[q]\nd := A[[2, 0, 1], k]")
    for backend in ("loops", "numpy"):
        with pytest.raises(gdc.Error) as caught:
            program.run({"A": np.eye(3), "k": [0, 1]}, backend=backend)
        assert caught.value.kind == "shape" and caught.value.line == 3
