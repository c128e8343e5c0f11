"""The problems in benchmarks/: all ways give one answer at a small size, in both precisions; how they are measured."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

import gdc
from gdc.runtime import peers, timing

HERE = Path(__file__).resolve().parents[1] / "benchmarks"
PROBLEMS = sorted((HERE / "problems").glob("*.gd"))


@pytest.fixture
def scripts(monkeypatch):
    """The modules of benchmarks/, which are scripts beside each other."""
    monkeypatch.syspath_prepend(str(HERE))
    names = ("cases", "report", "measure")
    yield {name: importlib.import_module(name) for name in names}
    for name in names:
        sys.modules.pop(name, None)


def test_there_are_enough():
    assert len(PROBLEMS) >= 30


@pytest.mark.parametrize("precision", ["f64", "f32"])
@pytest.mark.parametrize("path", PROBLEMS, ids=lambda path: path.stem)
def test_all_ways_agree(path, precision):
    module = peers.load_file(path.with_suffix(".py"))
    values = peers.at_precision(module.inputs(module.SMALL, np.random.default_rng(0)), precision)
    program = gdc.load(path, precision=precision)
    wanted = peers.answers(program.run(values, backend="loops"))
    tolerance = peers.TOLERANCE[precision]
    found = peers.functions(module)
    assert {"numpy_typed", "numpy_best"} <= set(found)
    for name in ("numpy_typed", "numpy_best"):
        assert peers.difference(peers.answers(found[name](**values)), wanted, tolerance) is None, name
    assert peers.difference(peers.answers(program.run(values, backend="numpy")), wanted, tolerance) is None


@pytest.mark.parametrize("path", PROBLEMS, ids=lambda path: path.stem)
def test_inputs_are_never_changed(path):
    module = peers.load_file(path.with_suffix(".py"))
    values, again = (module.inputs(module.SMALL, np.random.default_rng(0)) for _ in range(2))
    for name in ("numpy_typed", "numpy_best"):
        getattr(module, name)(**values)
    for name, value in again.items():
        np.testing.assert_array_equal(values[name], value)


def test_a_measured_problem(scripts, monkeypatch, tmp_path):
    monkeypatch.setattr(timing, "SHORT", 0.0)
    monkeypatch.setattr(timing.time, "sleep", lambda pause: None)
    case, = scripts["cases"].cases(HERE / "problems", ["linear_fit:200x10"])
    case = scripts["cases"].Case(case.path, case.label, {"m": 30, "n": 3, "steps": 20}, case.about,
                                 ("steps", 10, ("numpy_typed",)))
    result = scripts["measure"].measure(case, "f64", 3, ["numpy"], None)
    assert result["failed"] == {} and set(result["seconds"]) == {"numpy_typed", "numpy_best", "numpy"}
    assert set(result["ratios"]["numpy"]) == {"numpy_typed", "numpy_best"}
    assert result["scaled"] == {"numpy_typed": "from 10 of 20 steps"}
    report = scripts["report"]
    kept = report.merged(tmp_path / "none.json", report.machine("f64"), result)
    broken = {"case": "heat", "error": "took more than 1 s"}
    kept["results"]["heat"] = broken
    report.write(tmp_path / "page", kept, ["heat", "linear_fit:200x10"])
    page = (tmp_path / "page.md").read_text()
    assert "| heat | failed: took more than 1 s |" in page and "| linear_fit:200x10 | " in page
    assert "over 1 problems" in page and f"{report.cores()}-core" in page
    again = report.merged(tmp_path / "page.json", report.machine("f64"), broken)
    assert set(again["results"]) == {"heat", "linear_fit:200x10"}


def test_a_wrong_answer_is_not_timed(scripts, monkeypatch):
    monkeypatch.setattr(timing.time, "sleep", lambda pause: None)
    load = peers.load_file

    def broken(path):
        module = load(path)
        module.numpy_best = lambda A, B, C, alpha, beta: A
        return module

    monkeypatch.setattr(peers, "load_file", broken)
    case, = scripts["cases"].cases(HERE / "problems", ["gemm"])
    case = scripts["cases"].Case(case.path, "", {"n": 5}, case.about, None)
    result = scripts["measure"].measure(case, "f64", 1, ["numpy"], None)
    assert "differs by" in result["failed"]["numpy_best"] and "numpy_best" not in result["seconds"]


def test_unknown_names_are_refused(scripts):
    with pytest.raises(SystemExit, match="there is no problem nothing"):
        scripts["cases"].cases(HERE / "problems", ["heat", "nothing"])
