"""`gdc fmt`: the tree stays, a second time changes nothing, comments and signs stay, and the house style holds."""

import random
import re
from dataclasses import fields
from pathlib import Path

import pytest

import gdc
from gdc.dsl.format import formatted
from gdc.dsl.parse import parse, tokens
from gdc.dsl.source import Source, Span

ROOT = Path(__file__).parents[2]
FOLDERS = ("examples", "tests/programs", "tests/programs/library", "dsl")
FILES = [p for folder in FOLDERS for p in sorted((ROOT / folder).glob("*.gd"))]
BLOCK = re.compile(r"```gd\n(.*?)```", re.DOTALL)


def blocks():
    """Every script in the documents."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for k, text in enumerate(BLOCK.findall(page.read_text(encoding="utf-8"))):
            yield pytest.param(text, id=f"{page.stem}{k}")


SCRIPTS = [pytest.param(p.read_text(encoding="utf-8"), id=p.stem) for p in FILES] + list(blocks())
every_script = pytest.mark.parametrize("text", SCRIPTS)


def same_tree(a, b):
    """Two trees, but for places. Without recursion."""
    stack = [(a, b)]
    while stack:
        x, y = stack.pop()
        if isinstance(x, Span):
            continue
        if type(x) is not type(y):
            return False
        if isinstance(x, tuple):
            if len(x) != len(y):
                return False
            stack += zip(x, y, strict=True)
        elif hasattr(x, "span"):
            stack += ((getattr(x, f.name), getattr(y, f.name)) for f in fields(x))
        elif x != y:
            return False
    return True


def comments(text):
    return [c.rstrip() for c in re.findall(r'"[^"\n]*"|(#[^\n]*)', text) if c]


def holds(text):
    done = formatted(Source(text))
    assert same_tree(parse(Source(text)), parse(Source(done))), done
    assert formatted(Source(done)) == done
    assert comments(done) == comments(text)
    assert "\n\n\n" not in done and not re.search(r"[ \t]$", done, re.MULTILINE)
    return done


@every_script
def test_the_meaning_stays_and_once_is_enough(text):
    holds(text)


def mangled(text, seed):
    """The script with other white space wherever that means nothing, comments included."""
    rng = random.Random(seed)
    found = [t for t in tokens(Source(text)) if t.type != "_NL"]
    words, at = [], 0
    for t in found:
        gap = text[at : t.start_pos]
        if "#" in gap or "\n" in gap:
            gap = re.sub(r"\n", lambda _: "\n" * rng.choice((1, 1, 2, 4)) + " " * rng.randrange(9), gap)
        elif ";" in gap:
            gap = rng.choice((";", " ;  ", "\n", "\n\n\n  "))
        elif gap:
            gap = rng.choice((" ", "   ", "\t"))
        elif rng.random() < 0.3 and not (t.type in ("LPAR", "DOT") or words and words[-1].endswith(".")):
            gap = "  "
        words += [gap, text[t.start_pos : t.end_pos]]
        at = t.end_pos
    return "".join(words) + text[at:]


@every_script
@pytest.mark.parametrize("seed", [1])
def test_any_white_space_leads_to_the_same_meaning(text, seed):
    other = mangled(text, seed)
    assert same_tree(parse(Source(text)), parse(Source(other)))
    assert same_tree(parse(Source(text)), parse(Source(holds(other))))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x:=1+2*3", "x := 1 + 2*3\n"),
        ("w:=w−α·(1/m)·Xᵀ·(X·w+b−y)", "w := w − α·(1/m)·Xᵀ·(X·w + b − y)\n"),
        ("y := - x ^ - 2 + √ x", "y := -x^-2 + √x\n"),
        ("y←a×b;z:=¬p∧q≤r", "y ← a × b; z := ¬p ∧ q ≤ r\n"),
        ("z := not( p )and q", "z := not (p) and q\n"),
        ("r := 7%3 == 1", "r := 7 % 3 == 1\n"),
        ("A [ 1 : - 1 , : : 2 ] := B [ : , 0 ] [ : , new ]", "A[1:-1, ::2] := B[:, 0][:, new]\n"),
        ("m := mean( X , axis = 0 , keepdims=true )", "m := mean(X, axis=0, keepdims=true)\n"),
        ("s := sum( A[i,k] for i in 0 .. n by 2 ,k )", "s := sum(A[i, k] for i in 0..n by 2, k)\n"),
        ('input X , Y:real[ m ]finite from"a.csv"["p" ,"q"]', 'input X, Y: real[m] finite from "a.csv"["p", "q"]\n'),
        ("param a:real=0.5", "param a: real = 0.5\n"),
        ("def f(x,eps=1e-5,A:real[m,m]=eye( m ))=x+eps", "def f(x, eps = 1e-5, A: real[m, m] = eye(m)) = x + eps\n"),
        ("def f(x){y:=2*x;return y,x}", "def f(x) { y := 2*x; return y, x }\n"),
        ("repeat 3{}", "repeat 3 {}\n"),
        ("x  +=  1;", "x += 1\n"),
        ("for i in 0..3,j in 1..-1 by-1{A[i,j]:=0}", "for i in 0..3, j in 1..-1 by -1 { A[i, j] := 0 }\n"),
        ('print"a, b: #1",x', 'print "a, b: #1", x\n'),
        ("(q,r):=qr(A)", "(q, r) := qr(A)\n"),
        ("t := x if c>0 else-y", "t := x if c > 0 else -y\n"),
        ("", ""),
        ("\n\n# only this   \n\n", "# only this\n"),
        ("\n\nx := 1\n\n\n\ny := 2\n\n", "x := 1\n\ny := 2\n"),
        # blocks: one line stays one line; a line break anywhere makes it a block
        ("repeat 3 { x+=1\n}", "repeat 3 {\n    x += 1\n}\n"),
        (
            "if a { x:=1\n}\nelse if b {\nx:=2 } else { x:=3 }",
            "if a {\n    x := 1\n} else if b {\n    x := 2\n} else { x := 3 }\n",
        ),
        ("while a {\n\n  # inside\n\n  x := 1\n\n}", "while a {\n    # inside\n\n    x := 1\n}\n"),
        ("repeat 3 { # count\n x:=1 }", "repeat 3 {  # count\n    x := 1\n}\n"),
        ("if a { x:=1 }\n# why\nelse { x:=2 }", "if a { x := 1 }\n# why\nelse { x := 2 }\n"),
        # comments: beside the code they keep their column where there is room
        ("x:=1 # one\ny :=  2         # two", "x := 1  # one\ny := 2          # two\n"),
        # lines that go on: under the bracket, or four deeper
        ("x := f(1,\n 2,\n   3)", "x := f(1,\n       2,\n       3)\n"),
        ("x := f(\n1,\n2\n)", "x := f(\n    1,\n    2\n)\n"),
        ("x := 1 +\n2", "x := 1 +\n    2\n"),
        ("D := [[1,2],   # first\n[3,4]]", "D := [[1, 2],  # first\n      [3, 4]]\n"),
        ("repeat 2 {\nx := f(\n1)\n}", "repeat 2 {\n    x := f(\n        1)\n}\n"),
    ],
)
def test_the_house_style(text, wanted):
    assert holds(text) == wanted


def test_long_sums_are_no_trouble():
    text = "x := " + "+".join(["y"] * 20_000)
    assert formatted(Source(text)) == "x := " + " + ".join(["y"] * 20_000) + "\n"


def test_what_does_not_parse_is_an_error_with_its_place():
    with pytest.raises(gdc.Error) as caught:
        formatted(Source("x := 1\ny := (2"))
    assert (caught.value.kind, caught.value.line) == ("syntax", 2)


def test_the_examples_are_in_the_house_style():
    for path in (*(ROOT / "examples").glob("*.gd"), ROOT / "dsl" / "prelude.gd"):
        text = path.read_text(encoding="utf-8")
        assert formatted(Source(text)) == text, f"gdc fmt {path}"
