"""Device arrays on their way through a run, with NumPy's memory standing in for a GPU's. No GPU takes part."""

import sys
import types

import numpy as np
import pytest

import gdc
from gdc.runtime import gpu, machine, run


class DeviceArray(np.lib.mixins.NDArrayOperatorsMixin):
    """As much of CuPy's array as binding and returning touch. Turning it into a NumPy array by accident raises."""

    __cuda_array_interface__ = {"version": 3}

    def __init__(self, array, base=None):
        self.array, self.base, self.fetched = array, base, 0
        self.data = type("Memory", (), {"ptr": array.__array_interface__["data"][0]})

    def __array__(self, dtype=None, copy=None):
        raise TypeError("implicit conversion")

    def __getattr__(self, name):
        return getattr(self.array, name)

    def get(self):
        self.fetched += 1
        return self.array.copy()

    def copy(self, order="C"):
        return DeviceArray(self.array.copy(order))

    def astype(self, dtype):
        return DeviceArray(self.array.astype(dtype))


@pytest.fixture
def device(monkeypatch):
    """A machine with a GPU, as far as `run` can tell, whose text runs on NumPy and gives its inputs to `seen`."""
    seen = []

    def program(*args, watch):
        seen.append(args)
        return tuple(a for a in args if gpu.is_device_array(a))

    monkeypatch.delenv("GDC_EMULATE_CUDA", raising=False)
    monkeypatch.setattr(machine, "_gpu", lambda: machine.Backend("cuda", True, "a stand-in"))
    monkeypatch.setattr(machine, "has_gpu", lambda: True)
    monkeypatch.setattr(run, "load_text", lambda text, target: {"program": program})
    monkeypatch.setattr(gpu, "to_device", lambda value: DeviceArray(value) if isinstance(value, np.ndarray) else value)
    return seen


SCRIPT = "input X: real[m, n]\ninput v: real[n]\nY := X + 1.0\nz := v + 1.0\noutput Y, z"


def test_device_arrays_stay_and_results_are_apart(device):
    X, v = DeviceArray(np.ones((3, 2))), DeviceArray(np.arange(4.0)[::2])
    result = gdc.compile(SCRIPT).run({"X": X, "v": v}, backend="cuda")
    assert device[0][0] is X and not X.fetched and not v.fetched
    assert device[0][1].flags.c_contiguous
    assert gpu.is_device_array(result.Y) and result.Y is not X and result.Y.data.ptr != X.data.ptr


def test_device_arrays_are_converted_on_the_device(device):
    X = DeviceArray(np.ones((3, 2), np.float32))
    gdc.compile(SCRIPT).run({"X": X, "v": DeviceArray(np.ones(2))}, backend="cuda")
    assert device[0][0].dtype == np.float64 and not X.fetched


def test_numpy_in_is_numpy_out(device):
    result = gdc.compile(SCRIPT).run({"X": np.ones((3, 2)), "v": np.ones(2)}, backend="cuda")
    assert all(gpu.is_device_array(a) for a in device[0])
    assert type(result.Y) is np.ndarray


def test_shapes_of_device_arrays_are_checked(device):
    with pytest.raises(gdc.Error, match="n = 2") as caught:
        gdc.compile(SCRIPT).run({"X": DeviceArray(np.ones((3, 2))), "v": DeviceArray(np.ones(5))}, backend="cuda")
    assert caught.value.kind == "shape"


def test_other_targets_fetch_them():
    X = DeviceArray(np.ones((3, 2)))
    result = gdc.compile(SCRIPT).run({"X": X, "v": np.ones(2)}, backend="numpy")
    assert X.fetched == 1
    np.testing.assert_array_equal(result.Y, 2.0)


# --- arrays of other libraries -----------------------------------------------------------------


class Strange:
    """An array on a GPU that is not CuPy's. `ways`: what it offers to bring it to the host."""

    def __init__(self, array, *ways, interface=True):
        self.array = array
        if interface:
            self.__cuda_array_interface__ = array.__array_interface__
        for way in ways:
            setattr(self, way, lambda: array)

    def __dlpack_device__(self):
        return gpu.GPUS[0], 0


@pytest.mark.parametrize("interface", [True, False])
def test_a_strangers_array_stays_on_the_gpu(device, monkeypatch, interface):
    """CuPy is a stand-in, which takes over the memory and notes by which protocol."""
    taken = []
    ways = {name: lambda value, name=name: (taken.append(name), DeviceArray(value.array))[1]
            for name in ("asarray", "from_dlpack")}
    monkeypatch.setitem(sys.modules, "cupy", types.SimpleNamespace(**ways))
    X = np.ones((3, 2))
    gdc.compile(SCRIPT).run({"X": Strange(X, interface=interface), "v": np.ones(2)}, backend="cuda")
    assert taken == ["asarray" if interface else "from_dlpack"]
    assert device[0][0].array is X and not device[0][0].fetched


@pytest.mark.parametrize("backend", ["loops", "numpy", "parallel", "cuda"])
@pytest.mark.parametrize("way", ["copy_to_host", "cpu", "get"])
def test_a_strangers_array_is_fetched_where_no_gpu_is(way, backend, monkeypatch):
    monkeypatch.setenv("GDC_EMULATE_CUDA", "1")
    result = gdc.compile(SCRIPT).run({"X": Strange(np.ones((3, 2)), way), "v": np.ones(2)}, backend)
    np.testing.assert_array_equal(result.Y, np.full((3, 2), 2.0))


@pytest.mark.parametrize("interface", [True, False])
def test_a_strangers_array_that_cannot_be_fetched(interface):
    with pytest.raises(gdc.Error) as caught:
        gdc.compile(SCRIPT).run({"X": Strange(np.ones((3, 2)), interface=interface), "v": np.ones(2)}, "numpy")
    assert (caught.value.kind, caught.value.line) == ("type", 1)
    assert "X lies in the memory of a GPU" in str(caught.value) and "copy it to the host first" in str(caught.value)
