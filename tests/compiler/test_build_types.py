"""Element types, promotion, dimensions and contracts (LANGUAGE.md §2)."""

import built
import pytest

from gdc.compiler import ir
from gdc.compiler.dims import ONE, dim
from gdc.compiler.types import INT, REAL, Type


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1 + 2", "int"),
        ("1 + 2.0", "real"),
        ("true + true", "int"),
        ("-true", "int"),
        ("1/2", "real"),
        ("7 // 2", "int"),
        ("7 % 2.0", "real"),
        ("2^3", "int"),
        ("2^3.0", "real"),
        ("true and false", "bool"),
        ("1 < 2 < 3", "bool"),
        ("k + 1", "int[q]"),
        ("k + 1.0", "real[q]"),
        ("k/2", "real[q]"),
        ("k > 1", "bool[q]"),
        ("exp(k)", "real[q]"),
        ("floor(k)", "int[q]"),
        ("round(v)", "real[n]"),
        ("abs(c)", "int[m]"),
        ("sqrt(4)", "real"),
        ("max(1, 2.0)", "real"),
        ("sum(c)", "int"),
        ("sum(k)", "int"),
        ("mean(k)", "real"),
        ("mean(c)", "real"),
        ("prod(v)", "real"),
        ("max(k)", "int"),
        ("any(c)", "bool"),
        ("argmin(X, axis=0)", "int[n]"),
        ("norm(k)", "real"),
        ("var(k)", "real"),
        ("min(c)", "bool"),
        ("where(c, 1, 2.0)", "real[m]"),
        ("1 if c else 0", "int[m]"),
        ("s if s > 0 else 0", "real"),
        ("clip(k, 0, 1)", "int[q]"),
        ("zeros(3)", "real[3]"),
        ("zeros(n, int)", "int[n]"),
        ("ones(2, m, bool)", "bool[2, m]"),
        ("full(1, n)", "int[n]"),
        ("arange(n)", "int[n]"),
        ("like(k, 0)", "int[q]"),
        ("eye(m)", "real[m, m]"),
        ("cast(v, int)", "int[n]"),
        ("[1, 2.0]", "real[2]"),
        ("[[1, 2], [3, 4]]", "int[2, 2]"),
        ("[v, v]", "real[2, n]"),
        ("one_hot(k, 4)", "real[q, 4]"),
        ("size(X)", "int"),
        ("isnan(v)", "bool[n]"),
        ("pi", "real"),
        ("0xFF", "int"),
        ("1_000", "int"),
    ],
)
def test_elements(formula, expected):
    assert built.type_of(formula) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("X.T", "real[n, m]"),
        ("v.T", "real[n]"),
        ("X@v", "real[m]"),
        ("X.T@X", "real[n, n]"),
        ("v@v", "real"),
        ("X@X.T@X", "real[m, n]"),
        ("X·v", "real[m]"),
        ("2·v", "real[n]"),
        ("X[1:-1]", "real[m - 2, n]"),
        ("X[:, 0]", "real[m]"),
        ("X[::2, ::-1]", "real[(m + 1)//2, n]"),
        ("X[..., -1]", "real[m]"),
        ("v[:, new]", "real[n, 1]"),
        ("v[new, :, new]", "real[1, n, 1]"),
        ("X[k]", "real[q, n]"),
        ("X[:, k]", "real[m, q]"),
        ("v[i:]", "real[-i + n]"),
        ("v[:2*i]", "real[2*i]"),
        ("X[-2:, 1:3]", "real[2, 2]"),
        ("sum(X, axis=0)", "real[n]"),
        ("sum(X, axis=-1, keepdims=true)", "real[m, 1]"),
        ("sum(X, axis=(0, 1))", "real"),
        ("X - mean(X, axis=1, keepdims=true)", "real[m, n]"),
        ("X + v", "real[m, n]"),
        ("X[:, :, new]*X[:, new, :]", "real[m, n, n]"),
        ("reshape(X, n, m)", "real[n, m]"),
        ("reshape(X, -1)", "real[m*n]"),
        ("reshape(X, m, 1, -1)", "real[m, 1, n]"),
        ("concat(X, X, axis=0)", "real[2*m, n]"),
        ("stack(v, v, axis=1)", "real[n, 2]"),
        ("tile(v, 3)", "real[3*n]"),
        ("tile(X, 2, 1)", "real[2*m, n]"),
        ("broadcast(v, m, n)", "real[m, n]"),
        ("squeeze(v[:, new])", "real[n]"),
        ("flip(X)", "real[m, n]"),
        ("outer(v, v)", "real[n, n]"),
        ("diag(v)", "real[n, n]"),
        ("[X[a, b]*2 for a, b]", "real[m, n]"),
        ("[v for a in 0..3]", "real[3, n]"),
        ("[1 for a in 1..n + 1]", "int[n]"),
        ("sum(X[a] for a)", "real[n]"),
        ("argmin(v[a] for a)", "int"),
        ("solve(X.T@X, v)", "real[n]"),
        ("transpose(X[new], 2, 0, 1)", "real[n, 1, m]"),
        ("linspace(0, 1, 2*n + 1)", "real[2*n + 1]"),
        ("zeros(m - m, 3)", "real[0, 3]"),
    ],
)
def test_shapes(formula, expected):
    assert built.type_of(formula) == expected


def test_equal_sizes_are_one_size():
    """`n + n - n` and `n` are the same: nothing is left to be checked."""
    text = "input v: real[n]\na := zeros(n + n - n) + v; c := zeros((n + 1) - 1) + zeros(size(v))"
    assert built.demands(text) == []
    assert built.checks(text) == []


def test_meeting_sizes_are_demanded_once():
    text = "input a: real[m]\ninput b: real[n]\nc := a + b\nd := a*b\ne := b - a"
    assert built.demands(text) == [("m", "n")]
    assert set(built.types(text).values()) <= {"real[m]", "real[n]"}


def test_demand_names_both_shapes():
    made = built.program("input a: real[m]\ninput b: real[n]\nc := a + b")
    site = made.sites[made.demands[0].site]
    assert (site.kind, site.span.line) == ("shape", 3)
    assert "a is [m], b is [n]" in site.message


def test_demand_in_a_branch_is_a_check_there():
    text = "input a: real[m]\ninput b: real[n]\ns := 0.0\nif m > 3 { s := sum(a + b) }"
    assert built.demands(text) == []
    assert built.checks(text) == [("shape", "a + b")]


@pytest.mark.parametrize(
    ("contract", "name", "formula"),
    [
        ("real[P + 1]", "P", "size - 1"),
        ("real[2*P]", "P", "size//2"),
        ("real[P - 2]", "P", "size + 2"),
        ("real[P]", "P", "size"),
    ],
)
def test_dimensions_are_solved(contract, name, formula):
    made = built.program(f"input x: {contract}\ny := {name}\noutput y")
    assert str(made.dimensions[name][2]) == formula


def test_a_bare_name_wins_over_a_formula():
    made = built.program("input x: real[M + 1]\ninput y: real[M]\nz := M")
    assert made.dimensions["M"][:2] == (1, 0)


def test_each_underscore_is_a_size_of_its_own():
    text = "input A: real[_, _]\ninput b: real[_]\nc := A[0] + b"
    assert built.demands(text) == [("size(A, 1)", "size(b, 0)")]


def test_an_int_input_that_is_a_dimension_has_its_value():
    made = built.program(
        "input k: int\ninput x: real[k]\nparam h: int = k//2\ninput y: real[h]\nz := zeros(k) + x\nw := k + 1"
    )
    assert "k" not in made.dimensions
    assert "h" not in made.dimensions
    assert made.demands == ()
    assert [str(r.type) for r in made.region.results] == ["real[k]", "int"]


def test_computed_size_is_a_new_dimension():
    text = "input v: real[n]\nk := sum(cast(v, int))\nx := zeros(k)\ny := x + v\nz := x + ones(k)"
    found = [c for c in built.checks(text) if c[0] in ("value", "shape")]
    assert ("shape", "x + v") in found
    assert ("shape", "x + ones(k)") not in found
    assert ("value", "k") in found


@pytest.mark.parametrize("formula", ["zeros(n)", "zeros(2*n + 1)", "arange(size(X))", "ones(m*n)"])
def test_sizes_of_contracts_are_not_checked(formula):
    assert built.checks(f"input X: real[m, n]\ny := {formula}") == []


def test_only_an_axis_of_1_by_contract_stretches():
    assert built.types("input a: real[1, n]\ninput b: real[m, 1]\nc := a + b") == {"c": "real[m, n]"}
    rows = Type(REAL, (ONE, dim("?")))
    columns = Type(REAL, (dim("?"), ONE))
    assert built.types("C := A + B", A=rows, B=columns) == {"C": "real[size(B, 0), size(A, 1)]"}


def test_bare_formula_takes_its_types_from_the_values():
    matrix, vector = Type(REAL, (dim("?"), dim("?"))), Type(REAL, (dim("?"),))
    made = built.program("w := w - a*(1/m)*X.T@(X@w+b-y)", w=vector, X=matrix, y=vector, m=Type(INT))
    assert [d.name for d in made.signature] == ["w", "a", "m", "X", "b", "y"]
    assert str(made.region.results[0].type) == "real[size(w, 0)]"
    assert {(str(d.left), str(d.right)) for d in made.demands} >= {("size(X, 1)", "size(w, 0)")}


def test_params_read_dimensions_and_earlier_params():
    made = built.program("input x: real[n]\nparam a: real = 1/n\nparam b = 2*a\nparam c: real[n] = full(b, n)\ny := c")
    assert [(d.name, str(d.type), d.is_param) for d in made.signature] == [
        ("x", "real[n]", False),
        ("a", "real", True),
        ("b", "real", True),
        ("c", "real[n]", True),
    ]


def test_declared_facts_reach_the_signature():
    made = built.program('input X: real[m, n] finite from "x.npz"["A"]\ny := X')
    declared = made.signature[0]
    assert (declared.finite, declared.path, declared.members) == (True, "x.npz", ("A",))


def test_large_arrays_are_remembered_for_the_memory_check():
    made = built.program("input n: int\nx := zeros(n, n, 1000)\ny := zeros(3)")
    assert [str(size) for size, _ in made.memory] == ["8000*n*n"]


def test_constants_of_arrays_are_converted():
    assert built.types("a := [1, 2] + 0.5\nb := [0, 1] if false else [0.5, 1.0]")["a"] == "real[2]"
    made = built.program("x := solve([[2, 0], [0, 1]], [2, 2])")
    assert {str(n.type.element) for n in built.nodes(made, "const")} == {"real"}


def test_least_int_is_a_literal():
    made = built.program("x := -9223372036854775808")
    assert made.region.results[0].value == -(2**63)


def test_chains_of_50_000_terms():
    made = built.program("x := " + "1 + " * 50_000 + "1")
    assert ir.walk(made.region.results)
