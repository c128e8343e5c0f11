"""Three programs written by hand in the imperative IR: they print, read back, and run on loops and parallel."""

import numpy as np
import pytest

from gdc.compiler.targets import loops, parallel
from gdc.compiler.text import print_program, read_program
from gdc.runtime.load import load

GRADIENT_STEP = """
def program(X: real[2] = "X", y: real[1] = "y", w: real[1] = "w", a: real[0] = "a"):
    m: int[0] = extent(X, axis=0)
    n: int[0] = extent(X, axis=1)
    blocks: int[0] = maximum(1, minimum(64, m // 128))
    work(extent(X, axis=0) * extent(X, axis=1))
    partial: real[2] = alloc(real, blocks, n)
    for block in loop(0, blocks, 1, "parallel"):
        first: int[0] = m * block // blocks
        last: int[0] = m * (block + 1) // blocks
        X_: real[2] = typed(index(X, first, last - first, 1, subscripts=("slice", "all")), real, 2)
        y_: real[1] = typed(index(y, first, last - first, 1, subscripts=("slice",)), real, 1)
        own: real[1] = typed(index(partial, block, subscripts=("at", "all")), real, 1)
        set_part(own, ("all",), (), 0.0)
        four: int[0] = (last - first) // 4 * 4
        for i in loop(0, four, 4, "serial"):
            e_0: real[0] = -y_[i]
            e_1: real[0] = -y_[i + 1]
            e_2: real[0] = -y_[i + 2]
            e_3: real[0] = -y_[i + 3]
            for j in loop(0, n, 1, "serial"):
                e_0: real[0] = add(e_0, X_[i, j] * w[j], free=True)
                e_1: real[0] = add(e_1, X_[i + 1, j] * w[j], free=True)
                e_2: real[0] = add(e_2, X_[i + 2, j] * w[j], free=True)
                e_3: real[0] = add(e_3, X_[i + 3, j] * w[j], free=True)
            for j in loop(0, n, 1, "serial"):
                own[j] += X_[i, j] * e_0 + X_[i + 1, j] * e_1 + X_[i + 2, j] * e_2 + X_[i + 3, j] * e_3
        for i in loop(four, last - first, 1, "serial"):
            e: real[0] = -y_[i]
            for j in loop(0, n, 1, "serial"):
                e: real[0] = add(e, X_[i, j] * w[j], free=True)
            for j in loop(0, n, 1, "serial"):
                own[j] += X_[i, j] * e
    g: real[1] = alloc(real, n, fill=0.0)
    for block in loop(0, blocks, 1, "serial"):
        for j in loop(0, n, 1, "serial"):
            g[j] += partial[block, j]
    w_new: real[1] = alloc(real, n)
    for j in loop(0, n, 1, "serial"):
        w_new[j] = w[j] - a / cast(m) * g[j]
    output("w", w_new)
""".replace("cast(m)", "typed(cast(m), real, 0)")

SOFTMAX_STEP = """
def program(X: real[2] = "X", Y: real[2] = "Y", W: real[2] = "W", a: real[0] = "a"):
    m: int[0] = extent(X, axis=0)
    n: int[0] = extent(X, axis=1)
    k: int[0] = extent(W, axis=1)
    blocks: int[0] = (m + 127) // 128
    work(extent(X, axis=0) * extent(X, axis=1))
    partial: real[3] = alloc(real, blocks, n, k)
    for block in loop(0, blocks, 1, "parallel"):
        first: int[0] = block * 128
        rows: int[0] = minimum(m - first, 128)
        X_: real[2] = typed(index(X, first, rows, 1, subscripts=("slice", "all")), real, 2)
        P: real[2] = matmul(X_, W)
        for i in loop(0, rows, 1, "serial"):
            top: real[0] = P[i, 0]
            for c in loop(1, k, 1, "serial"):
                top: real[0] = maximum(top, P[i, c])
            total: real[0] = 0.0
            for c in loop(0, k, 1, "serial"):
                P[i, c] = exp(P[i, c] - top)
                total: real[0] = total + P[i, c]
            for c in loop(0, k, 1, "serial"):
                P[i, c] = P[i, c] / total - Y[first + i, c]
        set_part(partial, ("at", "all", "all"), (block,), matmul(transpose(X_, perm=(1, 0)), P))
    G: real[2] = alloc(real, n, k, fill=0.0)
    for block in loop(0, blocks, 1, "serial"):
        for j in loop(0, n, 1, "serial"):
            for c in loop(0, k, 1, "serial"):
                G[j, c] += partial[block, j, c]
    for j in loop(0, n, 1, "serial"):
        for c in loop(0, k, 1, "serial"):
            G[j, c] = W[j, c] - a / typed(cast(m), real, 0) * G[j, c]
    output("W", G)
"""

CHOLESKY = """
def program(A: real[2] = "A", order: int[1] = "order"):
    n: int[0] = extent(A, axis=0)
    L: real[2] = alloc(real, n, n)
    for i in loop(0, n, 1, "serial"):
        for j in loop(0, n, 1, "serial"):
            p: int[0] = order[i]
            q: int[0] = order[j]
            check(and_(le(0, p), lt(p, n)), 3, p, n)
            check(and_(le(0, q), lt(q, n)), 3, q, n)
            L[i, j] = A[p, q]
    for j in loop(0, n, 1, "rounds"):
        for k in loop(0, j, 1, "serial"):
            L[j, j] -= L[j, k] * L[j, k]
        check(gt(L[j, j], 0.0), 4, j, L[j, j])
        L[j, j] = sqrt(L[j, j])
        for i in loop(j + 1, n, 1, "serial"):
            s: real[0] = L[i, j]
            for k in loop(0, j, 1, "serial"):
                s: real[0] = s - L[i, k] * L[j, k]
            L[i, j] = s / L[j, j]
            L[j, i] = 0.0
    output("L", L)
"""

TARGETS = {"loops": loops.emit, "parallel": parallel.emit}


def run(text, target, *values):
    program = read_program(text)
    assert read_program(print_program(program)) == program
    return load(TARGETS[target](program).text)["program"](*values)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("shape", [(3, 2), (517, 7)])
def test_gradient_step_in_one_pass(target, shape):
    draw = np.random.default_rng(1)
    X, y, w = draw.normal(size=shape), draw.normal(size=shape[0]), draw.normal(size=shape[1])
    (found,) = run(GRADIENT_STEP, target, X, y, w, 0.1)
    np.testing.assert_allclose(found, w - 0.1/len(y)*(X.T@(X@w - y)), rtol=1e-12)


def test_gradient_step_has_the_same_bits_on_any_number_of_threads():
    import numba

    draw = np.random.default_rng(2)
    X, y, w = draw.normal(size=(2000, 40)), draw.normal(size=2000), draw.normal(size=40)
    found = []
    for threads in (1, numba.config.NUMBA_NUM_THREADS):
        numba.set_num_threads(threads)
        found.append(run(GRADIENT_STEP, "parallel", X, y, w, 0.1)[0])
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    assert found[0].tobytes() == found[1].tobytes()


@pytest.mark.parametrize("target", TARGETS)
def test_softmax_step_in_blocks(target):
    draw = np.random.default_rng(3)
    X, W = draw.normal(size=(300, 5)), draw.normal(size=(5, 4))
    Y = np.eye(4)[draw.integers(0, 4, 300)]
    (found,) = run(SOFTMAX_STEP, target, X, Y, W, 0.5)
    P = np.exp(X@W)
    P /= P.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found, W - 0.5/300*(X.T@(P - Y)), rtol=1e-12)


@pytest.mark.parametrize("target", TARGETS)
def test_cholesky_in_place(target):
    B = np.random.default_rng(4).normal(size=(9, 9))
    A, order = B@B.T + np.eye(9), np.arange(9)[::-1].copy()
    (found,) = run(CHOLESKY, target, A, order)
    np.testing.assert_allclose(found, np.linalg.cholesky(A[::-1, ::-1]), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("target", TARGETS)
def test_cholesky_checks(target):
    text = TARGETS[target](read_program(CHOLESKY)).text
    names = load(text)
    with pytest.raises(names["Stop"]) as caught:
        names["program"](np.eye(3), np.array([0, 7, 1]))
    assert (caught.value.site, caught.value.values) == (3, (7, 3))
    with pytest.raises(names["Stop"]) as caught:
        names["program"](-np.eye(3), np.arange(3))
    assert (caught.value.site, caught.value.values) == (4, (0, -1.0))
