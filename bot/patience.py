"""How long, how much and how many: the bounds of a connection that anybody may open.

uvicorn with httptools bounds none of it before a request is complete: not the time that a head or a body takes, nor the
size of a head, nor the number of connections that have sent nothing (``limit_concurrency`` refuses everybody then).
So each connection has a deadline, and where there are too many, the one that has kept us waiting longest makes room.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_REFUSALS = {
    408: b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    431: b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    503: b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
}


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol, which waits for nobody for ever."""

    head_seconds = 10.0  # from the first byte, or from connecting, to the end of the headers
    body_seconds = 10.0  # from there to the end of the body: Slack itself gives up after three
    most_head_bytes = 16_384  # Slack's have less than two thousand; proxies add some
    most_connections = 512  # half of the files that a process may usually have open

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._in_head = True
        self._refused = False
        self.waits_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Take a connection; where there are too many, the one that waits longest goes."""
        super().connection_made(transport)
        self._wait(self.head_seconds)
        if len(self.connections) > self.most_connections:
            waiting = [each for each in self.connections if isinstance(each, BoundedHttp) and each.waits_since]
            min(waiting, key=lambda each: each.waits_since or 0.0, default=self).refuse(503)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._done_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head has grown beyond all measure."""
        if self._refused:
            return
        if self.waits_since is None and (self.cycle is None or self.cycle.response_complete):
            self._wait(self.head_seconds)  # the next request of a kept connection
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > self.most_head_bytes:
                self.refuse(431)

    def on_message_begin(self) -> None:
        """Begin to count."""
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Start the request, and wait for its body."""
        self._in_head = False
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if self._refused or size > self.most_head_bytes:
            self.refuse(431)
            return
        self._wait(self.body_seconds)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait no longer: what remains is ours to do."""
        if not self._refused:
            self._done_waiting()
            super().on_message_complete()

    def refuse(self, status: int) -> None:
        """Say why where nothing was said yet, and close."""
        self._refused = True
        self._done_waiting()
        if not self.transport.is_closing():
            if self.cycle is None or not self.cycle.response_started or self.cycle.response_complete:
                self.transport.write(_REFUSALS[status])
            self.transport.close()

    def _wait(self, seconds: float) -> None:
        self._done_waiting()
        self.waits_since = self.loop.time()
        self._deadline = self.loop.call_later(seconds, self.refuse, 408)

    def _done_waiting(self) -> None:
        self.waits_since = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
