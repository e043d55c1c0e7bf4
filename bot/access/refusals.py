"""Who was refused at the door, in the record: the first time at once, further ones as one entry with their count."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot import audit
from bot.clock import Clock
from bot.engine.port import Engine, Job
from bot.operation import Actor
from bot.store import refusals
from bot.store.database import Database
from bot.store.refusals import WINDOW, Refusal

REFUSED = "access.refused"
FURTHER = "access.further"


class Refusals:
    """The one place that writes them."""

    def __init__(self, database: Database, engine: Engine, clock: Clock, team_id: str) -> None:
        self._database = database
        self._team_id = team_id
        self._engine = engine
        self._clock = clock

    async def note(self, user_id: str, wanted: str, why: str, project_id: str = "") -> None:
        """Write down that somebody was refused what they wanted, and why (the words that they read).

        It stands in this workspace's record, wherever they are from.
        """
        now = self._clock.now()
        kept = Refusal(
            team_id=self._team_id,
            user_id=user_id,
            name=wanted,
            project_id=project_id,
            why=why,
            ends_at=now + WINDOW,
        )

        def write(session: Session) -> None:
            if refusals.first_of_its_hour(session, kept):
                self._note(session, kept, now)
                self._engine.later(session, Job(FURTHER, kept.id), kept.ends_at)

        await self._database.write(write)

    async def tell_further(self, ref: str, now: datetime) -> None:
        """Write down how often it came again; a job, once the hour is over."""

        def write(session: Session) -> None:
            found = refusals.take(session, ref)
            if found is not None and found.further:
                self._note(session, found, now)

        await self._database.write(write)

    def _note(self, session: Session, one: Refusal, now: datetime) -> None:
        who, place = Actor(one.team_id, one.user_id), one.project_id or None
        audit.note(session, who, REFUSED, one.name, now, project_id=place, why=one.why, further=one.further)
