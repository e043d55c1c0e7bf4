"""Server-sent events, with what goes wrong on their way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from playground.groq.faults import FIRST_BYTE, Fault, dropped

_ERROR = {"message": "Internal server error", "type": "internal_server_error", "code": "internal_server_error"}


def chat_lines(chunks: Iterator[Mapping[str, Any]]) -> Iterator[bytes]:
    """Yield the events of a streamed chat, and its end."""
    for chunk in chunks:
        yield b"data: " + json.dumps(chunk).encode() + b"\n\n"
    yield b"data: [DONE]\n\n"


def response_lines(events: Iterator[Mapping[str, Any]]) -> Iterator[bytes]:
    """Yield the events of a streamed response, each with its name and number."""
    for number, event in enumerate(events):
        told = {**event, "sequence_number": number}
        yield f"event: {event['type']}\ndata: {json.dumps(told)}\n\n".encode()


class Stream:
    """One stream on its way. ``sent`` counts its events; ``is_whole`` once it has come to its own end."""

    def __init__(self, lines: Iterator[bytes], fault: Fault | None, between: float) -> None:
        self.sent = 0
        self.is_whole = False
        self._lines = lines
        self._fault = fault
        self._between = between

    async def serve(self, request: web.Request, headers: Mapping[str, str]) -> web.StreamResponse:
        """Send it.

        Raises:
            ConnectionResetError: the client has gone.
        """
        await asyncio.sleep(request.get(FIRST_BYTE, 0.0))
        stream = web.StreamResponse(headers={**headers, "content-type": "text/event-stream"})
        await stream.prepare(request)
        for line in self._lines:
            if self._fault is not None and self.sent == self._fault.chunks:
                if self._fault.kind != "stall":
                    return await _broken(request, stream, self._fault)
                await asyncio.sleep(self._fault.seconds)
            await stream.write(line)
            self.sent += 1
            await asyncio.sleep(self._between)
        await stream.write_eof()
        self.is_whole = True
        return stream


async def _broken(request: web.Request, stream: web.StreamResponse, fault: Fault) -> web.StreamResponse:
    if fault.kind == "cut":
        return dropped(request)
    if fault.kind == "error_event":
        await stream.write(f"event: error\ndata: {json.dumps({'error': _ERROR})}\n\n".encode())
    await stream.write_eof()
    return stream
