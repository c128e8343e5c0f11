"""`gdc test`: what a header says, that it is data and never code, the table, and the exit codes."""

import json
from pathlib import Path

import numpy as np
import pytest

import gdc
from gdc.dsl.source import Source, Span
from gdc.runtime import header
from gdc.runtime.cli import main
from gdc.runtime.numpy_value import evaluate

LESSON = """# Least squares through points. Prose may stand anywhere, also about an input.
# input x = [0, 1,
#            2]
# input y = [1.0, 3.0, 5.0]
# expect slope = 2.0
# expect offset = np.mean(y) - 2*np.mean(x)
# tolerance 1e-12
input x, y: real[n]
slope := sum((x - mean(x))*(y - mean(y)))/sum((x - mean(x))^2)
offset := mean(y) - slope*mean(x)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lesson.gd").write_text(LESSON)
    return tmp_path


def command(capsys, *words):
    code = main(["test", *words])
    return (code, *capsys.readouterr())


ON = ("--backend", "loops", "--backend", "numpy")


def read(text):
    return header.case_of(Source(text, "t.gd"))


# --- what a header says ------------------------------------------------------------------------


def test_every_line_of_a_header():
    case = read(
        "# input ŵ = [[1, 2], [3, 4]]\n# expect x̄ = ŵ.sum(axis=0)\n"
        "# expect trace J = [3.0, 2.0]\n# expect only x̄, J\n"
        "# tolerance 1e-6\n# exact\n# error index 3: 5, size 4\n# count np.matmul 2 on numpy\n"
        "# expect nothing special\nx := 1\n# input late = 1\n"
    )
    np.testing.assert_array_equal(case.inputs["ŵ"], [[1, 2], [3, 4]])
    np.testing.assert_array_equal(case.outputs["x̄"].value, [4, 6])
    assert case.outputs["x̄"].span.line == 2
    assert case.traces["J"].value == [3.0, 2.0]
    assert (case.only, case.tolerance, case.exact) == (("x̄", "J"), 1e-6, True)
    assert (case.error.kind, case.error.line, case.error.words) == ("index", 3, ("5", "size 4"))
    assert case.counts == [("np.matmul", 2, "numpy")]
    assert "late" not in case.inputs


def test_a_value_goes_on_while_a_bracket_is_open():
    case = read("# input A = [[1, 2],\n#            [3, 4]]\n# expect s = 10\n")
    assert case.inputs["A"] == [[1, 2], [3, 4]] and case.outputs["s"].value == 10


@pytest.mark.parametrize(
    ("line", "kind", "says"),
    [
        ("# input x = [1, 2", "syntax", "cannot be read"),
        ("# expect y = 1 +", "syntax", "cannot be read"),
        ("# expect y = nothing", "name", "nothing cannot be used"),
        ("# expect y = np.linalg.inv([[0.0]])", "value", "Singular"),
        ("# tolerance 1e", "syntax", "not a number"),
    ],
)
def test_a_line_that_cannot_be_read_is_an_error_at_its_place(line, kind, says):
    with pytest.raises(gdc.Error) as caught:
        read(f"# prose\n{line}\ny := 1\n")
    assert (caught.value.kind, caught.value.line) == (kind, 2) and says in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "np.load('x.npy')",
        "np.fromfile('x')",
        "load('x.npy')",
        "np.lib.format",
        "np.linalg.linalg",
        "open('x')",
        "().__class__.__bases__",
        "np.sum.__globals__",
        "np.array([1]).tofile('x')",
        "np.array([1]).view('O')",
        "np.array([1]).dump('x')",
        "(lambda: 1)()",
        "rng(1).bit_generator",
        "np.memmap('x')",
        "np.frompyfunc",
        "np.set_printoptions(3)",
        "np.add(1, 2, out=np.zeros(1))",
        "f'{np}'",
        "[i for i in np.__dict__]",
    ],
)
def test_a_value_is_data_and_never_code(text):
    span = Span(Source(text), 0, len(text))
    with pytest.raises(gdc.Error) as caught:
        evaluate(text, {}, span)
    assert caught.value.kind == "name"


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        ("-x.T @ x + np.sqrt(4)**2", -1.0),
        ("x[1:, ...][::-1] if true else nan", [2, 1]),
        ("[k**2 for k in range(4) if k != 2]", [0, 1, 9]),
        ("rng(3).standard_normal(2)", np.random.default_rng(3).standard_normal(2)),
        ("np.where(x > 1, x, inf)", [np.inf, np.inf, 2]),
        ("special.erf(0.0) + np.linalg.det(np.eye(2)) + np.fft.fft([1.0])[0].real", 2.0),
        ("0 <= x < 2", [True, True, False]),
        ("np.concatenate([x, x])", [0, 1, 2, 0, 1, 2]),
    ],
)
def test_numpy_values(text, want):
    np.testing.assert_array_equal(evaluate(text, {"x": [0, 1, 2]}, Span(Source(text), 0, 1)), want)


@pytest.mark.parametrize(
    ("got", "want", "says"),
    [
        (1.0, 1.0 + 1e-12, ""),
        (1.0, 1.1, "v is 1.0, expected 1.1 within 1e-09"),
        ([1.0, 2.0, 9.0], [1.0, 2.5, 3.0], "v[2] is 9.0, expected 3.0 within 1e-09 (2 of 3 entries differ)"),
        ([1.0], [1.0, 2.0], "v has shape [1], expected [2]"),
        (1, 1.0, "v is int64, expected float64"),
        (3, 4, "v is 3, expected 4 exactly"),
        (1.0, np.inf, "v is 1.0, expected inf within 1e-09"),
        (np.inf, 1.0, "v is inf, expected 1.0 within 1e-09"),
        (np.inf, -np.inf, "v is inf, expected -inf within 1e-09"),
        (np.nan, 1.0, "v is nan, expected 1.0 within 1e-09"),
        (np.nan, np.nan, ""),
        (True, False, "v is True, expected False exactly"),
        (1 + 1j, 1 + 2j, "v is (1+1j), expected (1+2j) within 1e-09"),
        (np.zeros((0, 2)), np.zeros((0, 2)), ""),
    ],
)
def test_differences(got, want, says):
    assert header.difference("v", got, want, header.Case(Source(""))) == says


def test_exact_minds_the_sign_of_zero():
    case = header.Case(Source(""), exact=True)
    assert header.difference("v", 0.0, -0.0, case) == "v is 0.0, expected -0.0 exactly"
    assert not header.difference("v", np.nan, -np.nan, case)


# --- the command -------------------------------------------------------------------------------


def test_a_script_that_passes(folder, capsys):
    code, out, err = command(capsys, "lesson.gd", *ON)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split() == ["script", "loops", "numpy"]
    assert lines[1].split()[:2] == ["lesson.gd", "ok"] and lines[-1] == "1 script, 2 runs: all passed"


def test_every_usable_target_by_default(folder, capsys, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    assert command(capsys, "lesson.gd")[1].splitlines()[0].split() == ["script", "loops", "numpy", "parallel", "cuda"]


def test_a_script_that_fails_shows_the_line_of_its_header(folder, capsys):
    (folder / "lesson.gd").write_text(LESSON.replace("slope = 2.0", "slope = 2.5"))
    code, out, _ = command(capsys, "lesson.gd", *ON)
    assert code == 1
    assert "FAILED" in out and "lesson.gd on loops, numpy:" in out and "1 script, 2 runs: 2 failed" in out
    assert "lesson.gd:5:3: slope is 2.0, expected 2.5 within 1e-12" in out and "5 | # expect slope = 2.5" in out


def test_errors_may_be_expected(folder, capsys):
    (folder / "e.gd").write_text("# error index 4: out of range, 7\nx := [1, 2]\nk := 7\ny := x[k]\n")
    assert command(capsys, "e.gd", *ON)[0] == 0
    (folder / "e.gd").write_text("# error value 4\nx := [1, 2]\nk := 7\ny := x[k]\n")
    code, out, _ = command(capsys, "e.gd", *ON)
    assert code == 1 and "expected a value error on line 4, not this: index error" in out
    (folder / "e.gd").write_text("# error index\nx := [1, 2]\n")
    code, out, _ = command(capsys, "e.gd", *ON)
    assert code == 1 and "expected an index error, and the script ran to its end" in out


def test_an_unexpected_error_is_a_failure(folder, capsys):
    (folder / "e.gd").write_text("# expect y = 1\nx := [1, 2]\ny := x[5]\n")
    code, out, _ = command(capsys, "e.gd", *ON)
    assert code == 1 and "index error" in out and "3 | y := x[5]" in out


def test_a_folder(folder, capsys):
    (folder / "more").mkdir()
    (folder / "more" / "plain.gd").write_text("x := 1\n")
    (folder / "more" / "bad.gd").write_text("# expect x = open('f')\nx := 1\n")
    (folder / "more" / "data.gd").write_text('# expect n = 3\ninput v: real[m] from "v.csv"["a"]\nn := size(v)\n')
    (folder / "more" / "v.csv").write_text("a\n1\n2\n3\n")
    code, out, err = command(capsys, ".", *ON)
    assert code == 1
    assert "bad.gd:1:14" in err and "cannot be used in a value" in err
    assert "without a test" in err and "plain.gd" in err
    assert "2 scripts, 4 runs: all passed" in out  # the data lie beside their script


def test_json(folder, capsys):
    code, out, _ = command(capsys, "lesson.gd", "--json", *ON)
    found = json.loads(out)
    assert code == 0 and found["schema"] == 1 and found["ok"]
    assert [(r["backend"], r["passed"]) for r in found["results"]] == [("loops", True), ("numpy", True)]


def test_a_run_that_takes_too_long(folder, capsys):
    (folder / "slow.gd").write_text("# expect k = 1\nk := 0\nwhile k >= 0 { k := (k + 1) % 7 }\n")
    code, out, _ = command(capsys, "slow.gd", "--backend", "numpy", "--timeout", "0.3")
    assert code == 1 and "longer than its timeout" in out


@pytest.mark.parametrize(
    ("words", "says"), [((), "give a FILE"), (("lesso.gd",), "did you mean"), (("plain.gd",), "without a test")]
)
def test_usage(folder, capsys, words, says):
    (folder / "plain.gd").write_text("x := 1\n")
    code, out, err = command(capsys, *words)
    assert (code, out) == (2, "") and says in err


def test_the_documented_examples_pass(tmp_path, capsys):
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
    scripts = [part.split("```")[0] for part in page.split("```gd\n")[1:]]
    assert len(scripts) >= 2
    for k, text in enumerate(scripts):
        (tmp_path / f"{k}.gd").write_text(text)
    assert main(["test", str(tmp_path), *ON]) == 0, capsys.readouterr().out
