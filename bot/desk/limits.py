"""What one person may ask of the others: how often, and how soon that rings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Limits:
    """At most so many requests of one person within an hour; a new one rings nobody while it may yet be taken back."""

    requests_an_hour: int = 10
    rings_after: timedelta = timedelta(seconds=5)
