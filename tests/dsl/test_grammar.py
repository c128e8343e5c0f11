"""The grammar has no conflict, every rule has a callback, and its table is kept where it can be."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import lark
import pytest

from gdc.dsl import names
from gdc.dsl import parse as parse_module
from gdc.dsl.source import Source
from gdc.dsl.statements import Builder

GRAMMAR = Path(parse_module.__file__).with_name("grammar.lark").read_text(encoding="utf-8")


def build(**options):
    return lark.Lark(GRAMMAR, parser="lalr", lexer="contextual", start="script", maybe_placeholders=False, **options)


def test_no_conflicts(caplog, monkeypatch):
    monkeypatch.setattr(lark.logger, "propagate", True)
    with caplog.at_level(logging.DEBUG, logger=lark.logger.name):
        build(debug=True)
    assert not [record for record in caplog.records if "onflict" in record.getMessage()]


def test_no_collisions_between_terminals():
    pytest.importorskip("interegular")
    build(strict=True)


def test_every_rule_has_a_callback():
    builder = Builder()
    wanted = {rule.alias or rule.options.template_source or rule.origin.name for rule in build().rules
              if not rule.origin.name.startswith("_") and not (rule.options.expand1 and not rule.alias)}
    assert not [name for name in wanted if not callable(getattr(builder, str(name), None))]


def test_reserved_words_are_those_of_the_grammar():
    terminal = next(each for each in build().terminals if each.name == "NAME")
    words = terminal.pattern.value.split("(?!(?:")[1].split(")")[0].split("|")
    assert set(words) - {"π"} == names.RESERVED


def run(code, **environment):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


PARSE = """
from gdc.dsl.parse import parse
from gdc.dsl.source import Source
print(len(parse(Source('x := 1')).statements))
"""


def test_table_is_kept_and_read_and_mended(tmp_path):
    home = {"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    assert run(PARSE, **home).strip() == "1"
    (table,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert table.name.startswith("grammar-")
    assert run(PARSE, **home).strip() == "1"
    table.write_bytes(b"torn")
    assert run(PARSE, **home).strip() == "1"


def test_no_folder_for_the_table(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert run(PARSE, XDG_CACHE_HOME=str(blocked), HOME=str(blocked)).strip() == "1"


def test_lark_is_imported_late():
    code = "import gdc.dsl.tree, gdc.dsl.errors, gdc.dsl.parse, sys; print('lark' in sys.modules)"
    assert run(code).strip() == "False"


def test_positions_survive_every_replacement():
    source = Source("x := [1, # one\n 2]\n\ny := x # two\nif c {\n}\n\nelse { z := 1 }")
    first, second, third = parse_module.parse(source).statements
    assert first.span.text.startswith("x := [1, # one")
    assert second.span.text == "y := x"
    assert third.orelse[0].span.text == "z := 1"
