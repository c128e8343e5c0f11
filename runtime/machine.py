"""What this machine has: memory, threads, libraries, a GPU; and which targets can run on it.

Nothing slow is imported before somebody asks for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

TARGETS = ("loops", "numpy", "parallel", "cuda")
EMULATE = "GDC_EMULATE_CUDA"


@dataclass(frozen=True, slots=True)
class Backend:
    """A target here: whether it runs, and else why not and what would help."""

    name: str
    usable: bool
    about: str
    hint: str | None = None
    emulated: bool = False


def emulating() -> bool:
    """Whether CUDA texts run on the CPU."""
    return os.environ.get(EMULATE, "") not in ("", "0")


def backend(name: str) -> Backend:
    """What is to be said of one target."""
    if name == "loops":
        return Backend(name, True, "plain Python loops")
    if name == "numpy":
        return Backend(name, True, f"NumPy {package('numpy')}, SciPy {package('scipy')}")
    if name == "parallel":
        return _parallel()
    return _cuda()


@cache
def installed(package: str) -> bool:
    return find_spec(package) is not None


def runs(name: str) -> bool:
    """Whether a target runs here: `backend(name).usable`, without the words."""
    if name == "parallel":
        return installed("numba")
    return name in ("loops", "numpy") or backend(name).usable


def _parallel() -> Backend:
    if not installed("numba"):
        return Backend("parallel", False, "Numba is not installed", "pip install numba")
    return Backend(
        "parallel", True, f"Numba {package('numba')}, {threads()} {'threads' if threads() > 1 else 'thread'}"
    )


def _cuda() -> Backend:
    if emulating():
        return Backend(
            "cuda", True, f"emulated on the CPU ({EMULATE} is set): slow, and exact enough to test", emulated=True
        )
    return _gpu()


@cache
def _gpu() -> Backend:
    """Looks for a GPU once per process."""
    missing = [name for name in ("numba", "cupy") if not installed(name)]
    if missing:
        return _no_gpu(f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed")
    try:
        import cupy
        from numba import cuda

        if not cuda.is_available() or not cupy.is_available():
            return _no_gpu("there is no NVIDIA GPU that CUDA can use")
        name = cuda.get_current_device().name
    except Exception as why:  # a driver may fail in any way
        return _no_gpu(f"CUDA does not start: {why}")
    return Backend("cuda", True, name.decode() if isinstance(name, bytes) else str(name))


def _no_gpu(why: str) -> Backend:
    advice = f"pip install 'gdc-lang[cuda]', or set {EMULATE}=1 to run the kernels' text on the CPU"
    return Backend("cuda", False, why, advice)


def backends() -> Iterator[Backend]:
    return (backend(name) for name in TARGETS)


def has_gpu() -> bool:
    """Whether a real GPU can be used; cheap where its libraries are not installed."""
    return not emulating() and installed("cupy") and _gpu().usable


def threads() -> int:
    """How many threads a run may use: NUMBA_NUM_THREADS, else the cores that this process may use."""
    asked = os.environ.get("NUMBA_NUM_THREADS", "")
    return int(asked) if asked.isdigit() and int(asked) else cores()


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def free_memory() -> int:
    """Bytes that can be taken without swapping, as far as the system says."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 1 << 62


@cache
def package(name: str) -> str:
    """An installed package's version, "" where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def blas() -> list[str]:
    """The BLAS libraries that are loaded now, with their threads."""
    import numpy  # noqa: F401  (loads its own)
    from threadpoolctl import threadpool_info

    return [
        f"{i.get('internal_api', '?')} {i.get('version', '')} ({i.get('num_threads')} threads)".replace("  ", " ")
        for i in threadpool_info()
        if i.get("user_api") == "blas"
    ]
