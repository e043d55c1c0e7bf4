"""When a job that raised is tried again."""

from __future__ import annotations

from datetime import timedelta

FIRST_DELAYS = (
    timedelta(seconds=2),
    timedelta(seconds=8),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
)
LATER_DELAY = timedelta(hours=1)
MOST_ATTEMPTS = 24


def delay_after(attempt: int) -> timedelta | None:
    """Return how long to wait after the failure of ``attempt`` (0 is the first), or None to give up."""
    if attempt + 1 >= MOST_ATTEMPTS:
        return None
    return FIRST_DELAYS[attempt] if attempt < len(FIRST_DELAYS) else LATER_DELAY
