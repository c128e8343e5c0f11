"""`[expr for i, j]` and `sum(expr for k)`."""

import numpy as np

from gdc.dsl import tree
from reference.faults import Fault
from reference.reductions import OF_NOTHING, of_nothing, reduce
from reference.values import Program, common


class Notation:
    def range_of(self, r):
        start, stop = int(self.expr(r.start)), int(self.expr(r.stop))
        step = 1 if r.step is None else int(self.expr(r.step))
        if step == 0:
            raise Fault("value", "a step of 0", r)
        return range(start, stop, step)

    def places(self, ranges, bodies):
        """Every combination of the indices, as bound one after the other."""
        if not ranges:
            yield ()
            return
        first, *rest = ranges
        found = self.range_of(first) if first.stop is not None else self.inferred(first, ranges, bodies)
        for i in found:
            self.scope.names[first.name] = np.asarray(i)
            for others in self.places(rest, bodies):
                yield (i, *others)

    def inferred(self, r, ranges, bodies):
        """The size of the axis where the index alone is a subscript."""
        sizes = []
        for body in bodies:
            for node in visible(body, r.name):
                if isinstance(node, tree.Index):
                    for at, s in enumerate(node.subscripts):
                        if isinstance(s, tree.Name) and s.name == r.name:
                            sizes += self.axis_size(node, at, ranges)
        if not sizes:
            raise Fault("type", f"the range of {r.name} is not known", r)
        if len(set(sizes)) > 1:
            raise Fault("shape", f"{r.name} runs over {sizes}", r)
        return range(sizes[0])

    def axis_size(self, node, at, ranges):
        base = self.probe(node.base, ranges)
        if base is None:
            return []
        before = [s for s in node.subscripts[:at] if not isinstance(s, tree.NewAxis)]
        if any(isinstance(s, tree.Ellipsis) for s in before):
            after = [s for s in node.subscripts[at:] if not isinstance(s, tree.NewAxis)]
            return [base.shape[base.ndim - len(after)]]
        return [base.shape[len(before)]]

    def bodies(self, ranges, body):
        """(indices, value of the body) for every place."""
        kept = dict(self.scope.names)
        try:
            for place in self.places(ranges, (body,)):
                yield place, self.expr(body)
        finally:
            self.scope.names = kept

    def sample(self, e, body):
        """A value of the body's shape and element, where no round gives one."""
        found = self.probe(body, e.ranges)
        return np.zeros((), Program.real) if found is None else np.asarray(found)

    def do_Table(self, e):
        kept = dict(self.scope.names)
        counts = []
        for r in e.ranges:
            counts.append(len(self.range_of(r) if r.stop is not None else self.inferred(r, e.ranges, (e.body,))))
        self.scope.names = kept
        found = [value for _, value in self.bodies(e.ranges, e.body)]
        if not found:
            entry = self.sample(e, e.body)
            return np.zeros((*counts, *entry.shape), entry.dtype)
        return np.array(common(*found)).reshape(*counts, *found[0].shape)

    def over_range(self, e):
        found = list(self.bodies(e.ranges, e.args[0]))
        if not found:
            if e.function not in OF_NOTHING:
                raise Fault("value", f"{e.function} over an empty range", e)
            entry = self.sample(e, e.args[0])
            return of_nothing(e.function, entry.shape, entry.dtype)
        best = reduce(e.function, np.array(common(*(v for _, v in found))), 0, node=e)
        if e.function in ("argmin", "argmax"):
            return np.array([place[0] for place, _ in found])[best]
        return best


def visible(node, name):
    """The nodes below where no inner index of this name hides it."""
    yield node
    if not (isinstance(node, (tree.Table, tree.Call)) and any(r.name == name for r in node.ranges)):
        for child in tree.children(node):
            yield from visible(child, name)
