"""Every fault of the provider against everything that Keydesk asks of it: how a cell is played, and what is read off.

A cell is one project of its own at one emulated Deepgram, with rows of its own in one store, so all are played at once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid5

from pydantic import SecretStr
from sqlmodel import select

from bot.clock import SetClock
from bot.desk.service import Desk
from bot.engine.inline import InlineEngine
from bot.engine.port import JobFunction
from bot.invites.changing import InviteChanges
from bot.invites.mirroring import listing as invite_list
from bot.invites.sending import InviteSending
from bot.keys import service as key_service
from bot.keys.ending import KeyEnding
from bot.keys.making import KeyMaking
from bot.keys.operations import CreateKey, EndKey
from bot.keys.settling import KeySettling
from bot.members.changing import MemberChanges
from bot.members.mirroring import listing as member_list
from bot.mirror import ListMirror
from bot.operation import Actor, OperationKind
from bot.projects import deleting
from bot.projects.deleting import ProjectDeletion
from bot.projects.operations import DeleteProject, RenameProject
from bot.projects.renaming import ProjectRenaming
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.members import Member
from bot.providers.deepgram.standing import Standing
from bot.providers.http import Limits
from bot.store import due
from bot.store.changes import Change
from bot.store.database import Database
from bot.store.invites import Invite as InviteRow
from bot.store.keys import Key
from bot.store.members import Member as MemberRow
from bot.store.mints import MintAttempt
from bot.store.projects import Project as ProjectRow
from bot.store.record import Entry
from playground.deepgram.faults import Kind
from playground.deepgram.seed import CLINIC, SERVICE_ACCOUNTS, made_up_id
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project, StoredKey
from tests.factories import NOON, SECOND_OWNER, TEAM, actor, key, person, small_database

LIMITS = Limits(read=0.5, read_total=1.2, change=0.5, connect=0.5)
AT_ONCE = 3  # so that no call waits for another one's slot
LONG_AGO = timedelta(seconds=550)  # no call can be on its way any more, and what was made is still ours to end
SOMTO, PRIYA, INGRID = (made_up_id(name) for name in ("s.okafor", "priya.raman", "ingrid.alder"))
LOPEZ, NEW = f"contractor.lopez@{CLINIC}", "ana@acme.example"

FAULTS: dict[str, tuple[Kind, str | None]] = {
    "401": ("401", None),
    "403 naming a scope": ("403", None),
    "404": ("404", None),
    "409": ("409", None),
    "429": ("429", None),
    "429, Retry-After": ("429", "7"),
    "500": ("500", None),
    "503": ("503", None),
    "timeout, not done": ("timeout_before", None),
    "timeout, done": ("timeout_after", None),
    "HTML, status 200": ("html_200", None),
    "HTML, status 502": ("html", None),
    "half a JSON": ("truncated", None),
    "null": ("null", None),
}

Snapshot = tuple[object, ...]
Ask = Callable[["Counter_", "Cell"], Awaitable[str]]


@dataclass(frozen=True)
class Row:
    """One thing that Keydesk asks of the provider: the call that goes wrong, and how a person asks for it.

    ``is_done`` looks at the provider's project (None once it is gone), ``is_noted`` at our copy of it; both are None
    for a reading, which changes nothing.
    """

    name: str
    method: str
    path: str
    ask: Ask
    is_done: Callable[[Project | None], bool] | None = None
    is_noted: Callable[[Cell], bool] | None = None


@dataclass
class Cell:
    """One fault met by one row, and what came of it. ``words`` are all that a person read, in order."""

    row: Row
    fault: str
    desk: Counter_
    project: Project
    asker: Actor
    before: Snapshot = ()
    words: list[str] = field(default_factory=list)

    @property
    def project_id(self) -> str:
        return self.project.project_id

    @property
    def own_key(self) -> str:
        """The provider's id of the key that Keydesk made in this project earlier."""
        return made_up_id(f"{self.project_id} own")

    def snapshot(self) -> Snapshot:
        """Return what the provider holds of this project."""
        found = self.desk.emulator.state.projects.get(self.project_id)
        if found is None:
            return ()
        scopes = sorted((member, *scopes) for member, scopes in found.members.items())
        return found.name, scopes, dict(found.invites), list(found.mailed), sorted(found.keys)

    @property
    def sent(self) -> int:
        """How often the call that went wrong was sent."""
        path = self.row.path.format(self.project_id)
        calls = self.desk.emulator.calls.kept
        return sum(call["method"] == self.row.method and _fits(path, call["path"]) for call in calls)

    def changes(self) -> list[Change]:
        """Return what the store knows of changes to this project, oldest first."""
        with self.desk.database.reading() as session:
            return list(session.exec(select(Change).where(Change.project_id == self.project_id)))

    def record(self) -> list[str]:
        """Return what the record tells of this project, oldest first."""
        with self.desk.database.reading() as session:
            found = session.exec(select(Entry).where(Entry.project_id == self.project_id))
            return [entry.name for entry in sorted(found, key=lambda entry: entry.id or 0)]


@dataclass
class Counter_:
    """Keydesk's desk and rooms without Slack, before an emulated Deepgram."""

    database: Database
    clock: SetClock
    engine: InlineEngine
    desk: Desk
    making: KeyMaking
    members: ListMirror[Member]
    deepgram: Deepgram
    emulator: DeepgramEmulator
    told: Counter[str] = field(default_factory=Counter)
