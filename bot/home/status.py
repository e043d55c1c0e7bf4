"""How Keydesk itself is doing: the database, the worker, Slack, the provider's credential."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from bot.errors import BotError
from bot.home.check import Check
from bot.providers.provider import Provider
from bot.providers.values import Credential
from bot.slack.web import SlackError, SlackUnclear, SlackWeb
from bot.store import heartbeats, schema
from bot.store.database import Database

WORKER_PATIENCE = timedelta(seconds=15)
CHECK_SECONDS = 5.0
SLACK_REMEMBERED = timedelta(seconds=20)


Look = Callable[[], Awaitable[Check]]


class Status:
    """Looks at the parts that Keydesk stands on; `/readyz`, `/keydesk status` and ``doctor`` ask it."""

    def __init__(self, database: Database, web: SlackWeb, extra: Sequence[Look] = ()) -> None:
        self._database = database
        self._web = web
        self._extra = tuple(extra)
        self._besides: tuple[Look, ...] = ()
        self._slack: tuple[datetime, Check] | None = None

    def watch(self, look: Look) -> None:
        """Look at one more thing, such as this process's socket."""
        self._extra = (*self._extra, look)

    def tell(self, look: Look) -> None:
        """Look at one more thing without which this process serves on, such as the user groups."""
        self._besides = (*self._besides, look)

    async def checks(self) -> list[Check]:
        """Look at everything, at most five seconds each."""
        return await _looked(*self._needed(), *self._besides)

    async def ready(self) -> list[tuple[str, bool, str]]:
        """Return the checks of what it cannot serve without, in the form that the health endpoint takes."""
        return [(check.name, check.ok, check.text) for check in await _looked(*self._needed())]

    def _needed(self) -> tuple[Look, ...]:
        return (self.database, self.migrations, self.slack, self.worker, *self._extra)

    async def database(self) -> Check:
        """Look whether the database answers."""
        answered = await asyncio.to_thread(self._database.answers)
        return Check("database", answered, f"{self._database.url.get_backend_name()} answers")

    async def migrations(self) -> Check:
        """Look whether the schema is the one that this program was written for."""
        current = await asyncio.to_thread(schema.is_current, self._database)
        return Check("migrations", current, "the schema is current" if current else "run: keydesk migrate")

    async def slack(self) -> Check:
        """Look whether Slack accepts our token; asked every twenty seconds at most."""
        now = datetime.now(UTC)
        if self._slack is not None and now - self._slack[0] < SLACK_REMEMBERED:
            return self._slack[1]
        try:
            identity = await self._web.auth_test()
            check = Check("slack", True, f"signed in to {identity.team}")
        except SlackUnclear as problem:
            check = Check("slack", False, f"Slack could not be reached ({problem.code}); nothing to do but wait")
        except SlackError as problem:
            check = Check("slack", False, f"{problem.verdict.words} Slack said: {problem.code}.")
        self._slack = (now, check)
        return check

    async def worker(self) -> Check:
        """Look whether any process carries out jobs."""
        last = await self._database.read(heartbeats.last)
        if last is None:
            return Check("worker", False, "no worker has ever run; start: keydesk worker")
        silent = datetime.now(UTC) - last
        text = f"last sign of life {int(silent.total_seconds())} s ago"
        return Check("worker", silent < WORKER_PATIENCE, text)


async def _looked(*looks: Look) -> list[Check]:
    return list(await asyncio.gather(*(_bounded(look) for look in looks)))


async def _bounded(look: Look) -> Check:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await look()
    except Exception as problem:  # noqa: BLE001 whatever a part raises, the report must say so
        name = getattr(look, "__name__", "check")
        return Check(name, False, f"could not be checked: {type(problem).__name__}")


async def credential(provider: Provider) -> tuple[Credential | None, str]:
    """Return who Keydesk is at the provider, or None with the reason why that cannot be told."""
    try:
        return await provider.who_am_i(), ""
    except BotError as problem:
        return None, problem.text


def permissions(found: Credential) -> list[str]:
    """Say what this credential cannot do, in words; an empty list for one that can do everything."""
    match found.role:
        case "owner":
            return []
        case "admin":
            return ["it cannot revoke keys that others made", "it cannot delete a project"]
        case "member":
            return ["it sees and revokes only its own keys", "it cannot see members, invites or billing"]
        case _:
            return ["its role could not be read, so what it cannot do shows only when it is refused"]
