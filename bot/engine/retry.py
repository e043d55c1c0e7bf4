"""When a job that raised is tried again: an error that knows how often it is worth trying says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol, runtime_checkable

FIRST_DELAYS = (
    timedelta(seconds=2),
    timedelta(seconds=8),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
)
LATER_DELAY = timedelta(hours=1)
MOST_ATTEMPTS = 24


@runtime_checkable
class Bounded(Protocol):
    """An error that knows how often what raised it is worth trying, the first time counted: 1 is never again."""

    @property
    def tries(self) -> int:
        """Return that number."""
        ...


def delay_after(attempt: int, error: Exception | None = None) -> timedelta | None:
    """Return how long to wait after ``attempt`` (0 is the first) failed with ``error``, or None to give up."""
    most = error.tries if isinstance(error, Bounded) else MOST_ATTEMPTS
    if attempt + 1 >= min(most, MOST_ATTEMPTS):
        return None
    return FIRST_DELAYS[attempt] if attempt < len(FIRST_DELAYS) else LATER_DELAY
