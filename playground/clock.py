"""The clock that the playground serves: the machine's time plus an offset that people move forward.

The bot reads it (``KEYDESK_CLOCK_URL``) and the emulated providers share it. What Slack itself measures (trigger life,
acks, signature age, response_url) never follows it: those use the machine's own time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web


class PlaygroundClock:
    """Moves forward only, as time does; it stands at ``begin`` when it is made, or else at the machine's time."""

    def __init__(self, begin: datetime | None = None) -> None:
        self._offset = timedelta() if begin is None else begin - datetime.now(UTC)
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """Return the served moment, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> None:
        """Move forward and tell everyone who listens; ``ValueError`` for a step that is not forward."""
        if by <= timedelta():
            raise ValueError("this clock moves forward only")
        self._offset += by
        for listener in self._listeners:
            listener()

    def reading(self) -> dict[str, Any]:
        """Return what ``GET /clock`` answers: ``offset_seconds`` and ``now`` (ISO 8601, UTC)."""
        return {"offset_seconds": self._offset.total_seconds(), "now": self.now().isoformat()}

    def on_move(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each movement."""
        self._listeners.append(listener)


def clock_routes(clock: PlaygroundClock) -> list[web.RouteDef]:
    """Return ``GET /clock`` and ``POST /clock {"advance_seconds": n}``."""

    async def read(_: web.Request) -> web.Response:
        return web.json_response(clock.reading())

    async def move(request: web.Request) -> web.Response:
        try:
            clock.advance(timedelta(seconds=float((await request.json())["advance_seconds"])))
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            return web.json_response({"ok": False, "error": f"advance_seconds: {error}"}, status=400)
        return web.json_response(clock.reading())

    return [web.get("/clock", read), web.post("/clock", move)]
