"""Elementary functions on parallel: loops over them become vector code. What they give is judged in tests/truth."""

from __future__ import annotations

import platform
import re

import pytest

import gdc
from gdc.compiler import vecmath
from gdc.compiler.ops import OPS

TWO = {name for name in vecmath.FUNCTIONS if OPS[name].arity == 2}


def test_every_text_belongs_to_a_row_or_to_another_text():
    assert set(OPS) >= vecmath.FUNCTIONS and "exp_parts" not in vecmath.FUNCTIONS
    assert set(vecmath.NEEDS["tanh"]) == {"exp_parts", "two_to", "signed", "bits_of", "real_of", "fused", "times"}


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="reads x86's names of instructions")
@pytest.mark.parametrize("name", sorted(vecmath.FUNCTIONS))
def test_a_loop_becomes_vector_code(name):
    arguments = "x, 2*x" if name in TWO else "x"
    told = gdc.compile(f"input x: real[n]\ny := {name}({arguments})").explain(stage="asm")
    verdicts = re.findall(r"^  (\w.*)$", told, re.M)
    assert verdicts and all(v.startswith("vector code: ") for v in verdicts), verdicts


@pytest.mark.parametrize("name", sorted(vecmath.FUNCTIONS - {"cbrt", "erf", "hypot", "atan2"}))
def test_complex_numbers_keep_numpys(name):
    program = gdc.compile(f"input z: complex[n]\ny := {name}(z)")
    assert f"np.{OPS[name].numpy.partition('(')[0].removeprefix('np.')}(" in program.source("parallel")
