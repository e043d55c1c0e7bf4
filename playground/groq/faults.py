"""Faults on demand: what Groq, or the network before it, does wrong; each call meets at most one."""

from __future__ import annotations

import asyncio
import gzip
import re
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import Field
from pydantic.dataclasses import dataclass

Kind = Literal[
    "status",  # answered with ``status`` and ``body``, without doing it
    "malformed",  # done, and half of the answer is sent as if it were whole
    "gzip",  # done, and compressed whether or not the caller asked for it
    "slow",  # done, and the first byte comes after ``seconds``
    "drop",  # the connection breaks before any answer, without doing it
    "drop_after",  # done, and the connection breaks before any answer
    "huge",  # an answer of ``size`` bytes, without doing it
    "cut",  # a stream's connection breaks after ``chunks`` chunks
    "end",  # a stream ends after ``chunks`` chunks as if it were over, without usage
    "error_event",  # a stream tells an error after ``chunks`` chunks, and ends
    "stall",  # a stream pauses for ``seconds`` after ``chunks`` chunks
]
OF_STREAMS = frozenset({"cut", "end", "error_event", "stall"})
FIRST_BYTE = web.RequestKey("first_byte", float)
"""After how many seconds a stream that answers this request begins."""


@dataclass
class Fault:
    """One thing to do wrong, ``times`` times; None until cleared. ``path`` is a regular expression, searched."""

    kind: Kind
    times: int | None = 1
    status: int = 500
    body: str = '{"error":{"message":"Internal server error","type":"internal_server_error"}}'
    retry_after: str | None = None
    seconds: float = Field(default=0.0, ge=0, le=600)
    chunks: int = 3
    size: int = Field(default=8_000_000, ge=0, le=1_000_000_000)
    path: re.Pattern[str] = re.compile("")
    content_type: str = "application/json"


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

    def of_stream(self, request: web.Request) -> Fault | None:
        """Return what goes wrong with the stream that begins now."""
        return self._take(request, of_streams=True)

    async def serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Serve a request, with the first fault that fits it and is not about streams."""
        fault = self._take(request, of_streams=False)
        if fault is None:
            return await handler(request)
        if fault.kind in {"status", "huge", "drop"}:
            return _instead(fault, request)
        if fault.kind == "slow":
            request[FIRST_BYTE] = fault.seconds
        done = await handler(request)
        return done if done.prepared else await _changed(fault, request, done)

    def _take(self, request: web.Request, *, of_streams: bool) -> Fault | None:
        fitting = (each for each in self.active if (each.kind in OF_STREAMS) is of_streams)
        fault = next((each for each in fitting if each.path.search(request.path)), None)
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


def _instead(fault: Fault, request: web.Request) -> web.Response:
    if fault.kind == "drop":
        return dropped(request)
    if fault.kind == "huge":
        return web.json_response({"object": "chat.completion", "choices": [], "padding": "x" * fault.size})
    headers = {"retry-after": fault.retry_after} if fault.retry_after is not None else {}
    return web.Response(status=fault.status, text=fault.body, content_type=fault.content_type, headers=headers)


async def _changed(fault: Fault, request: web.Request, done: web.StreamResponse) -> web.StreamResponse:
    if fault.kind == "drop_after":
        return dropped(request)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return done
    whole = done.body if isinstance(done, web.Response) and isinstance(done.body, bytes) else b"{}"
    if fault.kind == "malformed":
        return web.Response(status=done.status, body=whole[: len(whole) // 2], content_type=done.content_type)
    packed = {"content-encoding": "gzip"}
    return web.Response(status=done.status, body=gzip.compress(whole), content_type=done.content_type, headers=packed)
