"""Checks that no round changes stand before the nest; all others stay where they are."""

from gdc.compiler import imp
from gdc.compiler.passes import precheck
from gdc.compiler.record import Record
from gdc.compiler.text import print_program, read_program


def after(body: str) -> imp.Program:
    text = 'def program(x: real[1] = "x", k: int[0] = "k"):\n    y: real[1] = alloc(real, extent(x, 0))\n'
    return precheck.run(read_program(text + body + '    output("y", y)\n'), Record())


def words(body: str) -> str:
    return print_program(after(body))


NEST = """    for i in loop(0, extent(x, 0), 1, "serial"):
{}        y[i] = x[i]
"""


def test_it_stands_before_the_nest_where_the_nest_has_a_round() -> None:
    program = after(NEST.format("        check(gt(k, 0), 3)\n"))
    branch, loop = program.body[1:]
    assert isinstance(branch, imp.Branch)
    assert isinstance(loop, imp.Loop)
    assert branch.condition == imp.less(loop.start, loop.stop)
    assert [s.site for s in branch.then if isinstance(s, imp.Check)] == [3]
    assert not any(isinstance(s, imp.Check) for s in loop.body)


def test_from_an_inner_nest_to_the_outermost() -> None:
    body = """    for i in loop(0, extent(x, 0), 1, "serial"):
        for j in loop(0, k, 1, "serial"):
            check(gt(k, 7), 3)
            y[i] = x[j]
"""
    program = after(body)
    loop = program.body[-1]
    assert isinstance(loop, imp.Loop)
    assert not any(isinstance(s, imp.Check) for s in imp.statements((loop,)))
    assert words(body).count("check(") == 1


def test_several_keep_their_order() -> None:
    program = after(NEST.format("        check(gt(k, 0), 1)\n        check(gt(k, 1), 2)\n"))
    branch = program.body[1]
    assert isinstance(branch, imp.Branch)
    assert [s.site for s in branch.then if isinstance(s, imp.Check)] == [1, 2]


def test_what_a_round_changes_stays() -> None:
    for check in ("check(lt(i, k), 0)", "check(gt(x[i], 0.0), 0)", "check(gt(k, 0), 0, i)", "check(gt(y[0], 0.0), 0)"):
        body = NEST.format(f"        {check}\n")
        assert after(body) == read_program(print_program(after(body)))
        assert isinstance(after(body).body[-1], imp.Loop)
        assert any(isinstance(s, imp.Check) for s in imp.statements(after(body).body[-1:])), check


def test_after_another_effect_it_stays() -> None:
    told = "emit('print', (x[i], ), '', (None, ))"
    for first in ("check(gt(x[i], 0.0), 0)", told, "if gt(i, 3):\n            break"):
        body = NEST.format(f"        {first}\n        check(gt(k, 0), 1)\n")
        assert isinstance(after(body).body[1], imp.Loop), first


def test_rounds_of_the_user_and_loops_that_go_down_keep_theirs() -> None:
    for over in ('loop(0, k, 1, "rounds")', 'loop(k, 0, -1, "serial")'):
        body = f"    for i in {over}:\n        check(gt(k, 0), 3)\n        y[i] = x[i]\n"
        assert isinstance(after(body).body[1], imp.Loop)
