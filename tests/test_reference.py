"""The reference: it tells of everything that a script may say, is what its rows give now, and its examples run."""

import runpy
import zlib
from pathlib import Path

import pytest

import gdc
from gdc.compiler.build.calls import FUNCTIONS, SEVERAL
from gdc.compiler.build.program import prelude
from gdc.compiler.manual import grammar
from gdc.compiler.manual.entries import entries
from gdc.compiler.manual.facts import facts_of, results_of, script_of
from gdc.compiler.manual.statements import FORMS, OPERATORS, STATEMENTS
from gdc.compiler.manual.topics import topics
from gdc.compiler.ops import FUNCTIONS as ROWS
from gdc.runtime.cli import main
from gdc.runtime.examples import literal, outcome

ROOT = Path(__file__).resolve().parents[1]
REFUSED = {"attribute", "method"}  # parsed for the sake of their error
SHARES = {"parallel": 12, "cuda": 4}  # one example in so many runs there unless --all is given
SPOKEN = {**STATEMENTS, **FORMS}


def test_every_function_has_an_entry():
    known = {*FUNCTIONS, *SEVERAL, *ROWS, *(name for name in prelude() if not name.startswith("_"))}
    assert set(entries()) == known


@pytest.mark.parametrize("name", sorted(entries()))
def test_an_entry_says_all(name):
    row = entries()[name].row
    assert row.call.startswith(f"{name}(")
    assert row.meaning and name in row.shown, f"{name} wants a meaning, and an example that calls it"
    names = set(gdc.compile(script_of(entries()[name])).run({}, backend="numpy"))
    assert set(results_of(entries()[name])) - {"_"} <= names


def test_every_statement_form_and_operator_has_a_row():
    assert set(STATEMENTS) == set(grammar.statements())
    assert set(FORMS) == grammar.forms() - REFUSED
    assert set(OPERATORS) == {sign for level in grammar.levels() for sign in level.signs}


@pytest.mark.parametrize(("left", "right", "script", "value"), [
    ("*", "+", "y := 2 + 3*4", 14), ("^", "*", "y := 2*3^2", 18), ("==", "not", "y := not 1 == 2", True),
    ("and", "or", "y := true or false and false", True), ("-", "==", "y := 1 == 3 - 2", True),
])
def test_precedence_is_that_of_the_parser(left, right, script, value):
    place = {sign: k for k, level in enumerate(grammar.levels()) for sign in level.signs}
    assert place[left] < place[right]
    assert gdc.compile(script).run({}, backend="loops")["y"] == value


def test_sides_are_those_of_the_parser():
    sides = {sign: level.side for level in grammar.levels() for sign in level.signs}
    assert (sides["^"], sides["-"], sides["<"]) == ("right", "left", "chain")
    assert gdc.compile("y := 2^3^2; z := 7 - 2 - 1").run({}, backend="loops") == {"y": 512, "z": 4}


def test_the_committed_pages_are_current(tmp_path):
    runpy.run_path(str(ROOT / "docs" / "make_reference.py"))["main"](tmp_path)
    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "reference").iterdir()}
    assert sorted(made) == sorted(kept)
    stale = [name for name in made if made[name] != kept[name]]
    assert not stale, f"{stale}: run docs/make_reference.py"


EXAMPLES = {name: (script_of(entry), results_of(entry)) for name, entry in entries().items()}
EXAMPLES |= {f"{name} as a form": (text, ()) for name, (_, text) in SPOKEN.items() if text}


@pytest.mark.parametrize("target", ["loops", "parallel", "cuda"])
@pytest.mark.parametrize("name", list(EXAMPLES))
def test_examples_give_on_every_target_what_is_shown(name, target, request, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    everything = request.config.getoption("--all")
    if not everything and zlib.crc32(name.encode()) % SHARES.get(target, 1):
        pytest.skip("not in the seeded share: --all runs it")
    shown, given = (outcome(gdc.compile, t, *EXAMPLES[name]) for t in ("numpy", target))
    assert given == shown


@pytest.mark.parametrize(("name", "element", "result"), [
    ("sort", "complex", None), ("exp", "int", "real"), ("sum", "i32", "int"), ("abs", "complex", "real"),
    ("fft", "f32", "c64"),
])
def test_types_are_those_of_the_builder(name, element, result):
    assert facts_of(entries()[name]).types[element] == result


@pytest.mark.parametrize(("name", "said"), [
    ("tanh", "`1 - r^2`"), ("sort", "yes"), ("irfft", "yes"), ("gamma", "`r*polygamma(0, x)`"),
    ("floor", "0: it changes in jumps only"), ("argsort", "0: an int changes in jumps only"),
    ("bitand", "none: it takes no reals"), ("isnan", "none: a bool has none"),
    ("atan2", "by y `x/(y^2 + x^2)`, by x `-y/(y^2 + x^2)`"),
    ("like", "none: it does not depend on the values"),
])
def test_derivatives_are_those_of_grad(name, said):
    assert facts_of(entries()[name]).derivative == said


def test_literals_read_back():
    script = "x := [[1.5, 2.0], [1e-3, inf]]; c := [true, false]; z := 1 - 2i; k := -3"
    values = gdc.compile(script).run({}, backend="numpy")
    read = "; ".join(f"{name} := {literal(value)}" for name, value in values.items())
    again = gdc.compile(read).run({}, backend="numpy")
    assert [literal(v) for v in again.values()] == [literal(v) for v in values.values()]


def helped(capsys, *words):
    code = main(["help", *words])
    return (code, *capsys.readouterr())


@pytest.mark.parametrize("name", ["sort", "sigmoid", "qr", "repeat", "skip", "@", "-", "table", "grad"])
def test_help_tells_what_the_reference_tells(name, capsys):
    code, out, _ = helped(capsys, name)
    assert code == 0
    if name in entries():
        assert entries()[name].row.meaning.split()[0] in out and "# " in out and "types: " in out
    elif name in OPERATORS:
        assert OPERATORS[name] in out and "level" in out
    else:
        assert "# " in out


def test_help_without_a_name_lists_everything(capsys):
    words = set(helped(capsys)[1].split())
    assert set(entries()) | set(OPERATORS) <= words
    assert all(word in words for name in topics() for word in name.split())


@pytest.mark.parametrize(("name", "hint"), [("srt", "sort"), ("len", "size(x, 0)"), ("qqqqq", "gdc help")])
def test_help_knows_what_was_meant(name, hint, capsys):
    code, out, err = helped(capsys, name)
    assert (code, out) == (2, "") and hint in err
