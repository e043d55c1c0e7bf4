"""Keydesk's desk and rooms without Slack, before one emulated Deepgram in which each cell has a project of its own."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlmodel import select

from bot.desk.service import Desk
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
from bot.operation import OperationKind
from bot.projects import deleting
from bot.projects.deleting import ProjectDeletion
from bot.projects.operations import DeleteProject, RenameProject
from bot.projects.renaming import ProjectRenaming
from bot.providers.credential_identity import CredentialIdentity
from bot.providers.deepgram.client import Deepgram
from bot.providers.http import CallLimits
from bot.providers.values import Member
from bot.store import scheduled_jobs
from bot.store.changes import Change
from bot.store.database import Database
from bot.store.mints import MintAttempt
from playground.deepgram.server import DeepgramEmulator
from tests.clocks import SetClock, machine_now
from tests.declared import POLICY
from tests.factories import NOON, SECOND_OWNER, alone, person, small_database
from tests.inline import InlineEngine
from tests.limits import PatientLimits

LIMITS = CallLimits(read=0.5, read_total=0.6, change=0.5, connect=0.5)
LONG_AGO = timedelta(seconds=550)  # no call can be on its way any more, and what was made is still ours to end
TOLD_ONLY = ("desk.cards", "home.refresh", "keys.tell_end", "keys.mirror", "keys.end_with_project")


@dataclass
class GridDesk:
    """The desk, what stands beside it, and in ``told`` the changes whose outcome their askers heard of later."""

    database: Database
    clock: SetClock
    engine: InlineEngine
    desk: Desk
    making: KeyMaking
    members: ListMirror[Member]
    deepgram: Deepgram
    emulator: DeepgramEmulator
    told: Counter[str] = field(default_factory=Counter)

    async def let_time_pass(self) -> None:
        """Let everything that is still open be looked after, again and again, by the machine's time and by ours."""
        for _ in range(3):
            with self.database.transaction() as session:
                for kind in (Change, MintAttempt):
                    for row in session.exec(select(kind)):
                        row.intended_at = machine_now() - LONG_AGO
            self.clock.move(timedelta(minutes=10))
            await self.engine.drain()


@contextlib.asynccontextmanager
async def grid_desk(folder: Path, askers: Iterable[str], limits: CallLimits | None = None) -> AsyncIterator[GridDesk]:
    """Put the rooms together as the composition root does; every asker is an owner, and one more owner decides."""
    clock = SetClock(NOON)
    emulator, database = DeepgramEmulator(clock.now), small_database(folder)
    await emulator.start()
    patience = limits or PatientLimits(emulator.faults, LIMITS)
    deepgram = Deepgram(SecretStr(emulator.credentials["owner"]), emulator.url, limits=patience, pause=_no_pause)
    owners = frozenset({SECOND_OWNER, *askers})
    with database.transaction() as session:
        session.add_all(person(user_id) for user_id in owners)
    yield await _made(database, clock, deepgram, emulator, owners)
    await deepgram.aclose()
    await emulator.stop()
    database.close()


async def _no_pause(_: float) -> None:
    """Retry at once."""


async def _made(
    database: Database, clock: SetClock, deepgram: Deepgram, emulator: DeepgramEmulator, owners: frozenset[str]
) -> GridDesk:
    engine = InlineEngine(database.transaction, scheduled_jobs, clock)
    kinds: dict[str, OperationKind] = {}
    desk = Desk(database, engine, clock, owners, kinds, POLICY)
    identity = CredentialIdentity(alone(deepgram))
    await identity.read("")  # who we are is no cell's business
    ending = KeyEnding(database, engine, clock, desk, deepgram, identity)
    settling = KeySettling(database, engine, desk, deepgram, ending, identity)
    renaming, deletion = ProjectRenaming(engine, deepgram), ProjectDeletion(desk, engine, deepgram, identity)
    kinds |= {
        CreateKey.kind: OperationKind(
            CreateKey,
            describe=key_service.describe,
            follow_up=key_service.follow_up,
            forbidden=key_service.forbidden,
        ),
        EndKey.kind: OperationKind(EndKey, subject_owner=key_service.owner_of, execute=ending.by_person),
        RenameProject.kind: OperationKind(
            RenameProject, execute=renaming.execute, settle=renaming.settle, done=renaming.done
        ),
        DeleteProject.kind: OperationKind(
            DeleteProject,
            describe=deleting.describe,
            execute=deletion.execute,
            settle=deletion.settle,
            done=deletion.done,
        ),
        **MemberChanges(engine, deepgram, identity).kinds(),
        **InviteSending(database, engine, clock, deepgram).kinds(),
        **InviteChanges(database, engine, clock, deepgram).kinds(),
    }
    members = ListMirror(database, engine, member_list(deepgram))
    invites = ListMirror(database, engine, invite_list(deepgram))
    making = KeyMaking(database, engine, clock, desk, deepgram, ending)
    made = GridDesk(database, clock, engine, desk, making, members, deepgram, emulator)
    await engine.start(
        {
            **dict.fromkeys(TOLD_ONLY, _not_here),
            "desk.tell": _counting(made.told),
            "desk.run": desk.run_approved,
            "desk.settle": desk.settle,
            "keys.settle": settling.settle,
            "keys.settle_end": ending.settle,
            "members.mirror": members.keep_fresh,
            "invites.mirror": invites.keep_fresh,
        }
    )
    return made


async def _not_here(ref: str, now: datetime) -> None:
    """Stand for a job that speaks to Slack, or is no cell's business."""


def _counting(told: Counter[str]) -> JobFunction:
    async def count(ref: str, now: datetime) -> None:
        del now
        told[ref] += 1

    return count
