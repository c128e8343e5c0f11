"""What each rule of an expression becomes.

Lark calls these methods as it reduces, so nothing recurses. A method gets what stands in its rule,
left to right: tokens, and what other methods returned.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gdc.dsl import tree
from gdc.dsl.elsewhere import VALUES, instead, without_prefix
from gdc.dsl.places import Places, is_token, of, plain
from gdc.dsl.source import Span

if TYPE_CHECKING:
    from lark import Token

    from gdc.dsl.places import Child

CONSTANT = {"π": "pi", "∞": "inf"}
LARGEST_INT = 2**63     # one more than fits: -9223372036854775808 is `-` and this number
PYTHON_MODULES = ("np", "numpy", "math", "cmath", "scipy", "sp", "torch", "tf", "jnp", "jax", "cp",
                  "cupy", "la", "linalg", "fft", "special")


class Expressions(Places):
    """The callbacks of expressions."""

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
        base = children[0]
        assert isinstance(base, tree.Expr)
        subscripts = [child for child in children[1:]
                      if isinstance(child, tree.Expr | tree.Slice | tree.NewAxis | tree.Ellipsis)]
        return tree.Index(self.span(base, children[-1]), base, (*subscripts,))

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
            if not self.faults or self.faults[-1].span is None or self.faults[-1].span.start < base.span.start:
                values = [base, *of(tree.Expr, children[3:]), *of(tree.Named, children[3:])]
                arguments = [value.span.text for value in values]
                self.fault(f"a value has no functions of its own: `.{word}(` cannot stand here", self.span(dot, word),
                           instead(str(word), arguments) or without_prefix(str(word), arguments))
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


def attribute_fault(base: tree.Expr, word: str) -> tuple[str, str]:
    """What to say of `base.word`."""
    if isinstance(base, tree.Number):
        return "a number has digits on both sides of its point", f"write {base.span.text}.0"
    if word in ("T", "t", "transpose"):
        return f"`.{word}` is no part of a value", "the transpose is .T"
    if isinstance(base, tree.Name) and base.name in PYTHON_MODULES:
        hint = f"write {VALUES.get(word, word)}" if word not in PYTHON_MODULES else "such as norm(x), solve(A, b)"
        return f"`{base.name}.{word}`: functions and constants need no prefix", hint
    text = base.span.text
    hint = instead(word, [text]) or f"functions take the value: {word}({text})"
    return f"`.{word}` is no part of a value: only `.T` is", hint
