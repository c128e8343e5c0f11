"""Every example, with its own data, gives the same on all targets."""

from pathlib import Path

import numpy as np
import pytest

import gdc

EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples").glob("*.gd"))
FEWER = {
    "feature_scaling": {"steps": 3},
    "heat_equation": {"n": 6, "steps": 3},
    "kmeans": {"rounds": 2},
    "life": {"n": 8},
    "linear_regression": {"steps": 3},
    "linear_regression_loops": {"steps": 2},
    "logistic_regression": {"steps": 3},
}  # rounds and sizes that loops and an emulated GPU manage in a moment


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_the_same_on_every_target(path, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    program, given = gdc.load(path), FEWER.get(path.stem, {})
    judge = program.run(given, "loops")
    assert len(judge) > 0
    for target in ("numpy", "parallel", "cuda"):
        found = program.run(given, target)
        assert found.backend == target and list(found) == list(judge) and set(found.trace) == set(judge.trace)
        for values_of in (dict, lambda result: dict(result.trace)):
            for name, wanted in values_of(judge).items():
                got = values_of(found)[name]
                np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-9, err_msg=f"{name} on {target}")


def test_no_example_is_given_what_it_does_not_take():
    assert set(FEWER) <= {path.stem for path in EXAMPLES}
