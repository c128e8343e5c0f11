"""Formulas as NumPy text."""

from __future__ import annotations

from collections.abc import Sequence

from gdc.compiler.typed import calls
from gdc.compiler.typed.words import (
    AND,
    ATOM,
    CHOICE,
    COMPARE,
    NOT,
    OR,
    PLUS,
    POWER,
    TIMES,
    UNARY,
    Names,
    Piece,
    Untypable,
    highest,
)
from gdc.dsl import tree

CONSTANTS = {"pi": "np.pi", "inf": "np.inf", "nan": "np.nan", "true": "True", "false": "False"}
LEVELS = {"+": PLUS, "-": PLUS, "*": TIMES, "/": TIMES, "//": TIMES, "%": TIMES, "@": TIMES, "and": AND, "or": OR}


class Expressions:
    """Writes formulas; `own` are the script's functions, `library` those that are written in gd itself."""

    def __init__(self, names: Names, own: dict[str, tree.Def], library: dict[str, tree.Def], real: str) -> None:
        self.names, self.own, self.library, self.real = names, own, library, real
        self.called: dict[str, tree.Def] = {}

    def write(self, e: tree.Expr) -> Piece:
        match e:
            case tree.Number():
                return Piece(repr(e.value), rank=0)
            case tree.Constant() if e.name in CONSTANTS:
                return Piece(CONSTANTS[e.name], rank=0)
            case tree.Name():
                self.names.used.add(e.name)
                return Piece(self.names.variable(e.name), rank=self.names.ranks.get(e.name))
            case tree.Chain():
                return self.chain(e)
            case tree.Power():
                base, exponent = self.write(e.base), self.write(e.exponent)
                text = f"{base.at(ATOM)}**{exponent.at(UNARY)}"
                return Piece(text, POWER, highest(base.rank, exponent.rank))
            case tree.Unary():
                return self.unary(e)
            case tree.Compare():
                return self.compare(e)
            case tree.Conditional():
                return self.conditional(e)
            case tree.Transpose():
                base = self.write(e.base)
                if base.rank is not None and base.rank > 2:
                    return Piece(f"np.swapaxes({base.text}, -1, -2)", rank=base.rank)
                return base if base.rank in (0, 1) else Piece(f"{base.at(ATOM)}.T", rank=base.rank)
            case tree.Array():
                items = [self.write(item) for item in e.items]
                inner = items[0].rank
                rank = None if inner is None else inner + 1
                return Piece(f"np.array([{', '.join(i.text for i in items)}])", rank=rank)
            case tree.Table():
                return self.table(e)
            case tree.Index():
                return self.index(e)
            case tree.Call():
                return calls.call(self, e)
        raise Untypable(e.span.text)

    def chain(self, e: tree.Chain) -> Piece:
        value = self.write(e.first)
        for op, right in zip(e.ops, e.rest, strict=True):
            value = self.binary(op, value, self.write(right))
        return value

    def binary(self, op: str, left: Piece, right: Piece) -> Piece:
        """One operator; `·` is a product of arrays unless one side is a scalar."""
        if op == "·":
            if 0 not in (left.rank, right.rank) and None in (left.rank, right.rank):
                raise Untypable("a · whose sides may be scalars")
            op = "*" if 0 in (left.rank, right.rank) else "@"
        if op == "^":
            return Piece(f"{left.at(ATOM)}**{right.at(UNARY)}", POWER, highest(left.rank, right.rank))
        rank = highest(left.rank, right.rank)
        if op == "@" and left.rank is not None and right.rank is not None:
            rank = max(left.rank + right.rank - 2, 0)
        if op in ("and", "or") and rank != 0:
            return Piece(f"np.logical_{op}({left.text}, {right.text})", rank=rank)
        level = LEVELS[op]
        return Piece(f"{left.at(level)} {op} {right.at(level - 1 if level < ATOM else level)}", level, rank) \
            if op in ("and", "or") else Piece(f"{left.at(level)} {op} {right.at(level + 1)}", level, rank)

    def unary(self, e: tree.Unary) -> Piece:
        operand = self.write(e.operand)
        if e.op == "not":
            if operand.rank == 0:
                return Piece(f"not {operand.at(NOT)}", NOT, 0)
            return Piece(f"np.logical_not({operand.text})", rank=operand.rank)
        return Piece(f"{e.op}{operand.at(UNARY)}", UNARY, operand.rank)

    def compare(self, e: tree.Compare) -> Piece:
        values = [self.write(x) for x in (e.first, *e.rest)]
        rank = highest(*(v.rank for v in values))
        pairs = [f"{a.at(PLUS)} {op} {b.at(PLUS)}" for a, op, b in zip(values, e.ops, values[1:], strict=False)]
        if len(pairs) == 1:
            return Piece(pairs[0], COMPARE, rank)
        if rank == 0:
            return Piece(" and ".join(pairs), AND, 0)
        text = pairs[0]
        for pair in pairs[1:]:
            text = f"np.logical_and({text}, {pair})"
        return Piece(text, rank=rank)

    def conditional(self, e: tree.Conditional) -> Piece:
        then, condition, orelse = self.write(e.then), self.write(e.condition), self.write(e.orelse)
        rank = highest(then.rank, condition.rank, orelse.rank)
        if condition.rank == 0:
            return Piece(f"{then.at(OR)} if {condition.at(OR)} else {orelse.at(CHOICE)}", CHOICE, rank)
        return Piece(f"np.where({condition.text}, {then.text}, {orelse.text})", rank=rank)

    # --- subscripts

    def index(self, e: tree.Index) -> Piece:
        base = self.write(e.base)
        rank, inside = base.rank, []
        for s in e.subscripts:
            text, change = self.subscript(s)
            inside.append(text)
            rank = None if rank is None or change is None else rank + change
        return Piece(f"{base.at(ATOM)}[{', '.join(inside)}]", rank=rank)

    def subscript(self, s: tree.Node) -> tuple[str, int | None]:
        """The text, and by how much the rank grows."""
        if isinstance(s, tree.Slice):
            start, stop = ("" if part is None else self.write(part).at(OR) for part in (s.start, s.stop))
            return f"{start}:{stop}" + (f":{self.write(s.step).at(OR)}" if s.step is not None else ""), 0
        if isinstance(s, tree.NewAxis):
            return "None", 1
        if isinstance(s, tree.Ellipsis):
            return "...", 0
        assert isinstance(s, tree.Expr)
        piece = self.write(s)
        return piece.text, None if piece.rank is None else piece.rank - 1

    # --- index notation

    def table(self, e: tree.Table) -> Piece:
        body, rounds = self.rounds(e.body, e.ranges)
        text = body.text
        for words in reversed(rounds):
            text = f"[{text} {words}]"
        return Piece(f"np.array({text})", rank=None if body.rank is None else body.rank + len(rounds))

    def rounds(self, body: tree.Expr, ranges: Sequence[tree.Range]) -> tuple[Piece, list[str]]:
        """The body, and `for i in range(…)` for each index, which hides a variable of its name meanwhile."""
        hidden = {r.name: self.names.ranks.get(r.name) for r in ranges}
        self.names.ranks.update(dict.fromkeys(hidden, 0))
        words = [f"for {self.names.variable(r.name)} in {self.range(r, body)}" for r in ranges]
        piece = self.write(body)
        self.names.ranks.update(hidden)
        return piece, words

    def range(self, r: tree.Range, body: tree.Expr | None = None) -> str:
        if r.stop is None:
            if body is None:
                raise Untypable(r.span.text)
            return f"range({self.extent(r.name, body)})"
        start = self.write(r.start).text if r.start is not None else "0"
        stop = self.write(r.stop).text
        if r.step is not None:
            return f"range({start}, {stop}, {self.write(r.step).text})"
        return f"range({stop})" if start == "0" else f"range({start}, {stop})"

    def extent(self, name: str, body: tree.Expr) -> str:
        """The size of the first axis that the index alone is a subscript of."""
        for found in tree.walk(body):
            if isinstance(found, tree.Index):
                for axis, s in enumerate(found.subscripts):
                    if isinstance(s, tree.Name) and s.name == name and not any(
                        isinstance(before, (tree.NewAxis, tree.Ellipsis)) for before in found.subscripts[:axis]
                    ):
                        return f"{self.write(found.base).at(ATOM)}.shape[{axis}]"
        raise Untypable(f"the range of {name}")
