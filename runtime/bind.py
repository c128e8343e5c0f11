"""The caller's values as what a plan's text takes: names, conversions, contracts, sizes, defaults, memory.

    given = named(plan, values)                which input each value is for; names that are wrong or missing
    given = plain_values(plan, given)          arrays for what other libraries call so
    types = value_types(plan, given)           element, rank and axes of size 1 of the inputs without a contract
    bound = bind(plan, given)                  arrays and scalars in order, and the value of every size

An input is never changed: arrays are passed as they are where their layout allows, and copied once where not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdc.dsl import elsewhere
from gdc.dsl.errors import Error
from gdc.runtime import gpu
from gdc.runtime.foreign import plain
from gdc.runtime.interface import atoms, contract, evaluate, formula_text, shape_text, span_of, unknown_input
from gdc.runtime.values import as_array, check_finite, converted, element_of, served

UNNAMED = re.compile(r"size\([^()]+, \d+\)")


@dataclass(frozen=True, slots=True)
class Bound:
    """What a text is called with, in order, and the sizes by name."""

    args: tuple[Any, ...]
    sizes: dict[str, int]


# --- names -------------------------------------------------------------------------------------


def normal(name: str) -> str:
    """The form in which names are compared."""
    return unicodedata.normalize("NFKC", name)


def named(plan: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values under the program's own names. An unknown name is an error, with the nearest known one."""
    inputs = {i.name for i in plan.inputs}
    sizes = {name for name, *_ in plan.dimensions} | {a for i in plan.inputs for d in i.dims for a in atoms(d)}
    found: dict[str, Any] = {}
    if not isinstance(values, Mapping):
        raise Error("type", f"the inputs are a dict of names and values, not a {type(values).__name__}")
    for key, value in values.items():
        if not isinstance(key, str):
            raise Error("name", f"inputs are given by name, and {key!r} is not a text")
        name = normal(key)
        if name not in inputs and name not in sizes:
            raise unknown_input(plan, name, sizes)
        if name in found:
            raise Error("name", f"{name} is given twice")
        found[name] = value
    return found


def missing(plan: Any, given: Iterable[str]) -> list[Error]:
    """One error for each input that has no value, no file and no default."""
    known = set(given)
    errors = []
    for i in plan.inputs:
        if i.name not in known and i.path is None and i.default is None:
            shape = f": {contract(i)}" if i.declared else ""
            if i.name in elsewhere.VALUES:
                hint = f"if it is not an input, write {elsewhere.VALUES[i.name]}"
            elif i.hint and f" {i.name}?" not in i.hint:
                hint = i.hint
            else:
                hint = f"give it by name: program({i.name}=…), or gdc run --input {i.name}=FILE"
                if not i.dims:
                    hint += f" or --set {i.name}=NUMBER"
            errors.append(Error("name", f"input {i.name}{shape} is not given", span_of(plan, i.site), hint))
    return errors


# --- values ------------------------------------------------------------------------------------


def plain_values(plan: Any, given: Mapping[str, Any], device: bool = False) -> dict[str, Any]:
    """The values, those of other libraries as arrays. `device`: what lies in a GPU's memory stays there."""
    inputs = {i.name: i for i in plan.inputs}
    return {
        name: plain(name, value, failing(plan, inputs[name]), device) if name in inputs else value
        for name, value in given.items()
    }


def value_types(plan: Any, given: Mapping[str, Any]) -> dict[str, tuple[str, tuple[int | None, ...]]]:
    """What the values say of the inputs that no contract describes: element, and 1 for each axis of size 1."""
    found = {}
    for i in plan.inputs:
        if not i.declared and not i.is_param and i.name in given:
            value = given[i.name]
            array = value if gpu.is_device_array(value) else as_array(i.name, value, failing(plan, i))
            found[i.name] = (element_of(array), tuple(1 if size == 1 else None for size in array.shape))
    return found


def failing(plan: Any, i: Any) -> Callable[..., Error]:
    """Makes errors at the place where an input is declared."""

    def fail(kind: str, message: str, hint: str | None = None) -> Error:
        return Error(kind, message, span_of(plan, i.site), hint)

    return fail


# --- binding -----------------------------------------------------------------------------------


def bind(plan: Any, given: Mapping[str, Any], load: Callable[[str], Mapping[str, Any]], device: bool = False) -> Bound:
    """Arrays and scalars in the order of the plan's inputs. `load` executes the text of a computed default.

    `device`: arrays in a GPU's memory stay there, else they are fetched.
    Raises Error of kind type, shape, data or name, at the line that declares the input (or demands the size).
    """
    ready: dict[str, np.ndarray] = {}
    for i in plan.inputs:
        if i.name in given:
            ready[i.name] = checked(plan, i, given[i.name], device)
    sizes = solve_sizes(plan, ready, given)
    for i in plan.inputs:
        if i.name not in ready and i.default is not None:
            ready[i.name] = checked(plan, i, default_value(i, sizes, ready, load))
            if not ready[i.name].ndim and ready[i.name].dtype.kind == "i":
                sizes.setdefault(i.name, int(ready[i.name]))
            fill_sizes(plan, ready, sizes)
    check_contracts(plan, ready, sizes, given)
    check_demands(plan, sizes)
    return Bound(tuple(argument(ready[i.name]) for i in plan.inputs), sizes)


def argument(array: np.ndarray) -> Any:
    return array if array.ndim else array[()]


def checked(plan: Any, i: Any, value: Any, device: bool = False) -> np.ndarray:
    """One value in the element type and rank of its contract."""
    fail = failing(plan, i)
    stays = device and gpu.is_device_array(value) and value.ndim > 0
    array = value if stays else as_array(i.name, value, fail, i.element)
    if array.ndim != len(i.dims):
        raise wrong_rank(i, array, fail)
    array = converted(i.name, array, i.element, fail)
    array = gpu.served(array) if stays else served(array)
    if i.finite and array.dtype.kind in "fc":
        check_finite(i.name, array, fail)
    return array


def wrong_rank(i: Any, array: np.ndarray, fail: Callable[..., Error]) -> Error:
    wanted = shape_text(i.dims) if i.dims else "a scalar"
    got = f"an array of shape {list(array.shape)}" if array.ndim else "a scalar"
    hint = None
    if len(i.dims) == array.ndim + 1 and array.ndim:
        hint = f"one column: {i.name}[:, None]; one row: {i.name}[None, :]"
    elif len(i.dims) + 1 == array.ndim and 1 in array.shape:
        hint = f"drop the axis of size 1: {i.name}.squeeze()"
    return fail("shape", f"{i.name} is {wanted}, and the value given is {got}", hint)


def solve_sizes(plan: Any, ready: Mapping[str, np.ndarray], given: Mapping[str, Any]) -> dict[str, int]:
    """Every size that the given values say: int inputs by value, dimensions from shapes, sizes given by name."""
    sizes = {name: int(a) for name, a in ready.items() if not a.ndim and a.dtype.kind == "i"}
    fill_sizes(plan, ready, sizes)
    names = {i.name for i in plan.inputs}
    for name, value in given.items():
        if name not in names:
            number = size_value(name, value)
            if sizes.setdefault(name, number) != number:
                blame = next((plan.inputs[k] for n, k, *_ in plan.dimensions if n == name), None)
                whose = f"{blame.name} gave {name} = {sizes[name]}" if blame else f"it is {sizes[name]}"
                raise Error(
                    "shape", f"{name} is given as {number}, but {whose}", span_of(plan, blame.site) if blame else None
                )
    return sizes


def size_value(name: str, value: Any) -> int:
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "iu":
        raise Error("type", f"{name} is a size: an int, not {value!r:.60}")
    return int(array)


def fill_sizes(plan: Any, ready: Mapping[str, np.ndarray], sizes: dict[str, int]) -> None:
    """Solves for the dimensions of the arrays that are there."""
    for name, k, axis, formula in plan.dimensions:
        array = ready.get(plan.inputs[k].name)
        if name not in sizes and array is not None:
            try:
                sizes[name] = evaluate(formula, {**sizes, "size": array.shape[axis]})
            except KeyError:
                continue


def default_value(
    i: Any, sizes: Mapping[str, int], ready: Mapping[str, np.ndarray], load: Callable[[str], Mapping[str, Any]]
) -> Any:
    """A param's default: a number, or what its text computes from sizes and earlier params."""
    if i.reads is None:
        words = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf"), "True": True, "False": False}
        if i.default in words:
            return words[i.default]
        return (
            complex(i.default)
            if "j" in i.default
            else int(i.default)
            if i.default.lstrip("-").isdigit()
            else float(i.default)
        )
    values = [argument(ready[name]) if name in ready else sizes[name] for name in i.reads]
    return load(i.default)["program"](*values)[0]


def check_contracts(
    plan: Any, ready: Mapping[str, np.ndarray], sizes: Mapping[str, int], given: Mapping[str, Any]
) -> None:
    """Every axis has the size of its contract. Raises a shape error in the contract's names, with both numbers."""
    for i in plan.inputs:
        array = ready[i.name]
        for axis, formula in enumerate(i.dims):
            try:
                wanted = evaluate(formula, sizes)
            except KeyError:
                continue
            if wanted != array.shape[axis]:
                raise wrong_size(plan, i, axis, formula, array, sizes, wanted)


def wrong_size(
    plan: Any, i: Any, axis: int, formula: Any, array: np.ndarray, sizes: Mapping[str, int], wanted: int
) -> Error:
    shape = shape_text(i.dims)
    size = array.shape[axis]
    names = list(dict.fromkeys(atoms(formula)))
    if isinstance(formula, str):
        words = f"{i.name} is {shape} with {formula} = {size}, but {blamed(plan, formula, i, sizes)}"
    elif names:
        because = " and ".join(blamed(plan, n, i, sizes) for n in names)
        words = f"{i.name} is {shape}, its size {formula_text(formula)} must be {wanted} as {because}, but it is {size}"
    else:
        words = f"{i.name} is {shape}, but its shape is {list(array.shape)}: axis {axis} has size {size}, not {wanted}"
    hint = None
    if array.ndim == 2 and i.dims[0] != i.dims[1]:
        turned = array.shape[::-1]
        try:
            hint = (
                f"is it transposed? {i.name}.T has shape {list(turned)}"
                if [evaluate(d, sizes) for d in i.dims] == list(turned)
                else None
            )
        except KeyError:
            hint = None
    return Error("shape", words, span_of(plan, i.site), hint)


def blamed(plan: Any, name: str, i: Any, sizes: Mapping[str, int]) -> str:
    """Who said what a size is: `X gave m = 3`."""
    giver = next((plan.inputs[k].name for n, k, *_ in plan.dimensions if n == name), None)
    return f"{giver} gave {name} = {sizes[name]}" if giver and giver != i.name else f"{name} = {sizes[name]}"


def check_demands(plan: Any, sizes: Mapping[str, int]) -> None:
    """Sizes that formulas need to be equal. Raises the demand's own message, at the formula."""
    for demand in plan.demands:
        left, right = evaluate(demand.left, sizes), evaluate(demand.right, sizes)
        if left != right:
            site = plan.sites[demand.site]
            message = numbered(site.message, sizes).format(left, right)
            raise Error(site.kind, message, span_of(plan, demand.site), site.hint and numbered(site.hint, sizes))


def numbered(text: str, sizes: Mapping[str, int]) -> str:
    """A text with the sizes that no contract names as numbers: `X is [size(X, 0)]` as `X is [4]`."""
    return UNNAMED.sub(lambda found: str(sizes.get(found[0], found[0])), text)


# --- memory ------------------------------------------------------------------------------------


def needs(plan: Any, sizes: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
    """(bytes, site) of each large array whose size is known by now."""
    found = []
    for formula, number in plan.memory:
        try:
            found.append((evaluate(formula, sizes), number))
        except KeyError:
            continue
    return tuple(found)


def check_memory(plan: Any, needed: Iterable[tuple[int, int]], free: int, allowed: float | None) -> None:
    """Every large array must fit into what is free, and into what the host allows, before any work is done."""
    for count, number in needed:
        if count > min(free, allowed or free):
            bound = f"max_memory allows {bytes_text(int(allowed))}" if allowed and allowed < free else None
            site = plan.sites[number]
            raise Error(
                "limit",
                site.message.format(bytes_text(count), bound or f"{bytes_text(free)} are free"),
                span_of(plan, number),
                site.hint,
            )


def bytes_text(count: int) -> str:
    """1,536 as `1.5 kB`: three figures and a unit."""
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB", "TB", "PB", "EB"):
        if size < 1000 or unit == "EB":
            return f"{size:.3g} {unit}" if unit != "bytes" else f"{count} bytes"
        size /= 1000
    return f"{count} bytes"
