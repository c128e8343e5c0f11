"""Loop fusion: neighbouring nests over the same range become one, and what only they pass on stays in a register.

    for i: t[i] = dot(X[i, :], w)               for i:
    for i: e[i] = t[i] + b - y[i]         ->        e = dot(X[i, :], w) + b - y[i]
    for i: for j: g[j] += X[i, j]*e[i]              for j: g[j] += X[i, j]*e

Two nests may be fused where every array that one of them writes and the other uses is used only at the round's own
place
`A[i, …]`, and neither reads what the other accumulates (Allen and Kennedy, Optimizing Compilers for Modern
Architectures, 6.2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from gdc.compiler import imp, imp_tools
from gdc.compiler.imp import Alloc, Body, Branch, Expr, Let, Loop, Statement, Store
from gdc.compiler.imp_tools import BARRIERS, depends, name_of, reads, renamed, writes
from gdc.compiler.record import Record, Step

RULE = "fuse"
SWITCHES = (RULE,)
Gains = Callable[[Loop, Loop, Loop], bool]


def run(program: imp.Program, record: Record, gains: Gains | None = None) -> imp.Program:
    """The program with its nests fused; `gains` says, of two nests and what they would become, whether a target wants
    that."""
    if not record.allows(RULE):
        return program
    fuser = Fuser(imp_tools.read_counts(program), imp_tools.alias_classes(program), record, gains)
    return replace(program, body=fuser.body(program.body))


class Fuser:
    def __init__(
        self, counts: Counter[str], root: Callable[[str], str], record: Record, gains: Gains | None = None
    ) -> None:
        self.counts, self.classes, self.record, self.gains = counts, root, record, gains
        self.fresh = 0
        self.new: set[str] = set()  # arrays made just now, of which no other name is the memory yet

    def root(self, name: str) -> str:
        """The same for arrays that may be the same memory. What a round makes anew is not what another has made."""
        return f"{name} (new)" if name in self.new else self.classes(name)

    def body(self, body: Body) -> Body:
        """A body whose neighbouring nests are fused, inner bodies first and again after their nests have met."""
        done: list[Statement] = []
        before = set(self.new)
        for statement in body:
            self.new -= shared(statement)
            statement = self.inside(statement)
            if isinstance(statement, Alloc):
                self.new.add(statement.name)
            if not (isinstance(statement, Loop) and self.meet(done, statement)):
                done.append(statement)
        found = contracted(tuple(done), self.counts, self.root)
        self.new &= before
        return found

    def inside(self, statement: Statement) -> Statement:
        if isinstance(statement, (Loop, imp.Forever)):
            return replace(statement, body=self.body(statement.body))
        if isinstance(statement, Branch):
            return replace(statement, then=self.body(statement.then), orelse=self.body(statement.orelse))
        return statement

    def meet(self, done: list[Statement], second: Loop) -> bool:
        """Fuses a loop into the last loop of `done`, past statements that can go before that loop."""
        if not simple(second):
            return False
        between: list[Statement] = []
        for place in range(len(done) - 1, -1, -1):
            first = done[place]
            if isinstance(first, Loop) and simple(first) and same_range(first, second):
                if not self.legal(first, second) or not self.wanted(first, second):
                    return False
                before, after = split(first, between, self.root)
                if any(depends(s, second, self.root) for s in after):
                    return False
                done[place:] = [*before, self.merged(first, second), *after]
                return True
            if isinstance(first, BARRIERS) or any(isinstance(s, BARRIERS) for s in imp.statements((first,))):
                return False
            between.insert(0, first)
        return False

    def legal(self, first: Loop, second: Loop) -> bool:
        """Whether running both bodies in each round changes nothing."""
        shared = in_terms_of(first.var, second)
        local = imp_tools.locals_of(first.body) | imp_tools.locals_of(shared.body)
        one, two = Use.of(first, self.root), Use.of(shared, self.root)
        scalars = (one.scalars_written & two.scalars) | (two.scalars_written & one.scalars)
        if scalars - local - {first.var}:
            return False
        arrays = (one.written & (two.read | two.written)) | (two.written & one.read)
        return all(by_row(first, shared, array, self.root) for array in arrays)

    def wanted(self, first: Loop, second: Loop) -> bool:
        """Whether the two pass over an array in common, and the target gains by it, as a trial shows that leaves no
        trace."""
        one, two = Use.of(first, self.root), Use.of(second, self.root)
        if not (one.read | one.written) & (two.read | two.written):
            return False
        if self.gains is None:
            return True
        trial = Fuser(self.counts.copy(), self.classes, Record(without=self.record.without), self.gains)
        trial.fresh, trial.new = self.fresh, set(self.new)
        return self.gains(first, second, trial.merged(first, second))

    def merged(self, first: Loop, second: Loop) -> Loop:
        """One loop with both bodies; local names of the second that the first uses too are renamed."""
        taken = reads(first) | writes(first)
        names = {second.var: first.var}
        for name in sorted(imp_tools.locals_of(second.body)):
            if name in taken and name != second.var:
                self.fresh += 1
                names[name] = f"{name}_{self.fresh}f"
                self.counts[names[name]] = self.counts[name]
        tail = tuple(renamed(s, names) for s in second.body)
        mode = "parallel" if first.mode == second.mode == "parallel" else "serial"
        origins = tuple(dict.fromkeys(first.origins + second.origins))
        self.record.add(
            Step(
                "fuse",
                RULE,
                f"two nests over {first.var}",
                "one nest",
                "what one computes the other uses in the same round, so it need not go through memory",
                origins,
            )
        )
        return replace(first, body=self.body(first.body + tail), mode=mode, origins=origins)


def shared(statement: Statement) -> set[str]:
    """The arrays that get another name in a statement, or that a name is bound to anew."""
    found: set[str] = set()
    for inner in imp.statements((statement,)):
        if isinstance(inner, (Let, imp.Guarded)) and inner.value.rank:
            found |= {inner.name, *imp_tools.names_in(inner.value)}
    return found


def simple(loop: Loop) -> bool:
    """A loop that may take part: its own range from 0 by 1, no checks, exits or array bindings inside."""
    if loop.mode == "rounds" or imp.constant(loop.start) != 0 or imp.constant(loop.step) != 1:
        return False
    for statement in imp.statements(loop.body):
        if isinstance(statement, (*BARRIERS, Alloc, imp.SetPart)):
            return False
        if isinstance(statement, Let) and statement.value.rank:
            return False
    return True


def in_terms_of(var: str, loop: Loop) -> Loop:
    """A loop over `var`; an inner variable of that name gets another, so that the two are not taken for one."""
    if var == loop.var:
        return loop
    changed = renamed(loop, {loop.var: var, var: f"{var} inside"})
    assert isinstance(changed, Loop)
    return changed


def same_range(first: Loop, second: Loop) -> bool:
    return first.stop == second.stop and not any(name in writes(first) for name in imp_tools.names_in(second.stop))


class Use:
    """What a nest reads and writes: scalars by name, arrays by the memory that they may share."""

    def __init__(self) -> None:
        self.scalars: set[str] = set()
        self.scalars_written: set[str] = set()
        self.read: set[str] = set()
        self.written: set[str] = set()

    @staticmethod
    def of(loop: Loop, root: Callable[[str], str]) -> Use:
        use = Use()
        for statement in imp.statements((loop,)):
            for value in imp.expressions(statement):
                for e in imp.subexpressions(value):
                    if e.op == "name":
                        (use.read if e.rank else use.scalars).add(root(name_of(e)) if e.rank else name_of(e))
            if isinstance(statement, Store):
                use.written.add(root(name_of(statement.array)))
            elif isinstance(statement, (Let, Loop)):
                use.scalars_written.add(statement.name if isinstance(statement, Let) else statement.var)
        return use


def by_row(first: Loop, second: Loop, array: str, root: Callable[[str], str]) -> bool:
    """Whether both nests use an array only at the round's own place, and under one name.

    There is an axis at which every access has the loop's variable itself, so different rounds touch different entries.
    """
    names: set[str] = set()
    places: list[tuple[Expr, ...]] = []
    for loop in (first, second):
        for statement in imp.statements(loop.body):
            if isinstance(statement, Store) and root(name_of(statement.array)) == array:
                if statement.combine:
                    return False
                names.add(name_of(statement.array))
                places.append(statement.index)
            values = imp.expressions(statement)[1:] if isinstance(statement, Store) else imp.expressions(statement)
            for value in values:
                if not collect_loads(value, array, root, names, places):
                    return False
    shared = min((len(p) for p in places), default=0)
    return len(names) <= 1 and any(all(name_of(p[axis]) == first.var for p in places) for axis in range(shared))


def collect_loads(
    value: Expr, array: str, root: Callable[[str], str], names: set[str], places: list[tuple[Expr, ...]]
) -> bool:
    """Gathers the places at which an expression loads from the array; False where it uses the array otherwise."""
    stack = [value]
    while stack:
        e = stack.pop()
        if e.op == "load" and e.args[0].op == "name" and root(name_of(e.args[0])) == array:
            names.add(name_of(e.args[0]))
            places.append(e.args[1:])
            stack.extend(e.args[1:])
        elif e.op == "extent":
            continue
        elif e.op == "name" and e.rank and root(name_of(e)) == array:
            return False
        else:
            stack.extend(e.args)
    return True


def split(first: Loop, between: list[Statement], root: Callable[[str], str]) -> tuple[list[Statement], list[Statement]]:
    """The statements after a loop that may go before it, and those that may not."""
    before: list[Statement] = []
    after: list[Statement] = []
    for statement in between:
        free = not depends(first, statement, root) and not any(depends(s, statement, root) for s in after)
        (before if free else after).append(statement)
    return before, after


# --- arrays that only one round uses, at one place -----------------------------------------------


def contracted(body: Body, counts: Counter[str], root: Callable[[str], str]) -> Body:
    """The body without arrays of which each round fills and reads one entry only: they become scalars."""
    for name in [s.name for s in body if isinstance(s, Alloc) and s.fill is None]:
        homes = [s for s in body if not isinstance(s, Alloc) and name in reads(s) | writes(s)]
        if len(homes) != 1 or not isinstance(homes[0], Loop):
            continue
        loop = homes[0]
        inner = scalarised(loop.body, name, counts[name])
        if inner is not None:
            changed = replace(loop, body=inner)
            kept = [s for s in body if not (isinstance(s, Alloc) and s.name == name)]
            body = tuple(changed if s is loop else s for s in kept)
    return body


def scalarised(body: Body, name: str, uses: int) -> Body | None:
    """The body with the entry as a scalar, where one store comes before all uses at the same place; else None."""
    touching = [k for k, s in enumerate(body) if name in reads(s) | writes(s)]
    first = body[touching[0]]
    if isinstance(first, Store):
        return entry_as_scalar(body, touching, name, uses)
    if len(touching) == 1 and isinstance(first, Loop):
        inner = scalarised(first.body, name, uses)
        if inner is not None:
            return (*body[: touching[0]], replace(first, body=inner), *body[touching[0] + 1 :])
    return None


def entry_as_scalar(body: Body, touching: list[int], name: str, uses: int) -> Body | None:
    store = body[touching[0]]
    assert isinstance(store, Store)
    if store.combine or name_of(store.array) != name or name in imp_tools.names_in(store.value):
        return None
    rest = body[touching[0] + 1 :]
    bound = {n for s in rest for n in writes(s)}
    if name in bound or any(n in bound for e in store.index for n in imp_tools.names_in(e)):
        return None
    found = 1

    def change(value: Expr) -> Expr | None:
        nonlocal found
        if value.op == "load" and name_of(value.args[0]) == name and value.args[1:] == store.index:
            found += 1
            return imp.var(f"{name}_e", value.element)
        return None

    changed = tuple(imp_tools.map_statement(s, change) for s in rest)
    if found != uses:
        return None
    return (*body[: touching[0]], Let(f"{name}_e", store.value, store.origins), *changed)
