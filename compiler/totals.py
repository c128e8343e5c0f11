"""What the rounds of a nest share: the sums they add to, the arrays they walk, and what would forbid to cut it."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace

from gdc.compiler import imp
from gdc.compiler.imp import Body, Expr, Loop, Program, Statement, var
from gdc.compiler.types import INT, Element

EXTREMES = ("minimum", "maximum")
TRUTHS = ("and", "or")
JOINABLE = ("add", "mul", *EXTREMES)


class Totals:
    """Sums and their kin that a loop's rounds add to: scalars by name (op, element), arrays by name (op, array)."""

    def __init__(self) -> None:
        self.scalars: dict[str, tuple[str, Element]] = {}
        self.arrays: dict[str, tuple[str, Expr]] = {}


def find_totals(loop: Loop, aliases: dict[str, str] | None = None) -> Totals | None:
    """What the rounds of a loop add to, or None where they depend on each other in any other way."""
    totals = Totals()
    inside = list(imp.statements(loop.body))
    local = local_names(loop.body)
    arrays = {s.name for s in inside if isinstance(s, imp.Alloc)}
    for s in inside:
        if isinstance(s, imp.Let) and s.name not in local:
            found = step_of(s)
            if found is None or s.value.rank or read_count(inside, s.name) != sum(
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
    return totals if all(store_allowed(s, loop, inside, arrays, totals) for s in inside
                         if isinstance(s, imp.Store)) else None


def store_allowed(store: imp.Store, loop: Loop, inside: list[Statement], own: set[str], totals: Totals) -> bool:
    """Whether rounds may store so at once: into their own array, into their own row, or by adding to a total."""
    if store.array.op != "name":
        return False
    name = store.array.get("name")
    if name in own:
        return True
    places = list(accesses(inside, name))
    row = var(loop.var, INT)
    if all(index and index[0] == row for index in places) and not otherwise(inside, name):
        return True
    others = [s for s in inside if isinstance(s, imp.Store) and s.array == store.array]
    reads = read_count(inside, name) - len(others)
    if store.combine in JOINABLE and reads == 0 and all(s.combine == store.combine for s in others):
        totals.arrays[name] = (store.combine, store.array)
        return True
    return False


def accesses(inside: list[Statement], name: str) -> Iterator[tuple[Expr, ...]]:
    """The index tuples of all loads from an array and stores to it."""
    for s in inside:
        if isinstance(s, imp.Store) and s.array.op == "name" and s.array.get("name") == name:
            yield s.index
        for top in imp.expressions(s):
            for e in imp.subexpressions(top):
                if e.op == "load" and e.args[0].op == "name" and e.args[0].get("name") == name:
                    yield e.args[1:]


def otherwise(inside: list[Statement], name: str) -> bool:
    """Whether an array is used in any other way than entry by entry (its sizes do not count)."""
    entries = sum(1 for _ in accesses(inside, name))
    sizes = sum(1 for s in inside for top in imp.expressions(s) for e in imp.subexpressions(top)
                if e.op == "extent" and e.args[0].op == "name" and e.args[0].get("name") == name)
    return read_count(inside, name) != entries + sizes


def read_count(inside: list[Statement], name: str) -> int:
    """How often a name stands in the expressions of statements."""
    return sum(1 for s in inside for top in imp.expressions(s) for e in imp.subexpressions(top)
               if e.op == "name" and e.get("name") == name)


def step_of(let: imp.Let) -> str | None:
    """The op of `s = s ⊕ e`."""
    value = let.value
    if value.element.kind not in ("int", "real") if value.op in JOINABLE else value.op not in TRUTHS:
        return None
    sides = [a for a in value.args if a.op == "name" and a.get("name") == let.name]
    return value.op if len(sides) == 1 else None


def local_names(body: Body) -> set[str]:
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
                bound.update(n for t in (*s.then, *s.orelse) for n in binds(t))
            elif isinstance(s, (Loop, imp.Forever)):
                visit(s.body, known | ({s.var} if isinstance(s, Loop) else set()))
                bound.update(n for t in imp.statements(s.body) for n in binds(t))
            else:
                bound.update(binds(s))
                known = known | binds(s)
        return known

    visit(body, set())
    return bound - carried


def binds(statement: Statement) -> set[str]:
    if isinstance(statement, (imp.Let, imp.Alloc, imp.Guarded)):
        return {statement.name}
    return {statement.var} if isinstance(statement, Loop) else set()


def aliases(program: Program) -> dict[str, str]:
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


def escapes(program: Program, nest: Loop, totals: set[str]) -> bool:
    """Whether a value bound in a nest's rounds may be read after it."""
    bound = {n for s in imp.statements((nest,)) for n in binds(s)} - totals
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
                known = known - binds(s)
        return known

    last = visit(program.body, set())
    for _, value, flag in program.outputs:
        read((value,) if flag is None else (value, flag), last)
    return found


def is_quiet(body: Body) -> bool:
    """Whether nothing in a body can fail, tell, or leave it."""
    return is_shareable(body) and not any(isinstance(s, imp.Check) for s in imp.statements(body))


def is_shareable(body: Body) -> bool:
    """Whether rounds of a body may run side by side as far as effects go: they may fail, but neither tell nor leave."""
    return not any(isinstance(s, (imp.Guarded, imp.Emit)) for s in imp.statements(body)) and not leaves(body)


def leaves(body: Body) -> bool:
    return any(isinstance(s, (imp.Break, imp.Continue)) or (
        isinstance(s, imp.Branch) and (leaves(s.then) or leaves(s.orelse))) for s in body)


def carried(loop: Loop) -> set[str]:
    """Names that rounds add to: they are not each round's own."""
    return {n for s in imp.statements(loop.body) for n in binds(s)} - local_names(loop.body)


def walked(loop: Loop) -> dict[str, Expr]:
    """Arrays from outside that a loop reaches only at its own row, which is their first axis."""
    inside = list(imp.statements(loop.body))
    bound = {n for s in inside for n in binds(s)}
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
        places = list(accesses(inside, name))
        at_own_row = all(a and a[0] == row and row not in all_inside(a[1:]) for a in places)
        if name not in bound and places and at_own_row and read_count(inside, name) == len(places):
            found[name] = array
    return found


def all_inside(values: tuple[Expr, ...]) -> list[Expr]:
    return [e for v in values for e in imp.subexpressions(v)]


# --- sums whose order is free -------------------------------------------------------------------


def mark_sums(loop: Loop) -> Body:
    """The body of a loop, its own sums, least and greatest of reals marked: nothing else in the loop reads or sets
    them."""
    inside = list(imp.statements(loop.body))

    def marked(s: Statement) -> Statement:
        if isinstance(s, imp.Let) and s.value.element.kind == "real" and step_of(s) in ("add", *EXTREMES):
            sets = sum(1 for t in inside if s.name in binds(t))
            if sets == 1 and read_count(inside, s.name) == 1:
                own = s.value.args[0].op == "name" and s.value.args[0].get("name") == s.name
                args = s.value.args if own else s.value.args[::-1]
                return replace(s, value=replace(s.value, args=args, attrs=(("free", True),)))
        return s

    return tuple(marked(s) for s in loop.body)


def mark_extremes(body: Body, names: Container[str]) -> Body:
    """A body, its steps of totals that are a least or a greatest real marked: they may be compared in any order."""

    def marked(s: Statement) -> Statement:
        if isinstance(s, imp.Let) and s.name in names and step_of(s) in EXTREMES and s.value.element.kind == "real":
            return replace(s, value=replace(s.value, attrs=(("free", True),)))
        if isinstance(s, Loop):
            return replace(s, body=mark_extremes(s.body, names))
        return s

    return tuple(marked(s) for s in body)


def marked_sums(body: Body) -> Body:
    """A body with the sums of all loops inside it marked."""
    done: list[Statement] = []
    for s in body:
        if isinstance(s, Loop):
            done.append(replace(s, body=marked_sums(mark_sums(s))))
        elif isinstance(s, imp.Forever):
            done.append(replace(s, body=marked_sums(s.body)))
        elif isinstance(s, imp.Branch):
            done.append(replace(s, then=marked_sums(s.then), orelse=marked_sums(s.orelse)))
        else:
            done.append(s)
    return tuple(done)
