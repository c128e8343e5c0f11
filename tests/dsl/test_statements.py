"""Every statement, where it ends, and the files that must parse."""

import sys
import threading
import time
from pathlib import Path

import pytest

from gdc.dsl import tree
from gdc.dsl.errors import Error
from gdc.dsl.parse import MAX_NESTING, parse
from gdc.dsl.source import Source

DSL = Path(sys.modules["gdc.dsl.tree"].__file__).parent


def statements(text):
    return parse(Source(text)).statements


def one(text):
    (statement,) = statements(text)
    return statement


def test_input():
    first, second = statements('input x, y: real[n, 2*m] finite from "d.npz"["X", "Y"]')
    assert [first.name, second.name] == ["x", "y"]
    assert [first.name_span.text, second.name_span.text] == ["x", "y"]
    assert first.type.element == "real"
    assert [dim.span.text for dim in first.type.dims] == ["n", "2*m"]
    assert first.finite
    assert (first.source.path, first.source.members) == ("d.npz", ("X", "Y"))
    bare = one("input x")
    assert (bare.type, bare.finite, bare.source) == (None, False, None)
    assert one("input k: int[_]").type.dims[0].name == "_"
    assert one('input input: real from "x.npy"').source.members == ()


def test_param():
    param = one("param a: real[2] = [1, n]")
    assert (param.name, param.type.element, len(param.default.items)) == ("a", "real", 2)
    assert one("param a = 3").type is None


def test_assign():
    assert one("x := 1").op is None
    several = one("(q, A[0], _) := f(x)")
    assert [type(target) for target in several.targets] == [tree.Name, tree.Index, tree.Name]
    assert several.targets[2].name == "_"
    assert one("x ← 1") .targets[0].name == "x"


@pytest.mark.parametrize(("sign", "op"), [
    ("+=", "+"), ("-=", "-"), ("−=", "-"), ("*=", "*"), ("×=", "*"), ("/=", "/"), ("//=", "//"), ("%=", "%"),
    ("@=", "@"), ("·=", "·"), ("^=", "^"), ("**=", "^"), ("or=", "or"), ("∧=", "and"),
])
def test_augmented(sign, op):
    assign = one(f"A[i, :] {sign} x")
    assert assign.op == op
    assert assign.targets[0].span.text == "A[i, :]"


def test_loops():
    assert one("repeat k { x := 1 }").count.name == "k"
    nested = one("for i in 0..m by 2, j in i..n { x := 1; y := 2 }")
    assert [(each.name, each.step is None) for each in nested.ranges] == [("i", False), ("j", True)]
    assert len(nested.body) == 2
    each = one("for row in A { x := row }")
    assert (each.name, each.over.name, len(each.body)) == ("row", "A", 1)
    loop = one("while x > 0 { stop; skip if x == 1 }")
    assert [(leave.word, leave.condition is None) for leave in loop.body] == [("stop", True), ("skip", False)]


def test_if():
    choice = one("if a { x := 1 } else if b { x := 2 } else if c { } else { x := 3 }")
    assert [len(block) for _, block in choice.arms] == [1, 1, 0]
    assert len(choice.orelse) == 1
    assert one("if a { x := 1 }").orelse == ()
    assert len(one("if a {\n}\n\n# why\nelse if b {\n}\nelse {\n x := 1\n}").arms) == 2


def test_small_statements():
    assert one("record J").value is None
    assert one("record J := 2*x").value is not None
    assert [type(item) for item in one('print x + 1, "text"').items] == [tree.Chain, tree.String]
    assert one('assert x > 0, "no"').message == "no"
    assert one("assert x > 0").message is None
    check = one("assert_grad(sum(w), w, dw)")
    assert (check.variable.name, check.derivative.name) == ("w", "dw")
    assert isinstance(one("expect passes(X) <= 1").claim, tree.Compare)
    assert [(out.name, out.value is None) for out in statements("output w, s := a + b,\n t")] == [
        ("w", True), ("s", False), ("t", True)]
    assert (one('use "a/b.gd" as st').path, one('use "b.gd" as st').alias) == ("a/b.gd", "st")


def test_def():
    short = one("def f(X: real[m, n], y = 3, z: real = 1) = X@y")
    assert [(each.name, each.type is None, each.default is None) for each in short.parameters] == [
        ("X", False, True), ("y", True, False), ("z", False, False)]
    assert (short.body, len(short.results), short.name_span.text) == ((), 1, "f")
    long = one("def f() {\n a := 1\n return a, 2*a\n}")
    assert (len(long.body), len(long.results), long.parameters) == (1, 2, ())


def test_line_ends():
    assert len(statements("x := 1; y := 2\n\n;; z := 3 # end\n")) == 3
    assert statements("") == statements("\n# nothing\n ;\n") == ()
    assert len(statements("x := 1\r\ny := 2\r\n")) == 2


@pytest.mark.parametrize("text", [
    "x := a +\n b", "x := a + # why\n\n # more\n b", "x :=\n a", "x := (a\n + b\n)", "x := [1,\n 2\n]",
    "x := a and\n b", "x := not\n a", "x := a if\n c else\n b", "x := a ==\n b", "x := sum(v[i]\n for i in\n 0..\n n)",
    "input x,\n y: real", "def f(x) =\n x", "x ←\n a", "x := a ·\n b", "for i in 0..9 by\n 2 { y := i }",
    "x := f(a, # one\n b)",
    'print "#(", "}"', "x := a[\n0]\n",
])
def test_line_breaks_that_are_white_space(text):
    assert len({statement.span.start for statement in statements(text)}) == 1


@pytest.mark.parametrize("text", [
    "record\nJ := 3", "output\nx := 1", "x := a\n + b", "repeat 3\n{ x := 1 }", "x\n:= 1", "def f(x)\n= x", "print\nx",
])
def test_line_breaks_that_end_a_statement(text):
    with pytest.raises(Error):
        parse(Source(text))


@pytest.mark.parametrize("text", [
    "return 1", "repeat 2 { return 1 }", "def f(x) { y := x }", "def f(x) { return x; y := 1 }", "stop",
    "if c { skip }", "def f(x) { if x { return 1 }; return 2 }", "repeat 2 { input x: real }", "repeat 2 { output x }",
    "def f(x) { def g(y) = y; return x }", "repeat 2 { def f(x) { stop; return x } }", "input := 1", "for := 1",
    "pi := 3", "record[0] := 1", "else { x := 1 }", "for i in v, j in 0..2 { x := 1 }", "for i in range(3) { x := i }",
    "x := 1 }",
    "()", "x", "f(x)", "[x for i]", "use \"a.gd\"", "input x = 3", "param a: real", "print", "assert x, 3",
])
def test_refused(text):
    with pytest.raises(Error) as caught:
        parse(Source(text))
    assert caught.value.kind == "syntax"


def test_prelude_parses():
    assert parse(Source((DSL / "prelude.gd").read_text(encoding="utf-8"), "prelude.gd")).statements


def test_a_chain_is_one_node():
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    try:
        begin = time.perf_counter()
        (total,) = statements("x := " + "1 + "*50_000 + "1")
        spent = time.perf_counter() - begin
    finally:
        sys.setrecursionlimit(limit)
    assert len(total.value.rest) == 50_000
    assert spent < 20
    assert len(statements("x := 1\n"*5_000)) == 5_000
    assert len(one("x := " + "a*b and "*5_000 + "c").value.rest) == 5_000


@pytest.mark.parametrize(("begin", "end"), [("(", ")"), ("-", ""), ("not ", ""), ("√", ""), ("2^", ""), ("f(", ")"),
                                            ("[", "]"), ("v[", "]"), ("1 if c else ", "")])
def test_nesting(begin, end):
    allowed = f"x := {begin*MAX_NESTING}1{end*MAX_NESTING}"
    assert statements(allowed)
    for depth in (MAX_NESTING + 1, 20_000):
        with pytest.raises(Error) as caught:
            parse(Source(f"y := 2\nx := {begin*depth}1{end*depth}"))
        assert (caught.value.kind, caught.value.line) == ("limit", 2)


def test_nesting_of_blocks():
    assert statements("repeat 2 {\n"*MAX_NESTING + "x := 1" + "\n}"*MAX_NESTING)
    with pytest.raises(Error) as caught:
        parse(Source("repeat 2 {\n"*(MAX_NESTING + 1) + "x := 1" + "\n}"*(MAX_NESTING + 1)))
    assert (caught.value.kind, caught.value.line) == ("limit", MAX_NESTING + 1)


def test_long_if_chains_are_flat():
    assert len(one("if a { x := 1 }" + " else if b { x := 2 }"*1_000).arms) == 1_001


def test_threads_do_not_meet():
    found = {}

    def work(number):
        source = Source(f"x{number} := {number}\n"*200)
        script = parse(source)
        found[number] = {(each.targets[0].name, each.span.source is source) for each in script.statements}

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: {(f"x{number}", True)} for number in range(4)}
