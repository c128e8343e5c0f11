"""What each rule of the grammar becomes: Lark calls these methods as it reduces, so nothing recurses.

A method gets what stands in its rule, left to right: tokens, and what other methods returned.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from gdc.dsl import names, tree
from gdc.dsl.errors import Error
from gdc.dsl.source import Source, Span

if TYPE_CHECKING:
    from lark import Token

    Child: TypeAlias = Token | tree.Node

Made = TypeVar("Made")

PLAIN = {"−": "-", "×": "*", "⊙": "*", "÷": "/", "**": "^", "≤": "<=", "≥": ">=", "≠": "!=", "¬": "not",
         "∧": "and", "∨": "or"}
CONSTANT = {"π": "pi", "∞": "inf"}
LARGEST_INT = 2**63     # one more than fits: -9223372036854775808 is `-` and this number
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


def plain(sign: str) -> str:
    return PLAIN.get(sign, sign)


def is_token(child: object, *kinds: str) -> bool:
    return getattr(child, "type", None) in kinds


def of(kind: type[Made] | tuple[type[Made], ...], children: Sequence[object]) -> tuple[Made, ...]:
    """Those of one kind, in order."""
    return tuple(child for child in children if isinstance(child, kind))


def only(kind: type[Made], children: Sequence[object]) -> Made | None:
    return next((child for child in children if isinstance(child, kind)), None)


class Builder(threading.local):
    """The callbacks; each thread has its own source and its own list of faults."""

    def __init__(self) -> None:
        self.begin(Source(""))

    def begin(self, source: Source) -> None:
        self.source = source
        self.faults: list[Error] = []
        self.returns: list[Return] = []

    # --- places and faults -----------------------------------------------------------------------

    def span(self, first: Child, last: Child) -> Span:
        return Span(self.source, start(first), end(last))

    def fault(self, message: str, where: Child | Span, hint: str | None = None) -> None:
        """Keep an error for later, so that the rest of the text is still read."""
        span = where if isinstance(where, Span) else self.span(where, where)
        self.faults.append(Error("syntax", message, span, hint))

    def word(self, token: Token) -> str:
        """A name's normal form, after a look at what it is made of."""
        text = str(token)
        if text.isascii():
            return text
        if (strange := names.stranger(text)) is not None:
            place = start(token) + strange
            self.fault(f"`{text[strange]}` cannot stand in a name", Span(self.source, place, place + 1))
        elif names.normal(text) in names.RESERVED:
            self.fault(f"`{text}` reads as `{names.normal(text)}`, a word of the language", token)
        return names.normal(text)

    def leaf(self, token: Token) -> tree.Name:
        return tree.Name(self.span(token, token), self.word(token))

    # --- expressions -----------------------------------------------------------------------------

    def name(self, children: list[Token]) -> tree.Name:
        return self.leaf(children[0])

    def number(self, children: list[Token]) -> tree.Number:
        token = children[0]
        text = token.replace("_", "")
        value: int | float | complex
        if text[:2] in ("0x", "0X"):
            value = int(text, 16)
        elif text.endswith("i"):
            value = complex(0.0, float(text[:-1]))
        elif text.isdigit():
            value = int(text) if len(text) < 4000 else LARGEST_INT + 1
        else:
            value = float(text)
        if isinstance(value, int) and value > LARGEST_INT:
            self.fault("this number does not fit in a 64-bit int", token, "write it as a real, with a point: 1.0e20")
        return tree.Number(self.span(token, token), value)

    def string(self, children: list[Token]) -> tree.String:
        return tree.String(self.span(children[0], children[0]), str(children[0])[1:-1])

    def constant(self, children: list[Token]) -> tree.Constant:
        return tree.Constant(self.span(children[0], children[0]), CONSTANT.get(children[0], str(children[0])))

    def group(self, children: list[Child]) -> tree.Expr:
        """Parentheses leave no node; what they hold takes their place in the text."""
        inner = children[1]
        assert isinstance(inner, tree.Expr)
        return replace(inner, span=self.span(children[0], children[-1]))

    def chain(self, children: list[Child]) -> tree.Chain:
        first, *rest = of(tree.Expr, children[::2])
        return tree.Chain(self.span(first, children[-1]), first, tuple(plain(str(sign)) for sign in children[1::2]),
                          tuple(rest))

    def compare(self, children: list[Child]) -> tree.Compare:
        first, *rest = of(tree.Expr, children[::2])
        return tree.Compare(self.span(first, children[-1]), first, tuple(plain(str(sign)) for sign in children[1::2]),
                            tuple(rest))

    def conditional(self, children: list[Child]) -> tree.Conditional:
        then, condition, orelse = of(tree.Expr, children)
        return tree.Conditional(self.span(then, orelse), then, condition, orelse)

    def unary(self, children: list[Child]) -> tree.Unary:
        (operand,) = of(tree.Expr, children)
        return tree.Unary(self.span(children[0], operand), plain(str(children[0])), operand)

    def root(self, children: list[Child]) -> tree.Call:
        return tree.Call(self.span(children[0], children[-1]), "sqrt", self.span(children[0], children[0]),
                         of(tree.Expr, children))

    def power(self, children: list[Child]) -> tree.Power:
        """`b^e`, `b²`, `b²^e`, which is b^2^e."""
        base, sign = children[0], children[1]
        exponent = children[-1]
        assert isinstance(base, tree.Expr)
        if is_token(sign, "SUPERSCRIPT"):
            two = tree.Number(self.span(sign, sign), 2 if sign == "²" else 3)
            exponent = tree.Power(self.span(sign, exponent), two, exponent) if isinstance(exponent, tree.Expr) else two
        assert isinstance(exponent, tree.Expr)
        return tree.Power(self.span(base, exponent), base, exponent)

    def index(self, children: list[Child]) -> tree.Index:
        base, *subscripts = of((tree.Expr, tree.Slice, tree.NewAxis, tree.Ellipsis), children)
        assert isinstance(base, tree.Expr)
        return tree.Index(self.span(base, children[-1]), base, tuple(subscripts))

    def slice(self, children: list[Child]) -> tree.Slice:
        parts: list[tree.Expr | None] = [None]
        for child in children:
            if isinstance(child, tree.Expr):
                parts[-1] = child
            else:
                parts.append(None)
        return tree.Slice(self.span(children[0], children[-1]), *(parts + [None])[:3])

    def new_axis(self, children: list[Token]) -> tree.NewAxis:
        return tree.NewAxis(self.span(children[0], children[0]))

    def ellipsis(self, children: list[Token]) -> tree.Ellipsis:
        return tree.Ellipsis(self.span(children[0], children[0]))

    def transpose(self, children: list[Child]) -> tree.Transpose:
        base = children[0]
        assert isinstance(base, tree.Expr)
        return tree.Transpose(self.span(base, children[-1]), base)

    def attribute(self, children: list[Child]) -> tree.Transpose:
        """Only `.T`: a script can name nothing else of a value."""
        base, dot, word = children
        assert isinstance(base, tree.Expr)
        if str(word) != "T":
            message, hint = attribute_fault(base, str(word))
            self.fault(message, self.span(dot, word), hint)
        return tree.Transpose(self.span(base, word), base)

    def method(self, children: list[Child]) -> tree.Call:
        """`st.f(x)`: whether `st` is the name of a used file is seen when the script is complete."""
        base, dot, word = children[:3]
        assert isinstance(base, tree.Expr) and not isinstance(word, tree.Node)
        if not isinstance(base, tree.Name) or base.span.text.startswith("("):
            self.fault(f"a value has no functions of its own: `.{word}(` cannot stand here", self.span(dot, word),
                       f"write {word}(…) with the value as its first argument")
            return self.called(base, "?", self.span(base, word), children)
        return self.called(base, f"{base.name}.{self.word(word)}", self.span(base, word), children)

    def call(self, children: list[Child]) -> tree.Call:
        word = children[0]
        assert not isinstance(word, tree.Node)
        return self.called(word, self.word(word), self.span(word, word), children)

    def called(self, first: Child, function: str, function_span: Span, children: list[Child]) -> tree.Call:
        inside = children[3:] if is_token(children[1], "DOT") else children[1:]
        named = of(tree.Named, inside)
        for child in inside[inside.index(named[0]):] if named else ():
            if isinstance(child, tree.Expr):
                self.fault("an argument without a name stands after one with a name", child, "put the named ones last")
        for position, each in enumerate(named):
            if any(each.name == other.name for other in named[:position]):
                self.fault(f"`{each.name}=` is given twice", each)
        return tree.Call(self.span(first, children[-1]), function, function_span, of(tree.Expr, inside), named,
                         of(tree.Range, inside))

    def named(self, children: list[Child]) -> tree.Named:
        word, _, value = children
        assert not isinstance(word, tree.Node) and isinstance(value, tree.Expr)
        return tree.Named(self.span(word, value), self.word(word), value)

    def tuple(self, children: list[Child]) -> tree.Tuple:
        return tree.Tuple(self.span(children[0], children[-1]), of(tree.Expr, children))

    def array(self, children: list[Child]) -> tree.Array:
        return tree.Array(self.span(children[0], children[-1]), of(tree.Expr, children))

    def table(self, children: list[Child]) -> tree.Table:
        (body,) = of(tree.Expr, children)
        return tree.Table(self.span(children[0], children[-1]), body, of(tree.Range, children))

    def range(self, children: list[Child]) -> tree.Range:
        """`i`, `i in a..b`, `i in a..b by c`."""
        word = children[0]
        assert not isinstance(word, tree.Node)
        first, last, step = (*of(tree.Expr, children), None, None, None)[:3]
        return tree.Range(self.span(word, children[-1]), self.word(word), first, last, step)

    # --- statements ------------------------------------------------------------------------------

    def script(self, children: list[Child]) -> tree.Script:
        for stray in self.returns:
            self.fault("`return` stands only at the end of a function's block", stray,
                       "leave a loop with `stop`; name what a program returns with `output`")
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
        targets = of((tree.Name, tree.Index), children[:-1])
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


def start(child: Child) -> int:
    if isinstance(child, tree.Node):
        return child.span.start
    assert child.start_pos is not None
    return child.start_pos


def end(child: Child) -> int:
    if isinstance(child, tree.Node):
        return child.span.end
    assert child.end_pos is not None
    return child.end_pos


def attribute_fault(base: tree.Expr, word: str) -> tuple[str, str]:
    """What to say of `base.word`."""
    if isinstance(base, tree.Number):
        return "a number has digits on both sides of its point", f"write {base.span.text}.0"
    if word in ("T", "t", "transpose"):
        return f"`.{word}` is no part of a value", "the transpose is .T"
    if isinstance(base, tree.Name) and base.name in PYTHON_MODULES:
        return f"`{base.name}.{word}`: functions and constants need no prefix", f"write {word}"
    hints = {"shape": "size(A) or size(A, axis) gives sizes", "size": "size(A) gives the size", "ndim": "rank(A) gives it"}
    return f"`.{word}` is no part of a value: only `.T` is", hints.get(word, "functions take the value: f(x)")


PYTHON_MODULES = ("np", "numpy", "math", "cmath", "scipy", "sp", "torch", "tf", "jnp", "jax", "cp", "cupy", "la", "linalg")


