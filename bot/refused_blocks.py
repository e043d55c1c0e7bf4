"""Which blocks this workspace refuses: learned by any process, known to all of them within a minute, for a day."""

from __future__ import annotations

import time
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.slack.refused_types import REMEMBERED
from bot.store import block_refusals
from bot.store.database import Database

FRESH_SECONDS = 60.0

log = structlog.get_logger()


class RefusedBlocks:
    """What a workspace refuses, from its rows; a message never waits for a database that is away."""

    def __init__(self, database: Database, team_id: str, clock: Clock) -> None:
        self._database = database
        self._team_id = team_id
        self._clock = clock
        self._refused: dict[str, datetime] = {}
        self._read_at: float | None = None

    async def known(self) -> frozenset[str]:
        """Return the types that were refused within a day."""
        after = self._clock.now() - REMEMBERED
        if self._read_at is None or time.monotonic() - self._read_at > FRESH_SECONDS:
            await self._read(after)
        return frozenset(each for each, at in self._refused.items() if at > after)

    async def note(self, block_type: str) -> None:
        """Remember a type that was refused just now."""
        now = self._refused[block_type] = self._clock.now()
        try:
            await self._database.write(
                lambda session: block_refusals.note(session, self._team_id, block_type, now),
            )
        except SQLAlchemyError as problem:
            log.warning("slack.refusal_not_noted", type=block_type, error=type(problem).__name__)

    async def _read(self, after: datetime) -> None:
        try:
            rows = await self._database.read(partial(block_refusals.since, team_id=self._team_id, after=after))
        except SQLAlchemyError as problem:
            log.warning("slack.refusals_not_read", error=type(problem).__name__)
        else:
            self._refused = {row.block_type: row.refused_at for row in rows}
        self._read_at = time.monotonic()
