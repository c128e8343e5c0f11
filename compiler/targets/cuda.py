"""CUDA: flat Numba kernels for nests, CuPy for library calls; arrays stay on the device from first to last.

    nest_1, …      a nest of parallel loops: one thread for each place of its leading loops
    sum_1, join_1  a loop that only steps scalar states: partial states over 4,096 places each, then one
    serial_1, …    loops and stores that depend on one another: one thread, one launch
    def program(…parameters, watch=None): …     host control flow; scalars live here, an entry read here is a copy

Products of matrices and vectors are the library's. Partial states are cut by sizes alone, so the bits do not depend on
the GPU. A check inside a kernel fills `status`: the lowest failing place wins, and the host raises. `xp` is CuPy, or
NumPy where `runtime/emulate.py` runs the text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gdc.compiler import imp
from gdc.compiler.emit import PART, Emitter, Piece, Text, assemble, number
from gdc.compiler.imp import Body, Expr, Origin, Program, Statement
from gdc.compiler.imp_tools import alias_classes, locals_of, map_statement, name_of, names_in, read_counts
from gdc.compiler.ops import OPS
from gdc.compiler.text import ANY, ATOM, COMPARE, IF, NOT, TIMES, Code, number_level, template
from gdc.compiler.types import INT, Element
from gdc.dsl.source import Source

ROWS = 4096             # places in one partial state
MOST_VALUES = 4         # of a failed check
KINDS = {"int": 1, "real": 2, "bool": 3}
DEEPEST = 2             # host loops round a launch; deeper nests run in one thread

# --- texts -------------------------------------------------------------------------------------


def _helper(text: str) -> str:
    return '@cuda.jit(device=True, inline="always")\n' + text.strip("\n")


BINDINGS = {
    "special": "from scipy import special", "part": PART, "math": "import math",
    "minimum": _helper('''
def minimum(x, y):
    """The lesser; nan where either is."""
    return x if x <= y or x != x else y
'''),
    "maximum": _helper('''
def maximum(x, y):
    """The greater; nan where either is."""
    return x if x >= y or x != x else y
'''),
    "sign": _helper('''
def sign(x):
    """-1, 0 or 1; nan of nan."""
    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else (0.0 if x == 0.0 else x))
'''),
    "sign_int": _helper('''
def sign_int(x):
    """-1, 0 or 1."""
    return (1 if x > 0 else 0) - (1 if x < 0 else 0)
'''),
    "rint": _helper('''
# import math
def rint(x):
    """The nearest whole number, halves to even."""
    big = math.copysign(4503599627370496.0, x)
    return math.copysign((x + big) - big, x) if abs(x) < 4503599627370496.0 else x
'''),
    "floor_divide": _helper('''
# import math
def floor_divide(x, y):
    """The quotient, rounded down, as NumPy rounds it."""
    if y == 0.0:
        return x / y
    rest = math.fmod(x, y)
    ratio = (x - rest) / y
    if rest != 0.0 and (y < 0.0) != (rest < 0.0):
        ratio = ratio - 1.0
    if ratio == 0.0:
        return math.copysign(0.0, x / y)
    whole = math.floor(ratio)
    return whole + 1.0 if ratio - whole > 0.5 else whole
'''),
    "remainder": _helper('''
# import math
def remainder(x, y):
    """What floor_divide leaves, with the sign of y."""
    rest = math.fmod(x, y)
    if y == 0.0 or rest != rest:
        return rest
    if rest == 0.0:
        return math.copysign(0.0, y)
    return rest + y if (y < 0.0) != (rest < 0.0) else rest
'''),
    "divide_int": _helper('''
def divide_int(x, y):
    """The quotient, rounded down; 0 where y is 0."""
    return x // y if y != 0 else 0
'''),
    "remainder_int": _helper('''
def remainder_int(x, y):
    """What divide_int leaves, with the sign of y; 0 where y is 0."""
    return x % y if y != 0 else 0
'''),
    "power_int": _helper('''
def power_int(base, exponent):
    """A whole power that wraps as products do."""
    result = base*0 + 1
    while exponent > 0:
        if exponent & 1 == 1:
            result = result*base
        base = base*base
        exponent = exponent >> 1
    return result
'''),
    "square": _helper('''
def square(x):
    """x to the 2."""
    return x*x
'''),
    "shift_left": _helper('''
def shift_left(x, count):
    """x << count; 0 where no bit is left."""
    return x << count if 0 <= count and count < 64 else 0
'''),
    "shift_right": _helper('''
def shift_right(x, count):
    """x >> count; the sign alone where no bit is left."""
    return x >> count if 0 <= count and count < 64 else (-1 if x < 0 else 0)
'''),
    "less_first": _helper('''
def less_first(x, i, y, j):
    """Whether candidate y at j goes before x at i: nan, then the lesser, then the earlier; no candidate is at -1."""
    return j >= 0 and (i < 0 or y < x or (y != y and x == x) or ((y == x or (y != y and x != x)) and j < i))
'''),
    "greater_first": _helper('''
def greater_first(x, i, y, j):
    """Whether candidate y at j goes before x at i: nan, then the greater, then the earlier; no candidate is at -1."""
    return j >= 0 and (i < 0 or y > x or (y != y and x == x) or ((y == x or (y != y and x != x)) and j < i))
'''),
    "host": '''
def host(value):
    """A copy that the CPU can read: an array, or a scalar. Waits for all kernels launched before."""
    return (value.get() if hasattr(value, "get") else np.array(value))[()]
''',
    "launch": '''
def launch(kernel, count, *arguments):
    """Runs a kernel with one thread for each of `count` places."""
    if count > 0:
        width = 32 if count <= 32 else 256
        kernel[(count + width - 1)//width, width](*arguments)
''',
    "reduced": f'''
PART = {ROWS}


def reduced(kernel, join, count, kinds, *arguments):
    """Partial states over PART places each, then one state: the same bits on any GPU."""
    many = max(1, -(-count//PART))
    states = [xp.empty(many, kind) for kind in kinds]
    kernel[many, 32 if count <= 1024 else 256](count, *states, *arguments)
    if many > 1:
        parts, states = states, [xp.empty(1, kind) for kind in kinds]
        join[1, 256](many, *parts, *states)
    return [host(state)[0] for state in states]
''',
    "new_status": '''
NEVER, SLOTS = 2**62, 64


def new_status():
    """Where kernels report failed checks: the lowest place, how many; then place, site, kinds and values of each."""
    status = xp.full((SLOTS + 1, 7), -1, np.int64)
    status[0, 0], status[0, 1] = NEVER, 0
    return status, xp.zeros((SLOTS + 1, 4))
''',
    "stop_if_failed": '''
def stop_if_failed(status, numbers):
    """Raises where a check failed in a kernel: at the lowest place."""
    if host(status[0, 0]) == NEVER:
        return
    status, numbers = host(status), host(numbers)
    row = 1 + status[1:, 0].tolist().index(status[0, 0])
    kinds, values = int(status[row, 2]), []
    while kinds:
        k = len(values)
        values.append((None, int(status[row, k + 3]), float(numbers[row, k]), bool(status[row, k + 3]))[kinds & 3])
        kinds >>= 2
    raise Stop(int(status[row, 1]), tuple(values))
''',
    "careful": '''
# import contextlib
def careful():
    """CuPy tells of singular matrices only where it is asked to."""
    if xp is np:
        return contextlib.nullcontext()
    from cupyx import errstate
    return errstate(linalg="raise")
''',
    "factored": '''
def factored(result):
    """A Cholesky factor. cuSOLVER lets nan pass, LAPACK does not."""
    if xp is not np and host(xp.isnan(result).any()):
        raise np.linalg.LinAlgError("not positive definite")
    return result
''',
}
CUDA_NAMES = frozenset("""cuda xp contextlib place thread half last count status numbers slot works real_cells
    whole_cells NEVER PART SLOTS""".split()) | frozenset(BINDINGS)
OWN_NUMBERED = r"(nest|sum|join|serial|array|count|shared|part|whole)_\d+"
NEEDS = {"reduced": ("host",), "stop_if_failed": ("host",), "factored": ("host",)}

MATH = frozenset("""exp expm1 log log1p log2 log10 sqrt sin cos tan asin acos atan atan2 sinh cosh tanh hypot erf gamma
    lgamma floor ceil trunc isnan isinf isfinite""".split())
# what differs from the op table's cell in a kernel; "op kind" goes before "op"
CELLS = {
    "exp2": "math.pow(2.0, {0})", "cbrt": "cuda.cbrt({0})", "pow": "math.pow({0}, {1})",
    "pow int": "power_int({0}, {1})", "floordiv int": "divide_int({0}, {1})",
    "mod int": "remainder_int({0}, {1})", "sign int": "sign_int({0})",
    "shl": "shift_left({0}, {1})", "shr": "shift_right({0}, {1})",
}
LOWEST = "-9223372036854775807 - 1"
JOINS = {"add": "add", "sub": "add", "mul": "mul", "minimum": "minimum", "maximum": "maximum", "and": "and", "or": "or"}
IDENTITY = {
    "add": (0, 0.0, False), "mul": (1, 1.0, True), "minimum": (2**63 - 1, math.inf, True),
    "maximum": (-(2**63), -math.inf, False), "and": (1, 1.0, True), "or": (0, 0.0, False),
    "lt": (2**63 - 1, math.inf, True), "gt": (-(2**63), -math.inf, False),
}

# --- what may run in a kernel ------------------------------------------------------------------


def device_value(value: Expr, bound: set[str]) -> bool:
    """Whether a kernel can compute a scalar; the arrays that it reads are there before it starts."""
    if value.rank:
        return value.op == "name" or not bound & set(names_in(value))
    if value.op in ("load", "extent"):
        return all(device_value(a, bound) for a in value.args)
    if value.op not in ("const", "name", "select", "cast") and (value.op not in OPS or OPS[value.op].kind != "MAP"):
        return False
    return all(not a.rank and device_value(a, bound) for a in value.args)


def device_ready(body: Body) -> bool:
    """Whether statements can run inside a kernel."""
    bound = bound_in(body)
    for s in imp.statements(body):
        if isinstance(s, (imp.Alloc, imp.SetPart, imp.Guarded, imp.Emit)) or (isinstance(s, imp.Let) and s.value.rank):
            return False
        if not all(device_value(value, bound) for value in imp.expressions(s)):
            return False
    return True


def bound_in(body: Body) -> set[str]:
    """The names that statements bind, loop variables included."""
    return set_in(body) | {s.var for s in imp.statements(body) if isinstance(s, imp.Loop)}


def set_in(body: Body) -> set[str]:
    """The names that `let` binds."""
    return {s.name for s in imp.statements(body) if isinstance(s, imp.Let)}


def leaves(body: Body) -> bool:
    """Whether a body can leave, or cut short, the loop that it is the body of."""
    return any(isinstance(s, (imp.Break, imp.Continue)) or isinstance(s, imp.Branch) and any(map(leaves, imp.bodies(s)))
               for s in body)


def has(body: Body, *kinds: type) -> bool:
    return any(isinstance(s, kinds) for s in imp.statements(body))


def touches(statement: Statement) -> bool:
    """Whether a statement reads or writes entries of arrays."""
    return has((statement,), imp.Store) or loads((statement,))


def loads(body: Body) -> bool:
    """Whether statements read entries of arrays."""
    return any(e.op == "load" for s in imp.statements(body) for v in imp.expressions(s) for e in imp.subexpressions(v))


def scalar_reads(body: Body) -> dict[str, Element]:
    """The scalars that statements read, in order."""
    found: dict[str, Element] = {}
    for s in imp.statements(body):
        for value in imp.expressions(s):
            for e in reversed(list(imp.subexpressions(value))):
                if e.op == "name" and not e.rank:
                    found.setdefault(name_of(e), e.element)
    return found


def chain(loop: imp.Loop, modes: tuple[str, ...]) -> tuple[list[imp.Loop], Body]:
    """The leading loops that form a box, and the body inside them."""
    loops = [loop]
    while len(loops[-1].body) == 1:
        inner = loops[-1].body[0]
        if not isinstance(inner, imp.Loop) or inner.mode not in modes:
            break
        outer = {one.var for one in loops}
        if any(outer & set(names_in(v)) for v in (inner.start, inner.stop, inner.step)) or len(loops) == 4:
            break
        loops.append(inner)
    return loops, loops[-1].body


@dataclass(frozen=True, slots=True)
class State:
    """A scalar that a loop steps: by `op`; or the best value so far, with its place, where op is "lt" or "gt"."""

    name: str
    element: Element
    op: str
    place: str = ""


def states_of(loop: imp.Loop, read_later: set[str]) -> tuple[State, ...] | None:
    """What a loop carries, where it does no more than step states that can be joined; else None."""
    if has(loop.body, imp.Store, imp.Forever) or leaves(loop.body):
        return None
    local = locals_of(loop.body)
    carried = set_in(loop.body) - local
    if not carried or local & read_later & set_in(loop.body):
        return None
    found: dict[str, State] = {}
    if not _collect(loop.body, carried, found):
        return None
    if {n for s in found.values() for n in (s.name, s.place) if n} != carried:
        return None
    return tuple(found.values())


def _collect(body: Body, carried: set[str], found: dict[str, State]) -> bool:
    for s in body:
        state: State | None = None
        if isinstance(s, imp.Let) and s.name in carried:
            state = _step(s, carried)
        elif isinstance(s, imp.Branch) and carried & (set_in(s.then) | set_in(s.orelse)):
            state = _best(s, carried)
            if state is None:
                if carried & set(names_in(s.condition)) or not all(_collect(b, carried, found) for b in imp.bodies(s)):
                    return False
                continue
        else:
            if any(carried & set(names_in(v)) for v in imp.expressions(s)):
                return False
            if not all(_collect(b, carried, found) for b in imp.bodies(s)):
                return False
            continue
        if state is None or found.setdefault(state.name, state) != state:
            return False
    return True


def _step(s: imp.Let, carried: set[str]) -> State | None:
    """`acc = acc + e`, or with another op that can be joined."""
    value = s.value
    if value.op not in JOINS or value.element.kind == "complex":
        return None
    mine = [k for k, a in enumerate(value.args) if name_of(a) == s.name]
    if len(mine) != 1 or (value.op == "sub" and mine != [0]) or carried & set(names_in(value.args[1 - mine[0]])):
        return None
    return State(s.name, value.element, JOINS[value.op])


def _best(s: imp.Branch, carried: set[str]) -> State | None:
    """`if x < s or t < 0 or (x is nan and s is not): s = x; t = place`."""
    lets = [one for one in s.then if isinstance(one, imp.Let)]
    if s.orelse or len(s.then) != 2 or len(lets) != 2 or any(one.name not in carried for one in lets):
        return None
    value, place = lets
    terms, stack = [], [s.condition]
    while stack:
        top = stack.pop()
        if top.op == "or":
            stack.extend(top.args)
        else:
            terms.append(top)
    ops = {t.op: t for t in terms}
    sense = next((op for op in ("lt", "gt") if op in ops and any(
        t.op == op and t.args[0] == value.value and name_of(t.args[1]) == value.name for t in terms)), "")
    empty = any(t.op == "lt" and name_of(t.args[0]) == place.name and imp.constant(t.args[1]) == 0 for t in terms)
    if not sense or not empty or place.value.element != INT or len(terms) > 3:
        return None
    if carried & ({*names_in(value.value)} | {*names_in(place.value)}):
        return None
    return State(value.name, value.value.element, sense, place.name)


def interchanged(loop: imp.Loop, root: dict[str, str]) -> imp.Loop | None:
    """`for i: for j in parallel: g[j] += …` with j outside, where rounds of j never meet in any round of i."""
    body = tuple((interchanged(s, root) or s) if isinstance(s, imp.Loop) else s for s in loop.body)
    if loop.mode == "parallel" or not body:
        return replace(loop, body=body) if body != loop.body and loop.mode == "parallel" else None
    inner = body[-1]
    if not isinstance(inner, imp.Loop) or inner.mode != "parallel":
        return None
    if not all(isinstance(s, imp.Let) for s in body[:-1]):
        return None
    names = {loop.var, *set_in(body[:-1])}
    if any(names & set(names_in(v)) for v in (inner.start, inner.stop, inner.step)) or inner.var in bound_in(body[:-1]):
        return None
    if not device_ready((loop,)) or leaves(inner.body) or has(body, imp.Check) or not _apart(body, inner.var, root):
        return None
    if (set_in(body[:-1]) | set_in(inner.body)) - locals_of(body):
        return None
    new = replace(loop, body=(*body[:-1], *inner.body), mode="serial")
    return replace(inner, body=(interchanged(new, root) or new,))


def _apart(body: Body, var: str, root: dict[str, str]) -> bool:
    """Whether every access to an array that is stored to has the index `var` alone in one axis."""
    places: dict[str, list[tuple[str, tuple[Expr, ...]]]] = {}
    stored: set[str] = set()
    for s in imp.statements(body):
        accesses = [e for v in imp.expressions(s) for e in imp.subexpressions(v) if e.op == "load"]
        found = [(e.args[0], e.args[1:]) for e in accesses]
        if isinstance(s, imp.Store):
            found.append((s.array, s.index))
            stored |= {root.get(n, n) for n in names_in(s.array)}
        for array, index in found:
            for n in names_in(array):
                places.setdefault(root.get(n, n), []).append((name_of(array), index))
    for name in stored:
        arrays = {array for array, _ in places[name]}
        axes = [{k for k, i in enumerate(index) if name_of(i) == var} for _, index in places[name]]
        if len(arrays) != 1 or "" in arrays or not set.intersection(*axes):
            return False
    return True


@dataclass(frozen=True, slots=True)
class Product:
    """`into[o] = sum over z of matrix[o, z] * vector[z]`, or added to `into`; `turned`: the matrix is read [z, o]."""

    into: Expr
    matrix: Expr
    vector: Expr
    rows: Expr
    columns: Expr
    turned: bool
    adds: bool


def product_of(loop: imp.Loop) -> Product | None:
    """A nest that a matrix-vector product of a library computes."""
    outer, inner, adds = loop, loop.body[-1] if loop.body else None, len(loop.body) == 1
    if not adds:
        found = _rows_of(loop)
        if found is None:
            return None
        inner, term, store = found
    else:
        if not isinstance(inner, imp.Loop) or len(inner.body) != 1 or not isinstance(inner.body[0], imp.Store):
            return None
        store = inner.body[0]
        term = store.value
        if store.combine != "add" or {outer.mode, inner.mode} != {"serial", "parallel"}:
            return None
        outer, inner = (outer, inner) if outer.mode == "parallel" else (inner, outer)
    plain = all(imp.constant(one.start) == 0 and imp.constant(one.step) == 1 for one in (outer, inner))
    names = {outer.var, inner.var}
    if not plain or names & {*names_in(outer.stop), *names_in(inner.stop)}:
        return None
    if term.op != "mul" or term.element.kind != "real" or tuple(map(name_of, store.index)) != (outer.var,):
        return None
    if any(a.op != "load" or a.args[0].op != "name" for a in term.args):
        return None
    matrix, vector = sorted(term.args, key=lambda a: -len(a.args))
    at, mine = tuple(map(name_of, matrix.args[1:])), tuple(map(name_of, vector.args[1:]))
    if mine != (inner.var,) or at not in ((outer.var, inner.var), (inner.var, outer.var)):
        return None
    rows, columns = (outer.stop, inner.stop) if at[0] == outer.var else (inner.stop, outer.stop)
    return Product(store.array, matrix.args[0], vector.args[0], rows, columns, at[0] != outer.var, adds)


def _rows_of(loop: imp.Loop) -> tuple[imp.Loop, Expr, imp.Store] | None:
    """`for o: t = 0; for z: t = t + term; into[o] = t`."""
    if loop.mode != "parallel" or len(loop.body) != 3:
        return None
    start, inner, store = loop.body
    if not (isinstance(start, imp.Let) and isinstance(inner, imp.Loop) and isinstance(store, imp.Store)):
        return None
    step = inner.body[0] if len(inner.body) == 1 else None
    if store.combine or start.value.get("value") != 0 or not isinstance(step, imp.Let):
        return None
    if step.value.op != "add" or step.name != start.name:
        return None
    total, term = step.value.args
    return (inner, term, store) if name_of(total) == start.name == name_of(store.value) else None


def in_register(loop: imp.Loop, name: str, root: dict[str, str]) -> imp.Loop:
    """`for j: for i: g[j] += e` with the sum in a scalar: memory is read and written once."""
    inner = loop.body[0] if len(loop.body) == 1 else None
    if not isinstance(inner, imp.Loop) or not inner.body or loop.mode != "parallel":
        return loop
    last = inner.body[-1]
    if inner.mode == "parallel":
        new = in_register(inner, name, root)
        return loop if new is inner else replace(loop, body=(new,))
    if not isinstance(last, imp.Store) or last.combine not in ("add", "mul") or has(inner.body[:-1], imp.Store):
        return loop
    moving = {inner.var} | bound_in(inner.body)
    values = [v for s in imp.statements(inner.body[:-1]) for v in imp.expressions(s)] + [last.value]
    mine, read = name_of(last.array), {root.get(n, n) for v in values for n in names_in(v)}
    if not mine or root.get(mine, mine) in read or any(moving & set(names_in(i)) for i in last.index):
        return loop
    total = imp.var(name, last.array.element)
    step = imp.Let(name, Expr(last.combine, (total, last.value), total.element), last.origins)
    start = imp.Let(name, imp.load(last.array, *last.index), last.origins)
    summed = replace(inner, body=(*inner.body[:-1], step))
    return replace(loop, body=(start, summed, replace(last, value=total, combine="")))


# --- the emitter -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Region:
    """Statements for a kernel: arrays that are expressions have names, and `arguments` says what a launch passes."""

    body: Body
    names: tuple[str, ...]
    arguments: tuple[str, ...]
    unset: tuple[tuple[str, Element], ...]


class Cuda(Emitter):
    bindings = BINDINGS
    numpy_scalars = True

    def __init__(self, program: Program, source: Source | None = None) -> None:
        super().__init__(program, source)
        for name, plain in list(self.names.items()):
            while plain in CUDA_NAMES or re.fullmatch(OWN_NUMBERED, plain):
                plain += "_"
            self.names[name] = plain
        root = alias_classes(program)
        self.roots = {name: root(name) for name in self.names}
        self.reads = read_counts(program)
        self.defined = {p.name for p in program.parameters}
        self.kernels: list[Piece] = []
        self.number = 0
        self.loops = 0                          # host loops that we are in
        self.device = False
        self.leave = "return"                   # how a failed check leaves a kernel
        self.place = "0"
        self.fails = False

    # -- expressions

    def node(self, value: Expr, args: tuple[Code, ...], index: bool) -> Code:
        if self.device:
            return super().node(value, args, index)
        if value.op == "load":
            self.used.add("host")
            return Code(f"host({args[0].at(ATOM)}[{self.places(value.args[1:])}])")
        code = super().node(value, args, index)
        if not value.rank and not any(a.rank for a in value.args) or value.op == "extent":
            return code
        text = "xp" + code.text[2:] if code.text.startswith("np.") else code.text
        if value.rank:
            return Code(text, code.level)
        self.used.add("host")
        return Code(f"host({text})")

    def constant(self, value: Expr) -> Code:
        if not self.device or value.rank:
            return super().constant(value)
        return self.literal_number(value.get("value"), value.element)

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

    def scalar(self, value: Expr, args: tuple[Code, ...], index: bool) -> Code:
        if not self.device:
            code = super().scalar(value, args, index)
            if "special." in code.text:
                self.used.add("special")
            return code
        if value.op == "pow" and value.element.kind == "real" and value.args[1].get("value") == 2:
            if args[0].level == ATOM and value.args[0].op in ("name", "load"):
                return Code(f"{args[0].text}*{args[0].text}", TIMES)
            self.used.add("square")
            return Code(f"square({args[0].text})")
        weak = all(a.weak for a in args) and value.element.kind != "bool" and value.op in ("add", "sub", "mul", "neg")
        if weak and not index and not self.stays_small(value):
            args, weak = (self.strong(value.args[0], args[0]), *args[1:]), False
        code = self.row(value.op, value.element, args)
        return Code(code.text, code.level, weak)

    def row(self, op: str, element: Element, args: tuple[Code, ...]) -> Code:
        """A MAP row in a kernel."""
        if op in ("real", "conj") and element.kind != "complex":
            return args[0]
        cell = CELLS.get(f"{op} {element.kind}", CELLS.get(op, OPS[op].scalar))
        if not isinstance(cell, str):
            raise ValueError(f"{op} has no text for scalars")
        shape = template(cell)
        code = shape.fill(args)
        name = next(iter(shape.names)) if len(shape.names) == 1 else ""
        if name in MATH and code.text.startswith(name + "("):
            self.used.add("math")
            return Code("math." + code.text, code.level)
        self.used |= shape.names - {"cuda"}
        return code

    def cast(self, value: Expr, code: Code) -> Code:
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
        if not self.device or not combine:
            return super().combined(place, combine, element, value, whole)
        if combine in ("add", "sub", "mul"):
            return f"{place} {'+-*'[('add', 'sub', 'mul').index(combine)]}= {value.text}"
        return f"{place} = {self.row(combine, element, (Code(place), value)).text}"

    def set_part(self, statement: imp.SetPart) -> str:
        text = super().set_part(statement)
        return "xp" + text[2:] if text.startswith("np.") else text

    def allocated(self, statement: imp.Alloc) -> str:
        return "xp" + super().allocated(statement)[2:]

    # -- host statements

    def body(self, body: Body, depth: int) -> Iterator[Piece]:
        """On the host, runs of statements that depend on one another through entries become one kernel."""
        if self.device:
            yield from super().body(body, depth)
            return
        if not body:
            yield "    " * depth + "pass\n", ()
        run: list[Statement] = []
        for statement in map(self.turned, body):
            if self.is_serial(statement):
                run.append(statement)
                continue
            yield from self.serial_run(run, depth)
            run = []
            yield from self.commented(statement, depth)
            self.defined |= {s.name for s in (statement,) if isinstance(s, (imp.Let, imp.Alloc, imp.Guarded))}
        yield from self.serial_run(run, depth)

    def is_serial(self, statement: Statement) -> bool:
        """Whether a statement may be part of a kernel of one thread."""
        if not device_ready((statement,)):
            return False
        if isinstance(statement, (imp.Loop, imp.Forever)):
            return self.kind(statement) == "serial" and self.library_product(statement) is None
        if isinstance(statement, imp.Branch):
            return not leaves((statement,)) and not has((statement,), imp.Loop, imp.Forever)
        return isinstance(statement, (imp.Let, imp.Store, imp.Check))

    def serial_run(self, run: list[Statement], depth: int) -> Iterator[Piece]:
        """Statements of which those that touch entries, and what is between them, go into one kernel."""
        heavy = [k for k, s in enumerate(run) if has((s,), imp.Loop, imp.Store, imp.Forever)]
        first = next((k for k, s in enumerate(run) if touches(s)), 0)
        inner = tuple(run[first : heavy[-1] + 1]) if heavy else ()
        if not has(inner, imp.Loop, imp.Forever) and not (has(inner, imp.Store) and loads(inner)):
            inner, first = (), len(run)
        for statement in run[:first]:
            yield from self.host_statement(statement, depth)
        if inner:
            yield from self.serial_kernel(inner, depth)
        for statement in run[first + len(inner):]:
            yield from self.host_statement(statement, depth)

    def host_statement(self, statement: Statement, depth: int) -> Iterator[Piece]:
        yield from self.commented(statement, depth)
        self.defined |= set_in((statement,))

    def kind(self, statement: imp.Loop | imp.Forever) -> str:
        """How a loop on the host runs: "grid", "sum", "serial" or, as Python, "host"."""
        body = statement.body
        if not device_ready((statement,)):
            return "host"
        if isinstance(statement, imp.Loop):
            if statement.mode == "parallel" and not leaves(body) and not self.kept(chain(statement, ("parallel",))[1]):
                return "grid"
            if statement.mode != "parallel" and states_of(statement, self.later((statement,))) is not None:
                return "sum"
        grids = any(isinstance(s, imp.Loop) and s.mode == "parallel" for s in imp.statements(body))
        if grids and self.loops < DEEPEST or not touches(statement):
            return "host"
        # a user's outermost loop shows its progress and can be stopped, but for a short body over entries
        endless = isinstance(statement, imp.Forever) or has(body, imp.Loop, imp.Forever)
        return "host" if statement.mode == "rounds" and endless else "serial"

    def later(self, body: Body) -> set[str]:
        """The names that are read outside some statements."""
        inside = read_counts(Program((), body, ()))
        return {name for name, count in self.reads.items() if count > inside[name]}

    def kept(self, body: Body) -> set[str]:
        """The scalars set here that live on after it."""
        names = set_in(body)
        return (names - locals_of(body)) | (names & self.later(body))

    def loop(self, statement: imp.Loop, depth: int) -> Iterator[Piece]:
        pad, origins = "    " * depth, statement.origins
        if self.device:
            yield f"{pad}for {self.name(statement.var)} in range({self.range(statement)}):\n", origins
            yield from self.body(statement.body, depth + 1)
            if self.leave == "break" and has(statement.body, imp.Check):
                yield f"{pad}if not works:\n{pad}    break\n", origins
            return
        product = self.library_product(statement)
        if product is not None:
            yield f"{pad}{self.product(product)}\n", origins
            return
        kind = self.kind(statement)
        if kind == "grid":
            yield from self.grid_kernel(statement, depth)
        elif kind == "sum":
            yield from self.sum_kernel(statement, depth)
        else:
            self.loops += 1
            self.defined.add(statement.var)
            yield from super().loop(statement, depth)
            self.loops -= 1

    def turned(self, statement: Statement) -> Statement:
        """A nest with its parallel loops outside, and its sums in registers."""
        if not isinstance(statement, imp.Loop) or statement.mode == "rounds" or self.library_product(statement):
            return statement
        self.names.setdefault("total·", "total_")
        while self.names["total·"] in {plain for name, plain in self.names.items() if name != "total·"}:
            self.names["total·"] += "_"
        return in_register(interchanged(statement, self.roots) or statement, "total·", self.roots)

    def library_product(self, statement: Statement) -> Product | None:
        """A nest that a library computes: sizes are surely not negative, and nothing is written that is read."""
        product = product_of(statement) if isinstance(statement, imp.Loop) else None
        if product is None or product.into.op != "name":
            return None
        sizes = all(self.is_count(size) for size in (product.rows, product.columns))
        read = {self.roots[name_of(a)] for a in (product.matrix, product.vector)}
        return product if sizes and self.roots[name_of(product.into)] not in read else None

    def product(self, product: Product) -> str:
        """The library's product. Loops that do not cover an array read a part of it."""
        matrix = self.part_of(product.matrix, product.rows, product.columns)
        long, short = (product.columns, product.rows) if product.turned else (product.rows, product.columns)
        text = f"{matrix}{'.T' if product.turned else ''} @ {self.part_of(product.vector, short)}"
        into = self.part_of(product.into, long)
        if product.adds:
            return f"{into} += {text}"
        return f"{into if into.endswith(']') else into + '[:]'} = {text}"

    def part_of(self, array: Expr, *sizes: Expr) -> str:
        """The leading entries of an array."""
        zero, one = imp.integer(0), imp.integer(1)
        words = self.subscripts(array, ("slice",)*len(sizes), tuple(e for size in sizes for e in (zero, size, one)))
        name = self.text(array, ATOM)
        return name if set(words) <= set(":, ") else f"{name}[{words}]"

    def is_count(self, size: Expr) -> bool:
        """Whether a size is surely not negative."""
        return size.op == "extent" or (imp.constant(size) or 0) > 0 or (
            size.op == "name" and self.known.get(name_of(size), size).op == "extent")

    def forever(self, statement: imp.Forever, depth: int) -> Iterator[Piece]:
        if self.device:
            yield "    " * depth + "while True:\n", statement.origins
            yield from self.body(statement.body, depth + 1)
            if self.leave == "break" and has(statement.body, imp.Check):
                yield f"{'    ' * depth}if not works:\n{'    ' * depth}    break\n", statement.origins
            return
        self.loops += 1
        yield from super().forever(statement, depth)
        self.loops -= 1

    def emit(self, statement: imp.Emit, depth: int) -> Iterator[Piece]:
        """What the watch is given lies where the CPU can read it."""
        values = tuple(replace(v, op="host", args=(v,), attrs=()) if v.rank else v for v in statement.values)
        yield from super().emit(replace(statement, values=values), depth)

    def code(self, root: Expr, place: bool = False) -> Code:
        if root.op == "host":
            self.used.add("host")
            return Code(f"host({self.text(root.args[0])})")
        return super().code(root, place)

    def guarded(self, statement: imp.Guarded, depth: int) -> Iterator[Piece]:
        pad, origins = "    " * depth, statement.origins
        self.used.add("careful")
        text = self.text(statement.value)
        if statement.value.op == "cholesky":
            self.used.add("factored")
            text = f"factored({text})"
        yield f"{pad}try:\n{pad}    with careful():\n", origins
        yield f"{pad}        {self.name(statement.name)} = {text}\n", origins
        yield f"{pad}except np.linalg.LinAlgError:\n", origins
        yield f"{pad}    {self.stop(statement.site, ())} from None\n", origins

    # -- kernels

    def check(self, statement: imp.Check, depth: int) -> Iterator[Piece]:
        if not self.device:
            yield from super().check(statement, depth)
            return
        pad, origins = "    " * depth, statement.origins
        scalars = [v for v in statement.values if v.rank == 0 and v.element.kind in KINDS][:MOST_VALUES]
        kinds = sum(KINDS[v.element.kind] << 2 * k for k, v in enumerate(scalars))
        yield f"{pad}if not {self.text(statement.ok, NOT)}:\n", origins
        yield f"{pad}    if cuda.atomic.min(status, (0, 0), {self.place}) > {self.place}:\n", origins
        inner = pad + "        "
        yield f"{inner}slot = 1 + cuda.atomic.add(status, (0, 1), 1)%64\n", origins
        for k, what in enumerate((self.place, statement.site, kinds)):
            yield f"{inner}status[slot, {k}] = {what}\n", origins
        for k, value in enumerate(scalars):
            text = self.text(value)
            text = f"1 if {self.text(value, IF + 1)} else 0" if value.element.kind == "bool" else text
            cell = f"numbers[slot, {k}]" if value.element.kind == "real" else f"status[slot, {k + 3}]"
            yield f"{inner}{cell} = {text}\n", origins
        if self.leave == "break":
            yield f"{pad}    works = False\n", origins
        yield f"{pad}    {self.leave}\n", origins

    def region(self, body: Body, extra: Sequence[Expr] = ()) -> Region:
        """Names the arrays that are expressions, and finds what a launch has to pass."""
        arrays: dict[Expr, str] = {}

        def named(value: Expr) -> Expr | None:
            if value.rank and value.op != "name":
                arrays.setdefault(value, f"array_{len(arrays) + 1}")
                self.names[arrays[value]] = arrays[value]
                return imp.var(arrays[value], value.element, value.rank)
            return None

        whole = tuple(imp.Check(e, 0) for e in extra) + body
        whole = tuple(map_statement(s, named, {}) for s in whole)
        bound = bound_in(whole) | set(arrays.values())
        scalars = scalar_reads(whole)
        kept = self.kept(body)
        names: dict[str, str] = {}
        for s in imp.statements(whole):
            for value in imp.expressions(s):
                for n in reversed(list(names_in(value))):
                    if n not in bound or (n in kept and n in self.defined):
                        names.setdefault(n, self.name(n))
        for value, name in arrays.items():
            names[name] = self.text(value)
        unset = tuple((n, e) for n, e in scalars.items() if n in kept and n not in self.defined)
        return Region(whole[len(extra):], tuple(names), tuple(names.values()), unset)

    def status_names(self, body: Body) -> list[str]:
        """Further parameters of a kernel with checks."""
        if not has(body, imp.Check):
            return []
        self.fails = self.stops = True
        self.used |= {"new_status", "stop_if_failed"}
        return ["status", "numbers"]

    def kernel(self, name: str, parameters: Iterable[str], lines: Iterable[Piece], origins: Origin) -> None:
        """Adds a kernel to the text."""
        self.kernels.append((f"\n\n@cuda.jit\ndef {name}({', '.join(parameters)}):\n", origins))
        self.kernels.extend(lines)

    def inside(self, body: Body, depth: int, leave: str = "return", place: str = "place") -> list[Piece]:
        """The text of statements in a kernel."""
        self.device, self.numpy_scalars, self.leave, self.place = True, False, leave, place
        try:
            return list(self.body(body, depth)) if body else [("    " * depth + "pass\n", ())]
        finally:
            self.device, self.numpy_scalars = False, True

    def in_kernel(self, value: Expr) -> str:
        self.device, self.numpy_scalars = True, False
        try:
            return self.index(value, TIMES)
        finally:
            self.device, self.numpy_scalars = False, True

    def count(self, loop: imp.Loop) -> str:
        """How many rounds a loop has, on the host."""
        if imp.constant(loop.start) == 0 and imp.constant(loop.step) == 1:
            return self.index(loop.stop, TIMES) if self.is_count(loop.stop) else f"max(0, {self.index(loop.stop)})"
        return f"len(range({self.range(loop)}))"

    def unpacked(self, loops: list[imp.Loop], pad: str) -> str:
        """The lines that find the loops' indices from `place`."""
        lines = []
        for k, loop in enumerate(loops):
            below = [f"count_{j}" for j in range(k + 1, len(loops))]
            text = "place" if not below else f"place//{below[0]}" if len(below) == 1 else f"place//({'*'.join(below)})"
            text += f"%count_{k}" if k else ""
            step, start = imp.constant(loop.step), imp.constant(loop.start)
            if step != 1:
                text = f"({text})*{self.in_kernel(loop.step)}"
            if start != 0:
                text = f"{self.in_kernel(loop.start)} + {text}"
            lines.append(f"{pad}{self.name(loop.var)} = {text}\n")
        return "".join(lines)

    def grid_kernel(self, statement: imp.Loop, depth: int) -> Iterator[Piece]:
        """One thread for each place of the leading parallel loops."""
        loops, body = chain(statement, ("parallel",))
        region = self.region(body, [e for loop in loops for e in (loop.start, loop.step)])
        own = {loop.var for loop in loops}
        arguments = [a for n, a in zip(region.names, region.arguments, strict=True) if n not in own]
        parameters = [self.name(n) for n in region.names if n not in own]
        status = self.status_names(body)
        counts = [self.count(loop) for loop in loops]
        self.number += 1
        name, pad, origins = f"nest_{self.number}", "    " * depth, statement.origins
        plain = len(loops) == 1 and imp.constant(loops[0].start) == 0 and imp.constant(loops[0].step) == 1
        place = self.name(loops[0].var) if plain else "place"
        sizes = [f"count_{k}" for k in range(len(loops))]
        head = f"    {place} = cuda.grid(1)\n    if {place} >= {'*'.join(sizes)}:\n        return\n"
        head += "" if plain else self.unpacked(loops, "    ")
        inner = self.inside(region.body, 1, "return", place)
        self.kernel(name, [*parameters, *status, *sizes], [(head, origins), *inner], origins)
        self.used.add("launch")
        total = "*".join(counts)
        yield f"{pad}launch({', '.join([name, total, *arguments, *status, *counts])})\n", origins
        yield from self.tested(status, pad, origins)

    def tested(self, status: list[str], pad: str, origins: Origin) -> Iterator[Piece]:
        if status:
            yield f"{pad}stop_if_failed(status, numbers)\n", origins

    def serial_kernel(self, body: Body, depth: int) -> Iterator[Piece]:
        """One thread. Scalars that live on come back in small arrays."""
        region = self.region(body)
        status, kept = self.status_names(body), sorted(self.kept(body))
        elements = {s.name: s.value.element for s in imp.statements(body) if isinstance(s, imp.Let)}
        self.number += 1
        name, pad = f"serial_{self.number}", "    " * depth
        origins = tuple(dict.fromkeys(o for s in body for o in s.origins))
        lines: list[Piece] = [(f"    {self.name(n)} = {self.zero(e)}\n", ()) for n, e in region.unset]
        lines += [(f"    {self.name(n)} = {self.zero(elements[n])}\n", ()) for n in kept
                  if n not in self.defined and n not in dict(region.unset)]
        lines += self.inside(region.body, 1, "return", "0")
        cells = {"real": [n for n in kept if elements[n].kind == "real"],
                 "whole": [n for n in kept if elements[n].kind != "real"]}
        parameters = [self.name(n) for n in region.names]
        arguments = list(region.arguments)
        for kind, names in cells.items():
            lines += [(f"    {kind}_cells[{k}] = {self.name(n)}\n", origins) for k, n in enumerate(names)]
            parameters += [f"{kind}_cells"] if names else []
            arguments += [f"{kind}_cells"] if names else []
        self.kernel(name, [*parameters, *status], lines, origins)
        for kind, names in cells.items():
            if names:
                yield f"{pad}{kind}_cells = xp.empty({len(names)}{', np.int64' if kind == 'whole' else ''})\n", origins
        yield f"{pad}{name}[1, 1]({', '.join([*arguments, *status])})\n", origins
        yield from self.tested(status, pad, origins)
        for kind, names in cells.items():
            if names:
                self.used.add("host")
                yield f"{pad}{kind}_cells = host({kind}_cells)\n", origins
            for k, n in enumerate(names):
                yield f"{pad}{self.name(n)} = {self.from_cell(n, elements[n], f'{kind}_cells[{k}]')}\n", origins
        self.defined |= set(kept)

    def zero(self, element: Element) -> str:
        return self.literal_number({"bool": False, "int": 0}.get(element.kind, 0.0), element).text

    def from_cell(self, name: str, element: Element, text: str) -> str:
        """A scalar of the host from what a kernel left."""
        return f"int({text})" if name in self.sizes else f"np.{element.numpy}{self.mark(element)}({text})"

    # -- sums

    def sum_kernel(self, statement: imp.Loop, depth: int) -> Iterator[Piece]:
        """Partial states, a tree inside each block, and a second kernel for the partial states."""
        states = states_of(statement, self.later((statement,)))
        assert states is not None
        loops, body = chain(statement, ("parallel", "serial"))
        region = self.region(body, [e for loop in loops for e in (loop.start, loop.step)])
        own = {loop.var for loop in loops} | {n for s in states for n in (s.name, s.place)}
        passed = [(n, a) for n, a in zip(region.names, region.arguments, strict=True) if n not in own]
        status = self.status_names(body)
        counts = [self.count(loop) for loop in loops]
        sizes = [f"count_{k}" for k in range(1, len(loops))]
        self.number += 1
        name, join, pad, origins = f"sum_{self.number}", f"join_{self.number}", "    " * depth, statement.origins
        fields = self.fields(states)
        parts = [f"part_{k + 1}" for k in range(len(fields))]
        inner: list[Piece] = [("    works = True\n", ())] if status else []
        inner += [(f"    last = PART*(cuda.blockIdx.x + 1)\n    for place in range(last - PART + {self.lane()}, "
                   "last if last < count else count, cuda.blockDim.x):\n", origins),
                  (self.unpacked(loops, "        "), origins), *self.inside(region.body, 2, "break")]
        arguments = [self.name(n) for n, _ in passed] + status + sizes
        self.reduction(name, ["count", *parts, *arguments], states, parts, "cuda.blockIdx.x", inner, origins)
        wholes = [f"whole_{k + 1}" for k in range(len(fields))]
        inner = [(f"    for place in range({self.lane()}, count, cuda.blockDim.x):\n", origins),
                 *((line, origins) for line in self.joined(states, [f"{p}[place]" for p in parts], "        "))]
        self.reduction(join, ["count", *parts, *wholes], states, wholes, "0", inner, origins)
        self.used |= {"reduced"}
        kinds = ", ".join(f"np.{'int64' if e.kind == 'bool' else e.numpy}" for _, e, _ in fields)
        kinds = f"({kinds}{',' if len(fields) == 1 else ''})"
        call = ", ".join([name, join, "*".join(counts), kinds, *(a for _, a in passed), *status, *counts[1:]])
        targets = ", ".join(parts) + ("," if len(parts) == 1 else "")
        yield f"{pad}{targets} = reduced({call})\n", origins
        yield from self.tested(status, pad, origins)
        yield from self.taken(states, parts, pad, origins)

    def lane(self) -> str:
        return "cuda.threadIdx.x"

    def fields(self, states: tuple[State, ...]) -> list[tuple[str, Element, str]]:
        """The scalars of the states: name, element, and the op whose identity they start with."""
        found = []
        for s in states:
            found.append((s.name, s.element, s.op))
            if s.place:
                found.append((s.place, INT, "place"))
        return found

    def reduction(self, name: str, parameters: list[str], states: tuple[State, ...], out: list[str], at: str,
                  inner: list[Piece], origins: Origin) -> None:
        """A kernel whose blocks each leave one state."""
        fields = self.fields(states)
        head, shared = [], [f"shared_{k + 1}" for k in range(len(fields))]
        for (field, element, op), array in zip(fields, shared, strict=True):
            kind = "int64" if element.kind == "bool" else element.numpy
            head.append(f'    {array} = cuda.shared.array(256, "{kind}")\n')
            head.append(f"    {self.name(field)} = {self.identity(op, element)}\n")
        head.append("    thread = cuda.threadIdx.x\n")
        store = [f"    {a}[thread] = {self.name(f)}\n" for (f, _, _), a in zip(fields, shared, strict=True)]
        tree = ["    cuda.syncthreads()\n    half = cuda.blockDim.x//2\n"]
        tree += ["    while half > 0:\n        if thread < half:\n"]
        tree += self.joined(states, [f"{a}[thread + half]" for a in shared], "            ")
        tree += [f"            {a}[thread] = {self.name(f)}\n" for (f, _, _), a in zip(fields, shared, strict=True)]
        tree += ["        cuda.syncthreads()\n        half = half//2\n    if thread == 0:\n"]
        tree += [f"        {o}[{at}] = {self.name(f)}\n" for (f, _, _), o in zip(fields, out, strict=True)]
        self.kernel(name, parameters, [("".join(head), origins), *inner, ("".join(store + tree), origins)], origins)

    def identity(self, op: str, element: Element) -> str:
        if op == "place":
            return "-1"
        return self.literal_number(IDENTITY[op][{"int": 0, "real": 1, "bool": 2}[element.kind]], element).text

    def joined(self, states: tuple[State, ...], others: list[str], pad: str) -> list[str]:
        """The lines of a kernel that join other states to its own."""
        lines, rest = [], iter(others)
        for s in states:
            mine, other = self.name(s.name), next(rest)
            if s.place:
                place, better = next(rest), {"lt": "less_first", "gt": "greater_first"}[s.op]
                self.used.add(better)
                at = self.name(s.place)
                lines.append(f"{pad}if {better}({mine}, {at}, {other}, {place}):\n")
                lines.append(f"{pad}    {mine} = {other}\n{pad}    {at} = {place}\n")
                continue
            other = f"({other} != 0)" if s.element.kind == "bool" else other
            lines.append(f"{pad}{mine} = {self.row(s.op, s.element, (Code(mine), Code(other))).text}\n")
        return lines

    def taken(self, states: tuple[State, ...], parts: list[str], pad: str, origins: Origin) -> Iterator[Piece]:
        """The host's own states, joined with what the kernels found."""
        rest = iter(parts)
        for s in states:
            mine, other = self.name(s.name), next(rest)
            if s.place:
                at, place, sign = self.name(s.place), next(rest), "<" if s.op == "lt" else ">"
                better = f"{at} < 0 or {other} {sign} {mine} or ({other} != {other} and {mine} == {mine})"
                yield f"{pad}if {place} >= 0 and ({better}):\n{pad}    {mine}, {at} = {other}, {place}\n", origins
            elif s.op in ("and", "or"):
                yield f"{pad}{mine} = np.bool_({mine} {s.op} {other})\n", origins
            elif s.op in ("minimum", "maximum"):
                yield f"{pad}{mine} = np.{s.op}({mine}, {other})\n", origins
            else:
                yield f"{pad}{mine} = {mine} {'+' if s.op == 'add' else '*'} {other}\n", origins

    # -- the module

    def imports(self) -> set[str]:
        return {"import numpy as np", "import cupy as xp", "from numba import cuda"}

    def preamble(self) -> str:
        for name in tuple(self.used):
            self.used |= set(NEEDS.get(name, ()))
        self.used -= {"abs"}
        return super().preamble()

    def parameter_lines(self) -> Iterator[Piece]:
        """Scalars become NumPy's; arrays move to the device."""
        yield from super().parameter_lines()
        for p in self.program.parameters:
            if p.rank:
                yield f"    {self.name(p.name)} = xp.asarray({self.name(p.name)})\n", ()

    def module(self) -> Text:
        body = list(self.body(self.program.body, 1)) if self.program.body else []
        last = f"    return {self.outputs()}\n"
        pieces = [*self.header(), *self.parameter_lines()]
        pieces += [("    watch = watch or Watch()\n", ())] if self.methods else []
        pieces += [("    status, numbers = new_status()\n", ())] if self.fails else []
        start = self.docstring() + self.preamble()
        return assemble([(start, ()), *self.kernels, ("\n\n", ()), *pieces, *body, (last, ())], self.source)


def emit(program: Program, source: Source | None = None) -> Text:
    """The text of target `cuda`."""
    return Cuda(program, source).module()


__all__ = ["ANY", "Cuda", "emit"]
