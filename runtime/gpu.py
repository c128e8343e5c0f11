"""The GPU: whether one can be used, loading a CUDA text, and moving values to the device and back.

    usable()                      None, or why the target cuda cannot run here
    load(text)                    the names that a text defines; a text is executed once and kept
    run(module, args, watch)      NumPy in, NumPy out; a program that is given CuPy arrays hands out CuPy arrays

With GDC_EMULATE_CUDA=1 the text runs on the CPU (`runtime/emulate.py`), and arrays are NumPy's throughout.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

EMULATE = "GDC_EMULATE_CUDA"
MOST_KEPT = 64      # emulated texts

_lock = threading.Lock()
_kept: OrderedDict[tuple[str, bool], Mapping[str, Any]] = OrderedDict()


def emulating() -> bool:
    """Whether texts run on the CPU."""
    return os.environ.get(EMULATE, "") not in ("", "0")


def usable() -> str | None:
    """Why the target cannot run here; None where it can."""
    if emulating():
        return None
    missing = [name for name in ("numba", "cupy") if find_spec(name) is None]
    if missing:
        return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed"
    try:
        import cupy
        from numba import cuda

        if not cuda.is_available() or not cupy.is_available():
            return "there is no NVIDIA GPU that CUDA can use"
    except Exception as why:  # a driver may fail in any way
        return f"CUDA does not start: {why}"
    return None


def load(text: str, backwards: bool = False) -> Mapping[str, Any]:
    """The names that a text defines. `backwards`: emulated threads run in descending order."""
    if not emulating():
        from gdc.runtime.load import load as load_text

        return load_text(text)
    key = (hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), backwards)
    with _lock:
        if key not in _kept:
            from gdc.runtime.emulate import load_emulated

            _kept[key] = load_emulated(text, f"<cuda {key[0][:12]}>", backwards)
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _kept[key]


def is_device_array(value: Any) -> bool:
    """Whether a value lies in a GPU's memory, as CuPy's arrays do."""
    return hasattr(value, "__cuda_array_interface__") and hasattr(value, "get")


def to_device(value: Any) -> Any:
    """An array on the device; scalars stay as they are."""
    if emulating() or not isinstance(value, np.ndarray):
        return value
    import cupy

    return cupy.asarray(value)


def to_host(value: Any) -> Any:
    """An array that the CPU can read."""
    return value.get() if is_device_array(value) else value


def run(module: Mapping[str, Any], args: Sequence[Any], watch: Any) -> tuple[Any, ...]:
    """Calls a text's program. Results are CuPy's where an argument is, else NumPy's."""
    stays = any(is_device_array(a) for a in args)
    results: tuple[Any, ...] = module["program"](*map(to_device, args), watch=watch)
    return results if stays else tuple(map(to_host, results))


__all__ = ["emulating", "is_device_array", "load", "run", "to_device", "to_host", "usable"]
