"""`input X: real[m, n]`: a value held against its contract, and the sizes that it gives."""

import numpy as np

from gdc.dsl import tree
from reference.arithmetic import binary
from reference.faults import Fault
from reference.values import KINDS, WIDEST, element, in_precision, kind

NARROW = ("int32", "float32", "complex64")


def plain(value):
    """A given value in an element that gd has."""
    value = np.asarray(value)
    native = value.astype(value.dtype.newbyteorder("="))
    return native if native.dtype.name in NARROW else in_precision(native.astype(WIDEST[native.dtype.kind]))


def contracted(declared, value):
    """A value held against its contract's element type and rank."""
    value = plain(value)
    if declared.type is None:
        return value
    wanted = element(declared.type.element)
    if KINDS.index(kind(value)) > KINDS.index(wanted.kind):
        raise Fault("type", f"{declared.name} must be {declared.type.element}", declared)
    if value.ndim != len(declared.type.dims):
        raise Fault("shape", f"{declared.name} has rank {value.ndim}", declared)
    if getattr(declared, "finite", False) and not np.all(np.isfinite(value)):
        raise Fault("data", f"{declared.name} must be finite", declared)
    return value.astype(wanted)


def sizes_of(contract, value, known, node):
    """The names that a contract's sizes give, and those known before; solves formulas linear in one unknown name."""
    found = dict(known)
    pairs = list(zip(contract.dims, value.shape, strict=True))
    for d, size in sorted(pairs, key=lambda pair: not isinstance(pair[0], tree.Name)):
        names = {n.name for n in tree.walk(d) if isinstance(n, tree.Name)} - {"_"}
        unknown = names - found.keys()
        if isinstance(d, tree.Name) and d.name == "_":
            continue
        if len(unknown) == 1:
            name = unknown.pop()
            zero, one = (formula(d, {**found, name: x}) for x in (0, 1))
            found[name] = (size - zero) // (one - zero)
        if not unknown and formula(d, found) != size:
            raise Fault("shape", f"{d.span.text} is {formula(d, found)}, not {size}", node)
    return found


def formula(d, sizes):
    """The value of a size: an int, a name, or a formula of names with + - * //."""
    if isinstance(d, tree.Number):
        return d.value
    if isinstance(d, tree.Name):
        return sizes[d.name]
    value = formula(d.first, sizes)
    for op, right in zip(d.ops, d.rest, strict=True):
        value = int(binary(op, value, formula(right, sizes), d))
    return value
