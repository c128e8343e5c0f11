"""A row for each statement and each form of a formula, by the name of its rule in the grammar; and one for each operator.

    rule    (what it means, an example whose outputs stand below it in the reference)
"""

from __future__ import annotations

STATEMENTS: dict[str, tuple[str, str]] = {
    "input": ("A value that the caller gives, with its contract: an element type, and a shape whose names stand for one size "
              "everywhere. `finite` refuses nan and inf; `from` names a file, and columns or a member of it, to read where the "
              "caller gives nothing. A script without `input` and `param` takes the names that it reads first as its inputs.",
              "# input X = [[1.0, 2.0], [3.0, 4.0]]\n# input y = [1.0, 1.0]\ninput X: real[m, n]\ninput y: real[m]\ng := X.T@y"),
    "param": ("A setting with a default, which the caller may change; the default may read sizes and earlier params.",
              "param rate: real = 0.1\nparam steps = 3\nlength := rate*steps"),
    "assign": ("Gives a name, or parts of an array, a value; `x += e` is `x := x + e`, with any binary operator. Arrays are "
               "values: a new name is never a second name of the same array.",
               "A := zeros(2, 3)\nA[0, :] := 1\nA[:, -1] += 5\nB := A\nB[0, 0] := 9"),
    "assign_several": ("Takes several results of one function; `_` takes what nobody needs.",
                       "(half, rest) := split([1, 2, 3, 4], 2)\n(_, R) := qr([[3.0, 1.0], [4.0, 2.0]])"),
    "repeat": ("So many rounds; none below 0.", "x := 1.0\nrepeat 5 { x := (x + 2/x)/2 }"),
    "for_loop": ("Over a range, its end excluded (`0..10 by 2` has a step), over a vector's entries or a matrix's rows; several "
                 "ranges are loops one inside the other.",
                 "s := 0\nfor i in 0..3, j in 0..i + 1 { s += i*j }\nt := 0\nfor x in [5, 6, 7] { t := 10*t + x }"),
    "while_loop": ("As long as a scalar condition holds.", "n := 27\nsteps := 0\nwhile n != 1 {\n    n := n//2 if n % 2 == 0 else "
                   "3*n + 1\n    steps += 1\n}"),
    "leave": ("`stop` leaves the innermost loop, `skip` goes on to its next round; with `if`, where a condition holds.",
              "s := 0\nfor i in 0..100 {\n    skip if i % 2 == 0\n    stop if i > 9\n    s += i\n}"),
    "if_else": ("One of several blocks, by scalar conditions. Blocks open no scope: what every path assigns is there afterwards.",
                "x := -3\nif x > 0 { word := 1 } else if x == 0 { word := 0 } else { word := -1 }"),
    "record": ("Appends a value to the trace of that name, and with `:=` assigns it too; the trace has one more axis, first.",
               "w := 8.0\nrepeat 4 {\n    w := w/2\n    record J := w^2\n}"),
    "print": ("A line of output: values and texts.", "x := [1.0, 2.0]\nprint \"the sum is\", sum(x)"),
    "assert_true": ("Stops with the message and the place where a condition does not hold.",
                    "x := [1.0, 2.0]\nassert all(x > 0), \"x must be positive\""),
    "assert_grad": ("Stops where a derivative written by hand is not that of the scalar before it, saying by how much and, where it "
                    "can, by which factor or sign.",
                    "X := [[1.0, 2.0], [3.0, 4.0]]\ny := [1.0, 2.0]\nw := [0.5, -0.5]\nJ := sum((X@w - y)^2)\ndw := "
                    "2*X.T@(X@w - y)\nassert_grad(J, w, dw)"),
    "expect": ("A claim about cost, checked when compiling. Not in this version: it is read, and refused.", ""),
    "output": ("What the program returns, in this order; without it every name that it assigns. May compute on the spot.",
               "a := 2\nb := 3\noutput b, total := a + b"),
    "use": ("Takes the functions of another file, by a path relative to this one, under a prefix ([libraries.md](libraries.md)).", ""),
    "define": ("A function, of any types and shapes; with defaults, named arguments and contracts. A block ends with `return`, "
               "of one result or several. It may stand below its use and may not call itself.",
               "def spread(x, k = 1) = k*(max(x) - min(x))\ndef centre(x) {\n    m := mean(x)\n    return m, x - m\n}\n"
               "a := spread([1, 4, 2], k=10)\n(m, d) := centre([1.0, 3.0])"),
    "return_": ("The last statement of a function's block: its results.", "def both(x) { y := x + 1; return y, 2*y }\n(a, b) := both(3)"),
}

FORMS: dict[str, tuple[str, str]] = {
    "number": ("`1_000`, `0xFF`, `2.5`, `1e-3`, and imaginary `2.5i`.", "n := 1_000\nz := 1 + 2.5i"),
    "constant": ("`true`, `false`, `pi`, `inf`, `nan`; an element type where a function takes one.", "c := cos(pi)\nk := zeros(2, int)"),
    "array": ("A vector of scalars, a matrix of vectors.", "v := [1, 2, 3]\nA := [[1, 2], [3, 4]]"),
    "table": ("Index notation: an array whose axes are the names after `for`. A range is given with `in`, or taken from the "
              "subscripts where the name stands alone.", "A := [[1, 2], [3, 4]]\nB := [A[j, i] for i, j]\nC := [10*i + j for i in 0..2, j in 0..3]"),
    "call": ("A function of its arguments, named ones last. A reduction takes index notation too.",
             "A := [[1, 2], [3, 4]]\nt := sum(A, axis=0)\nd := sum(A[i, i] for i)"),
    "index": ("NumPy's subscripts, counted from 0: entries, slices with steps, `new` for a new axis, `...` for all axes between. A "
              "subscript written with a minus counts from the end. An int array gathers; a bool array may stand on the left "
              "of `:=` and inside reductions.",
              "A := [[1, 2, 3], [4, 5, 6]]\nlast := A[-1, -1]\nodd := A[:, ::2]\nv := A[0][[2, 0, 0]]\nA[A > 4] := 0"),
    "transpose": ("Also `A.T`: the last two axes change places; a vector stays as it is.", "A := [[1, 2], [3, 4]]\nB := Aᵀ"),
    "conditional": ("Elementwise where the condition is an array; of a scalar condition only the branch taken is evaluated.",
                    "x := [-1.0, 4.0]\ny := x if x > 0 else 0\nz := 1 if size(x) == 2 else 2"),
    "compare": ("Comparisons chain, as in mathematics.", "x := [0.0, 0.5, 2.0]\ninside := 0 < x <= 1"),
    "chain": ("Operators of one level, from left to right.", "y := 7 - 2 - 1\nz := true and not false"),
    "unary": ("A sign, or `not`. The power is tighter: `-x^2` is `-(x^2)`.", "y := -2^2"),
    "root": ("√x is sqrt(x).", "y := √16 + √9"),
    "power": ("From right to left; also `**`, and `²`, `³` behind a value.", "y := 2^3^2\nz := 5²"),
    "group": ("Parentheses.", "y := (1 + 2)*3"),
    "name": ("A variable or a size.", "x := 3\ny := x"),
}

OPERATORS: dict[str, str] = {
    "^": "power; int^int is an int, and then a negative exponent is a value error",
    "**": "the same as `^`",
    "√": "square root",
    "*": "product, entry by entry", "×": "the same as `*`", "⊙": "the same as `*`",
    "/": "quotient, always real or complex", "÷": "the same as `/`",
    "//": "quotient rounded down; of ints by 0 a value error",
    "%": "remainder, with the sign of the divisor; of ints by 0 a value error",
    "@": "product of matrices and vectors, as NumPy's matmul",
    "·": "the textbook's product: `@` of arrays of rank 1 or 2, `*` where either is a scalar",
    "+": "sum", "-": "difference, or the opposite sign", "−": "the same as `-`",
    "==": "equal", "!=": "not equal", "≠": "the same as `!=`", "<": "less", "<=": "less or equal", "≤": "the same as `<=`",
    ">": "greater", ">=": "greater or equal", "≥": "the same as `>=`",
    "not": "negation, of bools", "¬": "the same as `not`",
    "and": "both, entry by entry; of scalars the second is only evaluated where the first is true", "∧": "the same as `and`",
    "or": "either, entry by entry; of scalars the second is only evaluated where the first is false", "∨": "the same as `or`",
    "if": "`x if c else y`: a choice",
    "²": "square", "³": "cube", "ᵀ": "transpose",
    ".": "`A.T`, the transpose; nothing else stands behind a point",
    "[": "subscripts",
}
