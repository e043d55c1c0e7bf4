"""The local mirror of the provider's projects: it feeds lists and selects."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot.engine.port import Engine, Job
from bot.errors import ProviderError
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.ids import is_uuid
from bot.slack.words import cut
from bot.store import mirrors, projects
from bot.store.database import Database

NAME_LONGEST = 80  # a provider may send anything; ten names must fit into one message
EVERY = timedelta(minutes=10)
AFTER_TROUBLE = timedelta(minutes=1)

log = structlog.get_logger()


class ProjectMirror:
    """Reads the provider's projects into the store, and starts a mirror of the keys of each."""

    def __init__(self, database: Database, engine: Engine, deepgram: Deepgram) -> None:
        self._database = database
        self._engine = engine
        self._deepgram = deepgram

    async def keep_fresh(self, ref: str, now: datetime) -> None:
        """Read all projects, and again in ten minutes; after trouble in one."""
        try:
            await self.refresh(now)
            wait = EVERY
        except ProviderError as problem:
            log.warning("projects.not_mirrored", why=problem.text)
            wait = AFTER_TROUBLE
        again = Job("projects.mirror", ref)
        await self._database.write(lambda session: self._engine.later(session, again, now + wait))

    async def refresh(self, now: datetime) -> None:
        """Read all projects now.

        Raises:
            ProviderError: they could not be read; the mirror says so and stays as it was.
        """
        try:
            listed = await self._deepgram.projects()
        except ProviderError as problem:
            text = problem.text
            await self._database.write(lambda session: mirrors.failed(session, mirrors.PROJECTS, text))
            raise
        pairs = [
            (project.project_id, cut(project.name, NAME_LONGEST) or project.project_id)
            for project in listed
            if is_uuid(project.project_id)  # any other id could not be asked for, nor stand in a menu
        ]
        await self._database.write(lambda session: self._save(session, pairs, now))

    def _save(self, session: Session, listed: list[tuple[str, str]], now: datetime) -> None:
        projects.mirror(session, listed, now)
        mirrors.succeeded(session, mirrors.PROJECTS, now)
        session.flush()
        for project_id, _ in listed:
            read_at = mirrors.get(session, mirrors.of_keys(project_id)).read_at
            if read_at is None or now - read_at > 2 * EVERY:  # never read, or its round has stopped
                self._engine.later(session, Job("keys.mirror", project_id), now)
