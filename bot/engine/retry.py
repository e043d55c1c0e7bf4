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


@runtime_checkable
class Passing(Protocol):
    """An error that may pass: what met it is owed until then, unless it is ``final``."""

    @property
    def final(self) -> bool:
        """Tell whether trying the same again changes nothing."""
        ...


def delay_after(attempt: int, error: Exception | None = None) -> timedelta | None:
    """Return how long to wait after ``attempt`` (0 is the first) failed with ``error``, or None to give up."""
    most = error.tries if isinstance(error, Bounded) else MOST_ATTEMPTS
    if attempt + 1 >= min(most, MOST_ATTEMPTS):
        return None
    return FIRST_DELAYS[attempt] if attempt < len(FIRST_DELAYS) else LATER_DELAY


def may_pass(attempt: int, error: Exception) -> bool:
    """Tell whether a job that failed this often with this error is kept, instead of tried by the hour."""
    if not isinstance(error, Passing) or error.final:
        return False
    quick = len(FIRST_DELAYS)
    return attempt >= quick and not (isinstance(error, Bounded) and error.tries <= quick + 1)
