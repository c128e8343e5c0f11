"""Well-typed gd programs, drawn with Hypothesis: `programs()` gives a text and its inputs.

Real data are small dyadic fractions, so that + - * and sums are exact. Programs may still fail when they run (an
index, a
division by zero): then every target must fail in the same way.
"""

from dataclasses import dataclass, field

import numpy as np
from formulas import Formulas
from hypothesis import strategies as st
from kinds import BOOL, COMPLEX, INT, REAL, Function, Kind

SIZES = (1, 2, 3, 3, 4, 5, 2, 0)


@dataclass
class Drawn:
    """A program and the values of its inputs."""

    text: str
    inputs: dict = field(default_factory=dict)

    def __repr__(self):
        return f"{self.text}\n# inputs: { {name: value.tolist() for name, value in self.inputs.items()} }"


@st.composite
def programs(draw, smooth=None, widths=False, complexes=False):
    """A program of one to some twenty statements; `widths`: some of its elements are f32 or i32; `complexes`: some are
    complex."""

    def choose(count):
        return draw(st.integers(0, count - 1)) if count > 1 else 0

    return Drawer(choose, choose(4) == 3 if smooth is None else smooth, widths, complexes).program()


@st.composite
def gradients(draw):
    """A smooth formula and its derivative, for a comparison with difference quotients."""
    return Drawer(lambda count: draw(st.integers(0, count - 1)) if count > 1 else 0, True).gradient_program()


class Drawer(Formulas):
    """Draws statements; `lines` is the text so far."""

    def __init__(self, choose, smooth, widths=False, complexes=False):
        super().__init__(choose, smooth, widths, complexes)
        self.lines, self.level, self.inputs, self.sizes = [], 0, {}, {}
        self.fixed = set()  # names that may not be assigned here
        self.loops = 0
        self.recorded = {}

    def emit(self, text):
        self.lines.append("    " * self.level + text)

    def program(self):
        self.dims = ("m", "n", "p")[: 1 + self.choose(3)]
        self.sizes = {d: self.pick(SIZES) for d in self.dims}
        self.declare()
        for _ in range(self.choose(3)):
            self.define()
        for _ in range(1 + self.choose(7)):
            self.statement(2)
        return self.finished()

    def finished(self):
        if self.chance(10) and self.names:
            self.emit("output " + ", ".join(sorted({self.pick(self.names) for _ in range(3)})))
        return Drawn("\n".join(self.lines) + "\n", self.inputs)

    # --- inputs

    def declare(self):
        rng = np.random.default_rng(self.choose(1000))
        for d in self.dims:
            self.declare_input(Kind(REAL, (d,)), rng)
        for _ in range(1 + self.choose(3)):
            kind = self.kind()
            self.declare_input(kind._replace(shape=tuple(self.pick(self.dims) for _ in kind.shape)), rng)
        if self.chance(30):
            self.emit("param t: int = 2")
            self.names["t"] = Kind(INT)

    def declare_input(self, kind, rng):
        name = self.fresh(self.pick("ABXv") if kind.rank > 1 else self.pick("uvxy"))
        self.inputs[name] = values(rng, kind, [self.sizes[d] for d in kind.shape])
        open_contract = self.chance(5) and kind.shape and len(self.inputs) > len(self.dims)
        shape = f"[{', '.join(kind.shape)}]" if kind.shape else ""
        self.emit(f"input {name}" if open_contract else f"input {name}: {self.word(kind.element)}{shape}")
        self.names[name] = kind

    # --- functions

    def define(self):
        """A function of its own scope, written in either form."""
        outer = self.names
        takes = tuple(self.kind() for _ in range(1 + self.choose(3)))
        optional = 1 if takes[-1].rank == 0 and self.chance(40) else 0
        names = [self.fresh("a") for _ in takes]
        self.names = dict(zip(names, takes))
        heads = [
            n + self.contract(k) + (f" = {self.literal(k.element)}" if optional and n == names[-1] else "")
            for n, k in self.names.items()
        ]
        name = self.fresh("f")
        gives = tuple(self.kind(self.choose(3)) for _ in range(self.among((3, 1), (1, 2))))
        if len(gives) == 1 and self.chance(50):
            self.emit(f"def {name}({', '.join(heads)}) = {self.expr(gives[0], 2)}")
        else:
            self.emit(f"def {name}({', '.join(heads)}) {{")
            self.body(lambda: self.function_body(gives))
        self.names = outer
        self.functions.append(Function(name, takes, gives, optional, names[-1]))

    def contract(self, kind):
        """A parameter's type, now and then; its sizes are the function's own."""
        if not self.chance(25):
            return ""
        sizes = ", ".join(self.pick(("_", f"q{k}")) for k in range(kind.rank))
        return f": {kind.element}[{sizes}]" if kind.rank else f": {kind.element}"

    def function_body(self, gives):
        self.in_function = True
        for _ in range(self.choose(3)):
            self.statement(1)
        self.emit("return " + ", ".join(self.expr(k, 1) for k in gives))
        self.in_function = False

    in_function = False

    def body(self, draw):
        """A block; the caller has opened its brace."""
        self.level += 1
        draw()
        self.level -= 1
        self.emit("}")

    # --- statements

    def statement(self, depth):
        ways = [self.assign] * 4 + [self.reassign] * 3 + [self.update] * 4 + [self.accumulate] * 2
        if depth and self.loops < 3:
            ways += [self.for_loop] * 4 + [
                self.repeat,
                self.while_loop,
                self.branch,
                self.branch,
                self.for_each,
                self.sweep,
            ]
        if depth and not self.in_function:
            ways += [self.several, self.promoted, self.growing, self.factorised]
        if not self.in_function:
            ways += [self.record, self.prints]
        if self.loops:
            ways += [self.leave] * 2
        if not self.level:
            ways += [self.gradient]
        self.pick(ways)(depth)

    def assign(self, depth):
        kind = self.kind()
        name = self.fresh("z")
        self.emit(f"{name} := {self.expr(kind, 3)}")
        self.names[name] = kind

    def assignable(self, condition=lambda kind: True):
        return [n for n, k in self.names.items() if n not in self.fixed and condition(k)]

    def damped(self, kind, text):
        """Keeps what is assigned again and again small, most of the time."""
        if kind.element == BOOL or not self.loops or self.chance(30):
            return text
        return f"0.25*({text})" if kind.element == COMPLEX else f"clip({text}, -8, 8)"

    def reassign(self, depth):
        names = self.assignable()
        if not names:
            return self.assign(depth)
        name = self.pick(names)
        return self.emit(f"{name} := {self.damped(self.names[name], self.expr(self.names[name], 3))}")

    def accumulate(self, depth):
        names = self.assignable(lambda k: k.element != BOOL)
        if not names:
            return self.assign(depth)
        name = self.pick(names)
        return self.emit(f"{name} {self.pick(('+=', '-=', '+='))} {self.expr(self.names[name], 2)}")

    def update(self, depth):
        """A part takes a value."""
        names = self.assignable(lambda k: k.rank)
        if not names:
            return self.assign(depth)
        name = self.pick(names)
        way = self.pick(
            (self.update_entry, self.update_entry, self.update_slice, self.update_mask, self.scatter, self.update_rows)
        )
        return way(name, self.names[name])

    def operator(self, kind):
        return ":=" if kind.element == BOOL or self.chance(60) else self.pick(("+=", "-=", "+="))

    def update_entry(self, name, kind):
        self.emit(
            f"{self.load(name, kind)} {self.operator(kind)} {self.damped(kind, self.expr(Kind(kind.element), 2))}"
        )

    def update_rows(self, name, kind):
        """Some axes whole, some at a place."""
        kept = [self.chance(50) for _ in kind.shape]
        places = [":" if k else self.place(axis) for k, axis in zip(kept, kind.shape)]
        shape = tuple(axis for k, axis in zip(kept, kind.shape) if k)
        self.emit(f"{name}[{', '.join(places)}] {self.operator(kind)} {self.expr(Kind(kind.element, shape), 2)}")

    def update_slice(self, name, kind):
        first, *rest = kind.shape
        part, size = self.pick(
            (
                *((":", first), ("1:", f"{first} - 1"), (":-1", f"{first} - 1"), ("1:-1", f"{first} - 2")),
                *(("::-1", first), ("::2", None), ("1::2", None)),
            )
        )
        if first == "1" or size is None or (size.endswith(("- 1", "- 2")) and self.chance(30)):
            size = None
        shape = () if size is None else (size, *rest)
        value = self.expr(Kind(kind.element, shape), 1)
        if size and size != first and self.chance(50):  # a stencil
            cut = {"1:": ":-1", ":-1": "1:", "1:-1": "2:"}.get(part, ":")
            value = f"{name}[{cut}]" if kind.element == BOOL else f"({name}[{cut}] + {name}[{part}])"
        self.emit(f"{name}[{part}{', :' * (kind.rank - 1)}] {self.operator(kind)} {value}")

    def update_mask(self, name, kind):
        if kind.element not in (BOOL, COMPLEX) and self.chance(60):
            self.emit(
                f"{name}[{name} {self.pick('<>')} {self.literal(kind.element)}] := {self.expr(Kind(kind.element), 1)}"
            )
        else:
            self.emit(f"{name}[{self.expr(kind.of(BOOL), 1)}] := {self.expr(Kind(kind.element), 1)}")

    def scatter(self, name, kind):
        first, *rest = kind.shape
        axis = self.axis()
        places = f"{self.expr(Kind(INT, (axis,)), 1)} % {self.wrapped(first)}"
        value = self.expr(Kind(kind.element, () if self.chance(40) else (axis, *rest)), 1)
        op = ":=" if kind.element == BOOL or self.chance(40) else "+="
        self.emit(f"{name}[{places}{', :' * (kind.rank - 1)}] {op} {value}")

    def several(self, depth):
        """Several results at once, or a swap through a function."""
        calls = [f for f in self.functions if len(f.gives) > 1]
        if not calls:
            return self.assign(depth)
        function = self.pick(calls)
        names = [self.fresh("z") for _ in function.gives]
        self.emit(f"({', '.join(names)}) := {self.call(function, 1)}")
        self.names |= dict(zip(names, function.gives))
        return None

    def factorised(self, depth):
        """A factorisation of a square matrix far from singular, or the halves of a vector."""
        axis = self.axis()
        square, vector = Kind(REAL, (axis, axis)), Kind(REAL, (axis,))
        matrix = f"(3*eye({axis}) + 0.25*clip({self.expr(square, 1)}, -1, 1))"
        factors = (
            ("{}, {} := qr({A})", (square, square)),
            ("_, {}, _ := svd({A})", (vector,)),
            ("{}, _ := eigh({A} + ({A}).T)", (vector,)),
            ("{}, {}, {} := lu({A})", (square, square, square)),
        )
        halves = ("{}, {} := split({B}, 2)", (square, square))
        text, kinds = self.pick((*factors, halves)) if self.smooth else halves
        names = [self.fresh("z") for _ in kinds]
        both = f"concat({self.expr(square, 1)}, {self.expr(square, 1)})"
        left, right = text.format(*names, A=matrix, B=both).split(" := ")
        self.emit(f"({left}) := {right}")
        self.names |= dict(zip(names, kinds))

    # --- control flow

    def inner(self, draw, indices=None):
        """A block in which names may be assigned that are not read afterwards."""
        before, indices = dict(self.names), indices or {}
        self.body(lambda: self.within(indices, draw))
        self.names = {n: k for n, k in self.names.items() if n in before}

    def rounds(self, draw, indices=None):
        self.loops += 1
        self.inner(draw, indices)
        self.loops -= 1

    def block(self, depth, most=3):
        for _ in range(1 + self.choose(most)):
            self.statement(depth - 1)

    def repeat(self, depth):
        self.emit(f"repeat {self.pick(('2', '3', '1', '0', *self.dims))} {{")
        self.rounds(lambda: self.block(depth))

    def for_loop(self, depth):
        """A loop over a range; one of several shapes."""
        ranges = self.new_indices([self.axis() for _ in range(self.among((4, 1), (2, 2)))])
        if ranges is None:
            return self.assign(depth)
        names = list(ranges)
        if len(names) == 1 and self.chance(40):
            text = self.pick(("1..{}", "0..{} by 2", "{} - 1..-1 by -1", "0..{} - 1", "0..{} + 1", "1..{} - 1")).format(
                ranges[names[0]]
            )
            self.emit(f"for {names[0]} in {text} {{")
        elif len(names) == 2 and self.chance(40):
            low, high = self.pick((("0", f"{names[0]} + 1"), (names[0], ranges[names[1]]), (f"{names[0]}", "3")))
            self.emit(f"for {names[0]} in 0..{ranges[names[0]]}, {names[1]} in {low}..{high} {{")
        else:
            self.emit(f"for {self.ranges(ranges)} {{")
        return self.rounds(lambda: self.block(depth), ranges)

    def sweep(self, depth):
        """A loop of scalar updates, as a textbook writes it: what raise_loops and the dependence tests look for."""
        names = self.assignable(lambda k: k.rank and k.element != BOOL)
        if not names:
            return self.assign(depth)
        name = self.pick(names)
        kind = self.names[name]
        ranges = self.new_indices(kind.shape)
        if ranges is None:
            return self.assign(depth)
        if self.chance(30):
            extra = [n for n in ("i", "j", "k", "l", "r") if n not in ranges and n not in self.indices]
            ranges[extra[0]] = self.axis()
        place = ", ".join(list(ranges)[: kind.rank])
        nested = self.chance(50)
        for one in list(ranges.items()) if nested else [None]:
            self.emit(f"for {self.ranges(dict([one]) if one else ranges)} {{")
            self.level += 1
        self.within(ranges, lambda: self.sweep_body(name, kind, place, ranges))
        for _ in ranges if nested else [None]:
            self.level -= 1
            self.emit("}")
        return None

    def sweep_body(self, name, kind, place, ranges):
        if self.chance(25):
            self.emit(f"skip if {self.expr(Kind(BOOL), 1)}")
        if self.chance(30):
            temporary = self.fresh("s")
            self.emit(f"{temporary} := {self.expr(Kind(kind.element), 1)}")
            self.names[temporary] = Kind(kind.element)
        value = self.body_value(name, kind, place, ranges)
        if self.chance(25):
            self.emit(f"if {self.expr(Kind(BOOL), 1)} {{ {name}[{place}] {self.operator(kind)} {value} }}")
        else:
            self.emit(f"{name}[{place}] {self.operator(kind)} {value}")
        self.names.pop("", None)
        for temporary in [n for n in self.names if n.startswith("s")]:
            self.names.pop(temporary)

    def body_value(self, name, kind, place, ranges):
        first, *rest = place.split(", ")
        if self.chance(20):  # the neighbour before, where there is one
            others = "".join(f", {r}" for r in rest)
            return f"({name}[{first} - 1{others}] if {first} > 0 else {self.literal(kind.element)})"
        return self.entry(kind.element, ranges, 2)

    def for_each(self, depth):
        arrays = [n for n, k in self.names.items() if k.rank in (1, 2)]
        if not arrays:
            return self.assign(depth)
        name, array = self.fresh("e"), self.pick(arrays)
        kind = self.names[array]
        self.emit(f"for {name} in {array} {{")

        def block():
            self.names[name] = kind._replace(shape=kind.shape[1:])
            self.fixed.add(name)
            self.block(depth)
            self.names.pop(name, None)

        return self.rounds(block)

    def while_loop(self, depth):
        name = self.fresh("c")
        self.emit(f"{name} := 0")
        more = f" and {self.expr(Kind(BOOL), 1)}" if self.chance(30) else ""
        self.emit(f"while {name} < {self.pick('234')}{more} {{")

        def block():
            self.emit(f"{name} += 1")
            self.names[name] = Kind(INT)
            self.fixed.add(name)
            self.block(depth)

        self.rounds(block)
        self.names[name] = Kind(INT)

    def branch(self, depth):
        self.emit(f"if {self.expr(Kind(BOOL), 2)} {{")
        for head in self.pick(((), ("else",), ("else if", "else"), ("else if",))):
            self.arm(depth)
            self.lines.pop()
            self.emit(f"}} {head} {self.expr(Kind(BOOL), 2)} {{" if head == "else if" else f"}} {head} {{")
        self.arm(depth)

    def arm(self, depth):
        self.inner(lambda: self.block(depth, 2))

    def leave(self, depth):
        self.emit(f"{self.pick(('stop', 'skip'))} if {self.expr(Kind(BOOL), 2)}")

    # --- the rest

    def record(self, depth):
        if self.chance(50):
            name = self.fresh("J")
            kind = Kind(self.pick((REAL, INT, REAL)), () if self.chance(70) else (self.axis(),))
            self.emit(f"record {name} := {self.expr(kind, 2)}")
            self.names[name] = kind
        elif names := self.assignable(lambda k: k.element != BOOL):
            self.emit(f"record {self.pick(names)}")

    def prints(self, depth):
        if self.chance(50):
            self.emit(f'print "value", {self.expr(Kind(self.pick((REAL, INT, BOOL))), 2)}')
        else:
            self.emit(f'assert {self.expr(Kind(BOOL), 1)} or {self.choose(10)} > 0, "drawn"')

    def promoted(self, depth):
        """An int that a loop makes real."""
        name = self.fresh("z")
        self.emit(f"{name} := {self.literal(INT)}")
        self.emit(f"repeat {self.pick('0123')} {{ {name} := {name}*0.5 + {self.expr(Kind(REAL), 1)} }}")
        self.names[name] = Kind(REAL)

    def growing(self, depth):
        """A vector whose size a loop changes."""
        name, total = self.fresh("g"), self.fresh("z")
        self.emit(f"{name} := {self.expr(Kind(REAL, (self.axis(),)), 1)}")
        change = self.pick(
            (
                f"concat({name}, {name}[:1])",
                f"concat({name}, [0.5, {self.expr(Kind(REAL), 1)}])",
                f"{name}[1:]",
                f"{name}[::2]",
            )
        )
        self.emit(f"repeat {self.pick('0123')} {{ {name} := {change} }}")
        self.emit(f"{total} := sum(2*{name}) + size({name})")
        self.names[total] = Kind(REAL)

    # --- derivatives

    def gradient(self, depth):
        """Scalar formulas of a variable, and their derivative."""
        w = self.fresh("w")
        kind = Kind(REAL, tuple(self.axis() for _ in range(self.choose(3))))
        self.emit(f"{w} := {self.expr(kind, 1)}")
        self.differentiated(w, kind)

    def differentiated(self, w, kind):
        """A scalar formula of w, and its derivative."""
        loss, slope = self.fresh("L"), self.fresh("dw")
        self.names[w] = kind
        if self.chance(40):
            step = self.fresh("h")
            of = self.kind().of(REAL)
            self.emit(f"{step} := {self.expr(of, 2)}")
            self.names[step] = of
        if self.chance(40):
            self.recurrence()
        total = f"sum({w}*{self.expr(kind, 2)})" if kind.rank else f"{w}*{self.expr(kind, 2)}"
        self.emit(f"{loss} := {total} + {self.expr(Kind(REAL), 3)}")
        self.emit(f"{slope} := grad({loss}, {w})")
        self.names |= {loss: Kind(REAL), slope: kind}

    def recurrence(self):
        """A value that the rounds of a loop change, which some of them may leave."""
        name, index = self.fresh("r"), self.fresh("i")
        kind = self.kind().of(REAL)
        self.emit(f"{name} := {self.expr(kind, 1)}")
        self.names[name] = kind
        header = self.pick(
            (f"repeat {self.pick('0123')}", f"for {index} in 0..{self.pick('0123')}", f"for {index} in 2..-1 by -1")
        )
        before, after = (
            f"{self.pick(('stop', 'skip'))} if {self.expr(Kind(BOOL), 1)}; " if self.chance(30) else "" for _ in range(2)
        )
        element = f"{name}[0] := {name}[0]*{self.expr(Kind(REAL), 1)}; " if kind.rank == 1 and self.chance(40) else ""
        self.emit(f"{header} {{ {before}{element}{name} := 0.5*{self.expr(kind, 2)} + 0.25*{name}; {after}}}")

    def gradient_program(self):
        self.dims = ("m", "n")
        self.sizes = {d: self.pick((1, 2, 3)) for d in self.dims}
        self.declare()
        given = self.pick([n for n, k in self.names.items() if k.element == REAL])
        self.emit(f"w := 1*{given}")
        self.differentiated("w", self.names[given])
        return self.finished()


def values(rng, kind, shape):
    """Small exact values."""
    if kind.element == BOOL:
        return rng.integers(0, 2, shape).astype(np.bool_)
    if kind.element == INT:
        return np.asarray(rng.integers(-3, 6, shape), np.int64)
    if kind.element == COMPLEX:
        return np.asarray(rng.integers(-8, 9, shape) / 4 + 1j * rng.integers(-8, 9, shape) / 4)
    return np.asarray(rng.integers(-8, 9, shape) / 4)
