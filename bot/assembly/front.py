"""The front: the desk itself, roles, and App Home with the status page."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from sqlmodel import Session

from bot.assembly.ground import Ground, Part, kinds_of
from bot.desk.jobs import DeskJobs
from bot.desk.listeners import DeskListeners
from bot.desk.notices import Notices
from bot.engine.port import Job
from bot.errors import CouldNotCheck
from bot.home.check import Check
from bot.home.listeners import HomeListeners
from bot.home.status import Status
from bot.operation import OperationKind
from bot.roles import asking
from bot.roles.changing import RoleChange
from bot.roles.joining import GroupJoining
from bot.roles.listeners import RoleListeners
from bot.roles.operations import ChangeDefaultRole, SetRole
from bot.slack.words import count
from bot.store import due, projects, seen

SEEN_KEPT = timedelta(hours=24)
TIDY_EVERY = timedelta(hours=1)
LEARN_EVERY = timedelta(hours=1)
LEARN_AGAIN = timedelta(minutes=1)
OWED_EVERY = timedelta(minutes=1)
GROUPS_EVERY = timedelta(minutes=5)
MEET_SECONDS = 5.0

log = structlog.get_logger()


def front(on: Ground, status: Status) -> Part:
    """Put the desk and App Home together: a card that changes redraws the pages of whom it concerns."""

    async def user_groups() -> Check:
        return Check("user groups", *await on.groups.report())

    async def owed() -> Check:
        number, since = await on.database.read(due.owed)
        told = (
            f"{count(number, 'message')} could not be told yet, the oldest since {since:%d %b %H:%M} UTC"
            if since
            else ""
        )
        return Check("messages", number == 0, told or "nobody is owed a word")

    status.tell(user_groups)
    status.tell(owed)
    home = HomeListeners(on.desk, on.database, on.people, on.clock, on.background, status, on.deepgram)
    jobs = DeskJobs(on.desk, on.database, on.background, home.follow)
    return Part(
        doors=(DeskListeners(on.desk, on.database).door(), home.door()),
        jobs={
            "desk.cards": jobs.cards,
            "desk.run": on.desk.run_approved,
            "desk.settle": on.desk.settle,
            "desk.tell": jobs.tell,
            "desk.remind": jobs.remind,
            "desk.ring": jobs.ring,
            "desk.notice": Notices(on.database, on.background).tell,
            "desk.expire": jobs.expire,
            "desk.lapse": jobs.lapse,
            "desk.sweep": jobs.sweep,
            "home.refresh": home.refreshed,
        },
    )


def roles(on: Ground) -> Part:
    """Put the room of roles together."""
    change = RoleChange(on.database, on.engine, on.clock, on.desk, on.people, on.groups)
    return Part(
        doors=(RoleListeners(on.desk, on.database, on.people, on.groups, change).door(),),
        kinds=role_kinds(change),
    )


def role_kinds(change: RoleChange) -> dict[str, OperationKind]:
    """Return what the desk must know of the operations on roles."""
    return kinds_of(
        OperationKind(SetRole, stakes=change.stakes, execute=change.set_role),
        *(
            OperationKind(kind, describe=describe, stakes=change.stakes, moved=asking.moved, execute=change.set_role)
            for kind, describe in asking.HELD
        ),
        OperationKind(
            ChangeDefaultRole,
            describe=asking.describe_default,
            stakes=change.default_stakes,
            moved=change.default_moved,
            execute=change.set_default,
        ),
    )


def rounds(on: Ground) -> Part:
    """Return the jobs of no room, each of which comes round for ever."""

    async def tidy(ref: str, now: datetime) -> None:
        def forget(session: Session) -> None:
            seen.forget(session, datetime.now(UTC) - SEEN_KEPT)
            on.engine.later(session, Job("store.tidy", ref), now + TIDY_EVERY)

        await on.database.write(forget)

    async def learn(ref: str, now: datetime) -> None:
        """Read the profiles of all who decide, every hour: only those whom Slack calls members count."""

        def next_time(session: Session) -> set[str]:
            on.engine.later(session, Job("people.learn", ref), now + LEARN_EVERY)
            return _deciders(session, on)

        if not await on.people.learn(sorted(await on.database.write(next_time))):
            again = Job("people.learn", ref)
            await on.database.write(lambda session: on.engine.later(session, again, now + LEARN_AGAIN))

    joining = GroupJoining(on.database, on.desk, on.team_id)

    async def groups(ref: str, now: datetime) -> None:
        """Keep the user groups that hold a role fresh while nobody clicks, and tell who joined those of Owners."""
        await on.database.write(lambda session: on.engine.later(session, Job("groups.learn", ref), now + GROUPS_EVERY))
        await on.groups.keep_fresh()
        await joining.tell(now)

    async def owed(ref: str, now: datetime) -> None:
        """Let what is still owed to somebody be told, once Slack takes messages again."""

        def release(session: Session) -> None:
            number = due.release_owed(session, now, quiet_since=now - 2 * OWED_EVERY)
            on.engine.later(session, Job("engine.owed", ref), now + OWED_EVERY)
            if number:
                log.info("engine.owed_released", jobs=number)

        await on.database.write(release)

    return Part(jobs={"engine.owed": owed, "store.tidy": tidy, "people.learn": learn, "groups.learn": groups})


async def meet(on: Ground) -> None:
    """Read those who decide and were never read, before anybody asks for anything; the round tries again."""
    try:
        async with asyncio.timeout(MEET_SECONDS):
            await on.groups.keep_fresh()
            await on.people.meet(await on.database.read(lambda session: _deciders(session, on)))
    except (CouldNotCheck, TimeoutError) as problem:
        log.warning("people.not_met", why=str(problem))


def _deciders(session: Session, on: Ground) -> set[str]:
    return projects.all_approvers(session) | on.desk.roles_in(session, on.team_id).as_last_held().owners()
