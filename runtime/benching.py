"""What `gdc bench` finds out: the ways to run one program, timed in turns, and what each was predicted to cost."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from gdc.dsl.errors import Error
from gdc.runtime import choose, peers
from gdc.runtime.interface import evaluate
from gdc.runtime.roofline import Roof
from gdc.runtime.timing import Spread, interleaved, spread

Say = Callable[[str], None]
Answer = tuple[np.ndarray, ...]
Peer = tuple[Callable[..., Any], Mapping[str, Any]]  # and what it takes
UNBOUNDED = ("numpy", "parallel", "cuda")  # targets that are given no time limit: one would cost them a thread a call


class Unfit(Exception):
    """A peer failed, was wrong, or did not come back in time; the message says which."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What the plan of a target predicts of one run."""

    flops: float
    bytes: float
    passes: dict[str, float]


@dataclass(slots=True)
class Way:
    """One way to the answer: a target of gdc (with its predicted cost) or a peer."""

    name: str
    title: str
    work: Callable[[], Any]
    cost: Cost | None = None
    compiled: float | None = None  # seconds before the first run could start
    samples: list[float] = field(default_factory=list)

    @property
    def taken(self) -> Spread | None:
        return spread(self.samples) if self.samples else None


@dataclass(slots=True)
class Round:
    """All ways at one choice of sizes; `failed` says why others are not among them."""

    sizes: dict[str, int]
    input_bytes: int
    ways: list[Way]
    failed: dict[str, str]
    drawn: str = ""  # which inputs were drawn, in words


@dataclass(frozen=True, slots=True)
class Point:
    """Values for a program's inputs, the sizes that they have, and the plan that says what they are for."""

    values: dict[str, Any]
    sizes: dict[str, int]
    asked: dict[str, int]
    types: Any
    drawn: str


def round_of(
    program: Any, point: Point, targets: Sequence[str], others: Mapping[str, Peer], precision: str, limit: float,
    say: Say,
) -> Round:
    """The ways that are right, each run once so that it is compiled. Raises gdc.Error where the program fails."""
    found = Round(point.asked, bytes_of(point.values), [], {}, point.drawn)
    wanted: Answer | None = None
    first_error: Error | None = None
    for target in targets:
        say(f"{target}: first run")
        try:
            way, answer = target_way(program, point, target, limit)
        except Error as error:
            first_error = first_error or error
            found.failed[target] = error.message
            continue
        wanted = wanted or answer
        found.ways.append(way)
    if wanted is None and first_error is not None:
        raise first_error
    for name, (peer, given) in others.items():
        title = peers.BY_FUNCTION[name].title
        say(f"{title}: first run")
        try:
            found.ways.append(Way(name, title, checked(name, peer, given, wanted, peers.TOLERANCE[precision], limit)))
        except Unfit as why:
            found.failed[title] = str(why)
    return found


def checked(
    name: str, peer: Callable[..., Any], given: Mapping[str, Any], wanted: Answer | None, tolerance: float, limit: float
) -> Callable[[], Any]:
    """A peer that is ready to run, and was right and in time. Raises Unfit."""
    try:
        work = peers.prepared(name, peer, given)
        with limited(limit):
            answer = peers.answers(work())
    except Unfit:
        raise
    except Exception as why:  # another library may fail in any way
        raise Unfit(f"{type(why).__name__}: {why}".splitlines()[0][:100]) from None
    wrong = peers.difference(answer, wanted or answer, tolerance)
    if wrong:
        raise Unfit(wrong)
    return work


def target_way(program: Any, point: Point, target: str, limit: float) -> tuple[Way, Answer]:
    """A target of gdc, after its first run, and the answer. Raises gdc.Error."""
    bound = None if target in UNBOUNDED else limit

    def run() -> Any:
        result = program.run(point.values, backend=target, timeout=bound, show=lambda line: None)
        if result.interrupted:
            raise KeyboardInterrupt
        return result

    first = run()
    way = Way(target, f"gdc {target}", run, cost_of(program, point, target), first.time["compile"])
    return way, peers.answers(first)


def cost_of(program: Any, point: Point, target: str) -> Cost:
    plan = program.plan(target, point.types, point.sizes)
    known = choose.Known(point.sizes)
    passes = {name: float(evaluate(formula, known)) for name, formula in plan.passes}
    flops, moved = (choose.value(plan.costs, key, point.sizes) for key in ("flops", "bytes"))
    return Cost(flops, moved, passes)


def fill(found: Round, rounds: int, settle: float, budget: float, say: Say) -> None:
    """Takes the samples; what was taken stays where somebody interrupts."""
    ways = {way.name: way for way in found.ways}
    for name, taken in interleaved({name: way.work for name, way in ways.items()}, rounds, settle, budget):
        ways[name].samples.append(taken)
        say(f"{ways[name].title}: {choose.time_text(taken)}")


@contextmanager
def limited(limit: float) -> Iterator[None]:
    """Ends Python code in the main thread after so many seconds, by what Ctrl-C does; raises Unfit."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    expired = threading.Event()

    def end() -> None:
        expired.set()
        _thread.interrupt_main()

    timer = threading.Timer(limit, end)
    timer.daemon = True
    timer.start()
    try:
        try:
            yield
        finally:
            timer.cancel()
            timer.join()  # what it has begun ends here
    except KeyboardInterrupt:
        if expired.is_set():
            raise Unfit(f"took more than {limit:g} s") from None
        raise


def bytes_of(values: Mapping[str, Any]) -> int:
    return sum(np.asarray(value).nbytes for value in values.values() if np.ndim(value))


# --- as plain data ---------------------------------------------------------------------------------


def figures(way: Way, found: Round, roof: Roof) -> dict[str, Any]:
    """One way's row: times, what was predicted, and what both say of the machine."""
    taken = way.taken
    row: dict[str, Any] = {"way": way.name, "title": way.title, "compile_seconds": way.compiled}
    if taken is None:
        return row
    row |= {"seconds": asdict(taken), "input_reads": taken.median * roof.bandwidth / max(found.input_bytes, 1)}
    if way.cost is not None:
        row |= {"flops": way.cost.flops, "bytes": way.cost.bytes, "passes": way.cost.passes}
        for key, amount, most in (("flops", way.cost.flops, roof.peak), ("bytes", way.cost.bytes, roof.bandwidth)):
            row |= {f"{key}_per_second": amount / taken.median, f"{key}_share": amount / taken.median / most}
    return row


def as_json(rounds: Sequence[Round], roof: Roof, about: Mapping[str, Any], schema: int) -> dict[str, Any]:
    return {
        "schema": schema, **about, "roof": asdict(roof),
        "runs": [
            {"sizes": r.sizes, "input_bytes": r.input_bytes, "drawn": r.drawn,
             "ways": [figures(way, r, roof) for way in r.ways], "failed": r.failed}
            for r in rounds
        ],
    }
