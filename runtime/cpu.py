"""Native code on a chosen number of cores."""

from __future__ import annotations

import contextlib
import importlib.util
import threading
from collections.abc import Iterator
from typing import Any

_workqueue = threading.Lock()


@contextlib.contextmanager
def threads(number: int | None, own_blocks: bool = False) -> Iterator[None]:
    """Native code started by this thread uses so many cores; BLAS one in each, where the blocks are gdc's own."""
    import numba

    config: Any = numba.config
    with _safe_layer(numba):
        before = numba.get_num_threads()
        numba.set_num_threads(max(1, min(number or before, config.NUMBA_NUM_THREADS)))
        try:
            with one_blas_thread if own_blocks else contextlib.nullcontext():
                yield
        finally:
            numba.set_num_threads(before)


class _OneBlasThread:
    """While anybody is inside, BLAS runs on the thread that calls it. The number of its threads belongs to the process:
    the first to enter keeps what it was, the last to leave restores it."""

    def __init__(self) -> None:
        self.lock, self.inside = threading.Lock(), 0
        self.controller: Any = None
        self.limiter: Any = None

    def __enter__(self) -> None:
        with self.lock:
            if not self.inside:
                self.limiter = self.found().limit(limits=1, user_api="blas")
            self.inside += 1

    def __exit__(self, *failure: object) -> None:
        with self.lock:
            self.inside -= 1
            if not self.inside:
                self.limiter.restore_original_limits()

    def found(self) -> Any:
        """The libraries: looked up once, with the one that Numba calls loaded."""
        if self.controller is None:
            import scipy.linalg.cython_blas  # noqa: F401
            from threadpoolctl import ThreadpoolController

            self.controller = ThreadpoolController()
        return self.controller


one_blas_thread = _OneBlasThread()


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
