"""Names in scope: what each stands for, and whether it surely has a value."""

from __future__ import annotations

from dataclasses import dataclass, field

from gdc.compiler.dims import Dim
from gdc.compiler.ir import Node
from gdc.dsl import tree


@dataclass(frozen=True, slots=True)
class Binding:
    """A variable's value now.

    flag: a bool node, false where the value was never assigned; None where it surely was.
    unless: why it may not be read ("branch": not every path assigns it; "above": its first assignment is further
    down in
    the loop); "" where it may (a flag is then checked when the program runs).
    """

    node: Node
    flag: Node | None = None
    unless: str = ""


class Poison:
    """Stands for a variable whose assignment had an error, so that one mistake is reported once."""


POISON = Poison()


@dataclass(slots=True)
class Scope:
    """The variables of the program or of one call of a function."""

    names: dict[str, Binding | Poison] = field(default_factory=dict)
    dimensions: dict[str, Dim] = field(default_factory=dict)  # a contract's names: their sizes
    fixed: frozenset[str] = frozenset()  # loop variables and indices: not to be assigned
    differentiated: frozenset[str] = frozenset()  # names that a grad of this scope names
    later: frozenset[str] = frozenset()  # names whose first assignment stands further down in the loop
    function: str = ""  # the function whose body this is; "" for the program

    def copy(self) -> Scope:
        return Scope(dict(self.names), self.dimensions, self.fixed, self.differentiated, self.later, self.function)


@dataclass(frozen=True, slots=True)
class Function:
    """A `def`, the functions that its body may call by name (its file's), and whether it stands in the prelude."""

    definition: tree.Def
    space: dict[str, Function] = field(repr=False, compare=False)
    is_prelude: bool = False
