"""A Slack app over a fake Web API, reached over signed HTTP and over Socket Mode."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from bot.slack.connection import Slack, connect
from bot.slack.dispatch import SlackApp, build_bolt
from bot.slack.guard import IsFirst
from bot.slack.http import Check, web_app
from bot.slack.prefix import prefixed
from bot.slack.router import Routes
from bot.slack.socket import socket_door
from tests.slack.fake_api import FakeApi
from tests.slack.payloads import SECRET, encoded, envelope_kind, signed

Send = Callable[[dict[str, Any]], Awaitable[tuple[int, Any]]]


async def never_ready() -> Sequence[Check]:
    return [("database", False, "no answer")]


def http_client(slack_app: SlackApp) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(web_app(slack_app, never_ready))
    return httpx.AsyncClient(transport=transport, base_url="http://keydesk")


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    fake = FakeApi()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def slack(api: FakeApi) -> AsyncIterator[Slack]:
    connected = connect("xoxb-test", api.api_url)
    yield connected
    await connected.close()


class Desk:
    """Builds Slack apps and sends to them over one transport."""

    def __init__(self, api: FakeApi, slack: Slack, transport: str, stack: AsyncExitStack) -> None:
        self.api = api
        self.slack = slack
        self._transport = transport
        self._stack = stack
        self.slack_app: SlackApp

    async def open(self, *routes: Routes, seen: IsFirst | None = None, prefix: str = "") -> Send:
        identity = await self.slack.interactive.auth_test()
        self.slack_app = build_bolt(
            routes,
            web=self.slack.interactive,
            identity=identity,
            prefix=prefix,
            is_first=seen,
            signing_secret=SECRET,
        )
        self.slack.word(prefixed(self.slack_app.router))
        return await (self._over_http() if self._transport == "http" else self._over_socket())

    async def settled(self) -> None:
        assert await self.slack_app.drain(3)

    async def _over_http(self) -> Send:
        client = await self._stack.enter_async_context(http_client(self.slack_app))

        async def send(payload: dict[str, Any]) -> tuple[int, Any]:
            body, content_type = encoded(payload)
            answer = await client.post("/slack/events", content=body, headers=signed(body, content_type))
            return answer.status_code, answer.json() if answer.text.startswith(("{", "[")) else None

        return send

    async def _over_socket(self) -> Send:
        door = socket_door(
            self.slack_app,
            self.slack,
            app_token="xapp-test",
            on_silent=lambda: None,
            api_url=self.api.api_url,
            connections=1,
        )
        await door.start()
        self._stack.push_async_callback(door.stop, 1)

        async def send(payload: dict[str, Any]) -> tuple[int, Any]:
            return 200, await self.api.deliver(envelope_kind(payload), payload)

        return send


@pytest.fixture(params=["http", "socket"])
async def desk(request: pytest.FixtureRequest, api: FakeApi, slack: Slack) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        yield Desk(api, slack, request.param, stack)
