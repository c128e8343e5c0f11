"""Samples in turns: their order, how many there are, what a sample of short work is."""

import pytest

from gdc.runtime import timing
from gdc.runtime.timing import SETTLE, interleaved, ratios, sampled, seconds, spread


class Clock:
    """Time that passes only where a test says so."""

    def __init__(self):
        self.now, self.slept = 0.0, []

    def perf_counter(self):
        return self.now

    def sleep(self, pause):
        self.slept.append(pause)

    def work(self, taken, log, name):
        def run():
            log.append(name)
            self.now += taken

        return run


@pytest.fixture
def clock(monkeypatch):
    found = Clock()
    monkeypatch.setattr(timing, "time", found)
    return found


def test_ways_take_turns_with_a_pause_before_each(clock):
    log = []
    works = {name: clock.work(taken, log, name) for name, taken in (("a", 0.5), ("b", 0.25))}
    taken = list(interleaved(works, 3))
    assert taken == [("a", 0.5), ("b", 0.25)]*3
    assert log == ["a", "b"]*3
    assert clock.slept == [SETTLE]*6


def test_short_work_is_called_several_times_and_warmed_up(clock):
    log = []
    found = sampled({"short": clock.work(0.004, log, "short")}, 2, settle=0.0)
    assert found["short"] == pytest.approx([0.004, 0.004])
    assert len(log) == 1 + 2*(1 + 5)


def test_long_work_gets_fewer_samples(clock):
    works = {name: clock.work(taken, [], name) for name, taken in (("long", 6.0), ("longest", 15.0), ("short", 1.0))}
    counts = {name: len(taken) for name, taken in sampled(works, 5).items()}
    assert counts == {"long": 3, "longest": 1, "short": 5}


def test_one_sample(clock):
    assert seconds(clock.work(2.0, [], ""), 0.1) == 2.0 and clock.slept == [0.1]


def test_spread_and_ratios():
    found = spread([5.0, 1.0, 2.0, 3.0, 4.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0])
    assert (found.median, found.low, found.high, found.samples) == (6.0, 2.0, 10.0, 11)
    assert spread([3.0]) == timing.Spread(3.0, 3.0, 3.0, 1)
    assert ratios([2.0, 9.0, 8.0], [1.0, 3.0]) == timing.Spread(2.5, 2.0, 3.0, 2)
