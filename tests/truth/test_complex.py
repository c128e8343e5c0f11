"""Elementwise functions of complex numbers, on every target: near mpmath's value, and NumPy's at the edges.

An error is relative to the size of the whole number: |answer - value| <= 4 eps |value|. The exceptions are NumPy's own
ways, which say what a program means (`loops` computes by them): see `allowed`.
"""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import gdc
from gdc.compiler.ops import ROWS
from gdc.compiler.types import Element, Type

inf, nan, ulp = np.inf, np.nan, 2.0**-52
EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, -2.5, inf, -inf, nan, 5e-324, -1e-310, 1e-160, 2.2250738585072014e-308, 800.0,
         -1430.0, 1e22, 1e308, -1.7976931348623157e308)
FOR_TWO = (0.0, -0.0, 1.0, -1.0, -2.5, inf, -inf, nan, 5e-324)
WHOLE = {"isnan", "isinf", "isfinite", "real", "imag", "conj", "neg", "eq", "ne"}      # they choose and move: exact
TRUTH = {
    "add": lambda x, y: x + y, "sub": lambda x, y: x - y, "mul": lambda x, y: x*y, "div": lambda x, y: x/y,
    "pow": mpmath.power, "exp": mpmath.exp, "exp2": lambda z: mpmath.power(2, z), "expm1": mpmath.expm1,
    "log": mpmath.log, "log2": lambda z: mpmath.log(z)/mpmath.log(2), "log10": lambda z: mpmath.log(z)/mpmath.log(10),
    "log1p": lambda z: mpmath.log(1 + z), "sqrt": mpmath.sqrt, "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan,
    "asin": mpmath.asin, "acos": mpmath.acos, "atan": mpmath.atan, "sinh": mpmath.sinh, "cosh": mpmath.cosh,
    "tanh": mpmath.tanh, "abs": abs,
}
BACKENDS = ("loops", "numpy", "parallel", "cuda")


def takes_complex(row):
    try:
        row.guard(row.name, (Type(Element("complex", 128)),)*row.arity)
    except Exception:
        return False
    return row.kind == "MAP" and not row.hidden and row.name != "where"


COMPLEX = [row for row in ROWS if takes_complex(row)]
ROW = {row.name: row for row in COMPLEX}


def formula(row, names):
    if row.symbol:
        return f"{names[0]} {row.symbol} {names[1]}" if row.arity == 2 else f"{row.symbol}{names[0]}"
    return f"{row.name}({', '.join(names)})"


def results(args, backend, width="complex"):
    """What a target computes of every function at its own arguments."""
    lines = []
    for name in args:
        names = [f"{letter}_{name}" for letter in "xy"[: ROW[name].arity]]
        lines += [f"input {', '.join(names)}: {width}[n_{name}]", f"r_{name} := {formula(ROW[name], names)}"]
    given = {f"{letter}_{name}": x for name in args for letter, x in zip("xy", args[name])}
    return gdc.compile("\n".join(lines)).run(given, backend=backend)


def points(count, rng):
    """Numbers of every size, close to 0, to the unit circle and to where functions are hard."""
    def some(low, high):
        return 10.0**rng.uniform(low, high, count)*np.exp(2j*np.pi*rng.random(count))

    unequal = rng.normal(size=count)*10.0**rng.uniform(-12, 2, count) + 1j*rng.normal(size=count)*10.0**rng.uniform(
        -12, 2, count)
    return np.concatenate([unequal, some(-1, 1), rng.choice([1, -1, 1j, -1j], count) + some(-15, 0), some(0, 0),
                           some(-12, 0), some(0, 2.5), some(-150, -12), some(2, 150)])


def arguments(name, count, rng):
    x, y = points(count, rng), points(count, rng)
    if ROW[name].arity == 1:
        if name in ("exp", "exp2", "expm1", "sin", "cos", "tan", "sinh", "cosh", "tanh"):
            x = x[np.abs(x) < 700]
        return (x,)
    if name == "pow":
        x, y = x[: len(y)], y.copy()
        y[::3] = np.rint(rng.uniform(-12, 12, len(y[::3])))
        fine = np.abs(y*np.log(x)) < 300
        return x[fine], y[fine]
    return x, rng.permutation(y)


def allowed(name, args, value, eps):
    """How far an answer may be off.

    exp2 and pow round a product with a logarithm first, so their error grows with it; a whole power is a product of so
    many factors; log1p adds 1 first.
    """
    size = abs(value)
    if name == "exp2":
        return (4 + 2*abs(args[0]))*eps*size
    if name == "pow":
        whole = abs(args[1]) if args[1].imag == 0 else 0
        return (4 + 4*whole + 2*abs(args[1]*mpmath.log(args[0])))*eps*size
    if name == "log1p":
        return 4*eps*(size + 1)
    return 4*eps*size


def true_values(name, args):
    with mpmath.workprec(1600):
        return [TRUTH[name](*(mpmath.mpc(float(a.real), float(a.imag)) for a in at)) for at in zip(*args)]


@pytest.fixture(scope="module")
def judged(request):
    count, seed = request.config.getoption("--truth") or 6, request.config.getoption("--truth-seed")
    rng = np.random.default_rng(seed)
    found = {}
    for name in TRUTH:
        args = arguments(name, count, rng)
        found[name] = args, true_values(name, args)
    return found


@pytest.mark.parametrize("backend", BACKENDS)
def test_near_the_true_value(backend, judged, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    result = results({name: args for name, (args, _) in judged.items()}, backend)
    assert not wrong(judged, result, ulp)


def wrong(judged, result, eps):
    """The answers that are too far off."""
    found = []
    for name, (args, truth) in judged.items():
        for answer, value, *at in zip(result[f"r_{name}"], truth, *args):
            with mpmath.workprec(200):
                exact = [mpmath.mpc(float(a.real), float(a.imag)) for a in at]
                off = abs(mpmath.mpc(float(answer.real), float(answer.imag)) - value)
                if not np.isfinite(answer) or off > allowed(name, exact, value, eps):
                    found.append(f"{name}{tuple(map(complex, at))}: {answer}, off {float(off/abs(value)/eps):.3g} eps")
    return found


@pytest.mark.parametrize("backend", BACKENDS)
def test_c64_is_rounded_well(backend, monkeypatch):
    """32-bit parts, at ordinary numbers: NumPy's own functions of them are good to a few more units."""
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    rng, judged = np.random.default_rng(5), {}
    for name in TRUTH:
        x, y = (rng.uniform(-3, 3, (2, 40)) + 1j*rng.uniform(-3, 3, (2, 40))).astype(np.complex64)
        args = (x, y)[: ROW[name].arity]
        judged[name] = args, true_values(name, args)
    result = results({name: args for name, (args, _) in judged.items()}, backend, "c64")
    assert all(result[f"r_{name}"].dtype == (np.float32 if name == "abs" else np.complex64) for name in TRUTH)
    assert not wrong(judged, result, 2.0**-23)


def edges(row):
    if row.arity == 1:
        return (np.array([complex(x, y) for x in EDGES for y in EDGES]),)
    parts = FOR_TWO[:-1] if row.name == "mul" else FOR_TWO      # NumPy's product of arrays fuses: no part underflows
    numbers = np.array([complex(x, y) for x in parts for y in parts])
    x, y = (a.ravel() for a in np.meshgrid(numbers, numbers, indexing="ij"))
    return x, y


@pytest.mark.parametrize("backend", BACKENDS)
def test_edges_are_numpys(backend, monkeypatch):
    """Infinite and nan parts and signs of zero are NumPy's, the rest within the bound."""
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    args = {row.name: edges(row) for row in COMPLEX}
    result = results(args, backend)
    found = []
    for row in COMPLEX:
        with np.errstate(all="ignore"):
            want = np.asarray(eval(str(row.numpy).format("x", "y"), {"np": np, **dict(zip("xy", args[row.name]))}))
            turn = np.abs(args["pow"][1]*np.log(args["pow"][0])) if row.name == "pow" else np.zeros(want.shape)
        got = result[f"r_{row.name}"]
        assert got.dtype == want.dtype, row.name
        bound = 0.0 if row.name in WHOLE else 8*ulp*(1 + np.nan_to_num(turn))
        for k in np.flatnonzero(~alike(got, want, bound)):
            found.append(f"{row.name}{tuple(complex(a[k]) for a in args[row.name])}: {got[k]}, not {want[k]}")
    assert not found, f"{len(found)}:\n" + "\n".join(found[:40])


def alike(got, want, bound):
    """Whether both parts are the same, or finite, of one sign, and off by no more than so much of the whole number."""
    if want.dtype.kind == "b":
        return got == want
    fine = np.ones(want.shape, bool)
    with np.errstate(all="ignore"):
        for a, b in ((np.real(got), np.real(want)), (np.imag(got), np.imag(want))):
            same = ((a == b) & (np.signbit(a) == np.signbit(b))) | (np.isnan(a) & np.isnan(b))
            near = np.isfinite(a) & np.isfinite(b) & (np.signbit(a) == np.signbit(b))
            fine &= same | near & (abs(a - b) <= bound*abs(want) + 5e-324)
    return fine


def test_every_function_of_complex_numbers_is_judged():
    assert {row.name for row in COMPLEX} == TRUTH.keys() | WHOLE


def test_the_judge_notices(judged):
    """A function that is a little off, or one edge that is, is told."""
    args, truth = judged["exp"]
    good = {"r_exp": np.exp(args[0])}
    assert not wrong({"exp": (args, truth)}, good, ulp)
    assert len(wrong({"exp": (args, truth)}, {"r_exp": good["r_exp"]*(1 + 8*ulp)}, ulp)) == len(truth)
    zero = np.array([0j])
    assert alike(zero, zero, 1.0) and not alike(zero, np.conj(zero), 1.0) and not alike(zero, zero + nan, 1.0)


def test_a_quotient_by_zero_in_a_parallel_loop():
    """Numba's own raises inside a thread, which stops it there."""
    x = np.arange(100_000)*(1 + 2j)
    program = gdc.compile("input x, y: complex[n]; r := x/y; s := sqrt(x*1e-323)")
    result = program.run({"x": x, "y": x}, backend="parallel")
    assert np.isnan(result["r"][0]) and np.allclose(result["r"][1:], 1) and (result["s"][1:] != 0).all()
