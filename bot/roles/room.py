"""Roles: who may do what; and the rounds that read who decides."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot.engine.port import Job
from bot.errors import CouldNotCheck
from bot.operation import OperationKind
from bot.policy import Right, Role, by_two, runs, where_it_widens
from bot.roles import proposals
from bot.roles.changing import RoleChange
from bot.roles.joining import GroupJoining
from bot.roles.listeners import RoleListeners
from bot.roles.operations import ChangeDefaultRole, SetRole
from bot.room import Deps, JobKind, Quick, Room, kinds_of
from bot.store import projects

LOAD_EVERY = timedelta(hours=1)
LOAD_AGAIN = timedelta(minutes=1)
GROUPS_EVERY = timedelta(minutes=5)
MEET_SECONDS = 5.0

log = structlog.get_logger()

BETWEEN_TWO = (
    "Nobody but you could decide this, and neither of two Owners decides alone about the other. Nothing changed. {who} "
    "can give it up with /keydesk roles set; else KEYDESK_OWNERS is changed where Keydesk is installed, and Keydesk "
    "started again."
)
WHO_DECIDES = by_two("Who decides about keys changes by two Owners.")
BY_OWNERS = "Owners change roles."
RIGHTS = {
    "roles.deciders": Right(Role.OWNER, WHO_DECIDES),
    "roles.default": Right(Role.OWNER, where_it_widens(WHO_DECIDES, BY_OWNERS)),
    "roles.make_owner": Right(Role.OWNER, by_two("A new Owner needs another Owner's approval.")),
    "roles.set": Right(Role.OWNER, runs(BY_OWNERS)),
    "roles.show": Right(Role.READER),
    "roles.take_owner": Right(
        Role.OWNER,
        by_two("Taking Owner from somebody else needs another Owner's approval.", BETWEEN_TWO),
        concerned_decide=False,
    ),
}


def room(deps: Deps) -> Room:
    """Put the room together, with the rounds that read who decides."""
    change = RoleChange(deps.database, deps.engine, deps.clock, deps.desk, deps.people, deps.groups)
    rounds = Rounds(deps)
    return Room(
        "roles",
        rights=RIGHTS,
        quick=(Quick("roles.set", "Roles", "roles.list"),),
        routes=(RoleListeners(deps.desk, deps.database, deps.people, deps.groups, change).routes(),),
        kinds=role_kinds(change),
        jobs=(
            JobKind("people.load", rounds.people, at_start=True, after_restore=True, background=True),
            JobKind("groups.load", rounds.groups, at_start=True, after_restore=True, background=True),
        ),
    )


def role_kinds(change: RoleChange) -> dict[str, OperationKind]:
    """Return what the desk must know of the operations on roles."""
    return kinds_of(
        OperationKind(SetRole, stakes=change.stakes, execute=change.set_role),
        *(
            OperationKind(kind, describe=describe, stakes=change.stakes, moved=proposals.moved, execute=change.set_role)
            for kind, describe in proposals.HELD
        ),
        OperationKind(
            ChangeDefaultRole,
            describe=proposals.describe_default,
            stakes=change.default_stakes,
            moved=change.default_moved,
            execute=change.set_default,
        ),
    )


class Rounds:
    """What reads again and again who decides: profiles, and the user groups that hold a role."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._joining = GroupJoining(deps.database, deps.desk, deps.team_id)

    async def people(self, ref: str, now: datetime) -> None:
        """Read the profiles of all who decide, every hour: only those whom Slack calls members count."""
        deps = self._deps

        def next_time(session: Session) -> set[str]:
            deps.engine.later(session, Job("people.load", ref), now + LOAD_EVERY)
            return _deciders(session, deps)

        if not await deps.people.load_profiles(sorted(await deps.database.write(next_time))):
            again = Job("people.load", ref)
            await deps.database.write(lambda session: deps.engine.later(session, again, now + LOAD_AGAIN))

    async def groups(self, ref: str, now: datetime) -> None:
        """Keep the user groups that hold a role fresh while nobody clicks, and tell who joined those of Owners."""
        deps, again = self._deps, Job("groups.load", ref)
        await deps.database.write(lambda session: deps.engine.later(session, again, now + GROUPS_EVERY))
        await deps.groups.keep_fresh()
        await self._joining.tell(now)


async def load_deciders(deps: Deps) -> None:
    """Read those who decide and were never read, before anybody asks for anything; the round tries again."""
    try:
        async with asyncio.timeout(MEET_SECONDS):
            await deps.groups.keep_fresh()
            await deps.people.require_profiles(await deps.database.read(lambda session: _deciders(session, deps)))
    except (CouldNotCheck, TimeoutError) as problem:
        log.warning("people.not_met", why=str(problem))


def _deciders(session: Session, deps: Deps) -> set[str]:
    return projects.all_approvers(session) | deps.desk.roles_in(session, deps.team_id).as_last_held().owners()
