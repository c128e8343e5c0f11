"""NumPy formulas in a script's header, evaluated by walking their syntax tree: a script is data, never code.

Only what stands in the tables here can be named: nothing that reads a file, and no attribute but those of ATTRIBUTES.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gdc.dsl.errors import Error
from gdc.dsl.source import Span


def strided(a: Any) -> np.ndarray:
    """The same values, every other one of a larger array."""
    a = np.asarray(a)
    wide = np.zeros([2 * n for n in a.shape], a.dtype)
    part = wide[tuple(slice(None, None, 2) for _ in a.shape)]
    part[...] = a
    return part


def read_only(a: Any) -> np.ndarray:
    a = np.array(a)
    a.flags.writeable = False
    return a


def big_endian(a: Any) -> np.ndarray:
    a = np.asarray(a)
    return a.astype(a.dtype.newbyteorder(">"))


FUNCTIONS = """
    array asarray zeros ones full empty eye identity arange linspace logspace geomspace zeros_like ones_like
    full_like sum prod mean median average var std min max amin amax ptp any all argmin argmax argsort sort
    lexsort unique cumsum cumprod diff cov corrcoef histogram bincount searchsorted interp quantile percentile
    clip where select digitize nansum nanmin nanmax nanmean count_nonzero nonzero flatnonzero reshape ravel
    transpose swapaxes moveaxis squeeze expand_dims broadcast_to concatenate stack hstack vstack column_stack
    split array_split flip fliplr flipud roll rot90 tile repeat pad take take_along_axis choose compress delete
    insert append meshgrid indices diag diagonal triu tril tri trace outer inner dot vdot matmul tensordot einsum
    kron cross convolve correlate polyval polyfit vander round around trapezoid gradient heaviside sinc nan_to_num
    real imag conj angle isclose allclose array_equal logical_and logical_or size shape ndim rollaxis atleast_1d
    atleast_2d bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64
    complex128 asfortranarray ascontiguousarray unravel_index ravel_multi_index maximum minimum
""".split()
LINALG = """solve inv det slogdet norm cholesky qr svd eigh eig eigvals eigvalsh lstsq pinv matrix_rank matrix_power
    multi_dot cond""".split()
FFT = "fft ifft rfft irfft fft2 ifft2 fftn ifftn fftfreq rfftfreq fftshift ifftshift".split()
ATTRIBUTES = frozenset(
    """T real imag shape size ndim sum prod mean var std min max any all argmin argmax cumsum cumprod trace transpose
    reshape ravel flatten copy astype conj dot repeat round clip diagonal argsort swapaxes squeeze item tolist
    standard_normal normal uniform random integers permutation permuted choice exponential
    standard_exponential lognormal
    Q R eigenvalues eigenvectors U S Vh""".split()
)
LIBRARIES = ("np", "np.linalg", "linalg", "np.fft", "fft", "special")
PLAIN: dict[str, Any] = {
    "true": True,
    "false": False,
    "True": True,
    "False": False,
    "pi": np.pi,
    "inf": np.inf,
    "nan": np.nan,
    "int": int,
    "float": float,
    "complex": complex,
    "bool": bool,
    "range": range,
    "len": len,
    "fortran": np.asfortranarray,
    "rng": np.random.default_rng,
    "strided": strided,
    "read_only": read_only,
    "big_endian": big_endian,
}
BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
    ast.Not: operator.not_,
}
COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def library(path: str, name: str) -> Any:
    """What a name of NumPy's or of scipy.special's stands for. Raises LookupError."""
    if path == "np":
        found = getattr(np, name, None)
        if name in FUNCTIONS or isinstance(found, np.ufunc):
            return found
        if name in ("pi", "e", "inf", "nan", "newaxis"):
            return found
    elif path in ("np.linalg", "linalg") and name in LINALG:
        return getattr(np.linalg, name)
    elif path in ("np.fft", "fft") and name in FFT:
        return getattr(np.fft, name)
    elif path == "special":
        from scipy import special

        found = getattr(special, name, None)
        if isinstance(found, np.ufunc) or name in ("logsumexp", "softmax", "log_softmax"):
            return found
    raise LookupError(name)


def evaluate(text: str, names: Mapping[str, Any], span: Span) -> Any:
    """The value of a NumPy formula over `names`. Raises gdc.Error at the place where it stands."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Error("syntax", f"this value cannot be read: {text.strip()}", span, "write it as NumPy has it: "
                    "[[1, 2], [3, 4]], X.sum(axis=0), np.sqrt(x)") from None
    try:
        with np.errstate(all="ignore"):
            return _Walk({name: np.asarray(value) for name, value in names.items()}).value(tree)
    except LookupError as why:
        raise Error("name", f"{why.args[0]} cannot be used in a value", span,
                    "a value may use the inputs above it and NumPy's functions on arrays") from None
    except Exception as why:  # NumPy complains in many ways
        raise Error("value", f"{text.strip()} has no value: {why}", span) from None


class _Walk:
    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names

    def value(self, node: ast.AST) -> Any:
        return getattr(self, f"do_{type(node).__name__}", self.unknown)(node)

    def unknown(self, node: Any) -> Any:
        raise LookupError(ast.unparse(node))

    def do_Constant(self, node: ast.Constant) -> Any:
        return node.value

    def do_Name(self, node: ast.Name) -> Any:
        if node.id in self.names:
            return self.names[node.id]
        return PLAIN[node.id] if node.id in PLAIN else library("np", node.id)

    def do_List(self, node: ast.List) -> Any:
        return [self.value(e) for e in node.elts]

    def do_Tuple(self, node: ast.Tuple) -> Any:
        return tuple(self.value(e) for e in node.elts)

    def do_UnaryOp(self, node: ast.UnaryOp) -> Any:
        return UNARY[type(node.op)](self.value(node.operand))

    def do_BinOp(self, node: ast.BinOp) -> Any:
        return BINARY[type(node.op)](self.value(node.left), self.value(node.right))

    def do_Compare(self, node: ast.Compare) -> Any:
        values = [self.value(e) for e in (node.left, *node.comparators)]
        if any(type(op) not in COMPARE for op in node.ops):
            self.unknown(node)
        found = [COMPARE[type(op)](a, b) for op, a, b in zip(node.ops, values, values[1:], strict=False)]
        return np.logical_and.reduce(found) if len(found) > 1 else found[0]

    def do_IfExp(self, node: ast.IfExp) -> Any:
        return self.value(node.body if self.value(node.test) else node.orelse)

    def do_ListComp(self, node: ast.ListComp) -> Any:
        return list(self.rounds(node.elt, node.generators))

    def rounds(self, element: ast.expr, generators: list[ast.comprehension]) -> Any:
        if not generators:
            yield self.value(element)
            return
        first, *rest = generators
        if not isinstance(first.target, ast.Name):
            self.unknown(first.target)
        for item in self.value(first.iter):
            inner = _Walk({**self.names, first.target.id: item})    # type: ignore[attr-defined]
            if all(inner.value(c) for c in first.ifs):
                yield from inner.rounds(element, rest)

    def do_Subscript(self, node: ast.Subscript) -> Any:
        return self.value(node.value)[self.value(node.slice)]

    def do_Slice(self, node: ast.Slice) -> Any:
        return slice(*(None if e is None else self.value(e) for e in (node.lower, node.upper, node.step)))

    def do_Attribute(self, node: ast.Attribute) -> Any:
        path = ast.unparse(node.value)
        if path in LIBRARIES and path.split(".")[0] not in self.names:
            return library(path, node.attr)
        value = self.value(node.value)
        if node.attr not in ATTRIBUTES or callable(value):
            self.unknown(node)
        return getattr(value, node.attr)

    def do_Call(self, node: ast.Call) -> Any:
        args = [self.value(a) for a in node.args]
        if any(k.arg is None or k.arg == "out" for k in node.keywords):
            self.unknown(node)
        return self.value(node.func)(*args, **{str(k.arg): self.value(k.value) for k in node.keywords})
