"""One clock: business time is asked here and nowhere else.

Signature age, triggers, acks and HTTP timeouts never follow this clock: they use the machine's own.
"""

from __future__ import annotations

import asyncio
import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_of(tz: str) -> ZoneInfo:
    """Return somebody's time zone by its name (``Europe/Oslo``), or UTC where this machine does not know it."""
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


class Clock(Protocol):
    """What time is it, for the business: expiry, ends, digests."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    async def refresh(self) -> None:
        """Learn of any movement of the clock; called before each sweep."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)

    async def refresh(self) -> None:
        """Do nothing: the machine's clock needs no asking."""


class ServedClock:
    """The playground's clock: the machine's, plus an offset that people move forward.

    ``GET url`` answers ``{"offset_seconds": 86400.0}``. While it cannot be read, the last known offset stands.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the machine's time plus the last known offset, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    async def refresh(self) -> None:
        """Read the offset again (at most one second of waiting)."""
        self._offset = await asyncio.to_thread(self._read, self._offset)

    def _read(self, last: timedelta) -> timedelta:
        # No proxies: the address is loopback, and proxy variables would send it elsewhere.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(self._url, timeout=1) as answer:
                return timedelta(seconds=float(json.load(answer)["offset_seconds"]))
        except (OSError, ValueError, KeyError, TypeError):
            return last
