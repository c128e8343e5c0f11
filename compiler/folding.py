"""Constant folding: a MAP row's own NumPy text, evaluated on constants. NumPy's answer is the meaning."""

from __future__ import annotations

import re
from types import CodeType
from typing import Any

import numpy as np

from gdc.compiler.ir import Node, const
from gdc.compiler.ops import OPS

BARE_NAME = re.compile(r"(?<![\w.])[a-z]\w*")
_compiled: dict[str, CodeType] = {}


def folded(value: Node) -> Node | None:
    """The constant that a MAP node over scalar constants is; None where it is left to the run."""
    row = OPS[value.op]
    if row.kind != "MAP" or not isinstance(row.numpy, str) or set(BARE_NAME.findall(row.numpy)) - {"np"}:
        return None
    if any(a.op != "const" or a.type.rank for a in value.args) or _may_fail(value):
        return None
    code = _compiled.get(value.op)
    if code is None:
        names = [f"a{k}" for k in range(row.arity)]
        code = _compiled[value.op] = compile(row.numpy.format(*names), f"<{value.op}>", "eval")
    scope: dict[str, Any] = {f"a{k}": _scalar(a) for k, a in enumerate(value.args)}
    with np.errstate(all="ignore"):
        result = eval(code, {"np": np}, scope)
    plain = np.asarray(result).astype(value.type.element.numpy).item()
    return const(plain, value.type.element)


def _scalar(value: Node) -> Any:
    return np.dtype(value.type.element.numpy).type(value.value)


def _may_fail(value: Node) -> bool:
    """Ops on ints that stop the program, or shift by more than there are bits: the run says so, with its place."""
    if value.type.kind != "int":
        return False
    last = value.args[-1].value
    if value.op in ("floordiv", "mod"):
        return bool(last == 0)
    if value.op == "pow":
        return bool(last < 0)
    return value.op in ("shl", "shr") and not 0 <= last < value.type.element.bits
