"""What a whole tree must keep to: it is not too deep, `stop` is in a loop, `st.f` comes from a `use`."""

from __future__ import annotations

from collections.abc import Iterator

from gdc.dsl import tree
from gdc.dsl.elsewhere import instead, without_prefix
from gdc.dsl.errors import Error
from gdc.dsl.expressions import PYTHON_MODULES
from gdc.dsl.source import Span

LEAVES = (tree.Name, tree.Number, tree.Constant, tree.String)
LOOPS = (tree.Repeat, tree.For, tree.ForEach, tree.While)
HOLDS_BLOCK = (*LOOPS, tree.If)


def inspect(script: tree.Script, max_nesting: int) -> Iterator[Error]:
    """The errors of a script that parsed; raises where it nests too deep."""
    used = {statement.alias for statement in script.statements if isinstance(statement, tree.Use)}
    defined = {statement.name for statement in script.statements if isinstance(statement, tree.Def)}
    todo: list[tuple[tree.Node, int, bool]] = [(script, 0, False)]
    while todo:
        node, depth, in_loop = todo.pop()
        if isinstance(node, LEAVES):
            continue
        nests = isinstance(node, (tree.Expr, *HOLDS_BLOCK))
        if nests and depth == max_nesting:
            raise Error("limit", f"formulas and blocks are nested more than {max_nesting} deep",
                        Span(node.span.source, node.span.start, node.span.start + 1),
                        "name the inner parts: give them lines of their own")
        if isinstance(node, tree.Leave) and not in_loop:
            yield Error("syntax", f"`{node.word}` stands only in a loop", node.span)
        elif isinstance(node, tree.Call):
            yield from _call(node, used)
        elif isinstance(node, tree.ForEach):
            yield from _for_each(node, defined)
        inside = (in_loop or isinstance(node, LOOPS)) and not isinstance(node, tree.Def)
        todo += [(child, depth + nests, inside) for child in reversed(tree.children(node))]


def _call(node: tree.Call, used: set[str]) -> Iterator[Error]:
    """`x.f(y)` where `x` is not the name of a used file; of `np.f(y)`, what gd calls otherwise: see build/names.py."""
    prefix, dot, function = node.function.rpartition(".")
    if not dot or prefix in used:
        return
    python = prefix.split(".")[0] in PYTHON_MODULES
    arguments = [argument.span.text for argument in (*node.args, *node.named)]
    arguments = arguments if python else [prefix, *arguments]
    hint = instead(function, arguments)
    if hint is None and python:
        return
    if hint is None:
        hint = without_prefix(function, arguments)
        hint += f'; the functions of a file have a prefix after use "{prefix}.gd" as {prefix}'
    words = "functions need no prefix" if python else "a value has no functions of its own"
    yield Error("syntax", f"`{node.function}{'' if python else '('}`: {words}", node.function_span, hint)


def _for_each(node: tree.ForEach, defined: set[str]) -> Iterator[Error]:
    over = node.over
    if not isinstance(over, tree.Call) or over.function != "range" or not over.args or "range" in defined:
        return
    bounds = [argument.span.text for argument in over.args]
    first, last = (["0", *bounds] if len(bounds) == 1 else [*bounds, "n"])[:2]
    step = f" by {bounds[2]}" if len(bounds) > 2 else ""
    yield Error("syntax", "a range is written a..b, its end excluded", over.span,
                f"write for {node.name} in {first}..{last}{step}")
