"""Browser tabs: who looks at the workspace right now, and what is pushed to them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import web

from playground.slack.wire import Json


@dataclass(eq=False)
class Tab:
    """One open page: a person, the tab's session name, and the frames still to send."""

    user: str
    session: str
    frames: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)


class Tabs:
    """All open pages."""

    def __init__(self) -> None:
        self._tabs: set[Tab] = set()
        self._sockets: set[web.WebSocketResponse] = set()

    def sessions(self, user: str) -> set[str]:
        """Return the sessions in which ``user`` looks on now."""
        return {tab.session for tab in self._tabs if tab.user == user}

    def users(self) -> set[str]:
        """Return everyone who has a tab open."""
        return {tab.user for tab in self._tabs}

    def push(self, users: Iterable[str], frame: Json, session: str | None = None) -> None:
        """Send a frame to these people's tabs, or only to one of their sessions."""
        wanted = set(users)
        for tab in self._tabs:
            if tab.user in wanted and session in (None, tab.session):
                tab.frames.put_nowait(frame)

    def push_all(self, frame: Json) -> None:
        """Send a frame to every tab."""
        for tab in self._tabs:
            tab.frames.put_nowait(frame)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Answer ``WS /ui/socket?user=U&session=S`` until the page goes away."""
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        tab = Tab(request.query["user"], request.query.get("session", ""))
        self._tabs.add(tab)
        self._sockets.add(socket)
        writer = asyncio.create_task(_write(socket, tab))
        try:
            async for _ in socket:
                pass
        finally:
            writer.cancel()
            self._tabs.discard(tab)
            self._sockets.discard(socket)
        return socket

    async def close(self) -> None:
        """Close every tab's socket."""
        for socket in list(self._sockets):
            await socket.close()


async def _write(socket: web.WebSocketResponse, tab: Tab) -> None:
    with suppress(ConnectionError):
        while True:
            await socket.send_json(await tab.frames.get())
