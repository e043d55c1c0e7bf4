"""What anybody can send to an open port, told as one counted line a minute: it must not fill the log."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping

import structlog

SECONDS = 60.0
_LINES: Mapping[str, str] = {  # of uvicorn 0.54
    "Invalid HTTP request received": "no_http",
    "Unsupported upgrade request": "upgrade",
    "No supported WebSocket library": "upgrade",
}

_log = structlog.get_logger("bot.slack")


class Noise:
    """Counts by kind. The first is told at once; what follows within a minute is told together, at its end."""

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()
        self._later: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """How many have not been told yet."""
        return self._counted.total()

    def count(self, kind: str) -> None:
        """Note one more; needs a running loop."""
        self._counted[kind] += 1
        if self._later is None:
            self._tell()
            self._later = asyncio.get_running_loop().call_later(SECONDS, self._minute_over)

    def _minute_over(self) -> None:
        self._later = None
        if self._counted:
            self._tell()
            self._later = asyncio.get_running_loop().call_later(SECONDS, self._minute_over)

    def _tell(self) -> None:
        _log.info("slack.noise", count=self._counted.total(), **self._counted)
        self._counted.clear()


class Counted(logging.Filter):
    """Counts what a library says of each request that is none of Slack's, instead of its line."""

    def __init__(self, count: Callable[[str], None]) -> None:
        super().__init__()
        self._count = count

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every other record."""
        kind = next((kind for start, kind in _LINES.items() if str(record.msg).startswith(start)), None)
        if kind is not None:
            self._count(kind)
        return kind is None


def count_instead(logger: str, noise: Noise) -> None:
    """Let a library's logger count its noise here, and nowhere else any more."""
    named = logging.getLogger(logger)
    for each in [each for each in named.filters if isinstance(each, Counted)]:
        named.removeFilter(each)
    named.addFilter(Counted(noise.count))
