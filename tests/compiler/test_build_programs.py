"""Every program of tests/programs, built and run by the book: what the builder makes is what the header says."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import test_programs
from scipy import special

from gdc.compiler import ir
from gdc.compiler.build import build
from gdc.compiler.dims import ONE, dim
from gdc.compiler.types import BOOL, COMPLEX, INT, REAL, Type
from gdc.dsl.errors import Error
from gdc.dsl.parse import parse
from gdc.dsl.source import Source
from gdc.dsl.uses import collect, libraries
from gdc.runtime import header

_spec = importlib.util.spec_from_file_location("interpret", Path(__file__).with_name("interpret.py"))
interpret = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(interpret)

ON_ENTRY = ("inputs", "name", "data")


class Interpreter(interpret.Interpreter):
    """Sizes from contracts, demands on entry, defaults of params."""

    def size(self, size, frame):
        return size.evaluate(lambda a: self.atom(a, frame))

    def atom(self, atom, frame=None):
        if not isinstance(atom, str):
            return int(self.value(atom, frame))
        if atom in self.inputs:
            return int(self.inputs[atom])
        which, axis, formula = self.program.dimensions[atom]
        have = self.inputs[self.program.inputs[which].get("name")].shape[axis]
        return formula.evaluate(lambda a: have if a == "size" else self.atom(a))

    def run(self):
        outer = interpret.Frame(None)
        for declared in self.program.signature:
            if declared.name not in self.inputs:
                self.inputs[declared.name] = np.asarray(self.value(declared.default, outer))
        self.hold(outer)
        outputs = super().run()
        flags = [f is None or bool(self.value(f, interpret.Frame(None))) for f in self.program.assigned]
        return {name: value for (name, value), flag in zip(outputs.items(), flags, strict=True) if flag}

    def fail_in_order(self):
        """What a script solves or checks first fails first; values are else computed when they are asked for."""
        frame, region = interpret.Frame(None), self.program.region
        self.hold(frame)
        steps, stack = set(region.effects), list(ir.roots(region))
        seen = set(stack)
        while stack:
            node = stack.pop()
            steps |= {node} if node.op in ("solve", "inv", "cholesky") else set()
            new = {*node.args, *node.deps} - seen
            seen |= new
            stack += new
        for node in sorted(steps, key=lambda n: n.uid):
            self.value(node, frame)

    def hold(self, frame):
        for declared in self.program.signature:
            shape = tuple(self.size(d, frame) for d in declared.type.shape)
            assert shape == self.inputs[declared.name].shape, f"{declared.name}: {shape}"
        for demand in self.program.demands:
            left, right = self.size(demand.left, frame), self.size(demand.right, frame)
            if left != right:
                raise interpret.Stopped(demand.site, left, right)

    def do_check(self, node, frame):
        """The values are read only where the check fails: they may not exist elsewhere."""
        if not self.value(node.args[0], frame):
            raise interpret.Stopped(node.get("site"), *self.args(node, frame)[1:])

    def do_update(self, node, frame):
        """Every occurrence counts, whatever row combines."""
        if node.get("combine") in ("", "add", "mul"):
            return super().do_update(node, frame)
        base, value, *rest = self.args(node, frame)
        new = np.array(base)
        ufunc = {"div": "divide", "pow": "power", "floordiv": "floor_divide", "mod": "remainder"}[node.get("combine")]
        getattr(np, ufunc).at(new, self.key(node.get("subscripts"), rest), value)
        return new

    def do_fold(self, node, frame):
        return super().do_fold(node, frame).astype(node.type.element.numpy)

    def compute(self, node, frame):
        if node.op == "logsumexp":
            return special.logsumexp(*self.args(node, frame), axis=node.get("axes"), keepdims=node.get("keepdims"))
        if node.op in ("erf", "gamma", "lgamma"):
            return getattr(special, node.op.replace("lgamma", "gammaln"))(*self.args(node, frame))
        try:
            return super().compute(node, frame)
        except np.linalg.LinAlgError:
            raise interpret.Stopped(node.get("site")) from None


def type_of(value):
    value = np.asarray(value)
    element = {"b": BOOL, "i": INT, "u": INT, "f": REAL, "c": COMPLEX}[value.dtype.kind]
    return Type(element, tuple(ONE if n == 1 else dim("?") for n in value.shape))


def run(text, inputs, folder, fails=False):
    """Outputs, traces; an Error where a check fails."""
    source = Source(text)
    used = libraries(source, collect(source, lambda path, _: (folder / path).read_text(encoding="utf-8")))
    program = build(parse(source), source, {name: type_of(value) for name, value in inputs.items()}, used)
    interpreter = Interpreter(program, inputs)
    try:
        if fails:
            Interpreter(program, dict(inputs)).fail_in_order()
        outputs = interpreter.run()
    except interpret.Stopped as stopped:
        site = program.sites[stopped.args[0]]
        raise Error(site.kind, site.message.format(*stopped.args[1:]), site.span, site.hint) from None
    traces = {name: np.zeros((0,) * (t.rank + 1)) for name, t in program.traces.items()}
    return outputs, {**traces, **{k: np.array(v) for k, v in interpreter.traces.items()}}


def binds_data(path):
    """Whether a program is about what happens before it starts: reading files, holding values against contracts."""
    text = path.read_text(encoding="utf-8")
    return ' from "' in text or "# error data" in text


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("path", [p for p in test_programs.PROGRAMS if not binds_data(p)], ids=lambda p: p.stem)
def test_built(path):
    case = test_programs.case_of(path)
    text = case.source.text
    if "grad(" in text:
        source = Source(text)
        assert any(n.op == "grad" for n in ir.walk(ir.roots(build(parse(source), source).region)))
    elif case.error:
        with pytest.raises(Error) as caught:
            run(text, case.inputs, path.parent, fails=True)
        assert not header.refused(caught.value, case.error)
    else:
        test_programs.check(*run(text, case.inputs, path.parent), case)
