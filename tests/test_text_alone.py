"""The text of loops, numpy and parallel runs alone: only NumPy (and Numba, and SciPy where a function needs it),
never gdc."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import gdc

SCRIPT = """
input X: real[m, n]
input y: real[m]
param steps: int = 30
w := zeros(n)
repeat steps {
    p := sigmoid(X@w)
    w -= 0.1*(1/m)*X.T@(p - y)
    record J := mean((p - y)^2)
}
L := cholesky(X.T@X + eye(n))
output w, L, best := argmax(X@w)
"""
RUN = """
import runpy, sys
sys.modules["gdc"] = None                      # an import of gdc fails
import numpy as np
names = runpy.run_path({text!r})
given = np.load({data!r})
results = names["program"](given["X"], given["y"], 30)
np.savez({out!r}, *results)
"""


@pytest.mark.parametrize("backend", ["loops", "numpy", "parallel"])
def test_text_runs_without_gdc(backend: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    X = rng.standard_normal((60, 4))
    given = {"X": X, "y": (X[:, 0] > 0) * 1.0}
    program = gdc.compile(SCRIPT)
    here = program.run(given, backend=backend)
    text, data, out = tmp_path / "text.py", tmp_path / "data.npz", tmp_path / "out.npz"
    text.write_text(program.source(backend), encoding="utf-8")
    np.savez(data, **given)
    code = RUN.format(text=str(text), data=str(data), out=str(out))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    alone = np.load(out)
    for k, name in enumerate(here):
        np.testing.assert_allclose(alone[f"arr_{k}"], here[name], rtol=1e-12)


@pytest.mark.parametrize("backend", ["loops", "numpy", "parallel"])
def test_text_names_no_host(backend: str) -> None:
    text = gdc.compile(SCRIPT).source(backend)
    assert "import gdc" not in text and "from gdc" not in text
    compile(text, "text.py", "exec")
