"""Drawn formulas of products, sums, outer products, diagonals, inverses and parts: regrouped, they give the same numbers."""

import random

import numpy as np
import pytest

import gdc

DRAWS = 60
SIZES = {"m": 4, "n": 3}
CONTRACT = "input A, B, C: real[n, n]; input X, Y: real[m, n]; input u, v: real[n]; input y: real[m]; input s: real"


class Draw:
    """Formulas of a shape; a shape is a string of sizes: "mn" a matrix, "n" a vector, "" a number."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def formula(self, shape, depth):
        leaves = {"nn": ["A", "B", "C", "eye(n)", "diag(u)"], "mn": ["X", "Y"], "nm": ["X.T", "Y.T"], "n": ["u", "v"],
                  "m": ["y"], "mm": ["eye(m)", "outer(y, y)"], "": ["s", "2.0"]}
        if depth <= 0:
            return self.random.choice(leaves[shape])
        return getattr(self, self.random.choice(["product"]*5 + ["sum", "sum", "scaled", "outer", "inverse", "part", "total"]))(
            shape, depth - 1)

    def sub(self, shape, depth):
        return f"({self.formula(shape, self.random.randint(0, depth))})"

    def product(self, shape, depth):
        inner = self.random.choice("mn")
        left, right = (shape[0] + inner, inner + shape[1:]) if len(shape) == 2 else (shape + inner, inner)
        if len(shape) == 1 and self.random.random() < 0.4:
            left, right = inner, inner + shape
        return f"{self.sub(left, depth)}@{self.sub(right, depth)}"

    def sum(self, shape, depth):
        return f"{self.sub(shape, depth)} {self.random.choice('+-')} {self.sub(shape, depth)}"

    def scaled(self, shape, depth):
        return f"{self.sub('', depth)}*{self.sub(shape, depth)}" if self.random.random() < 0.7 else f"-{self.sub(shape, depth)}"

    def outer(self, shape, depth):
        if len(shape) != 2:
            return self.product(shape, depth)
        return f"outer({self.formula(shape[0], depth)}, {self.formula(shape[1], depth)})"

    def inverse(self, shape, depth):
        if shape not in ("n", "nn", "nm"):
            return self.product(shape, depth)
        matrix = self.random.choice(["A + 9*eye(n)", "X.T@X + 2*eye(n)", "C.T@C + 2*eye(n)"])
        return f"inv({matrix})@{self.sub(shape, depth)}"

    def part(self, shape, depth):
        if shape == "":
            return f"{self.sub('nn', depth)}[1, 2]"
        if len(shape) == 1:
            matrix = self.sub(self.random.choice("mn") + shape, depth)
            return self.random.choice([f"{matrix}[1]", f"{matrix}[0, :]", f"{matrix}.T[:, 2]"])
        return f"{self.sub(shape, depth)}.T.T"

    def total(self, shape, depth):
        if shape == "":
            return self.random.choice([f"sum({self.formula('nn', depth)})", f"trace({self.formula('nn', depth)})"])
        if len(shape) == 1:
            other = self.random.choice("mn")
            square = [f"diag({self.formula(shape + shape, depth)})"]
            return self.random.choice(
                [f"sum({self.formula(other + shape, depth)}, axis=0)", f"sum({self.formula(shape + other, depth)}, axis=1)"]
                + square
            )
        return self.sum(shape, depth)


def script(seed):
    draw = Draw(seed)
    shapes = draw.random.choices(["nn", "mn", "n", "m", ""], k=3)
    lines = [f"r{k} := {draw.formula(shape, 4)}" for k, shape in enumerate(shapes)]
    if draw.random.random() < 0.5:
        lines.append(f"w := u; repeat 3 {{ w := {draw.sub('nn', 2)}@w; w := w/(1 + norm(w)) }}")
    return "\n".join([CONTRACT, *lines])


@pytest.mark.parametrize("seed", range(DRAWS))
def test_products(seed):
    text = script(seed)
    numbers = np.random.default_rng(seed)
    shapes = {"A": "nn", "B": "nn", "C": "nn", "X": "mn", "Y": "mn", "u": "n", "v": "n", "y": "m", "s": ""}
    given = {name: numbers.standard_normal([SIZES[size] for size in shape]) for name, shape in shapes.items()}
    program = gdc.compile(text)
    wanted, found = (program.run(given, backend=target) for target in ("loops", "numpy"))
    for name, value in wanted.items():
        scale = 1 + np.max(np.abs(value))
        np.testing.assert_allclose(found[name], value, rtol=1e-8, atol=1e-8*scale, err_msg=f"{name} of\n{text}")
