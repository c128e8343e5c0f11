"""Variants by conditions on sizes: which grouping runs, how often it is compiled, and what is found again."""

import pickle
import subprocess
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest

import gdc
from gdc.compiler import driver, plan
from gdc.compiler.dims import dim
from gdc.compiler.record import MOST_CONDITIONS, Record
from gdc.runtime import cache
from gdc.runtime.program import MOST_VARIANTS

CHAIN = "input A: real[m, n]\ninput B: real[n, k]\ninput C: real[k, n]\ny := A@B@C"
LEFT, RIGHT = {"m": 3, "n": 30, "k": 2}, {"m": 30, "n": 3, "k": 20}
RNG = np.random.default_rng(5)
WHY = ("order", "yes", "no")


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def compiled(monkeypatch):
    """The sizes of each compilation of a text, as they happen."""
    seen = []
    compile_plan = driver.compile_plan

    def counted(source, target, types=None, options=None, sizes=None):
        seen.append(dict(sizes or {}))
        return compile_plan(source, target, types, options, sizes)

    monkeypatch.setattr(driver, "compile_plan", counted)
    return seen


def values(m, n, k):
    return {"A": RNG.normal(size=(m, n)), "B": RNG.normal(size=(n, k)), "C": RNG.normal(size=(k, n))}


def check(program, given, **options):
    r = program.run(given, **{"backend": "numpy", **options})
    np.testing.assert_allclose(r.y, np.linalg.multi_dot([given[name] for name in sorted(given)]), rtol=1e-9, atol=1e-9)
    return r


def test_sizes_choose_the_grouping():
    p = gdc.compile(CHAIN)
    assert p.source(sizes=LEFT) == p.source()
    assert p.source(sizes=RIGHT) != p.source(sizes=LEFT)
    for sizes in (LEFT, RIGHT):
        m, n, k = sizes["m"], sizes["n"], sizes["k"]
        assert p.cost(**sizes)["flops"] == min(4 * m * n * k, 2 * n * n * (k + m))
        check(p, values(**sizes))


@pytest.mark.parametrize("text", [CHAIN, "y := A@B@C"])
def test_two_sides_are_compiled_twice(text, compiled):
    p = gdc.compile(text, types=dict.fromkeys("ABC", "real[m, n]") if text != CHAIN else None)
    for sizes in (LEFT, RIGHT, LEFT, {"m": 4, "n": 40, "k": 3}, RIGHT, {"m": 31, "n": 2, "k": 21}):
        check(p, values(**sizes))
    assert len(compiled) == 2
    for _ in range(2):
        check(pickle.loads(pickle.dumps(p)), values(**LEFT))
        check(gdc.compile(text, types=p._types), values(**RIGHT))
    assert len(compiled) == 2


def test_a_call_compiles_only_the_side_that_it_needs(compiled):
    check(gdc.compile(CHAIN), values(**RIGHT))
    assert compiled == [RIGHT]


def test_bare_formulas_have_variants_too(compiled):
    p = gdc.compile("y := A@B@C")
    for sizes in (LEFT, RIGHT, LEFT, RIGHT):
        check(p, values(**sizes))
    assert len(compiled) == 2


def test_a_condition_is_told_with_both_sides():
    p = gdc.compile(CHAIN)
    text = p.explain()
    assert "n*k + m*n < 2*m*k" in text.replace("k*n", "n*k").replace("k*m", "m*k")
    assert "grouped as A@(B@C), else (A@B)@C" in text and "sizes are not given" in text
    assert "here grouped as A@(B@C): " in p.explain(sizes=RIGHT)
    assert "here (A@B)@C: " in p.explain(sizes=LEFT)
    (condition,) = p.plan("numpy").conditions
    assert condition.answer is condition.default is False
    assert p.plan("numpy", sizes=RIGHT).conditions == (replace(condition, answer=True),)
    assert plan.Plan.from_json(p.plan("numpy", sizes=RIGHT).to_json()).conditions[0].answer is True


def test_what_is_provable_is_no_condition():
    p = gdc.compile("input X: real[m, n]\ninput w: real[n]\ng := X.T@X@w")
    assert p.plan("numpy").conditions == () and "What depends on sizes" not in p.explain()


def test_strict_asks_nothing(compiled):
    p = gdc.compile(CHAIN, strict=True)
    for sizes in (LEFT, RIGHT):
        check(p, values(**sizes))
    assert len(compiled) == 1 and p.plan("numpy").conditions == ()


def test_rounds_decide_whether_a_gram_matrix_pays(compiled):
    p = gdc.compile("""
        input X: real[m, n]
        input y: real[m]
        param steps: int = 3
        w := zeros(n)
        repeat steps { w -= 0.01/m*X.T@(X@w - y) }
        output w
    """)
    X, y = RNG.normal(size=(40, 4)), RNG.normal(size=40)
    for steps in (1, 3, 500, 600):
        w = np.zeros(4)
        for _ in range(steps):
            w -= 0.01 / 40 * X.T @ (X @ w - y)
        np.testing.assert_allclose(p.run({"X": X, "y": y, "steps": steps}, backend="numpy").w, w, rtol=1e-8)
    assert len(compiled) == 2
    assert "X.T@X is computed once" in p.explain()


# --- the general variant -----------------------------------------------------------------------

FOUR = "\n".join(
    f"input {a}: real[m{k}, n]\ninput {b}: real[n, k{k}]\ninput {c}: real[k{k}, n]\noutput y{k} := max({a}@{b}@{c})"
    for k, (a, b, c) in enumerate([("A", "B", "C"), ("D", "E", "F"), ("G", "H", "I"), ("J", "K", "L")])
)


def four(answers):
    given, wanted = {}, {}
    for k, letters in enumerate(["ABC", "DEF", "GHI", "JKL"]):
        m, inner = (30, 20) if answers >> k & 1 else (2, 1)
        chain = [RNG.normal(size=shape) for shape in ((m, 5), (5, inner), (inner, 5))]
        given.update(zip(letters, chain))
        wanted[f"y{k}"] = np.linalg.multi_dot(chain).max()
    return given, wanted


def test_nine_answers_end_in_the_general_variant(compiled):
    p = gdc.compile(FOUR)
    assert len(p.plan("numpy").conditions) == 4
    compiled.clear()
    p = gdc.compile(FOUR + " # anew")
    for _ in range(2):
        for answers in range(15, 0, -1):
            given, wanted = four(answers)
            r = p.run(given, backend="numpy")
            for name, value in wanted.items():
                np.testing.assert_allclose(r[name], value, rtol=1e-9)
    assert len(compiled) == MOST_VARIANTS + 1 and compiled[-1] == {}
    assert len(next(group for key, group in p._plans.items() if key[0] == "numpy")) == MOST_VARIANTS + 1


# --- processes and threads ---------------------------------------------------------------------

CHILD = f"""
import sys
import numpy as np
import gdc
m, n, k = map(int, sys.argv[1:])
r = gdc.compile({CHAIN!r}).run({{"A": np.ones((m, n)), "B": np.ones((n, k)), "C": np.ones((k, n))}}, backend="numpy")
assert (r.y == n*k).all()
print(r.cached, "gdc.compiler.driver" in sys.modules)
"""


def child(m, n, k):
    words = [sys.executable, "-c", CHILD, str(m), str(n), str(k)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()


def test_a_warm_start_finds_the_right_variant():
    assert child(**LEFT) == ["False", "True"]
    assert child(**LEFT) == ["True", "False"]
    assert child(**RIGHT) == ["False", "True"]
    assert child(**RIGHT) == ["True", "False"]
    assert child(**LEFT) == ["True", "False"]


def test_a_question_on_disk_that_is_damaged_is_asked_again():
    check(gdc.compile(CHAIN), values(**RIGHT))
    for path in cache.folder().glob("*.json"):
        path.write_text(path.read_text()[:40])
    check(gdc.compile(CHAIN), values(**RIGHT))


def test_variants_serve_many_threads(compiled):
    p, faults = gdc.compile(CHAIN), []
    given = [values(**LEFT), values(**RIGHT)]

    def work(k):
        try:
            for j in range(20):
                check(p, given[(j + k) % 2])
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults and len(compiled) == 2


def test_a_run_on_all_cores_has_variants(compiled):
    p = gdc.compile(CHAIN)
    for sizes in (LEFT, RIGHT, LEFT):
        check(p, values(**sizes), backend="parallel")
    assert len(compiled) == 2
    told = gdc.compile("input X: real[m, n]\ny := sum(exp(X))").explain("parallel")
    assert "> 50,000: the cores share the work" in told


# --- the record --------------------------------------------------------------------------------


def test_decide_answers_by_sizes_and_keeps_one_condition_a_question():
    m, n = dim("m"), dim("n")
    record = Record(sizes={"m": 3, "n": 5})
    assert record.decide(m * n, n * n, False, WHY) and not record.decide(n, m, True, WHY)
    assert record.decide(m * 2 + 1, n * 2 + 1, False, WHY)
    assert [(str(c.left), str(c.right), c.answer) for c in record.conditions] == [("m", "n", True), ("n", "m", False)]


def test_decide_without_sizes_is_the_default():
    record = Record()
    assert record.decide(dim("m"), dim("n"), True, WHY) and not record.decide(dim("k"), dim("n"), False, WHY)
    assert record.decide(dim(2), dim(3), False, WHY) and len(record.conditions) == 2


def test_only_so_much_is_asked():
    record = Record(sizes={f"n{k}": k for k in range(50)})
    for k in range(49):
        record.decide(dim(f"n{k}"), dim(f"n{k + 1}"), False, WHY)
    assert len(record.conditions) == MOST_CONDITIONS
