"""The GPU: loading a CUDA text, and moving values to the device and back. `machine` says whether there is one.

    load(text)                    the names that a text defines; a text is executed once and kept
    run(module, args, watch)      NumPy in, NumPy out; a program that is given CuPy arrays hands out CuPy arrays

With GDC_EMULATE_CUDA=1 the text runs on the CPU (`runtime/emulate.py`), and arrays are NumPy's throughout.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from gdc.runtime.machine import emulating

MOST_KEPT = 64      # emulated texts
GPUS = (2, 13)      # what DLPack calls CUDA's memory, and its managed memory

_lock = threading.Lock()
_kept: OrderedDict[tuple[str, bool], Mapping[str, Any]] = OrderedDict()


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


def lies_on_gpu(value: Any) -> bool:
    """Whether any library's array lies in a GPU's memory: CuPy's, Numba's, PyTorch's, JAX's and others."""
    if hasattr(value, "__cuda_array_interface__"):
        return True
    try:
        return value.__dlpack_device__()[0] in GPUS
    except Exception:   # it has none, or it cannot say
        return False


def adopted(value: Any) -> Any:
    """Any library's array on the GPU as CuPy's: the same memory."""
    import cupy

    return cupy.asarray(value) if hasattr(value, "__cuda_array_interface__") else cupy.from_dlpack(value)


def fetched(value: Any) -> Any:
    """Any library's array on the GPU as something that NumPy can read; None where it offers no way."""
    for way in ("get", "copy_to_host", "cpu"):
        if callable(getattr(value, way, None)):
            return getattr(value, way)()
    return value if hasattr(value, "__array__") else None


def to_device(value: Any) -> Any:
    """An array on the device; scalars stay as they are."""
    if emulating() or not isinstance(value, np.ndarray):
        return value
    import cupy

    return cupy.asarray(value)


def to_host(value: Any) -> Any:
    """An array that the CPU can read."""
    return value.get() if is_device_array(value) else value


def served(array: Any) -> Any:
    """A device array itself where it is C- or Fortran-contiguous, else a copy on the device."""
    return array if array.flags.c_contiguous or array.flags.f_contiguous else array.copy(order="C")


def owned(results: Iterable[Any], inputs: Iterable[Any]) -> list[Any]:
    """The results; device arrays that are views, or are an input or an earlier result, are copied on the device."""
    taken = {a.data.ptr for a in inputs if is_device_array(a)}
    ready = []
    for value in results:
        if is_device_array(value):
            value = value.copy() if value.base is not None or value.data.ptr in taken else value
            taken.add(value.data.ptr)
        ready.append(value)
    return ready


def run(module: Mapping[str, Any], args: Sequence[Any], watch: Any) -> tuple[Any, ...]:
    """Calls a text's program. Results are CuPy's where an argument is, else NumPy's."""
    stays = any(is_device_array(a) for a in args)
    results: tuple[Any, ...] = module["program"](*map(to_device, args), watch=watch)
    return tuple(owned(results, args) if stays else map(to_host, results))
