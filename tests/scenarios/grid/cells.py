"""A cell of the grid: one fault met by one row, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from bot.errors import BotError
from bot.operation import Actor
from bot.store.changes import Change
from bot.store.invites import Invite
from bot.store.members import Member
from bot.store.projects import Project as ProjectRow
from bot.store.record import Entry
from bot.store.requests import Request
from playground.deepgram.faults import Kind
from playground.deepgram.seed import CLINIC, made_up_id
from playground.deepgram.state import Project
from tests.factories import NOON, add, key
from tests.scenarios.grid.desk import GridDesk

OURSELVES, INGRID, PRIYA, SOMTO = (
    made_up_id(name) for name in ("keydesk-owner", "ingrid.alder", "priya.raman", "s.okafor")
)
LOPEZ, NEW = f"contractor.lopez@{CLINIC}", "ana@acme.example"
EARLIER = "an earlier one"

FAULTS: dict[str, tuple[Kind, str | None]] = {
    "401": ("401", None),
    "403, a scope": ("403", None),
    "404": ("404", None),
    "404, plain": ("404_plain", None),
    "404, empty": ("404_empty", None),
    "404, foreign JSON": ("404_foreign", None),
    "409": ("409", None),
    "429": ("429", None),
    "429, Retry-After": ("429", "7"),
    "500": ("500", None),
    "503": ("503", None),
    "timeout, not done": ("timeout_before", None),
    "timeout, done": ("timeout_after", None),
    "HTML, 502": ("html", None),
    "HTML, 200": ("html_200", None),
    "half a JSON": ("truncated", None),
    "null": ("null", None),
}
# What the world answers with status 200 in place of an answer, and statuses that tell nothing, by what came with them:
# the change done, or not. Played by the long proof (`tests/soak/test_answers.py`).
VAGUE: tuple[Kind, ...] = (
    "html_bom", "html_comment", "html_div", "error_object", "modern_error", "list", "text", "truncated",
    "202", "404_plain", "404_empty", "404_foreign", "408", "421", "425", "460", "499",
)  # fmt: skip
ANSWERS: dict[str, tuple[Kind, bool]] = {
    **{f"{kind}, done": (kind, True) for kind in VAGUE},
    **{f"{kind}, not done": (kind, False) for kind in VAGUE},
    "empty": ("empty", True),
    "object": ("object", True),
    "50 MB": ("large", True),
    "without end": ("endless", False),
    "a gigabyte packed": ("gzip_bomb", False),
    "a drip": ("drip", True),
}
# Answers that say “done” of what was not: only a read can tell, and one is made where people rely on it.
FALSE: dict[str, tuple[Kind, bool]] = {"empty, not done": ("empty", False), "object, not done": ("object", False)}
HALF, AGAIN = "half, told", "tried again, done"

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """Something that Keydesk asks of the provider, by the call that goes wrong, and how a person asks for it.

    ``is_done`` looks at the provider's project (None once it is gone), ``is_noted`` at our copy of it. A reading has
    neither.
    """

    name: str
    method: str
    path: str
    ask: Callable[[Cell], Awaitable[str]]
    is_done: Callable[[Project | None], bool] | None = None
    is_noted: Callable[[Cell], bool] | None = None


@dataclass
class Cell:
    """One fault met by one row. ``words`` are what its asker read: at once, and in the end."""

    row: Row
    fault: str
    desk: GridDesk
    asker: Actor
    project: Project
    before: tuple[object, ...] = ()
    words: list[str] = field(default_factory=list)

    @property
    def project_id(self) -> str:
        """The project that only this cell touches."""
        return self.project.project_id

    @property
    def own_key(self) -> str:
        """The provider's id of a key that Keydesk made in the project earlier."""
        return made_up_id(f"{self.project_id} own")

    # --- playing ---

    def prepare(self) -> None:
        """Let the project stand at the provider and in the store."""
        made_here = {"owner": self.asker.user_id, "mint_id": self.project_id}
        names = (SOMTO, ["member"]), (PRIYA, ["admin"])
        self.desk.emulator.state.add_key(
            self.project, OURSELVES, EARLIER, ["usage:write"], key_id=self.own_key, created=NOON
        )
        add(
            self.desk.database,
            ProjectRow(id=self.project_id, name=self.project.name, read_at=NOON),
            key(1, provider_key_id=self.own_key, project_id=self.project_id, **made_here),
            Invite(project_id=self.project_id, email=LOPEZ, scope="member", read_at=NOON),
            *(Member(project_id=self.project_id, member_id=who, scopes=scopes, read_at=NOON) for who, scopes in names),
        )

    async def play(self) -> None:
        """Let the fault wait for its call, ask, and keep what the asker reads."""
        self.before = self.snapshot()
        times = None if self.is_reading else 1
        self.desk.emulator.faults.add(self.kind, self.row.method, f"{self.path}$", times=times, **self._options())
        try:
            self.words.append(await self.row.ask(self))
        except BotError as problem:
            self.words.append(problem.text)

    @property
    def kind(self) -> Kind:
        """What the emulated provider does wrong."""
        return (FAULTS.get(self.fault) or (ANSWERS | FALSE)[self.fault])[0]

    def _options(self) -> dict[str, Any]:
        if self.fault in FAULTS:
            return {"retry_after": FAULTS[self.fault][1]}
        return {"done": (ANSWERS | FALSE)[self.fault][1], "seconds": 0.05}

    @property
    def path(self) -> str:
        """The pattern of the path that goes wrong."""
        return self.row.path.format(self.project_id)

    @property
    def is_reading(self) -> bool:
        """Whether nothing is asked to change."""
        return self.row.is_done is None

    # --- looking ---

    def snapshot(self) -> tuple[object, ...]:
        """Return all that the provider holds of the project."""
        found = self.there()
        if found is None:
            return ()
        return found.name, dict(found.members), dict(found.invites), list(found.mailed), sorted(found.keys)

    def there(self) -> Project | None:
        """Return the project as the provider has it."""
        return self.desk.emulator.state.projects.get(self.project_id)

    def read(self, what: Callable[[Session], T]) -> T:
        """Read from the store."""
        with self.desk.database.reading() as session:
            return what(session)

    def changes(self) -> list[Change]:
        """Return the desk's changes to the project, oldest first."""
        found = select(Change).where(Change.project_id == self.project_id).order_by(col(Change.intended_at))
        return self.read(lambda session: list(session.exec(found)))

    def request(self) -> Request | None:
        """Return the request that was held, if any was."""
        return self.read(
            lambda session: session.exec(select(Request).where(Request.project_id == self.project_id)).first()
        )

    def card(self) -> str:
        """Return what the card of the held request says became of it."""
        request = self.request()
        return (request.note if request is not None else None) or ""

    def record(self) -> list[str]:
        """Return what the record tells of the project, oldest first."""
        found = select(Entry).where(Entry.project_id == self.project_id).order_by(col(Entry.id))
        return self.read(lambda session: [entry.name for entry in session.exec(found)])

    def sent(self) -> int:
        """Return how often the call that goes wrong was sent."""
        calls = self.desk.emulator.calls.kept
        return sum(
            call["method"] == self.row.method and re.search(f"{self.path}$", call["path"]) is not None for call in calls
        )

    # --- what came of it ---

    def is_done(self) -> bool:
        """Whether the provider holds all that was asked for."""
        return self.row.is_done is not None and self.row.is_done(self.there())

    def outcome(self) -> str:
        """Say in a word what came of it, once everything has come to rest."""
        asked = any(name.endswith(".unclear") for name in self.record())
        if self.is_reading:
            return "told, nothing shown"
        if self.is_done():
            return AGAIN if self.sent() > 1 else "asked: done" if asked else "done"
        if self.snapshot() != self.before:
            return HALF
        if self.row.name == "keys.create" and asked:
            return "undone"
        return "asked: not done" if asked else "refused"

    def hear_the_end(self) -> None:
        """Keep what the asker read in the end: in a message of its own, or on the card."""
        changes, last = self.changes(), self.words[-1]
        text = self.card() if self.request() is not None else (changes[-1].text or "" if changes else last)
        self.words = [words for words in self.words if words]
        if text and text != last:
            self.words.append(text)
