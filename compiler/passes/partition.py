"""Cuts nests into blocks that the cores share out, with the same bits for any number of threads.

A loop whose rounds are independent, or depend on each other only through sums and their kin, becomes

    blocks = max(1, min(64, …))                       by sizes alone
    partial = new array of (blocks, …)                one state for each block
    for block in 0..blocks, "parallel":
        first = rows*block // blocks
        X_ = X[first : last]                          indexed from 0, which Numba does faster
        for four rows at a time: …                    unrolled and jammed where the inner loops allow it
    for block in 0..blocks: total = total + partial[block]      joined in the order of the blocks

Sums whose order is free (nothing reads the total before the loop ends) are marked `free` on their additions. Where a
check fails, its block stops; the error is that of the first block in which one failed, which is the first of all. A
nest with a print or a record inside stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from gdc.compiler import imp
from gdc.compiler.imp import Body, Expr, Loop, Program, Statement, add, constant, integer, mul, sub, var
from gdc.compiler.imp_tools import fresh_name, map_expression, map_parts, name_of, names_in
from gdc.compiler.nest_cost import EntryCosts, cost_of, divided, identity, least, share, whole_times
from gdc.compiler.record import Record, Step
from gdc.compiler.totals import (
    Totals,
    aliases,
    binds,
    carried,
    escapes,
    find_totals,
    is_shareable,
    mark_extremes,
    mark_sums,
    marked_sums,
    walked,
)
from gdc.compiler.types import INT
from gdc.compiler.walk_blocks import Walk, rows_of
from gdc.compiler.walks import Shapes

MOST_BLOCKS = 64
BLOCK_WORK = 50_000         # multiply-adds: a block does at least that much
MOST_PARTIAL = 2**23        # entries of all partial states of an array together: 64 MB
TOGETHER = 4                # rows of a nest computed at a time
DEAR = 16                   # flops of an entry, from which on the machine has enough to do with one row
LONGEST = 24                # statements of a nest that is computed several rows at a time
ONE_ROW = integer(1)


# The statements for rows from one place to another, for totals under other names.
Writer = Callable[[dict[str, str], Expr, Expr], Iterator[Statement]]

def run(program: Program, record: Record) -> Program:
    """The program with its outermost nests cut into blocks; and for sizes that are too small for that, without blocks,
    which takes a fraction of the time to compile."""
    shared = _Partition(program, record)
    body = shared.body(program.body, {}, 0)
    if not shared.work:
        return replace(program, body=body)
    small = _Partition(program, Record(), in_blocks=False).body(program.body, {}, 0)
    return replace(program, body=body, small=small, work=tuple(dict.fromkeys(shared.work)))


class _Partition:
    def __init__(self, program: Program, record: Record, in_blocks: bool = True) -> None:
        self.program, self.record, self.in_blocks = program, record, in_blocks
        self.taken = {p.name for p in program.parameters}
        for s in imp.statements(program.body):
            self.taken |= binds(s)
        self.work: list[Expr] = []
        self.entry = EntryCosts(program)
        self.aliases = aliases(program)
        self.shapes = Shapes(dict(program.shapes))
        # the arrays of a walk of which only a block of rows exists, and the row with which it begins
        self.kept: dict[str, Expr] = {}
        self.kept_from: Expr = integer(0)
        self.repeated = 0           # how many loops are around whose rounds depend on each other

    def fresh(self, name: str) -> str:
        """A new name like `name`."""
        return fresh_name(name, self.taken)

    def body(self, body: Body, outer: dict[str, Expr], depth: int) -> Body:
        """`outer`: upper bounds of the loops around; `depth`: how many of them are not of mode "rounds"."""
        done: list[Statement] = []
        for statement in body:
            deeper = depth + (getattr(statement, "mode", "rounds") != "rounds")
            if isinstance(statement, Loop):
                if constant(sub(statement.stop, statement.start)) == 0:
                    continue
                nest = self.nest(statement, outer, depth) if statement.mode != "rounds" else None
                if nest is not None:
                    done += nest
                    continue
                self.repeated += 1
                inner = self.body(mark_sums(statement), {**outer, statement.var: statement.stop}, deeper)
                self.repeated -= 1
                mode = "rounds" if statement.mode == "rounds" else "serial"
                done.append(replace(statement, body=inner, mode=mode))
            elif isinstance(statement, imp.Walk) and self.in_blocks:
                done += Walk(self, statement).cut(outer)
            elif isinstance(statement, imp.Walk):
                done += self.body(statement.body, outer, depth)
            elif isinstance(statement, imp.Forever):
                self.repeated += 1
                done.append(replace(statement, body=self.body(statement.body, outer, deeper)))
                self.repeated -= 1
            elif isinstance(statement, imp.Branch):
                done.append(replace(statement, then=self.body(statement.then, outer, depth),
                                    orelse=self.body(statement.orelse, outer, depth)))
            else:
                done.append(statement)
        return tuple(done)

    # -- one nest

    def nest(self, loop: Loop, outer: dict[str, Expr], depth: int) -> list[Statement] | None:
        """The loop in blocks, or None where it cannot be cut, or is too small for it: a single loop in a loop."""
        if constant(loop.step) != 1 or not is_shareable(loop.body):
            return None
        if depth and not any(isinstance(s, (Loop, imp.Forever)) for s in imp.statements(loop.body)):
            return None
        totals = find_totals(loop, self.aliases)
        if totals is None or escapes(self.program, loop, set(totals.scalars)):
            return None
        cost = cost_of(loop.body, {loop.var: loop.stop})
        rows = sub(loop.stop, loop.start)
        self.note_work(mul(rows, cost), outer)
        if not self.in_blocks:
            return list(self.rows(loop, {}, integer(0), rows))
        self.record.add(Step(
            "partition", "partition", f"a nest over {loop.var}",
            f"at most {MOST_BLOCKS} blocks, shared out among the cores",
            "blocks are fixed by sizes alone and joined in their order: the same bits for any number of threads",
            loop.origins))
        return list(self.cut(loop, totals, rows, cost))

    def note_work(self, work: Expr, outer: dict[str, Expr]) -> None:
        """What a nest costs, where the sizes of the parameters say it."""
        known = self.entry.known(work, outer)
        if known is not None:
            self.work.append(known)

    def cut(self, loop: Loop, totals: Totals, rows: Expr, cost: Expr) -> Iterator[Statement]:
        """One nest in blocks."""
        return self.shared(totals, rows, cost, loop.origins, partial(self.rows, loop))

    def shared(self, totals: Totals, rows: Expr, cost: Expr, origins: imp.Origin, write: Writer,
               fewest: Expr = ONE_ROW) -> Iterator[Statement]:
        """Blocks of rows, of each of which `write` writes the rows, with a partial state of each total."""
        count, blocks, block = self.fresh("rows"), self.fresh("blocks"), self.fresh("block")
        rows_, blocks_, block_ = var(count, INT), var(blocks, INT), var(block, INT)
        yield imp.Let(count, rows, origins)
        yield imp.Let(blocks, self.number_of_blocks(rows_, cost, totals, fewest), origins)
        renamed: dict[str, str] = {}
        before: list[Statement] = []
        start: list[Statement] = []
        end: list[Statement] = []
        after: list[Statement] = []
        for name, (op, element) in totals.scalars.items():
            states, own = self.fresh(f"{name}_partial"), self.fresh(f"{name}_block")
            renamed[name] = own
            before.append(imp.Alloc(states, element, (blocks_,), None, origins))
            start.append(imp.Let(own, identity(op, element), origins))
            end.append(imp.Store(var(states, element, 1), (block_,), var(own, element), "", origins))
            joined = Expr(op, (var(name, element), imp.load(var(states, element, 1), block_)), element)
            after.append(Loop(block, integer(0), blocks_, integer(1), (imp.Let(name, joined, origins),), "serial",
                              origins))
        for name, (op, array) in totals.arrays.items():
            sizes = tuple(imp.extent(array, k) for k in range(array.rank))
            states, own = self.fresh(f"{name}_partial"), self.fresh(f"{name}_block")
            whole = var(states, array.element, array.rank + 1)
            mine = Expr("index", (whole, block_), array.element, array.rank,
                        (("subscripts", ("at", *("all",) * array.rank)),))
            renamed[name] = own
            before.append(imp.Alloc(states, array.element, (blocks_, *sizes), None, origins))
            start.append(imp.Let(own, mine, origins))
            start.append(imp.SetPart(var(own, array.element, array.rank), ("all",) * array.rank, (),
                                     identity(op, array.element), "", origins))
            after.append(Loop(block, integer(0), blocks_, integer(1), (self.join(array, whole, block_, op, origins),),
                              "serial",
                              origins))
        yield from before
        first, last = self.fresh("first"), self.fresh("last")
        bounds: list[Statement] = [imp.Let(first, share(rows_, block_, blocks_), origins),
                                   imp.Let(last, share(rows_, add(block_, integer(1)), blocks_), origins)]
        inner = write(renamed, var(first, INT), var(last, INT))
        yield Loop(block, integer(0), blocks_, integer(1), (*bounds, *start, *inner, *end), "parallel", origins)
        yield from after

    def number_of_blocks(self, rows: Expr, cost: Expr, totals: Totals, fewest: Expr) -> Expr:
        """By sizes alone: enough work in each, and rows, and no more partial states than memory allows."""
        each = rows if constant(fewest) == 1 else Expr("floordiv", (rows, fewest), INT)
        many = least(integer(MOST_BLOCKS), each, divided(mul(rows, cost), BLOCK_WORK))
        for _, array in totals.arrays.values():
            entries: Expr = integer(1)
            for k in range(array.rank):
                entries = mul(entries, imp.extent(array, k))
            room = Expr("floordiv", (integer(MOST_PARTIAL), Expr("maximum", (entries, integer(1)), INT)), INT)
            share = Expr("floordiv", (mul(rows, cost), Expr("maximum", (mul(entries, integer(16)), integer(1)), INT)),
                         INT)
            many = least(many, room, share)
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
        everything = constant(first) == 0 == constant(loop.start)
        place = loop.var if everything else self.fresh(loop.var)
        local = var(place, INT)
        cut: dict[str, Expr] = {}
        for name, array in walked(loop).items() if not everything else ():
            own = self.fresh(f"{name}_rows")
            if name in self.kept:
                array, start = self.kept[name], sub(add(loop.start, first), self.kept_from)
            else:
                start = add(loop.start, first)
            yield imp.Let(own, rows_of(array, start, sub(last, first)), loop.origins)
            cut[name] = var(own, array.element, array.rank)

        def change(value: Expr) -> Expr:
            if value.op == "load" and value.args[0].op == "name" and value.args[0].get("name") in cut:
                return replace(value, args=(cut[value.args[0].get("name")], local, *value.args[2:]))
            if value.op == "name" and value.get("name") in renamed:
                return var(renamed[value.get("name")], value.element, value.rank)
            return value

        marked = mark_extremes(mark_sums(replace(loop, body=marked_sums(loop.body))), renamed)
        body = tuple(_mapped(s, change, cut, local, renamed) for s in marked)
        whole = not everything and any(top == row for s in imp.statements(body) for e in imp.expressions(s)
                    for top in imp.subexpressions(e))
        index = add(add(loop.start, first), local)
        body = ((imp.Let(loop.var, index, loop.origins),) if whole else ()) + body
        count = sub(last, first)
        for s in body:
            if isinstance(s, imp.Alloc) and _is_room(s, body, place):
                yield replace(s, shape=tuple(map(self.shapes.room, s.shape)))
        body = tuple(s for s in body if not _is_room(s, body, place))
        yield from self.together(replace(loop, var=place, start=integer(0), stop=count, body=body, mode="serial"))

    def together(self, loop: Loop) -> Iterator[Statement]:
        """The loop, four rounds at a time where its inner loops are the same for each, then the rest. What small sizes
        run once is over sooner than the machine code of that is made."""
        if not _jams(loop) or not (self.in_blocks or self.repeated):
            yield loop
            return
        origins = loop.origins
        quads = self.fresh("quads")
        yield imp.Let(quads, whole_times(loop.stop, TOGETHER), origins)
        own = {n for s in imp.statements(loop.body) for n in binds(s) if not isinstance(s, Loop)} - carried(loop)
        copies = [{n: self.fresh(f"{n}_{k}") for n in sorted(own)} for k in range(TOGETHER)]
        body = self.jammed(loop.body, loop.var, copies)
        yield replace(loop, stop=var(quads, INT), step=integer(TOGETHER), body=tuple(body))
        yield replace(loop, start=var(quads, INT))

    def jammed(self, body: Body, row: str, copies: list[dict[str, str]]) -> Iterator[Statement]:
        for statement in body:
            if isinstance(statement, Loop):
                yield replace(statement, body=tuple(self.jammed(statement.body, row, copies)))
                continue
            rounds = [_renamed(statement, row, k, names) for k, names in enumerate(copies)]
            chain = _chained(rounds)
            yield from rounds if chain is None else (chain,)


# --- rebuilding ---------------------------------------------------------------------------------


def _mapped(s: Statement, change: Callable[[Expr], Expr], cut: dict[str, Expr], local: Expr,
            renamed: dict[str, str]) -> Statement:
    """A statement of the rows: cut arrays at the local row, totals under the block's own names."""
    done = map_parts(
        s, lambda e: map_expression(e, change), lambda body: tuple(_mapped(t, change, cut, local, renamed) for t in
        body))
    if isinstance(s, imp.Store) and isinstance(done, imp.Store) and name_of(s.array) in cut:
        return replace(done, array=cut[name_of(s.array)], index=(local, *done.index[1:]))
    if isinstance(done, imp.Let) and done.name in renamed:
        return replace(done, name=renamed[done.name])
    return done


def _is_room(s: Statement, body: Body, row: str) -> bool:
    """Whether a statement of a body makes room for each row's own entries, as much for every row: one room serves."""
    if not isinstance(s, imp.Alloc) or s.fill is not None:
        return False
    return not {row, *(n for t in imp.statements(body) for n in binds(t))} & {n for d in s.shape for n in names_in(d)}


def _jams(loop: Loop) -> bool:
    """Whether several rounds at once pay: innermost loops of fixed bounds that add up and pass over something all
    rounds share.

    `s += X[i, j]*w[j]` reads w once for four rows, `g[j] += X[i, j]*e` stores g once for four. Where each round only
    has entries of its own there is nothing to share, where nothing is added up the stores take the time, and four
    rounds would be four times the text.
    """
    inside = list(imp.statements(loop.body))
    own = {n for s in inside for n in binds(s)} | {loop.var}
    inner = [s for s in loop.body if isinstance(s, Loop)]
    if not inner or len(inside) > LONGEST or constant(loop.step) != 1:
        return False
    if not all(isinstance(s, (imp.Let, imp.Store, Loop)) for s in loop.body):
        return False
    if not all(isinstance(s, (imp.Let, imp.Store)) for nest in inner for s in nest.body):
        return False
    if any((constant(cost_of(nest.body, {})) or 0) > DEAR for nest in inner):
        return False
    bounds = [e for s in inner for top in (s.start, s.stop, s.step) for e in imp.subexpressions(top)]
    if any(e.op == "load" or (e.op == "name" and e.get("name") in own) for e in bounds):
        return False
    return any(_shares(nest, own - {nest.var}) for nest in inner)


def _shares(nest: Loop, own: set[str]) -> bool:
    """Whether an inner loop passes over an array at places that do not depend on the round."""

    sums = carried(nest)

    def shared(index: tuple[Expr, ...]) -> bool:
        names = {e.get("name") for top in index for e in imp.subexpressions(top) if e.op == "name"}
        return nest.var in names and not names & own

    for statement in nest.body:
        if isinstance(statement, imp.Store) and statement.combine and shared(statement.index):
            return True
        if isinstance(statement, imp.Let) and statement.name in sums:
            loads = [e for e in imp.subexpressions(statement.value) if e.op == "load"]
            if any(shared(e.args[1:]) for e in loads) and not all(shared(e.args[1:]) for e in loads):
                return True
    return False


def _chained(rounds: list[Statement]) -> Statement | None:
    """Updates of one entry by several rounds as one, in their order: `g[j] = g[j] + a + b`. None where they differ.

    The machine then reads and writes the entry once: it cannot tell by itself that what is added is not stored there.
    """
    first = rounds[0]
    if not isinstance(first, imp.Store) or not first.combine:
        return None
    value = imp.load(first.array, *first.index)
    for store in rounds:
        assert isinstance(store, imp.Store)
        if store.index != first.index:
            return None
        value = Expr(first.combine, (value, store.value), value.element)
    return replace(first, value=value, combine="")


def _renamed(s: Statement, row: str, k: int, names: dict[str, str]) -> Statement:
    """A round's statement, k rounds later, with names of its own."""

    def change(value: Expr) -> Expr:
        if value.op != "name":
            return value
        name = value.get("name")
        if name == row:
            return add(value, integer(k))
        return var(names[name], value.element, value.rank) if name in names else value

    done = map_parts(s, lambda e: map_expression(e, change), lambda body: body)
    return replace(done, name=names[done.name]) if isinstance(done, imp.Let) and done.name in names else done
