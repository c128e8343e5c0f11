"""Programs that targets once ran differently, made small: each is held on numpy and at every stage against loops."""

import judge
import numpy as np
import pytest
from draw import Drawn

FOUND = {
    # guard: several choices of a copied body read one place, and it was read above them all
    "a place that exists in some rounds": (
        """
input w: real
input u: real[m]
J := prod(u[i + 1] if i + 1 < m else w for i in 0..m, j in 0..i + 1)
g := grad(J, w)
""",
        {"w": 2.0, "u": np.array([1.0, 2.0, 3.0])},
    ),
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
    # raise_loops: a copied loop's arrays kept the sizes of the loop that they were copied from (seen on parallel)
    "an array that grows in a raised loop": ("""
input u: real[p]
input m: int
for i in 0..m {
    g := u + i
    repeat 3 { g := concat(g, g[:1]) }
    z := sum(g)
}
""", {"u": np.ones(2), "m": 2}, "parallel"),
    # raise_loops: what no round changes was written in a simpler way in the copy, its folds over the same index
    "a loop that gives one value": ("""
input x: real[m]
input v: real[n]
def f(a) = a[-1]
w := [1.0 for i in 0..n]
L := f(w + w)
g := grad(L, w)
L := max(x[i]*0*g[0] for i)
for i in 1..n { g := [L for k in 0..n] }
""", {"x": np.ones(3), "v": np.ones(4)}),
    # raise_loops: a last value read, in its own place, an array that stays in the loop
    "a last value beside a loop that stays": ("""
input x: real[m]
param t: int = 2
for i in 0..m, j in 0..m {
    t := clip(0 + cast(x[j], int), -8, 8)
    x[j] := x[0]
}
""", {"x": np.arange(3.0)}),
    # raise_loops: a table from before the loop was listed among the checks of what the loop became
    "a checked table before a raised loop": ("""
input v
input x: real[m]
z := [sum([x[i] for j in 0..1, k in 0..m] - v[i]) for i in 0..m]
for i in 0..m { z[i] := (v[i + 1] if i + 1 < m else maximum(prod(z[i] for j in 0..3), min(v))) }
""", {"v": np.arange(3.0), "x": np.arange(3.0)}),
    # grad: the derivative waited for a check that stands in a table beside it
    "a derivative of a checked load in a table": ("""
input u: real[m]
input v: real[n]
w := u[0]
z := [v[j]*u[-1] for i in 0..1, j in 0..n]
L := w*sum(v) + norm(w*[u[i % m] for i in 0..2]*z[0, -1])
g := grad(L, w)
""", {"u": np.ones(1), "v": np.ones(2)}),
    # grad: the same, where the formula and its derivative share a fold
    "a derivative of a function of checked loads": ("""
input v: real[n]
input y: real[n]
param t: int = 2
def f(a) = prod(a[-1] for i in 0..3) + a[0]
w := [y[i - 1] if i >= 1 else y[i] for i in 0..n]
L := sum(w*y) + (v[0] if not any([true for i in 0..n]) else f(w + w))
g := grad(L, w)
""", {"v": np.arange(4.0), "y": np.arange(4.0) - 0.5}),
    # grad: the derivative's update had no check to wait for, and ran before the formula's own
    "a derivative at a place that is not there": ("""
input w: real[p]
input y: real[n]
v := w + 0
L := sum(v) + sum(y[i]*v[0] for i)
g := grad(L, v)
""", {"w": np.zeros(0), "y": np.ones(2)}),
    # simplify: a branch that only checks has no results, whatever its type says
    "a branch never reached that only checks": ("""
input x: real[m]
def f(a) {
    if a[0] {
        a[a] := any(a[i % 1] for i in 0..2)
    } else if mean(0.0 for i in 0..1) <= 0.0 {
        a[[m for i in 0..m] % 1] := true
    }
    return 0.0 if a[-1] else 0.0
}
x := x - f([true for i in 0..1])
""", {"x": np.ones(2)}),
    # fuse: an inner index of one nest was taken for the outer index of the other, which has its name (seen on parallel)
    "two nests whose indices share a name": ("""
input A: real[m, m, m]
r := [[j for j in 0..m, k in 0..m] for i in 0..m] + 0.25*A
""", {"A": np.arange(27.0).reshape(3, 3, 3)}, "parallel", "cuda"),
    # raise_loops: a loop that adds to places of which each round has another number became a table with ragged rows
    "a derivative by ragged places": ("""
input v: real[m]
input u: real[n]
w := 1*u
J := max(w[j % n] for i in 0..m, j in i..m)
dw := grad(J, w)
""", {"v": np.ones(3), "u": np.array([0.5, -1.0])}, "parallel", "cuda"),
    # grad: what a body's check guards was asked outside that body, by the body's own index
    "a derivative by places that are checked": ("""
input v: real[m]
input x
w := 1*x
J := sum(w*[w[i] for i in 0..m, j in 0..2])
dw := grad(J, w)
""", {"v": np.ones(1), "x": np.array([1.25])}, "parallel", "cuda"),
    # place: an update stored into the array that it read, in a loop (wrong on loops too)
    "an array added to places of itself": ("""
input y: real[m]
input n: int
repeat n { if false { } else { y[[1 for i in 0..m] % m] += y } }
""", {"y": np.array([0.5, 1.0, -0.5, 1.0, -0.5]), "n": 1}, "parallel", "cuda"),
    # vectorise: the least of an empty row was asked for where no round asks
    "the least of nothing in no round": ("""
input y: real[m]
input A: real[k, n]
a := [min(j*j*y[j] for j) for i in 0..m]
b := [max(A[i, j] for j) for i]
c := [argmin(A[i, j] for j) for i]
""", {"y": np.zeros(0), "A": np.zeros((0, 0))}, "cuda"),
    # vectorise: a check was asked for rounds that another index, whose range is empty, does not have
    "a load that no round of another index reaches": ("""
input x: real[m]
input n: int
a := [x[i] for i in 0..n, j in 0..m]
b := sum(x[i] for i in 0..n, j in 0..m)
c := [sum(x[i] for j in 0..m) for i in 0..n, k in 0..n]
""", {"x": np.zeros(0), "n": 2}),
    # raise_loops: the last round's load stood above the two choices that read it, where there may be no round
    "a last round's value that two names read": ("""
input v: real[m]
input u: real[m]
for e in u {
    v := min((e if full(false, m, m) else zeros(m, m)), axis=0)
    c := 0
    while c < 2 and false { c += 1; v[1 % m] += 0 }
}
""", {"v": np.zeros(0), "u": np.zeros(0)}, "cuda"),
    # grad: a reduction whose check its derivative does not wait for shared its index with the first use
    "a derivative of the least in each round": ("""
input v: real[m]
input n: int
w := 1*v
J := sum(min(w[j] for j) for i in 0..n)
dw := grad(J, w)
""", {"v": np.array([1.5, 2.5]), "n": 3}, "cuda"),
    # grad: the bounds of a copied reduction read the index of the one that was copied
    "a derivative by a range that depends on another": ("""
input v: real[m]
input n: int
w := 1*v
J := prod(w[0] for i in 0..n, j in i..n) + min(w[0] for i in 0..n, j in i..n)
dw := grad(J, w)
""", {"v": np.array([1.5]), "n": 3}, "cuda"),
    # grad: a loop that one region's derivative changed kept the parameters that it had in another
    "a derivative of a loop that reads checked places": ("""
input y: real[n]
w := 1*y
r := w + w
repeat 1 { r := r*[r[i] for i in 0..n]; stop if (r[0] == 2.0) }
J := r[0]
dw := grad(J, w)
""", {"y": np.ones(3)}, "cuda"),
    # schedule: a slice was written before the check that it lies inside
    "a loop that leaves its array": ("""
input v: real[n]
for i in 0..n + 1 { v[i] := 1.0 }
""", {"v": np.ones(3)}, "cuda"),
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
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    monkeypatch.setattr(judge.faults, "save_report", judge.Faults.save)
    monkeypatch.setattr(judge.cache, "read", lambda key: None)
    monkeypatch.setattr(judge.cache, "write", lambda key, text, told: None)
    text, inputs, *further = FOUND[name]
    drawn = Drawn(text, {k: np.asarray(v) for k, v in inputs.items()})
    want = judge.compare(drawn, ("numpy", *further))
    assert want.error is None or want.error[0] in ("index", "value", "assert")
    judge.stages(drawn, "numpy", want)
    judge.stages(drawn, "parallel", want)
