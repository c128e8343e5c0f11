"""The tree of the prelude is kept on disk: what is read is what was parsed, and damage is no matter."""

import pytest

from gdc.dsl import parse as parsing
from gdc.dsl.source import Source

PRELUDE = Source((parsing.Path(parsing.__file__).parent / "prelude.gd").read_text(encoding="utf-8"), "prelude.gd")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(parsing, "_table_folder", lambda: tmp_path)
    return tmp_path


def test_the_kept_tree_is_the_parsed_one(folder):
    made = parsing.parse_once(PRELUDE)
    [file] = folder.glob("tree-*.pickle")
    assert parsing.parse_once(PRELUDE) == made == parsing.parse(PRELUDE)
    assert parsing.parse_once(PRELUDE).statements[0].span.line == made.statements[0].span.line
    file.write_bytes(file.read_bytes()[:100])
    assert parsing.parse_once(PRELUDE) == made
    assert file.stat().st_size > 100


def test_a_folder_that_takes_no_file_is_no_matter(folder, monkeypatch):
    monkeypatch.setattr(parsing, "_table_folder", lambda: folder / "file" / "under")
    (folder / "file").write_text("")
    assert parsing.parse_once(PRELUDE).statements
