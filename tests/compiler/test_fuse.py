"""Fusion on the nests of a gradient step, and where they must keep their hands off."""

from gdc.compiler import imp
from gdc.compiler.cuda.boxes import same_box
from gdc.compiler.passes import fuse
from gdc.compiler.record import Record
from gdc.compiler.text import print_program, read_program

STEP = """
def program(X: real[2] = "X", w: real[1] = "w", y: real[1] = "y", b: real[0] = "b"):
    t: real[1] = alloc(real, extent(X, 0))
    for i in loop(0, extent(X, 0), 1, "parallel"):
        acc: real = 0.0
        for j in loop(0, extent(X, 1), 1, "serial"):
            acc: real = add(acc, mul(X[i, j], w[j]))
        t[i] = acc
    e: real[1] = alloc(real, extent(X, 0))
    for i in loop(0, extent(X, 0), 1, "parallel"):
        e[i] = sub(add(t[i], b), y[i])
    g: real[1] = alloc(real, extent(X, 1), 0.0)
    for i in loop(0, extent(X, 0), 1, "serial"):
        for j in loop(0, extent(X, 1), 1, "parallel"):
            g[j] += mul(X[i, j], e[i])
    total: real = 0.0
    for i in loop(0, extent(X, 0), 1, "serial"):
        total: real = add(total, e[i])
    output("g", g)
    output("total", total)
"""


def fused(text: str) -> imp.Program:
    return fuse.run(read_program(text), Record())


def loops(program: imp.Program) -> list[imp.Loop]:
    return [s for s in program.body if isinstance(s, imp.Loop)]


def test_gradient_step_is_one_nest_without_temporaries() -> None:
    program = fused(STEP)
    assert len(loops(program)) == 1
    assert [s.name for s in imp.statements(program.body) if isinstance(s, imp.Alloc)] == ["g"]


def test_no_fusion_through_a_whole_value() -> None:
    text = """
def program(x: real[1] = "x"):
    s: real = 0.0
    for i in loop(0, extent(x, 0), 1, "serial"):
        s: real = add(s, x[i])
    z: real[1] = alloc(real, extent(x, 0))
    for i in loop(0, extent(x, 0), 1, "parallel"):
        z[i] = sub(x[i], s)
    output("z", z)
"""
    assert len(loops(fused(text))) == 2


def test_no_fusion_over_a_neighbour() -> None:
    text = """
def program(x: real[1] = "x"):
    a: real[1] = alloc(real, extent(x, 0), 0.0)
    for i in loop(0, extent(x, 0), 1, "parallel"):
        a[i] = x[i]
    z: real[1] = alloc(real, extent(x, 0))
    for i in loop(0, extent(x, 0), 1, "parallel"):
        z[i] = a[sub(sub(extent(x, 0), 1), i)]
    output("z", z)
"""
    assert len(loops(fused(text))) == 2


def test_a_nest_of_another_range_between_does_not_hinder() -> None:
    text = STEP.replace(
        "    total: real = 0.0",
        """    h: real[1] = alloc(real, extent(X, 1))
    for i in loop(0, extent(X, 1), 1, "parallel"):
        h[i] = g[i]
    total: real = 0.0""",
    )
    assert len(loops(fused(text))) == 2


def test_a_check_between_keeps_nests_apart() -> None:
    text = STEP.replace("    g: real", "    check(gt(b, 0.0), 0, b)\n    g: real", 1)
    assert len(loops(fused(text))) > 1


def test_switched_off() -> None:
    program = read_program(STEP)
    assert fuse.run(program, Record(without=frozenset({"fuse"}))) == program


def test_reads_back() -> None:
    program = fused(STEP)
    assert read_program(print_program(program)) == program


def test_cuda_fuses_only_what_loses_no_threads() -> None:
    text = """
def program(X: real[2] = "X", w: real[1] = "w", b: real[0] = "b"):
    m: int[0] = extent(X, 0)
    n: int[0] = extent(X, 1)
    t: real[1] = alloc(real, m)
    for i in loop(0, m, 1, "parallel"):
        acc: real = 0.0
        for j in loop(0, n, 1, "serial"):
            acc: real = add(acc, mul(X[i, j], w[j]))
        t[i] = acc
    e: real[1] = alloc(real, m)
    for i in loop(0, m, 1, "parallel"):
        e[i] = add(t[i], b)
    p: real[1] = alloc(real, m)
    for i in loop(0, m, 1, "parallel"):
        p[i] = mul(e[i], e[i])
    Y: real[2] = alloc(real, m, n)
    for i in loop(0, m, 1, "parallel"):
        for j in loop(0, n, 1, "parallel"):
            Y[i, j] = mul(X[i, j], p[i])
    total: real = 0.0
    for i in loop(0, m, 1, "serial"):
        total: real = add(total, p[i])
    output("Y", Y)
    output("total", total)
"""
    kept = loops(fuse.run(read_program(text), Record(), same_box))
    assert [loop.mode for loop in kept] == ["parallel", "parallel", "parallel", "serial"]
    assert "e[" not in print_program(fuse.run(read_program(text), Record(), same_box))
