"""What may change places when walks are gathered: nothing moves past a check that has to wait for the walk."""

from dataclasses import replace

import pytest

from gdc.compiler import imp
from gdc.compiler.dims import dim
from gdc.compiler.passes import stream, stream_device
from gdc.compiler.record import Record
from gdc.compiler.text import read_program

PRODUCTS = """
def program(X: real[2] = 'X', W: real[2] = 'W', k: int[1] = 'k'):
    m: int[0] = extent(X, axis=0)
    P: real[2] = matmul(X, W)
    high: real[0] = 0.0
    for i in loop(0, m, 1, 'serial'):
        high: real[0] = maximum(high, P[i, 0])
    CHECK
    c: int[1] = alloc(int, 3, fill=0)
    for i in loop(0, m, 1, 'serial'):
        c[k[i]] += 1
    output('P', P)
    output('c', c)
"""
NESTS = """
def program(X: real[2] = 'X', k: int[1] = 'k'):
    m: int[0] = extent(X, axis=0)
    n: int[0] = extent(X, axis=1)
    q: real[1] = alloc(real, m)
    high: real[0] = 0.0
    for i in loop(0, m, 1, 'parallel'):
        t: real[0] = 0.0
        for j in loop(0, n, 1, 'serial'):
            t: real[0] = t + X[i, j]
        q[i] = t
    for i in loop(0, m, 1, 'serial'):
        high: real[0] = maximum(high, q[i])
    CHECK
    d: real[1] = alloc(real, m)
    for i in loop(0, m, 1, 'parallel'):
        d[i] = q[i] + X[k[i], 0]
    total: real[0] = 0.0
    for i in loop(0, m, 1, 'serial'):
        total: real[0] = total + d[i]
    output('d', d)
    output('total', total)
"""


@pytest.mark.parametrize(("run", "text", "name"), [(stream.run, PRODUCTS, "c"), (stream_device.run, NESTS, "d")])
@pytest.mark.parametrize("checks", [True, False])
def test_nothing_moves_past_a_check_that_waits(run, text, name, checks):
    m, n = dim("m"), dim("n")
    program = read_program(text.replace("CHECK", "check(lt(high, 3.0), 1)" if checks else "pass_: int[0] = 0"))
    shapes = {"m": (m,), "n": (n,), "X": (m, n), "W": (n, dim(4)), "P": (m, dim(4)), "k": (m,), "q": (m,), "d": (m,)}
    record = Record(sizes={"m": 100_000, "n": 100})
    body = run(replace(program, shapes=shapes), record).body
    walk = next(k for k, s in enumerate(body) if isinstance(s, imp.Walk))
    store = next(k for k, s in enumerate(body) for t in imp.statements((s,))
                 if isinstance(t, imp.Store) and t.array.get("name") == name)
    if checks:
        check = next(k for k, s in enumerate(body) if isinstance(s, imp.Check))
        assert walk < check < store
    else:
        assert store == walk
