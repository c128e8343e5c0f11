"""What the language has and the drawer does not draw is named here, with the reason."""

import random
import re

import library
import pytest
from draw import Drawer

from gdc.compiler.build import calls
from gdc.compiler.build.program import prelude
from gdc.compiler.ops import FUNCTIONS
from gdc.dsl import tree
from gdc.dsl.parse import parse
from gdc.dsl.source import Source

PROGRAMS = 500
NOT_DRAWN = {
    "eig": "its order and its vectors hang on the last digits; tests/programs has it",
    "grad": "drawn as a statement, in Drawer.differentiated",
}
NOT_DRAWN_STATEMENTS = {
    "Use": "a file beside the program; tests/programs and tests/runtime have it",
    "From": "data from a file; tests/runtime has it",
    "AssertGrad": "its tolerance is a judgement of its own; tests/programs has it",
    "Expect": "a claim about cost, refused in this version",
    "String": "drawn in print, assert and mode= alone, which is all there is",
}


@pytest.fixture(scope="module")
def drawn():
    dice = random.Random(1)
    texts = []
    for number in range(PROGRAMS):
        drawer = Drawer(lambda count: dice.randrange(count), number % 2 == 0, False, number % 3 == 0)
        texts.append(drawer.program().text)
    return texts


def functions():
    """Every function that a script may call."""
    return {n for n in {*FUNCTIONS, *calls.FUNCTIONS, *calls.SEVERAL, *prelude()} if not n.startswith("_")}


def test_every_function_is_drawn(drawn):
    rows = (library.SMOOTH, library.EXACT, library.WHOLE, library.TRUTHS, library.COMPLEXES, library.SMOOTH_COMPLEXES)
    texts = [*drawn, *(text for table in rows for _, _, text in table)]  # each row of a table is as likely as another
    found = set(re.findall(r"([a-z]\w*)\(", "\n".join(texts)))
    missing = functions() - found - NOT_DRAWN.keys()
    assert not missing, sorted(missing)
    assert not NOT_DRAWN.keys() & found - {"grad"}, "no longer an exception"


def test_every_construct_is_drawn(drawn):
    found = {type(node).__name__ for text in drawn for node in tree.walk(parse(Source(text)))}
    known = {c.__name__ for c in vars(tree).values() if isinstance(c, type) and issubclass(c, tree.Node)}
    missing = known - found - NOT_DRAWN_STATEMENTS.keys() - {"Node", "Expr", "Statement"}
    assert not missing, sorted(missing)
