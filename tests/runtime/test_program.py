"""Programs and results: the face of the embedding."""

import dataclasses
import json
import multiprocessing
import pickle
import subprocess
import sys
import threading
import time
import traceback
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

import gdc
from gdc.compiler import ir
from gdc.runtime import cache, choose, faults, machine

STEP = "w := w - a*(1/m)*X.T@(X@w+b-y)"
FIT = """input X: real[m, n]
input y: real[m]
param steps: int = 20
w := zeros(n)
repeat steps {
    e := X@w - y
    w -= 0.1/m*X.T@e
    record J := sum(e^2)
}
output w
"""
RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(30, 4)), RNG.normal(size=30)


def test_the_formula_of_the_first_page():
    p = gdc.compile(STEP)
    r = p(X=X, y=Y, w=np.zeros(4), b=0.0, a=0.1, m=30)
    np.testing.assert_allclose(r.w, 0.1 / 30 * X.T @ Y)
    assert r.backend == "numpy" and "numpy" in r.why


def test_a_result_is_a_mapping():
    r = gdc.compile(FIT).run({"X": X, "y": Y}, backend="numpy")
    assert list(r) == ["w"] and len(r) == 1 and r["w"] is r.w and dict(r)["w"] is r.w
    assert r.trace["J"].shape == (20,) and r.trace.J is r.trace["J"]
    assert "w" in repr(r) and "[4] float64" in repr(r) and "numpy" in repr(r)
    assert set(r.time) == {"read", "compile", "run"} and r.interrupted is False
    with pytest.raises(AttributeError, match="w"):
        r.v  # noqa: B018
    with pytest.raises(AttributeError):
        r.w = 1
    copy = pickle.loads(pickle.dumps(r))
    np.testing.assert_array_equal(copy.w, r.w)
    assert copy.backend == r.backend


def test_a_trace_never_reached_is_empty():
    r = gdc.compile("repeat 0 { record J := [1.0, 2.0] }\noutput y := 1").run(backend="numpy")
    assert len(r.trace["J"]) == 0


def test_a_name_that_was_never_reached_is_left_out():
    r = gdc.compile("param k: int = 0\nrepeat k { x := 1.0 }\ny := 2").run(backend="numpy")
    assert list(r) == ["y"]
    assert list(gdc.compile("param k: int = 0\nrepeat k { x := 1.0 }\ny := 2").run({"k": 1}, backend="numpy")) == [
        "x",
        "y",
    ]


def test_programs_pickle_and_repeat_themselves():
    p = pickle.loads(pickle.dumps(gdc.compile(FIT)))
    q = gdc.compile(FIT)
    np.testing.assert_array_equal(p(X=X, y=Y).w, q(X=X, y=Y).w)
    assert "input X: real[m, n]" in p.signature and "output w: real[n]" in p.signature
    assert p.signature in repr(p)


def test_source_runs_alone(tmp_path):
    namespace = {}
    exec(gdc.compile(FIT).source("numpy"), namespace)
    np.testing.assert_allclose(namespace["program"](X, Y, 20)[0], gdc.compile(FIT)(X=X, y=Y).w)


def test_source_takes_types_or_the_last_call_or_an_assumption():
    p = gdc.compile(STEP)
    assert "X.T" in p.source("numpy")
    assert "assumed" in p.explain("numpy")
    p(X=X, y=Y, w=np.zeros(4), b=0.0, a=0.1, m=30)
    assert "assumed" not in p.explain("numpy")
    assert "assumed" not in gdc.compile("y := x", types={"x": "real[n]"}).explain("loops")
    with pytest.raises(gdc.Error) as caught:
        gdc.compile("y := x", types={"x": "reel[n]"})
    assert caught.value.kind == "type"


@pytest.mark.parametrize("stage", ["tree", "ir", "passes", "imp", "loops", "numpy"])
def test_every_stage_is_explained(stage):
    assert "J" in gdc.compile(FIT).explain(stage=stage)


def test_explain_tells_every_pass_with_its_reason():
    text = gdc.compile(STEP).explain("numpy")
    assert "order: " in text and "[scalars]" in text and "flops" in text
    assert "# w := w - a*(1/m)*X.T@(X@w+b-y)" in text


def test_cost_is_a_number_of_the_sizes():
    p = gdc.compile(FIT)
    small, large = p.cost(m=100, n=10, steps=10), p.cost(m=1000, n=10, steps=100)
    assert set(small) == {"flops", "bytes", "calls", "passes"}
    assert small["passes"] == {"X": 20, "y": 10} and p.cost(m=5, n=2)["passes"]["X"] == 40
    assert 50 < large["flops"] / small["flops"] < 150
    with pytest.raises(gdc.Error) as caught:
        p.cost(m=3)
    assert caught.value.kind == "name" and "n" in caught.value.message


def test_explain_takes_sizes_and_gives_json():
    p = gdc.compile(FIT)
    assert "repeat steps -> stays a loop" in p.explain() and "grad: nothing to do here" in p.explain()
    told = p.explain(sizes={"m": 1000, "n": 10})
    assert "3*m*n -> 2*m*n + n flops = 30,000 -> 20,010" in told
    assert "passes over X  steps + 1 -> 2*steps = 21 -> 40" in told
    assert all(len(line) <= 100 for line in told.partition("=== The text")[0].split("\n"))
    data = json.loads(p.explain(sizes={"m": 1000, "n": 10}, as_json=True))
    assert data["schema"] == 1 and data["sizes"]["steps"] == 20 and data["text"] == p.source()
    (scalars,) = (s for entry in data["passes"] for s in entry["steps"] if s["rule"] == "scalars")
    assert scalars["cost_after"] == {"formula": "2*m*n + n", "value": 20_010} and scalars["lines"] == [7]
    assert data["costs"]["passes over X"]["after"] == {"formula": "2*steps", "value": 40}
    assert json.loads(p.explain(stage="imp", as_json=True))["stage"] == "imp"


def test_a_size_without_a_name_is_told_by_its_formula():
    text = gdc.compile("""
        input start: int[rows_plus_one]
        input v: real[e]
        y := zeros(3)
        for i in 0..3 {
            for p in start[i]..start[i+1] { y[i] += v[p] }
        }
        output y
    """).explain()
    assert "for p in start[i]..start[i+1]" in text and "%" not in text.partition("=== The text")[0]


def test_sizes_of_a_bare_formula_are_told_and_taken_as_rows_and_columns():
    p = gdc.compile(STEP)
    told = p.explain("numpy")
    assert "3*rows(X)*columns(X) -> 2*rows(X)*columns(X) + columns(X) flops" in told and "size(" not in told
    sized = p.explain("numpy", sizes={"rows(X)": 100, "columns(X)": 10})
    assert "flops = 3,000 -> 2,010" in sized


def test_a_second_run_is_loaded_not_compiled():
    p = gdc.compile("input x: real[n]\ny := sum(x) + 3.75")
    assert [p.run({"x": [1.0]}, backend="numpy").cached for _ in range(2)] == [False, True]
    assert gdc.compile(p._text).run({"x": [1.0]}, backend="numpy").cached


def test_a_pass_that_breaks_a_program_is_named(monkeypatch):
    from gdc.compiler.passes import simplify

    monkeypatch.setattr(simplify, "run", lambda program, record: dataclasses.replace(program, outputs=(), region=(
        ir.Region(program.region.params, program.region.effects, program.region.results))))
    with pytest.raises(gdc.Error, match="the pass simplify"):
        gdc.compile("input x: real\ny := x + 4.5").source()


def test_several_errors_come_at_compile_time():
    with pytest.raises(gdc.Error) as caught:
        gdc.compile("x := zeros(3) + ones(4)\ny := sigmod(1.0)\nz := [1, 2]@[1, 2, 3]")
    assert [caught.value.line, *(e.line for e in caught.value.others)] == [1, 2, 3]


def test_bare_formulas_are_looked_at_too():
    with pytest.raises(gdc.Error) as caught:
        gdc.compile("y := sigmod(x)")
    assert caught.value.kind == "name" and "sigmoid" in str(caught.value)


@pytest.mark.parametrize(
    ("options", "kind"), [({"backend": "nunpy"}, "backend"), ({"threads": 0}, "limit"), ({"timeout": -1}, "limit")]
)
def test_bad_options(options, kind):
    with pytest.raises(gdc.Error) as caught:
        gdc.compile("y := 1").run(**options)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("ask", "kind", "there", "meant"),
    [
        (lambda p: p.explain("numpy", "zz"), "backend", "no stage zz; there are tree, ir, passes, imp, loops", None),
        (lambda p: p.explain("numpy", "pases"), "backend", "no stage pases", "did you mean passes?"),
        (lambda p: p.explain("nunpy"), "backend", "no target nunpy; there are loops, numpy", "did you mean numpy?"),
        (lambda p: p.source("nunpy"), "backend", "no target nunpy; there are loops, numpy", "did you mean numpy?"),
        (lambda p: p.run({}, "paralel"), "backend", "no backend paralel; there are auto", "did you mean parallel?"),
        (lambda _: gdc.compile(STEP, types={"XX": "real[m, n]"}), "name", "no input XX; it takes w", "did you mean X?"),
        (lambda _: gdc.compile("y := data", types={"dat": "real"}), "name", "takes data", "did you mean data?"),
        (lambda _: gdc.compile(FIT, types={"y": "real"}), "type", "y has a contract in the program, real[m]", None),
        (lambda _: gdc.compile(STEP, without=["nonsense"]), "name", "no rewrite rule nonsense; there are", None),
        (lambda _: gdc.compile(STEP, without="scalar"), "name", "cse", "did you mean scalars?"),
    ],
)
def test_what_there_is_not_is_named_with_what_there_is(ask, kind, there, meant):
    with pytest.raises(gdc.Error) as caught:
        ask(gdc.compile(STEP))
    assert (caught.value.kind, caught.value.hint) == (kind, meant) and there in caught.value.message


def test_a_rule_that_is_switched_off_is_left_out():
    assert "[scalars]" in gdc.compile(STEP).explain()
    for without in ("scalars", ["scalars", "cse"]):
        assert "[scalars]" not in gdc.compile(STEP, without=without).explain()


def test_a_backend_that_is_missing_says_why(monkeypatch):
    monkeypatch.delenv("GDC_EMULATE_CUDA", raising=False)
    monkeypatch.setattr(machine, "_gpu", lambda: machine.Backend("cuda", False, "there is no GPU", "buy one"))
    with pytest.raises(gdc.Error) as caught:
        gdc.compile("y := 1").run(backend="cuda")
    assert caught.value.kind == "backend" and "there is no GPU" in str(caught.value) and "buy one" in str(caught.value)


def test_programs_serve_many_threads():
    p, wrong = gdc.compile(STEP), []

    def work(k):
        rng = np.random.default_rng(k)
        for n in range(1, 8):
            A, v, t = rng.normal(size=(n + 2, n)), rng.normal(size=n), rng.normal(size=n + 2)
            r = p(X=A, y=t, w=v, b=0.5, a=0.1, m=n + 2)
            if not np.allclose(r.w, v - 0.1 / (n + 2) * A.T @ (A @ v + 0.5 - t)):
                wrong.append((k, n))

    workers = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong


def test_deep_recursion_limits_are_not_needed():
    old = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    try:
        assert gdc.compile("x := " + "1 + " * 5000 + "1").run(backend="numpy").x == 5001
    finally:
        sys.setrecursionlimit(old)


def test_files_may_be_forbidden(tmp_path):
    np.save(tmp_path / "x.npy", np.ones(3))
    text = 'input x: real[n] from "x.npy"\ny := sum(x)'
    assert gdc.compile(text, folder=tmp_path).run().y == 3
    with pytest.raises(gdc.Error) as caught:
        gdc.compile(text, folder=tmp_path, files=False).run()
    assert (caught.value.kind, caught.value.line) == ("data", 1)
    assert gdc.compile(text, files=False)(x=[1, 2]).y == 3


def test_load_reads_data_beside_the_script(tmp_path):
    (tmp_path / "d.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "s.gd").write_text('input a: real[n] from "d.csv"["a"]\ns := sum(a)')
    assert gdc.load(tmp_path / "s.gd").run().s == 4
    with pytest.raises(gdc.Error) as caught:
        gdc.load(tmp_path / "none.gd")
    assert caught.value.kind == "data"


# --- running -----------------------------------------------------------------------------------


def test_prints_reach_the_host(capsys):
    lines = []
    gdc.compile('repeat 2 { print "x is", 1.5, true, [1, 2] }').run(backend="numpy", show=lines.append)
    assert lines == ["x is 1.5 true [1 2]"] * 2
    gdc.compile('print "hello"').run(backend="loops")
    assert capsys.readouterr().out == "hello\n"


@pytest.mark.parametrize("backend", ["loops", "numpy"])
def test_a_timeout_is_a_limit(backend):
    start = time.perf_counter()
    with pytest.raises(gdc.Error) as caught:
        gdc.compile("s := 0.0\nwhile s >= 0 { s := s + 1.0 }").run(backend=backend, timeout=0.3)
    assert caught.value.kind == "limit" and time.perf_counter() - start < 5
    time.sleep(0.05)  # nothing is thrown later


def test_a_timeout_that_is_not_reached_does_nothing():
    for _ in range(20):
        assert gdc.compile("y := 1").run(backend="numpy", timeout=10).y == 1


def test_the_site_of_a_failure_is_told():
    with pytest.raises(gdc.Error) as caught:
        gdc.compile("v := ones(3)\nk := 5\ny := 0.0\nfor i in 0..k { y += v[i] }").run(backend="numpy")
    assert (caught.value.kind, caught.value.line) == ("index", 4)
    assert "".join(traceback.format_exception(caught.value)).count("During handling") == 0


def test_a_fault_of_ours_is_reported_and_saved(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    p = gdc.compile("y := 1")
    monkeypatch.setattr("gdc.runtime.run.load_text", lambda text, target: {"program": lambda **_: 1 / 0})
    with pytest.raises(gdc.Error) as caught:
        p.run(backend="numpy")
    error = caught.value
    assert error.kind == "internal" and "report" in error.hint and error.__cause__ is None
    saved = list((tmp_path / "gdc" / "reports").iterdir())
    assert len(saved) == 1 and "ZeroDivisionError" in saved[0].read_text() and str(saved[0]) in error.hint


def test_memory_that_runs_out_is_a_limit():
    class Plan:
        source, source_name, text, sites, lines, target = "x := 1", "<formula>", "", (), (), "numpy"

    assert faults.translated(MemoryError(), Plan, None, {}).kind == "limit"
    assert faults.translated(np.linalg.LinAlgError("no"), Plan, None, {}).kind == "value"


# --- choosing ----------------------------------------------------------------------------------


def test_auto_goes_by_work(monkeypatch):
    monkeypatch.delenv("GDC_EMULATE_CUDA", raising=False)
    costs = {"flops": ["*", "m", "n"], "bytes": ["*", 8, ["*", "m", "n"]], "calls": 10}
    small, large = choose.choose(costs, {"m": 10, "n": 10}), choose.choose(costs, {"m": 10**6, "n": 10**5})
    assert small.target == "numpy" and large.target in ("parallel", "cuda")
    assert choose.choose(costs, {"m": 10, "n": 10}) == small
    assert "predicted" in small.why and "parallel" in small.why


@pytest.mark.parametrize(
    ("seconds", "text"), [(2e-6, "2 µs"), (0.0012, "1.2 ms"), (3.21, "3.2 s"), (123, "2 min 3 s"), (0.5, "500 ms")]
)
def test_times_are_readable(seconds, text):
    assert choose.time_text(seconds) == text


# --- what is kept ------------------------------------------------------------------------------

CHILD = """
import sys
import gdc
r = gdc.compile(sys.argv[1]).run({"x": [1.0, 2.0]}, backend="numpy")
print(r.y, "lark" in sys.modules, "gdc.compiler.driver" in sys.modules, "numba" in sys.modules)
"""


def child(text):
    return subprocess.run(
        [sys.executable, "-c", CHILD, text], capture_output=True, text=True, check=True
    ).stdout.split()


def test_a_plan_is_kept_for_the_next_process():
    text = "input x: real[n]\ny := sum(x) + 17.25"
    assert child(text) == ["20.25", "True", "True", "False"]
    assert child(text) == ["20.25", "False", "False", "False"]
    assert child(text.replace("17.25", "18.25")) == ["21.25", "True", "True", "False"]


def test_a_damaged_plan_is_compiled_again():
    text = "input x: real[n]\ny := sum(x) + 0.5"
    gdc.compile(text).run({"x": [1.0]}, backend="numpy")
    for path in cache.folder().glob("*.json"):
        path.write_text(path.read_text()[:50])
    assert gdc.compile(text).run({"x": [1.0]}, backend="numpy").y == 1.5


def test_a_folder_that_takes_no_file_is_no_matter(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert gdc.compile("y := 41 + 1").run(backend="numpy").y == 42


def test_a_plan_names_the_script_it_is_loaded_from(tmp_path):
    for name in ("a.gd", "b.gd"):
        (tmp_path / name).write_text("input x: real[3]\ny := x")
        with pytest.raises(gdc.Error) as caught:
            gdc.load(tmp_path / name)(x=[1.0])
        assert name in str(caught.value)


def test_programs_and_results_go_to_other_processes_and_back():
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        result = pool.submit(gdc.compile("input x: real\ny := x^2").run, {"x": 3.0}).result(timeout=60)
    assert result.y == 9.0 and result.backend == "numpy"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"types": ["X"]}, "types is a dict"),
        ({"types": {3: "real"}}, "types is a dict"),
        ({"folder": 3}, "folder is a path, not 3"),
        ({"without": 3}, "without is a list of the names of rules, not 3"),
        ({"without": [3]}, r"without is a list of the names of rules, not \[3\]"),
        ({"name": 3}, "name is a text"),
    ],
)
def test_options_that_are_none(options, words):
    with pytest.raises(gdc.Error, match=words) as caught:
        gdc.compile("y := 1", **options)
    assert caught.value.kind == "type"


def test_a_script_is_loaded_from_a_path():
    with pytest.raises(gdc.Error, match="a script is loaded from a path, not from int"):
        gdc.load(3)
