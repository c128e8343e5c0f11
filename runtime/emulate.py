"""Runs the text of a CUDA module on the CPU, for machines without a GPU (`GDC_EMULATE_CUDA=1`).

`load_emulated(text, name)` executes Python text that defines flat `@cuda.jit` kernels and host functions that launch
them. The kernels keep their own text; `ast` changes only what a CPU would answer differently:

- `cuda.syncthreads()` becomes a `yield`. The threads of a block are generators that run in turn from barrier to
  barrier; threads at different barriers, or finished while others wait, are an error. A kernel without barriers is a
  plain function, called once per thread.
- an index is tested for being negative (NumPy finds the ones that are too large): a GPU would corrupt memory.
- a float literal is a `numpy.float64`, `float`, `int`, `/` and `math` follow IEEE 754 and never raise. As in compiled
  text, `float32 * 2.0` is therefore a float64: write `numpy.float32(2.0)` where float32 is meant.

Shared and local arrays start as nan (or as noise, for integers), so that reading before writing shows. Threads run in
ascending order, with `backwards=True` in descending order: a kernel whose answer depends on that lacks a barrier.
"""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import math
import operator
import traceback
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeAlias

import numpy

MOST_THREADS = 1024  # per block, on every GPU
MOST_KEPT = 16384  # launches with more threads than this build their threads anew each time
LEAST_INT, GREATEST_INT = -(2**63), 2**63 - 1
Array: TypeAlias = "numpy.ndarray[Any, Any]"
SharedArray: TypeAlias = Callable[[int, Any, Any], Array]


class EmulationError(RuntimeError):
    """A kernel did what no GPU would survive, or what no two GPUs would answer alike."""


class Three(NamedTuple):
    """An index or a size along x, y and z."""

    x: int
    y: int
    z: int


def unwritten(shape: Any, dtype: Any) -> Array:
    """An array as a GPU hands it out: full of what nobody should read."""
    kind = numpy.dtype(dtype if isinstance(dtype, str | type) else str(dtype))  # Numba's types print NumPy's names
    noise = numpy.nan if kind.kind in "fc" else kind.kind == "b" or numpy.iinfo(kind).max // 3
    return numpy.full(shape, noise, kind)


def shared_array(arrays: dict[int, Array], dynamic_bytes: int, site: int, shape: Any, dtype: Any) -> Array:
    """`cuda.shared.array(shape, dtype)` at one place in the text, for one block; shape 0 takes the launch's bytes."""
    if site not in arrays:
        arrays[site] = unwritten(shape or dynamic_bytes // unwritten(1, dtype).itemsize, dtype)
    return arrays[site]


def atomic(new: Callable[[Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """An atomic update, which returns the old value: one thread runs at a time, so reading and writing will do."""

    def update(array: Any, index: Any, value: Any) -> Any:
        old = array[index]
        array[index] = new(old, value)
        return old

    return update


class Thread:
    """What the name `cuda` means inside a kernel, for one thread. Never changes, so launches share it."""

    __slots__ = ("threadIdx", "blockIdx", "blockDim", "gridDim", "position", "size")
    atomic = SimpleNamespace(
        add=atomic(operator.add),
        min=atomic(lambda old, value: value if value < old else old),
        max=atomic(lambda old, value: value if value > old else old),
    )
    local = SimpleNamespace(array=unwritten)
    cbrt = staticmethod(numpy.cbrt)

    def __init__(self, thread: Three, block: Three, threads: Three, blocks: Three) -> None:
        self.threadIdx, self.blockIdx, self.blockDim, self.gridDim = thread, block, threads, blocks
        self.position = tuple(b * n + t for b, n, t in zip(block, threads, thread, strict=True))
        self.size = tuple(m * n for m, n in zip(blocks, threads, strict=True))

    def grid(self, dimensions: int) -> Any:
        return self.position[0] if dimensions == 1 else self.position[:dimensions]

    def gridsize(self, dimensions: int) -> Any:
        return self.size[0] if dimensions == 1 else self.size[:dimensions]


def new_threads(blocks: Three, threads: Three) -> Iterable[list[Thread]]:
    """The threads of a launch, block by block, x fastest."""

    def places(size: Three) -> Iterable[Three]:
        return (Three(x, y, z) for z, y, x in itertools.product(*map(range, reversed(size))))

    for block in places(blocks):
        yield [Thread(thread, block, threads, blocks) for thread in places(threads)]


@functools.lru_cache(maxsize=32)
def kept_threads(blocks: Three, threads: Three) -> Iterable[list[Thread]]:
    """The same, made once for each small shape."""
    return list(new_threads(blocks, threads))


class Kernel:
    """What `@cuda.jit` makes of a function: `kernel[blocks, threads](…)` runs it."""

    def __init__(self, function: Callable[..., Any], backwards: bool) -> None:
        self.function = function
        self.name = function.__name__
        self.backwards = backwards
        self.has_barriers = inspect.isgeneratorfunction(function)

    def __getitem__(self, shape: tuple[Any, ...]) -> Callable[..., None]:
        """`[blocks, threads]`, then perhaps a stream (ignored) and the bytes of dynamic shared memory."""
        blocks, threads = self._three(shape[0]), self._three(shape[1])
        if math.prod(threads) > MOST_THREADS:
            raise EmulationError(f"kernel {self.name}: {tuple(threads)} threads are more than {MOST_THREADS} a block")
        return functools.partial(self._launch, blocks, threads, shape[3] if len(shape) > 3 else 0)

    def _three(self, size: Any) -> Three:
        three = Three(*(*(size if isinstance(size, tuple | list) else (size,)), 1, 1)[:3])
        if min(three) < 1:
            raise EmulationError(f"kernel {self.name}: a launch of size {size}")
        return three

    def _launch(self, blocks: Three, threads: Three, dynamic_bytes: int, *arguments: Any) -> None:
        values = [self._argument(argument) for argument in arguments]
        total = math.prod(blocks) * math.prod(threads)
        groups = (kept_threads if total <= MOST_KEPT else new_threads)(blocks, threads)
        if self.backwards:
            groups = [group[::-1] for group in reversed(list(groups))]
        run = self._run_with_barriers if self.has_barriers else self._run_plain
        with numpy.errstate(all="ignore"):
            for group in groups:
                run(group, functools.partial(shared_array, {}, dynamic_bytes), values)

    def _argument(self, value: Any) -> Any:
        if type(value) is float:
            return numpy.float64(value)
        if isinstance(value, numpy.ndarray | numpy.generic | int | complex):
            return value
        raise EmulationError(f"kernel {self.name}: a kernel takes arrays and numbers, not {type(value).__name__}")

    def _run_plain(self, threads: list[Thread], shared: SharedArray, values: list[Any]) -> None:
        function = self.function
        for thread in threads:
            try:
                function(thread, shared, *values)
            except Exception as error:
                raise self._failure(thread, error) from error

    def _run_with_barriers(self, threads: list[Thread], shared: SharedArray, values: list[Any]) -> None:
        running = [self.function(thread, shared, *values) for thread in threads]
        while True:
            lines: list[int | None] = []  # of the barrier where each thread waits; None: it has finished
            try:
                for thread in running:
                    lines.append(next(thread, None))
            except Exception as error:
                raise self._failure(threads[len(lines)], error) from error
            if lines.count(lines[0]) != len(lines):
                raise self._divergence(threads, lines)
            if lines[0] is None:
                return

    def _failure(self, thread: Thread, error: Exception) -> EmulationError:
        file = self.function.__code__.co_filename
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
        place = f"block {tuple(thread.blockIdx)}, thread {tuple(thread.threadIdx)}, line {lines[-1] if lines else 0}"
        return EmulationError(f"kernel {self.name}, {place}: {error}")

    def _divergence(self, threads: list[Thread], lines: list[int | None]) -> EmulationError:
        groups: dict[int | None, list[Thread]] = {}
        for thread, line in zip(threads, lines, strict=True):
            groups.setdefault(line, []).append(thread)
        parts = ", ".join(
            f"{len(group)} threads from {tuple(group[0].threadIdx)} {f'at line {line}' if line else 'finished'}"
            for line, group in groups.items()
        )
        return EmulationError(f"kernel {self.name}, block {tuple(threads[0].blockIdx)}: a divergent barrier: {parts}")


def refuse_negative(index: Any) -> int:
    """Called with an index below zero."""
    raise IndexError(f"index {index} is out of bounds: negative")


def divide(a: Any, b: Any) -> Any:
    """`a / b`, with inf or nan where b is 0."""
    return a / b if b else numpy.true_divide(a, b)


def to_int(x: Any) -> Any:
    """`int(x)` as a GPU rounds to 64 bits: nan is the least int, what is too large the greatest."""
    if math.isnan(x):
        return numpy.int64(LEAST_INT)
    return numpy.int64(LEAST_INT if x <= LEAST_INT else GREATEST_INT if x >= GREATEST_INT else int(x))


def _gamma_at_failure(x: float) -> float:
    """At zero, at the negative integers, beyond the largest float."""
    return math.copysign(math.inf, x) if x > -1 else math.nan


def _log_of_gamma(x: float) -> float:
    """As exact as CUDA's, which math.lgamma is not."""
    from scipy import special

    return math.lgamma(x) if math.isinf(x) or abs(x) < 1e-30 else float(special.gammaln(x))


def _of_python(function: Callable[[float], float], at_failure: Callable[[float], float]) -> Callable[[Any], Any]:
    """A function of `math` that NumPy lacks, keeping the width of its argument and never raising."""

    def call(x: Any) -> Any:
        kind = type(x) if isinstance(x, numpy.floating) else numpy.float64
        try:
            return kind(function(x))
        except (ValueError, OverflowError):
            return kind(at_failure(x))

    return call


def to_complex(real: Any, imag: Any = 0.0) -> Any:
    """`complex(x)` or `complex(x, y)` as a NumPy scalar, signs of zero kept."""
    if isinstance(real, complex | numpy.complexfloating):
        return numpy.complex128(real)
    return numpy.complex128(complex(real, imag))


def _ieee_math() -> SimpleNamespace:
    """A look-alike of `math`, as far as kernels can use it, on NumPy scalars."""
    same = (
        "exp expm1 exp2 log log1p log10 log2 sqrt sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh atan2 "
        "floor ceil trunc fabs hypot fmod copysign ldexp nextafter degrees radians isnan isinf isfinite"
    )
    names = {name: getattr(numpy, name) for name in same.split()}
    names["pow"] = lambda x, y: (x * 1.0) ** y
    names.update({name: numpy.float64(getattr(math, name)) for name in ("inf", "nan", "pi", "e", "tau")})
    names.update(erf=_of_python(math.erf, abs), erfc=_of_python(math.erfc, abs))
    names.update(gamma=_of_python(math.gamma, _gamma_at_failure), lgamma=_of_python(_log_of_gamma, lambda x: math.inf))
    return SimpleNamespace(**names)


def is_cuda(node: ast.AST, path: str) -> bool:
    """Whether a node reads `cuda.` and then the path, called or not."""
    node = node.func if isinstance(node, ast.Call) else node
    return isinstance(node, ast.Attribute) and ast.unparse(node) == f"cuda.{path}"


def tested(index: ast.expr) -> ast.expr:
    """An index that is refused where it is negative: `index if index >= 0 else _refuse_negative(index)`."""
    if isinstance(index, ast.Tuple):
        index.elts = [tested(part) for part in index.elts]
    if isinstance(index, ast.Tuple | ast.Slice | ast.Constant):
        return index
    first, value = index, index
    if not isinstance(index, ast.Name):
        first = ast.NamedExpr(ast.Name("_index", ast.Store()), index)
        value = ast.Name("_index", ast.Load())
    refusal = ast.Call(ast.Name("_refuse_negative", ast.Load()), [value], [])
    return ast.IfExp(ast.Compare(first, [ast.GtE()], [ast.Constant(0)]), value, refusal)


class KernelText(ast.NodeTransformer):
    """Rewrites the functions that have `@cuda.jit`, and leaves out the import of `cuda`."""

    renamed = {"math": "_math", "float": "_float", "int": "_int", "complex": "_complex"}

    def __init__(self) -> None:
        self.constants: dict[str, numpy.float64] = {}
        self.sites = itertools.count()

    def visit_Module(self, node: ast.Module) -> ast.Module:
        """Only the statements at the top can be kernels."""
        node.body = [self._statement(statement) for statement in node.body]
        return node

    def _statement(self, node: ast.stmt) -> ast.stmt:
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if is_cuda(decorator, "jit"):
                    return self._kernel(node, "device=True" in ast.unparse(decorator))
        is_cuda_import = isinstance(node, ast.ImportFrom) and [alias.name for alias in node.names] == ["cuda"]
        is_array_import = isinstance(node, ast.Import) and node.names[0].asname == "xp"
        return ast.copy_location(ast.Pass(), node) if is_cuda_import or is_array_import else node

    def _kernel(self, node: ast.FunctionDef, is_helper: bool) -> ast.FunctionDef:
        node.body = [self.visit(statement) for statement in node.body]
        node.decorator_list = []
        if is_helper and any(isinstance(part, ast.Yield) for part in ast.walk(node)):
            raise EmulationError(f"helper {node.name}: a barrier belongs in a kernel")
        if not is_helper:
            node.decorator_list.append(ast.Name("_kernel", ast.Load()))
            node.args.args[:0] = [ast.arg("cuda"), ast.arg("_shared")]
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        """A barrier yields its line."""
        if is_cuda(node.value, "syncthreads"):
            return ast.Expr(ast.Yield(ast.Constant(node.lineno)))
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """A shared array is known by its place in the text; an atomic's index is tested."""
        self.generic_visit(node)
        if is_cuda(node, "syncthreads"):
            raise EmulationError(f"line {node.lineno}: cuda.syncthreads() must be a statement of its own")
        if isinstance(node.func, ast.Name) and node.func.id in ("min", "max"):  # nan is lost
            raise EmulationError(f"line {node.lineno}: write {node.func.id}(…) as a conditional")
        if is_cuda(node, "shared.array"):
            return ast.Call(ast.Name("_shared", ast.Load()), [ast.Constant(next(self.sites)), *node.args], [])
        if any(is_cuda(node, f"atomic.{name}") for name in ("add", "min", "max")):
            node.args[1] = tested(node.args[1])
        return node

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """`math`, `float`, `int` and `complex` are ours."""
        return ast.Name(self.renamed.get(node.id, node.id), node.ctx)

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        """A float literal is a NumPy scalar, so that arithmetic with it never raises."""
        if type(node.value) is not float:
            return node
        name = f"_float_{len(self.constants)}"
        self.constants[name] = numpy.float64(node.value)
        return ast.Name(name, ast.Load())

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """Division of Python ints would raise."""
        self.generic_visit(node)
        if isinstance(node.op, ast.Div):
            return ast.Call(ast.Name("_divide", ast.Load()), [node.left, node.right], [])
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.Subscript:
        """Tests every index, except those into a shape."""
        self.generic_visit(node)
        if isinstance(node.value, ast.Attribute):
            return node
        node.slice = tested(node.slice)
        return node


def load_emulated(text: str, name: str, backwards: bool = False) -> dict[str, Any]:
    """The names that a CUDA module's text defines, with kernels that run on the CPU and `xp` bound to NumPy.

    `name` stands for the file in messages; `backwards` runs blocks and threads in descending order.
    """
    rewriter = KernelText()
    tree = ast.fix_missing_locations(rewriter.visit(ast.parse(text, name)))
    namespace: dict[str, Any] = {
        "__name__": name,
        "cuda": SimpleNamespace(synchronize=lambda: None),
        "xp": numpy,
        "_kernel": functools.partial(Kernel, backwards=backwards),
        "_math": _ieee_math(),
        "_complex": to_complex,
        "_float": numpy.float64,
        "_int": to_int,
        "_divide": divide,
        "_refuse_negative": refuse_negative,
        **rewriter.constants,
    }
    exec(compile(tree, name, "exec"), namespace)
    namespace["xp"] = numpy
    return namespace
