"""`use "stats.gd" as st`: whose names are seen, which files may be named, and errors in the file where they are."""

import json
import pickle

import numpy as np
import pytest

import gdc
from gdc.runtime.cli import main

STATS = """# A library.
use "base.gd" as base
def spread(x) = base.top(x) - min(x)
def both(x, scale = 1) { return min(x), scale*spread(x) }
def bad(x) = x@[1, 2, 3]
def late(x, k) = x[k]
def solved(A, b) = solve(A, b)
def sees(x) = x + n
def checked(x) { assert x > 0, "x must be positive"; return x }
"""
BASE = "def top(x) = max(x)\ndef _hidden(x) = x\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "stats.gd").write_text(STATS)
    (tmp_path / "lib" / "base.gd").write_text(BASE)
    return tmp_path


def using(text, **options):
    return gdc.compile(f'use "lib/stats.gd" as st\n{text}', **options)


def fails(text, values=None, **options):
    backend = options.pop("backend", "numpy")
    with pytest.raises(gdc.Error) as caught:
        using(text, **options).run(values or {}, backend=backend)
    return caught.value


@pytest.mark.parametrize("backend", ["loops", "numpy", "parallel", "cuda"])
def test_functions_of_a_file(folder, backend, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    p = using("input x: real[n]\na := st.spread(x)\n(m, s) := st.both(x, scale=2)\ng := grad(st.spread(x), x)")
    r = p.run({"x": np.array([1.0, 2.0, 4.0])}, backend=backend)
    assert (r["a"], r["m"], r["s"]) == (3.0, 1.0, 6.0)
    np.testing.assert_array_equal(r["g"], [-1, 0, 1])


def test_a_bare_formula_may_use_a_file(folder):
    assert using("y := st.spread(x) + c")(x=[1.0, 5.0], c=1).y == 5.0


def test_names_are_parted(folder):
    assert fails("y := spread([1, 2])").hint == "did you mean st.spread?"
    assert "did you mean st.spread" in fails("y := st.sprad([1, 2])").hint
    assert "st has st.spread, st.both" in fails("y := st.zzz(1)").hint
    assert fails("y := st.base(1)").kind == "name"
    assert fails("y := st.top(1)").kind == "name"  # what a used file uses stays its own
    assert fails('use "lib/base.gd" as st\ny := st.top([1])').message == "two files are called st"
    assert using('def spread(x) = 7\ny := spread([1])\nz := st.spread([1, 3])')()["z"] == 2


def test_a_used_file_sees_only_its_own_dimensions(folder):
    error = fails("input x: real[n]\ny := st.sees(x)", {"x": [1.0, 2.0]})
    assert (error.kind, error.line, error.span.source.name) == ("name", 8, "lib/stats.gd")


@pytest.mark.parametrize("backend", ["loops", "numpy", "parallel"])
@pytest.mark.parametrize(
    ("text", "values", "kind", "line", "shown"),
    [
        ("y := st.bad(zeros(2))", {}, "shape", 5, "def bad(x) = x@[1, 2, 3]"),
        ("input k: int\ny := st.late([1, 2], k)", {"k": 5}, "index", 6, "def late(x, k) = x[k]"),
        ("input A: real[2, 2]\ny := st.solved(A, [1, 2])", {"A": np.zeros((2, 2))}, "value", 7, "solve(A, b)"),
        ("input x: real\ny := st.checked(x)", {"x": -1.0}, "assert", 9, "x must be positive"),
    ],
)
def test_an_error_shows_the_line_of_its_own_file(folder, text, values, kind, line, shown, backend):
    for _ in range(2):  # from the compiler, then from the cache
        error = fails(text, values, backend=backend)
        assert (error.kind, error.line, error.span.source.name) == (kind, line, "lib/stats.gd")
        said = str(error)
        assert f"lib/stats.gd:{line}:" in said and shown in said and "of the script: st." in said


def test_syntax_errors_in_a_used_file(folder):
    (folder / "lib" / "base.gd").write_text("def top(x) = max(x\n")
    error = fails("y := 1")
    assert (error.kind, error.line, error.span.source.name) == ("syntax", 1, "lib/base.gd")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/etc/hosts.gd", "not a path relative"),
        ("~/x.gd", "not a path relative"),
        ("C:\\\\x.gd", "not a path relative"),
        ("../x.gd", "outside the script's folder"),
        ("lib/../../x.gd", "outside the script's folder"),
        ("lib/stats.txt", "not a .gd file"),
        ("lib/none.gd", "there is no file"),
        ("lib", "not a .gd file"),
    ],
)
def test_which_files_may_be_named(folder, path, says):
    (folder.parent / "x.gd").write_text("def f(x) = x\n")
    with pytest.raises(gdc.Error) as caught:
        gdc.compile(f'use "{path}" as st\ny := 1')
    assert (caught.value.kind, caught.value.line) == ("data", 1) and says in str(caught.value)


def test_a_file_below_may_name_one_beside_its_folder(folder):
    (folder / "lib" / "up.gd").write_text('use "../near.gd" as near\ndef f(x) = near.g(x)\n')
    (folder / "near.gd").write_text("def g(x) = 2*x\n")
    assert gdc.compile('use "lib/up.gd" as up\ny := up.f(3)')().y == 6


def test_circles_are_refused(folder):
    (folder / "a.gd").write_text('use "b.gd" as b\ndef f(x) = x\n')
    (folder / "b.gd").write_text('use "a.gd" as a\ndef g(x) = x\n')
    with pytest.raises(gdc.Error, match="b.gd → a.gd → b.gd") as caught:
        gdc.load("a.gd")
    assert caught.value.kind == "data"
    (folder / "self.gd").write_text('use "self.gd" as me\ny := 1\n')
    with pytest.raises(gdc.Error, match="in a circle"):
        gdc.load("self.gd")


def test_a_host_may_forbid_files(folder):
    error = fails("y := 1", files=False)
    assert error.kind == "data" and "this host allows none" in str(error)


def test_the_cache_knows_the_text_of_used_files(folder):
    text = "y := st.spread([1, 5])"
    assert using(text)().y == 4
    (folder / "lib" / "base.gd").write_text("def top(x) = 100\n")
    assert using(text)().y == 99
    (folder / "lib" / "base.gd").write_text(BASE)
    again = using(text)
    assert again().y == 4 and again.compiled == 0


def test_folders_of_one_text_keep_their_names(folder, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "l.gd").write_text("def f(x, k) = x[k]\n")
        (tmp_path / name / "m.gd").write_text('use "l.gd" as l\ninput k: int\ny := l.f([1, 2], k)\n')
        with pytest.raises(gdc.Error, match=f"{name}/l.gd:1:17"):
            gdc.load(tmp_path / name / "m.gd").run({"k": 9}, backend="numpy")


def test_a_program_keeps_what_it_read(folder):
    data = pickle.dumps(using("input x: real[n]\ny := st.spread(x)"))
    (folder / "lib" / "stats.gd").unlink()
    assert pickle.loads(data)(x=[1.0, 4.0]).y == 3.0


def test_the_command(folder, capsys):
    (folder / "fit.gd").write_text('# expect y = 4\nuse "lib/stats.gd" as st\ny := st.spread([1, 5])\n')
    assert main(["run", "fit.gd", "--quiet"]) == 0 and "4" in capsys.readouterr().out
    assert main(["test", "fit.gd", "--backend", "loops"]) == 0
    capsys.readouterr()
    assert main(["explain", "fit.gd"]) == 0
    assert "=== What comes from other files\nlib/stats.gd: st.spread\n" in capsys.readouterr().out
    (folder / "fit.gd").write_text('use "lib/stats.gd" as st\ny := st.bad([1, 5])\n')
    assert main(["check", "--json", "fit.gd"]) == 1
    found = json.loads(capsys.readouterr().out)["errors"][0]
    assert (found["file"], found["line"]) == ("lib/stats.gd", 5)
