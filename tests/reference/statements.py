"""Statements, and the program as a whole."""

import itertools
import unicodedata
import warnings

import numpy as np

from gdc.dsl import tree
from gdc.dsl.parse import parse
from gdc.dsl.source import Source
from reference.arithmetic import binary
from reference.contracts import contracted, plain, sizes_of
from reference.derivatives import STEP, differentiates, watched
from reference.expressions import Expressions
from reference.faults import Fault, Leave
from reference.scope import Scope, Unit
from reference.values import SETTING, kind, precision, real, weak

MOST_ROUNDS = 100_000
DECLARING = (tree.Input, tree.Param, tree.Def, tree.Use)


def run(text, inputs, folder=None, width="f64", step=STEP):
    """The outputs and traces of a script; `folder` holds the files that it uses, `width` is how wide a real is."""
    with np.errstate(all="ignore"), warnings.catch_warnings(), precision(width):
        warnings.simplefilter("ignore")
        given = {unicodedata.normalize("NFKC", k): np.asarray(v) for k, v in inputs.items()}
        return Judge(parse(Source(text)), folder, step).run(given)


def every_occurrence(array, key, op, value, node):
    """`A[k] += v` where every occurrence of a repeated place counts, as in a loop."""
    places = np.arange(array.size).reshape(array.shape)[key]
    for place, one in zip(places.flat, np.broadcast_to(value, places.shape).flat, strict=True):
        array.flat[place] = binary(op, array.flat[place], one, node)


class Judge(Expressions):
    def __init__(self, script, folder, step):
        self.script, self.step = script, step
        self.unit = Unit(script, folder)
        self.traces = {n.name: [] for n in tree.walk(script) if isinstance(n, tree.Record)}
        self.outputs = []

    def run(self, inputs):
        top = [s for s in self.script.statements if not isinstance(s, DECLARING)]
        self.scope = Scope(watched=watched(top))
        declared = [s for s in self.script.statements if isinstance(s, (tree.Input, tree.Param))]
        if declared:
            self.declare(declared, inputs)
        else:
            for name, value in inputs.items():
                self.bind(name, plain(value))
        self.block(top)
        names = self.outputs or [n for n in dict.fromkeys(assigned(top)) if n in self.scope.names]
        traces = {k: np.array(v) for k, v in self.traces.items()}
        return {n: np.asarray(self.read(n)) for n in names}, traces

    # --- contracts

    def declare(self, declared, inputs):
        values = {}
        for s in declared:
            if s.name in inputs:
                values[s.name] = contracted(s, inputs[s.name])
            elif isinstance(s, tree.Input):
                raise Fault("name", f"{s.name} is not given", s)
        for s in declared:
            if s.type and s.type.dims and s.name in values:
                self.scope.sizes |= sizes_of(s.type, values[s.name], self.scope.sizes, s)
            elif s.type and s.type.element == "int" and s.name in values:
                self.scope.sizes.setdefault(s.name, int(values[s.name]))
        self.unit.sizes = self.scope.sizes
        for s in declared:
            if s.name not in values:
                values[s.name] = contracted(s, self.expr(s.default))
            if s.type and s.type.dims:
                sizes_of(s.type, values[s.name], self.scope.sizes, s)
            self.bind(s.name, self.setting(s, values[s.name]))

    def setting(self, s, value):
        """A param, or an input that is a dimension too, gives way to the width of others."""
        gives_way = not value.ndim and (isinstance(s, tree.Param) or s.name in self.scope.sizes)
        return weak(value, SETTING) if gives_way else value

    # --- statements

    def block(self, statements):
        for s in statements:
            getattr(self, f"do_{type(s).__name__}")(s)

    def bind(self, name, value):
        """Gives a variable its value; grad starts here, and remembers it."""
        if name == "_":
            return
        scope = self.scope
        scope.names[name] = np.asanyarray(value)
        if scope.watched:
            scope.log.append(lambda again: again.bind(name, value))
        if name in scope.watched:
            scope.starts[name] = dict(scope.names), len(scope.log)

    def read(self, name, node=None):
        if name in self.scope.names:
            return self.scope.names[name]
        if name in self.scope.sizes:
            return weak(self.scope.sizes[name], SETTING)
        raise Fault("name", f"{name} has no value", node)

    def do_Assign(self, s):
        length = len(self.scope.log)
        if len(s.targets) > 1:
            values = self.results(s.value)
            for target, value in zip(s.targets, values, strict=True):
                self.bind(target.name, value)
        elif isinstance(s.targets[0], tree.Index):
            self.assign_part(s.targets[0], s.op, s.value)
        else:
            if s.op in ("and", "or"):
                value = self.logical(s.op, self.read(s.targets[0].name, s), s.value, s)
            else:
                value = self.expr(s.value)
                value = binary(s.op, self.read(s.targets[0].name, s), value, s) if s.op else value
            self.bind(s.targets[0].name, value)
        if self.scope.watched and not any(differentiates(n) for n in tree.walk(s)):
            self.scope.log[length:] = [lambda again: again.do_Assign(s)]

    def assign_part(self, target, op, value_tree):
        name = target.base.name
        base = self.read(name, target)
        key = self.key(target, base)
        value = self.expr(value_tree)
        new = np.array(base)
        if "bifc".index(kind(value)) > "bifc".index(kind(base)):
            raise Fault("type", f"{name} cannot hold that", target)
        try:
            if op and isinstance(key, tuple) and any(isinstance(k, np.ndarray) for k in key):
                every_occurrence(new, key, op, value, target)
            else:
                new[key] = binary(op, base[key], value, target) if op else value
        except ValueError as error:
            raise Fault("shape", str(error), target) from None
        self.bind(name, new)

    def do_Repeat(self, s):
        self.rounds(range(int(self.expr(s.count))), None, s.body)

    def do_For(self, s):
        self.nest(s.ranges, s.body)

    def nest(self, ranges, body):
        """The first range's loop; stop and skip belong to the last."""
        first, *rest = ranges
        places = self.range_of(first)
        if not rest:
            self.rounds(places, first.name, body)
            return
        with Hidden(self, first.name):
            for i in places:
                self.bind(first.name, i)
                self.nest(rest, body)

    def do_ForEach(self, s):
        self.rounds(self.expr(s.over), s.name, s.body)

    def do_While(self, s):
        self.rounds(itertools.takewhile(lambda _: bool(self.expr(s.condition)), range(MOST_ROUNDS)), None, s.body)

    def rounds(self, places, name, body):
        with Hidden(self, name):
            for i in places:
                if name:
                    self.bind(name, i)
                try:
                    self.block(body)
                except Leave as leave:
                    if leave.args[0] == "stop":
                        break

    def do_Leave(self, s):
        if s.condition is None or self.expr(s.condition):
            raise Leave(s.word)

    def do_If(self, s):
        for condition, body in s.arms:
            if self.expr(condition):
                return self.block(body)
        return self.block(s.orelse)

    def do_Record(self, s):
        if s.value is not None:
            self.bind(s.name, self.expr(s.value))
        entries = self.traces[s.name]
        entries.append(self.read(s.name, s))
        if entries[0].shape != entries[-1].shape:
            raise Fault("shape", "a recorded value keeps one shape", s)

    def do_Print(self, s):
        for item in s.items:
            if not isinstance(item, tree.String):
                self.expr(item)

    def do_Assert(self, s):
        if not self.expr(s.condition):
            raise Fault("assert", s.message, s)

    def do_AssertGrad(self, s):
        wanted, given = self.grad(s.value, s.variable.name), real(self.expr(s.derivative))
        if not np.allclose(given, wanted, rtol=1e-5, atol=1e-9):
            raise Fault("assert", "no derivative", s)

    def do_Output(self, s):
        if s.value is not None:
            self.bind(s.name, self.expr(s.value))
        self.outputs.append(s.name)


class Hidden:
    """A loop's variable: gone afterwards, what it hid is there again."""

    def __init__(self, judge, name):
        self.judge, self.name = judge, name

    def __enter__(self):
        self.kept = self.judge.scope.names.get(self.name)

    def __exit__(self, *_):
        names = self.judge.scope.names
        names.pop(self.name, None)
        if self.kept is not None:
            names[self.name] = self.kept


def assigned(block):
    """The names that a block assigns, in order."""
    for s in block:
        for n in tree.walk(s):
            if isinstance(n, tree.Assign):
                for target in n.targets:
                    yield target.base.name if isinstance(target, tree.Index) else target.name
            elif isinstance(n, (tree.Record, tree.Output)) and n.value is not None:
                yield n.name
