"""`gdc fmt`: files, folders, standard input; what is written, what is said, and the exit codes."""

import io
import os
import stat

import pytest

from gdc.runtime import restyle
from gdc.runtime.cli import main

UGLY, NICE = "x:=1+2   # three\nz  :=x*2", "x := 1 + 2  # three\nz := x*2\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ugly.gd").write_text(UGLY)
    (tmp_path / "nice.gd").write_text(NICE)
    (tmp_path / "broken.gd").write_text("x := (1\n")
    return tmp_path


def fmt(capsys, *words):
    code = main(["fmt", *words])
    return (code, *capsys.readouterr())


def test_a_file_is_rewritten_once(folder, capsys):
    code, out, err = fmt(capsys, "ugly.gd")
    assert (code, out) == (0, "") and "formatted ugly.gd" in err
    assert (folder / "ugly.gd").read_text() == NICE
    before = (folder / "ugly.gd").stat()
    assert fmt(capsys, "ugly.gd") == (0, "", "")
    assert (folder / "ugly.gd").stat().st_mtime_ns == before.st_mtime_ns


def test_check_names_files_and_writes_nothing(folder, capsys):
    code, out, err = fmt(capsys, "--check", "ugly.gd", "nice.gd")
    assert (code, out) == (1, "")
    assert "would format ugly.gd" in err and "nice.gd" not in err
    assert (folder / "ugly.gd").read_text() == UGLY
    assert fmt(capsys, "--check", "nice.gd") == (0, "", "")


def test_diff_shows_what_would_change(folder, capsys):
    code, out, _ = fmt(capsys, "--diff", "ugly.gd")
    assert code == 0 and "-x:=1+2   # three\n" in out and "+x := 1 + 2  # three\n" in out
    assert "\\ No newline at end of file" in out
    assert fmt(capsys, "--check", "--diff", "ugly.gd")[0] == 1
    assert (folder / "ugly.gd").read_text() == UGLY


def test_a_script_that_does_not_parse_stays_and_the_others_are_formatted(folder, capsys):
    code, _, err = fmt(capsys, ".")
    assert code == 1
    assert "syntax error at broken.gd:1:6" in err and "^" in err
    assert (folder / "broken.gd").read_text() == "x := (1\n"
    assert (folder / "ugly.gd").read_text() == NICE
    assert "1 changed, 1 as they should be" in err


def test_standard_input(capsys, monkeypatch):
    for words, code, out in (((), 0, NICE), (("--check",), 1, "")):
        monkeypatch.setattr("sys.stdin", io.StringIO(UGLY))
        assert fmt(capsys, "-", *words)[:2] == (code, out)


def test_permissions_links_line_ends_and_marks_are_kept(folder, capsys):
    path = folder / "ugly.gd"
    path.write_bytes(b"\xef\xbb\xbf" + UGLY.replace("\n", "\r\n").encode())
    os.chmod(path, 0o750)
    (folder / "link.gd").symlink_to("ugly.gd")
    assert fmt(capsys, "link.gd")[0] == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + NICE.replace("\n", "\r\n").encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    assert (folder / "link.gd").is_symlink()
    assert fmt(capsys, "link.gd") == (0, "", "")


def test_a_failed_write_leaves_the_file(folder, capsys, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restyle.os, "replace", full)
    code, _, err = fmt(capsys, "ugly.gd")
    assert code == 3 and "ugly.gd cannot be written: No space left on device" in err
    assert sorted(p.name for p in folder.iterdir()) == ["broken.gd", "nice.gd", "ugly.gd"]
    assert (folder / "ugly.gd").read_text() == UGLY


@pytest.mark.parametrize(
    ("words", "says"), [((), "give a FILE"), (("uglyy.gd",), "did you mean"), (("empty",), "no .gd file")]
)
def test_usage(folder, capsys, words, says):
    (folder / "empty").mkdir()
    code, out, err = fmt(capsys, *words)
    assert (code, out) == (2, "") and says in err


def test_bytes_that_are_no_text(folder, capsys):
    (folder / "latin.gd").write_bytes(b"x := 1 # \xe9\n")
    code, _, err = fmt(capsys, "latin.gd")
    assert code == 3 and "not a text in UTF-8" in err
