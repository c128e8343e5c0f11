"""`gdc cache` and what lies behind it: listed, explained, pruned; beside other processes; never a reason for auto."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import gdc
from gdc.runtime import cache, inventory, kept
from gdc.runtime.cli import command

TEXT = "input x: real[n]\nparam a: real = 2.0\ny := a*sum(x)\noutput y"


@pytest.fixture(autouse=True)
def empty(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "fit.gd"
    path.write_text(TEXT)
    return path


def run(*words):
    done = CliRunner().invoke(command, [*map(str, words)], standalone_mode=False, catch_exceptions=False)
    return done.output


def run_script(script, backend="numpy", **options):
    return gdc.load(script, **options).run({"x": [1.0, 2.0]}, backend=backend)


# --- listing -----------------------------------------------------------------------------------


def test_an_empty_cache():
    assert run("cache").startswith("0.0 MB in ")
    assert inventory.prune(0) == []


def test_what_is_kept_is_listed_with_its_program_size_and_time(script):
    run_script(script), run_script(script, "parallel")
    found = json.loads(run("cache", "--json"))
    mine = [t for t in found["kept"] if t["program"] == str(script)]
    assert {t.get("target") for t in mine if t["what"] == "plan"} == {"", "numpy", "parallel"}
    assert {t["what"] for t in mine} == {"plan", "machine code", "Numba's machine code"}
    for thing in found["kept"]:
        assert thing["bytes"] == sum(Path(f).stat().st_size for f in thing["files"])
        assert abs(thing["used"] - time.time()) < 600
    everything = {str(path) for path in (cache.root()).rglob("*") if path.is_file()}
    assert {f for t in found["kept"] for f in t["files"]} == everything     # nothing lies there that is not shown
    assert found["bytes"] == sum(t["bytes"] for t in found["kept"])
    table = run("cache")
    assert "plan, parallel" in table and "fit.gd" in table and f"{found['bytes'] / 1e6:.1f} MB" in table


def test_a_file_that_cannot_be_read_is_listed_without_its_owner(script):
    run_script(script)
    for path in cache.folder().glob("*.json"):
        path.write_bytes(b"\xff{")
    assert {t.program for t in inventory.things()} == {""}
    assert run("cache", "why", script).count("kept, it is not") == 0


# --- why ---------------------------------------------------------------------------------------


def test_why_a_program_is_compiled_anew(script):
    assert "nothing is kept of it" in run("cache", "why", script, "--backend", "numpy")
    run_script(script)
    assert run("cache", "why", script, "--backend", "numpy") == "numpy: kept, it is not compiled again\n"
    found = run("cache", "why", script, "--backend", "numpy", "--precision", "f32", "--strict")
    assert "precision: f64 then, f32 now" in found and "strict: no then, yes now" in found
    script.write_text(TEXT.replace("a*sum(x)", "a*sum(x) + 1"))
    assert "line 3 was `y := a*sum(x)`, and is `y := a*sum(x) + 1`" in run("cache", "why", script)
    script.write_text(TEXT + "\n# more")
    assert "the text had 4 lines, and has 5" in run("cache", "why", script)


def test_why_names_a_changed_compiler_and_used_files(script, monkeypatch):
    (script.parent / "lib.gd").write_text("def f(x) = 2*x")
    script.write_text('use "lib.gd" as lib\n' + TEXT.replace("sum(x)", "sum(lib.f(x))"))
    run_script(script)
    (script.parent / "lib.gd").write_text("def f(x) = 3*x")
    assert "a file that it uses has changed" in run("cache", "why", script, "--backend", "numpy")
    monkeypatch.setattr(cache, "stamp", lambda: "another")
    assert "gdc itself has changed" in run("cache", "why", script, "--backend", "numpy")


def test_why_for_programs_whose_values_say_their_types():
    text = "y := A@x"
    gdc.compile(text).run({"A": np.ones((2, 2)), "x": np.ones(2)}, backend="numpy")
    assert "kept, it is not" in run("cache", "why", "-e", text, "--backend", "numpy")


def test_why_speaks_of_machine_code(script, monkeypatch):
    script.write_text(TEXT.replace("2.0", "3.0"))   # this process has not run it yet
    run_script(script, "parallel")
    assert "machine code is kept for 1 kind of arguments" in run("cache", "why", script, "--backend", "parallel")
    others = {**kept.made_with(), "CPU": "abacus"}
    monkeypatch.setattr(kept, "made_with", lambda: others)
    monkeypatch.setattr(kept, "stamp", lambda: ("another",))
    found = json.loads(run("cache", "why", script, "--backend", "parallel", "--json"))["targets"]
    assert [t["kept"] for t in found] == [True] and "CPU" in found[0]["code"] and "abacus now" in found[0]["code"]


# --- pruning -----------------------------------------------------------------------------------


def age(days):
    then = time.time() - 86400*days
    for path in cache.root().rglob("*"):
        os.utime(path, (then, then))


def test_prune_removes_what_was_not_used_for_so_long(script):
    run_script(script)
    age(10)
    run_script(script, precision="f32")     # new ones
    before = {f for t in inventory.things() for f in t.files}
    assert "would remove" in run("cache", "prune", "--older", "8d", "--dry-run")
    assert {f for t in inventory.things() for f in t.files} == before
    run("cache", "prune", "--older", "8d")
    left = inventory.things()
    assert left and all(time.time() - t.used < 86400 for t in left)
    assert json.loads(run("cache", "prune", "--all", "--json"))["bytes"] > 0
    assert not [p for p in cache.root().rglob("*") if p.is_file()]
    assert run_script(script).y == 6.0


def test_what_is_used_stays(script):
    run_script(script), age(40), run_script(script)
    assert not [t for t in inventory.prune(30*86400.0, dry=True) if t.what == inventory.PLAN]


def test_the_cache_has_a_bound(script):
    run_script(script), run_script(script, "parallel")
    age(3)
    run_script(script, precision="f32")
    newest = [t for t in inventory.things() if t.facts.get("precision") == "f32"]
    inventory.keep_small(most_bytes=sum(t.size for t in newest))
    assert {tuple(t.files) for t in inventory.things()} == {tuple(t.files) for t in newest}
    inventory.keep_small(most_files=1)
    assert sum(len(t.files) for t in inventory.things()) == 1


@pytest.mark.parametrize("words", [["--older", "soon"], ["--older", "3d", "--all"]])
def test_prune_refuses_what_it_does_not_understand(words):
    with pytest.raises(Exception, match="--older"):
        run("cache", "prune", *words)


def test_machine_code_goes_as_a_whole_and_comes_back(script, empty):
    run_script(script, "parallel")
    run("cache", "prune", "--all")
    words = "import sys, gdc\nr = gdc.load(sys.argv[1]).run({'x': [1.0, 2.0]}, backend='parallel')\n" \
        "print(r.y, r.cached, 'numba' in sys.modules)"
    said = [subprocess.run([sys.executable, "-c", words, str(script)], capture_output=True, text=True,
                           check=True).stdout.split() for _ in range(2)]
    assert said == [["6.0", "False", "True"], ["6.0", "True", "False"]]


# --- other processes, folders that take nothing -------------------------------------------------


def test_two_processes_at_once(script):
    words = "import sys, gdc\nprint(gdc.load(sys.argv[1]).run({'x': [1.0, 2.0]}, backend='parallel').y)"
    both = [subprocess.Popen([sys.executable, "-c", words, str(script)], stdout=subprocess.PIPE, text=True)
            for _ in range(2)]
    assert [p.communicate()[0].strip() for p in both] == ["6.0", "6.0"]
    assert not list(cache.root().rglob("*.tmp"))


def test_a_folder_that_takes_nothing_is_still_read(script, monkeypatch):
    def refuse(*_):
        raise PermissionError("read-only")

    run_script(script, "parallel")
    for module in (cache, kept):
        monkeypatch.setattr(module, "write_whole", refuse)
    monkeypatch.setattr(os, "utime", refuse)
    age_free = gdc.load(script)
    assert age_free.run({"x": [1.0, 2.0]}, backend="parallel").cached
    assert age_free.run({"x": [1.0, 2.0]}, backend="numpy").y == 6.0


# --- auto --------------------------------------------------------------------------------------


def test_what_is_kept_never_changes_what_auto_chooses(script):
    def chosen():
        r = gdc.load(script).run({"x": np.ones(1000)})
        return r.backend, r.why

    first = chosen()
    assert first[0] == "numpy"
    targets = {t.facts.get("target") for t in inventory.things()}
    assert "parallel" not in targets                # where numpy wins, nothing is compiled for parallel
    run_script(script, "parallel")
    assert chosen() == first
    run("cache", "prune", "--all")
    assert chosen() == first
