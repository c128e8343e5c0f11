"""THE OP TABLE: a row says all there is to know of an op, and nothing else is in this file.

Columns
  name        what the IRs call it; also the gd function's name unless `symbol` is an operator or `hidden` is set
  kind        owns structure: an emitter is written per kind, never per op
  arity       how many array arguments
  shape       LIBRARY: rule for the result's shape; the shapes of other kinds are in `ir.py`
  element     rule for the result's element; `arguments` says what the arguments are converted to first:
              "result", "common" (their promotion) or "own" (nothing)
  guard       refuses element kinds
  scalar      text of one element's value, in Python, over bare names that every target binds
  numpy       text of the whole arrays' value, over `np`, `special` (SciPy's) and bare names that targets bind
  derivative  MAP: one gd formula per argument over x, y, z (the arguments) and r (the result)
  start step join finish   REDUCE: gd formulas over the state s, t; the element x, its place i, another state's s_, t_; the count n
  flops       cost of one element
  facts       algebraic facts: "commutes", "associates", "identity=0", "monotone", "linear", …
  library     LIBRARY, SOLVE: the targets that call the library; on the others the prelude's `def _name` is written out
  edges       inputs at which targets are held against NumPy
  ulp         greatest error, in units in the last place (tests/truth), per target: what we promise of loops, what the library promises
              elsewhere (NumPy 4; SciPy's Cephes by its own tables; the C library and CUDA by their manuals, for either width).
              A library's lgamma counts in units of what it adds up: the greatest of the result, 1 and, below 0, lgamma(1 - x);
              polygamma does on every target: of its values beside the poles next to x
An empty cell is a Why, which carries its reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Union

from gdc.compiler import shape_rules as rules
from gdc.compiler.types import Element, Type

Elements = tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """The reason why a cell is empty."""

    reason: str


Cell = Union[str, tuple[str, ...], Why]
Guard = Callable[[str, tuple[Type, ...]], None]

NUMBER = (0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -7.0, float("inf"), float("-inf"), float("nan"), 5e-324, -5e-324, 1e-310,
          2.2250738585072014e-308, 1e22, 1e308, 1.7976931348623157e308, -1.7976931348623157e308)
WHOLE = (0, 1, -1, 2, 7, -8, 63)
TRUTH = (False, True)
SMOOTH = {"loops": 2.0, "numpy": 4.0, "parallel": 2.0, "cuda": 4.0}
LOOSE = {**SMOOTH, "loops": 4.0, "parallel": 4.0}
ROOTED = {**SMOOTH, "loops": 4.0}       # the C library promises 4 (the GNU one, in its manual), and takes more than 2
GAMMA = {"loops": 2.0, "numpy": 21.0, "parallel": 10.0, "cuda": 11.0}
LGAMMA = {"loops": 2.0, "numpy": 6.0, "parallel": 4.0, "cuda": 6.0}
POLYGAMMA = {**dict.fromkeys(SMOOTH, 16.0), "numpy": 32.0}
EXACT = {"loops": 0.5, "numpy": 0.5, "parallel": 0.5, "cuda": 0.5}
FLOORED = dict.fromkeys(EXACT, 2.0)      # past 2^53 a quotient is rounded more than once
FLAT = "0"
EVERYWHERE = "numpy parallel cuda"


@dataclass(frozen=True, slots=True)
class Op:
    name: str
    kind: str
    arity: int
    element: Callable[[Elements], Element]
    scalar: Cell
    numpy: Cell
    derivative: Cell
    flops: float
    edges: tuple[object, ...]
    ulp: dict[str, float]
    symbol: str = ""
    arguments: str = "result"
    guard: Guard = rules.no_guard
    facts: frozenset[str] = frozenset()
    start: Cell = Why("not a reduction")
    step: Cell = Why("not a reduction")
    join: Cell = Why("not a reduction")
    finish: Cell = Why("not a reduction")
    hidden: bool = False
    shape: rules.ShapeRule | Why = Why("its kind has the rule: see ir.py")
    library: frozenset[str] = frozenset()


_STRUCTURAL = "its derivative is a rule in a *derivatives.py"
NATIVE = "numpy parallel"
_MOVES = "moves entries, computes none"
NUMERIC = rules.wants("bool", "int", "real", "complex")
ORDERED = rules.wants("bool", "int", "real")
INTEGERS = rules.wants("bool", "int")


def _map(name: str, arity: int, scalar: str, numpy: str, derivative: Cell, *, element: Callable[[Elements], Element],
         flops: float = 1, edges: tuple[object, ...] = NUMBER, ulp: dict[str, float] = EXACT, symbol: str = "",
         arguments: str = "result", guard: Guard = NUMERIC, facts: str = "", hidden: bool = False) -> Op:
    return Op(name, "MAP", arity, element, scalar, numpy, derivative, flops, edges, ulp, symbol, arguments, guard,
              frozenset(facts.split()), hidden=hidden)


def _smooth(name: str, derivative: Cell, *, numpy: str = "", flops: float = 20, facts: str = "", guard: Guard = NUMERIC,
            arity: int = 1, ulp: dict[str, float] = SMOOTH) -> Op:
    """A real function that every library has under one name."""
    places = ", ".join(f"{{{k}}}" for k in range(arity))
    return _map(name, arity, f"{name}({places})", numpy or f"np.{name}({places})", derivative,
                element=rules.fractional, flops=flops, ulp=ulp, facts=facts, guard=guard)


def _rounding(name: str, scalar: str, numpy: str) -> Op:
    return _map(name, 1, scalar, numpy, (FLAT,), element=rules.arithmetic, guard=ORDERED, facts="monotone idempotent")


def _compare(name: str, symbol: str, guard: Guard, facts: str = "") -> Op:
    return _map(name, 2, f"({{0}} {symbol} {{1}})", f"({{0}} {symbol} {{1}})", (FLAT, FLAT), element=rules.boolean,
                symbol=symbol, arguments="common", guard=guard, facts=facts)


def _bits(name: str, symbol: str, arity: int = 2, facts: str = "") -> Op:
    text = f"({{0}} {symbol} {{1}})" if arity == 2 else f"({symbol}{{0}})"
    return _map(name, arity, text, text, Why("integers have no derivative"), element=rules.arithmetic, edges=WHOLE,
                guard=INTEGERS, facts=facts)


def _asks(name: str) -> Op:
    return _map(name, 1, f"{name}({{0}})", f"np.{name}({{0}})", (FLAT,), element=rules.boolean, arguments="own")


def _reduce(name: str, start: Cell, step: Cell, join: Cell, finish: str, numpy: str, derivative: Cell, *,
            element: Callable[[Elements], Element], flops: float = 1, guard: Guard = NUMERIC, facts: str = "",
            ulp: dict[str, float] = SMOOTH, edges: tuple[object, ...] = NUMBER) -> Op:
    return Op(name, "REDUCE", 1, element, Why("a reduction is a loop: see start, step, finish"), numpy, derivative, flops,
              edges, ulp, guard=guard, facts=frozenset(facts.split()), start=start, step=step, join=join, finish=finish,
              arguments="own")


def _array(name: str, kind: str, arity: int, numpy: Cell, derivative: Cell, *, flops: float = 0, why: str,
           element: Callable[[Elements], Element] = rules.promoted, arguments: str = "own", hidden: bool = False,
           guard: Guard = NUMERIC, library: str = "") -> Op:
    return Op(name, kind, arity, element, Why(why), numpy, derivative, flops, NUMBER, SMOOTH, arguments=arguments, guard=guard,
              hidden=hidden, library=frozenset(library.split()))


def _library(name: str, numpy: str, shape: rules.ShapeRule, derivative: Cell, *, arity: int = 1, flops: float = 1,
             element: Callable[[Elements], Element] = rules.promoted, guard: Guard = NUMERIC, library: str = "numpy") -> Op:
    """A function of whole arrays. What it means is the prelude's `def _name`; a library may be faster.

    With an axis, the prelude's function is given the array as [before, n] or [before, n, behind].
    """
    return Op(name, "LIBRARY", arity, element, Why("a function of whole arrays, see prelude.gd"), numpy, derivative, flops,
              NUMBER, SMOOTH, arguments="own", guard=guard, hidden=True, shape=shape, library=frozenset(library.split()))


def _scan(name: str, numpy: str, element: Callable[[Elements], Element], guard: Guard = NUMERIC) -> Op:
    return _library(name, numpy + "({0}, axis={axis})", rules.same_shape, Why(_STRUCTURAL), element=element, guard=guard)


ROWS = (
    # arithmetic
    _map("add", 2, "({0} + {1})", "({0} + {1})", ("1", "1"), element=rules.arithmetic, symbol="+",
         facts="commutes associates identity=0 linear"),
    _map("sub", 2, "({0} - {1})", "({0} - {1})", ("1", "-1"), element=rules.arithmetic, symbol="-", facts="linear"),
    _map("mul", 2, "({0} * {1})", "({0} * {1})", ("y", "x"), element=rules.arithmetic, symbol="*",
         facts="commutes associates identity=1"),
    _map("div", 2, "({0} / {1})", "({0} / {1})", ("1/y", "-r/y"), element=rules.fractional, symbol="/", flops=4),
    _map("floordiv", 2, "floor_divide({0}, {1})", "({0} // {1})", (FLAT, FLAT), element=rules.arithmetic, symbol="//", flops=5,
         guard=ORDERED, ulp=FLOORED),
    _map("mod", 2, "remainder({0}, {1})", "({0} % {1})", ("1", "-floor(x/y)"), element=rules.arithmetic, symbol="%", flops=5,
         guard=ORDERED),
    _map("pow", 2, "power({0}, {1})", "({0} ** {1})", ("y*x^(y - 1)", "where(x > 0, r*log(x), 0*x)"),
         element=rules.power, symbol="^", flops=30, ulp=LOOSE),
    _map("neg", 1, "(-{0})", "(-{0})", ("-1",), element=rules.arithmetic, symbol="-", facts="linear"),
    # comparison and logic
    _compare("eq", "==", NUMERIC, "commutes"), _compare("ne", "!=", NUMERIC, "commutes"), _compare("lt", "<", rules.ordered),
    _compare("le", "<=", rules.ordered), _compare("gt", ">", rules.ordered), _compare("ge", ">=", rules.ordered),
    _map("and", 2, "({0} and {1})", "({0} & {1})", (FLAT, FLAT), element=rules.boolean, symbol="and", edges=TRUTH,
         facts="commutes associates idempotent", guard=rules.wants("bool")),
    _map("or", 2, "({0} or {1})", "({0} | {1})", (FLAT, FLAT), element=rules.boolean, symbol="or", edges=TRUTH,
         facts="commutes associates idempotent", guard=rules.wants("bool")),
    _map("not", 1, "(not {0})", "(~{0})", (FLAT,), element=rules.boolean, symbol="not", edges=TRUTH, guard=rules.wants("bool")),
    _map("where", 3, "({1} if {0} else {2})", "np.where({0}, {1}, {2})", (FLAT, "where(x, 1, 0)", "where(x, 0, 1)"),
         element=rules.branches, arguments="branches"),
    # exponentials, logarithms, roots
    _smooth("exp", ("r",), facts="monotone"), _smooth("exp2", ("r*log(2)",), facts="monotone"),
    _smooth("expm1", ("r + 1",), facts="monotone"), _smooth("log", ("1/x",), facts="monotone"),
    _smooth("log2", ("1/(x*log(2))",), facts="monotone"), _smooth("log10", ("1/(x*log(10))",), facts="monotone"),
    _smooth("log1p", ("1/(1 + x)",), facts="monotone"), _smooth("sqrt", ("0.5/r",), facts="monotone", flops=10, ulp=EXACT),
    _smooth("cbrt", ("r/(3*x)",), facts="monotone", guard=ORDERED, ulp=ROOTED),
    # trigonometry
    _smooth("sin", ("cos(x)",)), _smooth("cos", ("-sin(x)",)), _smooth("tan", ("1 + r^2",), ulp=LOOSE),
    _smooth("asin", ("1/sqrt(1 - x^2)",), numpy="np.arcsin({0})"),
    _smooth("acos", ("-1/sqrt(1 - x^2)",), numpy="np.arccos({0})"),
    _smooth("atan", ("1/(1 + x^2)",), numpy="np.arctan({0})", facts="monotone"),
    _smooth("atan2", ("y/(x^2 + y^2)", "-x/(x^2 + y^2)"), numpy="np.arctan2({0}, {1})", guard=ORDERED, arity=2),
    _smooth("sinh", ("cosh(x)",)), _smooth("cosh", ("sinh(x)",)), _smooth("tanh", ("1 - r^2",), facts="monotone"),
    _smooth("hypot", ("x/r", "y/r"), guard=ORDERED, arity=2),
    _smooth("erf", ("2/sqrt(pi)*exp(-x^2)",), numpy="special.erf({0})", guard=ORDERED, facts="monotone"),
    _smooth("gamma", ("r*polygamma(0, x)",), numpy="all_gamma({0})", guard=ORDERED, flops=60,
            ulp=GAMMA),
    _smooth("lgamma", ("polygamma(0, x)",), numpy="all_lgamma({0})", guard=ORDERED, flops=60,
            ulp=LGAMMA),
    _map("polygamma", 2, "polygamma({0}, {1})", "all_polygamma({0}, {1})",
         (FLAT, "polygamma(x + 1, y)"), element=rules.fractional, flops=200, guard=ORDERED, ulp=POLYGAMMA, edges=(0.0, 1.0, 2.0, 5.0),
         hidden=True),
    # rounding, sign, choice
    _map("abs", 1, "abs({0})", "np.abs({0})", ("sign(x)",), element=rules.real_part, arguments="own"),
    _map("sign", 1, "sign({0})", "np.sign({0})", (FLAT,), element=rules.arithmetic, guard=ORDERED, facts="monotone idempotent"),
    _rounding("floor", "floor({0})", "np.floor({0})"), _rounding("ceil", "ceil({0})", "np.ceil({0})"),
    _rounding("round", "rint({0})", "np.rint({0})"), _rounding("trunc", "trunc({0})", "np.trunc({0})"),
    _map("minimum", 2, "minimum({0}, {1})", "np.minimum({0}, {1})",
         ("where(x < y, 1, where(x == y, 0.5, 0))", "where(y < x, 1, where(x == y, 0.5, 0))"),
         element=rules.promoted, guard=rules.ordered, facts="commutes associates idempotent monotone"),
    _map("maximum", 2, "maximum({0}, {1})", "np.maximum({0}, {1})",
         ("where(x > y, 1, where(x == y, 0.5, 0))", "where(y > x, 1, where(x == y, 0.5, 0))"),
         element=rules.promoted, guard=rules.ordered, facts="commutes associates idempotent monotone"),
    _map("clip", 3, "minimum(maximum({0}, {1}), {2})", "np.clip({0}, {1}, {2})",
         ("where(x < y or x > z, 0, 1)", "where(x < y, 1, 0)", "where(x > z, 1, 0)"),
         element=rules.promoted, guard=rules.ordered, facts="monotone"),
    _asks("isnan"), _asks("isinf"), _asks("isfinite"),
    # complex parts
    _map("real", 1, "real({0})", "np.real({0})", ("1",), element=rules.real_part,
         arguments="own"),
    _map("imag", 1, "imag({0})", "np.imag({0})", ("1i",), element=rules.real_part,
         arguments="own"),
    _map("conj", 1, "conj({0})", "np.conj({0})", Why(_STRUCTURAL), element=rules.arithmetic),
    # bits
    _bits("bitand", "&", facts="commutes associates"), _bits("bitor", "|", facts="commutes associates"),
    _bits("bitxor", "^", facts="commutes associates"), _bits("bitnot", "~", 1), _bits("shl", "<<"), _bits("shr", ">>"),
    # random numbers: see random_numbers.py and build/random.py
    _map("random_bits", 3, "random_bits({0}, {1}, {2})", "all_random_bits({0}, {1}, {2})",
         Why("integers have no derivative"), element=rules.integral, flops=130, edges=WHOLE, guard=INTEGERS, hidden=True),
    _map("random_below", 4, "random_below({0}, {1}, {2}, {3})", "all_random_below({0}, {1}, {2}, {3})",
         Why("integers have no derivative"), element=rules.integral, flops=140, edges=(1, 2, 7, 63, 2**62 + 1),
         guard=INTEGERS, hidden=True),
    _map("normal_quantile", 1, "normal_quantile({0})", "special.ndtri({0})", ("sqrt(2*pi)*exp(r^2/2)",),
         element=rules.fractional, flops=50, ulp={**dict.fromkeys(SMOOTH, 5.0), "numpy": 4.0}, facts="monotone",
         guard=ORDERED, hidden=True,
         edges=(0.0, 1.0, 0.5, 0.075, 0.925, 2.0**-53, 1e-300, 0.9999999999999999, -1.0, 2.0, float("nan"))),
    # reductions: state s (and t), element x at place i, count n
    _reduce("sum", ("0",), ("s + x",), ("s + s_",), "s", "np.sum({0}{axes})", ("1",), element=rules.summed, facts="linear"),
    _reduce("prod", ("1",), ("s*x",), ("s*s_",), "s", "np.prod({0}{axes})", ("r/x",), element=rules.summed),
    _reduce("mean", ("0",), ("s + x",), ("s + s_",), "s/n", "np.mean({0}{axes})", ("1/n",), element=rules.averaged,
            facts="linear"),
    _reduce("var", Why("two passes: mean((x - mean(x))^2), see prelude.gd"), Why("two passes"), Why("two passes"), "",
            "np.var({0}{axes})", ("2*(x - mean(x))/n",), element=rules.magnitude, flops=3),
    _reduce("std", Why("sqrt(var(x)), see prelude.gd"), Why("sqrt(var(x))"), Why("sqrt(var(x))"), "",
            "np.std({0}{axes})", ("(x - mean(x))/(n*r)",), element=rules.magnitude, flops=3),
    _reduce("min", ("highest",), ("minimum(s, x)",), ("minimum(s, s_)",), "s", "np.min({0}{axes})",
            ("(x == r)/count(x == r)",), element=rules.promoted, guard=rules.ordered, facts="nonempty", ulp=EXACT),
    _reduce("max", ("lowest",), ("maximum(s, x)",), ("maximum(s, s_)",), "s", "np.max({0}{axes})",
            ("(x == r)/count(x == r)",), element=rules.promoted, guard=rules.ordered, facts="nonempty", ulp=EXACT),
    _reduce("any", ("false",), ("s or x",), ("s or s_",), "s", "np.any({0}{axes})", Why("a bool has no derivative"),
            element=rules.boolean, ulp=EXACT, guard=rules.wants("bool"), edges=TRUTH),
    _reduce("all", ("true",), ("s and x",), ("s and s_",), "s", "np.all({0}{axes})", Why("a bool has no derivative"),
            element=rules.boolean, ulp=EXACT, guard=rules.wants("bool"), edges=TRUTH),
    _reduce("argmin", ("highest", "-1"), ("x if x < s or t < 0 or (x != x and s == s) else s",
            "i if x < s or t < 0 or (x != x and s == s) else t"),
            ("s_ if s_ < s or t < 0 or (s_ != s_ and s == s) else s", "t_ if s_ < s or t < 0 or (s_ != s_ and s == s) else t"), "t",
            "np.argmin({0}{axes})", Why("a place has no derivative"), element=rules.integral, guard=rules.ordered, facts="nonempty",
            ulp=EXACT),
    _reduce("argmax", ("lowest", "-1"), ("x if x > s or t < 0 or (x != x and s == s) else s",
            "i if x > s or t < 0 or (x != x and s == s) else t"),
            ("s_ if s_ > s or t < 0 or (s_ != s_ and s == s) else s", "t_ if s_ > s or t < 0 or (s_ != s_ and s == s) else t"), "t",
            "np.argmax({0}{axes})", Why("a place has no derivative"), element=rules.integral, guard=rules.ordered, facts="nonempty",
            ulp=EXACT),
    _reduce("norm", Why("sqrt(sum(abs(x)^2)), see prelude.gd"), Why("sqrt of a sum"), Why("sqrt of a sum"), "",
            "np.sqrt(np.sum(np.abs({0})**2{axes}))", ("x/r",), element=rules.magnitude, flops=2),
    _reduce("logsumexp", Why("two passes: max first, see prelude.gd"), Why("two passes"), Why("two passes"), "",
            "special.logsumexp({0}{axes})", ("exp(x - r)",), element=rules.averaged, flops=25, guard=ORDERED),
    # products of arrays
    _array("matmul", "CONTRACT", 2, "({0} @ {1})", Why(_STRUCTURAL), flops=2, why="a product is a loop nest",
           element=rules.arithmetic, arguments="result", hidden=True),
    _array("einsum", "CONTRACT", -1, "np.einsum({spec}, {all})", Why(_STRUCTURAL), flops=2, why="a product is a loop nest",
           element=rules.arithmetic, arguments="result", hidden=True),
    # sources
    _array("const", "SOURCE", 0, Why("printed as a literal"), Why("constant"), why="printed as a literal", hidden=True),
    _array("input", "SOURCE", 0, Why("a parameter of the text"), Why("what derivatives are taken of"), why="a parameter",
           hidden=True),
    _array("size", "SOURCE", 0, Why("a size, printed as a formula"), Why("an int"), why="a size", hidden=True),
    _array("fill", "SOURCE", 1, "np.full({shape}, {0})", Why(_STRUCTURAL), why=_MOVES, hidden=True),
    _array("iota", "SOURCE", 0, "np.arange({shape})", Why("an int"), why=_MOVES, hidden=True),
    # views, gathers, updates
    _array("transpose", "VIEW", 1, "np.transpose({0}, {perm})", Why(_STRUCTURAL), why=_MOVES, hidden=True),
    _array("reshape", "VIEW", 1, "np.reshape({0}, {shape})", Why(_STRUCTURAL), why=_MOVES, hidden=True),
    _array("broadcast", "VIEW", 1, "np.broadcast_to({0}, {shape})", Why(_STRUCTURAL), why=_MOVES, hidden=True),
    _array("index", "VIEW", 1, "{0}[{subscripts}]", Why(_STRUCTURAL), why=_MOVES, hidden=True),
    _array("gather", "GATHER", 1, "{0}[{subscripts}]", Why(_STRUCTURAL), why=_MOVES, hidden=True),
    _array("concat", "GATHER", -1, "np.concatenate(({all}), axis={axis})", Why(_STRUCTURAL), why=_MOVES, hidden=True),
    _array("stack", "GATHER", -1, "np.stack(({all}), axis={axis})", Why(_STRUCTURAL), why=_MOVES, hidden=True),
    _array("update", "UPDATE", 2, "{0}[{subscripts}] = {1}", Why(_STRUCTURAL), why=_MOVES, hidden=True),
    # scans and order, along an axis
    _scan("cumsum", "np.cumsum", rules.summed), _scan("cumprod", "np.cumprod", rules.summed),
    _scan("cummax", "np.maximum.accumulate", rules.promoted, ORDERED),
    _scan("cummin", "np.minimum.accumulate", rules.promoted, ORDERED),
    _library("sort", "in_order({0})", rules.same_shape, Why(_STRUCTURAL), flops=20, guard=ORDERED,
             library="numpy parallel"),
    _library("argsort", 'np.argsort({0}, axis={axis}, kind="stable")', rules.same_shape, Why("a place has no derivative"),
             flops=20, element=rules.integral, guard=ORDERED, library="numpy parallel"),
    # what sort(x) has at the places that the second argument holds, along the last axis
    _library("ranked", "ranked({0}, {1})", rules.at_places, Why(_STRUCTURAL), arity=2, flops=5, element=rules.first,
             guard=ORDERED, library=NATIVE),
    _library("searchsorted", "np.searchsorted({0}, {1}, side={side})", rules.shape_of_second,
             Why("a place has no derivative"), arity=2, flops=20, element=rules.integral, guard=ORDERED),
    # factorisations; several results come one below the other, see library.py
    _library("qr", "packed_qr({0})", rules.packed_qr, Why(_STRUCTURAL), arity=2, library=NATIVE),
    _library("svd", "packed_svd({0})", rules.packed_svd, Why(_STRUCTURAL), arity=2, library=NATIVE),
    _library("eigh", "packed_eigh({0})", rules.packed_eigen, Why(_STRUCTURAL), library=NATIVE),
    _library("eig", "packed_eig({0})", rules.packed_eigen, Why(_STRUCTURAL),
             element=rules.made_complex, library=EVERYWHERE),
    _library("lu", "packed_lu({0})", rules.packed_lu, Why(_STRUCTURAL), library=NATIVE),
    _library("pinv", "pseudo_inverse({0})", rules.turned, Why(_STRUCTURAL)),
    # signals
    _library("fft", "np.fft.fft({0}, axis={axis})", rules.same_shape, Why(_STRUCTURAL), element=rules.made_complex, flops=60,
             library=EVERYWHERE),
    _library("ifft", "np.fft.ifft({0}, axis={axis})", rules.same_shape, Why(_STRUCTURAL), element=rules.made_complex, flops=60,
             library=EVERYWHERE),
    _library("rfft", "np.fft.rfft({0}, axis={axis})", rules.half_spectrum, Why(_STRUCTURAL), element=rules.made_complex, flops=30,
             guard=ORDERED, library=EVERYWHERE),
    _library("irfft", "np.fft.irfft({0}, {1}, axis={axis})", rules.along_axis, Why(_STRUCTURAL), arity=2, element=rules.real_part,
             flops=30, library=EVERYWHERE),
    _library("convolve", "np.convolve({0}, {1})", rules.convolved, Why(_STRUCTURAL), arity=2, element=rules.arithmetic,
             library=NATIVE),
    # linear algebra
    _array("solve", "SOLVE", 2, "np.linalg.solve({0}, {1})", Why(_STRUCTURAL), why="a factorisation, see prelude.gd",
           element=rules.fractional, arguments="result", guard=ORDERED, library=EVERYWHERE),
    _array("inv", "SOLVE", 1, "np.linalg.inv({0})", Why(_STRUCTURAL), why="a factorisation, see prelude.gd",
           element=rules.fractional, arguments="result", guard=ORDERED, library=EVERYWHERE),
    _array("det", "SOLVE", 1, "np.linalg.det({0})", Why(_STRUCTURAL), why="a factorisation, see prelude.gd",
           element=rules.fractional, arguments="result", guard=ORDERED, library=EVERYWHERE),
    _array("cholesky", "SOLVE", 1, "np.linalg.cholesky({0})", Why(_STRUCTURAL), why="a factorisation, see prelude.gd",
           element=rules.fractional, arguments="result", guard=ORDERED, library=EVERYWHERE),
)

OPS: dict[str, Op] = {row.name: row for row in ROWS}
BINARY: dict[str, str] = {row.symbol: row.name for row in ROWS if row.symbol and row.arity == 2} | {"@": "matmul"}
UNARY: dict[str, str] = {row.symbol: row.name for row in ROWS if row.symbol and row.arity == 1}
FUNCTIONS: dict[str, Op] = {row.name: row for row in ROWS if not row.symbol and not row.hidden}
