"""Machine code kept on disk: a second process runs it without Numba, with the same bits; damage is mended."""

import json
import os
import shutil
import subprocess
import sys

import pytest

import gdc
from gdc.runtime import kept

PROGRAMS = {
    "results, traces, prints": (
        "input x: real[n]\nparam k: int = 5\nw := zeros(n)\nrepeat k {\n    w := w + x/2\n    record J := sum(w^2)\n}\n"
        'print "sum", sum(w)\noutput w, J2 := sum(w^2), n', {"x": [1.0, 2.0, 4.0]}),
    "products, by BLAS": (
        "input A: real[n, n]\noutput y := A@A@A, z := inv(A)", {"A": [[4.0, 1.0], [2.0, 3.0]]}),
    "ints and truth": ("input k: int[n]\noutput y := cumsum(k), z := k > 2, d := k // 2", {"k": [3, 1, 4, 1, 5]}),
    "single": ("input x: f32[n]\noutput y := exp(x)*x", {"x": [0.5, 1.5]}),
    "a check that fails": ("input x: real[n]\ninput k: int\noutput y := x[k]", {"x": [1.0, 2.0], "k": 7}),
    "an assert that fails": ("input x: real[n]\nassert sum(x) < 1, \"too much\"\noutput y := x", {"x": [1.0, 2.0]}),
    "products, by BLAS in blocks": (
        "param m: int = 4000\nX := [sin(1.0*(20*i + j)) for i in 0..m, j in 0..20]\n"
        "W := [cos(1.0*(5*i + j)) for i in 0..20, j in 0..5]\nP := exp(X@W)\noutput G := X.T@P", {}),
    "solves, by LAPACK": (
        "param n: int = 5\nA := [1.0/(i + j + 1) for i in 0..n, j in 0..n] + eye(n)\n"
        "x := solve(A, ones(n))\nt := solve(A, x, lower=true)\noutput x, t, c := det(A)", {}),
    "all cores": ("param n: int = 400000\nk := arange(n)\noutput y := sum(sqrt(1.0*k)), z := sqrt(1.0*k)[:99]", {}),
}
SCRIPT = """
import json, sys
import numpy as np
import gdc
found = {}
for name, (text, values) in json.loads(sys.argv[1]).items():
    said = []
    try:
        r = gdc.compile(text).run({k: np.array(v, np.float32) if name == "single" else v for k, v in values.items()},
                                  backend="parallel", show=said.append)
        found[name] = [{k: np.asarray(v).tobytes().hex()[:4000] for k, v in r.items()},
                       {k: np.asarray(v).tobytes().hex() for k, v in r.trace.items()}]
    except gdc.Error as error:
        found[name] = [error.kind, error.message, error.line]
    found[name].append(said)
print(json.dumps([found, "numba" in sys.modules, [m for m in sys.modules if m.startswith("gdc.compiler.") or
                                                 m == "lark"]]))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("kept")


def run(home, programs, **environment):
    known = {**os.environ, "XDG_CACHE_HOME": str(home), "XDG_STATE_HOME": str(home), **environment}
    words = subprocess.run([sys.executable, "-c", SCRIPT, json.dumps(programs)], capture_output=True, text=True,
                           check=True, env=known)
    assert "JIT" not in words.stderr
    return json.loads(words.stdout)


@pytest.fixture(scope="module")
def first(home):
    found, numba, _ = run(home, PROGRAMS)
    assert numba
    return found


def files(home, ending):
    return sorted((home / "gdc" / "native").glob(f"*{ending}"))


def test_a_second_process_needs_no_compiler(home, first):
    found, numba, compiler = run(home, PROGRAMS)
    assert found == first
    assert not numba
    assert compiler == ["gdc.compiler.plan"]


@pytest.mark.parametrize(("name", "threads"), [("all cores", "1"), ("all cores", "3"),
                                               ("products, by BLAS in blocks", "1")])
def test_the_bits_do_not_depend_on_threads(home, first, name, threads):
    found, numba, _ = run(home, {name: PROGRAMS[name]}, NUMBA_NUM_THREADS=threads)
    assert found[name] == first[name]
    assert numba    # another setting of Numba's: nothing is kept for it yet
    assert run(home, {name: PROGRAMS[name]}, NUMBA_NUM_THREADS=threads)[:2] == [found, False]


def test_what_is_damaged_is_made_anew(home, first):
    name = "results, traces, prints"
    for ending in (kept.CODE, kept.PYTHON):
        for path in files(home, ending):
            data = bytearray(path.read_bytes())
            data[len(data)//2] ^= 1
            path.write_bytes(data)
        found, numba, _ = run(home, {name: PROGRAMS[name]})
        assert found[name] == first[name]
        assert numba
    assert run(home, {name: PROGRAMS[name]})[:2] == [{name: first[name]}, False]


def test_code_that_asks_for_its_own_text_is_left_to_numba(home):
    """Sorting shares out large vectors, by a function that the machine code holds as a pickle."""
    text = "param n: int = 60001\nx := [sin(1.0*i*i) for i in 0..n]\noutput y := sort(x)"
    (one, _, _), (two, numba, _) = (run(home, {"sorted": (text, {})}) for _ in range(2))
    assert one == two and numba


def test_other_types_of_arguments_are_kept_beside(home):
    text = "input A: real[m, n]\noutput y := sum(A)"
    script = "import json, sys, numpy as np, gdc\np = gdc.compile(sys.argv[1])\nA = np.arange(6.0).reshape(2, 3)\n" \
        "p.run({'A': A}, backend='parallel')\nprint('numba' in sys.modules, end=' ')\n" \
        "r = p.run({'A': np.asfortranarray(A)}, backend='parallel', threads=1)\nprint('numba' in sys.modules, r.y)"
    words = []
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", script, text], capture_output=True, text=True, check=True,
                              env={**os.environ, "XDG_CACHE_HOME": str(home)})
        words.append(done.stdout.split())
    assert words == [["True", "True", "15.0"], ["False", "False", "15.0"]]


def test_a_part_that_python_would_miss_is_not_kept():
    with pytest.raises(ValueError, match="helper"):
        kept.python_part("from numba import njit\n@njit\ndef helper(x):\n    return x\ndef program(x):\n"
                         "    return helper(x)\n", "t")
    made = {"native_serial": 1}
    exec(kept.python_part("from numba import njit\ndef native(x):\n    return x\nnative_serial = njit(native)\n"
                          "def program():\n    return native_serial\n", "t"), made)
    assert made["program"]() == 1


def test_where_it_was_never_tried_all_is_left_to_numba(monkeypatch):
    text = gdc.compile("input x: real[n]\noutput y := x + 0.125").source("parallel")
    monkeypatch.setattr(kept.platform, "machine", lambda: "abacus")
    module = {"native_serial": None}
    kept.keep(text, module)
    assert kept.names(text) is None and not list(kept.folder().glob(kept.title_of(kept.text_hash(text)) + "*"))


def test_kinds_are_those_that_numba_tells_apart():
    import numba
    import numpy as np

    for value in (np.float64(1), np.int64(1), np.float32(1), np.complex128(1), np.bool_(1), np.ones(3), np.ones((2, 3)),
                  np.asfortranarray(np.ones((2, 3))), np.ones((4, 4))[::2, ::2], np.ones(3, np.int32),
                  np.ones(3, bool), np.broadcast_to(np.ones(3), (3,))):
        assert kept.kind_of(value) == kept.kind_of_type(numba.typeof(value)), value


def test_what_grows_compiles_no_error_messages():
    """A slice assigned to a slice makes Numba compile the message of a failure, text functions and all: 2 s."""
    from gdc.runtime.load import load

    text = "param k: int = 3\nx := 0.25\nrepeat k {\n    x := x/2 + 7\n    record J := x\n    print x, k\n}\noutput x"
    module = load(gdc.compile(text).source("parallel"))
    assert module["program"](3)[0] == 12.28125
    [code] = module["native_serial"].inspect_llvm().values()
    assert "put_int" in code and "raise_with_shape_context" not in code


def test_numbas_own_cache_serves_where_nothing_is_kept(home, first):
    """Its machine code is linked to BLAS and LAPACK too, though nothing is compiled in this process."""
    shutil.rmtree(home / "gdc" / "native")
    names = ["products, by BLAS in blocks", "solves, by LAPACK"]
    found, _, _ = run(home, {name: PROGRAMS[name] for name in names})
    assert found == {name: first[name] for name in names}
