"""How `parallel` multiplies matrices: BLAS, called without Numba's `np.dot`, which only knows whole contiguous ones.

SciPy offers BLAS's routines by address; under a name of our own each is a symbol that machine code is linked to, from
Numba's cache too. Rows of a larger matrix, and columns of one, are read where they lie; a product may be added to what
is there (gemm with beta = 1); a product X.T@X is half the work (syrk), and only its lower half is set.
"""

from __future__ import annotations

MATRIX = '''
# import from llvmlite import ir
# import from numba.core import cgutils
class Matrix:
    """An array's sizes and place, in machine code that is being built."""

    def __init__(self, context, builder, kind, value):
        self.builder = builder
        self.letter = {"float32": "s", "float64": "d", "complex64": "c", "complex128": "z"}[str(kind.dtype)]
        array = context.make_array(kind)(context, builder, value)
        self.rows, self.columns = cgutils.unpack_tuple(builder, array.shape, 2)
        self.place, self.kind = builder.bitcast(array.data, cgutils.voidptr_t), context.get_data_type(kind.dtype)
        size = ir.Constant(ir.IntType(64), context.get_abi_sizeof(self.kind))
        self.steps = [builder.sdiv(s, size) for s in cgutils.unpack_tuple(builder, array.strides, 2)]
        one = ir.Constant(ir.IntType(64), 1)
        by_rows = builder.and_(builder.icmp_signed("==", self.steps[1], one),
                               builder.icmp_signed(">=", self.steps[0], self.columns))
        self.turned = builder.not_(by_rows)         # what BLAS calls transposed is what lies in memory row by row
        step = builder.select(by_rows, self.steps[0], self.steps[1])
        for least in (one, builder.select(by_rows, self.columns, self.rows)):       # of empty matrices it may be less
            step = builder.select(builder.icmp_signed(">", step, least), step, least)
        self.step = step

    def word(self, when, then, otherwise):
        """A cell with one of two letters."""
        letters = (ir.Constant(ir.IntType(8), ord(w)) for w in (then, otherwise))
        return self.cell(self.builder.select(when, *letters))

    def int(self, value):
        return self.cell(self.builder.trunc(value, ir.IntType(32)))

    def number(self, value):
        """A cell with a number of the array's kind."""
        if self.letter in "sd":
            return self.cell(ir.Constant(self.kind, value))
        return self.cell(ir.Constant.literal_struct([ir.Constant(self.kind.elements[0], v) for v in (value, 0.0)]))

    def cell(self, value):
        return self.builder.bitcast(cgutils.alloca_once_value(self.builder, value), cgutils.voidptr_t)

    def call(self, routine, *cells):
        """Calls a routine of BLAS, all of whose arguments are places."""
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t]*len(cells))
        found = cgutils.get_or_insert_function(self.builder.module, kind, f"gdc_{self.letter}{routine}")
        self.builder.call(found, cells)
'''
LINKED = '''
# import from llvmlite.binding import add_symbol
# import from numba.extending import get_cython_function_address
def linked(routine):
    """Makes a routine of BLAS, for each kind of numbers, a symbol that code is linked to: fresh or from a cache."""
    for name in (f"{letter}{routine}" for letter in "sdcz"):
        add_symbol(f"gdc_{name}", get_cython_function_address("scipy.linalg.cython_blas", name))
'''
GEMM = '''
# import from numba import types
# import from numba.extending import intrinsic
def gemm(add):
    """C = A@B, or C + A@B, for C whose rows lie in memory one after the other."""

    def of_three(typing_context, A, B, C):
        def build(context, builder, signature, args):
            a, b, c = (Matrix(context, builder, k, v) for k, v in zip(signature.args, args))
            # to BLAS, which goes by columns, C is its transpose: B.T@A.T
            c.call("gemm", b.word(b.turned, "T", "N"), a.word(a.turned, "T", "N"), c.int(c.columns), c.int(c.rows),
                   c.int(a.columns), c.number(1.0), b.place, c.int(b.step), a.place, c.int(a.step),
                   c.number(float(add)), c.place, c.int(c.step))
            return context.get_dummy_value()

        return types.void(A, B, C), build

    linked("gemm")
    return intrinsic(of_three)
'''
ADD_SYRK = '''
# import from llvmlite import ir
# import from numba import types
# import from numba.extending import intrinsic
@intrinsic
def add_syrk(typing_context, A, C):
    """C + A.T@A below the diagonal and on it, for C whose rows lie in memory one after the other."""

    def build(context, builder, signature, args):
        a, c = (Matrix(context, builder, k, v) for k, v in zip(signature.args, args))
        upper = c.cell(ir.Constant(ir.IntType(8), ord("U")))     # to BLAS, which goes by columns
        c.call("syrk", upper, a.word(a.turned, "T", "N"), c.int(a.columns), c.int(a.rows), c.number(1.0),
               a.place, c.int(a.step), c.number(1.0), c.place, c.int(c.step))
        return context.get_dummy_value()

    return types.void(A, C), build


linked("syrk")
'''
LYING = '''
def lying(A):
    """The matrix, or a copy where neither its rows nor its columns lie together."""
    size, (rows, columns), (down, along) = A.itemsize, A.shape, A.strides
    if (along == size and down >= columns*size) or (down == size and along >= rows*size):
        return A
    return A.copy()
'''
SET_PRODUCT = '''
def set_product(A, B, C):
    """C = A@B."""
    set_gemm(lying(A), lying(B), C)
'''
ADD_PRODUCT = '''
def add_product(A, B, C):
    """C += A@B."""
    add_gemm(lying(A), lying(B), C)
'''
ADD_SQUARE = '''
def add_square(A, C):
    """C += A.T@A, below the diagonal and on it."""
    add_syrk(lying(A), C)
'''


# The helpers in an order in which they can be defined; those of PLAIN are not compiled.
PLAIN = {"Matrix": MATRIX, "linked": LINKED, "gemm": GEMM, "set_gemm": "set_gemm = gemm(False)\n",
         "add_gemm": "add_gemm = gemm(True)\n", "add_syrk": ADD_SYRK}
COMPILED = {"lying": LYING, "set_product": SET_PRODUCT, "add_product": ADD_PRODUCT, "add_square": ADD_SQUARE}
NEEDS = {"set_product": ("Matrix", "linked", "gemm", "set_gemm", "lying"),
         "add_product": ("Matrix", "linked", "gemm", "add_gemm", "lying"),
         "add_square": ("Matrix", "linked", "add_syrk", "lying")}
