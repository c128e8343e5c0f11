"""Neighbours on a torus: short sums written out, loops split where places go round, arrays that take turns."""

import numpy as np
import pytest

import gdc

LIFE = """
input board: int[n, n]
param steps: int = 4
repeat steps {
    N := -board
    for a in -1..2, c in -1..2 {
        N += roll(roll(board, a, axis=0), c, axis=1)
    }
    board := 1 if N == 3 or (N == 2 and board == 1) else 0
}
output board
"""


def life(board, steps):
    for _ in range(steps):
        N = -board + sum(np.roll(np.roll(board, a, 0), c, 1) for a in (-1, 0, 1) for c in (-1, 0, 1))
        board = ((N == 3) | ((N == 2) & (board == 1))).astype(int)
    return board


def text_of(script, **options):
    return gdc.compile(script, **options).source("parallel").split("def native")[1].split("def small")[0]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 65, 300])
@pytest.mark.parametrize("steps", [0, 1, 4])
def test_life_on_a_torus(n, steps):
    program, board = gdc.compile(LIFE), np.random.default_rng(n).integers(0, 3, (n, n))
    given = board.copy()
    for one in (board, np.asfortranarray(board), np.repeat(board, 2, axis=1)[:, ::2]):
        got = program.run({"board": one, "steps": steps}, backend="parallel")["board"]
        np.testing.assert_array_equal(got, life(board, steps))
        np.testing.assert_array_equal(one, given)


def test_no_array_of_neighbours_is_made():
    text = text_of(LIFE)
    assert text.count("np.empty") == 2 and text.count("@shared(") == 1
    inner = text.split("for j in range(j_from, j_to):")[1].split("for j in range(j_to, n):")[0]
    assert "%" not in inner and inner.count("natural(j - 1)") == 3


@pytest.mark.parametrize(("rule", "more"), [("unroll", "zeros"), ("places", "np.empty"), ("wrap", "(i - 1) % t1, (j"),
                                          ("fuse", "@shared(")])
def test_each_rule_can_be_left_out(rule, more):
    assert text_of(LIFE, without=[rule]).count(more) > text_of(LIFE).count(more)
    board = np.random.default_rng(2).integers(0, 2, (70, 70))
    got = gdc.compile(LIFE, without=[rule]).run({"board": board}, backend="parallel")["board"]
    np.testing.assert_array_equal(got, life(board, 4))


ONE_AXIS = "input x: real[n]\ny := 2*x - roll(x, {a}) + 3*roll(x, {b})"


@pytest.mark.parametrize("n", [0, 1, 2, 5, 7, 20_000])
@pytest.mark.parametrize(("a", "b"), [(1, -1), (3, 5), (-2, -4), (7, 0), (100, -100)])
@pytest.mark.parametrize("precision", ["f64", "f32"])
def test_rolls_of_one_axis(n, a, b, precision):
    x = np.random.default_rng(n).standard_normal(n).astype("f8" if precision == "f64" else "f4")
    got = gdc.compile(ONE_AXIS.format(a=a, b=b), precision=precision).run({"x": x}, backend="parallel")["y"]
    np.testing.assert_allclose(got, 2*x - np.roll(x, a) + 3*np.roll(x, b), rtol=1e-5, atol=1e-5)


def test_rounds_between_the_ends_of_one_axis_only_count():
    text = text_of(ONE_AXIS.format(a=2, b=-1))
    inner = text.split("_to):")[1].split("for ")[0]
    assert "natural(i - 2)" in inner and "natural(i - -1)" in inner and "%" not in inner


@pytest.mark.parametrize("monoid", ["sum", "prod", "min", "max"])
def test_short_folds_of_arrays_are_written_out(monoid):
    script = f"input A: real[m, n]\ny := [{monoid}(A[i, j + k] for k in 0..3) for i, j in 0..n - 2]"
    folded = f"input A: real[m, n]\ny := {monoid}(roll(A, k, axis=1) for k in 0..3)"
    A = np.random.default_rng(0).standard_normal((5, 9))
    want = getattr(np, monoid)([np.roll(A, k, 1) for k in range(3)], axis=0)
    np.testing.assert_allclose(gdc.compile(folded).run({"A": A}, backend="parallel")["y"], want)
    assert "for k in range(3)" not in text_of(folded) and "k" in text_of(script)


TAKE_TURNS = """
input u: real[n]
param steps: int = 5
old := u
repeat steps {
    next := 2*roll(u, -1) - old + 1
    old := u
    u := next
}
output u, old
"""


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("n", [1, 6, 30_000])
def test_arrays_that_are_handed_on_take_turns(steps, n):
    """A name may stand for what was made two rounds ago: three arrays."""
    assert text_of(TAKE_TURNS).count("np.empty") == 3
    u = np.random.default_rng(1).standard_normal(n)
    given = u.copy()
    got = gdc.compile(TAKE_TURNS).run({"u": u, "steps": steps}, backend="parallel")
    old = given
    for _ in range(steps):
        given, old = 2*np.roll(given, -1) - old + 1, given
    np.testing.assert_allclose(got["u"], given, rtol=1e-12)
    np.testing.assert_allclose(got["old"], old, rtol=1e-12)


@pytest.mark.parametrize("kept", [
    "    if i % 3 == 0 { old := u }",                       # from nobody knows which round
    "    if i == 2 { skip }\n    old := u",                 # nor here
])
def test_what_is_kept_for_long_is_made_anew(kept):
    script = "input u: real[n]\nold := u\nfor i in 0..9 {\n    next := 0.5*roll(u, -1) + old\n"
    script += kept + "\n    u := next\n}\noutput u, old"
    u = np.random.default_rng(1).standard_normal(50)
    found = [gdc.compile(script).run({"u": u}, backend=target) for target in ("loops", "parallel")]
    for name in ("u", "old"):
        np.testing.assert_allclose(found[0][name], found[1][name], rtol=1e-12)
