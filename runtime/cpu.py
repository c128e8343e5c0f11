"""Running native code: in a worker thread that Ctrl-C can stop, on a chosen number of cores."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

TICK = 0.05     # seconds between looks at the progress

_workqueue = threading.Lock()


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def call(function: Callable[..., Any], *arguments: Any, control: Any = None, tick: Callable[[], None] | None = None,
         timeout: float | None = None) -> Any:
    """function(*arguments), in a thread of its own while this one waits.

    The first Ctrl-C writes 1 to control[0]: native code stops after the round. A second one writes 2: it leaves at once.
    `tick` is called some 20 times a second. After `timeout` seconds control[0] becomes 2.
    """
    if control is None and tick is None:
        return function(*arguments)
    result: list[Any] = []
    failure: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            result.append(function(*arguments))
        except BaseException as error:
            failure.append(error)
        finally:
            done.set()

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    waited = 0.0
    while True:
        # not Thread.join: in Python 3.11 a Ctrl-C there lets the next join return too early (docs/cores.md)
        try:
            if done.wait(TICK):
                break
            waited += TICK
            if tick is not None:
                tick()
        except KeyboardInterrupt:
            if control is None:
                raise
            control[0] = min(control[0] + 1, 2)
        if timeout is not None and waited > timeout and control is not None:
            control[0] = 2
    if failure:
        raise failure[0]
    return result[0]


@contextlib.contextmanager
def threads(number: int | None) -> Iterator[None]:
    """Native code started by this thread uses so many cores, and BLAS one: the blocks are gdc's own."""
    import numba

    with _safe_layer(numba):
        before = numba.get_num_threads()
        numba.set_num_threads(max(1, min(number or before, numba.config.NUMBA_NUM_THREADS)))
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
    try:
        from numba.np.ufunc import omppool  # noqa: F401
    except ImportError:
        return False
    return True
