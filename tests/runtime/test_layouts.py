"""Whatever way the caller's arrays lie in memory, every target computes the same and changes nothing of theirs."""

from functools import cache

import numpy as np
import pytest

import gdc

TARGETS = ("loops", "numpy", "parallel", "cuda")
PROGRAMS = {
    "products": "input A: real[m, n]; input v: real[n]; p := A@v; G := A.T@A; s := sum(A, axis=0)",
    "parts": "input A: real[m, n]; input v: real[n]; A[1:, ::2] := 2*A[:-1, ::2]; A[0, :] := v; w := A[::-1, 1:]",
    "rows": "input A: real[m, n]; input v: real[n]; t := zeros(n); for row in A { t := t*0.5 + row*v }",
    "order": "input A: real[m, n]; input v: real[n]; S := sort(A); k := argmax(A, axis=1); g := v[argsort(v)]",
    "solving": "input A: real[m, n]; input v: real[n]; x := solve(A.T@A + eye(n), v); (Q, R) := qr(A)",
}
A = np.random.default_rng(1).standard_normal((5, 4))
V = np.random.default_rng(2).standard_normal(4)


def strided(a):
    wide = np.zeros([2 * size for size in a.shape])
    wide[tuple(slice(None, None, 2) for _ in a.shape)] = a
    return wide[tuple(slice(None, None, 2) for _ in a.shape)]


def backwards(a):
    turned = tuple(slice(None, None, -1) for _ in a.shape)
    return np.ascontiguousarray(a[turned])[turned]


def unaligned(a):
    memory = np.zeros(a.nbytes + 1, np.uint8)
    placed = memory[1:].view(a.dtype).reshape(a.shape)
    placed[...] = a
    assert not placed.flags.aligned
    return placed


def read_only(a):
    kept = a.copy()
    kept.flags.writeable = False
    return kept


def inside(a):
    """A part of something larger that has another axis in between."""
    return np.stack([a, a + 1], axis=-1)[..., 0]


LAYOUTS = {
    "fortran": np.asfortranarray,
    "strided": strided,
    "backwards": backwards,
    "unaligned": unaligned,
    "read_only": read_only,
    "inside": inside,
    "big_endian": lambda a: a.astype(">f8"),
    "little_endian": lambda a: a.astype("<f8"),
    "matrix_view": lambda a: memoryview(a.copy()),
    "list": lambda a: a.tolist(),
    "tuple": lambda a: tuple(map(tuple, a.tolist())) if a.ndim == 2 else tuple(a.tolist()),
    "objects": lambda a: [list(map(np.float64, row)) for row in a] if a.ndim == 2 else list(map(np.float64, a)),
    "subclass": lambda a: a.view(type("Mine", (np.ndarray,), {})),
}


@cache
def compiled(name):
    return gdc.compile(PROGRAMS[name])


@cache
def expected(name):
    return dict(compiled(name).run({"A": A.copy(), "v": V.copy()}, backend="loops"))


@pytest.fixture(autouse=True)
def emulated(monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")


def agree(found, wanted):
    assert list(found) == list(wanted)
    for name, value in wanted.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-10, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_layout(program, layout, target):
    given = {"A": LAYOUTS[layout](A), "v": LAYOUTS[layout](V)}
    result = compiled(program).run(given, backend=target)
    agree(result, expected(program))
    for name, kept in (("A", A), ("v", V)):
        np.testing.assert_array_equal(np.asarray(given[name]), kept, err_msg=f"{name} was changed")
        assert all(not np.shares_memory(np.asarray(value), np.asarray(given[name])) for value in result.values())


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("program", sorted(PROGRAMS.keys() - {"solving"}))  # equal rows have no one factorisation
def test_zero_strides(program, target):
    """One row that stands for all of them."""
    row = np.broadcast_to(V, (5, 4))
    wanted = compiled(program).run({"A": row.copy(), "v": V}, backend="loops")
    agree(compiled(program).run({"A": row, "v": np.broadcast_to(V, (2, 4))[1]}, backend=target), wanted)


SCALARS = "input a: real; input k: int; input b: bool; x := a*k; y := k if b else -k; z := [a, a]"
GIVEN = {
    "python": (2.5, 3, True),
    "numpy": (np.float64(2.5), np.int64(3), np.bool_(True)),
    "narrow": (np.float32(2.5), np.uint8(3), np.bool_(True)),
    "rank_0": (np.array(2.5), np.array(3), np.array(True)),
    "big_endian": (np.array(2.5, ">f8"), np.array(3, ">i4"), np.array(True)),
    "part": (np.array([1.0, 2.5])[1], np.arange(4)[3], (np.arange(2) > 0)[1]),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("kind", GIVEN)
def test_scalars(kind, target):
    result = gdc.compile(SCALARS).run(dict(zip("akb", GIVEN[kind], strict=True)), backend=target)
    assert (result["x"], result["y"], list(result["z"])) == (7.5, 3, [2.5, 2.5])


INTEGERS = "input k: int[n]; input m: bool[n]; s := sum(k); t := k[::-1] + 1; u := where(m, k, -k)"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("element", ["i1", "u1", ">i2", "<i4", ">i8", "u4", "?"])
def test_integers(element, target):
    k = np.array([1, 0, 1, 1]).astype(element)[::-1]
    m = np.array([1, 0, 0, 1], bool)[::-1]
    result = gdc.compile(INTEGERS).run({"k": k, "m": m}, backend=target)
    plain = k.astype(int)
    agree(result, {"s": plain.sum(), "t": plain[::-1] + 1, "u": np.where(m, plain, -plain)})
