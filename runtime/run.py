"""One run of a program: values in, checked; a target chosen; its text executed; results out."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from gdc.dsl.errors import Error
from gdc.runtime import bind, choose, gpu, kept, machine
from gdc.runtime.faults import contained, internal, translated
from gdc.runtime.interface import span_of
from gdc.runtime.result import Result
from gdc.runtime.values import DTYPES, owned
from gdc.runtime.watch import Expired, Watch, listening

_loaded: dict[str, Mapping[str, Any]] = {}  # texts executed in this process
MOST_KEPT = 256
ALWAYS_FREE = 1 << 24  # bytes: smaller arrays are made without a look at what is free
LONG = 0.02  # predicted seconds from which a native run gets a thread of its own, so that Ctrl-C is heard


def run_program(
    program: Any,
    values: Mapping[str, Any],
    backend: str,
    threads: int | None,
    max_memory: int | None,
    timeout: float | None,
    watching: Callable[[Any], Any] | None,
    show: Callable[[str], None] | None,
) -> Result:
    """See Program.run."""
    began = time.perf_counter()
    check_arguments(backend, threads, max_memory, timeout)
    face = program._face
    given = bind.named(face, values)
    errors = bind.missing(face, given)
    if errors:
        raise joined(errors)
    device = backend in ("cuda", "auto") and machine.has_gpu()
    read = bind.plain_values(face, read_files(face, given, program), device)
    types = bind.value_types(face, read)
    program._last = types or program._last
    loaded, before = time.perf_counter(), program.compiled
    bound = bind.bind(program.interface(types), read, lambda text: load_text(text, "numpy"), device)
    decided = chosen(program, backend, types, bound)
    plan = decided.plan
    check_memory(decided, max_memory)
    if device and plan.target != "cuda":
        bound = replace(bound, args=tuple(map(gpu.to_host, bound.args)))
    if plan.target == "parallel" and threads is None:
        threads = machine.threads()
    with contained("loading the program's text", program._text, {"target": plan.target}):
        module = load_text(plan.text, plan.target)
    compiled = time.perf_counter()
    native = plan.target == "parallel"
    watch = Watch(
        show, timeout, in_thread=native and (timeout is not None or watching is not None or decided.is_long)
    )
    watch.around = around(module, native, threads)
    watch.threads = machine.threads() if threads is None else threads
    if watching is not None:
        watching(watch)
    try:
        results = execute(plan, module, bound, watch, threads, native)
        ended = time.perf_counter()
    finally:
        if native:
            kept.keep(plan.text, module)
    outputs = dict(zip((o.name for o in plan.outputs), owned(results, bound.args)))
    return Result(
        {name: value for name, value in outputs.items() if value is not None},
        traces(plan, watch),
        plan.target,
        decided.why,
        {"read": loaded - began, "compile": compiled - loaded, "run": ended - compiled},
        watch.interrupted,
        program.compiled == before,
    )


def check_arguments(backend: str, threads: Any, max_memory: Any, timeout: Any) -> None:
    """Raises an error of kind "backend" or "limit" for what no run can use."""
    if backend != "auto":
        usable(backend)
    for name, value in (("threads", threads), ("max_memory", max_memory), ("timeout", timeout)):
        if value is not None and not (isinstance(value, (int, float, np.number)) and value > 0):
            raise Error("limit", f"{name} is a number above 0, not {value!r}")


def usable(name: str) -> None:
    """Raises an error of kind "backend", with the reason, where a target does not run here."""
    choose.known("backend", name, ("auto", *machine.TARGETS))
    if not machine.runs(name):
        found = machine.backend(name)
        raise Error("backend", f"{name} cannot run here: {found.about}", hint=found.hint)


def joined(errors: list[Error]) -> Error:
    """Several errors as one."""
    first = errors[0]
    return Error(first.kind, first.message, first.span, first.hint, tuple(errors[1:]))


def read_files(plan: Any, given: Mapping[str, Any], program: Any) -> dict[str, Any]:
    """The given values, and those of the other inputs that name a file."""
    read = dict(given)
    for i in plan.inputs:
        if i.name not in read and i.path is not None:
            span = span_of(plan, i.site)
            if not program._files:
                raise Error(
                    "data",
                    f"{i.name} comes from a file, {i.path}, and this host allows none",
                    span,
                    f"give its value: program({i.name}=…)",
                )
            from gdc.runtime.data import read_value

            rank = len(i.dims) if i.declared else None
            read[i.name] = read_value(
                i.path, i.members, program._folder, i.element or None, rank, span, i.name, i.finite
            )
    return read


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is decided from types and sizes alone: the plan and why, the arrays to find memory for, whether a native run
    may take so long that somebody wants to stop it."""

    why: str
    plan: Any
    needs: tuple[tuple[int, int], ...]
    is_long: bool


def chosen(program: Any, backend: str, types: Any, bound: bind.Bound) -> Chosen:
    """The plan for a target, remembered for calls with equal types and sizes."""
    size = sum(a.nbytes for a in bound.args if isinstance(a, np.ndarray)) if backend == "auto" else 0
    key = (backend, size, tuple(types.items()), tuple(bound.sizes.items()))
    found = program._chosen.get(key)
    if found is None:
        found = choose_plan(program, backend, types, bound.sizes, size)
        if len(program._chosen) >= MOST_KEPT:
            program._chosen.clear()
        program._chosen[key] = found
    return found


def choose_plan(program: Any, backend: str, types: Any, sizes: Mapping[str, int], given_bytes: int) -> Chosen:
    """The plan for a target. `auto` goes by the numpy plan's costs."""
    plan = program.plan("numpy" if backend == "auto" else backend, types, sizes)
    why = f"{backend}, because it was asked for"
    if backend == "auto":
        choice = choose.choose(plan.costs, sizes, given_bytes)
        why = f"{choice.target}: {choice.why}"
        if choice.target != "numpy":
            plan = program.plan(choice.target, types, sizes)
    predicted = choose.predict(plan.costs, sizes)["parallel"] - choose.COMPILE
    return Chosen(why, plan, bind.needs(plan, sizes), bool(plan.costs.get("open")) or predicted > LONG)


def check_memory(decided: Chosen, max_memory: int | None) -> None:
    """Raises a limit error, before any work, for an array that memory (or `max_memory`) does not hold."""
    if max_memory is not None or any(count > ALWAYS_FREE for count, _ in decided.needs):
        bind.check_memory(decided.plan, decided.needs, machine.free_memory(), max_memory)


def around(module: Mapping[str, Any], native: bool, threads: int | None) -> Callable[[], Any]:
    """A context for native calls that keeps to so many threads; texts with OWN_BLOCKS want BLAS on one in each."""
    if not native:
        return nullcontext
    from gdc.runtime import cpu

    own_blocks = bool(module.get("OWN_BLOCKS"))
    limited = kept.threads if kept.is_kept(module) else cpu.threads
    return lambda: limited(threads, own_blocks)


def load_text(text: str, target: str) -> Mapping[str, Any]:
    """Executes a plan's text."""
    if target == "cuda":
        return gpu.load(text)
    found = _loaded.get(text)
    if found is None:
        from gdc.runtime.load import load

        found = (kept.names(text) if target == "parallel" and "numba" not in sys.modules else None) or load(text)
        while len(_loaded) >= MOST_KEPT:
            _loaded.pop(next(iter(_loaded)), None)
        _loaded[text] = found
    return found


def call_text(target: str, module: Mapping[str, Any], args: list[Any], watch: Watch) -> tuple[Any, ...]:
    """The outputs of a text."""
    if target == "cuda":
        return gpu.run(module, args, watch)
    return tuple(module["program"](*args, watch=watch))


def execute(
    plan: Any, module: Mapping[str, Any], bound: bind.Bound, watch: Watch, threads: int | None, native: bool
) -> tuple[Any, ...]:
    """Calls the text. What it raises becomes an Error."""
    failure: BaseException | None = None
    try:
        with listening(watch, has_rounds(plan.text)), blas_threads(threads if not native else None):
            return call_text(plan.target, module, [protected(a, native) for a in bound.args], watch)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except Expired:
        failure = Error("limit", "the run took longer than its timeout")
    except Exception as fault:
        failure = (
            translated(fault, plan, module.get("Stop"), details(plan, bound))
            if not watch.expired
            else Error("limit", "the run took longer than its timeout")
        )
    raise failure from None


@lru_cache(256)
def has_rounds(text: str) -> bool:
    """Whether a text has loops that can end early."""
    return any(word in text for word in ("watch.rounds", "watch.running", "watch.control"))


def details(plan: Any, bound: bind.Bound) -> dict[str, Any]:
    """What a report of a fault says of a run: no values."""
    inputs = [
        f"{i.name}: {getattr(a, 'dtype', type(a))} {getattr(a, 'shape', ())}" for i, a in zip(plan.inputs, bound.args)
    ]
    return {"target": plan.target, "sizes": bound.sizes, "inputs": inputs}


def blas_threads(threads: int | None) -> Any:
    """A context in which BLAS keeps to so many threads."""
    if threads is None:
        return nullcontext()
    from threadpoolctl import threadpool_limits

    return threadpool_limits(threads, "blas")


def protected(value: Any, native: bool) -> Any:
    """An input as the text may see it: read-only, but for native code, which would be compiled anew for that."""
    if not isinstance(value, np.ndarray):
        return value
    if native:
        return value if value.flags.writeable else np.asarray(_Writeable(value))
    view = value.view()
    view.flags.writeable = False
    return view


class _Writeable:
    """A read-only array as one that says nothing of it; the text never writes to its inputs."""

    def __init__(self, array: np.ndarray) -> None:
        self.kept = array
        interface = dict(array.__array_interface__)
        interface["data"] = (interface["data"][0], False)
        self.__array_interface__ = interface


def traces(plan: Any, watch: Watch) -> dict[str, Any]:
    """What was recorded, rounds first; a trace never reached is empty."""
    found = {}
    for t in plan.traces:
        kept = watch.traces.get(t.name)
        dtype = np.dtype(DTYPES[t.element])
        if kept is None or len(kept) == 0:
            found[t.name] = np.empty((0,) + (0,) * t.rank, dtype)
            continue
        try:
            found[t.name] = np.array(kept, dtype)
        except ValueError:
            raise Error("shape", f"record {t.name}: its shape changed from round to round") from None
        except Exception as fault:
            raise internal(fault, "collecting traces", plan.source) from None
    return found
