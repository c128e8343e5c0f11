"""Numba: the whole program in one native function, loops over blocks shared out among the cores.

    def native(…parameters, control, status, numbers): …      the program, native control flow
    def small(…the same…): …                                  its nests in one piece, where nothing is worth sharing out
    native_parallel, native_serial                            the two compiled
    def program(…parameters, watch=None): …                   picks one by size, raises, prints, hands over traces

`control` is shared with the host while native code runs: see Watch.control. A failed check leaves its site + 1 in
status[0], its values' kinds in status[1], and the values in status[2:] or `numbers`. In a loop that the cores share out
it leaves them in its block's row of `failed`, and the block stops. Traces grow; printed lines wait in `events`.
The pass `partition` cuts loops into blocks; here the body of an outermost loop of mode "parallel" is a function of its
own, `nest_1` and so on, which threads run for each block (native_threads).
"""

from __future__ import annotations

import ast
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from gdc.compiler import (
    complex_functions,
    imp,
    imp_tools,
    library,
    native_order,
    native_products,
    native_signals,
    native_solvers,
    native_threads,
    random_numbers,
    special_functions,
    vecmath,
)
from gdc.compiler.emit import PART, Emitter, Piece, Text, assemble, number
from gdc.compiler.imp import MOST_VALUES, Expr, Program
from gdc.compiler.library import LIBRARY, NUMBA
from gdc.compiler.ops import OPS
from gdc.compiler.text import ATOM, COMPARE, Code, number_level, template
from gdc.compiler.types import INT, REAL, Element
from gdc.dsl.source import Source

LIGHT_ROUND = 8         # statements of a round of the user's that is over sooner than a look at what the host asks
LIGHT_ROUNDS = 1024     # of which so many are done between two looks
MANY = 1 << 18          # of the widest entries, the least number that fills a large page
WORTHWHILE = 50_000     # multiply-adds in a nest, below which a fork and join costs more than it gains (docs/cores.md)
OPERATORS = ("floordiv", "mod", "pow")      # Numba's are NumPy's
INT32, COMPLEX64 = Element("int", 32), Element("complex", 64)
NARROW = (INT32, Element("real", 32), COMPLEX64)    # a literal must say that it is one
EXTREMES = {"minimum": "least", "maximum": "greatest"}      # of totals, which may be compared in any order
KINDS = {"int": 1, "real": 2, "bool": 3}

OPTIONS = '''
OPTIONS = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
CACHE = {"cache": "__file__" in globals()}
'''
OWN_BLOCKS = '''
OWN_BLOCKS = True           # each core computes products by itself: BLAS is best left one thread
'''


def _helper(text: str) -> str:
    return "@njit(**OPTIONS)\n" + text.strip("\n")


def _put_all(name: str, doc: str, put: str) -> str:
    """What appends an array to the events: its sizes, then its entries, each as `put` says."""
    return _helper(f'''
def {name}(events, used, array):
    """Appends an array of {doc}: its sizes, then its entries."""
    for size in array.shape:
        events, used = put_int(events, used, size)
    for value in array.flat:
        events, used = {put}
    return events, used
''')


def _extreme(name: str, word: str) -> str:
    """The next step of a least or a greatest value, by LLVM's operation that vector code has."""
    return f'''
# import from llvmlite import ir
# import from numba.extending import intrinsic
@intrinsic
def {name}(typing_context, best, x):
    """The {word} so far, nan where either is: one whose order is free, so that several can be compared at a time."""

    def build(context, builder, signature, args):
        real = args[0].type
        step = builder.module.declare_intrinsic("llvm.{word}", [real], ir.FunctionType(real, [real, real]))
        return builder.call(step, args)

    return best(best, best), build
'''


BINDINGS = {
    **{name: _helper(text) for name, text in LIBRARY.items()},
    **native_solvers.PLAIN, **{name: _helper(text) for name, text in native_solvers.COMPILED.items()},
    **native_products.PLAIN, **{name: _helper(text) for name, text in native_products.COMPILED.items()},
    **vecmath.TEXTS,
    "abs": "import numpy as np", "gamma": "from math import gamma", "lgamma": "from math import lgamma",
    **{name: _helper(text).replace("OPTIONS)", "OPTIONS, forceinline=True)", 1)     # or LLVM leaves a loop of calls
       for name, text in random_numbers.SCALAR.items()},
    **{name: _helper(text) for name, text in special_functions.NATIVE.items()},
    **{name: _helper(text).replace("**OPTIONS", '**(OPTIONS | {"fastmath": False})', 1)    # quotients round as NumPy's
       for name, text in complex_functions.TEXTS.items()},
    "part": _helper(PART),
    "minimum": _helper('''
def minimum(x, y):
    """The lesser; nan where either is."""
    return x if x < y or x != x else y
'''),
    "maximum": _helper('''
def maximum(x, y):
    """The greater; nan where either is."""
    return x if x > y or x != x else y
'''),
    "divide_int": _helper('''
def divide_int(x, y):
    """The quotient, rounded down; Numba's of the least int by -1 does not wrap."""
    return -x if y == -1 else x // y
'''),
    "sign": _helper('''
def sign(x):
    """-1, 0 or 1; nan of nan."""
    return x if x != x else type(x)((x > 0) - (x < 0))
'''),
    "in_large_pages": '''
# import sys
# import from llvmlite import ir
# import from numba.core import cgutils
# import from numba.extending import intrinsic
@intrinsic
def in_large_pages(typing_context, array):
    """A new array itself. For a large one Linux is asked for large pages, as by NumPy: faults each 4 KB are slow."""

    def build(context, builder, signature, args):
        context.nrt.incref(builder, signature.return_type, args[0])
        if not sys.platform.startswith("linux"):
            return args[0]
        view, word = context.make_array(array)(context, builder, args[0]), ir.IntType(64)
        size = builder.mul(view.nitems, view.itemsize)
        with builder.if_then(builder.icmp_signed(">=", size, word(1 << 22)), likely=False):
            place = builder.ptrtoint(view.data, word)
            start = builder.and_(builder.add(place, word(4095)), word(-4096))
            kind = ir.FunctionType(ir.IntType(32), (word, word, ir.IntType(32)))
            advise = cgutils.get_or_insert_function(builder.module, kind, "madvise")
            builder.call(advise, (start, builder.sub(builder.add(place, size), start), ir.IntType(32)(14)))
        return args[0]

    return array(array), build
''',
    "filled": _helper('''
def filled(array, value):
    """The array with one value everywhere."""
    array[...] = value
    return array
'''),
    **native_order.TEXTS, **native_signals.TEXTS, **native_threads.TEXTS,
    "plus": '''
# import from numba.extending import intrinsic
@intrinsic
def plus(typing_context, total, term):
    """The next step of a sum whose order is free, so that it can be computed several terms at a time."""

    def build(context, builder, signature, args):
        return builder.fadd(*args, flags=("reassoc", "contract"))

    return total(total, total), build
''',
    "least": _extreme("least", "minimum"),
    "greatest": _extreme("greatest", "maximum"),
    "natural": '''
# import from llvmlite import ir
# import from numba.extending import intrinsic
@intrinsic
def natural(typing_context, place):
    """A place that is surely not below 0: the machine need not ask whether it counts from the end."""

    def build(context, builder, signature, args):
        flag = ir.FunctionType(ir.VoidType(), [ir.IntType(1)])
        assume = builder.module.declare_intrinsic("llvm.assume", (), flag)
        builder.call(assume, [builder.icmp_signed(">=", args[0], args[0].type(0))])
        return args[0]

    return place(place), build
''',
    "sized": '''
# import from numba.core import cgutils
# import from numba.extending import intrinsic
@intrinsic(prefer_literal=True)
def sized(typing_context, array, axis, size):
    """The array itself, along an axis of a size that machine code knows: then it knows how far rows lie apart."""

    def build(context, builder, signature, args):
        view = context.make_array(array)(context, builder, args[0])
        shape = cgutils.unpack_tuple(builder, view.shape)
        shape[axis.literal_value] = args[2]
        view.shape = cgutils.pack_array(builder, shape)
        context.nrt.incref(builder, array, args[0])
        return view._getvalue()

    return array(array, axis, size), build
''',
    "heard": '''
# import from numba import types
# import from numba.core import cgutils
# import from numba.extending import intrinsic
@intrinsic
def heard(typing_context, control, place):
    """A cell that the host may write at any time."""

    def build(context, builder, signature, args):
        view = context.make_array(signature.args[0])(context, builder, args[0])
        cell = cgutils.get_item_pointer(context, builder, signature.args[0], view, [args[1]], wraparound=False)
        return builder.load_atomic(cell, "monotonic", 8)

    return types.float64(control, types.intp), build
''',
    "tell": '''
# import from numba import types
# import from numba.core import cgutils
# import from numba.extending import intrinsic
@intrinsic
def tell(typing_context, control, place, value):
    """Writes a cell that the host may read at any time."""

    def build(context, builder, signature, args):
        view = context.make_array(signature.args[0])(context, builder, args[0])
        cell = cgutils.get_item_pointer(context, builder, signature.args[0], view, [args[1]], wraparound=False)
        builder.store_atomic(args[2], cell, "monotonic", 8)
        return context.get_dummy_value()

    return types.void(control, types.intp, types.float64), build
''',
    "room": _helper('''
def room(trace, count):
    """The trace, in a longer array where it is full."""
    if count < len(trace):
        return trace
    longer = np.empty(2*count + 64, trace.dtype)
    for k in range(count):      # a slice would make Numba compile its error message too, for 2 s
        longer[k] = trace[k]
    return longer
'''),
    "room_for": _helper('''
def room_for(trace, count, value):
    """The trace of arrays like `value`, in a longer array where it is full."""
    if count < len(trace):
        return trace
    longer = np.empty((2*count + 16, *value.shape), trace.dtype)
    if count > 0:
        longer[:count] = trace[:count]
    return longer
'''),
    "put_int": _helper('''
def put_int(events, used, value):
    """Appends an int to what waits to be printed."""
    if used == len(events):
        longer = np.empty(2*used + 64, np.int64)
        for k in range(used):
            longer[k] = events[k]
        events = longer
    events[used] = value
    return events, used + 1
'''),
    "put_real": _helper('''
def put_real(events, used, value):
    """Appends a real, as its bits."""
    events, used = put_int(events, used, 0)
    events.view(np.float64)[used - 1] = value
    return events, used
'''),
    "put_complex": _helper('''
def put_complex(events, used, value):
    """Appends a complex number, as its two parts."""
    events, used = put_real(events, used, value.real)
    return put_real(events, used, value.imag)
'''),
    "put_complexes": _put_all("put_complexes", "complex numbers", "put_complex(events, used, value)"),
    "put_ints": _put_all("put_ints", "ints", "put_int(events, used, np.int64(value))"),
    "put_reals": _put_all("put_reals", "reals", "put_real(events, used, value)"),
    "first_failed": _helper('''
def first_failed(failed, failed_numbers, status, numbers):
    """Whether a check failed in some block; hands on what the first such block left."""
    for block in range(len(failed)):
        if failed[block, 0] != 0:
            for k in range(len(status)):
                status[k] = failed[block, k]
            for k in range(len(numbers)):
                numbers[k] = failed_numbers[block, k]
            return True
    return False
'''),
    "printed": '''
def printed(events):
    """The lines that wait to be printed, each as its words."""
    reals, at = events.view(np.float64), 0
    while at < len(events):
        words, at = [], at + 1
        for piece in PRINTS[events[at - 1]]:
            if isinstance(piece, str):
                words.append(piece)
                continue
            kind, rank = piece
            shape, at = tuple(events[at : at + rank]), at + rank
            parts = 2 if kind.startswith("complex") else 1
            count = parts*int(np.prod(shape))
            cells = (events if kind.startswith(("int", "bool")) else reals)[at : at + count]
            cells = (cells.view(np.complex128) if parts == 2 else cells).astype(kind)
            words.append(cells.reshape(shape).copy() if rank else cells[0])
            at += count
        yield words
''',
    "stop": '''
def stop(status, numbers):
    """The exception of a failed check."""
    if status[0] < 0:
        return KeyboardInterrupt()
    values, kinds = [], int(status[1])
    while kinds:
        k = len(values)
        values.append((None, int(status[k + 2]), float(numbers[k]), bool(status[k + 2]))[kinds & 3])
        kinds >>= 2
    return Stop(int(status[0]) - 1, tuple(values))
''',
}
NEEDS: dict[str, tuple[str, ...]] = {
    "put_real": ("put_int",), "put_ints": ("put_int",), "put_reals": ("put_int", "put_real"),
    "put_complex": ("put_int", "put_real"), "put_complexes": ("put_int", "put_real", "put_complex"),
    **random_numbers.NEEDS, **special_functions.NATIVE_NEEDS, **vecmath.NEEDS, **native_solvers.NEEDS,
    **native_products.NEEDS,
    **complex_functions.NEEDS}
ORDER = tuple(BINDINGS)


def is_product(statement: imp.SetPart) -> bool:
    """Whether a whole matrix is set to a product, or one is added to it: BLAS can write it where it belongs."""
    return statement.value.op == "matmul" and statement.combine in ("", "add") and set(statement.subscripts) == {"all"}


def divides_by_positive(value: Expr) -> bool:
    """Whether a quotient's divisor is surely above 0."""
    divisor = value.args[1]
    return value.get("divisor") == "positive" or any(
        (imp.constant(d) or 0) > 0 for d in (divisor, *(divisor.args if divisor.op == "maximum" else ())))


class Parallel(Emitter):
    bindings = BINDINGS
    needs = NEEDS | library.NEEDS | native_order.NEEDS | native_signals.NEEDS
    calls = NUMBA
    weak_numbers = False

    def __init__(self, program: Program, source: Source | None = None) -> None:
        super().__init__(program, source)
        self.inside = 0                         # how many loops we are in, from a shared loop on
        self.nests = 0                          # how many shared loops there are
        self.block = ""                         # the block of the shared loop that we are in
        self.may_share = True                   # whether loops may be shared out
        self.functions: list[Piece] = []        # the bodies of shared loops
        self.root = imp_tools.alias_classes(program)
        self.depth = 0                          # how many loops of the program we are in
        self.prints: list[str] = []
        self.fails = self.polls = self.shares = self.own_blocks = False
        self.given: set[str] = set()            # names beside those of the program
        self.traces = {name: (k, element, rank) for k, (name, element, rank) in enumerate(program.traces)}

    # -- expressions

    def node(self, value: Expr, args: tuple[Code, ...], index: bool) -> Code:
        if value.op == "natural":
            self.used.add("natural")
            return Code(f"natural({args[0].text})")
        return super().node(value, args, index)

    def constant(self, value: Expr) -> Code:
        if value.rank:
            return super().constant(value)
        text = number(value.get("value"), value.element)
        if value.element in NARROW:
            return Code(f"np.{value.element.numpy}({text})")
        return Code(text, number_level(text))

    def cast(self, value: Expr, code: Code) -> Code:
        old, new = value.args[0].element, value.element
        if value.rank or old == new:
            return super().cast(value, code)
        if new.kind == "bool":
            return Code(f"{code.at(COMPARE + 1)} != 0", COMPARE)
        inner = f"np.int64({code.text})" if old.kind == "bool" and new.kind != "int" else code.text
        return Code(f"np.{new.numpy}({inner})")

    def scalar(self, value: Expr, args: tuple[Code, ...], index: bool) -> Code:
        """A MAP row on scalars, in the width of its element: Numba's ints grow to 64 bits."""
        code = self.native_scalar(value, args, index)
        if value.element == INT32:
            return Code(f"np.{value.element.numpy}({code.text})")
        return code

    def native_scalar(self, value: Expr, args: tuple[Code, ...], index: bool) -> Code:
        """What Numba takes for a MAP row on scalars."""
        if value.args[0].element.kind == "complex" and value.op in complex_functions.ROWS:
            text = f"{self.helper(value.op + '_complex')}({', '.join(a.text for a in args)})"
            return Code(text if value.element != COMPLEX64 else f"np.complex64({text})")
        if value.op == "add" and value.get("free") and value.element.kind == "real":
            self.used.add("plus")
            return Code(f"plus({args[0].text}, {args[1].text})")
        if value.op in EXTREMES and value.get("free"):
            self.used.add(EXTREMES[value.op])
            return Code(f"{EXTREMES[value.op]}({args[0].text}, {args[1].text})")
        if value.op in ("minimum", "maximum") and value.element.kind == "int":
            word, flat = value.op[:3], tuple(a.text for a in args)
            inner = flat[0].removeprefix(f"{word}(")
            if value.args[0].op == value.op and inner != flat[0]:
                flat = (inner[:-1], *flat[1:])
            return Code(f"{word}({', '.join(flat)})")
        native = value.op in vecmath.FUNCTIONS and (value.op != "pow" or value.element.kind == "real")
        if native or value.op in special_functions.NATIVE:
            return self.smooth(value, args)
        if value.op == "floordiv" and value.element.kind == "int" and not index and not divides_by_positive(value):
            self.used.add("divide_int")
            return Code(f"divide_int({args[0].text}, {args[1].text})")
        if value.op in OPERATORS:
            return template(str(OPS[value.op].numpy)).fill(args)
        return super().scalar(value, args, index)

    def smooth(self, value: Expr, args: tuple[Code, ...]) -> Code:
        """An elementary function: of reals, one that becomes vector code; rounded once where it is 32 bits wide."""
        name = value.op
        if name == "pow" and value.args[1].op == "const" and value.args[1].get("value") in vecmath.POWERS:
            name, args = vecmath.POWERS[value.args[1].get("value")], args[:1]
        self.used.add(name)
        text = f"{name}({', '.join(a.text for a in args)})"
        return Code(text if value.element == REAL else f"np.{value.element.numpy}({text})")

    def whole(self, value: Expr, args: tuple[Code, ...]) -> Code:
        if value.op == "matmul":
            return Code(f"np.dot({args[0].text}, {args[1].text})")
        if value.op == "solve":
            return self.solved(value, args)
        if value.op == "cholesky":
            return Code(f"{self.helper(native_solvers.helper('cholesky', value.element))}({args[0].text})")
        if value.op == "convolve":      # whose text knows one element
            args = tuple(self.cast(Expr("cast", (a,), value.element, 1), c)
                         for a, c in zip(value.args, args, strict=True))
        if value.op == "lu":
            return Code(f"{self.helper(native_solvers.helper('factors', value.element))}({args[0].text})")
        if value.op == "reshape":
            args = (Code(f"np.ascontiguousarray({args[0].text})"), *args[1:])
        return super().whole(value, args)

    def solved(self, value: Expr, args: tuple[Code, ...]) -> Code:
        """A call of LAPACK, which takes right sides as rows."""
        name, matrix, right = self.helper(native_solvers.solver(value)), args[0], args[1]
        if native_solvers.is_turned(value):
            matrix = self.code(value.args[0].args[0])
        if value.rank == 1:
            return Code(f"{name}({matrix.text}, {right.at(ATOM)}.copy().reshape((1, -1)))[0]")
        return Code(f"{name}({matrix.text}, {self.helper('as_rows')}({right.text})).T")

    def helper(self, name: str) -> str:
        """A helper's name, which the text then defines."""
        self.used.add(name)
        return name

    # -- statements

    def allocated(self, statement: imp.Alloc) -> str:
        """A new array; one that may be large is spread over large pages before anything is written to it."""
        text = super().allocated(statement)
        count = math.prod(imp.constant(size) or MANY for size in statement.shape)
        if count < MANY or self.inside or not self.may_share:
            return text
        self.used.add("in_large_pages")
        empty = f"in_large_pages(np.empty({self.shape(statement.shape)}{self.dtype(statement.element)}))"
        if statement.fill is None:
            return empty
        self.used.add("filled")
        return f"filled({empty}, {self.text(statement.fill)})"

    def simple(self, statement: imp.Let | imp.Alloc | imp.Store | imp.SetPart) -> str:
        text = super().simple(statement)
        if isinstance(statement, imp.SetPart) and is_product(statement):
            self.own_blocks = self.own_blocks or self.inside > 0
            return self.product(statement)
        return text

    def product(self, statement: imp.SetPart) -> str:
        """A call of BLAS that sets a matrix, adds to it, or to its lower half."""
        operands = statement.value.args
        if statement.value.get("half"):
            name, operands = "add_square", operands[1:]
        else:
            name = "add_product" if statement.combine else "set_product"
        return f"{self.helper(name)}({', '.join(self.text(a) for a in (*operands, statement.array))})"

    def loop(self, statement: imp.Loop, depth: int) -> Iterator[Piece]:
        pad, origins, name = "    " * depth, statement.origins, self.name(statement.var)
        if statement.mode == "parallel" and self.may_share and not self.inside and can_share(statement.body):
            yield from self.shared(statement, depth)
            return
        rounds = statement.mode == "rounds" and not self.inside
        if rounds:
            self.used |= {"heard", "tell"}
            self.polls = True
            yield f"{pad}tell(control, 2, np.float64(len(range({self.range(statement)}))))\n", origins
        if rounds and are_light(statement):
            yield from self.light_rounds(statement, depth)
            return
        yield f"{pad}for {name} in range({self.range(statement)}):\n", origins
        if rounds:
            yield f"{pad}    if heard(control, 0) != 0.0:\n{pad}        break\n", origins
            yield f"{pad}    tell(control, 1, np.float64({self.rounds_done(statement)}))\n", origins
        yield from self.looped(statement.body, depth)

    def shared(self, statement: imp.Loop, depth: int) -> Iterator[Piece]:
        """A loop over blocks that the cores share out: its body is a function of its own."""
        pad, origins, names = "    " * depth, statement.origins, self.names
        blocks, fails = self.text(statement.stop), has_checks(statement.body)
        self.shares = True
        self.used.add("shared")
        self.nests += 1
        function, failed = f"nest_{self.nests}", (f"failed_{self.nests}", f"failed_numbers_{self.nests}")
        lines = ["fails = False"] if fails else []
        lines += self.known_sizes(imp_tools.reads(statement) - imp_tools.writes(statement))
        self.inside, self.block = 1, self.name(statement.var)
        body = [*((f"    {line}\n", origins) for line in lines), *self.body(statement.body, 1)]
        self.inside, self.names = 0, names
        given = outer_names(body, {self.block}) & {*names.values(), *self.given, *(failed if fails else ())}
        listed = ", ".join(sorted(given))
        self.functions += [(f"\n\n@shared(apart={self.are_apart(statement)})\n", origins),
                           (f"def {function}({self.block}{', ' if given else ''}{listed}):\n", origins), *body]
        if fails:
            yield f"{pad}{failed[0]} = np.zeros(({blocks}, {MOST_VALUES + 2}), np.int64)\n", origins
            yield f"{pad}{failed[1]} = np.zeros(({blocks}, {MOST_VALUES}))\n", origins
        yield f"{pad}{function}({blocks}, ({listed}{',' if len(given) == 1 else ''}))\n", origins
        if fails:
            self.used.add("first_failed")
            yield f"{pad}if first_failed({', '.join(failed)}, status, numbers):\n", origins
            yield f"{pad}    return stopped{self.told()}\n", origins

    def are_apart(self, statement: imp.Loop) -> bool:
        """Whether no array that a loop stores into shares memory with another array that is there before the loop."""
        inside = {s.name for s in imp.statements(statement.body) if isinstance(s, (imp.Let, imp.Alloc))}
        there = (imp_tools.reads(statement) | imp_tools.writes(statement)) - inside
        stored = {imp_tools.name_of(s.array) for s in imp.statements(statement.body)
                  if isinstance(s, (imp.Store, imp.SetPart))} & there
        counts = Counter(self.root(name) for name in there)
        return all(counts[self.root(name)] == 1 for name in stored)

    def looped(self, body: imp.Body, depth: int) -> Iterator[Piece]:
        """The body of a loop; inside a block, what is around the loop is left too where a check has failed in it."""
        self.inside += self.inside > 0
        yield from self.body(body, depth + 1)
        self.inside -= self.inside > 1
        if self.inside > 1 and has_checks(body):
            pad = "    " * depth
            yield f"{pad}if fails:\n{pad}    break\n", ()

    def light_rounds(self, statement: imp.Loop, depth: int) -> Iterator[Piece]:
        """Rounds of a few operations, many at a time: the cells that the host shares are looked at between those."""
        pad, origins, name = "    " * depth, statement.origins, self.name(statement.var)
        first, start, stop = self.index(statement.start), self.name_once("start"), self.name_once("stop")
        done = f"{start} - {self.index(statement.start, ATOM)}" if first != "0" else start
        yield f"{pad}{stop} = {self.index(statement.stop)}\n", origins
        yield f"{pad}for {start} in range({first}, {stop}, {LIGHT_ROUNDS}):\n", origins
        yield f"{pad}    if heard(control, 0) != 0.0:\n{pad}        break\n", origins
        yield f"{pad}    tell(control, 1, np.float64({done}))\n", origins
        yield f"{pad}    for {name} in range({start}, min({start} + {LIGHT_ROUNDS}, {stop})):\n", origins
        natural = natural_in(statement)
        yield from self.body(tuple(imp_tools.map_statement(s, natural) for s in statement.body), depth + 2)

    def known_sizes(self, arrays: Iterable[str]) -> list[str]:
        """Statements that give arrays names of which machine code knows how far rows lie apart; such a loop is a
        function of its own, which is told no size. From here on `names` has these."""
        lines: list[str] = []
        for array in sorted(arrays):
            sizes = [size.constant if size.is_constant else 0 for size in self.program.shapes.get(array, ())]
            text = self.name(array) if array in self.names else ""
            for axis, size in enumerate(sizes):
                text = f"{self.helper('sized')}({text}, {axis}, {size})" if axis and size else text
            if text.startswith("sized("):
                own = self.name_once(f"{array}_sized")
                self.names = {**self.names, array: own}
                lines.append(f"{own} = {text}")
        return lines

    def name_once(self, name: str) -> str:
        """A name like this one that the text has not yet."""
        tries = (f"{name}{number or ''}" for number in itertools.count())
        found = next(n for n in tries if n not in self.given and n not in self.names.values())
        self.given.add(found)
        return found

    def rounds_done(self, statement: imp.Loop) -> str:
        done = imp.sub(imp.var(statement.var, INT), statement.start)
        step = imp.constant(statement.step)
        return self.index(done) if step == 1 else f"({self.index(done)}) // {self.index(statement.step, ATOM)}"

    def forever(self, statement: imp.Forever, depth: int) -> Iterator[Piece]:
        pad, origins = "    " * depth, statement.origins
        if self.inside:
            yield f"{pad}while True:\n", origins
            yield from self.looped(statement.body, depth)
            return
        self.polls = True
        self.used.add("heard")
        if statement.mode == "rounds":
            self.used.add("tell")
            yield f"{pad}tell(control, 2, -1.0)\n{pad}round_ = 0\n{pad}while heard(control, 0) == 0.0:\n", origins
            yield f"{pad}    tell(control, 1, np.float64(round_))\n{pad}    round_ += 1\n", origins
        else:
            self.fails = True
            yield f"{pad}while True:\n{pad}    if heard(control, 0) > 1.0:\n", origins
            yield f"{pad}        status[0] = -1\n{pad}        return stopped{self.told()}\n", origins
        yield from self.body(statement.body, depth + 1)

    def told(self) -> str:
        """What a failed run still hands over: the lines that wait."""
        return " + (events[:used],)" if self.has_prints() else ""

    def has_prints(self) -> bool:
        return any(isinstance(s, imp.Emit) and s.what == "print" for s in imp.statements(self.program.body))

    def failing(self, site: int, values: tuple[Expr, ...], pad: str) -> str:
        """Leaves the native function, or a block, with a failed check."""
        self.fails = True
        scalars = [v for v in values if v.rank == 0 and v.element.kind in KINDS][:MOST_VALUES]
        kinds = sum(KINDS[v.element.kind] << 2 * k for k, v in enumerate(scalars))
        status, numbers = "status[", "numbers["
        if self.inside:
            status, numbers = f"failed_{self.nests}[{self.block}, ", f"failed_numbers_{self.nests}[{self.block}, "
        lines = [f"{status}0], {status}1] = {site + 1}, {kinds}"]
        for k, v in enumerate(scalars):
            cell = f"{numbers}{k}]" if v.element.kind == "real" else f"{status}{k + 2}]"
            lines.append(f"{cell} = {self.text(v)}")
        left = "break" if self.inside > 1 else "return"
        lines += ["fails = True", left] if self.inside else [f"return stopped{self.told()}"]
        return "".join(f"{pad}{line}\n" for line in lines)

    def check(self, statement: imp.Check, depth: int) -> Iterator[Piece]:
        pad = "    " * depth
        yield f"{pad}if not {self.text(statement.ok, COMPARE)}:\n", statement.origins
        yield self.failing(statement.site, statement.values, pad + "    "), statement.origins

    def guarded(self, statement: imp.Guarded, depth: int) -> Iterator[Piece]:
        pad, origins = "    " * depth, statement.origins
        yield f"{pad}works = True\n{pad}try:\n", origins
        yield f"{pad}    {self.name(statement.name)} = {self.text(statement.value)}\n", origins
        yield f"{pad}except Exception:\n{pad}    works = False\n{pad}if not works:\n", origins
        yield self.failing(statement.site, (), pad + "    "), origins

    def emit(self, statement: imp.Emit, depth: int) -> Iterator[Piece]:
        pad, origins = "    " * depth, statement.origins
        if statement.what == "record":
            yield from self.record(statement, pad)
            return
        pieces = statement.pieces + (None,) * (len(statement.values) - statement.pieces.count(None))
        values = iter(statement.values)
        shapes = [p if p is not None else (lambda v: (v.element.numpy, v.rank))(next(values)) for p in pieces]
        words = ", ".join(self.literal(s) if isinstance(s, str) else repr(s) for s in shapes)
        line = f"({words}{',' if len(shapes) == 1 else ''})"
        if line not in self.prints:
            self.prints.append(line)
        self.used.add("put_int")
        yield f"{pad}events, used = put_int(events, used, {self.prints.index(line)})\n", origins
        for v in statement.values:
            put = {"real": "put_real", "complex": "put_complex"}.get(v.element.kind, "put_int")
            put += ("es" if put == "put_complex" else "s") if v.rank else ""
            self.used.add(put)
            yield f"{pad}events, used = {put}(events, used, {self.text(v)})\n", origins

    def record(self, statement: imp.Emit, pad: str) -> Iterator[Piece]:
        k, element, rank = self.traces[statement.name]
        value, origins = statement.values[0], statement.origins
        text, room = self.text(value), "room_for" if rank else "room"
        self.used.add(room)
        yield f"{pad}trace_{k} = {room}(trace_{k}, count_{k}{', ' + text if rank else ''})\n", origins
        yield f"{pad}trace_{k}[count_{k}] = {text}\n{pad}count_{k} += 1\n", origins
        if not rank and element.kind in ("int", "real"):
            self.used.add("tell")
            self.polls = True
            yield f"{pad}tell(control, 3, np.float64({text}))\n", origins

    # -- the module

    def module(self) -> Text:
        plain, names = self.names, [self.name(p.name) for p in self.program.parameters]
        body = list(self.body_of_function()) if self.program.body else []
        small = list(self.small_body()) if self.is_split() else []
        results = [self.text(value) for _, value, _ in self.program.outputs]
        results += [self.text(flag) for _, _, flag in self.program.outputs if flag is not None]
        results += [f"trace_{k}[:count_{k}]" for k in range(len(self.traces))]
        results += ["events[:used]"] if self.has_prints() else []
        start = self.native_start()
        end = f"    return ({', '.join(results)}{',' if len(results) == 1 else ''})\n"
        self.names = plain
        cells = ["control"] * self.polls + ["status", "numbers"] * self.fails
        head = f"({', '.join(names + cells)}):\n"
        preamble = self.preamble()
        wrapper = self.wrapper(names, cells)
        functions = [("def native" + head, ()), (start, ()), *body, (end, ()), *self.functions]
        functions += [("\n\ndef small" + head, ()), (start, ()), *small, (end, ())] if small else []
        return assemble([(self.docstring() + preamble + "\n\n", ()), *functions, (wrapper, ())], self.source)

    def body_of_function(self) -> Iterator[Piece]:
        """The body of a function on its parameters."""
        for line in self.known_sizes(p.name for p in self.program.parameters):
            yield f"    {line}\n", ()
        yield from self.body(self.program.body, 1)

    def small_body(self) -> Iterator[Piece]:
        """The body for small sizes, which names and knows its own variables."""
        other = Parallel(replace(self.program, body=self.program.small, small=()), self.source)
        other.used, other.methods, other.texts, other.prints = self.used, self.methods, self.texts, self.prints
        other.may_share = False
        yield from other.body_of_function()
        self.fails, self.polls = self.fails or other.fails, self.polls or other.polls

    def native_start(self) -> str:
        """Buffers, and what is returned where a check fails."""
        # a plain 0 is of a type of its own: Numba would compile what it is given to twice
        lines = [f"trace_{k}, count_{k} = {_nothing(element, rank + 1)}, np.int64(0)" for k, element,
                 rank in self.traces.values()]
        lines += ["events, used = np.empty(0, np.int64), np.int64(0)"] if self.has_prints() else []
        if self.fails:
            words = [_nothing(value.element, value.rank) for _, value, _ in self.program.outputs]
            words += ["False" for _, _, flag in self.program.outputs if flag is not None]
            words += [_nothing(element, rank + 1) for _, element, rank in self.traces.values()]
            lines.append(f"stopped = ({', '.join(words)}{',' if len(words) == 1 else ''})")
        return "".join(f"    {line}\n" for line in lines)

    def wrapper(self, names: list[str], cells: list[str]) -> str:
        """The jitted variants and `program`."""
        lines = [f"native_serial = njit(**OPTIONS, **CACHE)({'small' if self.is_split() else 'native'})"]
        lines += ["native_parallel = njit(**OPTIONS, **CACHE)(native)"] if self.shares else []
        lines += ["", "", '@np.errstate(all="ignore")', f"def program({''.join(n + ', ' for n in names)}watch=None):"]
        body = ["watch = watch or Watch()"] if self.methods else []
        body += [f"{self.name(p.name)} = np.{p.element.numpy}{self.mark(p.element)}({self.name(p.name)})"
                 for p in self.program.parameters if p.rank == 0]
        body += ["control = watch.control()"] if self.polls else []
        if self.fails:
            body.append(f"status, numbers = np.zeros({MOST_VALUES + 2}, np.int64), np.zeros({MOST_VALUES})")
        body.append(f"run = {self.choice()}")
        results = [f"result_{k}" for k in range(len(self.program.outputs))]
        flags = [f"reached_{k}" for k, (_, _, flag) in enumerate(self.program.outputs) if flag is not None]
        traces = [f"trace_{k}" for k in range(len(self.traces))]
        events = ["events"] if self.has_prints() else []
        targets = results + flags + traces + events
        body.append(f"{', '.join(targets)}{',' if len(targets) == 1 else ''}{' = ' if targets else ''}"
                    f"watch.call({', '.join(['run', *names, *cells])})")
        if events:
            body += ["for words in printed(events):", "    watch.show(*words)"]
        if self.fails:
            body += ["if status[0]:", "    raise stop(status, numbers)"]
        body += [f"watch.traces[{self.literal(name)}] = trace_{k}" for name, (k, _, _) in self.traces.items()]
        words = []
        for k, (_, value, flag) in enumerate(self.program.outputs):
            text = f"result_{k}" if value.rank else f"np.{value.element.numpy}{self.mark(value.element)}(result_{k})"
            words.append(text if flag is None else f"{text} if reached_{k} else None")
        body.append(f"return ({', '.join(words)}{',' if len(words) == 1 else ''})")
        return "\n\n" + "\n".join(lines) + "\n" + "".join(f"    {line}\n" for line in body)

    def is_split(self) -> bool:
        """Whether small sizes have a text of their own."""
        return self.shares and bool(self.program.small)

    def choice(self) -> str:
        """Serial for small sizes, decided by sizes alone."""
        if not self.shares:
            return "native_serial"
        work = [self.index(w) for w in self.program.work]
        if not work:
            return "native_parallel"
        most = work[0] if len(work) == 1 else f"max({', '.join(work)})"
        return f"native_parallel if {most} > {WORTHWHILE:_} else native_serial"

    def preamble(self) -> str:
        """Imports, options, helpers in an order that defines each before its use, then the classes."""
        self.methods |= {"call"} | ({"control"} if self.polls else set()) | ({"traces"} if self.traces else set())
        self.methods |= {"show"} if self.has_prints() else set()
        self.used |= {"printed"} if self.has_prints() else set()
        self.used |= {"stop"} if self.fails else set()
        self.stops = self.fails
        for name in self.traces:
            self.literal(name)
        text = super().preamble()
        start = OPTIONS.strip("\n")
        start += OWN_BLOCKS.rstrip("\n") if self.own_blocks else ""
        start += f"\nPRINTS = ({', '.join(self.prints)},)" if self.prints else ""
        imports, _, rest = text.partition("\n\n\n")
        table, _, rest = rest.partition("\n\n\n") if rest.startswith("TEXTS = ") else ("", "", rest)
        return "\n\n".join(p for p in (imports.rstrip("\n"), (table + "\n" if table else "") + start)
                           if p) + "\n\n\n" + rest

    def helper_order(self, names: set[str]) -> list[str]:
        return sorted(names, key=lambda n: (ORDER.index(n) if n in ORDER else -1, n))

    def imports(self) -> set[str]:
        return {"import numpy as np", "from numba import njit"}


def are_light(loop: imp.Loop) -> bool:
    """Whether the rounds of a loop are a few operations each, tell nothing, and are all gone through."""
    if imp.constant(loop.step) != 1 or _leaves(loop.body):
        return False
    inside = list(imp.statements(loop.body))
    return len(inside) <= LIGHT_ROUND and all(isinstance(s, (imp.Let, imp.Store)) and not any(
        e.rank for e in imp.expressions(s) if not isinstance(s, imp.Store)) for s in inside)


def outer_names(body: Iterable[Piece], own: set[str]) -> set[str]:
    """The names that the text of a function's body reads and does not give."""
    tree = ast.parse("if True:\n" + "".join(text for text, _ in body))
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return {n.id for n in names} - {n.id for n in names if isinstance(n.ctx, ast.Store)} - own


def natural_in(loop: imp.Loop) -> Callable[[Expr], Expr | None]:
    """Marks the places in a loop that are surely not below 0: its variable, less no more than it starts with."""
    least = imp.constant(loop.start)

    def change(value: Expr) -> Expr | None:
        terms = value.args if value.op == "sub" else (value, imp.integer(0))
        back = imp.constant(terms[1])
        if least is None or back is None or not 0 <= back <= least or imp_tools.name_of(terms[0]) != loop.var:
            return None
        return Expr("natural", (value,), INT)

    return change


def can_share(body: imp.Body) -> bool:
    """Whether a loop's rounds may run on several cores: nothing in them can tell or leave."""
    return not any(isinstance(s, (imp.Guarded, imp.Emit)) for s in imp.statements(body)) and not _leaves(body)


def has_checks(body: imp.Body) -> bool:
    """Whether a check may fail in a body."""
    return any(isinstance(s, imp.Check) for s in imp.statements(body))


def _leaves(body: imp.Body) -> bool:
    """Whether a body can leave the loop that it is the body of."""
    return any(isinstance(s, imp.Break) or (isinstance(s, imp.Branch) and (_leaves(s.then) or _leaves(s.orelse)))
               for s in body)


def _nothing(element: Element, rank: int) -> str:
    """A value of a type, for results that are never read."""
    if rank:
        kind = "" if element == REAL else f", np.{element.numpy}{'_' if element.kind == 'bool' else ''}"
        return f"np.empty({'0' if rank == 1 else '(' + ', '.join(['0'] * rank) + ')'}{kind})"
    zero = number(False if element.kind == "bool" else 0, element)
    return f"np.{element.numpy}({zero})" if element in NARROW else zero


def emit(program: Program, source: Source | None = None) -> Text:
    """The text of target `parallel`. Run the pass `partition` before."""
    return Parallel(program, source).module()
