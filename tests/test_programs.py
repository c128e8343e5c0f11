"""Every program in programs/ on every target, held against its own header and against the reference.

The header's format is that of `gdc test` (docs/testing.md, runtime/header.py), and so is its reader.
"""

import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import reference

import gdc
from gdc.dsl.source import Source
from gdc.runtime import header
from gdc.runtime.testing import code_of

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.gd"))
TARGETS = ("loops", "numpy", "parallel", "cuda")
# one program in so many runs there unless --all is given
SHARES = {"parallel": 10, "cuda": 4, "numpy f32": 2, "parallel f32": 20, "cuda f32": 8}
SINGLE = 2e-4  # how far two orders of computing in f32 may be apart
NO_ROUND = {"loop_promotes"}  # a loop without a round promotes by its text; the reference knows values alone
AT_RUN_TIME = ("index", "value", "assert")  # the errors that the reference knows


def case_of(path):
    return header.case_of(Source(path.read_text(encoding="utf-8")))


def check(outputs, traces, case, kinds=True):
    found = header.differences(outputs, traces, case, kinds)
    assert not found, found[0][0]
    if kinds:
        for have, wanted in ((outputs, case.outputs), (traces, case.traces)):
            types = {name: (np.asarray(have[name]).dtype, np.asarray(w.value).dtype) for name, w in wanted.items()}
            assert all(got == want for got, want in types.values()), types


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_header(path):
    case = case_of(path)
    assert case.error or case.outputs or case.traces, "a program says what it must give"


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_reference(path):
    case = case_of(path)
    if case.alone or (case.error and case.error.kind not in AT_RUN_TIME):
        return
    if case.error:
        with pytest.raises(reference.Fault) as caught:
            reference.run(case.source.text, case.inputs, path.parent)
        assert (caught.value.kind, caught.value.line) == (case.error.kind, case.error.line), str(caught.value)
    else:
        check(*reference.run(case.source.text, case.inputs, path.parent), case, kinds=False)


def in_share(path, target, everything, precision=""):
    return everything or zlib.crc32((path.stem + precision).encode()) % SHARES.get(target + precision, 1) == 0


@pytest.mark.skipif(not hasattr(gdc, "compile"), reason="no runtime yet")
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_program(path, target, request, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")  # no GPU takes part
    if not in_share(path, target, request.config.getoption("--all")):
        pytest.skip("not in the seeded share: --all runs it")
    as_its_header_says(path, target)


def as_its_header_says(path, target):
    """Fails where a program does on a target what its header, or the reference, does not say."""
    case = case_of(path)
    kept = {name: np.array(value) for name, value in case.inputs.items()}
    if case.error:
        refused(case, target)
    else:
        program = gdc.compile(case.source.text, folder=path.parent)
        result = program.run(case.inputs, backend=target)
        assert result.backend == target
        check(result, result.trace, case)
        against_reference(result, case, path)
        for words, count, where in case.counts:
            assert where != target or code_of(program, target).count(words) == count, code_of(program, target)
    for name, value in case.inputs.items():
        np.testing.assert_array_equal(value, kept[name], err_msg=f"input {name} was changed")


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_reference_at_single_precision(path):
    """`loops` at precision f32. A difference quotient has no digits left there, so derivatives are passed over."""
    case = case_of(path)
    if case.error or "grad(" in case.source.text:
        return
    result = gdc.compile(case.source.text, precision="f32", folder=path.parent).run(case.inputs, backend="loops")
    against_reference(result, replace(case, exact=False, tolerance=SINGLE), path, "f32")


@pytest.mark.parametrize("target", TARGETS[1:])
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_single_precision(path, target, request, monkeypatch):
    """At precision f32 the targets agree with `loops`, element types included."""
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    case = case_of(path)
    if case.error or not (in_share(path, target, request.config.getoption("--all"), " f32")):
        pytest.skip("an error, or not in the seeded share: --all runs it")
    program = gdc.compile(case.source.text, precision="f32", folder=path.parent)
    case = replace(case, exact=False, tolerance=SINGLE)
    want, got = (program.run(case.inputs, backend=t) for t in ("loops", target))
    assert list(got) == list(want)
    for name, ours, theirs in ((n, a[n], b[n]) for a, b in ((got, want), (got.trace, want.trace)) for n in b):
        types = np.asarray(ours).dtype, np.asarray(theirs).dtype
        assert types[0] == types[1], f"{name}: {types[0]}, not {types[1]}"
        assert not header.difference(name, ours, theirs, case)


def refused(case, target):
    with pytest.raises(gdc.Error) as caught:
        gdc.compile(case.source.text).run(case.inputs, backend=target)
    assert not header.refused(caught.value, case.error)


def against_reference(result, case, path, width="f64"):
    """Every output and trace, also those that the header does not name."""
    if case.alone:
        return
    outputs, traces = reference.run(case.source.text, case.inputs, path.parent, width)
    assert list(result) == list(outputs)
    for name, want in outputs.items():
        assert not header.difference(name, result[name], want, case, kinds=False)
        types = np.asarray(result[name]).dtype, want.dtype
        assert types[0] == types[1] or path.stem in NO_ROUND, f"{name}: {types[0]}, not {types[1]}"
    for name, want in traces.items():
        assert not header.difference(f"trace {name}", result.trace[name], want, case, kinds=False)
