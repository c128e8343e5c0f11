"""The fix that a hint offers is a program: it stands in the hint, and the script with it in place compiles."""

import re

import numpy
import pytest

import gdc

VECTOR = "x := [1.0, 2.0]; "
MATRIX = "X := [[1.0, 2.0], [3.0, 4.0]]; "


@pytest.mark.parametrize(
    ("head", "wrong", "fix", "right"),
    [
        (MATRIX, "y := X.t()", "X.T", "y := X.T"),
        (MATRIX, "y := np.transpose(X)", "X.T", "y := X.T"),
        (VECTOR, "y := x.copy()", "write x", "y := x"),
        ("", "y := zeros(3, 3).copy()", "zeros(3, 3)", "y := zeros(3, 3)"),
        (VECTOR, "y := x.astype(int)", "cast(x, int)", "y := cast(x, int)"),
        ("x := [1, 2]; ", "y := x.astype(float)", "cast(x, real)", "y := cast(x, real)"),
        ("", "y := np.array([1, 2])", "[1, 2]", "y := [1, 2]"),
        (MATRIX, "y := np.sum(X, axis=0)", "sum(X, axis=0)", "y := sum(X, axis=0)"),
        (MATRIX, "y := X.mean(axis=0)", "mean(X, axis=0)", "y := mean(X, axis=0)"),
        (VECTOR, "y := np.linalg.norm(x)", "norm(x)", "y := norm(x)"),
        (VECTOR, "y := x[np.newaxis, :]", "new", "y := x[new, :]"),
        ("input x: real[n]; ", "y := x[None, :]", "new", "y := x[new, :]"),
        ("", "y := np.e", "exp(1)", "y := exp(1)"),
        ("", "y := mod(5 + 1, 3)", "(5 + 1) % 3", "y := (5 + 1) % 3"),
        ("", "y := arctan(2.0)", "atan(2.0)", "y := atan(2.0)"),
        ("", "y := c(1, 2, 3)", "[1, 2, 3]", "y := [1, 2, 3]"),
        (VECTOR, "print str(x)", "print x", "print x"),
        (VECTOR, "y := [k for k in x]", "x[k] for k", "y := [x[k] for k]"),
        ("n := 3; ", "y := [k for k in n]", "k in 0..n", "y := [k for k in 0..n]"),
        ("", "for i in 0...3 { y := i }", "0..3 + 1", "for i in 0..3 + 1 { y := i }"),
        ("", "input X: real[m n]", "real[m, n]", "input X: real[m, n]"),
        ("input m: int; ", "input v: real(m)", "real[m]", "input v: real[m]"),
        ("", "z := 2 + 1j", "1i", "z := 2 + 1i"),
        ("", "z := 0b11", "3", "z := 3"),
        ("", "y := [1 2 3]", "[1, 2, 3]", "y := [1, 2, 3]"),
        ("a := 1; b := 2; c := 3; ", "y := [a b c]", "[a, b, c]", "y := [a, b, c]"),
        ("", "y := [1 2; 3 4]", "[[1, 2], [3, 4]]", "y := [[1, 2], [3, 4]]"),
        ("", "y := ones([3, 4])", "3, 4", "y := ones(3, 4)"),
        ("x := 2.0; ", "y := sin²(x)", "sin(x)²", "y := sin(x)²"),
        ("x := 2.0; ", "y := sin^2(x)", "sin(x)^2", "y := sin(x)^2"),
        ("x := 3; ", "y := x << 2", "shl(x, 2)", "y := shl(x, 2)"),
        ("x := 3; ", "y := x >> 2", "shr(x, 2)", "y := shr(x, 2)"),
        ("c := true; ", 'assert c "no"', 'assert c, "no"', 'assert c, "no"'),
        (VECTOR, 'print x "here"', 'print x, "here"', 'print x, "here"'),
        ("n := 3; ", "y := 1:n", "[i for i in 1..n + 1]", "y := [i for i in 1..n + 1]"),
        (MATRIX, "y := sum(X, 1)", "sum(X, axis=1)", "y := sum(X, axis=1)"),
        ("x := 2; ", "if x > 1 { y <- 3 }", "y := 3", "if x > 1 { y := 3 }"),
        (MATRIX, "y := X.shape[0]", "size(X, 0)", "y := size(X, 0)"),
        (VECTOR, "y := x.length", "size(x, 0)", "y := size(x, 0)"),
        (VECTOR, "y := x.size", "size(x)", "y := size(x)"),
        (MATRIX, "y := X.ndim", "rank(X)", "y := rank(X)"),
        ("z := [1 + 2i]; ", "y := z.real", "real(z)", "y := real(z)"),
        (MATRIX, "y := X.mean(0)", "mean(X, axis=0)", "y := mean(X, axis=0)"),
        (MATRIX, "y := (X + 1).sum(1)", "sum((X + 1), axis=1)", "y := sum((X + 1), axis=1)"),
        (MATRIX, "y := np.max(X, 0)", "max(X, axis=0)", "y := max(X, axis=0)"),
        ("", "y := math.exp(3)", "exp(3)", "y := exp(3)"),
        (VECTOR, "y := np.sqroot(x)", "write sqrt(x)", "y := sqrt(x)"),
        (VECTOR, "y := np.sum(x[i]^2 for i in 0..2)", "sum(x[i]^2 for i in 0..2)", "y := sum(x[i]^2 for i in 0..2)"),
        (MATRIX, "(q, r) := la.qr(X)", "qr(X)", "(q, r) := qr(X)"),
        (MATRIX, "(q, r) := la.qrr(X)", "qr(X)", "(q, r) := qr(X)"),
        (MATRIX, "y := cumsum(X, 1)", "cumsum(X, axis=1)", "y := cumsum(X, axis=1)"),
        (MATRIX, "y := sum(X, 2)", "sum(X, axis=1)", "y := sum(X, axis=1)"),
        (MATRIX, "y := roll(X, 1, 0)", "roll(X, 1, axis=0)", "y := roll(X, 1, axis=0)"),
        (VECTOR, "y := norm(x, 2)", "norm(x)", "y := norm(x)"),
        ("n := 3; ", "y := range(1, n)", "[i for i in 1..n]", "y := [i for i in 1..n]"),
        ("n := 9; ", "y := arange(1, n, 2)", "[i for i in 1..n by 2]", "y := [i for i in 1..n by 2]"),
        (VECTOR, "y := round(x, 2)", "round(x*10^2)/10^2", "y := round(x*10^2)/10^2"),
        ("n := 4; ", "y := n!", "gamma(n + 1)", "y := gamma(n + 1)"),
        ("", "return 3", "output y := ", "output y := 3"),
        ("input x: real[n]; ", "y := x[end]", "-1", "y := x[-1]"),
        ("input x: real[n]; ", "y := x[2:end]", "x[1:]", "y := x[1:]"),
        (MATRIX, "y := X'", "X.T", "y := X.T"),
        (MATRIX, "y := X .* X", "*", "y := X * X"),
        ("x := 2.0; ", "y := x.^2", "^", "y := x^2"),
        (MATRIX + "b := [1.0, 2.0]; ", "y := X \\ b", "solve(A, b)", "A := X; y := solve(A, b)"),
        ("a := true; b := false; ", "y := a && b", "a and b", "y := a and b"),
        (VECTOR, "y := len(x)", "size(x, 0)", "y := size(x, 0)"),
        ("n := 3; ", "for i in range(1, n) { y := i }", "i in 1..n", "for i in 1..n { y := i }"),
        ("", "let y = 3", "y := ", "y := 3"),
    ],
)
def test_the_fix_works(head, wrong, fix, right):
    with pytest.raises(gdc.Error) as caught:
        gdc.compile(head + wrong)
    assert not caught.value.others or "linalg" in wrong
    assert fix in caught.value.hint
    assert fix.removeprefix("write ") in right
    gdc.compile(head + right)


def test_a_branch_of_python_on_one_line_is_one_error():
    with pytest.raises(gdc.Error) as caught:
        gdc.compile("n := 2; if n > 1 { y := 1 } elif n > 0 { y := 2 } else { y := 3 }\nz := y")
    assert (caught.value.span.text, caught.value.others) == ("elif", ())


def test_counting_from_one_is_told_at_the_end():
    program = gdc.compile("input v: real[n]\ns := 0.0\nfor i in 1..n + 1 { s += v[i] }")
    for target in ("loops", "numpy", "parallel"):
        with pytest.raises(gdc.Error, match="index 3 is out of range for an axis of size 3") as caught:
            program.run({"v": [1.0, 2.0, 3.0]}, target)
        assert caught.value.hint == "indices count from 0"


@pytest.mark.parametrize("target", ["loops", "numpy", "parallel"])
def test_the_last_entry_is_not_at_the_size(target):
    with pytest.raises(gdc.Error, match="index n is out of range for an axis of size n") as caught:
        gdc.compile("input A: real[m, n]\ny := A[0, n]")
    assert caught.value.hint == "indices count from 0: the last is at -1, or at n - 1"
    for place in ("-1", "n - 1"):
        assert gdc.compile(f"input A: real[m, n]\ny := A[0, {place}]").run({"A": [[1.0, 2.0]]}, target)["y"] == 2


@pytest.mark.parametrize(("line", "words", "hint"), [
    ("y := x[n + 1]", "index n + 1 is out of range for an axis of size n", "the last is at -1, or at n - 1"),
    ("y := x[n + m]", "index m + n is out of range for an axis of size n", "the last is at -1, or at n - 1"),
    ("y := A[m, 0]", "index m is out of range for an axis of size m", "the last is at -1, or at m - 1"),
    ("y := x[-(n + 1)]", "index -(n + 1) is out of range for an axis of size n", None),
    ("y := x[-n - 1]", "is out of range for an axis of size n", ""),
    ("y := x[0:n + 1]", "bound n + 1 lies outside an axis of size n", None),
    ("x[n] := 3.0", "index n is out of range for an axis of size n", "the last is at -1, or at n - 1"),
])
def test_a_place_outside_for_every_size_is_refused_when_compiling(line, words, hint):
    with pytest.raises(gdc.Error, match=re.escape(words)) as caught:
        gdc.compile(f"input x: real[n]; input A: real[m, n]\n{line}")
    assert caught.value.kind == "index" and (hint or "") in (caught.value.hint or "")


@pytest.mark.parametrize("target", ["loops", "numpy", "parallel", "cuda"])
@pytest.mark.parametrize("line", [
    "y := 0.0\nfor i in 0..n { y := x[n] }", "y := 0.0\nif n > 0 { y := x[n] }", "y := x[n] if n > 0 else 0.0",
    "y := sum(x[n] for i in 0..n)", "y := 1.0 if n > 0 and x[n] > 0 else 0.0", "y := 0.0\nrepeat n { y := x[n + 2] }",
])
def test_a_place_that_may_not_be_reached_is_checked_when_it_is(line, target, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    program = gdc.compile(f"input x: real[n]\n{line}")
    assert program.run({"x": numpy.zeros(0)}, target)["y"] == 0
    with pytest.raises(gdc.Error, match="is out of range for an axis of size 2"):
        program.run({"x": numpy.zeros(2)}, target)


def test_an_assignment_inside_a_formula_is_told():
    with pytest.raises(gdc.Error, match="`\\+=` assigns, and only at the start of a statement"):
        gdc.compile("x := 1; y := x += 1")


def test_an_unknown_function_is_told_by_its_name():
    with pytest.raises(gdc.Error, match="there is no function zqx") as caught:
        gdc.compile("y := zqx(2)")
    assert caught.value.hint == "define it: def zqx(x) = …"


def test_a_function_of_numpy_that_gd_lacks(tmp_path):
    for call, hint in (("np.sqroot(x)", "the nearest is sqrt: write sqrt(x)"), ("np.zzqq(x)", "your own: def zzqq(x)")):
        with pytest.raises(gdc.Error, match="gd has no function") as caught:
            gdc.compile(f"x := [1.0, 2.0]\ny := {call}")
        assert caught.value.kind == "name" and hint in caught.value.hint
        assert f"write {call[3:]}" not in caught.value.hint
    (tmp_path / "np.gd").write_text("def half(x) = x/2\n")
    (tmp_path / "main.gd").write_text('use "np.gd" as np\ny := np.half(3.0) + np.hafl(2.0)\n')
    with pytest.raises(gdc.Error, match="there is no function np.hafl") as caught:
        gdc.load(tmp_path / "main.gd")
    assert caught.value.hint == "did you mean np.half?"
