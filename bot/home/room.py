"""The front: the desk itself, and App Home with the status page."""

from __future__ import annotations

from collections.abc import Sequence

from bot.desk.jobs import DeskJobs
from bot.desk.listeners import DeskListeners
from bot.desk.notices import Notices
from bot.home.check import Check
from bot.home.listeners import HomeListeners
from bot.home.status import Status
from bot.policy import DECIDE, DECIDES, Right, Role
from bot.room import Deps, JobKind, Room
from bot.slack.words import count
from bot.store import scheduled_jobs

RIGHTS = {
    DECIDE: Right(DECIDES),
    "keydesk.status": Right(Role.READER),
}


def room(deps: Deps, status: Status, others: Sequence[Room]) -> Room:
    """Put the desk and App Home together: a card that changes redraws the pages of whom it concerns.

    They show what the ``others`` declare: the words of their record, and their buttons.
    """
    _watch(deps, status)
    recorded = {name: words for other in others for name, words in other.recorded.items()}
    quick = [each for other in others for each in other.quick]
    home = HomeListeners(
        deps.desk, deps.database, deps.people, deps.clock, deps.background, status, deps.providers, quick
    )
    jobs = DeskJobs(deps.desk, deps.database, deps.background, home.follow)
    return Room(
        "home",
        rights=RIGHTS,
        routes=(DeskListeners(deps.desk, deps.database, recorded).routes(), home.routes()),
        jobs=(
            JobKind("desk.cards", jobs.cards, after_restore=True),
            JobKind("desk.run", deps.desk.run_approved),
            JobKind("desk.settle", deps.desk.settle),
            JobKind("desk.tell", jobs.tell, after_restore=True),
            JobKind("desk.remind", jobs.remind, after_restore=True),
            JobKind("desk.ring", jobs.ring, after_restore=True),
            JobKind("desk.notice", Notices(deps.database, deps.background).tell, after_restore=True),
            JobKind("desk.expire", jobs.expire),
            JobKind("desk.lapse", jobs.lapse),
            JobKind("desk.sweep", jobs.sweep, at_start=True),
            JobKind("home.refresh", home.refreshed, after_restore=True),
        ),
    )


def _watch(deps: Deps, status: Status) -> None:
    """Let the status tell of the user groups, and of what is owed to somebody."""

    async def user_groups() -> Check:
        return Check("user groups", *await deps.groups.report())

    async def owed() -> Check:
        number, since = await deps.database.read(scheduled_jobs.owed)
        told = (
            f"{count(number, 'message')} could not be told yet, the oldest since {since:%d %b %H:%M} UTC"
            if since
            else ""
        )
        return Check("messages", number == 0, told or "nobody is owed a word")

    status.tell(user_groups)
    status.tell(owed)
