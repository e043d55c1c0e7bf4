"""Socket Mode: Slack's payloads over websockets that we open, so no public address is needed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.call import ack_left
from bot.slack.connection import API_URL, Slack, web_client
from bot.slack.dispatch import SlackApp
from bot.slack.guard import broken
from bot.slack.quiet import quiet
from bot.slack.reading import text_of
from bot.slack.refusals import note, refused
from bot.slack.token import Token
from bot.slack.watchdog import DEAD_SECONDS, Watchdog

CONNECTIONS = 2  # Slack sends each payload to one of them (ten at most); while one reconnects the other hears
PING_SECONDS = 10.0


class SocketClient(SocketModeClient):
    """slack_sdk's client; whatever Slack refuses is known by its meaning, and the watchdog is who tries again."""

    token: Token

    async def issue_new_wss_url(self) -> str:
        """Ask for the address of a websocket; raise SlackError if Slack refuses."""
        try:
            answer = await self.web_client.apps_connections_open(app_token=self.app_token)
        except SlackApiError as error:  # its text holds the whole answer: it must not travel on
            refusal = refused("apps.connections.open", error.response)
            self.token.refused(refusal)
            note(refusal)
            raise refusal from None
        self.token.accepted()
        return text_of("apps.connections.open", {"url": answer.get("url")}, "url")


class SocketConnection:
    """One websocket, and when it was last heard."""

    def __init__(self, client: SocketModeClient) -> None:
        self.client = client
        self._heard = self._frame = time.monotonic()
        self._pong: float | None = None
        client.on_message_listeners.append(self._on_message)

    def heard(self) -> float:
        """Return when the last frame or pong came, on the monotonic clock."""
        pong, before = self.client.last_ping_pong_time, self._pong
        self._pong = pong
        if pong != before and before is not None and pong is not None:
            self._heard = time.monotonic()  # from None it was set by a ping, which says nothing about the other side
        return self._heard

    def last_frame(self) -> float:
        """Return when the last frame came, on the monotonic clock; pongs do not count."""
        return self._frame

    async def connected(self) -> bool:
        """Tell whether the client believes itself connected."""
        return await self.client.is_connected()

    async def reconnect(self) -> None:
        """Fetch a new address and connect to it."""
        self._frame = time.monotonic()  # a fresh connection is not idle yet, whatever Slack greets it with
        await self.client.connect_to_new_endpoint(force=True)

    async def connect(self) -> None:
        """Connect for the first time; raise SlackError if Slack refuses."""
        self.client.wss_uri = await self.client.issue_new_wss_url()
        await self.client.connect()  # type: ignore[no-untyped-call]  # slack_sdk does not type it

    async def close(self) -> None:
        """Close for good."""
        await self.client.close()  # type: ignore[no-untyped-call]  # slack_sdk does not type it

    async def _on_message(self, _message: object) -> None:
        self._heard = self._frame = time.monotonic()


class SocketDoor:
    """The Socket Mode connections of one process."""

    def __init__(self, slack_app: SlackApp, clients: list[SocketModeClient], on_silent: Callable[[], None]) -> None:
        self._slack_app = slack_app
        self._connections = [SocketConnection(client) for client in clients]
        self._watchdog = Watchdog(self._connections, on_silent)
        self._watching: asyncio.Task[None] | None = None
        self._stopping = False
        for client in clients:
            client.socket_mode_request_listeners.append(self._receive)

    async def start(self) -> None:
        """Connect and watch.

        Raises SlackError if Slack refuses the app's token and TimeoutError if no websocket comes to stand (the client
        by itself would try for ever).
        """
        async with asyncio.timeout(DEAD_SECONDS):
            await asyncio.gather(*(each.connect() for each in self._connections))
        self._watching = asyncio.create_task(self._watchdog.run(), name="socket watchdog")

    async def stop(self, seconds: float) -> bool:
        """Take nothing more, wait for what runs, close; False if something still ran after so many seconds."""
        self._stopping = True
        if self._watching:
            self._watching.cancel()
        idle = await self._slack_app.drain(seconds)
        await asyncio.gather(*(each.close() for each in self._connections))
        return idle

    async def check(self) -> tuple[str, bool, str]:
        """Tell for the health report whether a connection stands."""
        standing = [await each.connected() for each in self._connections]
        return "slack socket", any(standing), f"{sum(standing)} of {len(standing)} connections stand"

    async def _receive(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        if self._stopping:
            return  # unanswered, so that Slack delivers it to another connection
        with self._slack_app.in_flight:
            try:
                bolt_request = AsyncBoltRequest(
                    mode="socket_mode", body=request.payload, headers=build_headers(request)
                )
                response = await self._slack_app.app.async_dispatch(bolt_request)
                await send_async_response(client, request, response, time.time())
                await ack_left(bolt_request.context)
            except Exception as error:  # noqa: BLE001 - Bolt raises on payloads that Slack never sends
                broken("socket", error)


def socket_door(
    slack_app: SlackApp,
    slack: Slack,
    *,
    app_token: str,
    on_silent: Callable[[], None],
    api_url: str = API_URL,
    connections: int = CONNECTIONS,
) -> SocketDoor:
    """Make the connections of this process (closed until ``start``).

    ``on_silent`` is called once nothing was heard for 60 seconds on any of them: end the process with an error then.
    """
    token = Token("SLACK_APP_TOKEN")
    clients = [_client(slack, app_token, api_url, token) for _ in range(connections)]
    return SocketDoor(slack_app, clients, on_silent)


def _client(slack: Slack, app_token: str, api_url: str, token: Token) -> SocketModeClient:
    client: Any = SocketClient(
        app_token=app_token,
        logger=quiet("slack_sdk.socket_mode.aiohttp"),
        web_client=web_client(None, api_url, slack.session),
        ping_interval=PING_SECONDS,
    )
    client.token = token
    client.proxy = None  # the constructor has read HTTPS_PROXY
    return client  # type: ignore[no-any-return]  # Any, because slack_sdk types `proxy` as a plain string
