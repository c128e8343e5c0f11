"""Executes target text.

A text for Numba becomes a real file, named by the hash of all that its machine code depends on, and a module in
`sys.modules` before it is executed: only so does Numba's own cache work from one process to the next. Numba keys its
index by the file, so a name by hash also guards against one text being served another's code. Files appear whole or
not at all; where none can be written, a temporary folder serves, then memory alone (without a cache).
"""

from __future__ import annotations

import hashlib
import linecache
import os
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

_lock = threading.RLock()


def load(text: str) -> dict[str, Any]:
    """The names that a text defines."""
    return vars(_load_numba(text) if _uses_numba(text) else _load_plain(text))


def _uses_numba(text: str) -> bool:
    return "\nfrom numba import " in text


def text_hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _load_plain(text: str) -> ModuleType:
    """Executes a text in memory; tracebacks still find its lines."""
    name = f"gdc_text_{text_hash(text)}"
    with _lock:
        found = sys.modules.get(name)
        return found if found is not None else _execute(text, name, f"<{name}>")


def _execute(text: str, name: str, file: str, path: Path | None = None) -> ModuleType:
    module = ModuleType(name)
    if path is not None:
        module.__file__ = str(path)
    else:
        linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    sys.modules[name] = module
    try:
        exec(compile(text, file, "exec"), vars(module))
    except BaseException:
        del sys.modules[name]
        raise
    return module


def machine() -> tuple[str, ...]:
    """What machine code depends on besides its text."""
    import llvmlite
    import numba
    from llvmlite import binding

    return (numba.__version__, llvmlite.__version__, sys.version, binding.get_host_cpu_name(),
            binding.get_host_cpu_features().flatten(), os.environ.get("NUMBA_CPU_NAME", ""),
            os.environ.get("NUMBA_CPU_FEATURES", ""), os.environ.get("NUMBA_OPT", ""))


def _load_numba(text: str) -> ModuleType:
    from numba.core import config

    # a Fourier transform is NumPy's; that it cannot run on several threads at once is no news to the user
    warnings.filterwarnings("ignore", "Code running in object mode")
    name = f"gdc_text_{text_hash(text, *machine())}"
    with _lock:
        found = sys.modules.get(name)
        if found is not None:
            return found
        for folder in folders():
            path = folder / f"{name}.py"
            try:
                write_whole(path, text)
            except OSError:
                continue
            if getattr(config, "CACHE_DIR", "") or os.access(folder, os.W_OK):
                return _execute(text, name, str(path), path)
        return _execute(text, name, f"<{name}>")


def folders() -> Iterator[Path]:
    """Where texts may lie, best first. A temporary folder is the user's own: nobody else may put code there."""
    import numba
    from llvmlite import binding

    from gdc.runtime.cache import root

    kind = f"numba-{numba.__version__}-{binding.get_host_cpu_name()}"
    yield root() / kind
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    shared = Path(tempfile.gettempdir()) / f"gdc-{user}"
    try:
        shared.mkdir(mode=0o700, exist_ok=True)
        state = shared.stat()
    except OSError:
        return
    if not hasattr(os, "getuid") or (state.st_uid == user and not state.st_mode & 0o022):
        yield shared / kind


def write_whole(path: Path, content: str | bytes) -> None:
    """Writes a file that other processes may be reading or writing: it is whole or not there."""
    from gdc.runtime.cache import used

    data = content.encode("utf-8") if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        if path.read_bytes() == data:
            used(path)
            return
    except OSError:
        pass
    handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


__all__ = ["folders", "load", "machine", "text_hash", "write_whole"]
