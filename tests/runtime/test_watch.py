"""Rounds, traces, native calls, Ctrl-C."""

import signal
import threading
import time

import numpy as np
import pytest

import gdc
from gdc.runtime import progress
from gdc.runtime.data.watching import reading
from gdc.runtime.progress import Bar
from gdc.runtime.watch import Expired, Watch, listening, shown


@pytest.fixture(autouse=True)
def hears_ctrl_c():
    """A shell starts what it runs in the background with SIGINT ignored, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_rounds_count_and_end_when_interrupted():
    watch = Watch()
    seen = []
    for k in watch.rounds(0, 10, 3):
        seen.append(k)
        if k == 3:
            assert watch.interrupt()
    assert seen == [0, 3] and watch.state()[:2] == (2, 4)
    assert not watch.interrupt(), "the second time ends the run at once"
    assert list(watch.rounds(0, 5, 1)) == [], "later loops end too"
    assert not watch.running()


def test_running_counts_without_an_end():
    watch = Watch()
    for _ in range(5):
        assert watch.running()
    assert watch.state()[:2] == (4, -1)


def test_outside_of_loops_nothing_can_be_kept():
    assert not Watch().interrupt()


def test_recorded_arrays_are_copies():
    watch, x = Watch(), np.zeros(2)
    watch.record("x", x)
    x[:] = 5
    assert watch.traces["x"][0].tolist() == [0, 0]


@pytest.mark.parametrize("in_thread", [True, False])
def test_native_calls_return_and_raise(in_thread):
    watch = Watch(in_thread=in_thread)
    assert watch.call(lambda a, b: a + b, 2, 3) == 5
    with pytest.raises(ZeroDivisionError):
        watch.call(lambda: 1 / 0)


def test_native_calls_use_one_thread_again():
    watch = Watch()
    assert watch.call(threading.get_ident) == watch.call(threading.get_ident) != threading.get_ident()


def native(control, patient):
    """Runs until the host asks to stop."""
    control[2] = -1
    while control[0] < (1 if patient else 2):
        control[1] += 1
        time.sleep(0.001)
    return control[1]


def test_ctrl_c_reaches_native_code():
    watch = Watch()
    cells = watch.control()
    threading.Timer(0.2, lambda: signal.raise_signal(signal.SIGINT)).start()
    with listening(watch):
        assert watch.call(native, cells, True) > 0
    assert watch.interrupted
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_leaves_at_once():
    watch = Watch()
    cells = watch.control()
    for after in (0.2, 0.4):
        threading.Timer(after, lambda: signal.raise_signal(signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt), listening(watch):
        watch.call(native, cells, False)
    assert cells[0] == 2


def test_a_time_limit_stops_native_code():
    watch = Watch(timeout=0.1)
    cells = watch.control()
    with pytest.raises(Expired), listening(watch):
        watch.call(native, cells, False)
    assert cells[0] == 2


def test_ctrl_c_in_a_run_gives_the_state_so_far():
    def begun(_):   # only now is all compiled
        threading.Timer(0.2, lambda: signal.raise_signal(signal.SIGINT)).start()

    text = 'print "begun"\ns := 0.0\nwhile s >= 0 {\n    s := s + 1.0\n    record s\n}\noutput s'
    r = gdc.compile(text).run(backend="numpy", timeout=30, show=begun)
    assert r.interrupted and r.s > 0 and r.trace["s"][-1] == r.s


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float64(0.5), "0.5"),
        (True, "true"),
        (np.bool_(False), "false"),
        (np.int64(3), "3"),
        ("a", "a"),
        (np.arange(3), "[0 1 2]"),
    ],
)
def test_values_are_shown_alike(value, text):
    assert shown(value) == text


def test_a_bar_follows_a_run():
    watch = Watch()
    with Bar() as bar:
        bar.follow(watch)
        for _ in watch.rounds(0, 12, 1):
            time.sleep(0.1)


def test_a_bar_tells_what_is_read(monkeypatch, capsys):
    """On a terminal; told first is the file, then the run."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(progress, "PATIENCE", 0)
    monkeypatch.setattr(progress, "TICK", 0.01)
    with Bar(), reading("houses.csv", 4_000_000) as file:
        for file.done in (1_000_000, 2_000_000, 3_000_000):
            time.sleep(0.15)
    said = capsys.readouterr().err
    assert "reading houses.csv" in said and "2.0/4.0 MB" in said
