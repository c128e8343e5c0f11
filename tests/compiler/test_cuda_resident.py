"""Scalars that stay on the device while a loop of the host runs, emulated."""

import re

import numpy as np
import pytest

import gdc

HEAD = "input X: real[m, n]\ninput y: real[m]\ninput w: real[n]\n"
STAYS = {
    "descent": "repeat 5 {\nJ := mean(log(1 + exp(-y*(X@w))))\nw := w - 0.1*grad(J, w)\n}",
    "carried": "old := 0\nrepeat 4 {\nr := X@w - y\nJ := sum(r^2)/m\nq := max(abs(r))\nold := 0.9*old + J\n"
               "v := old/2 + w[0]\nw := w - 0.1*J/(1 + old + q)*X.T@r/m\n}\nlast := old + v",
    "conjugate": "p := w\nrepeat 3 {\ng := X.T@(X@w - y)\ns := g@g\nt := sum((X@p)^2)\na := s/(1 + t)\n"
                 "w := w - a*g/m\np := g + a*p/m\n}",
    "one sum": "s := 0\nz := y\nrepeat 6 {\ns := sum(z*z)\nz := z/(1 + s)\n}",
}
NEEDED = {
    "stop": ("repeat 9 {\nJ := mean((X@w - y)^2)\nstop if J < 0.9\nw := w - 0.1*grad(J, w)\n}", 1),
    "record": ("repeat 3 {\nrecord J := mean((X@w - y)^2)\nw := w - 0.1*grad(J, w)\n}", 1),
    "branch": ("repeat 3 {\nJ := mean((X@w - y)^2)\nif J > 0.5 { w := w/2 }\nw := w - 0.1*J\n}", 1),
    "while": ("J := 9.0\nwhile J > 0.1 {\nJ := mean((X@w - y)^2)\ny := y/2 + X@w/2\n}", 1),
    "size": ("repeat 3 {\nJ := mean((X@w)^2)\nk := cast(floor(min(J, 1)), int)\nw := w + sum(y[:k]) + J/1e3\n}", 1),
}


@pytest.fixture(autouse=True)
def emulated(monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")


def rounds(text):
    """The host's lines inside its outermost loop."""
    lines = text.split("def program")[1].split("\n")
    start = next(k for k, line in enumerate(lines) if re.match(r"    (for|while) ", line))
    inside = [line for line in lines[start + 1 :] if not line.strip().startswith("#")]
    end = next((k for k, line in enumerate(inside) if line and not line.startswith("     ")), len(inside))
    return "\n".join(inside[:end])


def agree(formula, precision="f64"):
    program = gdc.compile(HEAD + formula, precision=precision)
    random = np.random.default_rng(3)
    kind, tolerance = (float, 1e-11) if precision == "f64" else (np.float32, 1e-4)
    for m, n in ((90, 4), (1, 1), (300, 3)):
        inputs = {"X": random.normal(size=(m, n)), "y": np.sign(random.normal(size=m)), "w": random.normal(size=n)/n}
        want, got = (program.run({k: v.astype(kind) for k, v in inputs.items()}, backend=b) for b in ("loops", "cuda"))
        assert list(want) == list(got)
        pairs = [(name, value, got[name]) for name, value in want.items()]
        for name, value, other in [*pairs, *((name, value, got.trace[name]) for name, value in want.trace.items())]:
            np.testing.assert_allclose(other, value, rtol=tolerance, atol=tolerance, err_msg=name)
            assert np.asarray(other).dtype == np.asarray(value).dtype
    return rounds(program.source("cuda"))


@pytest.mark.parametrize("precision", ["f64", "f32"])
@pytest.mark.parametrize("name", STAYS)
def test_no_round_waits_for_the_device(name, precision):
    inside = agree(STAYS[name], precision)
    assert "host(" not in inside and "reduced(" not in inside and "join_states(" not in inside, inside


@pytest.mark.parametrize("name", NEEDED)
def test_a_round_waits_for_what_the_host_needs(name):
    formula, times = NEEDED[name]
    inside = agree(formula)
    assert len(re.findall(r"host\(|reduced\(|join_states\(", inside)) >= times, inside


def test_a_sum_outside_loops_is_the_hosts():
    assert "xp.zeros(1)" not in gdc.compile(HEAD + "s := sum(y)\nt := s/2").source("cuda")


def test_names_of_cells_are_kept_apart():
    formula = STAYS["descent"].replace("J", "K") + "\nK_cell := K*2"
    agree(formula)
