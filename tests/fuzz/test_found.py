"""Programs that targets once ran differently, made small: each is held on numpy and at every stage against loops."""

import judge
import numpy as np
import pytest
from draw import Drawn

FOUND = {
    # simplify: the side never taken got the taken side's effects, and nodes stood in two regions
    "a branch never reached": (
        """
input z: real[p]
if p > 100 {
} else if false {
    y := z[1] + z[2]
} else {
    w := z[([false for i in 0..p] + arange(p)) % p]
}
""",
        {"z": np.arange(3.0)},
    ),
    # raise_loops: a check stood in the loop and in what the loop became
    "the last round's checked value": (
        """
input u: real[p]
input x: int[m]
for i in 0..p {
    y := x[x[-1] % m]
}
""",
        {"u": np.zeros(0), "x": np.zeros(0, int)},
    ),
    # raise_loops: an effect of an inner region was held by the outer one too
    "a lazy load in a table in a loop": (
        """
input B: real[m, m]
input u: real[m]
for e in u {
    z := 1.0*[false for i in 0..m]
    B[::-1, :] -= [(z[i - 1] if i >= 1 else 2.0) for i in 0..m, j in 0..m]
}
""",
        {"B": np.ones((4, 4)), "u": np.ones(4)},
    ),
    # raise_loops: a copied loop's arrays kept the sizes of the loop that they were copied from
    "an array that shrinks in a raised loop": (
        """
input u: real[m]
input v: real[m]
for i in 0..m {
    g := v
    repeat 3 { g := g[1:] }
    z := sum(g)
    for k in 0..m {
        s := tanh(z)
        u[k] -= s
    }
}
""",
        {"u": np.zeros(4), "v": np.arange(4.0)},
    ),
    # raise_loops: the copy of a table that changed by its check alone kept the table's index
    "a table of one checked value": (
        """
input u: real[m]
input A: real[n, m]
for i in 0..n, j in 0..1 {
    for k in 0..3 { A[-1, 1] -= min([u[1] for l in 0..3]) }
}
""",
        {"u": np.arange(3.0), "A": np.ones((2, 3))},
    ),
    # raise_loops: what stays of a loop, its checks alone, read a carried value that was gone
    "checks of a loop that is raised": ("""
input y: real[m]
input k: int
for i in 0..m, j in 0..m {
    x := [-y[i] for l in 0..m]
    for p in 0..1, q in 0..m { x := y - (x[k % m] == x[q]) }
    k += 0
}
""", {"y": np.arange(4.0), "k": 3}),
    # raise_loops: one number added at several places, in every round
    "one number scattered in each round": ("""
input u: real[m]
input x: real[q]
input p: int
for i in 0..m, j in 0..p { x[[0 for k in 0..m] % p] += u[i] }
""", {"u": np.arange(2.0), "x": np.zeros(4), "p": 4}),
    # raise_loops: a table inside a copied table kept its index
    "scattered places with a table of their own": ("""
input y: real[m]
input n: int
for i in 0..n, j in 0..n {
    y[where([true, false, true], arange(3), [j for k in 0..3]) % m] += min([3.0 for k in 0..3, l in 0..3], axis=0)
}
""", {"y": np.arange(3.0), "n": 2}),
    # cost: a branch without results has no type
    "a branch that only checks": (
        """
input x: real[m]
if m > 100 {
} else {
    if m > 50 { assert m > 70 } else { stopped := x[0] }
}
output x
""",
        {"x": np.zeros(2)},
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_found(name, monkeypatch):
    monkeypatch.setattr(judge.faults, "save_report", judge.Faults.save)
    monkeypatch.setattr(judge.cache, "read", lambda key: None)
    monkeypatch.setattr(judge.cache, "write", lambda key, text: None)
    text, inputs = FOUND[name]
    drawn = Drawn(text, {k: np.asarray(v) for k, v in inputs.items()})
    want = judge.compare(drawn, ("numpy",))
    assert want.error is None or want.error[0] in ("index", "value", "assert")
    judge.stages(drawn, "numpy", want)
    judge.stages(drawn, "parallel", want)
