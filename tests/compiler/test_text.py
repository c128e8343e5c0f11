"""The imperative IR prints and reads back exactly."""

import pytest

from gdc.compiler import imp
from gdc.compiler.imp import Expr, Parameter, Program, const, integer, var
from gdc.compiler.ops import OPS
from gdc.compiler.text import print_program, read_program
from gdc.compiler.types import BOOL, COMPLEX, INT, NAMED, REAL, Element


def program(*body, outputs=()):
    return Program((Parameter("x", "x", REAL, 0), Parameter("A", "A₁", REAL, 2), Parameter("k", "k", INT, 0)), body,
                   outputs)


x, A, k = var("x", REAL), var("A", REAL, 2), var("k", INT)

STATEMENTS = [
    imp.Let("y", x), imp.Let("y", const(-0.0, REAL)), imp.Let("y", const(float("inf"), REAL)),
    *(imp.Let("y", const(complex(*z), COMPLEX)) for z in ((0.0, float("inf")), (float("-inf"), 1.0), (1.0, -0.0))),
    imp.Let("y", const(float("-inf"), REAL)), imp.Let("y", const(2, REAL)), imp.Let("y", const(True, BOOL)),
    imp.Let("y", const(-3, INT)), imp.Let("y", Expr("neg", (integer(3),), INT)), imp.Let("y", Expr("neg", (x,), REAL)),
    imp.Let("y", const(1.5, Element("real", 32))), imp.Let("y", const(2j, NAMED["complex"])),
    imp.Let("y", const(((1.0, 2.0), (3.0, 4.0)), REAL, 2)), imp.Let("y", const((1,), INT, 1)),
    imp.Let("y", imp.select(imp.less(k, integer(3)), x, const(0.0, REAL))),
    imp.Let("y", Expr("mul", (Expr("add", (x, x), REAL), Expr("sub", (x, Expr("sub", (x, x), REAL)), REAL)), REAL)),
    imp.Let("y", Expr("pow", (Expr("neg", (x,), REAL), Expr("pow", (x, x), REAL)), REAL)),
    imp.Let("y", Expr("add", (x, x), REAL, 0, (("free", True),))),
    imp.Let("y", Expr("sum", (A,), REAL, 1, (("axes", (0,)), ("keepdims", False)))),
    imp.Let("y", Expr("and", (const(True, BOOL), Expr("not", (const(False, BOOL),), BOOL)), BOOL)),
    imp.Let("y", Expr("cast", (k,), REAL)), imp.Let("y", var("stranger", INT, 3)),
    imp.Alloc("B", INT, (k, imp.extent(A, 1))), imp.Alloc("B", REAL, (k,), const(0.0, REAL)), imp.Alloc("B", BOOL, ()),
    imp.Store(A, (k, integer(0)), x), imp.Store(A, (k, k), x, "add"), imp.Store(A, (k, k), x, "minimum"),
              imp.Store(A, (), x),
    imp.SetPart(A, ("at", "slice"), (k, integer(0), k, integer(1)), x, "mul"), imp.SetPart(A, ("all", "all"), (), x),
    imp.Loop("i", integer(0), k, integer(1), (imp.Store(A, (var("i", INT), k), x), imp.Continue()), "parallel"),
    imp.Loop("i", k, integer(0), integer(-1), ()), imp.Forever((imp.Break(),), "rounds"),
    imp.Branch(imp.less(k, k), (), (imp.Branch(imp.less(k, k), (imp.Let("y", x),), (imp.Let("y", x),)),)),
    imp.Check(imp.less(k, k), 3, (k, x)), imp.Guarded("L", Expr("cholesky", (A,), REAL, 2), 5),
    imp.Emit("print", (k, A), "", ("a 'b' \"c\"\n", None, None)), imp.Emit("record", (x,), "J")]


@pytest.mark.parametrize("statement", STATEMENTS, ids=str)
def test_reads_back(statement):
    whole = program(statement, outputs=(("y", x, None), ("k", k, imp.less(k, k))))
    assert read_program(print_program(whole)) == whole


@pytest.mark.parametrize("name", [name for name, row in OPS.items() if row.kind == "MAP"])
def test_every_elementwise_op_reads_back(name):
    kind = BOOL if name in ("and", "or", "not") else INT if name.startswith(("bit", "sh")) else REAL
    args = tuple(const(True, BOOL) if name == "where" and i == 0 else var(f"v{i}", kind)
                 for i in range(OPS[name].arity))
    element = OPS[name].element(tuple(a.element for a in args))
    body = (*(imp.Let(f"v{i}", Expr("const", (), kind, 0, (("value", kind == BOOL or 1),))) for i in range(3)),
            imp.Let("y", Expr(name, args, element)))
    assert read_program(print_program(program(*body))) == program(*body)


def test_traces_and_work_read_back():
    whole = Program((Parameter("n", "n", INT, 0),), (), (), (("J", REAL, 0), ("G", INT, 2)), (var("n", INT),))
    assert read_program(print_program(whole)) == whole


def test_a_long_chain():
    chain = x
    for _ in range(2000):
        chain = Expr("add", (chain, x), REAL)
    assert print_program(program(imp.Let("y", chain))).count("+") == 2000


@pytest.mark.parametrize("text", ["x = 1", "def program(X: real[1] = 'X'):\n    import os",
                                  "def program():\n    y: real[0] = os.x"])
def test_what_is_none_is_refused(text):
    with pytest.raises((ValueError, KeyError)):
        read_program(text)


def test_the_array_ir_prints_each_node_once_and_before_its_uses():
    import re

    from gdc.compiler.driver import compile_stages
    from gdc.compiler.text import print_array_program
    from gdc.dsl.source import Source

    script = Source("input X: real[m, n]\ninput y: real[m]\nw := zeros(n)\nrepeat 5 {\n  e := X@w - y\n"
                    "  if sum(e) > 0 { w := w - 0.1*X.T@e } else { w := w + [i*e[0] for i in 0..n] }\n"
                    "  print sum(e)\n}\noutput w\n")
    text = print_array_program(compile_stages(script, "numpy").passed[-1][1])
    defined = re.findall(r"^ *(%\d+): ", text, re.MULTILINE)
    assert len(defined) == len(set(defined)) > 20
    seen = set()
    for line in text.split("\n"):
        name, _, uses = line.partition(" = ")
        if "yield" not in line and "region(" not in line and not line.startswith("output"):
            assert set(re.findall(r"%\d+", uses.split("  # ")[0])) <= seen, line
        seen |= set(re.findall(r"%\d+", name if " = " in line else line))
