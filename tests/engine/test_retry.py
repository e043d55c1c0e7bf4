"""Back-off."""

from __future__ import annotations

from datetime import timedelta

from bot.engine.retry import MOST_ATTEMPTS, delay_after


def test_delays_grow_to_an_hour_and_end_after_the_last_attempt() -> None:
    delays = [delay_after(attempt) for attempt in range(MOST_ATTEMPTS)]
    seconds = [delay.total_seconds() for delay in delays if delay is not None]
    assert seconds[:6] == [2, 8, 30, 120, 600, 3600]
    assert seconds == sorted(seconds)
    assert delays.index(None) == MOST_ATTEMPTS - 1
    assert sum((delay for delay in delays if delay), timedelta()) > timedelta(hours=18)
