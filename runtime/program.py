"""Programs: what `gdc.compile` returns, from the first look at the text to the result of a run."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdc.compiler.plan import VERSION, Plan
from gdc.dsl.errors import Error
from gdc.dsl.source import Source
from gdc.runtime import cache
from gdc.runtime.faults import contained
from gdc.runtime.machine import TARGETS

if TYPE_CHECKING:
    from gdc.runtime.result import Result

Types = dict[str, tuple[str, tuple[int | None, ...]]]
MOST_PLANS = 64
CONTRACT = re.compile(r"\s*(\w+)\s*(?:\[([^\]]*)\])?\s*")


def compile(
    text: str,
    *,
    name: str | None = None,
    types: Mapping[str, str] | None = None,
    strict: bool = False,
    without: Iterable[str] = (),
    precision: str = "f64",
    files: bool = True,
    folder: str | Path | None = None,
) -> Program:
    """A program from the text of a script or a formula.

        p = gdc.compile("w := w - a*(1/m)*X.T@(X@w+b-y)")
        r = p(X=X, y=y, w=w, b=0.0, a=0.01, m=len(y))

    types      {"X": "real[m, n]"} for inputs without a contract (else the values of each call say it)
    strict     keep the grouping of every formula as written
    without    names of rewrite rules to leave out (`explain` shows them)
    files      False: nothing in the text may name a file
    folder     what `from "…"` is relative to: the working folder, if it is not given
    Raises gdc.Error with every error that can be found before the values are known.
    """
    if not isinstance(text, str):
        raise Error("type", f"a program is compiled from text, not from {type(text).__name__}")
    if precision not in ("f64", "real"):
        raise Error("limit", f"this version of gdc computes in f64 only, not in {precision}")
    return Program(
        text,
        name or Source("").name,
        types or {},
        strict,
        frozenset(without),
        files,
        str(folder) if folder is not None else None,
    )


def load(path: str | Path, **options: Any) -> Program:
    """A program from a script's file; its data files are relative to it. Options as for `compile`.

    Raises gdc.Error: kind "data" where the file cannot be read.
    """
    place = Path(path)
    try:
        text = place.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as why:
        raise Error("data", f"{place} is not a text in UTF-8 (byte {why.start})") from None
    except OSError as why:
        raise Error("data", f"{place} cannot be read: {why.strerror or why}") from None
    return compile(text, **{"name": str(path), "folder": place.parent, **options})


class Program:
    """A compiled program. Immutable, safe to call from several threads, and picklable.

    It serves every size; it is compiled when first needed for a target (and, where inputs have no contract, for each
    combination of their element types and ranks), and what was compiled is kept, on disk too.
    """

    def __init__(
        self,
        text: str,
        name: str,
        types: Mapping[str, str],
        strict: bool,
        without: frozenset[str],
        files: bool,
        folder: str | None,
    ) -> None:
        self._text, self._name, self._types = text, name, dict(types)
        self._strict, self._without, self._files, self._folder = strict, without, files, folder
        self._lock = threading.RLock()
        self._plans: dict[Any, Plan] = {}
        self._last: Types | None = None
        self._given = {k: contract_type(k, v) for k, v in self._types.items()}
        self._face = self._make(("face",), "", {})

    # -- calling

    def __call__(self, /, **values: Any) -> Result:
        """Runs the program on values given by name, on the target that `auto` chooses. See `run`."""
        return self.run(values)

    def run(
        self,
        values: Mapping[str, Any] | None = None,
        backend: str = "auto",
        threads: int | None = None,
        max_memory: int | None = None,
        timeout: float | None = None,
        *,
        watching: Callable[[Any], Any] | None = None,
        show: Callable[[str], None] | None = None,
    ) -> Result:
        """Runs the program.

            r = p.run({"X": X, "y": y}, backend="parallel", threads=4)

        values      a value for each input (and param or dimension) by name: arrays, lists, scalars. Never changed.
        backend     "auto", "loops", "numpy", "parallel" or "cuda"
        threads     how many threads it may use; the answer's bits do not depend on it
        max_memory  bytes: a larger array is refused before any work
        timeout     seconds, after which the run ends with a "limit" error
        watching    called with the run's Watch before it starts (progress bars); show takes each printed line

        Ctrl-C ends the outermost loops after their round, and what was computed is returned with `interrupted` true; a
        second one raises KeyboardInterrupt. Raises gdc.Error.
        """
        from gdc.runtime.run import run_program

        return run_program(self, values or {}, backend, threads, max_memory, timeout, watching, show)

    # -- looking inside

    @property
    def signature(self) -> str:
        """What the program takes and gives, one line for each input, param, output and trace."""
        return self._face.signature

    def explain(self, target: str = "numpy", stage: str | None = None) -> str:
        """What happened to the formulas on their way to a target, or one stage (tree ir passes imp, a target)."""
        from gdc.compiler import driver, explain

        types, assumed = self._types_to_show()
        if stage in TARGETS:
            target = stage
        with contained("explaining the program", self._text):
            done = driver.compile_stages(self._source, target, types, self._options())
            return explain.explain(done, stage, assumed)

    def source(self, target: str = "numpy") -> str:
        """The text that runs on a target: complete Python that needs NumPy (and Numba or CuPy) only."""
        return self.plan(target, self._types_to_show()[0]).text

    def cost(self, /, target: str = "numpy", **sizes: int) -> dict[str, float]:
        """Predicted cost of a run at these sizes: {"flops", "bytes", "calls"}. p.cost(m=100_000, n=1000)

        Raises gdc.Error of kind "name" where a size is needed that is not given.
        """
        from gdc.runtime.bind import atoms, evaluate

        plan = self.plan(target, self._types_to_show()[0])
        known = {**{i.name: int(i.default) for i in plan.inputs if i.default and i.default.isdigit()}, **sizes}
        lacking = sorted({a for f in plan.costs.values() for a in atoms(f)} - set(known))
        if lacking:
            raise Error(
                "name", f"the cost depends on {', '.join(lacking)}: give {'them' if len(lacking) > 1 else 'it'} by name"
            )
        return {name: evaluate(formula, known) for name, formula in plan.costs.items() if name != "open"}

    def __repr__(self) -> str:
        return f"Program {self._name}\n{self._face.signature}"

    def __reduce__(self) -> Any:
        return Program, (self._text, self._name, self._types, self._strict, self._without, self._files, self._folder)

    # -- plans

    def plan(self, target: str, types: Types | None = None) -> Plan:
        """The plan for a target: from memory, from disk, or compiled now. Raises gdc.Error."""
        if target not in TARGETS:
            raise unknown_target(target)
        known = {**(types or {}), **self._given}
        return self._make((target, tuple(sorted(known.items()))), target, known)

    def _make(self, key: Any, target: str, types: Types) -> Plan:
        found = self._plans.get(key)
        if found is not None:
            return found
        with self._lock:
            found = self._plans.get(key)
            if found is None:
                found = self._read_or_compile(target, types)
                while len(self._plans) >= MOST_PLANS:
                    self._plans.pop(next(iter(self._plans)))
                self._plans[key] = found
            return found

    def _read_or_compile(self, target: str, types: Types) -> Plan:
        name = cache.key(VERSION, self._text, target, types, self._given, self._strict, sorted(self._without))
        kept = cache.read(name)
        if kept is not None:
            try:
                plan = Plan.from_json(kept)
                if plan.version == VERSION and plan.source == self._text and plan.target == target:
                    return replace(plan, source_name=self._name)
            except (ValueError, KeyError, TypeError):
                pass
        with contained("compiling the program", self._text, {"target": target, "types": types}):
            from gdc.compiler import driver

            options = self._options()
            plan = (
                driver.compile_plan(self._source, target, types, options)
                if target
                else driver.check(self._source, self._given, options)
            )
        cache.write(name, plan.to_json())
        return plan

    @property
    def _source(self) -> Source:
        return Source(self._text, self._name)

    def _options(self) -> Any:
        from gdc.compiler import driver

        return driver.Options(self._strict, self._without)

    def _types_to_show(self) -> tuple[Types, str]:
        """Types for looking inside: those of the last call, else an assumption, in words."""
        if all(i.declared or i.name in self._given for i in self._face.inputs):
            return {}, ""
        if self._last is not None:
            return self._last, ""
        from gdc.compiler import driver

        with contained("reading the program", self._text):
            types, words = driver.assume(self._source)
        return {**types, **self._given}, words


def unknown_target(name: str) -> Error:
    """A misspelt target."""
    from gdc.runtime.choose import similar_target

    return Error("backend", f"there is no target {name}; there are {', '.join(TARGETS)}", hint=similar_target(name))


def contract_type(name: str, text: str) -> tuple[str, tuple[int | None, ...]]:
    """`real[m, 1]` as ("real", (None, 1)). Raises a type error."""
    found = CONTRACT.fullmatch(str(text))
    kinds = {
        "bool": "bool",
        "int": "int",
        "real": "real",
        "complex": "complex",
        "i64": "int",
        "f64": "real",
        "c128": "complex",
        "i32": "i32",
        "f32": "f32",
        "c64": "c64",
    }
    if not found or found[1] not in kinds:
        raise Error("type", f"the type of {name} is not a type: {text}", hint='write it as a contract: "real[m, n]"')
    sizes = [s.strip() for s in found[2].split(",")] if found[2] else []
    return kinds[found[1]], tuple(1 if s == "1" else None for s in sizes)
