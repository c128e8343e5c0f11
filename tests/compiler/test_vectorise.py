"""Tables and folds as array operations: which ones they become, and that the answer is the same."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from gdc.compiler.build import build
from gdc.compiler.ir import roots, walk
from gdc.compiler.passes import raise_loops, vectorise
from gdc.compiler.record import Record
from gdc.dsl.parse import parse
from gdc.dsl.source import Source


def sibling(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


interpret = sibling("interpret")
LOOPS = sibling("test_raise_loops")

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")    # NumPy on means of nothing

HEAD = """input x, y: real[n]
input X, Y: real[m, n]
input e: real[m]
input A: real[n1, n2, n3]
input B: real[n3, n]
input k: int[q]
param t: int = 3
"""


class Interpreter(interpret.Interpreter):
    """The judge; a check's values are asked for where it fails, a greatest value over no round where nothing has it."""

    def do_check(self, node, frame):
        if not self.value(node.args[0], frame):
            raise interpret.Stopped(node.get("site"), *(self.value(a, frame) for a in node.args[1:]))

    def do_fold(self, node, frame):
        if int(self.value(node.args[1], frame)) == 0 and node.get("monoid") in ("min", "max"):
            return np.zeros([self.size(d, frame) for d in node.type.shape])
        return super().do_fold(node, frame)


def built(text, head=HEAD):
    source = Source(head + text, "t.gd")
    return build(parse(source), source)


def compiled(text, head=HEAD):
    record = Record()
    program = raise_loops.run(built(text, head), record)
    return vectorise.run(program, record), record


def data(m, n, p, q, r, size, seed):
    rng = np.random.default_rng(seed)
    draw = lambda *s: rng.integers(-8, 9, s)/4    # dyadic, so that sums are exact
    return {"x": draw(n), "y": draw(n), "X": draw(m, n), "Y": draw(m, n), "e": draw(m), "A": draw(p, q, r),
            "B": draw(r, n), "k": rng.integers(0, max(n, 1), size), "t": 3}


SIZES = [(4, 5, 2, 3, 4, 6), (1, 1, 1, 1, 1, 1), (0, 3, 2, 0, 2, 2), (3, 0, 0, 2, 0, 0), (0, 0, 0, 0, 0, 0),
         (5, 2, 3, 1, 2, 9)]


def answer(program, values):
    try:
        return Interpreter(program, values).run()
    except interpret.Stopped as stopped:
        return stopped.args


def same(text, head=HEAD, exact=True):
    program, _ = compiled(text, head)
    for sizes in SIZES:
        for seed in range(2):
            values = data(*sizes, seed)
            want, got = answer(built(text, head), values), answer(program, values)
            assert type(want) is type(got), (want, got, sizes)
            if isinstance(want, tuple):
                assert not exact or [float(v) for v in want] == [float(v) for v in got]
                continue
            for name in want:
                assert np.shape(want[name]) == np.shape(got[name]), (name, sizes)
                assert np.allclose(want[name], got[name], rtol=1e-12, atol=1e-12, equal_nan=True), \
                    (name, want[name], got[name], sizes)


def ops(program):
    return [v.op for v in walk(roots(program.region))]


GONE = {
    "map": "z := [x[i]^2 + y[i] for i]",
    "outer": "z := [x[i]*e[j] for i, j]",
    "transpose": "z := [X[j, i] for i, j]",
    "index as a value": "z := [x[i]*i - j for i, j in 0..t]",
    "constant": "z := [1.5 for i in 0..n]",
    "range": "z := [x[i] for i in 1..n]",
    "step": "z := [x[i] + y[i] for i in 0..n by 2]",
    "down": "z := [x[i] for i in n - 1..-1 by -1]",
    "down by two": "z := [x[i] for i in n - 1..-1 by -2]",
    "reversed": "z := [x[n - 1 - i] for i in 0..n]",
    "strided": "z := [x[2*i] for i in 0..n//2]",
    "difference": "z := [x[i + 1] - x[i] for i in 0..n - 1]",
    "toeplitz": "z := [x[i - j] if i >= j else 0 for i in 0..n, j in 0..n]",
    "shift with a border": "z := [x[i - 1] if i > 0 else 0 for i in 0..n + 1]",
    "both borders": "z := [(x[i - 1] if i > 0 else 0) + (x[i + 1] if i < n - 1 else 0) for i in 0..n]",
    "band": "z := [X[i, j] if abs(i - j) <= 1 else 0 for i, j]",
    "nested condition": "z := [(x[i - 2] if i > 1 else x[i - 1]) if i > 0 else 7 for i in 0..n]",
    "gather": "z := [x[k[i]] for i]",
    "gather in a matrix": "z := [X[i, k[j]]*e[i] for i, j]",
    "one column each": "z := [Y[i, k[0]] for i]",
    "diagonal": "z := [X[i, i] for i in 0..min(m, n)]",
    "trace": "z := sum(X[i, i] for i in 0..t)",
    "rows as bodies": "z := [X[i, :]*e[i] for i]",
    "windows": "z := [sum(x[i:i + 2]) for i in 0..n - 1]",
    "window bodies": "z := [x[i:i + 2] for i in 0..n - 1]",
    "element of a table": "z := [[X[i, j]*2 for j][0] for i]",
    "nested table": "z := [[X[i, j]*e[i] for j] for i]",
    "sum": "z := sum(x[i] for i)",
    "sum of two": "z := sum(x[i]*y[i] for i)",
    "sum of constants": "z := sum(2 for i in 0..n)",
    "matvec": "z := [sum(X[i, j]*x[j] for j) for i]",
    "matvec transposed": "z := [sum(X[i, j]*e[i] for i) for j]",
    "gram": "z := [sum(X[i, a]*X[i, b] for i) for a, b]",
    "outer gram": "z := [sum(X[a, j]*Y[b, j] for j) for a, b]",
    "swapped": "z := [sum(X[a, j]*Y[b, j] for j) for b, a]",
    "batched": "z := [sum(A[i, j, c]*A[i, b, c] for c) for i, j, b]",
    "batched vector": "z := [sum(A[i, j, c]*B[c, j] for c) for i, j in 0..min(n2, n)]",
    "tensor": "z := [sum(A[i, j, c]*B[c, a] for c) for i, j, a]",
    "two summed": "z := [sum(A[i, j, c]*A[i, j, b] for i, j) for c, b]",
    "weighted": "z := [sum(X[i, a]*e[i]*X[i, b] for i) for a, b]",
    "three factors": "z := sum(X[i, j]*e[i]*x[j] for i, j)",
    "four factors": "z := [sum(A[i, j, c]*B[c, b]*X[a, b]*e[a] for c, a) for i, j, b]",
    "separable": "z := sum(e[i]*x[j] for i, j)",
    "scaled": "z := [2*sum(X[i, j]*e[i]*t for i)/m for j]",
    "negative": "z := [sum(-X[i, j]*e[i] for i) for j]",
    "double sum": "z := sum(sum(X[i, j]*x[j] for j)*e[i] for i)",
    "sum of sums": "z := sum(sum(X[i, j] for j) for i)",
    "body is an array": "z := sum(e[i]*X[i, :] for i)",
    "body is a matrix": "z := sum(e[i]*outer(X[i, :], X[i, :]) for i)",
    "product in a body": "z := [X[i, :]@x for i]",
    "matrix product in a body": "z := [A[i, :, :]@B for i]",
    "count": "z := sum(x[i] > 0 for i)",
    "count pairs": "z := [sum(X[i, j] > Y[i, j] for j) for i]",
    "product": "z := prod(x[i] for i)",
    "mean": "z := [mean(A[i, j, c] for c) for i in 0..n1, j in 0..n2]",
    "greatest": "z := [max(X[i, j]*e[i] for i in 0..m) for j] if m > 0 else x",
    "any": "z := [any(X[i, j] > 1 for i) for j]",
    "all": "z := all(x[i] > y[i] for i)",
    "argmax": "z := argmax(x[i]*y[i] for i) if n > 0 else 0",
    "argmin of a range": "z := argmin(x[i]*y[i] for i in 1..n) if n > 1 else 0",
    "variance": "z := [var(X[i, j] for j) for i]",
    "reductions in a body": "z := [sum(X[i, :]^2)*e[i] for i]",
    "checked": "z := [x[i + 1] for i in 0..t]",
    "checked gather": "z := [e[k[i]] for i]",
    "checked twice": "z := [e[k[i]] + x[i + 1] for i in 0..t]",
    "checked, the same each round": "z := [x[t] for i in 0..m]",
    "checked value": "z := [i//(i - t) for i in 0..m]",
    "checked branch": "z := [10//i if i > 0 else 0 for i in 0..m]",
    "powers": "z := [2^(i - 1) if i > 0 else 0 for i in 0..m]",
}

PARTLY = {
    "convolution": "z := [sum(x[i + a]*y[a] for a in 0..min(t, n)) for i in 0..n - min(t, n) + 1]",
    "pooling": "z := [max(x[2*i + a] for a in 0..2) for i in 0..n//2]",
    "distances": "z := [sum((X[i, a] - Y[c, a])^2 for a) for i, c]",
    "ragged": "z := [sum(x[j] for j in 0..i) for i in 0..n]",
    "ragged products": "z := [sum(x[j]*y[j] for j in i..n) for i in 0..n]",
}


@pytest.mark.parametrize("name", GONE)
def test_no_nest_is_left(name):
    program, record = compiled(GONE[name])
    assert not {"table", "fold"} & set(ops(program)), [s.reason for s in record.steps]
    same(GONE[name], exact=name != "checked twice")     # of several checks, the first in the text is made first


@pytest.mark.parametrize("name", PARTLY)
def test_a_nest_is_left(name):
    same(PARTLY[name])


@pytest.mark.parametrize("name", [*LOOPS.RAISED, *LOOPS.STAYS])
def test_raised_loops(name):
    same(LOOPS.RAISED.get(name) or LOOPS.STAYS[name][0])


PRODUCTS = {
    "z := [sum(X[i, j]*e[i] for i) for j]": "X.T@e",
    "z := zeros(n); for j in 0..n { for i in 0..m { z[j] += X[i, j]*e[i] } }": "X.T@e",
    "z := zeros(n); for i in 0..m { for j in 0..n { z[j] += X[i, j]*e[i] } }": "X.T@e",
    "z := zeros(n); for i in 0..m { z += X[i, :]*e[i] }": "X.T@e",
    "z := sum(e[i]*X[i, :] for i)": "X.T@e",
    "z := [sum(X[i, j]*x[j] for j) for i]": "X@x",
    "z := [X[i, :]@x for i]": "X@x",
    "z := sum(x[i]*y[i] for i)": "x@y",
    "z := [sum(X[i, a]*Y[i, b] for i) for a, b]": "X.T@Y",
    "z := [sum(X[a, i]*Y[b, i] for i) for a, b]": "X@Y.T",
    "z := [sum(X[a, i]*Y[b, i] for i) for b, a]": "Y@X.T",
    "C := zeros(m, m)\nfor i in 0..m { for j in 0..m { for a in 0..n { C[i, j] += X[i, a]*Y[j, a] } } }\noutput C":
        "X@Y.T",
    "C := zeros(m, m)\nfor a in 0..n { for i in 0..m { for j in 0..m { C[i, j] += X[i, a]*Y[j, a] } } }\noutput C":
        "X@Y.T",
}


@pytest.mark.parametrize("text", PRODUCTS)
def test_is_the_same_node_as_the_product(text):
    program, _ = compiled(f"{text}\noutput other := {PRODUCTS[text]}" if "output" in text else
                          f"{text}\noutput z, other := {PRODUCTS[text]}")
    assert program.region.results[0] is program.region.results[1]


def test_the_reason_for_a_nest_is_told():
    _, record = compiled(PARTLY["ragged"])
    assert any("the range of j depends on i" in step.reason for step in record.steps)


def test_blocks_are_told_and_bounded():
    program, record = compiled(PARTLY["distances"])
    assert any("in blocks of a" in step.reason for step in record.steps)
    assert ops(program).count("fold") == 1


def test_switched_off():
    record = Record(without=frozenset(["vectorise"]))
    assert "table" in ops(vectorise.run(built(GONE["map"]), record))


def test_a_long_body():
    program, _ = compiled("z := [x[i]" + " + y[i]"*5000 + " for i]")
    assert "table" not in ops(program)


def test_origins_are_kept():
    program, _ = compiled(GONE["matvec"])
    assert all(program.origins.of(v) for v in walk(roots(program.region)) if v.op == "matmul")
