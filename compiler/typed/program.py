"""Statements and whole programs as NumPy text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gdc.compiler.build.program import prelude
from gdc.compiler.ops import FUNCTIONS
from gdc.compiler.typed.calls import SIZED
from gdc.compiler.typed.expressions import Expressions
from gdc.compiler.typed.words import OR, Names, Untypable
from gdc.dsl import tree

LEFT_OUT = (tree.Input, tree.Param, tree.Print, tree.Assert, tree.AssertGrad, tree.Expect, tree.Def)
BRANCHING = (tree.Repeat, tree.For, tree.ForEach, tree.While, tree.If, tree.Leave, tree.Table)
REALS = {"f64": "np.float64", "f32": "np.float32"}
VIEWS = ("reshape", "transpose", "broadcast")
ORDINARY = ("+", "-", "*", "/", "//", "%")


@dataclass(frozen=True, slots=True)
class Typed:
    """The text defines program(*arguments), over np and special (SciPy's), and returns the outputs as a tuple."""

    text: str
    arguments: tuple[str, ...]  # the inputs, and the sizes that formulas read, by their names in gd
    spelled: dict[str, str]  # those names in Python
    is_straight: bool  # no loop, no branch, no part of an array is assigned: it can be traced
    formulas: tuple[tuple[str, str], ...] | None  # where all is elementwise: each variable and its formula
    results: tuple[str, ...] = field(default=())


def typed_text(
    script: tree.Script, inputs: Mapping[str, int | None], sizes: Iterable[str], outputs: Sequence[str], precision: str
) -> Typed:
    """A program as it would be typed into NumPy; `inputs` has the rank of each. Raises Untypable."""
    library = {name: f.definition for name, f in prelude().items() if not name.startswith("_")}
    own = {s.name: s for s in script.statements if isinstance(s, tree.Def)}
    writer = _Writer(Names(), own, library, REALS[precision])
    return writer.program(script, dict(inputs), [*sizes], outputs)


class _Writer(Expressions):
    def program(
        self, script: tree.Script, inputs: dict[str, int | None], sizes: list[str], outputs: Sequence[str]
    ) -> Typed:
        self.names.ranks.update(dict.fromkeys(sizes, 0) | inputs)
        self.mutable = set(changed_parts(script))
        for name in inputs:
            self.names.variable(name)
        copies = [f"{self.names.variable(name)} = {self.names.variable(name)}.copy()"
                  for name in inputs if name in self.mutable]
        body = copies + self.block(script.statements)
        results = tuple(self.names.variable(name) for name in outputs)
        defs = self.definitions()
        arguments = (*inputs, *(s for s in sizes if s in self.names.used and s not in inputs))
        spelled = {name: self.names.variable(name) for name in arguments}
        lines = [f"def program({', '.join(spelled.values())}):", *indented(defs + body),
                 f"    return {', '.join(results)},"]
        straight = not any(isinstance(n, BRANCHING) or is_part(n) or (isinstance(n, tree.Call) and n.ranges)
                           for n in tree.walk(script))
        return Typed("\n".join(lines) + "\n", arguments, spelled, straight, self.elementwise(script), results)

    def elementwise(self, script: tree.Script) -> tuple[tuple[str, str], ...] | None:
        """Each variable and its formula, where nothing but entries meet entries."""
        found = []
        for s in script.statements:
            if isinstance(s, (tree.Assign, tree.Output)) and s.value is not None:
                name = s.name if isinstance(s, tree.Output) else s.targets[0].span.text
                if not is_elementwise(s.value) or (isinstance(s, tree.Assign) and (s.op or is_part(s))):
                    return None
                found.append((self.names.variable(name), self.write(s.value).text))
            elif not isinstance(s, (*LEFT_OUT, tree.Output)):
                return None
        return tuple(found)

    def definitions(self) -> list[str]:
        """The functions that are called, each once, those that they call before them."""
        lines: list[str] = []
        done: set[str] = set()
        while todo := [name for name in self.called if name not in done]:
            for name in todo:
                done.add(name)
                lines = self.definition(self.called[name]) + lines
        return lines

    def definition(self, f: tree.Def) -> list[str]:
        """A function's text. One that is written in gd itself sees none of the script's."""
        hidden = self.own
        self.own = {} if self.library.get(f.name) is f else hidden
        lines = self.function(f)
        self.own = hidden
        return lines

    def function(self, f: tree.Def) -> list[str]:
        sizes = {d.name for p in f.parameters if p.type for d in p.type.dims if isinstance(d, tree.Name)}
        if any(isinstance(n, tree.Name) and n.name in sizes for p in f.parameters if p.default is not None
               for n in tree.walk(p.default)):
            raise Untypable(f"{f.name}(), whose defaults read sizes of its own")
        own = dict.fromkeys((*(p.name for p in f.parameters), *assigned(f.body)))
        kept = {name: self.names.ranks.get(name) for name in own}
        self.names.ranks.update({p.name: rank_of(p) for p in f.parameters})
        words = [self.names.variable(p.name) + (f"={self.write(p.default).text}" if p.default is not None else "")
                 for p in f.parameters]
        lines = [f"{self.names.variable(d.name)} = {self.names.variable(p.name)}.shape[{axis}]"
                 for p in f.parameters if p.type for axis, d in enumerate(p.type.dims)
                 if isinstance(d, tree.Name) and d.name != "_"]
        lines += [f"{self.names.variable(p.name)} = np.array({self.names.variable(p.name)})"
                  for p in f.parameters if p.name in self.mutable]
        lines += self.block(f.body)
        results = ", ".join(self.write(r).text for r in f.results)
        self.names.ranks.update(kept)
        return [f"def {self.names.function(f.name)}({', '.join(words)}):", *indented([*lines, f"return {results}"]), ""]

    # --- statements

    def block(self, statements: Iterable[tree.Statement]) -> list[str]:
        return [line for s in statements for line in self.statement(s)]

    def inner(self, header: str, statements: Iterable[tree.Statement]) -> list[str]:
        return [header, *indented(self.block(statements) or ["pass"])]

    def statement(self, s: tree.Statement) -> list[str]:
        match s:
            case tree.Assign():
                return self.assign(s)
            case tree.Output() | tree.Record():
                if s.value is None:
                    self.names.used.add(s.name)
                    return []
                return self.bind(s.name, s.value)
            case tree.Repeat():
                return self.inner(f"for _ in range({self.write(s.count).text}):", s.body)
            case tree.For():
                return self.nest(list(s.ranges), s.body)
            case tree.ForEach():
                over = self.write(s.over)
                self.names.ranks[s.name] = None if over.rank is None else over.rank - 1
                return self.inner(f"for {self.names.variable(s.name)} in {over.text}:", s.body)
            case tree.While():
                return self.inner(f"while {self.write(s.condition).text}:", s.body)
            case tree.If():
                lines = []
                for k, (condition, body) in enumerate(s.arms):
                    lines += self.inner(f"{'elif' if k else 'if'} {self.write(condition).text}:", body)
                return lines + (self.inner("else:", s.orelse) if s.orelse else [])
            case tree.Leave():
                word = "break" if s.word == "stop" else "continue"
                return [word] if s.condition is None else [f"if {self.write(s.condition).text}:", f"    {word}"]
            case _ if isinstance(s, LEFT_OUT):
                return []
        raise Untypable(s.span.text.split("\n")[0])

    def nest(self, ranges: list[tree.Range], body: tree.Block) -> list[str]:
        if not ranges:
            return self.block(body)
        first, *rest = ranges
        header = f"for {self.names.variable(first.name)} in {self.range(first)}:"
        self.names.ranks[first.name] = 0
        return [header, *indented(self.nest(rest, body) or ["pass"])]

    def assign(self, s: tree.Assign) -> list[str]:
        if len(s.targets) > 1:
            names = [t.name for t in s.targets if isinstance(t, tree.Name)]
            value = self.write(s.value)
            self.names.ranks.update(dict.fromkeys(names))
            return [f"{', '.join(self.names.variable(name) for name in names)} = {value.text}"]
        target = s.targets[0]
        if isinstance(target, tree.Index):
            return [self.assign_part(target, s.op, s.value)]
        return self.bind(target.name, s.value, s.op)

    def bind(self, name: str, value: tree.Expr, op: str | None = None) -> list[str]:
        piece = self.write(value)
        if op:
            piece = self.binary(op, self.write(tree.Name(value.span, name)), piece)
        elif may_share(value) and (name in self.mutable or any(
            isinstance(n, tree.Name) and n.name in self.mutable for n in tree.walk(value)
        )) and piece.rank != 0:
            piece = type(piece)(f"np.array({piece.text})", rank=piece.rank)
        self.names.ranks[name] = piece.rank
        return [f"{self.names.variable(name)} = {piece.text}"]

    def assign_part(self, target: tree.Index, op: str | None, value: tree.Expr) -> str:
        place, piece = self.index(target), self.write(value)
        several = [s for s in target.subscripts if isinstance(s, tree.Expr) and (self.write(s).rank or 0) > 0]
        if op in ("+", "-") and several:  # every occurrence of a repeated place counts
            inside = ", ".join(self.subscript(s)[0] for s in target.subscripts)
            word = "add" if op == "+" else "subtract"
            return f"np.{word}.at({self.write(target.base).text}, ({inside},), {piece.text})"
        if op and several:
            raise Untypable(f"{op}= at places that may be repeated")
        if op in ORDINARY:
            return f"{place.text} {op}= {piece.at(OR)}"
        return f"{place.text} = {(self.binary(op, place, piece) if op else piece).text}"


# --- looking at the tree ---------------------------------------------------------------------------


def indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" if line else "" for line in lines]


def is_part(node: tree.Node) -> bool:
    """Whether this is an assignment to a part of an array."""
    return isinstance(node, tree.Assign) and any(isinstance(t, tree.Index) for t in node.targets)


def changed_parts(script: tree.Script) -> Iterable[str]:
    """The names of arrays that parts are assigned of."""
    for node in tree.walk(script):
        if isinstance(node, tree.Assign):
            for t in node.targets:
                if isinstance(t, tree.Index) and isinstance(t.base, tree.Name):
                    yield t.base.name


def may_share(value: tree.Expr) -> bool:
    """Whether NumPy's value may be a view of another array."""
    if isinstance(value, tree.Call):
        return value.function in VIEWS or value.function not in FUNCTIONS and value.function not in SIZED
    return isinstance(value, (tree.Name, tree.Index, tree.Transpose))


def assigned(block: tree.Block) -> Iterable[str]:
    for s in block:
        for node in tree.walk(s):
            if isinstance(node, tree.Assign):
                yield from (t.name for t in node.targets if isinstance(t, tree.Name))


def rank_of(p: tree.Parameter) -> int | None:
    return len(p.type.dims) if p.type else None


def is_elementwise(value: tree.Expr) -> bool:
    """Whether each entry is computed from the entries of its place alone."""
    for node in tree.walk(value):
        if isinstance(node, tree.Call):
            row = FUNCTIONS.get(node.function)
            if row is None or row.kind != "MAP" or node.named or node.ranges:
                return False
        elif isinstance(node, tree.Chain):
            if not set(node.ops) <= set(ORDINARY):
                return False
        elif not isinstance(node, (tree.Number, tree.Name, tree.Power, tree.Unary)):
            return False
    return True
