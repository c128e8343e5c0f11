"""Machine code kept from one process to the next, and run without the compiler that made it.

Numba keeps machine code too, but reading that takes all of Numba: half of what a second `gdc run` lasted. Here lie, for
each text, its Python part (a code object) and, for each native function and each combination of argument types that it
was compiled for, the same machine code as Numba's. llvmlite links it in two milliseconds with the C helpers that Numba
brings (memory, threads, BLAS); they are found by path, so no Python of Numba is imported.

    names(text)            what the text defines, its native functions from these files; None where they are not there
    keep(text, module)     what Numba has compiled of a text by now, to files
    threads(number)        a context in which such functions use so many cores

Whatever is missing, damaged, of another version or machine, or not of this simple sort (a function that calls back into
Python), and all of it where this way was never tried, is left to Numba: it is never an error. All this rests on private
parts of Numba, whose minor version is pinned.
"""

from __future__ import annotations

import ast
import contextlib
import ctypes
import functools
import hashlib
import json
import marshal
import os
import pickle
import platform
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import numpy as np

from gdc.runtime import cache, cpu, machine
from gdc.runtime.load import text_hash, write_whole

FORMAT = 2
TRIED = ("Linux", "x86_64")
FUNCTIONS = ("native_serial", "native_parallel")
PYTHON, CODE = ".python", ".code"
PICKLED_NAME = b"\x8c\x29gdc_text_"      # a text's own name in a pickle, which only Numba's module of it can answer
ROUTINE_NAME = re.compile(rb"\0gdc_([a-z]+)(?=\0)")
FEATURES = "NUMBA_"  # variables of the environment that change machine code
SCHEDULER = (
    "do_scheduling_signed do_scheduling_unsigned allocate_sched deallocate_sched get_num_threads set_num_threads "
    "get_thread_id set_parallel_chunksize get_parallel_chunksize get_sched_size"
).split()
MARK = "kept_functions"  # in a module of Numba's: how many functions of it were kept

_lock = threading.RLock()
_asked = threading.local()  # .number: how many cores this thread's native code may use


def possible() -> bool:
    return (platform.system(), platform.machine()) == TRIED


def folder() -> Path:
    return cache.root() / "native"


@functools.cache
def stamp() -> tuple[str, ...]:
    """What machine code depends on besides its text: Python, Numba, llvmlite, the CPU, settings of Numba's."""
    import llvmlite
    from llvmlite import binding

    files = [numba_home() / "__init__.py", extension_path("_dispatcher"), Path(llvmlite.__file__)]
    states = [(str(path), path.stat()) for path in files]
    settings = sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith(FEATURES))
    return (str(FORMAT), sys.version, *(f"{path} {s.st_mtime_ns} {s.st_size}" for path, s in states),
            binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten(), *settings)


def title_of(hashed: str) -> str:
    """How the files of a text begin, on this machine; by the hash of the text."""
    return f"gdc_text_{text_hash(hashed, *stamp())}"


def made_with() -> dict[str, str]:
    """The same for people."""
    from llvmlite import binding

    versions = {name: machine.package(name) for name in ("numba", "llvmlite")}
    return {**versions, "Python": sys.version.split()[0], "CPU": binding.get_host_cpu_name()}


def numba_home() -> Path:
    spec = find_spec("numba")
    if spec is None or spec.origin is None:
        raise ImportError("Numba is not installed")
    return Path(spec.origin).parent


def extension_path(name: str) -> Path:
    return numba_home().joinpath(*name.split(".")).with_name(name.split(".")[-1] + EXTENSION_SUFFIXES[0])


# --- reading -----------------------------------------------------------------------------------


def names(text: str) -> Mapping[str, Any] | None:
    """What the text defines; its native functions are read when they are first called, by types of arguments."""
    if not possible():
        return None
    with _lock:
        try:
            title = title_of(text_hash(text))
            code = marshal.loads(read(folder() / (title + PYTHON)))
            made = ModuleType(title)
            vars(made).update({name: Native(name, title, text) for name in FUNCTIONS})
            exec(code, vars(made))
        except (OSError, ImportError, ValueError, EOFError, TypeError, NameError):
            return None
        return vars(made)


def sealed(data: bytes) -> bytes:
    """Bytes behind their own hash."""
    return hashlib.sha256(data).digest() + data


def read(path: Path) -> bytes:
    """What a sealed file holds. One that is damaged goes; raises OSError for it too."""
    data = path.read_bytes()
    if hashlib.sha256(data[32:]).digest() != data[:32]:
        path.unlink()
        raise OSError(f"{path} is damaged")
    cache.used(path)
    return data[32:]


class Native:
    """A native function, for any types of arguments: kept code where there is some, else Numba's."""

    def __init__(self, name: str, title: str, text: str) -> None:
        self.name, self._title, self._text = name, title, text
        self._codes: dict[tuple[str, ...], Callable[..., Any]] = {}

    def __call__(self, *arguments: Any) -> Any:
        kinds = tuple(map(kind_of, arguments))
        code = self._codes.get(kinds)
        if code is None:
            code = self._codes[kinds] = self._linked(kinds) or self._compiled
        return code(*arguments)

    def _linked(self, kinds: tuple[str, ...]) -> Callable[..., Any] | None:
        with _lock:
            try:
                return linked(read(folder() / file_name(self._title, self.name, kinds)))
            except (OSError, ImportError, ValueError, KeyError, TypeError, AttributeError, RuntimeError):
                return None

    def _compiled(self, *arguments: Any) -> Any:
        """What Numba makes of the text."""
        from gdc.runtime import load

        module = load.load(self._text)
        with cpu.threads(getattr(_asked, "number", None)):
            result = module[self.name](*arguments)
        keep(self._text, module)
        return result


def kind_of(value: Any) -> str:
    """The type of an argument, as far as Numba tells one from another: `float64`, `float64-2C`."""
    if not isinstance(value, np.ndarray):
        return type(value).__name__
    flags = value.flags
    layout = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "A"
    return array_kind(value.dtype, value.ndim, layout, flags.writeable, flags.aligned)


def array_kind(dtype: Any, rank: int, layout: str, writeable: bool, aligned: bool) -> str:
    swapped = "" if dtype.isnative else "s"
    return f"{dtype_name(dtype)}-{rank}{layout}{'' if writeable else 'r'}{'' if aligned else 'u'}{swapped}"


@functools.cache
def dtype_name(dtype: Any) -> str:
    return str(dtype.name)


def file_name(title: str, function: str, kinds: tuple[str, ...]) -> str:
    return f"{title}.{function}-{text_hash(*kinds)[:12]}{CODE}"


def linked(data: bytes) -> Callable[..., Any]:
    """A Python function from what a file holds. Raises where the machine code cannot be linked."""
    from llvmlite import binding

    head, _, code = data.partition(b"\n")
    facts = json.loads(head)
    symbols = helpers() | (scheduler() if facts["layer"] else {}) | libraries(code)
    library = binding.JITLibraryBuilder().add_object_img(code).add_current_process()
    for name, address in symbols.items():
        library.import_symbol(name, address)
    for name in (facts["entry"], *facts["constants"]):
        library.export_symbol(name)
    linked_to = library.link(jit(), hashlib.sha256(data).hexdigest())
    function = extension("_dynfunc")
    constants = {}
    for name, dtypes in facts["constants"].items():
        constants[name] = function.Environment({})
        constants[name].consts.extend(np.dtype(word) for word in dtypes)
        ctypes.c_void_p.from_address(linked_to[name]).value = id(constants[name])
    alive = (linked_to, constants)
    made: Callable[..., Any] = function.make_function(
        sys.modules[__name__], "native", "machine code", linked_to[facts["entry"]], constants[facts["own"]], alive)
    return made


@functools.cache
def jit() -> Any:
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding.create_lljit_compiler()


@functools.cache
def extension(name: str) -> Any:
    """One of Numba's modules in C, without the packages that it lies in."""
    spec = spec_from_file_location(f"numba.{name}", extension_path(name))
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@functools.cache
def helpers() -> dict[str, int]:
    """The C functions that machine code calls, by name."""
    memory, others = extension("core.runtime._nrt_python"), extension("_helperlib")
    memory.memsys_use_cpython_allocator()  # as Numba does: what one of the two takes, the other may give back
    found = {name if name.startswith("_") else f"NRT_{name}": place for name, place in memory.c_helpers.items()}
    found |= {f"numba_{name}": place for name, place in others.c_helpers.items()}
    return found | {"numba_unpickle": ctypes.cast(UNPICKLE, ctypes.c_void_p).value or 0}


def libraries(code: bytes) -> dict[str, int]:
    """SciPy's routines of BLAS and LAPACK, by address, that machine code calls (`gdc_dgemm`, `gdc_dgesv`)."""
    routines = sorted({name.decode() for name in ROUTINE_NAME.findall(code)})
    if not routines:
        return {}
    from scipy.linalg import cython_blas, cython_lapack

    name_of, place_of = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
    place_of.restype, place_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    offered = cython_lapack.__pyx_capi__ | cython_blas.__pyx_capi__
    return {f"gdc_{name}": place_of(offered[name], name_of(offered[name])) for name in routines}


def unpickle(place: int, size: int, _: int) -> Any:
    """What machine code has in itself as a pickle: the class of arrays, exceptions. Numba's own imports all of it."""
    return unpickled(ctypes.string_at(place, size))


UNPICKLE = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(unpickle)


@functools.lru_cache(maxsize=1000)
def unpickled(data: bytes) -> Any:
    return pickle.loads(data)


# --- threads -----------------------------------------------------------------------------------


@functools.cache
def scheduler() -> dict[str, int]:
    """The C functions that share out loops, by name. The first call starts the threads."""
    pool = extension("np.ufunc.omppool")
    ctypes.CFUNCTYPE(None, ctypes.c_int)(pool.launch_threads)(machine.threads())
    found = {name: getattr(pool, name) for name in SCHEDULER} | {"numba_parallel_for": pool.parallel_for}
    apply_threads(found)
    return found


def apply_threads(found: Mapping[str, int]) -> None:
    """Tells the scheduler how many cores this thread may use."""
    most = machine.threads()
    number = getattr(_asked, "number", None) or most
    ctypes.CFUNCTYPE(None, ctypes.c_int)(found["set_num_threads"])(max(1, min(number, most)))


@contextlib.contextmanager
def threads(number: int | None, own_blocks: bool = False) -> Iterator[None]:
    """Kept code called by this thread uses so many cores; BLAS one in each, where the blocks are gdc's own."""
    before = getattr(_asked, "number", None)
    _asked.number = number
    try:
        if scheduler.cache_info().currsize:
            apply_threads(scheduler())
        with cpu.one_blas_thread if own_blocks else contextlib.nullcontext():
            yield
    finally:
        _asked.number = before


# --- keeping -----------------------------------------------------------------------------------


def is_kept(module: Mapping[str, Any]) -> bool:
    """Whether a text's native functions come from files."""
    return any(isinstance(module.get(name), Native) for name in FUNCTIONS)


def keep(text: str, module: Any) -> None:
    """Writes what Numba has compiled of a text and is not on disk yet. What cannot be kept is left out."""
    functions = {name: module[name] for name in FUNCTIONS if hasattr(module.get(name), "overloads")}
    count = sum(len(function.overloads) for function in functions.values())
    if module.get(MARK) == count or not possible():
        return
    module[MARK] = count
    with contextlib.suppress(Exception), _lock:  # it rests on private parts of Numba, and only saves time
        title = title_of(text_hash(text))
        for name, function in functions.items():
            for signature, compiled in function.overloads.items():
                path = folder() / file_name(title, name, tuple(map(kind_of_type, signature)))
                if not path.exists() and (data := file_of(text, function, signature, compiled)) is not None:
                    write_whole(path, data)
        python = folder() / (title + PYTHON)
        if not python.exists():
            write_whole(python, sealed(marshal.dumps(python_part(text, title))))
        cache.thin_out()


def kind_of_type(numba_type: Any) -> str:
    """`kind_of`, from Numba's type of an argument."""
    from numba.core import types
    from numba.np.numpy_support import as_dtype

    if not isinstance(numba_type, types.Array):
        return str(as_dtype(numba_type).name)
    return array_kind(as_dtype(numba_type.dtype), numba_type.ndim, numba_type.layout, numba_type.mutable,
                      numba_type.aligned)


def file_of(text: str, function: Any, signature: Any, compiled: Any) -> bytes | None:
    """The bytes to keep of one compilation: facts as a line of JSON, then the machine code."""
    from numba.np.ufunc.parallel import threading_layer

    reduced = function._cache._cache_file.load(function._cache._index_key(signature, function.targetctx.codegen()))
    (_, how, (code, _)), described, environment, _, in_python, lifted, *_, environments = reduced
    if how != "object" or in_python or lifted or PICKLED_NAME in code:
        return None
    shares = b"\0numba_parallel_for\0" in code
    if shares and threading_layer() != "omp":
        return None
    constants = {e.env_name: e.consts for e in (environment, *environments)
                 if e is environment or f"\0{e.env_name}\0".encode() in code}
    if not all(isinstance(value, np.dtype) for values in constants.values() for value in values):
        return None
    facts = {
        "layer": "omp" if shares else "",
        "entry": described.llvm_cpython_wrapper_name,
        "own": environment.env_name,
        "constants": {name: [value.name for value in values] for name, values in constants.items()},
        "text": text_hash(text),
        "types": str(compiled.signature),
        "made with": made_with(),
    }
    return sealed(json.dumps(facts).encode() + b"\n" + code)


def python_part(text: str, title: str) -> CodeType:
    """A text without what only Numba reads. Its lines keep their numbers. Raises ValueError where it needs the rest."""
    kept: list[ast.stmt] = []
    dropped: set[str] = set()
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.ImportFrom) and str(statement.module).startswith(("numba", "llvmlite")):
            dropped |= {alias.asname or alias.name for alias in statement.names}
        elif isinstance(statement, ast.FunctionDef) and (statement.name == "native" or is_native(statement)):
            dropped.add(statement.name)
        elif not (isinstance(statement, ast.Assign) and is_native_name(statement.targets[0])):
            kept.append(statement)
    while makers := [s for s in kept if getattr(s, "name", "") != "program" and read_by([s]) & dropped]:
        # what only makes functions for Numba; where the program itself needs it, the check below says so
        dropped |= {name for s in makers for name in named_by(s)}
        kept = [s for s in kept if s not in makers]
    read = read_by(kept)
    if dropped & read:
        raise ValueError(f"{dropped & read} are read by Python")
    return compile(ast.Module(kept, []), f"<{title}>", "exec")


def named_by(statement: ast.stmt) -> set[str]:
    """The names that a statement gives."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return {statement.name}
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def read_by(statements: list[ast.stmt]) -> set[str]:
    """The names that statements read."""
    return {node.id for statement in statements for node in ast.walk(statement)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def is_native(function: ast.FunctionDef) -> bool:
    """Whether a function is compiled, or tells Numba how to."""
    words = {node.id for decorator in function.decorator_list for node in ast.walk(decorator)
             if isinstance(node, ast.Name)}
    return bool(words & {"njit", "intrinsic"})


def is_native_name(target: ast.expr) -> bool:
    """`native_serial`, or an attribute of `native`."""
    return isinstance(target, ast.Name) and target.id in FUNCTIONS or (
        isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "native")


__all__ = ["Native", "folder", "is_kept", "keep", "names", "stamp", "threads"]
