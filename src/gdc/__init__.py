"""gdc: a compiler for textbook formulas over arrays.

    import gdc
    p = gdc.compile("w := w - a*(1/m)*X.T@(X@w+b-y)")     # or gdc.load("fit.gd")
    r = p(X=X, y=y, w=w, b=0.0, a=0.01, m=len(y))
    r.w, r.backend, r.trace

Errors are `gdc.Error`. Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gdc.dsl.errors import Error
    from gdc.runtime.program import Program, compile, load
    from gdc.runtime.result import Result

__version__ = "0.1.0"
__all__ = ["Error", "Program", "Result", "__version__", "compile", "load"]

_HOMES = {
    "Error": "gdc.dsl.errors",
    "Program": "gdc.runtime.program",
    "Result": "gdc.runtime.result",
    "compile": "gdc.runtime.program",
    "load": "gdc.runtime.program",
}


def __getattr__(name: str) -> Any:
    """Each public name is imported when it is first used."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'gdc' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
