"""Every elementwise row at its edges, on every target, is NumPy's answer.

Bit for bit where that is 0, infinite or nan, or rounded once; elsewhere within the bounds of the op table.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

import gdc
from gdc.compiler.ops import ROWS, Op
from gdc.compiler.special_functions import WHOLE

NAMES = {"np": np, "special": special}
for definition in WHOLE.values():
    exec(definition, NAMES)
MAPS = [row for row in ROWS if row.kind == "MAP" and not row.hidden and row.name not in ("real", "imag", "conj")]
ON_INTS = """add sub mul neg abs sign minimum maximum clip bitand bitor bitxor bitnot shl shr floordiv mod pow
    eq ne lt le gt ge""".split()
INTS = (0, 1, -1, 2, 3, -7, 62, 2**31, -(2**31), 2**53 + 1, 2**63 - 1, -(2**63) + 1, -(2**63))
NARROW = {5e-324: 1e-45, -5e-324: -1e-45, 1e-310: 1e-40, 2.2250738585072014e-308: 1.1754943508222875e-38, 1e308: 1e38,
          1.7976931348623157e308: 3.4028234663852886e38, -1.7976931348623157e308: -3.4028234663852886e38}
KINDS = {"f64": np.float64, "f32": np.float32, "i64": np.int64, "bool": np.bool_}


def rows_of(width: str) -> list[Op]:
    if width == "i64":
        return [row for row in MAPS if row.name in ON_INTS]
    return [row for row in MAPS if isinstance(row.edges[0], bool if width == "bool" else float)]


def formula(row: Op, names: list[str]) -> str:
    if row.name == "where":
        return "where({} != 0, {}, {})".format(*names)
    if row.symbol:
        return f"{names[0]} {row.symbol} {names[1]}" if row.arity == 2 else f"{row.symbol} {names[0]}"
    return f"{row.name}({', '.join(names)})"


def edges(row: Op, width: str) -> list[np.ndarray]:
    """Every combination of a row's edges, as arguments."""
    values = INTS if width == "i64" else [NARROW.get(v, v) if width == "f32" else v for v in row.edges]
    found = [g.ravel() for g in np.meshgrid(*[np.array(values, KINDS[width])] * row.arity, indexing="ij")]
    if width == "i64" and row.name in ("floordiv", "mod", "pow", "shl", "shr"):     # the others are value errors
        fits = found[1] != 0 if row.name in ("floordiv", "mod") else (found[1] >= 0) & (found[1] < 64)
        found = [x[fits] for x in found]
    return found


def wanted(row: Op, args: list[np.ndarray]) -> np.ndarray:
    given = [a != 0 if row.name == "where" and k == 0 else a for k, a in enumerate(args)]
    text = str(row.numpy).format(*(f"a[{k}]" for k in range(row.arity)))
    with np.errstate(all="ignore"):
        return np.asarray(eval(text, NAMES, {"a": given}))


def script(row: Op, width: str) -> str:
    names = [f"{letter}_{row.name}" for letter in "xyz"[: row.arity]]
    return f"input {', '.join(names)}: {width}[n_{row.name}]; r_{row.name} := {formula(row, names)}"


@pytest.mark.parametrize("backend", ["loops", "numpy", "parallel", "cuda"])
@pytest.mark.parametrize("width", KINDS)
def test_edges(width, backend, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    wrong = disagreements(rows_of(width), width, backend)
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:40])


def disagreements(rows, width, backend):
    """Where a target's answer is not NumPy's, a line for each, with the op and its arguments."""
    args = {row.name: edges(row, width) for row in rows}
    given = {f"{letter}_{row.name}": x for row in rows for letter, x in zip("xyz", args[row.name])}
    result = gdc.compile("\n".join(script(row, width) for row in rows)).run(given, backend=backend)
    wrong = []
    for row in rows:
        got, want = result[f"r_{row.name}"], wanted(row, args[row.name])
        assert got.dtype == want.dtype, row.name
        bad = ~same(got, want) & ~near(got, want, row.ulp[backend] + row.ulp["numpy"])
        for k in np.flatnonzero(bad):
            wrong.append(f"{row.name}{tuple(a[k].item() for a in args[row.name])}: {got[k]}, not {want[k]}")
    return wrong


def same(got, want):
    """Equal, zeros of one sign; nan is nan."""
    if want.dtype.kind != "f":
        return got == want
    return ((got == want) & (np.signbit(got) == np.signbit(want))) | (np.isnan(got) & np.isnan(want))


def near(got, want, bound):
    """Both ordinary numbers and no more than so many units in the last place apart; what rounds once must agree."""
    if want.dtype.kind != "f" or bound <= 1:
        return np.zeros(want.shape, bool)
    with np.errstate(all="ignore"):
        ordinary = np.isfinite(got) & np.isfinite(want) & (got != 0) & (want != 0)
        return ordinary & (np.abs(got - want) <= bound * np.spacing(np.abs(want)))


def test_the_sign_of_zero_counts():
    zero, one = np.array([0.0]), np.array([1.0])
    assert not same(zero, -zero) and not near(zero, -zero, 4) and not near(zero, np.array([5e-324]), 4)
    assert near(one, np.nextafter(one, 2), 4) and not near(one, np.nextafter(one, 2), 1)
