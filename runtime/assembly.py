"""`explain --stage asm`: the machine code of a program's innermost loops, and which of them became vector code.

Numba compiles the text once more with its line table, which changes no instruction, and nothing is run: a Watch that
ends before the first call gives the types of the native function's arguments. The machine code's loops are jumps
backwards without another one inside; the line table says which loop of the text each belongs to.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gdc.runtime.values import DTYPES

MOST_LINES = 24  # of one loop's machine code
MOST_BODY = 6  # lines of the text
FEW_ROUNDS = re.compile(r"range\((blocks|quads)\d*[,)]")  # over blocks; over the rows that are left of a bundle
NATIVE = re.compile(r"native|nest_\d+")
WITHOUT = {
    "loops": "loops is run by Python's interpreter, one operation after the other: there is no machine code of it.",
    "numpy": "numpy calls functions that NumPy, SciPy and BLAS bring compiled: gdc makes no machine code for it. "
    "`--stage numpy` shows the calls.",
    "cuda": "cuda's kernels become machine code when they first run on a GPU. `--stage cuda` shows them.",
}


@dataclass(frozen=True, slots=True)
class Loop:
    """An innermost loop of machine code: the lines of the text that it came from, and its instructions."""

    lines: tuple[int, ...]
    code: tuple[str, ...]
    calls: tuple[str, ...]


def explain_code(plan: Any) -> str:
    """The report on the machine code of a plan's target."""
    if plan.target != "parallel":
        return WITHOUT[plan.target]
    from llvmlite import binding

    head = f"=== Machine code for parallel, as one core runs it: {binding.get_host_cpu_name()}"
    if "\ndef native(" not in plan.text:
        return f"{head}\n\nnothing of this program is native: no line of it has work to do"
    shown = list(reports(plan, innermost(machine_code(plan))))
    return "\n\n".join([head, *(shown or ["no loop is left in it"])])


# --- compiling ---------------------------------------------------------------------------------


class Asked(Exception):
    """Ends a program before its native code is called."""


class Asking:
    """A Watch that only wants to know what the native function is called with."""

    def __init__(self) -> None:
        self.traces: dict[str, Any] = {}
        self.arguments: tuple[Any, ...] = ()

    def control(self) -> Any:
        import numpy as np

        return np.zeros(8)

    def call(self, function: Any, *arguments: Any) -> Any:
        self.arguments = arguments
        raise Asked


def machine_code(plan: Any) -> str:
    """The assembly of the native function, with the lines of the text."""
    import numba
    import numpy as np

    from gdc.runtime.load import load

    text = load(plan.text)
    asking = Asking()
    values = [np.zeros((1,) * len(i.dims), DTYPES[i.element]) for i in plan.inputs]
    try:
        text["program"](*(v if v.ndim else v[()] for v in values), watch=asking)
    except Asked:
        pass
    native = numba.njit(**{**text["OPTIONS"], "debug": True})(text["native"])
    native.compile(tuple(numba.typeof(a) for a in asking.arguments))
    (found,) = native.inspect_asm().values()
    return str(found)


# --- reading machine code ------------------------------------------------------------------------

LABEL = re.compile(r"^(\.L\w+):")
PLACE = re.compile(r"^\s+\.loc\s+(\d+)\s+(\d+)")
FUNCTION = re.compile(r"^[^\s.#][^\s]*:")
LOADED = re.compile(r"movabsq\s+\$([^,\s]+), (%\w+)")
COPIED = re.compile(r"movq\s+(-?\d*\(%\w+\)|%\w+), (-?\d*\(%\w+\)|%\w+)")
CALLED = re.compile(r"call\w*\s+\*?([^\s]+)")
VERSION = re.compile(r"elementary_(\w+)_f(?:32|64)(_x\d+)?")  # of a function of compiler/vecmath.py


def innermost(assembly: str) -> list[Loop]:
    """The innermost loops, in order."""
    found: list[Loop] = []
    for lines in functions(assembly):
        labels: dict[str, int] = {}
        jumps: list[tuple[int, int]] = []
        for k, line in enumerate(lines):
            label = LABEL.match(line)
            if label:
                labels[label[1]] = k
            elif line.startswith("\t") and not line.startswith("\t."):
                jumps += [(labels[word], k) for word in re.findall(r"\.LBB\w+", line) if word in labels]
        inner: list[tuple[int, int]] = []
        for start, end in sorted(jumps, key=lambda pair: pair[1] - pair[0]):
            if not any(start <= a and b <= end for a, b in inner):
                inner.append((start, end))
        found += [loop_of(lines, start, end) for start, end in sorted(inner)]
    return found


def functions(assembly: str) -> Iterator[list[str]]:
    """The lines of each function."""
    lines: list[str] = []
    for line in assembly.split("\n"):
        if FUNCTION.match(line):
            yield lines
            lines = []
        lines.append(line)
    yield lines


def loop_of(lines: Sequence[str], start: int, end: int) -> Loop:
    """The instructions between two places, the lines of the text they belong to, and the functions called."""
    symbols: dict[str, str] = {}  # what registers and places on the stack hold
    for line in lines[:start]:
        follow(line, symbols)
    before = next((m[2] for line in reversed(lines[:start]) if (m := PLACE.match(line))), "0")
    places, code, calls = [], [], []
    here = int(before)
    for line in lines[start : end + 1]:
        place = PLACE.match(line)
        if place:
            here = int(place[2])
        elif line.startswith("\t") and not line.startswith("\t."):
            places.append(here)
            code.append(" ".join(line.split("#")[0].split()))
            follow(line, symbols)
            called = CALLED.match(line.strip())
            if called:
                calls.append(symbols.get(called[1], called[1]))
        elif LABEL.match(line) and line.startswith(".LBB"):
            code.append(line.strip())
    return Loop(tuple(p for p in places if p), tuple(code), tuple(dict.fromkeys(calls)))


def follow(line: str, symbols: dict[str, str]) -> None:
    """Notes which symbol's address an instruction puts where."""
    if m := LOADED.search(line):
        symbols[m[2]] = m[1]
    elif (m := COPIED.search(line)) and m[1] in symbols:
        symbols[m[2]] = symbols[m[1]]


ARITHMETIC = r"v?(?:add|sub|mul|div|sqrt|min|max|cmp\w*|and|or|andn|xor|round\w*|rndscale|fn?m(?:add|sub)\d+|cvt\w*)"
PACKED = re.compile(rf"^(?!v?xor){ARITHMETIC}p([sd]) .*%([xyz])mm")
SINGLE = re.compile(rf"^(?:{ARITHMETIC}s[sd]|v?ucomis[sd]) ")
WHOLE = re.compile(r"^v?p(?:add|sub|mull|min[su]|max[su]|and|or|cmp\w+?)([bwdq]) .*%([xyz])mm")
MOVED = re.compile(r"^v?mov[au]p[sd] .*%([yz])mm")
BITS = {"x": 128, "y": 256, "z": 512}
WIDTHS = {"s": 32, "b": 8, "w": 16, "q": 64}


def lanes(code: Sequence[str]) -> tuple[int, int]:
    """How many entries most of the arithmetic works on at once, and its bits; (1, 0) where it is one."""
    found: Counter[tuple[int, int]] = Counter()
    moved: Counter[tuple[int, int]] = Counter()
    for line in code:
        if m := PACKED.match(line):
            found[BITS[m[2]] // (32 if m[1] == "s" else 64), BITS[m[2]]] += 1
        elif m := WHOLE.match(line):
            found[BITS[m[2]] // (32 if m[1] == "d" else WIDTHS[m[1]]), BITS[m[2]]] += 1
        elif SINGLE.match(line):
            found[1, 0] += 1
        elif m := MOVED.match(line):
            moved[BITS[m[1]] // 64, BITS[m[1]]] += 1
    best = (found or moved).most_common(1)
    return best[0][0] if best else (1, 0)


# --- telling -------------------------------------------------------------------------------------


def reports(plan: Any, loops: Sequence[Loop]) -> Iterator[str]:
    """For each innermost loop of the text what became of it."""
    text = plan.text.split("\n")
    native = [n for n in ast.parse(plan.text).body if isinstance(n, ast.FunctionDef) and NATIVE.fullmatch(n.name)]
    for loop in innermost_fors(native, text):
        own = [c for c in loops if c.lines and loop.lineno <= most_common(c.lines) <= (loop.end_lineno or 0)]
        yield "\n".join([*where(plan, loop), *source_lines(loop, text), *verdict(loop, own)])


def most_common(lines: Sequence[int]) -> int:
    return Counter(lines).most_common(1)[0][0]


def innermost_fors(native: Sequence[ast.FunctionDef], text: Sequence[str]) -> Iterator[ast.For]:
    """The loops without a loop inside, but for those of a few rounds: over blocks, and over rows that are left over."""
    todo: list[ast.AST] = list(native)
    while todo:
        node = todo.pop(0)
        inside = [n for n in ast.walk(node) if isinstance(n, ast.For) and n is not node]
        if isinstance(node, ast.For):
            header = text[node.lineno - 1]
            if FEW_ROUNDS.search(header):
                continue
            if not inside:
                yield node
                continue
        todo[:0] = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.stmt)]


def where(plan: Any, loop: ast.For) -> Iterator[str]:
    """The formulas of the script that a loop belongs to."""
    spans = {span for spans in plan.lines[loop.lineno - 1 : loop.end_lineno] for span in spans}
    lines = sorted({plan.source.count("\n", 0, start) + 1 for start, _ in spans})
    source = plan.source.split("\n")
    yield from (f"line {k}  {source[k - 1].strip()}" for k in lines)


def source_lines(loop: ast.For, text: Sequence[str]) -> Iterator[str]:
    """The loop as the text has it."""
    lines = text[loop.lineno - 1 : loop.end_lineno]
    indent = len(lines[0]) - len(lines[0].lstrip())
    yield from (f"    {line[indent:]}" for line in lines[:MOST_BODY])
    if len(lines) > MOST_BODY:
        yield f"        … and {len(lines) - MOST_BODY} more lines"


def verdict(loop: ast.For, own: Sequence[Loop]) -> Iterator[str]:
    """How wide, why not, and the instructions."""
    if not own:
        yield "  no loop of its own is left: unrolled, one with another loop, or a fill or a copy of memory"
        return
    widest = max(own, key=lambda c: lanes(c.code)[1])
    entries, bits = lanes(widest.code)
    if bits:
        single = [plain(c) for c in widest.calls if not versions(c)]
        several = [plain(c) for c in widest.calls if versions(c)]
        called = f"; {' and '.join(several)} by calls, as many at a time" if several else ""
        called += f", but {' and '.join(single)} is called for each of them" if single else ""
        yield f"  vector code: {entries} entries at a time ({bits} bits){called}"
    else:
        yield f"  one entry at a time: {obstacle(loop, widest)}"
    yield ""
    yield from (f"      {line}" if line.endswith(":") else f"        {line}" for line in widest.code[:MOST_LINES])
    if len(widest.code) > MOST_LINES:
        yield f"        … and {len(widest.code) - MOST_LINES} more"


DIVISION = re.compile(r"i?div[bwlq] |imulq [^,]*$")  # a product of full width: division by a constant


def versions(symbol: str) -> bool:
    """Whether a function takes several numbers at a time."""
    return bool((m := VERSION.fullmatch(symbol)) and m[2])


def plain(symbol: str) -> str:
    """A function's name: in C as it stands, of Numba's mangled ones the last part."""
    if own := VERSION.fullmatch(symbol):
        return own[1]
    part, rest = symbol, symbol.removeprefix("_ZN")
    while rest != symbol and (length := re.match(r"\d+", rest)):
        end = length.end() + int(length[0])
        part, rest = rest[length.end() : end], rest[end:]
    return part


def obstacle(loop: ast.For, code: Loop) -> str:
    """Why a loop is no vector code, as far as can be told."""
    if code.calls:
        return f"it calls {' and '.join(map(plain, code.calls))}, which takes one number"
    chained = carried(loop)
    if chained:
        return f"each round needs {chained} of the round before"
    if any(DIVISION.match(line) for line in code.code):
        return "the machine divides ints one by one"
    if sum(line.startswith("j") for line in code.code) > 1:
        return "it branches"
    return "the compiler does not say why"


def carried(loop: ast.For) -> str | None:
    """A variable or array whose next value is computed from the last, where the order of that counts."""
    stored = {n.id for s in loop.body for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    seen: set[str] = set()
    for statement in straight(loop.body):
        reads = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            reads.add(statement.target.id)
        early = sorted(reads & stored - seen)
        if early and "plus(" not in ast.unparse(statement):  # whose order is free
            return early[0]
        for target in targets(statement):
            if isinstance(target, ast.Subscript) and elsewhere(loop, target):
                return ast.unparse(target.value)
            seen |= {n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return None


def straight(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """Statements one after the other, those of branches too; of a branch first its condition."""
    for statement in body:
        if isinstance(statement, ast.If):
            yield statement.test
            yield from straight([*statement.body, *statement.orelse])
        else:
            yield statement


def targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return [part for t in node.targets for part in (t.elts if isinstance(t, ast.Tuple) else [t])]
    return [node.target] if isinstance(node, ast.AugAssign) else []


def elsewhere(loop: ast.For, written: ast.Subscript) -> bool:
    """Whether a loop reads the array that it writes at another place."""
    place = ast.unparse(written.slice)
    return any(
        isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Load)
        and ast.unparse(n.value) == ast.unparse(written.value) and ast.unparse(n.slice) != place
        for n in ast.walk(loop)
    )
