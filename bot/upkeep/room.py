"""Upkeep: what is owed is released, what was seen is forgotten, refusals are summed up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog
from sqlmodel import Session

from bot.access.refusals import FURTHER, Refusals
from bot.engine.port import Job
from bot.room import Deps, JobKind, Room
from bot.store import deliveries, scheduled_jobs

SEEN_KEPT = timedelta(hours=24)
TIDY_EVERY = timedelta(hours=1)
OWED_EVERY = timedelta(minutes=1)

log = structlog.get_logger()


def room(deps: Deps, refusals: Refusals) -> Room:
    """Put the room together."""
    upkeep = Upkeep(deps)
    return Room(
        "upkeep",
        jobs=(
            JobKind("engine.owed", upkeep.release_owed, at_start=True),
            JobKind("store.tidy", upkeep.tidy, at_start=True, background=True),
            JobKind(FURTHER, refusals.tell_further, after_restore=True),
        ),
    )


class Upkeep:
    """The rounds of no room."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def tidy(self, ref: str, now: datetime) -> None:
        """Forget which deliveries were seen, a day later."""
        deps = self._deps

        def forget(session: Session) -> None:
            deliveries.forget(session, datetime.now(UTC) - SEEN_KEPT)
            deps.engine.later(session, Job("store.tidy", ref), now + TIDY_EVERY)

        await deps.database.write(forget)

    async def release_owed(self, ref: str, now: datetime) -> None:
        """Let what is still owed to somebody be told, once Slack takes messages again."""
        deps = self._deps

        def release(session: Session) -> None:
            number = scheduled_jobs.release_owed(session, now, quiet_since=now - 2 * OWED_EVERY)
            deps.engine.later(session, Job("engine.owed", ref), now + OWED_EVERY)
            if number:
                log.info("engine.owed_released", jobs=number)

        await deps.database.write(release)
