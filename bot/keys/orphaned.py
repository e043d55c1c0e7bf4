"""Keys that the provider ended because what held them went."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlmodel import Session

from bot import audit
from bot.desk.service import Desk
from bot.engine.port import Engine
from bot.keys.ending import record_end
from bot.store import keys
from bot.store.database import Database
from bot.store.keys import Key

AT_ONCE = 200  # in one transaction, so that nobody waits long for the next one
PROJECT_DELETED = "its project was deleted"


class OrphanedKeys:
    """Writes down the end of keys that nobody has to end any more."""

    def __init__(self, database: Database, engine: Engine, desk: Desk) -> None:
        self._database = database
        self._engine = engine
        self._desk = desk

    async def with_project(self, ref: str, now: datetime) -> None:
        """End every key of the deleted project ``ref`` in our rows; a job."""
        while await self._database.write(partial(self._end_some, project_id=ref, now=now)):
            pass

    def _end_some(self, session: Session, project_id: str, now: datetime) -> bool:
        found = keys.unended(session, project_id, limit=AT_ONCE)
        for key in found:
            self._end(session, key, now)
        return bool(found)

    def _end(self, session: Session, key: Key, now: datetime) -> None:
        if key.state == "making":
            keys.move(session, key, "ending")
            session.refresh(key)
        if keys.move(session, key, "ended", ended_at=now, ended_by=audit.KEYDESK, end_reason=PROJECT_DELETED):
            session.refresh(key)
            record_end(session, self._desk, self._engine, key, now)
