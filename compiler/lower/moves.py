"""Several variables get new values at once: `a, b := b, a`."""

from __future__ import annotations

from collections.abc import Callable

from gdc.compiler import imp
from gdc.compiler.imp import Expr, Let, Origin

Move = tuple[str, Expr, Origin]


def moves(wanted: list[Move], temporary: Callable[[], str]) -> list[Let]:
    """Lets that do all at once: a value is read before its variable is set, by a temporary if need be."""
    pending = [(name, value, o) for name, value, o in wanted if not (value.op == "name" and value.get("name") == name)]
    done: list[Let] = []
    reads = {name: _read(value) for name, value, _ in pending}
    while pending:
        free = next(
            (
                k
                for k, (name, *_) in enumerate(pending)
                if not any(name in reads[other] for other, *_ in pending if other != name)
            ),
            None,
        )
        if free is None:
            at = next(k for k, (name, *_) in enumerate(pending) if reads[name])
            name, value, origins = pending[at]
            spare = temporary()
            done.append(Let(spare, value, origins))
            pending[at] = (name, imp.var(spare, value.element, value.rank), origins)
            reads[name] = set()
            continue
        name, value, origins = pending.pop(free)
        done.append(Let(name, value, origins))
    return done


def _read(value: Expr) -> set[str]:
    return {str(e.get("name")) for e in imp.subexpressions(value) if e.op == "name"}
