"""Well-typed formulas, drawn: `expr(kind, depth)` is the text of one of that element type and shape.

A shape is a tuple of texts ("m", "m + 1", "2"): two axes of one text have one size. Everything is in brackets, so that
the reducer of failing programs may cut anywhere.
"""

from kinds import BOOL, COMPLEX, INT, REAL, WORDS, Kind
from library import Library

INDEX_NAMES = ("i", "j", "k", "l")
MONOIDS = ("sum", "sum", "sum", "prod", "min", "max", "mean")
SMOOTH = (
    "exp(0.25*{})",
    "sin({})",
    "cos({})",
    "tanh({})",
    "sigmoid({})",
    "atan({})",
    "log1p(abs({}))",
    "sqrt(abs({}))",
    "softplus({})",
)


class Formulas(Library):
    """Draws formulas over the names in scope."""

    def __init__(self, choose, smooth, widths=False, complexes=False):
        self.choose = choose  # (number of possibilities) -> one of 0..number - 1
        self.smooth = smooth  # whether functions that round may be used
        self.widths = widths  # whether elements may be narrow
        self.complexes = complexes  # whether elements may be complex
        self.names = {}  # name: Kind
        self.indices = {}  # an index in scope: the text of the size that it stays below
        self.functions = []
        self.dims = ()
        self.counter = 0

    # --- choosing

    def pick(self, options):
        options = list(options)
        return options[self.choose(len(options))]

    def chance(self, percent):
        return self.choose(100) >= 100 - percent

    def fresh(self, stem):
        self.counter += 1
        return f"{stem}{self.counter}"

    def among(self, *pairs):
        """One of the values, by weight."""
        return self.pick([value for weight, value in pairs for _ in range(weight)])

    # --- kinds

    def word(self, element):
        """The name of an element type of that kind."""
        return self.pick(WORDS[element]) if self.widths else element

    def axis(self):
        return self.among(*((4, d) for d in self.dims), (1, "1"), (1, "2"), (1, "3"))

    def kind(self, rank=None):
        if rank is None and self.names and self.chance(60):
            return self.pick(self.names.values())
        rank = self.among((4, 0), (5, 1), (5, 2), (1, 3)) if rank is None else rank
        return Kind(
            self.among((6, REAL), (3, INT), (2, BOOL), *[(4, COMPLEX)][: self.complexes]), tuple(self.axis() for _ in range(rank))
        )

    # --- the way in

    def expr(self, kind, depth):
        """A formula of this kind."""
        if depth <= 0:
            return self.leaf(kind)
        return self.pick(self.ways(kind))(kind, depth - 1)

    def ways(self, kind):
        ways = [self.leaf, self.conditional, self.reduced, self.element_of_larger]
        ways += [self.library]
        by_element = {REAL: self.real_ways, INT: self.int_ways, BOOL: self.bool_ways, COMPLEX: self.complex_ways}
        ways += by_element[kind.element](kind)
        if kind.rank:
            ways += [self.table, self.shaped, self.gathered, self.table]
        else:
            ways += [self.fold, self.fold, self.masked] if kind.element != BOOL else [self.quantified]
        if any(f.gives == (kind,) for f in self.functions):
            ways += [self.called, self.called]
        return ways

    def real_ways(self, kind):
        ways = [self.arithmetic] * 4 + [self.plain_map, self.from_int, self.broadcasting]
        if kind.rank in (1, 2):
            ways += [self.product, self.product]
        if self.smooth:
            ways += [self.smooth_map, self.smooth_map, self.quotient]
        return ways

    def int_ways(self, kind):
        ways = [self.arithmetic] * 3 + [self.plain_map, self.whole, self.cast_down, self.counted, self.broadcasting]
        return ways if kind.rank else [*ways, self.place_of_best, self.bits]

    def complex_ways(self, kind):
        ways = [self.arithmetic] * 4 + [self.library] * 3 + [self.broadcasting]
        return [*ways, self.product, self.product] if kind.rank in (1, 2) else ways

    def bool_ways(self, kind):
        return [self.compared, self.compared, self.compared, self.logical]

    # --- leaves

    def leaf(self, kind, depth=0):
        known = [n for n, k in self.names.items() if k == kind]
        if known and self.chance(90):
            return self.pick(known)
        if not kind.rank:
            return self.scalar(kind)
        if (ranges := self.new_indices(kind.shape)) and self.chance(60):
            body = self.within(ranges, lambda: self.scalar(Kind(kind.element)))
            return f"[{body} for {self.ranges(ranges)}]"
        return self.made(kind)

    def scalar(self, kind):
        loads = [(n, k) for n, k in self.names.items() if k.element == kind.element and k.rank]
        if loads and self.chance(80):
            return self.load(*self.pick(loads))
        if kind.element == INT and self.chance(50):
            return self.pick([*self.dims, *self.indices, "2", "1"])
        return self.literal(kind.element)

    def literal(self, element):
        if element == BOOL:
            return self.pick(("true", "false"))
        if element == INT:
            return self.pick(("0", "1", "2", "3", "(-1)", "5"))
        if element == COMPLEX:
            return self.pick(("0i", "(1 + 2i)", "0.5i", "(2 - 1i)", "(-1.5 + 0.25i)", "3i"))
        return self.pick(("0.0", "1.0", "0.5", "2.0", "(-1.5)", "0.25", "3.0"))

    def made(self, kind):
        sizes = ", ".join(kind.shape)
        ways = [f"full({self.scalar(Kind(kind.element))}, {sizes})"]
        if kind.element != BOOL:
            word = self.word(kind.element)
            ways += [f"zeros({sizes}, {word})", f"ones({sizes}, {word})"]
        if kind.element == INT and kind.rank == 1:
            ways += [f"arange({sizes})"] * 2
        if kind.element == REAL and kind.rank == 2 and kind.shape[0] == kind.shape[1]:
            ways.append(f"eye({kind.shape[0]})")
        if kind.rank == 1 and kind.shape[0] in ("1", "2", "3"):
            ways.append("[" + ", ".join(self.scalar(Kind(kind.element)) for _ in range(int(kind.shape[0]))) + "]")
        return self.pick(ways)

    # --- subscripts

    def load(self, name, kind):
        return f"{name}[{', '.join(self.place(axis) for axis in kind.shape)}]"

    def place(self, axis):
        """A subscript that is most often inside its axis."""
        inside = [i for i, bound in self.indices.items() if bound == axis]
        if inside and self.chance(85):
            return self.pick(inside)
        ints = [n for n, k in self.names.items() if k == Kind(INT)]
        if ints and self.chance(25):
            return f"({self.pick(ints)} % {self.wrapped(axis)})"
        if self.indices and self.chance(15):
            return f"({self.pick(self.indices)} % {self.wrapped(axis)})"
        return self.among((4, "0"), (3, "-1"), (1, "1"), (1, f"{axis} - 1"))

    def wrapped(self, axis):
        return axis if axis.isalnum() else f"({axis})"

    def element_of_larger(self, kind, depth):
        """Fixed places on some axes of an array with more of them, or a slice."""
        found = [n for n, k in self.names.items() if self.cut(k, kind)]
        if not found:
            return self.leaf(kind)
        name = self.pick(found)
        subscripts = [
            s if s == ":" else self.place(axis)
            for s, axis in zip(self.cut(self.names[name], kind), self.names[name].shape)
        ]
        whole = subscripts.count(":")
        if whole and subscripts[:whole] == [":"] * whole and self.chance(50):
            subscripts[:whole] = ["..."]
        return f"{name}[{', '.join(subscripts)}]"

    def cut(self, have, want):
        """ ":" where an axis of `have` is one of `want`, in order, else "at"; None where it cannot be."""
        if have.element != want.element or have.rank <= want.rank:
            return None
        left, subscripts = list(want.shape), []
        for axis in have.shape:
            if left and axis == left[0]:
                subscripts.append(":")
                left.pop(0)
            else:
                subscripts.append("at")
        return None if left else subscripts

    # --- elementwise

    def operands(self, kind, depth):
        """Two operands that meet in this kind: alike, or one of them a scalar."""
        alike = self.expr(kind, depth)
        other = self.expr(Kind(kind.element) if kind.rank and self.chance(35) else kind, depth)
        return (alike, other) if self.chance(50) else (other, alike)

    def arithmetic(self, kind, depth):
        left, right = self.operands(kind, depth)
        if kind.element == REAL and self.chance(10):
            return f"{left}^2" if self.is_simple(left) else f"({left})^2"
        return f"({left} {self.pick('+-*')} {right})"

    def is_simple(self, text):
        return text.isidentifier() or text.startswith("(")

    def plain_map(self, kind, depth):
        x = self.expr(kind, depth)
        way = self.choose(8)
        if way == 0:
            return f"(-{x})"
        if way < 4:
            return f"{self.pick(('abs', 'sign', 'floor', 'ceil'))}({x})"
        if way == 4:
            return f"clip({x}, -2, 3)"
        if way == 5 and kind.element == REAL:
            return f"({x})/{self.pick(('2', '4', '0.5'))}"
        return f"{self.pick(('minimum', 'maximum', 'min', 'max'))}({x}, {self.operands(kind, depth)[1]})"

    def smooth_map(self, kind, depth):
        return self.pick(SMOOTH).format(self.expr(kind, depth))

    def quotient(self, kind, depth):
        left, right = self.operands(kind, depth)
        return f"({left}/(1.0 + abs({right})))" if self.chance(80) else f"({left}/{right})"

    def from_int(self, kind, depth):
        """A real made of an int or a bool."""
        return f"({self.pick(('0.5', '1.0', '2.0'))}*{self.expr(kind.of(self.pick((INT, BOOL))), depth)})"

    def whole(self, kind, depth):
        """// and %, most often by what is not zero."""
        left = self.expr(kind, depth)
        right = self.among((6, self.pick(("2", "3", "(-2)"))), (1, self.expr(Kind(INT), depth)))
        return f"({left} {self.pick(('//', '%'))} {right})"

    def cast_down(self, kind, depth):
        return f"cast({self.expr(kind.of(self.pick((REAL, BOOL))), depth)}, {self.word(INT)})"

    def counted(self, kind, depth):
        return f"({self.expr(kind.of(BOOL), depth)} + {self.expr(kind, depth)})"

    def bits(self, kind, depth):
        return f"{self.pick(('bitand', 'bitor', 'bitxor'))}({self.expr(kind, depth)}, {self.expr(kind, depth)})"

    def compared(self, kind, depth):
        left, right = self.operands(kind.of(self.pick((REAL, REAL, INT))), depth)
        if self.chance(15):
            return f"(-1 < {left} <= {right})"
        return f"({left} {self.pick(('<', '<=', '>', '>=', '==', '!='))} {right})"

    def logical(self, kind, depth):
        if self.chance(30):
            return f"(not {self.expr(kind, depth)})"
        return f"({self.expr(kind, depth)} {self.pick(('and', 'or'))} {self.expr(kind, depth)})"

    def conditional(self, kind, depth):
        left, right = (self.expr(kind, depth) for _ in range(2))
        if kind.rank and self.chance(60):
            condition = self.expr(kind.of(BOOL), depth)
            return (
                f"where({condition}, {left}, {right})" if self.chance(50) else f"({left} if {condition} else {right})"
            )
        return f"({left} if {self.expr(Kind(BOOL), depth)} else {right})"

    def broadcasting(self, kind, depth):
        """An array met by what is 1 by contract on some axis, or by its last axes alone."""
        if not kind.rank:
            return self.arithmetic(kind, depth)
        whole = self.expr(kind, depth)
        op = self.pick("+-*")
        axis = self.choose(kind.rank)
        if self.chance(40):
            reduction = self.pick(("sum", "max"))
            reduction = "sum" if kind.element == COMPLEX else reduction
            return f"({whole} {op} {reduction}({self.expr(kind, depth)}, axis={axis}, keepdims=true))"
        if kind.rank == 2 and self.chance(50):
            return f"({whole} {op} {self.expr(Kind(kind.element, kind.shape[:1]), depth)}[:, new])"
        return f"({whole} {op} {self.expr(Kind(kind.element, kind.shape[1:]), depth)})"

    # --- reductions

    def reduced(self, kind, depth):
        """A reduction over one or two more axes."""
        places = sorted(self.choose(kind.rank + 1) for _ in range(self.among((4, 1), (1, 2))))
        shape, axes = list(kind.shape), []
        for shift, place in enumerate(places):
            shape.insert(place + shift, self.axis())
            axes.append(place + shift)
        if len(shape) > 3:
            return self.leaf(kind)
        name = self.reduction(kind.element)
        x = self.expr(Kind(self.source(kind.element, name), tuple(shape)), depth)
        if name.startswith("arg"):
            return f"{name}({x}, axis={axes[0]})" if len(axes) == 1 else self.leaf(kind)
        if len(axes) == len(shape) and self.chance(70):
            return f"{name}({x})"
        return f"{name}({x}, axis={axes[0] if len(axes) == 1 else tuple(axes)})"

    def reduction(self, element):
        if element == REAL:
            return self.among(
                (6, "sum"),
                (2, "max"),
                (2, "min"),
                (1, "prod"),
                (2, "mean"),
                *[(1, "norm"), (1, "std")][: 2 * self.smooth],
            )
        if element == COMPLEX:
            return self.pick(("sum", "sum", "prod", "mean"))
        if element == INT:
            return self.among((5, "sum"), (1, "max"), (1, "min"), (2, "argmax"), (2, "argmin"))
        return self.pick(("any", "all"))

    def source(self, element, name):
        """The element type of what is reduced."""
        if name.startswith("arg"):
            return self.pick((REAL, INT))
        if name == "sum" and element == INT:
            return self.pick((INT, BOOL))
        return element

    def masked(self, kind, depth):
        """A reduction under a mask."""
        shape = tuple(self.axis() for _ in range(self.among((3, 1), (1, 2))))
        names = [n for n, k in self.names.items() if k == Kind(kind.element, shape)]
        if not names:
            return self.reduced(kind, depth)
        name = self.pick(names)
        return f"sum({name}[{self.expr(Kind(BOOL, shape), depth)}])"

    def place_of_best(self, kind, depth):
        x = self.expr(Kind(self.pick((REAL, INT)), (self.axis(),)), depth)
        return f"{self.pick(('argmin', 'argmax'))}({x})"

    # --- index notation

    def within(self, ranges, draw):
        """What is drawn while these indices {name: size} are in scope."""
        outer, names = dict(self.indices), dict(self.names)
        for name in ranges:
            self.names.pop(name, None)
        self.indices |= ranges
        try:
            return draw()
        finally:
            self.indices, self.names = outer, names

    def new_indices(self, shape):
        free = [n for n in INDEX_NAMES if n not in self.indices] if self.chance(85) else list(INDEX_NAMES)
        return None if len(free) < len(shape) else dict(zip(free, shape))

    def table(self, kind, depth):
        ranges = self.new_indices(kind.shape)
        if ranges is None:
            return self.leaf(kind)
        if kind.rank > 1 and self.chance(10):  # the body is an array
            first = dict(list(ranges.items())[:1])
            body = self.within(first, lambda: self.expr(Kind(kind.element, kind.shape[1:]), depth))
            return f"[{body} for {self.ranges(first)}]"
        body = self.within(ranges, lambda: self.entry(kind.element, ranges, depth))
        return f"[{body} for {self.ranges(ranges)}]"

    def ranges(self, ranges):
        return ", ".join(f"{name} in 0..{size}" for name, size in ranges.items())

    def entry(self, element, ranges, depth):
        """A scalar, often one that loads beyond an edge only where a condition allows it."""
        arrays = [
            (n, k) for n, k in self.names.items() if k.element == element and k.rank and k.shape[0] in ranges.values()
        ]
        if arrays and self.chance(25):
            name, kind = self.pick(arrays)
            index = self.pick([i for i, size in ranges.items() if size == kind.shape[0]])
            rest = "".join(f", {self.place(axis)}" for axis in kind.shape[1:])
            step, test = self.pick(
                ((" - 1", f"{index} > 0"), (" + 1", f"{index} + 1 < {kind.shape[0]}"), (" - 1", f"{index} >= 1"))
            )
            return f"({name}[{index}{step}{rest}] if {test} else {self.expr(Kind(element), depth)})"
        return self.expr(Kind(element), depth)

    def fold(self, kind, depth):
        ranges = self.new_indices([self.axis() for _ in range(self.among((4, 1), (2, 2)))])
        if ranges is None:
            return self.leaf(kind)
        monoids = {REAL: MONOIDS, COMPLEX: ("sum", "prod", "mean")}
        name = self.pick(monoids.get(kind.element, ("sum", "sum", "max", "min")))
        if self.chance(30) and (texts := self.inferred(ranges, kind.element)):
            return f"{name}({texts} for {', '.join(ranges)})"
        body = self.within(ranges, lambda: self.entry(kind.element, ranges, depth))
        return f"{name}({body} for {self.fold_ranges(ranges, name)})"

    def fold_ranges(self, ranges, name):
        """Sometimes a range that depends on the index before, or that steps, or that starts later."""
        names = list(ranges)
        if len(names) == 2 and name != "mean" and ranges[names[0]] == ranges[names[1]] and self.chance(70):
            low, high = self.pick((("0", f"{names[0]} + 1"), (names[0], ranges[names[1]]), ("0", names[0])))
            return f"{names[0]} in 0..{ranges[names[0]]}, {names[1]} in {low}..{high}"
        if len(names) == 1 and self.chance(25):
            return f"{names[0]} in {self.pick(('1..{}', '0..{} by 2', '{} - 1..-1 by -1', '0..{} - 1')).format(ranges[names[0]])}"
        return self.ranges(ranges)

    def inferred(self, ranges, element):
        """A product of loads in which every index stands alone as a subscript."""
        left, parts = set(ranges), []
        arrays = [(n, k) for n, k in self.names.items() if k.element == element and k.rank]
        if not arrays:
            return None
        for _ in range(3):
            name, kind = self.pick(arrays)
            subscripts = []
            for axis in kind.shape:
                fit = [i for i, size in {**self.indices, **ranges}.items() if size == axis]
                subscripts.append(self.pick(fit) if fit else "0")
            left -= set(subscripts)
            parts.append(f"{name}[{', '.join(subscripts)}]")
        return None if left else "*".join(parts)

    def quantified(self, kind, depth):
        ranges = self.new_indices([self.axis()])
        if ranges is None:
            return self.leaf(kind)
        body = self.within(ranges, lambda: self.expr(Kind(BOOL), depth))
        return f"{self.pick(('any', 'all'))}({body} for {self.ranges(ranges)})"

    # --- arrays

    def product(self, kind, depth):
        inner = self.axis()
        if kind.rank == 2:
            left, right = kind._replace(shape=(kind.shape[0], inner)), kind._replace(shape=(inner, kind.shape[1]))
        elif self.chance(50):
            left, right = kind._replace(shape=(*kind.shape, inner)), kind._replace(shape=(inner,))
        else:
            left, right = kind._replace(shape=(inner,)), kind._replace(shape=(inner, *kind.shape))
        scale = f"{self.literal(REAL)}*" if self.chance(30) else ""
        return f"({scale}{self.matrix(left, depth)}@{self.matrix(right, depth)})"

    def matrix(self, kind, depth):
        """A factor, transposed now and then."""
        if kind.rank == 2 and self.chance(40):
            return f"({self.expr(kind._replace(shape=kind.shape[::-1]), depth)}).T"
        return self.expr(kind, depth)

    def gathered(self, kind, depth):
        """An array at int places."""
        arrays = [
            (n, k)
            for n, k in self.names.items()
            if k.element == kind.element and k.rank == kind.rank and k.shape[1:] == kind.shape[1:]
        ]
        if not arrays:
            return self.leaf(kind)
        name, have = self.pick(arrays)
        return f"{name}[{self.expr(Kind(INT, kind.shape[:1]), depth)} % {self.wrapped(have.shape[0])}]"

    def shaped(self, kind, depth):
        way = self.pick(
            (
                self.flipped,
                self.rolled,
                self.transposed,
                self.reshaped,
                self.joined,
                self.triangle,
                self.sliced,
                self.tiled,
            )
        )
        return way(kind, depth)

    def flipped(self, kind, depth):
        axis = f", axis={self.choose(kind.rank)}" if self.chance(60) else ""
        return f"flip({self.expr(kind, depth)}{axis})"

    def rolled(self, kind, depth):
        axis = f", axis={self.choose(kind.rank)}" if self.chance(80) else ""
        return f"roll({self.expr(kind, depth)}, {self.pick(('1', '-1', '2', self.expr(Kind(INT), 0)))}{axis})"

    def transposed(self, kind, depth):
        if kind.rank == 1:
            return self.flipped(kind, depth)
        if kind.rank == 3:
            a, b, c = kind.shape
            return f"transpose({self.expr(Kind(kind.element, (b, c, a)), depth)}, 2, 0, 1)"
        return f"({self.expr(Kind(kind.element, kind.shape[::-1]), depth)}).T"

    def reshaped(self, kind, depth):
        if kind.rank == 1:
            return self.sliced(kind, depth)
        x = self.expr(kind._replace(shape=kind.shape[::-1]), depth)
        return f"reshape({x}, {', '.join(kind.shape)})"

    def joined(self, kind, depth):
        if kind.shape[0] == "2":
            x, y = (self.expr(Kind(kind.element, kind.shape[1:]), depth) for _ in range(2))
            return f"stack({x}, {y})"
        if kind.shape[0] == "3":
            x, y = (self.expr(Kind(kind.element, (size, *kind.shape[1:])), depth) for size in ("1", "2"))
            return f"concat({x}, {y})"
        size = self.wrapped(kind.shape[0])
        tail = self.expr(Kind(kind.element, ("1", *kind.shape[1:])), depth)
        return (
            f"concat({self.expr(kind, depth)}, {tail})[:{size}]"
            if self.chance(50)
            else f"concat({tail}, {self.expr(kind, depth)})[1:]"
        )

    def triangle(self, kind, depth):
        if kind.rank != 2 or kind.element == BOOL:
            return self.rolled(kind, depth)
        return f"{self.pick(('triu', 'tril'))}({self.expr(kind, depth)}{self.pick(('', ', 1', ', -1'))})"

    def sliced(self, kind, depth):
        """The same size again from slices, with what is missing put in its place."""
        x = self.expr(kind, depth)
        return f"({x}){self.pick(('[::-1]', '[:]', '[0:]'))}"

    def tiled(self, kind, depth):
        if kind.shape[0] != "2" or kind.rank != 1:
            return self.flipped(kind, depth)
        return f"tile({self.expr(Kind(kind.element, ('1',)), depth)}, 2)"

    # --- calls

    def called(self, kind, depth):
        return self.call(self.pick([f for f in self.functions if f.gives == (kind,)]), depth)

    def call(self, function, depth):
        given = len(function.takes) - (self.choose(function.optional + 1) if function.optional else 0)
        args = [self.expr(k, depth) for k in function.takes[:given]]
        if given == len(function.takes) and self.chance(30):
            args[-1] = f"{function.last} = {args[-1]}"
        return f"{function.name}({', '.join(args)})"
