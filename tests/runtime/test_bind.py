"""What values a program takes, how they are converted, and which are refused."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import gdc

MATRIX = np.arange(12.0).reshape(3, 4)


class Matrix(np.ndarray):
    """A subclass that multiplies by rules of its own."""

    def __mul__(self, other):
        raise AssertionError("a program works on plain arrays")

    __rmul__ = __mul__


def run(text, **values):
    return gdc.compile(text).run(values, backend="numpy")


def refused(text, **values):
    with pytest.raises(gdc.Error) as caught:
        run(text, **values)
    return caught.value


@pytest.mark.parametrize(
    "value",
    [
        MATRIX,
        MATRIX.tolist(),
        tuple(map(tuple, MATRIX)),
        MATRIX.astype(np.float32),
        MATRIX.astype(">f8"),
        MATRIX.astype(np.float16),
        MATRIX.astype(np.uint8),
        MATRIX.astype(np.longdouble),
        np.asfortranarray(MATRIX),
        MATRIX[:, ::-1][:, ::-1],
        np.repeat(MATRIX, 2, axis=0)[::2],
        MATRIX.view(Matrix),
        MATRIX.astype(object),
        np.ma.MaskedArray(MATRIX),
    ],
)
def test_real_matrix_takes_every_array(value):
    before = np.array(value, copy=True)
    result = run("input X: real[m, n]\ny := X*2\noutput y, m, n", X=value)
    np.testing.assert_array_equal(result.y, MATRIX * 2)
    assert result.y.dtype == np.float64 and (result.m, result.n) == (3, 4)
    np.testing.assert_array_equal(np.asarray(value), before)


def test_frames_are_taken_by_their_array():
    class Frame:
        def __array__(self, dtype=None, copy=None):
            return MATRIX

    assert run("input X: real[m, n]\ns := sum(X)", X=Frame()).s == MATRIX.sum()


def test_read_only_and_unaligned_inputs_are_served():
    locked = MATRIX.copy()
    locked.flags.writeable = False
    assert run("input X: real[m, n]\ns := sum(X)", X=locked).s == MATRIX.sum()
    record = np.zeros(3, dtype=np.dtype([("a", "i1"), ("b", "f8")]))
    record["b"] = [1, 2, 3]
    assert run("input x: real[n]\ns := sum(x)", x=record["b"]).s == 6


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        (np.int8(3), 3),
        (True, 1),
        (np.uint64(7), 7),
        (np.array(5), 5),
        (2**62, 2**62),
    ],
)
def test_int_takes_what_fits(value, expected):
    assert run("input k: int\ny := k", k=value).y == expected


@pytest.mark.parametrize(
    ("contract", "value", "words"),
    [
        ("k: int[n]", [0.5], ["k", "int", "real"]),
        ("k: int", 2.0, ["k", "int"]),
        ("k: int", 2**64, ["k", str(2**64)]),
        ("k: int", np.uint64(2**63), ["k", "int"]),
        ("k: bool", 1, ["k", "bool", "int"]),
        ("x: real[n]", ["a", "b"], ["x", "text"]),
        ("x: real[n]", [1.0, None], ["x", "NoneType"]),
        ("x: real[n]", np.array(["2020-01-01"], "M8[D]"), ["x", "dates"]),
        ("x: real", 1j, ["x", "complex"]),
        ("x: real[m, n]", [[1, 2], [3]], ["x", "lengths"]),
        ("x: real[n]", np.ma.MaskedArray([1.0, 2.0], [True, False]), ["x", "masked"]),
    ],
)
def test_type_errors_stand_at_the_declaration(contract, value, words):
    name = contract[0]
    error = refused(f"# a comment\ninput {contract}\ny := {name}", **{name: value})
    assert (error.kind, error.line) == ("type", 2)
    assert all(word in str(error) for word in words), str(error)


def test_a_stranger_that_refuses_to_be_an_array():
    class Stranger:
        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("not today")

    error = refused("input x: real[n]\ny := x", x=Stranger())
    assert (error.kind, "not today" in error.message) == ("type", True)


def test_inputs_are_a_mapping():
    with pytest.raises(gdc.Error, match="dict") as caught:
        gdc.compile("y := 1").run([1])
    assert caught.value.kind == "type"


@pytest.mark.parametrize(("text", "hint"), [("y := True", "write true"), ("y := X@w", "--input X=FILE")])
def test_a_missing_input_says_what_to_do(text, hint):
    assert hint in str(refused(text))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("input X: real[m, n]; input v: real[m]; Y := X + v", "X + v[:, new] would be [m, n]"),
        ("input X: real[m, n]; input v: real[m]; Y := v/X", "v[:, new] / X would be [m, n]"),
        ("input X: real[m, n]; input Z: real[n, m]; Y := X - Z", "X - Z.T would be [m, n]"),
    ],
)
def test_a_fix_of_arrays_that_do_not_meet(text, hint):
    values = {"X": np.ones((3, 2)), "v": np.ones(3), "Z": np.ones((2, 3))}
    error = refused(text, **{name: values[name] for name in values if f"input {name}:" in text})
    assert (error.kind, error.hint) == ("shape", hint)


def test_other_numbers_become_reals():
    assert run("input x: real[n]\ns := sum(x)", x=[Fraction(1, 2), Decimal("0.25")]).s == 0.75
    assert run("input x: real\ny := x", x=10**30).y == 1e30


def test_sizes_are_told_in_the_users_words():
    error = refused("input X: real[m, n]\ninput y: real[m]\ns := sum(X.T@y)", X=np.ones((3, 2)), y=np.ones(4))
    assert (error.kind, error.line) == ("shape", 2)
    assert "y is [m] with m = 4, but X gave m = 3" in str(error)


@pytest.mark.parametrize(
    ("declarations", "values", "words"),
    [
        (
            "input a: real[n]\ninput b: real[n + 1]",
            {"a": np.ones(3), "b": np.ones(3)},
            ["[n + 1]", "must be 4", "a gave n = 3"],
        ),
        ("input b: real[3]", {"b": np.ones(4)}, ["b is [3]", "[4]"]),
        ("input n: int\ninput b: real[n]", {"n": 2, "b": np.ones(3)}, ["b is [n] with n = 3", "n = 2"]),
        ("input a: real[m, n]\ninput b: real[n, m]", {"a": np.ones((2, 3)), "b": np.ones((2, 3))}, ["b", "transposed"]),
        ("input b: real[2*k]", {"b": np.ones(5)}, ["2*k", "5"]),
        ("input b: real[m, n]", {"b": np.ones(3)}, ["[m, n]", "[3]", "[:, None]"]),
        ("input b: real", {"b": np.ones(3)}, ["a scalar", "[3]"]),
    ],
)
def test_contracts_are_checked(declarations, values, words):
    error = refused(f"{declarations}\ns := 1", **values)
    assert error.kind == "shape"
    assert all(word in str(error) for word in words), str(error)


def test_a_dimension_is_solved_from_a_formula():
    assert run("input b: real[M + 1]\ny := M", b=np.ones(5)).y == 4


def test_a_dimension_may_be_given_and_is_checked():
    text = "input X: real[m, n]\ny := m"
    assert run(text, X=MATRIX, m=3).y == 3
    error = refused(text, X=MATRIX, m=4)
    assert (error.kind, error.line) == ("shape", 1)
    assert "3" in str(error) and "4" in str(error)


def test_demands_are_checked_on_entry():
    error = refused("input X: real[m, n]\ninput w: real[k]\ny := X@w\noutput y", X=np.ones((3, 4)), w=np.ones(5))
    assert (error.kind, error.line) == ("shape", 3)
    assert all(word in str(error) for word in ("X", "w", "4", "5"))


def test_finite_says_where():
    error = refused("input x: real[n] finite\ny := sum(x)", x=[1.0, np.nan, np.inf])
    assert (error.kind, error.line) == ("data", 1)
    assert "x[1] is nan" in str(error) and "1 more" in str(error)
    error = refused("input x: real[m, n] finite\ny := sum(x)", x=[[1.0, 2.0], [3.0, np.inf]])
    assert "x[1, 1] is inf" in str(error)
    assert run("input x: real[n] finite\ny := sum(x)", x=[1e308, 1e308]).y == np.inf


def test_defaults_read_dimensions_and_earlier_params():
    text = "input X: real[m, n]\nparam a: real = 1/m\nparam k: int = 2*n\nparam w: real[n] = a*ones(n)\noutput a, k, w"
    result = run(text, X=np.ones((4, 3)))
    assert (result.a, result.k) == (0.25, 6)
    np.testing.assert_array_equal(result.w, np.full(3, 0.25))
    np.testing.assert_array_equal(run(text, X=np.ones((4, 3)), a=2).w, np.full(3, 2.0))


def test_names_are_compared_after_nfkc():
    assert run("input ﬁ: real\ny := ﬁ", fi=2.0).y == 2
    assert run("x₁ := 3").x1 == 3


def test_missing_inputs_are_all_named():
    error = refused("input X: real[m, n]\ninput y: real[m]\ns := sum(X)")
    assert (error.kind, error.line) == ("name", 1)
    assert "X" in str(error) and [other.line for other in error.others] == [2]


def test_unknown_inputs_are_refused_with_the_nearest_name():
    error = refused("input learning: real\ny := learning", lerning=1.0)
    assert (error.kind, error.line) == ("name", None)
    assert "did you mean learning" in str(error)


def test_bare_programs_take_types_from_values():
    p = gdc.compile("y := x + 1")
    assert p(x=1).y.dtype == np.int64
    assert p(x=1.5).y.dtype == np.float64
    assert p(x=[[1, 2]]).y.shape == (1, 2)
    np.testing.assert_array_equal(
        gdc.compile("c := a + b")(a=np.ones((3, 1)), b=np.ones((1, 4))).c, np.full((3, 4), 2.0)
    )


def test_results_own_their_memory():
    x = np.arange(3.0)
    result = run("input x: real[n]\ny := x\nz := y\noutput x, y, z", x=x)
    result.y[:] = 9
    result.z[:] = 7
    np.testing.assert_array_equal(x, [0, 1, 2])
    np.testing.assert_array_equal(result.y, [9, 9, 9])
    np.testing.assert_array_equal(result.x, [0, 1, 2])


def test_memory_is_checked_before_any_work():
    error = refused("x := zeros(1000000, 1000000, 1000)")
    assert (error.kind, error.line) == ("limit", 1)
    with pytest.raises(gdc.Error) as caught:
        gdc.compile("input n: int\nx := zeros(n, n)\noutput x").run(
            {"n": 3000}, backend="numpy", max_memory=10**7
        )
    assert (caught.value.kind, caught.value.line) == ("limit", 2)
    assert "72 MB" in str(caught.value) and "10 MB" in str(caught.value)


def test_sizes_without_a_contract_are_told_as_numbers():
    error = refused("y := X@w", X=np.ones((4, 3)), w=np.ones(4))
    assert error.message == "X@w: X is [4, 3], w is [4]; 3 is not 4"
    error = refused("input X: real[m, n]; input y: real[m]\ng := X@y", X=np.ones((4, 3)), y=np.ones(4))
    assert error.message == "X@y: X is [m, n], y is [m]; n = 3, but m = 4"


@pytest.mark.parametrize("target", ["loops", "numpy", "parallel"])
def test_sizes_that_change_in_a_loop_are_told_by_rows_and_columns(target):
    program = gdc.compile("repeat k { w := X@w }")
    with pytest.raises(gdc.Error) as caught:
        program.run({"k": 2, "X": np.ones((2, 3)), "w": np.ones(3)}, target)
    assert caught.value.message == "X@w: X is [rows(X), columns(X)], w is [rows(w)]; columns(X) = 3, but rows(w) = 2"
