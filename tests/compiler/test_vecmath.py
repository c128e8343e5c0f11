"""Elementary functions on parallel: loops over them become vector code. What they give is judged in tests/truth."""

from __future__ import annotations

import ast
import platform
import re

import numpy as np
import pytest

import gdc
from gdc.compiler import vecmath
from gdc.compiler.ops import OPS
from gdc.compiler.text import template

TWO = {name for name in vecmath.FUNCTIONS if OPS[name].arity == 2}


def test_every_text_belongs_to_a_row_or_to_another_text():
    assert set(OPS) >= vecmath.FUNCTIONS and "exp_parts" not in vecmath.FUNCTIONS
    called = {name for row in OPS.values() if isinstance(row.scalar, str) for name in template(row.scalar).names}
    assert not called & (vecmath.TEXTS.keys() - vecmath.FUNCTIONS)       # one would stand for the other
    assert {"exp_parts", "TANH", "polynomial", "kept", "Number", "elementary"} < set(vecmath.NEEDS["tanh"])
    assert not {"log_parts", "bounded", "SIN"} & set(vecmath.NEEDS["tanh"])


def test_a_text_needs_what_it_names_and_only_that():
    """Found by a pattern, held against Python's own reading."""
    for name, text in vecmath.TEXTS.items():
        named = {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)} & set(vecmath.TEXTS)
        assert named - {name} == set(vecmath._direct(text)) - {name}, name


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="reads x86's names of instructions")
@pytest.mark.parametrize("name", sorted(vecmath.FUNCTIONS))
@pytest.mark.parametrize("precision", ["f64", "f32"])
def test_a_loop_becomes_vector_code(name, precision):
    formula = "x^(2*x)" if name == "pow" else f"{name}(x, 2*x)" if name in TWO else f"{name}(x)"
    told = gdc.compile(f"input x: real[n]\ny := {formula}", precision=precision).explain(stage="asm")
    verdicts = re.findall(r"^  (\w.*)$", told, re.M)
    assert verdicts and all(v.startswith("vector code: ") and "for each" not in v for v in verdicts), verdicts


FAR = {"f64": [0.5, 1e22, -3e300, 2.0, np.inf, np.nan, 1e9, 1.0000001e9, -0.0],
       "f32": [0.5, 1e22, -3e38, 2.0, np.inf, np.nan, 1e5, 100001.0, -0.0]}


@pytest.mark.parametrize("precision", FAR)
@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_a_far_number_changes_nothing_beside_it(name, precision):
    """A number has one value, whichever numbers stand beside it; far ones have the library's."""
    program = gdc.compile(f"input x: real[n]\ny := {name}(x)", precision=precision)
    x = np.array(FAR[precision]*7, f"f{int(precision[1:])//8}")
    got = program.run({"x": x}, backend="parallel")["y"]
    alone = [program.run({"x": x[k : k + 1]}, backend="parallel")["y"][0] for k in range(9)]
    np.testing.assert_array_equal(got, np.tile(np.array(alone, got.dtype), 7))
    with np.errstate(invalid="ignore"):
        want = getattr(np, name)(x.astype(np.float64))
    np.testing.assert_allclose(got, want, rtol=1e-15 if precision == "f64" else 4e-7)


@pytest.mark.parametrize(("formula", "text"), [
    ("x^3", "power_3(x["), ("x^4", "power_4(x["), ("x^2", "x_rows"), ("x^2.25", "pow(x[")])
def test_small_whole_powers_are_products(formula, text):
    program = gdc.compile(f"input x: real[n]\ny := {formula}")
    source = program.source("parallel").replace("x_rows[", "x[")
    assert text.replace("x_rows", "x[i_1] * x[i_1]") in source
    x = np.array([0.5, -3.0, 1e100, -0.0, np.inf, np.nan, 5e-324])
    with np.errstate(all="ignore"):
        want = x ** float(formula[2:])
    np.testing.assert_allclose(program.run({"x": x}, backend="parallel")["y"], want, rtol=1e-15)


@pytest.mark.parametrize("precision", ["f64", "f32"])
@pytest.mark.parametrize("power", sorted(set(vecmath.POWERS) - {3, 4}))
def test_powers_of_half_odd_numbers_take_roots(power, precision):
    """As exact as `pow` over the whole range, subnormal numbers included, and NumPy's at every edge."""
    program = gdc.compile(f"input x: real[n]\ny := x^{power}", precision=precision)
    assert f"{vecmath.POWERS[power]}(x[" in program.source("parallel")
    kind = np.float64 if precision == "f64" else np.float32
    edges = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, -2.5], kind)
    y = program.run({"x": edges}, backend="parallel")["y"]
    with np.errstate(all="ignore"):
        want = edges ** kind(power)
    np.testing.assert_array_equal(y, want)
    np.testing.assert_array_equal(np.signbit(y[y == 0]), np.signbit(want[want == 0]))
    least, most = (-1074, 1023) if precision == "f64" else (-149, 127)
    x = np.ldexp(kind(1), np.arange(least, most + 1)).astype(kind)*np.linspace(1, 1.999, most - least + 1, dtype=kind)
    with np.errstate(all="ignore"):
        want = x.astype(np.longdouble) ** np.longdouble(power)
        y = program.run({"x": x}, backend="parallel")["y"]
        ulp = np.abs(y - want)/np.spacing(np.minimum(want, np.finfo(kind).max).astype(kind))
    with np.errstate(over="ignore"):
        lost = np.isinf(want.astype(kind))
    assert np.isinf(y[lost]).all() and ulp[~lost].max() <= 2.5


def test_large_arrays_ask_for_large_pages():
    program = gdc.compile("input x: real[n]\ny := 2*x")
    assert "y = in_large_pages(np.empty(n))" in program.source("parallel")
    x = np.ones(1 << 20)
    np.testing.assert_array_equal(program.run({"x": x}, backend="parallel")["y"], 2*x)


@pytest.mark.parametrize("name", sorted(vecmath.FUNCTIONS - {"cbrt", "erf", "hypot", "atan2", "pow"}))
def test_complex_numbers_have_their_own(name):
    program = gdc.compile(f"input z: complex[n]\ny := {name}(z)")
    assert f"{name}_complex(z[" in program.source("parallel")
