"""The independent judge: walks the tree of a script over NumPy and shares nothing with the compiler but the parser.

    run(text, inputs) -> (outputs, traces)

It is slow and plain. It knows values, not types: a variable that a loop would promote stays as it was if no round
ran, so callers compare values, not element types. What is refused before anything runs (names, types, two named sizes
that never stretch) is for the compiler's own tests; what depends on values is a Fault of the same kind as gdc.Error's.
grad is a difference quotient of fourth order: the statements since the variable was assigned are run again near it.

values        elements, and which of them meet in which (LANGUAGE, "Promotion")
arithmetic    operators on values
elementwise reductions arrays linear random_numbers    functions of values
subscripts notation expressions calls derivatives      what the tree's formulas mean
contracts statements                                   what its statements do
"""

from reference.derivatives import STEP
from reference.faults import Fault
from reference.statements import run

__all__ = ["STEP", "Fault", "run"]
