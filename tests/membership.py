"""The rooms of members and invitations over SQLite, beside an emulated Deepgram that fails on demand."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlmodel import select

from bot.desk.service import Desk, Held, Ran
from bot.engine.port import JobFunction
from bot.invites.changing import InviteChanges
from bot.invites.domains import InviteDomainsChange
from bot.invites.mirroring import listing as invite_list
from bot.invites.sending import InviteSending
from bot.members.changing import MemberChanges
from bot.members.mirroring import listing as member_list
from bot.mirror import ListMirror
from bot.operation import Operation, OperationKind
from bot.providers.credential_identity import CredentialIdentity
from bot.providers.deepgram.client import Deepgram
from bot.providers.http import CallLimits
from bot.providers.values import Invite, Member
from bot.store import scheduled_jobs
from bot.store.changes import Change
from bot.store.database import Database
from bot.store.requests import Request
from playground.deepgram.seed import CLINIC, made_up_id
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests.clocks import SetClock, machine_now
from tests.declared import POLICY
from tests.factories import NOON, OWNER, SECOND_OWNER, actor, alone, set_up, small_database
from tests.inline import InlineEngine
from tests.limits import PatientLimits

SHORT = CallLimits(read=2.0, read_total=4.0, change=0.5, connect=1.0)
SOMTO = made_up_id("s.okafor")
SOMTO_EMAIL = f"s.okafor@{CLINIC}"
LOPEZ = f"contractor.lopez@{CLINIC}"


@dataclass
class Membership:
    """The two rooms at their desk, the emulated Deepgram, and its project “staging”."""

    database: Database
    clock: SetClock
    engine: InlineEngine
    desk: Desk
    emulator: DeepgramEmulator
    project: Project
    members: ListMirror[Member]
    invites: ListMirror[Invite]
    domains: InviteDomainsChange
    told: Counter[str] = field(default_factory=Counter)

    async def ask(self, operation: Operation, by: str = OWNER) -> str:
        """Have something done that needs no approval, and return what its asker reads."""
        outcome = await self.desk.submit(operation, actor(by))
        assert isinstance(outcome, Ran)
        return outcome.text

    async def approved(self, operation: Operation) -> Request:
        """Have something held, approved by another owner and carried out; return its request as it ended."""
        return await self.decided(await self.desk.submit(operation, actor(OWNER)))

    async def decided(self, outcome: Held | Ran) -> Request:
        """Have what is held approved by another owner and carried out; return its request as it ended."""
        assert isinstance(outcome, Held)
        await self.desk.decide(outcome.request.id, outcome.request.version, "approved", actor(SECOND_OWNER))
        await self.engine.drain()
        return self.request(outcome.request.id)

    async def read(self) -> None:
        """Read both lists into the store."""
        await self.members.keep_fresh(self.project.project_id, self.clock.now())
        await self.invites.keep_fresh(self.project.project_id, self.clock.now())

    async def settle(self) -> Change:
        """Let the time pass after which an open change is looked after, and return it as it stands."""
        with self.database.transaction() as session:
            for change in session.exec(select(Change)):
                change.intended_at = machine_now() - timedelta(hours=1)
        self.clock.move(timedelta(minutes=10))
        await self.engine.drain()
        with self.database.reading() as session:
            return session.exec(select(Change)).one()

    def request(self, request_id: str) -> Request:
        """Return a request as it is now."""
        with self.database.reading() as session:
            return session.get_one(Request, request_id)

    def fault(self, kind: str, method: str, path: str, **options: object) -> None:
        """Let the next such call go wrong."""
        self.emulator.faults.add(kind, method, path, **options)  # type: ignore[arg-type] # a fault's kind is checked by its model


async def no_pause(_: float) -> None:
    """Retry at once."""


@contextlib.asynccontextmanager
async def membership(folder: Path, role: str = "admin") -> AsyncIterator[Membership]:
    """Put the rooms together as the composition root does, without Slack, with a credential of this role."""
    clock = SetClock(NOON)
    emulator = DeepgramEmulator(clock.now)
    await emulator.start()
    client = Deepgram(
        SecretStr(emulator.credentials[role]),
        emulator.url,
        limits=PatientLimits(emulator.faults, SHORT),
        pause=no_pause,
    )
    database = small_database(folder)
    project = next(each for each in emulator.state.projects.values() if each.name == "staging")
    set_up(database, project_id=project.project_id, name=project.name)
    yield await _made(database, clock, emulator, client, project)
    await client.aclose()
    await emulator.stop()
    database.close()


async def _made(
    database: Database, clock: SetClock, emulator: DeepgramEmulator, client: Deepgram, project: Project
) -> Membership:
    engine = InlineEngine(database.transaction, scheduled_jobs, clock)
    kinds: dict[str, OperationKind] = {
        **MemberChanges(engine, client, CredentialIdentity(alone(client))).kinds(),
        **InviteSending(database, engine, clock, client).kinds(),
        **InviteChanges(database, engine, clock, client).kinds(),
    }
    desk = Desk(database, engine, clock, frozenset({OWNER, SECOND_OWNER}), kinds, POLICY)
    domains = InviteDomainsChange(desk, database, clock)
    kinds |= domains.kinds()
    members = ListMirror(database, engine, member_list(client))
    invites = ListMirror(database, engine, invite_list(client))
    made = Membership(database, clock, engine, desk, emulator, project, members, invites, domains)
    counted = ("desk.cards", "desk.notice", "desk.tell", "desk.expire", "desk.lapse", "keys.mirror", "home.refresh")
    running: dict[str, JobFunction] = {
        "desk.run": desk.run_approved,
        "desk.settle": desk.settle,
        "members.mirror": members.keep_fresh,
        "invites.mirror": invites.keep_fresh,
    }
    await engine.start({**{kind: _counted(made, kind) for kind in counted}, **running})
    return made


def _counted(made: Membership, kind: str) -> JobFunction:
    async def count(ref: str, now: datetime) -> None:
        del ref, now
        made.told[kind] += 1

    return count
