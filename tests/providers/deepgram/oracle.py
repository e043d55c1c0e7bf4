"""Deepgram's own SDK beside our client: what each of them sends."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx
from deepgram import AsyncDeepgramClient
from deepgram.environment import DeepgramClientEnvironment
from pydantic import SecretStr

from bot.providers.deepgram.addresses import DEFAULT_URL
from bot.providers.deepgram.client import Deepgram

Sent = tuple[str, str, list[tuple[str, str]], Any]
LISTS = (
    "projects", "api_keys", "members", "invites", "requests", "results", "balances", "orders", "stt", "tts", "scopes",
    "tags", "models", "processing_methods", "features", "languages", "accessors", "deployments",
)  # fmt: skip
IDS = ("project_id", "api_key_id", "key", "request_id", "balance_id", "uuid", "access_token")
# Whatever is asked for, it is in there.
SOME_ID = "8f1c2f3e-5b1e-4a53-9d64-2f4f1b1f7c11"
ANSWER: dict[str, Any] = {name: [] for name in LISTS} | dict.fromkeys(IDS, SOME_ID) | {"line_items": {}}
ANSWER["members"] = [{"member_id": SOME_ID}]  # whoever reads it is one


@dataclass
class Wire:
    """A network that answers every request alike and remembers method, path, query (sorted) and body."""

    status: int = 200
    sent: list[Sent] = field(default_factory=list)

    def client(self) -> httpx.AsyncClient:
        """Return an HTTP client on this network."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        query = sorted(parse_qsl(request.url.query.decode(), keep_blank_values=True, strict_parsing=False))
        self.sent.append((request.method, request.url.raw_path.decode().split("?")[0], query, body))
        return httpx.Response(self.status, json=ANSWER)


def sdk_client(client: httpx.AsyncClient, base: str = DEFAULT_URL, key: str = "k") -> Any:
    """Return the SDK; it is loosely typed, so it is used as Any."""
    environment = DeepgramClientEnvironment(base=base, production=base, agent=base, agent_rest=base)
    return AsyncDeepgramClient(api_key=key, environment=environment, httpx_client=client)


def sdk_of(client: httpx.AsyncClient, base: str = DEFAULT_URL, key: str = "k") -> Any:
    """Return the SDK's project endpoints."""
    return sdk_client(client, base, key).manage.v1.projects


async def sent_by_ours(call: Callable[[Deepgram], Awaitable[Any]]) -> list[Sent]:
    """Return what our client sends."""
    wire = Wire()
    async with wire.client() as client:
        await call(Deepgram(SecretStr("k"), client=client))
    return wire.sent


async def sent_by_sdk(call: Callable[[Any], Awaitable[Any]]) -> list[Sent]:
    """Return what the SDK sends."""
    wire = Wire()
    async with wire.client() as client:
        await call(sdk_client(client))
    return wire.sent


async def agree(ours: Callable[[Deepgram], Awaitable[Any]], theirs: Callable[[Any], Awaitable[Any]]) -> None:
    """Assert that both send one and the same request; ``theirs`` gets the SDK's project endpoints."""
    sent = await sent_by_ours(ours)
    assert sent == await sent_by_sdk(lambda sdk: theirs(sdk.manage.v1.projects))
    assert len(sent) == 1
