"""Cuts nests into blocks that the cores share out, with the same bits for any number of threads.

A loop whose rounds are independent, or depend on each other only through sums and their kin, becomes

    blocks = max(1, min(64, …))                       by sizes alone
    partial = new array of (blocks, …)                one state for each block
    for block in 0..blocks, "parallel":
        first = rows*block // blocks
        X_ = X[first : last]                          indexed from 0, which Numba does faster
        for four rows at a time: …                    unrolled and jammed where the inner loops allow it
    for block in 0..blocks: total = total + partial[block]      joined in the order of the blocks

Sums whose order is free (nothing reads the total before the loop ends) are marked `free` on their additions. A nest
with a check, a print or a record inside stays as it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

from gdc.compiler import imp
from gdc.compiler.imp import Body, Expr, Loop, Program, Statement, add, constant, integer, mul, sub, var
from gdc.compiler.ops import OPS
from gdc.compiler.types import INT, Element

MOST_BLOCKS = 64
BLOCK_WORK = 50_000         # multiply-adds: a block does at least that much
MOST_PARTIAL = 2**23        # entries of all partial states of an array together: 64 MB
TOGETHER = 4                # rows of a nest computed at a time
LONGEST = 24                # statements of a nest that is computed several rows at a time

# What totals start from, by the op that joins them.
IDENTITY = {"add": 0, "mul": 1}
JOINABLE = ("add", "mul")


def partition(program: Program) -> Program:
    """The program with its outermost nests cut into blocks."""
    return _Partition(program).run()


class _Partition:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.taken = {p.name for p in program.parameters}
        for s in imp.statements(program.body):
            self.taken |= _binds(s)
        self.work: list[Expr] = []
        self.entry = _Entry(program)
        self.aliases = _aliases(program)

    def run(self) -> Program:
        body = self.body(self.program.body, {}, 0)
        return replace(self.program, body=body, work=tuple(dict.fromkeys(self.work)))

    def fresh(self, name: str) -> str:
        """A new name like `name`."""
        for number in itertools.count():
            found = f"{name}_{number}" if number else name
            if found not in self.taken:
                self.taken.add(found)
                return found
        raise AssertionError

    def body(self, body: Body, outer: dict[str, Expr], depth: int) -> Body:
        """`outer`: upper bounds of the loops around; `depth`: how many of them are not of mode "rounds"."""
        done: list[Statement] = []
        for statement in body:
            deeper = depth + (getattr(statement, "mode", "rounds") != "rounds")
            if isinstance(statement, Loop):
                nest = self.nest(statement, outer, depth) if statement.mode != "rounds" else None
                if nest is not None:
                    done += nest
                    continue
                inner = self.body(mark_sums(statement), {**outer, statement.var: statement.stop}, deeper)
                done.append(replace(statement, body=inner, mode="rounds" if statement.mode == "rounds" else "serial"))
            elif isinstance(statement, imp.Forever):
                done.append(replace(statement, body=self.body(statement.body, outer, deeper)))
            elif isinstance(statement, imp.Branch):
                done.append(replace(statement, then=self.body(statement.then, outer, depth),
                                    orelse=self.body(statement.orelse, outer, depth)))
            else:
                done.append(statement)
        return tuple(done)

    # -- one nest

    def nest(self, loop: Loop, outer: dict[str, Expr], depth: int) -> list[Statement] | None:
        """The loop in blocks, or None where it cannot be cut, or is too small for it: a single loop in a loop."""
        if constant(loop.step) != 1 or not _quiet(loop.body):
            return None
        if depth and not any(isinstance(s, (Loop, imp.Forever)) for s in imp.statements(loop.body)):
            return None
        totals = find_totals(loop, self.aliases)
        if totals is None or _escapes(self.program, loop, set(totals.scalars)):
            return None
        cost = _cost(loop.body, {loop.var: loop.stop})
        rows = sub(loop.stop, loop.start)
        work = self.entry.known(mul(rows, cost), outer)
        if work is not None:
            self.work.append(work)
        return list(self.cut(loop, totals, rows, cost))

    def cut(self, loop: Loop, totals: Totals, rows: Expr, cost: Expr) -> Iterator[Statement]:
        origins = loop.origins
        count, blocks, block = self.fresh("rows"), self.fresh("blocks"), self.fresh("block")
        rows_, blocks_, block_ = var(count, INT), var(blocks, INT), var(block, INT)
        yield imp.Let(count, rows, origins)
        yield imp.Let(blocks, self.number_of_blocks(rows_, cost, totals), origins)
        renamed: dict[str, str] = {}
        before: list[Statement] = []
        start: list[Statement] = []
        end: list[Statement] = []
        after: list[Statement] = []
        for name, (op, element) in totals.scalars.items():
            partial, own = self.fresh(f"{name}_partial"), self.fresh(f"{name}_block")
            renamed[name] = own
            before.append(imp.Alloc(partial, element, (blocks_,), None, origins))
            start.append(imp.Let(own, _identity(op, element), origins))
            end.append(imp.Store(var(partial, element, 1), (block_,), var(own, element), "", origins))
            joined = Expr(op, (var(name, element), imp.load(var(partial, element, 1), block_)), element)
            after.append(Loop(block, integer(0), blocks_, integer(1), (imp.Let(name, joined, origins),), "serial",
                              origins))
        for name, (op, array) in totals.arrays.items():
            sizes = tuple(imp.extent(array, k) for k in range(array.rank))
            partial, own = self.fresh(f"{name}_partial"), self.fresh(f"{name}_block")
            whole = var(partial, array.element, array.rank + 1)
            mine = Expr("index", (whole, block_), array.element, array.rank,
                        (("subscripts", ("at", *("all",) * array.rank)),))
            renamed[name] = own
            before.append(imp.Alloc(partial, array.element, (blocks_, *sizes), None, origins))
            start.append(imp.Let(own, mine, origins))
            start.append(imp.SetPart(var(own, array.element, array.rank), ("all",) * array.rank, (),
                                     _identity(op, array.element), "", origins))
            after.append(Loop(block, integer(0), blocks_, integer(1), (self.join(array, whole, block_, op, origins),),
                              "serial",
                              origins))
        yield from before
        first, last = self.fresh("first"), self.fresh("last")
        bounds: list[Statement] = [imp.Let(first, _share(rows_, block_, blocks_), origins),
                                   imp.Let(last, _share(rows_, add(block_, integer(1)), blocks_), origins)]
        inner = self.rows(loop, renamed, var(first, INT), var(last, INT))
        yield Loop(block, integer(0), blocks_, integer(1), (*bounds, *start, *inner, *end), "parallel", origins)
        yield from after

    def number_of_blocks(self, rows: Expr, cost: Expr, totals: Totals) -> Expr:
        """By sizes alone: enough work in each, no more than rows, and no more partial states than memory allows."""
        many = _least(integer(MOST_BLOCKS), rows, _divided(mul(rows, cost), BLOCK_WORK))
        for _, array in totals.arrays.values():
            entries: Expr = integer(1)
            for k in range(array.rank):
                entries = mul(entries, imp.extent(array, k))
            room = Expr("floordiv", (integer(MOST_PARTIAL), Expr("maximum", (entries, integer(1)), INT)), INT)
            share = Expr("floordiv", (mul(rows, cost), Expr("maximum", (mul(entries, integer(16)), integer(1)), INT)),
                         INT)
            many = _least(many, room, share)
        return Expr("maximum", (integer(1), many), INT)

    def join(self, array: Expr, partial: Expr, block: Expr, op: str, origins: imp.Origin) -> Statement:
        """total[i, …] ⊕= partial[block, i, …] for all entries."""
        names = [self.fresh("k") for _ in range(array.rank)]
        places = tuple(var(n, INT) for n in names)
        statement: Statement = imp.Store(array, places, imp.load(partial, block, *places), op, origins)
        for axis in reversed(range(array.rank)):
            statement = Loop(names[axis], integer(0), imp.extent(array, axis), integer(1), (statement,), "serial",
                             origins)
        return statement

    # -- the rows of one block

    def rows(self, loop: Loop, renamed: dict[str, str], first: Expr, last: Expr) -> Iterator[Statement]:
        """The loop over one block's rows, arrays that are walked cut to the block."""
        row = var(loop.var, INT)
        place = self.fresh(loop.var)
        local = var(place, INT)
        cut: dict[str, Expr] = {}
        for name, array in walked(loop).items():
            own = self.fresh(f"{name}_rows")
            part = Expr("index", (array, add(loop.start, first), sub(last, first), integer(1)), array.element,
                        array.rank,
                        (("subscripts", ("slice", *("all",) * (array.rank - 1))),))
            yield imp.Let(own, part, loop.origins)
            cut[name] = var(own, array.element, array.rank)

        def change(value: Expr) -> Expr:
            if value.op == "load" and value.args[0].op == "name" and value.args[0].get("name") in cut:
                return replace(value, args=(cut[value.args[0].get("name")], local, *value.args[2:]))
            if value.op == "name" and value.get("name") in renamed:
                return var(renamed[value.get("name")], value.element, value.rank)
            return value

        body = tuple(_mapped(s, change, cut, local, renamed) for s in mark_sums(replace(loop, body=_marked(loop.body))))
        whole = any(top == row for s in imp.statements(body) for e in imp.expressions(s)
                    for top in imp.subexpressions(e))
        index = add(add(loop.start, first), local)
        body = ((imp.Let(loop.var, index, loop.origins),) if whole else ()) + body
        count = sub(last, first)
        yield from self.together(replace(loop, var=place, start=integer(0), stop=count, body=body, mode="serial"))

    def together(self, loop: Loop) -> Iterator[Statement]:
        """The loop, four rounds at a time where its inner loops are the same for each, then the rest."""
        if not _jams(loop):
            yield loop
            return
        origins = loop.origins
        quads = self.fresh("quads")
        yield imp.Let(quads, mul(Expr("floordiv", (loop.stop, integer(TOGETHER)), INT), integer(TOGETHER)), origins)
        own = {n for s in imp.statements(loop.body) for n in _binds(s) if not isinstance(s, Loop)} - _carried(loop)
        copies = [{n: self.fresh(f"{n}_{k}") for n in sorted(own)} for k in range(TOGETHER)]
        body = self.jammed(loop.body, loop.var, copies)
        yield replace(loop, stop=var(quads, INT), step=integer(TOGETHER), body=tuple(body))
        yield replace(loop, start=var(quads, INT))

    def jammed(self, body: Body, row: str, copies: list[dict[str, str]]) -> Iterator[Statement]:
        for statement in body:
            if isinstance(statement, Loop):
                yield replace(statement, body=tuple(self.jammed(statement.body, row, copies)))
                continue
            for k, names in enumerate(copies):
                yield _renamed(statement, row, k, names)


# --- what a nest depends on ---------------------------------------------------------------------


class Totals:
    """Sums and their kin that a loop's rounds add to: scalars by name (op, element), arrays by name (op, array)."""

    def __init__(self) -> None:
        self.scalars: dict[str, tuple[str, Element]] = {}
        self.arrays: dict[str, tuple[str, Expr]] = {}


def find_totals(loop: Loop, aliases: dict[str, str] | None = None) -> Totals | None:
    """What the rounds of a loop add to, or None where they depend on each other in any other way."""
    totals = Totals()
    inside = list(imp.statements(loop.body))
    local = _local_names(loop.body)
    arrays = {s.name for s in inside if isinstance(s, imp.Alloc)}
    for s in inside:
        if isinstance(s, imp.Let) and s.name not in local:
            found = _step_of(s)
            if found is None or s.value.rank or _reads(inside, s.name) != sum(
                    1 for t in inside if isinstance(t, imp.Let) and t.name == s.name):
                return None
            if totals.scalars.setdefault(s.name, (found, s.value.element)) != (found, s.value.element):
                return None
        elif isinstance(s, imp.Let) and s.value.rank:
            return None                 # another name for an array: what it shares is not known here
        elif isinstance(s, imp.SetPart):
            return None
    if loop.mode == "parallel":
        return totals
    used = {e.get("name") for s in inside for top in imp.expressions(s) for e in imp.subexpressions(top)
            if e.op == "name" and e.rank}
    groups = [(aliases or {}).get(name, name) for name in used]
    stored = {s.array.get("name") for s in inside if isinstance(s, imp.Store)}
    if any(groups.count((aliases or {}).get(name, name)) > 1 for name in stored):
        return None                     # two names for what is stored to
    return totals if all(_store_allowed(s, loop, inside, arrays, totals) for s in inside
                         if isinstance(s, imp.Store)) else None


def _store_allowed(store: imp.Store, loop: Loop, inside: list[Statement], own: set[str], totals: Totals) -> bool:
    """Whether rounds may store so at once: into their own array, into their own row, or by adding to a total."""
    if store.array.op != "name":
        return False
    name = store.array.get("name")
    if name in own:
        return True
    accesses = list(_accesses(inside, name))
    row = var(loop.var, INT)
    if all(index and index[0] == row for index in accesses) and not _otherwise(inside, name):
        return True
    others = [s for s in inside if isinstance(s, imp.Store) and s.array == store.array]
    reads = _reads(inside, name) - len(others)
    if store.combine in JOINABLE and reads == 0 and all(s.combine == store.combine for s in others):
        totals.arrays[name] = (store.combine, store.array)
        return True
    return False


def _accesses(inside: list[Statement], name: str) -> Iterator[tuple[Expr, ...]]:
    """The index tuples of all loads from an array and stores to it."""
    for s in inside:
        if isinstance(s, imp.Store) and s.array.op == "name" and s.array.get("name") == name:
            yield s.index
        for top in imp.expressions(s):
            for e in imp.subexpressions(top):
                if e.op == "load" and e.args[0].op == "name" and e.args[0].get("name") == name:
                    yield e.args[1:]


def _otherwise(inside: list[Statement], name: str) -> bool:
    """Whether an array is used in any other way than entry by entry (its sizes do not count)."""
    entries = sum(1 for _ in _accesses(inside, name))
    sizes = sum(1 for s in inside for top in imp.expressions(s) for e in imp.subexpressions(top)
                if e.op == "extent" and e.args[0].op == "name" and e.args[0].get("name") == name)
    return _reads(inside, name) != entries + sizes


def _reads(inside: list[Statement], name: str) -> int:
    """How often a name stands in the expressions of statements."""
    return sum(1 for s in inside for top in imp.expressions(s) for e in imp.subexpressions(top)
               if e.op == "name" and e.get("name") == name)


def _step_of(let: imp.Let) -> str | None:
    """The op of `s = s ⊕ e`."""
    value = let.value
    if value.op not in JOINABLE or value.element.kind not in ("int", "real"):
        return None
    sides = [a for a in value.args if a.op == "name" and a.get("name") == let.name]
    return value.op if len(sides) == 1 else None


def _local_names(body: Body) -> set[str]:
    """Names that a body binds, on every path, before it reads them: each round has its own."""
    bound: set[str] = set()
    carried: set[str] = set()

    def visit(statements: Body, known: set[str]) -> set[str]:
        for s in statements:
            for top in imp.expressions(s):
                for e in imp.subexpressions(top):
                    if e.op == "name" and e.get("name") not in known:
                        carried.add(e.get("name"))
            if isinstance(s, imp.Branch):
                known = known | (visit(s.then, set(known)) & visit(s.orelse, set(known)))
                bound.update(n for t in (*s.then, *s.orelse) for n in _binds(t))
            elif isinstance(s, (Loop, imp.Forever)):
                visit(s.body, known | ({s.var} if isinstance(s, Loop) else set()))
                bound.update(n for t in imp.statements(s.body) for n in _binds(t))
            else:
                bound.update(_binds(s))
                known = known | _binds(s)
        return known

    visit(body, set())
    return bound - carried


def _binds(statement: Statement) -> set[str]:
    if isinstance(statement, (imp.Let, imp.Alloc, imp.Guarded)):
        return {statement.name}
    return {statement.var} if isinstance(statement, Loop) else set()


def _aliases(program: Program) -> dict[str, str]:
    """For each name of an array that may share its entries with another's: the name of their group."""
    group: dict[str, str] = {}

    def find(name: str) -> str:
        while group.get(name, name) != name:
            name = group[name]
        return name

    for s in imp.statements(program.body):
        if isinstance(s, imp.Let) and s.value.rank and s.value.op not in ("copy", "matmul"):
            for e in imp.subexpressions(s.value):
                if e.op == "name" and e.rank:
                    group[find(s.name)] = find(e.get("name"))
    return {name: find(name) for name in (*group, *group.values())}


def _escapes(program: Program, nest: Loop, totals: set[str]) -> bool:
    """Whether a value bound in a nest's rounds may be read after it."""
    bound = {n for s in imp.statements((nest,)) for n in _binds(s)} - totals
    found = False

    def read(values: tuple[Expr, ...], known: set[str]) -> None:
        nonlocal found
        found = found or any(e.op == "name" and e.get("name") in known for v in values for e in imp.subexpressions(v))

    def visit(body: Body, known: set[str]) -> set[str]:
        """`known`: names whose value may be the nest's."""
        for s in body:
            if s is nest:
                known = known | bound
                continue
            read(imp.expressions(s), known)
            if isinstance(s, imp.Branch):
                known = visit(s.then, known) | visit(s.orelse, known)
            elif isinstance(s, (Loop, imp.Forever)):
                inside = any(t is nest for t in imp.statements(s.body))
                start = known | (bound if inside else set())
                known = start | visit(s.body, start - ({s.var} if isinstance(s, Loop) else set()))
            else:
                known = known - _binds(s)
        return known

    last = visit(program.body, set())
    for _, value, flag in program.outputs:
        read((value,) if flag is None else (value, flag), last)
    return found


def _quiet(body: Body) -> bool:
    """Whether nothing in a body can fail, tell, or leave it."""
    noisy = (imp.Check, imp.Guarded, imp.Emit)
    return not any(isinstance(s, noisy) for s in imp.statements(body)) and not _leaves(body)


def _leaves(body: Body) -> bool:
    return any(isinstance(s, (imp.Break, imp.Continue)) or (
        isinstance(s, imp.Branch) and (_leaves(s.then) or _leaves(s.orelse))) for s in body)


def _carried(loop: Loop) -> set[str]:
    """Names that rounds add to: they are not each round's own."""
    return {n for s in imp.statements(loop.body) for n in _binds(s)} - _local_names(loop.body)


def walked(loop: Loop) -> dict[str, Expr]:
    """Arrays from outside that a loop reaches only at its own row, which is their first axis."""
    inside = list(imp.statements(loop.body))
    bound = {n for s in inside for n in _binds(s)}
    found: dict[str, Expr] = {}
    arrays: dict[str, Expr] = {}
    for s in inside:
        for top in (*imp.expressions(s),):
            for e in imp.subexpressions(top):
                if e.op == "load" and e.args[0].op == "name":
                    arrays[e.args[0].get("name")] = e.args[0]
        if isinstance(s, imp.Store) and s.array.op == "name":
            arrays[s.array.get("name")] = s.array
    row = var(loop.var, INT)
    for name, array in arrays.items():
        accesses = list(_accesses(inside, name))
        if name not in bound and accesses and all(a and a[0] == row and row not in _inner(a[1:])
                                                  for a in accesses) and (
                _reads(inside, name) == len(accesses)):
            found[name] = array
    return found


def _inner(values: tuple[Expr, ...]) -> list[Expr]:
    return [e for v in values for e in imp.subexpressions(v)]


# --- sums whose order is free -------------------------------------------------------------------


def mark_sums(loop: Loop) -> Body:
    """The body of a loop, its own sums of reals marked: nothing else in the loop reads or sets the total."""
    inside = list(imp.statements(loop.body))

    def marked(s: Statement) -> Statement:
        if isinstance(s, imp.Let) and s.value.element.kind == "real" and _step_of(s) == "add":
            sets = sum(1 for t in inside if s.name in _binds(t))
            if sets == 1 and _reads(inside, s.name) == 1:
                own = s.value.args[0].op == "name" and s.value.args[0].get("name") == s.name
                args = s.value.args if own else s.value.args[::-1]
                return replace(s, value=replace(s.value, args=args, attrs=(("free", True),)))
        return s

    return tuple(marked(s) for s in loop.body)


def _marked(body: Body) -> Body:
    """A body with the sums of all loops inside it marked."""
    done: list[Statement] = []
    for s in body:
        if isinstance(s, Loop):
            done.append(replace(s, body=_marked(mark_sums(s))))
        elif isinstance(s, imp.Forever):
            done.append(replace(s, body=_marked(s.body)))
        elif isinstance(s, imp.Branch):
            done.append(replace(s, then=_marked(s.then), orelse=_marked(s.orelse)))
        else:
            done.append(s)
    return tuple(done)


# --- rebuilding ---------------------------------------------------------------------------------


def map_expression(root: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The expression with `change` applied to every node, arguments first; without recursion."""
    done: dict[int, Expr] = {}
    stack = [(root, False)]
    while stack:
        value, ready = stack.pop()
        if id(value) in done:
            continue
        if ready:
            args = tuple(done[id(a)] for a in value.args)
            done[id(value)] = change(value if args == value.args else replace(value, args=args))
        else:
            stack.append((value, True))
            stack.extend((a, False) for a in value.args)
    return done[id(root)]


def map_statement(s: Statement, change: Callable[[Expr], Expr], body: Callable[[Body], Body]) -> Statement:
    """The statement with its expressions changed, and its bodies."""

    def value(e: Expr) -> Expr:
        return map_expression(e, change)

    def values(es: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple(value(e) for e in es)

    if isinstance(s, (imp.Let, imp.Guarded)):
        return replace(s, value=value(s.value))
    if isinstance(s, imp.Alloc):
        return replace(s, shape=values(s.shape), fill=value(s.fill) if s.fill is not None else None)
    if isinstance(s, imp.Store):
        return replace(s, array=value(s.array), index=values(s.index), value=value(s.value))
    if isinstance(s, imp.SetPart):
        return replace(s, array=value(s.array), args=values(s.args), value=value(s.value))
    if isinstance(s, Loop):
        return replace(s, start=value(s.start), stop=value(s.stop), step=value(s.step), body=body(s.body))
    if isinstance(s, imp.Forever):
        return replace(s, body=body(s.body))
    if isinstance(s, imp.Branch):
        return replace(s, condition=value(s.condition), then=body(s.then), orelse=body(s.orelse))
    if isinstance(s, imp.Check):
        return replace(s, ok=value(s.ok), values=values(s.values))
    return replace(s, values=values(s.values)) if isinstance(s, imp.Emit) else s


def _mapped(s: Statement, change: Callable[[Expr], Expr], cut: dict[str, Expr], local: Expr,
            renamed: dict[str, str]) -> Statement:
    """A statement of the rows: cut arrays at the local row, totals under the block's own names."""
    done = map_statement(s, change, lambda body: tuple(_mapped(t, change, cut, local, renamed) for t in body))
    if isinstance(s, imp.Store) and isinstance(done, imp.Store) and s.array.op == "name" and s.array.get("name") in cut:
        return replace(done, array=cut[s.array.get("name")], index=(local, *done.index[1:]))
    if isinstance(done, imp.Let) and done.name in renamed:
        return replace(done, name=renamed[done.name])
    return done


def _jams(loop: Loop) -> bool:
    """Whether several rounds at once pay: innermost loops of fixed bounds that pass over something all rounds share.

    `s += X[i, j]*w[j]` reads w once for four rows, `g[j] += X[i, j]*e` stores g once for four; where each round only
    has entries of its own
    there is nothing to share, and four rounds would be four times the text.
    """
    inside = list(imp.statements(loop.body))
    own = {n for s in inside for n in _binds(s)} | {loop.var}
    inner = [s for s in loop.body if isinstance(s, Loop)]
    if not inner or len(inside) > LONGEST or constant(loop.step) != 1:
        return False
    if not all(isinstance(s, (imp.Let, imp.Store, Loop)) for s in loop.body):
        return False
    if not all(isinstance(s, (imp.Let, imp.Store)) for nest in inner for s in nest.body):
        return False
    bounds = [e for s in inner for top in (s.start, s.stop, s.step) for e in imp.subexpressions(top)]
    if any(e.op == "load" or (e.op == "name" and e.get("name") in own) for e in bounds):
        return False
    return any(_shares(nest, own - {nest.var}) for nest in inner)


def _shares(nest: Loop, own: set[str]) -> bool:
    """Whether an inner loop passes over an array at places that do not depend on the round."""

    def shared(index: tuple[Expr, ...]) -> bool:
        names = {e.get("name") for top in index for e in imp.subexpressions(top) if e.op == "name"}
        return nest.var in names and not names & own

    for statement in nest.body:
        if isinstance(statement, imp.Store) and statement.combine and shared(statement.index):
            return True
        if isinstance(statement, imp.Let):
            loads = [e for e in imp.subexpressions(statement.value) if e.op == "load"]
            if any(shared(e.args[1:]) for e in loads) and not all(shared(e.args[1:]) for e in loads):
                return True
    return False


def _renamed(s: Statement, row: str, k: int, names: dict[str, str]) -> Statement:
    """A round's statement, k rounds later, with names of its own."""

    def change(value: Expr) -> Expr:
        if value.op != "name":
            return value
        name = value.get("name")
        if name == row:
            return add(value, integer(k))
        return var(names[name], value.element, value.rank) if name in names else value

    done = map_statement(s, change, lambda body: body)
    return replace(done, name=names[done.name]) if isinstance(done, imp.Let) and done.name in names else done


# --- sizes and costs ----------------------------------------------------------------------------


def _share(rows: Expr, block: Expr, blocks: Expr) -> Expr:
    """Where a block's rows begin."""
    return Expr("floordiv", (mul(rows, block), blocks), INT)


def _least(*values: Expr) -> Expr:
    least = values[0]
    for value in values[1:]:
        least = Expr("minimum", (least, value), INT)
    return least


def _divided(value: Expr, by: int) -> Expr:
    return Expr("floordiv", (value, integer(by)), INT)


def _identity(op: str, element: Element) -> Expr:
    plain = IDENTITY[op]
    return imp.const(float(plain) if element.kind == "real" else plain, element)


def _cost(body: Body, bounds: dict[str, Expr]) -> Expr:
    """What a body costs, in flops, from above: a bound that inner loops change is taken at its end."""
    plain, loops = 0.0, integer(0)
    for s in body:
        plain += sum(OPS[e.op].flops for top in imp.expressions(s) for e in imp.subexpressions(top)
                     if e.op in OPS and e.element.kind != "int" and OPS[e.op].kind == "MAP")
        plain += 1 if isinstance(s, imp.Store) else 0
        if isinstance(s, Loop):
            many = map_expression(sub(s.stop, s.start) if constant(s.start) is not None else s.stop, _bounded(bounds))
            loops = add(loops, mul(many, _cost(s.body, {**bounds, s.var: s.stop})))
        else:
            for inner in imp.bodies(s):
                loops = add(loops, _cost(inner, bounds))
    return add(integer(max(1, round(plain))), loops) if constant(loops) != 0 else integer(max(1, round(plain)))


def _bounded(bounds: dict[str, Expr]) -> Callable[[Expr], Expr]:
    def change(value: Expr) -> Expr:
        return bounds.get(value.get("name"), value) if value.op == "name" and value.rank == 0 else value

    return change


class _Entry:
    """What is known of sizes before the program starts: formulas over its parameters."""

    def __init__(self, program: Program) -> None:
        self.parameters = {p.name for p in program.parameters}
        self.values: dict[str, Expr] = {}
        self.shapes: dict[str, tuple[Expr, ...]] = {}
        seen: set[str] = set()
        for s in imp.statements(program.body):
            for name in _binds(s):
                if name in seen or name in self.parameters:
                    self.values.pop(name, None)
                    self.shapes.pop(name, None)
                elif isinstance(s, imp.Let) and s.value.element == INT and not s.value.rank:
                    self.values[name] = s.value
                elif isinstance(s, imp.Let) and s.value.op in ("name", "copy", "contiguous") and s.value.rank:
                    source = s.value if s.value.op == "name" else s.value.args[0]
                    self.shapes[name] = tuple(imp.extent(source, k) for k in range(s.value.rank))
                elif isinstance(s, imp.Alloc):
                    self.shapes[name] = s.shape
                seen.add(name)

    def known(self, value: Expr, outer: dict[str, Expr]) -> Expr | None:
        """A formula over the parameters alone that is at least about `value`; None where there is none."""
        for _ in range(8):
            new = map_expression(value, lambda e: self.step(e, outer))
            if new == value:
                break
            value = new
        fine = all(e.op in ("const", "extent", "add", "sub", "mul", "floordiv") or (
            e.op == "name" and e.get("name") in self.parameters and (e.rank or e.element == INT))
            for e in imp.subexpressions(value))
        return value if fine else None

    def step(self, value: Expr, outer: dict[str, Expr]) -> Expr:
        """One name replaced by what it stands for."""
        if value.op == "name" and value.rank == 0 and value.get("name") not in self.parameters:
            name = value.get("name")
            return self.values.get(name, outer.get(name, value))
        if value.op == "extent" and value.args[0].op == "name":
            shape = self.shapes.get(value.args[0].get("name"))
            return shape[value.get("axis")] if shape is not None else value
        return value
