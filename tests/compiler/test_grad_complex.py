"""Derivatives through the factorisations of complex matrices, phases included, held against difference quotients."""

import numpy as np
import pytest

import gdc

# for each a script, and the shapes of A and of two other matrices that make J depend on every entry and phase
CASES = {
    "qr": ("(Q, R) := qr(A); J := sum(real(B*Q)) + sum(abs(R + C)^3)", (4, 3), (4, 3), (3, 3)),
    "qr, wide": ("(Q, R) := qr(A); J := sum(real(B*Q)) + sum(abs(R + C)^3)", (2, 4), (2, 2), (2, 4)),
    "eigh": ("(w, V) := eigh(A); J := sum(w^3) + sum(real(B*V)) + sum(abs(V + C)^3)", (3, 3), (3, 3), (3, 3)),
    "svd": ("(U, s, V) := svd(A); J := sum(s^3) + sum(real(B*U)) + sum(abs(V + C)^3)", (4, 3), (4, 3), (3, 3)),
    "svd, wide": ("(U, s, V) := svd(A); J := sum(s^3) + sum(real(B*U)) + sum(abs(V + C)^3)", (2, 4), (2, 2), (2, 4)),
    "lu": ("(P, L, U) := lu(A); J := sum(real(B*L)) + sum(abs(P@U + C)^3)", (3, 3), (3, 3), (3, 3)),
    "lu, tall": ("(P, L, U) := lu(A); J := sum(real(B*L)) + sum(abs(U + C)^3)", (4, 3), (4, 3), (3, 3)),
    "lu, wide": ("(P, L, U) := lu(A); J := sum(real(B*L)) + sum(abs(U + C)^3)", (2, 4), (2, 2), (2, 4)),
    "pinv": ("X := pinv(A); J := sum(real(B*X)) + sum(abs(X + C)^3)", (4, 3), (3, 4), (3, 4)),
    "pinv, wide": ("X := pinv(A); J := sum(real(B*X)) + sum(abs(X + C)^3)", (2, 4), (4, 2), (4, 2)),
    "lstsq": ("X := lstsq(A, B); J := sum(abs(X + C)^3)", (4, 3), (4, 2), (3, 2)),
    "nested": ("(Q, R) := qr(A); inner := real(sum(Q*B)); h := grad(inner, A); J := sum(abs(h + C)^2)",
               (3, 2), (3, 2), (3, 2)),
}
HEAD = "input A: complex[a, b]; input B: complex[c, d]; input C: complex[e, f]\n"


def drawn(*shape):
    rng = np.random.default_rng(sum(shape))
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


def quotient(J, A, h=1e-3):
    """dJ/dx + i*dJ/dy of every entry, by differences of fourth order."""
    found = np.zeros(A.shape, complex)
    for place in np.ndindex(A.shape):
        for way in (1, 1j):
            moved = {}
            for k in (-2, -1, 1, 2):
                near = A.copy()
                near[place] += k * h * way
                moved[k] = J(near)
            found[place] += way * (8 * (moved[1] - moved[-1]) - (moved[2] - moved[-2])) / (12 * h)
    return found


@pytest.mark.parametrize("name", CASES)
def test_grad_is_the_difference_quotient(name, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    text, *shapes = CASES[name]
    given = dict(zip("ABC", (drawn(*shape) for shape in shapes), strict=True))
    value = gdc.compile(HEAD + text + "; output J")
    want = quotient(lambda A: float(value.run({**given, "A": A}, backend="numpy")["J"]), given["A"])
    program = gdc.compile(HEAD + text + "; g := grad(J, A); output g")
    for backend in ("numpy", "loops", "cuda", *(["parallel"] if name == "eigh" else [])):
        got = program.run(given, backend=backend)["g"]
        assert got.dtype == np.complex128
        np.testing.assert_allclose(got, want, atol=1e-8 * abs(want).max(), err_msg=backend)


def test_in_32_bits():
    given = {"A": drawn(3, 3).astype(np.complex64), "B": drawn(3, 2).astype(np.complex64)}
    script = "input A: complex[n, n]; input B: complex[n, k]; (U, s, V) := svd(A); g := grad(abs(sum(U@B))^2 + s[0], A)"
    narrow = gdc.compile(script, precision="f32").run(given, backend="numpy")["g"]
    wide = gdc.compile(script).run(given, backend="numpy")["g"]
    assert narrow.dtype == np.complex64
    np.testing.assert_allclose(narrow, wide, atol=1e-4 * abs(wide).max())
