"""Text of loops, numpy and parallel: the same answers, NumPy's edges, checks, prints, traces, slices, interruption."""

import re
import warnings

import interpret
import numpy as np
import pytest

import gdc
from gdc.compiler import imp
from gdc.compiler.imp import Expr, Loop, Parameter, Program, const, integer, load, var
from gdc.compiler.ops import OPS
from gdc.compiler.passes import partition as partition_pass
from gdc.compiler.record import Record
from gdc.compiler.targets import loops, numpy, parallel
from gdc.compiler.text import print_program, read_program
from gdc.compiler.types import BOOL, INT, REAL
from gdc.dsl.source import Source, Span
from gdc.runtime.load import load as execute


def partition(program):
    return partition_pass.run(program, Record())


TARGETS = {"loops": loops.emit, "numpy": numpy.emit, "parallel": lambda p, s=None: parallel.emit(partition(p), s)}
every_target = pytest.mark.parametrize("target", TARGETS)


def read(text):
    head, _, body = text.strip("\n").partition("\n")
    program = read_program(f"def program({head}):\n" + body)
    assert read_program(print_program(program)) == program
    return program


def names_of(text, target, source=None):
    return execute(TARGETS[target](read(text) if isinstance(text, str) else text, source).text)


def run(text, target, *values, **words):
    return names_of(text, target)["program"](*values, **words)


# --- ops ---------------------------------------------------------------------------------------


def inputs_of(row):
    """Every combination of a row's edges, one array per argument."""
    edges = np.array(row.edges)
    grid = np.meshgrid(*[edges]*row.arity, indexing="ij")
    arrays = [g.ravel() for g in grid]
    if row.name == "where":
        arrays[0] = arrays[0] > 0
    if row.name in ("shl", "shr"):
        arrays[1] = np.abs(arrays[1])
    return arrays


def all_ops():
    """One program that computes every elementwise row on its edges, entry by entry."""
    parameters, body, outputs, values = [], [], [], []
    i = var("i", INT)
    for row in (r for r in OPS.values() if r.kind == "MAP"):
        arrays = inputs_of(row)
        kinds = [{"b": BOOL, "i": INT, "f": REAL}[a.dtype.kind] for a in arrays]
        names = [f"{row.name}_in{k}" for k in range(len(arrays))]
        parameters += [Parameter(n, n, kind, 1) for n, kind in zip(names, kinds)]
        values += arrays
        element = row.element(tuple(kinds))
        first = var(names[0], kinds[0], 1)
        value = Expr(row.name, tuple(load(var(n, kind, 1), i) for n, kind in zip(names, kinds)), element)
        out = var(f"{row.name}_out", element, 1)
        body.append(imp.Alloc(f"{row.name}_out", element, (imp.extent(first, 0),)))
        body.append(Loop("i", integer(0), imp.extent(first, 0), integer(1), (imp.Store(out, (i,), value),), "parallel"))
        outputs.append((row.name, out, None))
    return Program(tuple(parameters), tuple(body), tuple(outputs)), values


@pytest.fixture(scope="module")
def answers():
    program, values = all_ops()
    found = {}
    for target in TARGETS:
        results = names_of(program, target)["program"](*[v.copy() for v in values])
        found[target] = dict(zip((name for name, _, _ in program.outputs), results))
    return found


@every_target
@pytest.mark.parametrize("name", [r.name for r in OPS.values() if r.kind == "MAP"])
def test_an_op_at_its_edges(name, target, answers):
    row = OPS[name]
    arrays = inputs_of(row)
    text = re.sub(r"\{(\d+)\}", r"a[\1]", row.numpy)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        wanted = np.asarray(eval(text, interpret.NAMES, {"a": arrays}))
    got = answers[target][name]
    if name in ("floordiv", "mod"):                 # by zero is a value error, and so never reached
        keep = (arrays[1] != 0) & np.isfinite(arrays[0]) & np.isfinite(arrays[1])
        got, wanted = got[keep], wanted[keep]
    if wanted.dtype.kind != "f":
        np.testing.assert_array_equal(got, wanted)
        return
    same = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
    with np.errstate(all="ignore"):
        near = np.abs(got - wanted) <= (row.ulp[target] + row.ulp["numpy"])*np.spacing(np.abs(wanted))
    assert np.all(same | near), [(a, g, w) for *a, g, w, ok in zip(*arrays, got, wanted, same | near) if not ok][:5]


# --- arithmetic --------------------------------------------------------------------------------


@every_target
def test_ints_wrap(target):
    (found, other) = run('''n: int[0] = "n"
    x: int[0] = 1
    for i in loop(0, n, 1):
        x: int[0] = x * 1000003 + i
    y: int[0] = 0
    for i in loop(3000000000, 3000000003, 1):
        y: int[0] = y + i * i * i
    output("x", x)
    output("y", y)
'''.replace(", 1):", ", 1, 'serial'):"), target, 20)
    x = y = 0
    x = 1
    for i in range(20):
        x = x*1000003 + i
    for i in range(3000000000, 3000000003):
        y += i*i*i
    wrap = lambda v: (v + 2**63) % 2**64 - 2**63
    assert (found, other) == (wrap(x), wrap(y))
    assert isinstance(found, np.int64)


@every_target
def test_division_by_zero_is_no_error(target):
    found = run('''n: int[0] = "n", x: real[0] = "x"
    zero: real[0] = 0.0
    one: real[0] = 1.0
    output("a", 1.0 / 0.0)
    output("b", one / zero)
    output("c", typed(cast(n), real, 0) / zero)
    output("d", x / x)
    output("e", 1.0 / typed(cast(n), real, 0))
''', target, 0, 0.0)
    np.testing.assert_array_equal(found, [np.inf, np.inf, np.nan, np.nan, np.inf])
    assert all(isinstance(v, np.float64) for v in found)


@every_target
def test_casts(target):
    found = run('''x: real[0] = "x", k: int[0] = "k", t: bool[0] = "t"
    output("a", typed(cast(x), int, 0))
    output("b", typed(cast(-x), int, 0))
    output("c", typed(cast(t), real, 0) + typed(cast(k), real, 0))
    output("d", typed(cast(t), int, 0) + k)
    output("e", typed(cast(k), bool, 0))
    output("f", typed(cast(x + x), int, 0))
''', target, 2.7, 3, True)
    assert found == (2, -2, 4.0, 4, True, 5)
    assert [np.asarray(v).dtype.kind for v in found] == list("iifibi")


@every_target
def test_precedence(target):
    found = run('''a: real[0] = "a", b: real[0] = "b", c: real[0] = "c"
    output("p", a - (b - c))
    output("q", (a - b) - c)
    output("r", a * (b + c) / (a * b))
    output("s", -(a + b))
    output("t", (-a) ** b)
    output("u", -(a ** b))
    output("v", (a if lt(a, b) else b) + c)
    output("w", eq(lt(a, b), lt(b, c)))
    output("x", not_(and_(lt(a, b), or_(lt(b, a), lt(c, a)))))
    output("y", a ** (b ** c))
''', target, 3.0, 2.0, 1.5)
    a, b, c = 3.0, 2.0, 1.5
    np.testing.assert_allclose(found, [a - (b - c), a - b - c, a*(b + c)/(a*b), -(a + b), 9.0, -9.0, b + c,
                                       (a < b) == (b < c), True, a**(b**c)])


def test_no_needless_parentheses():
    text = loops.emit(read('a: real[0] = "a", b: real[0] = "b"\n    output("p", a * b + a / b - (a - b))')).text
    assert "return (a * b + a / b - (a - b),)" in text


# --- checks, prints, traces ----------------------------------------------------------------------

TALK = '''x: real[1] = "x", n: int[0] = "n"
    trace("J", real, 0)
    trace("v", real, 1)
    s: real[0] = 0.0
    for k in loop(0, n, 1, 'rounds'):
        s: real[0] = s + x[k]
        emit("record", (s,), "J", ())
        emit("record", (x,), "v", ())
        if eq(k % 2, 0):
            emit("print", (k, s), "", ("round", None, None))
        else:
            emit("print", (x, lt(s, 3.0)), "", (None, "and", None))
        check(lt(s, 50.0), 7, s, k, lt(s, 0.0))
    output("s", s)
    output("late", s, lt(3, n))
'''


class Watch:
    """A host's watch."""

    def __init__(self):
        self.shown, self.traces, self.control_ = [], {}, np.zeros(8)

    def rounds(self, start, stop, step):
        for k in range(start, stop, step):
            if self.control_[0]:
                return
            yield k

    def running(self):
        return not self.control_[0]

    def show(self, *values):
        self.shown.append(values)

    def record(self, name, value):
        self.traces.setdefault(name, []).append(np.array(value))

    def call(self, function, *args):
        return function(*args)

    def control(self):
        return self.control_


@every_target
def test_prints_and_traces(target):
    watch = Watch()
    s, late = run(TALK, target, np.array([1.0, 2.0, 4.0]), 3, watch=watch)
    assert (s, late) == (7.0, None)
    np.testing.assert_array_equal(watch.traces["J"], [1, 3, 7])
    np.testing.assert_array_equal(watch.traces["v"], [[1, 2, 4]]*3)
    assert watch.shown[0] == ("round", 0, 1.0)
    np.testing.assert_array_equal(watch.shown[1][0], [1, 2, 4])
    assert watch.shown[1][1:] == ("and", False)
    assert watch.shown[2] == ("round", 2, 7.0)
    assert isinstance(watch.shown[2][2], float)


@every_target
def test_many_records_and_none(target):
    watch = Watch()
    run(TALK, target, np.arange(1000)*1e-9, 1000, watch=watch)
    assert np.shape(watch.traces["v"]) == (1000, 1000) and len(watch.shown) == 1000
    watch = Watch()
    run(TALK, target, np.zeros(3), 0, watch=watch)
    assert len(watch.traces.get("J", ())) == 0


@every_target
def test_a_failed_check_tells_its_values_after_the_lines_printed_before(target):
    names, watch = names_of(TALK, target), Watch()
    with pytest.raises(names["Stop"]) as caught:
        names["program"](np.array([1.0, 60.0, 4.0]), 3, watch=watch)
    assert (caught.value.site, caught.value.values) == (7, (61.0, 1, False))
    assert [type(v) in (float, np.float64) for v in caught.value.values[:1]] == [True]
    assert len(watch.shown) == 2


@every_target
def test_runs_alone(target, capsys):
    assert run(TALK, target, np.array([1.0, 2.0]), 2) == (3.0, None)
    assert capsys.readouterr().out.splitlines() == ["round 0 1.0", "[1. 2.] and False"]


LOOP = '''n: int[0] = "n"
    k: int[0] = 0
    while forever({mode!r}):
        k: int[0] = k + 1
        if lt(n, k):
            break
    output("k", k)
'''


@every_target
def test_an_outermost_loop_stops_when_asked(target):
    watch = Watch()
    watch.control_[0] = 1
    assert run(LOOP.format(mode="rounds"), target, 100, watch=watch) == (0,)
    assert run(LOOP.format(mode="rounds"), target, 100) == (101,)


def test_native_loops_hear_a_stop_while_they_run():
    import threading
    import time

    names, watch = names_of(LOOP.format(mode="rounds"), "parallel"), Watch()
    names["program"](3)
    threading.Timer(0.2, lambda: watch.control_.__setitem__(0, 1)).start()
    start = time.perf_counter()
    (k,) = names["program"](2**62, watch=watch)
    assert time.perf_counter() - start < 20 and k > 1000
    assert watch.control_[1] > 0
    names = names_of(LOOP.format(mode="serial"), "parallel")
    names["program"](3)
    watch.control_[0] = 0
    threading.Timer(0.2, lambda: watch.control_.__setitem__(0, 2)).start()
    with pytest.raises(KeyboardInterrupt):
        names["program"](2**62, watch=watch)


# --- arrays ------------------------------------------------------------------------------------

PARTS = '''A: real[2] = "A", v: real[1] = "v", k: int[0] = "k"
    n: int[0] = extent(A, axis=0)
    B: real[2] = copy(A)
    set_part(B, ("slice", "at"), (1, n - 2, 1, 0), 9.0)
    set_part(B, ("at", "all"), (k,), v, combine="add")
    set_part(B, ("slice", "all"), (n - 1, 2, -1), typed(index(A, 0, 2, 1, subscripts=("slice", "all")), real, 2))
    output("B", B)
    output("flip", copy(typed(index(v, extent(v, axis=0) - 1, extent(v, axis=0), -1, subscripts=("slice",)), real, 1)))
    output("two", copy(typed(index(A, 0, 2, 2, k, subscripts=("slice", "at")), real, 1)))
    output("T", copy(transpose(A, perm=(1, 0))))
    output("P", matmul(A, v))
    output("new", copy(typed(index(v, subscripts=("all", "new")), real, 2)))
    output("none", copy(typed(index(v, -1, 0, -1, subscripts=("slice",)), real, 1)))
'''


@every_target
def test_parts(target):
    A, v = np.arange(16.0).reshape(4, 4), np.array([1.0, 2.0, 3.0, 4.0])
    B, flip, two, T, P, new, none = run(PARTS, target, A, v, 2)
    wanted = A.copy()
    wanted[1:-1, 0] = 9
    wanted[2] += v
    wanted[3:1:-1] = A[0:2]
    np.testing.assert_array_equal(B, wanted)
    np.testing.assert_array_equal(flip, v[::-1])
    np.testing.assert_array_equal(two, A[0:4:2, 2])
    np.testing.assert_array_equal(T, A.T)
    np.testing.assert_allclose(P, A@v)
    np.testing.assert_array_equal(new, v[:, None])
    assert none.shape == (0,)


def test_slices_read_as_one_writes_them():
    text = numpy.emit(read(PARTS)).text
    for part in ("B[1:-1, 0] = 9.0", "B[k] += v", "v[::-1]", "A[:4:2, k]", "A.T", "A @ v", "v[:, None]"):
        assert part in text, part


def test_gathers_count_every_occurrence():
    text = '''v: real[1] = "v", at: int[1] = "at"
    set_part(v, ("gather",), (at,), 1.0, combine="add")
    w: real[1] = typed(gather(v, at, subscripts=("gather",)), real, 1)
    A: real[2] = alloc(real, 3, 2, fill=0.0)
    set_part(A, ("gather", "all"), (at,), 1.0, combine="add")
    output("v", v)
    output("w", w)
    output("A", A)
'''
    v, w, A = run(text, "numpy", np.zeros(3), np.array([0, 0, 2]))
    assert v.tolist() == [2, 0, 1] and w.tolist() == [2, 2, 1] and A[:, 0].tolist() == [2, 0, 1]


def test_whole_array_templates():
    text = '''A: real[2] = "A"
    n: int[0] = extent(A, axis=0)
    output("a", typed(sum(A, axes=(0,), keepdims=False), real, 1))
    output("b", typed(max(A, axes=(0, 1), keepdims=False), real, 0))
    output("c", typed(mean(A, axes=(1,), keepdims=True), real, 2))
    output("d", where(lt(A, 2.0), A, 0.0))
    output("e", typed(fill(1.0, n, 2), real, 2))
    output("f", typed(iota(n + 1), int, 1))
    output("g", typed(concat(A, A, axis=1), real, 2))
    output("h", typed(stack(1.0, 2.0, axis=0), real, 1))
    output("i", typed(einsum(A, A, inputs=("ij", "ij"), output="i"), real, 1))
    output("j", typed(reshape(A, 4, 1), real, 2))
    output("k", typed(cast(A), int, 2))
    output("l", erf(A))
    output("m", and_(lt(A, 1.0), not_(lt(A, 0.5))))
    output("n", typed(fill(3, n), int, 1))
'''
    from scipy import special

    A = np.array([[0.5, 1.5], [2.5, 3.5]])
    found = run(text, "numpy", A)
    wanted = [A.sum(0), 3.5, A.mean(1, keepdims=True), np.where(A < 2, A, 0), np.ones((2, 2)), np.arange(3),
              np.hstack([A, A]),
              np.array([1.0, 2.0]), (A*A).sum(1), A.reshape(4, 1), A.astype(int), special.erf(A), (A < 1) & ~(A < 0.5),
              np.full(2, 3)]
    for got, want in zip(found, wanted, strict=True):
        np.testing.assert_allclose(got, want)
        assert np.asarray(got).dtype == np.asarray(want).dtype


def test_the_mean_of_nothing_is_nan_without_a_warning():
    text = '''A: real[2] = "A", K: int[1] = "K"
    output("a", typed(mean(A, axes=(0,), keepdims=False), real, 1))
    output("b", typed(mean(A, axes=(1,), keepdims=True), real, 2))
    output("c", typed(mean(A, axes=(0, 1), keepdims=False), real, 0))
    output("d", typed(var(A, axes=(0,), keepdims=False), real, 1))
    output("e", typed(std(A, axes=(0, 1), keepdims=False), real, 0))
    output("f", typed(mean(K, axes=(0,), keepdims=False), real, 0))
'''
    names = names_of(text, "numpy")
    for A, K in ((np.arange(6.0).reshape(2, 3), np.arange(4)), (np.zeros((0, 3)), np.zeros(0, int)),
                 (np.ones((3, 0)), np.arange(2))):
        found = names["program"](A, K)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wanted = [A.mean(0), A.mean(1, keepdims=True), A.mean(), A.var(0), A.std(), K.mean()]
        for got, want in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(got, want)
            assert np.shape(got) == np.shape(want)


GUARDED = '''A: real[2] = "A", b: real[1] = "b"
    x: real[1] = guarded(solve(A, b), 3)
    L: real[2] = guarded(cholesky(A), 4)
    Z: real[2] = guarded(inv(A), 5)
    output("x", x)
    output("L", L)
    output("Z", Z)
    output("d", det(A))
'''


@every_target
def test_library_calls_that_fail_stop_at_their_site(target):
    names = names_of(GUARDED, target)
    A = np.array([[2.0, 1.0], [1.0, 3.0]])
    x, L, Z, d = names["program"](A, np.ones(2))
    np.testing.assert_allclose(A@x, [1, 1])
    np.testing.assert_allclose(L@L.T, A)
    np.testing.assert_allclose(Z@A, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(d, 5)
    for matrix, site in (([[1.0, 2.0], [2.0, 4.0]], 3), ([[1.0, 2.0], [2.0, 1.0]], 4)):
        with pytest.raises(names["Stop"]) as caught:
            names["program"](np.array(matrix), np.ones(2))
        assert (caught.value.site, caught.value.values) == (site, ())


# --- names, comments, the table of lines ---------------------------------------------------------


@every_target
def test_names_that_mean_something_are_not_taken(target):
    text = '''np: real[0] = "np", exp: real[0] = "exp", lambda_: real[0] = "λ", room: real[0] = "p", watch: real[0] = ""
    trace("J", real, 0)
    trace_0: real[0] = exp(np) + exp
    emit("record", (trace_0,), "J", ())
    tell: real[0] = 0.0
    range: real[0] = trace_0 + lambda_ + room * watch + tell
    output("r", range)
'''
    (found,) = run(text, target, 1.0, 2.0, 3.0, 4.0, 5.0)
    np.testing.assert_allclose(found, np.exp(1) + 2 + 3 + 20)


@every_target
def test_a_script_cannot_leave_its_comment(target):
    words = 'a := 1  # """ \\\\ \\ \r import os \x0c\n\u2028raise SystemExit\nb := "'
    source = Source(words)
    spans = [Span(source, 0, 6), Span(source, words.index("raise"), len(words))]
    body = (imp.Let("a", const(1.0, REAL), tuple(spans)), imp.Emit("print", (), "", ('"""\n\\', "'")))
    program = Program((), body, (("a", var("a", REAL), None),))
    assert names_of(program, target, source)["program"](watch=Watch()) == (1.0,)


@every_target
def test_lines_know_their_formula(target):
    source = Source("s := x + 1\nt := 2*s\n")
    x, s = var("x", REAL), var("s", REAL)
    one, two = Span(source, 0, 10), Span(source, 11, 19)
    body = (imp.Let("s", Expr("add", (x, const(1.0, REAL)), REAL), (one,)),
            imp.Let("t", Expr("mul", (const(2.0, REAL), s), REAL), (one, two)))
    text = TARGETS[target](Program((Parameter("x", "x", REAL, 0),), body, (("t", var("t", REAL), None),)), source)
    lines = text.text.split("\n")
    at = lines.index("    t = 2.0 * s")
    assert lines[at - 3 : at + 1] == ["    # s := x + 1", "    s = x + 1.0", "    # t := 2*s", "    t = 2.0 * s"]
    assert text.lines[at] == ((0, 10), (11, 19)) and text.lines[at - 2] == ((0, 10),)
    assert len(text.lines) == text.text.count("\n")


# --- parallel ------------------------------------------------------------------------------------

NESTS = '''X: real[2] = "X", w: real[1] = "w", at: int[1] = "at"
    m: int[0] = extent(X, axis=0)
    n: int[0] = extent(X, axis=1)
    e: real[1] = alloc(real, m)
    for i in loop(0, m, 1, "parallel"):
        s: real[0] = 0.0
        for j in loop(0, n, 1, "serial"):
            s: real[0] = s + X[i, j] * w[j]
        e[i] = s
    g: real[1] = alloc(real, n, fill=1.0)
    total: real[0] = 5.0
    count: int[1] = alloc(int, 10, fill=0)
    for i in loop(0, m, 1, "serial"):
        for j in loop(0, n, 1, "serial"):
            g[j] += X[i, j] * e[i]
        total: real[0] = total + e[i]
        count[at[i]] += 1
    run: real[1] = alloc(real, m)
    last: real[0] = 0.0
    for i in loop(0, m, 1, "serial"):
        last: real[0] = last + e[i]
        run[i] = last
    kept: real[0] = -1.0
    for i in loop(0, m, 1, "serial"):
        kept: real[0] = e[i]
    shift: real[1] = copy(e)
    alias: real[1] = shift
    for i in loop(1, m, 1, "serial"):
        shift[i] = alias[i - 1] + 1.0
    output("e", e)
    output("g", g)
    output("total", total)
    output("count", count)
    output("run", run)
    output("kept", kept)
    output("shift", shift)
'''


def test_nests_are_cut_only_where_rounds_are_independent():
    text = parallel.emit(partition(read(NESTS))).text
    assert text.count("@shared(") == 2
    assert "plus(total_block" in text and "last = last + e[i]" in text


def test_an_entry_that_several_rows_add_to_is_read_and_written_once():
    text = parallel.emit(partition(read(NESTS))).text
    assert text.count("g_block[j] = g_block[j] + X_rows_1[i_2, j] * e_rows_1[i_2] + X_rows_1[i_2 + 1, j] * ") == 1
    assert text.count("g_block[j] += ") == 1    # the rows that are left over


@pytest.mark.parametrize("m", [0, 1, 5, 7, 40_001])
def test_blocks_give_what_loops_give(m):
    import numba

    draw = np.random.default_rng(m)
    X, w, at = draw.integers(-8, 8, (m, 6))/4, draw.integers(-8, 8, 6)/4, draw.integers(0, 10, m)
    e = X@w
    results = []
    for threads in (1, numba.config.NUMBA_NUM_THREADS):
        numba.set_num_threads(threads)
        results.append(run(NESTS, "parallel", X, w, at))
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    shift = e[:1].tolist() + [e[0] + k for k in range(1, m)] if m else []
    wanted = [e, 1 + X.T@e, 5 + e.sum(), np.bincount(at, minlength=10), np.cumsum(e), e[-1] if m else -1.0, shift]
    for found in results:
        for got, want in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(got, want)


def test_the_variant_is_chosen_by_size():
    text = parallel.emit(partition(read(NESTS))).text
    assert re.search(r"run = native_parallel if [^=]*X\.shape\[0\]\*X\.shape\[1\][^=]* > 50_000 else native_serial",
                     text)


def test_the_variants_do_not_share_machine_code_on_disk():
    """Numba keys code by a function's name: under one name the second variant would get the first one's code."""
    names = names_of(NESTS, "parallel")
    run(NESTS, "parallel", np.ones((3, 2)), np.ones(2), np.zeros(3, int))
    serial, shared = names["native_serial"], names["native_parallel"]
    assert serial._cache._cache_path != "" and serial._cache.cache_path == shared._cache.cache_path
    assert serial._cache._impl.filename_base != shared._cache._impl.filename_base


@pytest.mark.parametrize("layout", ["C", "F"])
def test_layouts_and_read_only_inputs(layout):
    X = np.asarray(np.arange(12.0).reshape(4, 3), order=layout)
    w = np.ones(3)
    for a in (X, w):
        a.flags.writeable = False
    np.testing.assert_array_equal(run(NESTS, "parallel", X, w, np.zeros(4, int))[0], X@w)


def test_a_text_is_loaded_once_and_lies_in_a_file_named_by_its_content():
    from gdc.runtime.load import load as first

    text = parallel.emit(read('x: real[0] = "x"\n    output("y", x * 3.0)')).text
    other = text.replace("3.0", "2.0")
    assert first(text) is first(text)
    assert first(text)["program"](1.0) == (3.0,) and first(other)["program"](1.0) == (2.0,)
    assert first(text)["__file__"] != first(other)["__file__"]


def test_texts_without_a_folder_still_run(monkeypatch):
    from gdc.runtime import load

    monkeypatch.setattr(load, "folders", lambda: iter(()))
    text = parallel.emit(read('x: real[0] = "x"\n    output("y", x * 5.0)')).text
    assert load.load(text)["program"](1.0) == (5.0,)


def test_names_that_numba_gives_to_later_values():
    """Numba calls the second value of n `n.2`, which must not meet a variable n_2."""
    text = '''m: int[0] = "m"
    n: real[1] = alloc(real, m, fill=1.0)
    for k in loop(0, 3, 1, "rounds"):
        n_2: real[1] = alloc(real, m)
        for i in loop(0, m, 1, "parallel"):
            n_2[i] = n[i] * 2.0
        n: real[1] = n_2
    n2: real[0] = 1.0
    output("n", n)
    output("n2", n2)
'''
    program = partition(read(text))
    names = execute(parallel.emit(program).text.replace("run = native_parallel if m > 50_000 else native_serial",
                                                        "run = native_parallel"))
    assert names["program"](3)[0].tolist() == [8.0]*3


def test_sizes_that_overflow_warn_nobody():
    """The host text of parallel chooses by a size that wraps, as int does everywhere."""
    text = gdc.compile("input v: real[m]\ninput k: int\nx := exp(ones(k*k) + v[0])").source("parallel")
    names = execute(text)
    names["native_serial"] = names["native_parallel"] = lambda *arguments: (0.0,)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        names["program"](np.ones(2), 2**32)


ONCE = "input X: real[m, n]\ninput w: real[n]\ne := X@w\ng := X.T@e\ns := sum(e)\noutput g, s"
ROUNDS = "input X: real[m, n]\ninput w: real[n]\nrepeat 9 { e := X@w; w := w - X.T@e/sum(e) }\noutput w"


def test_small_sizes_have_little_text():
    """Nests that small sizes run once stand there once; rounds take four rows at a time, and few terms are left."""
    once, rounds = (gdc.compile(text).source("parallel").partition("def small")[2] for text in (ONCE, ROUNDS))
    assert "quads" not in once
    assert re.search(r"for \w+ in range\(0, quads\w*, \d+\)", rounds)
    assert not re.search(r"for start\w* in range\(quads", rounds)
