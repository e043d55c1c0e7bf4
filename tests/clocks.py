"""The one place where tests read a clock: the moment at which every story begins, and the machine's own time.

There are two clocks. What Keydesk's work goes by (ends, digests, months; the page too) begins at ``beginning()``, the
same moment on every run: whatever hour CI has, a test sees the one that it says. ``--at`` sets another for the whole
run, as a time of day (``--at 18:45``) or with its day (``--at 2028-02-29T23:50``), in UTC.

What is measured on the machine itself stays the machine's: the age of a signature, of a claim, of an open change, and
every timeout. A test that needs a row to look old by that clock asks ``machine_now``; it says how long ago, never which
hour.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playground.clock import PlaygroundClock

PATIENCE = 30.0
"""Seconds that a test waits for what should come at once: only a failure lasts that long, however busy the machine.
How soon something comes is measured where the machine is quiet: by `make bench` and in tests/soak."""

BEGINNING = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday noon in the middle of a month."""

_chosen = [BEGINNING]


def moment_of(typed: str) -> datetime:
    """Return the moment that ``--at`` names; ``ValueError`` for what is neither an hour nor a day with one."""
    if "T" in typed:
        return datetime.fromisoformat(typed).replace(tzinfo=UTC)
    hour = datetime.strptime(typed, "%H:%M").replace(tzinfo=UTC)
    return BEGINNING.replace(hour=hour.hour, minute=hour.minute)


def begin_at(moment: datetime) -> None:
    """Let every story of this process begin at this moment."""
    _chosen[:] = [moment]


def beginning() -> datetime:
    """Return the moment at which stories begin, aware, in UTC."""
    return _chosen[0]


def served_clock() -> PlaygroundClock:
    """Return a clock of the playground that stands at the beginning, and goes on from there."""
    from playground.clock import PlaygroundClock  # not where a test's own process asks for the machine's time only

    return PlaygroundClock(beginning())


def machine_now() -> datetime:
    """Return the machine's time: for the age of a row or a signature by the machine's own clock."""
    return datetime.now(UTC)


def machine_seconds() -> float:
    """Return the machine's time in seconds since 1970."""
    return time.time()


class SetClock:
    """A clock that tests set and move by hand."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """Return the moment that was set."""
        return self._moment

    def move(self, by: timedelta) -> None:
        """Move forward by this much."""
        self._moment += by

    async def refresh(self) -> None:
        """Do nothing: only ``move`` moves it."""
