"""What each statement of the grammar becomes; see `expressions.py` for how these methods are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gdc.dsl import tree
from gdc.dsl.expressions import Expressions
from gdc.dsl.places import is_token, of, only, plain, start
from gdc.dsl.source import Source, Span

if TYPE_CHECKING:
    from lark import Token

    from gdc.dsl.places import Child

TOP_LEVEL = (tree.Input, tree.Param, tree.Output, tree.Use, tree.Def)


@dataclass(frozen=True, slots=True)
class Block(tree.Node):
    """`{ … }` with the place of its braces."""

    statements: tree.Block


@dataclass(frozen=True, slots=True)
class Group(tree.Statement):
    """One line that declares several things."""

    statements: tree.Block


@dataclass(frozen=True, slots=True)
class Return(tree.Statement):
    """`return a, b`: the function it ends takes the values and leaves no such node."""

    values: tuple[tree.Expr, ...]


class Builder(Expressions):
    """All callbacks: what the parser is built with."""

    def begin(self, source: Source) -> None:
        super().begin(source)
        self.returns: list[Return] = []

    def script(self, children: list[Child]) -> tree.Script:
        for stray in self.returns:
            self.fault("`return` stands only at the end of a function's block", stray,
                       "what a program returns has a name: output y := …; a loop is left with `stop`")
        return tree.Script(Span(self.source, 0, len(self.source.text)), self.statements(children))

    def statements(self, children: Sequence[Child]) -> tree.Block:
        """One tuple; a line that declares several things counts as several."""
        found: list[tree.Statement] = []
        for child in of(tree.Statement, children):
            found += child.statements if isinstance(child, Group) else (child,)
        return (*found,)

    def block(self, children: list[Child]) -> Block:
        statements = self.statements(children)
        for statement in of(TOP_LEVEL, statements):
            word = type(statement).__name__.lower()
            self.fault(f"`{word}` cannot stand in a block", Span(self.source, start(statement), start(statement) + 1),
                       "move it out of the braces")
        return Block(self.span(children[0], children[-1]), statements)

    def type(self, children: list[Child]) -> tree.Type:
        return tree.Type(self.span(children[0], children[-1]), str(children[0]), of(tree.Expr, children))

    def from_file(self, children: list[Child]) -> tree.From:
        path, *members = (str(child)[1:-1] for child in children if is_token(child, "STRING"))
        return tree.From(self.span(children[0], children[-1]), path, tuple(members))

    def input(self, children: list[Child]) -> Group:
        span = self.span(children[0], children[-1])
        finite = any(is_token(child, "FINITE") for child in children)
        type_, source = only(tree.Type, children), only(tree.From, children)
        made = (tree.Input(span, self.word(word), self.span(word, word), type_, finite, source)
                for word in self.words(children))
        return Group(span, (*made,))

    def words(self, children: Sequence[Child]) -> list[Token]:
        return [child for child in children if not isinstance(child, tree.Node) and child.type == "NAME"]

    def param(self, children: list[Child]) -> tree.Param:
        word = self.words(children)[0]
        (default,) = of(tree.Expr, children)
        return tree.Param(self.span(children[0], default), self.word(word), self.span(word, word),
                          only(tree.Type, children), default)

    def assign(self, children: list[Child]) -> tree.Assign:
        target, sign, value = children
        assert isinstance(target, tree.Name | tree.Index) and isinstance(value, tree.Expr)
        op = plain(str(sign)[:-1]) if is_token(sign, "AUGMENTED") else None
        return tree.Assign(self.span(target, value), (target,), op, value)

    def assign_several(self, children: list[Child]) -> tree.Assign:
        *_, value = of(tree.Expr, children)
        targets = (*(child for child in children[:-1] if isinstance(child, tree.Name | tree.Index)),)
        return tree.Assign(self.span(children[0], value), targets, None, value)

    def repeat(self, children: list[Child]) -> tree.Repeat:
        count, block = children[1:]
        assert isinstance(count, tree.Expr) and isinstance(block, Block)
        return tree.Repeat(self.span(children[0], block), count, block.statements)

    def while_loop(self, children: list[Child]) -> tree.While:
        condition, block = children[1:]
        assert isinstance(condition, tree.Expr) and isinstance(block, Block)
        return tree.While(self.span(children[0], block), condition, block.statements)

    def each(self, children: list[Child]) -> tree.ForEach:
        """`x in v`; `for_loop` adds the block."""
        word, _, over = children
        assert not isinstance(word, tree.Node) and isinstance(over, tree.Expr)
        return tree.ForEach(self.span(word, over), self.word(word), over, ())

    def for_loop(self, children: list[Child]) -> tree.For | tree.ForEach:
        span, block = self.span(children[0], children[-1]), children[-1]
        assert isinstance(block, Block)
        each = only(tree.ForEach, children)
        if each is None:
            return tree.For(span, of(tree.Range, children), block.statements)
        if len(children) > 3:
            self.fault(f"`{each.name} in …` wants a range `a..b` where a `for` has several", each,
                       "or write one `for` in the block of the other")
        return replace(each, span=span, body=block.statements)

    def leave(self, children: list[Child]) -> tree.Leave:
        return tree.Leave(self.span(children[0], children[-1]), str(children[0]), only(tree.Expr, children))

    def if_else(self, children: list[Child]) -> tree.If:
        conditions = of(tree.Expr, children)
        blocks = [block.statements for block in of(Block, children)]
        orelse = blocks.pop() if len(blocks) > len(conditions) else ()
        return tree.If(self.span(children[0], children[-1]), (*zip(conditions, blocks, strict=True),), orelse)

    def record(self, children: list[Child]) -> tree.Record:
        name = self.word(self.words(children)[0])
        return tree.Record(self.span(children[0], children[-1]), name, only(tree.Expr, children))

    def print(self, children: list[Child]) -> tree.Print:
        return tree.Print(self.span(children[0], children[-1]), of(tree.Expr, children))

    def assert_true(self, children: list[Child]) -> tree.Assert:
        (condition,) = of(tree.Expr, children)
        message = str(children[-1])[1:-1] if is_token(children[-1], "STRING") else None
        return tree.Assert(self.span(children[0], children[-1]), condition, message)

    def assert_grad(self, children: list[Child]) -> tree.AssertGrad:
        value, derivative = of(tree.Expr, children)
        return tree.AssertGrad(self.span(children[0], children[-1]), value, self.leaf(self.words(children)[0]),
                               derivative)

    def expect(self, children: list[Child]) -> tree.Expect:
        (claim,) = of(tree.Expr, children)
        return tree.Expect(self.span(children[0], claim), claim)

    def output(self, children: list[Child]) -> Group:
        return Group(self.span(children[0], children[-1]), of(tree.Output, children))

    def output_item(self, children: list[Child]) -> tree.Output:
        name = self.word(self.words(children)[0])
        return tree.Output(self.span(children[0], children[-1]), name, only(tree.Expr, children))

    def use(self, children: list[Token]) -> tree.Use:
        return tree.Use(self.span(children[0], children[-1]), str(children[1])[1:-1], self.word(children[-1]))

    def parameter(self, children: list[Child]) -> tree.Parameter:
        name = self.word(self.words(children)[0])
        return tree.Parameter(self.span(children[0], children[-1]), name, only(tree.Type, children),
                              only(tree.Expr, children))

    def return_(self, children: list[Child]) -> Return:
        made = Return(self.span(children[0], children[-1]), of(tree.Expr, children))
        self.returns.append(made)
        return made

    def define(self, children: list[Child]) -> tree.Def:
        word = self.words(children)[0]
        body: tree.Block = ()
        results = of(tree.Expr, children)
        if isinstance(block := children[-1], Block):
            *inner, last = block.statements or (block,)
            if isinstance(last, Return):
                body, results = of(tree.Statement, inner), last.values
                self.returns.remove(last)
            else:
                self.fault(f"the block of `{word}` does not end with `return`", self.span(children[0], word),
                           "make `return …` the block's last statement")
        return tree.Def(self.span(children[0], children[-1]), self.word(word), self.span(word, word),
                        of(tree.Parameter, children), body, results)
