"""Where one database's figures are taken: its server, the emulators, and a desk over them."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bench import load
from bench.emulators import BOT_TOKEN
from bench.payloads import SIGNING_SECRET
from bench.process import child
from bot.store.database import Database
from playground.slack.seed import OWNERS
from tests import stores

SETTLE_SECONDS = 2.0
IDLE_SECONDS = 3.0


@dataclass(frozen=True)
class Emulators:
    """The two emulators: their addresses, the provider's key, and the workspace's id."""

    slack: str
    deepgram: str
    key: str
    team: str

    def environment(self, database_url: str, port: int) -> Mapping[str, str]:
        """Return the whole environment of a Keydesk that talks to them."""
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH") if name in os.environ
        }
        return kept | {
            "SLACK_API_URL": f"{self.slack}/api/",
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "DEEPGRAM_API_URL": self.deepgram,
            "DEEPGRAM_API_KEY": self.key,
            "DATABASE_URL": database_url,
            "KEYDESK_OWNERS": ",".join(OWNERS),
            "KEYDESK_TRANSPORT": "http",
            "KEYDESK_LOG_LEVEL": "ERROR",
            "HOST": "127.0.0.1",
            "PORT": str(port),
        }


@dataclass(frozen=True)
class Place:
    """A running desk, and everything that is needed to press its buttons and look at its rows.

    ``idle`` is what the desk uses while nobody asks anything: CPU seconds a second, in all and by kind of thread.
    """

    name: str
    emulators: Emulators
    desk: Mapping[str, int]
    floor: Mapping[str, int]
    database: Database
    slack: AsyncWebClient
    idle: Mapping[str, float]

    @property
    def team(self) -> str:
        """The workspace's id."""
        return self.emulators.team


@contextlib.asynccontextmanager
async def place(
    name: str, emulators: Emulators, database_url: str, port: int, floor: Mapping[str, int]
) -> AsyncIterator[Place]:
    """Run a desk over this database on this port while the block runs."""
    database = stores.over(database_url)
    slack = AsyncWebClient(BOT_TOKEN, f"{emulators.slack}/api/")
    environment = emulators.environment(database_url, port)
    try:
        async with child("bench.desk", str(port), environment=environment) as desk:
            await asyncio.sleep(SETTLE_SECONDS)
            yield Place(name, emulators, desk, floor, database, slack, await _idle(desk["meter"]))
    finally:
        database.close()


async def _idle(meter: int) -> Mapping[str, float]:
    before = _flat(await load.usage(meter))
    await asyncio.sleep(IDLE_SECONDS)
    after = _flat(await load.usage(meter))
    return {part: (after[part] - before[part]) / IDLE_SECONDS for part in after}


def _flat(usage: Mapping[str, Any]) -> dict[str, float]:
    return {"cpu": usage["cpu"], **usage["threads"]}
