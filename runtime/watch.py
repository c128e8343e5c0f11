"""What a text tells while it runs, and asks: rounds, prints, traces, interruption, time limits.

Python texts call `rounds`, `running`, `show` and `record`. Native code shares the cells of `control()` and is run by
`call`, in a thread of its own where somebody may want to stop it: the main thread waits on an Event, so that Ctrl-C is
heard. A first Ctrl-C ends every outermost loop after the round it is in; a second one ends the run at once.
"""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import numpy as np

POLL = 0.05  # seconds between looks at a native run
PATIENCE = 1.0  # seconds that a native run gets to stop before it is left alone
STOP_ROUND, STOP_NOW = 1.0, 2.0


class Expired(BaseException):
    """The time limit of a run is over. Not an Exception: no text may catch it."""


class Watch:
    """One run. Attributes that others may read at any time: done, total (-1: not known), latest, interrupted."""

    def __init__(
        self, show: Callable[[str], None] | None = None, timeout: float | None = None, in_thread: bool = True
    ) -> None:
        self.traces: dict[str, Any] = {}
        self.done, self.total, self.latest = 0, 0, None
        self.interrupted = self.expired = False
        self._show, self._in_thread = show or print, in_thread
        self.heard: Callable[[], Any] = lambda: None  # called when Ctrl-C is first heard and a round is still to end
        self.around: Callable[[], Any] = nullcontext  # what stands round each native call, in the thread that makes it
        self.threads = 1  # that may share what is dear
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._in_loop = False
        self._cells: np.ndarray | None = None

    # -- what texts call

    def rounds(self, start: int, stop: int, step: int) -> Iterator[int]:
        """The rounds of an outermost loop."""
        every = range(start, stop, step)
        self.done, self.total, self._in_loop = 0, len(every), True
        for k in every:
            if self.interrupted:
                return
            yield k
            self.done += 1

    def running(self) -> bool:
        """Whether an outermost loop without a known number of rounds goes on."""
        if not self._in_loop or self.total != -1:
            self.done, self.total, self._in_loop = 0, -1, True
        else:
            self.done += 1
        return not self.interrupted

    def show(self, *values: Any) -> None:
        """Prints a line."""
        self._show(" ".join(shown(v) for v in values))

    def record(self, name: str, value: Any) -> None:
        """Appends to a trace."""
        self.latest = value
        self.traces.setdefault(name, []).append(value if isinstance(value, np.generic) else np.array(value))

    def cores(self) -> int:
        """How many threads may share what is dear."""
        return self.threads

    def control(self) -> np.ndarray:
        """Cells shared with native code: [0] 1 asks to stop after the round, 2 at once; [1] rounds done, [2] of how
        many (-1: not known), [3] the value last recorded."""
        self._cells = np.zeros(8)
        self._cells[3] = np.nan
        return self._cells

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Runs native code, in another thread where this one has to listen."""

        def inside(*arguments: Any) -> Any:
            with self.around():
                return function(*arguments)

        if not self._in_thread:
            return inside(*arguments)
        worker = _borrow()
        job = worker.start(inside, arguments)
        try:
            while not job.done.wait(POLL):
                if self._cells is not None and self.interrupted:
                    self._cells[0] = STOP_ROUND
                if self.late():
                    raise Expired
        except BaseException:
            self._abandon(job)
            if job.done.is_set():
                _give_back(worker)
            raise
        _give_back(worker)
        if job.error is not None:
            raise job.error
        return job.result

    # -- what the runtime asks

    def late(self) -> bool:
        """Whether the time limit is over."""
        if self._deadline is not None and time.monotonic() > self._deadline:
            self.expired = True
        return self.expired

    def state(self) -> tuple[int, int, Any]:
        """(rounds done, of how many, the value last recorded), of Python and of native texts alike."""
        cells = self._cells
        if cells is None:
            return self.done, self.total, self.latest
        return int(cells[1]), int(cells[2]), None if np.isnan(cells[3]) else float(cells[3])

    def interrupt(self) -> bool:
        """Ctrl-C: end loops after their round. False where no loop is running that could, or the second time."""
        cells = self._cells
        loops = self._in_loop or (cells is not None and cells[2] != 0)
        if self.interrupted or not loops:
            return False
        self.interrupted = True
        if cells is not None:
            cells[0] = STOP_ROUND
        self.heard()
        return True

    def _abandon(self, job: _Job) -> None:
        """Asks native code to stop at once, and waits a little."""
        if self._cells is not None:
            self._cells[0] = STOP_NOW
            job.done.wait(PATIENCE)


def shown(value: Any) -> str:
    """A value as `print` shows it, the same on every target."""
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray):
        return str(value)
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    return str(value)


# --- listening for Ctrl-C and the clock --------------------------------------------------------


class listening:
    """While a run goes on: Ctrl-C reaches its watch (in the main thread), and its time limit is kept.

    `rounds`: whether it has loops that can end early; else Ctrl-C is as ever.
    """

    def __init__(self, watch: Watch, rounds: bool = True) -> None:
        self.watch, self._rounds = watch, rounds
        self._old: Any = None
        self._timer: threading.Timer | None = None
        self._thread = threading.get_ident()
        self._open = threading.Lock()
        self._over = False

    def __enter__(self) -> Watch:
        if self._rounds and threading.current_thread() is threading.main_thread() and (
            signal.getsignal(signal.SIGINT) is signal.default_int_handler
        ):
            self._old = signal.signal(signal.SIGINT, self._heard)
        if self.watch._deadline is not None:
            self._timer = threading.Timer(max(self.watch._deadline - time.monotonic(), 0), self._expire)
            self._timer.daemon = True
            self._timer.start()
        return self.watch

    def __exit__(self, kind: Any, *_: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
            try:
                with self._open:
                    self._over = True
                if self.watch.expired and kind is None:
                    time.sleep(0.01)  # an Expired that is on its way arrives here
            except Expired:
                pass
        if self._old is not None:
            signal.signal(signal.SIGINT, self._old)

    def _heard(self, number: int, frame: Any) -> None:
        if not self.watch.interrupt():
            raise KeyboardInterrupt

    def _expire(self) -> None:
        """Raises Expired in the thread that runs the text, between two of its Python instructions."""
        with self._open:
            self.watch.expired = True
            if not self._over:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), ctypes.py_object(Expired))


# --- threads for native code -------------------------------------------------------------------


class _Job:
    __slots__ = ("arguments", "done", "error", "function", "result")

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self.function, self.arguments, self.done = function, arguments, threading.Event()
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self.function(*self.arguments)
        except BaseException as error:
            self.error = error
        finally:
            del self.function, self.arguments
            self.done.set()


class _Worker:
    """A thread that runs one job after another: an OpenMP team belongs to the thread that first used it."""

    def __init__(self) -> None:
        self._ready = threading.Semaphore(0)
        self._job: _Job | None = None
        threading.Thread(target=self._loop, name="gdc native", daemon=True).start()

    def start(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> _Job:
        job = self._job = _Job(function, arguments)
        self._ready.release()
        return job

    def _loop(self) -> None:
        while True:
            self._ready.acquire()
            job, self._job = self._job, None
            if job is not None:
                job.run()
            del job


_idle: list[_Worker] = []
_lock = threading.Lock()


def _borrow() -> _Worker:
    with _lock:
        if _idle:
            return _idle.pop()
    return _Worker()


def _give_back(worker: _Worker) -> None:
    with _lock:
        _idle.append(worker)


def _forget() -> None:
    """A forked child has none of its parent's threads."""
    global _lock
    _lock = threading.Lock()
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
