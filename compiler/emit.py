"""What every target's printer shares: pieces with origins, expressions, statements, sizes, slices, the preamble.

A target is a subclass of Emitter that says how an op is printed and overrides the statements that differ. Statements
yield pieces `(text, origins)`, whole lines; `assemble` joins them into the text and its table of lines.
"""

from __future__ import annotations

import builtins
import keyword
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gdc.compiler import imp
from gdc.compiler.dims import Dim, dim
from gdc.compiler.imp import Body, Expr, Origin, Program, Statement
from gdc.compiler.ops import OPS
from gdc.compiler.text import ANY, ATOM, COMPARE, IF, NOT, OR, PLUS, TIMES, Code, complex_text, number_level, template
from gdc.compiler.types import COMPLEX, INT, REAL, Element
from gdc.dsl.source import Source

Piece = tuple[str, Origin]

# Names that texts use for themselves: a variable of the program that has one of them gets another.
OWN_NAMES = frozenset("""np math special njit shared intrinsic types ir Stop Watch TEXTS PRINTS program native small
    native_serial native_parallel watch self status numbers control events used stopped works fails round_ words
    run cgutils OPTIONS CACHE OWN_BLOCKS strip chain ThreadPoolExecutor""".split())
OWN_PATTERN = re.compile(r"(trace|count|result|reached|failed|failed_numbers|nest)_\d+")
ROUNDINGS = frozenset({"floor", "ceil", "round", "trunc"})
UFUNCS = {"sub": "subtract", "mul": "multiply", "div": "divide", "floordiv": "floor_divide", "mod": "remainder",
          "pow": "power",
          "and": "logical_and", "or": "logical_or", "bitand": "bitwise_and", "bitor": "bitwise_or",
          "bitxor": "bitwise_xor"}
SMALL = 2**31


@dataclass(frozen=True, slots=True)
class Text:
    """A target's text, and for each of its lines the spans (start, end) of the script that it came from."""

    text: str
    lines: tuple[tuple[tuple[int, int], ...], ...]


def assemble(pieces: Iterable[Piece], source: Source | None) -> Text:
    """Joins pieces; a line's spans are those of all pieces on it."""
    parts: list[str] = []
    lines: list[set[tuple[int, int]]] = [set()]
    for piece, origins in pieces:
        text = folded(piece)
        parts.append(text)
        here = {(s.start, s.end) for s in origins if s.source == source}
        count = text.count("\n")
        for _ in range(count):
            lines[-1] |= here
            lines.append(set())
        if not text.endswith("\n"):
            lines[-1] |= here
    return Text("".join(parts), tuple(tuple(sorted(line)) for line in lines[: "".join(parts).count("\n")]))


def folded(text: str, width: int = 120) -> str:
    """Lines that are too long, broken after commas and before operators inside their first brackets."""
    return "\n".join(_folded(line, width) if len(line) > width else line for line in text.split("\n"))


def _folded(line: str, width: int) -> str:
    """One long statement in several lines. Comments, strings and definitions stay as they are."""
    body = line.lstrip()
    if body.startswith("#") or '"' in line or "'" in line or "(" not in line:
        return line
    indent = len(line) - len(body) + 8
    places, depth = [], 0
    for k, c in enumerate(line):
        depth += (c in "([{") - (c in ")]}")
        if c == " " and depth > 0 and k > indent:
            places.append(k)
    done, start = [], 0
    while len(line) - start + (indent if start else 0) > width:
        room = start + width - (indent if start else 0)
        fits = [k for k in places if start < k <= room]
        commas = [k for k in fits if line[k - 1] == "," and k > start + width // 2]
        if not fits:
            break
        place = (commas or fits)[-1]
        done.append(line[start:place])
        start = place + 1
    return ("\n" + " " * indent).join([*done, line[start:]])


def safe(text: str) -> str:
    """A line of a script as it may stand in a comment."""
    return "".join(c if c.isprintable() else " " for c in text.replace("\t", "    ")).rstrip()


class Emitter:
    """Prints one program. `bindings` says how a bare name of a template is bound: an import, or a definition's text."""

    bindings: dict[str, str] = {}
    #: which helpers a helper calls
    needs: dict[str, tuple[str, ...]] = {}
    #: library calls that are not NumPy's
    calls: dict[str, str] = {}
    #: whether NumPy's template serves scalars too (but for the words and, or, not, if)
    numpy_scalars = False
    #: whether plain Python numbers must be made NumPy's before they meet each other
    weak_numbers = True

    def __init__(self, program: Program, source: Source | None = None) -> None:
        self.program, self.source = program, source
        self.used: set[str] = set()             # bare names to bind
        self.methods: set[str] = set()          # methods of Watch that the text calls
        self.texts: list[str] = []              # the table of strings
        self.shown: set[tuple[str, int]] = set()
        self.stops = False
        self.sizes = _size_names(program)
        self.known: dict[str, Expr] = {
            s.name: s.value for s in imp.statements(program.body) if isinstance(s, imp.Let) and s.name in self.sizes}
        self.shapes = _shapes(program)
        self.names = _plain_names(program, frozenset(self.bindings))

    # -- expressions

    def name(self, name: str) -> str:
        return self.names[name]

    def text(self, value: Expr, level: int = ANY) -> str:
        """An expression as a value of the program."""
        return self.code(value).at(level)

    def index(self, value: Expr, level: int = ANY) -> str:
        """An int expression as a place or a size: plain Python numbers do there, and sums of sizes are put in order."""
        size = self.linear(value)
        if size is not None:
            text = size_text(size)
            plain = re.fullmatch(r"[\w.\[\]]+", text)
            return text if plain or level <= PLUS else f"({text})"
        return self.code(value, True).at(level)

    def code(self, root: Expr, place: bool = False) -> Code:
        """An expression's text; `place` where it is an index. Without recursion."""
        done: dict[tuple[int, bool], Code] = {}
        stack = [(root, place, False)]
        while stack:
            value, index, ready = stack.pop()
            if (id(value), index) in done:
                continue
            parts = [(a, self.is_place(value, k, index)) for k, a in enumerate(value.args)]
            if ready:
                done[id(value), index] = self.node(value, tuple(done[id(a), p] for a, p in parts), index)
            else:
                stack.append((value, index, True))
                stack.extend((a, p, False) for a, p in parts)
        return done[id(root), place]

    def is_place(self, value: Expr, k: int, index: bool) -> bool:
        """Whether an argument is a place or a size."""
        if value.op in ("load", "index", "gather", "fill", "iota", "reshape", "broadcast"):
            return k > 0 or value.op == "iota"
        return index and value.element.kind == "int" and value.rank == 0 and value.op != "extent"

    def node(self, value: Expr, args: tuple[Code, ...], index: bool) -> Code:
        """One expression over the texts of its arguments."""
        op = value.op
        if op == "const":
            return self.constant(value)
        if op == "name" and not args:
            name = value.get("name")
            return Code(self.name(name), ATOM, name in self.sizes)
        if op == "load":
            return Code(f"{args[0].at(ATOM)}[{self.places(value.args[1:])}]")
        if op == "extent":
            return Code(f"{args[0].at(ATOM)}.shape[{value.get('axis')}]", ATOM, True)
        if op == "select":
            weak = args[1].weak or args[2].weak
            return Code(f"{args[1].at(OR)} if {args[0].at(OR)} else {args[2].at(IF)}", IF, weak)
        if op == "cast":
            return self.cast(value, args[0])
        if op == "copy":
            return Code(f"{args[0].at(ATOM)}.copy()")
        if op == "contiguous":
            return Code(f"np.ascontiguousarray({args[0].text})")
        if op in ROUNDINGS and value.args[0].element.kind in ("bool", "int"):
            return args[0]
        if value.rank == 0 and all(a.rank == 0 for a in value.args) and OPS[op].kind == "MAP":
            return self.scalar(value, args, index)
        return self.whole(value, args)

    def places(self, index: tuple[Expr, ...]) -> str:
        return ", ".join(self.index(i) for i in index) or "()"

    def scalar(self, value: Expr, args: tuple[Code, ...], index: bool) -> Code:
        """A MAP row on scalars."""
        row = OPS[value.op]
        keep = not self.numpy_scalars or value.op in ("and", "or", "not", "where")
        if index and value.op in ("floordiv", "mod") and imp.constant(value.args[1]):
            keep = False
        cell = row.scalar if keep else row.numpy
        if not isinstance(cell, str):
            raise ValueError(f"{value.op} has no text for scalars")
        shape = template(cell)
        self.used |= shape.names if keep else shape.names & self.bindings.keys()
        weak = shape.level < ATOM and shape.level > COMPARE and value.element.kind != "bool" and all(a.weak
                                                                                                     for a in args)
        if value.op == "where":
            weak = args[1].weak or args[2].weak
        elif weak and self.weak_numbers and not index and not self.stays_small(value):
            args, weak = (self.strong(value.args[0], args[0]), *args[1:]), False
        elif shape.level == ATOM and all(a.weak for a in args) and value.args[0].element not in (INT, REAL):
            args = (self.strong(value.args[0], args[0]), *args[1:])
        code = shape.fill(args)
        return Code(code.text, code.level, weak)

    def stays_small(self, value: Expr) -> bool:
        """Whether plain Python numbers do: a small step from a size or an index, or a minus before a constant."""
        if value.op == "neg":
            return value.args[0].op == "const"
        near = [a for a in value.args if (c := imp.constant(a)) is not None and abs(c) < SMALL]
        return value.op in ("add", "sub") and bool(near) and all(
            a in near or a.op in ("name", "extent") for a in value.args) and value.element.kind == "int"

    def strong(self, value: Expr, code: Code) -> Code:
        """A NumPy scalar."""
        if not (code.weak and self.weak_numbers) or value.rank:
            return code
        return Code(f"np.{value.element.numpy}({code.text})") if value.element.kind != "bool" else code

    def whole(self, value: Expr, args: tuple[Code, ...]) -> Code:
        """Any row on arrays, by NumPy's template."""
        op, cell = value.op, self.calls.get(value.op, OPS[value.op].numpy)
        if op == "transpose" and tuple(value.get("perm")) == tuple(reversed(range(value.rank))):
            return Code(f"{args[0].at(ATOM)}.T")
        if op in ("fill", "iota"):
            return self.source_array(value, args)
        if op == "stack" and value.rank == 1:
            return Code(f"np.array([{', '.join(a.text for a in args)}]{self.dtype(value.element)})")
        if not isinstance(cell, str):
            raise ValueError(f"{op} has no text for arrays")
        shape = template(cell)
        if value.element not in (INT, REAL) and not any(a.rank and a.element == value.element for a in value.args):
            pairs = zip(value.args, args, strict=True)
            args = tuple(self.strong(a, code) if a.element == value.element else code for a, code in pairs)
        self.used |= shape.names & self.bindings.keys()
        return shape.fill(args, **self.words(value, args))

    def source_array(self, value: Expr, args: tuple[Code, ...]) -> Code:
        if value.op == "iota":
            return Code(f"np.arange({self.index(value.args[0])})")
        return self.filled(value.args[0], value.args[1:], value.element)

    def filled(self, fill: Expr, sizes: tuple[Expr, ...], element: Element) -> Code:
        """An array of one value."""
        shape, kind = self.shape(sizes), self.dtype(element)
        plain = fill.get("value") if fill.op == "const" else None
        if plain is not None and repr(plain) in ("0", "0.0", "1", "1.0"):
            return Code(f"np.{'ones' if plain else 'zeros'}({shape}{kind})")
        return Code(f"np.full({shape}, {self.text(fill)}{', np.' + element.numpy + self.mark(element)})")

    def mark(self, element: Element) -> str:
        return "_" if element.kind == "bool" else ""

    def dtype(self, element: Element) -> str:
        """A further argument, where NumPy would not choose that element itself."""
        return "" if element == REAL else f", np.{element.numpy}{self.mark(element)}"

    def shape(self, sizes: tuple[Expr, ...]) -> str:
        words = [self.index(s) for s in sizes]
        return words[0] if len(words) == 1 else f"({', '.join(words)})"

    def words(self, value: Expr, args: tuple[Code, ...]) -> dict[str, str]:
        """The named places of NumPy's templates."""
        words = {"all": ", ".join(a.text for a in args), "axes": "", "shape": "", "perm": "", "axis": "", "spec": "",
                 "subscripts": ""}
        if value.get("axes") is not None:
            words["axes"] = self.axes(value)
        if value.op in ("reshape", "broadcast"):
            words["shape"] = self.shape(value.args[1:])
        if value.op == "transpose":
            words["perm"] = f"({', '.join(str(k) for k in value.get('perm'))})"
        if value.get("axis") is not None:
            words["axis"] = str(value.get("axis"))
        words["side"] = repr(value.get("side"))
        if value.op == "concat":
            words["all"] += "," if len(args) == 1 else ""
        if value.op == "einsum":
            words["spec"] = repr(",".join(value.get("inputs")) + "->" + value.get("output"))
        if value.op in ("index", "gather"):
            words["subscripts"] = self.subscripts(value.args[0], value.get("subscripts"), value.args[1:])
        return words

    def axes(self, value: Expr) -> str:
        axes, keep = tuple(value.get("axes")), value.get("keepdims")
        if len(axes) == value.args[0].rank and not keep:
            return ""
        return f", axis={axes[0] if len(axes) == 1 else axes}" + (", keepdims=True" if keep else "")

    def cast(self, value: Expr, code: Code) -> Code:
        """A conversion. A real is cut towards zero."""
        old, new, kind = value.args[0].element, value.element, f"np.{value.element.numpy}{self.mark(value.element)}"
        if old == new:
            return code
        if value.rank:
            return Code(f"{code.at(ATOM)}.astype({kind})")
        if new.kind == "bool":
            return Code(f"{code.at(COMPARE + 1)} != 0", COMPARE)
        if old.kind in ("real", "complex") and new.kind == "int" and not code.weak:
            return Code(f"{code.at(ATOM)}.astype({kind})")
        return Code(f"{kind}({code.text})")

    def constant(self, value: Expr) -> Code:
        plain = value.get("value")
        if value.rank:
            return Code(f"np.array({_nested(plain)}{self.dtype(value.element)})")
        text = number(plain, value.element)
        return Code(text, number_level(text), value.element.kind != "bool")

    # -- sizes and slices

    def linear(self, value: Expr) -> Dim | None:
        """An int expression as a polynomial over its parts' texts, or None where an atom's text is not simple."""
        number_ = imp.constant(value)
        if number_ is not None:
            return dim(number_)
        if value.op in ("add", "sub", "mul") and value.element == INT:
            left, right = self.linear(value.args[0]), self.linear(value.args[1])
            if left is None or right is None or len(left.terms) + len(right.terms) > 20:
                return None
            return left + right if value.op == "add" else left - right if value.op == "sub" else left * right
        if value.op in ("name", "extent", "load") or (value.op == "floordiv" and value.rank == 0):
            code = self.node(value, tuple(self.code(a, k > 0 and value.op == "load") for k,
                                          a in enumerate(value.args)), True)
            return dim(code.text) if code.level == ATOM else None
        return None

    def resolved(self, size: Dim) -> Dim:
        """A polynomial with the names of sizes replaced by what they stand for."""

        def replace(atom: Any) -> Dim | None:
            found = next((v for n, v in self.known.items() if self.name(n) == atom), None)
            whole = self.linear(found) if found is not None else None
            return self.resolved(whole) if whole is not None and whole != dim(atom) else None

        return size.substitute(replace)

    def extent_of(self, array: Expr, axis: int) -> Dim | None:
        """An array's size along an axis, as far as it is known."""
        if array.op != "name":
            return None
        name = array.get("name")
        if name in self.shapes and axis < len(self.shapes[name]):
            size = self.linear(self.shapes[name][axis])
            return self.resolved(size) if size is not None else None
        return dim(f"{self.name(name)}.shape[{axis}]")

    def subscripts(self, array: Expr, kinds: tuple[str, ...], args: tuple[Expr, ...]) -> str:
        """`1:-1, :, k`: one word per axis, or per new axis."""
        words, at, axis = [], 0, 0
        for kind in kinds:
            if kind == "new":
                words.append("None")
                continue
            if kind == "slice":
                words.append(self.slice(array, axis, *args[at : at + 3]))
                at += 3
            elif kind == "all":
                words.append(":")
            else:
                words.append(self.index(args[at]) if kind == "at" else self.text(args[at]))
                at += 1
            axis += 1
        while len(words) > 1 and words[-1] == ":" and "gather" not in kinds:
            words.pop()
        return ", ".join(words)

    def slice(self, array: Expr, axis: int, start: Expr, count: Expr, step: Expr) -> str:
        """start, count, step as Python's start:stop:step."""
        stride = imp.constant(step)
        if stride is None or stride < 1:
            return self.general_slice(array, axis, start, count, step, stride)
        first, many = self.linear(start), self.linear(count)
        size = self.extent_of(array, axis)
        if first is None or many is None:
            low = self.index(start, PLUS)
            high = f"{low} + {self.index(count, TIMES)}" + (f"*{stride}" if stride > 1 else "")
            return f"{low}:{high}" + (f":{stride}" if stride > 1 else "")
        last = first + many * stride
        low, high = "" if first == dim(0) else size_text(first), size_text(last)
        if size is not None:
            gap = self.resolved(last) - size
            if gap.is_constant and gap.constant == 0:
                high = ""
            elif gap.is_constant and gap.constant < 0 and stride == 1:
                high = str(gap.constant)
        return f"{low}:{high}" + (f":{stride}" if stride > 1 else "")

    def general_slice(self, array: Expr, axis: int, start: Expr, count: Expr, step: Expr, stride: int | None) -> str:
        first, many, size = self.linear(start), self.linear(count), self.extent_of(array, axis)
        if stride == -1 and first is not None and many is not None and size is not None and (
                self.resolved(many) == size and self.resolved(first) == size - 1):
            return "::-1"
        self.used.add("part")
        extent = self.index(imp.extent(array, axis))
        return f"part({self.index(start)}, {self.index(count)}, {self.index(step)}, {extent})"

    # -- statements

    def body(self, body: Body, depth: int) -> Iterator[Piece]:
        if not body:
            yield "    " * depth + "pass\n", ()
        for statement in body:
            yield from self.commented(statement, depth)

    def commented(self, statement: Statement, depth: int) -> Iterator[Piece]:
        """A statement, below the lines of the script that it came from and that no earlier statement did."""
        for origin in statement.origins:
            place = (origin.source.name, origin.line)
            if place not in self.shown:
                self.shown.add(place)
                words = safe(origin.source.line_text(origin.line)).strip()
                if words.strip("{} "):
                    yield "    " * depth + ("" if words.startswith("#") else "# ") + words + "\n", (origin,)
        yield from self.statement(statement, depth)

    def statement(self, statement: Statement, depth: int) -> Iterator[Piece]:
        """A statement's lines."""
        pad, origins = "    " * depth, statement.origins
        if isinstance(statement, imp.Loop):
            yield from self.loop(statement, depth)
        elif isinstance(statement, imp.Forever):
            yield from self.forever(statement, depth)
        elif isinstance(statement, imp.Branch):
            yield from self.branch(statement, depth)
        elif isinstance(statement, imp.Check):
            yield from self.check(statement, depth)
        elif isinstance(statement, imp.Guarded):
            yield from self.guarded(statement, depth)
        elif isinstance(statement, imp.Emit):
            yield from self.emit(statement, depth)
        elif isinstance(statement, imp.Break):
            yield pad + "break\n", origins
        elif isinstance(statement, imp.Continue):
            yield pad + "continue\n", origins
        elif isinstance(statement, imp.Walk):
            yield from self.walk(statement, depth)
        elif isinstance(statement, imp.Strips):
            yield from self.strips(statement, depth)
        else:
            yield pad + self.simple(statement) + "\n", origins

    def walk(self, statement: imp.Walk, depth: int) -> Iterator[Piece]:
        yield from self.body(statement.body, depth)

    def simple(self, statement: imp.Let | imp.Alloc | imp.Store | imp.SetPart) -> str:
        """A statement of one line."""
        if isinstance(statement, imp.Let):
            return f"{self.name(statement.name)} = {self.bound(statement)}"
        if isinstance(statement, imp.Alloc):
            return f"{self.name(statement.name)} = {self.allocated(statement)}"
        if isinstance(statement, imp.Store):
            place = f"{self.code(statement.array).at(ATOM)}[{self.places(statement.index)}]"
            return self.combined(place, statement.combine, statement.array.element, self.code(statement.value))
        return self.set_part(statement)

    def bound(self, statement: imp.Let) -> str:
        place = statement.name in self.sizes
        if place:
            return self.index(statement.value)
        return self.strong(statement.value, self.code(statement.value)).text

    def allocated(self, statement: imp.Alloc) -> str:
        if statement.fill is not None:
            return self.filled(statement.fill, statement.shape, statement.element).text
        return f"np.empty({self.shape(statement.shape)}{self.dtype(statement.element)})"

    def combined(self, place: str, combine: str, element: Element, value: Code, whole: bool = False) -> str:
        """`A[i] = v`, `A[i] += v`, or `A[i] = minimum(A[i], v)`."""
        if not combine:
            return f"{place} = {value.text}"
        cell = OPS[combine].numpy if whole or self.numpy_scalars else OPS[combine].scalar
        if not isinstance(cell, str):
            raise ValueError(f"{combine} has no text")
        shape = template(cell)
        if shape.operator and shape.operator not in ("and", "or", "==", "!=", "<", "<=", ">", ">="):
            return f"{place} {shape.operator}= {value.text}"
        if not whole and not self.numpy_scalars:
            self.used |= shape.names
        return f"{place} = {shape.fill((Code(place), value)).text}"

    def set_part(self, statement: imp.SetPart) -> str:
        array = self.code(statement.array).at(ATOM)
        where = self.subscripts(statement.array, statement.subscripts, statement.args)
        value = self.code(statement.value)
        if statement.combine and "gather" in statement.subscripts:
            ufunc = UFUNCS.get(statement.combine, statement.combine)
            places = f"({where})" if len(statement.subscripts) > 1 else where
            for short, long in ((":", "slice(None)"),):
                places = re.sub(rf"(?<![^ (]){short}(?=[,)]|$)", long, places)
            if ":" in places.replace("slice(None)", ""):
                places = f"np.s_[{where}]"
            return f"np.{ufunc}.at({array}, {places}, {value.text})"
        return self.combined(f"{array}[{where}]", statement.combine, statement.array.element, value, whole=True)

    def range(self, loop: imp.Loop) -> str:
        """What stands between the brackets of `range(…)`."""
        words = [self.index(loop.start), self.index(loop.stop), self.index(loop.step)]
        if words[2] == "1":
            words.pop()
            if words[0] == "0":
                words.pop(0)
        return ", ".join(words)

    def loop(self, statement: imp.Loop, depth: int) -> Iterator[Piece]:
        over = f"range({self.range(statement)})"
        if statement.mode == "rounds":
            self.methods.add("rounds")
            words = (self.index(w) for w in (statement.start, statement.stop, statement.step))
            over = f"watch.rounds({', '.join(words)})"
        yield f"{'    ' * depth}for {self.name(statement.var)} in {over}:\n", statement.origins
        yield from self.body(statement.body, depth + 1)

    def strips(self, statement: imp.Strips, depth: int) -> Iterator[Piece]:
        """Formulas on strips of rows."""
        raise NotImplementedError("strips are for NumPy")

    def forever(self, statement: imp.Forever, depth: int) -> Iterator[Piece]:
        test = "True"
        if statement.mode == "rounds":
            self.methods.add("running")
            test = "watch.running()"
        yield f"{'    ' * depth}while {test}:\n", statement.origins
        yield from self.body(statement.body, depth + 1)

    def branch(self, statement: imp.Branch, depth: int, word: str = "if") -> Iterator[Piece]:
        """if, elif, else; an empty first arm is turned round."""
        pad = "    " * depth
        while True:
            condition, then, orelse = statement.condition, statement.then, statement.orelse
            if not then and orelse:
                yield f"{pad}{word} not {self.text(condition, NOT)}:\n", statement.origins
                then, orelse = orelse, ()
            else:
                yield f"{pad}{word} {self.text(condition)}:\n", statement.origins
            yield from self.body(then, depth + 1)
            if len(orelse) == 1 and isinstance(orelse[0], imp.Branch):
                statement, word = orelse[0], "elif"
                continue
            if orelse:
                yield pad + "else:\n", statement.origins
                yield from self.body(orelse, depth + 1)
            return

    def stop(self, site: int, values: tuple[Expr, ...]) -> str:
        self.stops = True
        words = [self.text(v) for v in values]
        return f"raise Stop({site}" + (f", ({', '.join(words)}{',' if len(words) == 1 else ''})" if words else "") + ")"

    def check(self, statement: imp.Check, depth: int) -> Iterator[Piece]:
        pad = "    " * depth
        yield f"{pad}if not {self.text(statement.ok, NOT)}:\n", statement.origins
        yield f"{pad}    {self.stop(statement.site, statement.values)}\n", statement.origins

    def guarded(self, statement: imp.Guarded, depth: int) -> Iterator[Piece]:
        pad, origins = "    " * depth, statement.origins
        yield f"{pad}try:\n", origins
        yield f"{pad}    {self.name(statement.name)} = {self.text(statement.value)}\n", origins
        yield f"{pad}except np.linalg.LinAlgError:\n", origins
        yield f"{pad}    {self.stop(statement.site, ())} from None\n", origins

    def emit(self, statement: imp.Emit, depth: int) -> Iterator[Piece]:
        pad = "    " * depth
        if statement.what == "record":
            self.methods.add("record")
            value = self.strong(statement.values[0], self.code(statement.values[0]))
            yield f"{pad}watch.record({self.literal(statement.name)}, {value.text})\n", statement.origins
            return
        self.methods.add("show")
        values = iter(statement.values)
        words = [self.literal(p) if p is not None else self.text(next(values)) for p in statement.pieces]
        words += [self.text(v) for v in values]
        yield f"{pad}watch.show({', '.join(words)})\n", statement.origins

    def literal(self, text: str) -> str:
        """A string of the script lives in a table: its text never stands among the statements."""
        if text not in self.texts:
            self.texts.append(text)
        return f"TEXTS[{self.texts.index(text)}]"

    # -- the module

    def parameter_lines(self) -> Iterator[Piece]:
        """Scalars become NumPy's, so that they overflow and divide as NumPy's do."""
        for p in self.program.parameters:
            if p.rank == 0:
                name = self.name(p.name)
                yield f"    {name} = np.{p.element.numpy}{self.mark(p.element)}({name})\n", ()

    def outputs(self) -> str:
        words = []
        for _, value, flag in self.program.outputs:
            text = self.strong(value, self.code(value)).at(OR if flag is not None else ANY)
            words.append(text if flag is None else f"{text} if {self.text(flag, OR)} else None")
        return f"({', '.join(words)}{',' if len(words) == 1 else ''})"

    def docstring(self) -> str:
        """The script as the module's docstring."""
        if self.source is None:
            return '"""A program."""\n'
        lines = [safe(line) for line in self.source.text.strip().split("\n")[:60]]
        text = "\n".join(lines).replace("\\", "\\\\").replace('"', '\\"' if '"""' in "\n".join(lines) else '"')
        return f'"""\n{text}\n"""\n'

    def imports(self) -> set[str]:
        return {"import numpy as np"}

    def helper_order(self, names: set[str]) -> list[str]:
        return sorted(names)

    def preamble(self) -> str:
        """Imports, bindings and the classes that the body needs."""
        imports, helpers = self.imports(), []
        for name in tuple(self.used):
            self.used |= set(self.needs.get(name, ()))
        for name in self.helper_order(self.used):
            if hasattr(builtins, name) and name not in self.bindings:
                continue
            text = self.bindings.get(name, f"from numpy import {name}")
            if "\n" in text:
                helper = text.strip("\n").split("\n")
                imports |= {line[9:] if line[9:].startswith("from ") else line[2:] for line in helper
                            if line.startswith("# import")}
                helpers.append("\n".join(line for line in helper if not line.startswith("# import")))
            else:
                imports.add(text)
        parts = ["\n".join(join_imports(imports))]
        if self.texts:
            parts.append("TEXTS = (" + ", ".join(repr(t) for t in self.texts) + ("," if len(self.texts) == 1
                                                                                 else "") + ")")
        parts += helpers
        parts += [STOP.strip("\n")] if self.stops else []
        parts += [watch_class(self.methods)] if self.methods else []
        return "\n\n\n".join(parts) + "\n"

    def header(self) -> Iterator[Piece]:
        names = "".join(f"{self.name(p.name)}, " for p in self.program.parameters)
        yield f'@np.errstate(all="ignore")\ndef program({names}watch=None):\n', ()

    def module(self) -> Text:
        """The whole text."""
        pieces = list(self.header()) + list(self.parameter_lines())
        body = list(self.body(self.program.body, 1)) if self.program.body else []
        last = f"    return {self.outputs()}\n"
        if self.methods:
            pieces.append(("    watch = watch or Watch()\n", ()))
        pieces += [*body, (last, self.program.places)]
        return assemble([(self.docstring() + self.preamble() + "\n\n", ()), *pieces], self.source)


def size_text(size: Dim) -> str:
    """A size with what is added first."""
    terms = sorted(size.terms, key=lambda t: (not t[0], t[1] < 0))
    text = ""
    for monomial, factor in terms:
        words = [str(a) for a in monomial]
        words = [str(abs(factor)), *words] if abs(factor) != 1 or not words else words
        sign = "-" if factor < 0 else "+"
        text += f" {sign} {'*'.join(words)}" if text else ("-" if factor < 0 else "") + "*".join(words)
    return text or "0"


def number(plain: Any, element: Element) -> str:
    """A scalar constant's text."""
    if element.kind == "bool":
        return str(bool(plain))
    if element.kind == "int":
        return str(int(plain))
    if element.kind == "complex":
        return complex_text(complex(plain), lambda part: number(part, REAL))
    value = float(plain)
    if math.isfinite(value):
        return repr(value)
    return "np.nan" if value != value else "np.inf" if value > 0 else "-np.inf"


def _nested(plain: Any) -> str:
    """Nested tuples of numbers as nested lists."""
    if isinstance(plain, tuple):
        return f"[{', '.join(_nested(p) for p in plain)}]"
    if isinstance(plain, (float, complex)):
        return number(plain, REAL if isinstance(plain, float) else COMPLEX)
    return repr(plain)


def join_imports(imports: Iterable[str]) -> list[str]:
    """Import lines in order, those from one module on one line."""
    plain: set[str] = set()
    members: dict[str, set[str]] = {}
    for line in imports:
        found = re.fullmatch(r"from (\S+) import (.+)", line)
        if found:
            members.setdefault(found[1], set()).update(found[2].split(", "))
        else:
            plain.add(line)
    order = [*sorted(plain), *(f"from {module} import {', '.join(sorted(words))}" for module,
                               words in sorted(members.items()))]
    standard = [line for line in order if line.split()[1] == "math"]
    return standard + ([""] if standard else []) + [line for line in order if line not in standard]


STOP = '''
class Stop(Exception):
    """A check failed: its site, and the values that its message shows."""

    def __init__(self, site, values=()):
        super().__init__(site, values)
        self.site, self.values = site, values
'''

WATCH_METHODS = {
    "rounds": '''
    def rounds(self, start, stop, step):
        """The rounds of an outermost loop."""
        return range(start, stop, step)
''',
    "running": '''
    def running(self):
        """Whether an outermost loop goes on."""
        return True
''',
    "show": '''
    def show(self, *values):
        """Prints a line."""
        print(*values)
''',
    "record": '''
    def record(self, name, value):
        """Appends to a trace."""
        self.traces.setdefault(name, []).append(np.array(value))
''',
    "call": '''
    def call(self, function, *arguments):
        """Runs native code."""
        return function(*arguments)
''',
    "cores": '''
    def cores(self):
        """How many threads may share what is dear."""
        return 1
''',
    "control": '''
    def control(self):
        """Cells shared with native code: [0] 1 asks to stop after the round, 2 at once; [1] rounds done, [2] of how
        many (-1: not known), [3] the value last recorded."""
        return np.zeros(8)
''',
}


def watch_class(methods: Iterable[str]) -> str:
    """What the text calls while it runs; a host passes its own."""
    wanted = [text.strip("\n") for name, text in WATCH_METHODS.items() if name in set(methods)]
    head = 'class Watch:\n    """What the program tells while it runs, and asks. A host passes its own."""\n\n'
    traces = "record" in methods or "traces" in methods
    start = "    def __init__(self):\n        self.traces = {}\n\n" if traces else ""
    return (head + start + "\n\n".join(wanted)).rstrip("\n")


# --- what is known of names --------------------------------------------------------------------


def bound_names(program: Program) -> dict[str, int]:
    """How often each name is bound, parameters and loop variables included."""
    counts = {p.name: 1 for p in program.parameters}
    for s in imp.statements(program.body):
        name = s.var if isinstance(s, imp.Loop) else s.name if isinstance(s,
                                                                          (imp.Let, imp.Alloc, imp.Guarded)) else None
        if name is not None:
            counts[name] = counts.get(name, 0) + 1
    return counts


def _size_names(program: Program) -> frozenset[str]:
    """Names that hold plain Python ints: loop variables, and names bound once to sizes or sums of sizes."""
    counts = bound_names(program)
    loops = {s.var for s in imp.statements(program.body) if isinstance(s, imp.Loop)}
    lets = [s for s in imp.statements(program.body) if isinstance(s, imp.Let)]
    sizes = {v for v in loops if not any(s.name == v for s in lets)}
    once = [s for s in lets if counts[s.name] == 1 and s.value.element == INT and s.value.rank == 0]
    found = True
    while found:
        found = False
        for s in once:
            if s.name not in sizes and _is_size(s.value, sizes - loops):
                sizes.add(s.name)
                found = True
    return frozenset(sizes)


def _is_size(value: Expr, sizes: set[str]) -> bool:
    """Whether an expression is built of extents, small constants and names of sizes, and not of constants alone."""
    parts = list(imp.subexpressions(value))
    plain = all(
        p.op == "extent" or (p.op == "name" and (p.get("name") in sizes or p.rank)) or abs(imp.constant(p) or 0) < SMALL
        and p.op == "const" or p.op in ("add", "sub", "mul") and p.element == INT and p.rank == 0 for p in parts)
    return plain and any(p.op == "extent" or p.op == "name" and not p.rank for p in parts)


def _shapes(program: Program) -> dict[str, tuple[Expr, ...]]:
    """The shapes of arrays that are bound once: what they are allocated with, or what they are copied from."""
    counts = bound_names(program)
    shapes: dict[str, tuple[Expr, ...]] = {}
    for s in imp.statements(program.body):
        if isinstance(s, imp.Alloc) and counts[s.name] == 1:
            shapes[s.name] = s.shape
        elif isinstance(s, imp.Let) and counts[s.name] == 1 and s.value.op in ("copy", "contiguous"):
            source = s.value.args[0]
            if source.op == "name" and counts.get(source.get("name")) == 1:
                shapes[s.name] = shapes.get(source.get("name"),
                                            tuple(imp.extent(source, k) for k in range(source.rank)))
    return shapes


def _plain_names(program: Program, bound: frozenset[str] = frozenset()) -> dict[str, str]:
    """What each name of the program is called in the text: itself, but for names that mean something there already."""
    from_templates = {n for row in OPS.values() for cell in (row.scalar,) if isinstance(cell, str)
                      for n in template(cell).names}
    taken = OWN_NAMES | from_templates | set(dir(builtins)) | set(keyword.kwlist) | {"part"} | bound
    used = set(bound_names(program))
    for s in imp.statements(program.body):
        for top in imp.expressions(s):
            used |= {e.get("name") for e in imp.subexpressions(top) if e.op == "name" and not e.args}
    for _, value, flag in program.outputs:
        for result in (value, flag):
            used |= {e.get("name") for e in imp.subexpressions(result)
                     if e.op == "name" and not e.args} if result is not None else set()
    names: dict[str, str] = {}
    for name in sorted(used):
        if not name.isidentifier():
            raise ValueError(f"not a name: {name!r}")
        plain = name
        while plain in taken or OWN_PATTERN.fullmatch(plain) or (plain != name and plain in used):
            plain += "_"
        names[name] = plain
    return names


PART = '''
def part(start, count, step, size):
    """A slice of `count` entries that may run backwards, along an axis of `size`."""
    stop = start + count*step
    return slice(start, stop - size if stop < 0 else stop, step) if count > 0 else slice(0, 0, 1)
'''

