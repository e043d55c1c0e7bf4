"""The local mirror of the provider's projects: it feeds lists and selects."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot.engine.port import Engine, Job
from bot.errors import ProviderError
from bot.projects.naming import name_of
from bot.providers.http import unhurried
from bot.providers.listed import Listed
from bot.providers.port import Capability, Vendor
from bot.providers.provider import Provider
from bot.providers.registry import Providers
from bot.store import accounts, mirrors, projects
from bot.store.database import Database

EVERY = timedelta(minutes=10)
STOPPED = timedelta(hours=13)  # twice as long as the keys of a project that nobody uses wait to be read
AFTER_TROUBLE = timedelta(minutes=1)

log = structlog.get_logger()


class ProjectMirror:
    """Reads the provider's projects into the store, and starts a mirror of the keys of each."""

    def __init__(self, database: Database, engine: Engine, providers: Providers) -> None:
        self._database = database
        self._engine = engine
        self._providers = providers

    @unhurried
    async def keep_fresh(self, ref: str, now: datetime) -> None:
        """Read all projects, and again in ten minutes; after trouble in one."""
        await self._again(ref, now + EVERY)  # first: who wants them read at once meanwhile puts that in its place
        try:
            await self.refresh(now)
        except ProviderError as problem:
            log.warning("projects.not_mirrored", why=problem.text)
            await self._again(ref, now + AFTER_TROUBLE)

    async def _again(self, ref: str, at: datetime) -> None:
        await self._database.write(lambda session: self._engine.later(session, Job("projects.mirror", ref), at))

    async def refresh(self, now: datetime) -> None:
        """Read the projects of all accounts now; one account in trouble takes nothing from the others.

        Its projects stay as they were, and its row says why.

        Raises:
            ProviderError: the main account's could not be read.
        """
        clients = await self._providers.accounts()
        read = await asyncio.gather(*(self._read(account_id, client, now) for account_id, client in clients.items()))
        problem = dict(zip(clients, read, strict=True))[accounts.MAIN]
        if isinstance(problem, ProviderError):
            text = problem.text
            await self._database.write(lambda session: mirrors.failed(session, mirrors.PROJECTS, text))
            raise problem
        left_out = sum(each for each in read if isinstance(each, int))
        await self._database.write(lambda session: mirrors.succeeded(session, mirrors.PROJECTS, now, left_out))

    async def _read(self, account_id: str, client: Provider, now: datetime) -> ProviderError | int:
        """Read the projects of one account; return how many entries were left out, or why it could not be read."""
        try:
            listed = await client.projects()
        except ProviderError as problem:
            text = problem.text
            log.warning("projects.account_not_read", account=account_id, why=text)
            await self._database.write(lambda session: accounts.amend(session, account_id, problem=text))
            return problem
        names = [(project.project_id, name_of(project)) for project in listed]
        pairs = Listed(names, listed.left_out, is_told=listed.is_told)
        save = partial(self._save, account_id=account_id, vendor=client.vendor, listed=pairs, now=now)
        try:
            await self._database.write(save)
        except IntegrityError:  # somebody else took in the same project meanwhile: now it is known
            await self._database.write(save)
        return pairs.left_out

    def _save(
        self, session: Session, account_id: str, vendor: Vendor, listed: Listed[tuple[str, str]], now: datetime
    ) -> None:
        accounts.amend(session, account_id, projects=len(listed), used_at=now, problem=None)
        beside_main = account_id != accounts.MAIN
        if beside_main and not accounts.is_live(session, account_id):  # removed while it was being read
            return
        # Of a list that is not whole one that is missing may be one that could not be read.
        of = account_id if beside_main else None
        projects.mirror(session, listed, now, account_id=of, provider=vendor.id, whole=listed.is_whole)
        session.flush()
        for project_id, _ in listed if vendor.offers(Capability.KEYS) else ():
            read_at = mirrors.get(session, mirrors.of_keys(project_id)).read_at
            if read_at is None or now - read_at > STOPPED:  # never read, or its round has stopped
                self._engine.later(session, Job("keys.mirror", project_id), now)
