"""Target cuda: programs built by hand in the imperative IR, emulated with threads in either order, compiled to PTX."""

import numpy as np
import pytest
from launched import launched, without_cupy

import gdc
from gdc.compiler.targets import cuda
from gdc.compiler.text import read_program
from gdc.runtime import emulate, ptx

BOTH = pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])


def text_of(program):
    return cuda.emit(read_program(program)).text


def run(program, *inputs, backwards=False):
    """The outputs of a program's text, emulated."""
    module = emulate.load_emulated(text_of(program), "cuda", backwards)
    kept = [np.array(x, copy=True) for x in inputs]
    results = module["program"](*inputs)
    for before, after in zip(kept, inputs):
        np.testing.assert_array_equal(before, after)
    return results


def stop_of(program, *inputs, backwards=False):
    """The site and the values of the check that fails."""
    module = emulate.load_emulated(text_of(program), "cuda", backwards)
    with pytest.raises(module["Stop"]) as caught:
        module["program"](*inputs)
    return caught.value.site, caught.value.values


ELEMENTWISE = """
def program(X: real[2] = 'X', v: real[1] = 'v', a: real[0] = 'a'):
    m: int[0] = extent(X, axis=0)
    n: int[0] = extent(X, axis=1)
    Y: real[2] = alloc(real, m, n)
    for i in loop(0, m, 1, 'parallel'):
        for j in loop(0, n, 1, 'parallel'):
            t: real[0] = exp(X[i, j]) * v[j]
            Y[i, j] = maximum(t, a) if gt(t, 1.0) else t ** 2.0
    for i in loop(1, m - 1, 2, 'parallel'):
        Y[i, 0] = 7.0
    output('Y', Y)
"""

SUMS = """
def program(X: real[2] = 'X', k: int[1] = 'k', mask: bool[1] = 'mask'):
    m: int[0] = extent(X, axis=0)
    n: int[0] = extent(X, axis=1)
    s: real[0] = 0.5
    for i in loop(0, m, 1, 'serial'):
        for j in loop(0, n, 1, 'serial'):
            s: real[0] = s + X[i, j] * X[i, j]
    high: real[0] = -inf
    low: int[0] = 9223372036854775807
    for i in loop(0, extent(k, axis=0), 1, 'serial'):
        low: int[0] = minimum(low, k[i])
    for i in loop(0, m, 1, 'serial'):
        row: real[0] = 0.0
        for j in loop(0, n, 1, 'serial'):
            row: real[0] = row + X[i, j]
        high: real[0] = maximum(high, row)
    some: bool[0] = False
    for i in loop(0, extent(mask, axis=0), 1, 'serial'):
        some: bool[0] = or_(some, mask[i])
    output('s', s)
    output('high', high)
    output('low', low)
    output('some', some)
"""

ARGMIN = """
def program(x: real[1] = 'x'):
    s: real[0] = inf
    t: int[0] = -1
    for i in loop(0, extent(x, axis=0), 1, 'serial'):
        now: real[0] = x[i]
        if or_(or_(lt(now, s), lt(t, 0)), and_(ne(now, now), eq(s, s))):
            s: real[0] = now
            t: int[0] = i
    output('t', t)
    output('s', s)
"""

PRODUCTS = """
def program(X: real[2] = 'X', e: real[1] = 'e'):
    m: int[0] = extent(X, axis=0)
    n: int[0] = extent(X, axis=1)
    G: real[2] = matmul(transpose(X, perm=(1, 0)), X)
    g: real[1] = alloc(real, n, fill=0.0)
    for i in loop(0, m, 1, 'serial'):
        for j in loop(0, n, 1, 'parallel'):
            g[j] += X[i, j] * e[i]
    output('G', G)
    output('g', g)
"""

CHOLESKY = """
def program(A: real[2] = 'A', order: int[1] = 'order'):
    n: int[0] = extent(A, axis=0)
    L: real[2] = alloc(real, n, n, fill=0.0)
    for j in loop(0, n, 1, 'serial'):
        p: int[0] = order[j]
        check(and_(ge(p, 0), lt(p, n)), 4, p, n)
        s: real[0] = A[p, p]
        for k in loop(0, j, 1, 'serial'):
            s: real[0] = s - L[j, k] * L[j, k]
        check(gt(s, 0.0), 5, s, j)
        d: real[0] = sqrt(s)
        L[j, j] = d
        for i in loop(j + 1, n, 1, 'serial'):
            q: int[0] = order[i]
            check(and_(ge(q, 0), lt(q, n)), 6, q, n)
            r: real[0] = A[q, p]
            for k in loop(0, j, 1, 'serial'):
                r: real[0] = r - L[i, k] * L[j, k]
            L[i, j] = r / d
    output('L', L)
    output('d', d)
"""

STEP = """
def program(X: real[2] = 'X', y: real[1] = 'y', w: real[1] = 'w', b: real[0] = 'b', a: real[0] = 'a'):
    m: int[0] = extent(X, axis=0)
    n: int[0] = extent(X, axis=1)
    blocks: int[0] = floordiv(m + 63, 64)
    parts: real[2] = alloc(real, blocks, n, fill=0.0)
    for p in loop(0, blocks, 1, 'parallel'):
        for i in loop(64 * p, minimum(64 * p + 64, m), 1, 'serial'):
            e: real[0] = b - y[i]
            for j in loop(0, n, 1, 'serial'):
                e: real[0] = e + X[i, j] * w[j]
            for j in loop(0, n, 1, 'serial'):
                parts[p, j] += X[i, j] * e
    new: real[1] = alloc(real, n)
    for j in loop(0, n, 1, 'parallel'):
        g: real[0] = 0.0
        for p in loop(0, blocks, 1, 'serial'):
            g: real[0] = g + parts[p, j]
        new[j] = w[j] - a / m * g
    output('w', new)
"""

SOFTMAX = """
def program(X: real[2] = 'X', W: real[2] = 'W', Y: real[2] = 'Y'):
    m: int[0] = extent(X, axis=0)
    c: int[0] = extent(W, axis=1)
    P: real[2] = matmul(X, W)
    for i in loop(0, m, 1, 'parallel'):
        top: real[0] = -inf
        for k in loop(0, c, 1, 'serial'):
            top: real[0] = maximum(top, P[i, k])
        total: real[0] = 0.0
        for k in loop(0, c, 1, 'serial'):
            P[i, k] = exp(P[i, k] - top)
            total: real[0] = total + P[i, k]
        for k in loop(0, c, 1, 'serial'):
            P[i, k] = P[i, k] / total - Y[i, k]
    G: real[2] = matmul(transpose(X, perm=(1, 0)), P)
    output('G', G)
"""

CONTROL = """
def program(x: real[1] = 'x', steps: int[0] = 'steps'):
    trace('J', real, 0)
    n: int[0] = extent(x, axis=0)
    u: real[1] = copy(x)
    rounds: int[0] = 0
    for k in loop(0, steps, 1, 'rounds'):
        for i in loop(1, n, 1, 'serial'):
            u[i] = u[i] + u[i - 1] * 0.5
        J: real[0] = 0.0
        for i in loop(0, n, 1, 'serial'):
            J: real[0] = J + u[i]
        emit('record', (J, ), 'J', (None, ))
        emit('print', (J, u, ), '', ('J is', None, None))
        rounds: int[0] = rounds + 1
        if gt(u[0], 100.0):
            break
    output('u', u)
    output('rounds', rounds)
"""

CHECKED = """
def program(x: real[1] = 'x', at: int[1] = 'at'):
    n: int[0] = extent(at, axis=0)
    y: real[1] = alloc(real, n)
    for i in loop(0, n, 1, 'parallel'):
        k: int[0] = at[i]
        check(and_(ge(k, 0), lt(k, extent(x, axis=0))), 3, k, extent(x, axis=0))
        y[i] = x[k]
    s: real[0] = 0.0
    for i in loop(0, n, 1, 'serial'):
        for j in loop(0, 3, 1, 'serial'):
            check(gt(y[i], -5.0), 8, i, y[i])
            s: real[0] = s + y[i]
    output('s', s)
"""

SOLVE = """
def program(A: real[2] = 'A', b: real[1] = 'b'):
    x: real[1] = guarded(solve(A, b), 2)
    L: real[2] = guarded(cholesky(A), 3)
    output('x', x)
    output('L', L)
    output('d', det(A))
    output('first', x[0])
"""


@BOTH
def test_elementwise(backwards):
    random = np.random.default_rng(1)
    X, v = random.normal(size=(37, 9)), random.normal(size=9)
    (Y,) = run(ELEMENTWISE, X, v, 1.5, backwards=backwards)
    t = np.exp(X)*v
    expected = np.where(t > 1, np.maximum(t, 1.5), t**2)
    expected[1:36:2, 0] = 7
    np.testing.assert_allclose(Y, expected, rtol=1e-14)


@BOTH
@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (90, 100)])
def test_sums(shape, backwards):
    random = np.random.default_rng(2)
    X, k = random.normal(size=shape), random.integers(-9, 9, 70)
    s, high, low, some = run(SUMS, X, k, np.arange(50) == 49, backwards=backwards)
    np.testing.assert_allclose(s, 0.5 + np.sum(X**2), rtol=1e-13)
    np.testing.assert_allclose(high, X.sum(axis=1).max(), rtol=1e-13)
    assert low == k.min() and low.dtype == np.int64
    assert some == np.True_


def test_sums_of_nothing():
    s, high, low, some = run(SUMS, np.ones((0, 3)), np.ones(0, int), np.ones(0, bool))
    assert (s, high, low, some) == (0.5, -np.inf, 2**63 - 1, False)


def test_a_sum_has_the_same_bits_in_either_order():
    x = np.random.default_rng(3).normal(size=(100, 130))
    one, other = (run(SUMS, x, np.ones(1, int), np.ones(1, bool), backwards=b)[0] for b in (False, True))
    assert one == other


@BOTH
@pytest.mark.parametrize("size", [1, 40, 5000])
def test_argmin_takes_the_first_of_ties_and_nan_before_all(size, backwards):
    x = np.random.default_rng(4).integers(0, 7, size).astype(float)
    t, s = run(ARGMIN, x, backwards=backwards)
    assert t == np.argmin(x) and s == x.min()
    x[[size // 2, size // 3]] = np.nan
    assert run(ARGMIN, x, backwards=backwards)[0] == np.argmin(x)
    assert run(ARGMIN, np.full(size, np.inf), backwards=backwards)[0] == 0


@BOTH
def test_products(backwards):
    X, e = np.random.default_rng(5).normal(size=(50, 40)), np.arange(50.0)
    G, g = run(PRODUCTS, X, e, backwards=backwards)
    np.testing.assert_allclose(G, X.T @ X)
    np.testing.assert_allclose(g, X.T @ e)
    text = text_of(PRODUCTS)
    assert "G = X.T @ X" in text and "g += X.T @ e" in text


def test_a_product_in_a_formula_is_the_librarys():
    assert "X @ w" in gdc.compile("input X: real[m, n]\ninput w: real[n]\ne := 2*(X@w) + 1").source("cuda")


COLUMNS = """
def program(X: real[2] = 'X', k: int[0] = 'k'):
    m: int[0] = extent(X, axis=0)
    n: int[0] = extent(X, axis=1)
    g: real[1] = alloc(real, n, fill=1.0)
    for i in loop(0, m, 1, 'serial'):
        a: real[0] = X[i, 0]
        for j in loop(0, n, 1, 'parallel'):
            g[j] += X[i, j] * X[i, j] * a
    h: real[1] = alloc(real, m)
    for i in loop(0, m, 1, 'parallel'):
        t: real[0] = 0.0
        for j in loop(0, n, 1, 'serial'):
            t: real[0] = t + X[i, j] * g[j]
        h[i] = t
    p: real[1] = alloc(real, 2, fill=0.0)
    for j in loop(0, 2, 1, 'parallel'):
        for i in loop(0, m, 1, 'serial'):
            p[j] += X[i, j] * h[i]
    s: real[1] = copy(g)
    for i in loop(0, k, 1, 'serial'):
        for j in loop(1, n, 1, 'parallel'):
            s[j] = s[0] + X[i, j]
        s[0] = s[1]
    output('g', g)
    output('h', h)
    output('p', p)
    output('s', s)
"""


@BOTH
def test_sums_down_columns_are_one_launch(backwards):
    X = np.random.default_rng(9).normal(size=(50, 4))
    g, h, p, s = run(COLUMNS, X, 3, backwards=backwards)
    np.testing.assert_allclose(g, 1 + (X**2*X[:, :1]).sum(axis=0))
    np.testing.assert_allclose(h, X @ g)
    np.testing.assert_allclose(p, (X.T @ h)[:2])
    expected = g.copy()
    for i in range(3):
        expected[1:] = expected[0] + X[i, 1:]
        expected[0] = expected[1]
    np.testing.assert_allclose(s, expected)
    text = text_of(COLUMNS)
    assert "total_ = total_ + X[i, j] * X[i, j] * a" in text
    assert "h[:] = X @ g" in text and "p += X[:, :2].T @ h" in text
    assert text.count("@cuda.jit\n") == 3


@BOTH
def test_cholesky_is_one_launch(backwards):
    B = np.random.default_rng(6).normal(size=(7, 7))
    A, order = B @ B.T + np.eye(7), np.array([3, 1, 0, 2, 6, 5, 4])
    L, d = run(CHOLESKY, A, order, backwards=backwards)
    np.testing.assert_allclose(L, np.linalg.cholesky(A[np.ix_(order, order)]))
    assert d == L[6, 6]
    text = text_of(CHOLESKY)
    assert text.count("@cuda.jit\n") == 1 and "serial_1[1, 1](" in text


def test_cholesky_stops_where_it_fails():
    A = np.eye(4)
    assert stop_of(CHOLESKY, A, np.array([0, 9, 1, 2])) == (6, (9, 4))
    A[2, 2] = -1
    assert stop_of(CHOLESKY, A, np.arange(4)) == (5, (-1.0, 2))


@BOTH
def test_gradient_step_with_fixed_parts(backwards):
    random = np.random.default_rng(7)
    X, y, w = random.normal(size=(200, 5)), random.normal(size=200), random.normal(size=5)
    (new,) = run(STEP, X, y, w, 0.3, 0.1, backwards=backwards)
    np.testing.assert_allclose(new, w - 0.1/200*X.T @ (X @ w + 0.3 - y))


@BOTH
def test_softmax_step(backwards):
    random = np.random.default_rng(8)
    X, W, Y = random.normal(size=(60, 4)), random.normal(size=(4, 3)), np.eye(3)[random.integers(0, 3, 60)]
    (G,) = run(SOFTMAX, X, W, Y, backwards=backwards)
    P = np.exp(X @ W)
    np.testing.assert_allclose(G, X.T @ (P/P.sum(axis=1, keepdims=True) - Y))


def test_control_prints_and_traces():
    class Watch:
        def __init__(self):
            self.told, self.traces = [], []

        def rounds(self, start, stop, step):
            return range(start, stop, step)

        def show(self, *values):
            self.told.append(values)

        def record(self, name, value):
            self.traces.append((name, value))

    watch, x = Watch(), np.ones(6)
    u, rounds = emulate.load_emulated(text_of(CONTROL), "cuda")["program"](x, 3, watch=watch)
    expected = x.copy()
    for k in range(3):
        for i in range(1, 6):
            expected[i] += expected[i - 1]*0.5
        assert watch.traces[k] == ("J", pytest.approx(expected.sum()))
        np.testing.assert_allclose(watch.told[k][2], expected)
    np.testing.assert_allclose(u, expected)
    assert rounds == 3 and (x == 1).all()


@BOTH
def test_the_lowest_failing_place_wins(backwards):
    x = np.array([1.0, -7.0, 2.0])
    at = np.zeros(600, int)
    assert run(CHECKED, x, at, backwards=backwards) == (1800.0,)
    at[[70, 400, 500, 580]] = 5, -2, 9, 7
    assert stop_of(CHECKED, x, at, backwards=backwards) == (3, (5, 3))
    at[[70, 400, 500, 580]] = 1
    assert stop_of(CHECKED, x, at, backwards=backwards) == (8, (70, -7.0))


def test_more_failures_than_slots():
    at = np.arange(5000) + 10
    for backwards in (False, True):
        assert stop_of(CHECKED, np.ones(3), at, backwards=backwards) == (3, (10, 3))


def test_library_calls():
    A = np.array([[4.0, 1.0], [1.0, 3.0]])
    x, L, d, first = run(SOLVE, A, np.ones(2))
    np.testing.assert_allclose(x, np.linalg.solve(A, np.ones(2)))
    np.testing.assert_allclose(L, np.linalg.cholesky(A))
    assert d == pytest.approx(11) and first == x[0]
    assert stop_of(SOLVE, np.ones((2, 2)), np.ones(2)) == (2, ())
    assert stop_of(SOLVE, -A, np.ones(2)) == (3, ())


MAPS = """
def program(x: real[1] = 'x', y: real[1] = 'y', i: int[1] = 'i', j: int[1] = 'j'):
    n: int[0] = extent(x, axis=0)
    r: real[2] = alloc(real, n, 12)
    for k in loop(0, n, 1, 'parallel'):
        r[k, 0] = minimum(x[k], y[k])
        r[k, 1] = maximum(x[k], y[k])
        r[k, 2] = sign(x[k])
        r[k, 3] = round(x[k])
        r[k, 4] = floordiv(x[k], y[k])
        r[k, 5] = mod(x[k], y[k])
        r[k, 6] = x[k] / y[k]
        r[k, 7] = exp2(x[k])
        r[k, 8] = trunc(x[k])
        r[k, 9] = clip(x[k], -1.0, 1.0)
        r[k, 10] = cbrt(x[k])
        r[k, 11] = x[k] ** 2.0
    z: int[2] = alloc(int, extent(i, axis=0), 8)
    for k in loop(0, extent(i, axis=0), 1, 'parallel'):
        z[k, 0] = floordiv(i[k], j[k])
        z[k, 1] = mod(i[k], j[k])
        z[k, 2] = sign(i[k])
        z[k, 3] = i[k] * i[k]
        z[k, 4] = shl(i[k], abs(j[k]))
        z[k, 5] = shr(i[k], abs(j[k]))
        z[k, 6] = bitxor(i[k], bitnot(j[k]))
        z[k, 7] = abs(i[k]) ** 3
    output('r', r)
    output('z', z)
"""
EDGES = [0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 0.5, -0.5, 1e308, -1e308, 5e-324, np.inf, -np.inf, np.nan, 7.0, -3.0, 1e17]
WHOLE = [0, 1, -1, 2, 7, -8, 63, 64, 2**40, -(2**62), 2**63 - 1]


def test_edges_are_numpys():
    x, y = (np.array(c) for c in zip(*((a, b) for a in EDGES for b in EDGES)))
    i, j = (np.array(c) for c in zip(*((a, b) for a in WHOLE for b in WHOLE)))
    r, z = run(MAPS, x, y, i, j)
    with np.errstate(all="ignore"):
        reals = [np.minimum(x, y), np.maximum(x, y), np.sign(x), np.rint(x), x // y, x % y, x / y, np.exp2(x),
                 np.trunc(x), np.clip(x, -1, 1), np.cbrt(x), x**2]
        ints = [i // j, i % j, np.sign(i), i*i, i << abs(j), i >> abs(j), i ^ ~j, abs(i)**3]
    for k, expected in enumerate(reals):
        np.testing.assert_allclose(r[:, k], expected, rtol=1e-15, err_msg=str(k))
        same_sign = np.signbit(r[:, k]) == np.signbit(expected)
        # which of two zeros is the lesser is up to the processor in NumPy too
        assert k < 2 or (same_sign | np.isnan(expected)).all(), k
    for k, expected in enumerate(ints):
        np.testing.assert_array_equal(z[:, k], expected, err_msg=str(k))


def test_names_of_the_text_are_kept_apart():
    program = """
def program(xp: real[1] = 'xp', count_0: real[0] = 'count_0', place: real[0] = 'place'):
    status: real[1] = alloc(real, extent(xp, axis=0))
    for cuda in loop(0, extent(xp, axis=0), 1, 'parallel'):
        launch: real[0] = xp[cuda] + count_0
        status[cuda] = launch * place
    output('status', status)
"""
    (found,) = run(program, np.arange(3.0), 1.0, 2.0)
    assert found.tolist() == [2.0, 4.0, 6.0]


LEFT = """
def program(rounds: int[0] = 'rounds', x: real[1] = 'x', mask: bool[1] = 'mask'):
    n: int[0] = extent(x, axis=0)
    d: int[0] = 0
    for i in loop(0, rounds, 1, 'serial'):
        for j in loop(0, 5, 1, 'serial'):
            if eq(j, 2):
                break
            d: int[0] = d + 1
    all: bool[0] = True
    for i in loop(0, n, 1, 'serial'):
        all: bool[0] = minimum(all, mask[i])
    seen: bool[0] = False
    for k in loop(0, rounds, 1, 'rounds'):
        for i in loop(1, n, 1, 'serial'):
            x2: real[0] = x[i] + k
            if gt(x2, 3.0):
                last: real[0] = x2 - x[i - 1]
                seen: bool[0] = True
                break
    output('d', d)
    output('all', all)
    output('last', last, seen)
"""


@BOTH
def test_loops_that_are_left_and_scalars_that_only_some_rounds_set(backwards):
    x, mask = np.array([0.0, 1.0, 2.5]), np.array([True, False, True])
    d, every, last = run(LEFT, 2, x, mask, backwards=backwards)
    assert (d, every, last) == (4, False, 2.5) and every.dtype == bool
    assert run(LEFT, 1, x, mask, backwards=backwards)[2] is None
    assert run(LEFT, 2, x[::-1].copy(), mask, backwards=backwards)[2] is None


# --- PTX ---------------------------------------------------------------------------------------

PROGRAMS = {
    "elementwise": (ELEMENTWISE, (np.ones((3, 2)), np.ones(2), 1.0)),
    "sums": (SUMS, (np.ones((90, 100)), np.ones(5, int), np.ones(5, bool))),
    "argmin": (ARGMIN, (np.ones(5000),)),
    "products": (PRODUCTS, (np.ones((3, 2)), np.ones(3))),
    "cholesky": (CHOLESKY, (np.eye(3), np.arange(3))),
    "step": (STEP, (np.ones((70, 2)), np.ones(70), np.ones(2), 0.0, 0.1)),
    "columns": (COLUMNS, (np.ones((3, 2)), 2)),
    "softmax": (SOFTMAX, (np.ones((3, 2)), np.ones((2, 2)), np.ones((3, 2)))),
    "checked": (CHECKED, (np.ones(3), np.zeros(4, int))),
    "maps": (MAPS, (np.ones(3), np.ones(3), np.ones(3, int), np.ones(3, int))),
}


def signatures(program, inputs, monkeypatch):
    """The types of what each kernel of a program is launched with."""
    return launched(lambda: run(program, *inputs), monkeypatch)


@pytest.mark.parametrize("name", PROGRAMS)
def test_kernels_compile(name, monkeypatch):
    reason = ptx.missing_toolkit()
    if reason is not None:
        pytest.skip(reason)
    program, inputs = PROGRAMS[name]
    types = signatures(program, inputs, monkeypatch)
    compiled = ptx.compile_ptx_all(without_cupy(text_of(program)), types)
    assert compiled.keys() == types.keys()
    assert all(".visible .entry" in text for texts in compiled.values() for text in texts.values())


def test_every_kernel_of_the_programs_is_launched(monkeypatch):
    for program, inputs in PROGRAMS.values():
        found = signatures(program, inputs, monkeypatch)
        kernels = {line.split("(")[0][4:] for line in text_of(program).split("@cuda.jit\n")[1:]}
        unused = {name for name in kernels - found.keys() if not name.startswith("join_")}
        assert not unused
