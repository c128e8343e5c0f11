"""A broken op, derivative, pass or target is caught by what proves the others right, and named.

Each test breaks one thing on purpose and drives the very functions that the real tests drive: test_programs, the
elementwise edges of tests/truth, and the judge of tests/fuzz. What they say of the honest thing is asked first.
"""

import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "fuzz"), str(HERE / "truth"), str(HERE / "compiler")]

import judge
import test_edges
import test_programs
from draw import Drawn

from gdc.compiler import imp, ir
from gdc.compiler.ops import OPS
from gdc.compiler.pipeline import PASSES
from gdc.compiler.types import BOOL, INT, REAL, Type
from gdc.dsl.errors import Error
from gdc.runtime import cache

SMALL = {"x": np.array([0.3, 0.7, 0.55]), "u": np.array([0.9, 0.4, 0.35])}
TERMS = Drawn("input x, u: real[n]; y := x - 2*u; s := sum(x*u + y)", SMALL)


@pytest.fixture(autouse=True)
def isolated(monkeypatch):
    """What is broken here must not be kept for anybody else; and no GPU takes part."""
    monkeypatch.setattr(judge.faults, "save_report", judge.Faults.save)
    monkeypatch.setattr(cache, "read", lambda name: None)
    monkeypatch.setattr(cache, "write", lambda *_: None)
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")


def program(name):
    return HERE / "programs" / f"{name}.gd"


# --- ops ---------------------------------------------------------------------------------------


WIDTHS = {bool: "bool", int: "i64", float: "f64"}
ELEMENTS = {bool: BOOL, int: INT, float: REAL}


def spoilt(row, cell):
    """A row whose text gives the next number, or of bools the other one."""
    text = getattr(row, cell)
    gives_bools = row.element((ELEMENTS[type(row.edges[0])],) * row.arity).kind == "bool"
    turned = f"np.logical_not({text})" if cell == "numpy" else f"(not {text})"
    return replace(row, **{cell: turned if gives_bools else f"({text} + 1)"})


@pytest.mark.parametrize("cell", ["numpy", "scalar"])
@pytest.mark.parametrize("row", test_edges.MAPS, ids=lambda row: row.name)
def test_a_broken_op_is_named(row, cell, monkeypatch):
    target = "numpy" if cell == "numpy" else "loops"
    width = "i64" if (row.name, cell) == ("pow", "scalar") else WIDTHS[type(row.edges[0])]  # of reals it is NumPy's
    assert not test_edges.disagreements([row], width, target)
    monkeypatch.setitem(OPS, row.name, spoilt(row, cell))
    wrong = test_edges.disagreements([row], width, target)
    assert wrong and all(line.startswith(f"{row.name}(") for line in wrong)


def test_a_broken_op_fails_a_program(monkeypatch):
    monkeypatch.setitem(OPS, "exp", replace(OPS["exp"], numpy="np.expm1({0})"))
    with pytest.raises(AssertionError):
        test_programs.as_its_header_says(program("elementwise_smooth"), "numpy")


DERIVED = [row for row in test_edges.MAPS if isinstance(row.derivative, tuple) and row.derivative[0] != "0"]


@pytest.mark.parametrize("row", DERIVED, ids=lambda row: row.name)
def test_a_broken_derivative_is_named(row, monkeypatch):
    names = ["x", "u", "0.8"][: row.arity]
    formula = test_edges.formula(row, names)
    drawn = Drawn(f"input x, u: real[n]\nJ := sum({formula})\ndw := grad(J, x)\noutput dw", SMALL)
    judge.against_reference(drawn)
    first, *others = row.derivative
    monkeypatch.setitem(OPS, row.name, replace(row, derivative=(f"{first} + 0.25", *others)))
    with pytest.raises(judge.Bug, match="dw: ") as caught:
        judge.against_reference(drawn)
    assert (caught.value.where, caught.value.what) == ("reference", "differs")


# --- passes ------------------------------------------------------------------------------------


def swapped(value):
    """u - v for v - u."""
    return ir.make("sub", value.args[::-1], {}, value.types) if is_real(value, "sub") else value


def shortened(value):
    """x for x + y."""
    return value.args[0] if is_real(value, "add") and value.args[0].type == value.type else value


def is_real(value, op):
    return value.op == op and value.type.kind == "real"


def rewritten(found, change):
    return replace(found, region=ir.rewrite(found.region, change, found.origins))


def without_effects(found):
    return replace(found, region=ir.Region(found.region.params, (), found.region.results))


def spoil(monkeypatch, name, change):
    """The pass does its work, then something wrong."""
    module = import_module(f"gdc.compiler.passes.{name}")
    honest = module.run
    monkeypatch.setattr(module, "run", lambda found, record, **more: change(honest(found, record, **more)))


SHARED = [name for name, _ in PASSES["loops"]]
OWN = [(target, name) for target in ("numpy", "parallel") for name in dict(PASSES[target]) if name not in SHARED]


@pytest.mark.parametrize("change", [swapped, shortened])
@pytest.mark.parametrize(("target", "name"), OWN)
def test_a_broken_pass_is_named(target, name, change, monkeypatch):
    want = judge.compare(TERMS)
    judge.stages(TERMS, target, want)
    spoil(monkeypatch, name, lambda found: rewritten(found, change))
    with pytest.raises(judge.Bug) as caught:
        judge.stages(TERMS, target, want)
    assert (caught.value.where, caught.value.what) == (f"{target} after {name}", "differs")


@pytest.mark.parametrize("change", [swapped, shortened])
@pytest.mark.parametrize("name", SHARED)
def test_a_broken_pass_of_loops_is_caught_by_the_reference(name, change, monkeypatch):
    """What every target shares, loops too, another judge must see."""
    judge.against_reference(TERMS)
    spoil(monkeypatch, name, lambda found: rewritten(found, change))
    with pytest.raises(judge.Bug, match="reference: differs"):
        judge.against_reference(TERMS)


def test_a_pass_that_drops_an_assertion_is_named(monkeypatch):
    drawn = Drawn("input x: real[n]\ny := 2*x\nassert x[0] > 1, \"too small\"", {"x": SMALL["x"]})
    want = judge.compare(drawn)
    assert want.error == ("assert", 3)
    judge.stages(drawn, "numpy", want)
    spoil(monkeypatch, "order", without_effects)
    with pytest.raises(judge.Bug) as caught:
        judge.stages(drawn, "numpy", want)
    assert (caught.value.where, caught.value.what) == ("numpy after order", "no error, not ('assert', 3)")


def test_a_pass_that_leaves_wrong_types_is_named(monkeypatch):
    def mistyped(value):
        return ir.make("sub", value.args, {}, (Type(INT, value.type.shape),)) if is_real(value, "sub") else value

    spoil(monkeypatch, "cse", lambda found: rewritten(found, mistyped))
    with pytest.raises(Exception, match="cse"):
        judge.driver.compile_plan(judge.Source(TERMS.text), "numpy")


@pytest.mark.parametrize("name", ["fuse", "partition"])
def test_a_broken_late_pass_is_caught(name, monkeypatch):
    def without_a_loop(found):
        first = next(s for s in found.body if isinstance(s, imp.Loop))
        return replace(found, body=tuple(s for s in found.body if s is not first))

    spoil(monkeypatch, name, without_a_loop)
    with pytest.raises(judge.Bug) as caught:
        judge.compare(TERMS, ("parallel",))
    assert caught.value.where == "parallel"


# --- targets -----------------------------------------------------------------------------------

PRINTERS = {"loops": "Loops", "numpy": "NumPy", "parallel": "Parallel", "cuda": "Cuda"}


def spoil_printer(monkeypatch, target):
    """The target prints v - u for u - v."""
    printer = getattr(import_module(f"gdc.compiler.targets.{target}"), PRINTERS[target])
    honest = printer.node

    def node(self, value, args, index):
        return honest(self, value, args[::-1] if value.op == "sub" and value.element.kind == "real" else args, index)

    monkeypatch.setattr(printer, "node", node)


@pytest.mark.parametrize("target", ["numpy", "parallel", "cuda"])
def test_a_broken_target_is_named(target, monkeypatch):
    judge.compare(TERMS, (target,))
    spoil_printer(monkeypatch, target)
    with pytest.raises(judge.Bug) as caught:
        judge.compare(TERMS, (target,))
    assert (caught.value.where, caught.value.what) == (target, "differs")


def test_broken_loops_are_caught_by_the_reference(monkeypatch):
    judge.against_reference(TERMS)
    spoil_printer(monkeypatch, "loops")
    with pytest.raises(judge.Bug, match="reference: differs"):
        judge.against_reference(TERMS)


@pytest.mark.parametrize("target", ["loops", "numpy"])
def test_a_broken_target_fails_a_program(target, monkeypatch):
    test_programs.as_its_header_says(program("gradient_descent"), target)
    spoil_printer(monkeypatch, target)
    with pytest.raises((AssertionError, Error)):
        test_programs.as_its_header_says(program("gradient_descent"), target)
