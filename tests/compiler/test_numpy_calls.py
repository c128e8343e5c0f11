"""What `numpy` calls for norms and diagonals, at the edges, held against `loops`."""

import numpy as np
import pytest

import gdc

nan, inf = np.nan, np.inf


def agree(text, given, precision):
    program = gdc.compile(text, precision=precision)
    wanted, got = (np.asarray(program.run(given, backend=b)["r"]) for b in ("loops", "numpy"))
    assert got.dtype == wanted.dtype and got.shape == wanted.shape
    np.testing.assert_allclose(got, wanted, rtol=1e-6 if precision == "f32" else 1e-14)
    np.testing.assert_array_equal(np.signbit(got.real), np.signbit(wanted.real))


@pytest.mark.parametrize("precision", ["f64", "f32"])
@pytest.mark.parametrize("x", [
    [], [3.0, 4.0], [nan, 1.0], [inf, 1.0], [-inf, nan], [1e200, 1.0], [1e-200, 0.0], [-0.0], [1e22, 1.0]])
def test_norm(x, precision):
    limit = 3e38 if precision == "f32" else inf
    x = np.array([v if not abs(v) < inf else np.clip(v, -limit, limit) for v in x])
    for formula in ("norm(x)", "norm(reshape(x, 1, size(x)), axis=0)", "norm(x, keepdims=true)"):
        agree(f"input x: real[n]\nr := {formula}", {"x": x}, precision)
    agree("input x: complex[n]\nr := norm(x)", {"x": x + 1j}, precision)


@pytest.mark.parametrize("precision", ["f64", "f32"])
@pytest.mark.parametrize("kind", ["real", "complex", "int", "bool", "f32", "i32"])
def test_diagonals(kind, precision):
    dtypes = {"real": float, "complex": complex, "f32": np.float32, "i32": np.int32}
    for n in (0, 1, 4):
        v = (np.arange(n) - 1).astype(dtypes.get(kind, {"int": np.int64, "bool": bool}.get(kind)))
        agree(f"input v: {kind}[n]\nr := diag(v)", {"v": v}, precision)
    assert "diagonal(" in gdc.compile(f"input v: {kind}[n]\nr := diag(v)").source("numpy")


def test_eye_and_the_sign_of_zero():
    for n in (0, 1, 3):
        agree("input n: int\nr := eye(n)", {"n": n}, "f64")
        agree("input n: int\nr := [1.0 if i == j else -0.0 for i in 0..n, j in 0..n]", {"n": n}, "f64")
