"""`margins`: steps of stencils that copy no more than what they do not compute, at sizes down to none."""

import numpy as np
import pytest

import gdc

HEAT = """
input u: real[m, n]
param steps: int = 3
repeat steps { u[1:-1, 1:-1] += 0.2*(u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4*u[1:-1, 1:-1]) }
output u
"""
WAVE = """
input u, old: real[n, n]
param steps: int = 4
repeat steps {
    next := u
    next[1:-1, 1:-1] := 2*u[1:-1, 1:-1] - old[1:-1, 1:-1] + 0.25*(u[2:, 1:-1] + u[:-2, 1:-1] - 4*u[1:-1, 1:-1])
    old := u
    u := next
}
output u, old
"""
LINE = "input u: real[n]\nparam steps: int = 3\nrepeat steps { u[1:-2] := 0.5*(u[:-3] + u[2:-1]) }\noutput u"
ONE_SIDE = "input u: real[m, n]\nparam steps: int = 3\nrepeat steps { u[1:, :] := u[1:, :] + 0.5*u[:-1, :] }\noutput u"
CUBE = "input u: real[k, m, n]\nparam steps: int = 2\n" \
    "repeat steps { u[1:-1, :, 2:] := u[:-2, :, :-2] + u[2:, :, 2:] }\noutput u"
EDGES = """
input u: real[m, n]
param steps: int = 3
repeat steps {
    u[1:-1, 1:-1] := 0.25*(u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2])
    u[:, 0] := u[:, 1]
    corner := u[0, 0]
    record corner
}
output u
"""
KEPT = """
input u: real[m, n]
param steps: int = 3
moved := 0.0
repeat steps {
    before := u
    u[1:-1, 1:-1] := 0.25*(u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2])
    moved := moved + sum(abs(u - before))
}
output u, moved
"""
BRANCH = """
input u: real[m, n]
param steps: int = 4
for k in 0..steps { if k != 2 { u[1:-1, 1:-1] := 0.5*(u[2:, 1:-1] + u[:-2, 1:-1]) } }
output u
"""
ONCE = "input u: real[m, n]\nv := u\nv[1:-1, 1:-1] := 2*u[2:, 2:]\noutput u, v"
SCRIPTS = {"heat": HEAT, "line": LINE, "one side": ONE_SIDE, "cube": CUBE, "edges": EDGES, "kept": KEPT,
           "branch": BRANCH, "once": ONCE, "wave": WAVE}


def outcome(program, given, backend):
    try:
        result = program.run(given, backend=backend)
    except gdc.Error as error:
        return str(error)
    return {**result, **result.trace}


def given_for(name, size):
    rng, letters = np.random.default_rng(size), {"line": 1, "cube": 3}.get(name, 2)
    shape = tuple(size + k*(name != "wave") for k in range(letters))
    return {key: rng.standard_normal(shape) for key in (("u", "old") if name == "wave" else ("u",))}


@pytest.mark.parametrize("name", SCRIPTS)
def test_as_loops(name):
    program = gdc.compile(SCRIPTS[name])
    for size in (0, 1, 2, 3, 4, 5, 41):
        given = given_for(name, size)
        kept = {key: value.copy() for key, value in given.items()}
        for steps in ({"steps": 0}, {"steps": 1}, {}) if "steps" in SCRIPTS[name] else ({},):
            want, got = (outcome(program, given | steps, backend) for backend in ("loops", "parallel"))
            if isinstance(want, str):
                assert got == want
                continue
            for key in want:
                np.testing.assert_allclose(got[key], want[key], 1e-12, 1e-14, err_msg=f"{key} at {size}")
        for key in given:
            np.testing.assert_array_equal(given[key], kept[key])


def test_large_ones_are_shared_out_and_take_any_layout():
    program, u = gdc.compile(HEAT, precision="f32"), np.random.default_rng(1).standard_normal((300, 500), np.float32)
    want = program.run({"u": u}, backend="numpy")["u"]
    for given in (u, np.asfortranarray(u), np.repeat(u, 2, axis=1)[:, ::2]):
        np.testing.assert_allclose(program.run({"u": given}, backend="parallel")["u"], want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("text", "arrays"), [(HEAT, 2), (WAVE, 3)])
def test_a_step_is_one_nest_and_no_copy(text, arrays):
    with_margins, without = (gdc.compile(text, without=rules).source("parallel").split("def native(")[1].split(
        "def small")[0] for rules in ([], ["margins"]))
    assert with_margins.count("@shared(") == 1 and without.count("@shared(") == 2
    assert with_margins.split("for ")[1].count(".copy()") == 0 and with_margins.count("np.empty((m, n))") + \
        with_margins.count("np.empty((n, n))") == arrays


def test_wide_margins_are_copied_whole():
    text = "input u: real[n]\nv := u\nv[20:] := 2*u[:-20]\noutput v, u"
    assert ".copy()" in gdc.compile(text).source("parallel").split("def native")[1]
    u = np.arange(30.0)
    np.testing.assert_array_equal(gdc.compile(text).run({"u": u}, backend="parallel")["v"], [*u[:20], *2*u[:10]])
