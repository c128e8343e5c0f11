"""The text of a walk's kernel: a block of rows in tiles, a barrier after each phase, partial totals at the end.

`docs/cuda-walks.md` says how rows and threads are shared out, `phases.py` what the phases are. In the text

    tile, here      the tile's first row, and how many rows it has
    row, lane       a thread's row of the tile, and which of the row's threads it is
    cell_1, …       what one phase gives to a later one, an entry for each row of the tile
    column_1, …     the first place of a thread in the first phase of columns, `wide_1` before its next
    total_1_0, …    what a thread adds up at that place of an array, and at three more

Loops are written with `while`, which NVIDIA's compiler unrolls far better than what Numba makes of `range`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gdc.compiler import imp
from gdc.compiler.cuda.phases import COLUMNS, LANES, ROWS, Phase, cells_of, is_neutral
from gdc.compiler.cuda.states import State
from gdc.compiler.cuda.sums import Sums
from gdc.compiler.emit import Piece
from gdc.compiler.imp import Body, Expr, Origin
from gdc.compiler.imp_tools import name_of
from gdc.compiler.totals import Totals
from gdc.compiler.types import INT, Element

MOST_THREADS = 512          # of a block
MOST_ROWS = 256             # of a tile
PLACES = 4                  # of an array that is added up, for each thread
BARRIER = "cuda.syncthreads()"
KINDS = {"bool": "int64"}   # what shared memory holds of an element


@dataclass(frozen=True, slots=True)
class Total:
    """Entries of an array that a phase of columns adds to; each block leaves its own in `part_…`."""

    store: imp.Store
    number: int
    box: int

    @property
    def element(self) -> Element:
        return self.store.array.element

    def at(self, place: int) -> State:
        """What a thread adds up at one of its places."""
        return State(f"total·{self.number}·{place}", self.element, self.store.combine)


class WalkText:
    """One walk's kernel. `states` are scalars that all rows step, `totals` the arrays that they add to."""

    def __init__(self, printer: Sums, nest: imp.Loop, phases: tuple[Phase, ...], found: Totals) -> None:
        self.printer, self.nest, self.phases = printer, nest, phases
        self.states = tuple(State(name, element, op) for name, (op, element) in found.scalars.items())
        self.boxes = [phase for phase in phases if phase.kind == COLUMNS]
        stores = [(box, store) for box, phase in enumerate(self.boxes) for store in phase.stores
                  if name_of(store.array) in found.arrays]
        self.totals = [Total(store, k + 1, box + 1) for k, (box, store) in enumerate(stores)]
        for total in self.totals:
            for place in range(PLACES):
                printer.names[total.at(place).name] = f"total_{total.number}_{place}"
        self.lines: list[Piece] = []
        self.shared: dict[tuple[str, int], str] = {}
        held = cells_of(phases, found, nest)
        arrays = {key: f"cell_{k + 1}" for k, key in enumerate(sorted(set(held.values())))}
        self.arrays = {array: kind for (kind, _), array in arrays.items()}
        self.cells = {name: arrays[key] for name, key in held.items()}
        self.truths = {s.name for s in imp.statements(nest.body) if isinstance(s, imp.Let)
                       and s.value.element.kind == "bool"}

    # -- lines

    def add(self, depth: int, text: str, origins: Origin = ()) -> None:
        """Lines, each as deep as is said."""
        self.lines += [("    "*depth + line + "\n", origins) for line in text.split("\n")]

    def inside(self, body: Body, depth: int) -> None:
        """Statements of the program."""
        with self.printer.bare_places():
            self.lines += self.printer.inside(body, depth)

    def name(self, name: str) -> str:
        return self.printer.name(name)

    def buffers(self, states: tuple[State, ...]) -> list[str]:
        """Shared arrays for the scalars of states, an entry a thread; phases use the same ones in turn."""
        found: list[str] = []
        for _, element, _ in self.printer.fields(states):
            kind = KINDS.get(element.kind, element.numpy)
            nth = sum(name in found for (other, _), name in self.shared.items() if other == kind)
            found.append(self.shared.setdefault((kind, nth), f"shared_{len(self.shared) + 1}"))
        return found

    # -- the kernel

    def text(self) -> list[Piece]:
        """The kernel's lines, its head and its shared arrays first."""
        origins = self.nest.origins
        self.add(1, "for tile in range(first_row, last_row, rows):\n"
                    "    here = rows if tile + rows <= last_row else last_row - tile")
        print_ = {ROWS: self.rows, LANES: self.lanes, COLUMNS: self.columns}
        for k, phase in enumerate(self.phases):
            print_[phase.kind](phase, self.kept_of(phase, self.phases[:k]))
            later = self.phases[k + 1 :] or (self.cells or self.shared)
            if later:
                self.add(2, BARRIER)
        self.ends()
        body, self.lines = self.lines, []
        self.head()
        return [(text, mine or origins) for text, mine in (*self.lines, *body)]

    def head(self) -> None:
        """Who a thread is, and what it starts with."""
        for (kind, _), array in self.shared.items():
            self.add(1, f'{array} = cuda.shared.array({MOST_THREADS}, "{kind}")')
        for array, kind in self.arrays.items():
            self.add(1, f'{array} = cuda.shared.array({MOST_ROWS}, "{kind}")')
        self.add(1, "thread = cuda.threadIdx.x")
        if any(phase.kind == LANES for phase in self.phases):
            self.add(1, "lanes = cuda.blockDim.x//rows\nrow = thread//row_step%rows\nlane = thread//lane_step%lanes")
        self.add(1, "first_row = share*cuda.blockIdx.x\n"
                    "last_row = first_row + share if first_row + share < count else count")
        for k in range(1, len(self.boxes) + 1):
            self.add(1, f"wide_{k} = cuda.blockDim.x\nwhile wide_{k} > 1 and wide_{k}//2 >= places_{k}:\n"
                        f"    wide_{k} = wide_{k}//2\ncolumn_{k} = thread%wide_{k}\n"
                        f"group_{k} = thread//wide_{k}\ngroups_{k} = cuda.blockDim.x//wide_{k}")
        places = [total.at(place) for total in self.totals for place in range(PLACES)]
        for state in (*self.states, *places):
            self.add(1, f"{self.name(state.name)} = {self.printer.identity(state.op, state.element)}")

    def kept_of(self, phase: Phase, earlier: tuple[Phase, ...]) -> list[str]:
        """The scalars that a phase takes over from earlier ones; the states of a loop are joined with theirs later."""
        known = {name for one in earlier for name in one.sets} & self.cells.keys()
        return sorted((phase.needs - (phase.sets if phase.kind == LANES else set())) & known)

    def loaded(self, names: list[str], at: str, depth: int) -> None:
        """What earlier phases have left for a row."""
        for name in names:
            self.add(depth, f"{self.name(name)} = {self.cells[name]}[{at}]{' != 0' if name in self.truths else ''}")

    def left(self, phase: Phase, at: str, depth: int) -> None:
        """What later phases want of a row."""
        for name in sorted(phase.sets & self.cells.keys()):
            self.add(depth, f"{self.cells[name]}[{at}] = {self.name(name)}")

    def rows(self, phase: Phase, kept: list[str]) -> None:
        """A thread for each row."""
        self.add(2, f"if thread < here:\n    {self.name(self.nest.var)} = tile + thread")
        self.loaded(kept, "thread", 3)
        self.inside(phase.body, 3)
        self.left(phase, "thread", 3)

    def lanes(self, phase: Phase, kept: list[str]) -> None:
        """Several threads for each row, whose states are joined in a tree."""
        (loop,), states = phase.loops, phase.states
        for name, element, op in self.printer.fields(states):
            self.add(2, f"{self.name(name)} = {self.printer.identity(op, element)}")
        self.add(2, f"if row < here:\n    {self.name(self.nest.var)} = tile + row")
        self.loaded(kept, "row", 3)
        var, step = self.name(loop.var), imp.constant(loop.step)
        start = "" if imp.constant(loop.start) == 0 else f"{self.printer.in_kernel(loop.start)} + "
        times = "" if step == 1 else f"{step}*"
        self.add(3, f"{var} = {start}{times}lane\nwhile {var} < {self.printer.in_kernel(loop.stop)}:", phase.origins)
        self.inside(phase.body, 4)
        self.add(4, f"{var} = {var} + {times}lanes", phase.origins)
        if states:
            buffers = self.buffers(states)
            self.tree(states, buffers, "row*lanes + lane", "lanes//2", "1", "lane", 2)
            self.add(2, "if lane == 0 and row < here:")
            self.started(phase, 3)
            self.left(phase, "row", 3)

    def tree(self, states: tuple[State, ...], buffers: list[str], place: str, half: str, least: str, who: str,
             depth: int) -> None:
        """States of threads joined, that of thread `who` with that of `half` further on, until `half` is below
        `least`. Ends with a barrier."""
        names = [self.name(name) for name, _, _ in self.printer.fields(states)]
        stores = "\n".join(f"{a}[{place}] = {n}" for a, n in zip(buffers, names, strict=True))
        self.add(depth, f"{stores}\n{BARRIER}\nhalf = {half}\nwhile half >= {least}:\n    if {who} < half:")
        for line in self.printer.joined(states, [f"{a}[{place} + half]" for a in buffers], ""):
            self.add(depth + 2, line.rstrip("\n"))
        self.add(depth + 2, stores)
        self.add(depth + 1, f"{BARRIER}\nhalf = half//2")

    def started(self, phase: Phase, depth: int) -> None:
        """The states of a row joined with what they start with."""
        starts = {let.name: let for let in phase.starts}
        for state in phase.states:
            names = [name for name in (state.name, state.place) if name]
            if all(name in starts and is_neutral(state, starts[name]) for name in names):
                continue
            before = []
            for name in names:
                if name in starts:
                    before.append(self.printer.literal_number(starts[name].value.get("value"), state.element
                                                              if name == state.name else INT).text)
                else:
                    before.append(f"{self.cells[name]}[row]")
            for line in self.printer.joined((state,), before, ""):
                self.add(depth, line.rstrip("\n"))

    def columns(self, phase: Phase, kept: list[str]) -> None:
        """A thread for each place, which goes down the rows of the tile; four places a thread."""
        box = 1 + next(k for k, one in enumerate(self.boxes) if one is phase)
        for place in range(PLACES):
            self.add(2, f"place = column_{box}{_ahead(place, box)}\nif place < places_{box}:")
            counts = ["", *(f"places_{box}_{k}" for k in range(1, len(phase.loops)))]
            self.lines.append((self.printer.unpacked(list(phase.loops), "    "*3, counts), phase.origins))
            self.add(3, f"row_ = group_{box}\nwhile row_ < here:", phase.origins)
            self.add(4, f"{self.name(self.nest.var)} = tile + row_")
            self.loaded(kept, "row_", 4)
            self.inside(tuple(self.summed(s, box, place) for s in phase.body), 4)
            self.add(4, f"row_ = row_ + groups_{box}", phase.origins)

    def summed(self, statement: imp.Statement, box: int, place: int) -> imp.Statement:
        """The statement with what it adds to arrays of all rows added up in the thread."""
        if isinstance(statement, imp.Branch):
            then, orelse = (tuple(self.summed(s, box, place) for s in arm) for arm in imp.bodies(statement))
            return replace(statement, then=then, orelse=orelse)
        total = next((t for t in self.totals if t.box == box and t.store is statement), None)
        if total is None:
            return statement
        state = total.at(place)
        mine = imp.var(state.name, state.element)
        return imp.Let(state.name, Expr(state.op, (mine, total.store.value), state.element), total.store.origins)

    def ends(self) -> None:
        """What the threads of a block have added up, joined and left in memory."""
        for total in self.totals:
            k, box = total.number, total.box
            buffers = self.buffers((total.at(0),))
            for place in range(PLACES):
                self.add(1, f"if{_ahead(place, box)[2:] or ' 0'} < places_{box}:")
                self.tree((total.at(place),), buffers, "thread", "cuda.blockDim.x//2", f"wide_{box}", "thread", 2)
                at = f"thread{_ahead(place, box)}"
                self.add(2, f"if thread < wide_{box} and {at} < places_{box}:\n"
                            f"    part_{k}[cuda.blockIdx.x, {at}] = {self.name(total.at(place).name)}")
        for nth, state in enumerate(self.states):
            self.tree((state,), self.buffers((state,)), "thread", "cuda.blockDim.x//2", "1", "thread", 1)
            part = f"part_{len(self.totals) + nth + 1}"
            self.add(1, f"if thread == 0:\n    {part}[cuda.blockIdx.x] = {self.name(state.name)}")

    # -- what a launch needs

    @property
    def parts(self) -> list[str]:
        """The arrays of partial states: of totals, then of states."""
        return [f"part_{k + 1}" for k in range(len(self.totals) + len(self.states))]

    @property
    def places(self) -> Iterator[tuple[str, list[imp.Loop]]]:
        """The names of sizes that the kernel is given, with the loops that they count."""
        for k, phase in enumerate(self.boxes, start=1):
            yield f"places_{k}", list(phase.loops)
            for j in range(1, len(phase.loops)):
                yield f"places_{k}_{j}", [phase.loops[j]]


def _ahead(place: int, box: int) -> str:
    """How far a thread's place lies beyond its first."""
    return ("", f" + wide_{box}")[place] if place < 2 else f" + {place}*wide_{box}"
