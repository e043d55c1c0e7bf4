"""A local mirror of one list in every project: read when somebody asks, kept fresh where somebody works.

With thousands of projects, reading each of their lists every ten minutes would be thousands of calls for nobody.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import structlog
from sqlmodel import Session

from bot.engine.port import Engine, Job
from bot.errors import NotOffered, ProviderError
from bot.providers.http import unhurried
from bot.providers.listed import Listed
from bot.providers.port import THE_PROVIDER, Vendor
from bot.slack.words import escape, when
from bot.store import mirrors, people, projects
from bot.store.database import Database
from bot.store.mirrors import Mirror

EVERY = timedelta(minutes=10)
T = TypeVar("T")

log = structlog.get_logger()


@dataclass(frozen=True)
class Listing(Generic[T]):
    """One list that every project has: its noun (plural), its job, its row of freshness, how to read and save it.

    ``save`` gets the moment at which the reading began: what was changed from here after it may be missing.
    """

    noun: str
    job: str
    row: Callable[[str], str]
    read: Callable[[str], Awaitable[Listed[T]]]
    save: Callable[[Session, str, list[T], datetime], None]


class ListMirror(Generic[T]):
    """Mirrors a `Listing`, project by project."""

    def __init__(self, database: Database, engine: Engine, listing: Listing[T]) -> None:
        self._database = database
        self._engine = engine
        self._listing = listing

    @property
    def noun(self) -> str:
        """What the list is of, in the plural."""
        return self._listing.noun

    @unhurried
    async def keep_fresh(self, ref: str, now: datetime) -> None:
        """Read the list of project ``ref``, and again in ten minutes while somebody works in it; a job."""
        if not await self._database.read(lambda session: projects.get(session, ref) is not None):
            return
        try:
            await self.refresh(ref, now)
        except NotOffered:
            return
        except ProviderError as problem:
            log.warning("list.not_mirrored", list=self._listing.noun, project=ref, why=problem.text)
        await self._database.write(lambda session: self._again(session, ref, now + EVERY))

    def _again(self, session: Session, project_id: str, at: datetime) -> None:
        if people.in_project(session, project_id):
            self._engine.later(session, self._job(project_id), at)

    async def refresh(self, project_id: str, now: datetime) -> None:
        """Read the list of a project now; what another reading, begun later, has found meanwhile stays.

        Raises:
            ProviderError: it could not be read; the mirror says so and stays as it was.
        """
        row = self._listing.row(project_id)
        try:
            listed = await self._listing.read(project_id)
        except ProviderError as problem:
            text = problem.text
            await self._database.write(lambda session: mirrors.failed(session, row, text))
            raise
        await self._database.write(lambda session: self._save(session, project_id, listed, now))

    async def look(self, project_id: str, now: datetime) -> bool:
        """Tell whether the list was ever read, as `look` does."""
        return await look(self._database, self._engine, self._listing.row(project_id), self._job(project_id), now)

    def freshness(self, session: Session, project_id: str) -> Mirror:
        """Return when the list was last read."""
        return mirrors.get(session, self._listing.row(project_id))

    def _job(self, project_id: str) -> Job:
        return Job(self._listing.job, project_id)

    def _save(self, session: Session, project_id: str, listed: Listed[T], began: datetime) -> None:
        read_at = self.freshness(session, project_id).read_at
        if read_at is None or read_at <= began:
            self._listing.save(session, project_id, listed, began)
            mirrors.succeeded(session, self._listing.row(project_id), began, listed.left_out)


async def look(database: Database, engine: Engine, row: str, job: Job, now: datetime) -> bool:
    """Tell whether this list was ever read; an old one is read again by ``job``, behind the reader's back."""
    mirror = await database.read(lambda session: mirrors.get(session, row))
    if mirror.read_at is not None and now - mirror.read_at > EVERY:
        await database.write(lambda session: engine.enqueue(session, job, now))
    return mirror.read_at is not None


def fresh(mirror: Mirror, vendor: Vendor = THE_PROVIDER) -> str:
    """Say how old a list is, and what is not in it, in mrkdwn; ``vendor`` is the one of its project."""
    at, name = mirror.read_at, vendor.name
    read = f"read from {name} {when(at)}" if at is not None else f"not read from {name} yet"
    if mirror.left_out:
        entries = "1 entry" if mirror.left_out == 1 else f"{mirror.left_out} entries"
        read += f" · {entries} left out: {name} gave no id that can be used"
    return f"{read} · the last try failed: {escape(mirror.problem)}" if mirror.problem else read
