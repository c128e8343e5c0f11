"""solve, inv, det and cholesky on every target: the same values, and the same errors at the same places."""

import numpy as np
import pytest

import gdc

TARGETS = ("loops", "numpy", "parallel")
GOOD = np.array([[3.0, 1.0], [0.5, 2.0]])
SINGULAR = np.zeros((2, 2))

PROGRAMS = {
    "top": "x := inv(A)",
    "dead": "x := inv(A); output y; y := 1.0",
    "nested": "x := solve(A, inv(A.T) + inv(A.T + 1))",
    "table": "y := [sum(inv(A*i)) if i > 0 else 0.0 for i in 0..3]",
    "empty table": "y := [sum(inv(A)) for i in 0..0]",
    "table of k": "y := [sum(inv(A)) for i in 0..k]",
    "before an empty table": "x := inv(A); y := [x[i, 0] for i in 0..k]; output y",
    "fold": "y := sum(det(A + i)*sum(inv(A*(i + 1))) for i in 0..3)",
    "dependent fold": "y := sum(sum(inv(A + j))/(1 + i) for i in 0..3, j in 0..i)",
    "branch": "y := 0.0; if k > 0 { y := sum(inv(A)) }",
    "before a branch": "x := inv(A); y := 0.0; if k > 0 { y := sum(x) }; output y",
    "select": "y := sum(inv(A)) if k > 0 else 0.0",
    "loop": "s := 0.0; for i in 0..k { s += sum(inv(A + i*s)) }",
    "loop, the same in every round": "s := 0.0; for i in 0..k { s += sum(inv(A))/(1 + s) }",
    "before a loop": "x := inv(A); s := 0.0; for i in 0..k { s += sum(x)/(1 + s) }; output s",
    "before a branch in a loop": "L := inv(A.T@A); s := 0.0; for i in 0..3 { if i > k { s += sum(L)/(1 + s) } }; output s",
    "sum of the same": "s := 0.0; for i in 0..k { s += sum(inv(A)) }",
    "while": "s := 0.0; while s < k { s += sum(cholesky(A.T@A + s)) }",
    "stop": "s := 0.0; for i in 0..3 { if i >= k { stop }; s += sum(inv(A))/(1 + s) }",
    "print before": 'print "a"; x := inv(A); print x',
    "print after": 'x := inv(A); print "a"; print x',
    "print between": 'x := inv(A); print "a"; y := cholesky(A); print "b", x[0, 0] > 0; output y',
    "two": "x := inv(A); y := cholesky(A); output x, y",
    "two turned": "x := inv(A); y := cholesky(A); output y, x",
    "det": "d := det(A)",
    "grad of det": "g := grad(det(A), A)",
    "grad of a choice": "J := sum(solve(A, b)) if k > 0 else sum(b*b); g := grad(J, b)",
    "grad of a choice by the matrix": "J := sum(solve(A, b)) if k > 0 else sum(A*A); g := grad(J, A)",
    "grad in a loop": "w := b; for i in 0..3 { J := sum(solve(A, w)^2); w := w - 0.01*grad(J, w) }",
    "grad of a table": "g := grad(sum([sum(solve(A*(1 + i), b)) if i > k else 0.0 for i in 0..2]), A)",
    "in a function": "def f(M, v) { L := cholesky(M@M.T); return solve(L, v) }; y := f(A, b)",
    "of complex numbers": "x := solve(A + 1i, b); d := det(A*1i)",
    "of floats": "x := cast(inv(cast(A, f32)), real); d := cast(det(cast(A, f32)), real)",
}


def outcome(text, target, **values):
    """Outputs or error, and what was printed."""
    lines = []
    program = gdc.compile(text)
    try:
        found = dict(
            program.run({k: v for k, v in values.items() if k in program.signature}, target, show=lines.append)
        )
    except gdc.Error as error:
        return (error.kind, error.message, error.line, error.column), lines
    return found, lines


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("k", [0, 1])
@pytest.mark.parametrize("matrix", ["good", "singular"])
def test_targets_agree(name, k, matrix):
    text = "input A: real[n, n]; input b: real[n]; input k: int\n" + PROGRAMS[name]
    values = {"A": GOOD if matrix == "good" else SINGULAR, "b": np.array([1.0, 2.0]), "k": k}
    wanted, printed = outcome(text, "loops", **values)
    for target in TARGETS[1:]:
        found, said = outcome(text, target, **values)
        assert said == printed, target
        if isinstance(wanted, tuple) or isinstance(found, tuple):
            assert found == wanted, target
            continue
        for key in wanted:
            np.testing.assert_allclose(found[key], wanted[key], rtol=1e-5, atol=1e-12, err_msg=target)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("text", "fails"), [
    ("x := inv(A); output y; y := 1.0", False),
    ("y := sum(inv(A)) if k > 0 else 0.0", False),
    ("y := [sum(inv(A)) for i in 0..k]", False),
    ("s := 0.0; for i in 0..k { s += sum(inv(A)) }", False),
    ("x := inv(A); y := [x[i, 0] for i in 0..k]; output y", True),
    ("x := inv(A); s := 0.0; for i in 0..k { s += sum(x) }; output s", True),
    ("x := inv(A); s := 0.0; if k > 0 { s += sum(x) }; output s", True),
    ("d := det(A)", False),
    ("g := grad(det(A), A)", True),
])
def test_what_nobody_reads_is_dropped_and_the_rest_fails_where_it_was_written(text, fails, target):
    found, _ = outcome(f"input A: real[n, n]; input k: int\n{text}", target, A=SINGULAR, k=0)
    assert (found[:2] == ("value", "A is singular")) if fails else isinstance(found, dict)


@pytest.mark.parametrize("target", ["loops", "numpy"])
def test_before_a_loop_is_computed_once(target):
    text = "input A: real[n, n]; input k: int\nL := inv(A@A.T)\ns := 0.0\nfor i in 0..k { if i > 2 { s += sum(L)/(1 + s) } }"
    written = gdc.compile(text).source(target)
    assert written.index("# L := inv(A@A.T)") < written.index("# for i in 0..k")
    assert not {n.op for n in _final(text, "loops")} & {"solve", "inv", "det", "cholesky"}


def _final(text, target):
    from gdc.compiler.driver import compile_stages
    from gdc.compiler.ir import roots, walk
    from gdc.dsl.source import Source

    return walk(roots(compile_stages(Source(text, "t"), target, last="passes").final.region))
