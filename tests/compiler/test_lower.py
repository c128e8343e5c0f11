"""Lowering: programs lowered in both styles, printed, run, and held against the array IR's interpreter."""

from importlib import import_module

import interpret
import numpy as np
import pytest

from gdc.compiler import imp, ir
from gdc.compiler.build import build
from gdc.compiler.dims import dim
from gdc.compiler.lower import lower
from gdc.compiler.lower.moves import moves
from gdc.compiler.passes import solvers
from gdc.compiler.record import Record
from gdc.compiler.types import BOOL, INT, REAL, Type
from gdc.dsl.parse import parse
from gdc.dsl.source import Source

STYLES = {"loops": ("nests", False), "blas": ("nests", True), "numpy": ("calls", False)}


def built(text, target="numpy"):
    source = Source(text, "test.gd")
    program = build(parse(source), source)
    return solvers.run(program, Record()) if target == "loops" else program


def lowered(text, target, record=None):
    style, blas = STYLES[target]
    return lower(built(text, target), style, record, blas=blas)


def run(program, target, **inputs):
    """The outputs of a lowered program, by its target's printer."""
    text = import_module(f"gdc.compiler.targets.{'numpy' if target == 'numpy' else 'loops'}").emit(program).text
    names = {}
    exec(compile(text, "<text>", "exec"), names)
    given = [np.array(inputs[p.user]) if p.rank else inputs[p.user] for p in program.parameters]
    results = names["program"](*given)
    for p, value in zip(program.parameters, given, strict=True):
        np.testing.assert_array_equal(value, inputs[p.user])
    arrays = [r for r in results if isinstance(r, np.ndarray)]
    assert not any(np.shares_memory(a, b) for k, a in enumerate(arrays) for b in arrays[:k])
    return {name: r for (name, _, _), r in zip(program.outputs, results, strict=True)}


def statements(program, kind):
    return [s for s in imp.statements(program.body) if isinstance(s, kind)]


def copies(body):
    """Copies of arrays anywhere inside loops."""
    inside = [
        s
        for loop in imp.statements(body)
        if isinstance(loop, (imp.Loop, imp.Forever))
        for s in imp.statements(loop.body)
    ]
    return [s for s in inside for top in imp.expressions(s) for e in imp.subexpressions(top) if e.op == "copy"]


def agree(text, **inputs):
    want = interpret.run(built(text), **inputs)
    for target in STYLES:
        got = run(lowered(text, target), target, **inputs)
        for name, value in zip(built(text).outputs, want.values() if isinstance(want, dict) else want, strict=True):
            np.testing.assert_allclose(got[name], value, rtol=1e-12, atol=1e-12, err_msg=f"{target}: {name}")


rng = np.random.default_rng(3)
X, Y, x, y = rng.standard_normal((4, 3)), rng.standard_normal((3, 5)), rng.standard_normal(5), rng.standard_normal(5)

FORMULAS = [
    "X@Y",
    "X.T@X",
    "X@Y[:, 0]",
    "X[:, 0]@X",
    "x@y",
    "sum(X)",
    "sum(X, axis=0)",
    "sum(X, axis=1, keepdims=true)",
    "mean(X, axis=0)",
    "var(X, axis=0)",
    "std(X, axis=1)",
    "var(x)",
    "norm(X)",
    "norm(X, axis=0)",
    "logsumexp(X, axis=1)",
    "logsumexp(X, axis=0)",
    "logsumexp(x)",
    "argmax(X, axis=0)",
    "argmin(X, axis=1)",
    "argmax(x)",
    "max(X, axis=0)",
    "min(X)",
    "prod(X, axis=0)",
    "all(X > -9, axis=0)",
    "any(x > 9)",
    "X[1:3, ::2]",
    "x[::-1]",
    "x[[3, 0, 3]]",
    "X[:, [2, 0]]",
    "reshape(X, 2, 6)",
    "reshape(X.T, 12)",
    "x[:, new]*y[new, :]",
    "concat(X, Y.T, axis=0)",
    "stack(x, y, axis=1)",
    "X - mean(X, axis=0)",
    "where(x > 0, x, y)",
    "[X[i, j]*x[j] for i, j in 0..3]",
    "sum(x[k]*X[k, :] for k in 0..4)",
    "max(X[k, :] for k in 0..4)",
    "sum(x[k] for i in 0..3, k in 0..i + 1)",
    "std(x[k] for k)",
    "logsumexp(x[k] for k)",
    "norm(x[k] for k)",
    "argmax(x[k] for k in 1..5)",
    "[sum(X[i, k] for k) for i]",
    "x*2 if x[0] > 0 else y",
    "[x[i] if i > 2 else y[i] for i]",
    "(1 if x[0] > 100 else 2)*x",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula(formula):
    text = f"input X: real[m, n]\ninput Y: real[n, p]\ninput x: real[p]\ninput y: real[p]\nr := {formula}\noutput r\n"
    agree(text, X=X, Y=Y, x=x, y=y)


CONTROL = {
    "swap": "a := x\nb := y\nfor i in 0..5 { t := a; a := b; b := t; a[0] += 1 }\noutput a, b",
    "two names": "a := x\nb := a\na[0] := 9\nb[1] := 8\noutput a, b, x",
    "overlap": "a := x\na[1:] := a[:-1]\na[1:] += a[:-1]\noutput a",
    "row and column": "A := x[:, new]*y[new, :]\nA[2, :] := A[:, 4]\noutput A",
    "kept old": "a := x\nt := a[0]\na[0] := a[1]\na[1] := t\noutput a",
    "branch": "a := x\nif x[0] > 0 { a[0] := 1 } else { a := 2*y }\nb := a\nb[1] := 3\noutput a, b",
    "branch in loop": "a := x\nc := 0\nfor i in 0..5 { if a[i] > 0 { a[i] := -a[i]; c += 1 } }\noutput a, c",
    "stop": "a := x\nk := 0\nwhile k < 4 { k += 1; a[k] += a[k - 1]; stop if a[k] > 1 }\noutput a, k",
    "skip": "s := 0.0\nfor i in 0..5 { skip if x[i] < 0; s += x[i] }\noutput s",
    "equal fills": "a := zeros(5)\nb := zeros(5)\na[0] := 1\nfor i in 0..5 { b[i] := i }\noutput a, b",
    "elementwise": "w := x\nrepeat 3 { w := w - 0.1*(w + y) }\noutput w",
    "not elementwise": "w := x\nrepeat 3 { w := w - 0.1*w[::-1] }\noutput w",
    "last and count": "a := x\na[[0, 2, 0]] := y[:3]\nb := x\nb[[0, 2, 0]] += y[:3]\noutput a, b",
    "no rounds": "a := x\nfor i in 3..0 { a[i] := 0 }\noutput a",
    "backwards": "a := x\nfor i in 4..0 by -1 { a[i] += a[i - 1] }\noutput a",
}


@pytest.mark.parametrize("name", CONTROL)
def test_control(name):
    agree("input x: real[p]\ninput y: real[p]\n" + CONTROL[name] + "\n", x=x, y=y)


SCALAR_LOOPS = {
    "cholesky": """
input A: real[n, n]
L := zeros(n, n)
for i in 0..n { for j in 0..i + 1 {
    s := A[i, j]
    for k in 0..j { s -= L[i, k]*L[j, k] }
    if i == j { L[i, j] := √s } else { L[i, j] := s/L[j, j] }
} }
output L
""",
    "gauss-seidel": """
input A: real[n, n]
x := zeros(n)
repeat 10 { for i in 0..n {
    s := A[i, 0]
    for j in 0..n { if j != i { s -= A[i, j]*x[j] } }
    x[i] := s/A[i, i]
} }
output x
""",
    "floyd-warshall": """
input A: real[n, n]
for k in 0..n { for i in 0..n { for j in 0..n { if A[i, k] + A[k, j] < A[i, j] { A[i, j] := A[i, k] + A[k, j] } } } }
output A
""",
    "nussinov": """
input A: real[n, n]
T := zeros(n, n)
for d in 1..n { for i in 0..n - d {
    j := i + d
    best := max(T[i + 1, j], T[i, j - 1])
    if A[i, j] > 0 { best := max(best, T[i + 1, j - 1] + 1) }
    for k in i + 1..j { best := max(best, T[i, k] + T[k + 1, j]) }
    T[i, j] := best
} }
output T
""",
}


@pytest.mark.parametrize("target", STYLES)
@pytest.mark.parametrize("name", SCALAR_LOOPS)
def test_scalar_loops_copy_no_array(name, target):
    record = Record()
    program = lowered(SCALAR_LOOPS[name], target, record)
    assert not copies(program.body)
    A = rng.standard_normal((5, 5))
    A = A @ A.T + 5 * np.eye(5)
    want = interpret.run(built(SCALAR_LOOPS[name]), A=A)
    (value,) = want.values() if isinstance(want, dict) else want
    (got,) = run(program, target, A=A).values()
    np.testing.assert_allclose(got, value, rtol=1e-12, atol=1e-12)


def test_a_copy_is_recorded():
    record = Record()
    lowered("input x: real[n]\nx[0] := 1\noutput x\n", "loops", record)
    assert ["the caller's array" in s.reason for s in record.steps] == [True]


def test_a_transposed_product_walks_rows():
    program = lowered("input X: real[m, n]\ninput e: real[m]\noutput g := X.T@e\n", "loops")
    (store,) = statements(program, imp.Store)
    assert store.combine == "add"
    outer, inner = statements(program, imp.Loop)
    assert (outer.mode, inner.mode) == ("serial", "parallel")


def test_blas_keeps_products_of_matrices():
    program = lowered("input X: real[m, n]\noutput G := X.T@X\n", "blas")
    assert not statements(program, imp.Loop)
    assert [s.value.op for s in statements(program, imp.Let) if s.value.rank] == ["matmul"]


def test_modes():
    program = lowered("input x: real[n]\nrepeat 3 { for i in 0..n { x[i] += 1 } }\ny := 2*x\noutput y\n", "loops")
    assert [loop.mode for loop in statements(program, imp.Loop)] == ["rounds", "serial", "parallel"]


def test_an_update_waits_for_the_readers():
    """The array IR has no order of its own: the read is created after the update, and comes before it."""
    v = ir.make("input", (), {"name": "v"}, (Type(REAL, (dim(3),)),))
    a = ir.node("mul", v, ir.const(2.0, REAL))
    changed = ir.node("update", a, ir.const(7.0, REAL), ir.integer(0), subscripts=("at",), combine="")
    total = ir.node("sum", a, axes=(0,), keepdims=False)
    program = ir.Program((v,), ir.Region((), (), (changed, total)), ("c", "t"), (), ir.Origins(), {})
    for style in ("nests", "calls"):
        body = lower(program, style)
        assert not [s for s in statements(body, imp.Let) if s.value.op == "copy"]


@pytest.mark.parametrize("style", ["nests", "calls"])
@pytest.mark.parametrize("shape", [(), (dim(3),)])
def test_long_chains_are_split(style, shape):
    v = ir.make("input", (), {"name": "v"}, (Type(REAL, shape),))
    total = v
    for k in range(5_000):
        total = ir.node("add", total, ir.node("mul", v, ir.const(float(k), REAL)))
    program = lower(ir.Program((v,), ir.Region((), (), (total,)), ("t",), (), ir.Origins(), {}), style)
    sizes = [sum(1 for _ in imp.subexpressions(e)) for s in imp.statements(program.body) for e in imp.expressions(s)]
    assert max(sizes) < 2000


def test_moves_are_simultaneous():
    a, b, c = (imp.var(n, INT) for n in "abc")
    spare = iter(["t1", "t2"])
    done = moves([("a", b, ()), ("b", a, ()), ("c", imp.add(c, a), ())], lambda: next(spare))
    values = {"a": 1, "b": 2, "c": 10}
    for let in done:
        values[let.name] = sum(values[e.get("name")] for e in imp.subexpressions(let.value) if e.op == "name")
    assert [values[n] for n in "abc"] == [2, 1, 11]


def test_empty_arrays():
    text = "input x: real[n]\ns := sum(x)\ny := x + 1\nfor i in 0..n { y[i] := 0 }\noutput s, y, c := concat(x, y)\n"
    for target in STYLES:
        got = run(lowered(text, target), target, x=np.zeros(0))
        assert got["s"] == 0
        assert got["y"].shape == got["c"].shape == (0,)


def test_bool_reductions_start_right():
    assert imp.const(True, BOOL).get("value") is True
    agree("input x: real[n]\noutput a := all(x > 0), b := any(x > 0), c := sum(x > 0)\n", x=x)
