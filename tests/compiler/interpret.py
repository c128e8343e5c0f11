"""The array IR, run by the book over NumPy: slow, small, and the judge of what a pass may change."""

import numpy as np
from scipy import linalg, special

from gdc.compiler import random_numbers, special_functions
from gdc.compiler.dims import Dim
from gdc.compiler.ir import nested, roots, walk
from gdc.compiler.library import LIBRARY
from gdc.compiler.ops import OPS

# what the op table's NumPy texts may name
# Which triangle of a matrix a solve reads.
READS = {None: "", "lower": "np.tril", "upper": "np.triu"}
NAMES = {"np": np, "linalg": linalg, "special": special}
for text in (*LIBRARY.values(), *random_numbers.WHOLE.values(), *special_functions.WHOLE.values()):
    exec(text, NAMES)


class Stopped(Exception):
    """A check or assert that failed."""


class Leave(Exception):
    """An exit of the innermost loop."""

    def __init__(self, kind, values):
        super().__init__(kind)
        self.kind, self.values = kind, values


class Frame:
    """The values that belong to one round of one region; what does not depend on it belongs to the frame outside."""

    def __init__(self, outer, region=None, values=()):
        self.outer, self.values = outer, dict(zip(region.params, values)) if region else {}
        self.moving = moving(region) if region else None

    def home(self, node):
        frame = self
        while frame.moving is not None and node not in frame.moving:
            frame = frame.outer
        return frame


def moving(region):
    """What each round computes anew."""
    found = {*region.params, *region.effects}
    for node in walk(roots(region)):
        if any(n in found for n in nested(node)) or node.is_effect:
            found.add(node)
    return found


class Interpreter:
    def __init__(self, program, inputs, sizes=()):
        self.sizes = dict(sizes)  # of names that no input's shape gives
        self.program, self.traces, self.printed = program, {}, []
        self.inputs = {k: np.asarray(v) for k, v in inputs.items()}

    def run(self):
        frame = Frame(None)
        with np.errstate(all="ignore"):
            for effect in self.program.region.effects:
                self.value(effect, frame)
            results = [self.value(r, frame) for r in self.program.region.results]
        return dict(zip(self.program.outputs, results))

    def value(self, node, frame):
        home = frame.home(node)
        if node not in home.values:
            home.values[node] = self.compute(node, home)
        return home.values[node]

    def args(self, node, frame):
        return [self.value(a, frame) for a in node.args]

    def compute(self, node, frame):
        special = getattr(self, f"do_{node.op.replace('assert', 'assert_')}", None)
        if special:
            return special(node, frame)
        row, args = OPS[node.op], self.args(node, frame)
        element = node.type.element.numpy
        if row.kind == "REDUCE":
            axes = tuple(node.get("axes"))
            if node.op in ("argmin", "argmax"):
                return getattr(np, node.op)(args[0], axis=axes[0])
            if node.op == "norm":
                return np.sqrt(np.sum(np.abs(args[0]) ** 2, axis=axes, keepdims=node.get("keepdims")))
            if node.op == "logsumexp":
                top = np.max(args[0], axis=axes, keepdims=True)
                found = np.log(np.sum(np.exp(args[0] - top), axis=axes, keepdims=True)) + top
                return found if node.get("keepdims") else np.squeeze(found, axes)
            return np.asarray(getattr(np, node.op)(args[0], axis=axes, keepdims=node.get("keepdims"))).astype(element)
        if row.kind == "MAP":
            text = row.numpy.format(*(f"a[{k}]" for k in range(row.arity)))
            return np.asarray(eval(text, NAMES, {"a": args})).astype(element)
        if row.kind == "LIBRARY":
            words = {"axis": node.get("axis"), "side": repr(node.get("side"))}
            text = row.numpy.format(*(f"a[{k}]" for k in range(row.arity)), **words)
            return np.asarray(eval(text, NAMES, {"a": args})).astype(element)
        text = {
            "matmul": "a[0] @ a[1]",
            "solve": f"np.linalg.solve({READS[node.get('reads')]}(a[0]), a[1])",
            "inv": "np.linalg.inv(a[0])",
            "det": "np.linalg.det(a[0])",
            "cholesky": "np.linalg.cholesky(a[0])",
        }[node.op]
        return np.asarray(eval(text, {"np": np, "a": args}))

    def size(self, size: Dim, frame):
        def atom(a):
            if isinstance(a, str):
                if a in self.inputs:
                    return int(self.inputs[a])
                if a not in self.program.dimensions:
                    return self.sizes[a]
                which, axis, formula = self.program.dimensions[a]
                have = self.inputs[self.program.inputs[which].get("name")].shape[axis]
                assert formula.atom == "size"
                return have
            return int(self.value(a, frame))

        return size.evaluate(atom)

    # sources and structure
    def do_const(self, node, frame):
        return np.asarray(node.value, dtype=node.type.element.numpy)

    def do_input(self, node, frame):
        return self.inputs[node.get("name")].astype(node.type.element.numpy)

    def do_size(self, node, frame):
        return np.int64(self.size(node.get("size"), frame))

    def do_undefined(self, node, frame):
        return np.zeros((0,) * node.type.rank, node.type.element.numpy)

    def do_variable(self, node, frame):
        return self.value(node.args[0], frame)

    def do_cast(self, node, frame):
        return self.value(node.args[0], frame).astype(node.get("element").numpy)

    def do_fill(self, node, frame):
        value, *sizes = self.args(node, frame)
        return np.full([int(s) for s in sizes], value)

    def do_broadcast(self, node, frame):
        value, *sizes = self.args(node, frame)
        return np.broadcast_to(value, [int(s) for s in sizes])

    def do_reshape(self, node, frame):
        value, *sizes = self.args(node, frame)
        return np.reshape(value, [int(s) for s in sizes])

    def do_iota(self, node, frame):
        return np.arange(int(self.value(node.args[0], frame)))

    def do_transpose(self, node, frame):
        return np.transpose(self.value(node.args[0], frame), node.get("perm"))

    def do_einsum(self, node, frame):
        return np.einsum(",".join(node.get("inputs")) + "->" + node.get("output"), *self.args(node, frame))

    def do_concat(self, node, frame):
        return np.concatenate(self.args(node, frame), axis=node.get("axis"))

    def do_stack(self, node, frame):
        return np.stack(self.args(node, frame), axis=node.get("axis"))

    def key(self, subscripts, args):
        args, key = list(args), []
        for kind in subscripts:
            if kind in ("at", "gather"):
                place = args.pop(0)
                key.append(int(place) if kind == "at" else place)
            elif kind == "slice":
                start, count, step = (int(args.pop(0)) for _ in range(3))
                stop = start + count * step
                key.append(slice(start, stop if stop >= 0 else None, step) if count else slice(0, 0))
            else:
                key.append(np.newaxis if kind == "new" else slice(None))
        return tuple(key)

    def do_index(self, node, frame):
        base, *rest = self.args(node, frame)
        return base[self.key(node.get("subscripts"), rest)]

    do_gather = do_index

    def do_update(self, node, frame):
        base, value, *rest = self.args(node, frame)
        new, key = np.array(base), self.key(node.get("subscripts"), rest)
        if node.get("combine"):
            getattr(np, {"add": "add", "mul": "multiply"}[node.get("combine")]).at(new, key, value)
        else:
            new[key] = value
        return new

    # control
    def do_project(self, node, frame):
        return self.value(node.args[0], frame)[node.get("k")]

    def do_branch(self, node, frame):
        region = node.regions[0 if self.value(node.args[0], frame) else 1]
        for effect in region.effects:
            self.value(effect, frame)
        return [self.value(r, frame) for r in region.results]

    def do_select(self, node, frame):
        return self.do_branch(node, frame)[0]

    def do_loop(self, node, frame):
        region, args = node.regions[0], self.args(node, frame)
        counted = node.get("kind") == "count"
        state = args[3:] if counted else args
        rounds = int(args[1]) if counted else 10**6
        for k in range(rounds):
            inner = Frame(frame, region, ([args[0] + k * args[2]] if counted else []) + list(state))
            try:
                for effect in region.effects:
                    self.value(effect, inner)
                state = [self.value(r, inner) for r in region.results]
            except Leave as leave:
                state = leave.values
                if leave.kind == "stop":
                    break
        return state

    def places(self, node, frame, region):
        """A frame for every place of a table or fold; later ranges may read earlier parameters."""

        def nest(frame, k, chosen):
            if k == len(region.params):
                yield chosen, Frame(frame, region, chosen)
                return
            probe = Frame(frame, region, chosen)
            start, count, step = (int(self.value(a, probe)) for a in node.args[3 * k : 3 * k + 3])
            for i in range(count):
                yield from nest(frame, k + 1, [*chosen, np.int64(start + i * step)])

        yield from nest(frame, 0, [])

    def body(self, region, inner):
        for effect in region.effects:
            self.value(effect, inner)
        return self.value(region.results[0], inner)

    def do_table(self, node, frame):
        region = node.regions[0]
        found = [self.body(region, inner) for _, inner in self.places(node, frame, region)]
        counts = [int(self.value(a, frame)) for a in node.args[1::3]]
        rest = [self.size(d, frame) for d in node.type.shape[len(counts) :]]
        return np.array(found, dtype=node.type.element.numpy).reshape(counts + rest)

    def do_fold(self, node, frame):
        region, monoid = node.regions[0], node.get("monoid")
        found = [self.body(region, inner) for _, inner in self.places(node, frame, region)]
        if not found:
            return np.full(
                [self.size(d, frame) for d in node.type.shape],
                {"sum": 0, "prod": 1, "any": False, "all": True, "mean": np.nan}[monoid],
                node.type.element.numpy,
            )
        return np.asarray(getattr(np, monoid)(np.array(found), axis=0)).astype(node.type.element.numpy)

    # effects
    def do_check(self, node, frame):
        ok, *values = self.args(node, frame)
        if not ok:
            raise Stopped(node.get("site"), *values)

    do_assert_ = do_check

    def do_record(self, node, frame):
        self.traces.setdefault(node.get("name"), []).append(self.value(node.args[0], frame))

    def do_print(self, node, frame):
        self.printed.append(self.args(node, frame))

    def do_exit(self, node, frame):
        condition, *values = self.args(node, frame)
        if condition:
            raise Leave(node.get("kind"), values)


def run(program, sizes=(), **inputs):
    return Interpreter(program, inputs, sizes).run()
