"""`gdc test`: the tests that scripts carry in their leading comments, on every target that this machine has."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gdc.dsl.errors import Error
from gdc.dsl.source import Source, Span
from gdc.runtime.header import Case, case_of, differences, refused

Load = Callable[..., Any]
"""gdc.load: this module does not see the compiler."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one script on one target; `failures` are in words, each with the line that was not kept."""

    path: str
    target: str
    failures: tuple[Error, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.failures


def read_case(path: str) -> Case:
    """The test in a script's file. Raises gdc.Error."""
    try:
        return case_of(Source(Path(path).read_text(encoding="utf-8-sig"), path))
    except UnicodeDecodeError as why:
        raise Error("data", f"{path} is not a text in UTF-8 (byte {why.start})") from None
    except OSError as why:
        raise Error("data", f"{path} cannot be read: {why.strerror or why}") from None


def outcomes(load: Load, path: str, case: Case, targets: Sequence[str], timeout: float | None) -> Iterator[Outcome]:
    """One script on each target, as soon as each is known."""
    for target in targets:
        start = time.perf_counter()
        failures = tuple(failed(load, path, case, target, timeout))
        yield Outcome(path, target, failures, time.perf_counter() - start)


def failed(load: Load, path: str, case: Case, target: str, timeout: float | None) -> Iterator[Error]:
    """What is not as the header says."""
    try:
        program = load(path)
        result = program.run(case.inputs, backend=target, timeout=timeout, show=lambda line: None)
    except Error as error:
        if case.error is None:
            yield error
        elif said := refused(error, case.error):
            yield missed(said, case.error.span)
        return
    if case.error is not None:
        yield missed(f"expected {case.error}, and the script ran to its end", case.error.span)
    for said, span in differences(result, result.trace, case):
        yield missed(said, span)
    if result.backend != target:
        yield missed(f"it ran on {result.backend}, not on {target}", None)
    for words, count, where in case.counts:
        if where == target and (found := code_of(program, target).count(words)) != count:
            yield missed(f"the text of {target} holds {words} {found} times, expected {count}", None)


def code_of(program: Any, target: str) -> str:
    """A target's text without the formulas, which stand above and beside it, and without what it says again for small
    sizes."""
    text = program.source(target).split('"""')[-1]
    before, small, after = text.partition("\ndef small(")
    lines = (before + after[after.index("\nnative_serial = ") :] if small else text).splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def missed(message: str, span: Span | None) -> Error:
    return Error("assert", message, span)


# --- for people ----------------------------------------------------------------------------------


def rows(found: Sequence[Outcome], targets: Sequence[str]) -> list[list[str]]:
    """A table: a line for each script, a column for each target."""
    from gdc.runtime.choose import time_text

    cells = {(o.path, o.target): "FAILED" if o.failures else f"ok  {time_text(o.seconds)}" for o in found}
    paths = dict.fromkeys(o.path for o in found)
    return [["script", *targets], *([path, *(cells.get((path, t), "") for t in targets)] for path in paths)]


def grouped(found: Sequence[Outcome]) -> list[tuple[str, list[str], Error]]:
    """Each failure once, with its script and the targets that it was met on."""
    groups: dict[tuple[str, str], tuple[str, list[str], Error]] = {}
    for outcome in found:
        for error in outcome.failures:
            _, targets, _ = groups.setdefault((outcome.path, str(error)), (outcome.path, [], error))
            targets.append(outcome.target)
    return list(groups.values())


def as_json(found: Sequence[Outcome], untested: Sequence[str], schema: int) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "schema": schema,
        "ok": all(o.passed for o in found),
        "results": [
            {
                "script": o.path,
                "backend": o.target,
                "passed": o.passed,
                "seconds": o.seconds,
                "failures": [{"message": e.message, "kind": e.kind, "line": e.line} for e in o.failures],
            }
            for o in found
        ],
        "without_a_test": list(untested),
    }
