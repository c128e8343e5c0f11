"""Native code on a chosen number of cores."""

from __future__ import annotations

import contextlib
import importlib.util
import threading
from collections.abc import Iterator
from typing import Any

_workqueue = threading.Lock()


@contextlib.contextmanager
def threads(number: int | None) -> Iterator[None]:
    """Native code started by this thread uses so many cores, and BLAS one: the blocks are gdc's own."""
    import numba

    config: Any = numba.config
    with _safe_layer(numba):
        before = numba.get_num_threads()
        numba.set_num_threads(max(1, min(number or before, config.NUMBA_NUM_THREADS)))
        try:
            yield
        finally:
            numba.set_num_threads(before)


@contextlib.contextmanager
def _safe_layer(numba: Any) -> Iterator[None]:
    """Numba's layer `workqueue` aborts the process when two threads call at once: there, one at a time."""
    try:
        layer = numba.threading_layer()
    except ValueError:      # no layer yet: the first parallel region chooses one
        layer = "omp" if _has_omp() else "workqueue"
    with _workqueue if layer == "workqueue" else contextlib.nullcontext():
        yield


def _has_omp() -> bool:
    return importlib.util.find_spec("numba.np.ufunc.omppool") is not None
