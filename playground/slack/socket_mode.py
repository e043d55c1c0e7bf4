"""Socket Mode: up to ten connections, each payload to one of them.

Source: docs.slack.dev/apis/events-api/using-socket-mode.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import uuid4

from aiohttp import WSMsgType, web

from playground.slack.delivery import Parcel
from playground.slack.timings import Timings
from playground.slack.wire import Json, NotDelivered

CONNECTION_LIMIT = 10


@dataclass(eq=False)
class Connection:
    """One open socket.

    A `stalled` one answers pings but brings nothing more; a `silent` one stays open and does not even answer pings.
    """

    socket: web.WebSocketResponse
    stalled: bool = False
    silent: bool = False

    @property
    def works(self) -> bool:
        """Whether payloads still come through."""
        return not (self.stalled or self.silent)

    async def send(self, frame: Json) -> None:
        """Send a frame, unless the connection fell silent."""
        if self.works:
            with suppress(ConnectionError):
                await self.socket.send_str(json.dumps(frame))


@dataclass
class SocketMode:
    """Delivers payloads through the bot's own connections."""

    app_id: str
    timings: Timings
    on_connection: Callable[[], None]
    address: str = ""
    connections: list[Connection] = field(default_factory=list)
    _tickets: set[str] = field(default_factory=set)
    _acks: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    _unacked: dict[str, Parcel] = field(default_factory=dict)
    _turn: int = 0

    @property
    def connected(self) -> bool:
        """Whether a connection stands that still brings payloads."""
        return any(connection.works for connection in self.connections)

    async def start(self) -> None:
        """Nothing to do: the bot connects."""

    async def stop(self) -> None:
        """Close every connection."""
        for connection in list(self.connections):
            await connection.socket.close()

    def open_url(self) -> str:
        """Return a fresh address for one connection (`apps.connections.open`)."""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        host = self.address.removeprefix("http://")
        return f"ws://{host}/link/?ticket={ticket}&app_id={self.app_id}"

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Answer `GET /link/?ticket=...`: one connection, a ticket works once."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="invalid_ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        await self._serve(Connection(socket))
        return socket

    async def deliver(self, parcel: Parcel) -> Json:
        """Send to one connection in turn and wait for its ack."""
        if not self.connections:
            raise NotDelivered("dispatch_failed")
        envelope_id = str(uuid4())
        ack: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._acks[envelope_id], self._unacked[envelope_id] = ack, parcel
        await self._next().send(_envelope(envelope_id, parcel))
        try:
            return await asyncio.wait_for(ack, self.timings.ack)
        except TimeoutError:
            raise NotDelivered("operation_timeout") from None
        finally:
            self._acks.pop(envelope_id, None)

    async def redeliver(self) -> int:
        """Send everything again that was never acked; return how many."""
        waiting = [(key, parcel.again("timeout")) for key, parcel in self._unacked.items()]
        for envelope_id, parcel in waiting:
            if self.connections:
                self._unacked[envelope_id] = parcel
                await self._next().send(_envelope(envelope_id, parcel))
        return len(waiting)

    async def announce_disconnect(self, reason: str) -> None:
        """Tell every connection that it ends: `warning` only warns, other reasons close it."""
        for connection in list(self.connections):
            await connection.send({"type": "disconnect", "reason": reason, "debug_info": _debug_info()})
            if reason != "warning":
                await connection.socket.close()

    def go_silent(self, *, answering_pings: bool = False) -> None:
        """Let the present connections stand open without a payload; later ones work."""
        for connection in self.connections:
            connection.stalled, connection.silent = answering_pings, not answering_pings
        self.on_connection()

    async def drop(self) -> None:
        """Cut every connection without a word."""
        for connection in list(self.connections):
            await connection.socket.close(code=1011)

    def _next(self) -> Connection:
        self._turn += 1
        return self.connections[self._turn % len(self.connections)]

    async def _serve(self, connection: Connection) -> None:
        if len(self.connections) >= CONNECTION_LIMIT:
            await connection.send({"type": "disconnect", "reason": "too_many_websockets"})
            await connection.socket.close()
            return
        self.connections.append(connection)
        pings = asyncio.create_task(self._ping(connection))
        await connection.send(self._hello())
        self.on_connection()
        try:
            async for message in connection.socket:
                await self._receive(connection, message.type, message.data)
        finally:
            pings.cancel()
            self.connections.remove(connection)
            self.on_connection()

    async def _receive(self, connection: Connection, kind: WSMsgType, data: str | bytes) -> None:
        if kind is WSMsgType.PING and not connection.silent:
            await connection.socket.pong(data)  # type: ignore[arg-type]  # aiohttp sends a ping's bytes
        elif kind is WSMsgType.TEXT and connection.works:
            self._take_ack(json.loads(data))

    def _take_ack(self, frame: Json) -> None:
        envelope_id = frame.get("envelope_id", "")
        self._unacked.pop(envelope_id, None)
        ack = self._acks.get(envelope_id)
        if ack and not ack.done():
            payload = frame.get("payload") or {}
            ack.set_result(payload if isinstance(payload, dict) else {"text": payload})

    async def _ping(self, connection: Connection) -> None:
        with suppress(ConnectionError):
            while True:
                await asyncio.sleep(self.timings.socket_ping)
                if connection.works:
                    await connection.socket.ping(b"Ping from emulated Slack")

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": _debug_info(),
            "connection_info": {"app_id": self.app_id},
        }


def _debug_info() -> Json:
    return {"host": "applink-emulated", "build_number": 1, "approximate_connection_time": 18060}


def _envelope(envelope_id: str, parcel: Parcel) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "type": parcel.kind,
        "payload": parcel.payload,
        "accepts_response_payload": parcel.kind != "events_api",
    }
    if parcel.kind == "events_api":
        envelope |= {"retry_attempt": parcel.retry_attempt, "retry_reason": parcel.retry_reason}
    return envelope
