"""The playground with the bot as a process, gates before both servers, and everything that a proof looks at."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import aiohttp
from sqlalchemy import text
from sqlmodel import Session, col, select

from bot.store import keys, mints, record, requests
from bot.store.database import Database
from bot.store.deliveries import Delivery
from bot.store.keys import Key
from bot.store.mints import MintAttempt
from bot.store.requests import Request
from playground.clock import PlaygroundClock
from playground.deepgram.state import StoredKey
from playground.supervisor import Playground, Transport, free_port
from tests.clocks import served_clock
from tests.scenarios.people import Json, Person, person
from tests.soak.gate import Gate
from tests.waiting import until


@dataclass(frozen=True)
class FreshDatabase:
    """Where empty databases come from; ``empty`` gives an address, or "" for the stage's own SQLite file.

    ``turn`` is held while one is prepared: Alembic keeps its context in a module, so one at a time.
    """

    name: str
    empty: Callable[[], AbstractContextManager[str]]
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


Found = tuple[Json, Json, Json]
"""A button: its container, its block, the element itself."""

REST_SECONDS = 60.0
BETWEEN_LOOKS = 0.1  # seconds: whole processes share the machine with these looks, and some move the clock
CREATE = ("POST", "/keys")


@dataclass
class Stage(Playground):
    """A playground whose every call to Slack and Deepgram passes a gate; ``made`` maps key ids to their secrets."""

    log_level: str = "INFO"
    start_seconds: float = 120.0  # several start at once on two cores
    to_slack: Gate = field(default_factory=Gate)
    to_deepgram: Gate = field(default_factory=Gate)
    made: dict[str, str] = field(default_factory=dict)
    _pages: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    def __post_init__(self) -> None:
        self.store = Database(self.database())

    async def start_emulators(self) -> None:
        """Start the emulators and the gates before them."""
        await super().start_emulators()
        await self.to_slack.start(self.address)
        self.slack.state.address = self.to_slack.url  # addresses that Slack gives out lead where it is called
        await self.to_deepgram.start(self.deepgram.url)
        self._remember_secrets()
        self.client = await self._pages.enter_async_context(
            aiohttp.ClientSession(self.address, connector=aiohttp.TCPConnector(limit=0))
        )

    async def start_bot(self) -> None:
        """Start the bot on a port that is free now: the one of a killed bot may have been given away."""
        if self.transport == "socket":
            self.bot_port = free_port()
        await super().start_bot()

    async def second_bot(self) -> None:
        """Start one more process over the same database and the same Slack."""
        other = copy.copy(self)
        other.bot = None
        await other.start_bot()
        self._pages.push_async_callback(other.stop_bot)

    def environment(self) -> dict[str, str]:
        """Return the bot's environment, with the gates in place of the servers."""
        gates = {"SLACK_API_URL": f"{self.to_slack.url}/api/", "DEEPGRAM_API_URL": self.to_deepgram.url}
        crowds = {"KEYDESK_REQUESTS_PER_HOUR": "10000", "KEYDESK_RING_SECONDS": "0"}
        return super().environment() | gates | crowds | {"KEYDESK_LOG_LEVEL": self.log_level}

    async def stop(self) -> None:
        """Stop everything."""
        await self._pages.aclose()
        await super().stop()
        await self.to_slack.stop()
        await self.to_deepgram.stop()
        self.store.close()

    async def page(self, user: str) -> Person:
        """Open somebody's page."""
        return await self._pages.enter_async_context(person(self.address, user))

    async def act(self, user: str, tab: str, found: Found) -> Json:
        """Press a button in one of many tabs of a person."""
        place, block, element = found
        pressed = {"container": place, "block_id": block["block_id"], "action_id": element["action_id"]}
        body = {"user": user, "session": tab, "type": element["type"], "value": element["value"], **pressed}
        async with self.client.post("/ui/action", json=body) as answer:
            outcome: Json = await answer.json()
            return outcome

    def _remember_secrets(self) -> None:
        state = self.deepgram.state
        add = state.add_key

        def remembering(*given: Any, **named: Any) -> tuple[StoredKey, str]:
            key, secret = add(*given, **named)
            self.made[key.key_id] = secret
            return key, secret

        state.add_key = remembering  # type: ignore[method-assign] # the emulator forgets secrets, this proof must not

    # --- looking ---

    def read(self, what: Callable[[Session], Any]) -> Any:
        """Read from the bot's database."""
        with self.store.reading() as session:
            return what(session)

    def request(self, request_id: str) -> Request:
        """Return a request as it stands."""
        found: Request = self.read(lambda session: requests.get(session, request_id))
        return found

    def attempts(self, request_id: str) -> int:
        """Return how many mint attempts were committed for a request."""
        return len(self.read(lambda session: mints.of_request(session, request_id)))

    def story(self, request_id: str) -> list[str]:
        """Return what the record tells of a request."""
        return [entry.name for entry in self.read(lambda session: record.of_subject(session, request_id))]

    def live(self) -> list[StoredKey]:
        """Return the keys that Keydesk made and that anybody with the secret could use now, at the provider."""
        state = self.deepgram.state
        everything = [key for project in state.projects.values() for key in project.keys.values()]
        return [key for key in everything if "keydesk:" in key.comment and state.is_usable(key)]

    def live_of(self, request_id: str) -> list[StoredKey]:
        """Return the live keys at the provider that the attempts of one request made."""
        made = {mint.id for mint in self.read(lambda session: mints.of_request(session, request_id))}
        return [key for key in self.live() if key.comment.rpartition("keydesk:")[2] in made]

    def keys_of(self, request_id: str) -> list[Key]:
        """Return every key that the store knows of a request."""
        found: list[Key] = self.read(lambda session: keys.of_request(session, request_id))
        return found

    def known(self) -> dict[str, str]:
        """Return the state of every key that the store knows, by the provider's id."""
        return dict(self.read(lambda session: session.exec(select(Key.provider_key_id, Key.state)).all()))

    def shown(self) -> list[str]:
        """Return the secrets that stood in a view, each as often as it was shown."""
        views = [str(each["view"]) for each in self.slack.state.record.views]
        return [secret for view in views for secret in self.made.values() if secret in view]

    def at_rest(self, request_id: str) -> bool:
        """Tell whether a request has come to rest: one live key that is delivered, or none, and no attempt untold."""
        live, known = self.live_of(request_id), self.known()
        if any(known.get(key.key_id) != "live" for key in live):
            return False
        return self.can_be_pressed(request_id) and len(live) == (self.request(request_id).state == "delivered")

    def can_be_pressed(self, request_id: str) -> bool:
        """Tell whether a press would be tried: no attempt runs, and a list of keys has told what each one made."""
        attempts = self.read(lambda session: mints.of_request(session, request_id))
        return self.request(request_id).state != "creating" and not any(mint.is_untold for mint in attempts)

    async def until(self, holds: Callable[[], bool], seconds: float = REST_SECONDS) -> float:
        """Wait until something holds; return how many seconds that took."""
        begun = time.monotonic()
        await until(holds, seconds, BETWEEN_LOOKS)
        return time.monotonic() - begun

    # --- locking ---

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Let no transaction of the bot write: whatever it wants to commit waits."""
        if self.store.is_sqlite:
            with contextlib.closing(sqlite3.connect(self.store.url.database or "", isolation_level=None)) as file:
                file.execute("BEGIN IMMEDIATE")
                yield
                file.execute("ROLLBACK")
            return
        with self.store.engine.connect() as connection:
            tables = ", ".join(str(table.__tablename__) for table in (Request, MintAttempt, Key, Delivery))
            connection.execute(text(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))
            yield
            connection.rollback()


@contextlib.asynccontextmanager
async def stage(
    fresh: FreshDatabase,
    *,
    transport: Transport = "socket",
    log_level: str = "INFO",
    rate_limits: bool = False,
    role: Literal["owner", "admin"] = "admin",
    begin: datetime | None = None,
    fill: Callable[[Stage], None] | None = None,
) -> AsyncIterator[Stage]:
    """Run a stage over an empty database, made and dropped in a thread: the emulators must go on answering.

    The clock stands at ``begin`` when the bot starts, or else where every story begins; ``fill`` adds to what
    Deepgram holds.
    """
    with contextlib.ExitStack() as stack:
        url = await asyncio.to_thread(stack.enter_context, fresh.empty())
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="keydesk-soak-"))
        here = Stage(
            Path(home),
            transport,
            role,
            database_url=url,
            rate_limits=rate_limits,
            log_level=log_level,
            clock=PlaygroundClock(begin) if begin else served_clock(),
        )
        try:
            async with fresh.turn:
                await here.start_emulators()
            if fill is not None:
                fill(here)
            await here.start_bot()
            yield here
        finally:
            await here.stop()
            await asyncio.to_thread(stack.close)


# --- what people do ---


async def ask(here: Stage, page: Person, purpose: str) -> str:
    """Ask for a key and return the request's id."""
    await page.types("/keys request")
    await page.reads_in_window("What is it for?")
    await page.fills(project="production", purpose=purpose, place="vault", customer="apple")
    await page.reads_in_window("Asked for a key in *production*")
    await page.closes()
    newest = select(Request).where(col(Request.requester) == page.user).order_by(col(Request.created_at).desc())
    asked: Request = here.read(lambda session: session.exec(newest).first())
    assert asked.operation["purpose"] == purpose
    return asked.id


def button(page: Person, action: str, ref: str) -> Found | None:
    """Return (container, block, element) of the newest button of this action that carries this reference."""
    for (channel, ts), message in reversed(page.messages.items()):
        for block in message.get("blocks") or []:
            for element in block.get("elements", []):
                if element.get("action_id", "").startswith(action) and element.get("value", "").startswith(ref):
                    return {"type": "message", "channel": channel, "ts": ts}, block, element
    return None


async def press(page: Person, action: str, ref: str, patience: float = 15.0) -> Json:
    """Press the newest button of this action about this request, as soon as it is there."""
    found = await page.sees(lambda seen: button(seen, action, ref), patience)
    return await page.press_element(*found)


async def asked_and_approved(here: Stage, owner: Person, approver: Person, purpose: str) -> str:
    """Bring a request to where its owner may press."""
    request_id = await ask(here, owner, purpose)
    await press(approver, "desk.approve", request_id)
    await here.until(lambda: here.request(request_id).state == "approved")
    await owner.sees(lambda seen: button(seen, "keys.open", request_id))
    return request_id


async def opened(page: Person, request_id: str, patience: float = 30.0) -> str:
    """Press “Create and show my key”, read the secret, close the window; return the secret."""
    await press(page, "keys.open", request_id, patience)
    window = await page.reads_in_window("Copy it now: it is shown once", patience)
    await page.closes()
    return window.split("```")[1]
