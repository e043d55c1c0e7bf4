"""The clock of a gateway in tests, in a process of its own too."""

from __future__ import annotations

from datetime import datetime

from tests.clocks import machine_now


class MachineClock:
    """The clock of most tests' machine."""

    def now(self) -> datetime:
        """Return the present moment."""
        return machine_now()

    async def refresh(self) -> None:
        """Nothing moves it."""
