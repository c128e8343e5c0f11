"""The functions that a CUDA text defines: device functions that kernels call, and host functions that launch and look.

`BINDINGS` holds the text of each by its bare name, as the op table's templates and the emitter use it. A line
`# import …` inside a text is an import that it needs at the top of the module; `NEEDS` names the helpers that it calls.
"""

from __future__ import annotations

from gdc.compiler import complex_functions, random_numbers, special_functions
from gdc.compiler.emit import PART
from gdc.compiler.library import LIBRARY

ROWS = 4096             # places in one partial state
TILE = 4096             # entries of the rows that a block of a walk passes over before the next ones


def _helper(text: str) -> str:
    return '@cuda.jit(device=True, inline="always")\n' + text.strip("\n")


BINDINGS = {
    "directions": LIBRARY["directions"], "packed_eig": LIBRARY["packed_eig"],
    "special": "from scipy import special", "part": PART, "math": "import math",
    **{name: _helper(text) for name, text in (
        random_numbers.SCALAR | special_functions.NATIVE | complex_functions.TEXTS).items()},
    **random_numbers.WHOLE, **special_functions.WHOLE,
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
    "at": "\nat = np.uint64\n",
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
    "PART": f"\nPART = {ROWS}\n",
    "reduced": '''
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
    "walk": f'''
TILE = {TILE}


def walk(kernel, count, width, matrix, states, *arguments):
    """Runs a kernel on blocks of rows, in tiles that stay in a cache; the partial states of each block. Sizes alone say
    how rows are shared out. Rows that lie side by side in memory are read by neighbouring threads, else entries are."""
    largest = max([width, *(size for shape, _ in states for size in shape)])
    threads = 512 if largest > 1024 else 32 if count*width <= 1024 and largest <= 128 else 256
    rows = 1
    while rows < min(threads, 256) and 2*rows*width <= TILE:
        rows *= 2
    share = max(rows, min(64, -(-count//512)), -(-count//2048))
    share = -(-share//rows)*rows
    blocks = max(1, -(-count//share))
    parts = [xp.empty((blocks, *shape), kind) for shape, kind in states]
    beside = matrix is not None and matrix.strides[0] < matrix.strides[-1]
    steps = (1, rows) if beside else (threads//rows, 1)
    kernel[blocks, threads](count, share, rows, *steps, *parts, *arguments)
    return parts
''',
    "join_totals": '''
def join_totals(kernel, count, parts, *arguments):
    """Adds what blocks have added up to the program's arrays, with a thread for each place and some of the blocks."""
    blocks, wide = len(parts[0]), 32
    while wide > 1 and wide//2 >= count:
        wide //= 2
    if count > 0:
        kernel[-(-count//wide), 32 if blocks <= 8 else 256](count, wide, blocks, *parts, *arguments)
''',
    "join_states": '''
def join_states(join, *parts):
    """One state of those of many blocks, on the host."""
    wholes = [xp.empty(1, part.dtype) for part in parts]
    join[1, 256](len(parts[0]), *parts, *wholes)
    return [host(whole)[0] for whole in wholes]
''',
    "summed": '''
def summed(kernel, join, count, wholes, *arguments):
    """Partial states over PART places each, joined to what stays on the device."""
    many = max(1, -(-count//PART))
    parts = [xp.empty(many, whole.dtype) for whole in wholes]
    kernel[many, 32 if count <= 1024 else 256](count, *parts, *arguments)
    join[1, 256](many, *parts, *wholes)
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
# CuPy has no general eigenvalues: the CPU finds them.
CALLS = {"eig": "xp.asarray(packed_eig(host({0})))"}
NEEDS: dict[str, tuple[str, ...]] = {
    "packed_eig": ("directions", "host"), "reduced": ("host", "PART"), "summed": ("PART",), "join_states": ("host",),
    "stop_if_failed": ("host",), "factored": ("host",),
    **random_numbers.NEEDS, **special_functions.NATIVE_NEEDS, **complex_functions.NEEDS}

# Names that a text uses for itself: a variable of the program that has one of them gets another.
OWN_NAMES = frozenset("""cuda xp contextlib place thread half last count status numbers slot works real_cells
    whole_cells complex_cells NEVER PART SLOTS TILE share rows row row_ row_step lanes lane lane_step tile here
    first_row last_row wide blocks block""".split()) | frozenset(BINDINGS)
OWN_NUMBERED = (r"(nest|sum|join|serial|walk|array|count|shared|part|whole|cell|total|places|wide|column|groups?)"
                r"_\d+(_\d+)?|.*_cell")
