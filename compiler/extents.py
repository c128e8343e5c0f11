"""Sizes of array expressions in style "calls", worked out from those of names; None where lowering knew them not."""

from __future__ import annotations

from gdc.compiler.dims import ONE, Dim
from gdc.compiler.imp import Expr
from gdc.compiler.ops import OPS, Why
from gdc.compiler.types import Type
from gdc.compiler.walks import Shapes

Shape = tuple[Dim, ...]


class Extents(Shapes):
    """Sizes of any expression that is made of maps, reductions, views and products."""

    def of(self, value: Expr) -> Shape | None:
        """The sizes of an array; of a scalar, none."""
        if not value.rank:
            return ()
        found = self._of(value)
        return found if found is not None and len(found) == value.rank else None

    def _of(self, value: Expr) -> Shape | None:
        op = value.op
        if op == "name":
            return super().of(value)
        if op in ("cast", "copy", "contiguous"):
            return self.of(value.args[0])
        if op in ("reshape", "broadcast", "fill", "iota"):
            return self._all(value.args if op == "iota" else value.args[1:])
        kind = OPS[op].kind if op in OPS else ""
        if kind == "MAP":
            return self._met(value)
        if kind == "REDUCE":
            return self._reduced(value)
        first = self.of(value.args[0]) if value.args else None
        if first is None:
            return None
        if kind == "LIBRARY":
            return self._called(value)
        if op == "transpose":
            return tuple(first[k] for k in value.get("perm"))
        if op == "index":
            return self._indexed(value, first)
        if op == "gather" and value.get("subscripts")[0] == "gather" and set(value.get("subscripts")[1:]) <= {"all"}:
            places = self.of(value.args[1])
            return (*places, *first[1:]) if places is not None else None
        if op == "matmul":
            second = self.of(value.args[1])
            if second and len(second) == len(first) > 2:
                return (*first[:-1], second[-1])
            return (*first[:-1], *second[:-2], *second[-1:])[: value.rank] if second and len(second) <= 2 else None
        return None

    def _all(self, sizes: tuple[Expr, ...]) -> Shape | None:
        found = [self.size(s) for s in sizes]
        return tuple(d for d in found if d is not None) if None not in found else None

    def _met(self, value: Expr) -> Shape | None:
        """What the sizes of a map's arguments become: those of 1 are stretched."""
        shapes = [self.of(a) for a in value.args]
        if None in shapes:
            return None
        met: list[Dim] = [ONE] * value.rank
        for shape in shapes:
            assert shape is not None
            for k, size in enumerate(shape, value.rank - len(shape)):
                if size != ONE:
                    met[k] = size
        return tuple(met)

    def _reduced(self, value: Expr) -> Shape | None:
        shape, axes, keep = self.of(value.args[0]), value.get("axes"), value.get("keepdims")
        if shape is None:
            return None
        return tuple(ONE if k in axes else d for k, d in enumerate(shape) if keep or k not in axes)

    def _called(self, value: Expr) -> Shape | None:
        """What the rule of a library call says."""
        rule, shapes = OPS[value.op].shape, [self.of(a) for a in value.args]
        sizes = [self.size(a) for a in value.args if not a.rank and a.element.kind == "int"]
        if isinstance(rule, Why) or None in shapes or None in sizes:
            return None
        types = tuple(Type(a.element, shape) for a, shape in zip(value.args, shapes, strict=True) if shape is not None)
        return rule(types, tuple(d for d in sizes if d is not None), dict(value.attrs))

    def _indexed(self, value: Expr, shape: Shape) -> Shape | None:
        """The sizes of a part; those of axes that no subscript names are as they were."""
        found: list[Dim | None] = []
        at, axis = 1, 0
        for kind in value.get("subscripts"):
            if kind == "new":
                found.append(ONE)
                continue
            if kind == "slice":
                found.append(self.size(value.args[at + 1]))
            elif kind == "all":
                found.append(shape[axis])
            at += {"slice": 3, "all": 0}.get(kind, 1)
            axis += 1
        sizes = [*found, *shape[axis:]]
        return tuple(d for d in sizes if d is not None) if None not in sizes else None
