"""Functions of the script and of the prelude, index notation, grad (LANGUAGE.md §3 to §5)."""

import built
import pytest

from gdc.compiler import ir

HEAD = "input X: real[m, n]; input v: real[n]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(x) = 2*x\ny := f(v)", "real[n]"),
        ("def f(x, k = 2) = k*x\ny := f(v)", "real[n]"),
        ("def f(x, k = 2) = k*x\ny := f(k = v, x = 3)", "real[n]"),
        ("def f(A: real[p, q]) = A@ones(q)\ny := f(X)", "real[m]"),
        ("def f(A: real[n, m]) = zeros(n)\ny := f(X)", "real[m]"),
        ("def f(w: real[_]) = sum(w)\ny := f(v)", "real"),
        ("def f(w: real) = w\ny := f(3)", "real"),
        ("def f(w: real[p + 1], u: real[p]) = u\ny := f(v, v[1:])", "real[n - 1]"),
        ("y := g(3)\ndef g(x) = h(x) + 1\ndef h(x) = x/2", "real"),
        ("def f(x) { s := x; repeat 3 { s := s/2 }; return s }\ny := f(8)", "real"),
        ("def f() = n\ny := f()", "int"),
        ("def f(m) = m\ny := f(2.5)", "real"),
        ("def exp(t) = true\ny := exp(2.0)", "bool"),
        ("def exp(t) = true\ny := sigmoid(2.0)", "real"),
        ("def sum(t) = 1\ny := mse(v, v)", "real"),
        ("def sigmoid(t) = 1\ny := sigmoid(v)", "int"),
    ],
)
def test_calls(text, expected):
    assert built.types(HEAD + text + "\noutput y")["y"] == expected


def test_several_results():
    found = built.types(HEAD + "def f(x) { return sum(x), x > 0 }\n(a, b) := f(v)\n(_, c) := f(X)\noutput a, b, c")
    assert found == {"a": "real", "b": "bool[n]", "c": "bool[m, n]"}


def test_contract_names_are_local_to_each_call():
    assert built.errors(HEAD + "def f(A: real[p, q]) = sum(A)\ny := f(X) + f(X.T) + f(X[:, new, 0])") == []


def test_contracts_meet_the_program_s_sizes():
    text = HEAD + "def f(a: real[p], b: real[p]) = sum(a*b)\ny := f(v, X[:, 0])"
    assert {frozenset(pair) for pair in built.demands(text)} == {frozenset(("m", "n"))}


@pytest.mark.parametrize(
    ("text", "kind", "line", "words"),
    [
        ("def f(a, b) = a + b\ny := f(1)", "type", 2, ["f", "2", "1", "b is missing"]),
        ("def f(a, b) = a + b\ny := f(1, 2, 3)", "type", 2, ["takes 2", "not 3"]),
        ("def f(a) = a\ny := f(1, a = 2)", "type", 2, ["twice"]),
        ("def f(a) = a\ny := f(b = 2)", "type", 2, ["no parameter b"]),
        ("def f(n) = f(n - 1)\ny := f(3)", "type", 1, ["calls itself"]),
        ("def f(n) = g(n)\ndef g(n) = f(n)\ny := f(3)", "type", 2, ["f → g → f"]),
        ("def f(x) { return x, x }\ny := f(1)", "type", 2, ["2 results"]),
        ("def f(x) = x\n(a, b) := f(1)", "type", 2, ["2 names", "1 result"]),
        ("a := 3\ndef f(x) = a*x\ny := f(1)", "name", 2, ["a", "parameter"]),
        ("def f(A: real[p, q]) = A\ny := f(3.0)", "shape", 2, ["A must be real[p, q]", "scalar"]),
        ("def f(k: int) = k\ny := f(0.5)", "type", 2, ["k must be int", "real"]),
        ("def f(A: real[p, p]) = A\ny := f(zeros(2, 3))", "shape", 2, ["2", "3"]),
        ("def f(x) { record x; return x }\ny := f(1)", "type", 1, ["record"]),
        ("def f(x) = x\ndef f(x) = 2*x\ny := f(1)", "name", 2, ["twice"]),
        ("y := sum(1 for i in 0..3, i2 in 0..2, i)", "type", 1, ["range of i"]),
    ],
)
def test_misuse(text, kind, line, words):
    found = built.errors(text)
    assert (kind, line) in [e[:2] for e in found], found
    message = next(e[3] for e in found if e[:2] == (kind, line))
    assert all(w in message for w in words), message


def test_errors_of_the_prelude_stand_at_the_call():
    ((kind, line, column, _),) = built.errors("input x: real[4]; input y: real[3]\n\nz := mse(x, y)")
    assert (kind, line) == ("shape", 3)
    assert column == 6


def test_solvers_stay_as_they_are_written():
    text = "input A: real[n, n]; input b: real[n]\nx := solve(A, b); L := cholesky(A); d := det(A)"
    assert {"solve", "cholesky", "det"} <= {n.op for n in built.nodes(built.program(text))}


# --- index notation ----------------------------------------------------------------------------


def test_three_ways_to_write_one_gradient():
    made = built.program("input X: real[m, n]; input e: real[m]\ng := [sum(X[i, j]*e[i] for i) for j]")
    (table,) = built.nodes(made, "table")
    (fold,) = built.nodes(made, "fold")
    assert (table.get("names"), fold.get("names"), fold.get("monoid")) == (("j",), ("i",), "sum")
    assert str(made.region.results[0].type) == "real[n]"


def test_ranges_read_off_agree_on_entry():
    text = "input X: real[m, n]; input e: real[k]\ns := sum(X[i, j]*e[i] for i, j)"
    assert {frozenset(d) for d in built.demands(text)} == {frozenset(("m", "k"))}


def test_an_index_hides_a_name_and_gives_it_back():
    assert built.types("input v: real[n]\ni := 2.5\ns := sum(v[i] for i)\nt := i")["t"] == "real"


def test_inner_index_of_the_same_name():
    assert built.types("input X: real[m, n]\ns := [sum(X[0, i] for i)*X[i, 0] for i]")["s"] == "real[m]"


def test_equal_formulas_are_one_node():
    made = built.program("input X: real[m, n]; input w: real[n]\na := X@w + 1; b := X@w + 2")
    assert len(built.nodes(made, "matmul")) == 1


# --- grad --------------------------------------------------------------------------------------


def test_grad_names_the_variable_that_was_last_assigned():
    made = built.program("input w: real[n]\nw := 2*w\nJ := sum(w^2)\ng := grad(J, w)")
    (found,) = built.nodes(made, "grad")
    assert found.args[1].op == "variable"
    assert found.type == found.args[1].type


def test_grad_in_a_function_s_result():
    """The parameters that a `return` differentiates by are variables too."""
    assert built.types(
        "input v: real[n]\ndef f(w) = grad(sum(w^2), w)\ndef g(w) { L := sum(w^3); return grad(L, w) }"
        "\na := f(v); b := g(v)"
    ) == {"a": "real[n]", "b": "real[n]"}


def test_equal_variables_do_not_share_a_derivative():
    made = built.program("input h: int\nu := zeros(h); v := zeros(h)\nJ := sum(u + 2*v)\n(a, b) := grad(J, u, v)")
    one, other = built.nodes(made, "grad")
    assert one.args[1] is not other.args[1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("input w: real[n]\nJ := w^2\ng := grad(J, w)", ["scalar", "sum"]),
        ("input w: real[n]\nJ := 3.0\ng := grad(J, w)", ["J", "w", "depend"]),
        ("input w: real[n]\nJ := sum(w)\ng := grad(J, w[0])", ["names"]),
        ("input k: int[n]\nJ := sum(k)\ng := grad(J, k)", ["int", "reals"]),
        ("input w: real[n]\nJ := sum(w)\nw := 2*w\ng := grad(J, w)", ["depend", "after w was last assigned"]),
        ("input w: real[n]\ng := grad(sum(w))", ["grad"]),
    ],
)
def test_grad_refused(text, words):
    ((kind, line, _, message),) = built.errors(text)
    assert (kind, line) == ("type", text.count("\n") + 1)
    assert all(w in message for w in words), message


def test_walk_meets_every_node_once():
    made = built.program("input v: real[n]\ns := 0.0\nfor i in 0..n { if v[i] > 0 { s += v[i] } }")
    found = ir.walk(ir.roots(made.region))
    assert len(found) == len(set(found))
