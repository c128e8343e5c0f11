"""Both IRs as text, and expression text with as few parentheses as are right.

The imperative IR prints as Python syntax and reads back exactly: `read_program(print_program(p)) == p`.

    def program(X: real[2] = "X", a: real[0] = "a"):
        trace("J", real, 0)
        e: real[1] = alloc(real, extent(X, 0))
        for i in loop(0, extent(X, 0), 1, "parallel"):
            e[i] = X[i, 0] * a
        check(lt(0, n), 3, n)
        output("e", e)

An expression's element and rank are those that its op gives by rule; where they are others,
`typed(expression, element, rank)` says so. Origins are not printed: they do not take part in comparison.
"""

from __future__ import annotations

import ast
import cmath
import math
import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from gdc.compiler import imp, ir
from gdc.compiler.imp import Body, Expr, Program, Statement
from gdc.compiler.ops import BINARY, OPS
from gdc.compiler.types import BOOL, INT, NAMED, REAL, Element

Line = tuple[str, ir.Node | None]

# --- expression text with precedence -----------------------------------------------------------

ANY, IF, OR, AND, NOT, COMPARE, BIT_OR, BIT_XOR, BIT_AND, SHIFT, PLUS, TIMES, UNARY, POWER, ATOM = range(15)

_BINARY_LEVEL: dict[type[ast.operator], int] = {
    ast.Add: PLUS, ast.Sub: PLUS, ast.Mult: TIMES, ast.Div: TIMES, ast.FloorDiv: TIMES, ast.Mod: TIMES,
                                                ast.MatMult: TIMES,
    ast.Pow: POWER, ast.LShift: SHIFT, ast.RShift: SHIFT, ast.BitAnd: BIT_AND, ast.BitXor: BIT_XOR, ast.BitOr: BIT_OR}


@dataclass(frozen=True, slots=True)
class Code:
    """An expression's text and how tightly its outermost operator binds. `weak`: its value is a plain Python number."""

    text: str
    level: int = ATOM
    weak: bool = False

    def at(self, level: int) -> str:
        """The text, in parentheses where `level` is needed and it binds less."""
        return self.text if self.level >= level else f"({self.text})"


@dataclass(frozen=True, slots=True)
class Template:
    """A template of the op table: its text without outer parentheses, what its places need, the bare names it uses."""

    text: str
    level: int
    needs: tuple[tuple[int, int], ...]
    names: frozenset[str]
    operator: str

    def fill(self, args: tuple[Code, ...], **words: str) -> Code:
        needs = dict(self.needs)

        def word(match: re.Match[str]) -> str:
            key = match[1]
            return args[int(key)].at(needs[int(key)]) if key.isdigit() else words[key]

        return Code(re.sub(r"\{(\w+)\}", word, self.text), self.level)


@cache
def template(text: str) -> Template:
    """A template, taken apart once."""
    plain = re.sub(r"\{(\d+)\}", r"_\1_", text.replace("{axes}", ""))
    tree = ast.parse(re.sub(r"\{\w+\}", "_word_", plain), mode="eval").body
    needs: dict[int, int] = {}
    names: set[str] = set()
    stack: list[tuple[ast.AST, int]] = [(tree, ANY)]
    while stack:
        node, need = stack.pop()
        if isinstance(node, ast.Name):
            if re.fullmatch(r"_\d+_", node.id):
                place = int(node.id[1:-1])
                needs[place] = max(needs.get(place, ANY), need)
            elif node.id != "_word_":
                names.add(node.id)
        else:
            stack.extend(_children(node))
    inner = text[1:-1] if text.startswith("(") and _level(tree) < ATOM else text
    mark = re.fullmatch(r"\(\{0\} (\S+) \{1\}\)", text)
    return Template(inner, _level(tree), tuple(needs.items()), frozenset(names), mark[1] if mark else "")


def _level(node: ast.AST) -> int:
    """How tightly a syntax node's own operator binds."""
    if isinstance(node, ast.BinOp):
        return _BINARY_LEVEL[type(node.op)]
    if isinstance(node, ast.UnaryOp):
        return NOT if isinstance(node.op, ast.Not) else UNARY
    if isinstance(node, ast.BoolOp):
        return AND if isinstance(node.op, ast.And) else OR
    return COMPARE if isinstance(node, ast.Compare) else IF if isinstance(node, ast.IfExp) else ATOM


def _children(node: ast.AST) -> Iterable[tuple[ast.AST, int]]:
    """A syntax node's parts, each with the level that it needs there."""
    if isinstance(node, ast.BinOp):
        level = _level(node)
        return ((node.left, ATOM), (node.right, UNARY)) if level == POWER else ((node.left, level),
                                                                                (node.right, level + 1))
    if isinstance(node, ast.UnaryOp):
        return ((node.operand, _level(node)),)
    if isinstance(node, ast.BoolOp):
        return tuple((v, _level(node)) for v in node.values)
    if isinstance(node, ast.Compare):
        return tuple((v, COMPARE + 1) for v in (node.left, *node.comparators))
    if isinstance(node, ast.IfExp):
        return ((node.body, IF + 1), (node.test, IF + 1), (node.orelse, IF))
    if isinstance(node, ast.Subscript):
        return ((node.value, ATOM), (node.slice, ANY))
    if isinstance(node, ast.Attribute):
        return ((node.value, ATOM),)
    return tuple((child, ANY) for child in ast.iter_child_nodes(node))


def render(root: Expr, print_node: Callable[[Expr, tuple[Code, ...]], Code]) -> Code:
    """An expression's text, arguments first and without recursion."""
    done: dict[int, Code] = {}
    stack = [(root, False)]
    while stack:
        value, ready = stack.pop()
        if id(value) in done:
            continue
        if ready:
            done[id(value)] = print_node(value, tuple(done[id(a)] for a in value.args))
        else:
            stack.append((value, True))
            stack.extend((a, False) for a in value.args)
    return done[id(root)]


def number_level(text: str) -> int:
    """A negative number binds like a minus."""
    return UNARY if text.startswith("-") else ATOM


def complex_text(value: complex, part: Callable[[float], str]) -> str:
    """A complex number as Python reads it back, the signs of its zeros included; `part` writes a real one."""
    text = repr(value)
    if cmath.isfinite(value) and repr(ast.literal_eval(text)) == text:
        return text
    return f"complex({part(value.real)}, {part(value.imag)})"


# --- the imperative IR, printed ----------------------------------------------------------------

_SYMBOLS = {name: symbol if symbol != "^" else "**" for symbol, name in BINARY.items()
            if name not in ("and", "or", "eq", "ne", "lt", "le", "gt", "ge")}
_WORDS = ("and", "or", "not")     # printed with a _: words of Python
_ELEMENTS = {element: name for name, element in reversed(NAMED.items())}
_RESERVED = frozenset({"inf", "nan", "typed", "name", "const"} | set(NAMED))
Environment = dict[str, tuple[Element, int]]


def print_program(program: Program) -> str:
    """The imperative IR as text."""
    env: Environment = {p.name: (p.element, p.rank) for p in program.parameters}
    head = ", ".join(f"{p.name}: {_type_text(p.element, p.rank)} = {p.user!r}" for p in program.parameters)
    lines = [f"def program({head}):"]
    lines += [f"    trace({name!r}, {_ELEMENTS[element]}, {rank})" for name, element, rank in program.traces]
    lines += [f"    work({print_expression(value, env)})" for value in program.work]
    lines += ["    with small:", *_body_lines(program.small, dict(env), 2)] if program.small else []
    lines += _body_lines(program.body, env, 1)
    for name, value, flag in program.outputs:
        rest = "" if flag is None else f", {print_expression(flag, env)}"
        lines.append(f"    output({name!r}, {print_expression(value, env)}{rest})")
    return "\n".join(lines) + "\n"


def print_expression(value: Expr, env: Environment) -> str:
    return render(value, lambda node, args: _typed(_node_text(node, args, env), node, env)).text


def _type_text(element: Element, rank: int) -> str:
    return f"{_ELEMENTS[element]}[{rank}]"


def _typed(code: Code, node: Expr, env: Environment) -> Code:
    """The text with its type, where that is not the one that the text alone means."""
    return code if _rule(node, env) == (node.element, node.rank) else Code(
        f"typed({code.text}, {_ELEMENTS[node.element]}, {node.rank})")


def _node_text(node: Expr, args: tuple[Code, ...], env: Environment) -> Code:
    attrs = dict(node.attrs)
    if node.op == "const" and list(attrs) == ["value"]:
        text = _literal(attrs["value"])
        return Code(text, number_level(text))
    if node.op == "name" and list(attrs) == ["name"]:
        name = attrs["name"]
        return Code(name if name in env and name not in _RESERVED else f"name({name!r})")
    if not attrs:
        if node.op == "load" and args:
            return Code(f"{args[0].at(ATOM)}[{', '.join(a.text for a in args[1:]) or '()'}]")
        if node.op == "select":
            return Code(f"{args[1].at(OR)} if {args[0].at(OR)} else {args[2].at(IF)}", IF)
        if node.op == "neg" and node.args[0].op != "const":
            return template("(-{0})").fill(args)
        if node.op in _SYMBOLS and len(args) == 2:
            return template(f"({{0}} {_SYMBOLS[node.op]} {{1}})").fill(args)
    words = [a.text for a in args] + [f"{key}={_literal(value)}" for key, value in node.attrs]
    return Code(f"{node.op + '_' if node.op in _WORDS else node.op}({', '.join(words)})")


def _literal(value: Any) -> str:
    """An attribute's value as text that `_value` reads back."""
    if isinstance(value, Element):
        return _ELEMENTS[value]
    if isinstance(value, tuple):
        return "(" + "".join(f"{_literal(v)}, " for v in value).rstrip(" " if len(value) == 1 else ", ") + ")"
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if value != value else "inf" if value > 0 else "-inf"
    if isinstance(value, complex):
        return complex_text(value, _literal)
    if value is None or isinstance(value, (bool, int, float, str)):
        return repr(value)
    raise TypeError(f"an attribute's value cannot be printed: {value!r}")


def _rule(node: Expr, env: Environment) -> tuple[Element, int] | None:
    """The element and rank that a node's text means when nothing else is said."""
    op, args = node.op, node.args
    if op == "const":
        value = node.get("value")
        kinds: dict[type, Element] = {bool: BOOL, int: INT, float: REAL, complex: NAMED["complex"]}
        return (kinds[type(value)], 0) if type(value) in kinds else None
    if op == "name" and not args:
        return env.get(node.get("name"))
    if op == "extent":
        return (INT, 0)
    if op == "load" and args:
        return (args[0].element, 0)
    if op == "select" and len(args) == 3:
        return (args[1].element, args[1].rank)
    if op in ("copy", "contiguous", "transpose") and args:
        return (args[0].element, args[0].rank)
    row = OPS.get(op)
    if row is None or not args:
        return None
    if op == "matmul":
        return (row.element(tuple(a.element for a in args)), max(args[0].rank + args[1].rank - 2, 0))
    if row.kind == "MAP" and len(args) == row.arity:
        return (row.element(tuple(a.element for a in args)), max(a.rank for a in args))
    if row.kind == "SOLVE":
        return (row.element(tuple(a.element for a in args)), {"solve": args[-1].rank, "det": 0}.get(op, 2))
    return None


def _body_lines(body: Body, env: Environment, depth: int) -> list[str]:
    lines: list[str] = []
    for statement in body:
        lines += _statement_lines(statement, env, depth)
    return lines or ["    " * depth + "pass"]


def _statement_lines(statement: Statement, env: Environment, depth: int) -> list[str]:
    """A statement's lines; names that it binds are entered in `env`."""
    pad = "    " * depth

    def text(value: Expr) -> str:
        return print_expression(value, env)

    if isinstance(statement, imp.Loop):
        head = ", ".join(text(v) for v in (statement.start, statement.stop, statement.step))
        env[statement.var] = (INT, 0)
        return [f"{pad}for {statement.var} in loop({head}, {statement.mode!r}):",
                *_body_lines(statement.body, env, depth + 1)]
    if isinstance(statement, imp.Forever):
        return [f"{pad}while forever({statement.mode!r}):", *_body_lines(statement.body, env, depth + 1)]
    if isinstance(statement, imp.Walk):
        head = f"{pad}with walk({text(statement.rows)}, {_literal(statement.kept)}):"
        return [head, *_body_lines(statement.body, env, depth + 1)]
    if isinstance(statement, imp.Strips):
        env.update((name, (array.element, array.rank)) for name, array in statement.parts)
        names, totals = _literal(tuple(name for name, _ in statement.parts)), _literal(statement.totals)
        arrays = "".join(f"{text(array)}, " for _, array in statement.parts)
        rest = f"{totals}, {statement.shared}, {_literal(statement.late)}"
        return [f"{pad}with strips({text(statement.row)}, {names}, ({arrays}), {rest}):",
                *_body_lines(statement.body, env, depth + 1)]
    if isinstance(statement, imp.Branch):
        lines = [f"{pad}if {text(statement.condition)}:", *_body_lines(statement.then, env, depth + 1)]
        return lines + ([f"{pad}else:", *_body_lines(statement.orelse, env, depth + 1)] if statement.orelse else [])
    return [pad + _simple_text(statement, env, text)]


def _simple_text(statement: Statement, env: Environment, text: Callable[[Expr], str]) -> str:
    if isinstance(statement, (imp.Let, imp.Guarded)):
        value = text(statement.value)
        env[statement.name] = (statement.value.element, statement.value.rank)
        value = f"guarded({value}, {statement.site})" if isinstance(statement, imp.Guarded) else value
        return f"{statement.name}: {_type_text(statement.value.element, statement.value.rank)} = {value}"
    if isinstance(statement, imp.Alloc):
        words = [_ELEMENTS[statement.element], *(text(s) for s in statement.shape)]
        words += [f"fill={text(statement.fill)}"] if statement.fill is not None else []
        env[statement.name] = (statement.element, len(statement.shape))
        return f"{statement.name}: {_type_text(statement.element, len(statement.shape))} = alloc({', '.join(words)})"
    if isinstance(statement, imp.Store):
        place = text(Expr("load", (statement.array, *statement.index), statement.array.element))
        value = text(statement.value)
        if statement.combine in _SYMBOLS:
            return f"{place} {_SYMBOLS[statement.combine]}= {value}"
        return f"{place} = combine({statement.combine!r}, {value})" if statement.combine else f"{place} = {value}"
    if isinstance(statement, imp.SetPart):
        args = "".join(f"{text(a)}, " for a in statement.args)
        rest = f", combine={statement.combine!r}" if statement.combine else ""
        words = [text(statement.array), _literal(statement.subscripts), f"({args})", text(statement.value) + rest]
        return f"set_part({', '.join(words)})"
    if isinstance(statement, imp.Check):
        return f"check({', '.join([text(statement.ok), str(statement.site), *(text(v) for v in statement.values)])})"
    if isinstance(statement, imp.Emit):
        values = "".join(f"{text(v)}, " for v in statement.values)
        return f"emit({statement.what!r}, ({values}), {statement.name!r}, {_literal(statement.pieces)})"
    return "break" if isinstance(statement, imp.Break) else "continue"


# --- the imperative IR, read -------------------------------------------------------------------


def read_program(text: str) -> Program:
    """The imperative IR from its text. Raises SyntaxError or ValueError where it is none."""
    function = ast.parse(text).body[0]
    if not isinstance(function, ast.FunctionDef):
        raise ValueError("a program is one `def program(...)`")
    parameters = tuple(imp.Parameter(a.arg, str(_value(d)), *_read_type(a.annotation))
                       for a, d in zip(function.args.args, function.args.defaults, strict=True))
    env: Environment = {p.name: (p.element, p.rank) for p in parameters}
    traces: list[tuple[str, Element, int]] = []
    outputs: list[tuple[str, Expr, Expr | None]] = []
    work: list[Expr] = []
    body: list[Statement] = []
    small: Body = ()
    for node in function.body:
        call = node.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
        word = _name(call.func) if call else ""
        if call and word == "trace":
            name, element, rank = (_value(a) for a in call.args)
            traces.append((name, element, rank))
        elif call and word == "work":
            work.append(_read(call.args[0], env))
        elif call and word == "output":
            values = [_read(a, env) for a in call.args[1:]]
            outputs.append((_value(call.args[0]), values[0], values[1] if len(values) > 1 else None))
        elif isinstance(node, ast.With) and isinstance(node.items[0].context_expr, ast.Name):
            small = _read_body(node.body, dict(env))
        else:
            body += _read_statement(node, env)
    return Program(parameters, tuple(body), tuple(outputs), tuple(traces), tuple(work), small)


def _read_type(node: ast.AST | None) -> tuple[Element, int]:
    if not isinstance(node, ast.Subscript):
        raise ValueError("a type is an element and a rank: real[2]")
    return NAMED[_name(node.value)], int(_value(node.slice))


def _name(node: ast.AST) -> str:
    if not isinstance(node, ast.Name):
        raise ValueError(f"a name is wanted, not {ast.unparse(node)}")
    return node.id


def _value(node: ast.AST) -> Any:
    """A literal: what `_literal` printed."""
    if isinstance(node, ast.Tuple):
        return tuple(_value(v) for v in node.elts)
    if isinstance(node, ast.Name):
        return NAMED[node.id] if node.id in NAMED else {"inf": math.inf, "nan": math.nan}[node.id]
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand)
    if isinstance(node, ast.Call) and _name(node.func) == "complex":
        return complex(*(_value(a) for a in node.args))
    return ast.literal_eval(ast.Expression(node) if isinstance(node, ast.expr) else node)


def _read_body(nodes: list[ast.stmt], env: Environment) -> Body:
    return tuple(s for node in nodes for s in _read_statement(node, env))


def _read_statement(node: ast.stmt, env: Environment) -> list[Statement]:
    if isinstance(node, ast.For) and isinstance(node.iter, ast.Call):
        start, stop, step = (_read(a, env) for a in node.iter.args[:3])
        env[_name(node.target)] = (INT, 0)
        return [imp.Loop(_name(node.target), start, stop, step, _read_body(node.body, env), _value(node.iter.args[3]))]
    if isinstance(node, ast.While) and isinstance(node.test, ast.Call):
        return [imp.Forever(_read_body(node.body, env), _value(node.test.args[0]))]
    if isinstance(node, ast.With) and isinstance(node.items[0].context_expr, ast.Call):
        if _name(node.items[0].context_expr.func) == "strips":
            return [_read_strips(node, node.items[0].context_expr.args, env)]
        rows, kept = node.items[0].context_expr.args
        return [imp.Walk(_read(rows, env), _read_body(node.body, env), _value(kept))]
    if isinstance(node, ast.If):
        return [imp.Branch(_read(node.test, env), _read_body(node.body, env), _read_body(node.orelse, env))]
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return [_read_binding(_name(node.target), node.value, env)]
    if isinstance(node, ast.Assign):
        combine, value = "", node.value
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "combine":
            combine, value = _value(value.args[0]), value.args[1]
        return [_read_store(node.targets[0], value, combine, env)]
    if isinstance(node, ast.AugAssign):
        return [_read_store(node.target, node.value, _operator(node.op), env)]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return [_read_call(node.value, env)]
    if isinstance(node, (ast.Break, ast.Continue)):
        return [imp.Break() if isinstance(node, ast.Break) else imp.Continue()]
    if isinstance(node, ast.Pass):
        return []
    raise ValueError(f"no statement of the imperative IR: {ast.unparse(node)}")


def _read_strips(node: ast.With, args: list[ast.expr], env: Environment) -> imp.Strips:
    row, names, arrays, totals, shared, late = args
    assert isinstance(arrays, ast.Tuple)
    parts = tuple(zip(_value(names), (_read(a, env) for a in arrays.elts), strict=True))
    env.update((name, (array.element, array.rank)) for name, array in parts)
    body = _read_body(node.body, env)
    return imp.Strips(_read(row, env), parts, body, _value(totals), _value(shared), _value(late))


def _read_binding(name: str, node: ast.expr, env: Environment) -> Statement:
    word = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    if isinstance(node, ast.Call) and word == "alloc":
        element, shape = _value(node.args[0]), tuple(_read(a, env) for a in node.args[1:])
        fill = _read(node.keywords[0].value, env) if node.keywords else None
        env[name] = (element, len(shape))
        return imp.Alloc(name, element, shape, fill)
    guarded = isinstance(node, ast.Call) and word == "guarded"
    value = _read(node.args[0] if isinstance(node, ast.Call) and guarded else node, env)
    env[name] = (value.element, value.rank)
    return imp.Guarded(name, value, _value(node.args[1])) if isinstance(node, ast.Call) and guarded else imp.Let(name,
                                                                                                                 value)


def _read_store(target: ast.expr, value: ast.expr, combine: str, env: Environment) -> Statement:
    place = _read(target, env)
    return imp.Store(place.args[0], place.args[1:], _read(value, env), combine)


def _read_call(node: ast.Call, env: Environment) -> Statement:
    word = _name(node.func)
    if word == "check":
        return imp.Check(_read(node.args[0], env), _value(node.args[1]), tuple(_read(a, env) for a in node.args[2:]))
    if word == "set_part":
        array, subscripts, args, value = node.args
        combine = _value(node.keywords[0].value) if node.keywords else ""
        return imp.SetPart(_read(array, env), _value(subscripts), _read_tuple(args, env), _read(value, env), combine)
    if word == "emit":
        what, values, name, pieces = node.args
        return imp.Emit(_value(what), _read_tuple(values, env), _value(name), _value(pieces))
    raise ValueError(f"no statement of the imperative IR: {ast.unparse(node)}")


def _read_tuple(node: ast.expr, env: Environment) -> tuple[Expr, ...]:
    return tuple(_read(v, env) for v in node.elts) if isinstance(node, ast.Tuple) else ()


def _operator(node: ast.operator) -> str:
    symbols = {"Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "^",
               "MatMult": "@"}
    return BINARY[symbols[type(node).__name__]]


def _read(root: ast.expr, env: Environment) -> Expr:
    """An expression from its syntax tree, without recursion."""
    done: dict[int, Expr] = {}
    stack: list[tuple[ast.expr, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        parts = _parts(node)
        if not ready and parts:
            stack.append((node, True))
            stack.extend((p, False) for p in parts)
        else:
            done[id(node)] = _read_node(node, tuple(done[id(p)] for p in parts), env)
    return done[id(root)]


def _is_number(node: ast.expr) -> bool:
    """Whether a syntax node is a literal number, perhaps below zero."""
    node = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(node, ast.Constant) or isinstance(node, ast.Name) and node.id in ("inf", "nan")


def _parts(node: ast.expr) -> tuple[ast.expr, ...]:
    """The expressions inside an expression's syntax node."""
    if isinstance(node, ast.UnaryOp) and not _is_number(node):
        return (node.operand,)
    if isinstance(node, ast.BinOp):
        return (node.left, node.right)
    if isinstance(node, ast.IfExp):
        return (node.test, node.body, node.orelse)
    if isinstance(node, ast.Subscript):
        return (node.value, *(node.slice.elts if isinstance(node.slice, ast.Tuple) else (node.slice,)))
    if isinstance(node, ast.Call):
        word = _name(node.func)
        return () if word in ("name", "const", "complex") else tuple(node.args[:1] if word == "typed" else node.args)
    return ()


def _read_node(node: ast.expr, args: tuple[Expr, ...], env: Environment) -> Expr:
    if isinstance(node, ast.Name) and node.id not in ("inf", "nan"):
        return imp.var(node.id, *env[node.id])
    if isinstance(node, ast.UnaryOp) and args:
        return _by_rule("neg", args, (), env)
    if isinstance(node, (ast.Constant, ast.UnaryOp, ast.Name, ast.Tuple)):
        return _by_rule("const", (), (("value", _value(node)),), env)
    if isinstance(node, ast.BinOp):
        if all(a.op == "const" for a in args) and any(isinstance(a.get("value"), complex) for a in args) and isinstance(
                node.right, ast.Constant) and isinstance(node.right.value, complex):
            return _by_rule("const", (), (("value", ast.literal_eval(ast.Expression(node))),), env)
        return _by_rule(_operator(node.op), args, (), env)
    if isinstance(node, ast.IfExp):
        return _by_rule("select", args, (), env)
    if isinstance(node, ast.Subscript):
        return _by_rule("load", args, (), env)
    if not isinstance(node, ast.Call):
        raise ValueError(f"no expression of the imperative IR: {ast.unparse(node)}")
    word = _name(node.func)
    if word == "complex":
        return _by_rule("const", (), (("value", _value(node)),), env)
    if word == "typed":
        return Expr(args[0].op, args[0].args, _value(node.args[1]), _value(node.args[2]), args[0].attrs)
    if word == "name":
        return _by_rule("name", (), (("name", _value(node.args[0])),), env)
    attrs = tuple((k.arg or "", _value(k.value)) for k in node.keywords)
    return _by_rule(word[:-1] if word[:-1] in _WORDS else word, args, attrs, env)


def _by_rule(op: str, args: tuple[Expr, ...], attrs: tuple[tuple[str, Any], ...], env: Environment) -> Expr:
    bare = Expr(op, args, BOOL, 0, attrs)
    element, rank = _rule(bare, env) or (BOOL, 0)
    return Expr(op, args, element, rank, attrs)


# --- the array IR, printed ---------------------------------------------------------------------


def print_array_program(program: ir.Program) -> str:
    """The array IR as text, for people and for golden tests: nodes numbered in the order they are printed."""
    return "\n".join(text for text, _ in _ArrayPrinter(program).lines()) + "\n"


def print_nodes(program: ir.Program, wanted: Container[ir.Node]) -> str:
    """The lines of some nodes only, without the regions that they own."""
    return "".join(f"{text.lstrip()}\n" for text, value in _ArrayPrinter(program).lines() if value in wanted)


class _ArrayPrinter:
    """Numbers nodes as it goes; a region's own nodes stand, indented, under the node that owns it.

    Each line comes with the node that it defines.
    """

    def __init__(self, program: ir.Program) -> None:
        self.program = program
        self.numbers: dict[ir.Node, str] = {}
        self.homes = _homes(program.region)

    def lines(self) -> Iterator[Line]:
        for value in self.program.inputs:
            self.numbers[value] = f"%{value.get('name')}"
            yield f"input %{value.get('name')}: {value.type}", value
        yield from self.region(self.program.region, 0)
        outs = zip(self.program.outputs, self.program.region.results, strict=True)
        yield "output " + ", ".join(f"{name} = {self.ref(value)}" for name, value in outs), None

    def ref(self, value: ir.Node) -> str:
        if value.op == "const" and not value.type.shape:
            return str(value.value)
        if value not in self.numbers:
            self.numbers[value] = f"%{len(self.numbers)}"
        return self.numbers[value]

    def region(self, region: ir.Region, depth: int) -> Iterator[Line]:
        for value in ir.walk(ir.roots(region)):
            if self.homes.get(value) is region and value.op not in ("param", "input") and (
                    value.op != "const" or value.type.shape):
                yield from self.node(value, depth)

    def node(self, value: ir.Node, depth: int) -> Iterator[Line]:
        pad = "    " * depth
        words = [self.ref(a) for a in value.args]
        words += [f"{k}={v}" for k, v in value.attrs if k not in ("serial", "name")]
        words += ["after " + ", ".join(self.ref(d) for d in value.deps)] if value.deps else []
        hint = self.program.origins.names.get(value, value.get("name") or "")
        yield (f"{pad}{self.ref(value)}: {', '.join(str(t) for t in value.types)} = {value.op}({', '.join(words)})"
               + (f"  # {hint}" if hint else "")), value
        for region in value.regions:
            params = ", ".join(f"{self.ref(p)}: {p.type}" for p in region.params)
            yield f"{pad}    region({params}):", None
            yield from self.region(region, depth + 2)
            yield f"{pad}        yield " + ", ".join(self.ref(r) for r in region.results), None


def _homes(top: ir.Region) -> dict[ir.Node, ir.Region]:
    """The innermost region that each node belongs to: where its own parameters live, else where all its uses do."""
    parents: dict[ir.Region, ir.Region | None] = {top: None}
    stack = [top]
    uses: dict[ir.Node, list[ir.Region]] = {}
    while stack:
        region = stack.pop()
        for value in ir.walk(ir.roots(region)):
            uses.setdefault(value, []).append(region)
            for inner in value.regions:
                if inner not in parents or _depth(inner, parents) <= _depth(region, parents):
                    parents[inner] = region
                    stack.append(inner)
    params = {p: r for r in parents for p in (*r.params, *r.effects)}
    homes: dict[ir.Node, ir.Region] = {}
    for value in ir.walk(ir.roots(top)):
        need = top
        for inside in (params.get(value), *(homes.get(n) for n in ir.nested(value))):
            if inside is not None and _owns(value, inside, parents):
                continue
            if inside is not None and _depth(inside, parents) > _depth(need, parents):
                need = inside
        homes[value] = need
    return homes


def _owns(value: ir.Node, region: ir.Region | None, parents: dict[ir.Region, ir.Region | None]) -> bool:
    """Whether a region is one of the node's own, or inside one."""
    while region is not None:
        if region in value.regions:
            return True
        region = parents.get(region)
    return False


def _depth(region: ir.Region | None, parents: dict[ir.Region, ir.Region | None]) -> int:
    depth = 0
    while region is not None:
        region, depth = parents.get(region), depth + 1
    return depth
