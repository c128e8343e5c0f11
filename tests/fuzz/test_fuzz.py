"""Programs drawn at random, on every target and at every stage, held against loops.

    pytest tests/fuzz                                        a short run, other programs every day
    python tests/fuzz/test_fuzz.py --programs 2000           a long one; prints every failing program, made small
        [--backend numpy,parallel] [--seed 7] [--stages] [--reference] [--gradients | --widths | --complex]

GDC_FUZZ_SEED fixes the programs of both.
"""

import argparse
import datetime
import os
import sys
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "compiler")]

import judge
import pytest
import reduce
from draw import Drawn, gradients, programs
from hypothesis import HealthCheck, Phase, given, seed, settings

# Found and reported, not yet mended: (part of what is said, what mends it). A run that meets one goes on.
KNOWN: tuple[tuple[str, str], ...] = ()
PER_DAY = 40
ON_PARALLEL = 3
ROUGH = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example]


def todays_seed():
    return int(os.environ.get("GDC_FUZZ_SEED") or datetime.date.today().strftime("%Y%m%d"))


def drawn_examples(strategy, first, count, visit, phases=(Phase.generate,)):
    """Gives `visit` so many programs."""

    @seed(first)
    @settings(max_examples=count, deadline=None, database=None, phases=phases, suppress_health_check=ROUGH)
    @given(strategy)
    def each(drawn):
        visit(drawn)

    each()


def is_known(fault):
    return isinstance(fault, judge.Bug) and any(words in fault.what for words, _ in KNOWN)  # by words, until mended


def tolerant(check):
    """The check, silent about what is known."""

    def visit(drawn):
        try:
            check(drawn)
        except judge.Bug as bug:
            if not is_known(bug):
                raise

    return visit


@pytest.fixture(autouse=True)
def isolated(monkeypatch):
    monkeypatch.setattr(judge.faults, "save_report", judge.Faults.save)
    monkeypatch.setattr(judge.cache, "read", lambda name: None)
    monkeypatch.setattr(judge.cache, "write", lambda *_: None)


def test_numpy_against_loops():
    """Every program on numpy; and its array IR interpreted before and after every pass."""
    print(f"GDC_FUZZ_SEED={todays_seed()}")
    drawn_examples(
        programs(), todays_seed(), PER_DAY // 4, tolerant(on_numpy_and_at_every_stage), (Phase.generate, Phase.shrink)
    )


def on_numpy_and_at_every_stage(drawn):
    want = judge.compare(drawn, ("numpy",))
    if want.error is None or want.error[0] != "refused":
        judge.stages(drawn, "numpy", want)
        judge.stages(drawn, "parallel", want)


@pytest.mark.parametrize("kind", ["widths", "complexes"])
def test_against_loops(kind, monkeypatch):
    """Programs with f32 and i32, or with complex numbers, on numpy and on the emulated GPU."""
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    print(f"GDC_FUZZ_SEED={todays_seed()}")
    drawn_examples(
        programs(**{kind: True}),
        todays_seed(),
        PER_DAY // 2,
        tolerant(lambda drawn: judge.compare(drawn, ("numpy", "cuda"))),
        (Phase.generate, Phase.shrink),
    )


def test_loops_against_the_reference():
    print(f"GDC_FUZZ_SEED={todays_seed()}")
    drawn_examples(
        programs(complexes=True),
        todays_seed() + 2,
        PER_DAY,
        tolerant(judge.against_reference),
        (Phase.generate, Phase.shrink),
    )


def test_parallel_against_loops():
    print(f"GDC_FUZZ_SEED={todays_seed()}")
    drawn_examples(
        programs(), todays_seed() + 1, ON_PARALLEL, tolerant(lambda drawn: judge.compare(drawn, ("parallel",)))
    )


def test_gradients_against_difference_quotients():
    print(f"GDC_FUZZ_SEED={todays_seed()}")
    drawn_examples(
        gradients(), todays_seed(), PER_DAY // 4, tolerant(judge.against_reference), (Phase.generate, Phase.shrink)
    )


def test_a_wrong_target_is_caught(monkeypatch):
    """The judge sees a single wrong digit."""
    honest = judge.outcome

    def wrong(program, inputs, backend):
        found = honest(program, inputs, backend)
        return (
            found
            if backend == "loops"
            else judge.Outcome({k: v + (v.dtype.kind == "f") * 1e-6 for k, v in found.values.items()})
        )

    monkeypatch.setattr(judge, "outcome", wrong)
    with pytest.raises(judge.Bug):
        judge.compare(Drawn("input x: real\ny := x + 1\n", {"x": judge.np.asarray(0.5)}))


# --- long runs ---------------------------------------------------------------------------------


class Hunt:
    """A long run: counts what happens, and prints each new way to fail once, made small."""

    def __init__(self, options):
        self.options, self.count, self.outcomes, self.bugs = options, 0, Counter(), {}
        self.backends = tuple(b for b in options.backend.split(",") if b)
        self.began = time.time()

    def totals(self):
        """What was run so far, to be quoted: kinds of programs, against what, what came of them."""
        chosen = vars(self.options)
        words = [w for w in ("gradients", "widths", "complex") if chosen[w]] or ["plain"]
        judges = ["reference"] if self.options.reference else [*self.backends, *["stages"][: self.options.stages]]
        return (
            f"{self.count} programs ({' '.join(words)}) on {' '.join(judges)} from seed {self.options.seed}, "
            f"{time.time() - self.began:.0f} s: {dict(self.outcomes)}"
        )

    def judge(self, drawn):
        if self.options.reference:
            return judge.against_reference(drawn)
        want = judge.compare(drawn, self.backends)
        if self.options.stages and (want.error is None or want.error[0] != "refused"):
            for target in ("numpy", "parallel"):
                judge.stages(drawn, target, want)
        return want

    def visit(self, drawn):
        self.count += 1
        try:
            want = self.judge(drawn)
            self.outcomes[
                "ran" if want.error is None else "-".join(map(str, want.error[: 1 + (want.error[0] == "refused")]))
            ] += 1
            if want.error and want.error[0] == "refused" and self.options.refused:
                print(drawn.text, want.detail, "-----", sep="\n")
        except Exception as fault:
            self.outcomes["known" if is_known(fault) else "BUG"] += 1
            if not is_known(fault):
                self.report(drawn, fault)

    def signature(self, fault):
        if isinstance(fault, judge.Bug):
            return fault.where, fault.what
        return "fuzz", f"{type(fault).__name__}: {str(fault)[:60]}"

    def report(self, drawn, fault):
        name = self.signature(fault)
        self.bugs[name] = self.bugs.get(name, 0) + 1
        general = name[1] == "differs" or name[1].startswith("error")
        if self.bugs[name] > (2 if general else 1):
            return
        text = reduce.smaller(drawn.text, lambda text: self.fails(Drawn(text, drawn.inputs), name), self.options.tries)
        small = Drawn(text, {k: v for k, v in drawn.inputs.items() if f"input {k}" in text})
        try:
            self.judge(small)
            detail = "(gone)"
        except Exception as again:
            detail = str(again)
        print(f"=== BUG {name}\n{small!r}\n--- {detail[-900:]}\n", flush=True)

    def fails(self, drawn, name):
        inputs = {k: v for k, v in drawn.inputs.items() if f"input {k}:" in drawn.text or f"input {k}\n" in drawn.text}
        try:
            self.judge(Drawn(drawn.text, inputs))
        except Exception as fault:
            return self.signature(fault) == name
        return False


def main():
    parser = argparse.ArgumentParser(description="hold targets against loops on programs drawn at random")
    parser.add_argument("--programs", type=int, default=200)
    parser.add_argument("--backend", default="numpy")
    parser.add_argument("--seed", type=int, default=todays_seed())
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--tries", type=int, default=300, help="runs spent on making one failing program small")
    parser.add_argument("--stages", action="store_true", help="interpret the array IR after every pass too")
    parser.add_argument("--reference", action="store_true", help="hold loops against tests/reference")
    parser.add_argument("--gradients", action="store_true", help="smooth formulas and their derivatives")
    parser.add_argument("--widths", action="store_true", help="programs with f32 and i32")
    parser.add_argument("--complex", action="store_true", help="programs with complex numbers")
    parser.add_argument("--refused", action="store_true", help="print the programs that do not compile")
    options = parser.parse_args()
    judge.isolate()
    hunt, batch = Hunt(options), 20 if "parallel" in options.backend else 250
    strategy = gradients() if options.gradients else programs(widths=options.widths, complexes=options.complex)
    for first in range(0, options.programs, batch):
        drawn_examples(strategy, options.seed + first, min(batch, options.programs - first), hunt.visit)
        print(hunt.totals(), flush=True)
        if time.time() - hunt.began > options.seconds:
            break
    for name, count in sorted(hunt.bugs.items(), key=lambda item: -item[1]):
        print(f"{count:5d} {name[0]}: {name[1]}")
    return 1 if hunt.bugs else 0


if __name__ == "__main__":
    sys.exit(main())
