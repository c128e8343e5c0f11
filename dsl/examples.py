"""Mistakes by example: (pattern, message, hint), tried in this order.

A pattern is matched against a statement with ▸ where the parser stopped; its groups may be named in
the message and the hint. What the group `at` matched is underlined. Most are habits from Python,
MATLAB, R and C.
"""

from __future__ import annotations

import re

from gdc.dsl.names import ELEMENT_TYPES, RESERVED, STATEMENT_WORDS

Row = tuple[str, str, str | None]

NAME = r"[^\W\d]\w*"
WORDS = "|".join(STATEMENT_WORDS)
TAKEN = "|".join(sorted(RESERVED))
ASSIGNS = r"(?::=|←|[-+*/%@^]?=)"
PLACE = rf"\(?{NAME}(?:\[.*\])?(?:\s*,\s*{NAME}(?:\[.*\])?)*\)?"
"""What may stand left of `:=`."""
TYPES = f"(?:{'|'.join(ELEMENT_TYPES)})"
NAMED = r"(?:a?(?:sin|cos|tan)h?|log|ln|exp)"
"""Functions that a textbook raises to a power before their argument."""
MODULES = r"(?<![\w.])(?:np|numpy|math|cmath|scipy|sp|torch|tf|jnp|jax|cp|cupy)"

TAKEN_WORDS: tuple[Row, ...] = (
    (rf"^(?P<at>{WORDS})\s*▸\s*{ASSIGNS}", "`{at}` is a word of the language: it cannot be a name here",
     "choose another name, such as {at}_"),
    (rf"^(?P<at>{WORDS})\s*▸\[.*\]\s*{ASSIGNS}", "`{at}` is a word of the language: it cannot be a name here",
     "choose another name, such as {at}_"),
    (rf"^▸(?P<at>{TAKEN})\s*{ASSIGNS}", "`{at}` is a word of the language: it cannot be a name",
     "choose another name, such as {at}_"),
    (rf"^(?:for|record|output|def|input|param|use .* as)\s+(?:.*,\s*)?▸(?P<at>{TAKEN}|{WORDS})(?!\w)",
     "`{at}` is a word of the language: it cannot be a name", "choose another name, such as {at}_"),
)

COMMENTS: tuple[Row, ...] = (
    (r"^▸(?P<at>%|//|/\*|--)", "a comment starts with `#`", "write # …"),
    (rf"(?P<at>//)\s*(?:{NAME}\s+▸[\w(]|▸$)", "a comment starts with `#`; `//` divides", "write # …"),
)

LOOPS_AND_BLOCKS: tuple[Row, ...] = (
    (rf"\bfor\s+(?P<i>\w+)\s+in\s+(?P<a>\S+)\s+▸(?P<at>to|until)\s+(?P<b>{NAME}|\d+)",
     "a range is written a..b, its end excluded", "write for {i} in {a}..{b} + 1"),
    (r"\bfor\s+(?P<i>\w+)\s+in\s+(?P<at>range\((?P<n>[^(),]+)\))\s*▸[)\],]",
     "a range is written a..b, its end excluded", "write for {i} in 0..{n}"),
    (r"\bfor\s+(?P<i>\w+)\s*▸=\s*(?P<a>[^:]+):(?P<b>[^:{)\]]+)",
     "`for` takes `in` and a range a..b, its end excluded", "write for {i} in {a}..{b} + 1"),
    (r"\bfor\s+(?P<i>\w+)\s*▸=", "`for` takes `in` and a range", "write for {i} in 0..n"),
    (r"^for\s*▸\(", "`for` takes a name, `in` and a range, without parentheses", "write for i in 0..n { … }"),
    (r"\bfor\s+(?P<i>\w+)\s+in\s+(?P<a>[^:]+)▸:\s*(?P<b>[^:{)\]\s]+)", "a range is written a..b, its end excluded",
     "write for {i} in {a}..{b} + 1"),
    (r"(?P<a>[\w)\]]+)(?P<at>\.\.\s*▸\.)(?P<b>\w+)", "a range is written with two points, its end excluded",
     "write {a}..{b}, or {a}..{b} + 1 with {b} in it"),
    (rf"\bfor\s+(?P<i>\w+)\s+in\s+(?P<n>{NAME})\s*▸[)\],]", "a range is written a..b, its end excluded",
     "over a size write for {i} in 0..{n}; over a vector {n}[{i}] for {i}, with {i} the place"),
    (r"\bfor\s+(?P<i>\w+)\s+in\s+(?!.*\sif\s)(?P<n>[^.]*)▸[)\],]", "a range is written a..b, its end excluded",
     "write for {i} in 0..{n}"),
    (r"^for\s+\w+\s*▸(?:\{|$)", "`for` takes `in` and a range, or a vector", "write for i in 0..n { … }"),
    (r"^def\s.*\)\s*▸:(?!=)", "a function's block stands in braces", "write def f(x) { …; return e }"),
    (r"^def\s.*▸(?P<at>:=|←)", "a function is defined with `=`", "write def f(x) = …"),
    (r"^def\s.*\)\s*▸(?P<at>->)", "a function's result needs no type",
     "write def f(x) = … or def f(x) { …; return e }"),
    (r"^def\s+(?P<f>[^\s(]+)\s*▸(?:=|\{)", "a function has its parameters in parentheses", "write def {f}(x) = …"),
    (r"^else\s*▸:|^▸else\s*:", "a block stands in braces, with no colon", "write } else { … }"),
    (r"^(?:if|while|repeat|for|else)\b.*▸:(?!=)", "a block stands in braces, with no colon", "write { … }"),
    (r"^▸else\b", "this `else` has no `if` before it", "write if c { … } else { … }, or x if c else y in a formula"),
    (r"^(?P<at>elif|elseif|elsif)\s*▸", "`{at}` is two words here", "write } else if c { … }"),
    (r"▸(?P<at>elif|elseif|elsif)\b(?!\s*(?::=|=|←))", "`{at}` is two words here", "write } else if c { … }"),
    (r"^(?P<at>end\w*|fi|done)\s*▸$", "a block ends with `}`", "put the block in { … }"),
    (r"▸(?P<at>then|do)\b", "no `{at}` is needed", "write if c { … }, while c { … }, or x if c else y in a formula"),
    (r"^(?:if|else|for|while|repeat|def)\b(?!.*\b(?:in|by|if|else|and|or|not|as|from)\s*▸).*[\w)\]]\s*▸$",
     "a block `{ … }` is missing", "its `{` stands on the same line"),
    (r"^(?!if\b|else\b).*\s(?P<at>if)\s[^▸]*▸\s*(?:$|[)\],;])", "`x if c` wants `else y`", "write x if c else y"),
    (r"▸if\b", "the value of a choice comes first", "write x if c else y"),
)

DECLARATIONS: tuple[Row, ...] = (
    (r"^(?P<at>import|from|include|using|library|require)\s*▸(?!\s*\[?.*(?::=|=))",
     "nothing is imported: every function is there by its name", 'for another file of formulas: use "file.gd" as f'),
    (r"(?<!\w)(?P<at>lambda)\b", "there is no `lambda`", "give the function a name: def f(x) = …"),
    (rf"^(?P<at>function|fn|func|proc|subroutine)\s+▸{NAME}", "a function is defined with `def`", "write def f(x) = …"),
    (rf"^(?P<at>let|var|const|set|auto|my|local|global)\s+▸(?P<rest>{NAME})", "an assignment needs no `{at}`",
     "write {rest} := …"),
    (rf"^▸?(?P<at>int|real|bool|complex|float|double)\s+▸?(?P<x>{NAME})",
     "a variable is not declared: it takes its type from its value", "write {x} := …, or input {x}: real for an input"),
    (r"^(?P<at>break|continue)\s*▸$", "`{at}` is no statement of this language",
     "leave a loop with stop; skip goes on"),
    (rf"^(?P<at>do|begin|loop|foreach|until|try|class|with|switch|match|pass|goto)\s+▸(?:{NAME}|\d|\(|\{{)|^(?P<at2>pass)▸$",
     "this is no statement of this language", "loops are repeat, for and while"),
    (r"^input\s+(?P<x>\w+)\s+▸(?P<t>\w+)", "a colon stands between a name and its type", "write input {x}: {t}"),
    (r"^input\s.*:.*▸,", "one `input` line has one type", "write input x, y: real[n], or two lines"),
    (r"^input\s.*▸=", "an `input` has no default: the caller gives it", "write param x: real = …"),
    (rf"(?P<t>(?<!\w){TYPES})\s*▸(?P<at>\((?P<s>[^()]*)\))", "sizes stand in square brackets", "write {t}[{s}]"),
    (rf"(?P<t>(?<!\w){TYPES})\[(?P<m>[^\],]*\w)\s+▸(?P<at>\w+)\]", "a comma stands between sizes",
     "write {t}[{m}, {at}]"),
    (r"^param\s.*(?P<at>:▸=|▸←)", "the default of a `param` is given with `=`", "write param a: real = …"),
    (r"^(?P<at>param)\s[^=]*▸$", "a `param` needs a default", "write param a: real = 0.01, or input a: real"),
    (rf"^(?:input|param)\s[^:]*:\s*▸(?P<at>(?!=){NAME})", "there is no type `{at}`",
     "types are real, int and bool, with a shape: real[m, n]"),
    (r"^(?P<at>use)\s+\"[^\"]*\"\s*▸", "a used file needs a name", 'write use "stats.gd" as st'),
    (r"^(?P<at>use)\s+▸[^\"]", "the file of a `use` stands in double quotes", 'write use "stats.gd" as st'),
    (r"^(?P<w>assert|print)\s+(?P<c>[^\"]*[^\s,])\s*▸(?P<at>\"[^\"]*\")", "a comma stands before a text",
     "write {w} {c}, {at}"),
    (r"^(?P<at>assert_grad)\b.*▸", "assert_grad takes three things: assert_grad(J, w, dw), where w is a name", None),
)

ASSIGNMENTS: tuple[Row, ...] = (
    (rf"^(?P<x>{PLACE})\s*▸(?P<at>==?)(?P<e>[^▸]*)$", "`{at}` does not assign: that is `:=`",
     "write {x} := {e}"),
    (rf"^(?P<x>{PLACE})\s*▸(?P<at><-+)(?P<e>[^}}]*)", "assignment is written `:=` (or ←)", "write {x} := {e}"),
    (r"▸≔", "assignment is written `:=` (or ←)", None),
    (rf"^(?P<x>{PLACE})\s*▸(?P<at>:\s+=)", "`:=` is one sign, without a space", "write {x} := …"),
    (rf"^(?P<x>{PLACE})\s*▸:(?!=)", "only inputs, params and parameters have a declared type",
     "write input {x}: … , or {x} := …"),
    (rf"^(?P<x>{PLACE})\s*▸(?P<at>\+\+|--)", "there is no `{at}`", "write {x} += 1, or {x} -= 1"),
    (rf"^(?P<f>{NAME}\s*▸\(\s*{NAME}(?:\s*,\s*{NAME})*\s*\))\s*=(?!=)(?P<e>.*)$", "a function is defined with `def`",
     "write def {f} = {e}; the entries of an array are A[i, j]"),
    (rf"^(?P<x>{NAME})\s*▸\((?P<i>[^()]*)\)\s*(?::=|=(?!=)|←)", "entries stand in square brackets, counted from 0",
     "write {x}[{i}] := …"),
    (rf"^{NAME}\s*▸,.*(?::=|=|←)", "several names are assigned in parentheses", "write (a, b) := f(x)"),
    (rf"\S\s+▸{NAME}(?:\[.*?\])?\s*(?::=|←)", "a statement starts on a line of its own, or after `;`", None),
    (r"▸(?P<at>:=|←)", "`:=` assigns, and only at the start of a statement",
     "compare with ==; each assignment has a line of its own"),
)

CHARACTERS: tuple[Row, ...] = (
    (r"(?P<at>(?<![\w.])\d[\d_]*\.)\s*▸(?!\.)", "a number has digits on both sides of its point", "write {at}0"),
    (r"▸(?P<at>\.\d+)", "a number has digits on both sides of its point", "write 0{at}"),
    (r"(?P<at>(?<![\w.])(?P<n>\d[\d.]*)▸[jJ])(?!\w)", "the imaginary unit is written i", "write {n}i"),
    (r"(?P<at>(?<![\w.])0▸[bBoO][0-7]+)(?!\w)", "numbers are decimal, or hexadecimal with 0x",
     "write 3 for 0b11, 0xFF for 0b11111111"),
    (r"(?P<at>(?<![\w.])(?:\d[\d.]*▸_\w*|0▸[xX](?!\w)))", "this number is not complete", None),
    (r"(?P<at>\.\s*▸(?P<op>\*|/|\^))", "`*`, `/` and `^` are elementwise already", "write {op} without the point"),
    (r"(?P<at>\.\s*▸')", "the transpose is `.T` (or ᵀ)", "write X.T"),
    (r"(?P<at>%\s*▸\*%)", "the matrix product is `@`", "write A@B"),
    (r"▸\\", "`\\` is no operator", "the solution of A x = b is solve(A, b)"),
    (r"(?<=[\w)\]])▸'", "the transpose is `.T` (or ᵀ)", "write X.T"),
    (r"▸'", "a text stands in double quotes", None),
    (r"▸(?P<at>&&?)", "`{at}` is written `and`", "write a and b; bitand(a, b) works on the bits of ints"),
    (r"▸(?P<at>\|\|)", "`||` is written `or`", "write a or b"),
    (r"▸\|", "`|` is no operator", "abs(x), norm(x), `or` and bitor(a, b) have names"),
    (r"(?P<x>[\w.]+(?:\[[^\[\]]*\])?)\s*(?P<at><\s*▸<)\s*(?P<k>[\w.]+)", "there is no `<<`",
     "write shl({x}, {k}), of ints"),
    (r"(?P<x>[\w.]+(?:\[[^\[\]]*\])?)\s*(?P<at>>\s*▸>)\s*(?P<k>[\w.]+)", "there is no `>>`",
     "write shr({x}, {k}), of ints"),
    (r"(?P<at>▸~=|<\s*▸>)", "`≠` is written `!=`", "write a != b"),
    (r"(?P<at>%\s*▸(?P<op>%|/)(?:%)?)", "`%` is the remainder, `//` the whole quotient", "write a % b, or a // b"),
    (r"▸‖", "`‖` is no sign of this language", "write norm(x)"),
    (r"(?P<n>[\w.]+)\s*▸(?P<at>!)(?!=)", "there is no sign for the factorial", "write gamma({n} + 1)"),
    (r"▸(?P<at>!|~)(?!=)", "`{at}` is written `not`", "write not c; bitnot(k) works on the bits of ints"),
    (r"(?::=|←|^)(?P<c>(?:(?!:=|←).)*?)\s*▸(?P<at>\?)(?P<a>[^:]+):(?P<b>[^:]+)$", "a choice is written x if c else y",
     "write {a} if {c} else {b}"),
    (r"▸\?", "a choice is written x if c else y", None),
    (r"▸(?P<at>⁻¹)", "`⁻¹` is not written as a superscript", "write inv(A), solve(A, b), or x^-1"),
    (r"▸(?P<at>⁻[⁰¹²³⁴-⁹]+)", "only ² and ³ are written as superscripts", "write x^-2"),
    (r"▸(?P<at>[⁰¹⁴-⁹²³]+)", "only one ² or ³ is written as a superscript", "write x^4"),
    (r"▸[⁺⁻⁼⁽⁾ⁿⁱᴬ-ᵡʰ-ʸ]", "only ², ³ and ᵀ are written as superscripts", "write x^n"),
    (r"▸(?P<at>[∑∏∫])", "`{at}` is no operator here", "write sum(x[i] for i), prod(x[i] for i)"),
    (r"▸∈", "`∈` is written `in`", None),
    (r"▸[“”„«»]", "a text stands in straight double quotes", 'write "…"'),
    (r"^(?P<at>print)\s*\((?P<e>[^▸]*)▸(?P<rest>(?:\"|,).*)\)$", "print takes no parentheses", "write print {e}{rest}"),
    (r"▸(?P<at>\"[^\"]*\")", "a text cannot stand here: only in from, use, print, assert and as the value of a named "
     "option", None),
    (r"(?P<at>-\s*▸>)|▸(?P<at2>=>)", "an arrow means nothing here", None),
)

EXPRESSIONS: tuple[Row, ...] = (
    (rf"(?P<at>{MODULES}\s*\.\s*▸(?P<word>\w+))", "functions and constants need no prefix", "write {word}"),
    (r"\.\s*▸(?P<at>real|imag)\b", "`.{at}` is no part of a value: only `.T` is", "write {at}(z)"),
    (r"\.\s*▸(?P<at>\w+)", "`.{at}` is no part of a value: only `.T` is", "functions take the value: f(x)"),
    (r"\[[^\]]*▸\.\.(?!\.)", "in a subscript a range is a slice: start:stop", "write A[1:n]"),
    (r"▸(?P<at>\.\.)(?!\.)", "a range a..b stands only after `in`",
     "a vector of numbers: arange(n), linspace(a, b, n)"),
    (r"(?::=|←)\s*(?P<a>[\w.]+)\s*▸(?P<at>:)\s*(?P<b>[\w.]+)\s*$", "a slice start:stop stands only in a subscript",
     "a vector of numbers: write [i for i in {a}..{b} + 1]"),
    (r"▸:(?!=)", "a slice start:stop stands only in a subscript", "a vector of numbers: arange(n), linspace(a, b, n)"),
    (r"\[\s*▸\]", "empty brackets hold nothing: neither a size nor a type", "write zeros(0)"),
    (r"\[[^\[\]]*▸[^\]]*$", "`;` ends a statement: each row of a matrix has brackets of its own",
     "write [[1, 2], [3, 4]]"),
    (r"(?::=|←|[-+*/^@(,])\s*\[[\w.\s]*[\w.]\s+▸[\d.]", "a comma stands between entries",
     "a vector is written [1, 2, 3]"),
    (rf"(?::=|←|[-+*/^@(,])\s*\[[\w.\s]*[\w.]\s+▸(?!(?:{TAKEN})\b){NAME}(?:\s+{NAME})*\]",
     "a comma stands between entries", "a vector is written [a, b, c]"),
    (rf"(?P<at>(?<!\w)(?P<f>{NAME})(?P<p>[²³])\s*▸\((?P<e>[^()]*)\))", "a power stands after the call",
     "write {f}({e}){p}"),
    (rf"(?P<at>(?<!\w)(?P<f>{NAMED})\^(?P<p>\d)\s*▸\((?P<e>[^()]*)\))", "a power stands after the call",
     "write {f}({e})^{p}"),
    (r"(?<![\w.])(?P<at>\d{1,3}▸(?:,\d{3})+)(?!\d)", "a number holds no commas",
     "parts may be set off with `_`: 1_000"),
    (r"(?P<f>(?<!\w)(?:zeros|ones|full|eye|reshape|broadcast|tile|transpose)\((?:[^()]*,)?)\s*"
     r"(?P<at>\((?P<a>[^()▸]*)▸(?P<b>,[^()]*)\))\s*(?P<end>\))", "sizes and axes are arguments of their own here",
     "write {f}{a}{b}{end}"),
    (r"(?:[(\[,])\s*▸,", "a value is missing before `,`", None),
    (r"(?P<at>[-+*/^@%]▸=)(?!=)", "`{at}` assigns, and only at the start of a statement",
     "each assignment has a line of its own"),
    (r"▸=(?!=)", "`=` compares nothing", "compare with ==, assign with :="),
    (r"▸(?P<at>is(?:\s+not)?)\b", "`{at}` compares nothing", "compare with == or !="),
    (r"▸(?P<at>(?:not\s+)?in)\b", "`in` stands only after `for`", "any(v == x) tells whether x is in v"),
    (r"▸(?P<at>mod|rem|div)\b", "`{at}` is written as a sign", "a % b is the remainder, a // b the whole quotient"),
    (rf"(?P<at>(?<![\w.])(?P<n>\d[\d.]*)▸(?P<x>{NAME}))", "a product needs its sign", "write {n}*{x}"),
    (r"(?P<at>(?<![\w.])(?P<n>\d[\d.]*)▸\()", "a product needs its sign", "write {n}*(…)"),
    (r"(?P<at>\)\s*▸\()", "a product needs its sign", "write (a + b)*(c + d)"),
    (rf"\)\s*▸(?P<at>{NAME})", "an operator is missing before `{at}`", "a product needs its sign: (a + b)*c"),
    (r"\(.*▸,", "several values stand in parentheses only in f(a, b), in axis=(0, 1) and left of `:=`",
     "a vector is written [1, 2, 3]"),
    (rf"(?::=|←|[-+*/^(\[,]).*[\w)\]]\s+▸(?P<at>(?!(?:{TAKEN}|{WORDS}|as|from|by|finite)\b){NAME})",
     "an operator is missing before `{at}`", "a product needs its sign: 2*x"),
    (r"(?::=|←|[(,=])\s*▸\{", "braces hold statements, not values", "a vector is written [1, 2, 3]"),
)

BARE_FORMULA: tuple[Row, ...] = (
    (rf"^(?!(?:{WORDS}|{TAKEN})\b)(?P<e>[^=←{{]*)$", "a formula needs a name for its value", "write y := {e}"),
)


def _compiled(rows: tuple[Row, ...]) -> tuple[tuple[re.Pattern[str], str, str | None], ...]:
    return tuple((re.compile(pattern, re.DOTALL), message, hint) for pattern, message, hint in rows)


EXAMPLES = _compiled(COMMENTS + TAKEN_WORDS + LOOPS_AND_BLOCKS + DECLARATIONS + ASSIGNMENTS + CHARACTERS + EXPRESSIONS)
FORMULA = _compiled(BARE_FORMULA)
