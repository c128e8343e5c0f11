"""Walks on cuda, emulated: what joins them, that they agree with loops at every size and layout, and their bits."""

import numpy as np
import pytest
from launched import launched, with_joins, without_cupy

import gdc
from gdc.runtime import emulate, ptx

HEAD = "input X: real[m, n]\ninput y: real[m]\ninput w: real[n]\n"
FORMULAS = {
    "gradient step": "e := X@w - y\ng := X.T@e\nv := w - 0.1/m*g",
    "logistic": "J := mean(log(1 + exp(-y*(X@w))))\ng := grad(J, w)",
    "poisson": "J := sum(exp(X@w/10) - y*(X@w))\ng := grad(J, w)",
    "huber": "r := X@w - y\nJ := sum(where(abs(r) < 1, r^2/2, abs(r) - 0.5))\ng := grad(J, w)",
    "svm": "J := mean(max(0, 1 - y*(X@w))) + 0.1*sum(w^2)\ng := grad(J, w)",
    "two products": "u := y@X\nv := X@w\ns := sum(v^2)",
    "columns": "Z := standardize(X)\ne := Z@w - y\nJ := sum(e^2)\ng := grad(J, w)",
    "rows": "P := softmax(X)\ns := sum(P)\nv := var(X, axis=1)\nk := argmax(X, axis=1)\nc := max(X, axis=0)",
    "weighted": "G := [sum(y[k]*X[k, i]*X[k, j] for k) for i, j]\nh := X.T@y\nr := sum(abs(X), axis=1)",
    "rounds": "repeat 3 {\nJ := mean((X@w - y)^2)\nw := w - 0.01*grad(J, w)\n}",
    "vectors": "z := exp(-y^2)\ns := sum(z)\nt := sum(z*y)\nq := min(z)",
}
SIZES = [(300, 5), (1, 1), (0, 3), (7, 40), (600, 1), (1, 700), (140, 33)]


@pytest.fixture(autouse=True)
def emulated(monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")


def compiled(name, precision="f64"):
    head = HEAD.replace("input X: real[m, n]\n", "").replace("input w: real[n]\n", "") if name == "vectors" else HEAD
    return gdc.compile(head + FORMULAS[name], precision=precision)


def given(name, m, n, order="C", precision="f64"):
    random = np.random.default_rng(m + n)
    kind = {"f64": float, "f32": np.float32}[precision]
    data = {"X": random.normal(size=(m, n)), "y": np.sign(random.normal(size=m)), "w": random.normal(size=n)/max(n, 1)}
    return {k: np.asarray(v, kind, order=order) for k, v in data.items() if name != "vectors" or k == "y"}


def outcome(program, inputs, backend):
    """The outputs, or the error's message."""
    try:
        return dict(program.run(inputs, backend=backend))
    except gdc.Error as error:
        return {"error": str(error)}


def agree(program, inputs, tolerance):
    want, got = (outcome(program, inputs, backend) for backend in ("loops", "cuda"))
    assert want.keys() == got.keys()
    for name, value in want.items():
        if name == "error":
            assert got[name] == value
        else:
            scale = np.max(np.abs(value), initial=1.0, where=np.isfinite(value))
            np.testing.assert_allclose(got[name], value, rtol=tolerance, atol=tolerance*scale, err_msg=name)
            assert np.asarray(got[name]).dtype == np.asarray(value).dtype


@pytest.mark.parametrize("name", FORMULAS)
def test_a_walk_agrees_with_loops(name):
    program = compiled(name)
    assert "walk(walk_" in program.source("cuda")
    for m, n in SIZES if name != "weighted" else SIZES[:4]:
        for order in "CF":
            agree(program, given(name, m, n, order), 1e-12)


@pytest.mark.parametrize("name", FORMULAS)
def test_at_single_precision(name):
    program = compiled(name, "f32")
    for m, n in ((300, 5), (7, 40)):
        agree(program, given(name, m, n, "F", "f32"), 2e-4)


@pytest.mark.parametrize("name", ["gradient step", "svm", "rows", "two products"])
def test_nan_and_infinity_reach_what_they_reach_in_loops(name):
    inputs = given(name, 130, 6)
    inputs["X"][3, 2], inputs["X"][70, 0], inputs["X"][101, 5] = np.nan, np.inf, -np.inf
    with np.errstate(all="ignore"):
        agree(compiled(name), inputs, 1e-12)


@pytest.mark.parametrize("name", FORMULAS)
def test_the_same_bits_in_any_order_of_threads_and_for_any_layout(name):
    """Blocks, tiles and threads are fixed by sizes. The text's own limits are lowered: 5 blocks of 8 tiles."""
    inputs = given(name, 300, 5)
    program = compiled(name)
    text = program.source("cuda").replace("TILE = 4096", "TILE = 40").replace("count//512", "count//3")
    want = list(program.run(inputs, backend="loops").values())
    found = [emulate.load_emulated(text, "cuda", backwards)["program"](
        *(np.asarray(v, order=order) for v in inputs.values())) for backwards, order in
        ((False, "C"), (True, "C"), (False, "F"))]
    for k, value in enumerate(want):
        np.testing.assert_allclose(found[0][k], value, rtol=1e-11, atol=1e-11)
        for other in found[1:]:
            np.testing.assert_array_equal(found[0][k], other[k])


def test_each_row_is_read_once_and_what_the_walk_alone_uses_is_no_array():
    host = compiled("logistic").source("cuda").split("def program")[1]
    assert host.count("walk(walk_") == 1 and "X @" not in host and "X.T" not in host
    assert "xp.empty(m)" not in host


def test_a_step_in_a_loop_is_one_walk_a_round():
    inside = compiled("rounds").source("cuda").split("for step in")[1]
    assert inside.count("walk(walk_") == 1 and "X @" not in inside and "X.T" not in inside


@pytest.mark.parametrize("formula", [
    "e := X@w - y",                                     # X is passed over once: the library's
    "G := X.T@X\nH := X@X.T",                           # products of matrices are the library's
])
def test_what_is_no_walk(formula):
    assert "walk(walk_" not in gdc.compile(HEAD + formula).source("cuda")


@pytest.mark.parametrize("formula", [
    "c := bincount(cast(abs(y), int), 5)\nJ := sum(y^2)\nK := sum(X*X)",     # places that rows share
    "s := 0\nfor i in 1..m { s := s*0.5 + y[i]*y[i-1] }\nt := sum(y)",
    "A := X + 2i*X\nv := A@w\nu := y@A",                # complex
    "v := X@w\nu := X@v[:n]\nt := sum(u)",              # the second product needs the whole of the first
])
def test_what_stays_out_of_a_walk_agrees_with_loops(formula):
    inputs = given("gradient step", 40, 6)
    agree(gdc.compile(HEAD + formula), inputs, 1e-12)


def test_long_rows_are_the_librarys():
    """A row of 2,048 entries is walked, one of 2,049 is not; the condition is part of the plan."""
    program = compiled("two products")
    for n, walks in ((2048, True), (2049, False)):
        types = launched(lambda n=n: agree(program, given("two products", 3, n), 1e-12), pytest.MonkeyPatch())
        assert any(name.startswith("walk") for name in types) == walks


def test_without_stream_there_is_no_walk():
    program = gdc.compile(HEAD + FORMULAS["logistic"], without=["stream"])
    assert "walk(walk_" not in program.source("cuda")


def test_nothing_moves_past_a_check_that_it_may_rest_on():
    """`k` is looked at before it is a place, and all rows are added up besides."""
    program = gdc.compile("input k: int[m]\ninput x: real[m]\ns := sum(x)\nt := sum(x^2)\nc := bincount(k, 3)")
    inputs = {"k": np.array([0, 3, 1]), "x": np.ones(3)}
    assert "outside 0..3" in outcome(program, inputs, "cuda")["error"]


# --- PTX ---------------------------------------------------------------------------------------


CASES = [(name, "f64", (9, 0)) for name in FORMULAS] + [(name, "f32", (8, 0)) for name in ("gradient step", "logistic")]
SPILT = {"rows": 128}       # bytes of a kernel with many phases; all else stays in registers


@pytest.mark.parametrize(("name", "precision", "capability"), CASES)
def test_kernels_compile_and_stay_in_registers(name, precision, capability, monkeypatch):
    reason = ptx.missing_toolkit() or ptx.missing_assembler()
    if reason is not None:
        pytest.skip(reason)
    program = compiled(name, precision)
    types = launched(lambda: program.run(given(name, 40, 7, precision=precision), backend="cuda"), monkeypatch)
    text = program.source("cuda")
    for kernel, code in ptx.compile_ptx(without_cupy(text), with_joins(text, types), capability).items():
        assert ptx.resources(code, capability, 128)["spills"] <= SPILT.get(name, 0), kernel
