"""Errors about names, with what the user probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from gdc.compiler.build.core import Builder
from gdc.compiler.ops import FUNCTIONS as ROWS
from gdc.dsl import elsewhere, tree
from gdc.dsl.errors import Error
from gdc.dsl.expressions import PYTHON_MODULES
from gdc.dsl.source import Span


def similar(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like this one, if any does."""
    found = difflib.get_close_matches(name, [k for k in known if not k.startswith("_")], n=1, cutoff=0.6)
    return found[0] if found else None


def unknown_name(builder: Builder, name: str, span: Span) -> Error:
    """No variable of this name."""
    known = [*builder.scope.names, *builder.scope.dimensions]
    best = similar(name, known)
    hint = f"did you mean {best}?" if best else None
    if hint is None and name in known_functions(builder):
        hint = f"{name} is a function: write {name}(…)"
    if hint is None and builder.scope.function:
        hint = "a function sees only its parameters and the program's dimensions: pass it as a parameter"
    if hint is None and name in elsewhere.VALUES:
        hint = f"write {elsewhere.VALUES[name]}"
    if hint is None:
        hint = f"give it a value first ({name} := …), or declare it: input {name}: real"
    return Error("name", f"nothing is called {name}", builder.blamed(span), hint)


def python_function(builder: Builder, call: tree.Call) -> Error:
    """A call of `np.f`: gd may have `f`, or what looks most like it."""
    name, arguments = call.function.rpartition(".")[2], [a.span.text for a in (*call.args, *call.named)]
    known = known_functions(builder)
    span = builder.blamed(call.function_span)
    if name in known:
        bare = call.span.text.rpartition(f".{name}(")[2]
        hint = f"write {name}({bare}" if call.ranges else elsewhere.without_prefix(name, arguments)
        return Error("syntax", f"`{call.function}`: functions need no prefix", span, hint)
    best = similar(name, known)
    hint = f"the nearest is {best}: {elsewhere.without_prefix(best, arguments)}" if best else (
        f"gdc help lists the functions; define your own: def {name}(x) = …, and call it without a prefix")
    return Error("name", f"`{call.function}`: gd has no function {name}", span, hint)


def unknown_function(builder: Builder, call: tree.Call) -> Error:
    """No function of this name."""
    name = call.function
    prefix = name.rpartition(".")[0]
    if prefix.partition(".")[0] in PYTHON_MODULES and not any(k.startswith(f"{prefix}.") for k in builder.space):
        return python_function(builder, call)
    best = similar(name, known_functions(builder))
    hint = None if prefix else elsewhere.instead(name, [argument.span.text for argument in (*call.args, *call.named)])
    if hint is not None:
        return Error("name", f"there is no function {name}", builder.blamed(call.function_span), hint)
    if prefix:
        functions = [known for known in builder.space if known.rpartition(".")[0] == prefix]
        hint = f"did you mean {best}?" if best else f"{prefix} has {', '.join(functions) or 'no functions'}"
    elif best:
        hint = f"did you mean {best}?"
    elif name in builder.scope.names:
        hint = f"{name} is a variable: its entries are {name}[i], a product is {name}*(…)"
    else:
        hint = f"define it: def {name}(x) = …"
    return Error("name", f"there is no function {name}", builder.blamed(call.function_span), hint)


def known_functions(builder: Builder) -> list[str]:
    from gdc.compiler.build.calls import FUNCTIONS, SEVERAL

    return [*builder.space, *builder.prelude, *FUNCTIONS, *SEVERAL, *ROWS]
