"""The op table is complete, and every reduction does what its NumPy cell says. For elementwise rows see tests/truth."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

import gdc
from gdc.compiler.ops import OPS, ROWS, Op, Why

REDUCTIONS = [row for row in ROWS if row.kind == "REDUCE"]
KINDS = {"MAP", "REDUCE", "CONTRACT", "SOURCE", "VIEW", "GATHER", "UPDATE", "SOLVE", "LIBRARY"}


def missing(row: Op) -> list[str]:
    """The cells of a row that are left out: empty text without a Why, or a wrong number of derivatives."""
    found = []
    for f in fields(row):
        value = getattr(row, f.name)
        if f.name in ("symbol", "hidden", "facts", "flops", "guard", "library") or isinstance(value, Why):
            continue
        if value in ("", (), None, {}):
            found.append(f.name)
    if row.kind == "MAP" and isinstance(row.derivative, tuple) and len(row.derivative) != row.arity:
        found.append("derivative")
    if row.kind == "REDUCE" and not isinstance(row.start, Why) and len(row.start) != len(row.step):
        found.append("step")
    if set(row.ulp) != {"loops", "numpy", "parallel", "cuda"}:
        found.append("ulp")
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.name)
def test_every_cell_is_filled(row: Op) -> None:
    cells = [c for c in missing(row) if not (c == "finish" and isinstance(row.start, Why))]
    assert not cells, f"{row.name} leaves out {cells}"
    assert row.kind in KINDS


def test_a_left_out_cell_is_noticed() -> None:
    assert missing(replace(OPS["exp"], derivative=())) == ["derivative", "derivative"]
    assert missing(replace(OPS["exp"], numpy="")) == ["numpy"]
    assert missing(replace(OPS["mul"], derivative=("y",))) == ["derivative"]


def test_names_are_unique() -> None:
    assert len(OPS) == len(ROWS)


@pytest.mark.parametrize("backend", ["loops", "numpy", "parallel"])
@pytest.mark.parametrize("row", REDUCTIONS, ids=lambda r: r.name)
def test_reduction_agrees_with_its_numpy_cell(row: Op, backend: str) -> None:
    special = pytest.importorskip("scipy.special")
    values = np.random.default_rng(3).integers(-8, 9, (5, 7)) / 4
    if row.name in ("any", "all"):
        values = values > 0
    for axis in (0, 1):
        got = gdc.compile(f"r := {row.name}(x, axis={axis})").run({"x": values}, backend=backend)["r"]
        text = str(row.numpy).format("x", axes=f", axis={axis}")
        np.testing.assert_allclose(got, eval(text, {"np": np, "special": special, "x": values}), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("name", ["qr", "svd", "eigh", "eig", "lu", "pinv"])
def test_a_factorisation_costs_a_cube(name: str) -> None:
    taken = "r" if name == "pinv" else "(a, b, c)" if name in ("svd", "lu") else "(a, b)"
    cost = gdc.compile(f"input A: real[n, n]; {taken} := {name}(A)").cost
    assert 7 < cost(n=2000)["flops"] / cost(n=1000)["flops"] < 9
