"""The client's side of one call, over plain ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from bot.gateway.headers import Headers, find
from bot.gateway.refusals import Answer

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class ClientGone(Exception):
    """Nobody is there any more to be answered."""


class BodyTooLarge(Exception):
    """The body has more bytes than are taken."""


class BodyTooSlow(Exception):
    """The body did not arrive in time."""


class Client:
    """Whoever calls: their headers, their body, and what they are answered."""

    def __init__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.headers: Headers = scope["headers"]
        self.status = 0
        self._receive = receive
        self._send = send

    async def body(self, most: int, seconds: float) -> bytes:
        """Return the whole body. What is too large is no longer read here: uvicorn throws it away once it is refused.

        Raises:
            BodyTooLarge: it has more than ``most`` bytes.
            BodyTooSlow: it was not complete after ``seconds``.
            ClientGone: the connection was closed before its end.
        """
        announced = find(self.headers, b"content-length")
        if announced.isdigit() and int(announced) > most:
            raise BodyTooLarge
        try:
            async with asyncio.timeout(seconds):
                return await self._whole(most)
        except TimeoutError:
            raise BodyTooSlow from None

    async def _whole(self, most: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            part = message.get("body", b"")
            size += len(part)
            if size > most:
                raise BodyTooLarge
            parts.append(part)
            if not message.get("more_body"):
                return b"".join(parts) if len(parts) > 1 else parts[0]

    async def gone(self) -> None:
        """Wait until the client has closed the connection; only once its body was read."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def answer(self, answer: Answer, more: Headers | None = None) -> None:
        """Send a whole answer."""
        headers = [*answer.headers, (b"content-length", b"%d" % len(answer.body)), *(more or ())]
        await self.start(answer.status, headers)
        await self._send({"type": "http.response.body", "body": answer.body})

    async def start(self, status: int, headers: Headers) -> None:
        """Begin an answer."""
        self.status = status
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def part(self, body: bytes) -> None:
        """Send a part of an answer that goes on."""
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def end(self) -> None:
        """End an answer that was sent in parts."""
        await self._send({"type": "http.response.body", "body": b""})
