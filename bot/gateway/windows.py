"""What is limited, and over how long: each metric has one window, cut into slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Window:
    """A sliding window of so many full slots of ``slot_seconds`` each, and the running one beside them."""

    name: str
    slots: int
    slot_seconds: int

    @property
    def cells(self) -> int:
        """How many slots are kept: the full ones and the running one."""
        return self.slots + 1

    def slot(self, now: float) -> int:
        """Return the number of the slot that runs at ``now``, in seconds of any clock that does not jump."""
        return int(now // self.slot_seconds)


MINUTE = Window("minute", 60, 1)
HOUR = Window("hour", 120, 30)
DAY = Window("day", 288, 300)


class Metric(StrEnum):
    """A limit as Groq names it (its page of rate limits); all are per model."""

    RPM = "RPM"
    RPD = "RPD"
    TPM = "TPM"
    TPD = "TPD"
    ITPM = "ITPM"
    OTPM = "OTPM"
    ASH = "ASH"
    ASD = "ASD"


WINDOW_OF: Mapping[Metric, Window] = {
    Metric.RPM: MINUTE,
    Metric.TPM: MINUTE,
    Metric.ITPM: MINUTE,
    Metric.OTPM: MINUTE,
    Metric.ASH: HOUR,
    Metric.RPD: DAY,
    Metric.TPD: DAY,
    Metric.ASD: DAY,
}

WORDS: Mapping[Metric, str] = {
    Metric.RPM: "requests per minute",
    Metric.RPD: "requests per day",
    Metric.TPM: "tokens per minute",
    Metric.TPD: "tokens per day",
    Metric.ITPM: "input tokens per minute",
    Metric.OTPM: "output tokens per minute",
    Metric.ASH: "audio seconds per hour",
    Metric.ASD: "audio seconds per day",
}
