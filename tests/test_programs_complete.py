"""Every function, every form of the grammar and every sign of it is in some program of programs/."""

from functools import cache
from pathlib import Path

import pytest
from lark import Lark, Token

from gdc.compiler.build.calls import FUNCTIONS, SEVERAL
from gdc.compiler.build.program import prelude
from gdc.compiler.ops import FUNCTIONS as ROWS
from gdc.dsl import parse
from gdc.dsl.layout import lay_out
from gdc.dsl.source import Source

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.gd"))
GRAMMAR = Path(parse.__file__).with_name("grammar.lark")
REFUSED = {"method"}  # in the grammar only so that x.mean() is told what it should be
NOT_YET = {"expect", "EXPECT"}  # parsed, and refused with a reason until costs can be claimed
SIGNS = {
    "SIGN": "+ -",
    "TIMES": "* / // % @ ·",
    "POWER": "^ **",
    "COMPARE": "== != < <= > >=",
    "AUGMENTED": "+= -= *= /= //= %= @= ^= **= and= or=",
}


@cache
def grammar():
    return Lark(GRAMMAR.read_text(encoding="utf-8"), start="script", parser="lalr", lexer="contextual")


@cache
def read():
    """What all programs are made of: forms, words and signs, functions."""
    forms, tokens, called = set(), set(), set()
    for path in PROGRAMS:
        source = Source(path.read_text(encoding="utf-8"))
        try:
            whole = grammar().parse(lay_out(source, parse.MAX_NESTING).text)
        except Exception:  # a program that shows a syntax error
            continue
        for found in whole.iter_subtrees():
            forms.add(str(found.data))
            tokens |= {(t.type, str(t)) for t in found.children if isinstance(t, Token)}
            if found.data == "call":
                called.add(str(found.children[0]))
    return forms, tokens, called


def public():
    return sorted({*FUNCTIONS, *SEVERAL, *ROWS, *(name for name in prelude() if not name.startswith("_"))})


def forms():
    """The rules that stand in a tree: one with a `?` does so by its aliases only."""
    named = {rule.alias or (None if rule.options.expand1 else rule.origin.name) for rule in grammar().rules}
    return sorted(str(name) for name in named if name and not name.startswith("_"))


def words():
    passed_over = {"_NL", *grammar().ignore_tokens}
    return sorted(t.name for t in grammar().terminals if t.name not in passed_over)


@pytest.mark.parametrize("name", public())
def test_every_function(name):
    assert name in read()[2]


@pytest.mark.parametrize("form", forms())
def test_every_form(form):
    assert form in read()[0] or form in REFUSED | NOT_YET


@pytest.mark.parametrize("word", words())
def test_every_word(word):
    assert word in {kind for kind, _ in read()[1]} or word in NOT_YET


@pytest.mark.parametrize(("kind", "sign"), [(kind, s) for kind, signs in SIGNS.items() for s in signs.split()])
def test_every_sign(kind, sign):
    assert (kind, sign) in read()[1]
