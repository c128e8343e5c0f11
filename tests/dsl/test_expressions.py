"""How formulas are grouped: each text beside its tree, written in brackets."""

import pytest

from gdc.dsl import tree
from gdc.dsl.errors import Error
from gdc.dsl.parse import parse
from gdc.dsl.source import Source


def show(node):
    """A tree as text: operators before their operands, a chain with its signs between them."""
    match node:
        case tree.Name(name=name) | tree.Constant(name=name):
            return name
        case tree.Number(value=value):
            return repr(value)
        case tree.String(value=value):
            return f"'{value}'"
        case tree.Chain() | tree.Compare():
            rest = " ".join(f"{op} {show(each)}" for op, each in zip(node.ops, node.rest, strict=True))
            return f"({'cmp ' if isinstance(node, tree.Compare) else ''}{show(node.first)} {rest})"
        case tree.Power(base=base, exponent=exponent):
            return f"(^ {show(base)} {show(exponent)})"
        case tree.Unary(op=op, operand=operand):
            return f"({op} {show(operand)})"
        case tree.Conditional():
            return f"(if {show(node.condition)} {show(node.then)} {show(node.orelse)})"
        case tree.Transpose(base=base):
            return f"{show(base)}.T"
        case tree.Array(items=items):
            return f"[{', '.join(map(show, items))}]"
        case tree.Tuple(items=items):
            return f"({', '.join(map(show, items))},)"
        case tree.Range():
            return node.name if node.start is None else (f"{node.name} in {show(node.start)}..{show(node.stop)}"
                                                         + (f" by {show(node.step)}" if node.step else ""))
        case tree.Table():
            return f"[{show(node.body)} for {', '.join(map(show, node.ranges))}]"
        case tree.Named():
            return f"{node.name}={show(node.value)}"
        case tree.Call():
            ranges = f" for {', '.join(map(show, node.ranges))}" if node.ranges else ""
            return f"{node.function}({', '.join(map(show, node.args + node.named))}{ranges})"
        case tree.Slice():
            return ":".join("" if part is None else show(part) for part in (node.start, node.stop, node.step))
        case tree.NewAxis():
            return "new"
        case tree.Ellipsis():
            return "..."
        case tree.Index():
            return f"{show(node.base)}[{', '.join(map(show, node.subscripts))}]"
    raise AssertionError(node)


def value(text):
    (statement,) = parse(Source(f"y := {text}")).statements
    return statement.value


@pytest.mark.parametrize(("text", "meaning"), [
    # precedence, tightest first
    ("-x^2", "(- (^ x 2))"),
    ("x^-y", "(^ x (- y))"),
    ("x^-y^2", "(^ x (- (^ y 2)))"),
    ("2^3^2", "(^ 2 (^ 3 2))"),
    ("x**2", "(^ x 2)"),
    ("x^y.T", "(^ x y.T)"),
    ("x[i]^2", "(^ x[i] 2)"),
    ("-x*y", "((- x) * y)"),
    ("a*-b", "(a * (- b))"),
    ("+-x", "(+ (- x))"),
    ("a*b/c//d%e@f·g", "(a * b / c // d % e @ f · g)"),
    ("a + b*c - d", "(a + (b * c) - d)"),
    ("(a + b) + c", "((a + b) + c)"),
    ("a - (b - c)", "(a - (b - c))"),
    ("0 < x + 1 <= 2", "(cmp 0 < (x + 1) <= 2)"),
    ("(a < b) < c", "(cmp (cmp a < b) < c)"),
    ("not a == b", "(not (cmp a == b))"),
    ("not a and b", "((not a) and b)"),
    ("a or b and c or d", "(a or (b and c) or d)"),
    ("a and b and c", "(a and b and c)"),
    ("x if a or b else y if c else z", "(if (a or b) x (if c y z))"),
    ("x + 1 if c else -1", "(if c (x + 1) (- 1))"),
    # the formula of the first lecture
    ("w - a*(1/m)*X.T@(X@w+b-y)", "(w - (a * (1 / m) * X.T @ ((X @ w) + b - y)))"),
    ("w − α·(1/m)·Xᵀ·(X·w + b − y)", "(w - (α · (1 / m) · X.T · ((X · w) + b - y)))"),
    ("e.T@f", "(e.T @ f)"),
    # signs
    ("a×b⊙c÷d", "(a * b * c / d)"),
    ("a ≤ b ≥ c ≠ d", "(cmp a <= b >= c != d)"),
    ("¬a ∧ b ∨ c", "(((not a) and b) or c)"),
    ("π + ∞", "(pi + inf)"),
    ("√x^2", "sqrt((^ x 2))"),
    ("√x*y", "(sqrt(x) * y)"),
    ("√(x + 1)", "sqrt((x + 1))"),
    ("2^√x", "(^ 2 sqrt(x))"),
    ("-x²", "(- (^ x 2))"),
    ("x³/2", "((^ x 3) / 2)"),
    ("(X·w − y)²", "(^ ((X · w) - y) 2)"),
    ("x²^n", "(^ x (^ 2 n))"),
    ("Xᵀ²", "(^ X.T 2)"),
    ("pi²", "(^ pi 2)"),
    ("X.Tᵀ", "X.T.T"),
    # numbers and constants
    ("3", "3"), ("1_000", "1000"), ("0xFF", "255"), ("2.5", "2.5"), ("1e-3", "0.001"), ("1.5e3", "1500.0"),
    ("2.5i", "2.5j"), ("1i*y", "(1j * y)"), ("9223372036854775808", "9223372036854775808"),
    ("1if c else 2", "(if c 1 2)"),
    ("true", "true"), ("nan", "nan"), ("zeros(n, int)", "zeros(n, int)"), ("real(z)", "real(z)"),
    # indexing
    ("A[1:-1, ::2]", "A[1:(- 1):, ::2]"),
    ("A[:, 0]", "A[::, 0]"),
    ("A[i:j:k]", "A[i:j:k]"),
    ("A[..., -1]", "A[..., (- 1)]"),
    ("v[:, new]", "v[::, new]"),
    ("D[:, k][:, new]", "D[::, k][::, new]"),
    ("x[x > 0]", "x[(cmp x > 0)]"),
    ("f(x)[0]", "f(x)[0]"),
    ("[1, 2][0]", "[1, 2][0]"),
    # arrays and index notation
    ("[[1, 2], [3, 4]]", "[[1, 2], [3, 4]]"),
    ("[1, 2,]", "[1, 2]"),
    ("[X[i, j] for i, j in 0..k]", "[X[i, j] for i, j in 0..k]"),
    ("sum(e^2 for k in 0..m by 2, j)", "sum((^ e 2) for k in 0..m by 2, j)"),
    ("quantile(x[i], 0.5 for i)", "quantile(x[i], 0.5 for i)"),
    ("[1 if i == j else 0 for i in 0..n, j in i + 1..n]",
     "[(if (cmp i == j) 1 0) for i in 0..n, j in (i + 1)..n]"),
    # calls
    ("f()", "f()"),
    ("f(a, b,)", "f(a, b)"),
    ('conv(x, k, mode="same")', "conv(x, k, mode='same')"),
    ("sum(A, axis=(0, 1), keepdims=true)", "sum(A, axis=(0, 1,), keepdims=true)"),
    ("sum(A, axis=(0,))", "sum(A, axis=(0,))"),
    ("sum(A, axis=(0))", "sum(A, axis=0)"),
    ("f(a == b)", "f((cmp a == b))"),
    # words that are names where they have no meaning
    ("input + record*by - from", "(input + (record * by) - from)"),
    ("f(input=1)", "f(input=1)"),
    ("newer + information + inner", "(newer + information + inner)"),
])
def test_grouping(text, meaning):
    assert show(value(text)) == meaning


@pytest.mark.parametrize(("typed", "name"), [
    ("ŷ", "ŷ"), ("x̄", "x̄"), ("w₁", "w1"), ("∇w", "∇w"), ("µ", "μ"), ("_", "_"), ("a1", "a1"),
    ("е́", "е́"), ("कि", "कि"), ("ℓ", "l"),
])
def test_names(typed, name):
    assert show(value(f"{typed} + 1")) == f"({name} + 1)"


def test_names_are_compared_after_nfkc():
    first, second = parse(Source("x\u0302 := 1\ny := \u1e8b\nz := x\u0307")).statements[1:]
    assert first.value.name == second.value.name


def test_prefix_of_a_used_file():
    call = parse(Source('use "stats.gd" as st\ny := st.f(x, k=2)')).statements[1].value
    assert show(call) == "st.f(x, k=2)"
    assert call.function_span.text == "st.f"


def test_parentheses_belong_to_the_span():
    product = value("(a + b) * c")
    assert product.span.text == "(a + b) * c"
    assert product.first.span.text == "(a + b)"


@pytest.mark.parametrize(("text", "parts"), [
    ("sum(x[i]^2 for i in 0..n)", ["sum(x[i]^2 for i in 0..n)", "x[i]^2", "i in 0..n"]),
    ("A[1:, new, ...]", ["1:", "new", "..."]),
    ("f(k = 2)", ["k = 2"]),
    ("√x² + Xᵀ", ["√x²", "x²", "²", "Xᵀ", "X"]),
    ("- x if not c else 1.5", ["- x", "not c", "1.5"]),
    ("ŷ̄ + β", ["ŷ̄", "β"]),
])
def test_spans(text, parts):
    spans = [node.span.text for node in tree.walk(value(text))]
    assert not set(parts) - set(spans)


def test_every_span_holds_its_children():
    text = "y := f(-a[1:2]^2, k=(1, 2)) + [x if 0 < x else √g for x in 0..n by 2]@B.T"
    for node in tree.walk(parse(Source(text))):
        for child in tree.children(node):
            assert node.span.start <= child.span.start < child.span.end <= node.span.end


@pytest.mark.parametrize("text", [
    "1.", ".5", "1. + x", "2x", "2(a + b)", "1_", "0x", "a b", "a ! b", "[]", "(1, 2)", "f((1, 2))", '"text"',
    'f("text")', "x.shape", "x.T()", "x.sum()", "a = b", "x if c", "new", "A[1..n]", "1:n", "for", "in", "x⁴", "A⁻¹",
    "x²³", "xⁿ", "lambda x: x", "sum(x for i in v)", "f(a=1, 2)", "f(a=1, a=2)", "½", "99999999999999999999",
    "f(x for i, axis=0)", "x.T.y", "iffy else", "a orb",
])
def test_refused(text):
    with pytest.raises(Error) as caught:
        value(text)
    assert caught.value.kind == "syntax"
    assert caught.value.line == 1
