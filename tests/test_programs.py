"""Every program in programs/ on every target, held against its own header and against the reference.

A program's leading comment carries the test, one directive a line; values are NumPy expressions over the inputs:

    # input X = [[1, 2], [3, 4]]        a value that the caller gives
    # expect w = X.sum(axis=0)          an output, its element type included
    # expect trace J = [3.0, 2.0]       a trace
    # expect only w, b                  the names of the outputs, in order
    # tolerance 1e-6                    instead of 1e-9, relative and absolute
    # exact                             bit for bit, the sign of zero included
    # error index 3: 5, size 4          must be refused: kind, line, words of the message
    # alone                             the reference is not asked (what is refused before anything runs)
    # count np.matmul 2 on numpy        how often the text of a target holds these words
"""

import re
import unicodedata
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import reference

import gdc

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.gd"))
TARGETS = ("loops", "numpy", "parallel", "cuda")
SHARES = {"parallel": 4, "cuda": 4}  # one program in so many runs there unless --all is given
SINGLE = 2e-4  # how far two orders of computing in f32 may be apart
AT_RUN_TIME = ("index", "value", "assert")  # the errors that the reference knows
DIRECTIVE = re.compile(r"# (input|expect trace|expect only|expect|tolerance|exact|error|alone|count)\b ?(.*)")


def strided(a):
    """The same values, every other one of a larger array."""
    a = np.asarray(a)
    wide = np.zeros([2 * n for n in a.shape], a.dtype)
    part = wide[tuple(slice(None, None, 2) for _ in a.shape)]
    part[...] = a
    return part


def read_only(a):
    a = np.array(a)
    a.flags.writeable = False
    return a


def big_endian(a):
    a = np.asarray(a)
    return a.astype(a.dtype.newbyteorder(">"))


WORDS = {
    "np": np,
    **{name: getattr(np, name) for name in dir(np) if not name.startswith("_")},
    "true": True,
    "false": False,
    "fortran": np.asfortranarray,
    "rng": np.random.default_rng,
    "strided": strided,
    "read_only": read_only,
    "big_endian": big_endian,
}


@dataclass
class Case:
    """What a program's header says."""

    text: str
    inputs: dict = field(default_factory=dict)
    expected: dict = field(default_factory=dict)
    traces: dict = field(default_factory=dict)
    only: list = None
    tolerance: float = 1e-9
    exact: bool = False
    alone: bool = False
    error: tuple = None
    counts: list = field(default_factory=list)

    def value(self, text):
        with np.errstate(all="ignore"):
            return eval(text, {**WORDS, **{name: np.asarray(value) for name, value in self.inputs.items()}})


def case_of(path):
    text = path.read_text(encoding="utf-8")
    case = Case(text)
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        if match := DIRECTIVE.fullmatch(line):
            read_directive(case, *match.groups())
    return case


def read_directive(case, word, rest):
    if word in ("input", "expect", "expect trace"):
        name, value = (part.strip() for part in rest.split("=", 1))
        place = {"input": case.inputs, "expect": case.expected, "expect trace": case.traces}[word]
        place[unicodedata.normalize("NFKC", name)] = case.value(value)
    elif word == "expect only":
        case.only = [name.strip() for name in rest.split(",")]
    elif word == "tolerance":
        case.tolerance = float(rest)
    elif word in ("exact", "alone"):
        setattr(case, word, True)
    elif word == "error":
        place, _, words = rest.partition(": ")
        kind, line = place.split()
        case.error = kind, int(line), [w.strip() for w in words.split(", ")] if words else []
    else:
        words, target = rest.split(" on ")
        case.counts.append((*words.rsplit(" ", 1), target))


def same(got, want, case, name, kinds=True):
    """One value against another: shape, kind and entries."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape, f"{name}: shape {got.shape}, not {want.shape}"
    if kinds:
        assert got.dtype == want.dtype, f"{name}: {got.dtype}, not {want.dtype}"
    if case.exact or want.dtype.kind in "bi":
        np.testing.assert_array_equal(got, want, err_msg=name)
        if want.dtype.kind in "fc" and case.exact:
            for part in (np.real, np.imag):
                signs = (np.signbit(part(x)) & ~np.isnan(part(x)) for x in (got, want))
                np.testing.assert_array_equal(*signs, err_msg=f"{name}: the sign of zero")
    else:
        np.testing.assert_allclose(got, want, rtol=case.tolerance, atol=case.tolerance, err_msg=name)


def check(outputs, traces, case, kinds=True):
    if case.only is not None:
        assert list(outputs) == case.only
    for name, want in case.expected.items():
        same(outputs[name], want, case, name, kinds)
    for name, want in case.traces.items():
        same(traces[name], want, case, f"trace {name}", kinds)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_header(path):
    case = case_of(path)
    assert case.error or case.expected or case.traces, "a program says what it must give"


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_reference(path):
    case = case_of(path)
    if case.alone or (case.error and case.error[0] not in AT_RUN_TIME):
        return
    if case.error:
        with pytest.raises(reference.Fault) as caught:
            reference.run(case.text, case.inputs)
        assert (caught.value.kind, caught.value.line) == case.error[:2], str(caught.value)
    else:
        check(*reference.run(case.text, case.inputs), case, kinds=False)


def in_share(path, target, everything):
    return everything or zlib.crc32(path.stem.encode()) % SHARES.get(target, 1) == 0


@pytest.mark.skipif(not hasattr(gdc, "compile"), reason="no runtime yet")
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_program(path, target, request, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")  # no GPU takes part
    if not in_share(path, target, request.config.getoption("--all")):
        pytest.skip("not in the seeded share: --all runs it")
    case = case_of(path)
    kept = {name: np.array(value) for name, value in case.inputs.items()}
    if case.error:
        refused(case, target)
    else:
        program = gdc.compile(case.text)
        result = program.run(case.inputs, backend=target)
        assert result.backend == target
        check(result, result.trace, case)
        against_reference(result, case)
        for words, count, where in case.counts:
            assert where != target or code_of(program, target).count(words) == int(count), code_of(program, target)
    for name, value in case.inputs.items():
        np.testing.assert_array_equal(value, kept[name], err_msg=f"input {name} was changed")


@pytest.mark.parametrize("target", TARGETS[1:])
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_single_precision(path, target, request, monkeypatch):
    """At precision f32 the targets agree with `loops`, element types included."""
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    case = case_of(path)
    if case.error or not (in_share(path, target, request.config.getoption("--all")) or target == "numpy"):
        pytest.skip("an error, or not in the seeded share: --all runs it")
    program = gdc.compile(case.text, precision="f32")
    case.exact, case.tolerance = False, SINGLE
    want, got = (program.run(case.inputs, backend=t) for t in ("loops", target))
    assert list(got) == list(want)
    for name in want:
        same(got[name], want[name], case, name)
    for name in want.trace:
        same(got.trace[name], want.trace[name], case, f"trace {name}")


def code_of(program, target):
    """A target's text without the formulas, which stand above and beside it."""
    lines = program.source(target).split('"""')[-1].splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def refused(case, target):
    kind, line, words = case.error
    with pytest.raises(gdc.Error) as caught:
        gdc.compile(case.text).run(case.inputs, backend=target)
    assert (caught.value.kind, caught.value.line) == (kind, line), str(caught.value)
    for word in words:
        assert word in str(caught.value), f"{word!r} is missing from: {caught.value}"


def against_reference(result, case):
    """Every output and trace, also those that the header does not name."""
    if case.alone:
        return
    outputs, traces = reference.run(case.text, case.inputs)
    assert list(result) == list(outputs)
    for name, want in outputs.items():
        same(result[name], want, case, name, kinds=False)
    for name, want in traces.items():
        same(result.trace[name], want, case, f"trace {name}", kinds=False)
