"""Time limits of a provider's client in tests: short only for a call that the emulator will not answer in time.

A short limit for every call makes an answer that a busy machine gives a moment late an unclear one.
"""

from __future__ import annotations

from bot.providers.http import CallLimits
from playground.deepgram.faults import Faults
from tests.clocks import PATIENCE

UNANSWERED = {"timeout_before", "timeout_after", "late"}


class PatientLimits(CallLimits):
    """As ``short`` says while a fault is armed that lets calls hang, or makes them slower than that; else patient."""

    def __init__(self, faults: Faults, short: CallLimits) -> None:
        object.__setattr__(self, "_faults", faults)
        object.__setattr__(self, "_short", short)

    @property
    def _hangs(self) -> bool:
        faults: Faults = self.__dict__["_faults"]
        slow = self._of("change")
        return any(
            fault.kind in UNANSWERED or (fault.kind == "slow" and fault.seconds >= slow) for fault in faults.active
        )

    def _of(self, name: str) -> float:
        seconds: float = getattr(self.__dict__["_short"], name)
        return seconds

    @property
    def read(self) -> float:
        """Seconds for one read."""
        return self._of("read") if self._hangs else PATIENCE

    @property
    def read_total(self) -> float:
        """Seconds for all attempts of a read."""
        return self._of("read_total") if self._hangs else PATIENCE

    @property
    def change(self) -> float:
        """Seconds for a change."""
        return self._of("change") if self._hangs else PATIENCE

    @property
    def connect(self) -> float:
        """Seconds until a connection stands."""
        return PATIENCE
