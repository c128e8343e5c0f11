"""grad, a difference quotient of fourth order: what was done since the variable was assigned is done again near it."""

import numpy as np

from gdc.dsl import tree
from reference.scope import Scope
from reference.values import real

STEP = 1e-3  # times the size of what is varied


class Derivatives:
    step = STEP

    def grad(self, formula, name):
        outer = self.scope
        if self.probing:
            return real(self.read(name))
        names, length = outer.starts[name]
        w = real(names[name])
        ways = (1, 1j) if w.dtype.kind == "c" else (1,)
        w = w.astype(np.result_type(w.dtype, np.float64))

        def at(value):
            self.scope = Scope({**names, name: value}, outer.sizes)
            for action in outer.log[length:]:
                action(self)
            return float(self.expr(formula))

        slope = np.zeros(w.shape, w.dtype)
        try:
            for place in np.ndindex(w.shape):
                h = self.step * max(1.0, abs(w[place]))
                for way in ways:
                    f = {}
                    for k in (-2, -1, 1, 2):
                        moved = w.copy()
                        moved[place] += k * h * way
                        f[k] = at(moved)
                    slope[place] += way * (8 * (f[1] - f[-1]) - (f[2] - f[-2])) / (12 * h)
        finally:
            self.scope = outer
        return slope.astype(names[name].dtype)


def differentiates(node):
    return isinstance(node, tree.AssertGrad) or isinstance(node, tree.Call) and node.function == "grad"


def watched(block):
    """The names that a grad names."""
    found = [n for s in block for n in tree.walk(s) if differentiates(n)]
    names = [a for n in found for a in ([n.variable] if isinstance(n, tree.AssertGrad) else n.args[1:])]
    return frozenset(a.name for a in names if isinstance(a, tree.Name))
