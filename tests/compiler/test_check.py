"""A broken program is named, with the pass that broke it."""

import pytest
from build_ir import array, at, fold, grad, index, program, table

from gdc.compiler import construct as c
from gdc.compiler.check import faults, verify
from gdc.compiler.dims import dim
from gdc.compiler.ir import make, node, truth
from gdc.compiler.types import INT, REAL, Type
from gdc.dsl.errors import Error

X, v = array("X", "m", "n"), array("v", "n")


def stop():
    return make("check", (truth(True),), {"kind": "index", "message": "", "site": 0}, (Type(INT),))


def test_a_good_program():
    i, j = index("i"), index("j")
    verify(program(table(("m",), (i,), fold("sum", ("n",), (j,), at(X, i, j))), c.matmul(X, v)), "order")


def shared():
    i = index("i")
    return program(table(("n",), (i,), at(v, i)), table(("n",), (i,), c.apply("exp", at(v, i))))


def twice():
    one = stop()
    return program(v, effects=(one, one))


BROKEN = {
    "make real[k]": program(make("exp", (v,), {}, (Type(REAL, (dim("n"), dim("n"))),))),
    "its arguments make real[n]": program(make("exp", (v,), {}, (Type(INT, v.type.shape),))),
    "no op wobble": program(make("wobble", (v,), {}, (v.type,))),
    "only before the pass grad": program(grad(c.reduce("sum", v, (0,)), v)),
    "outside the region": program(at(v, index("i"))),
    "belongs to": shared(),
    "in two lists": twice(),
    "which is no check": program(node("exp", v, deps=(v,))),
    "stands in no list": program(table(("n",), (), v, effects=(stop(),))),
    "among effects and is none": program(v, effects=(v,)),
}


@pytest.mark.parametrize("words", BROKEN)
def test_a_broken_program(words):
    found = list(faults(BROKEN[words]))
    assert found
    if words != "make real[k]":
        assert any(words in fault for fault in found), found
    with pytest.raises(Error, match="the pass order left"):
        verify(BROKEN[words], "order")
