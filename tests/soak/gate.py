"""A gate before a server: it passes every call on, keeps what was asked, and can hold a call at either side."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass, field
from typing import Literal

import aiohttp
from aiohttp import web

Side = Literal["before", "after"]  # the server has not seen the call; it has done it, and nobody knows yet

_HOP = frozenset({"host", "content-length", "transfer-encoding", "connection", "date", "server"})


@dataclass
class Hold:
    """Holds one call on one side of the server until it is released, or dropped with its connection."""

    method: str
    path_end: str
    side: Side
    taken: bool = False
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    dropped: bool = False
    _free: asyncio.Event = field(default_factory=asyncio.Event)

    def fits(self, request: web.Request) -> bool:
        """Tell whether this is the call to hold."""
        return request.method == self.method and request.path.endswith(self.path_end)

    def release(self) -> None:
        """Let the call go on, also when its caller is dead."""
        self._free.set()

    def drop(self) -> None:
        """Let the call go no further; its connection breaks."""
        self.dropped = True
        self._free.set()

    async def here(self, seconds: float = 15.0) -> None:
        """Wait until a call is held."""
        async with asyncio.timeout(seconds):
            await self.reached.wait()

    async def pause(self) -> bool:
        """Stand in the way; False if the call is to be dropped."""
        self.reached.set()
        await self._free.wait()
        return not self.dropped


@dataclass(frozen=True)
class Passed:
    """One call that reached the server."""

    method: str
    path: str
    body: bytes


class Gate:
    """A reverse proxy on loopback."""

    def __init__(self) -> None:
        self.url = ""
        self.passed: list[Passed] = []
        self._holds: list[Hold] = []
        self._runner: web.AppRunner | None = None

    async def start(self, target: str) -> None:
        """Listen before ``target``."""
        self._target = target
        self._client = aiohttp.ClientSession(
            trust_env=False, timeout=aiohttp.ClientTimeout(total=None), connector=aiohttp.TCPConnector(limit=0)
        )
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Drop what is held and stop listening."""
        self.drop_all()
        if self._runner is not None:
            await self._runner.cleanup()
            await self._client.close()

    def hold(self, method: str, path_end: str, side: Side) -> Hold:
        """Hold the next call of this method whose path ends so."""
        self._holds.append(Hold(method, path_end, side))
        return self._holds[-1]

    def drop_all(self) -> None:
        """Let no held call go further."""
        for hold in self._holds:
            hold.drop()

    def count(self, method: str, path_end: str) -> int:
        """Return how many such calls reached the server."""
        return sum(call.method == method and call.path.endswith(path_end) for call in self.passed)

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        hold = self._holding(request)
        if hold is not None and hold.side == "before" and not await hold.pause():
            return _broken(request)
        answer = await self._ask(request, body)
        if answer is None or (hold is not None and hold.side == "after" and not await hold.pause()):
            return _broken(request)
        return answer

    def _holding(self, request: web.Request) -> Hold | None:
        hold = next((each for each in self._holds if not each.taken and each.fits(request)), None)
        if hold is not None:
            hold.taken = True
        return hold

    async def _ask(self, request: web.Request, body: bytes) -> web.Response | None:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        self.passed.append(Passed(request.method, request.path, body))
        in_pieces = io.BytesIO(body) if body else None  # a file is large
        try:
            async with self._client.request(
                request.method, self._target + request.path_qs, headers=headers, data=in_pieces
            ) as answer:
                kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP}
                return web.Response(status=answer.status, body=await answer.read(), headers=kept)
        except aiohttp.ClientError:
            return None


def _broken(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
