"""Programs: what `gdc.compile` returns, from the first look at the text to the result of a run."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdc.compiler.plan import VERSION, Condition, Plan
from gdc.dsl.errors import Error
from gdc.dsl.source import Source
from gdc.runtime import cache
from gdc.runtime.faults import contained
from gdc.runtime.interface import contract, holds, serves, span_of, unknown_input
from gdc.runtime.libraries import libraries_of
from gdc.runtime.machine import TARGETS

if TYPE_CHECKING:
    from gdc.runtime.result import Result

Types = dict[str, tuple[str, tuple[int | None, ...]]]
PRECISIONS = ("f64", "f32")
MOST_PLANS = 64
MOST_VARIANTS = 8  # of one target, before the general one serves all other sizes
ASK = '{"ask": '
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
    precision  "f64" or "f32": how wide a `real` is; a `complex` is twice as wide
    files      False: nothing in the text may name a file
    folder     what `from "…"` and `use "…"` are relative to: the working folder, if it is not given
    Raises gdc.Error with every error that can be found before the values are known.
    """
    if not isinstance(text, str):
        raise Error("type", f"a program is compiled from text, not from {type(text).__name__}")
    rules = [without] if isinstance(without, str) else list(without) if isinstance(without, Iterable) else without
    check_options(name, types, rules, folder)
    if precision not in PRECISIONS:
        raise Error("type", f"there is no precision {precision}", hint=f"one of {', '.join(PRECISIONS)}")
    name, home = name or Source("").name, str(folder) if folder is not None else None
    with contained("reading the files that the program uses", text):
        libraries = libraries_of(text, name, files, home)
    return Program(text, name, types or {}, strict, frozenset(rules), precision, files, home, libraries)


def load(path: str | Path, **options: Any) -> Program:
    """A program from a script's file; its data files are relative to it. Options as for `compile`.

    Raises gdc.Error: kind "data" where the file cannot be read.
    """
    if not isinstance(path, (str, Path)):
        raise Error("type", f"a script is loaded from a path, not from {type(path).__name__}")
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
    combination of their element types and ranks; and, where a choice of the compiler depends on sizes, for each side of
    a condition that `explain` shows, at most 8), and what was compiled is kept, on disk too.
    """

    def __init__(
        self,
        text: str,
        name: str,
        types: Mapping[str, str],
        strict: bool,
        without: frozenset[str],
        precision: str,
        files: bool,
        folder: str | None,
        libraries: tuple[tuple[str, str], ...] = (),
        sampled: tuple[int, int, bool, int] | None = None,
    ) -> None:
        self._sampled = sampled
        self._libraries = libraries  # read once: what is pickled, or runs in another folder, needs no file
        self._text, self._name, self._types = text, name, dict(types)
        self._strict, self._without, self._precision = strict, without, precision
        self._files, self._folder = files, folder
        self._lock = threading.RLock()
        self._plans: dict[Any, tuple[Plan, ...]] = {}
        self._chosen: dict[Any, Any] = {}
        self._made = threading.local()
        self._last: Types | None = None
        self._given = {k: contract_type(k, v) for k, v in self._types.items()}
        if without:
            check_rules(without)
        self._face = self._make(("face",), "", {}, {})
        check_types(self._face, self._given)

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

    def explain(
        self,
        target: str | None = None,
        stage: str | None = None,
        sizes: Mapping[str, int] | None = None,
        *,
        line: int | None = None,
        as_json: bool = False,
    ) -> str:
        """What happened to the formulas on their way to a target, or one stage (tree ir passes imp asm, a target).

            print(p.explain("parallel", sizes={"m": 100_000, "n": 1000}))

        target    numpy, if it is not given; of stage "asm", the machine code, parallel
        sizes     {"m": 100_000}: decisions are taken, and costs shown as numbers, for these sizes; without them each
                  decision takes its default, and is shown with both sides
        line      only what concerns this line of the script
        as_json   the same as a JSON text with "schema": 1

        Raises gdc.Error.
        """
        from gdc.compiler import driver, explain, explain_line
        from gdc.compiler.dims import unnamed_size
        from gdc.runtime import choose

        choose.known("stage", stage, (None, *explain.STAGES))
        types, assumed = self._types_to_show()
        target = stage if stage in TARGETS else target or ("parallel" if stage == "asm" else "numpy")
        choose.known("target", target, TARGETS)
        known = {**self._defaults(), **{unnamed_size(name): size for name, size in sizes.items()}} if sizes else {}
        with contained("explaining the program", self._text):
            done = driver.compile_stages(self._source, target, types, self._options(), sizes=known)
            if line is not None:
                found = explain_line.explain_line(done, line, assumed, known)
                return explain.line_json(done, line, found) if as_json else found
            machine_code = self._machine_code if stage == "asm" else None
            tell = explain.explain_json if as_json else explain.explain
            return tell(done, stage, assumed, known, machine_code)

    @staticmethod
    def _machine_code(plan: Plan) -> str:
        from gdc.runtime.assembly import explain_code

        return explain_code(plan)

    def source(self, target: str = "numpy", sizes: Mapping[str, int] | None = None) -> str:
        """The text that runs on a target: complete Python that needs NumPy (and Numba or CuPy) only.

        `sizes`, {"m": 100_000}: the text for these sizes, where a choice of the compiler depends on them.
        """
        return self.plan(target, self._types_to_show()[0], {**self._defaults(), **(sizes or {})} if sizes else {}).text

    def cost(self, /, target: str = "numpy", **sizes: int) -> dict[str, Any]:
        """Predicted cost of a run at these sizes. p.cost(m=100_000, n=1000)

            flops     arithmetic
            bytes     what operations on whole arrays read and write
            calls     how many operations there are
            passes    {"X": 2}: how often they read each input array from end to end

        A target that joins loops moves fewer bytes. A loop whose rounds no size says counts as one round.
        Raises gdc.Error of kind "name" where a size is needed that is not given.
        """
        from gdc.runtime.interface import atoms, evaluate

        known = {**self._defaults(), **sizes}
        plan = self.plan(target, self._types_to_show()[0], known)
        formulas = {name: formula for name, formula in plan.costs.items() if name != "open"}
        asked = [*formulas.values(), *(f for _, f in plan.passes)]
        asked += [side for c in plan.conditions for side in (c.left, c.right)]
        lacking = sorted({a for f in asked for a in atoms(f)} - set(known))
        if lacking:
            raise Error(
                "name",
                f"the cost depends on {', '.join(lacking)}: give {'them' if len(lacking) > 1 else 'it'} by name",
                hint="a contract names sizes: input X: real[m, n]" if any("(" in name for name in lacking) else None,
            )
        return {
            **{name: evaluate(formula, known) for name, formula in formulas.items()},
            "passes": {name: evaluate(formula, known) for name, formula in plan.passes},
        }

    def _defaults(self) -> dict[str, int]:
        """The int params that have a number for a default, which sizes may depend on."""
        return {i.name: int(i.default) for i in self._face.inputs if i.default and i.default.isdigit()}

    def __repr__(self) -> str:
        return f"Program {self._name}\n{self._face.signature}"

    def __reduce__(self) -> Any:
        options = (self._types, self._strict, self._without, self._precision, self._files, self._folder)
        return Program, (self._text, self._name, *options, self._libraries)

    # -- plans

    def plan(self, target: str, types: Types | None = None, sizes: Mapping[str, int] | None = None) -> Plan:
        """The plan for a target and for these sizes: from memory, from disk, or compiled now. Raises gdc.Error.

        Sizes matter where the plan has conditions; what they leave open is as it is without any sizes.
        """
        from gdc.runtime import choose

        choose.known("target", target, TARGETS)
        known = {**(types or {}), **self._given}
        return self._make((target, tuple(sorted(known.items()))), target, known, sizes or {})

    def interface(self, types: Types) -> Plan:
        """A plan without text that says what the values given are for, and what sizes they have."""
        if all(i.element for i in self._face.inputs):
            return self._face
        known = {**types, **self._given}
        return self._make(("", tuple(sorted(known.items()))), "", known, {})

    @property
    def compiled(self) -> int:
        """How many plans this thread has compiled for this program; others were in memory or on disk."""
        return getattr(self._made, "count", 0)

    def _make(self, key: Any, target: str, types: Types, sizes: Mapping[str, int]) -> Plan:
        found = fitting(self._plans.get(key, ()), sizes)
        if found is not None:
            return found
        with self._lock:
            group = self._plans.get(key, ())
            found = fitting(group, sizes)
            if found is None and len(group) >= MOST_VARIANTS:
                sizes = {}
                found = fitting(group, sizes)
            if found is None:
                found = self._read_or_compile(target, types, sizes)
                while len(self._plans) >= MOST_PLANS and key not in self._plans:
                    self._plans.pop(next(iter(self._plans)))
                self._plans[key] = (*group, found)
            return found

    def _read_or_compile(self, target: str, types: Types, sizes: Mapping[str, int]) -> Plan:
        facts = self.facts(target, types)
        name, told = cache.key(facts), {"program": self._name, **facts}
        kept = self._read(name, target, sizes)
        if kept is not None:
            return kept
        with contained("compiling the program", self._text, {"target": target, "types": types}):
            from gdc.compiler import driver

            options = self._options()
            plan = (
                driver.compile_plan(self._source, target, types, options, sizes)
                if target
                else driver.check(self._source, {**types, **self._given}, options)
            )
        self._made.count = self.compiled + 1
        answers = ""
        for condition in plan.conditions:
            cache.write(name + answers, ASK + json.dumps(asdict(condition), ensure_ascii=False) + "}", told)
            answers += "ny"[condition.answer]
        cache.write(name + answers, plan.to_json(), told)
        return plan

    def facts(self, target: str, types: Types) -> dict[str, Any]:
        """What a plan depends on, by name; two programs with equal facts have equal plans."""
        used = (self._libraries, str(Path(self._name).parent)) if self._libraries else ()
        return {
            "compiler": cache.stamp(),
            "plans": VERSION,
            "text": cache.digest(self._text),
            "target": target,
            "types": types,
            "given types": self._given,
            "strict": self._strict,
            "without": sorted(self._without),
            "precision": self._precision,
            "samples": self._sampled,
            "used files": cache.digest(repr(used)) if used else "",
        }

    def _read(self, name: str, target: str, sizes: Mapping[str, int]) -> Plan | None:
        """The plan on disk for these sizes. A name leads to a plan, or to the question whose answer the next name ends
        with: plans that part where a condition parts them, so that one for other sizes is never read."""
        try:
            kept = cache.read(name)
            while kept is not None and kept.startswith(ASK):
                name += "ny"[holds(Condition(**json.loads(kept)["ask"]), sizes)]
                kept = cache.read(name)
            plan = Plan.from_json(kept) if kept is not None else None
        except (ValueError, KeyError, TypeError):
            return None
        if plan is None or plan.version != VERSION or plan.source != self._text or plan.target != target:
            return None
        return replace(plan, source_name=self._name) if serves(plan, sizes) else None

    @property
    def _source(self) -> Source:
        return Source(self._text, self._name)

    def _options(self) -> Any:
        from gdc.compiler import driver

        return driver.Options(self._strict, self._without, self._precision, self._libraries, self._sampled)

    def _with_samples(self, sampled: tuple[int, int, bool, int]) -> Program:
        """This program in 64 bits, with samples for its derivatives: see runtime/gradients.py."""
        given = (self._types, self._strict, self._without, "f64", self._files, self._folder)
        return Program(self._text, self._name, *given, self._libraries, sampled)

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


def fitting(plans: Iterable[Plan], sizes: Mapping[str, int]) -> Plan | None:
    """The plan whose conditions these sizes answer as it does."""
    return next((plan for plan in plans if serves(plan, sizes)), None)


def check_options(name: Any, types: Any, without: Any, folder: Any) -> None:
    """Raises an error of kind "type" for an option that is not what it should be."""
    if name is not None and not isinstance(name, str):
        raise Error("type", f"name is a text, shown in errors, not {name!r:.60}")
    if types is not None and not (isinstance(types, Mapping) and all(isinstance(key, str) for key in types)):
        raise Error("type", f"types is a dict of names and contracts, not {types!r:.60}", hint='{"X": "real[m, n]"}')
    if not isinstance(without, Iterable) or not all(isinstance(rule, str) for rule in without):
        raise Error("type", f"without is a list of the names of rules, not {without!r:.60}")
    if folder is not None and not isinstance(folder, (str, Path)):
        raise Error("type", f"folder is a path, not {folder!r:.60}")


def check_rules(names: Iterable[str]) -> None:
    """Raises an error of kind "name" for what is not the name of a rule."""
    from gdc.compiler.pipeline import switches
    from gdc.runtime import choose

    for name in names:
        choose.known("rewrite rule", name, switches(), "name")


def check_types(face: Plan, given: Types) -> None:
    """Raises an error for a type that is given to what is no input, or to an input whose contract says otherwise."""
    inputs = {i.name: i for i in face.inputs}
    for name, (element, sizes) in given.items():
        if name not in inputs:
            raise unknown_input(face, name)
        i = inputs[name]
        if i.element and (i.element, len(i.dims)) != (element, len(sizes)):
            raise Error(
                "type",
                f"{name} has a contract in the program, {contract(i)}: types= is for inputs without one",
                span_of(face, i.site),
            )


def contract_type(name: str, text: str) -> tuple[str, tuple[int | None, ...]]:
    """`real[m, 1]` as ("real", (None, 1)). Raises a type error."""
    from gdc.runtime.values import DTYPES

    found = CONTRACT.fullmatch(str(text))
    if not found or found[1] not in DTYPES:
        raise Error("type", f"the type of {name} is not a type: {text}", hint='write it as a contract: "real[m, n]"')
    sizes = [s.strip() for s in found[2].split(",")] if found[2] else []
    return found[1], tuple(1 if s == "1" else None for s in sizes)
