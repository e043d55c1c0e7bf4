"""Today's Keydesk over a kept day: upgraded by its own command, with the durable engine, beside today's emulators."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
from click.testing import CliRunner
from structlog.testing import capture_logs

from bot.__main__ import main
from bot.app import App, app_manifest, build, dbos_engine
from bot.config import Settings
from bot.slack.socket import socket_door
from playground.clock import PlaygroundClock
from playground.deepgram.server import DeepgramEmulator
from playground.slack.seed import OWNERS
from playground.slack.server import SlackEmulator
from tests.clocks import PATIENCE
from tests.emulated import PATIENT
from tests.scenarios.people import words_of
from tests.upgrade import restored
from tests.upgrade.restored import Day, Json

RING = base64.urlsafe_b64encode(hashlib.sha256(b"the ring of the fixture").digest()).decode()


class Clock:
    """The playground's clock, in this process."""

    def __init__(self, served: PlaygroundClock) -> None:
        self.now = served.now

    async def refresh(self) -> None:
        """Nothing to ask: it is the same object."""


@dataclass
class House:
    """Everything at hand; ``told`` is every line of the log since the start."""

    clock: PlaygroundClock
    slack: SlackEmulator
    deepgram: DeepgramEmulator
    app: App
    client: aiohttp.ClientSession
    told: Sequence[Mapping[str, Any]]
    _heard: Counter[object] = field(default_factory=Counter)

    # --- acting ---

    async def does(self, path: str, user: str, session: str = "a tab", **body: Any) -> Json:
        """Act on the page, and return its answer once the listener has ended."""
        async with self.client.post(path, json={"user": user, "session": session, **body}) as answer:
            outcome: Json = await answer.json()
        assert await self.app.slack_app.in_flight.drain(PATIENCE)
        return outcome

    async def until(self, holds: Callable[[], object], what: str, instead: Callable[[], object] | None = None) -> None:
        """Wait until something holds; ``instead`` says what does where it never comes to that."""
        try:
            async with asyncio.timeout(PATIENCE * 8):
                while not holds():  # noqa: ASYNC110 # rows and emulators are looked at: they tell nobody
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"never: {what}\n{instead() if instead else ''}\n{self.bad()}") from None

    def move(self, **by: float) -> None:
        """Move the clock forward."""
        self.clock.advance(timedelta(**by))

    # --- looking ---

    def news(self) -> str:
        """Return all words that were said to anybody since this was asked before."""
        state, told = self.slack.state, []
        messages = [one for channel in state.workspace.channels.values() for one in channel.messages.values()]
        for message in (*messages, *state.workspace.ephemerals):
            place = message.channel, message.ts
            told += message.versions[self._heard[place] :]
            self._heard[place] = len(message.versions)
        told += state.record.views[self._heard["views"] :]
        self._heard["views"] = len(state.record.views)
        return words_of(told)

    def bad(self) -> list[Mapping[str, Any]]:
        """Return what the log should never tell after an upgrade."""
        return [line for line in self.told if line["event"] in UNANSWERED or line["log_level"] in ("error", "critical")]

    @property
    def live(self) -> dict[str, list[str]]:
        """The keys at Deepgram that Keydesk made and anybody could use, by the mint id in their comment."""
        state, found = self.deepgram.state, dict[str, list[str]]()
        for key in (key for project in state.projects.values() for key in project.keys.values()):
            if "keydesk:" in key.comment and state.is_usable(key):
                found.setdefault(key.comment.rpartition("keydesk:")[2], []).append(key.key_id)
        return found


UNANSWERED = {
    "engine.gave_up",
    "engine.unknown_kind",
    "slack.listener_failed",
    "slack.nobody_listens",
    "slack.payload_not_understood",
}


@contextlib.asynccontextmanager
async def upgraded(day: Day, database_url: str) -> AsyncIterator[House]:
    """Run today's Keydesk on the rows of that day, migrated, with everything else as it stood there."""
    async with contextlib.AsyncExitStack() as stack:
        migrated = await asyncio.to_thread(
            CliRunner().invoke, main, ["migrate"], env={"DATABASE_URL": database_url, "KEYDESK_LOG_LEVEL": "ERROR"}
        )
        assert migrated.exit_code == 0, migrated.output
        told = stack.enter_context(capture_logs())
        clock = PlaygroundClock(day.served + restored.AWAY)
        deepgram = DeepgramEmulator(clock.now)
        deepgram.open_account("harbour", "Harbour Radio")
        restored.restore_deepgram(day, deepgram.state)
        await deepgram.start()
        stack.push_async_callback(deepgram.stop)
        slack = SlackEmulator(
            clock,
            transport="socket",
            signing_secret="0" * 32,
            bot_token="xoxb-of-the-test",
            app_token="xapp-of-the-test",
            manifest=app_manifest(),
            rate_limits=False,
            timings=PATIENT,
        )
        restored.restore_slack(day, slack.state)
        base = await slack.start()
        stack.push_async_callback(slack.stop)
        environment = {
            "SLACK_BOT_TOKEN": "xoxb-of-the-test",
            "SLACK_APP_TOKEN": "xapp-of-the-test",
            "SLACK_SIGNING_SECRET": "0" * 32,
            "SLACK_API_URL": f"{base}/api/",
            "DEEPGRAM_API_KEY": deepgram.credentials["owner"],
            "DEEPGRAM_API_URL": deepgram.url,
            "DATABASE_URL": database_url,
            "KEYDESK_OWNERS": ",".join(OWNERS),
            "KEYDESK_SECRET_KEY": RING,
            "KEYDESK_REQUESTS_PER_HOUR": "1000",
        }
        settings = Settings(_env_file=None, **{name.lower(): value for name, value in environment.items()})  # type: ignore[arg-type] # read from text
        app = await build(settings, dbos_engine("run"), clock=Clock(clock))
        stack.push_async_callback(app.close)
        await app.start()
        door = socket_door(
            app.slack_app, app.slack, app_token="xapp-of-the-test", on_silent=lambda: None, api_url=f"{base}/api/"
        )
        await door.start()
        stack.push_async_callback(door.stop, 5.0)
        client = await stack.enter_async_context(aiohttp.ClientSession(base))
        house = House(clock, slack, deepgram, app, client, told)
        house.news()
        yield house
