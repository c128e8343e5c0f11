"""Derivatives against finite differences, and against what a hand would write."""

import numpy as np
import pytest
from build_ir import array, at, fold, fresh_variable, grad, index, program, real, table
from interpret import run as interpret

from gdc.compiler import construct as c
from gdc.compiler.dims import dim
from gdc.compiler.ir import Region, const, integer, make, node, param, project, roots, size_node, walk
from gdc.compiler.passes import grad as grad_pass
from gdc.compiler.record import Record
from gdc.compiler.types import INT, REAL, Type
from gdc.dsl.errors import Error

RNG = np.random.default_rng(0)
SIZES = {"m": 4, "n": 3, "k": 2}


def run(p, **inputs):
    return interpret(p, SIZES, **inputs)


def values_for(p):
    """Inputs of the right shapes, away from kinks."""
    return {
        n.get("name"): RNG.uniform(0.3, 1.7, [SIZES[str(d)] if not d.is_constant else d.constant for d in n.type.shape])
        for n in p.inputs
    }


def check(J_of, *inputs, tolerance=1e-5, given=None):
    """J_of(variables) is a scalar node; its gradient by every input must be the finite difference."""
    variables = [fresh_variable(x, x.get("name")) for x in inputs]
    J = J_of(*variables)
    before = program(J, *(grad(J, w) for w in variables))
    record = Record()
    after = grad_pass.run(before, record)
    assert not {n.op for n in walk(roots(after.region))} & {"grad", "variable"}
    assert len(record.steps) == len(variables)
    values = values_for(before) | (given or {})
    found = run(after, **values)
    for k, x in enumerate(inputs, 1):
        expected = difference(after, values, x.get("name"))
        assert found[f"r{k}"].shape == expected.shape
        np.testing.assert_allclose(found[f"r{k}"], expected, rtol=tolerance, atol=tolerance)
    return after


def difference(p, values, name, step=1e-6):
    x = np.array(values[name], dtype=float)
    result = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        sides = []
        for sign in (1, -1):
            moved = x.copy()
            moved[place] += sign * step
            sides.append(float(run(p, **{**values, name: moved})["r0"]))
        result[place] = (sides[0] - sides[1]) / (2 * step)
    return result


def total(value):
    return c.reduce("sum", value, range(value.type.rank)) if value.type.rank else value


X, Y, A = array("X", "m", "n"), array("Y", "m", "n"), array("A", "n", "n")
v, u, e = array("v", "n"), array("u", "n"), array("e", "m")
s = array("s")
MAPS = [
    "add",
    "sub",
    "mul",
    "div",
    "pow",
    "neg",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "sqrt",
    "cbrt",
    "sin",
    "cos",
    "tan",
    "atan",
    "atan2",
    "sinh",
    "cosh",
    "tanh",
    "hypot",
    "abs",
    "minimum",
    "maximum",
]


@pytest.mark.parametrize("op", MAPS)
def test_maps(op):
    arguments = (v, u) if op in ("add", "sub", "mul", "div", "pow", "atan2", "hypot", "minimum", "maximum") else (v,)
    check(lambda *w: total(c.apply("mul", c.apply(op, *w), c.apply("exp", w[0]))), *arguments)


@pytest.mark.parametrize("op", ["asin", "acos"])
def test_inverse_functions_inside_their_range(op):
    check(lambda w: total(c.apply(op, c.apply("mul", real(0.3), w))), v)


@pytest.mark.parametrize("op", ["add", "mul", "div", "pow"])
def test_broadcasting(op):
    check(lambda w, z, q: total(c.apply("exp", c.apply(op, c.apply(op, w, z), q))), X, v, s)


@pytest.mark.parametrize("op", ["sum", "prod", "mean", "var", "std", "min", "max", "norm", "logsumexp"])
@pytest.mark.parametrize(("axes", "keepdims"), [((0,), False), ((1,), False), ((0, 1), False), ((1,), True)])
def test_reductions(op, axes, keepdims):
    check(lambda w: total(c.apply("sin", c.reduce(op, w, axes, keepdims))), X)


def test_product_with_a_zero():
    after = check(lambda w: c.reduce("prod", w, (0,)), v, given={"v": np.array([2.0, 0.0, 3.0])})
    assert run(after, v=np.array([0.0, 0.0, 3.0]))["r1"].tolist() == [0, 0, 0]


def test_ties_share():
    w = fresh_variable(v, "v")
    J = c.reduce("max", w, (0,))
    after = grad_pass.run(program(grad(J, w)), Record())
    assert run(after, v=[1.0, 2.0, 2.0])["r0"].tolist() == [0, 0.5, 0.5]


def test_subgradients_at_kinks():
    w = fresh_variable(v, "v")
    J = total(c.apply("add", c.apply("abs", w), c.apply("maximum", w, real(0))))
    after = grad_pass.run(program(grad(J, w)), Record())
    assert run(after, v=[-1.0, 1.0, 2.0])["r0"].tolist() == [-1, 2, 2]
    norm = c.reduce("norm", w, (0,))
    assert run(grad_pass.run(program(grad(norm, w)), Record()), v=[0.0, 0, 0])["r0"].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("n",), ("n",)),
        (("m", "n"), ("n",)),
        (("n",), ("n", "k")),
        (("m", "n"), ("n", "k")),
        (("k", "m", "n"), ("n",)),
        (("n",), ("k", "n", "m")),
        (("k", "m", "n"), ("k", "n", "m")),
        (("k", "m", "n"), ("n", "m")),
    ],
)
def test_matmul(left, right):
    check(lambda a, b: total(c.apply("sin", c.matmul(a, b))), array("L", *left), array("R", *right))


@pytest.mark.parametrize(
    ("inputs", "output", "shapes"),
    [
        (("ij", "jk"), "ik", (("m", "n"), ("n", "k"))),
        (("ij", "ij"), "", (("m", "n"), ("m", "n"))),
        (("ii",), "", (("n", "n"),)),
        (("ii",), "i", (("n", "n"),)),
        (("ij", "k"), "ik", (("m", "n"), ("k",))),
    ],
)
def test_einsum(inputs, output, shapes):
    arrays = [array(f"E{k}", *shape) for k, shape in enumerate(shapes)]
    check(lambda *w: total(c.apply("sin", node("einsum", *w, inputs=inputs, output=output))), *arrays)


def spd(w):
    return c.apply("add", c.matmul(c.transpose(w), w), EYE)


EYE = make(
    "const", (), {"value": ((3.0, 0.0, 0.0), (0.0, 3.0, 0.0), (0.0, 0.0, 3.0))}, (Type(REAL, (dim("n"), dim("n"))),)
)


@pytest.mark.parametrize("op", ["inv", "det", "cholesky"])
def test_linear_algebra(op):
    check(lambda w: total(c.apply("sin", node(op, spd(w)))), A)


@pytest.mark.parametrize("right", [v, array("B", "n", "k")])
def test_solve(right):
    check(lambda w, b: total(c.apply("sin", node("solve", spd(w), b))), A, right)


def test_moves():
    check(lambda w: total(c.apply("mul", c.transpose(w), c.transpose(c.apply("exp", w)))), X)
    check(lambda w, z: total(c.apply("sin", node("concat", w, z, axis=0))), v, u)
    check(lambda w, z: total(c.apply("sin", node("stack", w, z, axis=1))), v, u)
    check(
        lambda w: total(c.apply("mul", c.reshape(w, (dim("m") * dim("n"),)), c.reshape(w, (dim("m") * dim("n"),)))), X
    )
    check(lambda w: total(c.apply("mul", c.broadcast(w, X.type.shape), X)), v)
    check(lambda q: total(c.apply("sin", node("fill", q, size_node(dim("n"))))), s)


def test_parts():
    first, last = integer(1), (integer(0), size_node(dim("n") - 1), integer(1))
    check(lambda w: c.apply("sin", at(w, first)), v)
    check(
        lambda w: total(c.apply("sin", c.apply("mul", node("index", w, *last, subscripts=("slice",)), at(w, first)))), v
    )
    check(lambda w: total(c.apply("sin", node("index", w, subscripts=("all", "new")))), v)
    places = make("const", (), {"value": (0, 2, 0, 1)}, (Type(INT, (dim(4),)),))
    check(lambda w: total(c.apply("sin", node("gather", w, places, subscripts=("gather",)))), v)


@pytest.mark.parametrize("combine", ["", "add", "mul"])
@pytest.mark.parametrize("gathers", [False, True])
def test_updates(combine, gathers):
    if gathers:
        value = array("z", 4)
        places = (make("const", (), {"value": (0, 2, 0, 1)}, (Type(INT, (dim(4),)),)),)
        subscripts = ("gather",)
    else:
        value, places, subscripts = array("z"), (integer(1),), ("at",)
    check(
        lambda w, z: total(c.apply("sin", node("update", w, z, *places, subscripts=subscripts, combine=combine))),
        v,
        value,
    )


def test_masked_infinities_stay_out():
    w = fresh_variable(v, "v")
    safe = c.apply("where", c.apply("gt", w, real(0)), c.apply("mul", c.apply("log", w), c.apply("sqrt", w)), real(0))
    after = grad_pass.run(program(grad(total(safe), w)), Record())
    with np.errstate(all="raise"):
        found = run(after, v=[0.0, 1.0, 4.0])["r0"]
    np.testing.assert_allclose(found, [0, 1, np.log(4) / 4 + 0.5])


def choice(condition, yes, no):
    return make("select", (condition,), {}, (yes.type,), (Region((), (), (yes,)), Region((), (), (no,))))


def test_select_and_branch():
    check(lambda q: choice(c.apply("gt", q, real(0)), c.apply("log", q), c.apply("exp", q)), s)
    q = fresh_variable(s, "s")
    J = choice(c.apply("gt", q, real(0)), c.apply("mul", c.apply("log", q), c.apply("sqrt", q)), real(0))
    assert run(grad_pass.run(program(grad(J, q)), Record()), s=0.0)["r0"] == 0

    def branching(q, w):
        sides = (Region((), (), (c.apply("sin", q), c.apply("mul", q, w))), Region((), (), (q, w)))
        made = make("branch", (c.apply("gt", q, real(0)),), {}, (q.type, w.type), sides)
        return c.apply("mul", project(made, 0), total(project(made, 1)))

    check(branching, s, v)
    check(branching, s, v, given={"s": np.array(-1.0)})


def test_tables_and_folds():
    i, j, k = index("i"), index("j"), index("k")
    check(
        lambda w, z: total(table(("n",), (j,), fold("sum", ("m",), (i,), c.apply("mul", at(w, i, j), at(z, i))))), X, e
    )
    check(lambda w: total(c.apply("sin", table(("n", "m"), (j, i), c.apply("exp", at(w, i, j))))), X)
    check(lambda w, z: total(c.apply("sin", fold("sum", ("m",), (k,), c.apply("mul", at(z, k), at(w, k))))), X, e)
    check(
        lambda w: c.apply(
            "sin", fold("sum", ("m", "n"), (i, j), c.apply("mul", at(w, i, j), c.reduce("sum", w, (0, 1))))
        ),
        X,
    )


@pytest.mark.parametrize("monoid", ["sum", "prod", "mean", "min", "max"])
def test_monoids(monoid):
    i, j = index("i"), index("j")
    check(
        lambda w: total(c.apply("sin", table(("m",), (i,), fold(monoid, ("n",), (j,), c.apply("exp", at(w, i, j)))))), X
    )


def test_shifted_reads_and_conditions():
    i, j = index("i"), index("j")
    window = lambda w, z: fold("sum", (2,), (j,), c.apply("mul", at(z, j), at(w, c.apply("add", i, j))))
    check(lambda w, z: total(c.apply("sin", table((2,), (i,), window(w, z)))), v, array("z", 2))
    before = lambda w: choice(c.apply("gt", i, integer(0)), at(w, c.apply("sub", i, integer(1))), const(0.0, REAL))
    check(lambda w: total(c.apply("sin", table(("n",), (i,), c.apply("mul", before(w), at(w, i))))), v)


def test_an_index_that_is_bound_inside_and_kept_outside():
    """sum((sum(X[i, j]*w[j] for j) - y[i])^2 for i): the error holds a sum over j, and w's derivative keeps j."""
    i, j = index("i"), index("j")

    def J(w, z):
        error = c.apply("sub", fold("sum", ("n",), (j,), c.apply("mul", at(w, i, j), at(z, j))), at(e, i))
        return fold("sum", ("m",), (i,), c.apply("mul", error, error))

    check(J, X, v)


def test_triangular_sum():
    i, j = index("i"), index("j")

    def triangle(w):
        body = c.apply("exp", c.apply("mul", at(w, i), at(w, j)))
        args = (integer(0), size_node(dim("n")), integer(1), integer(0), i, integer(1))
        return make("fold", args, {"monoid": "sum", "names": ("i", "j")}, (body.type,), (Region((i, j), (), (body,)),))

    check(triangle, v)


def test_an_array_body():
    i = index("i")
    check(lambda w, z: total(c.apply("sin", fold("sum", ("m",), (i,), c.apply("mul", at(z, i), at(w, i))))), X, e)
    check(lambda w: total(c.apply("sin", table(("m",), (i,), c.apply("exp", at(w, i))))), X)


def test_grad_of_a_grad():
    w = fresh_variable(v, "v")
    inner = grad(total(c.apply("exp", c.apply("mul", w, w))), w)
    J = total(c.apply("mul", inner, inner))
    after = grad_pass.run(program(J, grad(J, w)), Record())
    values = {"v": np.array([0.3, 0.5, 0.2])}
    np.testing.assert_allclose(run(after, **values)["r1"], difference(after, values, "v"), rtol=1e-5)


def linear(w, b):
    r = c.apply("sub", c.apply("add", c.matmul(X, w), b), e)
    return c.apply("div", c.reduce("sum", c.apply("mul", r, r), (0,)), c.count([dim("m")], REAL))


def test_linear_regression_makes_no_matrix():
    after = check(linear, v, s)
    assert all(n.type.rank < 2 or n.op in ("input", "transpose") for n in walk(roots(after.region)))
    assert sum(n.op == "matmul" for n in walk(roots(after.region))) == 2


def test_the_steps_inside_a_loop():
    """w := w - grad(J, w) five times, J inside the loop, as the builder makes it."""
    i, state = index("i"), param(v.type, "w")
    w = fresh_variable(state, "w")
    J = linear(w, s)
    body = Region((i, state), (), (c.apply("sub", w, c.apply("mul", real(0.1), grad(J, w))),))
    loop = make("loop", (integer(0), integer(5), integer(1), v), {"kind": "count"}, (v.type,), (body,))
    after = grad_pass.run(program(project(loop, 0)), Record())
    values = {"X": RNG.normal(size=(4, 3)), "v": np.zeros(3), "s": np.array(0.2), "e": RNG.normal(size=4)}
    expected = values["v"]
    for _ in range(5):
        expected = expected - 0.1 * 2 / 4 * values["X"].T @ (values["X"] @ expected + 0.2 - values["e"])
    np.testing.assert_allclose(run(after, **values)["r0"], expected)


def test_no_way_from_the_name():
    w = fresh_variable(v, "v")
    with pytest.raises(Error) as caught:
        grad_pass.run(program(grad(total(u), w)), Record())
    assert caught.value.kind == "type" and "does not depend on v" in caught.value.message


def test_a_flat_path_gives_zeros():
    w = fresh_variable(v, "v")
    after = grad_pass.run(program(grad(total(c.apply("floor", w)), w)), Record())
    assert run(after, v=[1.5, 2.5, 3.5])["r0"].tolist() == [0, 0, 0]


def test_a_long_chain():
    w = fresh_variable(s, "s")
    J = w
    for _ in range(20_000):
        J = c.apply("add", J, w)
    after = grad_pass.run(program(grad(J, w)), Record())
    assert len(walk(roots(after.region))) < 60_000
