"""A counter over a sliding window: what it holds, for how long, and when something fits again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.window_counter import WindowCounter, size_of
from bot.gateway.windows import DAY, HOUR, MINUTE, WINDOW_OF, WORDS, Metric, Window

WINDOWS = [MINUTE, HOUR, DAY]


def test_every_metric_has_a_window_and_words() -> None:
    assert set(WINDOW_OF) == set(WORDS) == set(Metric)


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.name)
def test_an_amount_stands_for_the_window_and_at_most_one_slot_longer(window: Window) -> None:
    counter, begin = WindowCounter(window), 1_000_000.0
    length = window.slots * window.slot_seconds
    assert counter.total(begin) == 0
    counter.add(7)
    assert counter.total(begin + length) == 7
    assert counter.total(begin + length + window.slot_seconds) == 0


def test_a_clock_that_steps_back_frees_nothing() -> None:
    counter = WindowCounter(MINUTE)
    counter.total(5_000.0)
    counter.add(3)
    assert counter.total(10.0) == 3
    assert counter.add(1) == 5_000


def test_a_long_silence_empties_it() -> None:
    counter = WindowCounter(MINUTE)
    counter.total(100.0)
    counter.add(3)
    assert counter.total(100_000.0) == 0


def test_a_correction_counts_in_its_own_slot_and_not_after_it_has_left() -> None:
    counter = WindowCounter(MINUTE)
    counter.total(100.0)
    slot = counter.add(10)
    counter.total(130.0)
    counter.add(1)
    counter.correct(slot, -4)
    assert counter.total(130.0) == 7
    assert counter.total(161.0) == 1
    counter.correct(slot, 50)
    assert counter.total(161.0) == 1


def test_two_counters_share_a_buffer_and_not_a_cell() -> None:
    cells = memoryview(bytearray(8 * (size_of(MINUTE) + size_of(DAY)))).cast("q")
    one, other = WindowCounter(MINUTE, cells[: size_of(MINUTE)]), WindowCounter(DAY, cells[size_of(MINUTE) :])
    for counter in (one, other):
        counter.total(900.0)
        counter.add(5)
    assert (one.total(2_000.0), other.total(2_000.0)) == (0, 5)


@given(
    window=st.sampled_from(WINDOWS),
    added=st.lists(st.tuples(st.floats(0, 3), st.integers(0, 40)), max_size=30),
    amount=st.integers(0, 100),
    later=st.floats(0, 0.5),
)
def test_after_the_wait_it_fits_and_a_slot_earlier_it_did_not(
    window: Window, added: list[tuple[float, int]], amount: int, later: float
) -> None:
    counter, limit, length = WindowCounter(window), 100, window.slots * window.slot_seconds
    now = 0.0
    for windows, each in sorted(added):
        now = 1_000 + windows * length
        if counter.total(now) + each <= limit:
            counter.add(each)
    now += later * length
    used = counter.total(now)
    wait = counter.wait(amount, limit, now)
    if used + amount <= limit:
        assert wait == 0
        return
    assert 0 < wait <= length + window.slot_seconds
    earlier = now + wait - window.slot_seconds
    assert earlier < now or counter.total(earlier) + amount > limit
    assert counter.total(now + wait + 0.001) + amount <= limit
