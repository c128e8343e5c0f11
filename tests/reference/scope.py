"""Where names are looked up: variables in scopes, functions in the files that define them."""

import posixpath
from dataclasses import dataclass, field

from gdc.dsl import tree
from gdc.dsl.parse import parse
from gdc.dsl.source import Source


@dataclass
class Scope:
    """The variables of the program or of one call; `log` is what was run, for grad."""

    names: dict = field(default_factory=dict)
    sizes: dict = field(default_factory=dict)
    watched: frozenset = frozenset()  # names that a grad of this scope names
    starts: dict = field(default_factory=dict)  # name: (the variables just after its assignment, the log's length)
    log: list = field(default_factory=list)


class Unit:
    """A file: its functions, the files that it uses, and the sizes that its functions see."""

    def __init__(self, script, folder, path=""):
        self.functions = {s.name: s for s in script.statements if isinstance(s, tree.Def)}
        self.sizes = {}
        self.used = {}
        for s in script.statements:
            if isinstance(s, tree.Use):
                below = posixpath.join(posixpath.dirname(path), s.path)
                text = (folder / below).read_text(encoding="utf-8")
                self.used[s.alias] = Unit(parse(Source(text)), folder, below)

    def find(self, name):
        """(the file that defines a function, its definition); None for a built-in one."""
        alias, _, rest = name.rpartition(".")
        unit = self.used[alias] if alias else self
        return unit, unit.functions.get(rest)
