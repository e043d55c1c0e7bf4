"""Keydesk whole, in this process: the real app over emulated Slack and Deepgram, with an engine that tests pump."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.app import App, build
from bot.config import Settings
from bot.engine.port import JobFunction
from bot.providers.provider import ProviderKind
from bot.rooms import MakesRoom
from bot.slack.http import web_app
from bot.slack.serving import listening
from bot.slack.socket import socket_door
from bot.store import collections, scheduled_jobs
from bot.store.database import Database
from playground.clock import PlaygroundClock
from playground.deepgram.server import DeepgramEmulator
from playground.slack.seed import OWNERS
from playground.slack.server import SlackEmulator
from playground.supervisor import free_port
from playground.workplace import prepare_store
from tests import stores
from tests.clocks import served_clock
from tests.emulated import emulated
from tests.factories import rows
from tests.inline import InlineEngine
from tests.scenarios.people import Person, person
from tests.waiting import until

LOOKS_AT_NEWS = 25  # for each look, without news, into the table of what is due, which is a transaction
HISTORY = timedelta(days=32)


class WorldClock:
    """The bot's clock, reading the playground's in this process."""

    def __init__(self, served: PlaygroundClock) -> None:
        self._served = served

    def now(self) -> datetime:
        return self._served.now()

    async def refresh(self) -> None:
        """Nothing to ask: it is the same object."""


@dataclass
class World:
    """Everything at hand: people open pages, time moves, jobs run at once, rows can be looked at."""

    clock: PlaygroundClock
    slack: SlackEmulator
    deepgram: DeepgramEmulator
    app: App
    engine: InlineEngine
    base: str
    collecting: set[asyncio.Task[None]] = field(default_factory=set)
    read: dict[int, tuple[object, str]] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)
    _pages: dict[str, Person] = field(default_factory=dict)

    async def page(self, user: str) -> Person:
        """Open somebody's page (once)."""
        if user not in self._pages:
            self._pages[user] = await self._stack.enter_async_context(person(self.base, user))
        return self._pages[user]

    async def quiet(self) -> None:
        """Wait until nothing is due any more, and every collection of figures that was begun has ended."""
        await self._drain()
        while self.collecting:
            await asyncio.wait(self.collecting.copy())
            await self._drain()

    async def pump(self) -> None:
        """Run what is due, as a worker does without its threads: soon, and what was enqueued at once."""
        while True:
            await self._drain()
            for _ in range(LOOKS_AT_NEWS):
                await asyncio.sleep(0.01)
                if self.engine.has_news:
                    break

    async def _drain(self) -> None:
        async with self.turn:  # what another has begun has not ended before
            await self.engine.drain()

    async def until(self, holds: Callable[[Session], object]) -> None:
        """Wait until something holds in the store."""
        await until(lambda: rows(self.database, holds))

    async def close_pages(self) -> None:
        """Close every page that was opened."""
        await self._stack.aclose()

    @property
    def database(self) -> Database:
        """The bot's database."""
        return self.app.database

    def move(self, **by: float) -> None:
        """Move the clock forward."""
        self.clock.advance(timedelta(**by))


@contextlib.asynccontextmanager
async def world(
    database_url: str,
    transport: str = "socket",
    *,
    role: str = "admin",
    prefix: str = "",
    secret_key: str = "",
    figures: bool = False,
    ring_seconds: float = 0.0,
    begin: datetime | None = None,
    history: timedelta = HISTORY,
    more: Sequence[MakesRoom] = (),
    providers: Sequence[ProviderKind] = (),
) -> AsyncIterator[World]:
    """Run Keydesk on this database over this transport ("socket" or "http").

    A request rings after ``ring_seconds``: at once, for whoever waits for it here. With ``figures`` those of
    ``history`` are collected, which takes seconds of everybody's time when the clock first moves. ``begin`` is a moment
    after the one at which every story begins. ``more`` and ``providers`` are those that Keydesk does not have.
    """
    async with contextlib.AsyncExitStack() as stack:
        made = await _start(
            stack,
            database_url,
            transport,
            role,
            prefix,
            secret_key,
            begin,
            history,
            more,
            providers,
            figures=figures,
            ring_seconds=ring_seconds,
        )
        yield made
        await made.close_pages()


async def _start(
    stack: contextlib.AsyncExitStack,
    database_url: str,
    transport: str,
    role: str,
    prefix: str,
    secret_key: str,
    begin: datetime | None,
    history: timedelta,
    more: Sequence[MakesRoom],
    providers: Sequence[ProviderKind],
    *,
    figures: bool,
    ring_seconds: float,
) -> World:
    clock, port = served_clock(), free_port()
    if begin is not None:
        clock.advance(begin - clock.now())
    http = transport == "http"
    url = f"http://127.0.0.1:{port}" if http else None
    slack, deepgram = await stack.enter_async_context(emulated(clock, url=url, prefix=prefix, more=more))
    base = slack.state.address
    await asyncio.to_thread(_prepare, database_url, deepgram, history)
    settings = Settings(
        _env_file=None,
        slack_bot_token="xoxb-of-the-test",
        slack_app_token="xapp-of-the-test",
        slack_signing_secret="0" * 32,
        slack_api_url=f"{base}/api/",
        deepgram_api_key=deepgram.credentials[role],
        deepgram_api_url=deepgram.url,
        database_url=database_url,
        keydesk_owners=",".join(OWNERS),
        keydesk_transport="http" if http else "socket",
        keydesk_prefix=prefix,
        keydesk_secret_key=secret_key,
        keydesk_ring_seconds=ring_seconds,
    )
    built = await build(settings, _inline, clock=WorldClock(clock), more=more, more_providers=providers)
    stack.push_async_callback(built.close)
    collecting: set[asyncio.Task[None]] = set()
    app = _collecting_beside(stack, built, collecting) if figures else _with_jobs(built, {"usage.plan": _nothing})
    await app.start()
    await _open(stack, app, port, http=http)
    engine = app.engine
    assert isinstance(engine, InlineEngine)
    clock.on_move(engine.note)
    made = World(clock, slack, deepgram, app, engine, base, collecting)
    stack.push_async_callback(_cancel, asyncio.create_task(made.pump()))
    return made


def _collecting_beside(stack: contextlib.AsyncExitStack, app: App, tasks: set[asyncio.Task[None]]) -> App:
    """Collect figures in tasks of their own, as a worker with threads does: nobody's cards wait for a month of them."""
    collect = app.rooms.jobs()["usage.collect"]

    async def beside(ref: str, now: datetime) -> None:
        task = asyncio.ensure_future(collect(ref, now))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def stop() -> None:
        for task in tasks.copy():
            await _cancel(task)

    stack.push_async_callback(stop)
    return _with_jobs(app, {"usage.collect": beside})


def _with_jobs(app: App, jobs: Mapping[str, JobFunction]) -> App:
    rooms = tuple(
        replace(room, jobs=tuple(replace(job, run=jobs.get(job.kind, job.run)) for job in room.jobs))
        for room in app.rooms.rooms
    )
    return replace(app, rooms=replace(app.rooms, rooms=rooms))


async def _nothing(_ref: str, _now: datetime) -> None:
    """Plan nothing."""


def _inline(database: Database, clock: object) -> InlineEngine:
    assert isinstance(clock, WorldClock)
    return InlineEngine(database.transaction, scheduled_jobs, clock)


def _prepare(database_url: str, deepgram: DeepgramEmulator, history: timedelta) -> None:
    stores.opened(database_url).close()
    prepare_store(database_url, deepgram.state)
    _shorten_history(database_url, deepgram, history)


def _shorten_history(database_url: str, deepgram: DeepgramEmulator, history: timedelta) -> None:
    """Want figures of the last month only, say: drawing three of them takes the emulator seconds."""
    database, now = Database(database_url), deepgram.state.now()
    with database.transaction() as session:
        for project_id in deepgram.state.projects:
            collections.ensure(session, project_id, now.date() - history, now + timedelta(minutes=1))
    database.close()


async def _open(stack: contextlib.AsyncExitStack, app: App, port: int, *, http: bool) -> None:
    if http:
        await stack.enter_async_context(listening(web_app(app.slack_app, app.rooms.status.ready), port, "127.0.0.1"))
        return
    door = socket_door(
        app.slack_app,
        app.slack,
        app_token="xapp-of-the-test",
        on_silent=lambda: None,
        api_url=app.settings.slack_api_url,
    )
    await door.start()
    stack.push_async_callback(door.stop, 5.0)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
