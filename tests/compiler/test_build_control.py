"""Loops, branches, leaving them, and what they carry (LANGUAGE.md §4)."""

import built
import pytest

from gdc.compiler import ir


def loop(text, k=0):
    made = built.program(text)
    return made, built.nodes(made, "loop")[k]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("w := 0\nrepeat 3 { w := w + 0.5 }", "real"),
        ("w := 0\nfor i in 0..3 { w += i }", "int"),
        ("w := false\nrepeat 2 { w := 1 }", "int"),
        ("w := [1, 2]\nrepeat 2 { w := w/2 }", "real[2]"),
        ("a := 0; w := 0\nrepeat 3 { w := a; a := 0.5 }", "real"),
        ("w := 1\nif true { w := 2.5 }", "real"),
        ("input c: bool\nif c { w := 1 } else { w := 2.5 }", "real"),
    ],
)
def test_carried_types_are_promoted(text, expected):
    assert built.types(text)["w"] == expected


def test_initial_values_are_converted_before_the_loop():
    _, made = loop("w := 0\nrepeat 3 { w := w + 0.5 }\noutput w")
    assert made.args[3].op == "const"
    assert isinstance(made.args[3].value, float)


def test_a_part_takes_only_what_its_array_can_hold_after_promotion():
    ((kind, line, column, words),) = built.errors(
        "v := zeros(3, int)\nx := 0\nrepeat 2 {\n    v[0] := x\n    x := 0.5\n}"
    )
    assert (kind, line) == ("type", 4)
    assert "real" in words


def test_sizes_that_stay_are_not_carried():
    _, made = loop("input v: real[n]\nw := v\nrepeat 3 { w := 2*w }\noutput w")
    assert [str(t) for t in made.types] == ["real[n]"]


def test_sizes_that_change_are_carried_as_ints():
    made, found = loop("input v: real[n]\nw := v\nrepeat 3 { w := concat(w, [1.0]) }\nk := size(w)\noutput w, k")
    assert [t.kind for t in found.types] == ["int", "real"]
    size = made.region.results[0].type.shape[0]
    assert size.atom.op == "project"
    assert size.atom.args[0] is found


def test_a_name_first_assigned_in_a_loop_is_carried_with_a_flag():
    made, found = loop("input v: real[n]\nfor x in v { last := x }\ny := last\noutput y")
    assert [t.kind for t in found.types] == ["real", "bool"]
    assert [made.sites[e.get("site")].kind for e in made.region.effects if e.op == "check"] == ["name"]


def test_without_output_the_flag_says_whether_a_name_was_reached():
    made = built.program("input n: int\ny := 1\nrepeat n { z := y }")
    assert made.outputs == ("y", "z")
    assert made.assigned[0] is None
    assert made.assigned[1].type.kind == "bool"


def test_what_nobody_reads_is_not_carried():
    _, made = loop("input v: real[n]\ns := 0.0\nfor x in v { t := 2*x; u := t + s; s += t }\noutput s")
    assert [t.kind for t in made.types] == ["real"]


def test_prune_keeps_what_an_effect_reads():
    _, made = loop("s := 0\nc := 0\nrepeat 3 { c += 1; print c; s += 1 }\noutput s")
    assert len(made.types) == 2


def test_prune_keeps_what_an_exit_reads():
    _, made = loop("s := 0\nc := 0\nrepeat 9 { c += 2; stop if c > 5; s += 1 }\noutput s")
    assert len(made.types) == 2


def test_loops_without_use_and_effects_vanish():
    made = built.program("s := 1\nt := 0\nrepeat 3 { t += 1 }\noutput s")
    assert built.nodes(made, "loop") == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("stop if i == 3", ["stop"]),
        ("skip", ["skip"]),
        ("if i == 3 { stop }", ["stop"]),
        ("if i == 3 { s += 1; stop }", ["stop"]),
        ("if i == 3 { if i == 2 { skip } } else { stop }", ["stop", "skip"]),
        ("if i == 1 { stop } else if i == 2 { skip }", ["stop", "skip"]),
    ],
)
def test_exits_stand_directly_in_their_loop(text, kinds):
    made = built.program(f"s := 0\nfor i in 0..9 {{\n    {text}\n    s += i\n}}")
    (found,) = built.nodes(made, "loop")
    exits = [e.get("kind") for e in found.regions[0].effects if e.op == "exit"]
    assert set(exits) >= set(kinds)
    for node in built.nodes(made, "branch"):
        assert not any(e.op == "exit" for region in node.regions for e in region.effects)


def test_an_exit_gives_every_carried_value():
    made = built.program("a := 0\nb := 1.0\nwhile true { a += 1; stop if a > 5; b *= 2 }")
    (found,) = built.nodes(made, "loop")
    assert all(len(e.args) == 1 + len(found.types) for e in found.regions[0].effects if e.op == "exit")


def test_branch_results_are_only_what_the_arms_change():
    made = built.program("input c: bool\na := 1\nb := 2\nif c { a := 3 }\noutput a, b")
    (found,) = built.nodes(made, "branch")
    assert [t.kind for t in found.types] == ["int"]
    assert made.region.results[1].op == "const"


def test_arms_of_two_sizes():
    made = built.program("input c: bool; input v: real[n]\nw := v\nif c { w := v[:1] }\noutput w")
    assert isinstance(made.region.results[0].type.shape[0].atom, ir.Node)


def test_effects_stay_in_their_order():
    made = built.program('input v: real[n]\nprint "a"\nfor x in v { print x }\nif n > 2 { print "b" }\nprint "c"')
    assert [e.op for e in made.region.effects] == ["print", "loop", "branch", "print"]


def test_records_make_traces():
    made = built.program("input v: real[n]\nfor i in 0..3 { record J := i*1.0; w := v; record w }")
    assert {name: str(t) for name, t in made.traces.items()} == {"J": "real", "w": "real[n]"}


def test_loop_variables_are_gone_and_outer_ones_are_back():
    assert built.types("i := 2.5\nfor i in 0..3 { s := i }\nt := i")["t"] == "real"
    assert [e[0] for e in built.errors("input z: int\nfor i in 0..3 { s := i }\nt := i")] == ["name"]


def test_outputs_without_output_are_what_the_program_assigns():
    made = built.program("input x: real[n]\na := 1\nfor i in 0..3 { b := i }\nfor x in [1, 2] { a := 2 }\nx := x + 1")
    assert made.outputs == ("a", "b", "x")


def test_a_loop_over_an_input_does_not_return_it():
    assert built.program("input x: real; input v: real[n]\ns := 0.0\nfor x in v { s += x }").outputs == ("s",)


def test_select_holds_the_effects_of_its_sides():
    made = built.program("input v: real[n]; input k: int\ny := v[k] if k < n else 0.0")
    (found,) = built.nodes(made, "select")
    assert [len(r.effects) for r in found.regions] == [1, 0]
    assert found in made.region.effects


def test_short_circuit_only_where_the_right_side_can_fail():
    assert built.nodes(built.program("input k: int; input v: real[n]\na := k < n and v[k] > 0"), "select")
    assert not built.nodes(built.program("input k: int\na := k < 3 and k > 1"), "select")
