"""Reverse rules of products and linear algebra: rule(node, g, k) is the derivative by argument k, from the result's."""

from __future__ import annotations

from gdc.compiler.construct import adjoint, apply, broadcast, conj, matmul, number, reduce, summed_to
from gdc.compiler.ir import Node, make, node, size_node
from gdc.dsl.errors import Error


def new_axis(value: Node, place: int) -> Node:
    """The value with a new axis; -1 is the last."""
    rank = value.type.rank
    where = place if place >= 0 else rank + 1 + place
    return node("index", value, subscripts=("all",) * where + ("new",) + ("all",) * (rank - where))


def matmul_rule(value: Node, g: Node, k: int) -> Node:
    left, right = value.args
    ranks = (left.type.rank, right.type.rank)
    if ranks == (1, 1):
        return apply("mul", g, conj(value.args[1 - k]))
    if ranks[0] == 1:
        return _vector_left(left, right, g, k)
    if ranks[1] == 1:
        return _vector_right(left, right, g, k)
    found = matmul(g, adjoint(right)) if k == 0 else matmul(adjoint(left), g)
    return _fitted(found, value.args[k])


def _fitted(found: Node, argument: Node) -> Node:
    """Summed over batch axes that the argument did not have."""
    return summed_to(found, argument.type.shape, found.type.shape)


def _vector_right(left: Node, right: Node, g: Node, k: int) -> Node:
    """g[…, i] of sum(left[…, i, j]*right[j] for j)."""
    if k == 1 and left.type.rank == 2:
        return matmul(adjoint(left), g)
    column = new_axis(g, -1)
    if k == 0:
        return apply("mul", column, _lifted(conj(right), left.type.rank - 1))
    return reduce("sum", apply("mul", conj(left), column), range(left.type.rank - 1))


def _vector_left(left: Node, right: Node, g: Node, k: int) -> Node:
    """g[…, j] of sum(left[i]*right[…, i, j] for i)."""
    if k == 0 and right.type.rank == 2:
        return matmul(conj(right), g)
    row = new_axis(g, -2)
    if k == 1:
        return apply("mul", _lifted(new_axis(conj(left), 1), right.type.rank - 2), row)
    axes = [a for a in range(right.type.rank) if a != right.type.rank - 2]
    return reduce("sum", apply("mul", conj(right), row), axes)


def _lifted(value: Node, axes: int) -> Node:
    for _ in range(axes):
        value = new_axis(value, 0)
    return value


def einsum_rule(value: Node, g: Node, k: int) -> Node:
    """The other arguments and g, contracted to this argument's letters."""
    inputs, output = value.get("inputs"), value.get("output")
    mine, argument = inputs[k], value.args[k]
    others = [j for j in range(len(inputs)) if j != k]
    letters = "".join(dict.fromkeys(mine))
    known = {letter for j in others for letter in inputs[j]} | set(output)
    reached = "".join(letter for letter in letters if letter in known)
    operands = (*(conj(value.args[j]) for j in others), g)
    spec = (*(inputs[j] for j in others), output)
    found = operands[0] if spec == (reached,) else node("einsum", *operands, inputs=spec, output=reached)
    for place, letter in enumerate(letters):
        if letter not in known:
            found = new_axis(found, place)
    if letters == mine:
        return broadcast(found, argument.type.shape)
    return _on_diagonal(found, letters, mine, argument)


def _on_diagonal(found: Node, letters: str, mine: str, argument: Node) -> Node:
    """Values of repeated letters where the repeated places are equal, 0 elsewhere."""
    if len(mine) != len(letters) + 1:
        raise Error("type", f"grad through the product {mine} with a letter three times is not supported yet")
    twice = next(letter for letter in letters if mine.count(letter) == 2)
    first, second = (p for p, letter in enumerate(mine) if letter == twice)
    spread = new_axis(found, second)
    same = apply("eq", places_along(argument, first), places_along(argument, second))
    return apply("where", same, broadcast(spread, argument.type.shape), number(0.0, found))


def places_along(argument: Node, axis: int) -> Node:
    """Each entry's place along one axis, with size 1 along the others."""
    places = node("iota", size_node(argument.type.shape[axis]))
    subscripts = tuple("all" if a == axis else "new" for a in range(argument.type.rank))
    return node("index", places, subscripts=subscripts)


# --- linear algebra ------------------------------------------------------------------------------


TURNED = {"lower": "upper", "upper": "lower"}


def solve_like(site: Node, matrix: Node, right: Node, reads: str | None = None) -> Node:
    """solve(matrix, right), failing where `site` fails; `reads` is the triangle of the matrix that is read, if one."""
    found = node("solve", matrix, right)
    where = {k: v for k, v in site.attrs if k == "site"} | ({"reads": reads} if reads else {})
    return make("solve", found.args, where, found.types, deps=site.deps)


def solve_rule(value: Node, g: Node, k: int) -> Node:
    """x = solve(A, b): by b it is solve(A.T, g), by A minus the outer product of that and x. Of complex matrices the
    transposes are conjugate, here and below."""
    reads = value.get("reads")
    by_right = solve_like(value, adjoint(value.args[0]), g, TURNED.get(reads))
    if k == 1:
        return by_right
    if value.type.rank == 1:
        found = apply("neg", apply("mul", new_axis(by_right, -1), new_axis(conj(value), 0)))
    else:
        found = apply("neg", matmul(by_right, adjoint(value)))
    if reads is None:
        return found
    read = apply("ge" if reads == "lower" else "le", places_along(found, 0), places_along(found, 1))
    return apply("where", read, found, number(0.0, found))


def inv_rule(value: Node, g: Node, k: int) -> Node:
    back = adjoint(value)
    return apply("neg", matmul(back, matmul(g, back)))


def det_rule(value: Node, g: Node, k: int) -> Node:
    inverse = node("inv", value.args[0])
    where = {key: v for key, v in value.attrs if key == "site"}
    inverse = make("inv", inverse.args, where, inverse.types, deps=value.deps)
    return apply("mul", apply("mul", g, conj(value)), adjoint(inverse))


def cholesky_rule(value: Node, g: Node, k: int) -> Node:
    """With S = inv(L).T@P@inv(L), P the lower triangle of L.T@g with half its diagonal: (S + S.T)/2, folded onto the
    lower triangle, which alone is read."""
    inner = matmul(adjoint(value), g)
    row, column = places_along(value, 0), places_along(value, 1)
    half, zero = number(0.5, value), number(0.0, value)

    def lower(matrix: Node) -> Node:
        on_diagonal = apply("where", apply("eq", row, column), apply("mul", half, matrix), zero)
        return apply("where", apply("gt", row, column), matrix, on_diagonal)

    left = solve_like(value, adjoint(value), lower(inner), "upper")
    whole = adjoint(solve_like(value, adjoint(value), adjoint(left), "upper"))
    return lower(apply("add", whole, adjoint(whole)))
