"""Peers that are made from a program itself: its formulas as typed into NumPy, the same text given to others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gdc.dsl.errors import Error
from gdc.runtime import peers

Peer = Callable[..., Any]


def made(typed: Any) -> dict[str, Peer]:
    """The peers that a Typed text (see compiler/typed) gives; those whose package is missing are left out.

    numpy_typed always, jax_jit and torch_eager of straight-line programs, numexpr_text of elementwise ones. Each takes
    its arguments by their names in gd.
    """
    found: dict[str, Peer] = {"numpy_typed": numpy_typed(typed)}
    if typed.is_straight:
        found |= {"jax_jit": jax_jit(typed), "torch_eager": torch_eager(typed)}
    if typed.formulas:
        found["numexpr_text"] = numexpr_text(typed)
    return {name: peer for name, peer in found.items() if peers.BY_FUNCTION[name].installed}


def _called(typed: Any, names: Mapping[str, Any]) -> Peer:
    """The text's function over these names. Its words come from the compiler, which spells the script's names anew: the
    text can mean nothing but what the tree says."""
    space = dict(names)
    exec(compile(typed.text, "<typed>", "exec"), space)
    return lambda **given: space["program"](*(given[name] for name in typed.arguments))


def numpy_typed(typed: Any) -> Peer:
    from scipy import special

    return _called(typed, {"np": np, "special": special})


def jax_jit(typed: Any) -> Peer:
    """To be traced: the imports wait until somebody does."""

    def peer(**given: Any) -> Any:
        import jax

        return _called(typed, {"np": jax.numpy, "special": jax.scipy.special})(**given)

    return peer


def torch_eager(typed: Any) -> Peer:
    def peer(**given: Any) -> Any:
        import torch

        return _called(typed, {"np": torch, "special": torch.special})(**given)

    return peer


def numexpr_text(typed: Any) -> Peer:
    """A call of numexpr for each variable: its words are NumPy's without the prefix."""

    def peer(**given: Any) -> Any:
        import numexpr

        values = {typed.spelled[name]: value for name, value in given.items() if name in typed.spelled}
        for name, formula in typed.formulas:
            values[name] = numexpr.evaluate(formula.replace("np.", ""), local_dict=values, global_dict={})
        return tuple(values[name] for name in typed.results)

    return peer


def given_to(typed: Any, values: Mapping[str, Any], sizes: Mapping[str, int]) -> dict[str, Any]:
    """What a peer made from this text takes: the inputs and sizes by name. Raises gdc.Error."""
    lacking = [name for name in typed.arguments if name not in values and name not in sizes]
    if lacking:
        raise Error("name", f"{lacking[0]} has no value")
    return {name: values[name] if name in values else int(sizes[name]) for name in typed.arguments}
