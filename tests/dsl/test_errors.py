"""What a syntax error says, where it points, and how it looks."""

import pickle
import unicodedata

import pytest

from gdc.dsl.errors import Error
from gdc.dsl.parse import parse
from gdc.dsl.source import Source, Span


def refused(text, name="<formula>"):
    with pytest.raises(Error) as caught:
        parse(Source(text, name))
    return caught.value


@pytest.mark.parametrize(("text", "underlined", "words"), [
    ("x = 1", "=", "x := 1"),
    ("A[0] = 2", "=", "A[0] := 2"),
    ("x == 3", "==", "x := 3"),
    ("x <- 3", "<-", "x := 3"),
    ("x : = 3", ": =", ":="),
    ("x++", "++", "x += 1"),
    ("x, y := f(3)", ",", "(a, b) := f(x)"),
    ("y := (1 + 2", "(", "`)` is missing"),
    ("y := [1, 2", "[", "`]` is missing"),
    ("repeat 3 {", "{", "`}` is missing"),
    ("y := 1 + 2)", ")", "`)` closes nothing"),
    ("y := f(1]", "]", "`(` of line 1"),
    ("x := 1 +", "+", "`+` wants a value"),
    ("x := 1 + * 3", "+", "`+` wants a value"),
    ("x += ", "+=", "wants a value"),
    ("x := a and", "and", "`and` wants"),
    ("for := 3", "for", "`for` is a word"),
    ("repeat := 3", "repeat", "`repeat` is a word"),
    ("pi := 3", "pi", "`pi` is a word"),
    ("def if(x) = 3", "if", "`if` is a word"),
    ("x := 1 $ 2", "$", "`$`"),
    ("x := x.__class__", ".__class__", "only `.T`"),
    ("x := x.shape[0]", ".shape", "size(x, 0)"),
    ("y := x ~= z", "~=", "!="),
    ("y := x <> z", "<>", "!="),
    ("y := x %% 2", "%%", "a % b"),
    ("y := x %/% 2", "%/%", "a // b"),
    ("y := ‖x‖", "‖", "norm(x)"),
    ("z := c.real", "real", "real(z)"),
    ('x := __import__("os")', '"os"', "a text cannot stand here"),
    ("y := X'", "'", ".T"),
    ("y := 'abc'", "'", "double quotes"),
    ("y := A .* B", ".*", "elementwise"),
    ("y := A .^ 2", ".^", "elementwise"),
    ("y := A %*% B", "%*%", "A@B"),
    ("y := A\\b", "\\", "solve(A, b)"),
    ("for i = 1:n { x := i }", "=", "for i in 1..n + 1"),
    ("for i in 1:n { x := i }", ":", "for i in 1..n + 1"),
    ("for i in range(2, n) { x := i }", "range(2, n)", "for i in 2..n"),
    ("for i { x := 1 }", "{", "`in` and a range"),
    ("end", "end", "`}`"),
    ("y := a && b", "&&", "`and`"),
    ("y := a || b", "||", "`or`"),
    ("y := !a", "!", "`not`"),
    ("y := |a|", "|", "abs(x)"),
    ("f := lambda x: x", "lambda", "def f(x)"),
    ("def f(x):", ":", "braces"),
    ("def f(x) := x", ":=", "def f(x) = "),
    ("if c:", ":", "no colon"),
    ("while c: x := 1", ":", "no colon"),
    ("while c\n{ x := 1 }", "c", "same line"),
    ("else { x := 1 }", "else", "no `if`"),
    ("elif c { x := 1 }", "elif", "else if"),
    ("y := np.dot(a, b)", "np.dot", "a@b"),
    ("y := np.pi", "np.pi", "write pi"),
    ("y := x.sum()", "x.sum", "write sum(x)"),
    ("return 3", "return 3", "`return`"),
    ("x := x⁴", "⁴", "x^4"),
    ("x := A⁻¹", "⁻¹", "inv(A)"),
    ("x := 1.", "1.", "1.0"),
    ("x := .5", ".5", "0.5"),
    ('print "abc', '"abc', "not finished"),
    ("import numpy as np", "import", "nothing is imported"),
    ("x + 1", "+", "y := x + 1"),
    ("sum(x)", "(", "y := sum(x)"),
    ("let x = 3", "let", "x := "),
    ("ouput x", "ouput", "`output`"),
    ("x := 2x", "2x", "2*x"),
    ("x := (1, 2)", ",", "[1, 2, 3]"),
    ("y := c ? a : b", "?", "x if c else y"),
    ("y := x if c", "if", "`else y`"),
    ("y := A[1..n]", "..", "A[1:n]"),
    ("y := a = b", "=", "=="),
    ("input X real[m]", "real", "input X: real"),
    ("param a := 3", ":=", "`=`"),
    ("x := 1 y := 2", "y", "line of its own"),
    ("x := {1, 2}", "{", "[1, 2, 3]"),
    ("x := [x for x in v if x > 0]", "if", "`else y`"),
    ("x := if c then a else b", "if", "x if c else y"),
    ("x := ½", "½", "`½`"),
    ("ｉｆ := 3", "ｉｆ", "`if`"),
    ("x := ∑(y)", "∑", "sum("),
    ('print("x", y)', "print", 'write print "x", y'),
    ('print(y, "x")', "print", 'write print y, "x"'),
    ("x := [1, 2; 3, 4]", ";", "[[1, 2], [3, 4]]"),
    ("y := x % 2 == 0 ? 1 : 2", "?", "1 if x % 2 == 0 else 2"),
    ("x := zeros((3, 3))", "(3, 3)", "zeros(3, 3)"),
    ("x := np.zeros((3, 3))", "(3, 3)", "zeros(3, 3)"),
    ("y := reshape(x, (2, 3))", "(2, 3)", "reshape(x,2, 3)"),
    ("x := [i^2 for i in range(5)]", "range(5)", "for i in 0..5"),
    ("for i in 1 to 10 { x := i }", "to", "1..10 + 1"),
    ("for (i = 0; i < 10; i++) { x := i }", "(", "for i in 0..n"),
    ("input x: float[n]", "float", "real[m, n]"),
    ("f(x) = x^2", "(", "def f(x) = x^2"),
    ("A(1, 2) := 3", "(", "A[1, 2] := …"),
    ("x := 1,000", "1,000", "1_000"),
    ("x := 3 // the size of it", "//", "`#`"),
    ("% a comment", "%", "`#`"),
    ("/* a comment */", "/*", "`#`"),
    ("x := π r^2", "r", "2*x"),
    ("x := 5 mod 3", "mod", "a % b"),
])
def test_hints(text, underlined, words):
    error = refused(text)
    assert (error.kind, error.line, error.others) == ("syntax", 1, ())
    assert error.span.text == underlined
    assert words in f"{error.message} {error.hint}"


NAMES_OF_THE_PARSER = ("LPAR", "RSQB", "TIMES", "_NL", "Token", "LBRACE", "lark", "$END", "Expected")


@pytest.mark.parametrize("text", ["x := 1 $ 2", "x := )", "x 3", "output x +", "stop 3", "x := a[1](2)", "use f", "A[",
                                  "}",
                                  "{", "x := @", "assert x, 3", "(", ":", "x := f(,)",
                                  "for", "def", "x := e.",
                                  "def f(x",
                                  "x := a\n{ y := 1 }", "{ }", "repeat 2 { } }",
                                  "= 3", "§", "\x00", "x := \u2028 1"])
def test_in_the_users_terms(text):
    shown = str(refused(text))
    assert not [word for word in NAMES_OF_THE_PARSER if word in shown]


def test_missing_operand_is_shown_where_it_is_missing():
    error = refused("x := 1 +\ny := 2\nz := 3")
    assert (error.line, error.others) == (1, ())


def test_several_errors():
    error = refused("a = 1\nrepeat 3 {\n  b := 2 +\n  c := 3 )\n d := )\n  c := 3\n}\nd := 4 $ 4\n"
                    "if x = 1 { e := 1 } else { e = 2 }\nf := (1\ng := 2\nh := 1 +\ni := 2")
    assert [each.line for each in (error, *error.others)] == [1, 4, 5, 8, 9, 9, 10, 12]
    assert str(error).count("syntax error") == 8


def test_broken_header_leaves_its_block():
    error = refused("for i = 0:3 {\n x = 1\n}\ny = 2")
    assert [each.line for each in (error, *error.others)] == [1, 2, 4]


def test_errors_are_bounded():
    assert len(refused("x = 1\n"*100).others) < 20


@pytest.mark.parametrize(("text", "column"), [
    ("x := 1 $ 2", 7), ("\tx := 1 $ 2", 7), ("x̄ := 漢字 $ 2", 10), ("ŷ̂ := a\u200b $ 2", 7),
])
def test_caret_is_below(text, column):
    _, row, carets = str(refused(text)).split("\n")
    prefix = len("  1 | ")
    assert row[prefix:] == text.strip()
    assert carets[prefix:] == " "*column + "^"


def test_caret_after_a_tab():
    _, row, carets = str(refused("x :=\t1 $ 2")).split("\n")
    assert [place for place, sign in enumerate(row) if sign == "\t"] == [
        place for place, sign in enumerate(carets) if sign == "\t"]


def test_format():
    source = Source("a := 1\nb := 2\n  y := X@w\n", "fit.gd")
    start = source.text.index("X@w")
    error = Error("shape", "X@w: X is [m, n] = [3, 4], w is [k] = [5]", Span(source, start, start + 3), "transpose it")
    assert str(error) == ("shape error at fit.gd:3:8: X@w: X is [m, n] = [3, 4], w is [k] = [5]\n"
                          "  3 | y := X@w\n"
                          "    |      ^~~\n"
                          "  hint: transpose it")
    assert str(Error("data", "no file")) == "data error: no file"
    unnamed = Error("shape", "no", Span(Source(source.text), start, start + 3))
    assert str(unnamed).startswith("shape error on line 3: no\n")
    assert "".join(text for text, _ in error.pieces()) == str(error) + "\n"
    assert {style for _, style in error.pieces()} == {"kind", "place", "message", "gutter", "source", "caret", "hint"}


def test_long_lines():
    text = "  x := " + " + ".join(f"term{number}" for number in range(60)) + " $ 2 + " + "9 + "*50 + "1"
    shown = str(refused(text)).split("\n")
    assert text.strip()[:60] in shown[1]
    assert len(max(shown, key=len)) < 130
    assert shown[2][shown[3].index("^")] == "$"
    early = str(refused("x := 1 $ 2 + " + "9 + "*50 + "1")).split("\n")
    assert early[1][early[2].index("^")] == "$"
    assert len(early) == 3


def test_span_over_lines_and_past_the_end():
    source = Source("x := (1 +\n 2)\n")
    assert str(Error("type", "no", Span(source, 5, 13))).split("\n")[-1] == "    |      ^~~~"
    assert str(Error("type", "no", Span(source, 14, 15)))
    assert str(Error("type", "no", Span(Source(""), 0, 0)))


def test_control_characters_do_not_reach_a_terminal():
    shown = str(refused("x := 1 \x1b[31m"))
    assert not [sign for sign in shown if unicodedata.category(sign) == "Cc" and sign != "\n"]


def test_pickle():
    error = refused("x = 1\ny = 2", "a.gd")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert (again.kind, again.line, again.column, again.hint) == (error.kind, 1, 3, error.hint)


def test_elif_after_a_block():
    error = refused("if x { y := 1 } elif z { y := 2 }")
    assert error.span.text == "elif" and error.hint == "write } else if c { … }"
