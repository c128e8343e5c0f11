"""A progress bar on standard error, for files and runs that take long: what is read; rounds done, time left, and the
value last recorded."""

from __future__ import annotations

import sys
import threading
from typing import Any

from gdc.runtime.data.watching import being_read

PATIENCE = 0.7  # seconds before a bar appears
TICK = 0.1


class Bar:
    """Follows a run's Watch from a thread of its own.

    with Bar() as bar:
        program.run(values, watching=bar.follow)
    """

    def __init__(self, name: str = "running") -> None:
        self._name = name
        self._watch: Any = None
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def follow(self, watch: Any) -> None:
        self._watch = watch

    def __enter__(self) -> Bar:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(2)

    def _run(self) -> None:
        if self._over.wait(PATIENCE):
            return
        while self._watch is None or self._watch.state()[1] == 0:
            if being_read() is not None:
                self._draw_reading()
            if self._over.wait(TICK):
                return
        self._draw()

    def _draw_reading(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        file = being_read()
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("")
            while file is not None and not self._over.wait(TICK):
                done = file.done or None
                progress.update(task, description=f"reading {file.name}", completed=done, total=done and file.size)
                file = being_read()

    def _draw(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[latest]}"),
        )
        with Progress(
            *columns, console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty()
        ) as progress:
            task = progress.add_task(self._name, total=None, latest="")
            while not self._over.wait(TICK):
                done, total, latest = self._watch.state()
                shown = f"{float(latest):.6g}" if latest is not None and getattr(latest, "ndim", 0) == 0 else ""
                progress.update(task, completed=max(done, 0), total=total if total > 0 else None, latest=shown)
