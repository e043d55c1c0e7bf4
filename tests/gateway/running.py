"""A gateway over real HTTP before an emulated Groq, with keys, limits and the official SDKs."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from bot import virtual_keys
from bot.gateway import relay
from bot.gateway.app import Bounds, Gateway
from bot.gateway.charging import LocalAdmission, counters_in_memory
from bot.gateway.directory import KeysInMemory, KnownKey, Limits, Scope, Upstream
from bot.gateway.records import CallRecord
from bot.gateway.relay import Relay
from bot.gateway.serve import listening
from bot.gateway.windows import Metric
from playground.groq.server import GroqEmulator
from playground.groq.state import Organization
from tests.gateway.machine_clock import MachineClock
from tests.sdks import TRUSTS_NOBODY, groq_sdk, openai_sdk
from tests.waiting import until

MODEL = "openai/gpt-oss-20b"
OTHER_MODEL = "openai/gpt-oss-120b"
WIDE = dict.fromkeys((Metric.RPM, Metric.RPD, Metric.TPM, Metric.TPD), 1000000)
HELLO = [{"role": "user", "content": "Say something long enough"}]


@dataclass
class Seconds:
    """Monotonic seconds that go on by themselves and that a test may move."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead

    def at_begin_of_slot(self) -> None:
        """Stand at the beginning of a second, so that what a test does at once stands in one slot."""
        self.ahead += 1 - self() % 1


def limited(**limits: int) -> Limits:
    """Return limits of the model that tests use, by metric."""
    return {MODEL: {Metric(name): limit for name, limit in limits.items()}}


@dataclass
class Running:
    """Everything that runs, and how a test calls it. Keys are known by name."""

    groq: GroqEmulator
    organization: Organization
    url: str
    gateway: Gateway
    relay: Relay
    keys: KeysInMemory
    seconds: Seconds
    records: list[CallRecord]
    known: dict[str, KnownKey] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    _clients: list[Any] = field(default_factory=list)

    def add_key(
        self,
        name: str = "app",
        project: str = "prod",
        *,
        limits: Limits | None = None,
        organization: Limits | None = None,
        own: Limits | None = None,
        upstream: Upstream | None = None,
    ) -> str:
        """Make a key known, and return its secret; what is not limited is wide."""
        secret = virtual_keys.make()
        scopes = [
            Scope("project", project, f"myapp-{project}", limits or {}),
            Scope("organization", "acme", "acme", organization or {MODEL: WIDE, OTHER_MODEL: WIDE}),
        ]
        if own is not None:
            scopes.insert(0, Scope("key", name, name, own))
        key_hash = hashlib.sha256(secret.encode()).digest()
        above = upstream or Upstream(self.groq.url, next(iter(self.organization.keys)))
        self.secrets[name] = secret
        self.known[name] = KnownKey(key_hash, f"key-{name}", f"project-{project}", tuple(scopes), above)
        self.learn()
        return secret

    def change(self, name: str = "app", **changes: Any) -> None:
        """Change what is known of a key."""
        self.known[name] = replace(self.known[name], **changes)
        self.learn()

    def learn(self) -> None:
        """Let the gateway know the keys as they are now."""
        self.keys.replace(self.known.values(), self.seconds())

    def by_groq(self, name: str = "app", retries: int = 0) -> Any:
        """Return Groq's own SDK with a key; untyped, for its types forbid the plain dicts that people write."""
        client = groq_sdk(self.url, self.secrets[name], retries)
        self._clients.append(client)
        return client

    def by_openai(self, name: str = "app", retries: int = 0) -> Any:
        """Return OpenAI's SDK with a key; untyped as well."""
        client = openai_sdk(self.url, self.secrets[name], retries)
        self._clients.append(client)
        return client

    async def post(self, path: str = "/v1/chat/completions", name: str = "app", **body: Any) -> httpx.Response:
        """Send a body of JSON by hand, a small chat where none is given."""
        sent = {"model": MODEL, "messages": HELLO, "max_tokens": 10, **body}
        async with httpx.AsyncClient(timeout=30.0, verify=TRUSTS_NOBODY) as client:
            return await client.post(self.url + path, json=sent, headers=self.bearer(name))

    def bearer(self, name: str = "app") -> Mapping[str, str]:
        """Return the header that a key is sent in."""
        return {"authorization": f"Bearer {self.secrets[name]}"}

    async def statuses(self, number: int, name: str = "app", **body: Any) -> list[int]:
        """Return the statuses of so many calls that all wait behind a barrier until everyone is there."""
        barrier = asyncio.Barrier(number)
        limits = httpx.Limits(max_connections=number)

        async def one(client: httpx.AsyncClient) -> int:
            sent = {"model": MODEL, "messages": HELLO, "max_tokens": 10, **body}
            await barrier.wait()
            url = f"{self.url}/v1/chat/completions"
            return (await client.post(url, json=sent, headers=self.bearer(name))).status_code

        async with httpx.AsyncClient(timeout=60.0, limits=limits, verify=TRUSTS_NOBODY) as client:
            return list(await asyncio.gather(*(one(client) for _ in range(number))))

    async def told(self, number: int = 1) -> list[CallRecord]:
        """Wait until so many calls are over, and return what was told of them."""
        await until(lambda: len(self.records) >= number)
        return self.records

    async def close(self) -> None:
        """Close the SDKs."""
        for client in self._clients:
            await client.close()


@asynccontextmanager
async def running(bounds: Bounds | None = None, drain_seconds: float = 0.2) -> AsyncIterator[Running]:
    """Run a gateway before an emulated Groq while the block runs."""
    groq = GroqEmulator()
    await groq.start()
    organization = groq.state.add_organization()
    organization.new_key()
    seconds = Seconds()
    keys = KeysInMemory(seconds)
    records: list[CallRecord] = []
    async with relay.session() as session:
        carrier = Relay(session)
        admission = LocalAdmission(counters_in_memory(), seconds)
        gateway = Gateway(keys, admission, carrier, MachineClock(), records.append, bounds)
        async with listening(gateway, carrier, "127.0.0.1", 0, drain_seconds) as port:
            found = Running(groq, organization, f"http://127.0.0.1:{port}", gateway, carrier, keys, seconds, records)
            try:
                yield found
            finally:
                await found.close()
    await groq.stop()
