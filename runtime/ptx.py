"""Compiles the kernels in a CUDA module's text to PTX, without a GPU and without its driver.

It needs Numba's CUDA target and NVIDIA's compiler wheels (`pip install "numba-cuda[cu13]"`), and serves to prove that
what the emulation runs would also compile.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

Capability = tuple[int, int]


class ToolkitMissing(RuntimeError):
    """Numba's CUDA target or NVIDIA's compiler libraries are not installed, or do not work."""


def missing_toolkit() -> str | None:
    """Why nothing can be compiled here; None when all is there."""
    advice = 'pip install "numba-cuda[cu13]"'
    try:
        importlib.import_module("numba.cuda")
        nvvm: Any = importlib.import_module("numba.cuda.cudadrv.nvvm")
    except ImportError as error:
        return f"numba.cuda cannot be imported ({error}): {advice}"
    if importlib.import_module("numba.core.config").ENABLE_CUDASIM:
        return "numba.cuda is Numba's simulator: unset NUMBA_ENABLE_CUDASIM"
    try:
        nvvm.NVVM()
        nvvm.LibDevice().get()
    except Exception as error:  # each Numba release and each missing part has its own class
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        return f"NVIDIA's compiler libraries cannot be loaded ({first_line}): {advice}"
    return None


def numba_type(text: str) -> Any:
    """A type as Numba writes it: `int64`, `float64[::1]` (C), `float64[::1, :]` (Fortran), `float64[:, :]` (any)."""
    match = re.fullmatch(r"(bool|u?int(?:8|16|32|64)|float(?:32|64)|complex(?:64|128))(?:\[([:1, ]+)\])?", text.strip())
    if match is None:
        raise ValueError(f"not the type of a kernel's argument: {text!r}")
    types: Any = importlib.import_module("numba.types")
    name, axes = match.groups()
    scalar = types.boolean if name == "bool" else getattr(types, name)
    if axes is None:
        return scalar
    parts = [part.strip() for part in axes.split(",")]
    layout = "C" if parts[-1] == "::1" else "F" if parts[0] == "::1" else "A"
    return types.Array(scalar, len(parts), layout)


@contextmanager
def assumed_device(capability: Capability) -> Iterator[None]:
    """Answers Numba's question for the device at hand, which a kernel that calls a helper makes it ask the driver."""
    dispatcher: Any = importlib.import_module("numba.cuda.dispatcher")
    ask = dispatcher.get_current_device
    dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=capability)
    try:
        yield
    finally:
        dispatcher.get_current_device = ask


def compile_ptx(text: str, signatures: Mapping[str, Sequence[str]], capability: Capability = (9, 0)) -> dict[str, str]:
    """The PTX of each kernel named in `signatures`, which gives the types of its arguments.

    The text is executed for its definitions, so what it imports at its top must be installed.
    """
    reason = missing_toolkit()
    if reason is not None:
        raise ToolkitMissing(reason)
    cuda: Any = importlib.import_module("numba.cuda")
    namespace: dict[str, Any] = {"__name__": "gdc_kernels"}
    exec(compile(text, "<kernels>", "exec"), namespace)
    ptx = {}
    with assumed_device(capability):
        for name, arguments in signatures.items():
            types = tuple(numba_type(argument) for argument in arguments)
            ptx[name], _ = cuda.compile_ptx(namespace[name].py_func, types, cc=capability)
    return ptx


def compile_ptx_all(
    text: str, signatures: Mapping[str, Sequence[str]], capabilities: Sequence[Capability] = ((8, 0), (9, 0))
) -> dict[str, dict[Capability, str]]:
    """The PTX of each kernel for each capability."""
    compiled = {capability: compile_ptx(text, signatures, capability) for capability in capabilities}
    return {name: {capability: compiled[capability][name] for capability in capabilities} for name in signatures}


def missing_assembler() -> str | None:
    """Why `resources` cannot answer here; None when it can."""
    try:
        importlib.import_module("cuda.bindings.nvjitlink").version()
    except Exception as error:  # it is not installed, or its library is not
        if shutil.which("ptxas") is None:
            return f"no ptxas, and nvJitLink cannot be loaded ({error}): pip install \"numba-cuda[cu13]\""
    return None


def resources(ptx: str, capability: Capability, registers: int) -> dict[str, int]:
    """What NVIDIA's assembler makes of a kernel's PTX: the `registers` of a thread, which may have so many, and the
    bytes that it `spills` to memory for want of more."""
    reason = missing_assembler()
    if reason is not None:
        raise ToolkitMissing(reason)
    log = (_by_ptxas if shutil.which("ptxas") else _by_nvjitlink)(ptx, f"sm_{capability[0]}{capability[1]}", registers)
    used = re.search(r"Used (\d+) registers", log)
    spills = re.findall(r"(\d+) bytes spill (?:stores|loads)", log)
    if used is None:
        raise ToolkitMissing(f"the assembler does not say what a kernel takes: {log[:400]}")
    return {"registers": int(used[1]), "spills": sum(map(int, spills))}


def _by_ptxas(ptx: str, architecture: str, registers: int) -> str:
    """What ptxas tells of its work."""
    command = ["ptxas", "-v", f"-arch={architecture}", f"-maxrregcount={registers}", "-o", os.devnull, "-"]
    done = subprocess.run(command, input=ptx, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _by_nvjitlink(ptx: str, architecture: str, registers: int) -> str:
    """What nvJitLink tells of its work."""
    link: Any = importlib.import_module("cuda.bindings.nvjitlink")
    options = [f"-arch={architecture}", "-verbose", "-Xptxas=-v", f"-maxrregcount={registers}"]
    handle = link.create(len(options), options)
    try:
        data = ptx.encode() + b"\0"
        link.add_data(handle, link.InputType.PTX, data, len(data), "kernel")
        link.complete(handle)
        log = bytearray(link.get_info_log_size(handle))
        link.get_info_log(handle, log)
    finally:
        link.destroy(handle)
    return log.decode(errors="replace")
