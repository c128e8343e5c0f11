"""Expressions: NumPy scalars and CuPy arrays on the host, plain numbers in a kernel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from gdc.compiler import complex_functions, imp
from gdc.compiler.cuda.helpers import BINDINGS, CALLS, NEEDS, OWN_NAMES, OWN_NUMBERED
from gdc.compiler.emit import Emitter, number
from gdc.compiler.imp import Expr, Program
from gdc.compiler.imp_tools import name_of
from gdc.compiler.ops import OPS
from gdc.compiler.text import ATOM, COMPARE, IF, TIMES, Code, number_level, template
from gdc.compiler.types import Element
from gdc.dsl.source import Source

MATH = frozenset("""exp expm1 log log1p log2 log10 sqrt sin cos tan asin acos atan atan2 sinh cosh tanh hypot erf gamma
    lgamma floor ceil trunc isnan isinf isfinite""".split())
# what differs from the op table's cell in a kernel; "op kind" goes before "op"
CELLS = {
    "exp2": "math.pow(2.0, {0})", "cbrt": "cuda.cbrt({0})", "pow": "math.pow({0}, {1})",
    "pow int": "power_int({0}, {1})", "floordiv int": "divide_int({0}, {1})",
    "mod int": "remainder_int({0}, {1})", "sign int": "sign_int({0})",
    "real complex": "{0}.real", "imag complex": "{0}.imag",
    "shl": "shift_left({0}, {1})", "shr": "shift_right({0}, {1})",
}
# what stands for a row where its argument is complex
COMPLEX_CELLS = {
    **{name: f"{name}_complex({', '.join(f'{{{k}}}' for k in range(OPS[name].arity))})"
       for name in sorted(complex_functions.ROWS)},
    "real": "{0}.real",
    "imag": "{0}.imag", "conj": "{0}.conjugate()", "isnan": "(math.isnan({0}.real) or math.isnan({0}.imag))",
    "isinf": "(math.isinf({0}.real) or math.isinf({0}.imag))",
    "isfinite": "(math.isfinite({0}.real) and math.isfinite({0}.imag))",
}
DOUBLE = ("rint(", "floor_divide(", "remainder(", "sign(", "math.pow(2.0", "polygamma(")  # they compute in 64 bits
LOWEST = "-9223372036854775807 - 1"


class Scalars(Emitter):
    """The printer of expressions. `device` says on which side of a launch they stand."""

    bindings = BINDINGS
    needs = NEEDS
    calls = CALLS
    numpy_scalars = True

    def __init__(self, program: Program, source: Source | None = None) -> None:
        super().__init__(program, source)
        self.device = self.bare = False
        self.resident: set[str] = set()         # scalars that stay on the device, in arrays of one entry
        for name, plain in list(self.names.items()):
            while plain in OWN_NAMES or re.fullmatch(OWN_NUMBERED, plain):
                plain += "_"
            self.names[name] = plain

    @contextmanager
    def on_device(self) -> Iterator[None]:
        """What is printed inside stands in a kernel."""
        self.device, self.numpy_scalars = True, False
        try:
            yield
        finally:
            self.device, self.numpy_scalars = False, True

    @contextmanager
    def bare_places(self) -> Iterator[None]:
        """Places printed inside are told to be no less than zero, so that Numba does not count those from the end."""
        self.bare = True
        try:
            yield
        finally:
            self.bare = False

    def places(self, index: tuple[Expr, ...]) -> str:
        """What stands between an entry's brackets."""
        if not self.bare:
            return super().places(index)
        self.used.add("at")
        return ", ".join(self.index(i) if imp.constant(i) is not None else f"at({self.index(i)})" for i in index)

    def in_kernel(self, value: Expr) -> str:
        """A place or a size, inside a kernel."""
        with self.on_device():
            return self.index(value, TIMES)

    # -- on either side

    def code(self, root: Expr, place: bool = False) -> Code:
        """An expression; "host" round an array is a copy that the CPU can read."""
        if root.op == "host":
            self.used.add("host")
            return Code(f"host({self.text(root.args[0])})")
        return super().code(root, place)

    def node(self, value: Expr, args: tuple[Code, ...], index: bool) -> Code:
        """On the host an array op is CuPy's, and an entry or a scalar that one yields is fetched."""
        if self.device:
            return super().node(value, args, index)
        if name_of(value) in self.resident:
            self.used.add("host")
            return Code(f"host({self.name(name_of(value))})[0]")
        if value.op == "load":
            self.used.add("host")
            return Code(f"host({args[0].at(ATOM)}[{self.places(value.args[1:])}])")
        code = super().node(value, args, index)
        if not value.rank and not any(a.rank for a in value.args) or value.op == "extent":
            return code
        text = of_device(code.text)
        if value.rank:
            return Code(text, code.level)
        self.used.add("host")
        return Code(f"host({text})")

    def constant(self, value: Expr) -> Code:
        """A constant: the host's are NumPy's, a kernel's plain."""
        if not self.device or value.rank:
            return super().constant(value)
        return self.literal_number(value.get("value"), value.element)

    def scalar(self, value: Expr, args: tuple[Code, ...], index: bool) -> Code:
        """A MAP row on scalars. In a kernel a square is a product."""
        if not self.device:
            return super().scalar(value, args, index)
        if value.args[0].element.kind == "complex":
            return self.complex_row(value, args)
        if value.op == "pow" and value.element.kind == "real" and value.args[1].get("value") == 2:
            if args[0].level == ATOM and value.args[0].op in ("name", "load"):
                return Code(f"{args[0].text}*{args[0].text}", TIMES)
            self.used.add("square")
            return Code(f"square({args[0].text})")
        weak = all(a.weak for a in args) and value.element.kind != "bool" and value.op in ("add", "sub", "mul", "neg")
        if weak and not index and not self.stays_small(value):
            args, weak = (self.strong(value.args[0], args[0]), *args[1:]), False
        # what `real` and `conj` do depends on what they are given
        element = value.args[0].element if value.op in ("real", "imag", "conj") else value.element
        code = self.row(value.op, element, args)
        return Code(code.text, code.level, weak)

    def cast(self, value: Expr, code: Code) -> Code:
        """A conversion; in a kernel by Python's words, which Numba compiles to C's."""
        old, new = value.args[0].element, value.element
        if not self.device or old == new:
            return super().cast(value, code)
        if new.kind == "bool":
            return Code(f"{code.at(COMPARE + 1)} != 0", COMPARE)
        if old.kind == "bool":
            one, zero = ("1", "0") if new.kind == "int" else ("1.0", "0.0")
            return Code(f"{one} if {code.at(IF + 1)} else {zero}", IF)
        if new.bits == 32 or new.kind == "complex":
            return Code(f"np.{new.numpy}({code.text})")
        return Code(f"{'int' if new.kind == 'int' else 'float'}({code.text})")

    def combined(self, place: str, combine: str, element: Element, value: Code, whole: bool = False) -> str:
        """A store into an entry, or into part of an array."""
        if not self.device or not combine:
            return super().combined(place, combine, element, value, whole)
        if combine in ("add", "sub", "mul"):
            return f"{place} {'+-*'[('add', 'sub', 'mul').index(combine)]}= {value.text}"
        return f"{place} = {self.row(combine, element, (Code(place), value)).text}"

    def set_part(self, statement: imp.SetPart) -> str:
        """A store into part of an array, on the device."""
        return of_device(super().set_part(statement))

    def allocated(self, statement: imp.Alloc) -> str:
        """A new array, on the device."""
        return of_device(super().allocated(statement))

    # -- in a kernel

    def literal_number(self, plain: object, element: Element) -> Code:
        """A number inside a kernel."""
        if element.kind == "int" and plain == -(2**63):
            return Code(LOWEST, TIMES - 1)
        text = number(plain, element)
        if "np." in text:
            self.used.add("math")
            text = text.replace("np.", "math.")
        if element.bits == 32:
            return Code(f"np.{element.numpy}({text})")
        return Code(text, number_level(text), element.kind == "int")

    def row(self, op: str, element: Element, args: tuple[Code, ...]) -> Code:
        """A MAP row inside a kernel, in the width of its element: Numba's ints grow to 64 bits."""
        code = self.plain_row(op, element, args)
        if element == Element("int", 32):
            return Code(f"np.int32({code.text})")
        if element == Element("real", 32) and code.text.startswith(DOUBLE):
            return Code(f"np.float32({code.text})")
        return code

    def complex_row(self, value: Expr, args: tuple[Code, ...]) -> Code:
        """A MAP row on complex scalars inside a kernel."""
        if value.op not in COMPLEX_CELLS:
            return template(str(OPS[value.op].scalar)).fill(args)
        code = template(COMPLEX_CELLS[value.op]).fill(args)
        self.used |= {name for name in ("math", f"{value.op}_complex") if name in code.text}
        return code if value.element.kind == "bool" else Code(f"np.{value.element.numpy}({code.text})")

    def plain_row(self, op: str, element: Element, args: tuple[Code, ...]) -> Code:
        """A MAP row's text."""
        if op in ("real", "conj") and element.kind != "complex":
            return args[0]
        cell = CELLS.get(f"{op} {element.kind}", CELLS.get(op, OPS[op].scalar))
        if not isinstance(cell, str):
            raise ValueError(f"{op} has no text for scalars")
        shape = template(cell)
        if element.bits == 32 and cell.startswith(DOUBLE):
            args = tuple(Code(f"float({a.text})") for a in args)
        code = shape.fill(args)
        name = next(iter(shape.names)) if len(shape.names) == 1 else ""
        if name in MATH and code.text.startswith(name + "("):
            self.used.add("math")
            return Code("math." + code.text, code.level)
        self.used |= shape.names - {"cuda"}
        return code

    # -- on the host

    def simple(self, statement: imp.Let | imp.Alloc | imp.Store | imp.SetPart) -> str:
        """A statement of one line; a scalar that stays on the device is filled there."""
        if not self.device and isinstance(statement, imp.Let) and statement.name in self.resident:
            return f"{self.name(statement.name)}.fill({self.text(statement.value)})"
        return super().simple(statement)

    def fetched(self, name: str, element: Element, text: str) -> str:
        """A scalar of the host, made of a number that a kernel left."""
        return f"int({text})" if name in self.sizes else f"np.{element.numpy}{self.mark(element)}({text})"

    def is_count(self, size: Expr) -> bool:
        """Whether a size is surely not negative."""
        return size.op == "extent" or (imp.constant(size) or 0) > 0 or (
            size.op == "name" and self.known.get(name_of(size), size).op == "extent")

    def imports(self) -> set[str]:
        """What every text imports."""
        return {"import numpy as np", "import cupy as xp", "from numba import cuda"}

    def preamble(self) -> str:
        """Imports and helpers, with those that helpers call."""
        self.used -= {"abs"}
        return super().preamble()


def of_device(text: str) -> str:
    """A call of NumPy as the same call of CuPy."""
    return "xp" + text[2:] if text.startswith("np.") else text
