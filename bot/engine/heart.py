"""Whether this process's engine lives."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Heart:
    """The last beat of the engine in this process, by the machine's clock."""

    def __init__(self, patience: float = 10.0) -> None:
        self._patience = patience
        self._beaten_at: float | None = None
        self.last_beat: datetime | None = None

    def beat(self) -> None:
        """Note that a round of the engine has ended well."""
        self._beaten_at = time.monotonic()
        self.last_beat = datetime.now(UTC)

    def healthy(self) -> bool:
        """Tell whether the last beat is at most ``patience`` seconds ago."""
        return self._beaten_at is not None and time.monotonic() - self._beaten_at <= self._patience
