"""A pass run on a program of nodes: the values stay, and a second run finds nothing more to do."""

import numpy as np
from interpret import run

from gdc.compiler.record import Record


def passed(pass_module, before, sizes, rng, **options):
    """(the program after the pass, its record)"""
    record = Record(**options)
    after = pass_module.run(before, record)
    values = {i.get("name"): rng.normal(size=[sizes[str(s)] for s in i.type.shape]) for i in before.inputs}
    for name, found in run(after, sizes, **values).items():
        np.testing.assert_allclose(found, run(before, sizes, **values)[name], rtol=1e-10, atol=1e-10)
    assert pass_module.run(after, Record(**options)).region is after.region
    return after, record
