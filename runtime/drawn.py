"""Values for the inputs that nobody gave, of the types that the script declares, drawn once for all.

Sizes are small and differ; reals lie between 0.1 and 0.9, where logarithms, roots and probabilities are at home; ints
are 0 and 1 in arrays (places that are surely there), and as scalars the next small size.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gdc.runtime.interface import atoms, contract, evaluate

LEAST = 3  # of the sizes
SEED = 1
INTS = ("int", "i32", "i64")
COMPLEX = ("complex", "c64", "c128")


def drawn(plan: Any, given: Mapping[str, Any], least: int = LEAST) -> dict[str, Any]:
    """A value for each input of a plan that has neither a value nor a file nor a default; sizes from `least` on."""
    from numpy.random import Generator, Philox

    rng = Generator(Philox(SEED))
    elements = {i.name: i.element for i in plan.inputs}
    return {
        name: what if isinstance(what, int) else entries(elements[name], what, rng)
        for name, what in shapes(plan, given, least).items()
    }


def shapes(plan: Any, given: Mapping[str, Any], least: int = LEAST) -> dict[str, int | tuple[int, ...]]:
    """What is to be drawn: for an int that is a scalar its value, for any other input its shape."""
    wanted = [i for i in plan.inputs if i.name not in given and i.path is None and i.default is None]
    sizes = {name: int(v) for name, v in given.items() if np.ndim(v) == 0 and isinstance(v, (int, np.integer))}
    for name, k, axis, formula in plan.dimensions:
        value = given.get(plan.inputs[k].name)
        if value is not None:
            sizes.setdefault(name, evaluate(formula, {**sizes, "size": np.shape(value)[axis]}))
    names = dict.fromkeys(a for i in plan.inputs for d in i.dims for a in atoms(d))
    for name in names:
        sizes.setdefault(name, least + len(sizes))
    found: dict[str, int | tuple[int, ...]] = {}
    for i in wanted:
        if not i.dims and i.element in INTS:
            found[i.name] = sizes.setdefault(i.name, least + len(sizes))
        else:
            found[i.name] = tuple(evaluate(d, sizes) for d in i.dims)
    return found


def entries(element: str, shape: tuple[int, ...], rng: Any) -> np.ndarray:
    if element == "bool":
        return np.asarray(rng.random(shape) < 0.5)
    if element in INTS:
        return np.asarray(rng.integers(0, 2, shape))
    values = rng.uniform(0.1, 0.9, shape)
    return np.asarray(values + 1j * rng.uniform(0.1, 0.9, shape) if element in COMPLEX else values)


def words(plan: Any, found: Mapping[str, Any]) -> str:
    """What was drawn, for people."""
    said = [
        f"{i.name}: {contract(i)}" + (f" as {list(np.shape(found[i.name]))}" if i.dims else f" = {found[i.name]:.6g}")
        for i in plan.inputs
        if i.name in found
    ]
    return f"drawn, as nobody gave {'it' if len(said) == 1 else 'them'}: {', '.join(said)}"
