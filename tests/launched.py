"""The types of what the kernels of a CUDA text are launched with, as `runtime.ptx` names them."""

import re

import numpy as np

from gdc.runtime import emulate


def argument_type(value):
    """A kernel's argument as a type. Arrays are C-contiguous or of any layout."""
    if isinstance(value, np.ndarray):
        last = "::1" if value.flags.c_contiguous else ":"
        return f"{value.dtype.name}[{', '.join([':']*(value.ndim - 1) + [last])}]"
    if isinstance(value, bool | np.bool_):
        return "bool"
    return "int64" if isinstance(value, int | np.integer) else "float64"


def launched(run, monkeypatch):
    """The types by kernel, of all kernels that are launched while `run()` runs the emulation."""
    found, launch = {}, emulate.Kernel._launch

    def noted(kernel, blocks, threads, dynamic_bytes, *arguments):
        found[kernel.name] = [argument_type(a) for a in arguments]
        launch(kernel, blocks, threads, dynamic_bytes, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(emulate.Kernel, "_launch", noted)
        run()
    return found


def with_joins(text, types):
    """The same with the second kernels of sums, which small data never launch: partial states in, whole ones out."""
    found = dict(types)
    for name, head in re.findall(r"^def (sum_\d+)\(([^)]*)\):", text, re.MULTILINE):
        if name in types:
            states = types[name][1 : 1 + len(re.findall(r"\bpart_\d+", head))]
            found[name.replace("sum", "join")] = ["int64", *states, *states]
    return found


def without_cupy(text):
    """A text whose kernels can be compiled where CuPy is not installed."""
    return text.replace("import cupy as xp\n", "")
