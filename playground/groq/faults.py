"""Faults on demand: what Groq, or the network before it, does wrong; each call meets at most one."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler

Kind = Literal[
    "status",  # answered with ``status`` and ``body``, without doing it
    "malformed",  # done, and half of the answer is sent as if it were whole
    "gzip",  # done, and compressed whether or not the caller asked for it
    "slow",  # the first byte comes after ``seconds``
    "drop",  # the connection breaks before any answer
    "cut",  # a stream breaks after ``chunks`` chunks
    "huge",  # 8 MB of an answer
]


@dataclass
class Fault:
    """One thing to do wrong, ``times`` times; None until cleared."""

    kind: Kind
    times: int | None = 1
    status: int = 500
    body: str = '{"error":{"message":"Internal server error","type":"internal_server_error"}}'
    retry_after: str | None = None
    seconds: float = 0.0
    chunks: int = 3


class Faults:
    """The faults in force, oldest first."""

    def __init__(self) -> None:
        self.active: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Do this wrong from now on."""
        self.active.append(fault)

    def clear(self) -> None:
        """Do nothing wrong any more."""
        self.active.clear()

    def cut_after(self) -> int | None:
        """Return after how many chunks the stream that begins now breaks, or None."""
        fault = self._take({"cut"})
        return fault.chunks if fault is not None else None

    async def serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Serve a request, with the first fault that is not about streams."""
        fault = self._take({"status", "malformed", "gzip", "slow", "drop", "huge"})
        if fault is None:
            return await handler(request)
        if fault.kind == "status":
            headers = {"retry-after": fault.retry_after} if fault.retry_after is not None else {}
            return web.Response(status=fault.status, text=fault.body, content_type="application/json", headers=headers)
        if fault.kind == "drop":
            return dropped(request)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            return await handler(request)
        if fault.kind == "huge":
            return web.json_response({"object": "chat.completion", "choices": [], "padding": "x" * 8_000_000})
        return _changed(fault, await handler(request))

    def _take(self, kinds: set[str]) -> Fault | None:
        fault = next((each for each in self.active if each.kind in kinds), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.active.remove(fault)
        return fault


def dropped(request: web.Request) -> web.Response:
    """Break the connection."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _changed(fault: Fault, done: web.StreamResponse) -> web.Response:
    whole = done.body if isinstance(done, web.Response) and isinstance(done.body, bytes) else b"{}"
    if fault.kind == "malformed":
        return web.Response(body=whole[: len(whole) // 2], content_type="application/json")
    packed = {"content-encoding": "gzip"}
    return web.Response(body=gzip.compress(whole), content_type="application/json", headers=packed)
