"""Faults of gdc's own: a saved report, and an Error that says where it lies. What a text's exceptions mean to users."""

from __future__ import annotations

import os
import platform
import re
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gdc.dsl.errors import Error
from gdc.dsl.source import Source, Span
from gdc.runtime.factors import Message
from gdc.runtime.interface import span_of
from gdc.runtime.machine import package

MAKES = re.compile(r"= .*\bnp\.(empty|zeros|ones|full|arange|concatenate|stack|dot|outer)\b|\.copy\(|@")
TOO_LARGE = ("too large", "too big", "Maximum allowed", "negative dimensions")
PACKAGES = ("gdc-lang", "numpy", "scipy", "numba", "llvmlite", "lark", "cupy")


@contextmanager
def contained(what: str, script: str, details: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Whatever fails inside leaves as a gdc.Error; only KeyboardInterrupt and its like pass."""
    try:
        yield
    except Error:
        raise
    except MemoryError:
        raise Error("limit", f"memory ran out while {what}") from None
    except Exception as fault:
        raise internal(fault, what, script, details) from None


def internal(
    fault: BaseException, what: str, script: str, details: Mapping[str, Any] | None = None, span: Span | None = None
) -> Error:
    """The error for a fault of gdc: kind "internal", with the place of its report."""
    path = save_report(fault, what, script, details or {})
    words = " ".join(str(fault).split())[:200]
    where = f"a report was saved in {path}" if path else "no report could be saved"
    return Error(
        "internal",
        f"gdc failed while {what}: {type(fault).__name__}: {words}",
        span,
        f"this is a fault of gdc, not of your script; {where}: please send it to gdc's developers "
        "(it holds the script, versions and shapes, none of your data)",
    )


def save_report(fault: BaseException, what: str, script: str, details: Mapping[str, Any]) -> Path | None:
    """Writes what a developer needs to a file of its own; None where no folder takes it."""
    lines = [
        f"gdc failed while {what}",
        time.strftime("%Y-%m-%d %H:%M:%S %z"),
        f"Python {sys.version}",
        platform.platform(),
    ]
    lines += [f"{name} {package(name)}" for name in PACKAGES if package(name)]
    lines += [f"{name}: {value}" for name, value in details.items()]
    lines += ["", "".join(traceback.format_exception(fault)), "--- script", script[:100_000]]
    try:
        from platformdirs import user_state_dir

        folder = Path(user_state_dir("gdc", appauthor=False)) / "reports"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{abs(hash(str(fault))) % 10000:04d}.txt"
        path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
        return path
    except OSError:
        return None


def translated(fault: Any, plan: Any, stop: type | None, details: Mapping[str, Any]) -> Error:
    """What an exception of a plan's text means in the script."""
    source = Source(plan.source, plan.source_name)
    if stop is not None and isinstance(fault, stop):
        failed: Any = fault
        site = plan.sites[failed.site]
        span = span_of(plan, failed.site)
        return Error(site.kind, filled(site.message, failed.values), span, site.hint)
    span = place_of(fault, plan, source)
    too_big = isinstance(fault, (ValueError, OverflowError)) and any(w in str(fault) for w in TOO_LARGE)
    if isinstance(fault, MemoryError) or too_big:
        return too_large(span, plan, source)
    if type(fault).__name__ == "LinAlgError":
        return Error("value", f"the linear algebra library gave up: {fault}", span)
    return internal(fault, f"running the program on {plan.target}", plan.source, details, span)


def too_large(span: Span | None, plan: Any, source: Source) -> Error:
    """Memory ran out. Native code does not say where: one of the lines that make arrays, all named where several do."""
    if span is not None:
        return Error("limit", "memory does not hold what this makes", span)
    makers = zip(plan.text.split("\n"), plan.lines, strict=False)
    found = sorted({spans[0] for line, spans in makers if spans and MAKES.search(line)})
    places = [Span(source, *place) for place in found]
    lines = sorted({p.line for p in places})
    if len(lines) < 2:
        return Error("limit", "memory does not hold what this makes", places[0] if places else None)
    words = f"{', '.join(map(str, lines[:-1]))} or {lines[-1]}"
    return Error("limit", f"memory does not hold what line {words} makes", places[0])


def filled(message: str, values: tuple[Any, ...]) -> str:
    """A site's message with the values in their places; one that lacks some stays readable."""
    try:
        plain = (v.item() if hasattr(v, "item") and getattr(v, "ndim", 0) == 0 else v for v in values)
        return Message().format(message, *plain)
    except (IndexError, KeyError, ValueError):
        return message.replace("{{", "{").replace("}}", "}")


def place_of(fault: BaseException, plan: Any, source: Source) -> Span | None:
    """The place in the script of the text's line where an exception came from."""
    spans: tuple[Any, ...] = ()
    trace = fault.__traceback__
    while trace is not None:
        if "gdc_text_" in trace.tb_frame.f_code.co_filename and 0 < trace.tb_lineno <= len(plan.lines):
            spans = plan.lines[trace.tb_lineno - 1] or spans
        trace = trace.tb_next
    return Span(source, *spans[0]) if spans else None
