"""The command: what it prints, where, and its exit codes."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from gdc.runtime.cli import main

FIT = """input X: real[m, n]
input y: real[m]
param a: real = 0.1
param steps: int = 30
w := zeros(n)
repeat steps {
    w -= a/m*X.T@(X@w - y)
    record J := norm(X@w - y)
}
output w, best := min(w)
"""


@pytest.fixture
def script(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    np.savez(tmp_path / "d.npz", X=rng.normal(size=(20, 3)), y=rng.normal(size=20))
    (tmp_path / "t.csv").write_text("a,b,c\n1,2,3\n4,5,6\n7,8,10\n")
    (tmp_path / "fit.gd").write_text(FIT)
    return "fit.gd"


def gdc(capsys, *words):
    code = main(list(words))
    return (code, *capsys.readouterr())


DATA = ("--input", "X=d.npz:X", "--input", "y=d.npz:y")


def test_run_prints_a_table_and_says_why(script, capsys):
    code, out, err = gdc(capsys, "run", script, *DATA)
    assert code == 0
    lines = out.splitlines()
    assert lines[0].split() == ["output", "shape", "type", "min", "mean", "max", "value"]
    assert lines[1].startswith("w       [3]    float64") and lines[2].startswith("best")
    assert "J          30" in out and "→" in out
    assert "numpy" in err and "predicted" in err and "compiled in" in err and "ran in" in err


def test_settings_change_params(script, capsys):
    code, out, _ = gdc(capsys, "run", script, *DATA, "--set", "steps=7", "--set", "a=0.5", "--quiet")
    assert code == 0 and "J           7" in out


def test_quiet_prints_results_only(script, capsys):
    code, out, err = gdc(capsys, "run", script, *DATA, "--quiet")
    assert code == 0 and "w" in out and err == ""


def test_json_has_a_schema(script, capsys):
    code, out, _ = gdc(capsys, "run", script, *DATA, "--json", "--backend", "loops")
    found = json.loads(out)
    assert code == 0 and found["schema"] == 1 and found["backend"] == "loops"
    assert found["outputs"]["w"]["shape"] == [3] and len(found["outputs"]["w"]["value"]) == 3
    assert len(found["traces"]["J"]["value"]) == 30
    code, out, _ = gdc(capsys, "run", "-e", "x := [1, nan, -inf]", "--json")
    assert json.loads(out)["outputs"]["x"]["value"] == [1.0, "nan", "-inf"]


def test_errors_are_json_too(capsys):
    code, out, err = gdc(capsys, "check", "-e", "x := zeros(3) + ones(4)\ny := sigmod(1.0)", "--json")
    found = json.loads(out)
    assert code == 1 and found["schema"] == 1 and [e["line"] for e in found["errors"]] == [1, 2]
    assert found["errors"][0]["kind"] == "shape" and "sigmod" in err


def test_columns_of_a_table(script, capsys):
    code, out, _ = gdc(
        capsys, "run", "-e", "input X: real[m, n]\ns := sum(X, axis=0)", "--input", "X=t.csv:c,a", "--quiet"
    )
    assert code == 0 and "19, 12" in out


def test_results_are_written(script, capsys, tmp_path):
    code, _, err = gdc(capsys, "run", script, *DATA, "--out", "r.npz")
    assert code == 0 and "r.npz" in err
    with np.load("r.npz") as kept:
        assert sorted(kept.files) == ["best", "trace_J", "w"]


def test_a_place_that_takes_no_results_is_told_before_the_run(capsys):
    code, out, err = gdc(capsys, "run", "-e", 'print "ran"\ny := 1', "--out", "r.txt")
    assert (code, out) == (3, "") and "results are written to a .npz, .json" in err


def test_results_are_shown_where_they_cannot_be_written(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    code, out, err = gdc(capsys, "run", "-e", "y := 7", "--quiet", "--out", str(tmp_path / "file" / "r.npz"))
    assert code == 3 and "7" in out and "cannot be written" in err


def test_a_folder_is_no_script(capsys, tmp_path):
    code, out, err = gdc(capsys, "run", str(tmp_path))
    assert (code, out) == (2, "") and "is a folder" in err and "did you mean" not in err


def test_standard_input(script, capsys, monkeypatch):
    import io

    monkeypatch.setattr(sys, "stdin", io.StringIO("y := 2^10"))
    code, out, _ = gdc(capsys, "run", "-")
    assert code == 0 and "1024" in out


def test_prints_of_the_program_come_first(capsys):
    code, out, _ = gdc(capsys, "run", "-e", 'print "hello", 3\ny := 1')
    assert code == 0 and out.startswith("hello 3\n")


CODES = [
    (("run", "-e", "x = 1"), 1),
    (("run", "-e", "y := sigmod(1.0)"), 1),
    (("run", "-e", "y := [1, 2]@[1, 2, 3]"), 1),
    (("run", "-e", "input x: real\ny := x"), 1),
    (("run",), 2),
    (("run", "nowhere.gd"), 2),
    (("run", "-e", "x := 1", "--backend", "nunpy"), 2),
    (("run", "-e", "x := 1", "--set", "x"), 2),
    (("run", "-e", "x := 1", "-e"), 2),
    (("rum",), 2),
    (("run", "-e", "input x: int\ny := x", "--set", "x=__import__"), 2),
    (("run", "-e", 'input x: real from "no.npy"\ny := x'), 3),
    (("run", "-e", "y := x", "--input", "x=no.npy"), 3),
    (("run", "-e", "v := ones(3)\nk := 5\ny := v[k]"), 4),
    (("run", "-e", "x := zeros(-1)"), 4),
    (("run", "-e", "x := zeros(1000000, 1000000, 1000)"), 4),
    (("run", "-e", 'assert 1 > 2, "no"'), 5),
    (("check", "-e", "x := 1"), 0),
    (("--version",), 0),
    (("-h",), 0),
    ((), 0),
]


@pytest.mark.parametrize(
    ("words", "code"), CODES, ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value)
)
def test_exit_codes(words, code, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found, out, err = gdc(capsys, *words)
    assert found == code, err
    assert "Traceback" not in err and (code == 0 or (err and not out))


def test_a_fault_of_ours_is_70(capsys, monkeypatch):
    monkeypatch.setattr("gdc.runtime.cli.check.program_from", lambda *_, **__: 1 / 0)
    code, _, err = gdc(capsys, "check", "-e", "x := 1")
    assert code == 70 and "Traceback" not in err and "report" in err


def test_check_prints_the_signature(script, capsys):
    code, out, err = gdc(capsys, "check", script)
    assert code == 0 and err == ""
    assert (
        out.splitlines()[0] == "input X: real[m, n]" and "output w: real[n]" in out and "trace J: real[rounds]" in out
    )
    code, out, _ = gdc(capsys, "check", script, "--json")
    found = json.loads(out)
    assert (
        found["schema"] == 1
        and found["inputs"][0]["shape"] == ["m", "n"]
        and found["outputs"][0] == {"name": "w", "element": "real", "rank": 1}
    )


def test_check_of_a_program_that_takes_and_gives_nothing(capsys):
    code, out, _ = gdc(capsys, "check", "-e", "print 1", "--json")
    assert code == 0 and json.loads(out)["signature"] == []


def test_check_of_a_formula(capsys):
    code, out, err = gdc(capsys, "check", "-e", "y := A@x + b")
    assert code == 0 and out.splitlines() == ["input A", "input x", "input b", "output y"] and "each call" in err


@pytest.mark.parametrize("stage", ["tree", "ir", "passes", "imp", "loops", "numpy", "asm"])
def test_explain_shows_every_stage(script, capsys, stage):
    code, out, _ = gdc(capsys, "explain", script, "--stage", stage)
    assert code == 0 and len(out.splitlines()) > 5


def test_explain_shows_a_line(script, capsys):
    code, out, _ = gdc(capsys, "explain", script, "--line", "7")
    assert code == 0 and out.startswith("=== Line 7, for numpy\nw -= a/m*X.T@(X@w - y)")
    assert gdc(capsys, "explain", script, "--line", "7", "--stage", "ir")[0] == 2
    assert gdc(capsys, "explain", script, "--line", "70")[0] == 1


def test_a_story_tells_of_formulas_not_of_the_conditions_of_checks(capsys):
    script = "input P: real[m, d]; input k: int; C := [P[c*(m//k), a] for c in 0..k, a]; repeat 9 { C += P[0, 0] }"
    code, out, _ = gdc(capsys, "explain", "-e", script)
    assert code == 0 and "C += P[0, 0]" in out
    assert ">=0" not in out


def test_explain_takes_types(capsys):
    code, out, _ = gdc(capsys, "explain", "-e", "g := X.T@(X@w - y)", "--type", "y=real[m]", "--stage", "ir")
    assert code == 0 and "%y: real[" in out


def test_explain_takes_sizes(script, capsys):
    code, out, _ = gdc(capsys, "explain", str(script), "--size", "m=1_000", "--size", "n=10", "--json")
    data = json.loads(out)
    assert code == 0 and data["schema"] == 1 and data["sizes"]["m"] == 1000
    assert gdc(capsys, "explain", str(script), "--size", "m")[0] == 2


def test_a_story_is_coloured_on_a_terminal_only(script, capsys, monkeypatch):
    from gdc.runtime import report

    plain = gdc(capsys, "explain", str(script))[1]
    assert "\x1b" not in plain
    monkeypatch.setattr(report, "coloured", lambda stream: True)
    styled = report.style_story(plain)
    assert "\x1b[1m" in styled and re.sub("\x1b\\[[0-9;]*m", "", styled) == plain


def test_a_second_run_says_that_it_was_loaded(capsys):
    words = ("run", "-e", "y := 2^10 + 0.625", "--backend", "numpy")
    assert "\ncompiled in " in gdc(capsys, *words)[2]
    assert "\nloaded from the cache in " in gdc(capsys, *words)[2]


def test_source_is_python(script, capsys):
    code, out, _ = gdc(capsys, "source", script, "--backend", "numpy")
    assert code == 0
    compile(out, "text", "exec")


def test_backends(capsys):
    code, out, _ = gdc(capsys, "backends")
    assert code == 0 and all(name in out for name in ("loops", "numpy", "parallel", "cuda", "BLAS"))
    code, out, _ = gdc(capsys, "backends", "--json")
    assert json.loads(out)["schema"] == 1


# --- as a process ------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def hears_ctrl_c():
    """A shell starts what it runs in the background with SIGINT ignored, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def start(*words, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "gdc", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def test_plain_when_piped():
    with start("run", "-e", "x = 1") as process:
        out, err = process.communicate(timeout=60)
    assert out == "" and "\x1b" not in err and "^" in err


@pytest.mark.parametrize(
    ("redirected", "code", "words"),
    [(">&-", 0, ""), ("2>&-", 0, ""), ("> /dev/full", 3, "standard output takes no more: No space left on device")],
)
def test_streams_that_take_nothing_are_no_fault(redirected, code, words):
    run = [sys.executable, "-m", "gdc", "run", "--quiet", "-e", "y := 2"]
    done = subprocess.run(["sh", "-c", f'"$@" {redirected}', "sh", *run], capture_output=True, text=True, timeout=60)
    assert done.returncode == code
    assert words in done.stderr and "internal" not in done.stderr


def test_a_closed_pipe_is_no_fault():
    with start("explain", "-e", "y := x + 1") as process:
        process.stdout.close()
        assert process.stderr.read() == ""


COUNT = 's := 0.0\nrepeat 2000000000 {{\n    s := s + 1.0\n    stop if s < 0\n}}\nprint "ended"\noutput s, k := {}'


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
@pytest.mark.parametrize("backend", ["loops", "numpy"])
def test_ctrl_c_keeps_what_was_computed(backend):
    with start("run", "--backend", backend, "-e", 'print "begun"\n' + COUNT.format(1)) as process:
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "ended" in out and "s " in out and "interrupted" in err and "Traceback" not in err


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_ctrl_c_outside_of_loops_ends_at_once():
    f = "def f(x) {\n s := x\n while s > 0 { s := s + 1.0 }\n return s\n}"
    text = f'print "begun"\n{f}\ny := sum([f(1.0*i) for i in 1..3])'
    with start("run", "--backend", "loops", "-e", text) as process:
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in err


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_ctrl_c_in_a_long_round_says_how_to_stop_at_once():
    """A round that takes long: what the first Ctrl-C asks for is told, and the second ends the run."""
    text = 'print "begun"\ns := 0.0\nrepeat 3 {\n    while s >= 0 { s := (s + 1.0) % 1e9 }\n}\noutput s'
    with start("run", "--backend", "numpy", "-e", text) as process:
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.stderr.readline().startswith("stopping after this round; Ctrl-C again")
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and out == "" and "Traceback" not in err
