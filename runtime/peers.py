"""The same problem in other libraries: Python functions that stand beside a script, in a file NAME.py beside NAME.gd.

Such a file defines some of

    def numpy_typed(X, y, w): …      as a textbook's formula is typed into NumPy
    def numpy_best(X, y, w): …       the best NumPy that a careful hand writes; SciPy where NumPy has no such thing
    def numexpr_text(…), numba_hand(…), jax_jit(…), torch_eager(…), torch_compiled(…)

Each takes the script's inputs and params by name and returns its outputs in order, several as a tuple. jax_jit is
traced by jax.jit, with ints fixed; torch's get tensors. What takes time but once (conversion, tracing) is done before
anybody measures.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from gdc.dsl.errors import Error

Values = Mapping[str, Any]
TOLERANCE = {"f64": 1e-9, "f32": 2e-3}  # of the largest entry


@dataclass(frozen=True, slots=True)
class Library:
    """A way to write a peer: the function's name in a file of peers, what people call it, the package it needs."""

    function: str
    title: str
    package: str = "numpy"

    @property
    def installed(self) -> bool:
        return find_spec(self.package) is not None


LIBRARIES = (
    Library("numpy_typed", "NumPy as typed"),
    Library("numpy_best", "NumPy by hand"),
    Library("numexpr_text", "numexpr", "numexpr"),
    Library("numba_hand", "Numba by hand", "numba"),
    Library("jax_jit", "JAX", "jax"),
    Library("torch_eager", "torch", "torch"),
    Library("torch_compiled", "torch.compile", "torch"),
)
BY_FUNCTION = {library.function: library for library in LIBRARIES}


def beside(script: str | Path) -> Path | None:
    """The file of peers that stands beside a script."""
    found = Path(script).with_suffix(".py")
    return found if Path(script).suffix == ".gd" and found.is_file() else None


def load_file(path: Path) -> ModuleType:
    """A Python file as a module, under a name of its own. Raises gdc.Error where it does not run."""
    name = f"gdc_peers_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as why:
        raise Error("data", f"{path} cannot be used: {why}") from why
    return module


def functions(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """The peers that a file defines, by their names."""
    return {library.function: vars(module)[library.function] for library in LIBRARIES
            if library.function in vars(module)}


def prepared(function: str, peer: Callable[..., Any], values: Values) -> Callable[[], Any]:
    """A peer that is ready to run on these values; its result is there when it returns."""
    return _WAYS.get(BY_FUNCTION[function].package, _plain)(function, peer, values)


def _plain(_: str, peer: Callable[..., Any], values: Values) -> Callable[[], Any]:
    return lambda: peer(**values)


def _jax(_: str, peer: Callable[..., Any], values: Values) -> Callable[[], Any]:
    import jax

    jax.config.update("jax_enable_x64", True)
    fixed = [name for name, value in values.items() if isinstance(value, int)]
    given = {name: value if name in fixed else jax.numpy.asarray(value) if np.ndim(value) else value
             for name, value in values.items()}
    traced = jax.jit(peer, static_argnames=fixed)
    return lambda: jax.block_until_ready(traced(**given))


def _torch(function: str, peer: Callable[..., Any], values: Values) -> Callable[[], Any]:
    import torch

    given = {name: torch.from_numpy(np.require(value, requirements="W")) if np.ndim(value) else value
             for name, value in values.items()}
    called = torch.compile(peer) if function == "torch_compiled" else peer
    return lambda: called(**given)


_WAYS: dict[str, Callable[..., Callable[[], Any]]] = {"jax": _jax, "torch": _torch}


# --- what a program is given, and what it answers ------------------------------------------------


def at_precision(values: Values, precision: str) -> dict[str, Any]:
    """The values with real arrays as wide as the program's reals."""
    if precision != "f32":
        return dict(values)
    return {name: value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype == np.float64 else value
            for name, value in values.items()}


def answers(result: Any) -> tuple[np.ndarray, ...]:
    """The outputs in order, as arrays: of a Result, or of what a peer returned."""
    found = tuple(result.values()) if isinstance(result, Mapping) else result
    several = found if isinstance(found, (tuple, list)) else (found,)
    return tuple(np.asarray(value.detach() if hasattr(value, "detach") else value) for value in several)


def difference(found: Sequence[np.ndarray], wanted: Sequence[np.ndarray], tolerance: float) -> str | None:
    """In which output two answers differ, in words; None where they agree."""
    if len(found) != len(wanted):
        return f"{len(found)} outputs, expected {len(wanted)}"
    for k, (mine, other) in enumerate(zip(found, wanted, strict=True)):
        which = f"output {k + 1}" if len(wanted) > 1 else "the output"
        if mine.shape != other.shape:
            return f"{which} has the shape {list(mine.shape)}, expected {list(other.shape)}"
        scale = float(np.max(np.abs(other), initial=0, where=np.isfinite(other))) or 1.0
        if not np.allclose(mine, other, rtol=0, atol=tolerance * scale, equal_nan=True):
            with np.errstate(invalid="ignore"):
                far = np.nanmax(np.abs(np.subtract(mine, other, dtype=np.result_type(mine, other, np.float64))))
            return f"{which} differs by {far:.3g}, where {tolerance * scale:.2g} is allowed"
    return None
