"""Back-off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.engine.retry import MOST_ATTEMPTS, delay_after


def test_delays_grow_to_an_hour_and_end_after_the_last_attempt() -> None:
    delays = [delay_after(attempt) for attempt in range(MOST_ATTEMPTS)]
    seconds = [delay.total_seconds() for delay in delays if delay is not None]
    assert seconds[:6] == [2, 8, 30, 120, 600, 3600]
    assert seconds == sorted(seconds)
    assert delays.index(None) == MOST_ATTEMPTS - 1
    assert sum((delay for delay in delays if delay), timedelta()) > timedelta(hours=18)


class Tried(Exception):
    """An error that is worth so many tries."""

    def __init__(self, tries: int) -> None:
        super().__init__()
        self.tries = tries


@pytest.mark.parametrize("tries", [1, 6, MOST_ATTEMPTS])
def test_what_knows_how_often_it_is_worth_trying_is_tried_so_often(tries: int) -> None:
    failed = [delay_after(attempt, Tried(tries)) for attempt in range(MOST_ATTEMPTS)]

    assert failed.index(None) == tries - 1


def test_nothing_is_tried_more_often_than_anything_else() -> None:
    assert delay_after(MOST_ATTEMPTS - 1, Tried(1000)) is None
    assert delay_after(MOST_ATTEMPTS - 2, ValueError()) is not None
