"""Calls: of built-in functions, of the script's own, and of those of files that it uses."""

import itertools

import numpy as np

from gdc.dsl import tree
from reference.arithmetic import meet
from reference.arrays import PLAIN, SEVERAL, sized
from reference.contracts import contracted, sizes_of
from reference.derivatives import watched
from reference.elementwise import MAPS
from reference.faults import Fault
from reference.reductions import REDUCTIONS, reduce
from reference.scope import Scope
from reference.values import ELEMENTS, Program, as_strong, element, kind

MAKERS = ("zeros", "ones", "full", "cast", "reshape")


class Calls:
    def do_Call(self, e):
        return self.results(e)[0]

    def results(self, e):
        unit, function = self.unit.find(e.function)
        if function is not None:
            return self.defined(e, unit, function)
        if e.function == "grad":
            return [self.grad(e.args[0], name.name) for name in e.args[1:]]
        if e.ranges:
            return [self.over_range(e)]
        if e.function in MAKERS:
            return [getattr(self, f"make_{e.function}")(e)]
        return self.built_in(e, [self.expr(a) for a in e.args], {n.name: self.option(n.value) for n in e.named})

    def built_in(self, e, args, named):
        try:
            if e.function in REDUCTIONS and not (e.function in ("min", "max") and len(args) > 1):
                return [reduce(e.function, *args, **named, node=e)]
            if e.function in ("min", "max"):
                meet(*args, node=e)
                pairwise = PLAIN[f"{e.function}imum"]
                return [*itertools.accumulate(args, lambda x, y: as_strong(pairwise(x, y), x, y))][-1:]
            if e.function in MAPS:
                meet(*args, node=e)
                return [as_strong(MAPS[e.function](*args), *args)]
            if e.function in SEVERAL:
                return SEVERAL[e.function](*args, **named)
            return [PLAIN[e.function](*args, **named)]
        except Fault as fault:
            fault.line = fault.line or e.span.line
            raise
        except ValueError as error:
            raise Fault("shape", str(error), e) from None

    def option(self, e):
        """A named argument."""
        if isinstance(e, tree.Tuple):
            return tuple(int(self.expr(i)) for i in e.items)
        if isinstance(e, tree.String):
            return e.value
        value = self.expr(e)
        return value if value.ndim else value.item()

    # --- what takes an element type or sizes

    def shape_and_type(self, args, default):
        *sizes, last = args
        if isinstance(last, tree.Constant) and last.name in ELEMENTS:
            return sized(*(self.expr(s) for s in sizes)), element(last.name)
        return sized(*(self.expr(s) for s in args)), default

    def make_zeros(self, e):
        return np.zeros(*self.shape_and_type(e.args, Program.real))

    def make_ones(self, e):
        return np.ones(*self.shape_and_type(e.args, Program.real))

    def make_full(self, e):
        value = self.expr(e.args[0])
        shape, dtype = self.shape_and_type(e.args[1:], value.dtype)
        return np.full(shape, value, dtype)

    def make_cast(self, e):
        value, dtype = self.expr(e.args[0]), element(e.args[1].name)
        if kind(value) == "f" and dtype.kind in "bi" and not np.all(np.isfinite(value)):
            raise Fault("value", "nan and inf have no int value", e)
        return np.asarray(value).astype(dtype)

    def make_reshape(self, e):
        try:
            return np.asarray(self.expr(e.args[0])).reshape([int(self.expr(s)) for s in e.args[1:]])
        except ValueError as error:
            raise Fault("shape", str(error), e) from None

    # --- the script's own functions

    def defined(self, e, unit, f):
        """A call of a function of this script or of another file: its own scope, contracts local to it."""
        given = dict(zip((p.name for p in f.parameters), (self.expr(a) for a in e.args), strict=False))
        given |= {n.name: self.expr(n.value) for n in e.named}
        outer, caller = self.scope, self.unit
        types = [d for p in f.parameters if p.type for d in p.type.dims]
        own = {n.name for d in types for n in tree.walk(d) if isinstance(n, tree.Name)}
        self.unit = unit
        self.scope = Scope(
            sizes={k: v for k, v in unit.sizes.items() if k not in own}, watched=watched((*f.body, *f.results))
        )
        try:
            for p in f.parameters:
                value = given[p.name] if p.name in given else self.expr(p.default)
                if p.type:
                    value = contracted(p, value)
                    self.scope.sizes |= sizes_of(p.type, value, self.scope.sizes, e)
                self.bind(p.name, value)
            self.block(f.body)
            return [self.expr(r) for r in f.results]
        finally:
            self.scope, self.unit = outer, caller
