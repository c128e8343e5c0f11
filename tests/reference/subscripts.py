"""`A[i, 1:-1]`: NumPy's key, after every place has been held against its axis."""

import numpy as np

from gdc.dsl import tree
from reference.faults import Fault
from reference.values import kind, number


class Subscripts:
    def do_Index(self, e):
        base = self.expr(e.base)
        if self.probing:
            base = roomy(base, e.subscripts)
        return np.asarray(base[self.key(e, base)])

    def key(self, e, base):
        taken = [self.expr(s) if isinstance(s, tree.Expr) else None for s in e.subscripts]
        masks = [t for t in taken if t is not None and kind(t) == "b" and t.ndim]
        used = sum(m.ndim - 1 for m in masks) + sum(
            not isinstance(s, (tree.NewAxis, tree.Ellipsis)) for s in e.subscripts
        )
        if used > base.ndim:
            raise Fault("shape", "too many subscripts", e)
        if masks:
            if masks[0].shape != base.shape[: masks[0].ndim]:
                raise Fault("shape", "the mask has another shape", e)
            return np.asarray(masks[0])
        key, axis = [], 0
        for s in e.subscripts:
            if isinstance(s, tree.NewAxis):
                key.append(np.newaxis)
            elif isinstance(s, tree.Ellipsis):
                key.append(Ellipsis)
                axis += base.ndim - used
            else:
                size = base.shape[axis]
                key.append(self.slice(s, size, e) if isinstance(s, tree.Slice) else self.place(s, size, e))
                axis += 1
        return tuple(key)

    def counted(self, s, size):
        """A subscript or bound: written with a leading minus it counts from the end."""
        if isinstance(s, tree.Unary) and s.op == "-":
            return size - number(self.expr(s.operand))
        return number(self.expr(s))

    def place(self, s, size, e):
        place = self.counted(s, size)
        if place.dtype.kind != "i":
            raise Fault("type", "a subscript must be int", e)
        if self.probing:
            place = np.clip(place, 0, size - 1)
        if np.any((place < 0) | (place >= size)):
            raise Fault("index", f"{place} is out of range for {size}", e)
        return place if place.ndim else int(place)

    def slice(self, s, size, e):
        step = 1 if s.step is None else int(self.expr(s.step))
        first, last = (0, size) if step > 0 else (size - 1, -1)
        start = first if s.start is None else int(self.counted(s.start, size))
        stop = last if s.stop is None else int(self.counted(s.stop, size))
        given = [p for p, bound in ((start, s.start), (stop, s.stop)) if bound is not None]
        if any(not 0 <= p <= size for p in given) or (step < 0 and s.start is not None and start == size):
            raise Fault("index", f"{given} outside an axis of {size}", e)
        if (stop - start) * step < 0:
            raise Fault("index", f"{start} to {stop} runs the other way", e)
        return slice(start, None if stop < 0 else stop, step)


def roomy(base, subscripts):
    """An array with an entry to look up along each axis that is asked for one."""
    axes = min(len(subscripts), base.ndim)
    if any(not isinstance(s, tree.Expr) for s in subscripts[:axes] if not isinstance(s, tree.Slice)):
        return base
    asked = [isinstance(s, tree.Expr) for s in subscripts[:axes]] + [False] * (base.ndim - axes)
    shape = [max(size, 1) if entry else size for size, entry in zip(base.shape, asked, strict=True)]
    return np.ones(shape, base.dtype)
